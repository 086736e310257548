"""Starting the server: from options to a running process."""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from twitchkg import store
from twitchkg.errors import EndpointError
from twitchkg.server.app import Application, Site
from twitchkg.server.pool import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_IDLE = 15  # seconds that a connection may wait between two requests
_HEAD_SECONDS = 10.0  # in which the head of a request must have come whole
_WRITE_SECONDS = 20.0  # in which a client must take some of what it is sent
_CONNECTIONS = 1000


class Options(NamedTuple):
    """What the command line says."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int | None = None
    seconds: float = 10.0
    rows: int = 100_000
    megabytes: int = 1024
    base: str = ""
    cache: int = 64
    log: str = "text"
    data: Sequence[str] = ()


class Guarded(HttpToolsProtocol):
    """HTTP as uvicorn speaks it, with a limit on how slow a client may be."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has come: it may not take for ever to say what it wants."""
        super().connection_made(transport)
        self._unsent = 0
        self._since = self.loop.time()
        self._heads = 0
        self._look = self.loop.call_later(_HEAD_SECONDS / 4, self._check)

    def on_message_begin(self) -> None:
        """The head of a request begins."""
        super().on_message_begin()
        self._since = self.loop.time()
        self._heads += 1

    def on_headers_complete(self) -> None:
        """The head of a request is there."""
        super().on_headers_complete()
        self._heads = 0

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone."""
        self._look.cancel()
        super().connection_lost(exc)

    def _check(self) -> None:
        now = self.loop.time()
        waiting = self.transport.get_write_buffer_size()
        if waiting and waiting == self._unsent:
            if now - self._since > _WRITE_SECONDS:
                self.transport.abort()
                return
        elif waiting:
            self._unsent, self._since = waiting, now
        elif self.cycle is None or self._heads:  # nothing asked yet, or a head that is not whole
            if now - self._since > _HEAD_SECONDS:
                self.transport.abort()
                return
        else:
            self._unsent, self._since = 0, now
        self._look = self.loop.call_later(_HEAD_SECONDS / 4, self._check)


def logger(kind: str) -> Callable[[dict[str, object]], None]:
    """What writes the log to stderr, a line for each event.

    :param kind: ``json``, ``text`` or ``none``. No line holds a query or an address of a client.
    """

    def as_json(event: dict[str, object]) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        sys.stderr.write(json.dumps({"time": stamp, **event}) + "\n")

    def as_text(event: dict[str, object]) -> None:
        stamp = time.strftime("%H:%M:%S")
        said = " ".join(str(value) for key, value in event.items() if key != "event")
        line = f"{stamp} {event['event']} {said}"
        sys.stderr.write("".join(c if c.isprintable() else "?" for c in line) + "\n")

    def nothing(event: dict[str, object]) -> None:
        pass

    return {"json": as_json, "text": as_text}.get(kind, nothing)


def run(options: Options) -> int:
    """Serve until told to stop.

    :returns: 0 after a graceful stop.
    :raises EndpointError: if the address cannot be used.
    """
    with store.to_serve(options.data) as folder:
        return serve(folder, options)


def serve(folder: str, options: Options) -> int:
    """Serve a prepared store until told to stop.

    :raises EndpointError: if the address cannot be used.
    """
    log = logger(options.log)
    settings = Settings(
        folder,
        size=options.workers or (os.cpu_count() or 2) + 2,
        seconds=options.seconds,
    )
    limits = settings.limits._replace(rows=options.rows, memory=options.megabytes << 20)
    site = Site(options.base.rstrip("/"), os.path.basename(folder), options.cache << 20, log)
    config = uvicorn.Config(
        Application(settings._replace(limits=limits), site),
        host=options.host,
        port=options.port,
        http=Guarded,
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=_IDLE,
        limit_concurrency=_CONNECTIONS,
        timeout_graceful_shutdown=int(options.seconds) + 2,
        lifespan="on",
    )
    server = uvicorn.Server(config)
    try:
        listening = config.bind_socket()
        # uvicorn does it when all workers are ready. Who comes before that waits, not refused.
        listening.listen(config.backlog)
    except (SystemExit, OSError):
        raise EndpointError(
            f"Cannot listen at {options.host}, port {options.port}: it is in use or not allowed. "
            "Try another --port."
        ) from None
    log({"event": "listening", "address": f"http://{options.host}:{listening.getsockname()[1]}/"})
    server.run(sockets=[listening])
    return 0
