"""What reads foreign bytes, each as a function of bytes that may fail only in the ways it promises.

A target raises :class:`AssertionError`, or whatever the code under test should have caught, when it
finds a fault. ``tests/fuzz/corpus/<target>/`` holds inputs that reach far into it and all that ever
found something; ``tests/test_fuzz.py`` puts them, and small changes of them, to it in every run.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import pathlib
import tempfile
import warnings
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pyoxigraph as ox

from twitchkg import catalogue, curation, mappings, rdf, sparql, store
from twitchkg.errors import (
    AmbiguousNameError,
    DataError,
    HeaderError,
    ParameterError,
    QueryFailedError,
    QuerySyntaxError,
    TwitchkgError,
    UnknownNameError,
    UpdateRefusedError,
)
from twitchkg.graph import KnowledgeGraph
from twitchkg.lookup import Index
from twitchkg.results import GRAPH_FORMATS, ROW_FORMATS
from twitchkg.server import protocol, site, worker
from twitchkg.server.messages import Request, Response
from twitchkg.store import conversion
from twitchkg.terms import Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from twitchkg.results import Triple

CORPUS = pathlib.Path(__file__).parent / "corpus"
_ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"


@functools.cache
def _folder() -> str:
    """A folder of this process, in memory where the system has such a place."""
    where = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    return tempfile.mkdtemp(prefix="twitchkg-fuzz-", dir=where)


@contextlib.contextmanager
def _file(data: bytes, ending: str) -> Iterator[str]:
    path = os.path.join(_folder(), f"{os.getpid()}{ending}")
    with open(path, "wb") as file:
        file.write(data)
    try:
        yield path
    finally:
        os.unlink(path)


def _one_line(error: TwitchkgError) -> None:
    assert str(error).strip(), "an error without words"


def turtle(data: bytes) -> None:
    """Turtle of a user's: the parser, the layout, the search and every format for results."""
    with _file(data, ".ttl") as path:
        try:
            triples = store.parse(path)
        except DataError as error:
            _one_line(error)
            return
        assert len(rdf.of_triples(triples)) <= len(triples)
        with contextlib.suppress(DataError):
            again = store.parse_turtle(curation.formatted(path))
            assert _canonical(again) == _canonical(triples), "the layout changed the graph"
        opened = store.of_files([path])
    for match in Index(opened).search("muscle twitching"):
        assert 0 <= match.score <= 1
    result = opened.query(_ALL)
    texts = {format: result.serialize(format) for format in ROW_FORMATS}
    assert len(ET.fromstring(texts["xml"]).findall(".//{*}result")) == len(result)
    assert len(json.loads(texts["json"])["results"]["bindings"]) == len(result)
    assert len(texts["table"].split("\n")) == len(texts["markdown"].split("\n")) == len(result) + 3
    for format in GRAPH_FORMATS:
        if format != "rdfxml":
            store.serialize(triples, format)


def _canonical(triples: Iterable[Triple]) -> ox.Dataset:
    dataset = ox.Dataset(conversion.quad(triple) for triple in triples)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


def header(data: bytes) -> None:
    """A ``.rq`` file: its header is read or refused, and what was read is written the same."""
    with _file(data, ".rq") as path:
        try:
            query = catalogue.read(path)
        except (HeaderError, DataError) as error:
            _one_line(error)
            return
        assert query.summary.endswith("?")
        assert query.returns
        assert all(column.type in catalogue.TYPES for column in (*query.params, *query.returns))
    sparql.own_iris(query.text)
    sparql.looks_like_sparql(query.text)
    with contextlib.suppress(ParameterError):
        text = query.bound({column.name: Term.integer(1) for column in query.params})
        with contextlib.suppress(QuerySyntaxError, UpdateRefusedError, QueryFailedError):
            _few().store.query(text)


def sssom(data: bytes) -> None:
    """A mapping set: refused with file and line, or triples that Turtle can hold."""
    with _file(data, mappings.SUFFIX) as path:
        try:
            made = mappings.triples_of(mappings.read(path))
        except DataError as error:
            _one_line(error)
            return
    again = store.parse_turtle(store.serialize(made, "turtle"))
    assert set(again) == set(made)


@functools.cache
def _graph() -> KnowledgeGraph:
    graph = KnowledgeGraph()
    site.warm_up(graph)
    return graph


def parameters(data: bytes) -> None:
    """Values of the parameters of a named query, and SPARQL made with them that parses."""
    number, _, rest = data.partition(b"\n")
    queries = [query for query in catalogue.all_queries() if query.params]
    query = queries[int.from_bytes(number[:2]) % len(queries)]
    params: dict[str, object] = {}
    for place, value in enumerate(rest.split(b"\0")):
        params[query.params[place % len(query.params)].name] = value.decode("utf-8", "replace")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            text = _graph().bound(query, params)
        except (ParameterError, UnknownNameError, AmbiguousNameError) as error:
            _one_line(error)
            return
    opened = _few().store
    opened.query(text)


@functools.cache
def _few() -> KnowledgeGraph:
    """A graph in which no query takes long."""
    text = "@prefix twk: <https://w3id.org/twitchkg/ontology/> . <urn:a> a twk:Claim ; <urn:p> 1 ."
    return KnowledgeGraph.of(store.of_triples(store.parse_turtle(text)))


def http(data: bytes) -> None:
    """A request: method, target, ``Accept``, ``Content-Type`` and body, on a line each."""
    parts = [*data.split(b"\n", 4), b"", b"", b"", b"", b""][:5]
    method = {b"P": "POST", b"H": "HEAD"}.get(parts[0][:1].upper(), "GET")
    path, _, query_string = parts[1].partition(b"?")
    accept, content_type = (part.decode("latin-1") for part in parts[2:4])
    try:
        decoded = protocol.parameters(b"=" + path.replace(b"+", b"%2B").replace(b"&", b"%26"))
        if path == b"/sparql":
            query = protocol.query(method, query_string, content_type, parts[4], accept)
            if query is not None:
                _answered(worker.answer, query)
                return
        asked = tuple(protocol.parameters(query_string))
    except protocol.RefusedError as refused:
        _fit(Response.text(refused.status, str(refused)))
        return
    request = Request(decoded[0][1] if decoded else "/", asked, accept, "http://localhost")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        response = site.respond(_graph(), request)
    _fit(response)


def _answered(
    answer: Callable[[KnowledgeGraph, protocol.Query, worker.Limits], Response],
    query: protocol.Query,
) -> None:
    worker.DOOR.close = lambda: None  # type: ignore[method-assign]
    _fit(answer(_few(), query, worker.Limits(rows=1000, bytes=1 << 20)))


def _fit(response: Response) -> None:
    assert response.status in (200, 303, 308, 400, 403, 404, 406, 415, 422), response
    for name, value in response.headers:
        assert "\n" not in name + value
        assert "\r" not in value
    if response.content_type.startswith("application/json"):
        json.loads(response.body)


TARGETS: dict[str, Callable[[bytes], None]] = {
    target.__name__: target for target in (turtle, header, sssom, parameters, http)
}
"""Each target by name."""
