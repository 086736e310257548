"""The synthetic corpus: copies of the real graph that share its schema and nothing else.

What it copies is kept as N-Quads with a mark in each name of its own, so that a copy is the text
with the marks replaced. Closed lists, such as the kinds of caution, are in every copy the same.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from twitchkg import advice, derive, disagreements, resources, store
from twitchkg.namespaces import BASE, GRAPH, MODULE, TWD, TWK
from twitchkg.terms import IRI, Term

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from twitchkg.results import Triple

EVERY = 8
"""The synthetic corpus holds what is claimed of every eighth subject: 10,000 triples a copy."""
_LISTS = ("claim.ttl", "cautions.ttl", "evidence.ttl", "measures.ttl", "populations.ttl")
_SHARED = (TWK, GRAPH, MODULE, disagreements.RULE, advice.ADVICE + "red-flags")
_NAME, _WORDS = "\x01", "\x02"
_DERIVED = GRAPH + "derived/"


def by_folder() -> dict[str, dict[str, list[Triple]]]:
    """The triples of each file of the graph, by folder and path."""
    found: dict[str, dict[str, list[Triple]]] = {}
    for path in resources.ontology_files():
        folder = os.path.basename(os.path.dirname(path))
        found.setdefault(folder, {})[path] = store.parse(path)
    return found


def shared(files: dict[str, dict[str, list[Triple]]]) -> set[str]:
    """The entities of closed lists, which no copy renames."""
    return {
        subject.value
        for path, triples in files["data"].items()
        if os.path.basename(path) in _LISTS
        for subject, _, _ in triples
    }


def template(triples: Iterable[Triple], same: set[str], graph: str | None) -> str:
    """Triples as text with marks; as N-Quads in a named graph and the default one, if named."""

    def own(term: Term) -> bool:
        known = term.kind == IRI and term.value.startswith(BASE)
        return known and term.value not in same and not term.value.startswith(_SHARED)

    def marked(term: Term) -> str:
        if own(term):
            head, slash, name = term.value.rpartition("/")
            return f"<{head}{slash}{_NAME}{name}>"
        if term.language:
            return Term.string(term.value + _WORDS, term.language).n3()
        return str(term.n3())

    lines = []
    for subject, predicate, value in triples:
        # What all copies share has the same labels in each.
        last = marked(value) if own(subject) or not value.language else value.n3()
        text = f"{marked(subject)} {predicate.n3()} {last}"
        lines.append(f"{text} .\n")
        if graph:
            lines.append(f"{text} <{graph}> .\n")
    return "".join(lines)


def copy(text: str, number: int) -> str:
    """One copy of a template; the first keeps its names."""
    name, words = (f"x{number}-", f" x{number}") if number else ("", "")
    return text.replace(_NAME, name).replace(_WORDS, words)


def unit() -> Iterator[tuple[str | None, list[Triple]]]:
    """What one copy of the synthetic corpus holds, by named graph; the schema comes first.

    Claims about every eighth subject, the entities that they name, their passages, and what the
    build derives from these.
    """
    files = by_folder()
    schema = [triple for triples in files["schema"].values() for triple in triples]
    yield GRAPH + "schema", schema
    about: dict[Term, list[Triple]] = {}
    for folder in ("data", "claims"):
        for triples in files[folder].values():
            for triple in triples:
                about.setdefault(triple[0], []).append(triple)
    subject_of = {
        s: o for f in files["claims"].values() for s, p, o in f if p.value == TWK + "subject"
    }
    chosen = set(sorted(set(subject_of.values()))[::EVERY])
    claims = [claim for claim, subject in subject_of.items() if subject in chosen]
    claimed = [triple for claim in claims for triple in about[claim]]
    ahead = [value for _, _, value in claimed]
    named: set[Term] = set()
    while ahead:
        term = ahead.pop()
        if term in about and term not in named and term not in subject_of:
            named.add(term)
            ahead += [value for _, _, value in about[term]]
    data = [triple for term in sorted(named) for triple in about[term]]
    yield GRAPH + "data", data
    yield GRAPH + "claims/000", claimed
    found_in = {value for _, p, value in claimed if p.value == TWK + "isFoundIn"}
    (passages,) = [t for path, t in files["derived"].items() if path.endswith("passages.ttl")]
    passages = [triple for triple in passages if triple[0] in found_in]
    yield _DERIVED + "passages", passages
    loaded = store.of_triples([*schema, *data, *claimed, *passages])
    for made in derive.MADE:
        yield _DERIVED + made.name, list(made.make(loaded))
    yield _DERIVED + "advice", advice.derived(loaded)
    yield _DERIVED + "disagreements", disagreements.derived(loaded)


def written(
    path: str,
    factor: int,
    *,
    named: bool = False,
    keep: Callable[[str], bool] = lambda graph: True,
) -> int:
    """Write the synthetic corpus so many times over, without holding it.

    :param path: the file to write.
    :param factor: how many copies.
    :param named: as N-Quads, each statement in its named graph too, instead of N-Triples.
    :param keep: for a graph's name, whether its statements are written.
    :returns: the number of triples.
    """
    same = shared(by_folder())
    parts = [(name, triples) for name, triples in unit() if name and keep(name)]
    once = [part for part in parts if part[0] == GRAPH + "schema"]
    often = [part for part in parts if part not in once]

    def text(chosen: list[tuple[str, list[Triple]]]) -> str:
        return "".join(template(t, same, name if named else None) for name, t in chosen)

    copied = text(often)
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(copy(text(once), 0))
        for number in range(factor):
            file.write(copy(copied, number))
    return sum(len(t) for _, t in once) + factor * sum(len(t) for _, t in often)


def tree(folder: str, factor: int) -> None:
    """The package with the whole graph so many times over, in a folder laid out as a checkout."""
    import shutil

    import twitchkg

    package = os.path.dirname(twitchkg.__file__)
    leave = shutil.ignore_patterns("__pycache__", "_data")
    shutil.copytree(package, os.path.join(folder, "src", "twitchkg"), ignore=leave)
    for name in ("ontology", "queries", "shapes"):
        shutil.copytree(os.path.join(resources.data_root(), name), os.path.join(folder, name))
    if factor > 1:
        files = by_folder()
        same = shared(files)
        for part in ("data", "claims", "mappings", "evidence", "derived"):
            for path, triples in files[part].items():
                text = template(triples, same, None)
                inside = os.path.relpath(path, resources.data_root())
                with open(os.path.join(folder, inside), "a", encoding="utf-8") as file:
                    file.writelines(copy(text, number) for number in range(1, factor))


def entity(number: int, *, outlook: bool = True) -> str:
    """The IRI of the entity in a copy about which most is said.

    :param outlook: whether something may be said about the outlook, too.
    """
    (stated,) = [triples for graph, triples in unit() if graph == _DERIVED + "assertions"]
    about = {s: o.value for s, p, o in stated if p.value == TWK + "subject"}
    left_out = {about[s] for s, p, o in stated if o.value == TWK + "hasPrognosis" and not outlook}
    names = [name for name in about.values() if name not in left_out]
    name = min(names, key=lambda iri: (-names.count(iri), iri)).removeprefix(TWD)
    return TWD + (f"x{number}-" if number else "") + name
