"""Passages, coverage and likeness, against the user's copies of the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

import twitchkg
from twitchkg import coverage, resources, similarity, sources, store
from twitchkg.cli import main
from twitchkg.derive import NEAR_COPY, independent
from twitchkg.errors import FileAccessError, SourceError
from twitchkg.namespaces import BASE, DCTERMS, OA, RDF, TWK, TWSRC
from twitchkg.terms import XSD, Term

UNCOVERED = Path(__file__).parent / "uncovered.txt"


def test_every_passage_stands(kg: twitchkg.KnowledgeGraph, documents: Path) -> None:
    compared, faults = sources.verify(kg.store, str(documents))
    assert compared > 250
    assert faults == []
    assert main(["sources", "stamp", str(documents), "--check"]) == 0
    assert main(["sources", "compare", str(documents), "--check"]) == 0


def test_one_changed_character_is_found(
    kg: twitchkg.KnowledgeGraph,
    documents: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for document in sources.documents(kg.store):
        text = (documents / document.identifier).read_text(encoding="utf-8")
        (tmp_path / document.identifier).write_text(text, encoding="utf-8")
    assert main(["sources", "verify", str(tmp_path)]) == 0
    first = tmp_path / sources.documents(kg.store)[0].identifier
    first.write_text(first.read_text(encoding="utf-8").replace("e", "a", 1), encoding="utf-8")
    assert main(["sources", "verify", str(tmp_path)]) == 1
    assert "its SHA-256 digest differs" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        (f"{TWK}startLine", Term.integer(9999), ": it starts on line "),
        (f"{TWK}sha256", Term("literal", "0" * 64, f"{XSD}hexBinary"), ": its text differs"),
        (f"{OA}end", Term.integer(10**9), " do not fit its IRI or its document"),
        (f"{OA}start", Term.integer(0), " do not fit its IRI or its document"),
    ],
)
def test_a_passage_that_does_not_stand_is_found(
    documents: Path, field: str, value: Term, fault: str
) -> None:
    root = Path(resources.data_root()) / "ontology"
    files = [str(root / "data" / "sources.ttl"), str(root / "derived" / "passages.ttl")]
    told = [triple for path in files for triple in store.parse(path)]
    wrong = max(triple for triple in told if triple[1].value == field)
    changed = [(*triple[:2], value) if triple == wrong else triple for triple in told]
    _, faults = sources.verify(store.of_triples(changed), str(documents))
    assert len(faults) == 1
    assert faults[0].startswith(f"<{wrong[0].value}>: ")
    assert fault in faults[0]


@pytest.mark.parametrize(
    ("passage", "fault"),
    [("#char=5,999999999", "does not lie within twsrc:000"), ("#line=5", "is no passage of")],
)
def test_a_passage_that_cannot_be_stamped_is_told(
    documents: Path, passage: str, fault: str
) -> None:
    source, claim = f"{TWSRC}000", Term.iri(f"{BASE}claim/000-9999")
    path = Path(resources.data_root()) / "ontology" / "data" / "sources.ttl"
    told = [
        *store.parse(str(path)),
        (claim, Term.iri(f"{RDF}type"), Term.iri(f"{TWK}Claim")),
        (claim, Term.iri(f"{DCTERMS}source"), Term.iri(source)),
        (claim, Term.iri(f"{TWK}isFoundIn"), Term.iri(source + passage)),
    ]
    with pytest.raises(SourceError, match=rf"^twc:000-9999: .*{fault}"):
        sources.stamp(store.of_triples(told), str(documents))


def test_what_no_claim_stands_on_is_justified(kg: twitchkg.KnowledgeGraph, documents: Path) -> None:
    """Every sentence without a claim is on the list, with a reason, and no other is."""
    listed = {}
    for line in UNCOVERED.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            place, _, reason = line.partition(" ")
            listed[place] = reason
    found = {
        f"{document.source.rsplit('/', 1)[1]}:{gap.start}-{gap.end}"
        for document in coverage.coverage(kg.store, str(documents))
        for gap in document.gaps
    }
    assert found == set(listed)
    reasons = {"question", "heading", "filler", "furniture", "pointer"}
    assert set(listed.values()) <= reasons


def test_coverage_is_printed(documents: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "coverage", str(documents)]) == 0
    out = capsys.readouterr().out
    assert "twsrc:000: " in out
    assert "of the text is under claims" in out


def test_coverage_of_a_text() -> None:
    (gap,) = coverage.covered("twsrc:x", "One two. Three four.\nFive!", [(0, 8), (21, 23)]).gaps
    assert (gap.start, gap.end, gap.line, gap.words) == (9, 20, 1, "Three four.")


def test_near_copies_count_once() -> None:
    """Two texts that share most of their runs of words are one source, others are not."""
    words = "in the morning the left eyelid twitches for a minute and then it stops again"
    texts = {"a": words, "b": f"{words} today", "c": "nothing of that kind is said in here at all"}
    assert similarity.compare(texts) == [("a", "b", 1.0)]
    pair, kind = Term.iri("https://example.org/pair"), "https://w3id.org/twitchkg/ontology/"
    one, other = Term.iri("https://example.org/a"), Term.iri("https://example.org/b")
    rdf_type = Term.iri("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    for share, expected in ((NEAR_COPY, {other: one}), ("0.4", {})):
        triples = [
            (pair, rdf_type, Term.iri(kind + "Similarity")),
            (pair, Term.iri(kind + "compares"), one),
            (pair, Term.iri(kind + "compares"), other),
            (pair, Term.iri(kind + "sharedText"), Term.decimal(share)),
        ]
        assert independent(store.of_triples(triples)) == expected


def test_a_folder_that_is_not_there(kg: twitchkg.KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="is missing: there is no"):
        coverage.coverage(kg.store, str(tmp_path))
    with pytest.raises(FileAccessError, match="Give the one with the documents"):
        sources.verify(kg.store, str(tmp_path / "none"))
