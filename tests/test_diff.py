"""Comparing two versions of the graph: every kind of change, and the step it calls for."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path

import pytest
from conftest import ROOT

from twitchkg.claims import NOTICE
from twitchkg.cli import main
from twitchkg.diff import KINDS, Change, Step, compare
from twitchkg.diff.steps import least, parsed
from twitchkg.errors import DataError, FileAccessError, HeaderError, UnknownNameError
from twitchkg.namespaces import PREFIXES, compact

HEADER = """
<https://w3id.org/twitchkg> a owl:Ontology ; owl:versionInfo "0.3.0" .
"""
SCHEMA = """
twk:Claim a owl:Class ; rdfs:label "claim"@en .
twk:StatementPredicate a owl:Class .
twk:Trigger a owl:Class ; rdfs:label "trigger"@en ; skos:definition "What sets twitching off."@en .
twk:Beverage a owl:Class ; rdfs:label "beverage"@en ; rdfs:subClassOf twk:Trigger .
twk:Stimulant a owl:Class ; owl:equivalentClass
    [ owl:intersectionOf ( twk:Trigger [ a owl:Restriction ; owl:onProperty twk:canCause ;
    owl:someValuesFrom twk:Trigger ] ) ] .
twk:canCause a owl:ObjectProperty, twk:StatementPredicate ; rdfs:label "can cause"@en .
twk:hasPrognosis a owl:ObjectProperty, twk:StatementPredicate ; rdfs:label "has outlook"@en .
twk:isExcessOf a owl:ObjectProperty ; rdfs:label "is excess of"@en .
[ a owl:AllDisjointClasses ; owl:members ( twk:Trigger twk:Claim ) ] .
"""
DATA = """
twd:coffee a twk:Trigger, twk:Beverage ; rdfs:label "coffee"@en ; skos:altLabel "java"@en ;
    twk:isExcessOf twd:caffeine ; skos:exactMatch FOODON:00001138 .
twd:caffeine a twk:Trigger, twk:Stimulant ; rdfs:label "caffeine"@en ;
    twk:canCause twd:twitching .
twd:twitching a twk:Effect ; rdfs:label "twitching"@en .
twd:mild a twk:Prognosis ; rdfs:label "mild"@en .
twsrc:900 a twk:Source ; rdfs:label "900"@en .
[ a owl:AllDifferent ; owl:distinctMembers ( twd:coffee twd:caffeine ) ] .
"""
CLAIMS = """
twc:900-0001 a twk:Claim ; dcterms:source twsrc:900 ; twk:subject twd:caffeine ;
    twk:predicate twk:canCause ; twk:object twd:twitching ; twk:isNegated false ;
    twk:certainty twd:certain .
"""
DERIVED = """
<https://w3id.org/twitchkg/assertion/1> a twk:Assertion ; twk:subject twd:caffeine ;
    twk:predicate twk:canCause ; twk:object twd:twitching ; twk:sourcesFor 1 .
<https://w3id.org/twitchkg/disagreement/1> a twk:Disagreement ; rdfs:comment "They differ."@en .
<https://w3id.org/twitchkg/verdict/1> a twk:Verdict ; twk:outcome twd:silent ;
    twk:judges <https://w3id.org/twitchkg/assertion/1> .
<https://w3id.org/twitchkg/advice/1> a twk:Advice ; rdfs:label "with weakness: see a doctor"@en .
<https://w3id.org/twitchkg/dataset> a void:Dataset ; void:triples 40 .
"""
QUERY = """#+ summary: What can cause what?
#+ description: One row per cause.
#+ params:
#+   - cause (iri): show this cause only
#+ returns:
#+   - cause (iri): the cause
#+   - label (string): what it is called

PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX twk: <https://w3id.org/twitchkg/ontology/>

