"""The scripts of docs/scaling.md: one answer in DuckDB, Spark and SPARQL, at small size."""

from __future__ import annotations

import csv
import io
import os
import pathlib
import shutil
import subprocess
import sys

import pytest

from twitchkg.cli import main
from twitchkg.namespaces import compact

SCRIPTS = pathlib.Path(__file__).parent.parent / "docs" / "scaling"
NUMBER = 2_000


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A folder with the tables and some observations."""
    folder = tmp_path_factory.mktemp("scaling")
    assert main(["export", "-f", "parquet", "-o", str(folder / "tables")]) == 0
    run("observations.py", str(folder / "tables"), str(NUMBER), str(folder / "observations"))
    return folder


def run(script: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, SCRIPTS / script, *arguments],
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def rows(text: str) -> list[tuple[str, ...]]:
    header, *found = csv.reader(io.StringIO(text))
    assert header == ["cause", "observations", "people"]
    return sorted((compact(cause), *counts) for cause, *counts in found)


@pytest.fixture(scope="module")
def by_sparql(made: pathlib.Path) -> list[tuple[str, ...]]:
    output = made / "sparql.csv"
    query = [str(SCRIPTS / "causes.rq"), "--data", str(made / "observations.nt")]
    assert main(["query", *query, "-f", "csv", "-o", str(output)]) == 0
    found = rows(output.read_text(encoding="utf-8"))
    assert len(found) > 100
    assert sum(int(count) for _, count, _ in found) > NUMBER
    return found


def test_duckdb_answers_as_sparql(made: pathlib.Path, by_sparql: list[tuple[str, ...]]) -> None:
    arguments = (str(made / "tables"), str(made / "observations.parquet"))
    assert rows(run("join_duckdb.py", *arguments)) == by_sparql


@pytest.mark.skipif(
    "TWITCHKG_SPARK" not in os.environ,
    reason="PySpark is 300 MB and wants a Java of its own: pip install pyspark, set TWITCHKG_SPARK",
)
def test_spark_answers_as_sparql(made: pathlib.Path, by_sparql: list[tuple[str, ...]]) -> None:
    assert shutil.which("java"), "PySpark needs a Java on the PATH"
    arguments = (str(made / "tables"), str(made / "observations.parquet"))
    assert rows(run("join_spark.py", *arguments)) == by_sparql
