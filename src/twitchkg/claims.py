"""Claims as plain Python objects, read from any store that answers queries."""

from __future__ import annotations

from twitchkg.namespaces import TWK, compact
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    from twitchkg.results import Result
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

_CLAIMS = """
SELECT ?claim ?source ?document ?subject ?predicate ?object ?negated ?start ?end ?line
WHERE {{
  {values}
  ?claim a twk:Claim ; dcterms:source ?source ; twk:subject ?subject ; twk:predicate ?predicate ;
    twk:isNegated ?negated .
  ?claim twk:object|twk:objectValue ?object .
  ?source dcterms:identifier ?document .
  OPTIONAL {{
    ?claim twk:isFoundIn ?passage .
    ?passage oa:start ?start ; oa:end ?end ; twk:startLine ?line .
  }}
}}
ORDER BY ?claim ?start ?end
"""
_QUALIFIERS = """
SELECT ?claim ?qualifier ?value
WHERE {{
  {values}
  VALUES ?qualifier {{ {qualifiers} }}
  ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate ; dcterms:source ?source .
  ?claim twk:object|twk:objectValue ?object .
  ?claim ?qualifier ?value .
}}
ORDER BY ?claim ?qualifier ?value
"""
_CAUTIONS = """
SELECT ?claim ?caution ?kind ?reason ?doubts
WHERE {{
  {values}
  ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate ; dcterms:source ?source .
  ?claim twk:object|twk:objectValue ?object .
  ?claim twk:hasCaution ?caution .
  ?caution twk:cautionKind/rdfs:label ?kind ; skos:definition ?reason ;
    twk:doubts/rdfs:label ?doubts .
}}
ORDER BY ?claim ?caution
"""


_VERDICTS = """
SELECT ?claim ?outcome ?comment ?reference
WHERE {{
  {values}
  ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate ; dcterms:source ?source .
  ?claim twk:object|twk:objectValue ?object .
  ?verdict twk:judges ?claim ; twk:outcome/rdfs:label ?outcome ; rdfs:comment ?comment ;
    dcterms:source/rdfs:label ?reference .
}}
ORDER BY ?claim ?reference ?outcome ?comment
"""


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
    values = " ".join(f"VALUES ?{name} {{ {term.n3()} }}" for name, term in slots)
    found: dict[str, Claim] = {}
    for row in store.query(_CLAIMS.format(values=values)):
        cells = dict(zip(row.keys(), row, strict=True))
        iri = Iri(str(cells["claim"]))
        if iri not in found:
            object_ = cells["object"]
            assert object_ is not None
            statement = (Iri(str(cells["subject"])), Iri(str(cells["predicate"])), object_)
            negated = cells["negated"] is True
            source, document = Iri(str(cells["source"])), str(cells["document"])
            found[iri] = Claim(iri, source, document, statement, negated)
        start, end, line = cells["start"], cells["end"], cells["line"]
        if isinstance(start, int) and isinstance(end, int) and isinstance(line, int):
            found[iri].passages += (Passage(start, end, line),)
    names = " ".join(f"twk:{name}" for name in QUALIFIERS)
    for row in store.query(_QUALIFIERS.format(values=values, qualifiers=names)):
        value = row["value"]
        if value is not None:
            pair = (str(row["qualifier"]).removeprefix(TWK), value)
            found[str(row["claim"])].qualifiers += (pair,)
    for row in store.query(_CAUTIONS.format(values=values)):
        caution = Caution(str(row["kind"]), str(row["reason"]), str(row["doubts"]))
        found[str(row["claim"])].cautions += (caution,)
    for row in store.query(_VERDICTS.format(values=values)):
        verdict = Verdict(str(row["outcome"]), str(row["reference"]), str(row["comment"]))
        found[str(row["claim"])].verdicts += (verdict,)
    for claim in found.values():
        claim.qualifiers = tuple(sorted(claim.qualifiers, key=lambda q: QUALIFIERS.index(q[0])))
    return tuple(found.values())
