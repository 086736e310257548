"""Commands for curators: ``sources``, ``evidence``, ``new``, ``format``."""

from __future__ import annotations

import os

from twitchkg.cli import PROG, note
from twitchkg.cli.check import made
from twitchkg.cli.options import (
    Progress,
    add_folder,
    add_output,
    add_timeout,
    own_folder,
    refuse_endpoint,
    watch,
    write,
    write_result,
)
from twitchkg.errors import ParameterError
from twitchkg.namespaces import compact
from twitchkg.results import ROW_FORMATS, Result, Row
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twitchkg.graph import KnowledgeGraph

    Run = Callable[[argparse.Namespace], int]


def add_sources(parser: argparse.ArgumentParser) -> Run:
    """Set up ``sources``."""
    actions = tuple(_ACTIONS)
    parser.add_argument(
        "action",
        choices=actions,
        metavar="ACTION",
        help="verify: compare passages with the documents; stamp: make the passages of all "
        "claims; locate: find a phrase's offsets; coverage: what no claim stands on; compare: "
        "record how alike the documents are",
    )
    parser.add_argument("folder", metavar="DIR", help="the folder that holds the documents")
    parser.add_argument("words", metavar="WORDS", nargs="*", help="the phrase to locate")
    parser.add_argument(
        "--check", action="store_true", help="stamp, compare: write nothing, exit 1 if stale"
    )
    add_output(parser, ROW_FORMATS)
    add_folder(parser, "of the documents and claims of")
    refuse_endpoint(parser)
    add_timeout(parser)
    return sources


def sources(options: argparse.Namespace) -> int:
    """Verify, stamp or locate passages, show what is uncovered, compare the documents."""
    if bool(options.words) != (options.action == "locate"):
        raise ParameterError(
            "Give the words to locate after the folder."
            if options.action == "locate"
            else f"'sources {options.action}' takes one folder and nothing after it."
        )
    if options.timeout is not None:
        watch(options.timeout)
    return _ACTIONS[options.action](options)


def _documented(options: argparse.Namespace) -> KnowledgeGraph:
    """The bundled graph, or what a folder of the user's own records of its documents."""
    from twitchkg import store
    from twitchkg.graph import KnowledgeGraph

    own = own_folder(options)
    return KnowledgeGraph.of(store.bundled() if own is None else store.of_parts(own.given()))


def _verify(options: argparse.Namespace) -> int:
    from twitchkg import sources as documents

    with Progress() as progress:
        store = _documented(options).store
        compared, faults = documents.verify(store, options.folder, progress)
    write("".join(f"{fault}\n" for fault in faults), options.output)
    note(f"{compared} passages compared, {len(faults)} faults.")
    return 1 if faults else 0


def _stamp(options: argparse.Namespace) -> int:
    from twitchkg import curation

    with Progress() as progress:
        made = curation.stamped(options.folder, own_folder(options), progress)
    return _made(options, *made)


def _compare(options: argparse.Namespace) -> int:
    from twitchkg import curation

    with Progress() as progress:
        made = curation.compared(options.folder, own_folder(options), progress)
    return _made(options, *made)


def _made(options: argparse.Namespace, path: str, text: str) -> int:
    """Write a file made from the documents, or check it."""
    from twitchkg import curation

    name = os.path.basename(path)
    if options.check:
        changed = curation.stale({path: text})
        more = "" if options.data is None else f" --data {options.data}"
        action = f"{PROG} sources {options.action}{more}"
        write(f"stale: {name}. Run '{action}'.\n" if changed else "", None)
        return 1 if changed else 0
    if curation.write({path: text}):
        write(f"written: {name}\n", None)
    return 0


def _coverage(options: argparse.Namespace) -> int:
    from twitchkg.coverage import coverage

    lines = []
    with Progress() as progress:
        found = coverage(_documented(options).store, options.folder, progress)
    for document in found:
        lines.append(
            f"{compact(document.source)}: {document.share:.1%} of the text is under claims, "
            f"{len(document.gaps)} sentences are under none\n"
        )
        lines += [
            f"  line {gap.line}, {gap.start}-{gap.end}: {gap.words}\n" for gap in document.gaps
        ]
    write("".join(lines), options.output)
    return 0


def _locate(options: argparse.Namespace) -> int:
    from twitchkg import sources as documents

    graph = _documented(options)
    places = documents.locate(graph.store, options.folder, " ".join(options.words))
    columns = ("source", "start", "end", "line", "passage")
    rows = [
        Row(
            columns,
            (
                Term.iri(place.source),
                Term.integer(place.start),
                Term.integer(place.end),
                Term.integer(place.line),
                Term.iri(place.passage),
            ),
        )
        for place in places
    ]
    write_result(Result("rows", columns, rows), options, graph)
    if not places:
        note("No document has these words.")
    return 0


