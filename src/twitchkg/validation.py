"""Checking a graph against the shapes: the one module that knows pySHACL."""

from __future__ import annotations

import os
import re

from twitchkg import rdf, resources, sparql
from twitchkg.errors import DataError
from twitchkg.namespaces import (
    BASE,
    DCTERMS,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    TWC,
    TWD,
    TWK,
    TWS,
    TWSRC,
    compact,
)
from twitchkg.terms import BNODE, IRI

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import rdflib

    from twitchkg.extension import Extension
    from twitchkg.results import Triple
    from twitchkg.terms import Term

_SH = PREFIXES["sh"]
_OURS = (TWK, TWC, TWS, TWSRC)
_DEFINING = {
    *(RDF + "type", RDFS + "label", SKOS + "prefLabel", SKOS + "definition", SKOS + "broader"),
    *(OWL + "sameAs", OWL + "deprecated", DCTERMS + "isReplacedBy", TWK + "isPartOf"),
}
_SEVERITIES = ("Violation", "Warning", "Info")
_IRI = re.compile(r"https?://[^\s<>\"{}|^`\\]*[^\s<>\"{}|^`\\.,;:)]")
_TARGETS = {
    *(_SH + "targetClass", _SH + "targetNode", _SH + "targetObjectsOf", _SH + "targetSubjectsOf"),
}
NAMELESS = "[]"
"""What stands for a blank node, whose name changes with every run."""


class ValidationResult:
    """One fault: where, what, why, and which rule found it.

    :param focus: the IRI of the node at fault, or ``"[]"`` for a blank node.
    :param path: the IRI of the property at fault, or ``None``.
    :param value: the value at fault, an IRI or the text of a literal, or ``None``.
    :param severity: ``"Violation"``, ``"Warning"`` or ``"Info"``.
    :param message: what must hold and how to repair it, in one line.
    :param shape: the IRI of the property shape or constraint that found the fault.
    :param component: the IRI of the kind of constraint, such as ``sh:MinCountConstraintComponent``.
    :param file: the name of the file that describes the node at fault, or ``None``.
    """

    __slots__ = (*("component", "file", "focus", "message", "path", "severity", "shape", "value"),)

    def __init__(
        self,
        focus: str,
        path: str | None,
        value: str | None,
        severity: str,
        message: str,
        shape: str,
        component: str,
        file: str | None,
    ) -> None:
        self.focus = focus
        self.path = path
        self.value = value
        self.severity = severity
        self.message = message
        self.shape = shape
        self.component = component
        self.file = file

    def __str__(self) -> str:
        where = f" [{self.file}]" if self.file else ""
        return (
            f"{self.severity}: {compact(self.focus)}: {self.message} ({compact(self.shape)}){where}"
        )

    def __repr__(self) -> str:
        return f"<ValidationResult {self}>"


class ValidationReport:
    """What a validation found: ``results``, violations first, always in the same order.

    >>> ValidationReport([]).conforms(strict=True)
    True
    >>> print(ValidationReport([]).text())
    The graph conforms: 0 violations, 0 warnings, 0 hints.
    """

    __slots__ = ("results",)

    def __init__(self, results: Iterable[ValidationResult]) -> None:
        self.results: tuple[ValidationResult, ...] = tuple(sorted(results, key=_order))

    def conforms(self, strict: bool = False) -> bool:
        """Whether there are no violations.

        :param strict: let warnings fail too.
        """
        failing = ("Violation", "Warning") if strict else ("Violation",)
        return not any(result.severity in failing for result in self.results)

    def text(self) -> str:
        """The report as lines: one for each result, and a last one that sums up."""
        counts = dict.fromkeys(_SEVERITIES, 0)
        for result in self.results:
            counts[result.severity] += 1
        verdict = "conforms" if self.conforms() else "does not conform"
        parts = (
            _counted(counts["Violation"], "violation"),
            _counted(counts["Warning"], "warning"),
            _counted(counts["Info"], "hint"),
        )
        return "\n".join([*map(str, self.results), f"The graph {verdict}: {', '.join(parts)}."])


