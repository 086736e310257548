"""Show the examples in docstrings as code: as Markdown, ``>>>`` would be a quotation."""

from __future__ import annotations

import re
from typing import Any

import griffe

EXAMPLE = re.compile(r"^>>> .*(?:\n(?!:\w+.*:).+)*", re.M)


class DoctestBlocks(griffe.Extension):
    """Puts each example into a fenced block."""

    def on_object(self, *, obj: griffe.Object, **more: Any) -> None:
        """Change the docstring of one object."""
        if obj.docstring:
            value = obj.docstring.value
            obj.docstring.value = EXAMPLE.sub(r"\n```python\n\g<0>\n```\n", value)
