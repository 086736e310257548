"""Options that several commands share, and writing their results."""

from __future__ import annotations

import os
import sys

from twitchkg import resources
from twitchkg.cli import PROG, wiped
from twitchkg.results import GRAPH_FORMATS, ROW_FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse

    from twitchkg.extension import Extension
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.results import Result


def add_graph(parser: argparse.ArgumentParser, *, endpoint: bool = True) -> None:
    """Options that say which graph is asked."""
    add_data(parser, "ask")
    if endpoint:
        parser.add_argument(
            "--endpoint",
            metavar="URL",
            help="ask this SPARQL endpoint instead (default: the bundled graph)",
        )
    else:
        refuse_endpoint(parser)
    add_timeout(parser)


def add_timeout(
    parser: argparse.ArgumentParser,
    help: str = "give up after this many seconds, exit 2 (default: no limit)",
    default: float | None = None,
) -> None:
    """The option that bounds something in seconds."""
    parser.add_argument("--timeout", metavar="SECONDS", type=seconds, default=default, help=help)


def add_data(parser: argparse.ArgumentParser, verb: str) -> None:
    """The option that adds the user's own files, or a folder of them."""
    parser.add_argument(
        "--data",
        metavar="FILE|FOLDER",
        action="append",
        default=[],
        help=f"{verb} this Turtle file (repeatable), or this folder of documents and claims of "
        "your own, together with the graph",
    )


def add_folder(parser: argparse.ArgumentParser, what: str) -> None:
    """The option that names a folder of the user's own."""
    parser.add_argument("--data", metavar="FOLDER", help=f"{what} this folder of your own")


def own_folder(options: argparse.Namespace) -> Extension | None:
    """The folder that the options name.

    :raises twitchkg.errors.FileAccessError: if there is none.
    """
    if options.data is None:
        return None
    from twitchkg.extension import Extension

    return Extension(options.data)


def add_query_time(parser: argparse.ArgumentParser) -> None:
    """The option that bounds the queries of a server in time."""
    add_timeout(parser, "stop a query after this many seconds (default 10)", 10.0)


def refuse_endpoint(parser: argparse.ArgumentParser) -> None:
    """Say of ``--endpoint`` why the command does not take it, instead of not knowing it."""
    parser.add_argument("--endpoint", metavar="URL", type=_refused, help=_HIDDEN)


_HIDDEN = "==SUPPRESS=="
"""``argparse.SUPPRESS``, without importing what a plain query does without."""


def _refused(text: str) -> str:
    raise _unfit("this command needs the embedded graph and cannot use an endpoint")


def add_output(
    parser: argparse.ArgumentParser, formats: tuple[str, ...], default: str = "table"
) -> None:
    """Options that say how and where the result is written.

    :param default: what is written if no format is given, in words.
    """
    parser.add_argument(
        "-f",
        "--format",
        choices=formats,
        metavar="FORMAT",
        help=f"one of {', '.join(formats)} (default: {default})",
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )


def add_limit(
    parser: argparse.ArgumentParser, help: str = "print at most N rows (default: all)"
) -> None:
    """The option that bounds the number of rows."""
    parser.add_argument("--limit", metavar="N", type=_count, help=help)


class Progress:
    """One line of a terminal that tells what goes on, and is gone at the end; else nothing."""

    def __init__(self) -> None:
        self._wipe = wiped()
        self._room = _width() - 1 if self._wipe else 0
        self._told = False

    def __enter__(self) -> Progress:
        return self

    def __call__(self, text: str) -> None:
        """Tell what goes on now."""
        if self._wipe and (text or self._told):
            sys.stderr.write(f"{self._wipe}{text[: self._room]}")
            sys.stderr.flush()
            self._told = bool(text)

    def __exit__(self, *_: object) -> None:
        self("")


def _width() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80  # some tell of none
    except (OSError, ValueError):
        return 80


def open_graph(options: argparse.Namespace) -> KnowledgeGraph:
    """The graph that the options ask for, with the time limit running."""
    from twitchkg.graph import load

    endpoint = getattr(options, "endpoint", None)
    if endpoint is not None and options.data:
        from twitchkg.errors import ParameterError

        raise ParameterError("--data and --endpoint exclude each other. Give one of them.")
    if options.timeout is None:
        return load(options.data, endpoint=endpoint)
    watch(options.timeout)
    return load(options.data, endpoint=endpoint, timeout=options.timeout)


def watch(seconds: float) -> None:
    """End the process with exit code 2 after some seconds.

    A running query cannot be cancelled, and no signal handler runs while the engine works; a
    thread of its own can still end the process.
    """
    from threading import Timer

    def give_up() -> None:
        message = (
            f"{wiped()}{PROG}: error: Gave up after {seconds:g} seconds. "
            "Ask for less, or raise --timeout.\n"
        )
        os.write(2, message.encode())
        os._exit(2)

    timer = Timer(seconds, give_up)
    timer.daemon = True
    timer.start()


def write(text: str, output: str | None) -> None:
    """Write text to a file, whole or not at all, or to stdout."""
    if output is None:
        sys.stdout.write(text)
    else:
        resources.write_text(output, text)


def write_result(result: Result, options: argparse.Namespace, graph: KnowledgeGraph) -> None:
    """Write an answer in the format asked for: a table or Turtle by default."""
    if result.kind == "graph":
        from twitchkg import store

        format = options.format or "turtle"
        _check_format(format, GRAPH_FORMATS, "a graph")
        write(store.serialize(result.triples, format), options.output)
        return
    format = options.format or "table"
    _check_format(format, ROW_FORMATS, "rows")
    if format in ("table", "markdown"):
        from twitchkg.namespaces import compact

        result = result.read()
        iris = {
            t.value for row in result.rows for t in row.terms if t is not None and t.kind == "iri"
        }
        labels = graph.labels(sorted(iris))
        write(result.serialize(format, lambda iri: labels.get(iri) or compact(iri)), options.output)
    else:
        write(result.serialize(format), options.output)


def _check_format(format: str, formats: tuple[str, ...], what: str) -> None:
    if format not in formats:
        from twitchkg.errors import ParameterError

        raise ParameterError(
            f"The answer is {what}, which has no format '{format}'. Use {', '.join(formats)}."
        )


def _unfit(message: str) -> Exception:
    """What a type of ``argparse`` raises to have the message printed."""
    from argparse import ArgumentTypeError

    return ArgumentTypeError(message)


def _count(text: str) -> int:
    if not text.isdigit():
        raise _unfit(f"'{text}' is not a whole number, 0 or more")
    return int(text)


def megabytes(text: str) -> int:
    """A whole number of megabytes that a Java machine can start with."""
    if not text.isdigit() or not 8 <= int(text) < 10**7:
        raise _unfit(f"'{text}' is not a whole number of megabytes, 8 or more")
    return int(text)


def seconds(text: str) -> float:
    """A number of seconds above 0."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < 1e6:
        raise _unfit(f"'{text}' is not a number of seconds above 0")
    return number
