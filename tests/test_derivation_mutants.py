"""No part of the derivation can go or change without its small graphs showing it.

Each file of ``tests/derivation/<module>/`` holds a few claims and data in TriG, and in a graph for
each thing the module makes, named ``made:`` and what it is called, all that follows from them;
where there is no such graph, nothing follows. Data may stand in named graphs too, for what asks for
these. A mutant is not compared with the module itself, but with these files.
"""

from __future__ import annotations

import gc
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType, ModuleType
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox
import pytest
from codemutants import Code
from derivations import CASES, MADE_GRAPH, MODULES, Makers, known
from querymutants import changes, mutants

from twitchkg import resources
from twitchkg.results import Result
from twitchkg.store import Store, of_triples
from twitchkg.terms import BNODE

if TYPE_CHECKING:
    from twitchkg.results import Triple

SECONDS = 1.0
"""How long a mutant may compute before it counts as one that never ends."""

Titles = set[tuple[str, str, str]]


BESIDE: dict[str, tuple[str, ...]] = {
    "advice": (
        *("AdviceReport.__bool__", "AdviceReport.__init__", "Recommendation.__init__"),
        *("Recommendation.applies", "Situation.__init__", "_met", "given", "given.all_of"),
    ),
}
"""Functions of a module that answer questions and derive nothing: they are not taken apart."""
_BOUND = "every column of these queries has a value in each row; a type checker cannot know"
_TEXT = "what stands in that column is text already; a type checker cannot know"
_TRUTH = "only whether there is such a relation is asked afterwards"
_SEEN = "what was met before is only looked at again; proofs run in no circle"
_SHORT = "of a list of one or none, all is the first"
_EARLIER = "an earlier value that is one of such a group would have been found with it"
_MUTUAL = "being different is mutual"
_NO_OUTCOME = "what is kept under the name of no outcome is never looked up"
_ORDER = "the triples are a set, and are written in an order of their own"
EQUIVALENT: dict[str, dict[str, str]] = {
    "derive": {
        "_rows: term is not None -> left out": _BOUND,
        "qualified: list(qualified_claims(store)) -> qualified_claims(store)": (
            "the keys of a dict are the same triples as a list of them"
        ),
    },
    "disagreements": {
        "_listed: 0 -> -1": "of a single one, the first is the last",
        "_recorded: True -> False": _BOUND,
        "_recorded: strict=True -> left out": _BOUND,
        "_recorded: sorted(sides[0] | sides[1]) -> sides[0] | sides[1]": _ORDER,
        "derived: str(row['claim']) -> row['claim']": _TEXT,
        "derived: str(row['document']) -> row['document']": _TEXT,
        "found: str(row['claim']) -> row['claim']": _TEXT,
        "found: str(row['disagreement']) -> row['disagreement']": _TEXT,
        "found: str(row['kind']) -> row['kind']": _TEXT,
        "found: str(row['question']) -> row['question']": _TEXT,
        "found: str(row['rule']) -> row['rule']": _TEXT,
        "found: str(row['sentence']) -> row['sentence']": _TEXT,
        "pairs: str(row['claim']) -> row['claim']": _TEXT,
        "pairs: str(row['other']) -> row['other']": _TEXT,
        "pairs: term is not None -> left out": _BOUND,
    },
    "advice": {
        "_grouped: str(claim.qualifier('adviceLevel') or '') -> "
        "claim.qualifier('adviceLevel') or ''": _TEXT,
        "_withdrawn: str(row[0]) -> row[0]": _TEXT,
        "_sentence.name: str(value) -> value": "a number has no label, and an IRI is text already",
        "_sentence.name: str(value) -> value (2)": "a number is written as its text in any case",
        "_sentence: key == 'limitsDailyLife' and value is True -> value is True": (
            "no other condition is a truth value"
        ),
        "derived: 0 -> -1 (2)": "of a single column, the first is the last",
        "derived: sorted((claim.iri for claim in group)) -> (claim.iri for claim in group)": _ORDER,
        "derived: str(row[0]) -> row[0]": _TEXT,
    },
    "conclusions": {
        "_graphs: _term(o) -> o": _BOUND,
        "_graphs: _term(p) -> p": _BOUND,
        "_graphs: _term(s) -> s": _BOUND,
        "different: 0 -> -1": "of a single column, the first is the last",
        "different: True -> False": "the three lists are made as long as one another",
        "different: _term(row[0]) -> row[0]": _BOUND,
        "different: strict=True -> left out": "the three lists are made as long as one another",
        "inferred: list(made) -> made": "the keys of a dict are the same triples as a list of them",
    },
    "entailment": {
        "Entailed._apart_group: 1 -> 0": _EARLIER,
        "Entailed._apart_group: place + 1 -> 1": _EARLIER,
        "Entailed._apart_group: place + 1 -> place": "no value differs from itself",
        "Entailed._apart_group: place + 1: -> without lower": _EARLIER,
        "Entailed._apart_group: return [] -> nothing": "only whether there is a group is asked",
        "Entailed._apart_group: self.differ(one[0], other[0]) -> (other[0], one[0])": _MUTUAL,
        "Entailed._clash: in right.get(node, [])[:1] -> in the first alone": _SHORT,
        "Entailed._clash: in within.get(node, [])[:1] -> in the first alone": _SHORT,
        "Entailed._clash: self.differ(triple[0], triple[2]) -> (triple[2], triple[0])": _MUTUAL,
        "Entailed._clash_of_properties: self.differ(e[place], edge[place]) -> "
        "(edge[place], e[place])": _MUTUAL,
        "Entailed._round: bool(self._new) -> self._new": "only whether there is anything is asked",
        "Entailed.leaves: continue -> break": _SEEN,
        "Entailed.leaves: continue -> nothing": _SEEN,
        "Entailed.leaves: if triple in seen: continue -> nothing": _SEEN,
        "Entailed.leaves: seen.add(triple) -> nothing": _SEEN,
        "Entailed.leaves: seen.add(triple) -> seen": _SEEN,
        "Entailed.leaves: seen.add(triple) -> triple": _SEEN,
        "Entailed.leaves: triple in seen -> False": _SEEN,
        "Entailed.used_axioms: in self.proofs.get(premise, [])[:1] -> in the first alone": _SHORT,
    },
    "verdicts": {
        "_Graph.__init__: min(label, self.labels.get(iri, label)) -> "
        "(self.labels.get(iri, label), label)": "the least of two is the same in either order",
        "_Graph.__init__: str(row['iri']) -> row['iri']": _TEXT,
        "_Graph.__init__: str(row['label']) -> row['label']": _TEXT,
        "_Graph.instances: str(row[0]) -> row[0]": _TEXT,
        "_Graph.pairs: str(row[0]) -> row[0]": _TEXT,
        "_Graph.pairs: str(row[1]) -> row[1]": _TEXT,
        "_Graph.statements: term -> left out": _BOUND,
        "_Phenotypes.__init__: str(row['condition']) -> row['condition']": _TEXT,
        "_Phenotypes.__init__: term -> left out": _BOUND,
        "_function_relation: 'related' -> 'related~'": _TRUTH,
        "_judged: row[3].value == 'true' and row[2].value in same | around -> "
        "row[2].value in same | around": "were one of these present, it would have been an answer",
        "_of_annotations: 4 -> 3 (2)": _BOUND,
        "_of_annotations: row.terms[4] -> left out": _BOUND,
        "_of_functions: '' -> '~'": "neither is the IRI of a nutrient",
        "_of_functions: '' -> '~' (2)": _NO_OUTCOME,
        "_of_functions: '' -> '~' (3)": _NO_OUTCOME,
        "_of_functions: '' -> left out": _NO_OUTCOME,
        "_of_functions: 3 -> 2 (2)": _BOUND,
        "_of_functions: bool(relation) -> relation": _TRUTH,
        "_of_functions: outcome -> True": _NO_OUTCOME,
        "_of_functions: row[3] -> left out": _BOUND,
        "_of_remedies: 3 -> 2 (2)": _BOUND,
        "_of_remedies: row.terms[3] -> left out": _BOUND,
    },
}
"""The mutants of each module after which it makes the same of any data, and why."""
QUERY_EQUIVALENT: dict[str, dict[str, str]] = {
    "derive": {
        "SELECT DISTINCT ?entity ?class: with '*' for '+'": (
            "that would add the asserted class itself, which is a type of the entity already"
        ),
    },
}
"""The same for the queries that a module asks."""


