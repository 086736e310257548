"""How load, build, validation and the finding of disagreements grow with the number of claims.

Run it with the interpreter that has twitchkg installed::

    python tests/benchmarks/growth.py [FACTOR ...]

The corpus is multiplied by each factor (1, 10 and 100 when none is given; 1000 takes long): every
copy has the shape of the real claims and entities, and IRIs of its own. For each step it prints
seconds, the peak memory of the process in MiB, and the exponent with which the time grew since the
step before. Each factor runs in a process of its own; steps in pySHACL and rdflib stop at 100. It
judges nothing.
"""

from __future__ import annotations

import json
import math
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

from twitchkg import advice, derive, disagreements, rdf, resources, store, validation
from twitchkg.namespaces import TWC, TWD, TWSRC
from twitchkg.terms import IRI, Term

if TYPE_CHECKING:
    from twitchkg.results import Triple

OWN = (TWC, TWD, TWSRC)
SLOW = 100
T = TypeVar("T")


class Timed(Protocol):
    """Runs a call and notes how long it took."""

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        """What the call returns."""
        ...


def corpus(factor: int) -> Iterator[Triple]:
    """The schema once, and data and claims as often as the factor says."""
    for path in resources.ontology_files():
        folder = os.path.basename(os.path.dirname(path))
        triples = store.parse(path)
        if folder in ("data", "claims"):
            for copy in range(factor):
                for subject, predicate, value in triples:
                    yield renamed(subject, copy), predicate, renamed(value, copy)
        elif folder == "schema":
            yield from triples


def renamed(term: Term, copy: int) -> Term:
    """The term in a copy of the corpus; the first copy keeps its names."""
    if copy and term.language:
        return Term.string(f"{term.value} x{copy}", term.language)
    if copy and term.kind == IRI:
        for base in OWN:
            if term.value.startswith(base):
                return Term.iri(f"{base}x{copy}-{term.value[len(base) :]}")
    return term


def _derived(triples: list[Triple], timed: Timed) -> list[Triple]:
    loaded = timed("load", lambda: store.of_triples(triples))
    made = timed(
        "build",
        lambda: [t for one in derive.MADE for t in one.make(loaded)] + advice.derived(loaded),
    )
    return made + timed("disagreements", lambda: disagreements.derived(loaded))


def measure(factor: int) -> dict[str, float]:
    """The seconds that each step takes, and the peak memory in MiB."""
    found: dict[str, float] = {}

    def timed(name: str, call: Callable[[], T]) -> T:
        start = time.perf_counter()
        result = call()
        found[name] = time.perf_counter() - start
        return result

    triples = list(corpus(factor))
    found["triples"] = len(triples)
    made = _derived(triples, timed)
    if factor <= SLOW:
        text = store.serialize([*triples, *made], "ntriples")
        del triples, made
        path = f"{os.environ['GROWTH_FOLDER']}/corpus.nt"
        resources.write_text(path, text)
        del text
        graph = timed("rdflib parses it", lambda: rdf.read_graph([path]))
        shapes = rdf.read_graph(resources.files("shapes", ".ttl"))
        timed("validate", lambda: validation.validate(graph, shapes))
    found["peak MiB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def main(factors: list[int]) -> None:
    """Print one table of all steps and factors."""
    from tempfile import TemporaryDirectory

    before: tuple[int, dict[str, float]] | None = None
    with TemporaryDirectory() as folder:
        for factor in factors:
            done = subprocess.run(
                [sys.executable, __file__, "--one", str(factor)],
                env={**os.environ, "GROWTH_FOLDER": folder},
                capture_output=True,
                text=True,
                check=True,
            )
            figures: dict[str, float] = json.loads(done.stdout)
            print(f"x{factor}: {figures.pop('triples'):,.0f} triples")
            for name, figure in figures.items():
                line = f"  {name:18} {figure:10.2f}"
                if before and name in before[1] and name != "peak MiB":
                    grown = math.log(figure / before[1][name]) / math.log(factor / before[0])
                    line += f"   exponent {grown:.2f}"
                print(line)
            before = factor, figures


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(int(sys.argv[2]))))
    else:
        main([int(text) for text in sys.argv[1:]] or [1, 10, 100])