_ACTIONS = {
    "verify": _verify,
    "stamp": _stamp,
    "locate": _locate,
    "coverage": _coverage,
    "compare": _compare,
}


def add_evidence(parser: argparse.ArgumentParser) -> Run:
    """Set up ``evidence``."""
    parser.add_argument("folder", metavar="DIR", help="the folder that holds the reference tables")
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if an evidence file is stale"
    )
    return evidence


def evidence(options: argparse.Namespace) -> int:
    """Make the evidence files again from the reference tables, or check them."""
    from twitchkg import curation

    # All files are made before one is written, so that a fault in a table changes none.
    with Progress() as progress:
        texts = curation.evidence(options.folder, progress)
    return made(texts, "evidence", f"evidence {options.folder}", check=options.check)


def add_new(parser: argparse.ArgumentParser) -> Run:
    """Set up ``new``."""
    kinds = parser.add_subparsers(dest="kind", metavar="document|claim|entity", required=True)
    document = kinds.add_parser("document", help="the record of a document of your own")
    document.add_argument("file", metavar="FILE", help="the document: UTF-8 text")
    document.add_argument("--key", metavar="KEY", help="its name; that of the file if not given")
    document.add_argument("--title", metavar="TITLE", help="what it is about, in your own words")
    claim = kinds.add_parser("claim", help="a claim, with the offsets of its passage filled in")
    claim.add_argument("--source", metavar="KEY", required=True, help="the document, such as 000")
    claim.add_argument("--text", metavar="WORDS", required=True, help="the words of the passage")
    claim.add_argument("--sources", metavar="DIR", required=True, help="folder of the documents")
    claim.add_argument("--line", metavar="N", type=int, help="the line, if the words recur")
    entity = kinds.add_parser("entity", help="an entity")
    entity.add_argument("class_", metavar="CLASS", help="its class, such as Nutrient")
    entity.add_argument("label", metavar="LABEL", help="its label")
    for kind in (document, claim, entity):
        kind.add_argument(
            "--base",
            metavar="IRI",
            required=kind is document,
            help="the base of your own IRIs, such as https://example.org/own/",
        )
        add_folder(kind, "look at what is in")
    return new


def new(options: argparse.Namespace) -> int:
    """Print a ready document, claim or entity."""
    from twitchkg import extension, store, templates

    if options.data is not None and options.base is None:
        raise ParameterError(
            "What stands in a folder of your own needs IRIs of your own. Give --base, such as "
            "--base https://example.org/own/."
        )
    base = None if options.base is None else templates.base_of(options.base)
    data = [] if options.data is None else [options.data]
    graph = store.of_parts(extension.parts(data, built=False)) if data else store.bundled()
    if options.kind == "document":
        write(
            templates.document(graph, options.file, options.base, options.key, options.title), None
        )
        note(
            "Write it to ontology/data. Correct kind and language; say in the title what it tells."
        )
        return 0
    if options.kind == "entity":
        write(templates.entity(graph, options.class_, options.label, base), None)
        return 0
    turtle, named = templates.claim(
        *(graph, options.sources, options.source, options.text, options.line, base)
    )
    write(turtle, None)
    for match in named:
        note(f"The passage names {match.label} ({compact(match.iri)}).")
    who = "say who read it" if base is None else "describe READER as a prov:Agent"
    note(f"Replace SUBJECT, PREDICATE and OBJECT; add certainty and qualifiers; {who}.")
    return 0


def add_format(parser: argparse.ArgumentParser) -> Run:
    """Set up ``format``."""
    parser.add_argument("files", metavar="FILE", nargs="+", help="Turtle files")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if one differs")
    return format_files


def format_files(options: argparse.Namespace) -> int:
    """Write Turtle files in the house's layout, or check that they are in it."""
    from twitchkg import curation, resources

    # All files are read before one is written, so that a fault in the last changes none.
    texts = {}
    with Progress() as progress:
        for path in options.files:
            progress(f"laying out {path}")
            texts[path] = curation.formatted(path)
    changed = [path for path, text in texts.items() if resources.read_text(path) != text]
    for path in changed:
        if not options.check:
            resources.write_text(path, texts[path])
        write(f"{'differs' if options.check else 'formatted'}: {path}\n", None)
    return 1 if options.check and changed else 0
