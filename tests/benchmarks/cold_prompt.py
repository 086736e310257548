"""How long a query takes from a cold prompt, beside a bare Python and beside rdflib.

Run it with the interpreter that has twitchkg installed::

    python tests/benchmarks/cold_prompt.py [RUNS]

Every figure is a whole process. The commands take turns, so that a slow moment of the machine
strikes all of them, and each round gives one ratio; the median of the ratios is printed with the
least and the largest. It judges nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from twitchkg import resources

QUERY = "SELECT ?t WHERE { ?t a <https://w3id.org/twitchkg/ontology/TwitchType> }"
RDFLIB = (
    "import rdflib, sys\n"
    "graph = rdflib.Graph()\n"
    "for path in sys.argv[2:]:\n    graph.parse(path)\n"
    "for row in graph.query(sys.argv[1]):\n    print(row[0])"
)
PYTHON = sys.executable
COMMANDS = {
    "bare Python": [PYTHON, "-c", "pass"],
    "query in SPARQL": [PYTHON, "-m", "twitchkg", "query", QUERY],
    "named query": [PYTHON, "-m", "twitchkg", "query", "twitch-features"],
    "show": [PYTHON, "-m", "twitchkg", "show", "myokymia"],
    "search": [PYTHON, "-m", "twitchkg", "search", "twiching"],
    "rdflib": [PYTHON, "-c", RDFLIB, QUERY, *resources.ontology_files()],
}


def seconds(command: list[str]) -> float:
    """The time that a command takes as a whole process."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main(runs: int = 11) -> None:
    """Print the ratios."""
    rounds = []
    for number in range(runs + 1):
        times = {name: seconds(command) for name, command in COMMANDS.items()}
        if number:  # the first round fills the caches
            rounds.append(times)
    print(f"{runs} rounds, Python {sys.version.split()[0]}; ratio to a bare Python, to rdflib")
    for name in COMMANDS:
        parts = []
        for base in ("bare Python", "rdflib"):
            ratios = [times[name] / times[base] for times in rounds]
            middle = statistics.median(ratios)
            parts.append(f"{middle:8.3f} ({min(ratios):.3f} to {max(ratios):.3f})")
        print(f"{name:16} {parts[0]:28} {parts[1]}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 11)
