"""The embedded graph: the one module that knows Oxigraph.

A store holds every triple once in its default graph, and again in the named graph of its file.
"""

from __future__ import annotations

import contextlib
import os

import pyoxigraph as ox

from twitchkg import cache, resources, sparql
from twitchkg.errors import (
    DataError,
    FileAccessError,
    NotAcceptableError,
    QueryFailedError,
    QuerySyntaxError,
    TooLargeError,
    TwitchkgError,
    UpdateRefusedError,
)
from twitchkg.namespaces import BASE, MODULE, OWL, PREFIXES, RDFS
from twitchkg.namespaces import USER_GRAPH as USER_GRAPH  # noqa: PLC0414 (exported again on purpose)
from twitchkg.results import Result, Row
from twitchkg.terms import (
    BNODE,
    IRI,
    LITERAL,
    RDF_LANG_STRING,
    XSD_STRING,
    Iri,
    Term,
    literal_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from twitchkg.results import Triple
    from twitchkg.terms import Value

_GENID = BASE + ".well-known/genid/"
_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
_ENDINGS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
}
ROW_TYPES = {
    "application/sparql-results+json": ox.QueryResultsFormat.JSON,
    "application/sparql-results+xml": ox.QueryResultsFormat.XML,
    "text/csv": ox.QueryResultsFormat.CSV,
    "text/tab-separated-values": ox.QueryResultsFormat.TSV,
    "application/json": ox.QueryResultsFormat.JSON,
    "application/xml": ox.QueryResultsFormat.XML,
    "text/xml": ox.QueryResultsFormat.XML,
}
"""The media types of rows, the preferred one first."""
BOOLEAN_TYPES = {
    name: format
    for name, format in ROW_TYPES.items()
    if format in (ox.QueryResultsFormat.JSON, ox.QueryResultsFormat.XML)
}
"""The media types of a yes or no; CSV and TSV have none."""
GRAPH_TYPES = {
    "text/turtle": "turtle",
    "application/n-triples": "ntriples",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/trig": "trig",
    "text/plain": "ntriples",
}
"""The media types of a graph, the preferred one first."""
_IMPORTS = OWL + "imports"
_PREPARED = "store-1"  # part of the folder's name: raise it when what is prepared changes
_BLOCK = 50_000  # quads that are loaded at a time; bulk_extend itself holds a million
_KEPT = 4  # prepared stores left in the cache when a new one is added


