"""The graph into a store of the user's, graph by graph, each whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import dataclass

from twitchkg import store
from twitchkg.errors import EndpointError, ParameterError
from twitchkg.graphstore import Fingerprint
from twitchkg.namespaces import GRAPH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from twitchkg.graphstore import GraphStore

DEFAULT_GRAPH = ("auto", "replace", "leave")
"""What may happen to the default graph."""
_STAGING = GRAPH + "staging"
_PROBE = GRAPH + "probe"
_BATCH = 100_000  # characters of N-Triples in one update; Virtuoso refuses far longer ones
_LINES = 500  # triples in one update


@dataclass(frozen=True)
class Outcome:
    """What was done with one graph.

    :param graph: its IRI; ``None`` is the default graph.
    :param triples: how many triples it has.
    :param digest: the digest of its triples, as in :class:`twitchkg.graphstore.Fingerprint`.
    :param action: ``kept``, ``loaded`` or ``replaced``; in a dry run what would be done.
    """

    graph: str | None
    triples: int
    digest: str
    action: str


def publish(
    target: GraphStore,
    data: Sequence[str] = (),
    *,
    bundled: bool = True,
    default_graph: str = "auto",
    dry_run: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> list[Outcome]:
    """Load the graph into a store, and read it back to see that all has arrived.

    A graph that is there with the right content is left alone. Another is loaded into a staging
    graph, which is read back and then moved to its place; without an update address it is put as
    one whole over the Graph Store Protocol. Blank nodes become ``/.well-known/genid/`` IRIs.

    :param target: the store.
    :param data: Turtle files to load besides, into the graph ``user``.
    :param bundled: whether the bundled graph is loaded.
    :param default_graph: ``auto``: a default graph of its own is filled if it is empty, one that
        shows the named graphs is left alone; ``replace``: filled, whatever it held; ``leave``.
    :param dry_run: whether nothing is to be written.
    :param progress: told what goes on.
    :returns: what was done with each graph.
    :raises ParameterError: if the options do not fit together.
    :raises EndpointError: if the store fails, or does not hold what it was sent.
    :raises twitchkg.errors.DataError: if a file does not parse.
    """
    if default_graph not in DEFAULT_GRAPH:
        raise ParameterError(f"The default graph can be {', '.join(DEFAULT_GRAPH)}.")
    if target.update_url is None and target.graph_store_url is None:
        raise ParameterError("Give --update-endpoint or --graph-store, where the store is written.")
    with store.dataset(data, bundled=bundled) as local:
        names: list[str | None] = list(local.graphs())
        if not dry_run and target.update_url is not None:
            shows_named = target.probe(_PROBE)
            if shows_named and default_graph == "replace":
                # To empty it could empty every graph.
                raise ParameterError(
                    f"The default graph of {target.query_url} shows all named graphs and needs no "
                    "filling. Leave --default-graph replace away."
                )
            fill = default_graph != "leave" and not shows_named
        else:
            # Without writing, a default graph that shows the named graphs cannot be told.
            fill = default_graph == "replace"
        return [
            _one(target, local, name, default_graph, dry_run, progress)
            for name in [*names, *([None] if fill else [])]
        ]


def _one(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    default_graph: str,
    dry_run: bool,
    progress: Callable[[str], None],
) -> Outcome:
    called = name or "the default graph"
    progress(f"{called}: compared")
    wanted = Fingerprint()
    for triple in local.triples(name):
        wanted.add(triple)
    there = target.count(name)
    if there == wanted.triples and target.fingerprint(name) == wanted:
        return Outcome(name, wanted.triples, wanted.digest, "kept")
    if name is None and there and default_graph != "replace":
        raise EndpointError(
            f"The default graph of {target.query_url} holds {there} triples that are not this "
            "graph. All named graphs are in place; give --default-graph replace to replace what "
            "it holds, or leave."
        )
    action = "replaced" if there else "loaded"
    if not dry_run:
        if target.update_url is not None:
            _by_update(target, local, name, wanted, progress)
        else:
            _by_put(target, local, name, wanted, progress)
    return Outcome(name, wanted.triples, wanted.digest, action)


def _by_update(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    wanted: Fingerprint,
    progress: Callable[[str], None],
) -> None:
    called = name or "the default graph"
    drop = f"DROP SILENT GRAPH <{_STAGING}>"
    # What an interrupted run left there.
    target.update(drop)
    try:
        sent = 0
        for lines in _batches(local.ntriples(name)):
            target.update(f"INSERT DATA {{ GRAPH <{_STAGING}> {{\n{''.join(lines)}}} }}")
            sent += len(lines)
            progress(f"{called}: {sent} of {wanted.triples} triples")
        _check(target, _STAGING, wanted, called)
        move = f"MOVE GRAPH <{_STAGING}> TO GRAPH <{name}>"
        if name is None:  # rdflib does not carry out DROP DEFAULT or MOVE TO DEFAULT
            copy = f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH <{_STAGING}> {{ ?s ?p ?o }} }}"
            move = f"{'DELETE WHERE { ?s ?p ?o }; ' if target.count(None) else ''}{copy}; {drop}"
        try:
            # Sent once: a second MOVE, of a graph that is gone, may empty the place.
            target.update(move, repeat=False)
        except EndpointError:
            if target.fingerprint(name) != wanted:
                raise
        _check(target, name, wanted, called)
    except BaseException:
        with contextlib.suppress(EndpointError):
            target.update(drop, repeat=False)
        raise


def _by_put(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    wanted: Fingerprint,
    progress: Callable[[str], None],
) -> None:
    called = name or "the default graph"
    with tempfile.TemporaryDirectory(prefix="twitchkg-") as folder:
        path = os.path.join(folder, "graph.nt")
        with open(path, "w", encoding="ascii", newline="\n") as file:
            file.writelines(local.ntriples(name))
        progress(f"{called}: {wanted.triples} triples")
        try:
            target.put(name, path)
            _check(target, name, wanted, called)
        except BaseException:
            _remove_half(target, name, wanted)
            raise


def _remove_half(target: GraphStore, name: str | None, wanted: Fingerprint) -> None:
    """Remove a named graph of which only a part has arrived; one that is as before stays."""
    with contextlib.suppress(EndpointError):
        if name is not None and 0 < target.count(name) < wanted.triples:
            target.delete(name)


def _check(target: GraphStore, name: str | None, wanted: Fingerprint, called: str) -> None:
    found = target.fingerprint(name)
    if found != wanted:
        raise EndpointError(
            f"{target.query_url} does not hold what it was sent for {called}: {found.triples} of "
            f"{wanted.triples} triples read back, digest {found.digest[:12]} instead of "
            f"{wanted.digest[:12]}. See the store's log and limits, and publish again."
        )


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for line in lines:
        batch.append(line)
        size += len(line)
        if size >= _BATCH or len(batch) >= _LINES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
