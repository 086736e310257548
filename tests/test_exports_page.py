"""The page on exports: its commands run, its code runs, its dictionary is that of the tables."""

from __future__ import annotations

import doctest
import pathlib
import re

import pytest
from conftest import ROOT

import twitchkg
from twitchkg.cli import main
from twitchkg.export import FORMATS, content
from twitchkg.graph import NOTICE

PAGE = (ROOT / "docs" / "exports.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"`twitchkg (export [^`]+)` \|", PAGE)
# The command for all of it takes as long as the others together; test_export_release.py runs it.
SHORT = [command for command in COMMANDS if "--release" not in command]


def test_the_page_begins_with_the_notice_and_names_the_formats() -> None:
    assert NOTICE in " ".join(PAGE.split())
    used = {word for command in COMMANDS for word in re.findall(r"-f (\S+)", command)}
    assert set(FORMATS) - used <= {"turtle", "ntriples", "rdfxml", "nquads", "kgx-jsonl"}


@pytest.mark.parametrize("command", SHORT)
def test_each_command_runs(
    command: str, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(command.split()) == 0
    assert list(tmp_path.iterdir())


def test_the_code_runs() -> None:
    assert doctest.testfile(str(ROOT / "docs" / "exports.md"), module_relative=False).failed == 0


def test_the_dictionary_is_that_of_the_tables(kg: twitchkg.KnowledgeGraph) -> None:
    shown = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+) \|$", PAGE, re.M)
    real = [
        (column.name, column.type, column.meaning)
        for table in content.tables(kg.store)
        for column in table.columns
    ]
    assert shown == real
    assert len(real) > 90
