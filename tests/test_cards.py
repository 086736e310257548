"""Lines of cards break where textwrap breaks them; CSV is as the csv module writes it."""

from __future__ import annotations

import csv
import io
from textwrap import wrap

from hypothesis import given, settings
from hypothesis import strategies as st

from twitchkg.cards import _wrapped
from twitchkg.results import Result, Row
from twitchkg.terms import Term

WORDS = st.lists(st.text("ab-–,.é", min_size=1, max_size=30), max_size=40)


@settings(max_examples=300, deadline=None)
@given(WORDS, st.sampled_from([" ", "  "]), st.sampled_from(["", "    "]))
def test_lines(words: list[str], space: str, further: str) -> None:
    text = space.join(words)
    assert _wrapped(text, "  ", further) == wrap(
        text,
        96,
        initial_indent="  ",
        subsequent_indent=further,
        break_long_words=False,
        break_on_hyphens=False,
    )


CELLS = st.one_of(st.none(), st.text('a,"\n\r \t;é', max_size=4))


@settings(max_examples=300, deadline=None)
@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(CELLS, min_size=n, max_size=n))))
def test_csv(table: list[list[str | None]]) -> None:
    columns = tuple(f"c{place}" for place in range(len(table[0]) if table else 2))
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([["" if cell is None else cell for cell in row] for row in table])
    rows = [
        Row(columns, tuple(None if cell is None else Term.string(cell) for cell in row))
        for row in table
    ]
    assert Result("rows", columns, rows).serialize("csv") == out.getvalue()
