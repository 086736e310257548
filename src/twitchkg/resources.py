"""Where the data folders, the user's cache and the digest of the data are.

The wheel carries copies of ``ontology/``, ``queries/`` and ``shapes/`` under ``twitchkg/_data``;
in a checkout they stand beside ``src/``. The packaged copy comes first.
"""

from __future__ import annotations

import os
import sys

from twitchkg.errors import FileAccessError
from twitchkg.namespaces import GRAPH

TYPE_CHECKING = False
if TYPE_CHECKING:
    import hashlib

_LONG = 3600.0  # seconds after which no writer of a file is still at work
_HERE = os.path.dirname(os.path.abspath(__file__))


def data_root() -> str:
    """The folder that holds ``ontology/``, ``queries/`` and ``shapes/``.

    :raises FileAccessError: if neither the packaged copy nor a checkout is found.
    """
    for root in (os.path.join(_HERE, "_data"), os.path.dirname(os.path.dirname(_HERE))):
        if os.path.isdir(os.path.join(root, "ontology")):
            return root
    raise FileAccessError(
        "The data folders of twitchkg are missing. Install the package again, "
        "or run it from a complete checkout."
    )


def files(folder: str, suffix: str, root: str | None = None) -> list[str]:
    """The files below a data folder that end in a suffix, sorted by path.

    :param folder: ``"ontology"``, ``"queries"`` or ``"shapes"``, or a folder below one of them.
    :param suffix: how the names end, such as ``".ttl"``.
    :param root: the folder that holds it; the bundled data when omitted.
    """
    found = []
    for where, folders, names in os.walk(os.path.join(root or data_root(), folder)):
        folders.sort()
        found += [os.path.join(where, name) for name in names if name.endswith(suffix)]
    return sorted(found)


def ontology_files(root: str | None = None) -> list[str]:
    """The Turtle files that make up the graph."""
    return files("ontology", ".ttl", root)


def shown(path: str) -> str:
    """A path as messages name it: of a bundled file from the data folder, else as it was given."""
    inside = os.path.relpath(path, data_root())
    return path if inside.startswith(os.pardir) else inside


def graph_name(path: str, root: str | None = None) -> str | None:
    """The IRI of the named graph that a file of ``ontology/`` belongs to.

    ``schema/*``, ``data/*`` and ``mappings/*`` each make one graph, ``claims/000.ttl`` is
    ``claims/000`` and ``derived/types.ttl`` is ``derived/types``; the header belongs to none.
    """
    inside = os.path.relpath(path, os.path.join(root or data_root(), "ontology"))
    parts = inside.removesuffix(".ttl").split(os.sep)
    if len(parts) == 1 or parts[0] == os.pardir:
        return None
    if parts[0] in ("schema", "data", "mappings"):
        return GRAPH + parts[0]
    return GRAPH + "/".join(parts)


def digest(paths: list[str]) -> str:
    """The BLAKE2b digest, in hexadecimal, of the names and contents of some files.

    A file is read piece by piece, as those of users may be larger than the memory.

    :raises FileAccessError: if one cannot be read.
    """
    state = blake2b()
    for path in paths:
        try:
            with open(path, "rb") as file:
                size = os.fstat(file.fileno()).st_size
                state.update(f"{os.path.basename(path)}\0{size}\0".encode())
                while piece := file.read(1 << 20):
                    state.update(piece)
        except OSError as error:
            raise FileAccessError(f"Cannot read '{path}': {error.strerror}.") from error
    return str(state.hexdigest())


def blake2b(content: bytes = b"") -> hashlib.blake2b:
    """A BLAKE2b state of 16 bytes."""
    try:
        # hashlib loads OpenSSL, a sixth of the time that a query takes from a cold prompt.
        from _blake2 import blake2b  # type: ignore[import-not-found,unused-ignore]
    except ImportError:
        from hashlib import blake2b

    state: hashlib.blake2b = blake2b(content, digest_size=16)
    return state


