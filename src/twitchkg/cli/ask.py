"""Commands that ask: ``query``, ``queries``, ``show``, ``search``."""

from __future__ import annotations

import os
import sys

from twitchkg import sparql
from twitchkg.cli import PROG, note
from twitchkg.cli.options import (
    add_data,
    add_graph,
    add_limit,
    add_output,
    open_graph,
    write,
    write_result,
)
from twitchkg.errors import DataError, ParameterError, UnknownNameError
from twitchkg.namespaces import compact
from twitchkg.results import GRAPH_FORMATS, ROW_FORMATS, Result, Row
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twitchkg.graph import KnowledgeGraph

    Run = Callable[[argparse.Namespace], int]

ABOUT = "claims-about"
"""The named query that answers for an entity in words."""


def add_query(parser: argparse.ArgumentParser) -> Run:
    """Set up ``query``."""
    parser.add_argument(
        "what",
        metavar="WHAT",
        nargs="+",
        help="SPARQL text, a .rq file, '-' for standard input, a named query, or an entity",
    )
    parser.add_argument(
        "-p",
        "--param",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="bind a parameter of a named query (repeatable)",
    )
    add_output(parser, ROW_FORMATS + GRAPH_FORMATS)
    add_limit(parser)
    add_graph(parser)
    parser.epilog = (
        "examples:\n"
        f"  {PROG} query myokymia\n"
        f"  {PROG} query foods-by-nutrient -p nutrient=magnesium\n"
        f"  {PROG} query 'SELECT ?t WHERE {{ ?t a twk:TwitchType }}' -f csv"
    )
    return query


def query(options: argparse.Namespace) -> int:
    """Answer a query, however it is given."""
    graph = open_graph(options)
    params = _params(options.param)
    result, about_content = _answer(graph, " ".join(options.what), params)
    if options.limit is not None:
        result = result.limited(options.limit)
    write_result(result, options, graph)
    if result.kind != "boolean" and not result:
        note("Nothing matches.")
    if about_content:
        from twitchkg.graph import NOTICE

        note(NOTICE)
    return 0


def _answer(graph: KnowledgeGraph, what: str, params: dict[str, object]) -> tuple[Result, bool]:
    """The answer, and whether it shows what documents say, so that the notice belongs to it."""
    if what == "-":
        text = _standard_input()
        return graph.query(text, **params) if sparql.form(text) else _no_sparql(), False
    if sparql.looks_like_sparql(what) and not what.endswith(".rq") and not os.path.isfile(what):
        return graph.query(what, **params), False
    from twitchkg import catalogue

    if what.endswith(".rq") or os.path.isfile(what):
        named = catalogue.read(what, header_required=False)
        if sparql.form(named.text) is None:
            raise DataError(f"'{what}' does not hold a SPARQL query.")
        return graph.run(named, params), False
    query = graph.find_query(what)
    if query is not None:
        return graph.run(query, params), True
    return _about(graph, what, params), True


def _about(graph: KnowledgeGraph, words: str, params: dict[str, object]) -> Result:
    from twitchkg import catalogue

    if params:
        raise UnknownNameError(
            catalogue.unknown(
                "query",
                words,
                [query.name for query in graph.named_queries()],
                f"'{PROG} queries' lists them.",
            )
        )
    try:
        match = graph.resolve(words)
    except UnknownNameError as error:
        near = catalogue.unknown("query", words, catalogue.query_names(), "")
        if "Did you mean" in near:
            raise UnknownNameError(f"{near} {error}") from None
        raise
    note(f"Read '{words}' as the entity {match.label} ({compact(match.iri)}).")
    return graph.query(ABOUT, entity=match.iri)


def _standard_input() -> str:
    try:
        return sys.stdin.buffer.read().decode("utf-8")
    except UnicodeDecodeError:
        raise DataError("Standard input is not UTF-8 text. Pipe in a SPARQL query.") from None


def _no_sparql() -> Result:
    raise DataError("Standard input holds no SPARQL query.")


def _params(pairs: list[str]) -> dict[str, object]:
    params: dict[str, object] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise ParameterError(f"Cannot read the parameter '{pair}'. Write it as KEY=VALUE.")
        if key in params:
            raise ParameterError(f"The parameter '{key}' is given twice. Give one value.")
        params[key] = value
    return params


def add_queries(parser: argparse.ArgumentParser) -> Run:
    """Set up ``queries``."""
    parser.add_argument("name", metavar="NAME", nargs="?", help="show this query in full")
    add_data(parser, "list the queries of")
    parser.epilog = f"example:\n  {PROG} queries foods-by-nutrient"
    return queries


def queries(options: argparse.Namespace) -> int:
    """List the named queries with their questions, or show one with its parameters."""
    from twitchkg.graph import load

    graph = load(options.data)
    if options.name is None:
        listed = graph.named_queries()
        width = max(len(query.name) for query in listed)
        lines = [f"{query.name:{width}}  {query.summary}" for query in listed]
        write("\n".join(lines) + "\n", None)
        return 0
    query = graph.named_query(options.name)
    lines = [query.name, f"  {query.summary}", f"  {query.description}", "", "parameters:"]
    lines += [f"  {p.name} ({p.type}): {p.meaning}" for p in query.params] or ["  none"]
    lines += ["", "columns:", *(f"  {c.name} ({c.type}): {c.meaning}" for c in query.returns), ""]
    write("\n".join(lines) + "\n" + query.text, None)
    return 0


def add_show(parser: argparse.ArgumentParser) -> Run:
    """Set up ``show``."""
    parser.add_argument(
        "entity", metavar="ENTITY", nargs="+", help="a name in words, a slug, a CURIE or an IRI"
    )
    parser.add_argument("-o", "--output", metavar="FILE", help="write to this file, not to stdout")
    add_graph(parser)
    parser.epilog = f"example:\n  {PROG} show eyelid twitching"
    return show


def show(options: argparse.Namespace) -> int:
    """Print the card of an entity or claim."""
    from twitchkg import cards

    graph = open_graph(options)
    words = " ".join(options.entity)
    match = graph.resolve(words)
    if match.matched.casefold() != words.casefold():
        note(f"Read '{words}' as {match.label} ({compact(match.iri)}).")
    claims = graph.claims(claim=match.iri)
    text = cards.claim_card(graph, claims[0]) if claims else cards.entity_card(graph, match.iri)
    write(text, options.output)
    return 0


def add_search(parser: argparse.ArgumentParser) -> Run:
    """Set up ``search``."""
    parser.add_argument("text", metavar="TEXT", nargs="+", help="words as people say them")
    add_output(parser, ROW_FORMATS)
    parser.add_argument("--limit", metavar="N", type=int, default=10, help="at most N (default 10)")
    add_graph(parser)
    parser.epilog = f"example:\n  {PROG} search eyelid jumping"
    return search


def search(options: argparse.Namespace) -> int:
    """List the entities whose names come nearest to some words."""
    graph = open_graph(options)
    matches = graph.search(" ".join(options.text), max(options.limit, 0))
    columns = ("entity", "id", "kind", "matchedName", "score")
    rows = [
        Row(
            columns,
            (
                Term.iri(match.iri),
                Term.string(compact(match.iri)),
                Term.string(match.kind),
                Term.string(match.matched),
                Term.decimal(f"{match.score:.2f}"),
            ),
        )
        for match in matches
    ]
    write_result(Result("rows", columns, rows), options, graph)
    if not matches:
        note("Nothing matches. Try fewer or other words.")
    return 0
