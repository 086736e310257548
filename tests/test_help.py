"""The help of every command: complete, and its examples do what they show."""

from __future__ import annotations

import argparse
import os
import pathlib
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest
from conftest import ROOT, SHARED
from sparqlstore import running
from test_cli import Capture, run

from twitchkg.cli import COMMANDS, manual

PARSERS = [parser for name in COMMANDS for parser in manual.parsers(name)]
NAMES = [parser.prog.removeprefix("twitchkg ") for parser in PARSERS]
EXAMPLES = [
    pytest.param(name, example.command, id=example.command)
    for name in NAMES
    for example in manual.pages()[name].examples
    if name not in ("serve", "mcp", "publish")
]
ELSEWHERE = {
    "twitchkg validate": "a line of .ci/run",
    "twitchkg build --check": "a line of .ci/run",
    "twitchkg evidence tables": "it writes into the source tree, as build does",
    "twitchkg build": "it writes into the source tree, which other tests read meanwhile",
    "twitchkg validate my-entities.ttl": "test_curation.py checks a file of somebody's own so",
    "twitchkg reason my-entities.ttl": "test_reasoning.py reasons over a file of somebody's own so",
    "twitchkg diff old.ttl new.ttl": "the example with --check makes the same comparison",
}
"""Examples that are not run here, and why."""
OWN = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
@prefix own: <https://example.org/id/> .

own:boron a twk:Nutrient ; rdfs:label "boron"@en ;
    skos:definition "A mineral that plants need and people may need."@en .
