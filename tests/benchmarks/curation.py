"""How long the curators' commands take, beside rdflib parsing the same Turtle.

Run it with the interpreter that has twitchkg installed::

    python tests/benchmarks/curation.py [FOLDER_OF_THE_DOCUMENTS [RUNS]]

Every figure is a whole process. The commands take turns; each round gives one ratio to rdflib, and
the median is printed with the least and the largest. It judges nothing.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from twitchkg import resources

PYTHON = sys.executable
PARSE = "import rdflib, sys\nfor path in sys.argv[1:]:\n    rdflib.Graph().parse(path)"


def seconds(command: list[str]) -> float:
    """The time that a command takes as a whole process."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main(folder: str | None, runs: int) -> None:
    """Print the ratios."""
    commands = {
        "rdflib parses": [PYTHON, "-c", PARSE, *resources.ontology_files()],
        "validate": [PYTHON, "-m", "twitchkg", "validate"],
        "build --check": [PYTHON, "-m", "twitchkg", "build", "--check"],
    }
    if folder:
        commands["sources verify"] = [PYTHON, "-m", "twitchkg", "sources", "verify", folder]
    rounds = [
        {name: seconds(command) for name, command in commands.items()} for _ in range(runs + 1)
    ][1:]
    for name in commands:
        ratios = [times[name] / times["rdflib parses"] for times in rounds]
        middle = statistics.median(ratios)
        print(f"{name:16} {middle:6.3f} ({min(ratios):.3f} to {max(ratios):.3f})")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None, int(sys.argv[2]) if len(sys.argv) > 2 else 5)
