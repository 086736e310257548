"""The page of an entity: names, identifiers, and what the documents say, relation by relation."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from twitchkg.namespaces import RDFS, SKOS, expand
from twitchkg.server.pages import statements
from twitchkg.server.pages.known import href, known
from twitchkg.server.pages.render import page
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.disagreements import Disagreement
    from twitchkg.entities import Entity
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Request, Response
    from twitchkg.server.pages.known import Known

LANGUAGES = {
    "de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian",
    "ja": "Japanese", "la": "Latin", "nl": "Dutch", "pt": "Portuguese", "zh": "Chinese",
}
"""English names of languages by their tag; another tag is shown as it is."""

_UNSHOWN = {RDFS + "isDefinedBy", SKOS + "exactMatch"}


def entity(graph: KnowledgeGraph, request: Request, iri: str) -> Response:
    """The page of an entity.

    :raises twitchkg.errors.UnknownNameError: if there is no such entity.
    """
    about = known(graph)
    card = graph.entity(iri)
    facts: dict[str, list[object]] = {}
    for prop, value in card.facts:
        if prop not in _UNSHOWN:
            facts.setdefault(prop, []).append(value)
    return page(
        graph,
        "entity",
        card.label,
        linked=_linked(card, request),
        entity=card,
        facts=[(Iri(prop), values) for prop, values in facts.items()],
        spoken=[
            (tag, LANGUAGES.get(tag.partition("-")[0], tag), [name for _, name in names])
            for tag, names in groupby(card.translations, key=lambda pair: pair[0])
        ],
        identifiers=[
            (how, curie, label, href(expand(curie) or curie))
            for how, curie, label in card.identifiers
        ],
        groups=statements.grouped(about, card.claims, card.iri),
        disagreements=sides(about, _touching(about, {claim.iri for claim in card.claims})),
        documents=_spread(about, card),
    )


def _touching(about: Known, claims: set[Iri]) -> list[Disagreement]:
    return [one for one in about.disagreements if claims.intersection(one.claims)]


def sides(
    about: Known, found: Iterable[Disagreement]
) -> list[tuple[Disagreement, list[tuple[str, list[statements.Statement]]]]]:
    """Disagreements with the claims of each document side by side."""
    made = []
    for one in found:
        involved = [about.claims[iri] for iri in one.claims if iri in about.claims]
        columns = []
        for document in about.documents:
            own = [claim for claim in involved if claim.source == document.iri]
            if own:
                columns.append((document.key, statements.statements(about, own)))
        made.append((one, columns))
    return made


def _spread(about: Known, card: Entity) -> list[tuple[str, Iri, int]]:
    """How many claims around the entity each document makes."""
    return [
        (one.key, one.iri, sum(claim.source == one.iri for claim in card.claims))
        for one in about.documents
    ]


def _linked(card: Entity, request: Request) -> dict[str, object]:
    """The entity in schema.org terms."""
    made: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "DefinedTerm",
        "@id": card.iri,
        "name": card.label,
        "url": request.base + href(card.iri),
        "inDefinedTermSet": "https://w3id.org/twitchkg",
    }
    if card.definition:
        made["description"] = card.definition
    if card.other_names:
        made["alternateName"] = list(card.other_names)
    same = [expand(curie) for how, curie, _ in card.identifiers if how == "exact"]
    if any(same):
        made["sameAs"] = [iri for iri in same if iri]
    return made
