"""Starting the server: over stdin and stdout, or over HTTP on this machine."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from typing import TYPE_CHECKING

from twitchkg import resources, store
from twitchkg.errors import EndpointError
from twitchkg.graph import KnowledgeGraph
from twitchkg.mcp import app
from twitchkg.mcp.ask import Asker
from twitchkg.mcp.tools import Tools

if TYPE_CHECKING:
    from collections.abc import Sequence

HOST = "127.0.0.1"


def run(data: Sequence[str] = (), seconds: float = 10.0, port: int | None = None) -> int:
    """Serve until the client goes, or until told to stop.

    :param data: Turtle files of the user's own to serve together with the graph.
    :param seconds: time that a query may take.
    :param port: serve streamable HTTP at this port of the loopback address; over stdin and stdout
        when omitted.
    :returns: 0.
    :raises EndpointError: if the port cannot be used.
    """
    temporary = ""
    try:
        if data or not os.access(_made(resources.cache_dir()), os.W_OK):
            temporary = tempfile.mkdtemp(prefix="twitchkg-")
            folder = os.path.join(temporary, "store")
            store.prepare(folder, data)
        else:
            folder = store.prepared()
        asyncio.run(_serve(folder, seconds, port))
    finally:
        if temporary:
            shutil.rmtree(temporary, ignore_errors=True)
    return 0


def _made(folder: str) -> str:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return ""
    return folder


async def _serve(folder: str, seconds: float, port: int | None) -> None:
    tools = Tools(KnowledgeGraph.of(store.at(folder)))
    async with Asker(folder, seconds) as asker:
        server = app.build(tools, asker)
        if port is None:
            await server.run_stdio_async()
            return
        try:
            await server.run_streamable_http_async(host=HOST, port=port)
        except SystemExit:
            raise EndpointError(
                f"Cannot listen at {HOST}, port {port}: it is in use or not allowed. Try another "
                "--http."
            ) from None
