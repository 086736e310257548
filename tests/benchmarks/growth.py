"""How the cost of each step grows with the number of claims, in time and in memory.

Run it with the interpreter that has twitchkg installed::

    python tests/benchmarks/growth.py [--steps STEP,...] [--output FOLDER] [--with FILE]
                                      [FACTOR ...]

The synthetic corpus (``corpus.py``) is made as often as each factor says: 1, 10 and 100 when none
is given. At 1000 it has about 10 million triples, which takes most of an hour and 20 GB of disk.
With a ``growth.json`` of the same code and machine, its points are fitted together with the new
ones. Each step runs in a process of its own over a store on disk, so that the peak memory is its
own. Steps in pySHACL, rdflib or lists of Python stop at 100. The exponent is that of the power of
the factor that fits best (least squares of the logarithms), once over all factors and once between
the last two, where what does not grow weighs least. It judges nothing.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from tempfile import TemporaryDirectory

import corpus
import rdflib

from twitchkg import (
    advice,
    catalogue,
    derive,
    disagreements,
    rdf,
    resources,
    store,
    validation,
)
from twitchkg.graph import KnowledgeGraph
from twitchkg.namespaces import GRAPH

NUMBER = 50
"""So many library queries, the same as in ``library.py``."""
BY_DOCUMENT = ("compare-documents",)
PATIENCE = 3600.0
"""Seconds after which a step is given up."""
Seconds = dict[str, float]


def timed(call: Callable[[], object]) -> float:
    """Seconds of the processors that a call takes; the clock says more of what else runs."""
    start = time.process_time()
    call()
    return time.process_time() - start


def load(folder: str) -> Seconds:
    """Read the file onto disk, and from there each triple once in order, as ``publish`` does."""

    def call() -> None:
        with store.dataset([f"{folder}/corpus.nt"], bundled=False) as found:
            for graph in found.graphs():
                for _ in found.ntriples(graph):
                    pass

    return {"load": timed(call)}


def load_in_memory(folder: str) -> Seconds:
    """Read the file into a store in memory, as ``--data`` does."""
    return {"load in memory": timed(lambda: store.of_files([f"{folder}/corpus.nt"]))}


def queries(folder: str) -> Seconds:
    """Each library query, every cell read; and all of them together.

    One that has a row for each statement in each document is asked about one document: documents
    grow with the corpus, so that its answer is quadratic.
    """
    kg = KnowledgeGraph.of(store.at(f"{folder}/store"))
    every = catalogue.all_queries()
    chosen = every[:: max(1, len(every) // NUMBER)][:NUMBER]
    found = {}
    for query in chosen:
        name, bound = query.name, {"source": "twsrc:000"} if query.name in BY_DOCUMENT else {}

        def ask(name: str = name, bound: dict[str, str] = bound) -> None:
            for row in kg.query(name, **bound):
                tuple(row)

        found[f"query {name}"] = timed(ask)
    return {"library queries": sum(found.values()), **found}


def lookups(folder: str) -> Seconds:
    """A card, a named query about one entity and one in SPARQL; the mean of ten each."""
    kg = KnowledgeGraph.of(store.at(f"{folder}/store"))
    iri = corpus.entity(0)
    card = corpus.entity(0, outlook=False)  # a card about an outlook shows the red flags of all
    text = f"SELECT ?p ?o WHERE {{ <{iri}> ?p ?o }}"
    jobs: dict[str, Callable[[], object]] = {
        "look up in SPARQL": lambda: list(kg.query(text)),
        "look up claims": lambda: kg.claims(subject=iri),
        "look up a card": lambda: kg.entity(card),
    }
    return {name: sum(timed(job) for _ in range(10)) / 10 for name, job in jobs.items()}


def search(folder: str) -> Seconds:
    """The index of labels, and a search with a typing error in it."""
    kg = KnowledgeGraph.of(store.at(f"{folder}/store"))
    return {"search": timed(lambda: kg.search("twiching eyelid"))}


def build(folder: str) -> Seconds:
    """What is derived from claims, part by part."""
    opened = store.at(f"{folder}/claims")
    found = {f"build {made.name}": timed(lambda m=made: m.make(opened)) for made in derive.MADE}  # type: ignore[misc]
    found["build advice"] = timed(lambda: advice.derived(opened))
    return {"build": sum(found.values()), **found}


def disagree(folder: str) -> Seconds:
    """All disagreements, and each rule."""
    opened = store.at(f"{folder}/claims")
    found = {
        f"rule {rule.name}": timed(lambda r=rule: list(disagreements.pairs(opened, r)))  # type: ignore[misc]
        for rule in disagreements.rules()
    }
    return {"disagreements": timed(lambda: disagreements.derived(opened)), **found}


def validate(folder: str) -> Seconds:
    """All shapes over all nodes."""
    start = time.process_time()
    graph = rdflib.Graph().parse(f"{folder}/corpus.nt")
    read = time.process_time() - start
    shapes = rdf.of_triples(
        triple for path in resources.files("shapes", ".ttl") for triple in store.parse(path)
    )
    return {"rdflib parses": read, "validate": timed(lambda: validation.validate(graph, shapes))}


def parquet(folder: str) -> Seconds:
    """The tables, and their Parquet files."""
    from twitchkg.export import content, tabular

    opened = store.at(f"{folder}/store")
    start = time.process_time()
    tables = content.tables(opened)
    made = time.process_time() - start
    return {"export tables": made, "export parquet": made + timed(lambda: tabular.parquet(tables))}


def statements(folder: str) -> Seconds:
    """The statements of the corpus as one file."""
    path = f"{folder}/corpus.nt"
    found = {}
    for format in ("turtle", "ntriples"):
        found[f"export {format}"] = timed(
            lambda f=format: store.Extract([(path, None)]).serialize(f)  # type: ignore[misc]
        )
    return found


STEPS: dict[str, Callable[[str], Seconds]] = {
    "load": load,
    "load-in-memory": load_in_memory,
    "queries": queries,
    "look-ups": lookups,
    "search": search,
    "build": build,
    "disagreements": disagree,
    "validate": validate,
    "parquet": parquet,
    "statements": statements,
}
OVER_CLAIMS = {"build", "disagreements"}
"""Steps over the store of claims."""
OVER_ALL = {"queries", "look-ups", "search", "parquet"}
"""Steps over the store of everything; the others read the file."""
SLOW = {"load-in-memory": 100, "validate": 100, "statements": 100}
"""The last factor of steps that hold everything in objects of Python, or in memory."""


def prepare(folder: str, factor: int, steps: list[str]) -> int:
    """Write the corpus as a file and as the stores that some steps need.

    One store has all of it, the other what the build reads.
    """
    import pyoxigraph as ox

    def keep(graph: str) -> bool:
        return not graph.startswith(GRAPH + "derived") or graph.endswith("passages")

    def loaded(name: str) -> None:
        engine = ox.Store(f"{folder}/{name}")
        engine.bulk_load(path=f"{folder}/corpus.nq", format=ox.RdfFormat.N_QUADS)
        engine.optimize()
        engine.flush()
        os.unlink(f"{folder}/corpus.nq")

    if not OVER_CLAIMS.isdisjoint(steps):
        corpus.written(f"{folder}/corpus.nq", factor, named=True, keep=keep)
        loaded("claims")
    if not OVER_ALL.isdisjoint(steps):
        corpus.written(f"{folder}/corpus.nq", factor, named=True)
        loaded("store")
    return corpus.written(f"{folder}/corpus.nt", factor)


def peak() -> float:
    """The peak memory of this process in MiB, what it had before it ran this program left out."""
    try:
        with open("/proc/self/status", encoding="ascii") as file:
            (line,) = [line for line in file if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    except OSError:
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(step: str, folder: str) -> tuple[Seconds, float] | None:
    """A step in a process of its own: its seconds and peak memory; ``None`` if it is given up."""
    command = [sys.executable, __file__, "--step", step, "--folder", folder]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, text=True, check=True, timeout=PATIENCE
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as error:
        print(f"  {step}: given up ({type(error).__name__})", file=sys.stderr)
        return None
    found = json.loads(done.stdout)
    return found["seconds"], found["memory"]


def exponent(points: list[tuple[int, float]]) -> float | None:
    """The power of the factor that fits best; ``None`` with fewer than two points."""
    found = [(math.log(factor), math.log(max(figure, 1e-6))) for factor, figure in points]
    if len(found) < 2:
        return None
    xs, ys = (sum(point[i] for point in found) / len(found) for i in (0, 1))
    return sum((x - xs) * (y - ys) for x, y in found) / sum((x - xs) ** 2 for x, _ in found)


def fitted(measured: dict[str, dict[str, dict[str, float]]]) -> dict[str, dict[str, object]]:
    """Figures and exponents by what was measured: of time and of memory."""
    found: dict[str, dict[str, object]] = {}
    for kind in ("seconds", "MiB"):
        names = dict.fromkeys(n for figures in measured.values() for n in figures[kind])
        for name in names:
            points = [(int(f), m[kind][name]) for f, m in measured.items() if name in m[kind]]
            found[f"{name}, {kind}"] = {
                "figures": {str(factor): round(figure, 4) for factor, figure in points},
                "exponent": exponent(points),
                "last": exponent(points[-2:]),
            }
    return found


def report(triples: dict[str, int], lines: dict[str, dict[str, object]]) -> str:
    """The table in Markdown."""
    factors = list(triples)
    text = ["# Growth", "", "Triples: " + ", ".join(f"×{f} {n:,}" for f, n in triples.items()), ""]
    text.append(f"| | {' | '.join('×' + f for f in factors)} | exponent | last step |")
    text.append("| --- |" + " --: |" * (len(factors) + 2))
    for name, line in lines.items():
        figures = line["figures"]
        assert isinstance(figures, dict)
        cells = [f"{figures[f]:.4g}" if f in figures else "" for f in factors]
        fits = [f"{e:.2f}" if isinstance(e := line[k], float) else "" for k in ("exponent", "last")]
        text.append(f"| {name} | {' | '.join([*cells, *fits])} |")
    return "\n".join([*text, ""])


def measured_before(path: str) -> tuple[dict[str, int], dict[str, dict[str, dict[str, float]]]]:
    """The numbers of triples and the figures of an earlier report."""
    with open(path, encoding="utf-8") as file:
        record = json.load(file)
    measured: dict[str, dict[str, dict[str, float]]] = {
        factor: {"seconds": {}, "MiB": {}} for factor in record["triples"]
    }
    for line, found in record["lines"].items():
        name, _, kind = line.rpartition(", ")
        for factor, figure in found["figures"].items():
            measured[factor][kind][name] = figure
    return record["triples"], measured


def measure(factors: list[int], steps: list[str], output: str, before: str | None) -> None:
    """Measure, and write the report after each step, so that what is done is kept."""
    os.makedirs(output, exist_ok=True)
    triples, measured = measured_before(before) if before else ({}, {})
    for factor in factors:
        with TemporaryDirectory(prefix="growth-") as folder:
            triples[str(factor)] = prepare(folder, factor, steps)
            print(f"x{factor}: {triples[str(factor)]:,} triples", file=sys.stderr)
            figures: dict[str, dict[str, float]] = {"seconds": {}, "MiB": {}}
            measured[str(factor)] = figures
            for step in steps:
                if factor <= SLOW.get(step, factor) and (found := one(step, folder)):
                    figures["seconds"].update(found[0])
                    figures["MiB"][step] = found[1]
                    print(f"  {step}: {max(found[0].values()):.2f} s", file=sys.stderr)
                    write(triples, measured, output)
    print(write(triples, measured, output), end="")


def write(
    triples: dict[str, int], measured: dict[str, dict[str, dict[str, float]]], output: str
) -> str:
    """Write both forms of the report; gives the text."""
    lines = fitted(measured)
    text = report(triples, lines)
    record = {"triples": triples, "lines": lines}
    resources.write_text(os.path.join(output, "growth.md"), text)
    resources.write_text(os.path.join(output, "growth.json"), json.dumps(record, indent=1) + "\n")
    return text


def main() -> None:
    """Measure what the arguments ask for."""
    parser = argparse.ArgumentParser(description="Measure how costs grow with the corpus.")
    parser.add_argument("factors", nargs="*", type=int, metavar="FACTOR", help="1 10 100")
    parser.add_argument("--steps", default=",".join(STEPS), help="which, separated by commas")
    parser.add_argument("--output", default=".", metavar="FOLDER")
    parser.add_argument("--with", dest="before", metavar="FILE", help="an earlier growth.json")
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.step:
        seconds = STEPS[options.step](options.folder)
        print(json.dumps({"seconds": seconds, "memory": peak()}))
        return
    steps = options.steps.split(",")
    if unknown := sorted({*steps} - {*STEPS}):
        parser.error(f"no step is named '{unknown[0]}'; there are {', '.join(STEPS)}")
    factors = options.factors or [1, 10, 100]
    if sorted({*factors}) != factors or factors[0] < 1:
        parser.error("factors are whole numbers from 1 on, each greater than the one before")
    measure(factors, steps, options.output, options.before)


if __name__ == "__main__":
    main()
