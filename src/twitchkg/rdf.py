"""The graph as a plain rdflib graph: the one module that knows rdflib."""

from __future__ import annotations

import os

from twitchkg import resources
from twitchkg.errors import DataError
from twitchkg.namespaces import PREFIXES
from twitchkg.terms import RDF_LANG_STRING, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    import rdflib
    from rdflib.query import Result
    from rdflib.term import Node

    from twitchkg.results import Triple


def read_graph(paths: Iterable[str | os.PathLike[str]]) -> rdflib.Graph:
    """One graph of all triples of some Turtle files.

    Literals keep their lexical form, also one that does not fit their datatype: to find such
    faults is the business of the shapes.

    :param paths: the files.
    :returns: the graph, with every prefix of :data:`twitchkg.namespaces.PREFIXES` bound.
    :raises twitchkg.errors.FileAccessError: if a file cannot be read.
    :raises DataError: if one is not UTF-8 text, or not Turtle, with the line where that is known.
    """
    import logging

    from rdflib import Graph

    # Without a handler of its own, rdflib prints a traceback for every literal that does not fit
    # its datatype.
    logging.getLogger("rdflib").addHandler(logging.NullHandler())
    graph = Graph(bind_namespaces="none")
    for given in paths:
        path = os.fspath(given)
        _parse(graph, path, resources.read_text(path, "data file"))
    for prefix, base in PREFIXES.items():
        graph.bind(prefix, base, replace=True)
    return graph


def triples(graph: rdflib.Graph) -> Iterator[Triple]:
    """The triples of a graph as plain terms.

    :param graph: the graph.
    :returns: subject, predicate and object of each triple, in no order.
    """
    for subject, predicate, value in graph:
        yield _term(subject), _term(predicate), _term(value)


def compiled_once(graph: rdflib.Graph) -> rdflib.Graph:
    """The same graph, for engines that ask the same query over and over.

    rdflib compiles a query each time it is asked, which takes longer than most answers. The graph
    returned compiles each text once.

    :param graph: the graph.
    :returns: a graph over the same triples; what is added to one is in the other.
    """
    from rdflib import Graph
    from rdflib.plugins.sparql import prepareQuery
    from rdflib.plugins.sparql.sparql import Query

    class CompiledOnce(Graph):
        """A graph that remembers the queries it compiled."""

        def query(self, query_object: str | Query, *args: Any, **kwargs: Any) -> Result:
            if isinstance(query_object, str):
                if query_object not in compiled:
                    compiled[query_object] = prepareQuery(query_object)
                query_object = compiled[query_object]
            return super().query(query_object, *args, **kwargs)

    compiled: dict[str, Query] = {}
    return CompiledOnce(graph.store, graph.identifier, graph.namespace_manager)


def _parse(graph: rdflib.Graph, path: str, text: str) -> None:
    """Add the triples of a Turtle text to a graph."""
    import warnings

    import rdflib

    normalize = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about literals that do not fit their datatype
            graph.parse(data=text, format="turtle", publicID="")
    except Exception as error:  # rdflib's parser lets many kinds of exception through
        line = getattr(error, "lines", None)
        where = f", line {line + 1}" if isinstance(line, int) else ""
        reason = "the text is not Turtle"
        if isinstance(error, RecursionError):
            reason = "brackets are nested too deep"
        elif where:
            reason = " ".join(str(getattr(error, "_why", error)).split())[:200].rstrip(".")
        raise DataError(
            f"Cannot read '{path}'{where}: {reason}. Mend the file there and try again."
        ) from None
    finally:
        rdflib.NORMALIZE_LITERALS = normalize


def _term(node: Node) -> Term:
    from rdflib import BNode, Literal

    if isinstance(node, Literal):
        datatype = str(node.datatype or "")
        if datatype in (XSD_STRING, RDF_LANG_STRING):
            datatype = ""
        return Term("literal", str(node), datatype, node.language or "")
    return Term("bnode" if isinstance(node, BNode) else "iri", str(node))
