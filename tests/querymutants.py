"""Mutants of a query in the house's layout: each lacks one thing that the query asks for.

The layout of queries puts one pattern on a line, so that a query is taken apart by its lines: a
mutant lacks one triple pattern, one filter of one line, one block in braces (``FILTER NOT EXISTS``,
``OPTIONAL``, one side of a ``UNION``), one alternative of a path, or one operand of a filter. One
that does not parse is no mutant.

:func:`changes` makes others, which have something else in one place: another comparison, number,
truth value or reach of a path, another variable, or a name that nothing has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from twitchkg import store
from twitchkg.errors import TwitchkgError


def mutants(query: str) -> Iterator[tuple[str, str]]:
    """What each mutant lacks, in a line, and its text."""
    lines = unordered(query).splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("WHERE {")]
    start = starts[0] if starts else len(lines)  # a query of one line is only changed
    seen = set()
    for number in range(start + 1, len(lines)):
        for what, changed in _without(lines, number):
            text = "\n".join(changed)
            if text not in seen and _parses(text):
                seen.add(text)
                yield f"line {number + 1} without {what}", text


def changes(query: str) -> Iterator[tuple[str, str]]:
    """What each mutant has instead, in a line, and its text."""
    text = unordered(query)
    start = text.index("WHERE {")
    seen = set()
    for what, place, with_ in (*_swapped(text, start), *_operands(text, start)):
        changed = text[: place.start] + with_ + text[place.stop :]
        if changed not in seen and _parses(changed):
            seen.add(changed)
            number = text.count("\n", 0, place.start) + 1
            yield f"line {number} {what}", changed


_SWAPS = {
    r"(?<=\s)[<>]=?(?=\s)": ("<", "<=", ">", ">=", "=", "!="),
    r"(?<=\s)!?=(?=\s)": ("=", "!="),
    r"&&|\|\|": ("&&", "||"),
    r"(?<=\s)[-+](?=\s)": ("-", "+"),
    r"\bNOT EXISTS\b|(?<!NOT )\bEXISTS\b": ("NOT EXISTS", "EXISTS"),
    r"!?BOUND": ("!BOUND", "BOUND"),
    r"!(?=\?)": ("",),
    r"\btrue\b|\bfalse\b": ("true", "false"),
    r"(?<=\w)[*+](?=[\s/])": ("", "*", "+"),
    r"\b(?:tw[dk]|rdfs?|skos|owl|dcterms):\w+": ("twk:nothing",),
}


def _swapped(text: str, start: int) -> Iterator[tuple[str, slice, str]]:
    for pattern, forms in _SWAPS.items():
        for found in re.finditer(pattern, text[start:]):
            place = slice(start + found.start(), start + found.end())
            for form in forms:
                if form != found[0]:
                    yield f"with '{form}' for '{found[0]}'", place, form
    for found in re.finditer(r"(?<=[ (])\d+(?=[ )])", text[start:]):
        place = slice(start + found.start(), start + found.end())
        for number in (int(found[0]) - 1, int(found[0]) + 1):
            yield f"with '{number}' for '{found[0]}'", place, str(number)
    for found in re.finditer(r"\?\w+\b", text[start:]):
        if len(re.findall(rf"{re.escape(found[0])}\b", text)) > 1:
            place = slice(start + found.start(), start + found.end())
            yield f"with '?else' for '{found[0]}'", place, "?else"
    # The first and the last of the alternatives of a path, wherever its lines break.
    name = r"\w+:\w+"
    for pattern in (rf"{name}\s*(?<!\|)\|(?!\|)\s*", rf"\s*(?<!\|)\|(?!\|)\s*{name}"):
        for found in re.finditer(pattern, text[start:]):
            place = slice(start + found.start(), start + found.end())
            yield f"without '{' '.join(found[0].split())}'", place, ""


def _operands(text: str, start: int) -> Iterator[tuple[str, slice, str]]:
    """A filter without one operand of an ``||`` or ``&&``, however deep."""
    for found in re.finditer(r"FILTER\(", text[start:]):
        begin = end = start + found.end()
        depth = 1
        while depth:
            depth += (text[end] == "(") - (text[end] == ")")
            end += 1
        yield from _dropped(text, begin, end - 1)


def _dropped(text: str, begin: int, end: int) -> Iterator[tuple[str, slice, str]]:
    for operator in ("||", "&&"):
        places = [i for i in range(begin, end) if text.startswith(operator, i)]
        cuts = [i for i in places if text.count("(", begin, i) == text.count(")", begin, i)]
        if cuts:
            stops = [*cuts, end]
            for first, stop in zip([begin, *cuts], stops, strict=True):
                inner = first if first == begin else first + len(operator)
                place = slice(first, stop + len(operator) if first == begin else stop)
                yield f"without '{' '.join(text[place].split())}'", place, ""
                yield from _dropped(text, inner, stop)
            return


def unordered(query: str) -> str:
    """The query without an order: what a mutant finds may be of kinds that have none."""
    text, _, last = query.rstrip().rpartition("\n")
    return text if last.startswith("ORDER BY") else query.rstrip()


def _without(lines: list[str], number: int) -> Iterator[tuple[str, list[str]]]:
    line = lines[number]
    bare = line.strip()
    before, after = lines[:number], lines[number + 1 :]
    if bare.startswith(("ORDER BY", "GROUP BY", "}", "#")) or not bare:
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
