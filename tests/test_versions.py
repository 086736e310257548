"""The page of compatibility says what pyproject.toml says; tests/versions.py tries the versions."""

from __future__ import annotations

import re
import tomllib

import pytest
import versions
from conftest import ROOT
from packaging.specifiers import SpecifierSet

BOUNDS = versions.bounds()
PAGE = versions.PAGE.read_text("utf-8")
ROWS = {row["name"]: row for row in map(versions.ROW.match, PAGE.splitlines()) if row}


def test_every_dependency_has_a_row() -> None:
    assert list(ROWS) == [bound.name for bound in BOUNDS]


@pytest.mark.parametrize("bound", BOUNDS, ids=lambda bound: bound.name)
def test_a_row_tells_the_lowest_version_and_another_that_is_allowed(bound: versions.Bound) -> None:
    row = ROWS[bound.name]
    assert row["extra"].strip(" `") == bound.extra
    assert row["lowest"] == bound.lowest
    assert SpecifierSet(bound.allowed).contains(row["newest"])


def test_the_lowest_python_is_the_one_that_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    tested = re.findall(r"^\| (3\.\d+)(?:\.\d+)? \|", PAGE, re.M)
    assert project["requires-python"] == f">={tested[0]}"
    assert tested == sorted(tested, key=lambda version: int(version.split(".")[1]))
    declared = [name.rsplit(" ", 1)[1] for name in project["classifiers"] if "Python :: 3." in name]
    assert declared == tested
