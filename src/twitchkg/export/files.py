"""Writing a folder of files whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys

from twitchkg.errors import FileAccessError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MANIFEST = "manifest.json"


def manifest(files: Mapping[str, bytes], about: Mapping[str, object]) -> bytes:
    """The list of some files: name, bytes and SHA-256.

    :param files: contents by name.
    :param about: what to say of them besides.
    """
    listed = [
        {"name": name, "bytes": len(content), "sha256": digest(content)}
        for name, content in sorted(files.items())
    ]
    return (json.dumps({**about, "files": listed}, indent=2) + "\n").encode()


def digest(content: bytes) -> str:
    """The SHA-256 of some bytes, in hexadecimal."""
    from hashlib import sha256

    return sha256(content).hexdigest()


def check_folder(folder: str) -> None:
    """See whether an export could be written there, as far as that shows beforehand.

    :raises FileAccessError: if the place holds anything else, or may not be written to.
    """
    folder = os.path.abspath(folder)
    try:
        _check(folder)
    except FileAccessError:
        raise
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error
    parent = os.path.dirname(folder)
    while not os.path.lexists(parent):
        parent = os.path.dirname(parent)
    if not os.path.isdir(parent):
        raise _unwritable(folder, "Not a directory")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise _unwritable(folder, "Permission denied")


def write_folder(
    folder: str,
    files: Mapping[str, bytes],
    progress: Callable[[str], object] = lambda text: None,
) -> None:
    """Write files as a folder, whole or not at all, through a temporary neighbour.

    The folder must be new, or empty, or hold nothing but an earlier export, which is replaced.

    :param folder: the folder to make.
    :param files: contents by name, a manifest among them.
    :param progress: is called with what is written next.
    :raises FileAccessError: if it holds anything else, or cannot be written.
    """
    folder = os.path.abspath(folder)
    parent, name = os.path.split(folder)
    neighbour = os.path.join(parent, f".{name}.{os.getpid()}.tmp")
    former = f"{neighbour}.former"
    check_folder(folder)
    try:
        os.makedirs(parent, exist_ok=True)
        _sweep(parent, name)
        try:
            os.mkdir(neighbour)
            for file, content in files.items():
                progress(f"writing {file}")
                _write(os.path.join(neighbour, file), content)
            if os.path.isdir(folder) and _exchange(neighbour, folder):
                return
            if os.path.isdir(folder):
                os.rename(folder, former)
            try:
                os.rename(neighbour, folder)
            except OSError:
                # Another export to the same place has been quicker.
                if _exchange(neighbour, folder):
                    return
                if os.path.isdir(former):
                    os.rename(former, folder)
                raise
        finally:
            shutil.rmtree(neighbour, ignore_errors=True)
            shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise _unwritable(folder, error.strerror) from error


def _unwritable(folder: str, reason: str | None) -> FileAccessError:
    return FileAccessError(f"Cannot write the folder '{folder}': {reason}. Nothing was changed.")


def _exchange(one: str, other: str) -> bool:
    """Let two folders change places in one step, if the system can do that."""
    if sys.platform != "linux":
        return False
    import ctypes

    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:  # a C library without it
        return False
    here, exchange = -100, 2  # AT_FDCWD and RENAME_EXCHANGE
    names = (os.fsencode(one), os.fsencode(other))
    return bool(renameat2(here, names[0], here, names[1], exchange) == 0)


def _check(folder: str) -> None:
    if not os.path.lexists(folder):
        return
    if not os.path.isdir(folder):
        raise FileAccessError(f"'{folder}' is a file. Give the name of a folder.")
    names = set(os.listdir(folder))
    if not names:
        return
    try:
        with open(os.path.join(folder, MANIFEST), encoding="utf-8") as file:
            listed = {str(entry["name"]) for entry in json.load(file)["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        listed = set()
    if foreign := sorted(names - listed - {MANIFEST}) or (names if not listed else []):
        raise FileAccessError(
            f"The folder '{folder}' holds files that no export made, such as "
            f"'{min(foreign)}'. Give a new or an empty folder."
        )


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sweep(parent: str, name: str) -> None:
    """Remove what a killed export left behind; one that still runs keeps its files."""
    for entry in os.listdir(parent):
        head, _, rest = entry.partition(f".{name}.")
        process = rest.removesuffix(".former").removesuffix(".tmp")
        if not head and process.isdigit() and ".tmp" in rest and not _runs(int(process)):
            former, folder = os.path.join(parent, entry), os.path.join(parent, name)
            if entry.endswith(".former") and not os.path.lexists(folder):
                os.rename(former, folder)  # killed between two renames: the old one comes back
            else:
                shutil.rmtree(former, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
