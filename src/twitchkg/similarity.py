"""How alike the documents are, so that near-copies count as one source."""

from __future__ import annotations

import re

from twitchkg.namespaces import BASE, RDF, TWK, TWSRC
from twitchkg.sources import documents, read
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple


def compare(texts: dict[str, str]) -> list[tuple[str, str, float]]:
    """How alike documents are, pair by pair.

    :param texts: the documents' texts by source IRI.
    :returns: for each pair the share of the shorter document's runs of five words that the other
        has too, from 0 to 1; pairs that share none are left out.
    """
    runs = {source: _runs(text) for source, text in sorted(texts.items())}
    where: dict[tuple[str, ...], list[str]] = {}
    for source, found in runs.items():
        for run in found:
            where.setdefault(run, []).append(source)
    shared: dict[tuple[str, str], int] = {}
    for having in where.values():
        for place, one in enumerate(having):
            for other in having[place + 1 :]:
                shared[one, other] = shared.get((one, other), 0) + 1
    return [
        (one, other, count / min(len(runs[one]), len(runs[other])))
        for (one, other), count in sorted(shared.items())
    ]


def similarities(
    store: Queryable, folder: str, progress: Callable[[str], object] = lambda text: None
) -> list[Triple]:
    """Records of how alike the documents are, made from the user's copies of them.

    :param store: the graph.
    :param folder: where the copies are.
    :param progress: is called with what is done next.
    """
    texts = {}
    for document in documents(store):
        progress(f"reading {document.identifier}")
        texts[document.iri] = read(folder, document)
    progress("comparing")
    made: list[Triple] = []
    for one, other, share in compare(texts):
        keys = [_key(iri) for iri in (one, other)]
        node = Term.iri(f"{BASE}similarity/{'-'.join(keys)}")
        made += [
            (node, Term.iri(RDF + "type"), Term.iri(TWK + "Similarity")),
            (node, Term.iri(TWK + "compares"), Term.iri(one)),
            (node, Term.iri(TWK + "compares"), Term.iri(other)),
            (node, Term.iri(TWK + "sharedText"), Term.decimal(f"{share:.4f}")),
        ]
    return made


def _key(source: str) -> str:
    """A source's key, or for a source of another collection a digest of its IRI."""
    if source.startswith(TWSRC):
        return source.removeprefix(TWSRC)
    from hashlib import sha256

    return sha256(source.encode("utf-8")).hexdigest()[:16]


def _runs(text: str, length: int = 5) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.casefold())
    return {tuple(words[place : place + length]) for place in range(len(words) - length + 1)}
