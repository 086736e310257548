"""What may be wrong with a node of the real graph, so that a constraint finds it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice, zip_longest
from typing import TypeVar

import rdflib
from changes import Triple
from graphcopies import NEW, Break, again, copy
from graphmutants import Real
from rdflib import RDFS, SH, XSD, BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

T = TypeVar("T")
NODES = 8  # how many nodes are broken


def spread(values: Iterable[T], count: int) -> list[T]:
    """Some of many, at even distances."""
    values = list(values)
    step = max(1, len(values) // count)
    return values[::step][:count]


def in_turn(each: Iterable[Iterable[T]]) -> Iterator[T]:
    """The first of each, then the second of each, and so on."""
    missing = object()
    for turn in zip_longest(*each, fillvalue=missing):
        yield from (value for value in turn if value is not missing)  # type: ignore[misc]


def breaks(real: Real, shape: URIRef, path: Node, kind: str, nodes: list[Node]) -> Iterator[Break]:
    """Nodes with a fault that the constraint finds; first those that have a value there."""
    arms = _arms(real.shapes, path)
    named = [node for node in nodes if isinstance(node, URIRef)]
    having = [node for node in named if any(_along(real.graph, node, arms))]
    without = [node for node in named if node not in set(having)]
    chosen = spread(having, NODES) or spread(without, NODES)
    each = (list(_broken(real, shape, arms, kind, node)) for node in chosen)
    # The next node begins with the next kind of break, so that the first few are of all kinds.
    yield from in_turn(
        [*broken[at % NODES :], *broken[: at % NODES]] for at, broken in enumerate(each)
    )


def _broken(
    real: Real, shape: URIRef, arms: list[tuple[bool, Node]], kind: str, node: Node
) -> Iterator[Break]:
    own = set(_along(real.graph, node, arms))
    none: frozenset[Triple] = frozenset()
    if kind in ("MinCount", "QualifiedMinCount"):
        if kind == "QualifiedMinCount":
            for triple in sorted(own, key=str):
                yield Break(node, f"{node} loses {triple[2]}", frozenset({triple}), none)
        yield Break(node, f"{node} loses {len(own)}", frozenset(own), none)
    elif kind in ("MaxCount", "QualifiedMaxCount"):
        bound = real.shapes.value(shape, SH[kind[0].lower() + kind[1:]])
        assert isinstance(bound, Literal)
        had = len(own) if kind == "MaxCount" else int(bound)
        for predicate in (p for forward, p in arms if forward):
            fitting = _fitting(real, shape, node, predicate)
            for _ in range(3):
                more = list(islice(fitting, max(1, int(bound) + 1 - had)))
                if more:
                    added = {(node, predicate, value) for value, _ in more}.union(
                        *(of_value for _, of_value in more)
                    )
                    shown = ", ".join(str(value) for value, _ in more)
                    yield Break(node, f"{node} gets {shown}", none, frozenset(added))
    else:
        for triple in sorted(own, key=str):
            subject, predicate, value = triple
            if subject != node:
                continue
            for other in _wrong(real, shape, kind, node, value):
                added = {(node, predicate, other)}
                what = f"{node} has {other}"
                yield Break(node, what, frozenset({triple}), frozenset(added))
                yield Break(node, f"{what} too", none, frozenset(added))


def _arms(shapes: rdflib.Graph, path: Node) -> list[tuple[bool, Node]]:
    """The predicates of a path, and whether each leads forward."""
    if isinstance(path, URIRef):
        return [(True, path)]
    inverse = shapes.value(path, SH.inversePath)
    if inverse is not None:
        return [(False, inverse)]
    head = shapes.value(path, SH.alternativePath)
    assert head is not None
    return [arm for member in Collection(shapes, head) for arm in _arms(shapes, member)]


def _along(graph: rdflib.Graph, node: Node, arms: list[tuple[bool, Node]]) -> Iterator[Triple]:
    for forward, predicate in arms:
        yield from graph.triples((node, predicate, None) if forward else (None, predicate, node))


def _fitting(
    real: Real, shape: URIRef, node: Node, predicate: Node
) -> Iterator[tuple[Node, set[Triple]]]:
    """More values, each with what must be said of it, against which only the number speaks."""
    graph = real.graph
    had = set(graph[node:predicate])
    nothing: set[Triple] = set()
    like = had or set(islice(graph.objects(None, predicate), 1))
    kinds = set(real.shapes[shape : SH["class"]])
    made = [again(graph, predicate, value) for value in like if isinstance(value, Literal)]
    listed = [
        value for head in real.shapes[shape : SH["in"]] for value in Collection(real.shapes, head)
    ]
    others = sorted(set(graph.objects(None, predicate)), key=str)
    members = [one for kind in kinds for one in sorted(real.members(kind), key=str)]
    values = [
        value
        for value in (*made, *listed, *spread(others, NODES), *spread(members, NODES))
        if value not in had and all(value in real.members(kind) for kind in kinds)
    ]
    copies = [copy(graph, value) for value in like if isinstance(value, URIRef)]
    simple = [(value, nothing) for value in dict.fromkeys(values)]
    yield from (*simple[:1], *copies[:1], *simple[1:])


def _wrong(real: Real, shape: URIRef, kind: str, node: Node, value: Node) -> Iterator[Node]:
    """What may stand in the place of a value so that a constraint of a kind is broken."""
    shapes, graph = real.shapes, real.graph
    asked = shapes.value(shape, SH[kind[0].lower() + kind[1:]])
    if kind == "Class":
        assert asked is not None
        yield from islice(_akin(real, asked), 4)
        yield from (NEW, node)
    elif kind == "NodeKind":
        yield from (BNode("mutant"), Literal("mutant"), NEW)
    elif kind == "In":
        for predicate in set(graph.predicates(node, value)):
            yield from spread(sorted(set(graph.objects(None, predicate)), key=str), NODES)
        yield from (BNode("mutant"), Literal("mutant"), NEW)
    elif kind in ("LessThan", "LessThanOrEquals"):
        yield from (Literal(int(str(bound)) + 1) for bound in graph[node:asked])
    elif kind == "Disjoint":
        yield from graph[node:asked]
    elif isinstance(value, Literal) and isinstance(asked, Literal | URIRef):
        yield from _written(kind, asked, value)


def _written(kind: str, asked: Literal | URIRef, value: Literal) -> Iterator[Literal]:
    """A literal that is not what a constraint asks for, but else much the same."""
    text = str(value)
    if kind == "Datatype":
        yield from _typed(value)
    elif kind == "Pattern":
        datatype = None if value.language else value.datatype
        for changed in (text[:-1], f" {text}", text.upper(), re.sub(str(asked), "", text)):
            if changed != text:
                yield Literal(changed, lang=value.language, datatype=datatype, normalize=False)
    elif kind == "MinLength":
        yield Literal("")
    elif kind in ("MinInclusive", "MaxInclusive"):
        assert isinstance(asked, Literal)
        step = Decimal("0.1") if asked.datatype == XSD.decimal else 1
        moved = asked.toPython() + (-step if kind == "MinInclusive" else step)
        yield Literal(moved, datatype=asked.datatype)


def _akin(real: Real, wanted: Node) -> Iterator[Node]:
    """Individuals of the classes above one, the nearest first, that are not of it."""
    inside = real.members(wanted)
    seen: set[Node] = {wanted}
    waiting = [wanted]
    while waiting:
        for above in sorted(real.graph[waiting.pop(0) : RDFS.subClassOf], key=str):
            if above not in seen:
                seen.add(above)
                waiting.append(above)
                outside = sorted(real.members(above) - inside, key=str)
                yield from spread((n for n in outside if isinstance(n, URIRef)), 2)


def _typed(value: Literal) -> Iterator[Literal]:
    """Much the same with another datatype."""
    text = str(value)
    if value.language:
        yield Literal(text)
        return
    if re.fullmatch(r"[-+]?[0-9.]+", text):
        yield Literal(f"{text}e0", datatype=XSD.double, normalize=False)
        yield Literal(text.partition(".")[0], datatype=XSD.integer)
        yield Literal(text, datatype=XSD.decimal, normalize=False)
    yield Literal({"true": "1", "false": "0"}.get(text, text), datatype=XSD.integer)
    yield Literal(text, "en")
    yield Literal(text)
