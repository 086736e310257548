"""The embedded graph: the one package that knows Oxigraph.

A store holds every triple once in its default graph, and again in the named graph of its file.
"""

from __future__ import annotations

from twitchkg.namespaces import USER_GRAPH
from twitchkg.store.core import Store
from twitchkg.store.opening import (
    at,
    bundled,
    of_files,
    of_parts,
    of_triples,
    prepare,
    prepared,
    to_serve,
    with_files,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.store.partitioned import Dataset, dataset
    from twitchkg.store.protocol import BOOLEAN_TYPES, GRAPH_TYPES, ROW_TYPES
    from twitchkg.store.reading import parse, parse_turtle, serialize
    from twitchkg.store.statements import Extract

_HOME = {
    "BOOLEAN_TYPES": "protocol",
    "Dataset": "partitioned",
    "Extract": "statements",
    "GRAPH_TYPES": "protocol",
    "ROW_TYPES": "protocol",
    "dataset": "partitioned",
    "parse": "reading",
    "parse_turtle": "reading",
    "serialize": "reading",
}

__all__ = [
    "BOOLEAN_TYPES",
    "GRAPH_TYPES",
    "ROW_TYPES",
    "USER_GRAPH",
    "Dataset",
    "Extract",
    "Store",
    "at",
    "bundled",
    "dataset",
    "of_files",
    "of_parts",
    "of_triples",
    "parse",
    "parse_turtle",
    "prepare",
    "prepared",
    "serialize",
    "to_serve",
    "with_files",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import what a plain query does not need when it is first used."""
        if name in _HOME:
            from importlib import import_module

            return getattr(import_module(f"twitchkg.store.{_HOME[name]}"), name)
        raise AttributeError(f"module 'twitchkg.store' has no attribute '{name}'")