# --- The cases -------------------------------------------------------------------------


class Case(NamedTuple):
    """A small graph, and what a module makes of it."""

    given: Store
    made: dict[str, frozenset[Triple]]


@cache
def cases(name: str) -> list[Case]:
    paths = sorted((CASES / name).glob("*.trig"))
    assert paths, f"no cases for {name}"
    return [read_case(path) for path in paths]


def read_case(path: Path) -> Case:
    read = ox.Store()
    read.load(path=str(path), format=ox.RdfFormat.TRIG)
    made: dict[str, frozenset[Triple]] = {}
    for graph in Store(read).graphs():
        if graph.startswith(MADE_GRAPH):
            rows = Store(read).query(f"SELECT * WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}").rows
            made[graph.removeprefix(MADE_GRAPH)] = triples(
                (known(row.term("s")), known(row.term("p")), known(row.term("o"))) for row in rows
            )
            read.remove_graph(ox.NamedNode(graph))
    # As in a store of the whole graph, the default graph has what the named ones have.
    for quad in list(read):
        read.add(ox.Quad(quad.subject, quad.predicate, quad.object))
    return Case(Store(read), made)


def triples(found: Iterable[Triple]) -> frozenset[Triple]:
    """Triples as a set, with their blank nodes named alike wherever the triples are alike."""
    plain = frozenset(found)
    if not any(term.kind == BNODE for triple in plain for term in triple):
        return plain
    named = ox.Dataset(quad for quad in of_triples(plain)._engine)
    named.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return frozenset(Store(_loaded(named)).triples())


