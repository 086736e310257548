"""The front page, the search, its suggestions, and lists of all entities by kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg.errors import UnknownNameError
from twitchkg.graph import NOTICE
from twitchkg.namespaces import ONTOLOGY
from twitchkg.server.messages import Request, Response
from twitchkg.server.pages.known import href, known
from twitchkg.server.pages.render import asset, handled, page, words

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph

_SUGGESTIONS = 8
_RESULTS = 30


@handled
def home(graph: KnowledgeGraph, request: Request) -> Response:
    """The front page."""
    about = known(graph)
    counts: dict[str, int] = {}
    for kind in about.kinds.values():
        counts[kind] = counts.get(kind, 0) + 1
    return page(
        graph,
        "home",
        "What documents say about muscle twitching",
        linked={
            "@context": "https://schema.org",
            "@type": "WebSite",
            "@id": ONTOLOGY,
            "name": "twitchkg",
            "description": NOTICE,
            "url": f"{request.base}/",
            "potentialAction": {
                "@type": "SearchAction",
                "target": f"{request.base}/search?q={{q}}",
                "query-input": "required name=q",
            },
        },
        kinds=sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:14],
        numbers=(len(about.claims), len(about.kinds), len(about.disagreements)),
    )


@handled
def search(graph: KnowledgeGraph, request: Request) -> Response:
    """What some words may mean, best first."""
    text = words(request, "q")
    found = graph.search(text, _RESULTS) if text else []
    return page(
        graph,
        "search",
        f"Search: {text}" if text else "Search",
        status=404 if text and not found else 200,
        text=text,
        found=found,
    )


@handled
def browse(graph: KnowledgeGraph, request: Request) -> Response:
    """Every entity by kind, or those of one kind.

    :raises UnknownNameError: if there is no such kind.
    """
    about = known(graph)
    wanted = words(request, "kind")
    by_kind: dict[str, list[str]] = {}
    for entity, kind in about.kinds.items():
        by_kind.setdefault(kind, []).append(entity)
    if wanted and wanted not in by_kind:
        raise UnknownNameError(
            f"There is no kind '{wanted}'. Choose one of: {', '.join(sorted(by_kind))}."
        )
    from twitchkg.terms import Iri

    listed = [
        (kind, sorted(map(Iri, entities), key=lambda iri: about.name(iri).casefold()))
        for kind, entities in sorted(by_kind.items())
        if wanted in ("", kind)
    ]
    return page(graph, "browse", f"Browse: {wanted or 'everything by kind'}", listed=listed)


def suggest(graph: KnowledgeGraph, request: Request) -> Response:
    """Entities for words that are still being typed, as JSON.

    :raises twitchkg.errors.ParameterError: if the words are too many.
    """
    text = words(request, "q")
    matches = graph.search(text, _SUGGESTIONS) if text else []
    return Response.json(
        200,
        {
            "notice": NOTICE,
            "suggestions": [
                {
                    "label": match.label,
                    "matched": match.matched,
                    "kind": match.kind,
                    "iri": match.iri,
                    "href": href(match.iri),
                }
                for match in matches
            ],
        },
    )


@handled
def disagreements(graph: KnowledgeGraph, request: Request) -> Response:
    """Every disagreement, gravest first."""
    from twitchkg.server.pages.entity import sides

    about = known(graph)
    found = sides(about, about.disagreements)
    return page(graph, "disagreements", "Where the documents disagree", found=found)


@handled
def about_page(graph: KnowledgeGraph, request: Request) -> Response:
    """What this is, and what it may be missing."""
    missing = [
        what
        for what, name in (
            ("the picture of a neighbourhood", "picture.js"),
            ("the SPARQL editor", "editor.js"),
        )
        if not asset(name)
    ]
    return page(graph, "about", "About twitchkg", missing=missing)
