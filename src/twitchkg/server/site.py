"""Which handler answers which path, and what happens when it fails. Runs in a worker."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING

from twitchkg.errors import TwitchkgError, UnknownNameError
from twitchkg.server import api, description, linked, pages
from twitchkg.server.messages import Request, Response
from twitchkg.server.negotiation import best
from twitchkg.server.worker import status_of

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Handler


@cache
def routes() -> tuple[tuple[re.Pattern[str], Handler], ...]:
    """Every path that a handler answers, as a pattern of the whole path."""
    listed = (*api.ROUTES, *description.ROUTES, *linked.ROUTES, *pages.ROUTES)
    return tuple((re.compile(pattern), handler) for pattern, handler in listed)


def warm_up(graph: KnowledgeGraph, read: bytes = b"") -> bytes:
    """Load what the first request would otherwise wait for.

    It also meets each error of a query once: what is loaded late for its message cannot be loaded
    while no file may be opened.

    :param read: what this function returned in another process of the same server.
    :returns: what was read for the pages, or nothing if it was given.
    """
    for wrong in ("SELECT", "SELECT * { tkw:x ?p ?o }", "CLEAR ALL"):
        with suppress(TwitchkgError):
            graph.store.query(wrong)
    routes()
    graph.named_queries()
    with suppress(TwitchkgError):  # somebody may serve a graph of their own
        graph.resolve("muscle twitching")
    graph.search("twitches")
    return pages.warm_up(graph, read)


def respond(graph: KnowledgeGraph, request: Request) -> Response:
    """The answer to a request, or what was wrong with it."""
    try:
        for pattern, handler in routes():
            if pattern.fullmatch(request.path):
                return handler(graph, request)
        raise UnknownNameError(
            f"There is nothing at {request.path[:200]}. Start at {request.base}/."
        )
    except TwitchkgError as error:
        offered = ("application/problem+json", "text/html")
        if best(request.accept, offered) == "text/html":
            return pages.failure(graph, error)
        return problem(status_of(error), str(error), getattr(error, "candidates", ()))
    except RecursionError:
        return problem(400, "The request is nested too deeply. Make it simpler.")


def problem(status: int, detail: str, candidates: tuple[str, ...] = ()) -> Response:
    """What was wrong, as a problem document (RFC 9457)."""
    value: dict[str, object] = {"type": "about:blank", "status": status, "detail": detail}
    if candidates:
        value["candidates"] = candidates
    made = Response.json(status, value)
    return made._replace(content_type="application/problem+json")