def _loaded(quads: Iterable[ox.Quad]) -> ox.Store:
    engine = ox.Store()
    engine.extend(quads)
    return engine


def is_right(makers: Makers, case: Case, given: Store) -> bool:
    """Whether everything a module makes of a case is what the case says."""
    return all(triples(make(given)) == case.made.get(name, set()) for name, make in makers.items())


def titles(module: ModuleType) -> Titles:
    """The folder, name and meaning of each file that a module makes."""
    return {(made.folder, made.name, made.meaning) for made in getattr(module, "MADE", ())}


@cache
def built() -> Titles:
    """The same of every generated file, as its first two lines say it."""
    paths = [p for p in resources.ontology_files() if Path(p).parent.name == "derived"]
    heads = [Path(path).read_text(encoding="utf-8").splitlines()[:2] for path in paths]
    return {
        (
            "derived",
            title.removeprefix("# twitchkg derived: "),
            meaning.removeprefix("# ").removesuffix(" Generated: never edit."),
        )
        for title, meaning in heads
    }


# --- The mutants -----------------------------------------------------------------------


class _NeverEndsError(BaseException):
    """Not an ``Exception``, so that no mutant catches it."""


@contextmanager
def bounded() -> Iterator[None]:
    """Stop what computes too long; time in which the machine does other things does not count.

    No garbage is collected meanwhile: Python prints what is raised in a callback of the collector,
    where the signal may arrive, and goes on. The signal is repeated for the same reason.
    """

    def stop(_: int, __: FrameType | None) -> None:
        raise _NeverEndsError

    before = signal.signal(signal.SIGPROF, stop)
    gc.disable()
    signal.setitimer(signal.ITIMER_PROF, SECONDS, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)
        gc.enable()


