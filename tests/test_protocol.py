"""The SPARQL 1.1 Protocol for queries, over HTTP, against a small dataset.

The cases are those of the W3C's protocol tests for queries, by their names, and what it says of
datasets, methods and status codes besides.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import httpx
import pyoxigraph as ox
import pytest
import rdflib
from serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATA = "http://example.org/data"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DIRECT = {"Content-Type": "application/sparql-query"}
CODE = """
import sys
import pyoxigraph as ox
from twitchkg.server import run

store = ox.Store(sys.argv[1])
for n in (1, 2, 3):
    name = ox.NamedNode(f"http://example.org/data{n}.rdf")
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    store.add(ox.Quad(name, kind, ox.NamedNode("http://example.org/Document"), name))
store.flush()
del store
run.serve(sys.argv[1], run.Options(port=0, workers=2, log="json"))
"""


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder: Path = tmp_path_factory.mktemp("dataset") / "store"
    with serving(str(folder), code=CODE) as server, httpx.Client(base_url=server.url) as client:
        yield client


def yes(response: httpx.Response) -> bool:
    """What an ASK was answered with."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/sparql-results+json"
    answer: bool = json.loads(response.text)["boolean"]
    return answer


def test_query_get(client: httpx.Client) -> None:
    assert yes(client.get("/sparql", params={"query": "ASK {}"}))


def test_query_post_form(client: httpx.Client) -> None:
    assert yes(client.post("/sparql", data={"query": "ASK {}"}))


def test_query_post_direct(client: httpx.Client) -> None:
    assert yes(client.post("/sparql", content="ASK {}", headers=DIRECT))


@pytest.mark.parametrize("method", ["get", "form", "direct"])
def test_query_dataset(client: httpx.Client, method: str) -> None:
    def ask(query: str, **dataset: list[str]) -> httpx.Response:
        params = {name.replace("_", "-") + "-graph-uri": uris for name, uris in dataset.items()}
        if method == "get":
            return client.get("/sparql", params={"query": query, **params})
        if method == "form":
            return client.post("/sparql", data={"query": query, **params})
        return client.post("/sparql", params=params, content=query, headers=DIRECT)

    one, two, three = (f"{DATA}{n}.rdf" for n in (1, 2, 3))
    # default-graph, default-graphs
    assert yes(ask(f"ASK {{ <{one}> ?p ?o }}", default=[one]))
    assert not yes(ask(f"ASK {{ <{two}> ?p ?o }}", default=[one]))
    assert yes(ask(f"ASK {{ <{one}> ?p ?o . <{two}> ?p ?o }}", default=[one, two]))
    assert not yes(ask("ASK { GRAPH ?g { ?s ?p ?o } }", default=[one]))
    # named-graphs: those two, and an empty default graph
    assert yes(ask(f"ASK {{ GRAPH <{one}> {{ ?s ?p ?o }} }}", named=[one, two]))
    assert not yes(ask(f"ASK {{ GRAPH <{three}> {{ ?s ?p ?o }} }}", named=[one, two]))
    assert not yes(ask("ASK { ?s ?p ?o }", named=[one]))
    # full
    answer = ask(
        "SELECT ?g ?x ?s { ?x ?y ?o GRAPH ?g { ?s ?p ?o } } ORDER BY ?g",
        default=[three],
        named=[one, two],
    )
    rows = answer.json()["results"]["bindings"]
    assert [(row["g"]["value"], row["x"]["value"]) for row in rows] == [(one, three), (two, three)]
    # multiple: the protocol's dataset takes the place of the query's
    assert not yes(ask(f"ASK FROM <{one}> {{ <{one}> ?p ?o }}", default=[two]))
    assert yes(ask(f"ASK FROM <{one}> {{ <{two}> ?p ?o }}", default=[two]))
    assert yes(ask(f"ASK FROM <{one}> {{ <{one}> ?p ?o }}"))


def test_query_content_type_select(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": "SELECT (1 AS ?value) {}"})
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert answer.json()["results"]["bindings"][0]["value"]["value"] == "1"


@pytest.mark.parametrize("query", ["DESCRIBE <http://example.org/>", "CONSTRUCT {<s> <p> 1} {}"])
def test_query_content_type_graph(client: httpx.Client, query: str) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    read = rdflib.Graph().parse(data=answer.text, format="turtle")
    subjects = {str(subject) for subject in read.subjects()}
    # Relative IRIs are relative to the endpoint.
    assert subjects == (
        {f"{client.base_url}/s".replace("//s", "/s")} if "CONSTRUCT" in query else set()
    )


@pytest.mark.parametrize(
    ("accept", "type_"),
    [
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv; charset=utf-8"),
        ("text/tab-separated-values", "text/tab-separated-values; charset=utf-8"),
        ("application/json", "application/json"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.8", "application/sparql-results+xml"),
        ("*/*;q=0.1, text/csv", "text/csv; charset=utf-8"),
        ("text/html, application/xml;q=0.9, */*;q=0.8", "application/xml"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
        ("", "application/sparql-results+json"),
    ],
)
def test_negotiation_of_rows(client: httpx.Client, accept: str, type_: str) -> None:
    answer = client.get(
        "/sparql", params={"query": "SELECT (1 AS ?x) {}"}, headers={"Accept": accept}
    )
    assert (answer.status_code, answer.headers["content-type"]) == (200, type_)
    if "xml" in type_:
        ElementTree.fromstring(answer.text)


@pytest.mark.parametrize(
    "type_",
    [
        "text/turtle",
        "application/n-triples",
        "application/ld+json",
        "application/rdf+xml",
        "application/trig",
    ],
)
def test_negotiation_of_graphs(client: httpx.Client, type_: str) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{DATA}1.rdf> {{ ?s ?p ?o }} }}"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": type_})
    assert answer.headers["content-type"].partition(";")[0] == type_
    format_ = ox.RdfFormat.from_media_type(type_)
    assert len(list(ox.parse(answer.content, format=format_))) == 1


