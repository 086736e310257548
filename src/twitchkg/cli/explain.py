"""Commands that give reasons: ``why``, ``disagreements``."""

from __future__ import annotations

from twitchkg.cli import PROG, note
from twitchkg.cli.options import add_graph, add_limit, add_output, open_graph, write, write_result
from twitchkg.errors import ParameterError, UnknownNameError
from twitchkg.results import ROW_FORMATS

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from twitchkg.graph import KnowledgeGraph

    Run = Callable[[argparse.Namespace], int]


def add_why(parser: argparse.ArgumentParser) -> Run:
    """Set up ``why``."""
    parser.add_argument(
        "what",
        metavar="SUBJECT [PREDICATE] OBJECT",
        nargs="+",
        help="an edge, each end a name in quotes, a slug, a CURIE or an IRI; or the id of a "
        "disagreement",
    )
    parser.add_argument(
        "--sources", metavar="DIR", help="show the passages' words from your copy of the documents"
    )
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="write to this file (default: standard output)"
    )
    add_graph(parser)
    return why


def why(options: argparse.Namespace) -> int:
    """Print the claims and steps behind an edge or a disagreement."""
    from twitchkg import cards

    graph = open_graph(options)
    texts = _texts(graph, options.sources)
    what = options.what
    if len(what) > 3:
        raise ParameterError("Give SUBJECT [PREDICATE] OBJECT, each of several words in quotes.")
    if len(what) == 1:
        wanted = what[0].rpartition("/")[2]
        found = [one for one in graph.disagreements() if one.iri.endswith(f"/{wanted}")]
        if not found:
            raise UnknownNameError(
                f"No disagreement has the id '{what[0]}'. '{PROG} disagreements' lists them; for "
                "an edge give SUBJECT [PREDICATE] OBJECT, each of several words in quotes."
            )
        write(cards.disagreement_cards(graph, found, texts), options.output)
        return 0
    predicate = what[1] if len(what) == 3 else None
    reasons = graph.why(what[0], what[-1], predicate=predicate)
    write(cards.explanations(graph, reasons, texts), options.output)
    return 0


def _texts(graph: KnowledgeGraph, folder: str | None) -> dict[str, str]:
    if folder is None:
        return {}
    from twitchkg import sources

    return {
        document.iri: sources.read(folder, document) for document in sources.documents(graph.store)
    }


def add_disagreements(parser: argparse.ArgumentParser) -> Run:
    """Set up ``disagreements``."""
    parser.add_argument(
        "--kind", metavar="KIND", help="contradiction, terminology, threshold, scope"
    )
    add_output(parser, ROW_FORMATS, "cards for people")
    add_limit(parser)
    add_graph(parser)
    return disagreements


def disagreements(options: argparse.Namespace) -> int:
    """Print where the documents disagree: cards for people, rows in a format asked for."""
    from twitchkg import cards

    graph = open_graph(options)
    found = graph.disagreements(options.kind)[: options.limit]
    if options.format is None:
        write(cards.disagreement_cards(graph, found, {}), options.output)
    else:
        params = {"kind": options.kind} if options.kind else {}
        result = graph.query("disagreements", **params)
        write_result(
            result if options.limit is None else result.limited(options.limit), options, graph
        )
    if not found:
        note("No disagreement is known.")
    return 0
