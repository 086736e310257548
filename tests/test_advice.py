"""Situations as people describe them, and what the documents advise in each."""

from __future__ import annotations

import pathlib

import pytest

import twitchkg
from twitchkg.errors import ParameterError, UnknownNameError

TWITCH = ("muscle twitching",)
BASE = {"000 doctor", "003 doctor"}
"""000 has a doctor examine the cause, and 003 has one rule out diseases, in every case."""

# What is reported, and which advice applies: document, whom to consult, the threshold that is met.
SITUATIONS: list[tuple[str, dict[str, object], set[str]]] = [
    ("it twitches, nothing else is said", {}, BASE),
    ("an eyelid twitches", {"signs": ["eyelid twitching"]}, BASE),
    ("a jerk on falling asleep", {"signs": ["hypnic jerk"]}, BASE),
    (
        "it twitches often",
        {"frequency": "frequent"},
        BASE | {"002 doctor, frequent", "002 neurologist, frequent"},
    ),
    ("it twitches now and then", {"frequency": "occasional"}, BASE),
    (
        "it twitches most of the time",
        {"frequency": "usual"},
        BASE | {"002 doctor, frequent", "002 neurologist, frequent"},
    ),
    ("for three weeks", {"duration_days": 21}, BASE),
    (
        "often for three weeks",
        {"duration_days": 21, "frequency": "frequent"},
        BASE
        | {"000 doctor, frequent, 14 days", "002 doctor, frequent", "002 neurologist, frequent"},
    ),
    (
        "often for two weeks to the day",
        {"duration_days": 14, "frequency": "frequent"},
        BASE
        | {"000 doctor, frequent, 14 days", "002 doctor, frequent", "002 neurologist, frequent"},
    ),
    (
        "often for a day less than two weeks",
        {"duration_days": 13, "frequency": "frequent"},
        BASE | {"002 doctor, frequent", "002 neurologist, frequent"},
    ),
    ("since today", {"duration_days": 0}, BASE),
    (
        "the thumb twitches often for three weeks",
        {"duration_days": 21, "frequency": "frequent", "sites": ["thumb"]},
        BASE
        | {"000 doctor, frequent, 14 days", "000 doctor, frequent, 14 days, thumb"}
        | {"002 doctor, frequent", "002 neurologist, frequent"},
    ),
    (
        "with weakness",
        {"signs": [*TWITCH, "weakness"]},
        BASE
        | {"004 doctor, weakness", "002 doctor, other symptom", "002 neurologist, other symptom"},
    ),
    (
        "with weak muscles",
        {"signs": [*TWITCH, "muscle weakness"]},
        BASE
        | {"004 doctor, weakness", "002 doctor, other symptom", "002 neurologist, other symptom"},
    ),
    (
        "with a lot of pain",
        {"signs": [*TWITCH, "severe pain"]},
        BASE
        | {
            "004 doctor, severe pain",
            "002 doctor, other symptom",
            "002 neurologist, other symptom",
        },
    ),
    (
        "with odd movements",
        {"signs": [*TWITCH, "abnormal movement"]},
        BASE
        | {
            "004 doctor, abnormal movement",
            "002 doctor, other symptom",
            "002 neurologist, other symptom",
        },
    ),
    (
        "with numbness",
        {"signs": [*TWITCH, "numbness"]},
        BASE | {"002 doctor, other symptom", "002 neurologist, other symptom"},
    ),
    ("daily life is hindered", {"limits_daily_life": True}, BASE | {"004 doctor, daily life"}),
    ("daily life is not hindered", {"limits_daily_life": False}, BASE),
    (
        "it does not stop",
        {"contexts": ["persistent symptoms"]},
        BASE | {"003 doctor, persistent symptoms", "004 health professional, persistent symptoms"},
    ),
    ("since taking a medicine", {"contexts": ["medication"]}, BASE | {"001 doctor, medication"}),
    (
        "with a known disorder of the nerves",
        {"contexts": ["nervous system disorder"]},
        BASE | {"001 doctor, nervous system disorder"},
    ),
    (
        "with multiple sclerosis",
        {"contexts": ["multiple sclerosis"]},
        BASE | {"001 doctor, nervous system disorder"},
    ),
    (
        "with a serious illness",
        {"contexts": ["serious illness"]},
        BASE | {"000 doctor, serious illness"},
    ),
    ("in pregnancy", {"population": "pregnant women", "contexts": ["pregnancy"]}, BASE),
    ("a lack of sodium", {"signs": ["sodium deficiency"]}, {"000 doctor"}),
    ("stress alone", {"signs": ["stress"]}, {"001 therapist"}),
    (
        "weak, hindered, often, for a month",
        {
            "signs": [*TWITCH, "weakness"],
            "duration_days": 30,
            "frequency": "frequent",
            "limits_daily_life": True,
        },
        BASE
        | {"000 doctor, frequent, 14 days", "002 doctor, frequent", "002 neurologist, frequent"}
        | {"002 doctor, other symptom", "002 neurologist, other symptom"}
        | {"004 doctor, weakness", "004 doctor, daily life"},
    ),
]


