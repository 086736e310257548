"""Why the graph holds an edge or a disagreement: claims, and the steps behind what is derived."""

from __future__ import annotations

from twitchkg import claims
from twitchkg.errors import UnknownNameError
from twitchkg.namespaces import PREFIXES, RDF, TWK, compact
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.claims import Claim, Queryable
    from twitchkg.terms import Plain

    Statement = tuple[Iri, Iri, Plain]

_ASSERTED = """
SELECT ?assertion ?subject ?predicate ?object ?for ?against
WHERE {{
  {values}
  ?assertion a twk:Assertion ; twk:subject ?subject ; twk:predicate ?predicate ;
    twk:object|twk:objectValue ?object ; twk:sourcesFor ?for ; twk:sourcesAgainst ?against .
}}
ORDER BY ?predicate ?object ?assertion
"""
_INFERRED = """
SELECT ?inference ?subject ?predicate ?object ?premise
WHERE {{
  {values}
  ?inference a twk:Inference ; twk:subject ?subject ; twk:restsOn ?premise .
  {{
    ?inference twk:predicate ?predicate ; twk:object ?object .
  }} UNION {{
    ?inference twk:inferredClass ?object .
    BIND(<{type}> AS ?predicate)
  }}
}}
ORDER BY ?predicate ?inference ?premise
"""
_PREMISE = """
SELECT ?subject ?predicate ?object
WHERE {{
  <{0}> twk:subject ?subject ; twk:predicate ?predicate ; twk:object|twk:objectValue ?object .
}}
"""
_OF_PREMISE = """
SELECT ?claim WHERE {{ <{0}> twk:hasClaim ?claim }} ORDER BY ?claim
"""
_PATH = """
SELECT ?step ?next
WHERE {{
  <{start}> <{direct}>* ?step . ?step <{direct}> ?next . ?next <{direct}>* <{end}> .
}}
ORDER BY ?step ?next
"""
_GIVEN = "SELECT ?o WHERE {{ <{0}> <{1}> <{2}> BIND(true AS ?o) }}"
_CLOSURES = {
    PREFIXES["skos"] + "broaderTransitive": PREFIXES["skos"] + "broader",
    TWK + "isWithin": TWK + "isPartOf",
}


class Step:
    """One premise: a statement, and the claims it rests on, none where curators state it."""

    __slots__ = ("claims", "statement")

    def __init__(self, statement: Statement, claims: tuple[Claim, ...] = ()) -> None:
        self.statement = statement
        self.claims = claims


class Explanation:
    """Why one statement stands.

    ``statement`` is the statement; ``kind`` tells how it comes about: ``"claimed"`` by documents,
    ``"curated"`` with the entities, or ``"derived"``. ``steps`` are what it rests on: for a claimed
    statement itself with its claims, for a derived one its premises in order. ``sources_for`` and
    ``sources_against`` count independent sources, ``None`` where no claim is behind it.
    """

    __slots__ = ("kind", "sources_against", "sources_for", "statement", "steps")

    def __init__(
        self,
        statement: Statement,
        kind: str,
        steps: tuple[Step, ...],
        sources: tuple[int, int] | None = None,
    ) -> None:
        self.statement = statement
        self.kind = kind
        self.steps = steps
        self.sources_for: int | None = sources[0] if sources else None
        self.sources_against: int | None = sources[1] if sources else None

    def __repr__(self) -> str:
        parts = (compact(part) if isinstance(part, Iri) else repr(part) for part in self.statement)
        return f"<Explanation {' '.join(parts)}: {self.kind}>"


