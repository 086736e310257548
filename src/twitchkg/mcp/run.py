"""Starting the server: over stdin and stdout, or over HTTP on this machine."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from twitchkg import store
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
    with store.to_serve(data) as folder:
        asyncio.run(_serve(folder, seconds, port))
    return 0


async def _serve(folder: str, seconds: float, port: int | None) -> None:
    tools = Tools(KnowledgeGraph.served(folder))
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
