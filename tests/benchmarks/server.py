"""Requests per second of the endpoint beside rdflib-endpoint, with the same data, in one run.

Needs wrk (a Debian package) and, for the peer, rdflib-endpoint in the same environment::

    python tests/benchmarks/server.py [SECONDS]

Each query is sent for ten entities in turn. ``kept`` is the endpoint as it is, which keeps answers
for those who ask the same; ``worked out`` is the endpoint with ``--cache 0``. ``beside a runaway``
counts the same requests while one client asks, again and again, what takes more than the time
limit. Nothing here decides whether a test passes.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from importlib import metadata
from typing import TYPE_CHECKING

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from serving import serving

import twitchkg

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = (
    *("myokymia", "fasciculation", "caffeine", "magnesium", "stress"),
    *("tremor", "myoclonus", "potassium", "calcium", "dehydration"),
)
PREFIXES = (
    "PREFIX twk: <https://w3id.org/twitchkg/ontology/> "
    "PREFIX twd: <https://w3id.org/twitchkg/id/> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "PREFIX dcterms: <http://purl.org/dc/terms/> "
)
QUERIES = {
    "point": "SELECT ?label { twd:%s rdfs:label ?label }",
    "join": "SELECT ?claim ?object ?label ?source { ?claim twk:subject twd:%s ; twk:object ?object "
    "; dcterms:source ?source . ?object rdfs:label ?label } LIMIT 5",
    "aggregate": "SELECT ?predicate (COUNT(?claim) AS ?claims) { ?claim twk:predicate ?predicate ; "
    "twk:subject ?subject FILTER(?subject != twd:%s) } GROUP BY ?predicate ORDER BY DESC(?claims)",
}
RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?s2 ?p2 ?o2 . FILTER(?o < ?o2) }"
SCRIPT = """
local urls = {%s}
local n = 0
request = function()
  n = n + 1
  return wrk.format("GET", urls[n %% #urls + 1], {Accept = "application/sparql-results+json"})
end
"""
PEER = """
import sys
import rdflib, uvicorn
from rdflib_endpoint import SparqlEndpoint
graph = rdflib.Dataset(default_union=True)
graph.parse(sys.argv[1])
uvicorn.run(SparqlEndpoint(graph=graph, path="/sparql"), port=int(sys.argv[2]), log_level="error")
"""


@contextlib.contextmanager
def peer(graph: str) -> Iterator[str]:
    """rdflib-endpoint with a graph, in a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", PEER, graph, str(port)])
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address(url, "ASK {}"), timeout=5).close()
                break
            time.sleep(0.2)
        yield url
    finally:
        process.kill()
        process.wait()


def address(url: str, query: str) -> str:
    return f"{url}/sparql?{urllib.parse.urlencode({'query': query})}"


def load(url: str, query: str, connections: int, seconds: int) -> tuple[float, float]:
    """Requests per second, and the milliseconds that 99 of 100 take at most."""
    paths = (address("", PREFIXES + query % name) for name in NAMES)
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(SCRIPT % ", ".join(f'"{path}"' for path in paths))
        script.flush()
        run = subprocess.run(
            [
                *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
                *("--timeout", "30s", "-s", script.name, url),
            ],
            capture_output=True,
            text=True,
            check=True,
        )
    if "Non-2xx" in run.stdout:
        raise SystemExit(f"{url} did not answer as it should:\n{run.stdout}")
    rate = re.search(r"Requests/sec:\s+([\d.]+)", run.stdout)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", run.stdout)
    assert rate, run.stdout
    assert slow, run.stdout
    return float(rate[1]), float(slow[1]) * {"us": 0.001, "ms": 1, "s": 1000}[slow[2]]


@contextlib.contextmanager
def runaway(url: str) -> Iterator[None]:
    """A client that asks what takes for ever, again and again."""
    going = True

    def ask() -> None:
        while going:
            with contextlib.suppress(OSError):
                urllib.request.urlopen(address(url, RUNAWAY), timeout=30).close()

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    time.sleep(0.5)
    yield
    going = False


def measure(url: str, seconds: int) -> dict[tuple[str, int], tuple[float, float]]:
    """The figures of one server for each query and number of connections."""
    return {
        (name, connections): load(url, query, connections, seconds)
        for name, query in QUERIES.items()
        for connections in (1, 8, 64)
    }


def main() -> None:
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    if not shutil.which("wrk"):
        raise SystemExit("wrk is not installed; it is a Debian package of that name.")
    options = ("--log", "json", "--timeout", "10")
    with tempfile.TemporaryDirectory() as folder:
        graph = os.path.join(folder, "graph.nt")
        with open(graph, "w", encoding="utf-8") as file:
            file.write(twitchkg.load().export("ntriples"))
        with peer(graph) as url:
            theirs = measure(url, seconds)
    with serving(*options) as server:
        kept = measure(server.url, seconds)
    with serving(*options, "--cache", "0") as server:
        worked = measure(server.url, seconds)
        idle = load(server.url, QUERIES["point"], 8, seconds)
        with runaway(server.url):
            beside = load(server.url, QUERIES["point"], 8, max(seconds, 15))
    packages = ("pyoxigraph", "uvicorn", "rdflib", "rdflib-endpoint")
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    print(f"{versions}; Python {platform.python_version()}, {os.cpu_count()} cores\n")
    print("| query | connections | rdflib-endpoint | worked out | kept | p99 theirs | p99 ours |")
    print("| --- | --: | --: | --: | --: | --: | --: |")
    for (name, connections), (rate, slow) in theirs.items():
        ours, ours_slow = worked[name, connections]
        again, _ = kept[name, connections]
        print(
            f"| {name} | {connections} | {rate:,.0f} | {ours:,.0f} ({ours / rate:.1f}x) "
            f"| {again:,.0f} ({again / rate:.1f}x) | {slow:.1f} ms | {ours_slow:.1f} ms |"
        )
    for title, found in (("worked out", worked), ("kept", kept)):
        ratios = [found[key][0] / theirs[key][0] for key in theirs]
        print(f"\n{title}: {statistics.geometric_mean(ratios):.1f} times rdflib-endpoint")
    print(
        f"\nbeside a runaway query: {beside[0] / idle[0]:.2f} of the throughput of point look-ups, "
        f"p99 {beside[1]:.1f} ms instead of {idle[1]:.1f} ms"
    )


if __name__ == "__main__":
    main()
