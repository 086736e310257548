"""Every IRI of the graph, described: as a page or as triples. Runs in a worker."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING

from twitchkg import resources, store
from twitchkg.errors import UnknownNameError
from twitchkg.graph import NOTICE
from twitchkg.namespaces import BASE, DCTERMS, GRAPH, ONTOLOGY, OWL, RDF, RDFS, TWK, TWS
from twitchkg.server import rendering
from twitchkg.server.messages import Request, Response
from twitchkg.terms import BNODE, IRI, Term

if TYPE_CHECKING:
    from twitchkg.claims import Queryable
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.results import Triple
    from twitchkg.server.messages import Handler

MOST = 250
"""How many subjects that point to a thing are told for each property; the rest is told to be."""
_VERSION = r"\d+\.\d+\.\d+"
# What no IRI holds, or a query could not hold; a second "#" is none either.
_UNSAFE = re.compile(
    r'[\x00-\x20<>"{}|^`\\\[\]\x7f-\x9f\ud800-\uf8ff\ufdd0-\ufdef\ufff0-\uffff\U000e0000-\U0010ffff]'
    r"|[\U0001fffe-\U0001ffff\U0002fffe-\U0002ffff\U0003fffe-\U0003ffff]"
    r"|%(?![0-9A-Fa-f]{2})|#.*#"
)
_LONGEST = 300
_COMMENT = Term.iri(RDFS + "comment")
_LABEL = Term.iri(RDFS + "label")
_PRIMARY_TOPIC = Term.iri("http://xmlns.com/foaf/0.1/primaryTopic")
_SEE_ALSO = Term.iri(RDFS + "seeAlso")
_OUTLOOKS = {TWK + "hasPrognosis", TWK + "Outlook"}
_FAMILIES = (
    *("advice", "amount", "annotation", "assertion", "claim", "dataset", "disagreement", "disease"),
    *("example", "form-list", "graph", "id", "inference", "intake", "label", "measured-food"),
    *("module", "ontology", "partition", "prefix", "reference", "reference-group", "rule"),
    *("shapes", "similarity", "source", "statement", "verdict"),
)
"""The first parts of the paths of all IRIs."""
_POINTS = "SELECT ?subject ?property WHERE {{ ?subject ?property {0} }}"
_CLAIMS = """
SELECT ?claim ?property ?value
WHERE {{
  {{ ?claim twk:subject {0} }} UNION {{ ?claim twk:object {0} }}
  ?claim a twk:Claim ; ?property ?value .
  FILTER(?property IN (twk:subject, twk:predicate, twk:object, twk:objectValue, twk:isNegated,
    dcterms:source, twk:hasCaution))
}}
"""
_ADVICE = """
SELECT ?advice ?sentence WHERE { ?advice a twk:Advice ; rdfs:label ?sentence } ORDER BY ?advice
"""


def described(graph: KnowledgeGraph, request: Request) -> Response:
    """The description of the IRI that a path stands for.

    :raises UnknownNameError: if nothing has that IRI; it names the nearest.
    :raises twitchkg.errors.NotAcceptableError: if the client takes no format that there is.
    """
    path, ending = request.path, ""
    if len(path) > _LONGEST or _UNSAFE.search(path) or "/../" in f"{path}/":
        raise UnknownNameError(f"There is nothing at {path[:80]!a}. {_start(request)}")
    if not _exists(graph, rendering.iri_of(path)):
        path, ending = rendering.split(path)
    if path.endswith("/"):
        bare = path.rstrip("/")
        known = bare == "/ontology" or _exists(graph, rendering.iri_of(bare))
        return Response.redirect(request.base + (bare if known else "/.well-known/void"))
    iri = rendering.iri_of(path)
    if not _exists(graph, iri):
        raise _unknown(graph, request, path)
    type_ = rendering.chosen(request, ending, html=True)
    if type_ == rendering.HTML:
        from twitchkg.server import pages

        response = pages.resource(graph, request, iri)
        found = _own(graph.store, iri)
    else:
        found = description(graph, iri, request.base + path)
        response = rendering.rendered(found, type_)
    headers = [*response.headers, *rendering.links(request, path, type_, iri)]
    headers += [
        ("Link", f'<{value.value}>; rel="successor-version"')
        for subject, property_, value in found
        if (subject.value, property_.value) == (iri, DCTERMS + "isReplacedBy") and value.kind == IRI
    ]
    return response._replace(headers=tuple(headers))


def description(graph: KnowledgeGraph, iri: str, document: str) -> list[Triple]:
    """What the graph says of an IRI, and what points to it.

    With each outlook stand the red flags, and with everything the notice.

    :param iri: a known IRI without characters that SPARQL forbids in one.
    :param document: the address of the description itself.
    """
    opened = graph.store
    topic, about = Term.iri(iri), Term.iri(document)
    triples = [*_own(opened, iri), *_pointing(opened, topic, about)]
    triples += [
        (claim, property_, value)
        for claim, property_, value in _rows(opened, _CLAIMS.format(topic.n3()))
    ]
    named = {term.value for triple in triples for term in triple if term.kind == IRI}
    if named & (_OUTLOOKS | _outlooks(graph)):
        for advice, sentence in _rows(opened, _ADVICE):
            triples += [(about, _SEE_ALSO, advice), (advice, _LABEL, sentence)]
            triples.append((advice, Term.iri(RDF + "type"), Term.iri(TWK + "Advice")))
    triples += [
        (about, _PRIMARY_TOPIC, topic),
        (about, _COMMENT, Term.string(NOTICE, "en")),
        (about, Term.iri(DCTERMS + "isPartOf"), Term.iri(ONTOLOGY)),
    ]
    return triples + _labels(opened, named)


def _own(opened: Queryable, iri: str) -> list[Triple]:
    """The triples with an IRI as their subject, and those of its blank nodes."""
    term = Term.iri(iri)
    if iri.startswith(TWS):
        return _closure(_shapes(), term)
    if iri.startswith(GRAPH):
        asked = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {term.n3()} {{ ?s ?p ?o }} }}"
        return list(opened.query(asked).triples)
    return list(opened.query(f"DESCRIBE {term.n3()}").triples)


def _pointing(opened: Queryable, topic: Term, document: Term) -> list[Triple]:
    """What points to a thing, so many of each property; the document says what is left out."""
    by_property: dict[Term, list[Term]] = {}
    for subject, property_ in _rows(opened, _POINTS.format(topic.n3())):
        if subject.kind == IRI:
            by_property.setdefault(property_, []).append(subject)
    made: list[Triple] = []
    for property_, subjects in by_property.items():
        made += [(subject, property_, topic) for subject in sorted(subjects)[:MOST]]
        if len(subjects) > MOST:
            words = (
                f"{MOST} of {len(subjects)} statements with {property_.value} that point here are "
                "given; the SPARQL endpoint gives all."
            )
            made.append((document, _COMMENT, Term.string(words, "en")))
    return made


def _labels(opened: Queryable, iris: set[str]) -> list[Triple]:
    values = " ".join(Term.iri(iri).n3() for iri in sorted(iris) if not _UNSAFE.search(iri))
    asked = f"SELECT ?iri ?label WHERE {{ VALUES ?iri {{ {values} }} ?iri rdfs:label ?label }}"
    return [(iri, _LABEL, label) for iri, label in _rows(opened, asked)]


def _rows(opened: Queryable, text: str) -> list[tuple[Term, ...]]:
    return [
        tuple(term for term in row.terms if term is not None) for row in opened.query(text).rows
    ]


def _exists(graph: KnowledgeGraph, iri: str) -> bool:
    term = Term.iri(iri)
    if iri.startswith(TWS):
        return any(subject == term for subject, _, _ in _shapes())
    if iri.startswith(GRAPH):
        return bool(graph.store.query(f"ASK {{ GRAPH {term.n3()} {{ ?s ?p ?o }} }}").boolean)
    # The IRI of a version has no triples of its own, but is told by the ontology.
    asked = f"ASK {{ {{ {term.n3()} ?p ?o }} UNION {{ ?s <{OWL}versionIRI> {term.n3()} }} }}"
    return bool(graph.store.query(asked).boolean)


@cache
def _outlooks(graph: KnowledgeGraph) -> frozenset[str]:
    rows = _rows(graph.store, "SELECT DISTINCT ?o WHERE { ?c twk:predicate twk:hasPrognosis ; "
                 "twk:object ?o }")  # fmt: skip
    return frozenset(row[0].value for row in rows)


@cache
def _shapes() -> tuple[Triple, ...]:
    return tuple(t for path in resources.files("shapes", ".ttl") for t in store.parse(path))


def _closure(triples: tuple[Triple, ...], start: Term) -> list[Triple]:
    ahead, seen, found = [start], {start}, []
    while ahead:
        node = ahead.pop()
        for triple in triples:
            if triple[0] == node:
                found.append(triple)
                if triple[2].kind == BNODE and triple[2] not in seen:
                    seen.add(triple[2])
                    ahead.append(triple[2])
    return found


def _start(request: Request) -> str:
    return f"Start at {request.base}/."


def _unknown(graph: KnowledgeGraph, request: Request, path: str) -> UnknownNameError:
    """What to say of an IRI that nothing has, with the nearest of its family."""
    family, _, name = path.removeprefix("/").partition("/")
    if re.fullmatch(_VERSION, family):
        served = resources.data_version()
        words = f"This server has version {served} of the graph, not {family}."
        return UnknownNameError(f"{words} {_start(request)}", (served,))
    names = _names(graph, family)
    near = tuple(f"{family}/{found}" for found in get_close_matches(name, names, n=3, cutoff=0.6))
    hint = f"Did you mean {' or '.join(near)}?" if near else _start(request)
    return UnknownNameError(f"Nothing has the IRI {rendering.iri_of(path)}. {hint}", near)


@cache
def _names(graph: KnowledgeGraph, family: str) -> tuple[str, ...]:
    """The names below a part of the IRI space, without passages, which only offsets tell apart."""
    base = f"{BASE}{family}/"
    if family == "shapes":
        found = {subject.value for subject, _, _ in _shapes()}
    elif family == "graph":
        asked = "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }"
        found = {row[0].value for row in _rows(graph.store, asked)}
    elif family in _FAMILIES:
        asked = (
            f'SELECT DISTINCT ?s WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{base}") '
            '&& !CONTAINS(STR(?s), "#")) }'
        )
        found = {row[0].value for row in _rows(graph.store, asked)}
    else:
        found = set()
    return tuple(sorted(iri.removeprefix(base) for iri in found if iri.startswith(base)))


_NAMED = "|".join(_FAMILIES)
ROUTES: tuple[tuple[str, Handler], ...] = (
    (rf"(?s)/(?:{_NAMED})(?:/.*|\.(?:ttl|jsonld|rdf|nt|html))?", described),
    (rf"/{_VERSION}(?:\.(?:ttl|jsonld|rdf|nt|html)|/)?", described),
)
"""The paths that stand for IRIs, as patterns of the whole path."""
