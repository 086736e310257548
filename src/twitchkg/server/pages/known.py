"""What the pages of one graph share, read once in each worker: labels, counts, red flags."""

from __future__ import annotations

import re
from functools import cache, cached_property
from typing import TYPE_CHECKING, NamedTuple

from twitchkg import claims, lookup, store
from twitchkg.namespaces import BASE, TWK, USER_GRAPH, compact
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from twitchkg.claims import Claim
    from twitchkg.disagreements import Disagreement
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.terms import Plain

    Triple = tuple[Iri, Iri, Plain]

_FLAGS = """
SELECT ?sentence ?source ?sign ?level ?rank (MIN(?claim) AS ?first)
WHERE {
  ?advice a twk:Advice ; rdfs:label ?sentence ; dcterms:source ?source ; twk:forSign ?sign ;
    twk:hasClaim ?claim .
  OPTIONAL { ?advice twk:adviceLevel ?level . ?level twk:rank ?rank }
}
GROUP BY ?advice ?sentence ?source ?sign ?level ?rank
ORDER BY DESC(?rank) ?source ?sentence
"""
_ASSERTED = """
SELECT ?subject ?predicate ?object ?for ?against
WHERE {
  ?assertion a twk:Assertion ; twk:subject ?subject ; twk:predicate ?predicate ;
    twk:sourcesFor ?for ; twk:sourcesAgainst ?against .
  ?assertion twk:object|twk:objectValue ?object .
}
"""
_DOCUMENTS = """
SELECT ?source ?title ?identifier ?length ?language
WHERE {
  ?source a twk:Source ; dcterms:title ?title ; dcterms:identifier ?identifier ;
    twk:lengthCodePoints ?length .
  OPTIONAL { ?source dcterms:language ?language }
}
ORDER BY ?source
"""
_LEGEND = """
SELECT ?group ?value ?label ?meaning ?rank
WHERE {
  VALUES ?class { twk:Certainty twk:Frequency twk:CautionKind twk:Outcome twk:DisagreementKind }
  ?value a ?class ; rdfs:label ?label ; skos:definition ?meaning .
  ?class rdfs:label ?group .
  OPTIONAL { ?value twk:rank ?rank }
}
ORDER BY ?group DESC(?rank) ?label
"""


_STANDARD = frozenset("dcterms oa owl prov rdf rdfs skos spdx".split())


class Flag(NamedTuple):
    """One red flag: the advice in words, the document that gives it, and a claim behind it."""

    sentence: str
    source: Iri
    sign: Iri
    level: Iri | None
    claim: Iri


class Document(NamedTuple):
    """A source: IRI, title, file name, length in Unicode code points, language."""

    iri: Iri
    title: str
    identifier: str
    length: int
    language: str

    @property
    def key(self) -> str:
        """The short number by which people cite it."""
        return claims.short_name(self.identifier)


