"""The command that finds entities in texts: formats, bad input, bad output, its page."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
from pathlib import Path

import pytest
from conftest import ROOT

from twitchkg import cli
from twitchkg.graph import NOTICE


def run(args: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    code = cli.main(args)
    out = capsys.readouterr()
    return code, out.out, out.err


def test_the_command_writes_each_format(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "diary.txt"
    path.write_bytes("Äh, no lack of\r\nsleep – but tremor.".encode())
    code, out, err = run(["annotate", str(path), "-f", "csv"], capsys)
    assert code == 0
    assert "no medical advice" in err
    assert out.splitlines()[0].startswith("start,end,words,entity")
    code, out, _ = run(["annotate", str(path), "-f", "brat"], capsys)
    assert "LifestyleFactor 7 14;16 21\tlack of sleep\n" in out
    assert "A1\tNegated T1\n" in out
    code, out, _ = run(["annotate", str(path), "-f", "jsonld"], capsys)
    page = json.loads(out)
    assert page["total"] == 2
    first = page["first"]["items"][0]
    assert first["target"]["selector"][0] == {"type": "TextPositionSelector", "start": 7, "end": 21}
    assert first["body"][1]["value"] == "negated"

    class Input:
        buffer = io.BytesIO(b"tremor")

    monkeypatch.setattr("sys.stdin", Input)
    assert "twd:tremor" in run(["annotate", "-"], capsys)[1]


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"\0\1", "binary"), (b"tremor\n\xff", "line 2"), (b"", "empty"), (b"abc", "no entity")],
)
def test_odd_texts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes, message: str
) -> None:
    path = tmp_path / "odd.txt"
    path.write_bytes(content)
    code, out, err = run(["annotate", str(path), "-f", "csv"], capsys)
    assert message in err
    assert (code == 2) == (content[:1] == b"\0" or b"\xff" in content)
    assert "Traceback" not in err + out
    assert run(["annotate", str(tmp_path / "none.txt")], capsys)[0] == 2


def test_texts_without_end_and_closed_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("twitchkg.cli.annotate.MOST", 1 << 20)
    path = tmp_path / "long.txt"
    path.write_bytes(b"a" * ((1 << 20) + 1))
    code, _, err = run(["annotate", str(path)], capsys)
    assert (code, "more than 1 MiB" in err) == (2, True)
    monkeypatch.setattr("sys.stdin", None)
    code, _, err = run(["annotate", "-"], capsys)
    assert (code, "Standard input is closed" in err) == (2, True)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-f", "nope"], "choose from 'table'"),
        (["-f", "jsonld", "--source", "no iri"], "no absolute IRI"),
        (["-f", "jsonld", "--source", "https://example.org/a#b"], "no absolute IRI"),
        (["-f", "brat", "-o", "none/a.ann"], "Cannot write"),
        (["--limit", "-1"], "--limit"),
    ],
)
def test_odd_options(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    options: list[str],
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.txt").write_text("tremor", encoding="utf-8")
    try:
        code = cli.main(["annotate", "a.txt", *options])
    except SystemExit as left:  # argparse leaves so, when the arguments themselves are wrong
        code = int(left.code or 0)
    out, err = capsys.readouterr()
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_a_pipe_is_written_to_and_not_replaced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("tremor", encoding="utf-8")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        args = ["annotate", str(tmp_path / "a.txt"), "-f", "brat", "-o", str(pipe)]
        assert run(args, capsys)[0] == 0
        assert os.read(reader, 1000).endswith(b"\ttremor\n")
    finally:
        os.close(reader)
    assert pipe.is_fifo()


def test_the_page_shows_what_the_commands_print(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "annotate.md").read_text(encoding="utf-8")
    assert NOTICE in " ".join(page.split())
    diary, *commands = re.findall(r"^```text\n(.*?)^```$", page, re.M | re.S)
    monkeypatch.chdir(tmp_path)
    Path("diary.txt").write_text(diary, encoding="utf-8")
    assert len(commands) == 2
    for block in commands:
        command, _, shown = block.partition("\n")
        code, out, _ = run(shlex.split(command)[2:], capsys)
        assert code == 0
        assert [line.rstrip() for line in out.splitlines()] == shown.splitlines()
