"""A child process that answers: it opens the prepared store, and then waits for messages.

The front sends one message at a time through a socket and kills a child that takes too long. While
somebody's SPARQL runs, the child may open no file and no socket, so that even a ``SERVICE`` that no
reading of the text finds sends nothing.
"""

from __future__ import annotations

import pickle
import resource
import socket
import struct
import sys
from contextlib import suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

# Once the door below is closed nothing can be imported: these write answers and word errors.
import twitchkg.store.failures
import twitchkg.store.protocol  # noqa: F401
from twitchkg import errors
from twitchkg.server import protocol
from twitchkg.server.messages import Request, Response
from twitchkg.server.negotiation import best
from twitchkg.server.protocol import Query

if TYPE_CHECKING:
    from collections.abc import Iterator

    from twitchkg.graph import KnowledgeGraph

HEADER = struct.Struct(">I")
STATUS = {
    errors.NotAcceptableError: 406,
    errors.TooLargeError: 422,
    errors.UpdateRefusedError: 403,
    errors.UnknownNameError: 404,
    errors.QuerySyntaxError: 400,
    errors.ParameterError: 400,
    errors.QueryFailedError: 500,
}
"""The status that an error is answered with, by its class or the nearest above it."""


class Limits(NamedTuple):
    """What an answer may cost."""

    rows: int = 100_000
    """Rows or triples."""
    bytes: int = 32 << 20
    """Length of the answer as text."""
    memory: int = 1024 << 20
    """Bytes of data that a worker may hold."""


def status_of(error: errors.TwitchkgError) -> int:
    """The HTTP status of an error."""
    return next((STATUS[cls] for cls in type(error).__mro__ if cls in STATUS), 500)


class Door:
    """Whether this process may open files and sockets; what is open already stays usable.

    It is for processes with one thread: the limit is that of the whole process. It moves only when
    it must, for a query may take less time than the two calls.
    """

    def __init__(self) -> None:
        self._soft, self._hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._closed = False

    def close(self) -> None:
        """Allow nothing to be opened."""
        if not self._closed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (0, self._hard))
            self._closed = True

    def open(self) -> None:
        """Allow it again."""
        if self._closed:
            resource.setrlimit(resource.RLIMIT_NOFILE, (self._soft, self._hard))
            self._closed = False


DOOR = Door()


@cache
def known_graphs(graph: KnowledgeGraph) -> frozenset[str]:
    """The IRIs of the named graphs of a graph that is open."""
    from twitchkg import store

    assert isinstance(graph.store, store.Store)
    return frozenset(graph.store.graphs())


def run(graph: KnowledgeGraph, query: Query, limits: Limits) -> tuple[str, bytes]:
    """The media type and text of the answer to a stranger's query; the door stays closed after it.

    :raises UpdateRefusedError: if it would change or fetch something.
    :raises twitchkg.errors.TwitchkgError: as :meth:`twitchkg.store.Store.answer` does.
    """
    from twitchkg import store

    opened = graph.store
    assert isinstance(opened, store.Store)
    refused = protocol.refusal(query, known_graphs(graph))
    if refused is not None:
        raise errors.UpdateRefusedError(refused)
    DOOR.close()
    return opened.answer(
        query.text,
        lambda offered: best(query.accept, offered),
        query.default_graphs,
        query.named_graphs,
        query.base,
        limits.rows,
        limits.bytes,
    )


def answer(graph: KnowledgeGraph, query: Query, limits: Limits) -> Response:
    """The answer to a SPARQL query, or what was wrong with it, as plain text."""
    try:
        type_, body = run(graph, query, limits)
    except errors.TwitchkgError as error:
        return Response.text(status_of(error), f"{error}\n")
    except RecursionError:
        return Response.text(400, "The query is nested too deeply. Make it simpler.\n")
    charset = "; charset=utf-8" if type_.startswith("text/") else ""
    return Response(200, type_ + charset, body)


def main(arguments: list[str]) -> None:
    """Answer messages from a socket until its other end is closed."""
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server import site

    descriptor, folder, *bounds = arguments
    limits = Limits(*map(int, bounds))
    channel = socket.socket(fileno=int(descriptor))
    _end_with_parent()
    messages = _messages(channel)
    read = next(messages, b"")  # what the first child of the server read, if this is another
    assert isinstance(read, bytes)
    graph = KnowledgeGraph.served(folder)
    to_share = site.warm_up(graph, read)
    _limit_memory(limits)
    _send(channel, Response(200, "", to_share))
    for message in messages:
        if isinstance(message, Query):
            _send(channel, answer(graph, message, limits))
        elif isinstance(message, Request):
            DOOR.open()
            _send(channel, site.respond(graph, message))


def _messages(channel: socket.socket) -> Iterator[object]:
    """The messages of the front, which may come several at once, until it closes the channel."""
    held = bytearray()
    while True:
        while len(held) >= HEADER.size:
            end = HEADER.size + HEADER.unpack_from(held)[0]
            if len(held) < end:
                break
            message = pickle.loads(memoryview(held)[HEADER.size : end])
            del held[:end]
            yield message
        part = channel.recv(1 << 18)
        if not part:
            return
        held += part


def _send(channel: socket.socket, response: Response) -> None:
    body = response.body
    head = pickle.dumps((response.status, response.content_type, response.headers))
    channel.sendall(HEADER.pack(len(head)) + HEADER.pack(len(body)) + head + body)


def _end_with_parent() -> None:
    """Ask the kernel to end this process with its parent, even in the middle of a query."""
    if sys.platform == "linux":
        import ctypes
        import signal

        set_death_signal = 1
        ctypes.CDLL(None).prctl(set_death_signal, signal.SIGKILL)


def _limit_memory(limits: Limits) -> None:
    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    with suppress(BrokenPipeError, ConnectionResetError, KeyboardInterrupt):  # the front has gone
        main(sys.argv[1:])
