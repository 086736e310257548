"""The real graph, and what a small change of it alters in the results of the shapes.

:class:`Real` looks at the nodes that a change touches and asks the queries that it may concern,
since a run over everything takes far longer. ``graphchanges.py`` makes the changes.
"""

from __future__ import annotations

import re
import time
import warnings
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

import pyoxigraph
import pyshacl
import rdflib
from changes import Triple, base, change
from rdflib import RDF, RDFS, SH, XSD, BNode, Literal, URIRef
from rdflib.term import Node
from shapemutants import TARGETS, Shapes

from twitchkg import resources
from twitchkg.namespaces import PREFIXES
from twitchkg.sparql import prebound
from twitchkg.terms import Term

Pair = tuple[str, str]  # shape, component
Result = tuple[str, str, Node, Node | None, str]  # shape, component, focus, value, severity


class Change(NamedTuple):
    """What a mutant takes out and adds, and what it is."""

    what: str
    taken: frozenset[Triple]
    added: frozenset[Triple]


class Real:
    """The bundled graph, and what a change of it alters in the results."""

    def __init__(self, shapes: rdflib.Graph) -> None:
        self.shapes = shapes
        self.graph = rdflib.Graph(bind_namespaces="none")
        self.store = pyoxigraph.Store()
        nodes: dict[object, Node] = {}
        for path in resources.ontology_files():
            # Oxigraph reads Turtle many times faster than rdflib.
            for triple in pyoxigraph.parse(path=path, rename_blank_nodes=True):
                self.store.add(triple)
                s, p, o, _ = triple
                self.graph.add(tuple(_node(term, nodes) for term in (s, p, o)))  # type: ignore[arg-type]
        self._members: dict[Node, frozenset[Node]] = {}
        self._before: dict[Node, set[Result]] = {}
        self.rows: dict[str, set[Result]] = {}
        took = {}
        for query in self._queries():
            start = time.perf_counter()
            self.rows[query.name] = self._rows(query)
            took[query] = time.perf_counter() - start
        self.queries = sorted(took, key=took.__getitem__)  # the fastest first

    def members(self, kind: Node) -> frozenset[Node]:
        """The individuals of a class and of those below it, before any change."""
        if kind not in self._members:
            below = self.graph.transitive_subjects(RDFS.subClassOf, kind)
            self._members[kind] = frozenset(
                one for each in below for one in self.graph[: RDF.type : each]
            )
        return self._members[kind]

    def altered(self, changed: Change, within: frozenset[Pair]) -> set[Pair]:
        """The constraints of which a change adds results or takes some away.

        As in :meth:`difference`, the answer may be a part of the truth.
        """
        return {result[:2] for result in self.difference(changed, within)}

    def difference(self, changed: Change, within: frozenset[Pair]) -> set[Result]:
        """The results that a change adds or takes away.

        :param changed: the change, which is undone afterwards.
        :param within: the constraints that are wanted. The answer may be a part of the truth as
            soon as another one is in it, or a core constraint among these is not.
        """
        seen = self._seen(changed)
        before = self._core_before(seen)
        change(self.graph, set(changed.taken), set(changed.added))
        try:
            new = self._seen(changed)
            after = self._core(seen | new)
        finally:
            change(self.graph, set(changed.added), set(changed.taken))
        found = after ^ (before | self._core_before(new))
        if {result[:2] for result in found} != {pair for pair in within if "SPARQL" not in pair[1]}:
            return found
        for triple in changed.taken:
            self.store.remove(quad(triple))
        self.store.extend(map(quad, changed.added))
        try:
            # The graph tells the queries' focus nodes.
            change(self.graph, set(changed.taken), set(changed.added))
            for query in self.queries:
                if query.concerns(changed) and (rows := self._rows(query)) != self.rows[query.name]:
                    found |= rows ^ self.rows[query.name]
                    if query.pair not in within:
                        break
        finally:
            for triple in changed.added:
                self.store.remove(quad(triple))
            self.store.extend(map(quad, changed.taken))
            change(self.graph, set(changed.added), set(changed.taken))
        return found

    def _core_before(self, nodes: set[Node]) -> set[Result]:
        """What core constraints find in some nodes of the graph as it is."""
        new = nodes - set(self._before)
        self._before.update({node: set() for node in new})
        for result in self._core(new):
            self._before[result[2]].add(result)
        return set().union(*(self._before[node] for node in nodes))

    def _seen(self, changed: Change) -> set[Node]:
        """The nodes whose results may change: those named, and those that reach them."""
        triples = changed.taken | changed.added
        seen = {node for s, _, o in triples for node in (s, o) if not isinstance(node, Literal)}
        for subject, predicate, _ in triples:
            for slot in ("subject", "object"):  # of a claim, which others count by its predicate
                seen |= set(self.graph[subject : URIRef(PREFIXES["twk"] + slot)])
            if predicate == RDF.type:
                seen.update(self.graph.subjects(None, subject))
        return seen

    @cached_property
    def _targeted(self) -> dict[Node, set[tuple[Node, Node]]]:
        targets: dict[Node, set[tuple[Node, Node]]] = {}
        for target in TARGETS:
            for shape, value in self.shapes.subject_objects(target):
                for part in (shape, *self.shapes[shape : SH.property]):
                    targets.setdefault(part, set()).add((target, value))
        return targets

    @cached_property
    def _parts(self) -> dict[Node, set[Triple]]:
        """Each shape with what it uses, without targets, property shapes and queries."""
        parts = Shapes(self.shapes, base())
        left_out = {*TARGETS, SH.sparql}
        return {
            shape: {t for t in parts.closure(shape, everything=False) if t[1] not in left_out}
            for shape in self._targeted
        }

    def targets(self, shape: Node) -> set[tuple[Node, Node]]:
        """The targets of a shape, its own and those of its node shape."""
        return self._targeted[shape]

    def focus(self, shape: Node) -> Iterator[Node]:
        """The nodes that a shape looks at."""
        for target, value in sorted(self._targeted[shape], key=str):
            if target == SH.targetClass:
                for kind in self.graph.transitive_subjects(RDFS.subClassOf, value):
                    yield from self.graph.subjects(RDF.type, kind)
            elif target == SH.targetNode:
                yield value
            elif target == SH.targetSubjectsOf:
                yield from self.graph.subjects(value, None)
            else:
                yield from self.graph.objects(None, value)

    def _looks_at(self, shape: Node, node: Node, kinds: set[Node]) -> bool:
        return any(
            value in kinds
            if target == SH.targetClass
            else node == value
            if target == SH.targetNode
            else (node, value, None) in self.graph
            if target == SH.targetSubjectsOf
            else (None, value, node) in self.graph
            for target, value in self._targeted[shape]
        )

    def _core(self, nodes: set[Node]) -> set[Result]:
        """What core constraints find in some nodes."""
        part = rdflib.Graph()
        for node in nodes:
            kinds: set[Node] = set()
            for kind in self.graph[node : RDF.type]:
                kinds.update(filter(None, self.graph.transitive_objects(kind, RDFS.subClassOf)))
            for shape in self._targeted:
                if self._looks_at(shape, node, kinds):
                    for triple in self._parts[shape]:
                        part.add(triple)
                    part.add((shape, SH.targetNode, node))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about literals that do not fit their datatype
            _, report, _ = pyshacl.validate(self.graph, shacl_graph=part, inference="none")
        assert isinstance(report, rdflib.Graph), report
        found = set()
        for result in report.subjects(RDF.type, SH.ValidationResult):
            source, component, severity = (
                str(report.value(result, field))
                for field in (SH.sourceShape, SH.sourceConstraintComponent, SH.resultSeverity)
            )
            focus, value = (report.value(result, field) for field in (SH.focusNode, SH.value))
            assert focus is not None
            found.add((source, component, focus, value, severity))
        return found

    def _queries(self) -> Iterator[Query]:
        for shape, constraint in self.shapes.subject_objects(SH.sparql):
            prefixes = "".join(
                f"PREFIX {self.shapes.value(node, SH.prefix)}: "
                f"<{self.shapes.value(node, SH.namespace)}>\n"
                for ontology in self.shapes[constraint : SH.prefixes]
                for node in self.shapes[ontology : SH.declare]
            )
            select = str(self.shapes.value(constraint, SH.select))
            severity = str(self.shapes.value(shape, SH.severity))
            yield Query(
                shape,
                str(constraint),
                prefixes + select,
                severity,
                frozenset(self._targeted[shape]),
            )

    def _rows(self, query: Query) -> set[Result]:
        found: set[Result] = set()
        for node in set(self.focus(query.shape)):
            text = prebound(query.text, {"this": Term.iri(str(node))})
            for row in self.store.query(text):  # type: ignore[union-attr]
                value = row["value"]
                shown = None if value is None else _node(value, {})
                found.add((*query.pair, node, shown, query.severity))
        return found


