"""No line of a check can be taken out without its mutant of the graph showing it.

Each graph of ``tests/mutants/`` holds the fault that its check finds and near misses, which it must
not find; so a check with a line less finds too little there, or too much.
"""

from __future__ import annotations

import pytest
import rdflib
from querymutants import mutants, unordered
from test_checks import CHECKS, built, expected, mutant

from twitchkg import rdf, store
from twitchkg.store import Store

_ONE = "a row without a number makes the sum an error, which drops the group as a 1 does"
_QUICK = "subjects and predicates are compared below too; here this spares most comparisons"
EQUIVALENT = {
    "edge-without-claim": {"'BIND(1 AS ?affirmed)'": _ONE},
    "entity-without-claim": {
        "'BIND(1 AS ?used)'": _ONE,
        "'FILTER(?user != ?entity)'": "what a claim names is in use by that alone",
    },
    "repeated-claim": {
        "the block 'FILTER EXISTS {'": _QUICK,
        "'?other twk:subject ?subject .'": _QUICK,
        "'?entity twk:subject ?subject .'": _QUICK,
        "'?other twk:predicate ?predicate .'": _QUICK,
        "'?entity twk:predicate ?predicate .'": _QUICK,
    },
}
"""What changes no answer, for each check, and why."""


def load(graph: rdflib.Graph) -> Store:
    return store.of_triples(rdf.triples(graph))


def rows(engine: Store, query: str) -> list[tuple[str, ...]]:
    answer = engine.query(query).rows
    return sorted(tuple(term.value if term else "" for term in row.terms) for row in answer)


def survivors(name: str) -> tuple[int, set[str]]:
    """How many mutants a check has, and those that find the same as it does."""
    text = CHECKS[name].text
    faulty, sound = load(mutant(name)), load(built())
    assert rows(faulty, unordered(text)) == sorted(expected(name))
    tried = dict(mutants(text))
    same = {
        what
        for what, changed in tried.items()
        if rows(faulty, changed) == sorted(expected(name)) and not rows(sound, changed)
    }
    return len(tried), same


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_with_a_line_less_is_noticed(name: str) -> None:
    total, same = survivors(name)
    assert total >= 3
    known = EQUIVALENT.get(name, {})
    assert {what.split(" ", 3)[3] for what in same} == set(known), sorted(same)
    print(f"{name}: {total - len(same)} of {total} caught, {len(same)} change nothing")
