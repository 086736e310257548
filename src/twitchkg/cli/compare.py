"""The command ``diff``."""

from __future__ import annotations

import sys

from twitchkg.cli import PROG
from twitchkg.cli.options import Progress, add_limit, write

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]

_FORMATS = ("text", "json", "markdown")


def add_diff(parser: argparse.ArgumentParser) -> Run:
    """Set up ``diff``."""
    what = "a folder with ontology/, an RDF file, a wheel, or a tag or commit of the checkout"
    parser.add_argument("old", metavar="OLD", help=what)
    parser.add_argument("new", metavar="NEW", help="likewise")
    parser.add_argument(
        "-f",
        "--format",
        choices=_FORMATS,
        default="text",
        metavar="FORMAT",
        help=f"one of {', '.join(_FORMATS)} (default: text)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="exit 1 if the versions that both state differ by less than the step called for",
    )
    parser.add_argument(
        "--unreleased",
        metavar="CHANGELOG",
        help="with --check: while both state the same version, ask only that the breaks are named "
        "in lines with BREAKING under the first heading of this file",
    )
    parser.add_argument(
        "--no-answers", action="store_true", help="do not ask the named queries in both"
    )
    add_limit(parser, "list at most N changes of a kind for people (default: 20); JSON has all")
    return diff


def diff(options: argparse.Namespace) -> int:
    """Tell what changed between two versions, and the step that this calls for."""
    from twitchkg import resources
    from twitchkg.diff import compare
    from twitchkg.errors import ParameterError

    if options.unreleased is not None and not options.check:
        raise ParameterError("--unreleased says how to check. Give --check too.")
    changelog = None
    if options.unreleased is not None:
        changelog = resources.read_text(options.unreleased, "changelog")
    with Progress() as progress:
        found = compare(options.old, options.new, answers=not options.no_answers, progress=progress)
    limit = 20 if options.limit is None else options.limit
    if options.format == "json":
        text = found.to_json()
    else:
        text = found.markdown(limit) if options.format == "markdown" else found.text(limit)
    write(text + "\n", options.output)
    if not options.check:
        return 0
    faults = found.faults(changelog)
    for fault in faults:
        sys.stderr.write(f"{PROG}: check: {' '.join(fault.split())}\n")
    return 1 if faults else 0
