"""What claims place in a document, also where no name of the entity stands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import ROOT

import twitchkg
from twitchkg import cli, sources, standoff
from twitchkg.errors import ParameterError
from twitchkg.terms import Iri

LEAFLET = ROOT / "tests" / "extension" / "documents" / "leaflet.txt"
DATA = [
    ROOT / "tests" / "extension" / "ontology" / part / "leaflet.ttl" for part in ("data", "claims")
]
OWN = "https://example.org/own/"
FIRST, LATE, STANDING = (Iri(f"{OWN}leaflet-000{number}") for number in (1, 2, 3))


@pytest.fixture(scope="module")
def both() -> twitchkg.KnowledgeGraph:
    return twitchkg.load(DATA)


def test_an_annotation_has_the_claims_that_place_its_entity_there(
    both: twitchkg.KnowledgeGraph,
) -> None:
    text = LEAFLET.read_text("utf-8")
    found = both.annotate(text, claims=True)
    assert [one._replace(claims=()) for one in found if one.matched] == list(both.annotate(text))
    claims = {one.text: one.claims for one in found if one.matched}
    assert claims["twitch"] == (FIRST,)
    assert claims["muscles twitch"] == (LATE,)
    assert claims["Twitching"] == (), "the title stands in no passage"


def test_what_has_no_name_in_a_passage_is_given_as_the_passage(
    both: twitchkg.KnowledgeGraph,
) -> None:
    """ "Going to bed too late" names no lack of sleep, but a claim reads it there."""
    text = LEAFLET.read_text("utf-8")
    placed = {
        (one.start, one.end, one.label, one.kind, one.claims)
        for one in both.annotate(text, claims=True)
        if not one.matched
    }
    assert (80, 130, "lack of sleep", "lifestyle factor", (LATE,)) in placed
    assert (132, 165, "prolonged standing", "lifestyle factor", (STANDING,)) in placed
    assert all(text[start:end].strip() for start, end, *_ in placed)


def test_the_order_is_that_of_the_text(both: twitchkg.KnowledgeGraph) -> None:
    found = both.annotate(LEAFLET.read_text("utf-8"), claims=True)
    assert [one.start for one in found] == sorted(one.start for one in found)


@pytest.mark.parametrize("text", ["", "muscle twitching", "\ud800"])
def test_a_text_that_was_not_read_has_no_claims(both: twitchkg.KnowledgeGraph, text: str) -> None:
    assert not any(one.claims for one in both.annotate(text))
    with pytest.raises(ParameterError, match="none of the documents"):
        both.annotate(text, claims=True)


def test_other_tools_get_the_claims(both: twitchkg.KnowledgeGraph) -> None:
    text = LEAFLET.read_text("utf-8")
    found = both.annotate(text, claims=True)
    row = next(row for row in standoff.rows(found, claims=True) if str(row["start"]) == "80")
    assert [str(row[name]) for name in ("matchedName", "claims")] == ["", LATE]
    assert "claims" not in standoff.rows(found).columns
    lines = standoff.brat(found).splitlines()
    assert any(line.endswith(f" {LATE}\tclaim") for line in lines)
    ids = [line.split("\t")[0] for line in lines]
    assert len(ids) == len(set(ids))
    items = json.loads(standoff.web_annotations(text, found))["first"]["items"]
    linked = {
        body["source"] for one in items for body in one["body"] if body["purpose"] == "linking"
    }
    assert linked == {FIRST, LATE, STANDING}


def test_the_command(capsys: pytest.CaptureFixture[str]) -> None:
    data = [part for path in DATA for part in ("--data", str(path))]
    assert cli.main(["annotate", str(LEAFLET), "--claims", "-f", "csv", *data]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith(",uncertain,claims")
    assert cli.main(["annotate", str(LEAFLET), "--claims"]) == 2
    assert "none of the documents" in capsys.readouterr().err


def test_every_entity_that_claims_place_in_the_documents_is_found(
    kg: twitchkg.KnowledgeGraph, documents: Path
) -> None:
    found: dict[str, dict[tuple[str, str], list[tuple[int, int]]]] = {}
    for document in sources.documents(kg.store):
        here = found.setdefault(document.iri, {})
        for one in kg.annotate(sources.read(str(documents), document), claims=True):
            for iri in one.claims:
                here.setdefault((iri, one.iri), []).append((one.start, one.end))
    total = 0
    for claim in kg.claims():
        for entity in {claim.subject, claim.object}:
            if not isinstance(entity, Iri) or not claim.passages:
                continue
            total += 1
            places = found[claim.source][claim.iri, entity]
            for start, end in places:
                assert any(one.start <= start and end <= one.end for one in claim.passages)
    assert total > 2900
