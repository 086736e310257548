"""Small graphs that a Turtle file with directives changes: the cases of shapes and of checks.

Comments at the top of such a file say in words what is in it, and then, line by line, what else a
test must know. ``# remove: twc:900-0004 twk:isFoundIn`` takes triples out of the base before the
file is added: those with that subject, with that predicate where one is given, and with that object
likewise. The tests say which other directives their files may have.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import rdflib
from rdflib import URIRef
from rdflib.term import Node

from twitchkg import rdf, resources, store
from twitchkg.namespaces import PREFIXES

Triple = tuple[Node, Node, Node]
CASES = Path(__file__).parent / "cases"


def read_graph(paths: Iterable[str | Path]) -> rdflib.Graph:
    """One graph of all triples of some files."""
    return rdf.of_triples(triple for path in paths for triple in store.parse(str(path)))


@cache
def base() -> rdflib.Graph:
    """The schema and ``cases/base.ttl``."""
    schema = [path for path in resources.ontology_files() if Path(path).parent.name == "schema"]
    assert schema
    return read_graph([*schema, CASES / "base.ttl"])


def directives(path: Path) -> dict[str, list[str]]:
    """The values of each directive."""
    comments = re.match(r"(?:#.*\n)*", path.read_text(encoding="utf-8"))
    assert comments
    first, *others = comments[0].splitlines()
    assert re.fullmatch(r"# [A-Z].*\.", first), f"{path} must say first what is in it"
    given: dict[str, list[str]] = {}
    for line in others:
        key, separator, value = line.removeprefix("# ").partition(": ")
        assert separator, f"{path}: {line} is no directive"
        given.setdefault(key, []).append(value)
    return given


def expand(text: str) -> str:
    """The IRI that a directive writes in full or as a CURIE."""
    if text.startswith("<"):
        return text[1:-1]
    prefix, local = text.split(":", 1)
    return PREFIXES[prefix] + local


def delta(graph: rdflib.Graph, path: Path) -> tuple[set[Triple], set[Triple]]:
    """The triples that the file takes out of a graph, and those that it adds."""
    taken: set[Triple] = set()
    for what in directives(path).get("remove", []):
        subject, prop, value = (*map(URIRef, map(expand, what.split())), None, None)[:3]
        found = set(graph.triples((subject, prop, value)))
        assert found, f"{path} removes what is not there: {what}"
        taken |= found
    added = set(read_graph([path]))
    return taken - added, {triple for triple in added if triple not in graph}


def changed(graph: rdflib.Graph, path: Path) -> rdflib.Graph:
    """A copy of the graph, as the file changes it."""
    copy = rdflib.Graph()
    copy += graph
    change(copy, *delta(graph, path))
    return copy


def change(graph: rdflib.Graph, taken: set[Triple], added: set[Triple]) -> None:
    """Change a graph in place."""
    for triple in taken:
        graph.remove(triple)
    for triple in added:
        graph.add(triple)


@contextmanager
def applied(graph: rdflib.Graph, path: Path) -> Iterator[rdflib.Graph]:
    """The graph itself as the file changes it, until the end of the block.

    A copy takes far longer than most changes.
    """
    taken, added = delta(graph, path)
    change(graph, taken, added)
    try:
        yield graph
    finally:
        change(graph, added, taken)