"""


@pytest.mark.parametrize("parser", PARSERS, ids=NAMES)
def test_every_command_has_a_page(parser: argparse.ArgumentParser) -> None:
    """The page alone tells what stands after the options: a declaration has no epilog of its own.

    Move an epilog to ``manual.toml``, with the exit codes and two examples.
    """
    made = next(p for p in manual.parsers(parser.prog.split()[1]) if p.prog == parser.prog)
    assert made.epilog is None
    page = manual.pages()[parser.prog.removeprefix("twitchkg ")]
    assert len(page.examples) >= 2
    assert [code for code, _ in page.exits] in ([0, 2], [0, 1, 2])
    assert all(example.does for example in page.examples)


@pytest.mark.parametrize("parser", PARSERS, ids=NAMES)
def test_every_option_tells_its_default(parser: argparse.ArgumentParser) -> None:
    text = parser.format_help()
    for action in parser._actions:
        if action.help == argparse.SUPPRESS or not action.option_strings or action.required:
            continue
        assert action.help, action.dest
        assert action.option_strings[-1] in text
        formatter = parser.formatter_class(prog=parser.prog)
        told = formatter._expand_help(action)
        if action.nargs != 0:
            assert "default" in told, action.option_strings
        if action.default and action.nargs != 0 and not isinstance(action.default, list):
            assert re.sub(r"\.0$", "", str(action.default)) in told, action.option_strings


@pytest.mark.parametrize("name", NAMES)
def test_help_has_all_parts(capsys: Capture, name: str) -> None:
    code, out, err = run(capsys, *name.split(), "--help")
    assert (code, err) == (0, "")
    places = [out.index(part) for part in ("usage: ", "options:", "exit codes:", "examples:")]
    assert places == sorted(places)
    assert out.index("see also: ") > places[-1]
    used = set(re.findall(r"(?<=see also: ).*", out)[0].split("; ")[0].split(", "))
    known = {f"twitchkg {other}" for other in NAMES}
    for command in used:
        if command.startswith("twitchkg "):
            assert any(command == one or command.startswith(f"{one} ") for one in known), command
    for page in re.findall(r"docs/\S+\.md", out):
        assert (ROOT / page).is_file() or page == "docs/command-line.md", page
    assert max(map(len, out.splitlines())) <= 120


def test_a_plain_query_reads_no_manual() -> None:
    code = (
        "import sys; from twitchkg.cli import main; main(['queries']); "
        "assert not {'tomllib', 'twitchkg.cli.manual'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> pathlib.Path:
    """A folder with the files that the examples name."""
    for name in ("my-entities.ttl", "own.ttl"):
        (tmp_path / name).write_text(OWN, encoding="utf-8")
    (tmp_path / "leaflet.txt").write_text("Coffee can make an eyelid twitch.\n", encoding="utf-8")
    (tmp_path / "diary.txt").write_text("My eyelid twitches after coffee.\n", encoding="utf-8")
    for name, folder in (("documents", "sources"), ("tables", "reference")):
        if (SHARED / folder).is_dir():
            (tmp_path / name).symlink_to(SHARED / folder)
    return tmp_path


def shell(command: str) -> list[str]:
    """The command for a shell in which ``twitchkg`` is the package under test."""
    own = f'twitchkg() {{ {shlex.quote(sys.executable)} -m twitchkg "$@"; }}'
    return ["sh", "-c", f"{own}; {command}"]


def test_examples_left_to_ci_are_lines_of_it() -> None:
    lines = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    left = [command for command, reason in ELSEWHERE.items() if ".ci/run" in reason]
    assert len(left) == 2
    for command in left:
        assert any(line.endswith(f"-m {command}") for line in lines), command


@pytest.mark.parametrize(("name", "command"), EXAMPLES)
def test_example(name: str, command: str, desk: pathlib.Path) -> None:
    if name == "export":  # it makes tables; others read them
        (desk / "tables").unlink(missing_ok=True)
    for folder in ("documents", "tables"):
        if name != "export" and folder in shlex.split(command) and not (desk / folder).exists():
            pytest.skip(f"the {folder} are not part of the project and are not here")
    if command in ELSEWHERE:
        pytest.skip(ELSEWHERE[command])
    if name == "diff":
        for file in ("old.ttl", "new.ttl"):
            subprocess.run(shell(f"twitchkg export -o {file}"), cwd=desk, check=True)
    before = set(desk.iterdir())
    done = subprocess.run(
        shell(command), cwd=desk, capture_output=True, text=True, check=False, timeout=200
    )
    # A formatting check may say no: the file of the example is not laid out yet.
    no = name == "format" and "--check" in command
    assert done.returncode == int(no), done.stderr
    assert done.stdout or done.stderr or set(desk.iterdir()) > before


@pytest.mark.parametrize("command", [e.command for e in manual.pages()["publish"].examples])
def test_example_of_publishing(command: str, desk: pathlib.Path) -> None:
    with running() as store:
        local = command.replace("http://localhost:7878", store.base)
        done = subprocess.run(shell(local), cwd=desk, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        assert (len(store.engine) > 0) == ("--dry-run" not in command)


@pytest.mark.parametrize(
    "command", [e.command for n in ("serve", "mcp") for e in manual.pages()[n].examples]
)
def test_example_that_serves(command: str, desk: pathlib.Path) -> None:
    """It answers at its port, here one that is free, and ends when told."""
    if command == "twitchkg mcp":
        done = subprocess.run(shell(command), cwd=desk, stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == 0
        return
    port = str(free_port())
    ours = ["--host", "127.0.0.1", "--port", port] if "serve" in command else ["--http", port]
    process = subprocess.Popen(
        [sys.executable, "-m", "twitchkg", *shlex.split(command)[1:], *ours],
        cwd=desk,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        end = time.monotonic() + 60
        while not listens(int(port)):
            assert process.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def listens(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def test_fish_completes(tmp_path: pathlib.Path) -> None:
    """In fish itself, where it is installed."""
    if shutil.which("fish") is None:
        pytest.skip("fish is not installed")
    script = tmp_path / "twitchkg.fish"
    made = subprocess.run(
        [sys.executable, "-m", "twitchkg", "completion", "fish"], capture_output=True, check=True
    )
    script.write_bytes(made.stdout)
    (tmp_path / "twitchkg").write_text("#!/bin/sh\n")
    (tmp_path / "twitchkg").chmod(0o755)
    for typed, wanted in (
        ("twitchkg que", {"query", "queries"}),
        ("twitchkg query foods-by", {"foods-by-nutrient"}),
        ("twitchkg show --end", {"--endpoint"}),
    ):
        done = subprocess.run(
            ["fish", "--no-config", "-c", f"source {script}; complete -C '{typed}'"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "HOME": str(tmp_path), "PATH": f"{tmp_path}:{os.environ['PATH']}"},
        )
        assert wanted <= {line.split("\t")[0] for line in done.stdout.splitlines()}
