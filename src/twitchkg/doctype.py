"""How much text the entities of an XML document come to.

RDF/XML may name pieces of text at its top and repeat them by name, one inside the other; a file of
a few lines can so come to more than a machine holds. The parser writes out whatever it is told to.
"""

from __future__ import annotations

import os
import re
from mmap import ACCESS_READ, mmap

from twitchkg.errors import DataError

MOST = 64 << 20
"""Bytes that the entities of one file may come to, far above what ontologies use them for."""
_DEEPEST = 50


def check(path: str) -> None:
    """Refuse an XML file whose entities come to more than :data:`MOST` bytes.

    A file that cannot be read is left to the parser, which says why.

    :raises DataError: if they do, or if one is made of itself.
    """
    try:
        if os.path.getsize(path):  # nothing cannot be mapped
            with open(path, "rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as data:
                _count(path, data)
    except OSError:
        return


def _count(path: str, data: mmap) -> None:
    declared = dict(re.findall(rb"<!ENTITY\s+([^\s%\"']+)\s+(?=[\"'])(\"[^\"]*\"|'[^']*')", data))
    if not declared:
        return
    names = re.compile(rb"&([^\s;&#]+);")
    sizes: dict[bytes, int] = {}

    def size(name: bytes, within: tuple[bytes, ...] = ()) -> int:
        if name in within:
            raise _refusal(path, name, "is made of itself")
        if len(within) > _DEEPEST:
            raise _refusal(path, within[0], f"is made of others more than {_DEEPEST} levels deep")
        if name not in sizes:
            inner = (*within, name)
            parts = (
                size(part, inner) for part in names.findall(declared[name]) if part in declared
            )
            sizes[name] = len(declared[name]) + sum(parts)
        return sizes[name]

    declarations = re.search(rb"\]\s*>", data)
    whole = 0
    for found in names.finditer(data, declarations.end() if declarations else 0):
        name = found[1]
        if name in declared:
            whole += size(name)
            if whole > MOST:
                raise _refusal(path, name, f"and others come to more than {MOST >> 20} MiB of text")


def _refusal(path: str, name: bytes, why: str) -> DataError:
    return DataError(
        f"Cannot read '{path}': the entity '{name.decode('utf-8', 'replace')}' {why}. "
        "Write the text out where it is used."
    )
