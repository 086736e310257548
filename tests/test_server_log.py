"""The lines that ``twitchkg serve`` writes of what happens."""

from __future__ import annotations

import json

import pytest

from twitchkg.server.run import logger

EVENT: dict[str, object] = {"event": "request", "path": "/a\nb\x1b[2J", "status": 200}


def test_a_line_of_text_holds_no_control_character(capsys: pytest.CaptureFixture[str]) -> None:
    logger("text")(EVENT)
    written = capsys.readouterr().err
    assert written.endswith("request /a?b?[2J 200\n")
    assert written.count("\n") == 1


def test_a_line_of_json_can_be_read_again(capsys: pytest.CaptureFixture[str]) -> None:
    logger("json")(EVENT)
    written = capsys.readouterr().err
    assert written.count("\n") == 1
    read = json.loads(written)
    assert read.pop("time").endswith("Z")
    assert read == EVENT


def test_none_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    logger("none")(EVENT)
    assert capsys.readouterr() == ("", "")
