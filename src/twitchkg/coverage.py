"""How much of the documents the claims stand on."""

from __future__ import annotations

import re
from collections import namedtuple

from twitchkg.sources import WANTED, documents, offsets, read

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NamedTuple

    from twitchkg.claims import Queryable

    class Gap(NamedTuple):
        """A sentence that no claim stands on: offsets in code points, line from 1, its words."""

        start: int
        end: int
        line: int
        words: str

    class Coverage(NamedTuple):
        """How much of a source some claim stands on: a share of letters and digits, from 0 to 1."""

        source: str
        share: float
        gaps: tuple[Gap, ...]

else:
    Gap = namedtuple("Gap", "start end line words")
    Coverage = namedtuple("Coverage", "source share gaps")


def coverage(
    store: Queryable, folder: str, progress: Callable[[str], object] = lambda text: None
) -> list[Coverage]:
    """How much of each document some claim stands on, and which sentences none does.

    :param store: the graph.
    :param folder: where the user's copies of the documents are.
    :param progress: is called with what is done next.
    :returns: one record for each document, in the order of their IRIs.
    """
    spans: dict[str, list[tuple[int, int]]] = {}
    for row in store.query(WANTED):
        span = offsets(str(row["passage"]))
        if span is not None:
            spans.setdefault(str(row["source"]), []).append(span)
    found = []
    for document in documents(store):
        progress(f"reading {document.identifier}")
        found.append(covered(document.iri, read(folder, document), spans.get(document.iri, [])))
    return found


def covered(source: str, text: str, spans: list[tuple[int, int]]) -> Coverage:
    """The coverage of one text by the spans of its passages."""
    under = bytearray(len(text))
    for start, end in spans:
        under[start:end] = b"\1" * len(under[start:end])
    counted = [place for place, mark in enumerate(text) if mark.isalnum()]
    share = sum(under[place] for place in counted) / len(counted) if counted else 1.0
    gaps = [
        Gap(start, end, text.count("\n", 0, start) + 1, text[start:end])
        for start, end in sentences(text)
        if not any(under[start:end])
    ]
    return Coverage(source, share, tuple(gaps))


def sentences(text: str) -> list[tuple[int, int]]:
    r"""Where the sentences of a text start and end, lines without a full stop among them.

    A sentence ends at the end of its line, or after ``.``, ``!`` or ``?`` where white space and
    something other than a small letter follow.

    >>> text = "One, e.g. this. Two?\n  • item\n"
    >>> [text[start:end] for start, end in sentences(text)]
    ['One, e.g. this.', 'Two?', 'item']
    """
    found = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        ends = [m.end() for m in re.finditer(r"[.!?]+[\"'’”)]*(?=\s+[^\sa-z])", line.group())]
        for end in [*(line.start() + end for end in ends), line.end()]:
            part = text[start:end]
            words = re.search(r"\w(?:.*\S)?", part)
            if words and any(map(str.isalpha, part)):
                found.append((start + words.start(), start + words.end()))
            start = end
    return found
