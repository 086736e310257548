"""What changed between two versions, and the step that each change calls for."""

from __future__ import annotations

from dataclasses import dataclass

from twitchkg.diff.content import MEMBER, SETS, TYPE, Content, is_own, statement
from twitchkg.diff.steps import Step
from twitchkg.namespaces import DCTERMS, OWL, PREFIXES, RDFS, SKOS, TWK, compact
from twitchkg.terms import IRI, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from twitchkg.diff.content import Fact

KINDS = {
    "term": "classes and properties",
    "entity": "entities and sources",
    "claim": "claims",
    "assertion": "assertions",
    "disagreement": "disagreements",
    "verdict": "verdicts",
    "advice": "advice",
    "query": "named queries",
    "answer": "answers of named queries",
    "inference": "inferences",
    "passage": "passages",
    "evidence": "records of references",
    "foreign": "terms of others",
    "axiom": "other axioms",
    "about": "descriptions of the graph itself",
}
"""The kinds of things that are compared, in the order in which they are told."""

_TERMS = {
    OWL + "Class",
    *(OWL + name for name in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty")),
    RDFS + "Datatype",
}
_RECORDS = {
    **{TWK + name.capitalize(): name for name in ("claim", "assertion", "disagreement")},
    **{TWK + name.capitalize(): name for name in ("verdict", "advice", "inference", "passage")},
    TWK + "AdviceSummary": "advice",
    TWK + "CuratedStatement": "inference",
    TWK + "Similarity": "inference",
    TWK + "Amount": "evidence",
    TWK + "AuthorisedFunction": "evidence",
    TWK + "FormList": "evidence",
    TWK + "MeasuredFood": "evidence",
    TWK + "ReferenceGroup": "evidence",
    PREFIXES["biolink"] + "DiseaseToPhenotypicFeatureAssociation": "evidence",
    PREFIXES["qudt"] + "QuantityValue": "evidence",
    PREFIXES["skosxl"] + "Label": "foreign",
    TWK + "ExternalTerm": "foreign",
}
_NAMED = ("term", "entity", "claim")
"""Kinds whose IRIs were chosen by a person, and are for ever; of others they follow from the
content."""

_ABOUT = tuple(PREFIXES[name] for name in ("void", "void-ext", "sh", "dcat", "spdx"))
_WORDING = {
    *(RDFS + name for name in ("label", "comment", "isDefinedBy", "seeAlso")),
    *(SKOS + name for name in ("prefLabel", "altLabel", "hiddenLabel", "definition", "example")),
    *(SKOS + name for name in ("note", "scopeNote", "editorialNote", "changeNote", "historyNote")),
    *(DCTERMS + name for name in ("title", "description", "abstract", "created", "modified")),
    *(PREFIXES["skosxl"] + name for name in ("prefLabel", "altLabel", "literalForm")),
    *(PREFIXES["biolink"] + name for name in ("agent_type", "knowledge_level")),
    PREFIXES["prov"] + "wasAttributedTo",
}
_DEFINITION = SKOS + "definition"
_MATCHES = {
    *(SKOS + name + "Match" for name in ("exact", "close", "broad", "narrow", "related")),
    TWK + "lacksTermIn",
}
_CORE = {
    *(TWK + name for name in ("subject", "predicate", "object", "objectValue", "isNegated")),
    DCTERMS + "source",
}
_BOUNDS = {
    *(RDFS + name for name in ("domain", "range")),
    *(OWL + name for name in ("disjointWith", "propertyDisjointWith", "complementOf", "hasKey")),
}
_BINDING = {
    OWL + name + "Property"
    for name in ("Functional", "InverseFunctional", "Asymmetric", "Irreflexive")
}
_DEPRECATED = OWL + "deprecated"
_REPLACED = DCTERMS + "isReplacedBy"


@dataclass(frozen=True)
class Change:
    """One thing that changed.

    :param kind: one of :data:`KINDS`.
    :param name: its IRI, or the name of a query.
    :param label: what people call it.
    :param action: ``"added"``, ``"removed"``, ``"deprecated"`` or ``"changed"``.
    :param step: the step that it calls for by itself.
    :param reason: why.
    :param removed: what the old version says of it and the new one does not.
    :param added: the reverse.
    """

    kind: str
    name: str
    label: str
    action: str
    step: Step
    reason: str
    removed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()


class Rules:
    """Judges what changed between two versions."""

    def __init__(self, old: Content, new: Content) -> None:
        self._old = old
        self._new = new
        # What follows from claims comes and goes with them; by what the schemas say, not by name.
        self._following: set[str] = set()
        kinds = {TWK + "StatementPredicate", OWL + "TransitiveProperty"}
        kinds |= {TWK + "ClaimPredicate", TWK + "ConclusionPredicate"}
        for content in (old, new):
            for subject, facts in content.facts.items():
                for predicate, value in facts:
                    if (predicate == TYPE and value.value in kinds) or (
                        predicate == OWL + "equivalentClass"
                    ):
                        self._following.add(subject)
                    elif predicate == TWK + "inferredClass":
                        self._following.add(value.value)

        # Who names the replacement of a deprecated term says the same as before.
        self._successors: dict[str, set[str]] = {}
        for subject in new.facts:
            if self._is_deprecated(subject):
                self._successors[subject] = set(self._replacements(subject))

    def changes(self) -> Iterator[Change]:
        """What changed, sorted by kind and name."""
        old, new = self._old.facts, self._new.facts
        subjects = {
            subject for subject in old.keys() | new.keys() if old.get(subject) != new.get(subject)
        }
        order = list(KINDS)
        sort = sorted((order.index(self._kind(subject)), subject) for subject in subjects)
        for place, subject in sort:
            yield self._change(order[place], subject)

    def _kind(self, subject: str) -> str:
        content = self._new if subject in self._new.facts else self._old
        if subject.startswith("["):
            return "axiom"
        types = content.types(subject)
        records = sorted(_RECORDS[type] for type in types if type in _RECORDS)
        if records:
            return "claim" if "claim" in records else records[0]
        if OWL + "Ontology" in types or any(type.startswith(_ABOUT) for type in types):
            return "about"
        if not is_own(subject):
            return "foreign"
        if types & _TERMS:
            return "term"
        if not types and any(p.startswith(_ABOUT) for p, _ in content.facts[subject]):
            return "about"
        return "entity"

    def _change(self, kind: str, subject: str) -> Change:
        before = self._old.facts.get(subject, set())
        now = self._new.facts.get(subject, set())
        lost, gained = before - now, now - before
        label = (self._new if now else self._old).label(subject)
        if not before:
            step = Step.PATCH if kind == "about" else Step.MINOR
            return Change(kind, subject, label, "added", step, "new")
        if not now:
            step, why = self._removal(kind)
            return Change(kind, subject, label, "removed", step, why)
        action, step, why = self._judged(kind, subject, lost, gained)
        shown = (tuple(sorted(map(statement, facts))) for facts in (lost, gained))
        return Change(kind, subject, label, action, step, why, *shown)

    def _removal(self, kind: str) -> tuple[Step, str]:
        if kind in _NAMED:
            return Step.MAJOR, "its IRI is gone; deprecate and keep it instead"
        if kind == "axiom":
            return Step.MAJOR, "what followed from it follows no more"
        if kind == "about":
            return Step.PATCH, "a description"
        return Step.MINOR, "it follows from other records" if kind != "foreign" else "of others"

    def _judged(
        self, kind: str, subject: str, lost: set[Fact], gained: set[Fact]
    ) -> tuple[str, Step, str]:
        """The action, the step and the reason for a subject that both versions have."""
        if kind == "about":
            return "changed", Step.PATCH, "a description"
        if any(p == _DEPRECATED and v.value in ("true", "1") for p, v in gained):
            return "deprecated", *self._deprecation(kind, subject)
        step, why = Step.PATCH, "wording"
        if any(predicate == _DEFINITION for predicate, _ in lost):
            why = "its definition was reworded; read whether it means the same"
        moved = {fact: after for fact in lost if (after := self._moved(fact) & gained)}
        if moved:
            step, why = Step.MINOR, "names the replacement of what is deprecated"
        after = set().union(*moved.values())
        judged = [self._lost(kind, fact) for fact in sorted(lost - moved.keys())]
        judged += [self._gained(kind, fact) for fact in sorted(gained - after)]
        for found, reason in judged:
            if found > step:
                step, why = found, reason
        return "changed", step, why

    def _deprecation(self, kind: str, subject: str) -> tuple[Step, str]:
        known = self._replacements(subject)
        if known:
            return Step.MINOR, f"replaced by {', '.join(map(compact, known))}"
        if kind not in ("term", "entity"):
            return Step.MINOR, "withdrawn; its IRI stays"
        if self._new.values(subject, _REPLACED):
            return Step.MAJOR, "its replacement is not in the graph"
        return Step.MAJOR, "deprecated without a replacement"

    def _is_deprecated(self, subject: str) -> bool:
        return any(v.value in ("true", "1") for v in self._new.values(subject, _DEPRECATED))

    def _replacements(self, subject: str) -> list[str]:
        """The terms of the new version that replace one, sorted."""
        named = [v.value for v in self._new.values(subject, _REPLACED) if v.kind == IRI]
        return [iri for iri in named if iri in self._new.facts and iri != subject]

    def _moved(self, fact: Fact) -> set[Fact]:
        """The fact with the replacements of its predicate or object, if they are deprecated."""
        predicate, value = fact
        predicates = {predicate} | self._successors.get(predicate, set())
        values = {value}
        if value.kind == IRI:
            values |= set(map(Term.iri, self._successors.get(value.value, ())))
        return {(p, v) for p in predicates for v in values} - {fact}

    def _lost(self, kind: str, fact: Fact) -> tuple[Step, str]:
        predicate, value = fact
        what = statement(fact)
        if predicate in _WORDING:
            return Step.PATCH, "wording"
        if kind == "claim":
            if predicate in _CORE:
                return Step.MAJOR, f"the claim says something else: no longer {what}"
            return Step.MINOR, "how or where the claim is made"
        if predicate in _MATCHES:
            return Step.MINOR, "a mapping"
        if predicate == MEMBER and value.value == SETS[0]:
            return Step.MINOR, "no longer among the things that differ"
        follows = predicate in self._following or (
            predicate == TYPE and value.value in self._following
        )
        if kind in ("term", "entity") and predicate != _DEPRECATED and not follows:
            return Step.MAJOR, f"it means something else: no longer {what}"
        return Step.MINOR, "follows from what changed elsewhere"

    def _gained(self, kind: str, fact: Fact) -> tuple[Step, str]:
        predicate, value = fact
        if predicate in _WORDING:
            return Step.PATCH, "wording"
        if kind == "claim" and predicate in _CORE:
            return Step.MAJOR, f"the claim says something else: {statement(fact)}"
        if kind == "term" and (
            predicate in _BOUNDS
            or (predicate == TYPE and value.value in _BINDING)
            or (predicate == MEMBER and value.value in SETS[1:])
        ):
            return Step.MAJOR, f"data that held may hold no more: {statement(fact)}"
        return Step.MINOR, "more is said"
