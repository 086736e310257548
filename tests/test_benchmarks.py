"""The benchmarks: the corpus they multiply, what they fit, and what the page says of them."""

from __future__ import annotations

import importlib
import pathlib
import sys
from typing import Any

import pytest

from twitchkg import store

FOLDER = pathlib.Path(__file__).parent / "benchmarks"


def part(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A module of the benchmarks, which are scripts and no package."""
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module(name)


@pytest.fixture(autouse=True)
def _forget_modules() -> Any:
    yield
    for path in FOLDER.glob("*.py"):
        if path.stem != "__main__":
            sys.modules.pop(path.stem, None)


def test_the_page_says_what_was_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    short = part("short", monkeypatch)
    text = short.PAGE.read_text(encoding="utf-8")
    form = short.short(*short.records())
    assert form.count("|") > 50
    assert text == short.page(text, form), "run python tests/benchmarks/short.py"
    with pytest.raises(ValueError, match="once"):
        short.page("no marks", form)


def test_copies_share_the_schema_only(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = part("corpus", monkeypatch)
    sizes, claims = [], []
    for factor in (1, 2, 3):
        path = str(tmp_path / f"{factor}.nt")
        corpus.written(path, factor)
        loaded = store.of_files([path])
        sizes.append(len(loaded))
        claims.append(len(loaded.query("SELECT ?c WHERE { ?c a twk:Claim }").rows))
    assert sizes[2] - sizes[1] == sizes[1] - sizes[0] > 9_000
    assert [n / claims[0] for n in claims] == [1, 2, 3]


def test_the_exponent_is_that_of_the_power(monkeypatch: pytest.MonkeyPatch) -> None:
    growth = part("growth", monkeypatch)
    assert growth.exponent([(1, 3.0)]) is None
    assert growth.exponent([(1, 3.0), (10, 30.0), (100, 300.0)]) == pytest.approx(1)
    assert growth.exponent([(1, 2.0), (10, 200.0)]) == pytest.approx(2)


def test_a_slow_command_is_given_up_and_a_failing_one_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    common = part("common", monkeypatch)
    cost = common.process([sys.executable, "-c", "import time; time.sleep(60)"], patience=1)
    assert not cost.ended
    assert 1 <= cost.wall < 30
    with pytest.raises(RuntimeError, match="exit code 3"):
        common.process([sys.executable, "-c", "raise SystemExit(3)"])
    table = common.compared("x", [{"a": common.Cost(1, 1, 1), "b": cost}])
    assert "given up" in table.lines[1].name


def test_a_peer_that_is_missing_has_no_command(monkeypatch: pytest.MonkeyPatch) -> None:
    peers = part("peers", monkeypatch)
    monkeypatch.setenv("PATH", "/nowhere")
    found = {peer.name: peer for peer in peers.known()}
    assert found["roqet (Rasqal)"].command is None
    assert found["arq (Jena)"].command is None
    assert found["rdflib, in Python"].asks("a.nt", "ASK {}")[-2:] == ["ASK {}", "a.nt"]
    assert peers.versions()["roqet (Rasqal)"] == "not installed"


def test_an_earlier_report_is_fitted_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    growth = part("growth", monkeypatch)
    triples = {"1": 100, "10": 1000}
    measured = {
        factor: {"seconds": {"load": 0.5 * int(factor), "a, b": 0.25}, "MiB": {"load": 7.0}}
        for factor in triples
    }
    text = growth.write(triples, measured, str(tmp_path))
    assert "| load, seconds | 0.5 | 5 | 1.00 | 1.00 |" in text
    assert "| a, b, seconds | 0.25 | 0.25 | 0.00 | 0.00 |" in text
    assert growth.measured_before(str(tmp_path / "growth.json")) == (triples, measured)
