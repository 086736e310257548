"""The front: HTTP in, HTTP out. Nothing here takes time; the workers do what does."""

from __future__ import annotations

import asyncio
import hashlib
import os
import re
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

from cachetools import LRUCache
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from twitchkg import __version__
from twitchkg.server import protocol
from twitchkg.server.messages import Request, Response
from twitchkg.server.pool import BusyError, Pool, Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.types import Message, Receive, Scope, Send

_CHUNK = 256 << 10
_QUIET = 0.3  # seconds after which the front begins to look whether the client is still there
_BODY_SECONDS = 10.0
_IN_FLIGHT = 256 << 20  # bytes of answers that clients have yet to take, all together
_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_SECURITY = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
_CORS = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "Content-Location, ETag, Link, Retry-After"),
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", ", ".join(protocol.METHODS)),
    ("Access-Control-Allow-Headers", "Accept, Content-Type, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)


class Site(NamedTuple):
    """What a front needs besides its workers."""

    base: str = ""
    """The address under which clients reach it, where their requests do not tell."""
    etag: str = ""
    """What names the state of the data, so that a client need not fetch it twice."""
    cache: int = 64 << 20
    """Bytes of answers that are kept for those who ask the same; the graph does not change."""
    log: Callable[[dict[str, object]], None] = lambda _: None
    """Takes what happened, request by request."""


_FIXED = [
    (name.lower().encode(), value.encode())
    for name, value in (*_CORS, *_SECURITY, ("Vary", "Accept"))
]
# An answer that would be another one the next time.
_PASSING = re.compile(r"\b(RAND|NOW|UUID|STRUUID|BNODE)\b", re.IGNORECASE)


def _cost(response: Response) -> int:
    """Bytes that an answer takes in the cache, about."""
    return len(response.body) + 2000


class Front:
    """Answers the requests: a plain ASGI application, without routing in its way.

    :param pool: the workers.
    :param site: the rest.
    """

    def __init__(self, pool: Pool, site: Site) -> None:
        self.pool = pool
        self.site = site
        self._in_flight = 0
        self._known: LRUCache[protocol.Query | Request, Response] = LRUCache(site.cache, _cost)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        loop = asyncio.get_running_loop()
        begun = loop.time()
        method, path = scope["method"], scope["path"]
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        try:
            if len(scope["raw_path"]) + len(scope["query_string"]) > protocol.MAX_TARGET:
                raise protocol.RefusedError(
                    414, "The address is too long. Send a long query by POST."
                )
            response = await self._response(scope, headers, receive)
        except protocol.RefusedError as refused:
            response = Response.text(refused.status, f"{refused}\n")
            response = response._replace(headers=refused.headers)
        except BusyError as busy:
            response = Response.text(503, f"{busy}\n")._replace(headers=(("Retry-After", "2"),))
        if response.status:
            await self._send(response, method, send)
        self.site.log(
            {
                "event": "request",
                "method": method,
                "path": path[:200],
                "status": response.status,
                "bytes": len(response.body),
                "ms": round((loop.time() - begun) * 1000, 1),
            }
        )

    async def _response(
        self, scope: Scope, headers: dict[bytes, str], receive: Receive
    ) -> Response:
        method, path = scope["method"], scope["path"]
        is_sparql = path in ("/sparql", "/sparql/")
        allowed = [name for name in protocol.METHODS if is_sparql or name != "POST"]
        if method not in allowed:
            raise protocol.RefusedError(
                405,
                f"{method[:20]} is not answered here. Use {', '.join(allowed)}.",
                Allow=", ".join(allowed),
            )
        if method == "OPTIONS":
            return Response(204, "", b"", (("Allow", ", ".join(allowed)), *_PREFLIGHT))
        if path == "/health":
            return Response.json(200, {"status": "alive", "version": __version__})
        if path == "/ready":
            ready = self.pool.ready
            return Response.json(
                200 if ready else 503,
                {"status": "ready" if ready else "not ready", **self.pool.numbers()},
            )
        accept = headers.get(b"accept", "")
        if is_sparql:
            body = await _body(headers, receive) if method == "POST" else b""
            query = protocol.query(
                method, scope["query_string"], headers.get(b"content-type", ""), body, accept
            )
            if query is not None:
                query = query._replace(base=f"{self._base(scope, headers)}/sparql")
                return await self._answer(query, receive)
        message = Request(
            _path(scope["raw_path"], path),
            tuple(protocol.parameters(scope["query_string"])),
            accept,
            self._base(scope, headers),
        )
        response = await self._answer(message, receive)
        if response.status == 200 and self.site.etag:
            key = f"{self.site.etag} {message}"
            etag = f'"{hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'
            response = response._replace(
                headers=(*response.headers, ("ETag", etag), ("Cache-Control", "no-cache"))
            )
            if etag in headers.get(b"if-none-match", ""):
                return response._replace(status=304, body=b"")
        return response

    async def _answer(self, message: protocol.Query | Request, receive: Receive) -> Response:
        """The workers' answer, or none with the status 0 if the client went away before."""
        known = self._known.get(message)
        if known is not None:
            return known
        answer = self.pool.submit(message)
        done, _ = await asyncio.wait((answer,), timeout=_QUIET)
        if not done:
            gone = asyncio.ensure_future(_disconnected(receive))
            await asyncio.wait((answer, gone), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done():
                self.pool.abandon(answer)
                return Response(0, "", b"")
            gone.cancel()
        response = answer.result()
        passing = isinstance(message, protocol.Query) and _PASSING.search(message.text)
        if response.status == 200 and not passing and _cost(response) < self.site.cache / 8:
            self._known[message] = response
        return response

    async def _send(self, response: Response, method: str, send: Send) -> None:
        size = len(response.body)
        if size > _CHUNK and self._in_flight + size > _IN_FLIGHT:
            response = Response.text(503, "Too many large answers are on their way. Try again.\n")
            response = response._replace(headers=(("Retry-After", "5"),))
            size = len(response.body)
        encoded = [
            *_FIXED,
            *((_safe(name).lower(), _safe(value)) for name, value in response.headers),
        ]
        if response.content_type:
            encoded.append((b"content-type", _safe(response.content_type)))
        if response.content_type.startswith("text/html"):
            own = {name.lower() for name, _ in response.headers}
            if "content-security-policy" not in own:
                encoded.append((b"content-security-policy", _CSP.encode()))
        if response.status not in (204, 304):
            encoded.append((b"content-length", b"%d" % size))
        await send({"type": "http.response.start", "status": response.status, "headers": encoded})
        if method == "HEAD" or response.status in (204, 304):
            await send({"type": "http.response.body", "body": b""})
            return
        if size <= _CHUNK:
            await send({"type": "http.response.body", "body": response.body})
            return
        self._in_flight += size
        try:
            for start in range(0, size, _CHUNK):
                await send(
                    {
                        "type": "http.response.body",
                        "body": response.body[start : start + _CHUNK],
                        "more_body": start + _CHUNK < size,
                    }
                )
        finally:
            self._in_flight -= size

    def _base(self, scope: Scope, headers: dict[bytes, str]) -> str:
        """The address of this server, without anything that a hostile ``Host`` could smuggle in."""
        host = headers.get(b"host", "")
        if self.site.base or not re.fullmatch(
            r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?", host
        ):
            return self.site.base or "http://localhost"
        return f"{scope['scheme']}://{host}"


def _with_headers(send: Send) -> Send:
    """Adds to the answer of another application what all answers carry."""
    cache = (b"cache-control", b"public, max-age=86400")

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message["headers"], *_FIXED, cache]}
        await send(message)

    return sending


