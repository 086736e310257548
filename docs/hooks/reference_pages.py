"""The parts of the documentation that are made from the project itself, as Markdown and HTML.

Nothing that is made here is kept in the repository: the site's build asks for it each time.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

from twitchkg import catalogue, load
from twitchkg.graph import NOTICE
from twitchkg.namespaces import PREFIXES, compact

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable

    import rdflib

    from twitchkg.catalogue import Column, NamedQuery

ROOT = Path(__file__).resolve().parents[2]
EXPECTED = ROOT / "tests" / "expected"
SHOWN = 100
"""As many rows of an answer stand on a query's page; all of them are in the file beside it."""


class StaleError(Exception):
    """What a page would show is not what the graph answers."""


def query_pages() -> dict[str, str]:
    """A page for each named query, its rows as CSV, and an overview, by the path in the site.

    :raises StaleError: if a query does not give the rows that the tests expect.
    """
    parameters: dict[str, dict[str, str]] = json.loads(
        (EXPECTED / "parameters.json").read_text("utf-8")
    )
    made = {}
    queries = sorted(catalogue.all_queries(), key=lambda query: (query.topic, query.name))
    for query in queries:
        rows = (EXPECTED / f"{query.name}.csv").read_text("utf-8")
        made[f"queries/{query.name}.md"] = _query_page(query, parameters.get(query.name, {}), rows)
        made[f"queries/{query.name}.csv"] = rows
    made["queries/index.md"] = _overview(queries)
    return made


def _overview(queries: list[NamedQuery]) -> str:
    lines = [
        *("# Named queries", "", NOTICE, ""),
        "Each is asked with `twitchkg query NAME`, with `kg.query(NAME)` in Python, and at",
        "`/api/queries` of a server. The `.rq` files run unchanged in any SPARQL 1.1 engine.",
    ]
    topic = ""
    for query in queries:
        if query.topic != topic:
            topic = query.topic
            lines += ["", f"## {topic.capitalize()}", "", "| query | question |", "| --- | --- |"]
        lines.append(f"| [{query.name}]({query.name}.md) | {_cell(query.summary)} |")
    return "\n".join(lines) + "\n"


def _query_page(query: NamedQuery, parameters: dict[str, str], expected: str) -> str:
    graph = load()
    answer = graph.query(query.name, **parameters)
    if list(csv.reader(answer.serialize("csv").splitlines())) != list(
        csv.reader(expected.splitlines())
    ):
        raise StaleError(
            f"The query '{query.name}' gives other rows than tests/expected/{query.name}.csv."
        )
    first = answer.limited(SHOWN)
    iris = {t.value for row in first.rows for t in row.terms if t is not None and t.kind == "iri"}
    labels = graph.labels(sorted(iris))
    table = first.serialize("markdown", lambda iri: labels.get(iri) or compact(iri))
    given = "".join(f" -p {key}={value}" for key, value in parameters.items())
    count = len(answer.rows)
    shown = f"{count} row{'' if count == 1 else 's'}" + (
        f", of which these are the first {SHOWN}" if count > SHOWN else ""
    )
    return "\n".join(
        [
            f"# {query.name}",
            "",
            f"**{query.summary}**",
            "",
            " ".join(query.description.split()),
            "",
            "## Parameters",
            "",
            *(_columns(query.params) if query.params else ["None."]),
            "",
            "## Columns",
            "",
            *_columns(query.returns),
            "",
            "## Rows",
            "",
            f"`twitchkg query {query.name}{given}` gives {shown} "
            f"([all of them as CSV, with full IRIs]({query.name}.csv)).",
            "",
            table,
            "",
            NOTICE,
            "",
            "## SPARQL",
            "",
            "```sparql",
            query.text.strip(),
            "```",
            "",
        ]
    )