class Store:
    """An RDF dataset that answers SPARQL queries.

    :param engine: the engine's own store.
    :param bundled: whether it holds nothing but the bundled graph, in which no term is a triple.
    """

    __slots__ = ("_engine", "is_bundled")

    def __init__(self, engine: ox.Store, bundled: bool = False) -> None:
        self._engine = engine
        self.is_bundled = bundled

    def __len__(self) -> int:
        """The number of triples in the default graph."""
        found = self.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows[0]["n"]
        return int(str(found))

    def query(self, text: str) -> Result:
        """The answer to a SPARQL query; known prefixes need not be declared.

        :raises QuerySyntaxError: if the text does not parse, with the place and what was expected.
        :raises UpdateRefusedError: if it is an update.
        :raises QueryFailedError: if the engine cannot carry it out.
        """
        _refuse_nested(text)
        with _Errors(text):
            answer = self._engine.query(text, prefixes=PREFIXES)
            if isinstance(answer, ox.QuerySolutions):
                return self._rows(answer, text)
            if isinstance(answer, ox.QueryBoolean):
                return Result("boolean", boolean=bool(answer))
            triples = [(_term(t.subject), _term(t.predicate), _term(t.object)) for t in answer]
            return Result("graph", triples=triples)

    def answer(
        self,
        text: str,
        choose: Callable[[tuple[str, ...]], str | None],
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        max_rows: int = 2**62,
        max_bytes: int = 2**62,
    ) -> tuple[str, bytes]:
        """The answer as the SPARQL 1.1 Protocol sends it, written by the engine itself.

        :param choose: picks one of the media types that fit the form of the query.
        :param default_graphs: graphs whose merge is the default graph, instead of the store's own.
        :param named_graphs: the only graphs that ``GRAPH`` reaches, instead of all.
        :param base: what relative IRIs in the query are relative to.
        :param max_rows: how many rows or triples the answer may have.
        :param max_bytes: how long it may be as text.
        :returns: the media type and the text.
        :raises QuerySyntaxError: if the text does not parse, with the place and what was expected.
        :raises UpdateRefusedError: if it is an update.
        :raises NotAcceptableError: if ``choose`` takes none of the media types.
        :raises TooLargeError: if the answer exceeds its bounds.
        :raises QueryFailedError: if the engine cannot carry it out.
        """
        dataset: dict[str, list[ox.NamedNode]] = {}
        if default_graphs is not None:
            dataset["default_graph"] = [ox.NamedNode(name) for name in default_graphs]
        if named_graphs is not None:
            dataset["named_graphs"] = [ox.NamedNode(name) for name in named_graphs]

        def ask() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            return self._engine.query(text, base_iri=base, prefixes=PREFIXES, **dataset)  # type: ignore[arg-type]

        _refuse_nested(text)
        with _Errors(text):
            answer = ask()
            if isinstance(answer, ox.QueryTriples):
                return _graph_answer(answer, choose, max_rows, max_bytes)
            types = BOOLEAN_TYPES if isinstance(answer, ox.QueryBoolean) else ROW_TYPES
            type_ = _chosen(choose, tuple(types))
            format = types[type_]
            if isinstance(answer, ox.QueryBoolean):
                return type_, answer.serialize(format=format) or b""
            mark, more = _ROW_MARKS[format]
            output = _Bounded(mark, max_rows + more, max_bytes)
            try:
                answer.serialize(output, format=format)  # type: ignore[arg-type]
            except _MayBeTooManyError:
                # A mark can also stand in a text; only counting the rows themselves is sure.
                counted = ask()
                assert isinstance(counted, ox.QuerySolutions)
                if len(list(zip(range(max_rows + 1), counted, strict=False))) > max_rows:
                    raise _too_large(max_rows) from None
                output = _Bounded(b"", max_rows, max_bytes)
                again = ask()
                assert isinstance(again, ox.QuerySolutions)
                again.serialize(output, format=format)  # type: ignore[arg-type]
            return type_, b"".join(output.parts)

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, sorted."""
        return tuple(sorted(name.value for name in self._engine.named_graphs()))

    def _rows(self, solutions: ox.QuerySolutions, text: str) -> Result:
        columns = tuple(variable.value for variable in solutions.variables)
        rows = [_Row(columns, solution) for solution in solutions]
        if not self.is_bundled or "<<" in text or "TRIPLE" in text.upper():
            for row in rows:  # a term that cannot be read is an error of the call
                tuple(row)
        return Result("rows", columns, rows)

    def knows(self, iri: str) -> bool:
        """Whether a triple of the default graph has this IRI as its subject or object."""
        node, default = ox.NamedNode(iri), ox.DefaultGraph()
        find = self._engine.quads_for_pattern
        return any(True for _ in find(node, None, None, default)) or any(
            True for _ in find(None, None, node, default)
        )

    def describes(self, iri: str) -> bool:
        """Whether a triple of the default graph has this IRI as its subject."""
        found = self._engine.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
        return any(True for _ in found)

    def has(self, triple: Triple) -> bool:
        """Whether the default graph has a triple."""
        return _engine_quad(triple) in self._engine

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """The English or untagged labels of some IRIs; those without one are left out."""
        found = {}
        name, default = ox.NamedNode(RDFS + "label"), ox.DefaultGraph()
        for iri in iris:
            labels = [
                quad.object.value
                for quad in self._engine.quads_for_pattern(ox.NamedNode(iri), name, None, default)
                if isinstance(quad.object, ox.Literal) and quad.object.language in (None, "en")
            ]
            if labels:
                found[iri] = min(labels)
        return found

    def triples(self) -> list[Triple]:
        """Every triple of the default graph, sorted."""
        quads = self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return sorted((_term(q.subject), _term(q.predicate), _term(q.object)) for q in quads)


def bundled() -> Store:
    """The bundled graph, read-only.

    It is opened from a prepared store in the user's cache, keyed by the digest of the data; where
    there is none, the Turtle is parsed and a store prepared for the next time, if that is possible.
    """
    paths = resources.ontology_files()
    folder = _folder(paths)
    opened = _opened(folder)
    if opened is not None:
        return Store(opened, bundled=True)
    quads = list(_quads((path, resources.graph_name(path)) for path in paths))
    _prepare(folder, quads, "store-")
    engine = ox.Store()
    engine.bulk_extend(quads)
    return Store(engine, bundled=True)


def _opened(folder: str) -> ox.Store | None:
    """The prepared store in a folder of the cache; one that cannot be opened is removed."""
    try:
        if os.path.isdir(folder) and cache.ours(folder):
            return _open(folder)
    except (OSError, RuntimeError):
        _remove(folder)
    return None


def _open(folder: str) -> ox.Store:
    return ox.Store.read_only(folder)


def prepared() -> str:
    """The folder of the prepared store in the user's cache; it is made where there is none.

    :raises FileAccessError: if it cannot be written.
    """
    bundled()
    folder = _folder(resources.ontology_files())
    if not os.path.isdir(folder):
        raise FileAccessError(f"Cannot write a store to '{folder}'. Set TWITCHKG_CACHE.")
    return folder


def _folder(paths: list[str]) -> str:
    name = f"{_PREPARED}-{ox.__version__}-{resources.known_digest(paths)}"
    return os.path.join(resources.cache_dir(), name)


def at(folder: str) -> Store:
    """The prepared store in a folder, read-only; any number of processes may open it.

    :raises FileAccessError: if there is none.
    """
    is_bundled = os.path.abspath(folder) == os.path.abspath(_folder(resources.ontology_files()))
    try:
        return Store(_open(folder), is_bundled)
    except (OSError, RuntimeError) as error:
        raise FileAccessError(f"Cannot open the store '{folder}': {error}.") from None


def prepare(folder: str, user_files: Sequence[str] = ()) -> None:
    """Write a prepared store of the bundled graph and the user's own files into a new folder.

    :raises FileAccessError: if it cannot be written, or a file not be read.
    :raises DataError: if a file does not parse, with the line.
    """
    try:
        _write(folder, _quads(_parts(user_files)))
    except FileAccessError:  # of a file that cannot be read
        raise
    except (OSError, RuntimeError) as error:
        raise FileAccessError(f"Cannot write a store to '{folder}': {error}.") from None


@contextlib.contextmanager
def to_serve(user_files: Sequence[str] = ()) -> Iterator[str]:
    """The folder of a prepared store that several processes open: the cached one, where it can be.

    With files of the user's own, or where the cache cannot be written, it is made for the time of
    the call in a folder that goes with it.

    :raises FileAccessError: if it cannot be written, or a file not be read.
    :raises DataError: if a file does not parse, with the line.
    """
    if not user_files and _writable(resources.cache_dir()):
        yield prepared()
        return
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="twitchkg-", ignore_cleanup_errors=True) as temporary:
        folder = os.path.join(temporary, "store")
        prepare(folder, user_files)
        _copy_queries(user_files, temporary)
        yield folder


def _copy_queries(user_files: Sequence[str], beside: str) -> None:
    """Copy the named queries of the user's folder to where the processes look for them."""
    from shutil import copyfile

    from twitchkg import extension

    own, _ = extension.split(user_files)
    for path in own.queries() if own else ():
        assert own is not None
        copy = os.path.join(beside, os.path.relpath(path, own.folder))
        os.makedirs(os.path.dirname(copy), exist_ok=True)
        copyfile(path, copy)


