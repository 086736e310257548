"""No line of a rule can be taken out or changed without its small graph showing it.

Each graph of ``tests/rules/`` holds pairs of claims that its rule finds, and near misses, which it
must not find. Each ``# pair:`` at its top names the claim, the other one, and what the two disagree
about, as the rule returns them; names are those after ``ex:``.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from changes import directives
from querymutants import changes, mutants

from twitchkg import disagreements, store
from twitchkg.disagreements import Rule
from twitchkg.store import Store
from twitchkg.terms import Term

GRAPHS = Path(__file__).parent / "rules"
EXAMPLE = "http://example.org/"
RULES = {rule.name: rule for rule in disagreements.rules()}


@cache
def graph(name: str) -> Store:
    return store.of_triples(store.parse(str(GRAPHS / f"{name}.ttl")))


def pairs(name: str, query: str) -> list[str]:
    """The pairs that a query finds in a rule's graph, each as a line."""
    rows = graph(name).query(query).rows
    # Rows are taken as a set: the records of disagreements are made of sets.
    return sorted({" ".join(map(_short, row.terms)) for row in rows})


def _short(term: Term | None) -> str:
    return term.value.removeprefix(EXAMPLE) if term else "-"


def expected(name: str) -> list[str]:
    given = directives(GRAPHS / f"{name}.ttl")
    assert set(given) == {"pair"}
    return sorted(given["pair"])


def survivors(rule: Rule) -> tuple[int, list[str]]:
    """How many mutants a rule has, and those that find the same as it does."""
    tried = {text: what for what, text in (*mutants(rule.query), *changes(rule.query))}
    right = expected(rule.name)
    return len(tried), [what for text, what in tried.items() if pairs(rule.name, text) == right]


def test_each_rule_has_its_graph() -> None:
    assert sorted(path.stem for path in GRAPHS.iterdir()) == sorted(RULES)


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_finds_its_pairs_and_no_near_miss(name: str) -> None:
    assert expected(name), "a rule that finds nothing shows nothing"
    assert pairs(name, RULES[name].query) == expected(name)


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rule_with_a_line_less_or_changed_is_noticed(name: str) -> None:
    total, same = survivors(RULES[name])
    assert total >= 20
    assert same == []
    print(f"{name}: {total} of {total} caught")