def _safe(text: str) -> bytes:
    """A header's name or value as bytes; what could end the header is left out."""
    return re.sub(r"[\r\n\0]", "", text).encode("latin-1", "replace")


def _path(raw: bytes, path: str) -> str:
    """The decoded path.

    :raises protocol.RefusedError: if it is not percent-encoded UTF-8.
    """
    if b"%" not in raw:
        return path
    return protocol.parameters(b"=" + raw.replace(b"+", b"%2B").replace(b"&", b"%26"))[0][1]


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _body(headers: dict[bytes, str], receive: Receive) -> bytes:
    """The body of a request.

    :raises protocol.RefusedError: if it is too long, or takes too long to come.
    """
    too_long = protocol.RefusedError(
        413,
        f"The request is longer than {protocol.MAX_BODY} bytes. Ask a shorter query.",
        Connection="close",
    )
    length = headers.get(b"content-length", "0")
    if length.isdecimal() and (len(length) > 18 or int(length) > protocol.MAX_BODY):
        raise too_long
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise protocol.RefusedError(400, "The request ended too early.")
                part = message.get("body", b"")
                size += len(part)
                if size > protocol.MAX_BODY:
                    raise too_long
                parts.append(part)
                if not message.get("more_body"):
                    return b"".join(parts)
    except TimeoutError:
        raise protocol.RefusedError(
            408,
            f"The request did not come whole within {_BODY_SECONDS:g} seconds.",
            Connection="close",
        ) from None


class Application:
    """The whole server as one ASGI application; its workers live as long as it runs.

    What Starlette routes are the assets; all else goes straight to the front.

    :param settings: the workers.
    :param site: the rest.
    """

    def __init__(self, settings: Settings, site: Site) -> None:
        self.pool = Pool(settings, site.log)
        self._front = Front(self.pool, site)
        assets = StaticFiles()
        # Our own, and beside it what the package build makes where there is Node.
        here = os.path.dirname(__file__)
        assets.all_directories = [os.path.join(here, name) for name in ("assets", "static")]
        self._rest = Starlette(routes=[Mount("/assets", assets)], lifespan=self._lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or live through one start and stop."""
        if scope["type"] == "http" and not scope["path"].startswith("/assets/"):
            await self._front(scope, receive, send)
        else:
            await self._rest(
                scope, receive, _with_headers(send) if scope["type"] == "http" else send
            )

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        await self.pool.start()
        log = self.pool.log
        log({"event": "ready", **self.pool.numbers()})
        try:
            yield
        finally:
            await self.pool.stop()
            log({"event": "stopped"})
