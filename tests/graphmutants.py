"""Mutants of the real graph: small changes, each made for one constraint of the shapes.

For a core constraint, a program changes a real node: it takes values out, adds another's, or puts
one of another class, datatype or kind in the place of a value. For any constraint, the cases of its
shape are grafted: their changes are made to the real graph, with a real individual of the same
class in the place of each individual of ``cases/base.ttl``.

:class:`Real` finds what a change alters. It looks at the nodes that a change touches and asks the
queries that it may concern, since a run over everything takes far longer.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pyoxigraph
import pyshacl
import rdflib
from changes import Triple, base, change, delta
from rdflib import RDF, RDFS, SH, SKOS, XSD, BNode, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node
from shapemutants import TARGETS, Shapes

from twitchkg import rdf, resources
from twitchkg.namespaces import PREFIXES
from twitchkg.sparql import prebound
from twitchkg.terms import Term

Result = tuple[str, str, str, str, str]  # shape, component, focus, value, severity
TWD = PREFIXES["twd"]
NEW = URIRef(TWD + "mutant")


class Change(NamedTuple):
    """What a mutant takes out and adds, and what it is."""

    what: str
    taken: frozenset[Triple]
    added: frozenset[Triple]


class Real:
    """The bundled graph, and what a change of it alters in the results."""

    def __init__(self, shapes: rdflib.Graph) -> None:
        self.shapes = shapes
        self.graph = rdf.read_graph(resources.ontology_files())
        self.store = pyoxigraph.Store()
        self.store.extend(map(quad, self.graph))
        self.queries = list(self._queries())
        self.rows = {query.name: self._rows(query) for query in self.queries}

    def altered(self, changed: Change, wanted: tuple[str, str] | None = None) -> frozenset[Result]:
        """The results that a change adds, and those that it takes away.

        :param changed: the change, which is undone afterwards.
        :param wanted: the constraint in SPARQL or other that alone should find something; where the
            core constraints tell already that it does not, no query is asked.
        """
        seen = self._seen(changed)
        change(self.graph, set(changed.taken), set(changed.added))
        seen |= self._seen(changed)
        after = self._core(seen)
        change(self.graph, set(changed.added), set(changed.taken))
        found = after ^ self._core(seen)
        if wanted and {result[:2] for result in found} != self._core_part(wanted):
            return frozenset(found)
        change(self.graph, set(changed.taken), set(changed.added))
        for triple in changed.taken:
            self.store.remove(quad(triple))
        self.store.extend(map(quad, changed.added))
        asked = [query for query in self.queries if query.concerns(changed)]
        rows = {query.name: self._rows(query) for query in asked}
        for triple in changed.added:
            self.store.remove(quad(triple))
        self.store.extend(map(quad, changed.taken))
        change(self.graph, set(changed.added), set(changed.taken))
        for name, now in rows.items():
            found |= now ^ self.rows[name]
        return frozenset(found)

    @staticmethod
    def _core_part(wanted: tuple[str, str]) -> set[tuple[str, str]]:
        return set() if "SPARQL" in wanted[1] else {wanted}

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
            source, component, focus, value, severity = (
                str(report.value(result, field))
                for field in (
                    *(SH.sourceShape, SH.sourceConstraintComponent, SH.focusNode, SH.value),
                    SH.resultSeverity,
                )
            )
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
            yield Query(shape, str(constraint), prefixes + select, severity, self._targeted[shape])

    def _rows(self, query: Query) -> set[Result]:
        found: set[Result] = set()
        for node in set(self.focus(query.shape)):
            text = prebound(query.text, {"this": Term.iri(str(node))})
            for row in self.store.query(text):  # type: ignore[union-attr]
                value = row["value"]
                shown = value.value if value is not None else ""
                kind = f"{SH}SPARQLConstraintComponent"
                found.add((query.name, kind, str(node), shown, query.severity))
        return found


class Query(NamedTuple):
    """A constraint in SPARQL, and the names on which its answer rests."""

    shape: Node
    name: str
    text: str
    severity: str
    targets: set[tuple[Node, Node]]

    def concerns(self, changed: Change) -> bool:
        """Whether the answer may be another: any name of the query is a predicate that changed."""
        _, _, where = self.text.partition("WHERE")
        if re.search(r"(?m)(?:^|\{)\s*[?$]\w+ \?\w+ ", where):
            return True  # the predicate is a variable
        named = {RDF.type, *(URIRef(str(value)) for _, value in self.targets)}
        for prefix, local in re.findall(r"\b(\w+):(\w+)", where):
            named.add(URIRef(PREFIXES[prefix] + local))
        return any(predicate in named for _, predicate, _ in changed.taken | changed.added)


def candidates(real: Real, shape: Node, component: str, cases: list[Path]) -> Iterator[Change]:
    """Changes that may make a constraint, and it alone, find something."""
    kind = component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    if kind != "SPARQL":
        for what, taken, added in _made(real, shape, kind):
            yield Change(what, frozenset(taken), frozenset(added))
    for path in cases:
        yield _grafted(real, path)


def _made(real: Real, shape: Node, kind: str) -> Iterator[tuple[str, set[Triple], set[Triple]]]:
    graph, path = real.graph, real.shapes.value(shape, SH.path)
    nodes = sorted(set(real.focus(shape)), key=str)
    if isinstance(path, BNode) or path is None:
        yield from _newcomers(real, shape, nodes)
    if path is None:
        for node in nodes:
            yield from _renamed(graph, node)
        return
    for node in islice((n for n in nodes if isinstance(n, URIRef)), 12):
        arms = _arms(real.shapes, path)
        own = {t for s, p in arms for t in graph.triples((node, p, None) if s else (None, p, node))}
        if kind in ("MinCount", "QualifiedMinCount"):
            yield f"{node} loses {len(own)}", own, set()
        elif kind in ("MaxCount", "QualifiedMaxCount"):
            had = set(graph[node:path])
            others = (value for value in _like(real, shape, path, nodes) if value not in had)
            more = set(islice(others, 2))
            for added in ([*islice(more, 1)], more):
                yield f"{node} gets {len(added)}", set(), {(node, path, value) for value in added}
        else:
            for _, predicate, value in sorted(own, key=str):
                for other in _others(real, shape, kind, node, value):
                    yield (
                        f"{node} has {other}",
                        {(node, predicate, value)},
                        {(node, predicate, other)},
                    )


def _like(real: Real, shape: Node, path: Node, nodes: list[Node]) -> Iterator[Node]:
    """Values that other nodes have, that are of the same class, or that are made from one."""
    for node in nodes:
        yield from real.graph[node:path]
    for kind in real.shapes[shape : SH["class"]]:
        yield from real.graph.subjects(RDF.type, kind)
    for value in islice((v for n in nodes for v in real.graph[n:path]), 1):
        if isinstance(value, Literal) and value.language:
            yield Literal(f"Again: {value}", value.language)


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


def _newcomers(
    real: Real, shape: Node, nodes: list[Node]
) -> Iterator[tuple[str, set[Triple], set[Triple]]]:
    """A new individual of which nothing is said, but that another is a kind of it."""
    for target, kind in sorted(real.targets(shape), key=str):
        if target == SH.targetClass:
            added: set[Triple] = {
                (NEW, RDF.type, kind),
                (NEW, RDFS.label, Literal("mutant", "en")),
                (NEW, SKOS.definition, Literal("A mutant of the graph.", "en")),
            }
            yield f"new {kind}", set(), added
            for node in nodes[:3]:
                yield f"new {kind}", set(), {*added, (node, SKOS.broader, NEW)}


def _renamed(graph: rdflib.Graph, node: Node) -> Iterator[tuple[str, set[Triple], set[Triple]]]:
    """A node without its name."""
    taken = {*graph.triples((node, None, None)), *graph.triples((None, None, node))}
    if 0 < len(taken) < 30:
        blank = BNode("mutant")
        renamed = {tuple(blank if n == node else n for n in triple) for triple in taken}
        yield f"{node} has no name", taken, renamed  # type: ignore[misc]


def _others(real: Real, shape: Node, kind: str, node: Node, value: Node) -> Iterator[Node]:
    """What may stand in the place of a value so that a constraint of a kind is broken."""
    text = str(value)
    if kind == "Class":
        for name in ("muscle-twitching", "magnesium", "leg", "garlic", "doctor", "certain"):
            yield URIRef(TWD + name)
        yield node
    elif kind in ("Datatype", "Pattern") and isinstance(value, Literal):
        yield from _written(value, kind)
    elif kind in ("NodeKind", "In"):
        yield from (BNode("mutant"), Literal("mutant"), NEW)
    elif kind in ("MinInclusive", "MaxInclusive"):
        bound = real.shapes.value(shape, SH.minInclusive if kind[1] == "i" else SH.maxInclusive)
        assert isinstance(bound, Literal), text
        step = Decimal("0.1") if bound.datatype == XSD.decimal else 1
        moved = bound.toPython() + (-step if kind[1] == "i" else step)
        yield Literal(moved, datatype=bound.datatype)
    elif kind == "MinLength":
        yield Literal("")
    elif kind == "LessThanOrEquals":
        yield Literal(100000)
    elif kind == "Disjoint":
        yield from real.graph[node : URIRef(PREFIXES["twk"] + "object")]


def _written(value: Literal, kind: str) -> Iterator[Literal]:
    """The same text with another datatype, or another text with the same one."""
    text = str(value)
    if kind == "Datatype":
        number = {"true": "1", "false": "0"}.get(text, text)
        for other in (XSD.integer, XSD.decimal, XSD.string):
            if other != value.datatype:
                yield Literal(number, datatype=other, normalize=False)
        yield Literal(text) if value.language else Literal(text, "en")
    else:
        datatype = None if value.language else value.datatype
        for changed in (text.rstrip("."), text.upper(), text.replace("no proof", "a proof")):
            if changed != text:
                yield Literal(changed, lang=value.language, datatype=datatype)


_grafts: dict[Path, Change] = {}


def _grafted(real: Real, path: Path) -> Change:
    """The change that a case makes, with real individuals in the place of the base's."""
    if path not in _grafts:
        taken, added = delta(base(), path)
        swap: dict[Node, Node] = {}
        gone: set[Triple] = set()
        for subject, predicate, _ in taken:
            gone |= set(real.graph.triples((_real(real, subject, swap), predicate, None)))
        new = {tuple(_real(real, node, swap) for node in triple) for triple in added}
        _grafts[path] = Change(f"as {path.stem}", frozenset(gone), frozenset(new))  # type: ignore[arg-type]
    return _grafts[path]


def _real(real: Real, node: Node, swap: dict[Node, Node]) -> Node:
    if node in swap or not isinstance(node, URIRef) or (node, None, None) in real.graph:
        return swap.get(node, node)
    for kind in base()[node : RDF.type]:
        like = sorted(set(real.graph.subjects(RDF.type, kind)) - set(swap.values()), key=str)
        for other in like:
            swap[node] = other
            return other
    return node


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
