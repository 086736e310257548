"""The server over the bundled graph: what it answers, what it refuses, what it survives."""

from __future__ import annotations

import concurrent.futures
import contextlib
import csv
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import httpx
import pytest
from serving import Server, serving

from twitchkg import catalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Pairs of triples that share nothing: more than any time suffices for, and hardly any memory.
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s2 ?p2 ?o2 . FILTER(?o < ?o2) }"
HUNGRY = "SELECT * { ?s ?p ?o . ?s2 ?p ?o2 } ORDER BY ?o2 ?o ?s2 ?s"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    options = ("--timeout", "2", "--workers", "2", "--max-memory", "300", "--max-rows", "5000")
    with serving(*options) as server:
        yield server


@pytest.fixture
def client(server: Server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.url, timeout=60) as client:
        yield client


def ask(client: httpx.Client, query: str, **headers: str) -> httpx.Response:
    return client.post("/sparql", data={"query": query}, headers=headers)


def workers(client: httpx.Client) -> dict[str, int]:
    answer: dict[str, int] = client.get("/ready").json()
    return answer


def settled(client: httpx.Client, size: int = 2) -> bool:
    """Whether all workers are there and idle again, within a while."""
    for _ in range(100):
        now = workers(client)
        if (now["workers"], now["idle"], now["slow"], now["waiting"]) == (size, size, 0, 0):
            return True
        time.sleep(0.1)
    return False


def raw(server: Server, request: bytes, seconds: float = 30) -> bytes:
    """What the server answers to some bytes, until it closes the connection."""
    host, _, port = server.url.removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=seconds) as connection:
        connection.sendall(request)
        parts = []
        with contextlib.suppress(TimeoutError, ConnectionResetError):
            while part := connection.recv(65536):
                parts.append(part)
    return b"".join(parts)


def test_health_and_readiness(client: httpx.Client) -> None:
    assert client.get("/health").json()["status"] == "alive"
    assert client.get("/ready").json()["status"] == "ready"


def test_known_prefixes_need_not_be_declared(client: httpx.Client) -> None:
    answer = ask(client, "SELECT ?l { twd:myokymia rdfs:label ?l }", Accept="text/csv")
    assert answer.text == "l\r\nmyokymia\r\n"


def test_a_runaway_query_is_stopped_and_its_worker_replaced(client: httpx.Client) -> None:
    begun = time.monotonic()
    answer = ask(client, RUNAWAY)
    assert answer.status_code == 504
    assert "stopped after 2 seconds" in answer.text
    assert time.monotonic() - begun < 10
    assert settled(client)


def test_others_are_answered_beside_runaway_queries(client: httpx.Client) -> None:
    with concurrent.futures.ThreadPoolExecutor() as threads:
        runaways = [threads.submit(ask, client, RUNAWAY) for _ in range(3)]
        time.sleep(0.5)
        answers = [ask(client, f"SELECT ({n} AS ?n) {{}}") for n in range(20)]
        assert not all(runaway.done() for runaway in runaways)  # nobody waited for all of them
        assert [answer.status_code for answer in answers] == [200] * 20
        assert {runaway.result().status_code for runaway in runaways} == {504}
    assert settled(client)


def test_too_many_long_queries_are_shed(client: httpx.Client) -> None:
    with concurrent.futures.ThreadPoolExecutor(40) as threads:
        runaways = [threads.submit(ask, client, RUNAWAY) for _ in range(40)]
        answers = [runaway.result() for runaway in runaways]
    assert {answer.status_code for answer in answers} == {503, 504}
    for answer in answers:
        if answer.status_code == 503:
            assert re.match("Too many long queries|No worker became free", answer.text)
            assert int(answer.headers["retry-after"]) >= 1
    assert settled(client)


def test_a_query_that_takes_too_much_memory_ends_alone(client: httpx.Client) -> None:
    answer = ask(client, HUNGRY)
    assert answer.status_code in (422, 504)  # a slow machine may meet the time limit first
    if answer.status_code == 422:
        assert "300 MB" in answer.text
    assert ask(client, "ASK {}").status_code == 200
    assert settled(client)


