"""A page that is to be followed from its top: files to write, commands and code to run.

A line that is nothing but a path in backquotes, above a block, names the file that the block is.
"""

from __future__ import annotations

import doctest
import io
import re
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import blocks

from twitchkg.cli import main

_BLOCK = re.compile(r"(?:^`(\S+)`\n\n)?^```(\w*)\n(.*?)^```$", re.M | re.S)


def printed(arguments: list[str]) -> str:
    """What a command prints on stdout; it must succeed."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(arguments)
    assert code == 0, (arguments, err.getvalue())
    return out.getvalue().replace("\r\n", "\n")  # CSV has the line ends of its standard


def follow(page: Path) -> int:
    """Do in the working folder what a page says, and compare what it shows.

    :returns: how many steps there were.
    """
    steps = 0
    text = page.read_text(encoding="utf-8")
    for match in _BLOCK.finditer(text):
        file, kind, block = match.groups()
        where = f"{page.name}:{text.count(chr(10), 0, match.start(3))}"
        if file:
            path = Path(file)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block, encoding="utf-8")
            steps += 1
        elif kind == "console":
            for _, arguments, shown in blocks.steps(block):
                said = printed(arguments)
                assert blocks.alike(shown, said), f"{where}: {said}"
                steps += 1
        elif kind == "python":
            test = doctest.DocTestParser().get_doctest(block, {}, where, where, 0)
            assert test.examples, where
            assert not doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed
            steps += 1
    return steps