def _writable(folder: str) -> bool:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def with_files(user_files: Sequence[str]) -> Store:
    """The bundled graph together with the user's own files, in memory.

    That of a folder alone is kept in the cache, keyed by the digest of all that it holds.

    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line, or a folder is not built.
    """
    from twitchkg import extension

    own, files = extension.split(user_files)
    if own is None or files:
        return of_parts(_parts(user_files))
    parts = own.parts()
    folder = os.path.join(resources.cache_dir(), f"own-{_PREPARED}-{ox.__version__}-{own.digest()}")
    opened = _opened(folder)
    if opened is not None:
        return Store(opened)
    quads = list(_quads(parts))
    _prepare(folder, quads, "own-")
    engine = ox.Store()
    engine.bulk_extend(quads)
    return Store(engine)


def of_files(paths: Sequence[str], more: Iterable[Triple] = ()) -> Store:
    """A store in memory that holds just these files of the bundled graph.

    :param more: triples for the default graph besides.
    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    return of_parts([(path, resources.graph_name(path)) for path in paths], more)


def of_parts(parts: Iterable[tuple[str, str | None]], more: Iterable[Triple] = ()) -> Store:
    """A store in memory that holds just these files.

    :param parts: paths, each with the IRI of the named graph it belongs to, or ``None``.
    :param more: triples for the default graph besides.
    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    engine = ox.Store()
    engine.bulk_extend(_quads(parts))
    engine.bulk_extend(_engine_quad(triple) for triple in more)
    return Store(engine)


