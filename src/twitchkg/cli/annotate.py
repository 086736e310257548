"""The command that finds entities in a text: ``annotate``."""

from __future__ import annotations

import sys

from twitchkg import resources
from twitchkg.cli import note
from twitchkg.cli.options import (
    Progress,
    add_graph,
    add_limit,
    add_output,
    open_graph,
    write,
    write_result,
)
from twitchkg.results import ROW_FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]


MOST = 16 << 20
"""The bytes that a text may have."""


def add_annotate(parser: argparse.ArgumentParser) -> Run:
    """Set up ``annotate``."""
    parser.add_argument("file", metavar="FILE", help="a UTF-8 text, or '-' for standard input")
    parser.add_argument(
        "--nested", action="store_true", help="give shorter names within longer ones too"
    )
    parser.add_argument(
        "--claims",
        action="store_true",
        help="in a document that the graph has read: its claims, also where they name nothing",
    )
    parser.add_argument(
        "--source", metavar="IRI", help="the text's IRI in jsonld; one from its digest if not given"
    )
    add_output(parser, (*ROW_FORMATS, "jsonld", "brat"))
    add_limit(parser)
    add_graph(parser)
    return annotate


def annotate(options: argparse.Namespace) -> int:
    """Print the entities that a text names."""
    from twitchkg import standoff

    text = _text(options.file)
    graph = open_graph(options)
    with Progress() as progress:
        found = graph.annotate(
            text, nested=options.nested, claims=options.claims, progress=progress
        )[: options.limit]
    if options.format == "jsonld":
        write(standoff.web_annotations(text, found, options.source), options.output)
    elif options.format == "brat":
        write(standoff.brat(found), options.output)
    else:
        write_result(standoff.rows(found, claims=options.claims), options, graph)
    if not found:
        note("The text names no entity of the graph." if text.strip() else "The text is empty.")
    from twitchkg.graph import NOTICE

    note(NOTICE)
    return 0


def _text(path: str) -> str:
    from twitchkg.errors import DataError, FileAccessError

    # One byte more than may be there tells a text that is too long, even where it has no end.
    if path == "-":
        if sys.stdin is None:
            raise FileAccessError("Standard input is closed. Give a file, or send a text.")
        what = "Standard input"
        content = sys.stdin.buffer.read(MOST + 1)
    else:
        what = f"The text '{path}'"
        content = resources.read_bytes(path, "text", MOST + 1)
    if len(content) > MOST:
        raise DataError(f"{what} has more than {MOST >> 20} MiB. Split it, and annotate its parts.")
    return resources.decoded(content, what)
