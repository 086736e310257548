"""Claims as plain Python objects, read from any store that answers queries."""

from __future__ import annotations

from twitchkg.namespaces import TWK, compact
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from twitchkg.results import Result, Row
    from twitchkg.terms import Plain, Term

    class Queryable(Protocol):
        """The one call that the embedded store and a remote endpoint share."""

        def query(self, text: str) -> Result:
            """Answer a SPARQL query."""
            ...


NOTICE = (
    "twitchkg records what documents say. It is no medical advice and makes no diagnosis; "
    "ask a doctor about any sign that worries you."
)
"""The notice that stands wherever the graph's content is shown to people."""

QUALIFIERS = (
    *("certainty", "frequency", "adviceLevel", "atSite", "inPopulation", "inContext"),
    *("symptomRole", "signFrequency", "accompanyingSign", "byProfessional"),
    *("durationDays", "maximumDurationDays"),
    *("fromGestationalWeek", "timesPerWeek", "limitsDailyLife"),
)
"""The local names of the properties that qualify a claim, in the order in which they are shown."""

# What belongs to a claim is asked for by its IRI: in one query with the claims themselves, engines
# join every passage of the graph first.
_CLAIMS = """
SELECT ?claim ?source ?document ?subject ?predicate ?object ?negated
WHERE {{
  {values}
  ?claim a twk:Claim ; dcterms:source ?source ; twk:subject ?subject ; twk:predicate ?predicate ;
    twk:isNegated ?negated .
  ?claim twk:object|twk:objectValue ?object .
  ?source dcterms:identifier ?document .
}}
"""
_PASSAGES = """
SELECT ?claim ?start ?end ?line
WHERE {{
  VALUES ?claim {{ {claims} }}
  ?claim twk:isFoundIn ?passage .
  ?passage oa:start ?start ; oa:end ?end ; twk:startLine ?line .
}}
ORDER BY ?claim ?start ?end
"""
_QUALIFIERS = f"""
SELECT ?claim ?qualifier ?value
WHERE {{{{
  VALUES ?claim {{{{ {{claims}} }}}}
  ?claim ?qualifier ?value .
  FILTER(?qualifier IN ({", ".join(f"twk:{name}" for name in QUALIFIERS)}))
}}}}
ORDER BY ?claim ?qualifier ?value
"""
_CAUTIONS = """
SELECT ?claim ?caution ?kind ?reason ?doubts
WHERE {{
  VALUES ?claim {{ {claims} }}
  ?claim twk:hasCaution ?caution .
  ?caution twk:cautionKind/rdfs:label ?kind ; skos:definition ?reason ;
    twk:doubts/rdfs:label ?doubts .
}}
ORDER BY ?claim ?caution
"""
_VERDICTS = """
SELECT ?claim ?outcome ?comment ?reference
WHERE {{
  VALUES ?claim {{ {claims} }}
  ?verdict twk:judges ?claim ; twk:outcome/rdfs:label ?outcome ; rdfs:comment ?comment ;
    dcterms:source/rdfs:label ?reference .
}}
ORDER BY ?claim ?reference ?outcome ?comment
"""


def short_name(document: str) -> str:
    """What a document is called in a line of text: its file's name without ending and digest.

    >>> short_name("000_57f30b938f08e522.txt"), short_name("leaflet_de.txt")
    ('000', 'leaflet_de')
    """
    stem = document.removesuffix(".txt")
    name, _, digest = stem.rpartition("_")
    is_digest = len(digest) == 16 and not digest.strip("0123456789abcdef")
    return name if name and is_digest else stem


class Verdict:
    """What a reference says of a claim: outcome, reference and release, and what that means."""

    __slots__ = ("comment", "outcome", "reference")

    def __init__(self, outcome: str, reference: str, comment: str) -> None:
        self.outcome = outcome
        self.reference = reference
        self.comment = comment

    def __repr__(self) -> str:
        return f"Verdict({self.outcome!r}, {self.reference!r})"


class Passage:
    """A stretch of a document: offsets in Unicode code points from 0, line from 1."""

    __slots__ = ("end", "line", "start")

    def __init__(self, start: int, end: int, line: int) -> None:
        self.start = start
        self.end = end
        self.line = line

    def __repr__(self) -> str:
        return f"Passage({self.start}, {self.end}, line {self.line})"


