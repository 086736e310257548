"""The query library gives the same rows embedded and from engines made by others.

Another engine is one more fixture that gives the URL of an endpoint with the graph loaded, and its
name in ``ENGINES``.
"""

from __future__ import annotations

import pathlib
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache

import engines
import httpx
import pytest
from serving import serving
from test_competency import NAMES, PARAMS

import twitchkg
from twitchkg import catalogue
from twitchkg.results import Result, Row
from twitchkg.terms import XSD, Term

# A third engine, of which the ordinary run need not wait for every answer: rdflib is slow.
ENGINES = ("serve", "virtuoso", pytest.param("rdflib_endpoint", marks=pytest.mark.thorough))
GRAPH = "https://w3id.org/twitchkg"
CASES = [
    (name, bound)
    for name in NAMES
    for bound in (False, True)
    if not bound or catalogue.get(name).params
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    path = tmp_path_factory.mktemp("graph") / "graph.nt"
    path.write_text(twitchkg.load().export("ntriples"), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def serve() -> Iterator[str]:
    """The package's own endpoint, with room for the longest answers."""
    with serving("--max-rows", "200000", "--timeout", "60") as server:
        yield f"{server.url}/sparql"


@pytest.fixture(scope="module")
def virtuoso(exported: pathlib.Path) -> Iterator[str]:
    """All in one graph, which the URL names: Virtuoso's default graph is the union of all."""
    with engines.virtuoso() as engine:
        assert engine.graph_store_url
        assert engine.user
        assert engine.password
        login = httpx.DigestAuth(engine.user, engine.password)
        with httpx.Client(auth=login, timeout=300) as client:
            # Its challenge comes before the large body, of which it would close the connection.
            client.get(engine.graph_store_url, params={"graph-uri": "x:none"})
            client.put(
                engine.graph_store_url,
                params={"graph-uri": GRAPH},
                content=exported.read_bytes(),
                headers={"Content-Type": "text/turtle"},
            ).raise_for_status()
        yield f"{engine.query_url}?default-graph-uri={GRAPH}"


@pytest.fixture(scope="module")
def rdflib_endpoint(exported: pathlib.Path) -> Iterator[str]:
    with engines.rdflib_endpoint(files=[str(exported)]) as engine:
        yield engine.query_url


@pytest.fixture(scope="module", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> tuple[str, twitchkg.KnowledgeGraph]:
    url = str(request.getfixturevalue(request.param))
    return str(request.param), twitchkg.load(endpoint=url, timeout=120)


def test_the_whole_graph_is_there(
    kg: twitchkg.KnowledgeGraph,
    exported: pathlib.Path,
    engine: tuple[str, twitchkg.KnowledgeGraph],
) -> None:
    """Each triple counts once; the export has no headers of single files, our endpoint has."""
    count = "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }"
    loaded = len(exported.read_text("utf-8").splitlines())
    expected = kg.query(count).rows[0]["n"] if engine[0] == "serve" else loaded
    assert engine[1].query(count).rows[0]["n"] == expected


@pytest.mark.parametrize(("name", "bound"), CASES)
def test_same_rows(
    kg: twitchkg.KnowledgeGraph,
    engine: tuple[str, twitchkg.KnowledgeGraph],
    name: str,
    bound: bool,
) -> None:
    """The same rows in the same order: each query orders its rows in full."""
    params = parameters(kg, name) if bound else {}
    ours, theirs = answer(kg, name, **params), engine[1].query(name, **params)
    assert theirs.columns == ours.columns
    assert Counter(map(_alike, theirs.rows)) == Counter(map(_alike, ours.rows))
    assert list(map(_alike, theirs.rows)) == list(map(_alike, ours.rows))


def parameters(kg: twitchkg.KnowledgeGraph, name: str) -> dict[str, str]:
    """What is expected of the query elsewhere, or else the first value of its first parameter."""
    if name in PARAMS:
        return PARAMS[name]
    every, param = answer(kg, name), catalogue.get(name).params[0]
    column = param.name if param.name in every.columns else every.columns[0]
    return {param.name: next(term.value for row in every if (term := row.term(column)) is not None)}


@cache
def answer(kg: twitchkg.KnowledgeGraph, name: str, **params: str) -> Result:
    """Our own rows, which each engine is compared with."""
    return kg.query(name, **params)


CALLS: dict[str, Callable[[twitchkg.KnowledgeGraph], object]] = {
    "advice": lambda kg: kg.advice(),
    "advice in a situation": lambda kg: kg.advice(
        ["muscle twitching", "muscle weakness"],
        duration_days=30,
        sites=["calf"],
        contexts=["rest"],
        limits_daily_life=True,
    ),
    "claims": lambda kg: kg.claims(subject="stress"),
    "claims of a source": lambda kg: kg.claims(source="003"),
    "disagreements": lambda kg: kg.disagreements(),
    "entity": lambda kg: kg.entity("fasciculation"),
    "red flags": lambda kg: kg.red_flags(),
    "search": lambda kg: kg.search("eylid twitching", limit=20),
    "why": lambda kg: kg.why("stress", "muscle twitching"),
    "why, derived": lambda kg: kg.why("fasciculation"),
}


@pytest.mark.parametrize("call", CALLS)
def test_the_python_api_answers_alike(
    kg: twitchkg.KnowledgeGraph, engine: tuple[str, twitchkg.KnowledgeGraph], call: str
) -> None:
    """The calls that ask several queries, and order and join their rows."""
    ours = _laid_open(CALLS[call](kg))
    assert ours
    assert _laid_open(CALLS[call](engine[1])) == ours


def _laid_open(value: object) -> object:
    """A value with the attributes of its objects, which compare by identity."""
    if isinstance(value, (tuple, list)):
        return [_laid_open(part) for part in value]
    if isinstance(value, dict):
        return {key: _laid_open(part) for key, part in value.items()}
    names = getattr(type(value), "__slots__", ())
    if type(value).__module__.startswith("twitchkg.") and names:
        return type(value).__name__, {name: _laid_open(getattr(value, name)) for name in names}
    return type(value).__name__, value


def _alike(row: Row) -> tuple[object, ...]:
    """The terms of a row, numbers by their value."""
    return tuple(map(_alike_term, row.terms))


def _alike_term(term: Term | None) -> object:
    if term is None:
        return None
    value = term.to_python()
    return (term.datatype, value) if _is_number(term, value) else term


def _is_number(term: Term, value: object) -> bool:
    return term.datatype.startswith(XSD) and not isinstance(value, str)
