"""Constraints in SPARQL taken apart by their lines: which lines the cases show the use of.

Each mutant lacks one line or alternative of the query (``querymutants.py``). It is caught where it
finds other rows in a case of its node shape than the constraint does.
"""

from __future__ import annotations

import pytest
import rdflib
from changes import applied, base
from querymutants import mutants
from rdflib import RDF, RDFS, SH
from rdflib.term import Node
from shapemutants import TWS
from test_shapes import FILES, reported, shapes

from twitchkg import rdf, store
from twitchkg.errors import TwitchkgError
from twitchkg.sparql import prebound
from twitchkg.store import Store
from twitchkg.terms import Term

CONSTRAINTS = sorted(set(map(str, shapes().objects(None, SH.sparql))) & reported())

_ONE = "a row without a number makes the sum an error, which drops the group as a 1 does"
_QUICK = "the path from class to class, asked further down, begins there; this spares most of it"
EQUIVALENT = {
    "ClaimPredicateClassShape-edge": {"'BIND(1 AS ?affirmed)'": _ONE},
    "ClaimPredicateClassShape-object": {"'FILTER NOT EXISTS { ?object a ?range . }'": _QUICK},
    "ClaimPredicateClassShape-objectValue": {
        "'FILTER(ISLITERAL(?object))'": "what is no literal has no datatype, an error in the next"
    },
    "ClaimPredicateClassShape-subject": {"'FILTER NOT EXISTS { ?subject a ?domain . }'": _QUICK},
    "EntityClassShape-broaderKind": {"'BIND(1 AS ?shared)'": _ONE},
    "OntologyShape-domains": {"'FILTER NOT EXISTS { ?value a ?domain . }'": _QUICK},
    "OutlookShape-redFlags": {"'BIND(1 AS ?flagged)'": _ONE},
}
"""What changes no answer, for each constraint, and why."""

UNSHOWN = {
    "AdviceClassShape-claims": {"'?value a $this .'"},
    "ClaimPredicateClassShape-booleanValue": {
        "'?predicate a $this .'",
        "'?predicate rdfs:range xsd:boolean .'",
    },
    "ClaimPredicateClassShape-object": {
        "'?predicate a $this .'",
        "'FILTER EXISTS { ?object a/rdfs:subClassOf* twk:Entity . }'",
    },
    "ClaimPredicateClassShape-objectValue": {"'?predicate a $this .'"},
    "ClaimPredicateClassShape-slot": {"'?predicate a $this .'"},
    "ClaimPredicateClassShape-subject": {
        "'?predicate a $this .'",
        "'FILTER EXISTS { ?subject a/rdfs:subClassOf* twk:Entity . }'",
    },
    "EntityClassShape-broaderKind": {
        "'?parent a/rdfs:subClassOf* $this .'",
        "'?value skos:broader ?parent .'",
    },
    "OntologyShape-domains": {
        "'?used rdfs:isDefinedBy ?module .'",
        "'FILTER NOT EXISTS { ?used a twk:ClaimPredicate . }'",
    },
    "RankedValueClassShape-ranks": {"'?class rdfs:subClassOf+ $this .'"},
    "WaterContentShape-percent": {
        "'?value twk:predicate $this .'",
        "'FILTER(DATATYPE(?percent) = xsd:integer)'",
    },
}
"""The lines that no case shows the use of; none may join them."""


def focus(graph: rdflib.Graph, shape: Node) -> set[Node]:
    """The nodes that a shape with constraints in SPARQL looks at."""
    nodes = set(shapes()[shape : SH.targetNode])
    for kind in shapes()[shape : SH.targetClass]:
        for narrower in graph.transitive_subjects(RDFS.subClassOf, kind):
            nodes |= set(graph.subjects(RDF.type, narrower))
    return nodes


def rows(engine: Store, query: str, nodes: set[Node]) -> frozenset[tuple[str, ...]]:
    """What a query finds in some nodes: whatever the result and its message show."""
    found = set()
    for node in nodes:
        answer = engine.query(prebound(query, {"this": Term.iri(str(node))}))
        found |= {tuple(term.n3() if term else "" for term in row.terms) for row in answer.rows}
    return frozenset(found)


def survivors(constraint: str) -> tuple[int, list[str]]:
    """How many mutants a constraint has, and those that find the same in every case."""
    (query,) = map(str, shapes()[rdflib.URIRef(constraint) : SH.select])
    holder = next(shapes().subjects(SH.sparql, rdflib.URIRef(constraint)))
    alive = dict(mutants(query.strip()))
    total = len(alive)
    owner = str(holder).removeprefix(TWS)
    for path in FILES:
        if path.parent.name != owner:
            continue
        with applied(base(), path) as graph:
            engine = store.of_triples(rdf.triples(graph))
            nodes = focus(graph, holder)
            expected = rows(engine, query, nodes)
            alive = {
                what: text for what, text in alive.items() if _same(engine, text, nodes, expected)
            }
    return total, list(alive)


def _same(engine: Store, text: str, nodes: set[Node], expected: frozenset[tuple[str, ...]]) -> bool:
    try:
        return rows(engine, text, nodes) == expected
    except TwitchkgError:  # with the node in the place of $this, it is no query any more
        return False


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda c: c.removeprefix(TWS))
def test_a_line_of_a_constraint_is_there_for_something(constraint: str) -> None:
    total, alive = survivors(constraint)
    name = constraint.removeprefix(TWS)
    print(f"{name}: {total - len(alive)} of {total} caught", *alive, sep="\n    ")
    assert total > 0
    unseen = {what.split(" ", 3)[3] for what in alive}
    assert unseen == EQUIVALENT.get(name, {}).keys() | UNSHOWN.get(name, set())
