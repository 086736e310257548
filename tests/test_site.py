"""What the documentation's site makes from the project; CI builds and checks the site itself."""

from __future__ import annotations

import json
import pathlib
import re

import pytest
import reference_pages
from conftest import ROOT

import twitchkg
from twitchkg import catalogue
from twitchkg.cli import COMMANDS, manual


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference_pages.query_pages()


def test_every_query_has_a_page_with_its_rows(pages: dict[str, str]) -> None:
    for name in catalogue.query_names():
        query, page = catalogue.get(name), pages[f"queries/{name}.md"]
        assert query.summary in page
        assert query.text.strip() in page
        assert twitchkg.NOTICE in page
        for column in (*query.params, *query.returns):
            assert f"| `{column.name}` | {column.type} |" in page
        assert f"({name}.md)" in pages["queries/index.md"]
        rows = pages[f"queries/{name}.csv"].count("\n")
        assert rows >= 2
        table = page.split("## Rows")[1].split("## SPARQL")[0]
        assert len(re.findall(r"^\| ", table, re.M)) >= 3  # heading, rule and a row


def test_a_query_that_gives_other_rows_stops_the_build(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for path in reference_pages.EXPECTED.iterdir():
        (tmp_path / path.name).symlink_to(path)
    changed = tmp_path / "adverse-effects.csv"
    text = changed.read_text("utf-8")
    changed.unlink()
    changed.write_text(text.rsplit("\n", 2)[0] + "\n", "utf-8")
    monkeypatch.setattr(reference_pages, "EXPECTED", tmp_path)
    with pytest.raises(reference_pages.StaleError, match=r"adverse-effects\.csv"):
        reference_pages.query_pages()


def test_the_command_line_is_told_in_full() -> None:
    text = reference_pages.command_line()
    for name in COMMANDS:
        section = text.split(f"{{ #{name} }}")[1].split("\n## ")[0]
        for parser in manual.parsers(name):
            for action in parser._actions:
                if action.help != "==SUPPRESS==" and action.dest != "help":
                    for option in action.option_strings:
                        assert f"`{option}`" in section, (name, option)
            page = manual.page(parser.prog)
            assert page is not None
            for example in page.examples:
                assert f"$ {example.command}" in section


def test_class_expressions_become_text(tmp_path: pathlib.Path) -> None:
    """The page is given by the caller's engine; what that reads has no blank node left."""
    import rdflib

    def make(turtle: pathlib.Path, page: pathlib.Path) -> None:
        graph = rdflib.Graph().parse(turtle)
        assert not any(isinstance(node, rdflib.BNode) for triple in graph for node in triple)
        texts = [str(o) for o in graph.objects(None, rdflib.OWL.equivalentClass)]
        assert any(" and (" in text for text in texts)
        assert not any("[...]" in text for text in texts)
        page.write_text("<body></body>", "utf-8")

    assert twitchkg.NOTICE in reference_pages.ontology(make, tmp_path)


def test_pages_name_the_notice_where_they_tell_what_documents_say() -> None:
    for name in ("index", "tutorial", "claims", "derivation"):
        text = (ROOT / "docs" / f"{name}.md").read_text("utf-8").replace("*", "")
        assert twitchkg.NOTICE in " ".join(text.split()), name


def notebook(*cells: tuple[str, str]) -> str:
    """A notebook of some cells: kind and text of each."""
    made: list[dict[str, object]] = []
    for number, (kind, text) in enumerate(cells):
        cell = {"cell_type": kind, "id": f"cell-{number}", "metadata": {}, "source": text}
        made.append(cell | ({"outputs": [], "execution_count": None} if kind == "code" else {}))
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_a_notebook_becomes_a_page_with_what_it_prints(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("nbconvert", reason="nbconvert is not here: pip install 'twitchkg[test]'")
    import notebook_pages

    text = notebook(
        ("markdown", "# A title\n\nWords."),
        ("code", "print(6 * 7)"),
        ("code", "import pandas as pd\npd.DataFrame({'sign': ['tremor']})"),
    )
    (tmp_path / "one.ipynb").write_text(text, "utf-8")
    ((path, page),) = notebook_pages.pages(tmp_path).items()
    assert path == "notebooks/one.md"
    head = f"# A title\n\n{twitchkg.NOTICE}\n\n[This notebook as a file](one.ipynb)"
    assert page.startswith(head)
    assert "\n    42\n" in page
    assert "<td>tremor</td>" in page
    assert "<style" not in page
    assert "class=" not in page


def test_a_notebook_that_fails_stops_the_build(tmp_path: pathlib.Path) -> None:
    pytest.importorskip("nbconvert", reason="nbconvert is not here: pip install 'twitchkg[test]'")
    import notebook_pages
    from nbclient.exceptions import CellExecutionError

    (tmp_path / "one.ipynb").write_text(notebook(("code", "1 / 0")), "utf-8")
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        notebook_pages.pages(tmp_path)