def validate(
    data: rdflib.Graph,
    shapes: rdflib.Graph,
    focus_files: Mapping[str, str] | None = None,
    triples: Iterable[Triple] | None = None,
) -> ValidationReport:
    """Check a graph against shapes.

    Nothing is inferred: a node is of a class if the graph says so, or says it of a subclass.

    :param data: schema, entities, claims and what is derived from them, as one graph.
    :param shapes: the shapes.
    :param focus_files: for each subject, the name of the file that describes it.
    :param triples: those of ``data``, where they are at hand.
    :returns: the faults found.
    :raises DataError: if the shapes themselves are faulty.
    """
    import warnings

    import pyshacl

    from twitchkg import store

    try:
        engine = store.of_triples(rdf.triples(data) if triples is None else triples)
        asked = rdf.answered_by(
            data, lambda text, values: engine.query(sparql.prebound(text, values))
        )
        targeted = rdf.of_triples(_targeted(list(rdf.triples(shapes))))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about literals that do not fit their datatype
            _, report, _ = pyshacl.validate(
                asked, shacl_graph=targeted, inference="none", advanced=False
            )
    except Exception as error:  # pySHACL has no base class for what goes wrong in shapes
        raise _faulty(error) from error
    if not hasattr(report, "triples"):  # pySHACL returns what went wrong in place of a graph
        raise _faulty(report)
    return ValidationReport(_results(report, focus_files or {}))


def redefinitions(
    own: Iterable[str], bundled: Iterable[str], read: Mapping[str, Iterable[Triple]]
) -> list[ValidationResult]:
    """What a user's files say of terms, claims and sources that the bundled graph describes.

    Entities may get further names and links; what a term means, or a claim says, is not the user's
    to change.

    :param own: the user's files.
    :param bundled: the files of the bundled graph.
    :param read: the triples of files that were read already, all of the user's among them.
    """
    said = _said(path for path in bundled if path not in read)
    said.update(triple for path in bundled for triple in read.get(path, ()))
    known = {subject for subject, _, _ in said if subject.value.startswith(_OURS)}
    return [
        _own_fault(
            path,
            triple,
            _redefining(triple),
            "redefinition",
        )
        for path in own
        for triple in read[path]
        if triple[0] in known and triple not in said
    ]


def own_faults(own: Extension) -> list[ValidationResult]:
    """What a folder of a user's own says that only twitchkg may say.

    That is: what terms, claims, shapes and other records of twitchkg say; what its entities are and
    are called; and new names in its namespaces, which a later release may give to something else.

    :param own: the folder.
    """
    from twitchkg import store

    files = {path: store.parse(path) for path in (*own.curated(), *own.shapes())}
    graph = store.bundled()
    shapes = _said(resources.files("shapes", ".ttl"))
    shaped = {subject.value for subject, _, _ in shapes}
    found = []
    for path, triples in files.items():
        for triple in triples:
            subject, predicate, value = triple
            if not subject.value.startswith(BASE) or triple in shapes or graph.has(triple):
                continue
            rule, message = "redefinition", ""
            if subject.value not in shaped and not graph.describes(subject.value):
                rule = "minting"
                message = (
                    f"Your file must not mint {compact(subject.value)}: the namespaces of twitchkg "
                    "are its own. Use a base of your own, such as https://example.org/own/."
                )
            elif not subject.value.startswith(TWD):
                message = _redefining(triple)
            elif predicate.value in _DEFINING:
                message = (
                    f"Your file must not redefine {compact(subject.value)}: it adds "
                    f"{compact(predicate.value)} {compact(value.value)}. Give it a skos:altLabel, "
                    "or describe an entity of your own."
                )
            if message:
                found.append(_own_fault(path, triple, message, rule))
    return found


def _said(paths: Iterable[str]) -> set[Triple]:
    from twitchkg import store

    return {triple for path in paths for triple in store.parse(path)}


