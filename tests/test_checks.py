"""The checks: no row on the bundled graph, and the expected rows wherever there is a fault.

``tests/mutants/<check>.ttl`` changes the base of the test cases, with everything that the build
derives from it, so that the check has something to find. Each ``# row:`` at its top gives a row
that the check must return: entity and property as IRIs or CURIEs, and the value.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
import rdflib
import yaml
from changes import base, changed, directives, expand, read_graph
from rdflib import RDF, SH, URIRef

import twitchkg
from twitchkg import advice, catalogue, derive, rdf, resources, store, validation
from twitchkg.namespaces import PREFIXES, compact

CHECKS = {
    Path(path).stem: catalogue.read(path)
    for path in resources.files("queries", ".rq")
    if Path(path).parent.name == "checks"
}
MUTANTS = Path(__file__).parent / "mutants"
TWK = PREFIXES["twk"]


@cache
def built() -> rdflib.Graph:
    """The base, with what the build derives in place of what the base has of that kind."""
    graph = rdflib.Graph()
    graph += base()
    judges = URIRef(TWK + "judges")
    for kind in ("Assertion", "Advice"):
        for node in list(graph.subjects(RDF.type, URIRef(TWK + kind))):
            graph.remove((node, None, None))
            graph.remove((None, judges, node))
    plain = store.of_triples(rdf.triples(graph))
    made = [triple for layer in derive.MADE for triple in layer.make(plain)]
    graph += rdf.of_triples([*made, *advice.derived(plain)])
    # A verdict judges a claim and its assertion, whose name is the build's.
    for verdict, claim in list(graph.subject_objects(judges)):
        for assertion in list(graph.subjects(URIRef(TWK + "hasClaim"), claim)):
            if (assertion, RDF.type, URIRef(TWK + "Assertion")) in graph:
                graph.add((verdict, judges, assertion))
    return graph


@cache
def mutant(name: str) -> rdflib.Graph:
    return changed(built(), MUTANTS / f"{name}.ttl")


def rows(graph: rdflib.Graph, name: str) -> list[tuple[str, ...]]:
    """The rows of a check, sorted as it sorts them."""
    answer = store.of_triples(rdf.triples(graph)).query(CHECKS[name].text)
    return [tuple(term.value if term else "" for term in row.terms) for row in answer.rows]


def expected(name: str) -> list[tuple[str, ...]]:
    given = directives(MUTANTS / f"{name}.ttl")
    assert set(given) <= {"remove", "row"}
    found: list[tuple[str, ...]] = []
    for line in given["row"]:
        entity, prop, value = line.split(" ", 2)
        prefix = value.split(":", 1)[0]
        full = value.startswith("<") or prefix in PREFIXES
        found.append((expand(entity), expand(prop), expand(value) if full else value))
    return found


def test_there_are_checks() -> None:
    assert len(CHECKS) >= 15
    assert sorted(path.stem for path in MUTANTS.iterdir()) == sorted(CHECKS)


def test_checks_are_no_named_queries() -> None:
    assert set(CHECKS) & set(catalogue.query_names()) == set()


@pytest.mark.parametrize("name", CHECKS)
def test_the_bundled_graph_has_no_fault(kg: twitchkg.KnowledgeGraph, name: str) -> None:
    found = kg.store.query(CHECKS[name].text)
    assert [[compact(str(cell)) for cell in row] for row in found.rows] == []


@pytest.mark.parametrize("name", CHECKS)
def test_the_base_has_no_fault(name: str) -> None:
    assert rows(built(), name) == []


@pytest.mark.parametrize("name", CHECKS)
def test_a_fault_is_found(name: str) -> None:
    assert expected(name), "a check that finds nothing shows nothing"
    assert rows(mutant(name), name) == expected(name)


@pytest.mark.parametrize("name", CHECKS)
def test_rdflib_gives_the_same_rows(name: str) -> None:
    answer = mutant(name).query(CHECKS[name].text)
    found = [tuple(map(str, row)) for row in answer if isinstance(row, tuple)]
    assert found == expected(name)


def test_the_base_conforms_with_its_derived_layer() -> None:
    """What the build makes of the base is valid too, and so are materialised types."""
    shapes = read_graph(resources.files("shapes", ".ttl"))
    assert (None, RDF.type, SH.NodeShape) in shapes
    assert (None, RDF.type, URIRef(TWK + "Advice")) in built()
    report = validation.validate(built(), shapes)
    assert report.results == (), report.text()


@pytest.mark.parametrize("name", CHECKS)
def test_house_style(name: str) -> None:
    check = CHECKS[name]
    lines = [line[3:] for line in check.text.splitlines() if line.startswith("#+")]
    header = yaml.safe_load("\n".join(lines))
    assert header["summary"] == check.summary
    assert " ".join(header["description"].split()) == check.description
    assert check.topic == "checks"
    assert check.params == ()
    columns = [(column.name, column.type) for column in check.returns]
    assert columns == [("entity", "iri"), ("property", "iri"), ("value", "string")]
    body = "\n".join(line for line in check.text.splitlines() if not line.startswith("#"))
    assert "SELECT DISTINCT ?entity ?property ?value\n" in body
    assert body.endswith("\nORDER BY ?entity ?property ?value")
    assert "SERVICE" not in body
    declared = re.findall(r"^PREFIX ([\w-]+):", body, re.M)
    assert declared == sorted(declared)
    rest = re.sub(r"^PREFIX.*$|<[^>]*>|\"[^\"]*\"", "", body, flags=re.M)
    assert set(declared) == set(re.findall(r"(?<![\w?:])([a-z]+):", rest))
    assert all(len(line) <= 100 for line in check.text.splitlines())
