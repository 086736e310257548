"""Fixtures: the bundled graph, a cache of the run's own, the user's copies of the documents."""

from __future__ import annotations

import os
import pathlib
import re

import pytest

import twitchkg

ROOT = pathlib.Path(__file__).resolve().parent.parent
SHARED = ROOT.parent / "shared"
CHANGELOG = ROOT / "CHANGELOG.md"


def releases() -> list[tuple[str, str]]:
    """The versions that the changelog dates, the newest first, with their days."""
    text = CHANGELOG.read_text(encoding="utf-8")
    return re.findall(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", text, re.M)


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep prepared stores of the tests out of the user's cache."""
    os.environ["TWITCHKG_CACHE"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def kg() -> twitchkg.KnowledgeGraph:
    """The bundled graph."""
    return twitchkg.load()


@pytest.fixture(scope="session")
def documents() -> pathlib.Path:
    """The folder of the five documents, which are no part of the project."""
    folder = SHARED / "sources"
    if not folder.is_dir():
        pytest.skip("the source documents are not part of the project and are not here")
    return folder


@pytest.fixture(scope="session")
def reference() -> pathlib.Path:
    """The folder of the reference tables, which are no part of the project."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("the reference tables are not part of the project and are not here")
    return folder
