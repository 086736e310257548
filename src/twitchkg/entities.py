"""The card of an entity: its names, its curated facts and the claims that name it."""

from __future__ import annotations

from twitchkg import claims
from twitchkg.namespaces import PREFIXES, TWK, compact
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.claims import Claim, Queryable
    from twitchkg.lookup import Match
    from twitchkg.terms import Plain

_HIDDEN = {
    "http://www.w3.org/2008/05/skos-xl#altLabel",
    TWK + "lacksTermIn",
    PREFIXES["rdf"] + "type",
    PREFIXES["rdfs"] + "label",
    PREFIXES["skos"] + "hiddenLabel",
    PREFIXES["skos"] + "broaderTransitive",
    TWK + "isWithin",
}


_NO_FACTS = """
SELECT ?property
WHERE { VALUES ?kind { twk:ClaimPredicate twk:ConclusionPredicate } ?property a ?kind }
"""


_MATCHES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
_IDENTIFIERS = f"""
SELECT ?match ?term ?label
WHERE {{{{
  VALUES ?match {{{{ {" ".join(_MATCHES)} }}}}
  {{0}} ?match ?term .
  OPTIONAL {{{{ ?term rdfs:label ?label }}}}
}}}}
ORDER BY ?match ?term
"""


class Entity:
    """An entity with its names, its curated facts and the claims that name it.

    ``iri`` and ``label`` name it; ``kinds`` are the labels of its most specific classes;
    ``other_names`` its further labels; ``translations`` language and name in other languages;
    ``identifiers`` how near, CURIE and label of each term of another vocabulary; ``facts`` pairs of
    a property and a value, both as IRIs or plain values; ``claims`` every claim in which it is
    subject or object; ``red_flags`` the claims that say when to see a doctor, given wherever one of
    ``claims`` is about the outlook.
    """

    __slots__ = (
        *("claims", "definition", "facts", "identifiers", "iri", "kinds", "label"),
        *("other_names", "red_flags", "translations"),
    )

    def __init__(self, iri: Iri, label: str) -> None:
        self.iri = iri
        self.label = label
        self.kinds: tuple[str, ...] = ()
        self.definition = ""
        self.other_names: tuple[str, ...] = ()
        self.facts: tuple[tuple[Iri, Plain], ...] = ()
        self.identifiers: tuple[tuple[str, str, str], ...] = ()
        self.translations: tuple[tuple[str, str], ...] = ()
        self.claims: tuple[Claim, ...] = ()
        self.red_flags: tuple[Claim, ...] = ()

    def __repr__(self) -> str:
        return f"<Entity {compact(self.iri)}: {self.label}>"


def card(store: Queryable, found: Match) -> Entity:
    """The card of an entity.

    :param store: what to read it from.
    :param found: the entity.
    """
    card = Entity(found.iri, found.label)
    term = Term.iri(found.iri)
    names: list[str] = []
    spoken: set[tuple[str, str]] = set()
    facts: list[tuple[Iri, Plain]] = []
    claim_predicates = {str(row[0]) for row in store.query(_NO_FACTS)}
    for row in store.query(
        f"SELECT ?property ?value WHERE {{ {term.n3()} ?property ?value }} "
        "ORDER BY ?property ?value"
    ):
        prop, value = compact(str(row["property"])), row["value"]
        if prop == "skos:definition":
            card.definition = str(value)
        elif prop in ("skos:altLabel", "skos:prefLabel"):
            name = row.term("value")
            if name is None or name.language in ("", "en"):
                names.append(str(value))
            else:
                spoken.add((name.language, str(value)))
        elif prop in _MATCHES:
            pass  # among the identifiers, below
        elif value is not None and row["property"] not in claim_predicates | _HIDDEN:
            facts.append((Iri(str(row["property"])), value))
    card.other_names, card.facts = tuple(names), tuple(facts)
    card.translations = tuple(sorted(spoken))
    card.identifiers = tuple(
        (
            str(row["match"]).removeprefix(PREFIXES["skos"]).removesuffix("Match"),
            compact(str(row["term"])),
            str(row["label"] or ""),
        )
        for row in store.query(_IDENTIFIERS.format(term.n3()))
    )
    card.kinds = tuple(
        str(row["kind"])
        for row in store.query(
            f"SELECT DISTINCT ?kind WHERE {{ {term.n3()} a ?class . ?class rdfs:label ?kind "
            "FILTER NOT EXISTS { ?class owl:equivalentClass ?definition } "
            f"FILTER NOT EXISTS {{ {term.n3()} a ?narrower . ?narrower rdfs:subClassOf+ ?class "
            "FILTER NOT EXISTS { ?narrower owl:equivalentClass ?other } } } ORDER BY ?kind"
        )
    )
    card.claims = claims.find_any(store, [("subject", term)], [("object", term)])
    if any(claim.predicate == TWK + "hasPrognosis" for claim in card.claims):
        card.red_flags = red_flags(store)
    return card


def red_flags(store: Queryable) -> tuple[Claim, ...]:
    """The claims that say when to see a health professional."""
    return claims.find(store, [("predicate", Term.iri(TWK + "warrantsConsultationOf"))])
