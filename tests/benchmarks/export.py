"""How long each export of RDF takes, against the engine's own dump of the same store, in one run.

Run: ``python tests/benchmarks/export.py``. The ratio is that of the best times.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pyoxigraph as ox

from twitchkg import store
from twitchkg.export import RDF, statements
from twitchkg.store import reading

ROUNDS = 5
# The engine dumps these with all graphs; its JSON-LD, too, holds all of them.
NAMED = ("trig", "nquads", "jsonld")


def timed(call: Callable[[], object]) -> float:
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    engine = store.bundled()._engine
    default = ox.DefaultGraph()
    print("format    ours, s  dump, s  ratio")
    for format in RDF:
        kind = reading.FORMATS[format]

        def dump(kind: ox.RdfFormat = kind, format: str = format) -> object:
            if format in NAMED:
                return engine.dump(format=kind)
            return engine.dump(format=kind, from_graph=default)

        ours, dumps = [], []
        for _ in range(ROUNDS):
            ours.append(timed(lambda format=format: statements.written(format)))  # type: ignore[misc]
            dumps.append(timed(dump))
        print(f"{format:9} {min(ours):7.2f}  {min(dumps):7.2f}  {min(ours) / min(dumps):5.2f}")


if __name__ == "__main__":
    main()
