"""The quick reader of plain command lines against argparse."""

from __future__ import annotations

import random
import subprocess
import sys
from importlib import import_module

import pytest

from twitchkg import store
from twitchkg.cli import COMMANDS
from twitchkg.cli.arguments import NotPlainError, Quick, parser

PIECES = (
    *("query", "twitch", "eyelid twitching", "-", "--", "", "a=b", "-1", "csv", "table", "5", "x"),
    *("-f", "--format", "--form", "-fcsv", "--format=csv", "-p", "--param", "-o", "--output"),
    *("--limit", "--data", "--endpoint", "--timeout", "-h", "--help", "--unknown", "-v", "-p a"),
    *("http://localhost/", "SELECT ?s WHERE { ?s ?p ?o }", "own.ttl", "-f csv", "soon", "--kind"),
)
ASK = [name for name, (module, _) in COMMANDS.items() if module == "ask"]


def declare(name: str, taker: object) -> None:
    getattr(import_module(f"twitchkg.cli.{COMMANDS[name][0]}"), f"add_{name}")(taker)


def plain_commands() -> list[str]:
    """The commands whose declarations the quick reader understands."""
    found = []
    for name in COMMANDS:
        try:
            declare(name, Quick())
        except NotPlainError:
            continue
        found.append(name)
    return found


def test_the_commands_that_ask_are_read_quickly() -> None:
    assert set(ASK) <= set(plain_commands())


@pytest.mark.parametrize("name", plain_commands())
def test_both_read_alike(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the quick reader reads, argparse reads in the same way."""
    quick, full = Quick(), parser(name, "")
    declare(name, quick)
    declare(name, full)
    chance = random.Random(name)
    read = 0
    for _ in range(1500):
        arguments = chance.choices(PIECES, k=chance.randrange(6))
        options = quick.read(list(arguments))
        if options is None:
            continue
        read += 1
        assert vars(full.parse_args(list(arguments))) == vars(options), arguments
    assert read > 10
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("what", ["SELECT ?t WHERE { ?t a twk:TwitchType }", "twitch-classes"])
def test_a_plain_query_imports_no_argparse(what: str) -> None:
    store.bundled()  # so that it is prepared
    code = (
        "import sys; from twitchkg.cli import main; "
        f"main(['query', {what!r}, '--limit', '1']); "
        "print([n for n in ('argparse', 're', 'enum') if n in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "code"), [(["query", "ASK {}"], 0), (["show", "xylophone"], 2), (["--help"], 0)]
)
def test_the_process_ends_with_the_exit_code(arguments: list[str], code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "twitchkg", *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code
    assert (done.stdout != "") == (code == 0)
    assert (done.stderr != "") == (code == 2)
