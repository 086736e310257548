"""Every block of the README and of the guides does what it shows."""

from __future__ import annotations

import doctest
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from blocks import BLOCK, alike, steps
from tutorial import printed

from twitchkg import load
from twitchkg.namespaces import PREFIXES

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("**/*.md"))]
IN_ORDER = ["your-own-data.md"]  # tests/test_extension.py follows it from its top


def blocks(language: str) -> list[tuple[str, str]]:
    """The blocks of one language, each with the file and line where it stands."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for match in BLOCK.finditer(text):
            if page.name in IN_ORDER and language in ("console", "python"):
                continue
            if match[1] == language:
                line = text.count("\n", 0, match.start()) + 1
                found.append((f"{page.name}:{line}", match[2]))
    return found


def test_every_block_is_of_a_kind_that_is_run() -> None:
    """Shell blocks are the set-up, which CI runs; Mermaid draws; ``text`` is not for this machine.

    The others are run or read here.
    """
    kinds = {match[1] for page in PAGES for match in BLOCK.finditer(page.read_text("utf-8"))}
    run = {"sh", "console", "python", "mermaid"}
    assert run <= kinds <= run | {"text", "turtle", "json", "sparql"}


@pytest.mark.parametrize(("where", "block"), blocks("turtle"))
def test_turtle_can_be_read(where: str, block: str) -> None:
    known = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    assert list(ox.parse(known + block, format=ox.RdfFormat.TURTLE)), where


@pytest.mark.parametrize(("where", "block"), blocks("json"))
def test_json_can_be_read(where: str, block: str) -> None:
    json.loads(block)


@pytest.mark.parametrize(("where", "block"), blocks("sparql"))
def test_sparql_finds_something(where: str, block: str) -> None:
    assert load().query(block), where


@pytest.mark.parametrize(("where", "block"), blocks("console"))
def test_commands_print_what_the_page_shows(
    where: str, block: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line ``$ twitchkg ...`` is run; what follows it is what it prints, ``...`` for any text."""
    monkeypatch.chdir(tmp_path)
    for command, arguments, shown in steps(block):
        said = printed(arguments)
        assert alike(shown, said), f"{where}: {command}\n{said}"


@pytest.mark.parametrize(("where", "block"), blocks("python"))
def test_python_prints_what_the_page_shows(where: str, block: str) -> None:
    test = doctest.DocTestParser().get_doctest(block, {}, where, where, 0)
    assert test.examples, f"{where} has no example"
    failed, _ = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test)
    assert failed == 0


def test_the_set_up_is_two_commands() -> None:
    commands = [line for _, block in blocks("sh") for line in block.splitlines()]
    assert len(commands) == 2
    assert all(command.startswith("python3 -m venv .venv && ") for command in commands)
    assert "twitchkg query" in commands[0]
    assert commands[1].endswith("-m pytest")
