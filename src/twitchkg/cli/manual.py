"""The help of each command beyond its options: what it does, exit codes, examples.

The texts stand in ``manual.toml``; both are read only where help is asked for.
"""

from __future__ import annotations

import argparse
import textwrap
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from twitchkg.cli import COMMANDS, PROG
from twitchkg.cli.arguments import parser

WIDTH = 96
_EXITS = {
    "0": "done",
    "2": "it could not be done: wrong usage, an unknown name, bad input; one line says why",
}


class Example(NamedTuple):
    """A command line, and what it does."""

    command: str
    does: str


class Page(NamedTuple):
    """What is told about one command; ``exits`` are pairs of a code and its meaning."""

    does: str
    exits: tuple[tuple[int, str], ...]
    examples: tuple[Example, ...]
    see_also: str


@cache
def pages() -> dict[str, Page]:
    """The pages by the words of the command after ``twitchkg``, such as ``new claim``."""
    texts = tomllib.loads(Path(__file__).with_name("manual.toml").read_text("utf-8"))
    return {
        name: Page(
            text["does"].strip(),
            tuple((int(c), t) for c, t in sorted({**_EXITS, **text.get("exits", {})}.items())),
            tuple(Example(*pair) for pair in text["examples"]),
            text["see"],
        )
        for name, text in texts.items()
    }


def page(prog: str) -> Page | None:
    """The page of a parser, by its name with ``twitchkg`` in front."""
    return pages().get(prog.removeprefix(f"{PROG} "))


def complete(command: argparse.ArgumentParser) -> None:
    """Give a parser the description and the end of its help, if there is a page for it."""
    told = page(command.prog)
    if told is None or command.epilog is not None:
        return
    first = command.description or ""
    command.description = "\n\n".join(_wrapped(text) for text in (first, told.does) if text)
    lines = ["exit codes:", *(f"  {code}  {meaning}" for code, meaning in told.exits), ""]
    lines.append("examples:")
    for example in told.examples:
        lines += [f"  {example.command}", f"      {example.does}"]
    command.epilog = "\n".join([*lines, "", f"see also: {told.see_also}"])


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(part, WIDTH) for part in text.split("\n\n"))


def parsers(name: str) -> Iterator[argparse.ArgumentParser]:
    """The parser of a command as the command line makes it, and those of its subcommands."""
    module, text = COMMANDS[name]
    made = parser(f"{PROG} {name}", text[0].upper() + text[1:] + ".")
    getattr(import_module(f"twitchkg.cli.{module}"), f"add_{name}")(made)
    yield made
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            yield from action.choices.values()
