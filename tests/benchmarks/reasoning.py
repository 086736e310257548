"""How long reasoning takes: the reasoners side by side, and how each grows with the data.

Run it with the interpreter that has twitchkg and its extra ``reason`` installed::

    python tests/benchmarks/reasoning.py [COPIES ...]

Every figure is a ratio to what stands first in its table, measured in the same run. To grow the
data, its entities are copied under new names. A run that takes too long is given up and shown as
"-". It judges nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from twitchkg import reasoning, store
from twitchkg.consistency import Ontology
from twitchkg.entailment import Axioms, Entailed
from twitchkg.errors import TwitchkgError
from twitchkg.namespaces import TWD
from twitchkg.terms import IRI, Term

SECONDS = 300.0
MEGABYTES = 4000
Triples = list[tuple[Term, Term, Term]]


def copied(triples: Triples, number: int) -> Triples:
    """The triples with so many copies of the entities, each with edges among themselves."""

    def renamed(term: Term, copy: int) -> Term:
        own = term.kind == IRI and term.value.startswith(TWD)
        return Term.iri(f"{term.value}-copy{copy}") if own and copy else term

    data = [t for t in triples if t[0].value.startswith(TWD)]
    made = list(triples)
    for copy in range(1, number):
        made += [(renamed(s, copy), p, renamed(o, copy)) for s, p, o in data]
    return made


def seconds(job: Callable[[], object]) -> float | None:
    """How long a job takes, or ``None`` where it is given up."""
    start = time.perf_counter()
    try:
        job()
    except TwitchkgError:
        return None
    return time.perf_counter() - start


def jobs(triples: Triples) -> dict[str, Callable[[], object]]:
    """What is measured over some triples."""

    def owl_rl() -> None:
        import owlrl
        import rdflib

        graph = rdflib.Graph()
        graph.parse(data=store.serialize(triples, "ntriples"), format="ntriples")
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)

    return {
        "HermiT": lambda: reasoning.run(triples, "hermit", SECONDS, MEGABYTES),
        "Pellet": lambda: reasoning.run(triples, "pellet", SECONDS, MEGABYTES),
        "rules": lambda: Entailed(Axioms(triples), triples),
        "owlrl": owl_rl,
    }


def table(title: str, rows: dict[str, float | None]) -> None:
    """Print how many times as long each takes as the first."""
    print(title)
    first = next(iter(rows.values()))
    for name, taken in rows.items():
        ratio = "-" if taken is None or not first else f"{taken / first:.2f}"
        print(f"  {name:24} {ratio:>8}")


def main(copies: list[int]) -> None:
    """Print the tables."""
    given = Ontology().triples
    schema = [t for t in given if not t[0].value.startswith(TWD)]
    hermit = jobs(given)["HermiT"]
    table(
        "HermiT, real graph over schema alone",
        {"schema": seconds(jobs(schema)["HermiT"]), "real graph": seconds(hermit)},
    )
    table("side by side", {name: seconds(job) for name, job in jobs(given).items()})
    growing = {number: copied(given, number) for number in copies}
    for name in ("HermiT", "rules"):
        taken = {str(n): seconds(jobs(grown)[name]) for n, grown in growing.items()}
        table(f"{name}, by copies of the data", taken)
    large = {number: copied(given, number) for number in (1, 10, 100)}
    taken = {str(n): seconds(jobs(grown)["rules"]) for n, grown in large.items()}
    table("rules, by copies of the data", taken)
    taken = {str(n): seconds(jobs(large[n])["owlrl"]) for n in (1, 10)}
    table("owlrl, by copies of the data", taken)


if __name__ == "__main__":
    main([int(number) for number in sys.argv[1:]] or [1, 2, 4])
