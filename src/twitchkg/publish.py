"""The graph into a store of the user's, graph by graph, each whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from twitchkg import store
from twitchkg.errors import EndpointError, ParameterError
from twitchkg.fingerprint import Fingerprint
from twitchkg.namespaces import GRAPH, PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from twitchkg.graphstore import GraphStore

DEFAULT_GRAPH = ("auto", "replace", "leave")
"""What may happen to the default graph."""
_STAGING = GRAPH + "staging-"
_RUNS = GRAPH + "publishing"
_CREATED = PREFIXES["dcterms"] + "created"
_DATE_TIME = PREFIXES["xsd"] + "dateTime"
_BEAT = 5 * 60.0  # seconds after which a run says again that it goes on
_LONGEST_SILENCE = 30 * 60.0  # seconds after which a run that has not ended is taken for dead
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
    :param merged: how many of the triples the store does not keep apart, since they say a number
        that another says too in another datatype, such as ``1.5E0`` beside ``1.5``.
    """

    graph: str | None
    triples: int
    digest: str
    action: str
    merged: int = 0


def publish(
    target: GraphStore,
    data: Sequence[str] = (),
    *,
    bundled: bool = True,
    default_graph: str = "auto",
    dry_run: bool = False,
    take_over: bool = False,
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
    :param take_over: whether to go on where another run has begun and not ended, and to remove
        what it left. Without it, a run that was seen in the last half hour is respected.
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
    target.count(_RUNS)  # a wrong address is told before the files are read
    with store.dataset(data, bundled=bundled) as local:
        names: list[str | None] = list(local.graphs())
        if dry_run or target.update_url is None:
            # Without updates, a default graph that shows the named graphs cannot be told.
            fill = [None] if default_graph == "replace" else []
            return [
                _one(target, local, name, None, default_graph, dry_run, progress)
                for name in [*names, *fill]
            ]
        shows_named = target.probe(_PROBE)
        if shows_named and default_graph == "replace":
            # To empty it could empty every graph.
            raise ParameterError(
                f"The default graph of {target.query_url} shows all named graphs and needs no "
                "filling. Leave --default-graph replace away."
            )
        fill = [] if shows_named or default_graph == "leave" else [None]
        with _run(target, take_over) as run:

            def told(text: str) -> None:
                run.goes_on()
                progress(text)

            return [
                _one(target, local, name, run.staging, default_graph, dry_run, told)
                for name in [*names, *fill]
            ]


class _Run:
    """A run that the store knows of: which staging graph it has, and when it was last seen."""

    __slots__ = ("_seen", "_stamp", "_target", "staging")

    def __init__(self, target: GraphStore) -> None:
        self._target = target
        self.staging = _STAGING + os.urandom(8).hex()
        self._seen = float("-inf")
        self._stamp = ""

    def goes_on(self) -> None:
        """Say so to the store, if that was long ago."""
        if time.monotonic() - self._seen < _BEAT:
            return
        self._seen = time.monotonic()
        before, self._stamp = self._stamp, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if before != self._stamp:
            self._target.update(self._entry("INSERT DATA", self._stamp))
            if before:  # only now, so that there is one at any time
                self._target.update(self._entry("DELETE DATA", before))

    def _entry(self, what: str, stamp: str) -> str:
        entry = f'<{self.staging}> <{_CREATED}> "{stamp}"^^<{_DATE_TIME}>'
        return f"{what} {{ GRAPH <{_RUNS}> {{ {entry} }} }}"


@contextlib.contextmanager
def _run(target: GraphStore, take_over: bool) -> Iterator[_Run]:
    """A run of which the store is told, and beside which no other goes on."""
    run = _Run(target)
    for name, age in _others(target, run.staging).items():
        if age < _LONGEST_SILENCE and not take_over:
            raise EndpointError(
                f"Another run was publishing into {target.query_url} {age / 60:.0f} minutes ago "
                "and has not ended. Wait for it; if it was killed, give --take-over."
            )
        target.update(f"DROP SILENT GRAPH <{name}>")
        target.update(_forget(name))
    try:
        run.goes_on()
        if _others(target, run.staging):
            raise EndpointError(
                f"Another run began to publish into {target.query_url} at the same time. Publish "
                "again when it has ended."
            )
        yield run
    finally:
        with contextlib.suppress(EndpointError):
            target.update(f"DROP SILENT GRAPH <{run.staging}>", repeat=False)
            target.update(_forget(run.staging), repeat=False)


def _others(target: GraphStore, own: str) -> dict[str, float]:
    """The staging graphs of runs that have not ended, with the seconds since they were seen."""
    now = datetime.now(UTC)
    ours = re.compile(re.escape(_STAGING) + "[0-9a-f]+")
    found: dict[str, float] = {}
    for subject, _, seen in target.triples(_RUNS):
        # Nothing but such names is ever dropped.
        if subject.value != own and ours.fullmatch(subject.value):
            try:
                age = max((now - datetime.fromisoformat(seen.value)).total_seconds(), 0.0)
            except (TypeError, ValueError):
                age = _LONGEST_SILENCE
            found[subject.value] = min(age, found.get(subject.value, age))
    return found


def _forget(staging: str) -> str:
    return f"DELETE WHERE {{ GRAPH <{_RUNS}> {{ <{staging}> <{_CREATED}> ?began }} }}"


def _one(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    staging: str | None,
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
    merged = 0
    if there in (wanted.triples, wanted.triples - wanted.equal_numbers):
        found = _read_back(target, name, wanted, called, progress)
        if _same(found, wanted):
            merged = wanted.triples - found.triples
            return Outcome(name, wanted.triples, wanted.digest, "kept", merged)
    if name is None and there and default_graph != "replace":
        raise EndpointError(
            f"The default graph of {target.query_url} holds {there} triples that are not this "
            "graph. All named graphs are in place; give --default-graph replace to replace what "
            "it holds, or leave."
        )
    if not dry_run:
        if staging is not None:
            merged = _by_update(target, local, name, staging, wanted, progress)
        else:
            merged = _by_put(target, local, name, wanted, progress)
    action = "replaced" if there else "loaded"
    return Outcome(name, wanted.triples, wanted.digest, action, merged)


def _by_update(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    staging: str,
    wanted: Fingerprint,
    progress: Callable[[str], None],
) -> int:
    """Load a graph by way of a staging graph; gives how many triples the store merged."""
    called = name or "the default graph"
    drop = f"DROP SILENT GRAPH <{staging}>"
    target.update(drop)
    sent = 0
    for lines in _batches(local.ntriples(name)):
        target.update(f"INSERT DATA {{ GRAPH <{staging}> {{\n{''.join(lines)}}} }}")
        sent += len(lines)
        progress(f"{called}: {sent} of {wanted.triples} triples")
    _check(target, staging, wanted, called, progress)
    progress(f"{called}: moved to its place")
    move = f"MOVE GRAPH <{staging}> TO GRAPH <{name}>"
    if name is None:  # rdflib does not carry out DROP DEFAULT or MOVE TO DEFAULT
        copy = f"INSERT {{ ?s ?p ?o }} WHERE {{ GRAPH <{staging}> {{ ?s ?p ?o }} }}"
        move = f"{'DELETE WHERE { ?s ?p ?o }; ' if target.count(None) else ''}{copy}; {drop}"
    try:
        # Sent once: a second MOVE, of a graph that is gone, may empty the place.
        target.update(move, repeat=False)
    except EndpointError:
        if not _same(_read_back(target, name, wanted, called, progress), wanted):
            raise
    return _check(target, name, wanted, called, progress)


def _by_put(
    target: GraphStore,
    local: store.Dataset,
    name: str | None,
    wanted: Fingerprint,
    progress: Callable[[str], None],
) -> int:
    """Put a graph as a whole; gives how many triples the store merged."""
    called = name or "the default graph"
    before = target.fingerprint(name)
    with tempfile.TemporaryDirectory(prefix="twitchkg-") as folder:
        path = os.path.join(folder, "graph.nt")
        with open(path, "w", encoding="ascii", newline="\n") as file:
            file.writelines(local.ntriples(name))
        progress(f"{called}: {wanted.triples} triples")
        try:
            target.put(name, path)
            return _check(target, name, wanted, called, progress)
        except BaseException:
            _remove_half(target, name, before, wanted)
            raise


def _remove_half(
    target: GraphStore, name: str | None, before: Fingerprint, wanted: Fingerprint
) -> None:
    """Remove a named graph of which only a part has arrived; one that is as before stays."""
    with contextlib.suppress(EndpointError):
        if name is not None:
            found = target.fingerprint(name)
            if found.triples and found != before and not _same(found, wanted):
                target.delete(name)


def _same(found: Fingerprint, wanted: Fingerprint) -> bool:
    """Whether a store holds what it was sent, as far as it keeps the datatypes of numbers."""
    return found == wanted or found.same_values(wanted)


def _read_back(
    target: GraphStore,
    name: str | None,
    wanted: Fingerprint,
    called: str,
    progress: Callable[[str], None],
) -> Fingerprint:
    """The fingerprint of what the store holds; tells how much of it was read."""
    return target.fingerprint(
        name, lambda triples: progress(f"{called}: {triples} of {wanted.triples} triples read back")
    )


def _check(
    target: GraphStore,
    name: str | None,
    wanted: Fingerprint,
    called: str,
    progress: Callable[[str], None],
) -> int:
    found = _read_back(target, name, wanted, called, progress)
    if not _same(found, wanted):
        raise EndpointError(
            f"{target.query_url} does not hold what it was sent for {called}: {found.triples} of "
            f"{wanted.triples} triples read back, digest {found.digest[:12]} instead of "
            f"{wanted.digest[:12]}. See the store's log and limits, and publish again."
        )
    return wanted.triples - found.triples


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
