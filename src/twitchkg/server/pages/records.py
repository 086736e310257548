"""Pages of what is no entity: claims, documents with their passages, terms, and the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg.errors import UnknownNameError
from twitchkg.namespaces import OWL, RDF, TWK, compact
from twitchkg.server.pages import statements
from twitchkg.server.pages.entity import entity, sides
from twitchkg.server.pages.known import href, known
from twitchkg.server.pages.render import handled, page
from twitchkg.terms import Iri, Term

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Request, Response

_LIMIT = 200
_TERMS = frozenset(
    {
        *(OWL + kind for kind in ("Class", "ObjectProperty", "DatatypeProperty")),
        *(OWL + kind for kind in ("AnnotationProperty", "Ontology")),
        RDF + "Property",
    }
)


def resource(graph: KnowledgeGraph, request: Request, iri: str) -> Response:
    """The page about whatever an IRI names; a page with the nearest names if nothing has it."""

    @handled
    def answer(graph: KnowledgeGraph, request: Request) -> Response:
        about = known(graph)
        classes = _classes(graph, iri)
        if iri in about.claims:
            return _claim(graph, request, iri)
        if about.document(iri) is not None:
            return _source(graph, request, iri)
        if iri in about.kinds:
            return entity(graph, request, iri)
        if TWK + "Disagreement" in classes:
            return _disagreement(graph, iri)
        return _anything(graph, request, iri, classes)

    return answer(graph, request)


def other(graph: KnowledgeGraph, request: Request) -> Response:
    """The page about what an IRI of somebody else's names, of the user's own data above all."""
    iri = request.param("iri")
    if not iri:
        raise UnknownNameError("There is no IRI in the address. Write /iri?iri=IRI.")
    return resource(graph, request, iri)


def _classes(graph: KnowledgeGraph, iri: str) -> list[Iri]:
    rows = graph.store.query(f"SELECT ?class WHERE {{ {_checked(iri).n3()} a ?class }}")
    return [Iri(str(row[0])) for row in rows]


def _checked(iri: str) -> Term:
    """The IRI as a term.

    :raises UnknownNameError: if it holds what no IRI may hold, or is very long.
    """
    if len(iri) > 500 or any(c in '<>"{}|^`\\' or c <= " " for c in iri):
        raise UnknownNameError(f"'{iri[:100]}' is no IRI that anything here has.")
    return Term.iri(iri)


def _claim(graph: KnowledgeGraph, request: Request, iri: str) -> Response:
    about = known(graph)
    claim = about.claims[iri]
    document = about.document(claim.source)
    triple = (claim.subject, claim.predicate, claim.object)
    alike = [
        other
        for other in about.claims.values()
        if (other.subject, other.predicate, other.object) == triple and other.iri != iri
    ]
    text = f"{about.name(claim.subject)} {about.name(claim.predicate)}"
    if claim.object is not True:
        text += f" {about.name(claim.object)}"
    return page(
        graph,
        "claim",
        f"Claim {compact(iri)}",
        linked={
            "@context": "https://schema.org",
            "@type": "Claim",
            "@id": iri,
            "name": ("It is not so that " if claim.negated else "") + text,
            "url": request.base + href(iri),
            "appearance": {
                "@type": "CreativeWork",
                "@id": claim.source,
                "name": document.title if document else claim.document,
            },
        },
        said=statements.said(about, claim),
        document=document,
        alike=statements.statements(about, alike),
        outlook=claim.predicate == TWK + "hasPrognosis",
        disagreements=sides(about, [one for one in about.disagreements if iri in one.claims]),
    )


def _source(graph: KnowledgeGraph, request: Request, iri: str) -> Response:
    about = known(graph)
    document = about.document(iri)
    assert document is not None
    places: dict[tuple[int, int, int], list[statements.Statement]] = {}
    for claim in sorted(about.claims.values(), key=statements.order):
        if claim.source == iri:
            listed = statements.statements(about, [claim])
            for passage in claim.passages:
                places.setdefault((passage.start, passage.end, passage.line), []).extend(listed)
    return page(
        graph,
        "source",
        document.title,
        linked={
            "@context": "https://schema.org",
            "@type": "CreativeWork",
            "@id": iri,
            "name": document.title,
            "identifier": document.identifier,
            "inLanguage": document.language,
            "url": request.base + href(iri),
        },
        document=document,
        places=sorted(places.items()),
        number=sum(claim.source == iri for claim in about.claims.values()),
    )


def _disagreement(graph: KnowledgeGraph, iri: str) -> Response:
    about = known(graph)
    found = [one for one in about.disagreements if one.iri == iri]
    title = f"Disagreement: {found[0].sentence}"
    return page(graph, "disagreements", title, found=sides(about, found))


def _anything(graph: KnowledgeGraph, request: Request, iri: str, classes: list[Iri]) -> Response:
    """All that the graph says of something: a term, a named graph, a verdict and so on.

    :raises UnknownNameError: if it says nothing.
    """
    term = _checked(iri).n3()
    out = graph.store.query(
        f"SELECT DISTINCT ?property ?value WHERE {{ {term} ?property ?value }} "
        f"ORDER BY ?property ?value LIMIT {_LIMIT + 1}"
    )
    into = graph.store.query(
        f"SELECT DISTINCT ?subject ?property WHERE {{ ?subject ?property {term} }} "
        f"ORDER BY ?property ?subject LIMIT {_LIMIT + 1}"
    )
    inside = graph.store.query(
        f"SELECT (COUNT(*) AS ?number) WHERE {{ GRAPH {term} {{ ?s ?p ?o }} }}"
    )
    number = int(str(inside.rows[0][0]))
    if not out.rows and not into.rows and not number:
        slug = iri.rstrip("/").rpartition("/")[2]
        near = tuple(match.iri for match in graph.search(slug.replace("-", " "), 8))
        raise UnknownNameError(f"Nothing here has the IRI {iri}.", near)
    about = known(graph)
    title = about.name(Iri(iri))
    linked: dict[str, object] | None = None
    if _TERMS.intersection(classes):
        linked = {
            "@context": "https://schema.org",
            "@type": "DefinedTerm",
            "@id": iri,
            "name": title,
            "url": request.base + href(iri),
        }
    return page(
        graph,
        "anything",
        title,
        linked=linked,
        iri=Iri(iri),
        out=_by_property(out, "value")[:_LIMIT],
        into=_by_property(into, "subject")[:_LIMIT],
        more=max(len(out), len(into)) > _LIMIT,
        number=number,
    )


def _by_property(rows: object, column: str) -> list[tuple[Iri, list[object]]]:
    from twitchkg.results import Result

    assert isinstance(rows, Result)
    found: dict[str, list[object]] = {}
    for row in list(rows)[:_LIMIT]:
        found.setdefault(str(row["property"]), []).append(row[column])
    return [(Iri(prop), values) for prop, values in found.items()]