def short(recommendation: twitchkg.Recommendation) -> str:
    """The advice as this file writes it."""
    said, _, whom = recommendation.sentence.partition(": see a ")
    words = said.split(", ")[1:]
    names = {"hindering daily life": "daily life", "for 14 days or more": "14 days"}
    parts = [
        names.get(
            word, word.removeprefix("with ").removeprefix("in case of ").removeprefix("at the ")
        )
        for word in words
    ]
    return ", ".join([f"{whom[-4:-1]} {whom[:-6]}", *parts])


def test_there_are_enough_situations() -> None:
    assert len(SITUATIONS) >= 25
    assert len({name for name, _, _ in SITUATIONS}) == len(SITUATIONS)


@pytest.mark.parametrize(
    ("name", "reported", "expected"), SITUATIONS, ids=lambda v: v if isinstance(v, str) else ""
)
def test_what_is_advised(
    kg: twitchkg.KnowledgeGraph, name: str, reported: dict[str, object], expected: set[str]
) -> None:
    report = kg.advice(**reported)  # type: ignore[arg-type]
    assert {short(r) for r in report.applies} == expected


def test_a_withdrawn_claim_gives_no_outlook(
    kg: twitchkg.KnowledgeGraph, tmp_path: pathlib.Path
) -> None:
    withdrawn, *others = [claim.iri for claim in kg.advice().outlooks]
    path = tmp_path / "own.ttl"
    path.write_text(f"<{withdrawn}> <http://www.w3.org/2002/07/owl#deprecated> true .", "utf-8")
    report = twitchkg.load(path).advice()
    assert others
    assert [claim.iri for claim in report.outlooks] == others


@pytest.mark.parametrize(("name", "reported"), [(n, r) for n, r, _ in SITUATIONS])
def test_no_outlook_without_its_red_flags(
    kg: twitchkg.KnowledgeGraph, name: str, reported: dict[str, object]
) -> None:
    """All advice about the sign is there, met or not, strictest first, each with its claims."""
    report = kg.advice(**reported)  # type: ignore[arg-type]
    if report.outlooks:
        assert report.red_flags
    every = {r.sentence for r in (*report.applies, *report.red_flags)}
    advice = kg.query("SELECT ?s WHERE { ?a a twk:Advice ; twk:forSign ?sign ; rdfs:label ?s }")
    if not reported or "signs" not in reported:
        about = {str(row["s"]) for row in advice if "muscle twitching" in str(row["s"])}
        assert every == about
    for group in (report.applies, report.red_flags):
        assert [r.rank for r in group] == sorted((r.rank for r in group), reverse=True)
    for recommendation in (*report.applies, *report.red_flags):
        assert recommendation.claims
        assert recommendation.applies == (recommendation in report.applies)


def test_what_is_not_met_is_told(kg: twitchkg.KnowledgeGraph) -> None:
    report = kg.advice(duration_days=3)
    (threshold,) = [
        r
        for r in report.red_flags
        if r.sentence.startswith("muscle twitching, frequent, for 14 days or more:")
    ]
    assert threshold.against == ("durationDays",)
    assert threshold.open == ("signFrequency",)


def test_bad_situations(kg: twitchkg.KnowledgeGraph) -> None:
    with pytest.raises(ParameterError, match="cannot be"):
        kg.advice(duration_days=-1)
    with pytest.raises(ParameterError, match="at least one sign"):
        kg.advice([])
    with pytest.raises(UnknownNameError, match="No entity is named"):
        kg.advice(["quux zork"])