@pytest.mark.parametrize("type_", ["application/sparql-results+json", "text/csv", "text/xml"])
def test_an_answer_has_as_many_rows_as_allowed_and_no_more(
    client: httpx.Client, type_: str
) -> None:
    enough = ask(client, "SELECT * { ?s ?p ?o } LIMIT 5000", Accept=type_)
    assert enough.status_code == 200
    more = ask(client, "SELECT * { ?s ?p ?o } LIMIT 5001", Accept=type_)
    assert more.status_code == 422
    assert "more than 5000 rows" in more.text
    graph = ask(client, "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 5001")
    assert graph.status_code == 422


def test_text_that_looks_like_rows_is_not_counted_as_rows(client: httpx.Client) -> None:
    text = "},{" * 6000
    answer = ask(client, f'SELECT ("{text}" AS ?x) {{}}')
    assert answer.json()["results"]["bindings"][0]["x"]["value"] == text
    lines = "\\n" * 6000
    assert ask(client, f'SELECT ("{lines}" AS ?x) {{}}', Accept="text/csv").status_code == 200


HIDDEN = {
    "plain": "SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
    "silent": "SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
    "variable": "SELECT * {{ VALUES ?u {{ <{url}> }} SERVICE ?u {{ ?s ?p ?o }} }}",
    "lower case": "SELECT * {{ service <{url}> {{ ?s ?p ?o }} }}",
    "nested": "SELECT * {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
    # What looks like an IRI and a string to a reader of tokens is a comparison to the engine.
    "disguised": "SELECT * {{ {{ SELECT ('a' AS ?c) {{}} }} FILTER(?c<'b>') SERVICE<{url}> "
    "{{ ?s ?p ?o }} FILTER(?c='a') }}",
}


