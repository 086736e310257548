"""Commands over the whole graph: ``validate``, ``reason``, ``build``."""

from __future__ import annotations

import os

from twitchkg.cli import PROG, note
from twitchkg.cli.options import (
    Progress,
    add_folder,
    add_graph,
    add_timeout,
    megabytes,
    open_graph,
    own_folder,
    refuse_endpoint,
    write,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]


def add_validate(parser: argparse.ArgumentParser) -> Run:
    """Set up ``validate``."""
    parser.add_argument(
        "files",
        metavar="FILE",
        nargs="*",
        help="your own files in Turtle, RDF/XML, N-Triples or JSON-LD, or a folder",
    )
    parser.add_argument("--strict", action="store_true", help="fail on warnings too")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    add_graph(parser, endpoint=False)
    return validate


def validate(options: argparse.Namespace) -> int:
    """Check the graph, with the user's files, against the shapes."""
    with Progress() as progress:
        report = open_graph(options).validate(*options.files, progress=progress)
    write(report.text() + "\n", options.output)
    return 0 if report.conforms(strict=options.strict) else 1


def add_reason(parser: argparse.ArgumentParser) -> Run:
    """Set up ``reason``."""
    parser.add_argument("files", metavar="FILE", nargs="*", help="your own files")
    parser.add_argument(
        "--reasoner",
        choices=("hermit", "pellet"),
        default="hermit",
        help="the engine (default: hermit)",
    )
    parser.add_argument(
        "--explain",
        nargs=3,
        metavar=("SUBJECT", "PREDICATE", "OBJECT"),
        help="say why an edge follows, or with 'a' as PREDICATE why an entity is of a class",
    )
    parser.add_argument(
        "--memory",
        metavar="MB",
        type=megabytes,
        default=2000,
        help="megabytes of memory for Java (default: 2000)",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    add_timeout(parser, "stop after this many seconds (default: 120)", 120.0)
    refuse_endpoint(parser)
    return reason


def reason(options: argparse.Namespace) -> int:
    """Let a reasoner check the graph, with the user's files."""
    from twitchkg.graph import load

    with Progress() as progress:
        report = load().reason(
            *options.files,
            reasoner=options.reasoner,
            timeout=options.timeout,
            memory=options.memory,
            explain=tuple(options.explain) if options.explain else None,
            progress=progress,
        )
    write(report.text() + "\n", options.output)
    return 0 if report.sound else 1


def add_build(parser: argparse.ArgumentParser) -> Run:
    """Set up ``build``."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if a derived file is stale"
    )
    add_folder(parser, "make that of the graph together with this folder, into")
    return build


def build(options: argparse.Namespace) -> int:
    """Make the derived layer again, or check that it is up to date."""
    from twitchkg import curation

    with Progress() as progress:
        texts = curation.derived(own_folder(options), progress)
    more = "" if options.data is None else f" --data {options.data}"
    return made(texts, "derived", f"build{more}", check=options.check)


def made(texts: dict[str, str], kind: str, command: str, *, check: bool) -> int:
    """Write the files that a command made, or check them; tells which have changed.

    :param texts: what each file should hold, by path.
    :param kind: what kind of files they are.
    :param command: the command that makes them, with its options.
    :param check: whether nothing is to be written.
    :returns: 1 if something was to be checked and is stale.
    """
    from twitchkg import curation

    changed = curation.stale(texts) if check else curation.write(texts)
    for path in changed:
        name = os.path.basename(path)
        write(f"stale: {name}. Run '{PROG} {command}'.\n" if check else f"written: {name}\n", None)
    if not changed:
        note(f"All {len(texts)} {kind} files are up to date.")
    return 1 if check and changed else 0
