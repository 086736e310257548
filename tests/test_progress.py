"""What goes on in a long command is told on a terminal, wiped at the end, and never in a pipe."""

from __future__ import annotations

import os
import pathlib
import re
import select
import subprocess
import sys
import time

import pytest

pty = pytest.importorskip("pty", reason="this system has no pseudo-terminals")

LONG = {
    "validate": (["validate"], "checking .* against the shapes"),
    "reason": (["reason"], "hermit is reasoning"),
    "build": (["build", "--check"], "making derived/advice"),
    "release": (["export", "--release", "{tmp}/release"], "making twitchkg-inferred.ttl"),
    "diff": (["diff", "old.ttl", "new.ttl"], "reading"),
}
"""Commands that take long, and a line that is seen on the way; they are stopped when it is."""
SOON = {
    "export": (["export", "-o", "{tmp}/graph.ttl"], "making turtle"),
    "el": (["export", "--variant", "el", "-o", "{tmp}/el.owl"], "entities as classes"),
    "csv": (["export", "-f", "csv", "-o", "{tmp}/csv"], "writing nodes.csv"),
    "annotate": (["annotate", "{tmp}/diary.txt"], "annotating: 0%"),
    "format": (["format", "{tmp}/own.ttl"], "laying out "),
    "verify": (["sources", "verify", "{documents}"], "comparing the passages"),
    "stamp": (["sources", "stamp", "--check", "{documents}"], "making the passages of 000"),
    "compare": (["sources", "compare", "--check", "{documents}"], "comparing"),
    "coverage": (["sources", "coverage", "{documents}"], "reading 000"),
    "evidence": (["evidence", "--check", "{reference}"], "making the evidence: foods"),
}
"""Commands that take a moment, likewise; they run to their end."""
OWN = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
<https://example.org/id/boron> a twk:Nutrient ; rdfs:label "boron"@en ;
    skos:definition "A mineral that plants need."@en .
"""


def run(
    arguments: list[str], terminal: bool, until: str = "", **more: str
) -> tuple[int, bytes, bytes]:
    """Exit code, stdout and stderr of a command, with stderr as a terminal or as a pipe.

    :param until: stop it when the terminal shows this.
    """
    command = [sys.executable, "-m", "twitchkg", *arguments]
    env = {**os.environ, "TERM": "xterm", **more}
    if not terminal:
        done = subprocess.run(command, capture_output=True, timeout=300, check=False, env=env)
        return done.returncode, done.stdout, done.stderr
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=theirs, stdin=subprocess.DEVNULL, env=env
    ) as process:
        os.close(theirs)
        assert process.stdout is not None
        parts: dict[int, bytes] = {ours: b"", process.stdout.fileno(): b""}
        left, end = set(parts), time.monotonic() + 300
        while left and time.monotonic() < end:
            for one in select.select(list(left), [], [], 1)[0]:
                try:
                    part = os.read(one, 65536)
                except OSError:  # the other side of the terminal is closed
                    part = b""
                parts[one] += part
                if not part:
                    left.discard(one)
            if until and re.search(until, parts[ours].decode(errors="replace")):
                process.kill()
                left.clear()
        code = process.wait(10)
    os.close(ours)
    told = parts.pop(ours)
    (out,) = parts.values()
    return code, out, told


def shown(terminal: bytes) -> list[str]:
    """The lines that stand on a terminal at the end, after what was wiped."""
    lines = terminal.decode().replace("\r\n", "\n").split("\n")
    return [re.split("\r\x1b\\[K", line)[-1] for line in lines]


@pytest.mark.parametrize("name", LONG)
def test_long_work_tells_what_goes_on(name: str, tmp_path: pathlib.Path) -> None:
    given, line = LONG[name]
    arguments = [part.format(tmp=tmp_path) for part in given]
    for file in ("old.ttl", "new.ttl"):
        arguments = [str(tmp_path / part) if part == file else part for part in arguments]
        (tmp_path / file).write_text(OWN, encoding="utf-8")
    told = f"\r\x1b\\[K[^\r]*{line}"
    _, _, terminal = run(arguments, terminal=True, until=told)
    assert re.search(told, terminal.decode()), terminal


@pytest.mark.parametrize("name", SOON)
def test_a_terminal_is_told_and_a_pipe_is_not(
    name: str, tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    (tmp_path / "own.ttl").write_text(OWN, encoding="utf-8")
    (tmp_path / "diary.txt").write_text("My eyelid twitches. " * 50, encoding="utf-8")
    given, line = SOON[name]
    folders = {
        fixture: str(request.getfixturevalue(fixture))
        for fixture in ("documents", "reference")
        if f"{{{fixture}}}" in " ".join(given)
    }
    arguments = [part.format(tmp=tmp_path, **folders) for part in given]
    code, out, terminal = run(arguments, terminal=True)
    assert code in (0, 1), terminal
    assert re.search(f"\r\x1b\\[K[^\r]*{line}", terminal.decode()), terminal
    left = shown(terminal)
    assert all(text == "" or text.startswith("twitchkg: ") for text in left), left
    assert b"\x1b" not in out
    code_of_pipe, out_of_pipe, pipe = run(arguments, terminal=False)
    assert code_of_pipe == code
    assert b"\x1b" not in pipe + out_of_pipe
    assert b"\r" not in pipe
    assert [text for text in left if text] == pipe.decode().splitlines()
    if name != "format":  # the second run finds nothing left to do
        assert out_of_pipe == out


def test_what_is_quick_tells_nothing() -> None:
    code, _, terminal = run(["queries"], terminal=True)
    assert code == 0
    assert b"\x1b" not in terminal


def test_a_terminal_without_control_sequences_is_spared(tmp_path: pathlib.Path) -> None:
    _, _, terminal = run(["export", "-o", str(tmp_path / "a.ttl")], terminal=True, TERM="dumb")
    assert b"\x1b" not in terminal


def test_who_gives_up_wipes_the_line(tmp_path: pathlib.Path) -> None:
    code, _, terminal = run(["validate", "--timeout", "1"], terminal=True)
    assert code == 2
    assert [text for text in shown(terminal) if text] == [
        "twitchkg: error: Gave up after 1 seconds. Ask for less, or raise --timeout."
    ]


def test_an_error_wipes_the_line(tmp_path: pathlib.Path) -> None:
    wrong = tmp_path / "wrong.ttl"
    wrong.write_text("<a> <b> .", encoding="utf-8")
    code, _, terminal = run(["validate", str(wrong)], terminal=True)
    assert code == 2
    (line,) = [text for text in shown(terminal) if text]
    assert line.startswith("twitchkg: error: ")
