"""Every shape and every constraint: what passes, and what fails for exactly that reason.

``tests/cases/<NodeShape>/`` holds Turtle files of two kinds:

- ``valid-<what>.ttl`` is a near miss, in which no shape finds anything;
- ``invalid-<property>.ttl``, or ``invalid-<property>-<what>.ttl``, holds one fault or several, all
  of them found by ``tws:<NodeShape>-<property>``. A constraint that a node shape has itself stands
  in the place of the property, as in ``NamedThingShape/invalid-nodeKind.ttl``.

Each is checked together with the schema and ``tests/cases/base.ttl``. The comments at its top say
in words what is in it, and then, where needed, line by line:

- ``# remove: twc:900-0004 twk:isFoundIn`` takes triples out of the base, as in ``changes.py``;
- ``# severity: Warning`` where the fault is no violation;
- ``# expect: tws:EntityShape-label`` where another shape reports the fault, because the folder's is
  a shape without targets that others use;
- ``# also: tws:AdviceClassShape-claims`` where a second shape cannot help finding the same fault.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pyshacl
import pytest
import rdflib
import topbraided
from changes import CASES, applied, base, changed, delta, directives, expand, read_graph
from rdflib import OWL, RDF, RDFS, SH, BNode, URIRef

from twitchkg import resources, validation
from twitchkg.namespaces import PREFIXES
from twitchkg.validation import NAMELESS, ValidationReport

TWS = PREFIXES["tws"]
FILES = sorted(CASES.glob("*/*.ttl"))
INVALID = [path for path in FILES if path.stem.startswith("invalid-")]
VALID = [path for path in FILES if path.stem.startswith("valid-")]
BASE_WARNINGS: frozenset[str] = frozenset()
"""The shapes that may warn of the base."""

# What SHACL calls a parameter and these shapes use; a qualified value shape counts by its numbers.
PARAMETERS = {
    URIRef(str(SH) + name)
    for name in (
        *("class", "datatype", "disjoint", "hasValue", "in", "languageIn", "lessThan"),
        *("lessThanOrEquals", "maxCount", "maxInclusive", "minCount", "minInclusive", "minLength"),
        *("nodeKind", "or", "pattern", "qualifiedMaxCount", "qualifiedMinCount", "sparql"),
    )
}
# What describes a shape without asking for anything.
DESCRIPTION = {
    *(RDF.type, RDFS.label, SH.message, SH.path, SH.property, SH.qualifiedValueShape, SH.severity),
    *(SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf),
}
TARGETS = (SH.targetClass, SH.targetNode, SH.targetObjectsOf, SH.targetSubjectsOf)


class Case(NamedTuple):
    """What the comments at the top of a case say."""

    shapes: frozenset[str]
    severity: str
    removes: bool


def name(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@cache
def read(path: Path) -> Case:
    given = directives(path)
    assert set(given) <= {"remove", "severity", "expect", "also"}, name(path)
    kind, prop, *_ = path.stem.split("-")
    shape = TWS + path.parent.name
    if (shape_ := f"{shape}-{prop}") in reported():
        shape = shape_
    expected = {expand(other) for other in given.get("expect", [])} or {shape}
    expected |= {expand(other) for other in given.get("also", [])}
    severity = given.get("severity", ["Violation"])[0]
    return Case(frozenset(expected if kind == "invalid" else ()), severity, "remove" in given)


@cache
def shapes() -> rdflib.Graph:
    return read_graph(resources.files("shapes", ".ttl"))


@cache
def report(path: Path) -> ValidationReport:
    with applied(base(), path) as graph:
        return validation.validate(graph, shapes())


@cache
def node_shapes() -> frozenset[str]:
    return frozenset(map(str, shapes().subjects(RDF.type, SH.NodeShape)))


@cache
def reported() -> frozenset[str]:
    """The names under which faults are reported: property shapes, SPARQL constraints, node shapes.

    Left out are the shapes without targets, of which only those speak that use them.
    """
    return frozenset(shape for shape, _ in constraints(shapes()))


def constraints(graph: rdflib.Graph) -> set[tuple[str, str]]:
    """Each constraint that can report something, as the shape's name and the kind's IRI."""
    found = set()
    targeted = {shape for target in TARGETS for shape in graph.subjects(target, None)}
    targeted |= {part for shape in targeted for part in graph.objects(shape, SH.property)}
    for shape in targeted:
        for parameter, value in graph.predicate_objects(shape):
            if parameter in PARAMETERS:
                local = str(parameter).removeprefix(str(SH))
                kind = "SPARQL" if local == "sparql" else local[0].upper() + local[1:]
                source = value if local == "sparql" else shape
                found.add((str(source), f"{SH}{kind}ConstraintComponent"))
    return found


def untested(graph: rdflib.Graph) -> set[tuple[str, str]]:
    """The constraints of a graph of shapes that no case makes fail."""
    found = {(r.shape, r.component) for path in INVALID for r in report(path).results}
    return constraints(graph) - found


def helpers(graph: rdflib.Graph) -> set[str]:
    """The node shapes without targets, which other shapes use."""
    targeted = {str(shape) for target in TARGETS for shape in graph.subjects(target, None)}
    return set(node_shapes()) - targeted


def test_the_base_conforms() -> None:
    found = validation.validate(base(), shapes())
    assert {r.severity for r in found.results} <= {"Warning"}, found.text()
    assert {r.shape for r in found.results} == BASE_WARNINGS, found.text()


def test_every_file_is_a_case() -> None:
    assert len(FILES) > 200
    assert sorted([*INVALID, *VALID]) == FILES
    others = {path for path in CASES.rglob("*") if path.is_file()} - set(FILES)
    assert others == {CASES / "base.ttl"}


def test_every_shape_has_its_folder_with_cases_that_pass_and_fail() -> None:
    assert {TWS + path.name for path in CASES.iterdir() if path.is_dir()} == node_shapes()
    for cases in (INVALID, VALID):
        assert {TWS + path.parent.name for path in cases} == node_shapes()


@pytest.mark.parametrize("path", VALID, ids=name)
def test_what_is_valid_passes(path: Path) -> None:
    assert report(path).results == (), report(path).text()
    assert read(path).severity == "Violation", "a valid case expects nothing"


@pytest.mark.parametrize("path", INVALID, ids=name)
def test_what_is_invalid_fails_for_that_reason(path: Path) -> None:
    case, found = read(path), report(path)
    assert case.shapes <= reported(), f"{name(path)} expects what no shape reports"
    expected = {(case.severity, shape) for shape in case.shapes}
    assert {(r.severity, r.shape) for r in found.results} == expected, found.text()
    assert found.conforms() == (case.severity != "Violation")
    assert not found.conforms(strict=True)


def test_every_constraint_has_a_case_that_fails() -> None:
    assert len(constraints(shapes())) > 200
    assert untested(shapes()) == set()


def test_a_new_constraint_needs_a_case() -> None:
    graph = rdflib.Graph()
    graph += shapes()
    shape = URIRef(TWS + "SourceShape-title")
    graph.add((shape, SH.maxInclusive, rdflib.Literal(5)))
    graph.add((URIRef(TWS + "SourceShape"), SH.sparql, URIRef(TWS + "SourceShape-new")))
    assert untested(graph) == {
        (str(shape), f"{SH}MaxInclusiveConstraintComponent"),
        (TWS + "SourceShape-new", f"{SH}SPARQLConstraintComponent"),
    }


def test_every_parameter_is_known() -> None:
    """A parameter that this test does not know would need no case."""
    for kind in (SH.NodeShape, SH.PropertyShape):
        for shape in shapes().subjects(RDF.type, kind):
            unknown = set(shapes().predicates(shape)) - PARAMETERS - DESCRIPTION
            assert unknown == set(), shape


def test_every_property_has_a_value_that_passes() -> None:
    """The base or a valid case has a value for each property that a shape with targets checks."""
    graph = rdflib.Graph()
    for path in VALID:
        graph += changed(base(), path)
    used = set(graph.predicates())
    paths = 0
    for shape in shapes().subjects(RDF.type, SH.PropertyShape):
        nodes = [shapes().value(shape, SH.path)]
        iris = {node for node in nodes if isinstance(node, URIRef)}
        while nodes:  # a path may be nested
            values = [v for node in nodes if isinstance(node, BNode) for v in shapes()[node]]
            iris |= {value for p, value in values if p != RDF.rest and isinstance(value, URIRef)}
            nodes = [value for _, value in values]
        assert iris, shape
        assert iris - {RDF.nil} <= used, shape
        paths += 1
    assert paths > 80


@pytest.mark.parametrize("shape", sorted(helpers(shapes())), ids=lambda s: s.removeprefix(TWS))
def test_every_shape_that_others_use_makes_a_difference(shape: str) -> None:
    """Without any one of its constraints, a fault of its cases is no longer found."""
    cases = [path for path in INVALID if path.parent.name == shape.removeprefix(TWS)]
    tried = 0
    for parameter in {*shapes().predicates(URIRef(shape))} & (PARAMETERS | {SH.property}):
        graph = rdflib.Graph()
        graph += shapes()
        graph.remove((URIRef(shape), parameter, None))
        for path in cases:
            with applied(base(), path) as data:
                weaker = validation.validate(data, graph)
            if weaker.text() != report(path).text():
                tried += 1
                break
        else:
            pytest.fail(f"no case shows what {parameter} is for")
    assert tried


def test_another_validator_finds_the_same() -> None:
    """pySHACL by itself finds what this package finds by asking another engine.

    All cases of constraints in SPARQL make one graph, since each query takes rdflib long.
    """
    graph = rdflib.Graph()
    graph += base()
    asked = set(shapes().objects(None, SH.sparql))
    for path in INVALID:
        if {URIRef(shape) for shape in read(path).shapes} & asked and not read(path).removes:
            graph += read_graph([path])
    ours = {
        (r.severity, r.shape, r.component, r.focus, r.value)
        for r in validation.validate(graph, shapes()).results
    }
    _, found, _ = pyshacl.validate(graph, shacl_graph=shapes(), inference="none")
    assert isinstance(found, rdflib.Graph)

    def text(node: object) -> str | None:
        return NAMELESS if isinstance(node, BNode) else None if node is None else str(node)

    theirs = set()
    for result in found.subjects(RDF.type, SH.ValidationResult):
        severity = str(found.value(result, SH.resultSeverity)).removeprefix(str(SH))
        source = found.value(result, SH.sourceConstraint) or found.value(result, SH.sourceShape)
        component = found.value(result, SH.sourceConstraintComponent)
        focus, value = (text(found.value(result, p)) for p in (SH.focusNode, SH.value))
        theirs.add((severity, str(source), str(component), str(focus), value))
    assert {shape for _, shape, _, _, _ in ours} >= set(map(str, asked))
    assert ours == theirs


DIFFERENCES = {
    # STR of a blank node is an error in SPARQL, but Jena makes a text of it, which is not the name
    # that the passage must have. That passage is at fault, and another shape says so.
    "NamedThingShape/invalid-nodeKind": (
        "Violation",
        TWS + "SourceShape-passageNames",
        f"{SH}SPARQLConstraintComponent",
        "https://w3id.org/twitchkg/source/900",
        NAMELESS,
    ),
}
"""What TopQuadrant's engine alone finds, and why."""


