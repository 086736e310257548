"""What each module of the derivation makes of a small graph, in a form that files can hold.

A module is given, not imported, so that a mutant of it makes the same things.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from twitchkg import disagreements
from twitchkg.errors import HeaderError
from twitchkg.namespaces import OWL, RDF, RDFS
from twitchkg.store import Store
from twitchkg.terms import BNODE, XSD, Term

if TYPE_CHECKING:
    from twitchkg.results import Triple

CASES = Path(__file__).parent / "derivation"
EXAMPLE = "http://example.org/"
MADE_GRAPH = EXAMPLE + "made/"
Makers = dict[str, Callable[[Store], "Iterable[Triple]"]]


def _derive(module: ModuleType) -> Makers:
    def copies(given: Store) -> Iterator[Triple]:
        for source, leader in module.independent(given).items():
            yield source, Term.iri(MADE_GRAPH + "countsAs"), leader

    def behind(given: Store) -> Iterator[Triple]:
        for (subject, property_, value), claims in module.qualified_claims(given).items():
            listed = " ".join(term.value.removeprefix(EXAMPLE) for term in (value, *claims))
            yield subject, property_, Term.string(listed)

    makers = {made.name: made.make for made in module.MADE}
    return {**makers, "copies": copies, "behind": behind}


def _disagreements(module: ModuleType) -> Makers:
    def read(given: Store) -> Iterator[Triple]:
        for kind in (None, *module.KINDS):
            found = module.found(given, kind) if kind else module.found(given)
            for place in range(len(found)):
                one = found[place]
                said = f"{place} {one.kind}; {one.rule}; {one.question} {one.sentence}"
                yield (
                    Term.iri(repr(one.iri)[5:-2]),  # what stands in Iri('')
                    Term.iri(f"{MADE_GRAPH}of-{kind or 'any-kind'}"),
                    Term.string(f"{said} {list(one.claims)}"),
                )

    def pairs(given: Store) -> Iterator[Triple]:
        for rule in disagreements.rules():
            for claim, other, topics in module.pairs(given, rule):
                about = ", ".join(topic.value for topic in topics)
                said = f"{rule.name}: {claim!r}, {other!r}; {about}"
                yield Term.iri(claim), Term.iri(MADE_GRAPH + "pair"), Term.string(said)

    def rules(given: Store) -> Iterator[Triple]:
        for row in given.query(f"SELECT ?folder WHERE {{ ?case <{EXAMPLE}reads> ?folder }}"):
            folder = str(row["folder"])
            root = CASES / "disagreements" / "rules" / folder
            try:
                said = [
                    f"{rule.name}: {rule.kind}; {rule.summary} {rule.sentence} {rule.topics}"
                    for rule in module.rules(str(root))
                ]
            except HeaderError as error:
                said = [str(error).replace(str(root), "")]
            for place, line in enumerate(said):
                yield (
                    Term.iri(EXAMPLE + folder),
                    Term.iri(f"{MADE_GRAPH}{place}"),
                    Term.string(line),
                )

    return {"disagreements": module.derived, "read": read, "pairs": pairs, "rules": rules}


def _conclusions(module: ModuleType) -> Makers:
    def facts(given: Store) -> Iterator[Triple]:
        for (subject, predicate, value), records in module.given(given)[1].items():
            behind = [record.value.removeprefix(EXAMPLE) for record in records]
            shown = value.value.removeprefix(EXAMPLE)
            yield subject, predicate, Term.string(" ".join([f"{value.kind} {shown}:", *behind]))

    return {**{made.name: made.make for made in module.MADE}, "facts": facts}


def _entailment(module: ModuleType) -> Makers:
    """What follows from the graph ``facts`` of a case by the axioms in all of it, and why."""
    facts = f"SELECT ?s ?p ?o WHERE {{ GRAPH <{EXAMPLE}facts> {{ ?s ?p ?o }} }}"
    long = {OWL: "owl:", RDFS: "rdfs:", RDF: "rdf:", XSD: "xsd:", EXAMPLE: "", "<": "", ">": ""}

    @cache
    def read(given: Store) -> tuple[Any, Any]:
        # What is said twice counts once.
        axioms = module.Axioms([*given.triples(), *given.triples()])
        stated = [tuple(map(known, row.terms)) for row in given.query(facts).rows]
        return axioms, module.Entailed(axioms, [*stated, *stated])

    def said(axioms: Any, triples: Iterable[Triple]) -> str:
        text = ", ".join(" ".join(map(axioms.form, triple)) for triple in triples)
        for iri, short in long.items():
            text = text.replace(iri, short)
        return text or "nothing"

    def because(axioms: Any, found: Any, proof: Any) -> str:
        parts = {
            proof.rule: proof.premises,
            "asserted": found.leaves(proof)[:],
            "by": proof.axiom,
            "after": [triple for used in found.used_axioms(proof)[:-1] for triple in used],
        }
        return "; ".join(f"{part}: {said(axioms, parts[part])}" for part in parts)

    def proofs(given: Store) -> Iterator[Triple]:
        axioms, found = read(given)
        for triple, known in found.proofs.items():
            for number, proof in enumerate(known):
                text = f"{said(axioms, [triple])} ({number}): {because(axioms, found, proof)}"
                yield triple[0], triple[1], Term.string(text)

    def clashes(given: Store) -> Iterator[Triple]:
        axioms, found = read(given)
        for number, clash in enumerate(found.clashes):
            text = f"{number} {because(axioms, found, clash)}"
            yield Term.iri(EXAMPLE + "it"), Term.iri(EXAMPLE + "clashes"), Term.string(text)

    def kept(given: Store) -> Iterator[Triple]:
        axioms, found = read(given)
        for triple in given.triples():
            if triple[0].kind != BNODE:
                text = f"{said(axioms, [triple])}: {triple in found}"
                yield triple[0], Term.iri(EXAMPLE + "holds"), Term.string(text)
        for class_ in {triple[2] for triple in found.proofs if triple[1] == module.TYPE}:
            for member in found.members(class_):
                yield class_, Term.iri(EXAMPLE + "member"), member
        compared = {
            triple[2] for triple in given.triples() if triple[1].value == f"{EXAMPLE}hasOne"
        }
        for one, other in itertools.product(compared, repeat=2):
            if found.differ(one, other):
                yield (
                    Term.iri(EXAMPLE + "it"),
                    Term.iri(EXAMPLE + "differs"),
                    Term.string(f"{one.value} {other.value}"),
                )

    def expressions(given: Store) -> Iterator[Triple]:
        axioms, _ = read(given)
        for subject in {triple[0] for triple in axioms.triples if triple[0].kind != BNODE}:
            roots = [t for t in axioms.triples if t[0] == subject and t[2].kind == BNODE]
            whole = sorted(said(axioms, [triple]) for triple in axioms.closed(*roots)[:])
            yield subject, Term.iri(EXAMPLE + "closed"), Term.string(" | ".join(whole))
        repeated = sorted(said(axioms, [triple]) for triple in axioms.repeated())
        for number, text in enumerate(repeated):
            yield Term.iri(f"{EXAMPLE}{number}"), Term.iri(EXAMPLE + "repeated"), Term.string(text)
        for one, other, axiom in axioms.disjoint:
            yield (
                one,
                Term.iri(EXAMPLE + "disjoint"),
                Term.string(said(axioms, [(one, one, other), *axiom])),
            )

    return {"proofs": proofs, "clashes": clashes, "kept": kept, "expressions": expressions}


def known(term: Term | None) -> Term:
    assert term is not None
    return term


MODULES: dict[str, Callable[[ModuleType], Makers]] = {
    "derive": _derive,
    "disagreements": _disagreements,
    "advice": lambda module: {"advice": module.derived},
    "conclusions": _conclusions,
    "entailment": _entailment,
    "verdicts": lambda module: {
        "verdicts": module.verdicts,
        "counterparts": module.counterparts,
    },
}
"""For each module what it makes, by the name of the graph in its cases."""