def known_digest(paths: list[str]) -> str:
    """The digest of some files, remembered in the cache as long as they are as they were.

    Files count as unchanged while their paths, sizes and times of change are the same, so that a
    query at a prompt does not read megabytes to find that nothing changed. The time at which the
    system itself last saw a change is one of them, since the other can be set to anything.

    :raises FileAccessError: if one cannot be read.
    """
    try:
        seen = [(path, os.stat(path)) for path in paths]
    except OSError as error:
        raise FileAccessError(f"Cannot read '{error.filename}': {error.strerror}.") from error
    state = ";".join(
        f"{path}:{stat.st_size}:{stat.st_mtime_ns}:{stat.st_ctime_ns}" for path, stat in seen
    )
    memory = os.path.join(cache_dir(), "digest")
    try:
        with open(memory, encoding="utf-8") as file:
            before, _, remembered = file.read().rpartition("\n")
        if before == state and len(remembered) == 32:
            return remembered
    except (OSError, ValueError):
        pass
    found = digest(paths)
    try:
        os.makedirs(cache_dir(), exist_ok=True)
        write_text(memory, f"{state}\n{found}")
    except OSError:  # a cache that cannot be written is no fault
        pass
    return found


def data_version() -> str:
    """The version of the data, as the ontology's header states it.

    :raises FileAccessError: if the header is missing.
    """
    header = read_text(os.path.join(data_root(), "ontology", "twitchkg.ttl"))
    return header.partition('owl:versionInfo "')[2].partition('"')[0] or "unknown"


def cache_dir() -> str:
    """The folder for prepared stores, below the user's cache folder; it need not exist yet.

    ``TWITCHKG_CACHE`` overrides it.
    """
    override = os.environ.get("TWITCHKG_CACHE")
    if override:
        return override
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "twitchkg")


def read_text(path: str, what: str = "file") -> str:
    """The text of a UTF-8 file.

    :param path: the file.
    :param what: what to call it in messages.
    :raises FileAccessError: if it cannot be read.
    :raises twitchkg.errors.DataError: if it is not UTF-8 text.
    """
    return decoded(read_bytes(path, what), f"The {what} '{path}'")


def read_bytes(path: str, what: str = "file", most: int = -1) -> bytes:
    """The content of a file.

    :param path: the file.
    :param what: what to call it in messages.
    :param most: the bytes to read at most, of a file that may have no end; all without it.
    :raises FileAccessError: if it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read(most)
    except OSError as error:
        raise FileAccessError(
            f"Cannot read the {what} '{path}': {error.strerror}. Check the path."
        ) from error


def decoded(content: bytes, what: str) -> str:
    """The text that some bytes are in UTF-8.

    :param content: the bytes.
    :param what: what to call them at the start of a message.
    :raises twitchkg.errors.DataError: if they are not UTF-8 text.
    """
    from twitchkg.errors import DataError

    if b"\0" in content:
        raise DataError(f"{what} is binary, not text. Give a UTF-8 text file.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{what} is not UTF-8: line {line} holds the byte "
            f"0x{content[error.start]:02x}. Save it as UTF-8."
        ) from error


def write_text(path: str, text: str) -> None:
    """Write a whole UTF-8 file, or leave what stood there untouched.

    :raises FileAccessError: if it cannot be written.
    """
    write_bytes(path, text.encode("utf-8"))


def neighbour(path: str) -> str:
    """The temporary name beside a path under which this thread, and no other, makes it."""
    from _thread import get_ident

    return f"{path}.{os.getpid()}.{get_ident()}.tmp"


def _sweep(path: str) -> None:
    """Remove what writers of a file left behind that were killed long ago."""
    from time import time

    folder, name = os.path.split(path)
    for entry in os.listdir(folder or "."):
        middle = entry.removeprefix(name + ".").removesuffix(".tmp")
        if len(entry) == len(name) + len(middle) + 5 and middle.replace(".", "").isdecimal():
            left = os.path.join(folder, entry)
            try:
                if time() - os.stat(left).st_mtime > _LONG:
                    os.unlink(left)
            except OSError:  # somebody else was quicker
                pass


def write_bytes(path: str, content: bytes) -> None:
    """Write a whole file through a temporary neighbour, or leave what stood there untouched.

    A device or a pipe is written to, and never replaced by a file.

    :raises FileAccessError: if it cannot be written.
    """
    if os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path):
        try:
            with open(path, "wb") as file:
                file.write(content)
        except BrokenPipeError:
            raise  # the reader has what it wanted
        except OSError as error:
            raise FileAccessError(f"Cannot write '{path}': {error.strerror}.") from error
        return
    temporary = neighbour(path)
    try:
        try:
            _sweep(path)
            with open(temporary, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        finally:
            if os.path.exists(temporary):
                os.unlink(temporary)
    except OSError as error:
        raise FileAccessError(f"Cannot write '{path}': {error.strerror}.") from error
