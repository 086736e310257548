"""From foods through nutrients and deficiencies to twitches, with measured amounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twitchkg.namespaces import TWK
from twitchkg.server.pages.known import known
from twitchkg.server.pages.render import asset, handled, page, words
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from decimal import Decimal

    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Request, Response
    from twitchkg.terms import Plain

_AMOUNTS = """
SELECT ?food ?nutrient ?value ?unit ?per ?measured ?reference
WHERE {
  ?amount twk:inFood ?food ; twk:ofNutrient ?nutrient ; qudt:numericValue ?value ;
    qudt:unit ?unit ; twk:perGrams ?per ; twk:measuredAs/rdfs:label ?measured ;
    dcterms:source/rdfs:label ?reference .
}
ORDER BY ?food ?nutrient ?measured
"""
_LACKS = "SELECT ?lack ?nutrient WHERE { ?lack twk:isDeficiencyOf ?nutrient }"


class Path(NamedTuple):
    """A food, a nutrient that documents say it supplies, its lack, and what that can cause."""

    food: Iri
    nutrient: Iri
    amounts: tuple[Amount, ...]
    supplied: tuple[int, int]
    lacks: tuple[tuple[Iri, tuple[tuple[Iri, tuple[int, int]], ...]], ...]


class Amount(NamedTuple):
    """A measured amount: figure, unit, grams of food, the food as measured, and the reference."""

    value: Decimal | Plain
    unit: str
    per: int
    measured: str
    reference: str


@handled
def foods(graph: KnowledgeGraph, request: Request) -> Response:
    """The map from foods to twitches: the table, and where it is built the picture."""
    about = known(graph)
    only = words(request, "nutrient")
    listed = paths(graph)
    nutrients = sorted({path.nutrient for path in listed}, key=about.name)
    if only:
        iri = graph.resolve(only).iri
        listed = [path for path in listed if path.nutrient == iri]
    script = asset("picture.js")
    return page(
        graph,
        "foods",
        "From foods to twitches",
        paths=listed,
        nutrients=nutrients,
        only=only,
        built=bool(script),
        scripts=[script] if script else [],
    )


def paths(graph: KnowledgeGraph) -> list[Path]:
    """Every path that the documents give, foods in order of their names."""
    about = known(graph)
    amounts: dict[tuple[str, str], list[Amount]] = {}
    for row in graph.store.query(_AMOUNTS):
        value = row["value"]
        assert value is not None
        unit = about.name(Iri(str(row["unit"]))).partition(":")[2] or str(row["unit"])
        amounts.setdefault((str(row["food"]), str(row["nutrient"])), []).append(
            Amount(
                value,
                {"MilliGM": "mg", "MicroGM": "µg", "GM": "g", "KiloCAL": "kcal"}.get(unit, unit),
                int(str(row["per"])),
                str(row["measured"]),
                str(row["reference"]),
            )
        )
    lacks: dict[str, list[Iri]] = {}
    for row in graph.store.query(_LACKS):
        lacks.setdefault(str(row["nutrient"]), []).append(Iri(str(row["lack"])))
    causes: dict[str, list[tuple[Iri, tuple[int, int]]]] = {}
    twitches = _twitches(graph)
    for (subject, predicate, value), counts in about.counts.items():
        if predicate == TWK + "canCause" and value in twitches and isinstance(value, Iri):
            causes.setdefault(subject, []).append((value, counts))
    found = [
        Path(
            food,
            value,
            tuple(amounts.get((food, value), ())),
            counts,
            tuple((lack, tuple(causes.get(lack, ()))) for lack in lacks.get(value, ())),
        )
        for (food, predicate, value), counts in about.counts.items()
        if predicate == TWK + "supplies" and isinstance(value, Iri)
    ]
    return sorted(found, key=lambda p: (about.name(p.food).casefold(), about.name(p.nutrient)))


def _twitches(graph: KnowledgeGraph) -> set[str]:
    rows = graph.store.query(
        "SELECT DISTINCT ?t WHERE { { ?t a twk:TwitchType } UNION { ?t a twk:Symptom } }"
    )
    return {str(row[0]) for row in rows}
