"""The pages for people: plain functions that make HTML in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg.server.pages import compare, doctor, known, library, nutrition, picture, search
from twitchkg.server.pages.records import other, resource
from twitchkg.server.pages.render import COMPILED, failure, templates

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Handler

__all__ = ["ROUTES", "failure", "resource", "warm_up"]

ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"/", search.home),
    (r"/search", search.search),
    (r"/iri", other),
    (r"/browse", search.browse),
    (r"/about", search.about_page),
    (r"/disagreements", search.disagreements),
    (r"/api/suggest", search.suggest),
    (r"/compare", compare.compare),
    (r"/doctor", doctor.doctor),
    (r"/foods", nutrition.foods),
    (r"/api/foods", picture.food_map),
    (r"/neighbourhood", picture.neighbourhood),
    (r"/api/neighbourhood", picture.data),
    (r"/queries/?", library.queries),
    (r"/queries/[^/]+", library.named),
    (r"/query", library.own),
    (r"/editor", library.editor),
)
"""Every page with an address of its own, as a pattern of the whole path, and what makes it."""


def warm_up(graph: KnowledgeGraph, read: bytes = b"") -> bytes:
    """Read what every page needs, so that the first visitor does not wait for it.

    :param read: what this function returned in another process of the same server, which saves
        most of the work; it must come from nobody else, as it is unpickled.
    :returns: what was read, or nothing if it was given.
    """
    import pickle

    from twitchkg.server.messages import Request

    if read:
        shared, compiled = pickle.loads(read)
        known.take_over(graph, shared)
        COMPILED.update(compiled)
    templates()
    search.home(graph, Request("/"))
    return b"" if read else pickle.dumps((known.read_so_far(graph), COMPILED))
