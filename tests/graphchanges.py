"""Changes of the real graph, each made so that one constraint of the shapes may find it alone.

For a core constraint, a program breaks a real node: it takes values out, adds others that fit, or
puts a wrong one in the place of a value or beside it. What else finds the broken node often does so
because other nodes rest on it, or because its name tells its values. So a break is tried

- on the node itself;
- on the node under the name that its new values ask for;
- on a copy, a new node of which all is said that is said of the real one, where what only one node
  says (a label, a digest) is said in another way; nothing rests on it, or one thing does;
- on the node as one of a new, narrower class, which the queries that name the class pass by.

For any constraint, the cases of its shape are grafted: their changes are made to the real graph,
with a real individual in the place of each individual of ``cases/base.ttl``. For one in SPARQL,
nodes with the predicates of the query are copied, and get and lose values of them, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

import rdflib
from changes import Triple, base, delta
from graphbreaks import NODES, breaks, in_turn, spread
from graphcopies import NEW, Break, copy, swapped, told
from graphmutants import Change, Real
from rdflib import RDF, RDFS, SH, SKOS, XSD, BNode, Literal, URIRef
from rdflib.term import Node

NARROWER = URIRef(f"{NEW}-kind")
TRIES = 16  # how many breaks are tried in each way


def candidates(real: Real, shape: URIRef, component: str, cases: list[Path]) -> Iterator[Change]:
    """Changes that may make a constraint, and it alone, find something."""
    kind = component.removeprefix(str(SH)).removesuffix("ConstraintComponent")
    grafted = [_grafted(real, path) for path in cases]
    if kind == "SPARQL":
        yield from chain(grafted, _asked(real, str(shape)))
        return
    path = real.shapes.value(shape, SH.path)
    nodes = sorted(set(real.focus(shape)), key=str)
    if path is None:
        for node in spread(nodes, NODES):
            yield from _nameless(real.graph, node)
        yield from grafted
    else:
        broken = list(islice(breaks(real, shape, path, kind, nodes), TRIES))
        yield from (Change(one.what, one.taken, one.added) for one in broken)
        yield from grafted
        for way in (_renamed, _copies, _narrower, _narrower_copies):
            yield from chain.from_iterable(way(real.graph, one) for one in broken)
    if isinstance(path, BNode) or path is None:
        yield from _newcomers(real, shape, nodes)


# --- Ways to break a node --------------------------------------------------


def _renamed(graph: rdflib.Graph, broken: Break) -> Iterator[Change]:
    """The node under the name that its new values ask for, where its name tells them."""
    name = str(broken.node)
    for _, predicate, value in broken.added:
        for old in graph[broken.node : predicate]:
            name = told(name, old, value)
    if name != str(broken.node):
        before = {
            *graph.triples((broken.node, None, None)),
            *graph.triples((None, None, broken.node)),
        }
        after = (before - broken.taken) | broken.added
        swap = {broken.node: URIRef(name)}
        yield Change(
            f"{broken.what} and a new name", frozenset(before), frozenset(swapped(after, swap))
        )


def _copies(graph: rdflib.Graph, broken: Break) -> Iterator[Change]:
    """A broken copy of a node: on its own, or with one thing that rests on it."""
    new, said = copy(graph, broken.node, broken)
    yield Change(f"copy of {broken.what}", frozenset(), frozenset(said))
    users: dict[Node, Node] = {}
    for subject, predicate in graph.subject_predicates(broken.node):
        users.setdefault(predicate, subject)
    for predicate, subject in sorted(users.items(), key=str)[:4]:
        used = {*said, (subject, predicate, new)}
        yield Change(f"copy of {broken.what} for {subject}", frozenset(), frozenset(used))


def _narrower(graph: rdflib.Graph, broken: Break) -> Iterator[Change]:
    """The broken node as one of a new class below all that it had."""
    kinds = set(graph[broken.node : RDF.type])
    taken = {*broken.taken, *((broken.node, RDF.type, kind) for kind in kinds)}
    added = {*broken.added, (broken.node, RDF.type, NARROWER)}
    added |= {(NARROWER, RDFS.subClassOf, kind) for kind in kinds}
    yield Change(f"narrower: {broken.what}", frozenset(taken), frozenset(added))


def _narrower_copies(graph: rdflib.Graph, broken: Break) -> Iterator[Change]:
    """A broken copy, on which nothing rests, as one of a new class below all that it had."""
    new, said = copy(graph, broken.node, broken)
    kinds = {o for s, p, o in said if s == new and p == RDF.type}
    added = {t for t in said if t[:2] != (new, RDF.type)} | {(new, RDF.type, NARROWER)}
    added |= {(NARROWER, RDFS.subClassOf, kind) for kind in kinds}
    yield Change(f"narrower copy of {broken.what}", frozenset(), frozenset(added))


def _newcomers(real: Real, shape: URIRef, nodes: list[Node]) -> Iterator[Change]:
    """A new individual of which nothing is said, but that another is a kind of it."""
    for target, kind in sorted(real.targets(shape), key=str):
        if target == SH.targetClass:
            added: set[Triple] = {
                (NEW, RDF.type, kind),
                (NEW, RDFS.label, Literal("mutant", "en")),
                (NEW, SKOS.definition, Literal("A mutant of the graph.", "en")),
            }
            yield Change(f"new {kind}", frozenset(), frozenset(added))
            for node in nodes[:3]:
                used = {*added, (node, SKOS.broader, NEW)}
                yield Change(f"new {kind} above {node}", frozenset(), frozenset(used))


def _nameless(graph: rdflib.Graph, node: Node) -> Iterator[Change]:
    """A node without its name."""
    taken = {*graph.triples((node, None, None)), *graph.triples((None, None, node))}
    if 0 < len(taken) < 30:
        renamed = swapped(taken, {node: BNode("mutant")})
        yield Change(f"{node} has no name", frozenset(taken), frozenset(renamed))


# --- Queries ---------------------------------------------------------------


def _asked(real: Real, name: str) -> Iterator[Change]:
    """Nodes with the predicates of a query are copied, and get and lose values."""
    (query,) = (query for query in real.queries if query.name == name)
    yield from in_turn(
        _about(real.graph, predicate)
        for predicate in sorted(query.names() - {RDF.type}, key=str)
        if (None, predicate, None) in real.graph
    )


def _about(graph: rdflib.Graph, predicate: Node) -> Iterator[Change]:
    triples = sorted(graph.triples((None, predicate, None)), key=str)
    chosen = spread(triples, NODES)
    none: frozenset[Triple] = frozenset()
    for (subject, _, value), (_, _, other) in zip(chosen, reversed(chosen), strict=True):
        old = frozenset({(subject, predicate, value)})
        if isinstance(value, URIRef):
            back = frozenset({(value, predicate, subject)})
            yield Change(f"{value} {predicate} {subject}", none, back)
        else:
            assert isinstance(value, Literal)
            if value.datatype == XSD.integer:
                for number in (1, 10**6):
                    added = frozenset({(subject, predicate, Literal(number))})
                    yield Change(f"{subject} {predicate} {number}", old, added)
        new = frozenset({(subject, predicate, other)}) - old
        yield Change(f"{subject} gets {predicate} {other}", none, new)
        yield Change(f"{subject} has {predicate} {other}", old, new)
        yield Change(f"{subject} loses {predicate} {value}", old, none)
        for exact in (True, False):
            _, said = copy(graph, subject, exact=exact)
            what = "an exact copy" if exact else "a copy"
            yield Change(f"{what} of {subject}", none, frozenset(said))


# --- Cases -----------------------------------------------------------------

_grafts: dict[Path, Change] = {}


def _grafted(real: Real, path: Path) -> Change:
    """The change that a case makes, with real individuals in the place of the base's."""
    if path not in _grafts:
        taken, added = delta(base(), path)
        swap: dict[Node, Node] = {}
        gone: set[Triple] = set()
        for subject, predicate, _ in sorted(taken, key=str):
            gone |= set(real.graph.triples((_real(real, subject, swap), predicate, None)))
        new = set()
        for s, p, o in sorted(added, key=str):
            new.add((_real(real, s, swap), p, _real(real, o, swap)))
        _grafts[path] = Change(f"as {path.stem}", frozenset(gone), frozenset(new))
    return _grafts[path]


def _real(real: Real, node: Node, swap: dict[Node, Node]) -> Node:
    """The individual of the same class of which most of the same is said."""
    if node in swap or not isinstance(node, URIRef) or (node, None, None) in real.graph:
        return swap.get(node, node)
    said = {(p, swap.get(o, o)) for p, o in base()[node]}
    for kind in base()[node : RDF.type]:
        like = sorted(set(real.graph.subjects(RDF.type, kind)) - set(swap.values()), key=str)
        if like:
            swap[node] = max(like, key=lambda other: len(said & set(real.graph[other])))
            return swap[node]
    return node
