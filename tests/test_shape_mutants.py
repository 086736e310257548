"""No constraint can go, or ask for less, without a case showing it.

``shapemutants.py`` makes the mutants; one is caught where a case of its node shape has a fault that
the mutant does not see, or sees as less severe, or where it finds a fault that is none.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache

import pyshacl
import pytest
import rdflib
from changes import applied, base
from rdflib import RDF, SH, URIRef
from rdflib.term import Node
from shapemutants import TWS, Mutant, Shapes
from test_shapes import FILES, node_shapes, read, shapes

from twitchkg import rdf, store
from twitchkg.sparql import prebound

OWNERS = sorted(shape.removeprefix(TWS) for shape in node_shapes())
EQUIVALENT = {
    "tws:NamedThingShape: sh:nodeKind sh:IRI becomes sh:IRIOrLiteral": (
        "its targets are instances of classes, and no literal is an instance of anything"
    ),
}
"""What changes no result, and why."""

Found = frozenset[tuple[str, str, str, str | None]]


def found(graph: rdflib.Graph, part: rdflib.Graph) -> Found:
    """Which faults are seen, whatever kind of constraint sees them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about literals that do not fit their datatype
        _, report, _ = pyshacl.validate(graph, shacl_graph=part, inference="none")
    assert isinstance(report, rdflib.Graph), report

    def text(result: Node, prop: URIRef) -> str:
        return str(report.value(result, prop))

    return frozenset(
        (
            text(result, SH.resultSeverity),
            text(result, SH.sourceShape),
            text(result, SH.focusNode),
            text(result, SH.value),
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    )


def answered(graph: rdflib.Graph) -> Callable[[], rdflib.Graph]:
    """The graph with its queries answered as ``twitchkg validate`` has them answered."""

    @cache
    def make() -> rdflib.Graph:
        engine = store.of_triples(rdf.triples(graph))
        return rdf.answered_by(graph, lambda text, values: engine.query(prebound(text, values)))

    return make


def survivors(owner: str) -> tuple[int, list[str]]:
    """How many mutants a node shape has, and those that no case tells from the shape."""
    cases = [path for path in FILES if path.parent.name == owner]
    helped = {URIRef(shape) for path in cases for shape in read(path).shapes}
    alive: list[Mutant] = list(Shapes(shapes(), base()).mutants(owner, helped))
    total = len(alive)
    for path in cases:
        expected = {URIRef(shape) for shape in read(path).shapes}
        near = [m for m in alive if not expected or m.entries & expected]
        with applied(base(), path) as graph:
            asked = answered(graph)
            seen: dict[int, Found] = {}
            for mutant in near:
                data = asked() if (None, SH.sparql, None) in mutant.before else graph
                key = id(mutant.before)
                if key not in seen:
                    seen[key] = found(data, mutant.before)
                if found(data, mutant.after) != seen[key]:
                    alive.remove(mutant)
    return total, [mutant.what for mutant in alive]


@pytest.mark.parametrize("owner", OWNERS)
def test_every_mutant_of_a_shape_is_caught(owner: str) -> None:
    total, alive = survivors(owner)
    print(f"{owner}: {total - len(alive)} of {total} caught", *alive, sep="\n    ")
    known = {what for what in EQUIVALENT if what.split(":")[1].split("-")[0] == owner}
    assert set(alive) == known, f"{len(set(alive) ^ known)} mutants are not as expected"


def test_a_shape_that_does_not_change_finds_the_same() -> None:
    """Nothing that differs from run to run, such as a blank node's name, makes a mutant caught."""
    path = next(path for path in FILES if path.stem == "invalid-nodeKind")
    part = rdflib.Graph()
    for triple in shapes():
        if triple[0] == URIRef(TWS + "NamedThingShape"):
            part.add(triple)
    with applied(base(), path) as graph:
        first, second = found(graph, part), found(graph, part)
    assert len(first) == 5
    assert first == second
