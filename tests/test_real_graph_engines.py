"""Two SHACL engines find the same in the real graph, and in each of its mutants.

A mutant is a change of ``test_graph_mutants.py``, one for each constraint. Those that have no node
in common are made together, as a batch, and the whole graph is read by both engines. What each
mutant alters is known from its neighbours, so that the report of a batch is known before: a mutant
that hides the fault of another, or that one engine does not find, is seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
import topbraided
from changes import change
from graphmutants import Change, Pair, Real, Result
from rdflib import DCTERMS, SH, BNode, Literal, URIRef
from rdflib.term import Node
from test_graph_mutants import ALL, TOGETHER, _changes
from test_shapes import TWS, shapes
from topbraided import Found

from twitchkg import validation
from twitchkg.validation import NAMELESS

Mutant = tuple[Change, set[Found]]  # with the results that it adds or takes away
REAL = "the real graph"
SPELLED = ("PassageShape-end DatatypeConstraint", "PassageShape-start DatatypeConstraint")
"""Mutants with an offset such as ``"10e0"^^xsd:double``, in which the second engine finds more.

SPARQL's ``STR`` gives the lexical form, as Jena does; Oxigraph has turned it into ``10`` by then,
so that the passage's name still seems to have that offset. Both report the datatype.
"""


@pytest.fixture(scope="module")
def real() -> Real:
    return Real(shapes())


def _found(real: Real, mutants: list[Mutant]) -> set[Found]:
    """What the first engine finds in the whole graph with some mutants at once."""
    taken, added = _together(mutants)
    change(real.graph, taken, added)
    try:
        results = validation.validate(real.graph, shapes()).results
    finally:
        change(real.graph, added, taken)
    return {(r.severity, r.shape, r.component, r.focus, r.value) for r in results}


def _together(mutants: list[Mutant]) -> tuple[set, set]:  # type: ignore[type-arg]
    taken = {triple for mutant, _ in mutants for triple in mutant.taken}
    added = {triple for mutant, _ in mutants for triple in mutant.added}
    assert not taken & added
    return taken, added


def _shown(result: Result) -> Found:
    shape, component, focus, value, severity = result
    text = None if value is None else _text(value)
    return severity.removeprefix(str(SH)), shape, component, _text(focus), text


def _text(node: Node) -> str:
    return NAMELESS if isinstance(node, BNode) else str(node)


def _mutant(real: Real, name: str) -> Mutant:
    """The change that a constraint finds, alone or with those that must find it too."""
    pair: Pair = ALL[name]
    wanted = {pair, *(ALL[other] for other in TOGETHER.get(name, ([], ""))[0])}
    for mutant in _changes(real, pair):
        altered = real.difference(mutant, frozenset(wanted))
        if {result[:2] for result in altered} == wanted:
            return mutant, set(map(_shown, altered))
    pytest.fail(f"no change is found by {name}")


def _apart(one: Change, other: Change) -> bool:
    """Whether neither says anything of a node that the other names."""
    subjects, others = ({s for s, _, _ in c.taken | c.added} for c in (one, other))
    named, names = (
        {n for s, _, o in c.taken | c.added for n in (s, o) if not isinstance(n, Literal)}
        for c in (one, other)
    )
    return not subjects & names and not others & named


def _batches(mutants: list[Mutant]) -> list[list[Mutant]]:
    batches: list[list[Mutant]] = []
    for mutant in mutants:
        for batch in batches:
            if all(_apart(mutant[0], other) for other, _ in batch):
                batch.append(mutant)
                break
        else:
            batches.append([mutant])
    return batches


@topbraided.needed
def test_both_engines_find_the_same_in_the_real_graph(real: Real, tmp_path: Path) -> None:
    ours = _found(real, [])
    assert ours, "an empty report would be the same from an engine that does nothing"
    assert topbraided.found(tmp_path, real.graph, shapes(), {REAL: ((), ())}) == {REAL: ours}


@pytest.mark.thorough
@topbraided.needed
def test_both_engines_find_every_mutant(real: Real, tmp_path: Path) -> None:
    mutants = {name: _mutant(real, name) for name in ALL}
    assert len(mutants) > 300
    batches = {f"batch {at}": batch for at, batch in enumerate(_batches([*mutants.values()]))}
    print(f"{len(mutants)} mutants in {len(batches)} batches")
    before = _found(real, [])
    expected = {REAL: before}
    for at, batch in batches.items():
        expected[at] = before
        for _, altered in batch:
            expected[at] = expected[at] ^ altered
        assert _found(real, batch) == expected[at], f"mutants of {at} touch each other"
    deltas = {REAL: _together([])} | {at: _together(batch) for at, batch in batches.items()}
    theirs = topbraided.found(tmp_path, real.graph, shapes(), deltas)
    more = [_misnamed(real, mutants[name]) for name in SPELLED]
    for at, batch in batches.items():
        spelled = {
            found for found, name in zip(more, SPELLED, strict=True) if mutants[name] in batch
        }
        assert theirs[at] ^ expected[at] == spelled, at
    assert theirs[REAL] == before
    caught = {found[1:3] for results in theirs.values() for found in results ^ before}
    assert caught == set(ALL.values())


def _misnamed(real: Real, mutant: Mutant) -> Found:
    """What tells that the passage of a mutant has a name which does not fit its offsets."""
    [(passage, _, _)] = mutant[0].added
    source = real.graph.value(passage, DCTERMS.isPartOf)
    shape, component = f"{TWS}SourceShape-passageNames", f"{SH}SPARQLConstraintComponent"
    return "Violation", shape, component, str(source), str(passage)


@pytest.mark.thorough
@topbraided.needed
def test_a_shape_that_one_engine_does_not_apply_is_noticed(real: Real, tmp_path: Path) -> None:
    """Without one shape, the second engine no longer finds what the first one does."""
    name = "ChecksumShape-checksumValue MinCountConstraint"
    mutant = _mutant(real, name)
    ours = _found(real, [mutant])
    without = shapes() + rdflib.Graph()
    without.remove((None, SH.property, URIRef(TWS + name.split(maxsplit=1)[0])))
    deltas = {name: _together([mutant])}
    theirs = topbraided.found(tmp_path, real.graph, without, deltas)
    assert ours - theirs[name] == mutant[1]