def why(
    store: Queryable, subject: Iri, object_: Plain | None = None, predicate: Iri | None = None
) -> tuple[Explanation, ...]:
    """Why the graph relates a subject to an object.

    :param store: what to ask.
    :param subject: the entity from which the edge leads.
    :param object_: the entity or value to which it leads; every one when omitted.
    :param predicate: the property of the edge; every one when omitted.
    :raises UnknownNameError: if nothing in the graph relates the two.
    """
    slots = [("subject", Term.iri(subject))]
    if predicate is not None:
        slots.append(("predicate", Term.iri(predicate)))
    if isinstance(object_, Iri):
        slots.append(("object", Term.iri(object_)))
    elif isinstance(object_, bool):
        slots.append(("object", Term.boolean(object_)))
    values = " ".join(f"VALUES ?{name} {{ {term.n3()} }}" for name, term in slots)
    found = [*_claimed(store, values, slots), *_derived(store, values)]
    if isinstance(object_, Iri):
        found += _curated(store, subject, object_, predicate)
    if not found:
        to = f" to {compact(object_)}" if isinstance(object_, Iri) else ""
        by = f" by {compact(predicate)}" if predicate else ""
        raise UnknownNameError(
            f"No document and no rule relates {compact(subject)}{to}{by}. "
            f"'twitchkg show {compact(subject)}' prints what there is."
        )
    return tuple(found)


def _claimed(store: Queryable, values: str, slots: list[tuple[str, Term]]) -> list[Explanation]:
    by_statement: dict[Statement, list[Claim]] = {}
    for claim in claims.find(store, slots):
        by_statement.setdefault((claim.subject, claim.predicate, claim.object), []).append(claim)
    found = []
    for row in store.query(_ASSERTED.format(values=values)):
        object_ = row["object"]
        assert object_ is not None
        statement = (Iri(str(row["subject"])), Iri(str(row["predicate"])), object_)
        counted = (int(str(row["for"])), int(str(row["against"])))
        step = Step(statement, tuple(by_statement.get(statement, ())))
        found.append(Explanation(statement, "claimed", (step,), counted))
    return found


def _derived(store: Queryable, values: str) -> list[Explanation]:
    premises: dict[str, list[str]] = {}
    statements: dict[str, Statement] = {}
    for row in store.query(_INFERRED.format(values=values, type=RDF + "type")):
        name, object_ = str(row["inference"]), row["object"]
        assert object_ is not None
        statements[name] = (Iri(str(row["subject"])), Iri(str(row["predicate"])), object_)
        premises.setdefault(name, []).append(str(row["premise"]))
    return [
        Explanation(
            statement, "derived", _chained(statement, [_step(store, p) for p in premises[n]])
        )
        for n, statement in statements.items()
    ]


def _step(store: Queryable, premise: str) -> Step:
    (row,) = store.query(_PREMISE.format(premise)).rows
    object_ = row["object"]
    assert object_ is not None
    statement = (Iri(str(row["subject"])), Iri(str(row["predicate"])), object_)
    resting = [
        claim
        for named in store.query(_OF_PREMISE.format(premise))
        for claim in claims.find(store, [("claim", Term.iri(str(named["claim"])))])
    ]
    return Step(statement, tuple(resting))


def _chained(statement: Statement, steps: list[Step]) -> tuple[Step, ...]:
    """The premises in the order in which they lead from the subject onwards."""
    at, ordered, rest = statement[0], [], list(steps)
    while rest:
        following = next((s for s in rest if at in (s.statement[0], s.statement[2])), rest[0])
        rest.remove(following)
        ordered.append(following)
        ends = (following.statement[0], following.statement[2])
        onward = ends[1] if ends[0] == at else ends[0]
        at = Iri(str(onward))
    return tuple(ordered)


def _curated(
    store: Queryable, subject: Iri, object_: Iri, predicate: Iri | None
) -> list[Explanation]:
    """What curators state of the entities themselves, and the steps behind a closure."""
    found = []
    direct = [
        *_CLOSURES.values(),
        *(TWK + n for n in ("isDeficiencyOf", "isExcessOf", "isImbalanceOf", "avoids")),
    ]
    for name in direct:
        if predicate in (None, name) and store.query(_GIVEN.format(subject, name, object_)).rows:
            statement: Statement = (subject, Iri(name), object_)
            found.append(Explanation(statement, "curated", (Step(statement),)))
    for closure, name in _CLOSURES.items():
        if predicate not in (None, closure) or any(e.statement[1] == name for e in found):
            continue
        path = store.query(_PATH.format(start=subject, direct=name, end=object_)).rows
        if path:
            steps = [Step((Iri(str(r["step"])), Iri(name), Iri(str(r["next"])))) for r in path]
            whole: Statement = (subject, Iri(closure), object_)
            found.append(Explanation(whole, "derived", _chained(whole, steps)))
    return found
