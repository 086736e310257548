"""The graph as a plain rdflib graph: the one module that knows rdflib."""

from __future__ import annotations

from twitchkg.namespaces import PREFIXES
from twitchkg.terms import BNODE, IRI, LITERAL, RDF_LANG_STRING, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    import rdflib
    from rdflib.term import Node

    from twitchkg.results import Result, Triple

    Answer = Callable[[str, Mapping[str, Term]], Result]


def triples(graph: rdflib.Graph) -> Iterator[Triple]:
    """The triples of a graph as plain terms.

    :param graph: the graph.
    :returns: subject, predicate and object of each triple, in no order.
    """
    for subject, predicate, value in graph:
        yield _term(subject), _term(predicate), _term(value)


def of_triples(triples: Iterable[Triple]) -> rdflib.Graph:
    """A graph that holds just these triples, with the known prefixes bound.

    Literals keep their lexical form, also one that does not fit their datatype: to find such
    faults is the business of the shapes.
    """
    import gc
    import logging
    import warnings

    from rdflib import Graph

    # Without a handler of its own, rdflib prints a traceback for every literal that does not fit
    # its datatype.
    logging.getLogger("rdflib").addHandler(logging.NullHandler())
    graph = Graph(bind_namespaces="none")
    nodes: dict[Term, rdflib.URIRef | rdflib.BNode | rdflib.Literal] = {}
    collects = gc.isenabled()
    # Nothing that is made here goes again; to look for that time and again takes half the time.
    gc.disable()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for triple in triples:
                for term in triple:
                    if term not in nodes:
                        nodes[term] = _node(term)
                subject, predicate, value = triple
                graph.add((nodes[subject], nodes[predicate], nodes[value]))
    finally:
        if collects:
            gc.enable()
    for prefix, base in PREFIXES.items():
        graph.bind(prefix, base, replace=True)
    return graph


def answered_by(graph: rdflib.Graph, answer: Answer) -> rdflib.Graph:
    """The same graph, with its queries answered by another engine.

    rdflib takes far longer over a query than over a look-up. A query with a blank node bound to a
    variable stays with rdflib, since SPARQL has no way to name one.

    :param graph: the graph.
    :param answer: answers a query in which some variables are bound to IRIs or literals.
    :returns: a graph over the same triples.
    """
    from rdflib import BNode, Graph, Variable
    from rdflib.query import Result as Rows

    class Answered(Graph):
        """A graph whose queries go to another engine."""

        def query(
            self,
            query_object: Any,
            processor: Any = "sparql",
            result: Any = "sparql",
            initNs: Any = None,  # noqa: N803 (rdflib's own name)
            initBindings: Any = None,  # noqa: N803 (rdflib's own name)
            use_store_provided: bool = True,
            **kwargs: Any,
        ) -> Rows:
            bound = {str(name): node for name, node in (initBindings or {}).items()}
            if any(isinstance(node, BNode) for node in bound.values()):
                return super().query(
                    *(query_object, processor, result, initNs, initBindings, use_store_provided),
                    **kwargs,
                )
            found = answer(query_object, {name: _term(node) for name, node in bound.items()})
            rows = Rows("SELECT")
            rows.vars = [Variable(column) for column in found.columns]
            rows.bindings = [
                {
                    Variable(column): _node(term)
                    for column, term in zip(found.columns, row.terms, strict=True)
                    if term is not None
                }
                for row in found.rows
            ]
            return rows

    return Answered(graph.store, graph.identifier, graph.namespace_manager)


def _term(node: Node) -> Term:
    from rdflib import BNode, Literal

    if isinstance(node, Literal):
        datatype = str(node.datatype or "")
        if datatype in (XSD_STRING, RDF_LANG_STRING):
            datatype = ""
        return Term(LITERAL, str(node), datatype, node.language or "")
    return Term(BNODE if isinstance(node, BNode) else IRI, str(node))


def _node(term: Term) -> rdflib.URIRef | rdflib.BNode | rdflib.Literal:
    from rdflib import BNode, Literal, URIRef

    if term.kind == IRI:
        return URIRef(term.value)
    if term.kind == BNODE:
        return BNode(term.value)
    return Literal(
        term.value, lang=term.language or None, datatype=term.datatype or None, normalize=False
    )
