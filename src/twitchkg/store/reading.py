"""Files and texts as triples, and triples as text."""

from __future__ import annotations

import os

import pyoxigraph as ox

from twitchkg import resources
from twitchkg.errors import DataError
from twitchkg.namespaces import PREFIXES
from twitchkg.store import conversion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from twitchkg.results import Triple
    from twitchkg.store.protocol import Bounded

_ENDINGS = {
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
    ".trig": ox.RdfFormat.TRIG,
    ".nq": ox.RdfFormat.N_QUADS,
}
FORMATS = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}
"""The engine's formats by our names of them."""


def parse(path: str) -> list[Triple]:
    """The triples of a file, in the order in which they stand there.

    :raises FileAccessError: if the file cannot be read.
    :raises DataError: if it does not parse, with the line.
    """
    return [conversion.triple(quad) for quad in parsing(path)]


def parse_turtle(text: str) -> list[Triple]:
    """The triples of a Turtle text, in the order in which they stand there.

    :raises DataError: if it does not parse.
    """
    try:
        quads = list(ox.parse(text, format=ox.RdfFormat.TURTLE))
    except (SyntaxError, ValueError) as error:
        raise DataError(" ".join(str(error).split())) from None
    return list(map(conversion.triple, quads))


def serialize(triples: Iterable[Triple], format: str) -> str:
    """Triples as text in one of ``results.GRAPH_FORMATS``, with the known prefixes they use."""
    return serialized([conversion.quad(triple).triple for triple in triples], format).decode(
        "utf-8"
    )


def serialized(triples: list[ox.Triple], format: str, output: Bounded | None = None) -> bytes:
    """The engine's triples as text, into a file or returned."""
    text = " ".join({t.value for triple in triples for t in triple if isinstance(t, ox.NamedNode)})
    prefixes = {name: base for name, base in PREFIXES.items() if base in text}
    found: bytes | None = ox.serialize(
        triples,
        output,  # type: ignore[arg-type]
        format=FORMATS[format],
        prefixes=prefixes,
    )
    return found or b""


def parts(user_files: Sequence[str], *, bundled: bool = True) -> list[tuple[str, str | None]]:
    """The paths of the graph and of the user's own files, each with the name of its graph."""
    from twitchkg import extension

    return extension.parts(user_files) if bundled else extension.own_parts(user_files)


def quads(parts: Iterable[tuple[str, str | None]]) -> Iterator[ox.Quad]:
    """The quads of files, as a store holds them.

    Each is in the default graph, and in a named one where there is a name.
    """
    for path, graph in parts:
        name = ox.NamedNode(graph) if graph else None
        for quad in parsing(path):
            yield ox.Quad(quad.subject, quad.predicate, quad.object)
            if name is not None:
                yield ox.Quad(quad.subject, quad.predicate, quad.object, name)


def parsing(path: str) -> Iterator[ox.Quad]:
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
