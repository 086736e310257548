"""The pages for people: what stands on them, and what never does."""

from __future__ import annotations

import html
import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

import twitchkg
from twitchkg.graph import NOTICE
from twitchkg.namespaces import BASE, TWD
from twitchkg.server import pages, site
from twitchkg.server.messages import Request
from twitchkg.server.pages.known import href, known

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Response

HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{7*7}}${7*7}"
MAIN = (
    *("/", "/search?q=twiching+eyelid", "/browse", "/about", "/disagreements", "/compare"),
    *("/compare?topic=stress", "/compare?topic=has+outlook", "/doctor", "/doctor?sign=weakness"),
    *("/foods", "/neighbourhood?id=magnesium", "/queries", "/queries/outlook", "/query", "/editor"),
    *("/id/muscle-twitching", "/id/harmless", "/id/magnesium", "/claim/000-0042", "/source/003"),
    *("/ontology/canCause", "/graph/schema"),
)


@pytest.fixture(scope="module")
def graph() -> KnowledgeGraph:
    return twitchkg.load()


def ask(graph: KnowledgeGraph, address: str, *params: tuple[str, str]) -> Response:
    from urllib.parse import parse_qsl

    path, _, query = address.partition("?")
    return site.respond(graph, Request(path, (*parse_qsl(query), *params), "text/html"))


