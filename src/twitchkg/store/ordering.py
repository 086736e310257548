"""The order of rows, put in here rather than by the engine.

The engine reads terms from its store anew for each comparison, which takes half the time of a query
with thousands of rows. Here each is read once. Only what compares alike in both is taken: plain
variables, ``DESC()`` and ``STR()`` at the end of a query in the layout of ours, and texts, numbers,
truth values and days. For anything else the engine is asked for the order too. Where it compares
nothing, as a text with a number, the order is by kind of value, and the same every time.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import groupby
from operator import attrgetter

import pyoxigraph as ox

from twitchkg.terms import RDF_LANG_STRING, XSD, XSD_STRING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_CLAUSE, _WHERE = "\nORDER BY ", "\nWHERE {"
# Where rows are grouped or made distinct, one more column would change which there are.
_FIXED = ("DISTINCT", "REDUCED", "*", "COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "CONCAT")


class Key:
    """What rows are sorted by: a column, as it is or as text, downwards or upwards."""

    __slots__ = ("as_text", "column", "downwards")

    def __init__(self, word: str) -> None:
        self.downwards = word.startswith("DESC(")
        if self.downwards:
            word = word[5:-1] if word.endswith(")") else ""
        self.as_text = word.startswith("STR(")
        if self.as_text:
            word = word[4:-1] if word.endswith(")") else ""
        self.column = word[1:] if word.startswith("?") and word[1:].isidentifier() else ""


@lru_cache(maxsize=128)
def taken_off(text: str) -> tuple[str, Sequence[Key], int] | None:
    """A query without the order of its rows, and that order; ``None`` if it is not plain.

    What rows are sorted by and not shown is shown after the other columns; the last of what is
    given is how many these are.
    """
    at = text.rfind(_CLAUSE)
    end = text.find(_WHERE)
    start = text.rfind("SELECT ", 0, end)
    if not 0 <= start < end < at:
        return None
    keys = [Key(word) for word in text[at + len(_CLAUSE) :].split()]
    if not keys or not all(key.column for key in keys):
        return None
    head = text[start:end]
    more = dict.fromkeys(f" ?{key.column}" for key in keys if f"?{key.column}" not in head)
    if more:
        upper = head.upper()
        if "\nGROUP BY " in text or any(word in upper for word in _FIXED):
            return None
        head += "".join(more)
    return text[:start] + head + text[end:at], keys, len(more)


def put_in_order(
    solutions: list[ox.QuerySolution], columns: Sequence[str], keys: Sequence[Key]
) -> bool:
    """Sort the rows of an answer; ``False`` if the engine has to."""
    if any(key.column not in columns for key in keys):
        return False
    if len(solutions) < 2:
        return True
    order = list(range(len(solutions)))
    try:
        for downwards, run in groupby(reversed(keys), attrgetter("downwards")):
            # Rows are sorted by the keys of one direction at once; the last of these comes first.
            parts = [_values(solutions, columns.index(key.column), key.as_text) for key in run]
            values = list(zip(*reversed(parts), strict=True))
            order.sort(key=values.__getitem__, reverse=downwards)
    except (ArithmeticError, TypeError, ValueError):  # no such number, or nothing of ours
        return False
    solutions[:] = [solutions[number] for number in order]
    return True


def _values(solutions: list[ox.QuerySolution], place: int, as_text: bool) -> list[object]:
    cells = [solution[place] for solution in solutions]
    if all(isinstance(cell, ox.NamedNode) for cell in cells):
        return [cell.value for cell in cells]  # texts compare faster than tuples
    return list(map(_text if as_text else _value, cells))


def _value(cell: object) -> tuple[int, str, object]:
    """What a cell is compared by: nothing first, then blank nodes, then IRIs, then literals."""
    if isinstance(cell, ox.NamedNode):
        return 2, "", cell.value
    if isinstance(cell, ox.Literal):
        return _of_literal(cell)
    if cell is None:
        return 0, "", ""
    if isinstance(cell, ox.BlankNode):
        return 1, "", cell.value
    raise TypeError("a triple")


def _of_literal(cell: ox.Literal) -> tuple[int, str, object]:
    text, datatype = cell.value, cell.datatype.value
    if datatype in (XSD_STRING, RDF_LANG_STRING):
        return 3, f"text {cell.language or ''}", text
    name = datatype.removeprefix(XSD)
    if name == "integer":
        return 3, "number", int(text)
    if name == "decimal":
        from decimal import Decimal

        return 3, "number", Decimal(text)
    if name == "boolean" and text in ("false", "true"):
        return 3, name, text
    if name == "date" and len(text) == 10 and text[0] != "-":
        return 3, name, text
    raise TypeError(datatype)


def _text(cell: object) -> tuple[int, str, object]:
    """As ``STR()`` has it; that of nothing and of a blank node is nothing."""
    if isinstance(cell, ox.NamedNode | ox.Literal):
        return 3, "", cell.value
    return 0, "", ""
