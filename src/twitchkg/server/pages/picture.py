"""What stands around an entity: as data for the picture, and as a table that says the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg.errors import ParameterError
from twitchkg.graph import NOTICE
from twitchkg.namespaces import TWD, TWK
from twitchkg.server.messages import Request, Response
from twitchkg.server.pages import nutrition
from twitchkg.server.pages.known import href, known
from twitchkg.server.pages.render import asset, handled, page, words
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.pages.known import Known, Triple

_EDGES = 40
_MOST = 200


def _nearest(about: Known, iri: str, limit: int) -> tuple[list[Triple], int]:
    """The statements around an entity that most documents make, and how many there are."""
    listed = sorted(
        about.around.get(iri, ()),
        key=lambda t: (-about.counts[t][0], about.name(t[1]), about.name(t[0]), about.name(t[2])),
    )
    return listed[:limit], len(listed)


def _limit(request: Request) -> int:
    text = words(request, "limit", 5) or str(_EDGES)
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= _MOST:
        raise ParameterError(f"The limit must be a whole number from 1 to {_MOST}, not '{text}'.")
    return int(text)


@handled
def neighbourhood(graph: KnowledgeGraph, request: Request) -> Response:
    """The picture's page."""
    about = known(graph)
    iri = graph.resolve(words(request, "id") or TWD + "muscle-twitching").iri
    limit = _limit(request)
    listed, number = _nearest(about, iri, limit)
    script = asset("picture.js")
    return page(
        graph,
        "neighbourhood",
        f"Neighbourhood of {about.name(iri)}",
        iri=iri,
        rows=[(triple, about.counts[triple], _kind(about, triple, iri)) for triple in listed],
        number=number,
        limit=limit,
        most=min(_MOST, number),
        built=bool(script),
        scripts=[script] if script else [],
    )


def _kind(about: Known, triple: Triple, iri: str) -> str:
    other = triple[2] if triple[0] == iri else triple[0]
    return about.kinds.get(str(other), "")


def data(graph: KnowledgeGraph, request: Request) -> Response:
    """Nodes and edges around an entity, as JSON.

    :raises twitchkg.errors.UnknownNameError: if there is no such entity.
    """
    about = known(graph)
    iri = graph.resolve(words(request, "id")).iri
    listed, number = _nearest(about, iri, _limit(request))
    edges = [(t[0], t[1], Iri(str(t[2])), *about.counts[t]) for t in listed]
    return Response.json(200, {**_drawn(about, iri, edges), "number": number})


def food_map(graph: KnowledgeGraph, request: Request) -> Response:
    """Nodes and edges of the map from foods to twitches, as JSON."""
    about = known(graph)
    only = words(request, "nutrient")
    wanted = graph.resolve(only).iri if only else None
    edges: dict[tuple[Iri, Iri, Iri, int, int], None] = {}
    for path in nutrition.paths(graph):
        if wanted in (None, path.nutrient):
            edges[path.food, Iri(TWK + "supplies"), path.nutrient, *path.supplied] = None
            for lack, effects in path.lacks:
                edges[path.nutrient, Iri(TWK + "isDeficiencyOf"), lack, 1, 0] = None
                for effect, counts in effects:
                    edges[lack, Iri(TWK + "canCause"), effect, *counts] = None
    return Response.json(200, _drawn(about, "", list(edges)))


def _drawn(
    about: Known, centre: str, edges: list[tuple[Iri, Iri, Iri, int, int]]
) -> dict[str, object]:
    nodes = dict.fromkeys(
        [*([centre] if centre else []), *(end for edge in edges for end in (edge[0], edge[2]))]
    )
    return {
        "notice": NOTICE,
        "centre": centre,
        "nodes": [
            {
                "id": iri,
                "label": about.name(Iri(iri)),
                "kind": about.kinds.get(iri, "other"),
                "href": href(iri),
                "outlook": iri in about.outlooks,
            }
            for iri in nodes
        ],
        "edges": [
            {
                "source": source,
                "target": target,
                "label": "lack of it"
                if predicate == TWK + "isDeficiencyOf"
                else about.name(predicate),
                "for": sources_for,
                "against": sources_against,
            }
            for source, predicate, target, sources_for, sources_against in edges
        ],
    }
