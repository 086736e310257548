"""Which store: the bundled graph prepared in a cache, or files in memory."""

from __future__ import annotations

import contextlib
import os

import pyoxigraph as ox

from twitchkg import cache, resources
from twitchkg.errors import FileAccessError
from twitchkg.store import conversion
from twitchkg.store.core import Store

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from twitchkg.results import Triple

_PREPARED = "store-1"  # part of the folder's name: raise it when what is prepared changes
_KEPT = 4  # prepared stores left in the cache when a new one is added


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
    from twitchkg.store import reading

    quads = list(reading.quads((path, resources.graph_name(path)) for path in paths))
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
    with _one_processor():
        return ox.Store.read_only(folder)


@contextlib.contextmanager
def _one_processor() -> Iterator[None]:
    """Keep this thread, and those that it starts, on one processor.

    RocksDB opens each of its twelve indexes with fifteen threads that have next to nothing to do.
    To wake them on other processors takes longer than all the rest, on a busy machine three times.
    """
    try:
        allowed = os.sched_getaffinity(0)
        # Not the same one for all processes that start at a time.
        os.sched_setaffinity(0, {sorted(allowed)[os.getpid() % len(allowed)]})
    except (AttributeError, OSError):  # not Linux, or not allowed
        yield
        return
    try:
        yield
    finally:
        os.sched_setaffinity(0, allowed)


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
    from twitchkg.store import reading

    try:
        _write(folder, reading.quads(reading.parts(user_files)))
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
    from twitchkg.store import reading

    own, files = extension.split(user_files)
    if own is None or files:
        return of_parts(reading.parts(user_files))
    parts = own.parts()
    folder = os.path.join(resources.cache_dir(), f"own-{_PREPARED}-{ox.__version__}-{own.digest()}")
    opened = _opened(folder)
    if opened is not None:
        return Store(opened)
    quads = list(reading.quads(parts))
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
    from twitchkg.store import reading

    engine = ox.Store()
    engine.bulk_extend(reading.quads(parts))
    engine.bulk_extend(conversion.quad(triple) for triple in more)
    return Store(engine)


def of_triples(triples: Iterable[Triple]) -> Store:
    """A store in memory that holds just these triples."""
    engine = ox.Store()
    engine.bulk_extend(conversion.quad(triple) for triple in triples)
    return Store(engine)


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