class Known:
    """What the pages need of a graph again and again; it never changes while a server runs.

    :param graph: the graph.
    """

    def __init__(self, graph: KnowledgeGraph) -> None:
        self.graph = graph

    @cached_property
    def labels(self) -> dict[str, str]:
        """The English label of everything that has one."""
        return lookup.english_labels(self.graph.store)

    @cached_property
    def flags(self) -> tuple[Flag, ...]:
        """When to see a doctor, strictest first."""
        return tuple(
            Flag(
                str(row["sentence"]),
                Iri(str(row["source"])),
                Iri(str(row["sign"])),
                None if row["level"] is None else Iri(str(row["level"])),
                Iri(str(row["first"])),
            )
            for row in self.graph.store.query(_FLAGS)
        )

    @cached_property
    def counts(self) -> dict[Triple, tuple[int, int]]:
        """For each statement how many independent sources affirm and deny it."""
        found: dict[Triple, tuple[int, int]] = {}
        for row in self.graph.store.query(_ASSERTED):
            value = row["object"]
            assert value is not None
            triple = (Iri(str(row["subject"])), Iri(str(row["predicate"])), value)
            found[triple] = (int(str(row["for"])), int(str(row["against"])))
        return found

    @cached_property
    def around(self) -> dict[str, list[Triple]]:
        """For each entity the statements that name it, both ends being entities."""
        found: dict[str, list[Triple]] = {}
        for triple in self.counts:
            if isinstance(triple[2], Iri):
                for end in {triple[0], triple[2]}:
                    found.setdefault(end, []).append(triple)
        return found

    @cached_property
    def claims(self) -> dict[str, Claim]:
        """Every claim by its IRI."""
        return {claim.iri: claim for claim in claims.find(self.graph.store, [])}

    @cached_property
    def claims_by_entity(self) -> dict[str, tuple[Claim, ...]]:
        """For each entity the claims in which it is subject or object."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims.values():
            for end in {str(claim.subject), str(claim.object)}:
                found.setdefault(end, []).append(claim)
        return {iri: tuple(listed) for iri, listed in found.items()}

    @cached_property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """Every disagreement, gravest first."""
        return self.graph.disagreements()

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The documents, in order."""
        return tuple(
            Document(
                Iri(str(row["source"])),
                str(row["title"]),
                str(row["identifier"]),
                int(str(row["length"])),
                str(row["language"] or ""),
            )
            for row in self.graph.store.query(_DOCUMENTS)
        )

    @cached_property
    def kinds(self) -> dict[str, str]:
        """For each entity the label of its most specific class."""
        return self.graph.index.kinds()

    @cached_property
    def outlooks(self) -> frozenset[str]:
        """The entities that judge how something will turn out."""
        rows = self.graph.store.query("SELECT ?outlook WHERE { ?outlook a twk:Prognosis }")
        return frozenset(str(row[0]) for row in rows)

    @cached_property
    def legend(self) -> dict[str, tuple[tuple[str, str], ...]]:
        """What the words beside a claim mean, by kind of word."""
        found: dict[str, tuple[tuple[str, str], ...]] = {}
        for row in self.graph.store.query(_LEGEND):
            group = str(row["group"])
            pair = (str(row["label"]), str(row["meaning"]))
            found[group] = (*found.get(group, ()), pair)
        return found

    def name(self, value: Plain | None) -> str:
        """How a value is called: a label, a CURIE, yes or no, or the value itself."""
        if isinstance(value, Iri):
            return self.labels.get(value) or _local_name(value)
        if isinstance(value, bool):
            return "yes" if value else "no"
        return "" if value is None else str(value)

    def word(self, name: str) -> str:
        """The label of a property by its local name."""
        return self.labels.get(TWK + name, name)

    def document(self, source: str) -> Document | None:
        """The document of an IRI."""
        return next((one for one in self.documents if one.iri == source), None)


def _local_name(iri: str) -> str:
    """The CURIE of an IRI; of the properties of standard vocabularies the name, as words.

    >>> _local_name("http://www.w3.org/2004/02/skos/core#scopeNote")
    'scope note'
    """
    short = compact(iri)
    prefix, _, local = short.partition(":")
    if prefix in _STANDARD:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", local).lower()
    return short


_OTHERS: set[str] = set()
"""What the user's own data describe under IRIs of their own, which no path of this server is."""


@cache
def known(graph: KnowledgeGraph) -> Known:
    """What is known of a graph."""
    opened = graph.store
    graphs = opened.graphs() if isinstance(opened, store.Store) else ()
    for name in graphs:
        if name.startswith(USER_GRAPH):
            asked = f"SELECT DISTINCT ?s {{ GRAPH <{name}> {{ ?s a ?class }} FILTER(ISIRI(?s)) }}"
            found = (str(row[0]) for row in opened.query(asked))
            _OTHERS.update(iri for iri in found if not iri.startswith(BASE))
    return Known(graph)


def read_so_far(graph: KnowledgeGraph) -> tuple[dict[str, object], set[str]]:
    """What :func:`take_over` wants of another process that opens the same store."""
    found = {name: value for name, value in vars(known(graph)).items() if name != "graph"}
    return found, _OTHERS


def take_over(graph: KnowledgeGraph, read: tuple[dict[str, object], set[str]]) -> None:
    """Know what another process has read from the same store."""
    found, others = read
    vars(known(graph)).update(found)
    _OTHERS.update(others)


def href(value: object) -> str:
    """Where a page about an IRI is: here for what the graph describes, elsewhere for others.

    >>> href(Iri("https://w3id.org/twitchkg/id/myokymia"))
    '/id/myokymia'
    >>> href("javascript:alert(1)")
    ''
    """
    from urllib.parse import quote

    text = str(value)
    if text.startswith(BASE):
        path, mark, fragment = text[len(BASE) :].partition("#")
        return "/" + quote(path) + mark + quote(fragment, safe="=,")
    if text in _OTHERS:
        return f"/iri?iri={quote(text, safe='')}"
    return text if text.startswith(("https://", "http://")) else ""