@pytest.mark.parametrize("query", HIDDEN.values(), ids=HIDDEN.keys())
def test_service_sends_nothing(client: httpx.Client, query: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(1)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        answer = ask(client, query.format(url=url))
        with pytest.raises(TimeoutError):
            listener.accept()
    silent = "SILENT" in query and answer.status_code == 200  # it may go on without
    assert silent or answer.status_code in (403, 500), answer.text
    assert ask(client, "ASK {}").status_code == 200


def test_updates_change_nothing(client: httpx.Client) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    before = ask(client, count).text
    for update in ("CLEAR ALL", "INSERT DATA { <a:a> <b:b> <c:c> }", "DELETE WHERE { ?s ?p ?o }"):
        assert ask(client, update).status_code == 403
        assert client.post("/sparql", data={"update": update}).status_code == 403
    assert ask(client, count).text == before


def test_deep_nesting_is_refused(client: httpx.Client) -> None:
    for text in ("{" * 50_000, "(" * 100_000):
        answer = ask(client, f"SELECT * {{ FILTER({text}" if text[0] == "(" else f"ASK {text}")
        assert answer.status_code in (400, 422)
        assert settled(client)


@pytest.mark.parametrize(
    ("request_", "status", "words"),
    [
        (b"GET /sparql?query=ASK%2 HTTP/1.1", 400, b"Broken percent-encoding"),
        (b"GET /sparql?query=%FF%FE HTTP/1.1", 400, b"not UTF-8"),
        (b"GET /id/%zz HTTP/1.1", 400, b"Broken percent-encoding"),
        (b"GET /id/%FF HTTP/1.1", 400, b"not UTF-8"),
        (b"GET /../../etc/passwd HTTP/1.1", 404, b""),
        (b"GET /assets/../pool.py HTTP/1.1", 404, b""),
        (b"GET /assets/%2e%2e/pool.py HTTP/1.1", 404, b""),
        (b"GET /assets/..%2f..%2fstore.py HTTP/1.1", 404, b""),
        (b"GET /assets//etc/passwd HTTP/1.1", 404, b""),
        (b"GET /nothing%0d%0aSet-Cookie:%20a=b HTTP/1.1", 404, b""),
        (b"GET /sparql?query=ASK{}&format=%0d%0aX:%20y HTTP/1.1", 400, b"no format"),
        (b"GET /" + b"a" * 40_000 + b" HTTP/1.1", 414, b"too long"),
        (b"DELETE /api/queries HTTP/1.1", 405, b"not answered here"),
        (b"BREW /sparql HTTP/1.1", 400, b""),
        (b"nonsense", 400, b""),
        (b"GET / HTTP/9.9", 400, b""),
    ],
)
def test_hostile_requests(server: Server, request_: bytes, status: int, words: bytes) -> None:
    answer = raw(server, request_ + b"\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1.1 %d " % status, head), answer[:300]
    assert words in body
    assert b"set-cookie" not in head.lower()
    assert b"Traceback" not in answer
    assert b"root:" not in answer


def test_a_hostile_host_is_not_repeated(server: Server) -> None:
    request = b'GET /api/openapi.json HTTP/1.1\r\nHost: x"><script>\r\nConnection: close\r\n\r\n'
    answer = raw(server, request)
    assert b"<script>" not in answer


def test_a_body_that_is_too_long(client: httpx.Client, server: Server) -> None:
    query = "ASK { } #" + "x" * (2 << 20)
    assert ask(client, query).status_code == 413
    # One that does not say its length is stopped when it exceeds the bound.
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    answer = raw(
        server,
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 32,
    )
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_slow_clients_are_cut_off(server: Server, client: httpx.Client) -> None:
    begun = time.monotonic()
    assert raw(server, b"GET /sparql HTTP/1.1\r\nHost:", 60) == b""  # a head that never ends
    assert raw(
        server,
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
        b"Content-Type: application/sparql-query\r\n\r\nASK",
        60,
    ).startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - begun < 40
    assert ask(client, "ASK {}").status_code == 200


def test_a_client_that_leaves_takes_its_query_along(server: Server, client: httpx.Client) -> None:
    with pytest.raises(httpx.TimeoutException):
        client.post("/sparql", data={"query": RUNAWAY}, timeout=0.6)
    time.sleep(0.5)
    assert workers(client)["slow"] == 0
    assert settled(client)


def test_a_killed_worker_is_replaced(server: Server, client: httpx.Client) -> None:
    children = _children(server.process.pid)
    assert len(children) >= 2
    for child in children:
        os.kill(child, signal.SIGKILL)
    # A signal arrives when the system gets to it, and the server hears of it after that: then
    # there are as many as before, all of them new.
    deadline = time.monotonic() + 30
    while len(set(_children(server.process.pid)) - set(children)) < len(children):
        assert time.monotonic() < deadline, "the killed workers were not replaced"
        time.sleep(0.05)
    assert settled(client)
    assert not set(_children(server.process.pid)) & set(children)
    # No answer that was kept from before: a worker has to give this one.
    assert ask(client, f"ASK {{}} # after {children}").status_code == 200


def test_a_busy_machine_makes_no_quick_answer_a_slow_one(
    server: Server, client: httpx.Client
) -> None:
    """Children that get no processor for a while keep their place."""
    assert settled(client)
    children = _children(server.process.pid)
    with concurrent.futures.ThreadPoolExecutor() as threads:
        for child in children:
            os.kill(child, signal.SIGSTOP)
        try:
            waiting = threads.submit(ask, client, f"ASK {{}} # when {children} do not run")
            time.sleep(0.6)
            assert not waiting.done()
        finally:
            for child in children:
                os.kill(child, signal.SIGCONT)
        assert waiting.result().status_code == 200
    assert settled(client)
    assert set(_children(server.process.pid)) == set(children)


def _children(pid: int) -> list[int]:
    """The children of a process that are alive; one that has ended may not have been told yet."""
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        children = [int(child) for child in file.read().split()]
    return [child for child in children if _is_alive(child)]


def _is_alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def _memory(pid: int) -> int:
    """Kilobytes that a process and its children hold."""
    total = 0
    for one in (pid, *_children(pid)):
        with contextlib.suppress(OSError), open(f"/proc/{one}/status", encoding="ascii") as file:
            # One that is just ending holds nothing, or is gone.
            held = (line for line in file if line.startswith("VmRSS"))
            total += int(next(held, "VmRSS: 0 kB").split()[1])
    return total


class Soak:
    """Clients of several kinds, who note what is not answered as it should be."""

    def __init__(self, url: str, seconds: float) -> None:
        self.url = url
        self.end = time.monotonic() + seconds
        self.wrong: list[str] = []

    def work(self, kind: Callable[[httpx.Client, int], None]) -> int:
        """Ask in one way until time is up, and say how often."""
        done = 0
        with httpx.Client(base_url=self.url, timeout=60) as client:
            while time.monotonic() < self.end:
                kind(client, done)
                done += 1
        return done

    def expect(self, answer: httpx.Response, *statuses: int) -> bool:
        if answer.status_code not in statuses:
            self.wrong.append(f"{answer.status_code} instead of {statuses}: {answer.text[:80]}")
        return answer.status_code == 200

    def good(self, client: httpx.Client, number: int) -> None:
        n = number * 7 % 400
        answer = client.get("/sparql", params={"query": f"SELECT (STRLEN('abc') * {n} AS ?x) {{}}"})
        if self.expect(answer, 200) and answer.json()["results"]["bindings"][0]["x"][
            "value"
        ] != str(3 * n):
            self.wrong.append(f"{n}: {answer.text[:200]}")

    def bad(self, client: httpx.Client, number: int) -> None:
        self.expect(ask(client, "SELECT *"), 400)
        self.expect(ask(client, "CLEAR ALL"), 403)
        self.expect(client.put("/sparql"), 405)
        self.expect(ask(client, "ASK {} #" + "x" * (1 << 21)), 413)

    def huge(self, client: httpx.Client, number: int) -> None:
        answer = ask(client, f"SELECT * {{ ?s ?p ?o }} OFFSET {number} LIMIT 5000")
        # When there is no room for long queries this one may be refused.
        if self.expect(answer, 200, 503, 504) and len(answer.json()["results"]["bindings"]) != 5000:
            self.wrong.append(f"{number}: not all of a large answer")

    def runaway(self, client: httpx.Client, number: int) -> None:
        self.expect(ask(client, RUNAWAY), 503, 504)


def test_soak(server: Server, client: httpx.Client) -> None:
    """Good, bad, huge and runaway requests together: every answer right, nothing lost."""
    assert settled(client)
    before = _memory(server.process.pid)
    soak = Soak(server.url, 20)
    kinds = [*[soak.good] * 4, soak.bad, soak.huge, soak.runaway, soak.runaway]
    with concurrent.futures.ThreadPoolExecutor(len(kinds)) as threads:
        counts = list(threads.map(soak.work, kinds))
    assert not soak.wrong, soak.wrong[:5]
    assert all(counts), counts
    assert settled(client)
    # What is kept for repeated questions has a bound of its own, 64 MB; more must not stay.
    assert _memory(server.process.pid) < before + (160 << 10), (before, counts)
    assert not [line for line in server.other if "Traceback" in line]


def test_named_queries_over_http(client: httpx.Client) -> None:
    listed = client.get("/api/queries").json()
    assert {query["name"] for query in listed["queries"]} == set(catalogue.query_names())
    assert "no medical advice" in listed["notice"]
    answer = client.get("/api/queries/foods-by-nutrient", params={"nutrient": "magnesium"})
    body = answer.json()
    assert body["columns"][:2] == ["nutrient", "food"]
    assert {row["nutrient"] for row in body["rows"]} == {"https://w3id.org/twitchkg/id/magnesium"}
    assert "no medical advice" in body["notice"]
    as_csv = client.get("/api/queries/foods-by-nutrient?nutrient=magnesium&format=csv")
    assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
    assert len(list(csv.DictReader(io.StringIO(as_csv.text)))) == len(body["rows"])


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/api/queries/foods-by-nutriment", 404, "foods-by-nutrient"),
        ("/api/queries/foods-by-nutrient?colour=red", 400, "no parameter 'colour'"),
        ("/api/queries/foods-by-nutrient?nutrient=magnesum-oxide-x", 404, "No entity"),
        ("/api/queries/foods-by-nutrient?nutrient=iron&nutrient=zinc", 400, "given twice"),
        ("/api/queries/foods-by-nutrient?format=xlsx", 400, "json or csv"),
        ("/api/queries/foods-by-nutrient?format=", 400, "json or csv"),
        ("/api/queries/../../etc", 404, ""),
        ("/nothing", 404, "nothing at"),
    ],
)
def test_problems_of_the_api(client: httpx.Client, path: str, status: int, words: str) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert words in answer.json()["detail"]