def _columns(columns: Iterable[Column]) -> list[str]:
    return [
        *("| name | type | meaning |", "| --- | --- | --- |"),
        *(f"| `{c.name}` | {c.type} | {_cell(c.meaning)} |" for c in columns),
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def command_line() -> str:
    """The reference of the command line, from the parsers that read it and their help."""
    from twitchkg.cli import COMMANDS, PROG, manual

    lines = [
        *("# The command line", "", NOTICE, ""),
        f"`{PROG}` and `python -m {PROG}` are the same. Results go to standard output, everything",
        f"else to standard error. `{PROG} COMMAND --help` prints what stands here.",
        "",
        "| command | does |",
        "| --- | --- |",
        *(f"| [`{name}`](#{name}) | {_cell(text)} |" for name, (_, text) in COMMANDS.items()),
    ]
    for name in COMMANDS:
        lines += ["", f"## `{name}` {{ #{name} }}", ""]
        for made in manual.parsers(name):
            if made.prog != f"{PROG} {name}":
                lines += [f"### `{made.prog.removeprefix(PROG + ' ')}`", ""]
            lines += _command(made)
    return "\n".join(lines) + "\n"


def _command(parser: argparse.ArgumentParser) -> list[str]:
    from twitchkg.cli import manual

    page = manual.page(parser.prog)
    lines = ["```text", parser.format_usage().removeprefix("usage: ").strip(), "```", ""]
    lines += [parser.description or "", ""]
    formatter = parser.formatter_class(prog=parser.prog)
    options = [
        (_invocation(action), formatter._expand_help(action))
        for action in parser._actions
        if action.help and action.dest != "help" and action.help != "==SUPPRESS=="
    ]
    if options:
        lines += ["| argument | meaning |", "| --- | --- |"]
        lines += [f"| {shown} | {_cell(text)} |" for shown, text in options]
        lines.append("")
    if page is None:
        return [*lines, parser.epilog or "", ""]
    lines += ["Exit codes:", "", *(f"- `{code}`: {text}" for code, text in page.exits), ""]
    lines += ["Examples:", "", "```text"]
    for example in page.examples:
        lines += [f"# {example.does}", f"$ {example.command}"]
    return [*lines, "```", "", f"See also: {page.see_also}", ""]


def _invocation(action: argparse.Action) -> str:
    metavar = action.metavar
    names = metavar if isinstance(metavar, tuple) else (metavar or _choices(action),)
    value = " ".join(str(name) for name in names)
    if not action.option_strings:
        return f"`{value}`"
    return ", ".join(f"`{name}`" for name in action.option_strings) + (
        f" `{value}`" if action.nargs != 0 else ""
    )


def _choices(action: argparse.Action) -> str:
    if action.choices:
        return "{" + ",".join(map(str, action.choices)) + "}"
    return action.dest.upper() if action.option_strings else action.dest


def ontology(make: Callable[[Path, Path], None], folder: Path) -> str:
    """The reference of classes and properties, as a page of HTML that needs nothing else.

    :param make: writes the page of a Turtle file; pyLODE's, given by the caller that has it.
    :param folder: where files may be written on the way.
    """
    import rdflib

    whole = rdflib.Graph()
    for prefix, iri in PREFIXES.items():
        whole.bind(prefix, iri)
    header = ROOT / "ontology" / "twitchkg.ttl"
    named = rdflib.Graph().parse(header)
    (main,) = named.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)
    whole += named
    for path in sorted((ROOT / "ontology" / "schema").glob("*.ttl")):
        whole.parse(path)
    # One page is about one ontology: the modules' own headers are left out.
    for other in set(whole.subjects(rdflib.RDF.type, rdflib.OWL.Ontology)) - {main}:
        whole.remove((other, None, None))
    whole.remove((None, rdflib.OWL.imports, None))
    _write_out_expressions(whole)
    turtle, page = folder / "twitchkg.ttl", folder / "ontology.html"
    whole.serialize(turtle, format="turtle")
    make(turtle, page)
    end = f"<footer><p>{NOTICE}</p></footer></body>"
    return page.read_text("utf-8").replace("</body>", end)


def _write_out_expressions(graph: rdflib.Graph) -> None:
    """Turn class expressions into text: pyLODE stops at one within another.

    Its own order of the parts of a union also differs from run to run.
    """
    import rdflib

    from twitchkg.manchester import axiom
    from twitchkg.terms import Term

    def ours(term: rdflib.term.Node) -> Term:
        if isinstance(term, rdflib.BNode):
            return Term("bnode", str(term))
        return Term.iri(str(term)) if isinstance(term, rdflib.URIRef) else Term.string(str(term))

    for subject, predicate, value in list(graph):
        if isinstance(subject, rdflib.BNode) or not isinstance(value, rdflib.BNode):
            continue
        inner = list(graph.cbd(value))
        # Only the expression is wanted: a predicate that has no words of its own is one word.
        parts = [(subject, rdflib.RDF.value, value), *inner]
        text = axiom(tuple((ours(s), ours(p), ours(o)) for s, p, o in parts)).split(" ", 2)[2]
        graph.remove((subject, predicate, value))
        graph.add((subject, predicate, rdflib.Literal(text)))
    for blank in {s for s in graph.subjects() if isinstance(s, rdflib.BNode)}:
        graph.remove((blank, None, None))
