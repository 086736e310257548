"""Finding entities in texts: offsets, longest match, denials, hostile texts, the documents."""

from __future__ import annotations

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest
from labelled import read

import twitchkg
from twitchkg import annotation, lookup, sources, standoff
from twitchkg.errors import ParameterError
from twitchkg.terms import Iri

PAGE = Path(__file__).parent / "annotated" / "page.txt"


def slug(iri: str) -> str:
    return iri.rpartition("/")[2]


def names(kg: twitchkg.KnowledgeGraph, text: str) -> list[tuple[str, str]]:
    return [(one.text, slug(one.iri)) for one in kg.annotate(text)]


@pytest.mark.parametrize(
    ("text", "words", "entity"),
    [
        ("twitching", "twitching", "muscle-twitching"),
        ("She TWITCHED twice", "TWITCHED", "muscle-twitching"),
        ("two eyelids", "eyelids", "eyelid"),
        ("lack of\r\n sleep", "lack of\r\n sleep", "sleep-deprivation"),
        ("🦵🏽 eye\u00adlid", "eye\u00adlid", "eyelid"),
        ("a fe\u0301brile \ufb01brillation", "\ufb01brillation", "fibrillation"),
        ("cafe\u0301 caffeïne", "caffeïne", "caffeine"),
        ("\ufeffMyokymia", "Myokymia", "myokymia"),
        ("Parkinson’s disease", "Parkinson’s disease", "parkinson-disease"),
        ("Creutzfeldt–Jakob disease", "Creutzfeldt–Jakob disease", "creutzfeldt-jakob-disease"),
    ],
)
def test_offsets_are_those_of_the_text_as_given(
    kg: twitchkg.KnowledgeGraph, text: str, words: str, entity: str
) -> None:
    found = [one for one in kg.annotate(text) if slug(one.iri) == entity]
    assert [one.text for one in found] == [words]
    assert text[found[0].start : found[0].end] == words


def test_the_longest_name_counts(kg: twitchkg.KnowledgeGraph) -> None:
    assert names(kg, "magnesium deficiency") == [("magnesium deficiency", "magnesium-deficiency")]
    nested = [slug(one.iri) for one in kg.annotate("magnesium deficiency", nested=True)]
    assert nested == ["magnesium-deficiency", "magnesium"]


def test_a_name_does_not_go_over_the_end_of_a_sentence(kg: twitchkg.KnowledgeGraph) -> None:
    assert names(kg, "It is the eyelid. Twitching") == [
        ("eyelid", "eyelid"),
        ("Twitching", "muscle-twitching"),
    ]
    assert names(kg, "lack of\n\nsleep") == [("sleep", "sleep")]


def test_letter_case_tells_acronyms_from_words(kg: twitchkg.KnowledgeGraph) -> None:
    assert ("MS", "multiple-sclerosis") in names(kg, "MS is feared")
    assert names(kg, "300 mg in 20 ms") == []


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("no twitching", ["twitching"]),
        ("without tremor or numbness", ["tremor", "numbness"]),
        ("I never had weakness.", ["weakness"]),
        ("I don’t have tremor", ["tremor"]),
        ("Denies numbness, tremor; headache present", ["numbness", "tremor"]),
        ("not only stress but also anxiety", []),
        ("She is not without anxiety", []),
        ("He does not deny tremor", []),
        ("no tremor but numbness", ["tremor"]),
        ("no tremor. Numbness", ["tremor"]),
        ("no tremor, my eyelid twitches", ["tremor"]),
        ("Tremor was ruled out", ["Tremor"]),
        ("Tremor cannot be ruled out", []),
        ("Numbness: absent", ["Numbness"]),
        ("lack of sleep and stress", []),
        ("neither tremor nor numbness", ["tremor", "numbness"]),
    ],
)
def test_denials(kg: twitchkg.KnowledgeGraph, text: str, denied: list[str]) -> None:
    found = kg.annotate(text)
    assert found
    assert [one.text for one in found if one.negated] == denied


def test_doubts(kg: twitchkg.KnowledgeGraph) -> None:
    for text in ("possible tremor", "if tremor comes", "Tremor cannot be ruled out"):
        assert [(one.negated, one.uncertain) for one in kg.annotate(text)] == [(False, True)], text


def test_a_page_labelled_by_hand(kg: twitchkg.KnowledgeGraph) -> None:
    text, labels = read(PAGE)
    wanted = {label[:3]: label[3] for label in labels}
    assert len(wanted) > 80
    found = {(one.start, one.end, slug(one.iri)): one for one in kg.annotate(text)}
    hits = wanted.keys() & found.keys()
    precision, recall = len(hits) / len(found), len(hits) / len(wanted)
    right = sum(
        ("-" if found[key].negated else "?" if found[key].uncertain else "") == wanted[key]
        for key in hits
    )
    print(
        f"{len(text.split())} words, {len(wanted)} labels: precision {precision:.3f}, "
        f"recall {recall:.3f}; denied or uncertain rightly: {right} of {len(hits)}"
    )
    assert precision > 0.85
    assert recall > 0.8
    assert right / len(hits) > 0.9


