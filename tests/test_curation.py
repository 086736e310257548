"""What curators run: the house's layout of every file, and the derived layer."""

from __future__ import annotations

from pathlib import Path

import pytest

from twitchkg.cli import main

ROOT = Path(__file__).parent.parent
FILES = sorted([*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "shapes").glob("*.ttl")])


def test_every_file_is_in_the_layout_of_the_house() -> None:
    assert len(FILES) > 40
    assert main(["format", "--check", *map(str, FILES)]) == 0


def test_a_file_out_of_layout_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> 1, 2 .\n", encoding="utf-8")
    assert main(["format", "--check", str(path)]) == 1
    assert "a.ttl" in "".join(capsys.readouterr())
    assert main(["format", str(path)]) == 0
    assert main(["format", "--check", str(path)]) == 0
