"""Answers as the SPARQL 1.1 Protocol sends them, written by the engine, within bounds."""

from __future__ import annotations

import pyoxigraph as ox

from twitchkg.errors import NotAcceptableError, TooLargeError
from twitchkg.store import reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

ROW_TYPES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
"""The media types of rows, the preferred one first."""
BOOLEAN_TYPES = {
    name: format
    for name, format in ROW_TYPES.items()
    if format in (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML)
}
"""The media types of a yes or no; CSV and TSV have none."""
GRAPH_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/trig": "trig",
    "text/plain": "ntriples",
}
"""The media types of a graph, the preferred one first."""
# What stands at each row, and how many more of these than rows there are.
_ROW_MARKS = {
    ox.QueryResultsFormat.JSON: (b"},{", -1),
    ox.QueryResultsFormat.XML: (b"<result>", 0),
    ox.QueryResultsFormat.CSV: (b"\n", 1),
    ox.QueryResultsFormat.TSV: (b"\n", 1),
}


def written(
    ask: Callable[[], ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples],
    choose: Callable[[tuple[str, ...]], str | None],
    max_rows: int,
    max_bytes: int,
) -> tuple[str, bytes]:
    """The answer of the engine, which may have to be asked twice, as text with its media type.

    :raises NotAcceptableError: if ``choose`` takes none of the media types.
    :raises TooLargeError: if the answer exceeds its bounds.
    """
    answer = ask()
    if isinstance(answer, ox.QueryTriples):
        return _graph_answer(answer, choose, max_rows, max_bytes)
    types = BOOLEAN_TYPES if isinstance(answer, ox.QueryBoolean) else ROW_TYPES
    type_ = _chosen(choose, tuple(types))
    format = types[type_]
    if isinstance(answer, ox.QueryBoolean):
        return type_, answer.serialize(format=format) or b""
    mark, more = _ROW_MARKS[format]
    output = Bounded(mark, max_rows + more, max_bytes)
    try:
        answer.serialize(output, format=format)  # type: ignore[arg-type]
    except _MayBeTooManyError:
        # A mark can also stand in a text; only counting the rows themselves is sure.
        counted = ask()
        assert isinstance(counted, ox.QuerySolutions)
        if len(list(zip(range(max_rows + 1), counted, strict=False))) > max_rows:
            raise _too_large(max_rows) from None
        output = Bounded(b"", max_rows, max_bytes)
        again = ask()
        assert isinstance(again, ox.QuerySolutions)
        again.serialize(output, format=format)  # type: ignore[arg-type]
    return type_, b"".join(output.parts)


class _MayBeTooManyError(Exception):
    pass


class Bounded:
    """A file in memory that holds so many bytes, and marks of rows, and no more."""

    def __init__(self, mark: bytes, max_marks: int, max_bytes: int) -> None:
        self.parts: list[bytes] = []
        self._mark, self._marks, self._bytes = mark, max_marks, max_bytes
        self._tail = b""

    def write(self, data: bytes) -> int:
        """Take bytes, unless they are too many."""
        self._bytes -= len(data)
        if self._bytes < 0:
            raise TooLargeError(
                "The answer is too long for this endpoint. Ask for fewer rows or columns, for "
                "example with LIMIT."
            )
        if self._mark:
            self._marks -= (self._tail + data).count(self._mark)
            self._tail = data[1 - len(self._mark) :] if len(self._mark) > 1 else b""
            if self._marks < 0:
                raise _MayBeTooManyError
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""


def _too_large(max_rows: int) -> TooLargeError:
    return TooLargeError(
        f"The answer has more than {max_rows} rows, which is as much as this endpoint gives. Use "
        "LIMIT and OFFSET, or ask a more narrow question."
    )


def _chosen(choose: Callable[[tuple[str, ...]], str | None], types: tuple[str, ...]) -> str:
    chosen = choose(types)
    if chosen is None:
        raise NotAcceptableError(f"This answer can be had as {', '.join(types)}.")
    return chosen


def _graph_answer(
    answer: ox.QueryTriples,
    choose: Callable[[tuple[str, ...]], str | None],
    max_rows: int,
    max_bytes: int,
) -> tuple[str, bytes]:
    type_ = _chosen(choose, tuple(GRAPH_TYPES))
    triples = [triple for triple, _ in zip(answer, range(max_rows + 1), strict=False)]
    if len(triples) > max_rows:
        raise _too_large(max_rows)
    output = Bounded(b"", max_rows, max_bytes)
    reading.serialized(triples, GRAPH_TYPES[type_], output)
    return type_, b"".join(output.parts)