def of_triples(triples: Iterable[Triple]) -> Store:
    """A store in memory that holds just these triples."""
    engine = ox.Store()
    engine.bulk_extend(_engine_quad(triple) for triple in triples)
    return Store(engine)


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
            yield _term(quad.subject), _term(quad.predicate), _term(quad.object)

    def ntriples(self, graph: str | None) -> Iterator[str]:
        """The same as lines of N-Triples in ASCII."""
        import re

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

    names = _parts(user_files, bundled=bundled)
    # The engine's files may still be closing when the folder is removed.
    with TemporaryDirectory(prefix="twitchkg-", ignore_cleanup_errors=True) as folder:
        opened = Dataset(ox.Store(folder))
        try:
            quads = chain.from_iterable(_twice(_without_blanks(path), g) for path, g in names)
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

    for quad in _parsing(path):
        yield ox.Quad(named(quad.subject), quad.predicate, named(quad.object))


def parse(path: str) -> list[Triple]:
    """The triples of a file, in the order in which they stand there.

    :raises FileAccessError: if the file cannot be read.
    :raises DataError: if it does not parse, with the line.
    """
    return [(_term(q.subject), _term(q.predicate), _term(q.object)) for q in _parsed(path)]


def parse_turtle(text: str) -> list[Triple]:
    """The triples of a Turtle text, in the order in which they stand there.

    :raises DataError: if it does not parse.
    """
    try:
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise DataError(" ".join(str(error).split())) from None
    return [(_term(q.subject), _term(q.predicate), _term(q.object)) for q in quads]


def serialize(triples: Iterable[Triple], format: str) -> str:
    """Triples as text in one of ``results.GRAPH_FORMATS``, with the known prefixes they use."""
    return _serialize([_engine_quad(triple).triple for triple in triples], format).decode("utf-8")


def _serialize(triples: list[ox.Triple], format: str, output: _Bounded | None = None) -> bytes:
    text = " ".join({t.value for triple in triples for t in triple if isinstance(t, ox.NamedNode)})
    prefixes = {name: base for name, base in PREFIXES.items() if base in text}
    found: bytes | None = ox.serialize(
        triples,
        output,  # type: ignore[arg-type]
        format=_FORMATS[format],
        prefixes=prefixes,
    )
    return found or b""


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
            for quad in _parsed(path):
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
        kind = _FORMATS[format]
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
                found = known[engine] = _term(engine)
            return found

        for statement in self._statements:
            yield term(statement.subject), term(statement.predicate), term(statement.object)


def _is_module(iri: str) -> bool:
    return iri.startswith(MODULE)


def _by_graph(quad: ox.Quad) -> tuple[str, str]:
    return str(quad.graph_name), str(quad)


def _parts(user_files: Sequence[str], *, bundled: bool = True) -> list[tuple[str, str | None]]:
    from twitchkg import extension

    return extension.parts(user_files) if bundled else extension.own_parts(user_files)


def _quads(parts: Iterable[tuple[str, str | None]]) -> Iterator[ox.Quad]:
    for path, graph in parts:
        yield from _twice(_parsing(path), graph)


def _twice(quads: Iterable[ox.Quad], graph: str | None) -> Iterator[ox.Quad]:
    name = ox.NamedNode(graph) if graph else None
    for quad in quads:
        yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if name is not None:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)


def _parsed(path: str) -> list[ox.Quad]:
    return list(_parsing(path))


def _parsing(path: str) -> Iterator[ox.Quad]:
    """The quads of a file, read as they are asked for.

    Blank nodes get new names: two files may name one alike; as one graph they must stay apart.
    """
    format = _ENDINGS.get(os.path.splitext(path)[1].lower(), ox.RdfFormat.TURTLE)
    if format == ox.RdfFormat.RDF_XML:
        from twitchkg import doctype

        doctype.check(path)
    try:
        yield from ox.parse(path=path, format=format, rename_blank_nodes=True)
    except (OSError, SyntaxError, ValueError) as error:
        resources.read_text(path, "data file")  # tells better why a file cannot be read as text
        raise _data_error(path, error) from None


def _data_error(path: str, error: Exception) -> DataError:
    import re

    match = re.search(r"line (\d+) column (\d+): (.*)", str(error), re.DOTALL)
    where = f", line {match[1]}, column {match[2]}" if match else ""
    reason = " ".join((match[3] if match else str(error)).split()).rstrip(".")
    return DataError(f"Cannot read '{path}'{where}: {reason}. Mend the file there and try again.")


