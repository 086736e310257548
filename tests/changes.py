"""Small graphs that a Turtle file with directives changes: the cases of shapes and of checks.

Comments at the top of such a file say in words what is in it, and then, line by line, what else a
test must know. ``# remove: twc:900-0004 twk:isFoundIn`` takes triples out of the base before the
file is added: those with that subject, with that predicate where one is given, and with that object
likewise. The tests say which other directives their files may have.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import rdflib
from rdflib import URIRef

from twitchkg import rdf, resources
from twitchkg.namespaces import PREFIXES

CASES = Path(__file__).parent / "cases"


@cache
def base() -> rdflib.Graph:
    """The schema and ``cases/base.ttl``."""
    schema = [path for path in resources.ontology_files() if Path(path).parent.name == "schema"]
    assert schema
    return rdf.read_graph([*schema, CASES / "base.ttl"])


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


def changed(graph: rdflib.Graph, path: Path) -> rdflib.Graph:
    """A copy of the graph, as the file changes it."""
    copy = rdflib.Graph()
    copy += graph
    for what in directives(path).get("remove", []):
        subject, prop, value = (*map(URIRef, map(expand, what.split())), None, None)[:3]
        taken = list(copy.triples((subject, prop, value)))
        assert taken, f"{path} removes what is not there: {what}"
        for triple in taken:
            copy.remove(triple)
    copy += rdf.read_graph([path])
    return copy
