"""Files as named graphs on disk, each triple once, whatever the number of parts."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Callable
from itertools import groupby

import pytest

import twitchkg
from twitchkg import store
from twitchkg.store import USER_GRAPH, partitioned

NUMBERS = """\
@prefix : <urn:test:> .
:a :decimal 1.50, 1.5, 2.0 ; :double 1.5E0, 15E-1 ; :integer 7, 07 ; :near [ :of [ :of :a ] ] ;
    :text "one\\ntwo\\rthree", "\u2028\u0085\\u000B", "caf\u00e9", "\U0001f600"@en .
:a :decimal 1.5 .
"""
LINE = re.compile(r'<\S+> <\S+> (<\S+>|"([^"\\\n\r]|\\.)*"\S*) \.\n', re.ASCII)


@pytest.fixture
def files(tmp_path: pathlib.Path) -> list[str]:
    first, second = tmp_path / "first.ttl", tmp_path / "second.ttl"
    first.write_text(NUMBERS, encoding="utf-8")
    many = "".join(f"<urn:s{n % 50}> <urn:p{n % 3}> {n % 90}, {n % 90}.0 .\n" for n in range(600))
    second.write_text(f"{NUMBERS}{many}", encoding="utf-8")
    return [str(first), str(second)]


def read(files: list[str], graph: str | None) -> list[str]:
    with store.dataset(files, bundled=False) as found:
        lines = list(found.ntriples(graph))
        assert store.parse_turtle("".join(lines)) == list(found.triples(graph))
    return lines


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    def use(part: int, block: int) -> None:
        monkeypatch.setattr(partitioned, "_PART", part)
        monkeypatch.setattr(partitioned, "_BLOCK", block)

    return use


@pytest.mark.parametrize(("part", "block"), [(1 << 22, 7), (1000, 50_000), (64, 11)])
@pytest.mark.parametrize("graph", [USER_GRAPH, None])
def test_the_number_of_parts_changes_nothing(
    files: list[str], graph: str | None, part: int, block: int, in_parts: Callable[..., None]
) -> None:
    whole = read(files, graph)
    in_parts(part, block)
    parts = read(files, graph)
    assert sorted(parts) == sorted(whole)
    assert len({*parts}) == len(parts)
    assert (parts == whole) is (part == 1 << 22), "there were no parts"
    places = [place for place, _ in groupby(line.split(" ", 2)[:2] for line in parts)]
    assert len({*map(tuple, places)}) == len(places), "a subject and predicate stand apart"


def test_each_value_is_there_once(files: list[str]) -> None:
    lines = read(files[:1], USER_GRAPH)
    assert sum("urn:test:decimal" in line for line in lines) == 2
    assert sum("urn:test:double" in line for line in lines) == 1
    assert sum("urn:test:integer" in line for line in lines) == 1


def test_lines_are_ntriples_in_ascii(files: list[str]) -> None:
    lines = read(files, None)
    assert all(LINE.fullmatch(line) for line in lines)
    assert any("\\u2028" in line and "\\u0085" in line.lower() for line in lines)
    assert any("\\U0001F600" in line for line in lines)


def test_blank_nodes_of_two_files_stay_apart(files: list[str]) -> None:
    one, both = (sum("/genid/" in line for line in read(f, None)) for f in (files[:1], files))
    assert (one, both) == (3, 6)


def test_the_bundled_graphs_are_those_of_the_store() -> None:
    with store.dataset() as found:
        names = found.graphs()
        counts = {name: sum(1 for _ in found.ntriples(name)) for name in [*names, None]}
    text = "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g"
    kg = twitchkg.load()
    expected = {row[0]: row[1] for row in kg.query(text)}
    assert {name: n for name, n in counts.items() if name} == expected
    (row,) = kg.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert counts[None] == row[0]
