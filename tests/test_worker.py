"""The child process of the server by itself: messages in, answers out, and its end."""

from __future__ import annotations

import contextlib
import csv
import json
import pickle
import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest
import rdflib

from twitchkg import store
from twitchkg.namespaces import PREFIXES
from twitchkg.server.messages import Request, Response
from twitchkg.server.protocol import Query
from twitchkg.server.worker import HEADER, Limits

LIMITS = Limits(rows=10)
ASK = Query("ASK { ?claim a twk:Claim }", "application/sparql-results+json")


class Front:
    """What stands at the other end of a worker's socket."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.stream = channel.makefile("rb")

    def tell(self, *messages: Query | Request | bytes) -> None:
        """Send messages in one piece."""
        parts = [pickle.dumps(message) for message in messages]
        self.channel.sendall(b"".join(HEADER.pack(len(part)) + part for part in parts))

    def hear(self) -> Response:
        """The next answer."""
        sizes = [HEADER.unpack(self.stream.read(HEADER.size))[0] for _ in range(2)]
        status, type_, headers = pickle.loads(self.stream.read(sizes[0]))
        return Response(status, type_, self.stream.read(sizes[1]), headers)

    def ask(self, message: Query | Request) -> Response:
        """The answer to one message."""
        self.tell(message)
        return self.hear()


@contextlib.contextmanager
def started(read: bytes = b"") -> Iterator[tuple[Front, subprocess.Popen[bytes], bytes]]:
    """A worker that is ready, and what it read."""
    ours, theirs = socket.socketpair()
    ours.settimeout(120)
    with store.to_serve(()) as folder, ours:
        with theirs:
            arguments = [str(theirs.fileno()), folder, *map(str, LIMITS)]
            process = subprocess.Popen(
                [sys.executable, "-m", "twitchkg.server.worker", *arguments],
                pass_fds=[theirs.fileno()],
            )
        front = Front(ours)
        front.tell(read)
        ready = front.hear()
        assert ready._replace(body=b"") == Response(200, "", b"")
        yield front, process, ready.body
        ours.close()
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def worker() -> Iterator[tuple[Front, subprocess.Popen[bytes], bytes]]:
    with started() as made:
        yield made


@pytest.fixture
def front(worker: tuple[Front, subprocess.Popen[bytes], bytes]) -> Front:
    return worker[0]


def test_a_worker_takes_over_what_another_has_read(
    worker: tuple[Front, subprocess.Popen[bytes], bytes],
) -> None:
    """The same pages, from one that need not read the graph again."""
    one, _, read = worker
    labels = pickle.loads(read)[0][0]["labels"]
    label = labels["https://w3id.org/twitchkg/id/myokymia"]
    pages = [Request(path, accept="text/html") for path in ("/", "/id/myokymia", "/disagreements")]
    with started(read) as (other, _, more):
        assert more == b""
        assert [other.ask(page) for page in pages] == [one.ask(page) for page in pages]
    labels["https://w3id.org/twitchkg/id/myokymia"] = "something else"
    changed = pickle.dumps(((({"labels": labels}), set()), {}))
    with started(changed) as (other, *_):
        named = [front.ask(pages[1]).body.decode() for front in (one, other)]
    assert f"<h1>{label}" in named[0].replace("\n", "")
    assert "something else" in named[1], "what it was given was not used"


def test_answers_come_in_the_order_of_messages_sent_together(front: Front) -> None:
    front.tell(ASK, Request("/iri", (("iri", "https://w3id.org/nowhere"),)), ASK)
    answers = [front.hear() for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 404, 200]
    assert json.loads(answers[2].body)["boolean"] is True


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (Query("SELECT * { ?s ?p ?o"), 400),
        (Query("SELECT " + "(" * 100_000), 400),
        (Query("INSERT DATA { twd:a twd:b twd:c }"), 403),
        (Query("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"), 403),
        (Query("ASK FROM twd:nobody { ?s ?p ?o }"), 403),
        (Query("PREFIX x: <http://127.0.0.1:9/> ASK FROM NAMED x:y { ?s ?p ?o }"), 403),
        (Query("ASK { ?s ?p ?o }", "image/png"), 406),
        (Query("SELECT * { ?s ?p ?o }"), 422),
    ],
)
def test_what_is_wrong_with_a_query_is_said_as_text(
    front: Front, query: Query, status: int
) -> None:
    answer = front.ask(query)
    assert (answer.status, answer.content_type) == (status, "text/plain; charset=utf-8")
    assert answer.body.endswith(b".\n")
    assert b"Traceback" not in answer.body


def test_a_page_can_open_files_again_after_a_query(front: Front) -> None:
    """No file can be opened while a stranger's query runs; the page after it needs some."""
    assert front.ask(ASK).status == 200
    page = front.ask(Request("/", accept="text/html"))
    assert (page.status, page.content_type) == (200, "text/html; charset=utf-8")


