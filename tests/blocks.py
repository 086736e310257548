"""The blocks of a page in Markdown, and the commands in them with what they print.

Nothing of the package is imported here, so that scripts can read pages that have the wheel alone.
"""

from __future__ import annotations

import doctest
import re
import shlex

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
"""A block: its language and its text."""
_STEP = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.M)
_SAME = doctest.OutputChecker()


def steps(block: str) -> list[tuple[str, list[str], str]]:
    """The commands ``$ twitchkg ...`` of a block: the line, its arguments, what it should print."""
    found = []
    for command, shown in _STEP.findall(block):
        program, *arguments = shlex.split(command)
        assert program == "twitchkg", command
        found.append((command, arguments, shown))
    assert found, f"no command in {block!r}"
    return found


def alike(shown: str, printed: str) -> bool:
    """Whether a page shows what was printed; ``...`` stands for any text."""
    return _SAME.check_output(shown, printed, doctest.ELLIPSIS)
