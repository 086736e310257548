"""Files of any size as named graphs on disk, to be read in order, a part at a time."""

from __future__ import annotations

import contextlib
import os
import re
from zlib import crc32

import pyoxigraph as ox

from twitchkg import resources
from twitchkg.errors import FileAccessError
from twitchkg.namespaces import BASE
from twitchkg.store import conversion, reading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from twitchkg.results import Triple

_GENID = BASE + ".well-known/genid/"
_BLOCK = 50_000  # triples that are sorted into parts at a time
_PART = 1 << 22  # bytes of the files for which there is a part


class Dataset:
    """Named graphs, each in parts small enough to be sorted in memory.

    A part has the triples of some subjects. So each is read, freed of what stands there twice and
    sorted on its own, and time and disk grow with the triples alone; a store on disk, with an
    index for each order of subject, predicate, object and graph, takes several times as much.

    :param folder: an empty folder, where the parts are kept.
    :param parts: how many there are of each graph.
    """

    __slots__ = ("_folder", "_graphs", "_parts")

    def __init__(self, folder: str, parts: int) -> None:
        self._folder = folder
        self._parts = parts
        self._graphs: dict[str | None, int] = {}

    def add(self, triples: Iterable[ox.Triple], graph: str | None) -> None:
        """Keep triples without blank nodes, of a named graph or of the default graph alone.

        :raises FileAccessError: if there is no room for them.
        """
        number = self._graphs.setdefault(graph, len(self._graphs))
        parts: dict[int, list[ox.Triple]] = {}
        for triple in triples:
            # Its text, since a hash of Python is another in each process.
            part = crc32(str(triple.subject).encode()) % self._parts
            parts.setdefault(part, []).append(triple)
        try:
            for part, found in parts.items():
                with open(self._path(number, part), "ab") as file:
                    ox.serialize(found, file, format=ox.RdfFormat.N_TRIPLES)
        except OSError as error:
            raise FileAccessError(
                f"Cannot keep the graph in the folder for temporary files: {error.strerror}. Make "
                "room, or set TMPDIR."
            ) from None

    def graphs(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        return sorted(name for name in self._graphs if name is not None)

    def triples(self, graph: str | None) -> Iterator[Triple]:
        """The triples of a named graph, or of all in the default graph, each once.

        Those of one subject and predicate follow each other.
        """
        for lines in self._sorted(graph):
            for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES):
                yield conversion.triple(quad)

    def ntriples(self, graph: str | None) -> Iterator[str]:
        """The same as lines of N-Triples in ASCII."""
        for lines in self._sorted(graph):
            for line in lines:
                text = line.decode("utf-8")
                yield text if line.isascii() else re.sub(r"[^\x00-\x7f]", _escaped, text)

    def _sorted(self, graph: str | None) -> Iterator[list[bytes]]:
        """The lines of each part, each once."""
        chosen = [n for name, n in self._graphs.items() if graph is None or name == graph]
        for part in range(self._parts):
            # The engine writes a literal in one way for each value, as stores that are sent it do.
            engine = ox.Store()
            for number in chosen:
                if os.path.exists(path := self._path(number, part)):
                    engine.bulk_load(path=path, format=ox.RdfFormat.N_TRIPLES)
            text = engine.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
            yield sorted((text or b"").splitlines(keepends=True))

    def _path(self, graph: int, part: int) -> str:
        return os.path.join(self._folder, f"{graph}-{part}.nt")


def _escaped(match: re.Match[str]) -> str:
    code = ord(match[0])
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"


@contextlib.contextmanager
def dataset(user_files: Sequence[str] = (), *, bundled: bool = True) -> Iterator[Dataset]:
    """The bundled graph with the user's own files, on disk for as long as the block lasts.

    Blank nodes become IRIs below ``/.well-known/genid/`` that depend on the file's content and
    their order there only, so that two readings give the same triples. Memory grows with the
    number of blank nodes in a file, not with its size.

    :raises FileAccessError: if a file cannot be read, or there is no room for all of them.
    :raises DataError: if a file does not parse, with the line.
    """
    from itertools import islice
    from tempfile import TemporaryDirectory

    names = reading.parts(user_files, bundled=bundled)
    size = sum(os.path.getsize(path) for path, _ in names if os.path.isfile(path))
    with TemporaryDirectory(prefix="twitchkg-") as folder:
        opened = Dataset(folder, 1 + size // _PART)
        for path, graph in names:
            triples = _without_blanks(path)
            while block := list(islice(triples, _BLOCK)):
                opened.add(block, graph)
        yield opened


def _without_blanks(path: str) -> Iterator[ox.Triple]:
    names: dict[ox.BlankNode, ox.NamedNode] = {}
    digest = ""

    def named(node: Any) -> Any:
        nonlocal digest
        if not isinstance(node, ox.BlankNode):
            return node
        digest = digest or resources.digest([path])[:16]
        if node not in names:
            names[node] = ox.NamedNode(f"{_GENID}{digest}-{len(names)}")
        return names[node]

    for quad in reading.parsing(path):
        triple = quad.triple
        s, o = triple.subject, triple.object
        if isinstance(s, ox.BlankNode) or isinstance(o, ox.BlankNode):
            triple = ox.Triple(named(s), triple.predicate, named(o))
        yield triple