def _prepare(folder: str, quads: list[ox.Quad], kind: str) -> None:
    """Write a store for the next time, beside the last ones of its kind.

    A cache that cannot be written is no fault.
    """
    temporary = resources.neighbour(folder)
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        _write(temporary, quads)
        os.rename(temporary, folder)
        _prune(os.path.dirname(folder), kind)
    except (OSError, RuntimeError):
        _remove(temporary)


def _write(folder: str, quads: Iterable[ox.Quad]) -> None:
    engine = ox.Store(folder)
    engine.bulk_extend(quads)
    engine.optimize()
    engine.flush()


def _prune(cache: str, kind: str) -> None:
    stores = [os.path.join(cache, name) for name in os.listdir(cache) if name.startswith(kind)]
    for path in sorted(stores, key=os.path.getmtime)[:-_KEPT]:
        _remove(path)


def _remove(folder: str) -> None:
    from shutil import rmtree

    rmtree(folder, ignore_errors=True)


# What stands at each row, and how many more of these than rows there are.
_ROW_MARKS = {
    ox.QueryResultsFormat.JSON: (b"},{", -1),
    ox.QueryResultsFormat.XML: (b"<result>", 0),
    ox.QueryResultsFormat.CSV: (b"\n", 1),
    ox.QueryResultsFormat.TSV: (b"\n", 1),
}


class _MayBeTooManyError(Exception):
    pass


class _Bounded:
    """A file in memory that holds so many bytes, and marks of rows, and no more."""

    def __init__(self, mark: bytes, max_marks: int, max_bytes: int) -> None:
        self.parts: list[bytes] = []
        self._mark, self._marks, self._bytes = mark, max_marks, max_bytes
        self._tail = b""

    def write(self, data: bytes) -> int:
        self._bytes -= len(data)
        if self._bytes < 0:
            raise TooLargeError(
                "The answer is too long for this endpoint. Ask for fewer rows or columns, for "
                "example with LIMIT."
            )
        if self._mark:
            self._marks -= (self._tail + data).count(self._mark)
            self._tail = data[1 - len(self._mark) :] if len(self._mark) > 1 else b""
            if self._marks < 0:
                raise _MayBeTooManyError
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass


def _too_large(max_rows: int) -> TooLargeError:
    return TooLargeError(
        f"The answer has more than {max_rows} rows, which is as much as this endpoint gives. Use "
        "LIMIT and OFFSET, or ask a more narrow question."
    )


def _chosen(choose: Callable[[tuple[str, ...]], str | None], types: tuple[str, ...]) -> str:
    chosen = choose(types)
    if chosen is None:
        raise NotAcceptableError(f"This answer can be had as {', '.join(types)}.")
    return chosen


def _graph_answer(
    answer: ox.QueryTriples,
    choose: Callable[[tuple[str, ...]], str | None],
    max_rows: int,
    max_bytes: int,
) -> tuple[str, bytes]:
    type_ = _chosen(choose, tuple(GRAPH_TYPES))
    triples = [triple for triple, _ in zip(answer, range(max_rows + 1), strict=False)]
    if len(triples) > max_rows:
        raise _too_large(max_rows)
    output = _Bounded(b"", max_rows, max_bytes)
    _serialize(triples, GRAPH_TYPES[type_], output)
    return type_, b"".join(output.parts)


def _refuse_nested(text: str) -> None:
    reason = sparql.too_nested(text)
    if reason is not None:
        raise QuerySyntaxError(
            f"The query cannot be read: {reason}. Make it simpler, for example with VALUES or IN."
        )


