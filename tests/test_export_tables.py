"""Tables, databases and networks, each read by its own ecosystem's tool."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import pathlib
import sqlite3
import sys

import duckdb
import networkx
import pandas
import pytest

import twitchkg
from twitchkg.cli import main
from twitchkg.errors import MissingExtraError, ParameterError
from twitchkg.export import content, tabular
from twitchkg.export.tables import Table
from twitchkg.graph import NOTICE

TYPES = {"string": str, "integer": int, "number": float, "boolean": bool}


@pytest.fixture(scope="module")
def tables(kg: twitchkg.KnowledgeGraph) -> dict[str, Table]:
    return {table.name: table for table in content.tables(kg.store)}


@pytest.fixture(scope="module")
def folder(kg: twitchkg.KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    where = tmp_path_factory.mktemp("tables")
    for format in ("csv", "parquet"):
        assert main(["export", "-f", format, "-o", str(where / format)]) == 0
    assert main(["export", "-f", "sqlite", "-o", str(where / "kg.sqlite")]) == 0
    return where


def test_cells_have_the_type_of_their_column(tables: dict[str, Table]) -> None:
    assert len(tables) == 9
    for table in tables.values():
        assert table.rows, table.name
        for place, column in enumerate(table.columns):
            found = {type(row[place]) for row in table.rows} - {type(None)}
            assert found <= {TYPES[column.type]}, (table.name, column.name, found)
            assert column.meaning, (table.name, column.name)


def test_keys_are_unique_and_rows_sorted(tables: dict[str, Table]) -> None:
    for table in tables.values():
        keys = [tuple(row[name] for name in table.key) for row in table.dicts()]
        assert len(set(keys)) == len(keys), table.name


def test_ids_refer_to_rows(tables: dict[str, Table]) -> None:
    nodes = {row["id"] for row in tables["nodes"].dicts()}
    claims = {row["id"] for row in tables["claims"].dicts()}
    sources = {row["id"] for row in tables["sources"].dicts()}
    edges = {row["id"] for row in tables["edges"].dicts()}
    for row in (*tables["edges"].dicts(), *tables["claims"].dicts()):
        assert row["subject"] in nodes
        assert row["object"] is None or row["object"] in nodes
        assert (row["object"] is None) != (row["value"] is None)
    for name in ("edges", "disagreements", "verdicts", "advice"):
        for row in tables[name].dicts():
            assert row["claims"] is None or set(str(row["claims"]).split("|")) <= claims
    assert {row["claim"] for row in tables["passages"].dicts()} == claims
    assert {row["source"] for row in tables["claims"].dicts()} == sources
    for row in tables["verdicts"].dicts():
        assert set(str(row["assertions"]).split("|")) <= edges


def test_counts_agree_with_the_graph(kg: twitchkg.KnowledgeGraph, tables: dict[str, Table]) -> None:
    for name, class_ in (
        *(("claims", "Claim"), ("disagreements", "Disagreement"), ("verdicts", "Verdict")),
        *(("advice", "Advice"), ("sources", "Source")),
    ):
        asked = kg.query(f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ ?x a twk:{class_} }}")
        assert len(tables[name].rows) == asked.rows[0]["n"], name
    assert (
        len({row["id"] for row in tables["amounts"].dicts()})
        == (kg.query("SELECT (COUNT(*) AS ?n) WHERE { ?x a twk:Amount }").rows[0]["n"])
    )
    holding = {
        (row["subject"], row["predicate"], row["object"] or row["value"])
        for row in tables["edges"].dicts()
        if row["basis"] == "claimed" and row["holds"]
    }
    plain = kg.query(
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH <https://w3id.org/twitchkg/graph/derived/edges> "
        "{ ?s ?p ?o } FILTER(STRSTARTS(STR(?p), STR(twk:))) }"
    )
    assert len(holding) == plain.rows[0]["n"]


def test_an_outlook_never_stands_without_the_red_flags(tables: dict[str, Table]) -> None:
    outlooks = 0
    for name in ("edges", "claims"):
        for row in tables[name].dicts():
            if row["predicate"] == "twk:hasPrognosis":
                outlooks += 1
                assert "see a doctor" in str(row["red_flags"])
    assert outlooks > 40
    for row in tables["nodes"].dicts():
        assert ("Prognosis" in str(row["classes"]).split("|")) == (row["red_flags"] is not None)
    told = {row["id"]: row["predicate"] for row in tables["claims"].dicts()}
    for row in tables["disagreements"].dicts():
        about = {told[claim] for claim in str(row["claims"]).split("|")}
        assert ("twk:hasPrognosis" in about) == (row["red_flags"] is not None)


def test_duckdb_reads_csv_parquet_and_sqlite_alike(
    folder: pathlib.Path, tables: dict[str, Table]
) -> None:
    for name, table in tables.items():
        for ending in ("csv", "parquet"):
            count = f"SELECT COUNT(*) FROM '{folder}/{ending}/{name}.{ending}'"
            assert duckdb.execute(count).fetchall() == [(len(table.rows),)], (name, ending)
        rows = duckdb.execute(f"SELECT * FROM '{folder}/parquet/{name}.parquet'").fetchall()
        assert rows == table.rows, name
        with contextlib.closing(sqlite3.connect(folder / "kg.sqlite")) as database:
            found = database.execute(f'SELECT * FROM "{name}" ORDER BY rowid').fetchall()
        assert [tuple(row) for row in found] == table.rows, name


def test_csv_is_the_same_again_when_read(folder: pathlib.Path, tables: dict[str, Table]) -> None:
    for name, table in tables.items():
        with (folder / "csv" / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
        assert header == [column.name for column in table.columns]
        flat = [
            ["" if c is None else str(c).lower() if isinstance(c, bool) else str(c) for c in row]
            for row in table.rows
        ]
        assert rows == flat, name


def test_pandas_reads_them(folder: pathlib.Path, kg: twitchkg.KnowledgeGraph) -> None:
    frame = kg.to_pandas("claims")
    assert frame.attrs["notice"] == NOTICE
    assert str(frame["negated"].dtype) == "boolean"
    assert str(frame["duration_days"].dtype) == "Int64"
    read = pandas.read_parquet(folder / "parquet" / "claims.parquet")
    assert list(read["id"]) == list(frame["id"])
    text = pandas.read_csv(folder / "csv" / "claims.csv")
    assert text["negated"].sum() == frame["negated"].sum() > 20
    with pytest.raises(ParameterError, match="nodes, edges, claims"):
        kg.to_pandas("clams")


def test_the_data_dictionary_describes_every_column(
    folder: pathlib.Path, tables: dict[str, Table]
) -> None:
    for ending in ("csv", "parquet"):
        package = json.loads((folder / ending / tabular.DICTIONARY).read_text())
        assert package["description"].startswith(NOTICE)
        for part in package["resources"]:
            table = tables[part["name"]]
            assert (folder / ending / part["path"]).is_file()
            fields = [(f["name"], f["type"]) for f in part["schema"]["fields"]]
            assert fields == [(column.name, column.type) for column in table.columns]
    with contextlib.closing(sqlite3.connect(folder / "kg.sqlite")) as database:
        assert (
            database.execute("SELECT value FROM about WHERE key = 'notice'").fetchone()[0] == NOTICE
        )
        described = database.execute("SELECT COUNT(*) FROM data_dictionary").fetchone()[0]
    assert described == sum(len(table.columns) for table in tables.values())


def test_parquet_carries_notice_and_meanings(folder: pathlib.Path) -> None:
    import pyarrow.parquet

    schema = pyarrow.parquet.read_schema(folder / "parquet" / "claims.parquet")
    assert schema.metadata[b"notice"].decode() == NOTICE
    assert schema.field("negated").metadata[b"meaning"] == b"whether the document denies it"


def test_the_network(kg: twitchkg.KnowledgeGraph, tables: dict[str, Table]) -> None:
    graph = kg.to_networkx()
    assert graph.graph["notice"] == NOTICE
    assert set(graph) == {row["id"] for row in tables["nodes"].dicts()}
    for _, _, facts in graph.edges(data=True):
        assert facts["weight"] == facts["sources_for"]
        assert (facts["basis"] == "claimed") == ("claims" in facts)
    read = networkx.read_graphml(io.BytesIO(kg.export_file("graphml")), force_multigraph=True)
    assert networkx.utils.graphs_equal(
        networkx.MultiDiGraph(read), networkx.MultiDiGraph(graph)
    ) or sorted(read.edges(keys=True)) == sorted(graph.edges(keys=True))
    assert read.nodes["twd:caffeine"] == graph.nodes["twd:caffeine"]


@pytest.mark.parametrize("format", ["sqlite", "graphml"])
def test_the_same_bytes_each_time(kg: twitchkg.KnowledgeGraph, format: str) -> None:
    assert kg.export_file(format) == kg.export_file(format)


@pytest.mark.parametrize("format", ["csv", "parquet"])
def test_the_same_files_each_time(kg: twitchkg.KnowledgeGraph, format: str) -> None:
    assert kg.export_files(format) == kg.export_files(format)


@pytest.mark.parametrize(
    ("package", "extra", "arguments"),
    [
        ("pyarrow", "tables", ["-f", "parquet", "-o", "x"]),
        ("networkx", "networkx", ["-f", "graphml"]),
    ],
)
def test_an_engine_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    package: str,
    extra: str,
    arguments: list[str],
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    assert main(["export", *arguments]) == 2
    assert f"pip install 'twitchkg[{extra}]'" in capsys.readouterr().err


def test_pandas_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, kg: twitchkg.KnowledgeGraph
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(MissingExtraError, match=r"twitchkg\[pandas\]"):
        kg.to_pandas("nodes")
