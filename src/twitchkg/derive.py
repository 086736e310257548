"""The derived layer: types, closures, assertions and edges that follow from data and claims.

Every function reads a graph of schema, data and claims and returns triples; nothing here reads what
was derived before, so the same input always gives the same output.
"""

from __future__ import annotations

from twitchkg.namespaces import BASE, RDF, SKOS, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

ASSERTION = BASE + "assertion/"
_TYPE = Term.iri(RDF + "type")

_TYPES = """
SELECT DISTINCT ?entity ?class
WHERE {
  ?entity a ?asserted .
  ?asserted rdfs:subClassOf+ ?class .
  FILTER(ISIRI(?class) && ?asserted != twk:Passage)
  FILTER NOT EXISTS { ?entity a ?class }
}
"""
_PAIRS = "SELECT DISTINCT ?from ?to WHERE {{ ?from <{0}> ?to }}"
_CLAIMS = """
SELECT ?claim ?source ?subject ?predicate ?object ?negated ?narrowed ?doubted
WHERE {{
  ?claim a twk:Claim ; dcterms:source ?source ; twk:subject ?subject ; twk:predicate ?predicate ;
    twk:isNegated ?negated .
  {{ ?claim twk:object ?object }} UNION {{ ?claim twk:objectValue ?object }}
  FILTER NOT EXISTS {{ ?claim owl:deprecated true }}
  BIND(EXISTS {{ VALUES ?narrowing {{ {narrowing} }} ?claim ?narrowing ?value }} AS ?narrowed)
  BIND(EXISTS {{ ?claim twk:hasCaution/twk:doubts twd:doubt-content }} AS ?doubted)
}}
ORDER BY ?claim
"""
_LINES = """
SELECT ?claim (MAX(?start) AS ?line)
WHERE { ?claim a twk:Claim ; twk:isFoundIn/twk:startLine ?start }
GROUP BY ?claim
"""
_CAUTIONS = """
SELECT DISTINCT ?claim ?kind ?doubts
WHERE {
  ?claim a twk:Claim ; twk:hasCaution ?caution .
  ?caution twk:cautionKind/rdfs:label ?kind ; twk:doubts/rdfs:label ?doubts .
}
"""
_COPIES = """
SELECT ?one ?other
WHERE {{
  ?pair a twk:Similarity ; twk:compares ?one ; twk:compares ?other ; twk:sharedText ?share .
  FILTER(?share >= {share})
}}
ORDER BY ?one ?other
"""
NEAR_COPY = "0.5"
"""From this share of common text on, two documents count as one independent source."""
NARROWING = (
    *("atSite", "inPopulation", "inContext", "accompanyingSign", "symptomRole"),
    *("signFrequency",),
    *("durationDays", "maximumDurationDays", "fromGestationalWeek", "timesPerWeek"),
)
"""Qualifiers that narrow a claim: a denial that has one counts against nothing."""


_UNDOUBTED = """
  FILTER NOT EXISTS { ?claim owl:deprecated true }
  FILTER NOT EXISTS { ?claim twk:hasCaution/twk:doubts twd:doubt-content }
"""
_QUALIFIED = (
    f"""
SELECT DISTINCT ?subject (twk:hasLateSymptom AS ?property) ?object ?claim
WHERE {{
  ?claim a twk:Claim ; twk:predicate twk:hasSymptom ; twk:isNegated false ; twk:subject ?subject ;
    twk:object ?object ; twk:inContext/rdf:type/rdfs:subClassOf* twk:LateDiseaseStage .
{_UNDOUBTED}
}}
""",
    f"""
SELECT DISTINCT ?subject (twk:isRedFlagFor AS ?property) ?object ?claim
WHERE {{
  ?claim a twk:Claim ; twk:predicate twk:warrantsConsultationOf ; twk:isNegated false ;
    twk:accompanyingSign ?subject ; twk:subject ?object .
{_UNDOUBTED}
}}
""",
    f"""
SELECT DISTINCT ?subject (twk:lacksTrait AS ?property) ?object ?claim
WHERE {{
  ?claim a twk:Claim ; twk:predicate ?object ; twk:isNegated true ; twk:subject ?subject ;
    twk:objectValue true .
  FILTER NOT EXISTS {{
    VALUES ?narrowing {{ {" ".join("twk:" + name for name in NARROWING)} }}
    ?claim ?narrowing ?value
  }}
{_UNDOUBTED}
}}
""",
)


class Made:
    """Something the build makes: its title, what it says, how it is made, and in which folder."""

    __slots__ = ("folder", "make", "meaning", "name")

    def __init__(
        self,
        name: str,
        meaning: str,
        make: Callable[[Queryable], Iterable[Triple]],
        folder: str = "derived",
    ) -> None:
        self.folder = folder
        self.name = name
        self.meaning = meaning
        self.make = make


def types(store: Queryable) -> list[Triple]:
    """The superclasses of every entity's classes, as types of the entity.

    Passages, of which there are many, are asked for by their own class alone.
    """
    return [(_at(row, 0), _TYPE, _at(row, 1)) for row in _rows(store, _TYPES)]


def closures(store: Queryable) -> list[Triple]:
    """The transitive closures of the hierarchies, in properties of their own."""
    made: list[Triple] = []
    for direct, closure in (
        (SKOS + "broader", SKOS + "broaderTransitive"),
        (TWK + "isPartOf", TWK + "isWithin"),
    ):
        parents: dict[Term, list[Term]] = {}
        for row in _rows(store, _PAIRS.format(direct)):
            parents.setdefault(_at(row, 0), []).append(_at(row, 1))
        for child in parents:
            made += [(child, Term.iri(closure), above) for above in _ancestors(child, parents)]
    return made