SELECT ?cause ?label
WHERE {
  ?cause twk:canCause ?effect ; rdfs:label ?label .
}
ORDER BY ?cause ?label
"""
FILES = {
    "ontology/twitchkg.ttl": HEADER,
    "ontology/schema/all.ttl": SCHEMA,
    "ontology/data/all.ttl": DATA,
    "ontology/claims/900.ttl": CLAIMS,
    "ontology/derived/all.ttl": DERIVED,
    "queries/causes/causes.rq": QUERY,
}
Edit = tuple[str, str]


def turtle(text: str) -> str:
    return "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items()) + text


def write(folder: Path, *edits: Edit, version: str = "0.3.0") -> str:
    """A small version of the graph; an edit replaces a text that stands in one file."""
    for name, content in FILES.items():
        text = content.replace("0.3.0", version)
        for before, after in edits:
            text = text.replace(before, after)
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(turtle(text) if name.endswith(".ttl") else text)
    return str(folder)


def changed(tmp_path: Path, *edits: Edit) -> dict[tuple[str, str], Change]:
    """The changes by kind and short name."""
    for before, _ in edits:
        assert sum(before in content for content in FILES.values()) == 1, before
    found = compare(write(tmp_path / "old"), write(tmp_path / "new", *edits))
    return {(change.kind, compact(change.name)): change for change in found.changes}


CASES: dict[str, tuple[list[Edit], dict[tuple[str, str], tuple[str, Step]]]] = {
    "a class is gone": (
        [
            (
                'twk:Beverage a owl:Class ; rdfs:label "beverage"@en ; '
                "rdfs:subClassOf twk:Trigger .",
                "",
            )
        ],
        {("term", "twk:Beverage"): ("removed", Step.MAJOR)},
    ),
    "a property is new": (
        [('"is excess of"@en .', '"is excess of"@en . twk:doubts a owl:ObjectProperty .')],
        {("term", "twk:doubts"): ("added", Step.MINOR)},
    ),
    "a class is no longer a kind of another": (
        [(" ; rdfs:subClassOf twk:Trigger", "")],
        {("term", "twk:Beverage"): ("changed", Step.MAJOR)},
    ),
    "a class becomes a kind of another": (
        [
            (
                '"What sets twitching off."@en .',
                '"What sets twitching off."@en ; rdfs:subClassOf twk:Cause .',
            )
        ],
        {("term", "twk:Trigger"): ("changed", Step.MINOR)},
    ),
    "a property gets a domain": (
        [('"is excess of"@en', '"is excess of"@en ; rdfs:domain twk:Trigger')],
        {("term", "twk:isExcessOf"): ("changed", Step.MAJOR)},
    ),
    "a property becomes functional": (
        [
            (
                "twk:isExcessOf a owl:ObjectProperty",
                "twk:isExcessOf a owl:ObjectProperty, owl:FunctionalProperty",
            )
        ],
        {("term", "twk:isExcessOf"): ("changed", Step.MAJOR)},
    ),
    "one more class is disjoint": (
        [("( twk:Trigger twk:Claim )", "( twk:Trigger twk:Claim twk:Beverage )")],
        {("term", "twk:Beverage"): ("changed", Step.MAJOR)},
    ),
    "a defined class is defined otherwise, deep in its blank nodes": (
        [("owl:someValuesFrom twk:Trigger", "owl:someValuesFrom twk:Beverage")],
        {("term", "twk:Stimulant"): ("changed", Step.MAJOR)},
    ),
    "a definition is reworded": (
        [("What sets twitching off.", "What brings twitching about.")],
        {("term", "twk:Trigger"): ("changed", Step.PATCH)},
    ),
    "a label is changed": (
        [('rdfs:label "coffee"@en', 'rdfs:label "coffee drink"@en')],
        {("entity", "twd:coffee"): ("changed", Step.PATCH)},
    ),
    "a synonym is gone": (
        [(' ; skos:altLabel "java"@en', "")],
        {("entity", "twd:coffee"): ("changed", Step.PATCH)},
    ),
    "an entity is renamed": (
        [
            (
                'twd:mild a twk:Prognosis ; rdfs:label "mild"@en',
                'twd:light a twk:Prognosis ; rdfs:label "mild"@en',
            )
        ],
        {
            ("entity", "twd:light"): ("added", Step.MINOR),
            ("entity", "twd:mild"): ("removed", Step.MAJOR),
        },
    ),
    "an entity is deprecated with a replacement": (
        [
            (
                'rdfs:label "mild"@en .',
                'rdfs:label "mild"@en ; owl:deprecated true ; dcterms:isReplacedBy twd:light . '
                "twd:light a twk:Prognosis .",
            )
        ],
        {
            ("entity", "twd:light"): ("added", Step.MINOR),
            ("entity", "twd:mild"): ("deprecated", Step.MINOR),
        },
    ),
    "an entity is deprecated without a replacement": (
        [('rdfs:label "mild"@en .', 'rdfs:label "mild"@en ; owl:deprecated true .')],
        {("entity", "twd:mild"): ("deprecated", Step.MAJOR)},
    ),
    "an entity is replaced by nothing that is there": (
        [
            (
                'rdfs:label "mild"@en .',
                'rdfs:label "mild"@en ; owl:deprecated true ; dcterms:isReplacedBy twd:light .',
            )
        ],
        {("entity", "twd:mild"): ("deprecated", Step.MAJOR)},
    ),
    "an entity is of one class less": (
        [("twk:Trigger, twk:Beverage", "twk:Trigger")],
        {("entity", "twd:coffee"): ("changed", Step.MAJOR)},
    ),
    "an entity is of one defined class less": (
        [("twk:Trigger, twk:Stimulant", "twk:Trigger")],
        {("entity", "twd:caffeine"): ("changed", Step.MINOR)},
    ),
    "a curated statement is gone": (
        [("twk:isExcessOf twd:caffeine ; ", "")],
        {("entity", "twd:coffee"): ("changed", Step.MAJOR)},
    ),
    "a mapping is gone": (
        [(" ; skos:exactMatch FOODON:00001138", "")],
        {("entity", "twd:coffee"): ("changed", Step.MINOR)},
    ),
    "an edge is gone, and an answer with it": (
        [
            (
                'rdfs:label "caffeine"@en ;\n    twk:canCause twd:twitching .',
                'rdfs:label "caffeine"@en .',
            )
        ],
        {
            ("entity", "twd:caffeine"): ("changed", Step.MINOR),
            ("answer", "causes"): ("changed", Step.NONE),
        },
    ),
    "one more thing is different": (
        [("( twd:coffee twd:caffeine )", "( twd:caffeine twd:twitching twd:coffee )")],
        {("entity", "twd:twitching"): ("changed", Step.MINOR)},
    ),
    "a claim is gone": (
        [(CLAIMS, "")],
        {("claim", "twc:900-0001"): ("removed", Step.MAJOR)},
    ),
    "a claim is withdrawn": (
        [("twk:certainty twd:certain", "twk:certainty twd:certain ; owl:deprecated true")],
        {("claim", "twc:900-0001"): ("deprecated", Step.MINOR)},
    ),
    "a claim denies now": (
        [("twk:isNegated false", "twk:isNegated true")],
        {("claim", "twc:900-0001"): ("changed", Step.MAJOR)},
    ),
    "a claim is less sure": (
        [("twk:certainty twd:certain", "twk:certainty twd:possible")],
        {("claim", "twc:900-0001"): ("changed", Step.MINOR)},
    ),
    "an assertion has more sources": (
        [("twk:sourcesFor 1", "twk:sourcesFor 2")],
        {("assertion", "https://w3id.org/twitchkg/assertion/1"): ("changed", Step.MINOR)},
    ),
    "a disagreement is gone": (
        [
            (
                "<https://w3id.org/twitchkg/disagreement/1> a twk:Disagreement ; "
                'rdfs:comment "They differ."@en .',
                "",
            )
        ],
        {("disagreement", "https://w3id.org/twitchkg/disagreement/1"): ("removed", Step.MINOR)},
    ),
    "a verdict is another": (
        [("twk:outcome twd:silent", "twk:outcome twd:excluded")],
        {("verdict", "https://w3id.org/twitchkg/verdict/1"): ("changed", Step.MINOR)},
    ),
    "a statistic is another": (
        [("void:triples 40", "void:triples 41")],
        {("about", "https://w3id.org/twitchkg/dataset"): ("changed", Step.PATCH)},
    ),
    "an axiom is new": (
        [
            (
                "[ a owl:AllDisjointClasses",
                "[ a owl:NegativePropertyAssertion ] . [ a owl:AllDisjointClasses",
            )
        ],
        {("axiom", "[ a owl:NegativePropertyAssertion ]"): ("added", Step.MINOR)},
    ),
    "a query's parameter is gone": (
        [("#+   - cause (iri): show this cause only\n", "")],
        {("query", "causes"): ("changed", Step.MAJOR)},
    ),
    "a query's parameter is new": (
        [("#+ returns:", "#+   - label (string): what it is called\n#+ returns:")],
        {("query", "causes"): ("changed", Step.MINOR)},
    ),
    "a query's column is renamed": (
        [
            ("#+   - label (string)", "#+   - name (string)"),
            ("SELECT ?cause ?label", "SELECT ?cause (?label AS ?name)"),
        ],
        {("query", "causes"): ("changed", Step.MAJOR)},
    ),
    "a query's column holds something else": (
        [("#+   - label (string)", "#+   - label (iri)")],
        {("query", "causes"): ("changed", Step.MAJOR)},
    ),
    "a query's columns change places": (
        [
            (
                "#+   - cause (iri): the cause\n#+   - label (string): what it is called",
                "#+   - label (string): what it is called\n#+   - cause (iri): the cause",
            ),
            ("SELECT ?cause ?label", "SELECT ?label ?cause"),
        ],
        {("query", "causes"): ("changed", Step.MAJOR)},
    ),
    "a query gets one more column at the end": (
        [
            ("what it is called\n", "what it is called\n#+   - effect (iri): the effect\n"),
            ("SELECT ?cause ?label", "SELECT ?cause ?label ?effect"),
        ],
        {("query", "causes"): ("changed", Step.MINOR)},
    ),
    "a query gets one more column before others": (
        [
            (
                "#+   - cause (iri): the cause",
                "#+   - effect (iri): the effect\n#+   - cause (iri): the cause",
            ),
            ("SELECT ?cause ?label", "SELECT ?effect ?cause ?label"),
        ],
        {("query", "causes"): ("changed", Step.MAJOR)},
    ),
    "a query's question is reworded": (
        [("What can cause what?", "What brings what about?")],
        {("query", "causes"): ("changed", Step.PATCH)},
    ),
    "a query's layout is changed": (
        [("WHERE {\n", "WHERE\n{ # what is said\n")],
        {},
    ),
    "a query leaves rows out": (
        [("rdfs:label ?label .", 'rdfs:label ?label . FILTER (?label != "caffeine"@en)')],
        {
            ("query", "causes"): ("changed", Step.PATCH),
            ("answer", "causes"): ("changed", Step.MAJOR),
        },
    ),
    "a query finds more": (
        [("?cause twk:canCause ?effect ;", "?cause twk:canCause|twk:isExcessOf ?effect ;")],
        {
            ("query", "causes"): ("changed", Step.PATCH),
            ("answer", "causes"): ("changed", Step.MINOR),
        },
    ),
    "a query can be answered no more": (
        [("ORDER BY ?cause ?label", "ORDER BY ?cause ?label LIMIT LIMIT")],
        {
            ("query", "causes"): ("changed", Step.PATCH),
            ("answer", "causes"): ("changed", Step.MAJOR),
        },
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_a_change_is_found_and_calls_for_its_step(case: str, tmp_path: Path) -> None:
    edits, expected = CASES[case]
    found = changed(tmp_path, *edits)
    assert {key: (c.action, c.step) for key, c in found.items()} == expected
    assert all(change.reason and change.kind in KINDS for change in found.values())


def test_every_kind_that_is_made_by_hand_or_rule_has_a_case() -> None:
    kinds = {kind for _, expected in CASES.values() for kind, _ in expected}
    assert kinds == set(KINDS) - {"advice", "inference", "passage", "evidence", "foreign"}


@pytest.mark.parametrize(
    ("kind", "added"),
    [
        ("advice", "<https://w3id.org/twitchkg/advice/2> a twk:Advice ; rdfs:label 'rest'@en ."),
        (
            "inference",
            "<https://w3id.org/twitchkg/inference/2> a twk:Inference ; twk:subject twd:x .",
        ),
        ("passage", "<https://w3id.org/twitchkg/source/900#char=0,3> a twk:Passage ; oa:end 3 ."),
        ("evidence", "<https://w3id.org/twitchkg/amount/2> a twk:Amount, qudt:QuantityValue ."),
        ("foreign", "HP:0002380 a twk:ExternalTerm ; rdfs:label 'fasciculations'@en ."),
    ],
)
def test_other_records_may_come_and_go(kind: str, added: str, tmp_path: Path) -> None:
    edit = "void:triples 40 .", f"void:triples 40 . {added}"
    old, new = write(tmp_path / "old"), write(tmp_path / "new", edit)
    (there,), (back,) = compare(old, new).changes, compare(new, old).changes
    assert (there.kind, there.action, there.step) == (kind, "added", Step.MINOR)
    assert (back.kind, back.action, back.step) == (kind, "removed", Step.MINOR)


def test_who_names_the_replacement_says_the_same(tmp_path: Path) -> None:
    """A renaming by the book: deprecate, and point to the replacement from everywhere."""
    old, new = write(tmp_path / "old"), Path(write(tmp_path / "new"))
    for path in (new / "ontology").glob("*/*.ttl"):
        text = path.read_text().replace("twd:caffeine", "twd:coffeine")
        path.write_text(text.replace("twk:isExcessOf", "twk:isTooMuchOf"))
    kept = new / "ontology" / "data" / "deprecated.ttl"
    for done in (True, False):
        replaced = " ; dcterms:isReplacedBy " if done else " . twd:z rdfs:seeAlso "
        data = f"""
