"""The named queries with their parameters as forms, and a form for SPARQL of one's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlencode

from twitchkg import catalogue, sparql
from twitchkg.errors import ParameterError, TwitchkgError
from twitchkg.namespaces import PREFIXES
from twitchkg.server.messages import Request, Response
from twitchkg.server.pages.render import MAX_TEXT, asset, handled, page
from twitchkg.server.protocol import Query
from twitchkg.server.worker import DOOR, Limits, run, status_of
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph

_ACCEPT = "application/sparql-results+json, text/turtle"
_ROWS = 1000  # shown
_ROWS_READ = 20_000
_BYTES_READ = 8 << 20
_MAX_QUERY = 20_000
EXAMPLE = """SELECT ?cause ?label
WHERE {
  ?cause twk:canCause twd:muscle-twitching ;
    rdfs:label ?label .
}
ORDER BY ?label
LIMIT 20
"""
EDITOR_CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; font-src 'self' data:; form-action 'self'; "
    "worker-src 'self' blob:; base-uri 'none'; frame-ancestors 'none'"
)
"""What the editor needs: it sets styles in its own elements, and checks its text in a worker."""


@handled
def queries(graph: KnowledgeGraph, request: Request) -> Response:
    """The list of questions, by topic."""
    by_topic: dict[str, list[catalogue.NamedQuery]] = {}
    for query in graph.named_queries():
        by_topic.setdefault(query.topic, []).append(query)
    return page(graph, "queries", "Ready-made questions", topics=sorted(by_topic.items()))


@handled
def named(graph: KnowledgeGraph, request: Request) -> Response:
    """A named query: its form, and its rows for what the form holds."""
    name = request.path.rpartition("/")[2]
    query = graph.named_query(name)
    given = [(key, value.strip()) for key, value in request.params if value.strip()]
    if len({key for key, _ in given}) < len(given):
        raise ParameterError("A parameter is given twice. Give one value.")
    if any(len(value) > MAX_TEXT for _, value in given):
        raise ParameterError(f"A parameter is too long. Write {MAX_TEXT} characters at most.")
    values: dict[str, object] = dict(given)
    result = graph.run(query, values)
    encoded = urlencode(given)
    return page(
        graph,
        "named",
        query.summary,
        query=query,
        values=dict(given),
        result=result.limited(_ROWS),
        total=len(result),
        columns=[(column.name, column.meaning) for column in query.returns],
        links=[
            (kind.upper(), f"/api/queries/{name}?" + urlencode([*given, ("format", kind)]))
            for kind in ("csv", "json")
        ],
        address=f"/queries/{name}" + (f"?{encoded}" if encoded else ""),
        editor="/editor?" + urlencode({"query": query.text}),
    )


@handled
def own(graph: KnowledgeGraph, request: Request) -> Response:
    """A form for SPARQL, and the answer to what it holds, as a table.

    A query that fails gives the same page, with the fault in words and its place.
    """
    text = _query_text(request)
    answer = _Answer("none")
    message, line, column, status = "", None, None, 200
    if text.strip():
        try:
            answer = _asked(graph, text)
        except TwitchkgError as error:
            message, status = str(error), status_of(error)
            line, column = getattr(error, "line", None), getattr(error, "column", None)
    return page(
        graph,
        "own",
        "Your own question in SPARQL",
        status=status,
        text=text or EXAMPLE,
        answer=answer,
        message=message,
        line=line,
        column=column,
        address="?" + urlencode({"query": text}),
    )


class _Answer(NamedTuple):
    """The answer to a query: its kind, and columns with rows, a yes or no, or Turtle."""

    kind: str
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[object, ...], ...] = ()
    total: int = 0
    boolean: bool = False
    turtle: str = ""


def _query_text(request: Request) -> str:
    text = request.param("query")
    if len(text) > _MAX_QUERY:
        raise ParameterError(f"The query is longer than {_MAX_QUERY} characters.")
    return text


def _asked(graph: KnowledgeGraph, text: str) -> _Answer:
    """The answer to a query of a stranger: no update, and nothing fetched from elsewhere.

    :raises UpdateRefusedError: if it would change or fetch something.
    :raises ParameterError: if it is no SPARQL.
    """
    if sparql.form(text) is None:
        raise ParameterError("That is no SPARQL query. Begin with SELECT, ASK or CONSTRUCT.")
    try:
        type_, body = run(graph, Query(text, _ACCEPT), Limits(_ROWS_READ, _BYTES_READ))
    finally:
        DOOR.open()
    if type_ == "text/turtle":
        return _Answer("graph", turtle=body.decode())
    value = json.loads(body)
    if "boolean" in value:
        return _Answer("boolean", boolean=value["boolean"])
    columns = tuple(value["head"]["vars"])
    found = value["results"]["bindings"]
    rows = tuple(tuple(_cell(row.get(name)) for name in columns) for row in found[:_ROWS])
    return _Answer("rows", columns, rows, len(found))


def _cell(term: dict[str, str] | None) -> object:
    if term is None:
        return None
    return Iri(term["value"]) if term["type"] == "uri" else str(term["value"])


def _declared(text: str) -> str:
    """The query with the prefixes that it uses declared, one on a line, as editors want them."""
    added = sparql.with_prefixes(text)[: -len(text)]
    return added.replace("> ", ">\n") + text


@handled
def editor(graph: KnowledgeGraph, request: Request) -> Response:
    """The SPARQL editor; without its script, a link to the plain form."""
    text = _query_text(request)
    script, style = asset("editor.js"), asset("editor.css")
    return page(
        graph,
        "editor",
        "SPARQL editor",
        headers=(("Content-Security-Policy", EDITOR_CSP),),
        scripts=[script] if script else [],
        styles=[style] if style else [],
        built=bool(script),
        text=_declared(text or EXAMPLE),
        prefixes=json.dumps(PREFIXES),
    )
