"""The statements of files, to be written as one ontology."""

from __future__ import annotations

import pyoxigraph as ox

from twitchkg.namespaces import MODULE, OWL, PREFIXES
from twitchkg.store import conversion, reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from twitchkg.results import Triple
    from twitchkg.terms import Term

_IMPORTS = OWL + "imports"


class Extract:
    """The statements of some files as one ontology, ready to be written: sorted, each one once.

    Blank nodes are named by their order in the files, so that the same files give the same bytes.

    :param files: paths, each with the IRI of the named graph it belongs to, or ``None``.
    :param named: whether to keep the statements of each graph apart.
    :param keep: for a graph's name, whether its statements belong to the extract.
    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """

    __slots__ = ("_statements",)

    def __init__(
        self,
        files: Iterable[tuple[str, str | None]],
        *,
        named: bool = False,
        keep: Callable[[str | None], bool] = lambda graph: True,
    ) -> None:
        count = 0
        found: dict[ox.Quad, None] = {}
        for path, graph in files:
            if not keep(graph):
                continue
            name = ox.NamedNode(graph) if graph and named else ox.DefaultGraph()
            names: dict[ox.BlankNode, ox.BlankNode] = {}
            for quad in reading.parsing(path):
                triple = quad.triple
                s, p, o = triple.subject, triple.predicate, triple.object
                if p.value == _IMPORTS or (isinstance(s, ox.NamedNode) and _is_module(s.value)):
                    continue
                if isinstance(s, ox.BlankNode) or isinstance(o, ox.BlankNode):
                    for node in (s, o):
                        if isinstance(node, ox.BlankNode) and node not in names:
                            count += 1
                            names[node] = ox.BlankNode(f"b{count}")
                    s = names[s] if isinstance(s, ox.BlankNode) else s
                    o = names[o] if isinstance(o, ox.BlankNode) else o
                    triple = ox.Triple(s, p, o)
                found[ox.Quad(triple.subject, triple.predicate, triple.object, name)] = None
        self._statements = sorted(found, key=_by_graph)

    def __len__(self) -> int:
        return len(self._statements)

    def serialize(self, format: str) -> bytes:
        """The statements as UTF-8 text in a format of RDF, with the known prefixes."""
        kind = reading.FORMATS[format]
        statements = iter(self._statements)
        if kind.supports_datasets:
            written = ox.serialize(statements, format=kind, prefixes=PREFIXES)
        else:
            triples = (quad.triple for quad in statements)
            written = ox.serialize(triples, format=kind, prefixes=PREFIXES)
        return written or b""

    def triples(self) -> Iterator[Triple]:
        """The statements as plain terms, sorted by subject."""
        known: dict[object, Term] = {}

        def term(engine: object) -> Term:
            found = known.get(engine)
            if found is None:
                found = known[engine] = conversion.term(engine)
            return found

        for statement in self._statements:
            yield term(statement.subject), term(statement.predicate), term(statement.object)


def _is_module(iri: str) -> bool:
    return iri.startswith(MODULE)


def _by_graph(quad: ox.Quad) -> tuple[str, str]:
    return str(quad.graph_name), str(quad)
