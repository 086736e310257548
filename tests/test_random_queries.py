"""Two SPARQL engines give the same rows for queries that nobody thought of."""

from __future__ import annotations

import json
import os
from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import random_queries
import rdflib
from changes import read_graph
from rdflib import RDF, URIRef

from twitchkg import rdf, resources, store
from twitchkg.namespaces import PREFIXES
from twitchkg.store import Store
from twitchkg.terms import BNODE, IRI, LITERAL, Term

QUERIES = int(os.environ.get("TWITCHKG_RANDOM_QUERIES", "200"))
"""How many queries are made; a few thousand take some minutes."""
Answer = Counter[tuple[Term | None, ...]]
FOLDERS = ("claims", "data", "schema")


@cache
def sample() -> rdflib.Graph:
    """Some claims with all that is said of what they name: each property at small numbers."""
    paths = [p for p in resources.ontology_files() if Path(p).parent.name in FOLDERS]
    whole = read_graph(paths)
    claims = sorted(whole.subjects(RDF.type, URIRef(PREFIXES["twk"] + "Claim")), key=str)
    graph = rdflib.Graph()
    nodes = set(claims[:: len(claims) // 20])
    nodes |= {value for node in nodes for value in whole.objects(node)}
    for node in sorted(nodes, key=str):
        for triple in sorted(whole.triples((node, None, None)), key=str)[:12]:
            graph.add(triple)
    return graph


@cache
def generator() -> random_queries.Generator:
    return random_queries.Generator(sample())


def embedded(engine: Store, query: str) -> Answer:
    return Counter(tuple(row.terms) for row in engine.query(query).rows)


def by_rdflib(graph: rdflib.Graph, query: str) -> Answer:
    """The rows as rdflib finds them, by way of the format that both engines write.

    Where a query groups no rows at all, rdflib has a row without any value. SPARQL has none then,
    and each of these queries has a column that is never empty.
    """
    written = graph.query(query).serialize(format="json")
    assert written is not None
    answer = json.loads(written)
    return Counter(
        tuple(_term(row.get(column)) for column in answer["head"]["vars"])
        for row in answer["results"]["bindings"]
        if row
    )


def _term(cell: dict[str, str] | None) -> Term | None:
    if cell is None:
        return None
    kind = {"uri": IRI, "bnode": BNODE}.get(cell["type"], LITERAL)
    return Term(kind, cell["value"], cell.get("datatype", ""), cell.get("xml:lang", ""))


@cache
def oxigraph() -> Store:
    return store.of_triples(rdf.triples(sample()))


def test_the_sample_has_what_queries_ask() -> None:
    assert 500 < len(sample()) < 5000
    assert len(generator().properties) > 40
    assert len(generator().linking) > 20


def test_a_seed_makes_one_query() -> None:
    again = random_queries.Generator(sample())
    texts = [generator().query(seed) for seed in range(300)]
    assert texts == [again.query(seed) for seed in range(300)]
    assert len(set(texts)) > 290
    for word in ("OPTIONAL", "UNION", "MINUS", "NOT EXISTS", "VALUES", "BIND", "GROUP BY", "+ "):
        assert sum(word in text for text in texts) >= 5, word


@pytest.mark.parametrize("part", range(4))
def test_two_engines_agree(part: int) -> None:
    full = 0
    for seed in range(part, QUERIES, 4):
        query = generator().query(seed)
        ours = embedded(oxigraph(), query)
        assert by_rdflib(sample(), query) == ours, f"seed {seed}: {query}"
        full += bool(ours)
    assert full > QUERIES // 10, "most answers are empty, which shows little"


def test_a_difference_would_be_seen() -> None:
    """An engine that has but one triple in twenty answers some of the queries differently."""
    fewer = store.of_triples(sorted(rdf.triples(sample()))[::20])
    queries = [generator().query(seed) for seed in range(40)]
    assert any(embedded(fewer, query) != embedded(oxigraph(), query) for query in queries)
