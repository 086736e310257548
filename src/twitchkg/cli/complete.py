"""The command ``completion``."""

from __future__ import annotations

import argparse

from twitchkg.cli import COMMANDS, PROG
from twitchkg.cli.options import write
from twitchkg.errors import MissingExtraError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]

SHELLS = ("bash", "zsh", "fish")


def add_completion(parser: argparse.ArgumentParser) -> Run:
    """Set up ``completion``."""
    parser.add_argument(
        "shell", choices=SHELLS, metavar="SHELL", help=f"one of {', '.join(SHELLS)}"
    )
    return completion


def completion(options: argparse.Namespace) -> int:
    """Print a script that completes commands and options in a shell."""
    try:
        import shtab
    except ImportError:
        raise MissingExtraError(
            "Completion needs the package shtab. Install it: pip install 'twitchkg[completion]'"
        ) from None
    write(str(shtab.complete(whole(), options.shell)) + "\n", None)
    return 0


def whole() -> argparse.ArgumentParser:
    """One parser with all commands, from those that the commands themselves use."""
    from importlib import import_module

    parser = argparse.ArgumentParser(prog=PROG)
    parser.add_argument("--version", action="store_true", help="print the versions")
    commands = parser.add_subparsers(dest="command")
    for name, (module, text) in COMMANDS.items():
        added = commands.add_parser(name, help=text, description=text)
        getattr(import_module(f"twitchkg.cli.{module}"), f"add_{name}")(added)
        if name in ("query", "queries"):
            _complete_queries(added)
    return parser


def _complete_queries(parser: argparse.ArgumentParser) -> None:
    """Let the first word of a command complete to the named queries; any other stays allowed."""
    from twitchkg import catalogue

    for action in parser._actions:
        if action.dest in ("what", "name"):
            action.choices = catalogue.query_names()
