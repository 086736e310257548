"""A small SPARQL store on loopback, over the engine that the package has anyway, that can fail.

It answers queries and updates at ``/sparql`` and the Graph Store Protocol at ``/store``. What it
does wrong is up to a function that sees each request first.
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import threading
import urllib.parse
from collections.abc import Callable, Iterator

import pyoxigraph as ox

from twitchkg.graphstore import GraphStore

Fault = Callable[[str, bytes], str | None]
"""Called with the path and body of a request; what it gives is one of these:

``drop``: the connection is cut before anything happens; ``lose``: after it has been done;
``half``: only half of a graph that was put arrives, and then it is cut; ``truncate``: half of the
answer is sent and then it is cut; ``busy``: 503 with ``Retry-After: 7``; a number: that status.
"""


class SparqlStore:
    """The store.

    :param base: its URL.
    :param waits: the seconds that a client was told by its own ``sleep`` to wait.
    :param longest: the number of rows after which an answer is cut short, as Virtuoso does.
    :param queries: the queries that were answered.
    """

    def __init__(self, union: bool, login: str | None, fault: Fault | None) -> None:
        self.engine = ox.Store()
        self.union = union
        self.fault = fault
        self.login = login and "Basic " + base64.b64encode(login.encode()).decode()
        self.lock = threading.Lock()
        self.base = ""
        self.waits: list[float] = []
        self.longest: int | None = None
        self.queries: list[str] = []

    @property
    def url(self) -> str:
        return f"{self.base}/sparql"

    def target(
        self, *, put: bool = False, user: str | None = None, password: str | None = None
    ) -> GraphStore:
        return GraphStore(
            self.url,
            None if put else self.url,
            f"{self.base}/store" if put else None,
            user=user,
            password=password,
            timeout=20,
            sleep=self.waits.append,
        )

    def graphs(self) -> dict[str, int]:
        """The number of triples in each named graph that is not empty."""
        sizes: dict[str, int] = {}
        for quad in self.engine:
            if isinstance(quad.graph_name, ox.NamedNode):
                sizes[quad.graph_name.value] = sizes.get(quad.graph_name.value, 0) + 1
        return sizes


@contextlib.contextmanager
def running(
    *, union: bool = False, login: str | None = None, fault: Fault | None = None
) -> Iterator[SparqlStore]:
    """A store that runs until the block ends.

    :param union: whether a query without ``GRAPH`` sees the named graphs.
    :param login: ``user:password`` that basic authentication must give.
    """
    store = SparqlStore(union, login, fault)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            if store.login and self.headers["Authorization"] != store.login:
                self.answer(401, b"", {"WWW-Authenticate": 'Basic realm="store"'})
                return
            kind = store.fault(self.path, body) if store.fault else None
            if kind == "busy":
                self.answer(503, b"busy", {"Retry-After": "7"})
            elif kind == "drop":
                self.close_connection = True
            elif kind and kind.isdigit():
                self.answer(int(kind), b"No space left on device", {})
            else:
                self.done(kind, body)

        do_PUT = do_DELETE = do_GET = do_POST  # noqa: N815 (names that http.server calls)

        def done(self, kind: str | None, body: bytes) -> None:
            with store.lock:
                content = self.carry_out(kind, body)
            if kind in ("lose", "half"):
                self.close_connection = True
            elif kind == "truncate":
                self.answer(200, content[: len(content) // 2], {}, len(content))
                self.close_connection = True
            else:
                self.answer(200, content, {})

        def carry_out(self, kind: str | None, body: bytes) -> bytes:
            if self.path.startswith("/store?graph="):
                name = ox.NamedNode(urllib.parse.unquote(self.path.partition("=")[2]))
                if self.command in ("PUT", "DELETE"):
                    store.engine.remove_graph(name)
                if self.command == "PUT":
                    lines = body.splitlines(keepends=True)
                    kept = lines[: len(lines) // 2] if kind == "half" else lines
                    store.engine.load(b"".join(kept), format=ox.RdfFormat.N_TRIPLES, to_graph=name)
                return b""
            if self.headers["Content-Type"] == "application/sparql-update":
                store.engine.update(body.decode())
                return b""
            query = urllib.parse.parse_qs(body.decode())["query"][0]
            found = store.engine.query(query, use_default_graph_as_union=store.union)
            assert isinstance(found, ox.QuerySolutions)
            store.queries.append(query)
            if store.longest is not None:
                return cut(found, store.longest)
            return found.serialize(format=ox.QueryResultsFormat.JSON) or b""

        def answer(
            self, status: int, content: bytes, fields: dict[str, str], length: int | None = None
        ) -> None:
            with contextlib.suppress(OSError):  # the client may be gone
                self.send_response(status)
                for name, value in fields.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content) if length is None else length))
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    store.base = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield store
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def cut(found: ox.QuerySolutions, longest: int) -> bytes:
    """So many rows of an answer in JSON, which does not tell that there are more."""
    answer = json.loads(found.serialize(format=ox.QueryResultsFormat.JSON) or b"")
    answer["results"]["bindings"] = answer["results"]["bindings"][:longest]
    return json.dumps(answer).encode()
