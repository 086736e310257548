"""Identifiers: each is in the reference tables, none is missing, none means two things."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

import pytest
from conftest import SHARED

import twitchkg
from twitchkg import mappings, resources
from twitchkg.cli import main
from twitchkg.errors import DataError, TwitchkgWarning
from twitchkg.namespaces import TWD, TWK

SETS = {one.name: one for one in mappings.sets()}
CHAINED = ("snomedct", "umls")
TABLES = {
    "chebi": ["chebi"],
    "doid": ["doid"],
    "foodon": ["foodon"],
    "hpo": ["hpo"],
    "maxo": ["maxo"],
    "mesh": ["mesh"],
    "mondo": ["mondo"],
    "symp": ["symp"],
    "uberon": ["uberon"],
}


def reference(name: str) -> dict[str, dict[str, str]]:
    path = SHARED / "reference" / f"{name}.tsv"
    if not path.is_file():
        pytest.skip("the reference tables are not part of the project and are not here")
    csv.field_size_limit(10**9)
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        return {row["id"].removeprefix("MESH:").removeprefix("mesh:"): row for row in rows}


def test_there_are_sets() -> None:
    assert set(SETS) == {*TABLES, *CHAINED}


@pytest.mark.parametrize("name", TABLES)
def test_every_identifier_is_in_its_table(name: str) -> None:
    """Known, not retired, and with the label that its vocabulary gives it."""
    table = reference(name)
    checked = 0
    for row in SETS[name].rows:
        if row["object_id"] == mappings.NO_TERM:
            continue
        entry = table[row["object_id"].removeprefix("mesh:")]
        assert entry.get("obsolete", "").lower() in ("", "false"), row
        assert entry.get("obsolete_2025_11_24", "").lower() in ("", "false"), row
        newer = entry.get("label_2025_11_24") or entry.get("label_2026_08")
        assert row["object_label"] == (newer or entry["label"]), row
        checked += 1
    assert checked > 10


@pytest.mark.parametrize("name", SETS)
def test_an_exact_match_is_one_to_one(name: str) -> None:
    exact = [row for row in SETS[name].rows if row["predicate_id"] == "skos:exactMatch"]
    found = [row for row in exact if row["object_id"] != mappings.NO_TERM]
    for key in ("subject_id", "object_id"):
        assert [one for one, count in Counter(r[key] for r in found).items() if count > 1] == []
    missing = {row["subject_id"] for row in exact if row["object_id"] == mappings.NO_TERM}
    others = {r["subject_id"] for r in SETS[name].rows if r["object_id"] != mappings.NO_TERM}
    assert missing & others == set()


def test_every_pair_of_the_table_of_targets_is_answered(kg: twitchkg.KnowledgeGraph) -> None:
    """Each entity has a mapping, or a plain 'no term found', in each set its class answers to."""
    answered = {(row["subject_id"], name) for name, one in SETS.items() for row in one.rows}
    path = Path(resources.data_root(), "ontology", "mappings", "targets.tsv")
    lines = path.read_text(encoding="utf-8").splitlines()[1:]
    asked = 0
    for line in lines:
        class_, targets = line.split("\t")
        for row in kg.query(f"SELECT ?e WHERE {{ ?e a <{TWK}{class_}> }}"):
            entity = "twd:" + str(row["e"]).removeprefix(TWD)
            for target in targets.split():
                assert (entity, target) in answered, (entity, class_, target)
                asked += 1
    assert asked > 700


def test_justifications_are_honest() -> None:
    """Nobody claims that a person curated a mapping."""
    used = {row["mapping_justification"] for one in SETS.values() for row in one.rows}
    assert used == {
        "semapv:LexicalMatching",
        "semapv:MappingChaining",
        "semapv:UnspecifiedMatching",
    }


def test_identifiers_find_entities(kg: twitchkg.KnowledgeGraph) -> None:
    assert kg.resolve("HP:0002380").iri == TWD + "fasciculation"
    assert kg.resolve("hp:0002411").iri == TWD + "myokymia"
    assert kg.resolve("MONDO:0005301").iri == TWD + "multiple-sclerosis"
    with pytest.warns(TwitchkgWarning, match="HP:0031988 is retired; HP:0003394 took its place"):
        assert kg.resolve("HP:0031988").iri == TWD + "muscle-cramp"
    for german in ("Tremor", "Faszikulationen"):
        assert kg.search(german, 1), german


def test_the_command_line_takes_identifiers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "HP:0002380"]) == 0
    assert capsys.readouterr().out.startswith("fasciculation (")
    assert main(["query", "identifiers", "-p", "entity=myokymia", "-f", "csv"]) == 0
    assert "http://purl.obolibrary.org/obo/HP_0002411" in capsys.readouterr().out
    assert main(["show", "HP:9999999"]) == 2
    assert "No entity is named 'HP:9999999'" in capsys.readouterr().err


GOOD = (
    "#mapping_set_id: https://example.org/x\n#license: https://example.org/l\n"
    '#object_source_version: "1"\n' + "\t".join(mappings.COLUMNS) + "\n"
    "twd:tremor\ttremor\tskos:exactMatch\tHP:0001337\tTremor\tsemapv:LexicalMatching\ta\t\n"
)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#license: https://example.org/l\n", "", "lacks '#license:'"),
        ("predicate_id", "predicate", "the columns must be"),
        ("HP:0001337", "QQ:1", ":5: a row must map"),
        ("skos:exactMatch", "skos:same", ":5: a row must map"),
        ("\ta\t\n", "\n", ":5: 6 cells where 8 must be"),
        ("#license: https://example.org/l\n", "#license\n", "cannot read the metadata line"),
    ],
)
def test_a_broken_set_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "x.sssom.tsv"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataError, match=re.escape(message)):
        mappings.read(str(path))
    path.write_text(GOOD, encoding="utf-8")
    assert len(mappings.read(str(path)).rows) == 1