def test_the_documents_name_what_claims_place_there(
    kg: twitchkg.KnowledgeGraph, documents: Path
) -> None:
    texts = {one.iri: sources.read(str(documents), one) for one in sources.documents(kg.store)}
    found = {iri: kg.annotate(text, nested=True) for iri, text in texts.items()}
    longest = {iri: kg.annotate(text) for iri, text in texts.items()}
    known: dict[str, set[str]] = {}
    for row in kg.query(
        "SELECT ?e ?l WHERE { ?e rdfs:label|skos:altLabel|skos:hiddenLabel ?l "
        'FILTER(LANG(?l) IN ("en", "")) }'
    ):
        known.setdefault(str(row["e"]), set()).add(str(row["l"]))
    named = inside = in_document = alone = total = 0
    missed: list[tuple[str, str]] = []
    for claim in kg.claims():
        text = texts[claim.source]
        for entity in (claim.subject, claim.object):
            if not isinstance(entity, Iri) or not claim.passages:
                continue
            total += 1
            spans = [(one.start, one.end) for one in claim.passages]
            hits = [
                one.iri == entity and any(s <= one.start and one.end <= e for s, e in spans)
                for one in found[claim.source]
            ]
            inside += any(hits)
            in_document += any(one.iri == entity for one in found[claim.source])
            alone += any(
                one.iri == entity and any(s <= one.start and one.end <= e for s, e in spans)
                for one in longest[claim.source]
            )
            # A plain search, which knows nothing of the annotator: the label as it stands.
            plain = [
                label
                for label in known.get(entity, ())
                for s, e in spans
                if re.search(rf"(?<!\w){re.escape(label)}(?!\w)", text[s:e], re.IGNORECASE)
                and not (len(label) <= 4 and label[:1].isupper())
            ]
            if plain:
                named += 1
                if not any(hits):
                    missed.append((claim.iri, plain[0]))
    print(
        f"{total} entities of claims: {named} under a name of theirs in the passage; found in the "
        f"passage {inside / total:.3f}, without names in longer names {alone / total:.3f}, in the "
        f"document {in_document / total:.3f}"
    )
    assert total > 1000
    assert not missed


@pytest.mark.parametrize(
    "text",
    [
        "a" * 1_000_000,
        "e" + "\u0301" * 1_000_000,
        "lack of" + " " * 1_000_000 + "sleep",
        "lack of -\n" * 20_000,
        "\ud800 tremor \udfff",
        "no " * 20_000 + "tremor",
        "[[" * 100_000 + "\u202etremor\x1b[31m",
    ],
)
def test_hostile_texts_end_soon_and_keep_their_offsets(
    kg: twitchkg.KnowledgeGraph, text: str
) -> None:
    began = time.monotonic()
    for one in kg.annotate(text):
        assert text[one.start : one.end] == one.text
    assert time.monotonic() - began < 10


def test_what_is_no_text_is_told(kg: twitchkg.KnowledgeGraph) -> None:
    wrong: Any = b"tremor"
    with pytest.raises(ParameterError, match="not a bytes"):
        kg.annotate(wrong)


def test_a_long_text_gives_the_same_in_pieces(
    kg: twitchkg.KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = read(PAGE)[0]
    whole = kg.annotate(text)
    monkeypatch.setattr("twitchkg.annotation._PIECE", 10)
    assert len(list(annotation._pieces(text))) > 30
    assert kg.annotate(text) == whole


def test_brat_cuts_names_where_its_lines_and_columns_end(kg: twitchkg.KnowledgeGraph) -> None:
    written = standoff.brat(kg.annotate("lack\tof\u2028sleep"))
    assert written.splitlines()[0] == "T1\tLifestyleFactor 0 4;5 7;8 13\tlack of sleep"


# rdflib's own reader of JSON-LD uses what rdflib deprecates.
@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_web_annotations_are_rdf(kg: twitchkg.KnowledgeGraph) -> None:
    import rdflib

    text = "no tremor"
    written = json.loads(standoff.web_annotations(text, kg.annotate(text), "https://example.org/n"))
    oa = "http://www.w3.org/ns/oa#"
    # The part of the standard's own context that is used here; nothing is fetched in tests.
    written["@context"] = {
        "oa": oa,
        "id": "@id",
        "type": "@type",
        "Annotation": oa + "Annotation",
        "TextPositionSelector": oa + "TextPositionSelector",
        "target": {"@id": oa + "hasTarget", "@type": "@id"},
        "first": "http://www.w3.org/ns/activitystreams#first",
        "items": {"@id": "http://www.w3.org/ns/activitystreams#items", "@container": "@list"},
        "selector": oa + "hasSelector",
        "start": oa + "start",
        "end": oa + "end",
    }
    graph = rdflib.Graph().parse(data=json.dumps(written), format="json-ld")
    rows = graph.query(
        "PREFIX oa: <http://www.w3.org/ns/oa#> SELECT ?s ?e WHERE { ?a a oa:Annotation ; "
        "oa:hasTarget/oa:hasSelector ?p . ?p a oa:TextPositionSelector ; oa:start ?s ; oa:end ?e }"
    )
    assert [[str(cell) for cell in row] for row in rows if isinstance(row, tuple)] == [["3", "9"]]


def test_index_and_annotator_agree_on_kinds(kg: twitchkg.KnowledgeGraph) -> None:
    kinds = lookup.kinds(kg.store)
    for one in kg.annotate(read(PAGE)[0]):
        assert kinds[one.iri] == one.kind