def test_a_type_that_does_not_fit_is_not_acceptable(client: httpx.Client) -> None:
    for query, accept in (
        ("ASK {}", "text/csv"),
        ("SELECT * {}", "text/turtle"),
        ("DESCRIBE <http://example.org/>", "text/csv"),
        ("ASK {}", "image/png"),
    ):
        answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
        assert answer.status_code == 406, (query, accept)
        assert "This answer can be had as" in answer.text


def test_the_format_can_stand_in_the_address(client: httpx.Client) -> None:
    answer = client.get("/sparql", params={"query": "SELECT (1 AS ?x) {}", "format": "csv"})
    assert answer.text == "x\r\n1\r\n"
    answer = client.get("/sparql", params={"query": "ASK {}", "format": "word"})
    assert answer.status_code == 400
    assert "json, xml, csv" in answer.text


@pytest.mark.parametrize(
    ("name", "request_", "status", "words"),
    [
        ("bad_query_method", {"method": "PUT", "params": {"query": "ASK {}"}}, 405, "GET"),
        (
            "bad_multiple_queries",
            {"params": {"query": ["ASK {}", "SELECT * {}"]}},
            400,
            "more than one query",
        ),
        (
            "bad_query_wrong_media_type",
            {"method": "POST", "content": "ASK {}", "headers": {"Content-Type": "text/plain"}},
            415,
            "text/plain",
        ),
        (
            "bad_query_missing_form_type",
            {"method": "POST", "content": "query=ASK%20%7B%7D"},
            415,
            "no Content-Type",
        ),
        (
            "bad_query_missing_direct_type",
            {"method": "POST", "content": "ASK {}"},
            415,
            "no Content-Type",
        ),
        (
            "bad_query_non_utf8",
            {
                "method": "POST",
                "content": "ASK {}".encode("utf-16"),
                "headers": {"Content-Type": "application/sparql-query; charset=UTF-16"},
            },
            415,
            "UTF-16",
        ),
        (
            "undeclared non-utf8",
            {"method": "POST", "content": "ASK {}".encode("utf-16"), "headers": DIRECT},
            400,
            "byte 0 is 0xff",
        ),
        ("bad_query_syntax", {"params": {"query": "ASK {"}}, 400, "line 1, column 6"),
        ("no query", {"params": {"default-graph-uri": DATA}}, 400, "no query"),
        ("no form query", {"method": "POST", "content": "", "headers": FORM}, 400, "no query"),
        ("bad_update_get", {"params": {"update": "CLEAR ALL"}}, 403, "read-only"),
        (
            "update form",
            {"method": "POST", "data": {"update": "CLEAR ALL"}},
            403,
            "read-only",
        ),
        (
            "update direct",
            {
                "method": "POST",
                "content": "CLEAR ALL",
                "headers": {"Content-Type": "application/sparql-update"},
            },
            403,
            "read-only",
        ),
        ("update as query", {"params": {"query": "CLEAR ALL"}}, 403, "CLEAR is a SPARQL update"),
        ("load", {"params": {"query": "LOAD <http://127.0.0.1/>"}}, 403, "LOAD is a SPARQL update"),
        (
            "relative graph",
            {"params": {"query": "ASK {}", "default-graph-uri": "data"}},
            400,
            "no absolute IRI",
        ),
        (
            "hostile graph",
            {"params": {"query": "ASK {}", "named-graph-uri": "http://x/> {} SERVICE <y"}},
            400,
            "no absolute IRI",
        ),
        (
            "unknown graph",
            {"params": {"query": "ASK {}", "default-graph-uri": "http://example.org/x"}},
            403,
            "none is fetched",
        ),
        (
            "remote FROM",
            {"params": {"query": "PREFIX e: <http://example.org/> ASK FROM NAMED e:x {}"}},
            403,
            "<http://example.org/x>",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)
def test_bad_requests(
    client: httpx.Client, name: str, request_: dict[str, object], status: int, words: str
) -> None:
    answer = client.request(**{"method": "GET", "url": "/sparql", **request_})  # type: ignore[arg-type]
    assert (answer.status_code, name) == (status, name), answer.text
    assert words in answer.text
    assert answer.text.count("\n") == 1  # one clear line
    assert "Traceback" not in answer.text
    if status == 405:
        assert answer.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_head_has_the_headers_of_get(client: httpx.Client) -> None:
    params = {"query": "SELECT (1 AS ?x) {}"}
    got, head = client.get("/sparql", params=params), client.head("/sparql", params=params)
    assert head.status_code == 200
    assert head.content == b""
    for name in ("content-type", "content-length", "access-control-allow-origin"):
        assert head.headers[name] == got.headers[name]


def test_options_and_cross_origin_requests(client: httpx.Client) -> None:
    asked = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    answer = client.options("/sparql", headers=asked)
    assert answer.status_code == 204
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert "Content-Type" in answer.headers["access-control-allow-headers"]
    assert answer.headers["access-control-allow-origin"] == "*"
    got = client.get("/sparql", params={"query": "ASK {}"}, headers=asked)
    assert got.headers["access-control-allow-origin"] == "*"
    assert got.headers["vary"] == "Accept"
