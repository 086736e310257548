"""What references say, against the tables it comes from."""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest

import twitchkg
from twitchkg import amounts, catalogue, curation
from twitchkg.cli import main
from twitchkg.namespaces import compact
from twitchkg.terms import Term

TABLES = ("dri", "eu_claims", "hpoa_focus_summary", "hpoa_twitch", "mondo", "nutrients")
UNIT_NAMES = {"mg": "MilliGM", "µg": "MicroGM", "µg DFE": "MicroGM", "L": "L"}
UNIT_NAMES |= {"mg/MJ": "MilliGM", "mg NE/MJ": "MilliGM"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """The rows of a reference table, read without the code that made the evidence."""
    with (folder / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def local(value: object) -> str:
    return str(value).rsplit("/", 1)[-1]


def test_evidence_is_what_the_tables_give(reference: Path) -> None:
    assert curation.stale(curation.evidence(str(reference))) == []


def test_every_amount_is_in_the_table(kg: twitchkg.KnowledgeGraph, reference: Path) -> None:
    """By source, number of the food and nutrient; read without the code that made it."""
    figures = {}
    for row in table(reference, "nutrients"):
        nutrient = amounts.NUTRIENTS.get(row["nutrient"])
        figures[row["source"], row["source_food_id"], nutrient] = row
    slugs = {"usda-sr28": "USDA SR28", "canadian-nutrient-file": "Canadian Nutrient File"}
    found = kg.query(
        "SELECT ?amount ?nutrient ?value ?unit ?source ?id ?description WHERE {"
        "?amount twk:measuredAs ?food ; twk:ofNutrient ?nutrient ; qudt:numericValue ?value ;"
        "qudt:unit ?unit ; dcterms:source ?source ; twk:perGrams 100 ."
        '?food dcterms:identifier ?id ; rdfs:label ?description FILTER(!STRSTARTS(?id, "FDC")) }'
    )
    assert len(found) > 500
    for amount in found:
        food = slugs[local(amount["source"])], str(amount["id"])
        figure = figures[(*food, local(amount["nutrient"]))]
        assert Decimal(figure["amount_per_100g"]) == amount["value"]
        assert UNIT_NAMES[figure["unit"]] == local(amount["unit"])
        assert figure["description"] == amount["description"]


def test_every_named_food_has_figures_and_no_group_has(kg: twitchkg.KnowledgeGraph) -> None:
    foods = kg.query(
        "SELECT ?food WHERE { ?food a twk:Food FILTER NOT EXISTS { ?food a twk:FoodGroup } "
        "FILTER NOT EXISTS { ?food a twk:DietarySupplement } "
        "FILTER NOT EXISTS { ?amount twk:inFood ?food ; twk:ofNutrient twd:magnesium } }"
    )
    assert [compact(str(row["food"])) for row in foods] == []
    assert not len(kg.query("SELECT ?x WHERE { ?x twk:inFood/a twk:FoodGroup }"))
    members = kg.query(
        "SELECT ?group (COUNT(DISTINCT ?measured) AS ?n) WHERE { ?group a twk:FoodGroup . "
        "?measured twk:exemplifies ?group } GROUP BY ?group"
    )
    assert len(members) == len(amounts.GROUPS)


def test_every_intake_is_in_the_table(kg: twitchkg.KnowledgeGraph, reference: Path) -> None:
    current = Counter(
        (
            amounts.AUTHORITIES[row["authority"]],
            amounts.INTAKES[row["nutrient"]],
            *(row[name] for name in ("sex", "life_stage", "age")),
            amounts.KINDS[row["value_type"]],
            Decimal(row["value_per_day"]),
            UNIT_NAMES[row["unit"]],
            "/MJ" in row["unit"],
        )
        for row in table(reference, "dri")
        if row["nutrient"] in amounts.INTAKES and row["status"] == "current"
    )
    found = kg.query(
        "SELECT ?group ?label ?nutrient ?sex ?stage ?age ?kind ?value ?unit ?energy WHERE {"
        "?intake twk:forPopulation ?group ; twk:ofNutrient ?nutrient ; twk:intakeKind ?kind ;"
        "qudt:numericValue ?value ; qudt:unit ?unit . ?group twk:sex ?sex ; rdfs:label ?label ."
        "OPTIONAL { ?group twk:lifeStage ?stage } OPTIONAL { ?group twk:age ?age }"
        "BIND(EXISTS { ?intake twk:perMegajoules 1 } AS ?energy) }"
    )
    assert len(found) > 500
    assert current == Counter(
        (
            "NASEM" if "(NASEM)" in str(row["label"]) else "EFSA",
            local(row["nutrient"]),
            row["sex"],
            row["stage"] or "",
            row["age"] or "",
            local(row["kind"]),
            row["value"],
            local(row["unit"]),
            row["energy"],
        )
        for row in found
    )


@pytest.mark.parametrize(
    ("name", "old", "new", "fault"),
    [
        ("nutrients", "\tmg\t", "\toz\t", "the unit 'oz' is not known"),
        ("nutrients", "\tmg\t", "\tL\t", "the unit 'L' does not fit an amount in a food"),
        ("nutrients", "USDA SR28", "USDA SR27", "the source 'USDA SR27' is not known"),
        ("nutrients", "amount_per_100g", "amount", "lacks the column 'amount_per_100g'"),
        ("dri", "EFSA 2019", "EFSA 2030", "is not one of the recorded releases"),
        ("dri", "\tcurrent\t", "\tdraft\t", "the status 'draft' is not known"),
        ("hpoa_twitch", "\t2025-01-16\t", "\t2024-04-26\t", "the row is of release 2024-04-26"),
        ("hpoa_twitch", "\tHP:", "\tHP:\t", "cells, the header"),
        ("hpoa_focus_summary", "Alzheimer disease\t", "Dementia\t", "'Dementia' is not known"),
        ("eu_claims", "muscle function", "hair", "the function 'hair' is not known"),
    ],
)
def test_a_faulty_table_is_one_line_and_writes_nothing(
    reference: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    name: str,
    old: str,
    new: str,
    fault: str,
) -> None:
    for other in (*TABLES, "twitch_hpo_terms"):
        shutil.copy(reference / f"{other}.tsv", tmp_path)
    path = tmp_path / f"{name}.tsv"
    path.chmod(0o644)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    before = {file: file.read_bytes() for file in evidence_files()}
    assert main(["evidence", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert fault in err
    assert err.count("\n") == 1
    assert before == {file: file.read_bytes() for file in evidence_files()}


def evidence_files() -> list[Path]:
    files = sorted((Path(__file__).parent.parent / "ontology" / "evidence").glob("*.ttl"))
    assert files
    return files


def test_a_missing_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evidence", str(tmp_path)]) == 2
    assert "Cannot read the reference table" in capsys.readouterr().err


def test_the_threshold_of_poor_sources(kg: twitchkg.KnowledgeGraph) -> None:
    """Five percent if not given; the unrounded share is what is compared."""
    given = [len(kg.query("poor-sources", threshold=percent)) for percent in (0, 5, 10)]
    assert given[0] == 0 < given[1] == len(kg.query("poor-sources")) < given[2]
    for threshold in (5, 10):
        text = catalogue.get("poor-sources").bound({"threshold": Term.integer(threshold)})
        assert len(list(kg.rdflib.query(text))) == given[threshold // 5]


def test_evidence_uses_no_predicate_of_claims(kg: twitchkg.KnowledgeGraph) -> None:
    """What documents say stays apart even where the names of graphs are lost."""
    used = kg.query(
        "SELECT DISTINCT ?p WHERE { ?p a twk:ClaimPredicate . GRAPH ?g { ?s ?p ?o } "
        'FILTER(CONTAINS(STR(?g), "graph/evidence/")) }'
    )
    assert not len(used)