twd:caffeine rdfs:label "caffeine"@en ; owl:deprecated true {replaced} twd:coffeine .
twk:isExcessOf a owl:ObjectProperty ; owl:deprecated true {replaced} twk:isTooMuchOf .
"""
        kept.write_text(turtle(data))
        found = compare(old, new, answers=False)
        assert found.step == (Step.MINOR if done else Step.MAJOR)
        (claim,) = [change for change in found.changes if change.kind == "claim"]
        (coffee,) = [change for change in found.changes if change.name.endswith("/coffee")]
        words = "names the replacement" if done else "no longer"
        assert words in claim.reason
        assert words in coffee.reason


def test_what_changed_is_told_with_what_was_said_and_is_said(tmp_path: Path) -> None:
    found = changed(tmp_path, ("twk:isNegated false", "twk:isNegated true"))
    claim = found["claim", "twc:900-0001"]
    assert claim.label == "not: caffeine can cause twitching"
    assert claim.removed == ('twk:isNegated "false"^^xsd:boolean',)
    assert claim.added == ('twk:isNegated "true"^^xsd:boolean',)


def test_answers_tell_rows_by_label(tmp_path: Path) -> None:
    edit = (
        "twk:isExcessOf twd:caffeine ; ",
        "twk:isExcessOf twd:caffeine ; twk:canCause twd:twitching ; ",
    )
    found = changed(tmp_path, edit)
    assert found["answer", "causes"].added == ("coffee | coffee",)
    assert found["answer", "causes"].step == Step.NONE


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (("?effect ; rdfs:label", "[] ; rdfs:label"), "its text was changed, not its answer"),
        (("?label .", "?label . FILTER (false)"), "its text was changed, and its answer"),
    ],
)
def test_a_changed_query_says_whether_its_answer_changed(
    edit: Edit, reason: str, tmp_path: Path
) -> None:
    assert changed(tmp_path, edit)["query", "causes"].reason == reason


def test_other_names_and_other_order_of_blank_nodes_are_no_change(tmp_path: Path) -> None:
    edit = (
        "[ a owl:AllDisjointClasses ; owl:members ( twk:Trigger twk:Claim ) ] .",
        """