class Caution:
    """Why a claim is to be read with care: kind, reason, and what is in doubt."""

    __slots__ = ("doubts", "kind", "reason")

    def __init__(self, kind: str, reason: str, doubts: str) -> None:
        self.kind = kind
        self.reason = reason
        self.doubts = doubts

    def __repr__(self) -> str:
        return f"Caution({self.kind!r}, {self.reason!r}, doubts={self.doubts!r})"


class Claim:
    """One document saying one thing.

    ``subject`` and ``predicate`` are IRIs, ``object`` an IRI or a plain value; ``negated`` tells
    that the document denies it; ``document`` is the file's name; ``qualifiers`` are pairs of a
    property's local name and its value; ``passages``, ``cautions`` and ``verdicts`` are tuples.
    """

    __slots__ = (
        *("cautions", "document", "iri", "negated", "object", "passages", "predicate"),
        *("qualifiers", "source", "subject", "verdicts"),
    )

    def __init__(
        self,
        iri: Iri,
        source: Iri,
        document: str,
        statement: tuple[Iri, Iri, Plain],
        negated: bool,
    ) -> None:
        self.iri = iri
        self.source = source
        self.document = document
        self.subject, self.predicate, self.object = statement
        self.negated = negated
        self.qualifiers: tuple[tuple[str, Plain], ...] = ()
        self.passages: tuple[Passage, ...] = ()
        self.cautions: tuple[Caution, ...] = ()
        self.verdicts: tuple[Verdict, ...] = ()

    def qualifier(self, name: str) -> Plain | None:
        """The value of a qualifier such as ``certainty``, or ``None``."""
        return next((value for key, value in self.qualifiers if key == name), None)

    def __repr__(self) -> str:
        object_ = compact(self.object) if isinstance(self.object, Iri) else repr(self.object)
        denied = "not " if self.negated else ""
        return (
            f"<Claim {compact(self.iri)}: {denied}{compact(self.subject)} "
            f"{compact(self.predicate)} {object_}>"
        )


def find(store: Queryable, slots: Iterable[tuple[str, Term]]) -> tuple[Claim, ...]:
    """The claims whose slots have given values, sorted by IRI.

    :param store: what to ask.
    :param slots: pairs of ``claim``, ``subject``, ``predicate``, ``object`` or ``source`` and the
        term it must have.
    """
    return find_any(store, slots)


def find_any(store: Queryable, *choices: Iterable[tuple[str, Term]]) -> tuple[Claim, ...]:
    """The claims that fit one of several choices of slots, those of the first choice first."""
    found: dict[str, Claim] = {}
    for slots in choices:
        values = " ".join(f"VALUES ?{name} {{ {term.n3()} }}" for name, term in slots)
        for claim in sorted(map(_claim, store.query(_CLAIMS.format(values=values))), key=_iri):
            found.setdefault(claim.iri, claim)
    if found:
        _complete(store, found)
    return tuple(found.values())


def _iri(claim: Claim) -> str:
    return claim.iri


def _claim(row: Row) -> Claim:
    claim, source, document, subject, predicate, object_, negated = row
    assert object_ is not None
    statement = (Iri(str(subject)), Iri(str(predicate)), object_)
    return Claim(Iri(str(claim)), Iri(str(source)), str(document), statement, negated is True)


def _complete(store: Queryable, found: dict[str, Claim]) -> None:
    """Add to claims what belongs to them."""
    claims = " ".join(f"<{iri}>" for iri in found)
    for iri, start, end, line in store.query(_PASSAGES.format(claims=claims)):
        if isinstance(start, int) and isinstance(end, int) and isinstance(line, int):
            found[str(iri)].passages += (Passage(start, end, line),)
    for iri, qualifier, value in store.query(_QUALIFIERS.format(claims=claims)):
        if value is not None:
            found[str(iri)].qualifiers += ((str(qualifier).removeprefix(TWK), value),)
    for iri, _, kind, reason, doubts in store.query(_CAUTIONS.format(claims=claims)):
        found[str(iri)].cautions += (Caution(str(kind), str(reason), str(doubts)),)
    for iri, outcome, comment, reference in store.query(_VERDICTS.format(claims=claims)):
        found[str(iri)].verdicts += (Verdict(str(outcome), str(reference), str(comment)),)
    for claim in found.values():
        claim.qualifiers = tuple(sorted(claim.qualifiers, key=lambda q: QUALIFIERS.index(q[0])))
