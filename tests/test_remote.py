"""Asking an endpoint that fails in every way, played by a small scripted HTTP server."""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

import twitchkg
from twitchkg import remote
from twitchkg.errors import (
    EndpointError,
    ParameterError,
    QuerySyntaxError,
    TwitchkgError,
    UpdateRefusedError,
)

JSON = "application/sparql-results+json"
ROWS = json.dumps({"head": {"vars": ["s"]}, "results": {"bindings": []}}).encode()
SELECT = "SELECT ?s WHERE { ?s ?p ?o }"


@dataclass
class Answer:
    status: int = 200
    body: bytes = ROWS
    headers: dict[str, str] = field(default_factory=dict)
    act: Callable[[BaseHTTPRequestHandler], None] | None = None


@dataclass
class Server:
    url: str
    script: list[Answer]
    seen: list[tuple[str, str, str, dict[str, str]]]


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that gives the answers of its script in turn, the last one again and again."""
    script: list[Answer] = []
    seen: list[tuple[str, str, str, dict[str, str]]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            body = self.rfile.read(length).decode()
            seen.append((self.command, self.path, body, dict(self.headers)))
            answer = script.pop(0) if len(script) > 1 else script[0]
            if answer.act is not None:
                answer.act(self)
                return
            self.send_response(answer.status)
            headers = {"Content-Type": JSON, "Content-Length": str(len(answer.body))}
            for name, value in (headers | answer.headers).items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815 (the name that http.server calls)

        def log_message(self, format: str, *args: object) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        http.daemon_threads = True
        thread = threading.Thread(target=http.serve_forever, args=(0.02,))
        thread.start()
        yield Server(f"http://127.0.0.1:{http.server_address[1]}/sparql", script, seen)
        http.shutdown()
        thread.join()


def _fails(server: Server, answer: Answer, query: str = SELECT) -> str:
    server.script[:] = [answer]
    with pytest.raises(TwitchkgError) as caught:
        remote.Endpoint(server.url, 5).query(query)
    message = str(caught.value)
    assert "\n" not in message
    assert message.isprintable()
    assert message.endswith((".", "?"))
    return message


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("localhost:8890/sparql", "must start with http"),
        ("ftp://host/x", "must start with http"),
        ("http://", "must have a host"),
        ("http:///sparql", "must have a host"),
        ("http://host:99999/", "a port from 1 to 65535"),
        ("http://host/a b", "no spaces"),
        ("http://host/a\r\nX: y", "no spaces"),
        ("http://[::1/x", "must have a host and a port"),
        ("ann:secret@host/x?key=hidden", "must start with http"),
        ("http://ann:secret@host:x/?key=hidden", "a port"),
    ],
)
def test_a_url_that_is_none(url: str, words: str) -> None:
    with pytest.raises(EndpointError) as caught:
        remote.Endpoint(url)
    assert words in str(caught.value)
    assert "secret" not in str(caught.value)
    assert "hidden" not in str(caught.value)


def test_an_unknown_host() -> None:
    with pytest.raises(EndpointError, match=r"nowhere\.invalid/x is not known\. Check the URL"):
        remote.Endpoint("http://nowhere.invalid/x", 5).query(SELECT)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(404), "nothing at"),
        (Answer(405), "takes no queries"),
        (Answer(401), "credentials"),
        (Answer(403), "credentials"),
        (Answer(406), "format"),
        (Answer(413), "too long"),
        (Answer(418, b"\x1b[31mteapot\n"), "(HTTP 418): [31mteapot"),
        (Answer(500, b"out of memory"), "(HTTP 500): out of memory"),
        (Answer(504), "gave up on the query"),
        (Answer(302, headers={"Location": "http://u:pw@x.org/y?k=v"}), "to http://x.org/y?***,"),
        (Answer(307, headers={"Location": "/elsewhere"}), "redirects to /elsewhere"),
        (Answer(body=b"<!DOCTYPE html><p>", headers={"Content-Type": "text/html"}), "(HTML)"),
        (Answer(body=b"<html><p>"), "(HTML)"),
        (Answer(headers={"Content-Type": "text/csv"}), "with text/csv instead of SPARQL results"),
        (Answer(headers={"Content-Type": ""}), "no media type"),
        (Answer(body=ROWS[:-9]), "ends in the middle"),
        (Answer(headers={"Content-Length": "999"}), "ends in the middle"),
        (Answer(body=b""), "ends in the middle"),
        (Answer(body=b'{"head": nonsense, "results": 1}'), "is not JSON (line 1, column 10)"),
        (Answer(body=b"[]"), "JSON but no object"),
        (Answer(body=b"{}"), "another shape"),
        (Answer(body=b'{"boolean": true}'), "another shape"),
        (Answer(body=b'{"head": {"vars": [1]}, "results": {"bindings": []}}'), "another shape"),
        (Answer(body=ROWS.replace(b"[]}", b"{}}")), "another shape"),
        (Answer(body=ROWS.replace(b"[]}", b"[3]}")), "another shape"),
        (Answer(body=ROWS.replace(b"[]}", b'[{"s": {"type": "uri"}}]}')), "another shape"),
        (
            Answer(body=ROWS.replace(b"[]}", b'[{"s": {"type": "x", "value": "y"}}]}')),
            "another shape",
        ),
        (
            Answer(body=ROWS.replace(b"[]}", b'[{"s": {"type": "uri", "value": 5}}]}')),
            "another shape",
        ),
        (Answer(body=b"[" * 100_000), "nested too deep"),
        (Answer(body=ROWS.replace(b"s", "\xe9".encode("latin-1"))), "not UTF-8"),
        (Answer(body=ROWS.decode().encode("utf-16")), "not UTF-8"),
    ],
)
def test_what_is_final_is_said_once_in_one_line(server: Server, answer: Answer, words: str) -> None:
    assert words in _fails(server, answer)
    assert len(server.seen) == 1


def test_a_syntax_error_is_not_repeated(server: Server) -> None:
    server.script[:] = [Answer(400, b"Line 1:\n  expected WHERE")]
    with pytest.raises(QuerySyntaxError, match="refused the query: Line 1: expected WHERE"):
        remote.Endpoint(server.url).query(SELECT)
    assert len(server.seen) == 1


def test_ask_must_have_a_boolean(server: Server) -> None:
    assert "no boolean" in _fails(server, Answer(body=b'{"boolean": "no"}'), "ASK { ?s ?p ?o }")


def _reset(handler: BaseHTTPRequestHandler) -> None:
    linger = struct.pack("ii", 1, 0)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.rfile.close()
    handler.wfile.close()
    handler.connection.close()


@pytest.mark.parametrize(
    "answer",
    [Answer(429), Answer(502), Answer(503), Answer(act=_reset), Answer(act=lambda handler: None)],
)
def test_what_may_pass_is_tried_again(server: Server, answer: Answer) -> None:
    server.script[:] = [answer, answer, Answer()]
    assert len(remote.Endpoint(server.url).query(SELECT)) == 0
    assert len(server.seen) == 3


def test_truth_values_are_spelled_as_in_the_embedded_graph(server: Server) -> None:
    """Virtuoso writes 1 and 0, which are the same values; rows as CSV would differ in them."""
    xsd = "http://www.w3.org/2001/XMLSchema#"
    cells = [("1", "boolean"), ("0", "boolean"), ("true", "boolean"), ("1", "integer")]
    names = [f"c{place}" for place in range(len(cells))]
    row = {
        name: {"type": "typed-literal", "value": value, "datatype": xsd + kind}
        for name, (value, kind) in zip(names, cells, strict=True)
    }
    answer = {"head": {"vars": names}, "results": {"bindings": [row]}}
    server.script[:] = [Answer(body=json.dumps(answer).encode())]
    rows = remote.Endpoint(server.url).query(SELECT)
    assert rows.serialize("csv").splitlines()[1] == "true,false,true,1"
    bound = " ".join(
        f'BIND("{value}"^^xsd:{kind} AS ?{name})'
        for name, (value, kind) in zip(names, cells, strict=True)
    )
    here = twitchkg.load().query(f"SELECT {' '.join(f'?{name}' for name in names)} {{ {bound} }}")
    assert here.serialize("csv") == rows.serialize("csv")


def test_attempts_end(server: Server) -> None:
    assert "is not available (HTTP 503), after 4 attempts" in _fails(server, Answer(503))
    assert len(server.seen) == 4


def test_a_refused_connection_is_tried_again_until_it_is_given_up() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
    with pytest.raises(EndpointError, match="refuses connections, after 4 attempts"):
        remote.Endpoint(url).query(SELECT)


def test_retry_after_is_honoured(server: Server) -> None:
    server.script[:] = [Answer(503, headers={"Retry-After": "1"}), Answer()]
    start = time.monotonic()
    remote.Endpoint(server.url).query(SELECT)
    assert time.monotonic() - start >= 1


@pytest.mark.parametrize("after", ["100", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_a_wait_beyond_the_timeout_is_not_begun(server: Server, after: str) -> None:
    start = time.monotonic()
    assert "it asks to wait" in _fails(server, Answer(503, headers={"Retry-After": after}))
    assert time.monotonic() - start < 2
    assert len(server.seen) == 1


def _silent(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(3)


def _trickle(handler: BaseHTTPRequestHandler) -> None:
    with contextlib.suppress(OSError):
        handler.wfile.write(b"HTTP/1.0 200 OK\r\n")
        for _ in range(30):
            handler.wfile.write(b"X: y\r\n")
            time.sleep(0.1)


@pytest.mark.parametrize("act", [_silent, _trickle])
def test_the_timeout_bounds_the_whole(
    server: Server, act: Callable[[BaseHTTPRequestHandler], None]
) -> None:
    server.script[:] = [Answer(act=act)]
    start = time.monotonic()
    with pytest.raises(EndpointError, match=r"did not answer within 0\.5 seconds"):
        remote.Endpoint(server.url, 0.5).query(SELECT)
    assert time.monotonic() - start < 2


def test_a_large_answer_is_not_read_on(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remote, "_LARGEST", 2**20)
    assert "larger than 1 megabytes" in _fails(server, Answer(body=b" " * 2**22))


def test_short_queries_by_get_and_long_ones_by_post(server: Server) -> None:
    server.script[:] = [Answer()]
    endpoint = remote.Endpoint(server.url + "?key=a%26b")
    endpoint.query(SELECT)
    endpoint.query(SELECT + " #" + "x" * 3000)
    (get, path, _, _), (post, path2, body, headers) = server.seen
    assert (get, post) == ("GET", "POST")
    assert "query=SELECT" in path
    assert "key=a%26b" in path
    assert path2 == "/sparql?key=a%26b"
    assert body.startswith("query=SELECT")
    assert headers["Accept"].startswith(JSON)


def test_credentials_are_used_and_never_shown(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    url = server.url.replace("//", "//ann:s%3Acret@") + "?key=hidden"
    caplog.set_level(logging.DEBUG)
    for status in (200, 400, 401, 404, 500, 503):
        server.script[:] = [Answer(status, ROWS if status == 200 else b"ann s:cret hidden bad")]
        try:
            remote.Endpoint(url).query(SELECT)
            assert status == 200
        except TwitchkgError as error:
            message = str(error)
            assert "cret" not in message
            assert "hidden" not in message
            assert "ann" not in message
    assert {h["Authorization"] for _, _, _, h in server.seen} == {"Basic YW5uOnM6Y3JldA=="}
    assert "cret" not in caplog.text


def test_graphs(server: Server) -> None:
    turtle = {"Content-Type": "text/turtle; charset=utf-8"}
    server.script[:] = [Answer(body=b"<x:a> <x:b> 'c', 1 .", headers=turtle)]
    kg = twitchkg.load(endpoint=server.url)
    for text in ("CONSTRUCT WHERE { ?s ?p ?o }", "DESCRIBE <x:a>"):
        result = kg.query(text)
        assert (result.kind, len(result)) == ("graph", 2)
    server.script[:] = [Answer(body=b"<x:a> <x:b", headers=turtle)]
    with pytest.raises(EndpointError, match="is not Turtle"):
        kg.query("CONSTRUCT WHERE { ?s ?p ?o }")


def test_updates_are_not_sent(server: Server) -> None:
    with pytest.raises(UpdateRefusedError):
        remote.Endpoint(server.url).query("DROP ALL")
    assert not server.seen


def test_what_needs_the_embedded_graph_says_so() -> None:
    kg = twitchkg.load(endpoint="http://localhost/")
    for call in (kg.validate, kg.reason, kg.export, kg.export_el, lambda: kg.rdflib):
        with pytest.raises(ParameterError, match="needs the embedded graph"):
            call()
