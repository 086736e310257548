"""The command line: arguments in, text and exit code out.

Results go to stdout, everything else to stderr. Exit codes: 0 done, 1 the answer is no (faults
found), 2 could not do it. Only this package prints.
"""

from __future__ import annotations

import gc
import os
import sys
import warnings

from twitchkg.errors import TwitchkgError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable
    from typing import NoReturn

PROG = "twitchkg"
COMMANDS = {
    "query": ("ask", "answer SPARQL, a named query, a .rq file or an entity in words"),
    "queries": ("ask", "list the named queries, or show one"),
    "show": ("ask", "print an entity's card: what the documents say about it"),
    "search": ("ask", "find entities by what people call them"),
    "annotate": ("annotate", "find the graph's entities in a text"),
    "why": ("explain", "say why an edge or a disagreement is in the graph"),
    "disagreements": ("explain", "list where the documents disagree, contradictions first"),
    "validate": ("check", "check the graph and your own files against the shapes"),
    "reason": ("check", "check the logic of the graph and your own files, and what follows"),
    "build": ("check", "make the derived layer again, or check that it is up to date"),
    "sources": ("curate", "compare passages with the documents, make them, find a phrase"),
    "evidence": ("curate", "make the evidence files from the tables of references"),
    "new": ("curate", "print a ready document, claim or entity to fill in"),
    "format": ("curate", "write a Turtle file in the house's layout"),
    "publish": ("publish", "load the graph into a SPARQL store of your own"),
    "export": ("export", "write the graph for triple stores, tables, networks and OBO tools"),
    "diff": ("compare", "tell what changed between two versions, and the version step it needs"),
    "completion": ("complete", "print a script that completes commands in bash, zsh or fish"),
    "serve": ("serve", "answer SPARQL over HTTP, and show the graph as pages"),
    "mcp": ("tools", "serve tools for language models by the Model Context Protocol"),
}
"""Each command with the module that has it and one line of help."""


def main(argv: list[str] | None = None) -> int:
    """Run a command.

    :param argv: the arguments; those of the process when omitted.
    :returns: 0 done, 1 the answer is no, 2 could not do it.
    """
    arguments = sys.argv[1:] if argv is None else argv
    if sys.stderr is None:  # closed by who started the process: nobody wants to read it
        sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 (to the end)
    if sys.stdout is None:
        return fail("Standard output is closed. Send it somewhere, such as to a file with -o.")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")
    warnings.showwarning = _show_warning
    warnings.simplefilter("always", UserWarning)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except TwitchkgError as error:
        return fail(str(error))
    except BrokenPipeError:
        # The reader has what it wanted. Nothing more may be written, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return fail("Interrupted.")
    except RecursionError:
        return fail("The input is nested too deeply. Make it simpler and try again.")
    except MemoryError:
        return fail("There is not enough memory for this. Ask for less, for example with LIMIT.")
    except OSError as error:
        return fail(
            f"{error.strerror or error}{f': {error.filename!r}' if error.filename else ''}."
        )
    except Exception as error:
        if os.environ.get("TWITCHKG_DEBUG"):
            raise
        return fail(
            f"Internal error ({type(error).__name__}: {' '.join(str(error).split())}). This is a "
            "fault of twitchkg; please report it with the command that led to it."
        )
    return code


def process() -> NoReturn:
    """Run the command of this process, and end it."""
    asks = bool(sys.argv[1:2]) and COMMANDS.get(sys.argv[1], ("",))[0] == "ask"
    if asks:
        gc.disable()  # nothing here goes in circles, and all of it ends with the process
    code = main()
    if asks and not _watched():
        # Nothing is left to be done: all is written, and what was opened was opened for reading.
        # Taking apart modules and the store would take a fifth of the time of a bare Python.
        sys.stderr.flush()
        os._exit(code)
    raise SystemExit(code)


def _watched() -> bool:
    """Whether somebody has work left for the end of the process, such as a profiler."""
    return sys.gettrace() is not None or sys.getprofile() is not None


def fail(message: str) -> int:
    """Print an error as one line and give the exit code for it."""
    print(f"{PROG}: error: {' '.join(message.split())}", file=sys.stderr)
    return 2


def wiped() -> str:
    """What clears the line of a terminal that tells of progress; nothing where none does."""
    told = sys.stderr.isatty() and os.environ.get("TERM") != "dumb"
    return "\r\x1b[K" if told else ""


def note(message: str) -> None:
    """Print a remark as one line on stderr."""
    print(f"{PROG}: note: {' '.join(message.split())}", file=sys.stderr)


def _run(arguments: list[str]) -> int:
    if arguments and arguments[0] in COMMANDS:
        return _command(arguments[0], arguments[1:])
    parser = _overview()
    options = parser.parse_args(arguments)
    if options.version:
        from twitchkg import __version__, resources

        print(f"{PROG} {__version__}, data {resources.data_version()}")
        return 0
    if options.command is None:
        parser.print_help()
        return 2
    from twitchkg import catalogue

    return fail(
        catalogue.unknown("command", options.command, sorted(COMMANDS), f"Try '{PROG} --help'.")
    )


def _command(name: str, arguments: list[str]) -> int:
    """Run one command; the modules of the others are not even imported."""
    from importlib import import_module

    from twitchkg.cli.arguments import NotPlainError, Quick, parser

    module, text = COMMANDS[name]
    declare = getattr(import_module(f"twitchkg.cli.{module}"), f"add_{name}")
    run: Callable[[object], int]
    try:
        quick = Quick()
        run = declare(quick)
        options = quick.read(arguments)
    except NotPlainError:
        options = None
    if options is not None:
        return run(options)
    full = parser(f"{PROG} {name}", text[0].upper() + text[1:] + ".")
    run = declare(full)
    return run(full.parse_args(arguments))


def _overview() -> argparse.ArgumentParser:
    from argparse import SUPPRESS

    from twitchkg.cli.arguments import parser
    from twitchkg.graph import NOTICE

    width = max(map(len, COMMANDS))
    listed = "\n".join(f"  {name:{width}}  {text}" for name, (_, text) in COMMANDS.items())
    made = parser(
        PROG,
        "What documents say about muscle twitching, as a graph to query.",
        usage=f"{PROG} COMMAND ...",
        epilog=(
            f"commands:\n{listed}\n\n'{PROG} COMMAND --help' tells more.\n\n"
            "exit codes:\n  0  done\n  1  the answer is no: faults found, files out of date\n"
            "  2  it could not be done; one line on standard error says why\n\n"
            f"examples:\n  {PROG} query myokymia\n  {PROG} show eyelid twitching\n\n{NOTICE}"
        ),
    )
    made.add_argument("--version", action="store_true", help="print the versions of code and data")
    made.add_argument("command", nargs="?", help=SUPPRESS)
    return made


def _show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: object = None,
    line: str | None = None,
) -> None:
    print(f"{wiped()}{PROG}: warning: {' '.join(str(message).split())}", file=sys.stderr)
