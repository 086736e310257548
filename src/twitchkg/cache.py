"""What is prepared once and kept beside the prepared store, in the user's cache.

Nothing in a cache is trusted further than it can be checked: a text is kept with a checksum of its
own and under the digest of the data. One that is cut short, altered, from another version, or that
another user put there counts as missing; a cache that cannot be written is no fault.
"""

from __future__ import annotations

import os
from binascii import crc32

from twitchkg import resources
from twitchkg.errors import FileAccessError

_KEPT = 4  # texts of one kind left in the cache when a new one is added


def ours(path: str) -> bool:
    """Whether a file or folder is this user's own, or the system's."""
    if not hasattr(os, "geteuid"):
        return True
    return os.stat(path).st_uid in (os.geteuid(), 0)


def read(kind: str) -> bytes | None:
    """What was kept of that kind for the bundled data, or ``None``.

    :param kind: what it is, with a number that changes with its form, such as ``"index-1"``.
    """
    path = _path(kind)
    try:
        if not ours(path):
            return None
        with open(path, "rb") as file:
            head, body = file.readline(), file.read()
        return body if head == _sum(body) + b"\n" else None
    except OSError:
        return None


def keep(kind: str, body: bytes) -> None:
    """Keep something for the next time, if that is possible."""
    path = _path(kind)
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        resources.write_bytes(path, _sum(body) + b"\n" + body)
        _prune(os.path.dirname(path), kind.partition("-")[0] + "-")
    except (FileAccessError, OSError):
        pass


def _path(kind: str) -> str:
    digest = resources.known_digest(resources.ontology_files())
    return os.path.join(resources.cache_dir(), f"{kind}-{digest}")


def _sum(body: bytes) -> bytes:
    # It is for damage, which a checksum tells at once; what others put there is not read at all.
    return b"%08x" % crc32(body)


def _prune(folder: str, start: str) -> None:
    paths = [os.path.join(folder, name) for name in os.listdir(folder) if name.startswith(start)]
    for path in sorted(paths, key=os.path.getmtime)[:-_KEPT]:
        os.unlink(path)
