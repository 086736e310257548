"""Every named query: expected rows, the same in two engines, bound and unbound."""

from __future__ import annotations

import csv
import json
import pathlib
import re
from collections import Counter

import pytest
import yaml

import twitchkg
from twitchkg import catalogue
from twitchkg.errors import HeaderError, ParameterError

EXPECTED = pathlib.Path(__file__).parent / "expected"
NAMES = catalogue.query_names()
# A query that takes an entity as its question is expected for one entity; unbound it lists all.
PARAMS: dict[str, dict[str, str]] = json.loads(
    (EXPECTED / "parameters.json").read_text(encoding="utf-8")
)
Key = tuple[tuple[str, str, str], ...]


def test_there_are_queries() -> None:
    assert len(NAMES) >= 50
    assert len(set(NAMES)) == len(NAMES)


def test_expected_files_fit_the_queries() -> None:
    assert sorted(path.stem for path in EXPECTED.glob("*.csv")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_expected_rows(kg: twitchkg.KnowledgeGraph, name: str) -> None:
    with (EXPECTED / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        expected = list(csv.reader(file))
    answer = kg.query(name, **PARAMS.get(name, {})).serialize("csv")
    assert list(csv.reader(answer.splitlines())) == expected
    assert len(expected) > 1, "a query without rows shows nothing"


@pytest.mark.parametrize("name", NAMES)
def test_columns_are_as_the_header_says(kg: twitchkg.KnowledgeGraph, name: str) -> None:
    query = catalogue.get(name)
    result = kg.query(name)
    assert result.columns == tuple(column.name for column in query.returns)
    kinds = {"iri": {"iri"}, "string": {"iri", "literal"}}
    for row in result:
        for column, term in zip(query.returns, row.terms, strict=True):
            if term is not None:
                assert term.kind in kinds.get(column.type, {"literal"}), (column.name, term)
                if column.type in ("integer", "boolean", "decimal"):
                    assert term.datatype.endswith("#" + column.type), (column.name, term)


@pytest.mark.parametrize("name", NAMES)
def test_a_bound_parameter_keeps_just_its_rows(kg: twitchkg.KnowledgeGraph, name: str) -> None:
    """Binding a parameter that is a column gives the rows that have that value there."""
    query = catalogue.get(name)
    every = kg.query(name)
    tried = 0
    for param in query.params:
        if param.name not in every.columns:
            continue
        values = Counter(term for row in every if (term := row.term(param.name)) is not None)
        for value, count in (*values.most_common(1), *values.most_common()[-1:]):
            bound = kg.query(name, **{param.name: value.value})
            kept = [row for row in every if row.term(param.name) == value]
            assert len(bound) == count
            assert Counter(bound.rows) == Counter(kept)
            tried += 1
    assert tried or not query.params or name == "twitch-features"


@pytest.mark.parametrize("path", catalogue.query_files())
def test_headers_are_yaml(path: str) -> None:
    """Another YAML reader understands each header as the catalogue does."""
    text = pathlib.Path(path).read_text(encoding="utf-8")
    lines = [line[3:] for line in text.splitlines() if line.startswith("#+")]
    header = yaml.safe_load("\n".join(lines))
    query = catalogue.read(path)
    assert header["summary"] == query.summary
    assert " ".join(header["description"].split()) == query.description
    for key, columns in (("params", query.params), ("returns", query.returns)):
        theirs = [next(iter(entry.items())) for entry in header[key] or []]
        assert [(f"{c.name} ({c.type})", c.meaning) for c in columns] == theirs


@pytest.mark.parametrize("path", catalogue.query_files())
def test_house_style(path: str) -> None:
    text = pathlib.Path(path).read_text(encoding="utf-8")
    body = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    assert not re.search(r"SELECT (DISTINCT )?\*", body)
    assert "SERVICE" not in body
    assert "ORDER BY" in body
    declared = re.findall(r"^PREFIX ([\w-]+):", body, re.M)
    assert declared == sorted(declared)
    rest = re.sub(r"^PREFIX.*$|<[^>]*>|\"[^\"]*\"", "", body, flags=re.M)
    assert set(declared) == set(re.findall(r"(?<![\w?:])([a-z]+):", rest))
    assert all(len(line) <= 100 for line in text.splitlines())


def test_every_outlook_has_its_red_flags(kg: twitchkg.KnowledgeGraph) -> None:
    """No query shows an outlook without saying when to see a doctor."""
    shown = 0
    for query in catalogue.all_queries():
        result = kg.query(query.name)
        for row in result:
            values = [str(value) for value in row]
            if "https://w3id.org/twitchkg/id/harmless" in values:
                assert "see a doctor" in str(row["redFlags"]), query.name
                shown += 1
    assert shown


HEADER = "#+ summary: What?\n#+ description: It.\n#+ params: []\n#+ returns:\n#+   - a (iri): x\n"


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("", "lacks 'summary:'"),
        (HEADER.replace("What?", "What"), "ends in '?'"),
        (HEADER + "#+ colour: red\n", ":6: unknown key 'colour'"),
        (HEADER + "#+ summary: Again?\n", ":6: the key 'summary' stands twice"),
        (HEADER.replace("(iri)", "(text)"), "cannot read the entry '- a (text): x'"),
        (HEADER.replace("#+ params: []\n", ""), "lacks 'params:'"),
        (HEADER.replace("It.", ""), "'description:' is empty"),
        (HEADER + "#+ !\n", ":6: cannot read the header line '!'"),
    ],
)
def test_a_faulty_header_is_refused(tmp_path: pathlib.Path, header: str, fault: str) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(header + "SELECT ?a WHERE { ?a ?b ?c }")
    with pytest.raises(HeaderError) as caught:
        catalogue.read(str(path))
    assert fault in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [("integer", "21", "many"), ("decimal", "0.5", "half"), ("boolean", "true", "maybe")],
)
def test_literal_parameters(tmp_path: pathlib.Path, type_: str, good: str, bad: str) -> None:
    path = tmp_path / "mine.rq"
    header = HEADER.replace("params: []", f"params:\n#+   - c ({type_}): x")
    path.write_text(header + "SELECT ?a WHERE { ?a twk:rank ?c }")
    query = catalogue.read(str(path))
    assert catalogue.literal(query, query.param("c"), good).datatype.endswith("#" + type_)
    with pytest.raises(ParameterError, match="must be"):
        catalogue.literal(query, query.param("c"), bad)


def test_unknown_parameter(kg: twitchkg.KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="Its parameters: nutrient, food"):
        kg.query("foods-by-nutrient", nutrients="magnesium")