def test_the_api_says_what_it_offers(client: httpx.Client) -> None:
    answer = client.get("/api/queries/foods-by-nutrient", headers={"Accept": "image/png"})
    assert answer.status_code == 406


def test_openapi_names_every_query() -> None:
    """The times of a server of its own are the usual ones, for machines that compute slowly."""
    with (
        serving("--workers", "1") as server,
        httpx.Client(base_url=server.url, timeout=60) as client,
    ):
        every_query_is_described(client)


def every_query_is_described(client: httpx.Client) -> None:
    described = client.get("/api/openapi.json").json()
    assert described["openapi"].startswith("3.1")
    paths = {f"/api/queries/{name}" for name in catalogue.query_names()} | {"/api/queries"}
    assert set(described["paths"]) == paths
    for path in sorted(paths - {"/api/queries"})[::10]:
        operation = described["paths"][path]["get"]
        rows = client.get(path).json()["rows"]
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        columns = schema["properties"]["rows"]["items"]["properties"]
        kinds = {"string": str, "integer": int, "number": float, "boolean": bool}
        for row in rows:
            assert set(row) == set(columns)
            for name, value in row.items():
                kind = kinds[columns[name]["type"][0]]
                assert value is None or isinstance(value, kind), (path, name, value)


def test_the_context_of_the_exports_is_served(client: httpx.Client) -> None:
    answer = client.get("/context.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert "@context" in answer.json()


def test_an_answer_need_not_be_fetched_twice(client: httpx.Client) -> None:
    first = client.get("/api/queries")
    again = client.get("/api/queries", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""


def test_passing_answers_are_not_kept(client: httpx.Client) -> None:
    answers = {ask(client, "SELECT (STRUUID() AS ?x) {}").text for _ in range(3)}
    assert len(answers) == 3


def test_the_log_tells_of_requests_and_no_queries(server: Server, client: httpx.Client) -> None:
    ask(client, 'SELECT ("secret question" AS ?x) {}')
    time.sleep(0.2)
    last = [event for event in server.log if event["event"] == "request"][-1]
    assert (last["method"], last["path"], last["status"]) == ("POST", "/sparql", 200)
    assert {"time", "ms", "bytes"} <= set(last)
    assert not [event for event in server.log if "secret" in str(event)]


def test_the_server_stops_gracefully() -> None:
    with serving("--workers", "1", "--timeout", "3") as server:
        client = httpx.Client(base_url=server.url, timeout=30)
        with concurrent.futures.ThreadPoolExecutor() as threads:
            under_way = threads.submit(ask, client, RUNAWAY)
            time.sleep(0.5)
            children = _children(server.process.pid)
            server.process.send_signal(signal.SIGTERM)
            assert under_way.result().status_code == 504  # it had its time
        assert server.process.wait(30) in (0, -signal.SIGTERM)
        client.close()
    assert not [pid for pid in children if _is_alive(pid)]
    assert server.log[-1]["event"] == "stopped"


def test_children_end_with_a_killed_server() -> None:
    with serving("--workers", "2") as server:
        children = _children(server.process.pid)
        assert children
        server.process.kill()
        server.process.wait(10)
        for _ in range(50):
            if not [pid for pid in children if _is_alive(pid)]:
                break
            time.sleep(0.1)
        assert not [pid for pid in children if _is_alive(pid)]


def test_who_comes_before_the_workers_waits() -> None:
    """From the moment that the log tells the address, nobody is refused."""
    command = [sys.executable, "-m", "twitchkg", "serve", "--port", "0", "--log", "json"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr is not None
            first = json.loads(process.stderr.readline())
            assert first["event"] == "listening"
            answer = httpx.get(f"{first['address']}health", timeout=60)
            assert answer.status_code == 200
            assert json.loads(process.stderr.readline())["event"] == "ready"
        finally:
            process.terminate()
            process.wait(30)


def test_a_port_in_use_is_one_clear_line() -> None:
    with serving("--workers", "1") as server:
        port = server.url.rpartition(":")[2]
        with pytest.raises(AssertionError) as caught, serving("--port", port):
            pass
    assert f"port {port}: it is in use" in str(caught.value)
    assert "Traceback" not in str(caught.value)