def assertions(store: Queryable) -> list[Triple]:
    """One assertion for each distinct subject, predicate and object, with its claims and counts."""
    made: list[Triple] = []
    one_of = independent(store)
    for statement, claims in _statements(store).items():
        node = Term.iri(assertion_iri(*statement))
        subject, predicate, object_ = statement
        slot = "object" if object_.kind == "iri" else "objectValue"
        made += [
            (node, _TYPE, _twk("Assertion")),
            (node, _twk("subject"), subject),
            (node, _twk("predicate"), predicate),
            (node, _twk(slot), object_),
        ]
        made += [(node, _twk("hasClaim"), claim.iri) for claim in claims]
        denials = [claim for claim in claims if claim.negated]
        made += [(node, _twk("hasRestriction"), claim.iri) for claim in denials if claim.narrowed]
        affirming = {one_of.get(c.source, c.source) for c in claims if not c.negated}
        denying = {one_of.get(c.source, c.source) for c in denials if not c.narrowed}
        made.append((node, _twk("sourcesFor"), Term.integer(len(affirming))))
        made.append((node, _twk("sourcesAgainst"), Term.integer(len(denying))))
    return made


def independent(store: Queryable) -> dict[Term, Term]:
    """For each source that is a near-copy of others, the one that stands for all of them."""
    leader: dict[Term, Term] = {}

    def first(source: Term) -> Term:
        while source in leader:
            source = leader[source]
        return source

    for row in _rows(store, _COPIES.format(share=NEAR_COPY)):
        one, other = sorted(map(first, row))
        if one != other:
            leader[other] = one
    return {source: first(source) for source in leader}


def edges(store: Queryable) -> list[Triple]:
    """The plain edge of each statement that some claim affirms without doubt about its content."""
    return [
        statement
        for statement, claims in _statements(store).items()
        if any(not claim.negated and not claim.doubted for claim in claims)
    ]


def citations(store: Queryable) -> list[Triple]:
    """What most readers ask of a claim, as plain values: the line to cite, the cautions in words.

    Of a list, whose passages are its head and the item, the line is that of the item.
    """
    made = [(claim, _twk("citedLine"), line) for claim, line in _rows(store, _LINES)]
    return made + [
        (claim, _twk("cautionText"), Term.string(f"{kind.value} ({doubts.value})"))
        for claim, kind, doubts in _rows(store, _CAUTIONS)
    ]


def qualified(store: Queryable) -> list[Triple]:
    """Edges that denials and qualifiers of claims yield, in properties of their own."""
    return list(qualified_claims(store))


def qualified_claims(store: Queryable) -> dict[Triple, list[Term]]:
    """The edges of :func:`qualified`, each with the claims that yield it."""
    found: dict[Triple, list[Term]] = {}
    for query in _QUALIFIED:
        for subject, property_, value, claim in _rows(store, query):
            found.setdefault((subject, property_, value), []).append(claim)
    return {edge: sorted(claims) for edge, claims in found.items()}


MADE = (
    Made("types", "The superclasses of each entity's classes, as types of the entity.", types),
    Made("closures", "The transitive closures of the hierarchies of entities.", closures),
    Made("assertions", "Each statement once, with its claims and its sources counted.", assertions),
    Made("edges", "The plain edges that at least one claim affirms.", edges),
    Made("citations", "The line to cite of each claim, and its cautions in words.", citations),
    Made("qualified", "What denials and qualifiers yield, in properties of their own.", qualified),
)
"""What this module derives, in order."""


def assertion_iri(subject: Term, predicate: Term, object_: Term) -> str:
    """The IRI of the assertion of a statement, the same in every build.

    It ends in the first 16 hexadecimal digits of the SHA-256 digest of the statement as
    N-Triples writes it.
    """
    from hashlib import sha256

    statement = f"{subject.n3()} {predicate.n3()} {object_.n3()} ."
    return ASSERTION + sha256(statement.encode()).hexdigest()[:16]


class _Claim:
    __slots__ = ("doubted", "iri", "narrowed", "negated", "source")

    def __init__(self, iri: Term, source: Term, flags: tuple[bool, bool, bool]) -> None:
        self.iri = iri
        self.source = source
        self.negated, self.narrowed, self.doubted = flags


def _statements(store: Queryable) -> dict[tuple[Term, Term, Term], list[_Claim]]:
    narrowing = " ".join(f"twk:{name}" for name in NARROWING)
    found: dict[tuple[Term, Term, Term], list[_Claim]] = {}
    for row in _rows(store, _CLAIMS.format(narrowing=narrowing)):
        claim, source, subject, predicate, object_, *flags = row
        negated, narrowed, doubted = (flag.value == "true" for flag in flags)
        read = _Claim(claim, source, (negated, narrowed, doubted))
        found.setdefault((subject, predicate, object_), []).append(read)
    return found


def _ancestors(child: Term, parents: dict[Term, list[Term]]) -> set[Term]:
    found: set[Term] = set()
    ahead = list(parents[child])
    while ahead:
        node = ahead.pop()
        if node not in found:
            found.add(node)
            ahead += parents.get(node, [])
    return found


def _rows(store: Queryable, query: str) -> list[tuple[Term, ...]]:
    return [
        tuple(term for term in row.terms if term is not None) for row in store.query(query).rows
    ]


def _at(row: tuple[Term, ...], place: int) -> Term:
    return row[place]


def _twk(name: str) -> Term:
    return Term.iri(TWK + name)
