"""Every IRI of the graph answers, in each format alike, and no path injects anything."""

from __future__ import annotations

import sys
import types

import pytest
import rdflib
from rdflib.compare import isomorphic

from twitchkg.errors import NotAcceptableError, UnknownNameError
from twitchkg.graph import NOTICE, KnowledgeGraph
from twitchkg.namespaces import BASE, TWK
from twitchkg.resources import data_version
from twitchkg.server import linked
from twitchkg.server.messages import Request, Response

PARSERS = {".ttl": "turtle", ".nt": "nt", ".rdf": "xml", ".jsonld": "json-ld"}
# The JSON-LD parser of rdflib makes a graph of a kind that rdflib itself calls outdated.
JSON_LD = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
ROOT = "http://127.0.0.1:8000"


def ask(kg: KnowledgeGraph, path: str, accept: str = "text/turtle") -> Response:
    return linked.described(kg, Request(path, accept=accept))


def graph(response: Response, format: str = "turtle") -> rdflib.Graph:
    return rdflib.Graph().parse(data=response.body, format=format)


def paths(kg: KnowledgeGraph) -> dict[str, list[str]]:
    """The path of each IRI of the graph that is no fragment, by its family."""
    found: dict[str, list[str]] = {}
    rows = kg.query(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{BASE}")) }}')
    for row in rows:
        path = str(row["s"]).removeprefix(BASE)
        if "#" not in path:
            found.setdefault(path.partition("/")[0], []).append(path)
    return found


def test_every_family_and_every_entity_answers(kg: KnowledgeGraph) -> None:
    families = paths(kg)
    assert {"id", "claim", "ontology", "source", "module"} <= families.keys() <= {*linked._FAMILIES}
    asked = [*families["id"], *(path for names in families.values() for path in names[:3])]
    assert len(asked) > 400
    for path in asked:
        response = ask(kg, f"/{path}")
        assert response.status == 200, path
        assert path.encode() in response.body, path
        assert NOTICE.encode() in response.body, path


@pytest.mark.parametrize(
    "path",
    ["/id/caffeine", "/claim/000-0001", "/ontology", f"/{data_version()}", "/source/000",
     "/shapes/ClaimShape", "/graph/derived/similarities", "/ontology/canCause",
     "/source/000#char=93,142"],
)  # fmt: skip
@JSON_LD
def test_the_formats_say_the_same(kg: KnowledgeGraph, path: str) -> None:
    known = graph(ask(kg, path))
    assert len(known) > 3
    for ending, format in PARSERS.items():
        response = ask(kg, path + ending, "image/png")  # an ending outdoes the header
        assert isomorphic(graph(response, format), known), ending
        assert dict(response.headers)["Content-Location"].endswith(ending)
        assert 'rel="alternate"' in dict(response.headers)["Link"]


def test_quality_values_decide_and_nothing_fit_is_told(kg: KnowledgeGraph) -> None:
    chosen = ask(kg, "/id/caffeine", "text/turtle;q=0.2, application/n-triples;q=0.9")
    assert chosen.content_type == "application/n-triples"
    with pytest.raises(NotAcceptableError, match=r"text/turtle.*text/html"):
        ask(kg, "/id/caffeine", "image/png")


def test_a_page_is_sent_to_browsers(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> None:
    import twitchkg.server as package

    pages = types.ModuleType("twitchkg.server.pages")
    pages.resource = lambda *_: Response.text(200, "<p>", "text/html")  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, pages.__name__, pages)
    monkeypatch.setattr(package, "pages", pages, raising=False)
    response = ask(kg, "/id/caffeine", "text/html, */*;q=0.1")
    assert response.content_type.startswith("text/html")
    assert ("Content-Location", f"{ROOT}/id/caffeine.html") in response.headers


def test_a_page_of_the_graph_says_what_points_to_a_thing(kg: KnowledgeGraph) -> None:
    claims = {claim.iri for claim in kg.claims(subject="caffeine")}
    told = {str(s) for s in graph(ask(kg, "/id/caffeine")).subjects(rdflib.URIRef(TWK + "subject"))}
    assert claims
    assert claims <= told


@pytest.mark.parametrize("path", ["/id/muscle-twitching", "/id/harmless", "/ontology/hasPrognosis"])
def test_an_outlook_stands_beside_its_red_flags(kg: KnowledgeGraph, path: str) -> None:
    flags = set(graph(ask(kg, path)).objects(None, rdflib.RDFS.seeAlso))
    advice = {str(row[0]) for row in kg.query("SELECT ?a { ?a a twk:Advice }")}
    assert advice
    assert {str(flag) for flag in flags} >= advice


def test_what_is_left_out_is_told(kg: KnowledgeGraph) -> None:
    assert f"{linked.MOST} of ".encode() in ask(kg, "/ontology/Passage").body


def test_unknown_names_tell_the_nearest(kg: KnowledgeGraph) -> None:
    with pytest.raises(UnknownNameError, match="id/caffeine") as caught:
        ask(kg, "/id/caffeinne")
    assert "id/caffeine" in caught.value.candidates
    with pytest.raises(UnknownNameError, match=f"version {data_version()} of the graph, not 9.9.9"):
        ask(kg, "/9.9.9")


@pytest.mark.parametrize(
    ("path", "target"),
    [("/ontology/", "/ontology"), ("/id/", "/.well-known/void"), ("/id/tremor/", "/id/tremor")],
)
def test_bare_forms_lead_on(kg: KnowledgeGraph, path: str, target: str) -> None:
    response = ask(kg, path)
    assert response.status == 303
    assert dict(response.headers)["Location"] == ROOT + target


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "x> ?p ?o } #", 'x"><script>', "x\0", "x\r\nSet-Cookie: a=b", "\ufffd",
     "\udc80x", "[x]", "a#b#c", "%", "%zz", "\U0001ffff", "\ue000",
     "%3E", "a" * 5000, "x y", "{}", "`", "\\u003e", "..", "é"],
)  # fmt: skip
def test_hostile_paths_find_nothing(kg: KnowledgeGraph, name: str) -> None:
    for family in ("id", "shapes", "graph", "source"):
        with pytest.raises(UnknownNameError) as caught:
            ask(kg, f"/{family}/{name}")
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 800
