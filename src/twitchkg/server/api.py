"""The named queries as a small HTTP API, and its description. Runs in a worker."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from twitchkg import __version__, catalogue
from twitchkg.errors import NotAcceptableError, ParameterError
from twitchkg.export import jsonld
from twitchkg.graph import NOTICE
from twitchkg.server.messages import Request, Response
from twitchkg.server.negotiation import best

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Handler

_TYPES = {"application/json": "", "text/csv": "csv", "application/sparql-results+json": "json"}
_SCHEMAS: dict[str, dict[str, str]] = {
    "iri": {"type": "string"},
    "string": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "boolean": {"type": "boolean"},
}


def _describe(query: catalogue.NamedQuery, base: str) -> dict[str, object]:
    def columns(listed: tuple[catalogue.Column, ...]) -> list[dict[str, str]]:
        return [{"name": c.name, "type": c.type, "meaning": c.meaning} for c in listed]

    return {
        "name": query.name,
        "question": query.summary,
        "description": query.description,
        "parameters": columns(query.params),
        "columns": columns(query.returns),
        "url": f"{base}/api/queries/{query.name}",
    }


def queries(graph: KnowledgeGraph, request: Request) -> Response:
    """The list of named queries."""
    listed = [_describe(query, request.base) for query in graph.named_queries()]
    return Response.json(200, {"notice": NOTICE, "queries": listed})


def run(graph: KnowledgeGraph, request: Request) -> Response:
    """The rows of a named query, with its parameters bound."""
    query = graph.named_query(request.path.rpartition("/")[2])
    formats = {"json": "application/json", "csv": "text/csv"}
    wanted = request.param("format")
    if wanted and wanted not in formats:
        raise ParameterError(f"There is no format '{wanted[:40]}'. Use {' or '.join(formats)}.")
    accept = formats[wanted] if wanted else request.accept
    type_ = best(accept, tuple(_TYPES))
    if type_ is None:
        raise NotAcceptableError(f"This answer can be had as {', '.join(_TYPES)}.")
    params: dict[str, object] = {}
    for key, value in request.params:
        if key == "format":
            continue
        if key in params:
            raise ParameterError(f"The parameter '{key[:40]}' is given twice. Give one value.")
        params[key] = value
    result = graph.run(query, params)
    if type_ != "application/json":
        text = result.serialize(_TYPES[type_])
        charset = "; charset=utf-8" if type_.startswith("text/") else ""
        return Response(200, type_ + charset, text.encode())
    rows = [
        {name: _plain(value) for name, value in zip(result.columns, row, strict=True)}
        for row in result.rows
    ]
    return Response.json(
        200,
        {
            "notice": NOTICE,
            "query": query.name,
            "question": query.summary,
            "columns": result.columns,
            "rows": rows,
        },
    )


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def openapi(graph: KnowledgeGraph, request: Request) -> Response:
    """The description of this API for programs (OpenAPI 3.1)."""
    return Response.json(200, description(graph, request.base))


def context(graph: KnowledgeGraph, request: Request) -> Response:
    """The JSON-LD context of the exports."""
    return Response(200, "application/ld+json", jsonld.context_file().encode())


def description(graph: KnowledgeGraph, base: str) -> dict[str, object]:
    """The OpenAPI description.

    :param graph: what has the named queries.
    :param base: the address of the server.
    """
    problem = {
        "description": "what was wrong, where, and what to try",
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    paths: dict[str, object] = {
        "/api/queries": {
            "get": {
                "operationId": "list-queries",
                "summary": "Which named queries are there?",
                "responses": {
                    "200": {
                        "description": "the queries with their parameters and columns",
                        "content": {"application/json": {"schema": {"type": "object"}}},
                    }
                },
            }
        }
    }
    for query in graph.named_queries():
        paths[f"/api/queries/{query.name}"] = {
            "get": _operation(query, {"400": problem, "404": problem, "406": problem})
        }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "twitchkg: named queries",
            "version": __version__,
            "description": NOTICE,
            "license": {"name": "CC-BY-4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": base}],
        "paths": paths,
        "components": {
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["status", "detail"],
                    "properties": {
                        "type": {"type": "string"},
                        "status": {"type": "integer"},
                        "detail": {"type": "string"},
                        "candidates": {"type": "array", "items": {"type": "string"}},
                    },
                }
            }
        },
    }


def _operation(query: catalogue.NamedQuery, problems: dict[str, object]) -> dict[str, object]:
    row = {
        "type": "object",
        "required": [column.name for column in query.returns],
        "properties": {
            column.name: {
                "description": column.meaning,
                "type": [_SCHEMAS[column.type]["type"], "null"],
            }
            for column in query.returns
        },
    }
    answer = {
        "type": "object",
        "required": ["notice", "query", "question", "columns", "rows"],
        "properties": {
            "notice": {"type": "string"},
            "query": {"type": "string"},
            "question": {"type": "string"},
            "columns": {"type": "array", "items": {"type": "string"}},
            "rows": {"type": "array", "items": row},
        },
    }
    format_ = {
        "name": "format",
        "in": "query",
        "required": False,
        "description": "the format, where the Accept header does not say it",
        "schema": {"type": "string", "enum": ["json", "csv"]},
    }
    return {
        "operationId": query.name,
        "summary": query.summary,
        "description": query.description,
        "parameters": [
            *(
                {
                    "name": param.name,
                    "in": "query",
                    "required": False,
                    "description": param.meaning,
                    "schema": _SCHEMAS[param.type],
                }
                for param in query.params
            ),
            format_,
        ],
        "responses": {
            "200": {
                "description": "the rows",
                "content": {
                    "application/json": {"schema": answer},
                    "text/csv": {"schema": {"type": "string"}},
                    "application/sparql-results+json": {"schema": {"type": "object"}},
                },
            },
            **problems,
        },
    }


ROUTES: tuple[tuple[str, Handler], ...] = (
    (r"/api/queries/?", queries),
    (r"/api/queries/[^/]+", run),
    (r"/api/openapi\.json", openapi),
    (r"/context\.jsonld", context),
)