def holds(check: Callable[..., bool], *given: object) -> bool:
    """Whether a check succeeds; one that fails with an error, or does not end, does not."""
    try:
        with bounded():
            return check(*given)
    except (Exception, _NeverEndsError):
        return False


def code_survivors(name: str) -> tuple[int, list[str]]:
    """How many mutants a module has, and those that make the same of its cases as it does."""
    code = Code(source(name), name)
    given = cases(name)

    def is_same(parts: list[CodeType]) -> bool:
        module = code.load(parts)
        makers = MODULES[name](module)
        return (
            titles(module) <= built()
            and len(makers) == len(MODULES[name](_module(name)))
            and all(is_right(makers, case, case.given) for case in given)
        )

    assert is_same(code.parts)
    tried = [m for m in code.mutants() if is_taken(name, m[0].split(":")[0])]
    return len(tried), [what for what, parts in tried if holds(is_same, parts)]


class Asked(Store):
    """A store that answers one query in place of another, and keeps what it was asked."""

    __slots__ = ("asked", "instead")

    def __init__(self, given: Store, asked: dict[str, None], instead: dict[str, str]) -> None:
        super().__init__(given._engine)
        self.asked = asked
        self.instead = instead

    def query(self, text: str) -> Result:
        self.asked[text] = None
        return super().query(self.instead.get(text, text))


def query_survivors(name: str) -> tuple[int, list[str]]:
    """How many mutants a module's own queries have, and those after which it makes the same."""
    makers = MODULES[name](_module(name))
    assert all(is_right(makers, case, case.given) for case in cases(name))
    asked: dict[str, None] = {}
    for case in cases(name):
        for make in makers.values():
            list(make(Asked(case.given, asked, {})))

    def is_same(instead: dict[str, str]) -> bool:
        return all(is_right(makers, case, Asked(case.given, {}, instead)) for case in cases(name))

    total, same = 0, []
    own = [text for text in asked if text.split("{")[0] in source(name)]
    for query in [text for text in own if is_taken(name, _head(text))]:
        tried = {text: what for what, text in (*mutants(query), *changes(query))}
        total += len(tried)
        for text, what in tried.items():
            if holds(is_same, {query: text}):
                same.append(f"{_head(query)}: {re.sub(r'^line [0-9]+ ', '', what)}")
    return total, same


def is_taken(name: str, part: str) -> bool:
    """Whether a function or query of a module is taken apart."""
    return part not in BESIDE.get(name, ())


def source(name: str) -> str:
    path = _module(name).__file__
    assert path
    return Path(path).read_text(encoding="utf-8")


def _head(query: str) -> str:
    return " ".join(query.strip().splitlines()[0].split()[:4])


def _module(name: str) -> ModuleType:
    return import_module(f"twitchkg.{name}")


# --- The tests -------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODULES)
def test_a_module_makes_what_its_cases_say(name: str) -> None:
    makers = MODULES[name](_module(name))
    for case in cases(name):
        assert set(case.made) <= set(makers)
        for what, make in makers.items():
            assert triples(make(case.given)) == case.made.get(what, set()), what
    for what in makers:
        assert any(case.made.get(what) for case in cases(name)), f"no case makes {what}"
    assert titles(_module(name)) <= built()


@pytest.mark.parametrize("name", MODULES)
def test_a_module_with_less_or_something_else_is_noticed(name: str) -> None:
    total, same = code_survivors(name)
    assert total >= 100
    assert sorted(same) == sorted(EQUIVALENT.get(name, {})), "\n".join(sorted(same))
    print(f"{name}: {total - len(same)} of {total} caught, {len(same)} change nothing")


@pytest.mark.parametrize("name", [name for name in MODULES if name != "entailment"])
def test_a_query_with_less_or_something_else_is_noticed(name: str) -> None:
    total, same = query_survivors(name)
    assert total >= 5
    assert sorted(same) == sorted(QUERY_EQUIVALENT.get(name, {})), "\n".join(sorted(same))
    print(f"queries of {name}: {total - len(same)} of {total} caught, {len(same)} change nothing")
