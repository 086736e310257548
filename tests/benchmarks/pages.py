"""Entity pages beside the bare endpoint, in one run.

::

    python tests/benchmarks/pages.py [ROUNDS]

Each page is asked of the server, and so are, one after the other, the SPARQL queries that make an
entity's card. One worker answers, and no answer is kept. Nothing here decides whether a test
passes.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from serving import serving

import twitchkg
from twitchkg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from collections.abc import Callable

    from twitchkg.claims import Queryable
    from twitchkg.results import Result

ENTITIES = ("muscle-twitching", "myokymia", "magnesium", "caffeine")
PAGES = (
    "/",
    "/search?q=twiching+eyelid",
    "/compare?topic=caffeine",
    "/doctor",
    "/foods",
    "/queries",
)


class Noting:
    """A store that notes what it is asked."""

    def __init__(self, store: Queryable) -> None:
        self.store = store
        self.asked: list[str] = []

    def query(self, text: str) -> Result:
        self.asked.append(text)
        return self.store.query(text)


def fetched(url: str, query: str | None = None) -> int:
    request = urllib.request.Request(url, query.encode() if query else None)
    if query:
        request.add_header("Content-Type", "application/sparql-query")
    with urllib.request.urlopen(request, timeout=60) as answer:
        return len(answer.read())


def milliseconds(call: Callable[[], object], rounds: int) -> float:
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        call()
        times.append((time.perf_counter() - begun) * 1000)
    return statistics.median(times)


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 9
    store = twitchkg.load().store
    with serving("--workers", "1", "--cache", "0") as server:
        print("| page | bytes | page, ms | its queries, ms | ratio |")
        print("| --- | --: | --: | --: | --: |")
        for name in ENTITIES:
            noting = Noting(store)
            KnowledgeGraph.of(noting).entity(f"twd:{name}")
            url = f"{server.url}/id/{name}.html"
            page = milliseconds(lambda url=url: fetched(url), rounds)  # type: ignore[misc]

            def queries(asked: list[str] = noting.asked) -> None:
                for text in asked:
                    fetched(f"{server.url}/sparql", text)

            bare = milliseconds(queries, rounds)
            print(f"| {name} | {fetched(url):,} | {page:.1f} | {bare:.1f} | {page / bare:.2f} |")
        for path in PAGES:
            url = server.url + path
            page = milliseconds(lambda url=url: fetched(url), rounds)  # type: ignore[misc]
            print(f"| {path} | {fetched(url):,} | {page:.1f} | | |")


if __name__ == "__main__":
    main()
