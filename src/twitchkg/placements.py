"""What claims place in a text that the graph has read: entities with and without a name there."""

from __future__ import annotations

from twitchkg import lookup, sources
from twitchkg.annotation import Annotation, without_own_names
from twitchkg.claims import QUALIFIERS
from twitchkg.errors import ParameterError
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.claims import Queryable

    Places = dict[str, list[tuple[int, int]]]

_PLACED = """
SELECT ?claim ?entity ?passage
WHERE {{
  ?claim dcterms:source {source} ; ?property ?entity ; twk:isFoundIn ?passage .
  FILTER(?property IN ({properties}))
}}
"""
_PROPERTIES = ", ".join(f"twk:{name}" for name in ("subject", "object", *QUALIFIERS))


def with_claims(store: Queryable, text: str, found: Sequence[Annotation]) -> tuple[Annotation, ...]:
    """Annotations of a document that the graph has read, with the claims that place them there.

    An annotation gets the claims that are about its entity and have it within one of their
    passages. For an entity that no name in a claim's passages stands for, as where the text says
    "it" or tells a thing in other words, each of these passages becomes an annotation whose
    ``matched`` is empty.

    :param store: what to read the claims from.
    :param text: the whole document.
    :param found: its annotations, shorter names within longer ones too if these are to count.
    :raises ParameterError: if the text is no document from which the graph has claims.
    """
    about, passages = _claims(store, _document(store, text))
    claims: dict[int, list[Iri]] = {}
    by_entity: dict[str, list[int]] = {}
    for number, one in enumerate(found):
        by_entity.setdefault(one.iri, []).append(number)
    unnamed: dict[tuple[int, int, str], list[Iri]] = {}
    for claim, entity in sorted(about):
        named = [
            number
            for number in by_entity.get(entity, ())
            if any(s <= found[number].start and found[number].end <= e for s, e in passages[claim])
        ]
        for number in named:
            claims.setdefault(number, []).append(Iri(claim))
        for start, end in () if named else passages[claim]:
            unnamed.setdefault((start, end, entity), []).append(Iri(claim))
    made = [one._replace(claims=tuple(claims.get(number, ()))) for number, one in enumerate(found)]
    kinds = lookup.kinds(store)
    labels = lookup.labels(store, {entity for _, _, entity in unnamed})
    for (start, end, entity), of in unnamed.items():
        said, label, kind = text[start:end], labels.get(entity, ""), kinds[entity]
        made.append(
            Annotation(start, end, said, Iri(entity), label, "", kind, False, False, tuple(of))
        )
    return tuple(sorted(made, key=lambda one: (one.start, -one.end, one.iri)))


def _document(store: Queryable, text: str) -> str:
    """The IRI of the document that a text is."""
    from hashlib import sha256

    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    for document in sources.documents(store):
        if document.sha256.lower() == digest:
            return document.iri
    raise ParameterError(
        "The graph has no claims of this text: it is, byte for byte, none of the documents that "
        "were read. Annotate it without its claims."
    )


def _claims(store: Queryable, source: str) -> tuple[set[tuple[str, str]], Places]:
    """The claims of a document with the entities that they are about, and their passages."""
    query = _PLACED.format(source=Term.iri(source).n3(), properties=_PROPERTIES)
    sought = lookup.kinds(store).keys() - without_own_names(store)
    about = set()
    passages: dict[str, set[tuple[int, int]]] = {}
    for claim, entity, passage in (map(str, row) for row in store.query(query)):
        if entity in sought and (place := sources.offsets(passage)):
            about.add((claim, entity))
            passages.setdefault(claim, set()).add(place)
    return about, {claim: sorted(places) for claim, places in passages.items()}
