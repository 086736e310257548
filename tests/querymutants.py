"""Mutants of a query in the house's layout: each lacks one thing that the query asks for.

The layout of queries puts one pattern on a line, so that a query is taken apart by its lines: a
mutant lacks one triple pattern, one filter of one line, one block in braces (``FILTER NOT EXISTS``,
``OPTIONAL``, one side of a ``UNION``), one alternative of a path, or one operand of a filter. One
that does not parse is no mutant.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twitchkg import store
from twitchkg.errors import TwitchkgError


def mutants(query: str) -> Iterator[tuple[str, str]]:
    """What each mutant lacks, in a line, and its text."""
    lines = unordered(query).splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("WHERE {"))
    seen = set()
    for number in range(start + 1, len(lines)):
        for what, changed in _without(lines, number):
            text = "\n".join(changed)
            if text not in seen and _parses(text):
                seen.add(text)
                yield f"line {number + 1} without {what}", text


def unordered(query: str) -> str:
    """The query without its last line: what a mutant finds may be of kinds without an order."""
    text, _, last = query.rstrip().rpartition("\n")
    assert last.startswith("ORDER BY"), last
    return text


def _without(lines: list[str], number: int) -> Iterator[tuple[str, list[str]]]:
    line = lines[number]
    bare = line.strip()
    before, after = lines[:number], lines[number + 1 :]
    if bare.startswith(("ORDER BY", "GROUP BY", "}")) or not bare:
        return
    if bare.endswith("{"):
        depth = line.count("{") - line.count("}")
        for length, other in enumerate(after):
            depth += other.count("{") - other.count("}")
            if depth <= 0:
                yield f"the block '{bare}'", before + after[length + 1 :]
                break
    elif bare.endswith(";"):
        yield f"'{bare}'", before + after
    elif bare.endswith("."):
        yield f"'{bare}'", before + after
        if before[-1].rstrip().endswith(";"):  # the last of several about one subject
            yield f"'{bare}'", [*before[:-1], before[-1].rstrip()[:-1] + ".", *after]
    else:
        yield f"'{bare}'", before + after
    for operator in ("&&", r"\|\|"):
        for part in re.finditer(rf"[^(){{}}]*?(?: {operator} )", line):
            yield f"'{part[0].strip()}'", [*before, line.replace(part[0], "", 1), *after]
    for part in re.finditer(r"\s*\| twk:\w+|twk:\w+\|", line):
        yield f"'{part[0].strip()}'", [*before, line.replace(part[0], "", 1), *after]


def _parses(text: str) -> bool:
    try:
        store.of_triples([]).query(text)
    except TwitchkgError:
        return False
    return True
