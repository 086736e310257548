"""No part of what reads whole documents can go or change without these few texts showing it.

How alike documents are and what no claim stands on are made from texts, not from a graph, so that
their cases stand here and not in ``tests/derivation``. A mutant is compared with what is expected,
which was counted by hand.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from codemutants import Code
from test_derivation_mutants import holds

from twitchkg.namespaces import BASE, PREFIXES, TWK, TWSRC
from twitchkg.store import Store, of_triples
from twitchkg.terms import Term

A = "One two three four five six."
B = "ONE, two three\nfour five seven; eight nine"
C = "one two three four"
E = "two three four five seven eight ten"
F = "(one two three four five)"
OWN = "https://example.org/own/leaflet"
RDF_TYPE = Term.iri(PREFIXES["rdf"] + "type")


def documents(folder: Path, texts: dict[str, str], passages: dict[str, list[str]]) -> Store:
    """A graph of documents, whose copies are written, and of claims that stand on passages."""
    triples = []
    for iri, text in texts.items():
        name, sum_ = f"{iri.rpartition('/')[2]}.txt", Term.iri(f"{iri}-sum")
        (folder / name).write_text(text, encoding="utf-8", newline="\n")
        digest = hashlib.sha256(text.encode()).hexdigest()
        triples += [
            (Term.iri(iri), RDF_TYPE, Term.iri(TWK + "Source")),
            (Term.iri(iri), Term.iri(PREFIXES["dcterms"] + "identifier"), Term.string(name)),
            (Term.iri(iri), Term.iri(TWK + "lengthCodePoints"), Term.integer(len(text))),
            (Term.iri(iri), Term.iri(PREFIXES["spdx"] + "checksum"), sum_),
            (sum_, Term.iri(PREFIXES["spdx"] + "checksumValue"), Term.string(digest)),
        ]
        for number, passage in enumerate(passages.get(iri, [])):
            claim = Term.iri(f"{iri}-claim-{number}")
            triples += [
                (claim, RDF_TYPE, Term.iri(TWK + "Claim")),
                (claim, Term.iri(PREFIXES["dcterms"] + "source"), Term.iri(iri)),
                (claim, Term.iri(TWK + "isFoundIn"), Term.iri(f"{iri}#{passage}")),
            ]
    return of_triples(triples)


@cache
def alike(folder: Path) -> Store:
    return documents(folder, {TWSRC + "x2": B, TWSRC + "x1": A, OWN: E + " " + F}, {})


def tells_likeness(module: ModuleType, folder: Path) -> bool:
    """B has one of the two runs of A, and of the three runs of E the first two."""
    shares = module.compare({"b": B, "a": A, "c": C, "e": E, "f": F})
    if shares != [("a", "b", 1 / 2), ("a", "f", 1.0), ("b", "e", 2 / 3), ("b", "f", 1.0)]:
        return False
    told: list[str] = []
    made = module.similarities(alike(folder), str(folder), told.append)
    own = hashlib.sha256(OWN.encode()).hexdigest()[:16]
    wanted = []
    # Of the eight runs of the leaflet, A has one and B has three.
    for one, other, key, share in (
        (OWN, TWSRC + "x1", f"{own}-x1", "0.5000"),
        (OWN, TWSRC + "x2", f"{own}-x2", "0.7500"),
        (TWSRC + "x1", TWSRC + "x2", "x1-x2", "0.5000"),
    ):
        node = Term.iri(f"{BASE}similarity/{key}")
        wanted += [
            (node, RDF_TYPE, Term.iri(TWK + "Similarity")),
            (node, Term.iri(TWK + "compares"), Term.iri(one)),
            (node, Term.iri(TWK + "compares"), Term.iri(other)),
            (node, Term.iri(TWK + "sharedText"), Term.decimal(share)),
        ]
    reading = [f"reading {name}.txt" for name in ("leaflet", "x1", "x2")]
    return made == wanted and told == [*reading, "comparing"]


TEXT = 'Ache, e.g. here. Twitch?! "No." 5 mg.\n  • two words\n\n42 %\nEnd (so.) Now'
SENTENCES = [(0, 16), (17, 25), (27, 31), (32, 37), (42, 51), (58, 67), (68, 71)]


@cache
def stood_on(folder: Path) -> Store:
    """The leaflet has a passage of which nothing tells where it is, beside two that do."""
    passages = {TWSRC + "x1": ["char=0,4", "char=42,51"], OWN: ["line=3", "char=1,3"]}
    return documents(
        folder, {TWSRC + "x1": TEXT, OWN: "\nOne. Two\n", TWSRC + "x2": "..."}, passages
    )


def tells_gaps(module: ModuleType, folder: Path) -> bool:
    if module.sentences(TEXT) != SENTENCES:
        return False
    told: list[str] = []
    found = module.coverage(stood_on(folder), str(folder), told.append)
    gaps = [(TEXT[s:e], s, e, 1) for s, e in SENTENCES[1:4]]
    gaps += [(TEXT[s:e], s, e, 5) for s, e in SENTENCES[5:]]
    # Two of six letters of the leaflet; of the other, four and eight of 39 letters and digits.
    wanted = [
        (OWN, 2 / 6, [("Two", 6, 9, 2)]),
        (TWSRC + "x1", 12 / 39, gaps),
        (TWSRC + "x2", 1.0, []),
    ]
    listed = [
        (one.source, one.share, [(g.words, g.start, g.end, g.line) for g in one.gaps])
        for one in found
    ]
    fixed = all(isinstance(one.gaps, tuple) for one in found)
    return (
        listed == wanted and fixed and told == [f"reading {n}.txt" for n in ("leaflet", "x1", "x2")]
    )


CHECKS: dict[str, Callable[[ModuleType, Path], bool]] = {
    "similarity": tells_likeness,
    "coverage": tells_gaps,
}

EQUIVALENT = {
    "similarity": {
        "compare: min(len(runs[one]), len(runs[other])) -> (len(runs[other]), len(runs[one]))": (
            "the smaller of two is the same in either order"
        ),
        "similarities: lambda text: None -> lambda text: None": "nothing is asked of it",
        "_key: 'utf-8' -> 'utf-8~'": "Python knows both as names of UTF-8",
        "_key: 'utf-8' -> left out": "UTF-8 is what Python takes",
    },
    "coverage": {
        "coverage: lambda text: None -> lambda text: None": "nothing is asked of it",
        "coverage: str(row['passage']) -> row['passage']": "an IRI is text already",
        "coverage: str(row['source']) -> row['source']": "an IRI is text already",
        "sentences: words and any(map(str.isalpha, part)) -> any(map(str.isalpha, part))": (
            "where there is a letter, there is a word"
        ),
    },
}
"""The mutants that do the same, each with the reason."""


@pytest.mark.parametrize("name", CHECKS)
def test_a_module_with_less_or_something_else_is_noticed(name: str, tmp_path: Path) -> None:
    module = import_module(f"twitchkg.{name}")
    assert module.__file__
    code = Code(Path(module.__file__).read_text(encoding="utf-8"), name)

    def is_right(parts: list) -> bool:  # type: ignore[type-arg]
        return CHECKS[name](code.load(parts), tmp_path)

    assert is_right(code.parts)
    tried = list(code.mutants())
    assert len(tried) > 50
    same = [what for what, parts in tried if holds(is_right, parts)]
    print(f"{name}: {len(tried) - len(same)} of {len(tried)} caught")
    assert sorted(same) == sorted(EQUIVALENT[name]), "\n".join(same)
