"""A child process that answers: it opens the prepared store, and then waits for messages.

The front sends one message at a time through a socket and kills a child that takes too long. While
somebody's SPARQL runs, the child may open no file and no socket, so that even a ``SERVICE`` that no
reading of the text finds sends nothing.
"""

from __future__ import annotations

import pickle
import socket
import struct
import sys
from contextlib import contextmanager, suppress
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

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


@contextmanager
def closed_off() -> Iterator[None]:
    """Let this process open no file and no socket for a while; what is open already stays usable.

    It is for processes with one thread: the limit is that of the whole process.
    """
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@cache
def known_graphs(graph: KnowledgeGraph) -> frozenset[str]:
    """The IRIs of the named graphs of a graph that is open."""
    from twitchkg import store

    assert isinstance(graph.store, store.Store)
    return frozenset(graph.store.graphs())


def answer(graph: KnowledgeGraph, query: Query, limits: Limits) -> Response:
    """The answer to a SPARQL query, or what was wrong with it, as plain text."""
    from twitchkg import store

    opened = graph.store
    assert isinstance(opened, store.Store)
    refused = protocol.refusal(query, known_graphs(graph))
    if refused is not None:
        return Response.text(*refused)
    try:
        with closed_off():
            type_, body = opened.answer(
                query.text,
                lambda offered: best(query.accept, offered),
                query.default_graphs,
                query.named_graphs,
                limits.rows,
                limits.bytes,
            )
    except errors.TwitchkgError as error:
        return Response.text(status_of(error), f"{error}\n")
    except RecursionError:
        return Response.text(400, "The query is nested too deeply. Make it simpler.\n")
    charset = "; charset=utf-8" if type_.startswith("text/") else ""
    return Response(200, type_ + charset, body)


def main(arguments: list[str]) -> None:
    """Answer messages from a socket until its other end is closed."""
    from twitchkg import store
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server import site

    descriptor, folder, *bounds = arguments
    limits = Limits(*map(int, bounds))
    channel = socket.socket(fileno=int(descriptor))
    _end_with_parent()
    graph = KnowledgeGraph.of(store.at(folder))
    site.warm_up(graph)
    _limit_memory(limits)
    _send(channel, Response(200, "", b""))
    while True:
        message = _receive(channel)
        if message is None:
            return
        if isinstance(message, Query):
            _send(channel, answer(graph, message, limits))
        elif isinstance(message, Request):
            _send(channel, site.respond(graph, message))


def _receive(channel: socket.socket) -> object:
    head = _exactly(channel, HEADER.size)
    if head is None:
        return None
    body = _exactly(channel, HEADER.unpack(head)[0])
    return None if body is None else pickle.loads(body)


def _exactly(channel: socket.socket, size: int) -> bytes | None:
    first = channel.recv(size)
    if len(first) == size:
        return first
    parts = [first]
    size -= len(first)
    while size and parts[-1]:
        parts.append(channel.recv(min(size, 1 << 20)))
        size -= len(parts[-1])
    return None if size else b"".join(parts)


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
    import resource

    resource.setrlimit(resource.RLIMIT_DATA, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    with suppress(BrokenPipeError, ConnectionResetError, KeyboardInterrupt):  # the front has gone
        main(sys.argv[1:])
