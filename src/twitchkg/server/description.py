"""The endpoint and the dataset, described for programs. Runs in a worker."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from twitchkg.graph import NOTICE
from twitchkg.namespaces import BASE, DCTERMS, GRAPH, PREFIXES, RDF, RDFS
from twitchkg.server import rendering
from twitchkg.terms import Term

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.results import Triple
    from twitchkg.server.messages import Handler, Request, Response

DATASET = BASE + "dataset"
"""The IRI of the dataset that the VoID description is about."""
_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = PREFIXES["void"]
_FORMATS = (
    *("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV"),
    *("Turtle", "N-Triples", "RDF_XML", "JSON-LD"),
)
_LICENCE = Term.iri("https://creativecommons.org/licenses/by/4.0/")
_TYPE = Term.iri(RDF + "type")


def service(graph: KnowledgeGraph, request: Request) -> Response:
    """The service description of the endpoint (SPARQL 1.1 Service Description).

    :raises twitchkg.errors.NotAcceptableError: if the client takes no format that there is.
    """
    type_ = rendering.chosen(request, "", html=False)
    response = rendering.rendered(_service(graph, request.base), type_)
    void = f'<{request.base}/.well-known/void>; rel="describedby"'
    return response._replace(headers=(("Link", void),))


def void(graph: KnowledgeGraph, request: Request) -> Response:
    """The VoID description of the dataset, with the address of this endpoint.

    :raises twitchkg.errors.NotAcceptableError: if the client takes no format that there is.
    """
    path, ending = rendering.split(request.path)
    type_ = rendering.chosen(request, ending, html=False)
    endpoint = Term.iri(f"{request.base}/sparql")
    told = Term.iri(_VOID + "sparqlEndpoint")
    asked = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{GRAPH}derived/void> {{ ?s ?p ?o }} }}"
    triples = [t for t in graph.store.query(asked).triples if t[1] != told]
    document, dataset = Term.iri(request.base + path), Term.iri(DATASET)
    triples += [
        (dataset, told, endpoint),
        (document, _TYPE, Term.iri(_VOID + "DatasetDescription")),
        (document, Term.iri("http://xmlns.com/foaf/0.1/primaryTopic"), dataset),
        (document, Term.iri(RDFS + "comment"), Term.string(NOTICE, "en")),
    ]
    response = rendering.rendered(triples, type_)
    return response._replace(headers=rendering.links(request, path, type_, DATASET, html=False))


def _service(graph: KnowledgeGraph, base: str) -> list[Triple]:
    endpoint = f"{base}/sparql"
    node, dataset, default = (Term.iri(endpoint + end) for end in ("", "#dataset", "#default"))
    made: list[Triple] = [
        (node, _TYPE, _sd("Service")),
        (node, _sd("endpoint"), node),
        (node, _sd("supportedLanguage"), _sd("SPARQL11Query")),
        (node, _sd("defaultDataset"), dataset),
        (node, Term.iri(RDFS + "seeAlso"), Term.iri(f"{base}/.well-known/void")),
        (node, Term.iri(RDFS + "comment"), Term.string(NOTICE, "en")),
        (dataset, _TYPE, _sd("Dataset")),
        (dataset, Term.iri(DCTERMS + "source"), Term.iri(DATASET)),
        (dataset, Term.iri(DCTERMS + "license"), _LICENCE),
        (dataset, _sd("defaultGraph"), default),
    ]
    made += [
        (node, _sd("resultFormat"), Term.iri(f"http://www.w3.org/ns/formats/{name}"))
        for name in _FORMATS
    ]
    whole, counts = _counts(graph)
    made += [(default, _TYPE, _sd("Graph")), (default, Term.iri(_VOID + "triples"), whole)]
    for name, count in counts:
        path = name.value.removeprefix(GRAPH)
        named, content = (Term.iri(f"{endpoint}#{part}-{path}") for part in ("named", "graph"))
        made += [
            (dataset, _sd("namedGraph"), named),
            (named, _TYPE, _sd("NamedGraph")),
            (named, _sd("name"), name),
            (named, _sd("graph"), content),
            (content, _TYPE, _sd("Graph")),
            (content, Term.iri(_VOID + "triples"), count),
        ]
    return made


@cache
def _counts(graph: KnowledgeGraph) -> tuple[Term, tuple[tuple[Term, Term], ...]]:
    """The triples of the default graph, and of each named graph."""
    whole = graph.store.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows[0].terms[0]
    named = graph.store.query(
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g"
    )
    assert whole is not None
    pairs = [row.terms for row in named.rows]
    return whole, tuple((name, count) for name, count in pairs if name and count)


def _sd(name: str) -> Term:
    return Term.iri(_SD + name)


ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"/sparql/?", service),
    (r"/\.well-known/void(?:\.(?:ttl|jsonld|rdf|nt))?", void),
)
"""The paths of the descriptions, as patterns of the whole path."""
