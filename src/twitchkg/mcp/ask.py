"""Queries whose cost nobody knows, in child processes that are killed when they take too long."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, NamedTuple

from twitchkg.errors import QueryFailedError, QuerySyntaxError, UpdateRefusedError
from twitchkg.mcp import behind
from twitchkg.server.pool import BusyError, Pool, Settings
from twitchkg.server.protocol import Query
from twitchkg.server.worker import Limits

if TYPE_CHECKING:
    from typing import Self

_ACCEPT = "application/sparql-results+json, application/n-triples"
_ROWS = 10_000
_BYTES = 8 << 20
_PATIENCE = 30.0  # seconds: the one client waits rather than being sent away while a child starts


class Cell(NamedTuple):
    """A cell of an answer: its text, and whether it is an IRI."""

    text: str
    is_iri: bool


class Rows(NamedTuple):
    """The answer to a query: rows, a yes or no, or the lines of a graph in N-Triples."""

    columns: tuple[str, ...] = ()
    rows: tuple[tuple[Cell | None, ...], ...] = ()
    boolean: bool | None = None
    lines: tuple[str, ...] | None = None


class Asker:
    """Runs queries over a prepared store, each bounded in time, rows and memory.

    :param folder: the prepared store.
    :param seconds: time that a query may take.

    A running query cannot be cancelled, so each runs in a child process; one that takes too long is
    killed with its process.
    """

    def __init__(self, folder: str, seconds: float) -> None:
        limits = Limits(rows=_ROWS, bytes=_BYTES)
        settings = Settings(folder, size=1, seconds=seconds, limits=limits, patience=_PATIENCE)
        self._pool = Pool(settings, _ignore)

    async def __aenter__(self) -> Self:
        """Start the children."""
        await self._pool.start()
        return self

    async def __aexit__(self, *exception: object) -> None:
        """End the children."""
        await self._pool.stop()

    async def with_claims(self, text: str) -> Rows:
        """The answer to a query, with the claims of its rows or of its yes where they can be had.

        :raises QuerySyntaxError: as :meth:`query`, like the others.
        :raises UpdateRefusedError: likewise.
        :raises QueryFailedError: likewise.
        """
        more = behind.with_claims(text)
        if more is not None:
            try:
                return await self.query(more)
            except QuerySyntaxError:
                pass  # a column more does not fit everywhere
        found = await self.query(text)
        solutions = behind.solutions(text) if found.boolean else None
        if solutions is not None:
            try:
                return found._replace(rows=(await self.query(solutions)).rows)
            except (QueryFailedError, QuerySyntaxError):
                pass  # the yes stands without them
        return found

    async def query(self, text: str) -> Rows:
        """The answer to a query in SPARQL; known prefixes need not be declared.

        :raises QuerySyntaxError: if it does not parse.
        :raises UpdateRefusedError: if it is an update, or asks other servers.
        :raises QueryFailedError: if it takes too long, answers too much or cannot be carried out.
        """
        try:
            answer = self._pool.submit(Query(text, _ACCEPT))
        except BusyError as error:
            raise QueryFailedError(str(error)) from None
        try:
            response = await asyncio.shield(answer)
        except asyncio.CancelledError:
            self._pool.abandon(answer)
            raise
        except BusyError as error:
            raise QueryFailedError(str(error)) from None
        if response.status != 200:
            message = response.body.decode("utf-8", "replace").strip()
            kind = {400: QuerySyntaxError, 403: UpdateRefusedError}.get(
                response.status, QueryFailedError
            )
            raise kind(message)
        return _parsed(response.content_type, response.body.decode("utf-8"))


def _ignore(event: dict[str, object]) -> None:
    """Log nothing: stderr is the client's to show, and a failure is told in the answer."""


def _parsed(content_type: str, text: str) -> Rows:
    if not content_type.startswith("application/sparql-results+json"):
        return Rows(lines=tuple(line for line in text.splitlines() if line))
    document = json.loads(text)
    if "boolean" in document:
        return Rows(boolean=bool(document["boolean"]))
    columns = tuple(document["head"]["vars"])
    rows = tuple(
        tuple(
            Cell(row[name]["value"], row[name]["type"] == "uri") if name in row else None
            for name in columns
        )
        for row in document["results"]["bindings"]
    )
    return Rows(columns, rows)
