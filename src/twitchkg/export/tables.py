"""The graph as plain tables: each with its columns, their types and meanings, and its rows.

The same tables make the CSV, SQLite and Parquet files, the data frames and the network. A cell is
text, a whole number, a number, a truth value or nothing; several values in one cell are sorted and
joined by ``|``.
"""

from __future__ import annotations

from decimal import Decimal

from twitchkg import claims, lookup
from twitchkg.namespaces import TWK, compact
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from twitchkg.claims import Claim, Queryable

    Cell: TypeAlias = "str | int | float | bool | None"

SEPARATOR = "|"
RED_FLAGS = (
    "when the documents say to see a health professional, whatever the outlook; filled wherever "
    "a row is about an outlook"
)


class Column:
    """A column: its name, the type of its cells and what it means.

    ``type`` is ``string``, ``integer``, ``number`` or ``boolean``, as in Frictionless tables.
    """

    __slots__ = ("meaning", "name", "type")

    def __init__(self, name: str, meaning: str, type: str = "string") -> None:
        self.name = name
        self.type = type
        self.meaning = meaning


class Table:
    """A table: its name, what a row is, its columns, its key, and its rows sorted by the key."""

    __slots__ = ("columns", "key", "meaning", "name", "rows")

    def __init__(
        self,
        name: str,
        meaning: str,
        columns: tuple[Column, ...],
        rows: Iterable[tuple[Cell, ...]],
        key: tuple[str, ...] = ("id",),
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.columns = columns
        self.key = key
        places = [[column.name for column in columns].index(name) for name in key]
        self.rows = sorted(rows, key=lambda row: [_ordered(row[place]) for place in places])

    def dicts(self) -> list[dict[str, Cell]]:
        """The rows as dictionaries by column."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def _ordered(cell: Cell) -> tuple[bool, float, str]:
    if isinstance(cell, int | float):
        return (True, cell, "")
    return (cell is not None, 0, cell or "")


class Reader:
    """What the tables share, read once: labels, claims and the red flags."""

    def __init__(self, store: Queryable) -> None:
        self.store = store
        self.labels = lookup.english_labels(store)
        self.claims = claims.find(store, [])
        self.of_claim = {claim.iri: claim for claim in self.claims}
        flags = store.query(
            "SELECT DISTINCT ?flag WHERE { ?advice a twk:Advice ; rdfs:label ?flag ; "
            "twk:forSign/rdf:type twk:Symptom FILTER NOT EXISTS { ?advice twk:atSite ?site } }"
        )
        self.red_flags = joined((row["flag"] for row in flags), "; ")

    def flags_for(self, predicate: str) -> str | None:
        """The red flags where a statement is about an outlook."""
        return self.red_flags if predicate == TWK + "hasPrognosis" else None

    def label(self, iri: object) -> str | None:
        """The English label of an IRI."""
        return self.labels.get(str(iri))

    def many(self, query: str) -> dict[str, list[object]]:
        """Values by subject, of a query for ``?key`` and ``?value``."""
        found: dict[str, list[object]] = {}
        for row in self.store.query(query):
            found.setdefault(str(row["key"]), []).append(row["value"])
        return found


def joined(values: Iterable[object], separator: str = SEPARATOR) -> str | None:
    """Values as one cell: shortened, sorted, each once."""
    texts = {compact(v) if isinstance(v, Iri) else str(v) for v in values if v is not None}
    return separator.join(sorted(texts)) or None


def plain(value: object) -> Cell:
    """A value as a cell: IRIs as CURIEs, decimals as floating-point numbers."""
    if isinstance(value, Iri):
        return str(compact(value))
    if isinstance(value, Decimal):
        return float(value)
    return value if isinstance(value, bool | int | float) or value is None else str(value)


def text(value: object) -> str | None:
    """A literal as text: truth values in lower case; nothing for an IRI."""
    if isinstance(value, Iri) or value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def documents(group: Iterable[Claim]) -> str | None:
    """The documents of some claims, as CURIEs."""
    return joined(claim.source for claim in group)


def cautions(group: Iterable[Claim]) -> str | None:
    """Why some claims are to be read with care: kind, and what is in doubt."""
    return joined(f"{c.kind} ({c.doubts})" for claim in group for c in claim.cautions)
