"""What every answer holds: data for programs, and the same as text for a reader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from twitchkg import cards
from twitchkg.claims import short_name
from twitchkg.graph import NOTICE
from twitchkg.namespaces import compact

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twitchkg.claims import Claim
    from twitchkg.graph import KnowledgeGraph

CHARACTERS = 24_000
"""How long the text of an answer may be."""
CELL = 600
"""How long one value may be."""

Value = str | int | float | bool | None | list[str]
Item = dict[str, Value]


class Place(BaseModel):
    """Where a claim stands in its document."""

    iri: str = Field(description="the passage")
    start: int = Field(description="Unicode code points from 0")
    end: int = Field(description="Unicode code points from 0, exclusive")
    line: int = Field(description="line of the start, from 1")


class SaidClaim(BaseModel):
    """One document saying one thing."""

    iri: str
    says: str = Field(description="the claim in words, not the words of the document")
    denied: bool = Field(description="whether the document denies it")
    document: str = Field(description="file name of the document that says it")
    source: str = Field(description="IRI of the document")
    passages: list[Place]
    cautions: list[str] = Field(description="what is doubtful or garbled about it")
    verdicts: list[str] = Field(description="what references say of it")


class RedFlag(BaseModel):
    """When a document says to see a health professional."""

    iri: str
    says: str
    document: str


class Answer(BaseModel):
    """What the graph answers."""

    answered: bool = Field(description="false where the graph holds nothing on the question")
    statement: str = Field(description="what was found, or that there is no claim")
    read_as: list[str] = Field(default=[], description="how names were read that were not exact")
    items: list[Item] = Field(default=[], description="rows, entities, steps or disagreements")
    claims: list[SaidClaim] = Field(default=[], description="claims in full")
    claim_iris: list[str] = Field(default=[], description="every claim that the answer rests on")
    red_flags: list[RedFlag] = Field(
        default=[], description="when to see a doctor; never to be left out beside an outlook"
    )
    more: str = Field(default="", description="what was left out, and how to ask for it")
    notice: str = NOTICE


def said(graph: KnowledgeGraph, claims: Sequence[Claim]) -> list[SaidClaim]:
    """Claims in words, with their places."""
    names = cards.Names(graph, claims)
    return [
        SaidClaim(
            iri=claim.iri,
            says=cards.sentence(claim, names),
            denied=claim.negated,
            document=claim.document,
            source=claim.source,
            passages=[
                Place(
                    iri=f"{claim.source}#char={place.start},{place.end}",
                    start=place.start,
                    end=place.end,
                    line=place.line,
                )
                for place in claim.passages
            ],
            cautions=[f"{c.kind}, {c.doubts} in doubt: {c.reason}" for c in claim.cautions],
            verdicts=[f"{v.reference}: {v.outcome}. {v.comment}" for v in claim.verdicts],
        )
        for claim in claims
    ]


def red_flags(graph: KnowledgeGraph) -> list[RedFlag]:
    """All that the documents say about when to see a health professional."""
    claims = graph.red_flags()
    names = cards.Names(graph, claims)
    return [RedFlag(iri=c.iri, says=cards.sentence(c, names), document=c.document) for c in claims]


def nothing(about: str, hint: str = "", flags: Iterable[RedFlag] = ()) -> Answer:
    """The answer where there is no claim.

    :param about: what was asked about, as it goes on after "The graph holds no claim".
    :param hint: what to try.
    """
    statement = f"The graph holds no claim {about}. {hint}".strip()
    return Answer(answered=False, statement=cut(statement, 2 * CELL), red_flags=list(flags))


def cut(text: str, length: int = CELL) -> str:
    """A text on one line, shortened where it is too long."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 2]} …"


def fitted(answer: Answer) -> tuple[Answer, str]:
    """The answer and its text, with as many claims and items as there is room for."""
    text, more = written(answer), answer.more
    while len(text) > CHARACTERS and (answer.claims or answer.items):
        # Half of the longer list goes, until what is left fits.
        name = "items" if len(answer.items) > len(answer.claims) else "claims"
        listed: list[Item] | list[SaidClaim] = answer.items if name == "items" else answer.claims
        kept = listed[: len(listed) // 2]
        short = f"Shortened to {len(kept)} {name} in full; ask for less, with 'limit'."
        answer = answer.model_copy(update={name: kept, "more": f"{short} {more}".strip()})
        text = written(answer)
    return answer, text


def written(answer: Answer) -> str:
    """The answer as text."""
    lines = [answer.statement, *answer.read_as]
    for item in answer.items:
        cells = [
            f"{key}: {_shown(value)}" for key, value in item.items() if value not in (None, "", [])
        ]
        lines.append(f"- {'; '.join(cells)}")
    if answer.claims:
        lines.append("Claims:")
    for claim in answer.claims:
        places = ", ".join(f"line {p.line} (code points {p.start}-{p.end})" for p in claim.passages)
        lines.append(f"- {claim.says} [{claim.document}, {places}] <{claim.iri}>")
        lines += [f"  caution: {caution}" for caution in claim.cautions]
        lines += [f"  reference: {verdict}" for verdict in claim.verdicts]
    shown = {claim.iri for claim in answer.claims}
    others = [compact(iri) for iri in answer.claim_iris if iri not in shown]
    if others:
        lines.append(
            f"Claims it rests on (twc: is https://w3id.org/twitchkg/claim/): {', '.join(others)}"
        )
    if answer.red_flags:
        lines.append("When to see a doctor, according to the documents:")
        lines += [f"- {f.says} [{short_name(f.document)}] <{f.iri}>" for f in answer.red_flags]
    return "\n".join([*lines, *([answer.more] if answer.more else []), answer.notice])


def _shown(value: Value) -> str:
    if isinstance(value, list):
        return ", ".join(compact(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
