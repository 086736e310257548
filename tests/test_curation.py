"""What curators run: the house's layout of every file, and the derived layer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from twitchkg import resources, store
from twitchkg.cli import check as check_commands
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


REDEFINED = """
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
@prefix twd: <https://w3id.org/twitchkg/id/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
twk:TwitchType rdfs:subClassOf twk:Food .
twd:tremor skos:altLabel "the shakes"@en .
"""


@pytest.mark.parametrize("ending", ["ttl", "rdf", "jsonld", "nt"])
def test_a_file_that_redefines_a_term_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], ending: str
) -> None:
    """A further name of an entity is welcome; a term's meaning is not the user's to change."""
    path = tmp_path / f"mine.{ending}"
    formats = {"ttl": "turtle", "rdf": "rdfxml", "nt": "ntriples"}
    text = store.serialize(store.parse_turtle(REDEFINED), formats.get(ending, ending))
    path.write_text(text, encoding="utf-8")
    assert main(["validate", str(path)]) == 1
    out = capsys.readouterr().out
    assert "must not redefine twk:TwitchType" in out
    assert path.name in out
    assert "redefine twd:tremor" not in out


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the data that a test may spoil."""
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    shutil.copytree(ROOT / "queries", tmp_path / "queries")
    monkeypatch.setattr(resources, "data_root", lambda: str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("twk:subject twd:muscle-twitching ;", "twk:subject twd:nobody ;", "described nowhere"),
        ("000#char=93,142>", "000#char=93,99999>", "does not lie within the document"),
        ("twc:000-0002\n", "twc:000-0001\n", "used for two claims"),
    ],
)
def test_a_faulty_claim_stops_the_build(
    copy: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    claims = copy / "ontology" / "claims" / "000.ttl"
    text = claims.read_text(encoding="utf-8")
    assert old in text
    claims.write_text(text.replace(old, new, 1), encoding="utf-8")
    derived = copy / "ontology" / "derived" / "edges.ttl"
    derived.write_text("# stale\n", encoding="utf-8")
    assert main(["build"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "claims/000.ttl: twc:000-" in error
    assert "Nothing was written" in error
    assert derived.read_text(encoding="utf-8") == "# stale\n"


def test_a_circle_stops_the_build(copy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    anatomy = copy / "ontology" / "data" / "anatomy.ttl"
    text = anatomy.read_text(encoding="utf-8")
    old = 'between hip and foot."@en ;\n    twk:isPartOf twd:lower-limb ;'
    assert old in text
    new = old.replace("twd:lower-limb", "twd:calf")
    anatomy.write_text(text.replace(old, new, 1), encoding="utf-8")
    assert main(["build"]) == 2
    assert "it is its own twk:isPartOf" in capsys.readouterr().err


def test_the_build_is_the_same_again(copy: Path) -> None:
    """Built from nothing, the derived layer is byte for byte what is committed."""
    committed = {p.name: p.read_bytes() for p in (copy / "ontology" / "derived").glob("*.ttl")}
    for path in (copy / "ontology" / "derived").glob("*.ttl"):
        if path.name not in ("passages.ttl", "similarities.ttl"):
            path.unlink()
    assert main(["build"]) == 0
    built = {p.name: p.read_bytes() for p in (copy / "ontology" / "derived").glob("*.ttl")}
    assert built == committed


def test_what_a_command_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = tmp_path / "old.ttl", tmp_path / "new.ttl"
    old.write_text("# old\n", encoding="utf-8")
    texts = {str(old): "# old\n", str(new): "# new\n"}
    told = []
    for check in (True, False, False, True):
        code = check_commands.made(texts, "derived", "build --data own", check=check)
        out, err = capsys.readouterr()
        told.append((code, out, err))
    same = (0, "", "twitchkg: note: All 2 derived files are up to date.\n")
    assert told == [
        (1, "stale: new.ttl. Run 'twitchkg build --data own'.\n", ""),
        (0, "written: new.ttl\n", ""),
        same,
        same,
    ]
    assert new.read_text(encoding="utf-8") == "# new\n"
