"""A version of the graph, wherever it stands: a folder, a file, a wheel, a commit."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from dataclasses import dataclass

from twitchkg import catalogue, resources
from twitchkg.errors import DataError, FileAccessError, UnknownNameError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twitchkg.catalogue import NamedQuery

_WANTED = re.compile(r"(?:ontology|queries)/.+\.(?:ttl|rq)|pyproject\.toml")
_MOST_BYTES = 500_000_000  # of one version: about fifty times what there is
_PACKAGED = "twitchkg/_data/"


@dataclass(frozen=True)
class Version:
    """A version of the graph.

    :param name: as the user gave it.
    :param files: the files that hold its statements.
    :param queries: its named queries, or ``None`` where it has none of its own.
    :param package: the version that the package around it states, or ``None``.
    """

    name: str
    files: tuple[str, ...]
    queries: tuple[NamedQuery, ...] | None
    package: str | None


@contextmanager
def opened(name: str | os.PathLike[str]) -> Iterator[Version]:
    """The version with this name, readable for as long as the block lasts.

    :param name: a folder with ``ontology/``, a file of RDF, a wheel, or a tag or commit of the
        checkout in which the call is made, or from which twitchkg runs.
    :raises UnknownNameError: if it is none of them.
    :raises FileAccessError: if it cannot be read.
    :raises DataError: if a folder, wheel or commit holds no graph.
    """
    from tempfile import TemporaryDirectory

    path = os.fspath(name)
    if os.path.isdir(path):
        yield _folder(path, path)
    elif os.path.isfile(path) and not path.endswith(".whl"):
        yield Version(path, (path,), None, None)
    else:
        with TemporaryDirectory(prefix="twitchkg-") as temporary:
            if os.path.exists(path):
                package = _unpack(_wheel(path), temporary, path)
            else:
                package = _unpack(_commit(path), temporary, path)
            yield _folder(path, temporary, package)


def _folder(name: str, root: str, package: str | None = None) -> Version:
    files = resources.ontology_files(root)
    if not files:
        raise DataError(
            f"'{name}' holds no graph: there is no Turtle in its folder ontology/. Give a checkout "
            "or wheel of twitchkg, or one RDF file."
        )
    queries = [catalogue.read(path) for path in catalogue.query_files(root)]
    project = os.path.join(root, "pyproject.toml")
    if package is None and os.path.isfile(project):
        package = _stated(project)
    return Version(
        name,
        tuple(files),
        tuple(sorted(queries, key=lambda query: query.name)) or None,
        package,
    )


def _stated(path: str) -> str | None:
    """The version that a ``pyproject.toml`` states, if it does."""
    import tomllib

    try:
        project = tomllib.loads(resources.read_text(path)).get("project")
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"Cannot read '{path}': {error}. Mend it and try again.") from None
    version = project.get("version") if isinstance(project, dict) else None
    return version if isinstance(version, str) else None


def _unpack(entries: Iterable[tuple[str, bytes]], folder: str, name: str) -> str | None:
    """Write the files that make up a version; returns the version that a wheel's metadata state."""
    package = None
    total = 0
    for entry, content in entries:
        total += len(content)
        if total > _MOST_BYTES:
            raise DataError(f"'{name}' holds more than {_MOST_BYTES} bytes, too many for a graph.")
        if entry.endswith(".dist-info/METADATA"):
            stated = re.search(rb"^Version: (\S+)", content, re.MULTILINE)
            package = stated[1].decode("ascii", "replace") if stated else None
            continue
        inside = entry.removeprefix(_PACKAGED)
        if ".." in inside.split("/") or not _WANTED.fullmatch(inside):
            continue
        path = os.path.join(folder, *inside.split("/"))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    return package


def _wheel(path: str) -> Iterator[tuple[str, bytes]]:
    from zipfile import BadZipFile, ZipFile
    from zlib import error as zlib_error

    try:
        with ZipFile(path) as wheel:
            for entry in wheel.infolist():
                name = entry.filename
                if name.startswith(_PACKAGED) or name.endswith(".dist-info/METADATA"):
                    if entry.file_size > _MOST_BYTES:
                        raise DataError(f"'{path}' holds a file that is too large: '{name}'.")
                    yield name, wheel.read(entry)
    except OSError as error:
        raise FileAccessError(f"Cannot read '{path}': {error.strerror or error}.") from None
    except (BadZipFile, RuntimeError, NotImplementedError, zlib_error) as error:
        raise DataError(f"'{path}' is not a wheel: {error}. Build or fetch it again.") from None


def _commit(name: str) -> Iterator[tuple[str, bytes]]:
    import io
    import tarfile

    repository = _repository(name)
    archive = _git(repository, "archive", "--format=tar", f"{name}^{{commit}}")
    assert archive is not None, name
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        for member in files:
            if member.isfile() and _WANTED.fullmatch(member.name):
                content = files.extractfile(member)
                assert content is not None
                yield member.name, content.read()


def _repository(name: str) -> str:
    """The checkout that knows a tag or commit: the one around, or else the one twitchkg is in."""
    tops = (_git(folder, "rev-parse", "--show-toplevel") for folder in _folders())
    roots = [os.fsdecode(top.rstrip(b"\r\n")) for top in tops if top is not None]
    found = next((root for root in roots if os.path.isdir(os.path.join(root, "ontology"))), None)
    hint, shallow = "this is no git checkout of twitchkg", ""
    if found is not None:
        asked = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
        if _git(found, *asked) is not None:
            return found
        hint = f"no tag or commit of '{found}' has that name"
        if (_git(found, "rev-parse", "--is-shallow-repository") or b"").strip() == b"true":
            shallow = " It is a shallow clone: 'git fetch --tags --unshallow' fetches the rest."
    raise UnknownNameError(
        f"There is no file or folder '{name}', and {hint}. Give a folder with ontology/, an RDF "
        f"file, a wheel, or a tag or commit.{shallow}"
    )


def _folders() -> tuple[str, str]:
    return os.getcwd(), resources.data_root()


def _git(folder: str, *arguments: str) -> bytes | None:
    """What git answers, or ``None`` if it refuses or is not there."""
    import subprocess

    try:
        done = subprocess.run(
            ["git", "-C", folder, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except (OSError, ValueError):
        return None
    return done.stdout if done.returncode == 0 else None
