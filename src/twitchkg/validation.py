"""Checking a graph against the shapes: the one module that knows pySHACL."""

from __future__ import annotations

import os

from twitchkg import resources
from twitchkg.namespaces import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import rdflib

_SH = "http://www.w3.org/ns/shacl#"
_SEVERITIES = ("Violation", "Warning", "Info")


class ValidationResult:
    """One fault: what, where, why, and which shape found it.

    ``focus`` is the IRI of the node at fault, ``path`` and ``value`` the property and value if the
    shape names them, ``severity`` ``"Violation"``, ``"Warning"`` or ``"Info"``, ``shape`` the IRI
    of the shape or constraint, ``file`` the name of the file that describes the node, if known.
    """

    __slots__ = ("file", "focus", "message", "path", "severity", "shape", "value")

    def __init__(self, fields: Mapping[str, str], file: str | None) -> None:
        self.focus = fields["focusNode"]
        self.path = fields.get("resultPath")
        self.value = fields.get("value")
        self.severity = fields["resultSeverity"].removeprefix(_SH)
        self.message = " ".join(fields.get("resultMessage", "").split())
        self.shape = fields.get("sourceConstraint") or fields["sourceShape"]
        self.file = file

    def __str__(self) -> str:
        where = f" [{self.file}]" if self.file else ""
        return (
            f"{self.severity}: {compact(self.focus)}: {self.message} ({compact(self.shape)}){where}"
        )

    def __repr__(self) -> str:
        return f"<ValidationResult {self}>"


class ValidationReport:
    """What a validation found: ``results``, violations first."""

    __slots__ = ("results",)

    def __init__(self, results: Iterable[ValidationResult]) -> None:
        self.results = tuple(
            sorted(
                results,
                key=lambda r: (
                    _SEVERITIES.index(r.severity),
                    *(r.file or "", r.focus, r.shape, r.value or "", r.message),
                ),
            )
        )

    def conforms(self, *, strict: bool = False) -> bool:
        """Whether there are no violations; with ``strict``, no warnings either."""
        failing = ("Violation", "Warning") if strict else ("Violation",)
        return not any(result.severity in failing for result in self.results)

    def text(self) -> str:
        """The report as lines: one for each result, and a last one that sums up."""
        counts = dict.fromkeys(_SEVERITIES, 0)
        for result in self.results:
            counts[result.severity] += 1
        verdict = "conforms" if self.conforms() else "does not conform"
        summary = f"The graph {verdict}: {counts['Violation']} violations, "
        summary += f"{counts['Warning']} warnings, {counts['Info']} hints."
        return "\n".join([*map(str, self.results), summary])


def validate(
    data: rdflib.Graph, shapes: rdflib.Graph, files: Mapping[str, str] | None = None
) -> ValidationReport:
    """Check a graph against shapes.

    :param data: schema, entities and claims as one graph.
    :param shapes: the shapes.
    :param files: for each subject, the name of the file that describes it.
    :returns: the faults found.
    """
    import pyshacl
    from rdflib import RDF, BNode, Graph, URIRef

    # The types are untyped in pySHACL: what it gives is a triple of bool, graph and text.
    _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False)
    assert isinstance(report, Graph)
    found = []
    for node in report.subjects(RDF.type, URIRef(_SH + "ValidationResult")):
        fields: dict[str, str] = {}
        for prop, value in report.predicate_objects(node):
            key = str(prop).removeprefix(_SH)
            # A nameless shape or constraint tells a reader nothing.
            if not (isinstance(value, BNode) and key in ("sourceConstraint", "value")):
                fields[key] = str(value)
        found.append(ValidationResult(fields, (files or {}).get(fields["focusNode"])))
    return ValidationReport(found)


def subject_files(paths: Iterable[str]) -> dict[str, str]:
    """The name of the last file that describes each subject."""
    from twitchkg import store

    found: dict[str, str] = {}
    root = resources.data_root()
    for path in paths:
        inside = os.path.relpath(path, root)
        name = path if inside.startswith(os.pardir) else inside
        derived = os.sep + "derived" + os.sep in path
        for subject, _, _ in store.parse(path):
            if not (derived and subject.value in found):
                found[subject.value] = name
    return found
