"""The command ``export``: the graph in the formats of others."""

from __future__ import annotations

import os
import signal
import sys

from twitchkg import resources
from twitchkg.cli import note
from twitchkg.cli.options import Progress, add_graph, add_output, open_graph
from twitchkg.errors import ParameterError
from twitchkg.export import FOLDERS, FORMATS, RDF

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]

_VARIANTS = ("base", "full", "inferred", "el")


def add_export(parser: argparse.ArgumentParser) -> Run:
    """Set up ``export``."""
    add_output(parser, (*FORMATS, "functional"), "turtle, or rdfxml with --variant el")
    parser.add_argument(
        "--variant",
        choices=(*_VARIANTS, "graph"),
        default="inferred",
        metavar="VARIANT",
        help="for RDF: base (schema and entities), full (all but what axioms conclude), inferred "
        "(everything, the default), or el (the entities as classes, for Protégé: rdfxml, "
        "functional or turtle)",
    )
    parser.add_argument(
        "--release",
        metavar="DIR",
        help="write every file of a release into a folder, with its description and checksums",
    )
    add_graph(parser, endpoint=False)
    return export


def export(options: argparse.Namespace) -> int:
    """Write the graph as one file, as a folder, or as a release."""
    former = _stop_cleanly()
    try:
        with Progress() as progress:
            return _export(options, progress)
    finally:
        if former is not None:
            signal.signal(signal.SIGTERM, former)


def _export(options: argparse.Namespace, progress: Progress) -> int:
    graph = open_graph(options)
    if options.release is not None:
        if options.format or options.output or options.variant != "inferred":
            raise ParameterError("--release writes every format. Leave out -f, -o and --variant.")
        _folder(options.release, lambda: graph.export_files("release", progress), progress)
        return 0
    format = options.format
    if options.variant == "el":
        progress("making the entities as classes")
        _write(graph.export_el(format or "rdfxml").encode(), options.output, progress)
        return 0
    format = format or "turtle"
    if format == "functional":
        raise ParameterError("The graph has no functional syntax. Use --variant el, or turtle.")
    variant = "inferred" if options.variant == "graph" else options.variant
    if format in RDF:
        progress(f"making {format}")
        _write(graph.export(format, variant).encode(), options.output, progress)
        return 0
    if variant != "inferred":
        raise ParameterError(f"The format {format} has no variants. Leave out --variant.")
    if format in FOLDERS:
        if options.output is None:
            raise ParameterError(f"The format {format} is several files. Name a folder with -o.")
        _folder(options.output, lambda: graph.export_files(format, progress), progress)
        return 0
    if format == "sqlite" and options.output is None and sys.stdout.isatty():
        raise ParameterError("A database is no text. Name a file with -o.")
    progress(f"making {format}")
    _write(graph.export_file(format), options.output, progress)
    return 0


def _folder(folder: str, make: Callable[[], dict[str, bytes]], progress: Progress) -> None:
    from twitchkg.export.files import check_folder, write_folder

    check_folder(folder)  # before what may take a minute
    files = make()
    write_folder(folder, files, progress)
    progress("")
    note(f"{len(files)} files are in '{folder}'.")


def _write(content: bytes, output: str | None, progress: Progress) -> None:
    progress("")  # nothing of it stands on a terminal that the content goes to
    if output is None:
        sys.stdout.flush()
        if hasattr(sys.stdout, "buffer"):
            sys.stdout.buffer.write(content)
        else:
            sys.stdout.write(content.decode())
    elif os.path.isdir(output):
        raise ParameterError(f"'{output}' is a folder. Name a file with -o.")
    else:
        resources.write_bytes(output, content)


def _stop_cleanly() -> signal.Handlers | Callable[..., object] | int | None:
    """Let a request to end unwind the call, so that no temporary file stays behind."""

    def stop(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    try:
        return signal.signal(signal.SIGTERM, stop)
    except ValueError:  # only the main thread may
        return None
