"""Named queries and their answers, in two versions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from twitchkg import sparql
from twitchkg.diff.changes import Change
from twitchkg.diff.steps import Step
from twitchkg.errors import TwitchkgError
from twitchkg.terms import BNODE, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from twitchkg.catalogue import Column, NamedQuery
    from twitchkg.store import Store

    Row = tuple[Term | None, ...]


_REWRITTEN = "its text was changed"


def queries(old: Sequence[NamedQuery], new: Sequence[NamedQuery]) -> Iterator[Change]:
    """What changed in the headers of the named queries, sorted by name."""
    before = {query.name: query for query in old}
    now = {query.name: query for query in new}
    for name in sorted(before.keys() | now.keys()):
        if name not in now:
            gone = before[name].summary
            yield Change("query", name, gone, "removed", Step.MAJOR, "who asks it gets an error")
        elif name not in before:
            yield Change("query", name, now[name].summary, "added", Step.MINOR, "new")
        else:
            yield from _header(before[name], now[name])


def _header(old: NamedQuery, new: NamedQuery) -> Iterator[Change]:
    """What changed in what the header of a query promises, the gravest first."""
    found: list[tuple[Step, str]] = []
    before, now = _types(old.params), _types(new.params)
    found += _lost("parameter", "takes", before, now)
    found += [(Step.MINOR, f"parameter {name} is new") for name in now if name not in before]
    before, now = _types(old.returns), _types(new.returns)
    found += _lost("column", "holds", before, now)
    kept = [name for name in now if name in before]
    if kept != [name for name in before if name in now]:
        found.append((Step.MAJOR, "the columns stand in another order"))
    elif list(now)[: len(kept)] != kept:
        found.append((Step.MAJOR, "a column was put before others"))
    found += [(Step.MINOR, f"column {name} is new") for name in now if name not in before]
    if not found and _words(old) != _words(new):
        found.append((Step.PATCH, "its header was reworded"))
    if not found and old.text != new.text and _bare(old.text) != _bare(new.text):
        found.append((Step.PATCH, _REWRITTEN))
    if found:
        step = max(step for step, _ in found)
        why = "; ".join(reason for _, reason in found)
        yield Change("query", new.name, new.summary, "changed", step, why)


def told_apart(changes: Iterable[Change], answers: set[str]) -> Iterator[Change]:
    """The changes, where those of queries say whether the answers changed too.

    :param answers: the names of the queries whose answers changed.
    """
    for change in changes:
        if change.kind == "query" and change.reason == _REWRITTEN:
            also = "and" if change.name in answers else "not"
            yield replace(change, reason=f"{_REWRITTEN}, {also} its answer")
        else:
            yield change


def _lost(
    what: str, verb: str, before: dict[str, str], now: dict[str, str]
) -> Iterator[tuple[Step, str]]:
    """The parameters or columns that are gone or of another type."""
    for name, type in before.items():
        if name not in now:
            yield Step.MAJOR, f"{what} {name} is gone"
        elif type != now[name]:
            yield Step.MAJOR, f"{what} {name} {verb} {now[name]}, not {type}"


def _types(columns: Sequence[Column]) -> dict[str, str]:
    return {column.name: column.type for column in columns}


def _words(query: NamedQuery) -> tuple[object, ...]:
    meanings = [(column.name, column.meaning) for column in (*query.params, *query.returns)]
    return query.summary, query.description, query.topic, meanings


def _bare(text: str) -> list[str]:
    """The tokens of a query: what is left without comments and layout."""
    return [token for _, token, _ in sparql.tokens(text)]


class Answers:
    """Asks the named queries of two versions.

    :param old: the store of the old version.
    :param new: that of the new one.
    :param label: how people call a term of the new version, or else of the old one.
    """

    def __init__(self, old: Store, new: Store, label: Callable[[Term], str]) -> None:
        self._old = old
        self._new = new
        self._label = label

    def changes(
        self, old: Sequence[NamedQuery], new: Sequence[NamedQuery], *, same_data: bool
    ) -> Iterator[Change]:
        """The queries whose answers changed, sorted by name.

        An answer that changed because the data did calls for no step of its own. A query that
        answers the new data otherwise than its old text does has changed itself.
        """
        before = {query.name: query for query in old}
        for query in new:
            earlier = before.get(query.name)
            if earlier is None:
                continue
            rewritten = earlier.text != query.text and _bare(earlier.text) != _bare(query.text)
            if rewritten or not same_data:
                change = self._change(earlier, query, rewritten)
                if change is not None:
                    yield change

    def _change(self, old: NamedQuery, new: NamedQuery, rewritten: bool) -> Change | None:
        known = _written(self._new, new.text)
        others = [(self._old, old.text), *([(self._new, old.text)] if rewritten else [])]
        if known is not None and all(known == _written(*other) for other in others):
            return None
        shared = [column for column in _types(old.returns) if column in _types(new.returns)]
        before = _rows(self._old, old.text, shared)
        now = _rows(self._new, new.text, shared)
        kept = _rows(self._new, old.text, shared) if rewritten else now
        if isinstance(now, str):
            if isinstance(before, str):
                return None
            return Change("answer", new.name, new.summary, "changed", Step.MAJOR, now)
        if isinstance(before, str):
            before = []
        lost, gained = Counter(before), Counter(now)
        lost, gained = lost - gained, gained - lost
        step, why = Step.NONE, "follows from the data"
        if rewritten and not isinstance(kept, str):
            fewer = sum((Counter(kept) - Counter(now)).values())
            more = sum((Counter(now) - Counter(kept)).values())
            if fewer:
                step, why = Step.MAJOR, f"its new text leaves out {_count(fewer)} of the same data"
            elif more:
                step, why = Step.MINOR, f"its new text finds {_count(more)} more in the same data"
            elif kept != now:
                step, why = Step.PATCH, "its new text gives the rows in another order"
        if not lost and not gained and step == Step.NONE:
            return None
        texts = (tuple(self._shown(rows)) for rows in (lost, gained))
        return Change("answer", new.name, new.summary, "changed", step, why, *texts)

    def _shown(self, rows: Counter[Row]) -> Iterator[str]:
        for text in sorted(
            " | ".join("" if cell is None else self._label(cell) for cell in row)
            for row in rows.elements()
        ):
            yield " ".join(text.split())


def _written(store: Store, text: str) -> bytes | None:
    """The answer as the engine writes it, which is fast, or ``None`` where there is none."""
    try:
        return store.answer(text, lambda types: types[0])[1]
    except TwitchkgError:
        return None


def _rows(store: Store, text: str, columns: Sequence[str]) -> list[Row] | str:
    """The rows with these columns only, or why there are none."""
    try:
        result = store.query(text)
    except TwitchkgError as error:
        return f"it cannot be answered: {error}"
    missing = [column for column in columns if column not in result.columns]
    if missing:
        return f"it has no column {missing[0]}, which its header promises"
    places = [result.columns.index(column) for column in columns]
    cells = (row.terms for row in result.rows)
    return [tuple([_cell(row[place]) for place in places]) for row in cells]


def _cell(term: Term | None) -> Term | None:
    """A cell in which the names of blank nodes, which mean nothing, are left out."""
    return Term(BNODE, "") if term is not None and term.kind == BNODE else term


def _count(rows: int) -> str:
    return "1 row" if rows == 1 else f"{rows} rows"