class Query(NamedTuple):
    """A constraint in SPARQL, and the names on which its answer rests."""

    shape: Node
    name: str
    text: str
    severity: str
    targets: frozenset[tuple[Node, Node]]

    @property
    def pair(self) -> Pair:
        return self.name, f"{SH}SPARQLConstraintComponent"

    def names(self) -> set[Node]:
        """All names in its conditions, and its targets."""
        named: set[Node] = {RDF.type, *(value for _, value in self.targets)}
        for prefix, local in re.findall(r"\b(\w+):(\w+)", self.text.partition("WHERE")[2]):
            named.add(URIRef(PREFIXES[prefix] + local))
        return named

    def concerns(self, changed: Change) -> bool:
        """Whether the answer may be another: any name of the query is a predicate that changed."""
        if re.search(r"(?m)(?:^|\{)\s*[?$]\w+ \?\w+ ", self.text.partition("WHERE")[2]):
            return True  # the predicate is a variable
        named = self.names()
        return any(predicate in named for _, predicate, _ in changed.taken | changed.added)


_STRING = pyoxigraph.NamedNode(XSD.string)


def quad(triple: Triple) -> pyoxigraph.Quad:
    return pyoxigraph.Quad(*map(_term, triple))  # type: ignore[arg-type]


def _term(node: Node) -> pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal:
    if isinstance(node, BNode):
        return pyoxigraph.BlankNode(str(node))
    if isinstance(node, Literal):
        if node.language:
            return pyoxigraph.Literal(str(node), language=node.language)
        datatype = pyoxigraph.NamedNode(str(node.datatype)) if node.datatype else None
        return pyoxigraph.Literal(str(node), datatype=datatype)
    return pyoxigraph.NamedNode(str(node))


def _node(term: object, known: dict[object, Node]) -> Node:
    if term not in known:
        if isinstance(term, pyoxigraph.NamedNode):
            known[term] = URIRef(term.value)
        elif isinstance(term, pyoxigraph.BlankNode):
            known[term] = BNode(term.value)
        else:
            assert isinstance(term, pyoxigraph.Literal), term
            datatype = None if term.language or term.datatype == _STRING else term.datatype.value
            known[term] = Literal(term.value, term.language, datatype, normalize=False)
    return known[term]
