"""Rows put in order by the store itself, compared with the order of the engine."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twitchkg
from twitchkg import catalogue, store
from twitchkg.errors import QuerySyntaxError
from twitchkg.namespaces import PREFIXES
from twitchkg.store import ordering
from twitchkg.store.core import Store

TEXTS = st.text(st.characters(codec="utf-8", exclude_characters='"\\\n\r'), max_size=3)
SMALL = st.integers(-12, 12)
CELLS = {
    "text": TEXTS.map('"{}"'.format),
    "English": TEXTS.map('"{}"@en'.format),
    "integer": SMALL.map(str),
    "number": st.one_of(SMALL.map(str), SMALL.map(lambda n: f"{n / 4:.2f}")),
    "truth": st.booleans().map(lambda held: str(held).lower()),
    "day": st.dates().map('"{}"^^xsd:date'.format),
    "IRI": st.text("abé0/", max_size=3).map("<http://example.org/{}>".format),
}
"""Of each kind that is put in order here, what a cell may say in SPARQL."""


@st.composite
def asked(draw: st.DrawFn) -> str:
    """A query with rows of its own, whose columns are of one kind each, or have IRIs besides."""
    names = draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=3, unique=True))
    kinds = [draw(st.sampled_from(sorted(CELLS))) for _ in names]
    cells = [st.one_of(CELLS[kind], CELLS["IRI"], st.just("UNDEF")) for kind in kinds]
    rows = draw(st.lists(st.tuples(*cells), max_size=12))
    shown = draw(st.lists(st.sampled_from(names), min_size=1, unique=True))
    keys = [
        draw(st.sampled_from(("?{}", "DESC(?{})", "STR(?{})", "DESC(STR(?{}))"))).format(name)
        for name in draw(st.permutations(names))
    ]
    # What is equal but for how it is written comes in any order; the last key tells it apart.
    keys += [f"STR(?{name})" for name in names]
    body = "\n".join(f"    ({' '.join(row)})" for row in rows)
    return (
        f"SELECT {' '.join('?' + name for name in shown)}\nWHERE {{\n"
        f"  VALUES ({' '.join('?' + name for name in names)}) {{\n{body}\n  }}\n}}\n"
        f"ORDER BY {' '.join(keys)}\n"
    )


def by_the_engine(asked_of: Store, text: str) -> list[tuple[object, ...]]:
    # A comment at the end is not plain, so that the order is left to the engine.
    assert ordering.taken_off(f"{text.rstrip()} # as it is") is None
    return [row.terms for row in asked_of.query(f"{text.rstrip()} # as it is").rows]


@given(text=asked())
@settings(max_examples=300, deadline=None)
def test_rows_stand_as_the_engine_puts_them(text: str) -> None:
    empty = store.of_triples([])
    taken = ordering.taken_off(text)
    assert taken is not None
    assert "ORDER BY" not in taken[0]
    found = empty.query(text)
    assert [row.terms for row in found.rows] == by_the_engine(empty, text)
    assert all(len(row) == len(found.columns) for row in found.rows)


def test_the_rows_of_each_named_query_stand_as_the_engine_puts_them(
    kg: twitchkg.KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours: dict[str, bool] = {}
    answers = {}
    in_order = Store._ordered

    def seen(self: Store, text: str) -> object:
        found = in_order(self, text)
        ours[name] = ours.get(name, False) or found is not None
        return found

    monkeypatch.setattr(Store, "_ordered", seen)
    names = [query.name for query in catalogue.all_queries()]
    for name in names:
        answers[name] = [row.terms for row in kg.query(name)]
    assert sum(ours.values()) > 0.9 * len(names)
    monkeypatch.setattr(Store, "_ordered", lambda self, text: None)
    for name in names:
        assert answers[name] == [row.terms for row in kg.query(name)], name


@pytest.mark.parametrize(
    "end",
    [
        "ORDER BY ?a LIMIT 3",
        "ORDER BY ?a\nLIMIT 3",
        "ORDER BY (?a)",
        "ORDER BY LCASE(?a)",
        "ORDER BY DESC(STR(?a)",
        "ORDER BY DESC ?a",
        "ORDER BY ?a,?b",
        "ORDER BY ?1",
        "ORDER BY ?a # so",
        "ORDER BY",
        "",
    ],
)
def test_an_order_that_is_not_plain_is_left_to_the_engine(end: str) -> None:
    assert ordering.taken_off(f"SELECT ?a\nWHERE {{ ?a ?b ?c }}\n{end}") is None


@pytest.mark.parametrize(
    "head",
    [
        "SELECT DISTINCT ?a\nWHERE {{ ?a ?p ?b }}",
        "SELECT (COUNT(?a) AS ?n)\nWHERE {{ ?a ?p ?b }}",
        "SELECT *\nWHERE {{ ?a ?p ?b }}",
        "SELECT ?a\nWHERE {{ ?a ?p ?b }}\nGROUP BY ?a ?b",
        "SELECT ?a WHERE {{ ?a ?p ?b }}",
        "CONSTRUCT {{ ?a ?p ?b }}\nWHERE {{ ?a ?p ?b }}",
    ],
)
def test_no_column_is_added_where_it_would_change_the_rows(head: str) -> None:
    assert ordering.taken_off(head.format() + "\nORDER BY ?b") is None


@pytest.mark.parametrize(
    "value",
    [
        '"2020-01-01T00:00:00Z"^^xsd:dateTime',
        '"-0044-03-15"^^xsd:date',
        "1.5e0",
        '"NaN"^^xsd:double',
        '"many"^^xsd:integer',
        '"few"^^xsd:decimal',
        '"PT1H"^^xsd:duration',
        "<<( <a:a> <a:b> <a:c> )>>",
    ],
)
def test_what_is_not_compared_here_is_left_to_the_engine(value: str) -> None:
    empty = store.of_triples([])
    text = f"SELECT ?n\nWHERE {{\n  VALUES (?a ?n) {{ ({value} 1) ({value} 2) (UNDEF 3) }}\n}}\n"
    assert empty._ordered(text + "ORDER BY ?a ?n") is None
    assert [row["n"] for row in empty.query(text + "ORDER BY ?a ?n")] == [3, 1, 2]


def test_values_of_different_kinds_stand_by_kind() -> None:
    """The engine compares none of these, so that it gives any order."""
    cells = ['"b"', "2", '"a"@de', "true", '"a"', "10", '"a"@en', '"1999-01-01"^^xsd:date']
    text = f"SELECT ?a\nWHERE {{\n  VALUES ?a {{ {' '.join(cells)} }}\n}}\nORDER BY ?a"
    found = [row.term("a") for row in store.of_triples([]).query(text).rows]
    shown = [term.n3() for term in found if term]
    kinds = [f'"true"^^<{PREFIXES["xsd"]}boolean>', f'"1999-01-01"^^<{PREFIXES["xsd"]}date>']
    numbers = [f'"{number}"^^<{PREFIXES["xsd"]}integer>' for number in (2, 10)]
    assert shown == [*kinds, *numbers, '"a"', '"b"', '"a"@de', '"a"@en']


def test_an_error_in_a_query_with_an_order_names_its_place() -> None:
    text = "SELECT ?a\nWHERE {\n  ?a ?b\n}\nORDER BY ?a"
    with pytest.raises(QuerySyntaxError, match="line 4"):
        store.of_triples([]).query(text)


def test_a_construct_with_an_order_gives_a_graph() -> None:
    text = "CONSTRUCT { ?a a ?b }\nWHERE {\n  VALUES (?a ?b) { (<a:a> <a:b>) }\n}\nORDER BY ?a"
    assert len(store.of_triples([]).query(text).triples) == 1