class Elements(HTMLParser):
    """Every start tag of a page with its attributes, and the text of its data blocks."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.data: list[str] = []
        self._in_data = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        self._in_data = values.get("type") == "application/ld+json"

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data.append(data)


def read(response: Response) -> str:
    return response.body.decode()


@pytest.mark.parametrize("address", MAIN)
def test_every_page_has_notice_and_language_and_nothing_inline(
    graph: KnowledgeGraph, address: str
) -> None:
    response = ask(graph, address)
    text = read(response)
    assert (response.status, response.content_type) == (200, "text/html; charset=utf-8")
    assert NOTICE.replace("'", "&#39;") in text
    assert '<html lang="en">' in text
    assert 'href="#main"' in text
    elements = Elements(text)
    assert [tag for tag, _ in elements.tags].count("h1") == 1
    for tag, attributes in elements.tags:
        assert not {"style", "onclick", "onload", "onerror"} & set(attributes), (tag, attributes)
        if tag == "script" and attributes.get("type") != "application/ld+json":
            assert attributes["src"].startswith("/assets/")
        if tag in ("link", "img", "script") and not attributes.get("type", "").endswith("json"):
            assert attributes.get("href", attributes.get("src", "")).startswith("/assets/")
    ids = [attributes["id"] for _, attributes in elements.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for block in elements.data:
        assert json.loads(block)["@context"] == "https://schema.org"


def test_pages_of_things_carry_json_ld(graph: KnowledgeGraph) -> None:
    for address in ("/", "/id/myokymia", "/claim/000-0042", "/source/000", "/ontology/canCause"):
        (block,) = Elements(read(ask(graph, address))).data
        assert json.loads(block)["@id"]


def test_red_flags_stand_beside_every_outlook_of_every_entity(graph: KnowledgeGraph) -> None:
    about = known(graph)
    flag = about.flags[0].sentence
    seen = 0
    for iri in sorted(about.kinds):
        text = read(pages.resource(graph, Request("/"), iri))
        names_outlook = any(f'href="{href(one)}"' in text for one in about.outlooks)
        if names_outlook or re.search("harmless|benign|outlook", text.split("<main")[1], re.I):
            seen += 1
            assert 'class="red-flags"' in text, iri
            assert flag in text, iri
            assert text.count('id="red-flags"') == 1, iri
    assert seen > 10


@pytest.mark.parametrize(
    "address",
    ["/compare?topic=harmless", "/queries/outlook", "/search?q=harmless", "/browse?kind=outlook"],
)
def test_red_flags_stand_on_every_other_page_that_names_an_outlook(
    graph: KnowledgeGraph, address: str
) -> None:
    text = read(ask(graph, address))
    assert 'class="red-flags"' in text
    assert known(graph).flags[0].sentence in text


def test_links_lead_somewhere(graph: KnowledgeGraph) -> None:
    known_paths: dict[str, int] = {}
    for address in ("/", "/browse", "/id/myokymia", "/claim/000-0042", "/queries", "/compare"):
        for tag, attributes in Elements(read(ask(graph, address))).tags:
            link = attributes.get("href", "")
            if tag == "a" and link.startswith("/") and not link.startswith(("/sparql", "/assets")):
                known_paths.setdefault(link.partition("#")[0], 0)
    sample = sorted(known_paths)[::7]
    assert len(sample) > 50
    for link in sample:
        assert ask(graph, link).status == 200, link


def test_each_mark_leads_to_a_place_on_the_page_of_its_document(graph: KnowledgeGraph) -> None:
    elements = Elements(read(ask(graph, "/id/myokymia")))
    marks = [a["href"] for t, a in elements.tags if t == "a" and "mark" in a.get("class", "")]
    assert marks
    for mark in marks:
        path, _, fragment = mark.partition("#")
        assert f'id="{fragment}"' in read(ask(graph, path)), mark


@pytest.mark.parametrize("name", ["q", "topic", "sign", "more", "query", "kind", "id", "nutrient"])
def test_hostile_text_is_never_markup(graph: KnowledgeGraph, name: str) -> None:
    for path in ("/search", "/compare", "/doctor", "/query", "/browse", "/neighbourhood", "/foods"):
        text = read(ask(graph, path, (name, HOSTILE)))
        assert "<script>alert" not in text
        assert "<img" not in text
        assert "49" not in re.findall(r'value="([^"]*)', text)
    assert "<img" not in read(ask(graph, f"/id/{HOSTILE}"))
    assert "<img" not in read(ask(graph, "/queries/outlook", (HOSTILE, HOSTILE)))


def test_an_unknown_entity_is_not_found_and_the_nearest_is_offered(graph: KnowledgeGraph) -> None:
    response = ask(graph, "/id/myokimia")
    assert response.status == 404
    assert 'href="/id/myokymia"' in read(response)
    assert ask(graph, "/search?q=zzzzqqqq").status == 404


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/doctor?sign=weakness&duration=soon", "no whole number"),
        ("/doctor?sign=weakness&site=nowhere", "none of the choices"),
        ("/neighbourhood?id=magnesium&limit=0", "from 1 to"),
        ("/queries/outlook?nosuch=1", "no parameter"),
        ("/query?query=SELECT+*+WHERE+%7B+%3Fs+", "line 1, column"),
        ("/query?query=hello", "no SPARQL query"),
        (f"/search?q={'x' * 500}", "400 at most"),
        (f"/query?query={'x' * 30000}", "longer than"),
        ("/search?q=%00", "cannot be read as text"),
        ("/doctor?" + "&".join(f"sign=sign{n}" for n in range(13)), "12 signs at most"),
        ("/queries/foods-by-nutrient?nutrient=magnesium&nutrient=zinc", "given twice"),
        (f"/queries/foods-by-nutrient?nutrient={'x' * 500}", "400 characters at most"),
    ],
)
def test_what_cannot_be_asked_is_said_in_words(
    graph: KnowledgeGraph, address: str, words: str
) -> None:
    response = ask(graph, address)
    assert response.status == 400
    assert words in read(response)
    assert "Traceback" not in read(response)


def test_a_topic_that_no_document_speaks_of_is_said_to_be_so(graph: KnowledgeGraph) -> None:
    about = known(graph)
    spoken = {
        iri
        for claim in about.claims.values()
        for iri in (claim.subject, claim.predicate, claim.object)
    }
    silent = next(iri for iri in about.kinds if iri not in spoken)
    response = ask(graph, "/compare", ("topic", silent))
    assert response.status == 404
    assert "All are silent." in read(response)


def test_a_disagreement_has_a_page_with_each_of_its_claims(graph: KnowledgeGraph) -> None:
    found = known(graph).disagreements[0]
    response = ask(graph, href(found.iri))
    assert response.status == 200
    text = read(response)
    assert html.escape(found.sentence, quote=False) in text.replace("&#39;", "'")
    links = {values["href"] for tag, values in Elements(text).tags if values.get("href")}
    assert {href(claim) for claim in found.claims} <= links


@pytest.mark.parametrize(
    "query",
    [
        "CLEAR ALL",
        "SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }",
        "SELECT * FROM <http://127.0.0.1:9/x> { ?s ?p ?o }",
    ],
)
def test_the_plain_form_neither_changes_nor_fetches(graph: KnowledgeGraph, query: str) -> None:
    assert ask(graph, "/query", ("query", query)).status == 403


def test_the_plain_form_answers_every_form_of_query(graph: KnowledgeGraph) -> None:
    rows = read(ask(graph, "/query", ("query", "SELECT ?s { ?s a twk:TwitchType }")))
    assert 'href="/id/myokymia"' in rows
    assert "<strong>yes</strong>" in read(ask(graph, "/query", ("query", "ASK { ?s ?p ?o }")))
    made = "CONSTRUCT { ?s a twk:TwitchType } WHERE { ?s a twk:TwitchType } LIMIT 1"
    assert "TwitchType" in read(ask(graph, "/query", ("query", made)))


def test_the_form_says_who_advises_what_and_never_reassures(graph: KnowledgeGraph) -> None:
    text = read(ask(graph, "/doctor?sign=muscle+twitching&sign=weakness&duration=3&unit=weeks"))
    report = graph.advice(["muscle twitching", "weakness"], duration_days=21)
    assert report.applies
    places = [text.index(one.sentence) for one in report.applies]
    assert places == sorted(places)
    for flag in report.red_flags:
        assert flag.sentence in text
    nothing = read(ask(graph, "/doctor?more=zzzzqqqq"))
    assert "not taken into account: zzzzqqqq" in nothing
    assert 'class="red-flags"' in nothing


def test_the_comparison_tells_who_is_silent(graph: KnowledgeGraph) -> None:
    text = read(ask(graph, "/compare?topic=Parkinson+disease"))
    assert {"says-so", "silent"} <= set(re.findall(r'<td class="([a-z-]+)">', text))


def test_suggestions_and_neighbours_are_data(graph: KnowledgeGraph) -> None:
    found = json.loads(ask(graph, "/api/suggest?q=myok").body)["suggestions"]
    assert found[0]["href"] == "/id/myokymia"
    drawn = json.loads(ask(graph, "/api/neighbourhood?id=magnesium").body)
    ids = {node["id"] for node in drawn["nodes"]}
    assert TWD + "magnesium" in ids
    assert all({edge["source"], edge["target"]} <= ids for edge in drawn["edges"])
    table = read(ask(graph, "/neighbourhood?id=magnesium"))
    assert table.count('<td class="relation">') == len(drawn["edges"])
    assert json.loads(ask(graph, "/api/foods").body)["edges"]


def test_every_named_query_has_a_page(graph: KnowledgeGraph) -> None:
    from twitchkg import catalogue

    for name in catalogue.query_names():
        response = ask(graph, f"/queries/{name}")
        assert response.status == 200, (name, read(response)[:300])


def test_a_page_without_editor_or_picture_needs_little_script(graph: KnowledgeGraph) -> None:
    from importlib.resources import files

    for address in ("/", "/id/muscle-twitching", "/doctor", "/compare?topic=stress"):
        names = re.findall(r'<script src="/assets/([^"?]+)', read(ask(graph, address)))
        assert names == ["page.js"]
    assert len(files("twitchkg.server").joinpath("assets/page.js").read_bytes()) < 30_000


def test_no_text_of_a_document_is_asked_for(graph: KnowledgeGraph) -> None:
    text = read(ask(graph, "/source/000"))
    assert "The text is not kept here" in text
    assert text.count("<tr id=") == len(
        {
            p
            for c in known(graph).claims.values()
            if c.source == BASE + "source/000"
            for p in [(p.start, p.end) for p in c.passages]
        }
    )


@pytest.mark.parametrize("built", [True, False])
def test_an_installation_without_bundles_says_what_is_missing(
    graph: KnowledgeGraph, built: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    from twitchkg.server.pages import library, nutrition, picture, search

    for module in (library, nutrition, picture, search):
        monkeypatch.setattr(module, "asset", lambda name: "/assets/x.js" if built else "")
    for address in ("/editor", "/foods", "/neighbourhood?id=magnesium", "/about"):
        assert ("This installation lacks" in read(ask(graph, address))) is not built