def _redefining(triple: Triple) -> str:
    subject, predicate, value = triple
    return (
        f"Your file must not redefine {compact(subject.value)}, which twitchkg "
        f"describes: it adds {compact(predicate.value)} {compact(value.value)}. "
        "Take the statement out, or mint a term in a base of your own."
    )


def _own_fault(path: str, triple: Triple, message: str, rule: str) -> ValidationResult:
    subject, predicate, value = triple
    return ValidationResult(
        subject.value,
        predicate.value,
        _name(value),
        "Violation",
        message,
        f"{TWS}OwnFile-{rule}",
        _SH + "NotConstraintComponent",
        path,
    )


def subject_files(files: Mapping[str, Iterable[Triple]]) -> dict[str, str]:
    """The file that describes each subject.

    :param files: the triples of each file, by its path.
    :returns: for the IRI of each subject the name of its file: the last one of those that name it,
        a derived file only where there is no other. Bundled files are named from the data folder.
    """
    found: dict[str, str] = {}
    for path, triples in files.items():
        name = resources.shown(path)
        derived = f"{os.sep}derived{os.sep}" in path
        for subject, _, _ in triples:
            if not (derived and subject.value in found):
                found[subject.value] = name
    return found


def _targeted(shapes: list[Triple]) -> list[Triple]:
    """The shapes, with the targets of each node shape handed on to its property shapes.

    That finds the same faults: what a property shape reports, it reports in its own name. But
    pySHACL checks a property shape with targets of its own for all nodes at once, and one that a
    node shape calls for each node anew, which takes four times as long.
    """
    targets: dict[Term, list[tuple[Term, Term]]] = {}
    kept = {node for node, name, _ in shapes if name.value in (_SH + "deactivated", _SH + "path")}
    for node, name, value in shapes:
        if name.value in _TARGETS and node not in kept:
            targets.setdefault(node, []).append((name, value))
    made: list[Triple] = []
    for node, name, value in shapes:
        if name.value == _SH + "property" and node in targets:
            made += [(value, target, where) for target, where in targets[node]]
        else:
            made.append((node, name, value))
    return made


def _results(report: rdflib.Graph, files: Mapping[str, str]) -> list[ValidationResult]:
    """The results of a report graph."""
    about: dict[Term, dict[str, Term]] = {}
    for subject, predicate, value in rdf.triples(report):
        about.setdefault(subject, {})[predicate.value] = value
    return [
        _result({name.removeprefix(_SH): value for name, value in fields.items()}, files)
        for fields in about.values()
        if (kind := fields.get(RDF + "type")) and kind.value == _SH + "ValidationResult"
    ]


def _result(fields: Mapping[str, Term], files: Mapping[str, str]) -> ValidationResult:
    focus, path, value = fields["focusNode"], fields.get("resultPath"), fields.get("value")
    rule = fields.get("sourceConstraint")
    # A rule that looks at many nodes from one place gives the node at fault as its value.
    described = value if rule and value and value.value in files else focus
    return ValidationResult(
        focus=_name(focus),
        path=path.value if path and path.kind == IRI else None,
        value=_name(value) if value else None,
        severity=fields["resultSeverity"].value.removeprefix(_SH),
        message=_one_line(fields["resultMessage"].value),
        shape=_name(rule if rule and rule.kind == IRI else fields["sourceShape"]),
        component=fields["sourceConstraintComponent"].value,
        file=files.get(described.value),
    )


def _name(term: Term) -> str:
    return NAMELESS if term.kind == BNODE else term.value


def _one_line(message: str) -> str:
    """A message in one line, with IRIs as CURIEs."""
    return _IRI.sub(lambda match: compact(match[0]), " ".join(message.split()))


def _order(result: ValidationResult) -> tuple[int, str, str, str, str, str, str]:
    return (
        _SEVERITIES.index(result.severity),
        *(result.file or "", result.focus, result.shape),
        *(result.path or "", result.value or "", result.message),
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _faulty(error: object) -> DataError:
    reason = " ".join(str(error).split())[:200].rstrip(".")
    return DataError(
        f"The shapes cannot be checked: {reason or type(error).__name__}. Mend the shapes, or "
        "install twitchkg again."
    )
