"""The named queries with their parameters as forms, and a form for SPARQL of one's own."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from twitchkg import catalogue, sparql
from twitchkg.errors import ParameterError, QuerySyntaxError, UpdateRefusedError
from twitchkg.server.messages import Request, Response
from twitchkg.server.pages.render import MAX_TEXT, asset, handled, page

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.results import Result

_ROWS = 1000
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


@cache
def _all() -> dict[str, catalogue.NamedQuery]:
    return {query.name: query for query in catalogue.all_queries()}


@handled
def queries(graph: KnowledgeGraph, request: Request) -> Response:
    """The list of questions, by topic."""
    by_topic: dict[str, list[catalogue.NamedQuery]] = {}
    for query in _all().values():
        by_topic.setdefault(query.topic, []).append(query)
    return page(graph, "queries", "Ready-made questions", topics=sorted(by_topic.items()))


@handled
def named(graph: KnowledgeGraph, request: Request) -> Response:
    """A named query: its form, and its rows for what the form holds."""
    name = request.path.rpartition("/")[2]
    query = _all().get(name) or catalogue.get(name)
    given = [(key, value.strip()) for key, value in request.params if value.strip()]
    if len({key for key, _ in given}) < len(given):
        raise ParameterError("A parameter is given twice. Give one value.")
    if any(len(value) > MAX_TEXT for _, value in given):
        raise ParameterError(f"A parameter is too long. Write {MAX_TEXT} characters at most.")
    values: dict[str, object] = {key: value for key, value in given}
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
    """A form for SPARQL; the result is fetched by the form's own address, as a table.

    The rows come through ``/sparql`` where there is script; here the query runs in this worker,
    under the same time limit as every request.
    """
    text = request.param("query")
    if len(text) > _MAX_QUERY:
        raise ParameterError(f"The query is longer than {_MAX_QUERY} characters.")
    result: Result | None = None
    message, line, column, status = "", None, None, 200
    if text.strip():
        try:
            result = _answer(graph, text)
        except (QuerySyntaxError, UpdateRefusedError, ParameterError) as error:
            message, status = str(error), 403 if isinstance(error, UpdateRefusedError) else 400
            line, column = getattr(error, "line", None), getattr(error, "column", None)
    rows = list(result.limited(_ROWS)) if result is not None and result.kind != "boolean" else []
    return page(
        graph,
        "own",
        "Your own question in SPARQL",
        status=status,
        text=text or EXAMPLE,
        result=result,
        rows=rows,
        columns=rows[0].keys() if rows else (result.columns if result else ()),
        total=len(result) if result is not None and result.kind != "boolean" else 0,
        message=message,
        line=line,
        column=column,
        downloads=[
            (kind, "/sparql?" + urlencode({"query": text}))
            for kind in ("machine formats",)
            if result is not None
        ],
    )


def _answer(graph: KnowledgeGraph, text: str) -> Result:
    """The answer to a query of a stranger: no update, nothing fetched from elsewhere.

    :raises UpdateRefusedError: if it would change or fetch something.
    :raises ParameterError: if it is no SPARQL.
    """
    from twitchkg.server.protocol import Query, refusal
    from twitchkg.server.worker import closed_off, known_graphs

    if not sparql.looks_like_sparql(text):
        raise ParameterError("That is no SPARQL query. Begin with SELECT, ASK or CONSTRUCT.")
    refused = refusal(Query(text), known_graphs(graph))
    if refused is not None:
        raise UpdateRefusedError(refused[1].strip())
    with closed_off():
        return graph.store.query(text)


@handled
def editor(graph: KnowledgeGraph, request: Request) -> Response:
    """The SPARQL editor; without its script, a link to the plain form."""
    text = request.param("query")
    if len(text) > _MAX_QUERY:
        raise ParameterError(f"The query is longer than {_MAX_QUERY} characters.")
    script, style = asset("editor.js"), asset("editor.css")
    return page(
        graph,
        "editor",
        "SPARQL editor",
        headers=(("Content-Security-Policy", EDITOR_CSP),),
        scripts=[script] if script else [],
        styles=[style] if style else [],
        built=bool(script),
        text=text or EXAMPLE,
        examples=sorted((q.topic, q.name, q.summary, q.text) for q in _all().values()),
    )
