"""Changes of the whole real graph, each of which one constraint alone finds.

Reading the graph takes long, so that the ordinary run tries the constraints of amounts only;
``TWITCHKG_GRAPH_MUTANTS=Claim`` tries those whose names hold that word, and ``=Shape`` nearly all.
"""

from __future__ import annotations

import os
from itertools import islice

import pytest
from graphmutants import Real, candidates
from rdflib import URIRef
from test_shapes import INVALID, TWS, constraints, read, shapes

WORD = os.environ.get("TWITCHKG_GRAPH_MUTANTS", "Amount")
CONSTRAINTS = sorted(pair for pair in constraints(shapes()) if WORD in pair[0])
TRIES = 12


@pytest.fixture(scope="module")
def real() -> Real:
    return Real(shapes())


def _id(pair: tuple[str, str]) -> str:
    shape, kind = pair
    return f"{shape.removeprefix(TWS)} {kind.rpartition('#')[2].removesuffix('Component')}"


@pytest.mark.parametrize("pair", CONSTRAINTS, ids=_id)
def test_a_constraint_alone_finds_a_change(real: Real, pair: tuple[str, str]) -> None:
    shape, kind = pair
    cases = [path for path in INVALID if shape in read(path).shapes]
    tried = {}
    for change in islice(candidates(real, URIRef(shape), kind, cases), TRIES):
        found = {(result[0], result[1]) for result in real.altered(change, pair)}
        if found == {pair}:
            return
        tried[change.what] = found
    pytest.fail(f"no change of {len(tried)} is found by it alone: {tried}")
