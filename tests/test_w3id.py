"""The redirect rules for w3id.org: every IRI leads to its own path, by reading and by Apache."""

from __future__ import annotations

import http.client
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import apache
import httpx
import pytest
import rdflib
from serving import serving

from twitchkg.graph import KnowledgeGraph
from twitchkg.namespaces import BASE, ONTOLOGY
from twitchkg.resources import data_version
from twitchkg.server import description, linked

RULES: list[tuple[str, str, str]] = re.findall(
    r"^RewriteRule (\S+) (\S+) \[(.+)\]$",
    (Path(__file__).parent.parent / "w3id" / ".htaccess").read_text(encoding="utf-8"),
    re.M,
)


def target(path: str) -> str:
    """Where the rules of a folder send the rest of a path."""
    host = next(flags.removeprefix("E=TWITCHKG:") for _, to, flags in RULES if to == "-")
    for pattern, to, flags in RULES:
        found = re.search(pattern, path)
        if found and to != "-":
            assert flags == "R=303,L"
            put: str = to.replace("%{ENV:TWITCHKG}", "").replace(
                "$1", found[1] if "$1" in to else ""
            )
            assert host.startswith("https://")
            return put
    raise AssertionError(path)


def test_every_iri_leads_to_a_path_that_the_server_answers(kg: KnowledgeGraph) -> None:
    rows = kg.query(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{ONTOLOGY}")) }}')
    iris = {str(row["s"]).partition("#")[0] for row in rows} | {f"{ONTOLOGY}/0.1.0"}
    assert len(iris) > 5000
    routes = [re.compile(pattern) for pattern, _ in (*linked.ROUTES, *description.ROUTES)]
    for iri in iris:
        path = iri.removeprefix(ONTOLOGY).removeprefix("/")
        assert target(path) == ("/" + path if path else "/ontology")
        assert any(route.fullmatch(target(path)) for route in routes), iri


def test_versions_and_endings_are_kept() -> None:
    assert target("0.1.0") == target("0.1.0/") == "/0.1.0"
    assert target("0.1.0.ttl") == "/0.1.0.ttl"
    assert target("id/caffeine.nt") == "/id/caffeine.nt"


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Apache with the rules as they stand in the project."""
    with apache.redirecting() as found:
        yield found


class Apache:
    """One connection that asks for paths as they are, and follows nothing."""

    def __init__(self, address: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)

    def ask(self, path: str, method: str = "GET") -> tuple[int, str | None]:
        """The status, and where the answer leads."""
        self.connection.request(method, path, headers={"Host": "w3id.org"})
        answer = self.connection.getresponse()
        answer.read()
        assert len(answer.headers.get_all("Location", [])) <= 1
        assert answer.getheader("Set-Cookie") is None
        return answer.status, answer.getheader("Location")


@pytest.fixture
def w3id(address: str) -> Iterator[Apache]:
    asked = Apache(address)
    yield asked
    asked.connection.close()


def test_apache_sends_every_iri_to_its_own_path(kg: KnowledgeGraph, w3id: Apache) -> None:
    rows = kg.query(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}")) }}')
    paths = {str(row["s"]).removeprefix(ONTOLOGY).partition("#")[0] for row in rows}
    # Graphs and shapes are named outside of the default graph, and a version by the ontology.
    graphs = kg.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    paths |= {str(row["g"]).removeprefix(ONTOLOGY) for row in graphs}
    paths |= {"/shapes/" + name for name in linked._names(kg, "shapes")} | {"/0.1.0"}
    paths = {path for path in paths if path}
    assert {path.split("/")[1] for path in paths} == {*linked._FAMILIES, "0.1.0"}
    assert len(paths) > 5000
    for path in sorted(paths):
        assert w3id.ask(f"/twitchkg{path}") == (303, apache.HOST + path)


def test_apache_sends_the_ontology_and_its_versions_on(w3id: Apache) -> None:
    # The folder's own slash comes first, from Apache itself, and leaves the registry nowhere.
    assert w3id.ask("/twitchkg") == (301, "http://w3id.org/twitchkg/")
    assert w3id.ask("/twitchkg?a=b") == (301, "http://w3id.org/twitchkg/?a=b")
    assert w3id.ask("/twitchkg/") == (303, f"{apache.HOST}/ontology")
    assert w3id.ask("/twitchkg/", "HEAD") == (303, f"{apache.HOST}/ontology")
    for asked, path in (
        ("0.1.0", "0.1.0"),
        ("0.1.0/", "0.1.0"),
        ("0.1.0.ttl", "0.1.0.ttl"),
        ("10.20.30.jsonld", "10.20.30.jsonld"),
        ("id/caffeine.nt", "id/caffeine.nt"),
        ("ontology.ttl", "ontology.ttl"),
        ("ontology/", "ontology/"),
        ("no-family/x", "no-family/x"),  # the server says what there is instead
        (".htaccess", ".htaccess"),
    ):
        assert w3id.ask(f"/twitchkg/{asked}") == (303, f"{apache.HOST}/{path}")


@pytest.mark.parametrize(
    "query", ["a=b", "a=b%20c&d=%23&e=%2F%3F", "x=1+2,3%2C4", "format=a%0d%0aB"]
)
@pytest.mark.parametrize(
    ("asked", "path"), [("", "ontology"), ("0.1.0", "0.1.0"), ("id/x", "id/x")]
)
def test_apache_keeps_the_query_string(w3id: Apache, asked: str, path: str, query: str) -> None:
    assert w3id.ask(f"/twitchkg/{asked}?{query}") == (303, f"{apache.HOST}/{path}?{query}")


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("source/000%23char=93,142", "source/000%23char=93,142"),
        # Apache decodes a path before the rules see it, and encodes again what must be.
        ("source/000%23char=93%2C142", "source/000%23char=93,142"),
        ("id/a%20b", "id/a%20b"),
        ("id/100%25", "id/100%25"),
        ("id/%2523", "id/%2523"),
        ("id/%C3%A9", "id/%c3%a9"),
        ("id/%22%3C%3E%5E%60%7B%7C%7D", "id/%22%3c%3e%5e%60%7b%7c%7d"),
        ("id/a+b&c;d=e:f~'(x)*!$1", "id/a+b&c;d=e:f~'(x)*!$1"),
        ("%25{ENV:TWITCHKG}", "%25%7bENV:TWITCHKG%7d"),
    ],
)
def test_apache_keeps_what_is_percent_encoded(w3id: Apache, asked: str, sent: str) -> None:
    assert unquote(asked) == unquote(sent)
    assert w3id.ask(f"/twitchkg/{asked}") == (303, f"{apache.HOST}/{sent}")


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("//evil.example", 404),
        ("//evil.example/twitchkg", 404),
        ("/twitchkg.evil.example", 404),
        ("/twitchkg@evil.example", 404),
        ("/twitchkg/../evil", 404),
        ("/twitchkg/id/../../evil", 404),
        ("/twitchkg/%2e%2e/evil", 404),
        ("/twitchkg/%2F%2Fevil.example/", 404),  # a slash that is encoded
        ("/twitchkg/id/x%00y", 404),
        ("/twitchkg/id/a%3Fb=c", 403),  # a question mark that would begin a query
        ("/twitchkg//evil.example/", "/evil.example/"),
        ("/twitchkg///evil.example/", "/evil.example/"),
        ("//twitchkg//evil.example", "/evil.example"),
        ("/twitchkg/https://evil.example/", "/https:/evil.example/"),
        ("/twitchkg/@evil.example", "/@evil.example"),
        ("/twitchkg/.evil.example", "/.evil.example"),
        ("/twitchkg/:80@evil.example", "/:80@evil.example"),
        ("/twitchkg/\\\\evil.example", "/%5c%5cevil.example"),
        ("/twitchkg/%5C%5Cevil.example", "/%5c%5cevil.example"),
        ("/twitchkg/%0d%0aSet-Cookie:a=b", "/%0d%0aSet-Cookie:a=b"),
        (
            "/twitchkg/id/x%0d%0aLocation:%20https://evil.example",
            "/id/x%0d%0aLocation:%20https:/evil.example",
        ),
    ],
)
def test_apache_sends_no_path_to_another_host(w3id: Apache, path: str, answer: int | str) -> None:
    status, location = w3id.ask(path)
    if isinstance(answer, int):
        assert (status, location) == (answer, None)
    else:
        assert (status, location) == (303, apache.HOST + answer)
        assert urlsplit(location).netloc == urlsplit(apache.HOST).netloc


def test_from_the_registry_to_the_graph_and_its_triples() -> None:
    with serving() as server, apache.redirecting(server.url) as address:
        client = httpx.Client(follow_redirects=True, timeout=60)
        with client:
            for asked, path, hops in (
                ("/id/myokymia", "/id/myokymia", [303]),
                ("", "/ontology", [301, 303]),
                (f"/{data_version()}/", f"/{data_version()}", [303]),
                ("/claim/000-0001", "/claim/000-0001", [303]),
                ("/source/000%23char=93,142", "/source/000%23char=93,142", [303]),
            ):
                answer = client.get(f"{address}/twitchkg{asked}", headers={"Accept": "text/turtle"})
                assert [hop.status_code for hop in answer.history] == hops, asked
                assert str(answer.url) == server.url + path
                assert (answer.status_code, answer.headers["Content-Type"]) == (
                    200,
                    "text/turtle; charset=utf-8",
                )
                iri = ONTOLOGY + ("" if path == "/ontology" else unquote(path))
                found = rdflib.Graph().parse(data=answer.text, format="turtle")
                assert rdflib.URIRef(iri) in found.all_nodes(), asked
            page = client.get(f"{address}/twitchkg/id/myokymia", headers={"Accept": "text/html"})
            assert page.headers["Content-Type"] == "text/html; charset=utf-8"
            nothing = client.get(f"{address}/twitchkg/no-family/x")
            assert [hop.status_code for hop in nothing.history] == [303]
            assert nothing.status_code == 404
