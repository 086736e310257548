"""The embedded graph: the one module that knows Oxigraph.

A store holds every triple once in its default graph, and again in the named graph of its file.
"""

from __future__ import annotations

import contextlib
import os
import re

import pyoxigraph as ox

from twitchkg import resources, sparql
from twitchkg.errors import (
    DataError,
    QueryFailedError,
    QuerySyntaxError,
    UpdateRefusedError,
)
from twitchkg.namespaces import BASE, GRAPH, PREFIXES
from twitchkg.results import Result, Row
from twitchkg.terms import BNODE, IRI, LITERAL, RDF_LANG_STRING, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from twitchkg.results import Triple

USER_GRAPH = GRAPH + "user"
_GENID = BASE + ".well-known/genid/"
_FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
}
_ENDINGS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
}
_PREPARED = "store-1"  # part of the folder's name: raise it when what is prepared changes
_KEPT = 4  # prepared stores left in the cache when a new one is added


class Store:
    """An RDF dataset that answers SPARQL queries."""

    __slots__ = ("_engine",)

    def __init__(self, engine: ox.Store) -> None:
        self._engine = engine

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
        form = sparql.form(text)
        if form in sparql.UPDATE_FORMS:
            raise UpdateRefusedError(
                f"{form} is a SPARQL update; the graph is read-only and answers only "
                f"{', '.join(sparql.QUERY_FORMS)}."
            )
        try:
            answer = self._engine.query(text, prefixes=PREFIXES)
            if isinstance(answer, ox.QuerySolutions):
                return _rows(answer)
            if isinstance(answer, ox.QueryBoolean):
                return Result("boolean", boolean=bool(answer))
            triples = [(_term(t.subject), _term(t.predicate), _term(t.object)) for t in answer]
            return Result("graph", triples=triples)
        except SyntaxError as error:
            raise _syntax_error(text, str(error)) from None
        except (OSError, RuntimeError, ValueError) as error:
            reason = " ".join(str(error).split())
            raise QueryFailedError(f"The query could not be carried out: {reason}.") from error

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
    name = f"{_PREPARED}-{ox.__version__}-{resources.known_digest(paths)}"
    folder = os.path.join(resources.cache_dir(), name)
    try:
        if os.path.isdir(folder):
            return Store(ox.Store.read_only(folder))
    except (OSError, RuntimeError):
        _remove(folder)
    quads = list(_bundled_quads(paths))
    _prepare(folder, quads)
    engine = ox.Store()
    engine.bulk_extend(quads)
    return Store(engine)


def with_files(user_files: Sequence[str]) -> Store:
    """The bundled graph together with the user's own files, in memory.

    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    engine = ox.Store()
    engine.bulk_extend(_bundled_quads(resources.ontology_files()))
    for path in user_files:
        engine.bulk_extend(_twice(_parsed(path), USER_GRAPH))
    return Store(engine)


def of_files(paths: Sequence[str], more: Iterable[Triple] = ()) -> Store:
    """A store in memory that holds just these files.

    :param more: triples for the default graph besides.
    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    engine = ox.Store()
    engine.bulk_extend(_bundled_quads(list(paths)))
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
    their order there only, so that two readings give the same triples.

    :raises FileAccessError: if a file cannot be read.
    :raises DataError: if a file does not parse, with the line.
    """
    from tempfile import TemporaryDirectory

    paths = resources.ontology_files() if bundled else []
    with TemporaryDirectory(prefix="twitchkg-") as folder:
        engine = ox.Store(folder)
        for path in [*paths, *user_files]:
            graph = USER_GRAPH if path in user_files else resources.graph_name(path)
            engine.bulk_extend(_twice(_without_blanks(path), graph))
        yield Dataset(engine)
        del engine


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


def serialize(triples: Iterable[Triple], format: str) -> str:
    """Triples as text in one of ``results.GRAPH_FORMATS``, with the known prefixes they use."""
    listed = [_engine_quad(triple).triple for triple in triples]
    text = " ".join({t.value for triple in listed for t in triple if isinstance(t, ox.NamedNode)})
    prefixes = {name: base for name, base in PREFIXES.items() if base in text}
    output = ox.serialize(listed, format=_FORMATS[format], prefixes=prefixes)
    return (output or b"").decode("utf-8")


def _bundled_quads(paths: list[str]) -> Iterator[ox.Quad]:
    for path in paths:
        yield from _twice(_parsed(path), resources.graph_name(path))


def _twice(quads: Iterable[ox.Quad], graph: str | None) -> Iterator[ox.Quad]:
    name = ox.NamedNode(graph) if graph else None
    for quad in quads:
        yield ox.Quad(quad.subject, quad.predicate, quad.object)
        if name is not None:
            yield ox.Quad(quad.subject, quad.predicate, quad.object, name)


def _parsed(path: str) -> list[ox.Quad]:
    return list(_parsing(path))


def _parsing(path: str) -> Iterator[ox.Quad]:
    text = resources.read_text(path, "data file")
    format = _ENDINGS.get(os.path.splitext(path)[1].lower(), ox.RdfFormat.TURTLE)
    try:
        # Two files may name a blank node alike; as one graph they must stay apart.
        yield from ox.parse(text, format=format, rename_blank_nodes=True)
    except (SyntaxError, ValueError) as error:
        match = re.search(r"line (\d+) column (\d+): (.*)", str(error), re.DOTALL)
        where = f", line {match[1]}, column {match[2]}" if match else ""
        reason = " ".join((match[3] if match else str(error)).split()).rstrip(".")
        raise DataError(
            f"Cannot read '{path}'{where}: {reason}. Mend the file there and try again."
        ) from None


def _prepare(folder: str, quads: list[ox.Quad]) -> None:
    """Write a store for the next time; a cache that cannot be written is no fault."""
    temporary = f"{folder}.{os.getpid()}.tmp"
    try:
        os.makedirs(os.path.dirname(folder), exist_ok=True)
        engine = ox.Store(temporary)
        engine.bulk_extend(quads)
        engine.optimize()
        engine.flush()
        del engine
        os.rename(temporary, folder)
        _prune(os.path.dirname(folder))
    except (OSError, RuntimeError):
        _remove(temporary)


def _prune(cache: str) -> None:
    stores = [os.path.join(cache, name) for name in os.listdir(cache) if name.startswith("store-")]
    for path in sorted(stores, key=os.path.getmtime)[:-_KEPT]:
        _remove(path)


def _remove(folder: str) -> None:
    from shutil import rmtree

    rmtree(folder, ignore_errors=True)


def _rows(solutions: ox.QuerySolutions) -> Result:
    columns = tuple(variable.value for variable in solutions.variables)
    rows = [
        Row(columns, tuple(None if term is None else _term(term) for term in solution))
        for solution in solutions
    ]
    return Result("rows", columns, rows)


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