class _Errors:
    """Turns what the engine raises into the errors of twitchkg."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SyntaxError):
            form = sparql.form(self._text)
            if form in sparql.UPDATE_FORMS:
                raise UpdateRefusedError(
                    f"{form} is a SPARQL update; the graph is read-only and answers only "
                    f"{', '.join(sparql.QUERY_FORMS)}."
                ) from None
            raise _syntax_error(self._text, str(error)) from None
        if isinstance(error, (OSError, RuntimeError, ValueError)) and not isinstance(
            error, TwitchkgError
        ):
            reason = " ".join(str(error).split())
            raise QueryFailedError(f"The query could not be carried out: {reason}.") from error


class _Row(Row):
    """A row as the engine gave it: a cell is read when somebody asks for it."""

    __slots__ = ("_solution",)

    def __init__(self, columns: tuple[str, ...], solution: ox.QuerySolution) -> None:
        self._columns = columns
        self._solution = solution

    @property
    def terms(self) -> tuple[Term | None, ...]:
        return tuple([None if cell is None else _term(cell) for cell in self._solution])

    def term(self, column: str | int) -> Term | None:
        cell = self._solution[self._place(column)]
        return None if cell is None else _term(cell)

    def __getitem__(self, column: str | int) -> Value:
        return _value(self._solution[self._place(column)])

    def __iter__(self) -> Iterator[Value]:
        return iter([_value(cell) for cell in self._solution])

    def __reduce__(self) -> tuple[type[Row], tuple[object, ...]]:
        return Row, (self._columns, self.terms)


def _value(cell: object) -> Value:
    """The plain Python value of a cell, as :meth:`Term.to_python` gives it."""
    kind = type(cell)
    if kind is ox.NamedNode:
        return Iri(cell.value)  # type: ignore[attr-defined]
    if cell is None:
        return None
    if kind is ox.Literal:
        datatype = cell.datatype.value  # type: ignore[attr-defined]
        text: str = cell.value  # type: ignore[attr-defined]
        if datatype in (XSD_STRING, RDF_LANG_STRING):
            return text
        return literal_value(text, datatype)
    return _term(cell).to_python()


def _term(term: object) -> Term:
    if isinstance(term, ox.NamedNode):
        return Term(IRI, term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Term(LITERAL, term.value, "", term.language)
        datatype = term.datatype.value
        plain = datatype in (XSD_STRING, RDF_LANG_STRING)
        return Term(LITERAL, term.value, "" if plain else datatype)
    if isinstance(term, ox.BlankNode):
        return Term(BNODE, term.value)
    raise QueryFailedError("The answer holds a triple term, which twitchkg does not read.")


def _engine_quad(triple: Triple) -> ox.Quad:
    subject, predicate, object_ = triple
    node = ox.BlankNode(subject.value) if subject.kind == BNODE else ox.NamedNode(subject.value)
    return ox.Quad(node, ox.NamedNode(predicate.value), _engine_term(object_))


def _engine_term(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if term.kind == IRI:
        return ox.NamedNode(term.value)
    if term.kind == BNODE:
        return ox.BlankNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype or XSD_STRING))


def _syntax_error(text: str, message: str) -> QuerySyntaxError:
    """The engine's message in few words: where, what stands there, what was expected."""
    import re

    declared = sparql.declared_prefixes(text)
    for prefix, local, position in sparql.names(text):
        if prefix not in declared and prefix not in PREFIXES:
            return _unknown_prefix(text, prefix, local, position)
    match = re.match(r"error at (\d+):(\d+): expected (.*)", message, re.DOTALL)
    if not match:
        return QuerySyntaxError(f"The query does not parse: {' '.join(message.split())}.")
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :].split() if line <= len(lines) else []
    at_end = not rest and not "".join(lines[line:]).strip()
    found = "the end of the query" if at_end else f"'{rest[0]}'" if rest else "the end of the line"
    # Character classes of the engine's grammar tell a reader nothing; tokens and keywords do.
    expected = re.findall(r'"([^"\s]+)"|\b([A-Za-z]{3,})\b(?![^\[]*\])', match[3])
    wanted = {a or b for a, b in expected} - {"one", "expected"}
    if {"?", "$"} <= wanted:  # the many ways to begin a term
        wanted = {word for word in wanted if word.isupper()} | {"a variable, IRI or literal"}
    ordered = sorted(wanted, key=lambda word: (" " not in word, word))
    hint = f"expected {' or '.join(ordered[:6])}{' ...' if len(ordered) > 6 else ''}"
    return QuerySyntaxError(
        f"The query does not parse at line {line}, column {column}, before {found}"
        f"{': ' + hint if wanted else ''}.",
        line,
        column,
    )


def _unknown_prefix(text: str, prefix: str, local: str, position: int) -> QuerySyntaxError:
    from difflib import get_close_matches

    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    lower = {known.lower(): known for known in PREFIXES}
    near = [lower[name] for name in get_close_matches(prefix.lower(), lower, n=1, cutoff=0.4)]
    hint = f"Did you mean '{near[0]}:{local}'?" if near else "Declare it with PREFIX."
    return QuerySyntaxError(
        f"Unknown prefix '{prefix}:' at line {line}, column {column}. {hint}", line, column
    )