FOODS = "/api/queries/foods-by-nutrient"
MAGNESIUM = ("nutrient", "magnesium")


def test_a_named_query_gives_the_same_rows_in_each_format(front: Front) -> None:
    as_json = front.ask(Request(FOODS, (MAGNESIUM,), "application/json"))
    as_csv = front.ask(Request(FOODS, (MAGNESIUM, ("format", "csv"))))
    as_results = front.ask(Request(FOODS, (MAGNESIUM,), "application/sparql-results+json"))
    rows = json.loads(as_json.body)["rows"]
    assert rows
    assert as_csv.content_type == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(as_csv.body.decode().splitlines()))
    assert [row["food"] for row in lines] == [row["food"] for row in rows]
    bindings = json.loads(as_results.body)["results"]["bindings"]
    assert [row["food"]["value"] for row in bindings] == [row["food"] for row in rows]


@pytest.mark.parametrize(
    ("request_", "status", "told"),
    [
        (Request(FOODS, (("format", "xlsx"),)), 400, "Use json or csv."),
        (Request(FOODS, (MAGNESIUM, MAGNESIUM)), 400, "given twice"),
        (Request(FOODS, (("colour", "red"),)), 400, "no parameter 'colour'"),
        (Request(FOODS, accept="image/png"), 406, "text/csv"),
        (Request(FOODS + "x"), 404, "foods-by-nutrient"),
    ],
)
def test_what_is_wrong_with_a_call_is_a_problem_in_json(
    front: Front, request_: Request, status: int, told: str
) -> None:
    answer = front.ask(request_)
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    problem = json.loads(answer.body)
    assert problem["status"] == status
    assert told in answer.body.decode()


def test_the_api_is_described_query_by_query(front: Front) -> None:
    base = "https://example.org"
    listed = json.loads(front.ask(Request("/api/queries", base=base)).body)["queries"]
    described = json.loads(front.ask(Request("/api/openapi.json", base=base)).body)
    assert described["servers"] == [{"url": base}]
    for query in listed:
        assert query["url"] == f"{base}/api/queries/{query['name']}"
        told = described["paths"][f"/api/queries/{query['name']}"]["get"]
        names = [column["name"] for column in query["parameters"]]
        assert [parameter["name"] for parameter in told["parameters"]] == [*names, "format"]


def test_the_context_of_the_exports_can_be_had(front: Front) -> None:
    answer = front.ask(Request("/context.jsonld"))
    assert (answer.status, answer.content_type) == (200, "application/ld+json")
    assert json.loads(answer.body)["@context"]["twk"] == PREFIXES["twk"]


def test_what_is_not_there_leads_to_the_start(front: Front) -> None:
    answer = front.ask(Request("/nowhere", accept="application/json", base="https://example.org"))
    assert answer.status == 404
    assert "Start at https://example.org/." in json.loads(answer.body)["detail"]


@pytest.mark.parametrize("path", ["/sparql", "/.well-known/void"])
def test_service_and_dataset_name_the_address_that_was_asked(front: Front, path: str) -> None:
    answer = front.ask(Request(path, accept="application/n-triples", base="https://example.org"))
    assert (answer.status, answer.content_type) == (200, "application/n-triples")
    triples = rdflib.Graph().parse(answer.body, format="nt")
    assert rdflib.URIRef("https://example.org/sparql") in set(triples.objects())


def test_it_ends_in_peace_when_the_front_has_gone(
    worker: tuple[Front, subprocess.Popen[bytes], bytes],
) -> None:
    front, process, _ = worker
    front.ask(Request("/", accept="text/html"))
    front.channel.shutdown(socket.SHUT_WR)
    assert process.wait(60) == 0
