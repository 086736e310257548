"""What people call things, and what a search finds for it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

import twitchkg
from twitchkg import lookup
from twitchkg.namespaces import TWD

PHRASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "phrases.tsv").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def test_there_are_enough_phrases() -> None:
    assert len(PHRASES) >= 100
    assert len({phrase for phrase, _ in PHRASES}) == len(PHRASES)


@pytest.mark.parametrize(("phrase", "expected"), PHRASES)
def test_lay_words(kg: twitchkg.KnowledgeGraph, phrase: str, expected: str) -> None:
    """The first entity expected comes first, the others are among the first five."""
    found = [match.iri.removeprefix(TWD) for match in kg.search(phrase, 5)]
    first, *others = expected.split()
    assert found[:1] == [first]
    assert set(others) <= set(found)


def test_a_search_is_deterministic(kg: twitchkg.KnowledgeGraph) -> None:
    for phrase, _ in PHRASES[::10]:
        assert kg.search(phrase) == twitchkg.load().search(phrase)


@pytest.mark.parametrize("text", ["", " ", "?!", "zzzz qqqq", "\x00", "é" * 500, "<b>", "' OR 1=1"])
def test_a_search_never_fails(kg: twitchkg.KnowledgeGraph, text: str) -> None:
    assert isinstance(kg.search(text), list)


def test_the_kept_index_finds_the_same(kg: twitchkg.KnowledgeGraph) -> None:
    """Every seventh name and hundreds of typing errors, in the index of the cache and anew."""
    rows = kg.query("SELECT DISTINCT ?l WHERE { ?e rdfs:label|skos:altLabel|skos:hiddenLabel ?l }")
    names = sorted({str(row[0]) for row in rows})
    chance = random.Random(1)
    texts = names[::7]
    for name in chance.sample(names, 300):
        place = chance.randrange(len(name))
        left, letter, right = name[:place], name[place], name[place + 1 :]
        wrong = (left + right, left + letter * 2 + right, left + chance.choice("aeiou") + right)
        texts.append(chance.choice(wrong))
    fresh = lookup.Index(kg.store)
    twitchkg.load().search("tremor")  # keeps the index, if it is not kept yet
    kept = lookup.Index.bundled(lambda: pytest.fail("the index was not kept"))
    for text in texts:
        assert kept.search(text) == fresh.search(text), text
        assert kept.exact(text) == fresh.exact(text), text
    assert kept.labels(["https://w3id.org/twitchkg/id/tremor"]) == kg.labels(
        ["https://w3id.org/twitchkg/id/tremor"]
    )
