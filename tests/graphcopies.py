"""Copies of nodes of the real graph: new nodes of which is said what is said of real ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

import rdflib
from changes import Triple
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from twitchkg.namespaces import PREFIXES

NEW = URIRef(PREFIXES["twd"] + "mutant")


class Break(NamedTuple):
    """What is wrong with a node: the triples that are taken from it and added to it."""

    node: Node
    what: str
    taken: frozenset[Triple]
    added: frozenset[Triple]


def copy(
    graph: rdflib.Graph, node: Node, broken: Break | None = None, exact: bool = False
) -> tuple[Node, set[Triple]]:
    """A new node like a real one, and what is said of it.

    Nodes that are named after the real one, as a checksum is after its source, are copied as well.
    What only one node says is said in another way, if an exact copy is not asked for.
    """
    inside = {value for _, value in graph[node] if str(value).startswith(f"{node}/")}
    said = {t for one in (node, *inside) for t in graph.triples((one, None, None))}
    anew: dict[Triple, Triple] = {}
    name = str(node)
    for subject, predicate, value in said:
        alone = isinstance(value, Literal) and len(list(graph.subjects(predicate, value))) == 1
        if alone and not exact:
            assert isinstance(value, Literal)
            other = again(graph, predicate, value)
            anew[subject, predicate, value] = (subject, predicate, other)
            name = told(name, value, other)
    new = URIRef(name) if name != str(node) else NEW
    if broken:
        for triple in broken.taken:
            anew.pop(triple, None)
        said = (said - broken.taken) | broken.added
    swap: dict[Node, Node] = {one: URIRef(str(one).replace(str(node), str(new))) for one in inside}
    swap[node] = new
    return new, swapped((anew.get(triple, triple) for triple in said), swap)


def again(graph: rdflib.Graph, predicate: Node, value: Literal) -> Literal:
    """Another literal of the same kind, which no node has there."""
    text = str(value)
    if value.language:
        return Literal(f"Again: {text}", value.language)
    if value.datatype == XSD.boolean:
        return Literal(text != "true")
    if value.datatype == XSD.hexBinary:
        return Literal(text[::-1], datatype=XSD.hexBinary, normalize=False)
    if value.datatype == XSD.decimal:
        return Literal(Decimal(text) + Decimal("0.001"))
    if value.datatype == XSD.integer:
        number = int(text) + 1
        while (None, predicate, Literal(number)) in graph:
            number += 1
        return Literal(number)
    return Literal(f"{text}-again", datatype=value.datatype)


def told(name: str, old: Node, new: Node) -> str:
    """A name with one number in the place of another."""
    if isinstance(old, Literal) and isinstance(new, Literal) and str(old).isdigit():
        return re.sub(rf"(?<![0-9]){old}(?![0-9])", str(new), name)
    return name


def swapped(triples: Iterable[Triple], swap: Mapping[Node, Node]) -> set[Triple]:
    return {(swap.get(s, s), swap.get(p, p), swap.get(o, o)) for s, p, o in triples}