_:z owl:members _:l1 . _:l1 rdf:rest _:l2 . _:l2 rdf:first twk:Claim ; rdf:rest rdf:nil .
_:l1 rdf:first twk:Trigger . _:z a owl:AllDisjointClasses .
""",
    )
    assert changed(tmp_path, edit) == {}


@pytest.mark.parametrize(
    "nodes",
    [
        "_:a twk:canCause _:a .",
        "_:a twk:canCause _:b . _:b twk:canCause _:a .",
        "twd:x a _:a . _:a rdf:first 1 ; rdf:rest _:b . _:b rdf:first 2 ; rdf:rest _:a .",
        "twd:x a _:a . _:a rdf:first 1, 2 ; rdf:rest _:a .",
        "".join(f"_:n{n} twk:canCause _:n{n + 1} ; twk:harms _:n{n + 1} ." for n in range(200)),
        "".join(f"_:n{n} rdf:rest _:n{n + 1} ; rdf:first {n} ." for n in range(3000)),
    ],
    ids=["itself", "circle", "endless list", "no list", "doubling", "list without end"],
)
def test_twisted_blank_nodes_are_compared_too(nodes: str, tmp_path: Path) -> None:
    paths = [tmp_path / "old.ttl", tmp_path / "same.ttl", tmp_path / "new.ttl"]
    for path, more in zip(paths, ("", "", "_:q a owl:Axiom ."), strict=True):
        path.write_text(turtle(HEADER + nodes + more))
    assert compare(paths[0], paths[1], answers=False).changes == ()
    (change,) = compare(paths[0], paths[2], answers=False).changes
    assert change.name == "[ a owl:Axiom ]"


def test_the_same_version_twice_has_no_differences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write(tmp_path / "old")
    assert main(["diff", folder, folder, "--check"]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[1] == "No differences."
    assert NOTICE in out
    assert err == ""


def test_versions_are_read_from_files_wheels_and_commits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "repository"
    write(old)
    (old / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "0.3.0"\n')
    (old / "ontology" / "away.ttl").symlink_to("/etc/hostname")
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org", "-C", str(old)]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v0.3.0"]):
        subprocess.run([*git, *command], check=True, capture_output=True)
    edit = 'rdfs:label "mild"@en', 'rdfs:label "light"@en'
    new = write(tmp_path / "new", edit)
    one = tmp_path / "all.nq"
    lines = (Path(new) / name for name in FILES if name.endswith(".ttl"))
    import pyoxigraph as ox

    quads = [quad for path in lines for quad in ox.parse(path=path)]
    named = [ox.Quad(q.subject, q.predicate, q.object, ox.NamedNode("x:y")) for q in quads]
    ox.serialize(quads + named, output=str(one), format=ox.RdfFormat.N_QUADS)
    wheel = tmp_path / "twitchkg-0.3.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as packed:
        packed.writestr("twitchkg-0.3.0.dist-info/METADATA", "Name: twitchkg\nVersion: 0.3.0\n")
        packed.writestr("twitchkg/_data/ontology/../../../away.ttl", "not read")
        for name in FILES:
            packed.write(Path(new) / name, f"twitchkg/_data/{name}")
    monkeypatch.chdir(old)
    for version in (str(one), str(wheel), new):
        found = compare("v0.3.0", version)
        assert [c.name for c in found.changes if c.kind != "answer"] == [PREFIXES["twd"] + "mild"]
        assert found.old_header == found.new_header == "0.3.0"
        assert found.old_package == "0.3.0"
        assert found.has_queries is (version != str(one))
    assert not (tmp_path / "away.ttl").exists()


def test_a_file_is_asked_the_queries_of_the_library(tmp_path: Path) -> None:
    old, new = tmp_path / "old.ttl", tmp_path / "new.ttl"
    old.write_text(turtle(HEADER + SCHEMA + DATA))
    new.write_text(turtle(HEADER + SCHEMA + DATA.replace("twd:coffee a", "twd:coffee a twk:Food,")))
    found = compare(old, new)
    assert not found.has_queries
    assert "only answers" in found.text()
    assert all(change.step <= Step.MINOR for change in found.changes)


NOT_A_VERSION = {
    "missing": (None, UnknownNameError, "no file or folder"),
    "option": (None, UnknownNameError, "no file or folder"),
    "empty.ttl": (b"", DataError, "no graph of twitchkg"),
    "other.ttl": (b"<http://example.org/a> a <http://example.org/B> .", DataError, "no graph of"),
    "bad.ttl": (b"twd:x a twk:Y .", DataError, "line 1"),
    "image.png": (b"\x89PNG\r\n\x1a\n\0", DataError, "binary"),
    "latin.ttl": (b'<https://w3id.org/twitchkg> <x:y> "caf\xe9" .', DataError, "UTF-8"),
    "bad.whl": (b"PK\3\4 and so on", DataError, "not a wheel"),
    "bad.nq": (b"<a> <b> .", DataError, "bad.nq"),
    "bad.rdf": (b"<rdf:RDF><![CDATA[", DataError, "bad.rdf"),
}


@pytest.mark.parametrize("name", NOT_A_VERSION)
def test_what_is_no_version_is_told_in_a_line(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, error, words = NOT_A_VERSION[name]
    path = Path("--output=x") if name == "option" else tmp_path / name
    if content is not None:
        path.write_bytes(content)
    good = write(tmp_path / "good")
    for pair in ((str(path), good), (good, str(path))):
        with pytest.raises(error, match=words):
            compare(*pair)
        assert main(["diff", "--", *pair]) == 2
        out, err = capsys.readouterr()
        assert (out, err.count("\n")) == ("", 1)
        assert words in err


def test_a_folder_without_a_graph_and_wrong_files_in_one_are_told(tmp_path: Path) -> None:
    good = write(tmp_path / "good")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no Turtle in its folder ontology/"):
        compare(good, tmp_path / "empty")
    other = Path(write(tmp_path / "other"))
    (other / "pyproject.toml").write_text("version = ")
    with pytest.raises(DataError, match="pyproject"):
        compare(good, other)
    (other / "pyproject.toml").unlink()
    (other / "queries" / "causes" / "causes.rq").write_text("SELECT ?a WHERE { ?a ?b ?c }")
    with pytest.raises(HeaderError, match="lacks 'summary:'"):
        compare(good, other)


@pytest.mark.skipif(not os.path.isfile("/proc/self/mem"), reason="only Linux has this file")
def test_a_file_that_fails_while_it_is_read_is_told() -> None:
    with pytest.raises(FileAccessError, match="Cannot read"):
        compare("/proc/self/mem", "/proc/self/mem")


def test_a_tag_that_is_unknown_without_any_git_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnknownNameError, match="no git checkout"):
        compare("v0.0.0", tmp_path)


def test_a_shallow_clone_says_what_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    origin, clone = Path(write(tmp_path / "origin")), tmp_path / "clone"
    git = ["git", "-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "x"], ["tag", "v0.3.0"]):
        subprocess.run([*git, "-C", str(origin), *command], check=True, capture_output=True)
    commit = [*git, "-C", str(origin), "commit", "--allow-empty", "-qm", "y"]
    subprocess.run(commit, check=True, capture_output=True)
    fetch = [*git, "clone", "-q", "--depth", "1", origin.as_uri(), str(clone)]
    subprocess.run(fetch, check=True, capture_output=True)
    monkeypatch.chdir(clone)
    with pytest.raises(UnknownNameError, match=r"shallow clone: 'git fetch --tags --unshallow'"):
        compare("v0.3.0", "HEAD")
    assert compare("HEAD", origin).changes == ()


def test_steps_of_versions() -> None:
    steps = {
        ("1.2.3", Step.MAJOR): "2.0.0",
        ("1.2.3", Step.MINOR): "1.3.0",
        ("1.2.3", Step.PATCH): "1.2.4",
        ("0.2.3", Step.MAJOR): "0.3.0",
        ("0.2.3", Step.MINOR): "0.2.4",
        ("0.2.3", Step.PATCH): "0.2.4",
        ("0.2.3", Step.NONE): "0.2.3",
    }
    for (version, step), wanted in steps.items():
        old = parsed(version)
        assert old is not None
        assert least(old, step) == parsed(wanted)
    assert parsed("v1.0.0-rc.1") == parsed("1.0.0rc1") == parsed("1.0.0.dev3") == (1, 0, 0)
    assert parsed("1.0") is parsed("") is parsed("2026-11-24") is None


BREAK = 'twd:mild a twk:Prognosis ; rdfs:label "mild"@en .', ""
WORDING = '"caffeine"@en', '"Caffeine"@en'


@pytest.mark.parametrize(
    ("old", "new", "edit", "code"),
    [
        ("0.3.0", "0.3.0", BREAK, 1),
        ("0.3.0", "0.3.1", BREAK, 1),
        ("0.3.0", "0.4.0", BREAK, 0),
        ("0.3.0", "0.4.0.dev1", BREAK, 0),
        ("1.3.0", "1.4.0", BREAK, 1),
        ("1.3.0", "2.0.0", BREAK, 0),
        ("1.3.0", "1.3.0", WORDING, 1),
        ("1.3.0", "1.3.1", WORDING, 0),
        ("1.3.0", "1.2.9", WORDING, 1),
        ("1.3.0", "next", WORDING, 1),
    ],
)
def test_check_refuses_a_step_that_is_too_small(
    old: str,
    new: str,
    edit: Edit,
    code: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = write(tmp_path / "old", version=old)
    now = write(tmp_path / "new", edit, version=new)
    assert main(["diff", before, now, "--check", "--no-answers"]) == code
    assert capsys.readouterr().err.count("check: ") == code
    assert main(["diff", before, now, "--no-answers"]) == 0


def test_check_wants_header_and_package_to_agree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    (tmp_path / "new" / "pyproject.toml").write_text('[project]\nversion = "0.3.1"\n')
    assert main(["diff", old, new, "--check"]) == 1
    assert "states 0.3.0 in its header, 0.3.1 in its package" in capsys.readouterr().err
    (tmp_path / "new" / "pyproject.toml").unlink()
    (tmp_path / "new" / "ontology" / "twitchkg.ttl").write_text("")
    assert main(["diff", old, new, "--check"]) == 1
    assert "states no version" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changelog", "code"),
    [
        ("# Changelog\n\n## Unreleased\n\n- BREAKING `twd:mild` is gone; use\n  `twd:light`.\n", 0),
        ("# Changelog\n\n## Unreleased\n\n- `twd:mild` is gone.\n- BREAKING something\n", 1),
        ("# Changelog\n\n## Unreleased\n\n- BREAKING `twd:mild-tremor` is gone.\n", 1),
        ("# Changelog\n\n## Unreleased\n\n## 0.3.0\n\n- BREAKING `twd:mild` is gone.\n", 1),
        ("", 1),
    ],
)
def test_before_a_release_breaks_must_be_announced(
    changelog: str, code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "CHANGELOG.md"
    log.write_text(changelog)
    old, new = write(tmp_path / "old"), write(tmp_path / "new", BREAK)
    assert main(["diff", old, new, "--check", "--unreleased", str(log)]) == code
    assert capsys.readouterr().err.count("removed without notice: twd:mild mild") == code
    assert main(["diff", old, new, "--unreleased", str(log)]) == 2
    assert main(["diff", old, new, "--check", "--unreleased", str(tmp_path / "none.md")]) == 2


def test_the_formats_tell_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = write(tmp_path / "old"), write(tmp_path / "new", BREAK, WORDING)
    assert main(["diff", old, new]) == 0
    text = capsys.readouterr().out
    assert "Calls for a major step: 0.4.0 or higher." in text
    assert "\nbreaks (1):\n  removed [major] twd:mild  mild" in text
    assert main(["diff", old, new, "-f", "markdown"]) == 0
    markdown = capsys.readouterr().out
    assert "\n- **BREAKING** `twd:mild` mild: its IRI is gone" in markdown
    assert main(["diff", old, new, "-f", "json", "-o", str(tmp_path / "out.json")]) == 0
    told = json.loads((tmp_path / "out.json").read_text())
    assert (told["step"], told["leastVersion"]) == ("major", "0.4.0")
    assert told["counts"]["entity"] == {"removed": 1, "deprecated": 0, "changed": 1, "added": 0}
    assert [c["name"] for c in told["changes"] if c["step"] == "major"] == [
        PREFIXES["twd"] + "mild"
    ]
    assert main(["diff", old, new, "-o", str(tmp_path / "no" / "where.txt")]) == 2
    for output in (text, markdown, told["notice"]):
        assert NOTICE in output


def test_no_outlook_is_told_without_the_red_flags(tmp_path: Path) -> None:
    old, new = write(tmp_path / "old"), write(tmp_path / "new", BREAK)
    flags = "whatever the outlook: with weakness: see a doctor."
    found = compare(old, new, answers=False)
    assert flags in found.text()
    assert flags in found.markdown()
    assert json.loads(found.to_json())["redFlags"] == "with weakness: see a doctor"
    other = compare(old, write(tmp_path / "other", WORDING), answers=False)
    assert "whatever the outlook" not in other.text()


def test_long_lists_are_cut_and_say_so(tmp_path: Path) -> None:
    more = "".join(f"twd:new-{n} a twk:Trigger . " for n in range(30))
    new = write(tmp_path / "new", ("twsrc:900 a twk:Source", more + "twsrc:900 a twk:Source"))
    found = compare(write(tmp_path / "old"), new, answers=False)
    assert "  ... and 10 more\n" in found.text()
    assert "- and 10 more\n" in found.markdown()
    assert "more\n" not in found.text(None)
    assert found.text(0).count("twd:new") == 0


def test_a_release_of_the_graph_equals_its_checkout(tmp_path: Path) -> None:
    """What a release file leaves out is told nowhere as a break."""
    path = tmp_path / "release.ttl"
    assert main(["export", "-o", str(path)]) == 0
    assert compare(ROOT, path, answers=False).changes == ()