@topbraided.needed
def test_a_second_engine_finds_the_same_in_every_case(tmp_path: Path) -> None:
    """TopQuadrant's engine supports every constraint, those in SPARQL too, which Jena answers."""
    deltas: dict[str, topbraided.Delta] = {name(path): delta(base(), path) for path in FILES}
    theirs = topbraided.found(tmp_path, base(), shapes(), {"the base": ((), ()), **deltas})
    assert theirs.pop("the base") == set()
    caught = set()
    for path in FILES:
        ours = {(r.severity, r.shape, r.component, r.focus, r.value) for r in report(path).results}
        more = {DIFFERENCES[name(path)]} if name(path) in DIFFERENCES else set()
        assert not more & ours, f"{name(path)} is no difference any more"
        assert theirs[name(path)] == ours | more, name(path)
        caught |= {(shape, component) for _, shape, component, _, _ in theirs[name(path)]}
    assert constraints(shapes()) <= caught, "a constraint that only one engine knows"


def test_messages_tell_the_fault_and_the_repair() -> None:
    said = 0
    for shape in {*shapes().subjects(SH.message), *map(URIRef, reported())}:
        messages = list(shapes().objects(shape, SH.message))
        if (shape, SH.sparql, None) in shapes():
            assert not messages, shape
            continue
        assert len(messages) == 1, shape
        (message,) = messages
        assert isinstance(message, rdflib.Literal)
        assert message.language == "en", shape
        assert re.fullmatch(r"[A-Z{].*\bmust\b.*[\w'\"}]\. [A-Z].*\.", str(message)), message
        if query := shapes().value(shape, SH.select):
            shown = set(re.findall(r"\{[?$](\w+)\}", str(message)))
            selected = set(re.findall(r"[?$](\w+)", str(query).split("WHERE")[0]))
            assert shown <= selected, shape
            assert {"this", "value"} <= selected, shape
        said += 1
    assert said > 100


def test_severities_are_written() -> None:
    """Nothing rests on what SHACL takes a missing severity for."""
    written = 0
    for source, _ in constraints(shapes()):
        shape = URIRef(source)
        if (shape, RDF.type, SH.SPARQLConstraint) in shapes():
            shape = next(s for s in shapes().subjects(SH.sparql, shape) if isinstance(s, URIRef))
        assert len(list(shapes().objects(shape, SH.severity))) == 1, source
        written += 1
    assert written


def test_shapes_name_only_what_the_ontology_declares() -> None:
    """A misspelt class or property in a shape would leave it without anything to check."""
    own = PREFIXES["twk"]
    known = {str(term) for term in base().subjects(RDF.type, None)}
    named = {str(node) for triple in shapes() for node in triple if isinstance(node, URIRef)}
    for query in shapes().objects(None, SH.select):
        named |= {own + local for local in re.findall(r"\btwk:(\w+)", str(query))}
    used = {node for node in named if node.startswith(own)}
    assert used
    assert used - known == set()
    for shape, target in shapes().subject_objects(SH.targetClass):
        assert target == OWL.Ontology or (target, RDF.type, OWL.Class) in base(), shape
