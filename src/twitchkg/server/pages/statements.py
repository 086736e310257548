"""Claims as the pages show them: one line for each statement, one mark for each place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twitchkg.namespaces import TWK
from twitchkg.server.pages.known import href
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Claim
    from twitchkg.server.pages.known import Known, Triple
    from twitchkg.terms import Plain

_PLAIN = ("certainty", "frequency", "signFrequency")
_FIRST = 12
"""How many statements of a relation stand open; the rest is one click or key away."""


class Mark(NamedTuple):
    """A place in a document: what is printed, what is read out, and where it leads."""

    text: str
    spoken: str
    href: str


class Qualifier(NamedTuple):
    """A word or a limit beside a claim: name, empty where the value says it all, and value."""

    name: str
    value: Plain


class Said(NamedTuple):
    """A claim as a page shows it."""

    claim: Claim
    marks: tuple[Mark, ...]
    qualifiers: tuple[Qualifier, ...]


class Statement(NamedTuple):
    """What one or more documents say of the same subject, relation and value."""

    triple: Triple
    sources_for: int
    sources_against: int
    said: tuple[Said, ...]
    outlook: bool


class Group(NamedTuple):
    """The statements of one relation, those that most documents make first."""

    key: str
    title: str
    predicate: Iri
    inverse: bool
    outlook: bool
    first: tuple[Statement, ...]
    rest: tuple[Statement, ...]

    @property
    def number(self) -> int:
        """How many statements there are."""
        return len(self.first) + len(self.rest)


def said(about: Known, claim: Claim) -> Said:
    """A claim with its marks and the words beside it."""
    document = about.document(claim.source)
    key = document.key if document else claim.document
    verb = "denies" if claim.negated else "says"
    marks = tuple(
        Mark(
            f"{key}:{passage.line}",
            f"document {key} {verb} so on line {passage.line}",
            f"{href(claim.source)}#char={passage.start},{passage.end}",
        )
        for passage in claim.passages
    )
    return Said(
        claim,
        marks or (Mark(key, f"document {key} {verb} so", href(claim.source)),),
        tuple(
            Qualifier("" if name in _PLAIN else about.word(name), value)
            for name, value in claim.qualifiers
        ),
    )


def statements(about: Known, claims: Iterable[Claim]) -> list[Statement]:
    """Claims gathered by what they say, those with most sources first."""
    gathered: dict[Triple, list[Claim]] = {}
    for claim in claims:
        gathered.setdefault((claim.subject, claim.predicate, claim.object), []).append(claim)
    made = []
    for triple, group in gathered.items():
        sources = about.counts.get(triple, (0, 0))
        ordered = sorted(group, key=order)
        outlook = triple[1] == TWK + "hasPrognosis"
        made.append(
            Statement(triple, *sources, tuple(said(about, claim) for claim in ordered), outlook)
        )

    def rank(one: Statement) -> tuple[int, int, str, str]:
        names = (about.name(one.triple[0]).casefold(), about.name(one.triple[2]).casefold())
        return (-one.sources_for, -len(one.said), *names)

    return sorted(made, key=rank)


def order(claim: Claim) -> tuple[str, int, str]:
    """Documents in order, and the text of each from its start."""
    return claim.source, min((p.start for p in claim.passages), default=0), claim.iri


def grouped(about: Known, claims: Iterable[Claim], iri: str) -> list[Group]:
    """The claims around an entity by relation; outlooks come first, then what says most.

    :param iri: the entity; statements that only name it are grouped apart.
    """
    by_relation: dict[tuple[bool, Iri], list[Claim]] = {}
    for claim in claims:
        by_relation.setdefault((claim.subject != iri, claim.predicate), []).append(claim)
    made = []
    for (inverse, predicate), members in by_relation.items():
        listed = statements(about, members)
        label = about.name(predicate)
        slug = str(predicate).rpartition("/")[2]
        made.append(
            Group(
                f"{'named-by-' if inverse else ''}{slug}",
                label,
                predicate,
                inverse,
                predicate == TWK + "hasPrognosis",
                tuple(listed[:_FIRST]),
                tuple(listed[_FIRST:]),
            )
        )
    return sorted(made, key=lambda g: (not g.outlook, g.inverse, -g.number, g.title))
