"""Mutants of the shapes: each asks for a little less, or for something a little different.

They are made from the graph of shapes, so that a new constraint has its mutants as soon as it is
written. What may change:

- a constraint, a target, a property shape or one alternative of a path or of ``sh:or`` goes (what
  a constraint in SPARQL asks is changed in ``test_shape_query_mutants.py``);
- a number moves by one (by a tenth where it is a decimal) to where more is allowed;
- a class becomes a broader one or any IRI, a datatype one of its neighbours or any literal, a kind
  of node a wider kind, a pattern one that lets more pass, a list of languages a longer one;
- a list of values loses a member;
- a severity becomes a lesser one.

A mutant is a small graph: the one shape that changes, with what it uses and with its targets.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import NamedTuple

import rdflib
from changes import Triple
from rdflib import RDF, RDFS, SH, XSD, BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from twitchkg.namespaces import PREFIXES, compact

Change = tuple[str, list[Triple], list[Triple]]

TWS = PREFIXES["tws"]
TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)
DELETED = (
    *(SH["class"], SH.datatype, SH.disjoint, SH.hasValue, SH["in"], SH.languageIn, SH.lessThan),
    *(SH.lessThanOrEquals, SH.maxCount, SH.maxInclusive, SH.minCount, SH.minInclusive),
    *(SH.minLength, SH.nodeKind, SH["or"], SH.pattern, SH.property, SH.qualifiedMaxCount),
    *(SH.qualifiedMinCount, SH.sparql),
)

_USING = (SH.declare, SH.prefixes, SH.sparql)
_FEWER = (SH.minCount, SH.minInclusive, SH.minLength, SH.qualifiedMinCount)
_MORE = (SH.maxCount, SH.maxInclusive, SH.qualifiedMaxCount)
_BOUNDS = (SH.minInclusive, SH.maxInclusive)
_NUMBERS = (XSD.decimal, XSD.double, XSD.integer)
_NEIGHBOURS: dict[Node, tuple[Node, ...]] = {
    XSD.boolean: (XSD.string, XSD.integer),
    XSD.decimal: (XSD.integer, XSD.double),
    XSD.hexBinary: (XSD.string,),
    XSD.integer: (XSD.decimal, XSD.string),
    XSD.string: (RDF.langString,),
    RDF.langString: (XSD.string,),
}
_WEAKER: dict[Node, tuple[Node, ...]] = {
    SH.IRI: (SH.BlankNodeOrIRI, SH.IRIOrLiteral),
    SH.Literal: (SH.BlankNodeOrLiteral, SH.IRIOrLiteral),
    SH.Violation: (SH.Warning, SH.Info),
    SH.Warning: (SH.Info,),
}
_LOOSER = (
    *((r"^\^", ""), (r"\$$", ""), (r"\\S", "."), (r"\\\.", "."), (r"\{64\}", "{62,64}")),
    *((r"\{64\}", "{64,66}"), (r"\{2,3\}", "{1,3}"), (r"\{2,3\}", "{2,4}"), (r"\{2,8\}", "{1,8}")),
    *((r"\{2,8\}", "{2,9}"), (r"^(\w+) (\w+)$", r"\2"), (r"^(\w+) (\w+)$", r"\1")),
)
"""How a pattern becomes one that lets more pass: each where it applies."""


class Mutant(NamedTuple):
    """A changed part of the shapes.

    :param shape: the shape that changed.
    :param what: the change, in a line.
    :param entries: the shapes with targets in whose name it reports.
    :param before: the part of the shapes before the change, and
    :param after: behind it.
    """

    shape: URIRef
    what: str
    entries: frozenset[URIRef]
    before: rdflib.Graph
    after: rdflib.Graph


class Shapes:
    """The shapes, the schema that they are about, and the mutants of each node shape."""

    def __init__(self, graph: rdflib.Graph, schema: rdflib.Graph) -> None:
        self.graph = graph
        self.schema = schema
        self.named = {
            shape
            for kind in (SH.NodeShape, SH.PropertyShape)
            for shape in graph.subjects(RDF.type, kind)
            if isinstance(shape, URIRef)
        }

    def owned(self, owner: str) -> list[URIRef]:
        """A node shape and the property shapes that are named after it."""
        return sorted(
            shape for shape in self.named if str(shape).removeprefix(TWS).split("-")[0] == owner
        )

    def targets(self, shape: URIRef) -> set[tuple[Node, Node]]:
        """The targets of a shape: its own, and those of the node shapes that have it."""
        holders = {shape, *self.graph.subjects(SH.property, shape)}
        return {(p, o) for holder in holders for p in TARGETS for o in self.graph[holder:p]}

    def mutants(self, owner: str, helped: Iterable[URIRef]) -> Iterator[Mutant]:
        """The mutants of a node shape and of its property shapes.

        :param owner: the name of the node shape.
        :param helped: where it has no targets, the shapes in whose name the cases report.
        """
        for shape in self.owned(owner):
            entering = {shape} if self.targets(shape) else set(helped)
            before = rdflib.Graph()
            for entry in entering:
                before += self._part(entry)
            entries = frozenset(entering.union(*(self.graph[e : SH.sparql] for e in entering)))
            for what, remove, add in self._changes(shape, before):
                after = rdflib.Graph()
                after += before
                for triple in remove:
                    after.remove(triple)
                for triple in add:
                    after.add(triple)
                yield Mutant(shape, f"{compact(shape)}: {what}", entries, before, after)
        node = URIRef(TWS + owner)
        parts = (self.graph[node:p] for p in (SH.property, SH.sparql))
        owned = frozenset({node}.union(*parts))
        whole = self.closure(node, everything=True)
        for target, value in self.targets(node):
            after = rdflib.Graph()
            after += whole
            after.remove((node, target, value))
            what = f"{compact(node)}: no {_short(target)} {_short(value)}"
            yield Mutant(node, what, owned, whole, after)

    def _part(self, shape: URIRef) -> rdflib.Graph:
        """A shape with what it uses, and with the targets of its node shape.

        A property shape reports in its own name, so that it may stand alone.
        """
        part = self.closure(shape, everything=not self.targets(shape))
        for target, value in self.targets(shape):
            part.add((shape, target, value))
        return part

    def closure(self, shape: Node, everything: bool) -> rdflib.Graph:
        """A shape with what it uses, and if asked for with its property shapes."""
        part, waiting, seen = rdflib.Graph(), [shape], set()
        while waiting:
            node = waiting.pop()
            seen.add(node)
            for predicate, value in self.graph.predicate_objects(node):
                if predicate == SH.property and node == shape and not everything:
                    continue
                part.add((node, predicate, value))
                used = isinstance(value, BNode) or value in self.named or predicate in _USING
                if used and value not in seen:
                    waiting.append(value)
        return part

    def _changes(self, shape: URIRef, part: rdflib.Graph) -> Iterator[Change]:
        """What to take out and to put in, and what that comes to in words."""
        for parameter, value in sorted(part.predicate_objects(shape)):
            old: list[Triple] = [(shape, parameter, value)]
            shown = f"{_short(parameter)} {_short(value)}"
            if parameter in DELETED:
                counts = [*part[shape : SH.qualifiedMinCount], *part[shape : SH.qualifiedMaxCount]]
                alone = "qualified" in str(parameter) and len(counts) == 1
                shapes = part.triples((shape, SH.qualifiedValueShape, None)) if alone else ()
                yield f"no {shown}", [*old, *shapes], []  # none without a count
            for what, new in self._instead(shape, parameter, value, part):
                yield f"{shown} becomes {what}", old, new
            if parameter == SH.pattern:
                yield from self._looser(shape, str(value))
            elif parameter == SH.path and isinstance(value, BNode):
                yield from self._paths(shape, value, part)
            elif parameter in (SH["in"], SH.languageIn, SH["or"]):
                yield from self._members(shape, parameter, list(Collection(part, value)), old)

    def _instead(
        self, shape: URIRef, parameter: Node, value: Node, part: rdflib.Graph
    ) -> Iterator[tuple[str, list[Triple]]]:
        """What may stand in the place of a value."""
        if isinstance(value, Literal) and parameter in (*_FEWER, *_MORE):
            step = Decimal("0.1") if value.datatype == XSD.decimal else 1
            moved = value.toPython() + (step if parameter in _MORE else -step)
            if moved or parameter == SH.minInclusive:  # at least none is what no constraint is
                yield str(moved), [(shape, parameter, Literal(moved, datatype=value.datatype))]
        elif parameter == SH["class"]:
            broader = self.schema.objects(value, RDFS.subClassOf)
            for wider in (other for other in broader if isinstance(other, URIRef)):
                yield _short(wider), [(shape, parameter, wider)]
            yield "any IRI", [(shape, SH.nodeKind, SH.IRI)]
        elif parameter == SH.datatype:
            yield "any literal", [(shape, SH.nodeKind, SH.Literal)]
            bounded = any((shape, bound, None) in part for bound in _BOUNDS)
            for other in _NEIGHBOURS[value]:
                # A bound finds fault with what it cannot compare.
                if other in _NUMBERS or not bounded:
                    yield f"that or {_short(other)}", _either(shape, (value, other))
        elif parameter in (SH.nodeKind, SH.severity):
            for weaker in _WEAKER[value]:
                yield _short(weaker), [(shape, parameter, weaker)]
        elif parameter == SH.qualifiedValueShape:
            anything = BNode()
            yield "anything", [(shape, parameter, anything), (anything, RDF.type, SH.NodeShape)]

    @staticmethod
    def _members(
        shape: URIRef, parameter: Node, members: list[Node], old: list[Triple]
    ) -> Iterator[Change]:
        if parameter == SH.languageIn:
            more = [*members, Literal("de")]
            yield f"{_short(parameter)} with de", old, _list(shape, parameter, more)
            return
        for member in members:
            fewer = _list(shape, parameter, [other for other in members if other != member])
            yield f"{_short(parameter)} without {_short(member)}", old, fewer

    @staticmethod
    def _looser(shape: URIRef, pattern: str) -> Iterator[Change]:
        old: list[Triple] = [(shape, SH.pattern, Literal(pattern))]
        for found, with_ in _LOOSER:
            looser = re.sub(found, with_, pattern)
            if looser != pattern:
                new: list[Triple] = [(shape, SH.pattern, Literal(looser))]
                yield f"sh:pattern {pattern} becomes {looser}", old, new
        if re.search(r"(?<!\\)[a-zA-Z]", pattern):
            yield f"sh:pattern {pattern} in any case", [], [(shape, SH.flags, Literal("i"))]

    @staticmethod
    def _paths(shape: URIRef, path: BNode, part: rdflib.Graph) -> Iterator[Change]:
        for kind, value in part.predicate_objects(path):
            old: list[Triple] = [(path, kind, value)]
            if kind == SH.alternativePath:
                members = list(Collection(part, value))
                for member in members:
                    shown = _short(member)
                    for _, inner in part.predicate_objects(member):
                        shown = f"^{_short(inner)}"
                    fewer = [other for other in members if other != member]
                    new = _list(path, kind, fewer)
                    if len(fewer) == 1:  # no alternative any more
                        old, new = [(shape, SH.path, path)], [(shape, SH.path, fewer[0])]
                    yield f"path without {shown}", old, new
            if kind == SH.inversePath:
                nothing: list[Triple] = [(path, kind, URIRef(PREFIXES["twk"] + "nothing"))]
                yield f"path with nothing for ^{_short(value)}", old, nothing


def _short(node: Node) -> str:
    if isinstance(node, BNode):
        return "( ... )"
    if isinstance(node, Literal):
        return str(node) if node.datatype in (XSD.decimal, XSD.integer) else node.n3()
    return compact(str(node))


def _list(subject: Node, predicate: Node, members: list[Node]) -> list[Triple]:
    graph = rdflib.Graph()
    head = BNode()
    Collection(graph, head, members)
    return [(subject, predicate, head if members else RDF.nil), *graph]


def _either(shape: URIRef, datatypes: tuple[Node, ...]) -> list[Triple]:
    parts = {BNode(): datatype for datatype in datatypes}
    made = [(part, SH.datatype, datatype) for part, datatype in parts.items()]
    return [*_list(shape, SH["or"], list(parts)), *made]
