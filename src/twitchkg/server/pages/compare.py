"""The documents side by side on a topic: who says it, who denies it, who is silent."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from twitchkg.errors import UnknownNameError
from twitchkg.namespaces import TWK
from twitchkg.server.pages import statements
from twitchkg.server.pages.known import known
from twitchkg.server.pages.render import handled, page, words

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Request, Response
    from twitchkg.server.pages.known import Known
    from twitchkg.terms import Iri

_LIMIT = 150


class Line(NamedTuple):
    """A statement, and for each document what it says of it."""

    statement: statements.Statement
    cells: tuple[tuple[str, tuple[statements.Said, ...]], ...]


@handled
def compare(graph: KnowledgeGraph, request: Request) -> Response:
    """The documents side by side on an entity or a relation."""
    about = known(graph)
    topic = words(request, "topic")
    relations = sorted(
        {(about.name(claim.predicate), claim.predicate) for claim in about.claims.values()}
    )
    if not topic:
        return page(
            graph,
            "compare",
            "Compare the documents",
            topic="",
            relations=relations,
            lines=[],
            about=None,
            more=0,
        )
    iri = _topic(graph, about, topic)
    found = [
        claim
        for claim in about.claims.values()
        if iri in (claim.subject, claim.predicate, claim.object)
    ]
    if not found:
        raise UnknownNameError(
            f"No document makes a claim about {about.name(iri)}. All are silent.", (iri,)
        )
    listed = statements.statements(about, found)
    return page(
        graph,
        "compare",
        f"Compare the documents: {about.name(iri)}",
        topic=about.name(iri),
        relations=relations,
        lines=[_line(about, one) for one in listed[:_LIMIT]],
        about=iri,
        more=max(0, len(listed) - _LIMIT),
    )


def _topic(graph: KnowledgeGraph, about: Known, topic: str) -> Iri:
    """The entity or relation that some words mean; a relation may be given by its label.

    :raises UnknownNameError: if they mean none.
    """
    for claim in about.claims.values():
        if topic.casefold() in (
            about.name(claim.predicate).casefold(),
            claim.predicate.removeprefix(TWK).casefold(),
        ):
            return claim.predicate
    return graph.resolve(topic).iri


def _line(about: Known, one: statements.Statement) -> Line:
    cells = []
    for document in about.documents:
        own = tuple(said for said in one.said if said.claim.source == document.iri)
        denied = {said.claim.negated for said in own}
        state = {
            frozenset(): "silent",
            frozenset({False}): "says so",
            frozenset({True}): "denies it",
            frozenset({True, False}): "says both",
        }[frozenset(denied)]
        cells.append((state, own))
    return Line(one, tuple(cells))
