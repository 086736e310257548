"""Changes of the whole real graph, each of which one constraint alone finds.

A run over all takes minutes, so that the ordinary run tries some only;
``TWITCHKG_GRAPH_MUTANTS="Claim Passage"`` tries those whose names hold one of these words, and
``=Shape`` all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from changes import change
from graphchanges import candidates
from graphmutants import Change, Pair, Real
from rdflib import URIRef
from test_shapes import INVALID, TWS, constraints, read, shapes

from twitchkg import validation

ORDINARY = "Amount Checksum Disagreement Verdict"  # some 45 seconds
WORDS = os.environ.get("TWITCHKG_GRAPH_MUTANTS", ORDINARY).split()


def _id(pair: Pair) -> str:
    shape, kind = pair
    return f"{shape.removeprefix(TWS)} {kind.rpartition('#')[2].removesuffix('Component')}"


ALL = {_id(pair): pair for pair in sorted(constraints(shapes()))}
TOGETHER = {
    "ChecksumShape-algorithm MaxCountConstraint": (
        ["ChecksumShape-algorithm InConstraint"],
        "Its list has one member, so that a second value is never in it.",
    ),
    "ClaimShape-source MaxCountConstraint": (
        ["SourceShape-claimPassages SPARQLConstraint"],
        "A claim is found in some passage, which is part of a source that is not both of two.",
    ),
    "EntityShape-isOppositeOf ClassConstraint": (
        ["EntityClassShape-opposites SPARQLConstraint"],
        "What is no entity may not say of what it is the opposite, as an opposite must.",
    ),
    "QualifiedRecordShape-maximumDurationDays MinInclusiveConstraint": (
        ["QualifiedRecordShape-span LessThanOrEqualsConstraint"],
        "Where there is a maximum there is a duration, of a day at least, and it is not above it.",
    ),
}
"""The constraints that find nothing alone, each with what must find it too, and why."""


@pytest.fixture(scope="module")
def real() -> Real:
    return Real(shapes())


def _changes(real: Real, pair: Pair) -> Iterator[Change]:
    shape, kind = pair
    cases = [path for path in INVALID if shape in read(path).shapes]
    return candidates(real, URIRef(shape), kind, cases)


def _chosen(names: list[str]) -> list[str]:
    return [name for name in names if any(word in name for word in WORDS)]


@pytest.mark.parametrize("name", _chosen([name for name in ALL if name not in TOGETHER]))
def test_a_constraint_alone_finds_a_change(real: Real, name: str) -> None:
    pair = ALL[name]
    tried = {}
    for mutant in _changes(real, pair):
        found = real.altered(mutant, frozenset({pair}))
        if found == {pair}:
            return
        tried[mutant.what] = found
    pytest.fail(f"no change of {len(tried)} is found by it alone: {tried}")


@pytest.mark.parametrize("name", _chosen(list(TOGETHER)))
def test_what_a_constraint_finds_another_must_find_too(real: Real, name: str) -> None:
    pair = ALL[name]
    others, _ = TOGETHER[name]
    both = frozenset({pair, *(ALL[other] for other in others)})
    together: list[str] = []
    for mutant in _changes(real, pair):
        assert real.altered(mutant, frozenset({pair})) != {pair}, f"found alone: {mutant.what}"
        if not together and real.altered(mutant, both) == both:
            together.append(mutant.what)
    assert together, "no change is found by these alone"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name",
    [
        "PassageShape-isPartOf MaxCountConstraint",
        "SourceShape-sameDocument SPARQLConstraint",
        "StatementShape-subject DisjointConstraint",
    ],
)
def test_a_run_over_everything_finds_the_same(real: Real, name: str) -> None:
    """What looks only at the neighbours of a change passes nothing over."""
    pair = ALL[name]
    before = set(real.graph)
    found = (c for c in _changes(real, pair) if real.altered(c, frozenset({pair})) == {pair})
    taken, added = map(set, next(found)[1:])
    assert set(real.graph) == before, "the change is not undone"
    assert len(real.store) == len(before), "the change is not undone in the store"
    results = _everything(real)
    change(real.graph, taken, added)
    try:
        changed = _everything(real)
    finally:
        change(real.graph, added, taken)
    assert {result[:2] for result in results ^ changed} == {pair}


def _everything(real: Real) -> set[tuple[str, ...]]:
    results = validation.validate(real.graph, shapes()).results
    return {(r.shape, r.component, r.severity, str(r.focus), str(r.value)) for r in results}
