"""The statements of files, to be read in order or written as one ontology."""

from __future__ import annotations

import contextlib
import re

import pyoxigraph as ox

from twitchkg import resources
from twitchkg.namespaces import BASE, MODULE, OWL, PREFIXES
from twitchkg.store import conversion, reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from twitchkg.results import Triple
    from twitchkg.terms import Term

_GENID = BASE + ".well-known/genid/"
_IMPORTS = OWL + "imports"
_BLOCK = 50_000  # quads that are loaded at a time; bulk_extend itself holds a million


class Dataset:
    """Files as named graphs in a store on disk, to be read in order without holding them all."""

    __slots__ = ("_engine",)

    def __init__(self, engine: ox.Store) -> None:
        self._engine = engine

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(name.value for name in self._engine.named_graphs())

    def triples(self, graph: str | None) -> Iterator[Triple]:
        """The triples of a named graph, or of the default graph, each once."""
        for quad in self._quads(graph):
            yield conversion.triple(quad)

    def ntriples(self, graph: str | None) -> Iterator[str]:
        """The same as lines of N-Triples in ASCII."""
        for quad in self._quads(graph):
            text = f"{quad.subject} {quad.predicate} {quad.object} .\n"
            yield text if text.isascii() else re.sub(r"[^\x00-\x7f]", _escaped, text)

    def _quads(self, graph: str | None) -> Iterator[ox.Quad]:
        name = ox.NamedNode(graph) if graph else ox.DefaultGraph()
        return self._engine.quads_for_pattern(None, None, None, name)


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


@contextlib.contextmanager
def dataset(user_files: Sequence[str] = (), *, bundled: bool = True) -> Iterator[Dataset]:
    """The bundled graph with the user's own files, on disk for as long as the block lasts.

    Blank nodes become IRIs below ``/.well-known/genid/`` that depend on the file's content and
    their order there only, so that two readings give the same triples. Memory grows with the
    number of blank nodes in a file, not with its size.

    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    from itertools import chain, islice
    from tempfile import TemporaryDirectory

    names = reading.parts(user_files, bundled=bundled)
    # The engine's files may still be closing when the folder is removed.
    with TemporaryDirectory(prefix="twitchkg-", ignore_cleanup_errors=True) as folder:
        opened = Dataset(ox.Store(folder))
        try:
            files = (reading.twice(_without_blanks(path), graph) for path, graph in names)
            quads = chain.from_iterable(files)
            while block := list(islice(quads, _BLOCK)):
                opened._engine.bulk_extend(block)
            yield opened
        finally:
            del opened._engine


def _without_blanks(path: str) -> Iterator[ox.Quad]:
    names: dict[ox.BlankNode, ox.NamedNode] = {}
    digest = resources.digest([path])[:16]

    def named(node: Any) -> Any:
        if not isinstance(node, ox.BlankNode):
            return node
        if node not in names:
            names[node] = ox.NamedNode(f"{_GENID}{digest}-{len(names)}")
        return names[node]

    for quad in reading.parsing(path):
        yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object))


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
