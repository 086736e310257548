"""Reading pages that are labelled by hand."""

from __future__ import annotations

import re
from pathlib import Path

_MARK = re.compile(r"\[\[([^|\]]+)\|([-?]?)([a-z0-9-]+)\]\]")

Label = tuple[int, int, str, str]  # start, end, slug, "" or "-" or "?"


def read(path: Path) -> tuple[str, list[Label]]:
    """The text of a labelled page without its marks, and the labels."""
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    marked = "".join(line for line in lines if not line.startswith("#"))
    text, labels, end = "", [], 0
    for match in _MARK.finditer(marked):
        text += marked[end : match.start()]
        labels.append((len(text), len(text) + len(match[1]), match[3], match[2]))
        text += match[1]
        end = match.end()
    return text + marked[end:], labels
