"""The graph as a plain rdflib graph: the one module that knows rdflib."""

from __future__ import annotations

import os

from twitchkg import resources
from twitchkg.errors import DataError
from twitchkg.namespaces import PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    import rdflib


def read_graph(paths: Iterable[str | os.PathLike[str]]) -> rdflib.Graph:
    """One graph of all triples of some Turtle files.

    :param paths: the files.
    :raises twitchkg.errors.FileAccessError: if one cannot be read.
    :raises DataError: if one does not parse, with the line.
    """
    from rdflib import Graph

    graph = Graph(bind_namespaces="none")
    for prefix, base in PREFIXES.items():
        graph.bind(prefix, base)
    for given in paths:
        path = os.fspath(given)
        text = resources.read_text(path, "data file")
        try:
            graph.parse(data=text, format="turtle", publicID="")
        except Exception as error:  # rdflib's parser lets many kinds of exception through
            line = getattr(error, "lines", None)
            where = f", line {line + 1}" if isinstance(line, int) else ""
            reason = " ".join(str(getattr(error, "_why", error)).split())[:200]
            raise DataError(
                f"Cannot read '{path}'{where}: {reason}. Mend the file there and try again."
            ) from None
    return graph
