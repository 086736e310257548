"""The endpoint's description of itself."""

from __future__ import annotations

import pytest
import rdflib
from rdflib.compare import isomorphic

from twitchkg.errors import NotAcceptableError
from twitchkg.graph import KnowledgeGraph
from twitchkg.server import description
from twitchkg.server.messages import Handler, Request

SD = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
VOID = rdflib.Namespace("http://rdfs.org/ns/void#")
BASE = "https://kg.example"


def test_the_service_names_its_endpoint_and_counts_its_graphs(kg: KnowledgeGraph) -> None:
    request = Request("/sparql", accept="text/turtle", base=BASE)
    found = rdflib.Graph().parse(data=description.service(kg, request).body, format="turtle")
    endpoint = rdflib.URIRef(f"{BASE}/sparql")
    assert (endpoint, SD.endpoint, endpoint) in found
    assert (endpoint, SD.supportedLanguage, SD.SPARQL11Query) in found
    counts = {
        str(found.value(named, SD.name)): int(str(found.value(content, VOID.triples)))
        for named, content in found.subject_objects(SD.graph)
    }
    rows = kg.query("SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g")
    assert counts == {str(row["g"]): row["n"] for row in rows}
    assert counts


# The JSON-LD parser of rdflib makes a graph of a kind that rdflib itself calls outdated.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
@pytest.mark.parametrize("handler", [description.service, description.void])
def test_the_formats_say_the_same(kg: KnowledgeGraph, handler: Handler) -> None:
    made = [
        rdflib.Graph().parse(data=handler(kg, Request("/x", accept=type_)).body, format=parser)
        for type_, parser in (
            ("text/turtle", "turtle"),
            ("application/rdf+xml", "xml"),
            ("application/ld+json", "json-ld"),
        )
    ]
    assert all(isomorphic(made[0], other) for other in made)
    with pytest.raises(NotAcceptableError):
        handler(kg, Request("/x", accept="image/png"))
