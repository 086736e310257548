"""Whether schema, entities and plain edges hold together, what follows, and why.

A reasoner decides (see ``reasoning``). What it finds is explained by the rules of ``entailment``
where they suffice, and by leaving statements out, one after the other, where not.
"""

from __future__ import annotations

from twitchkg import derive, extension, reasoning, resources, store
from twitchkg.entailment import TYPE, Axioms, Entailed, Proof
from twitchkg.errors import DataError, ParameterError
from twitchkg.manchester import axiom
from twitchkg.namespaces import GRAPH, OWL, RDF, RDFS, TWK, compact
from twitchkg.terms import BNODE, IRI, LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from twitchkg.results import Triple

_ANNOTATIONS = tuple(RDFS + name for name in ("label", "comment", "isDefinedBy", "seeAlso"))
_RECORDS = ("Caution", "DerivedRecord", "Passage", "Source", "Statement")
_PARTS = ("schema", "data", "derived/edges", "derived/qualified", "derived/different")


class Statement:
    """A statement of an explanation.

    ``text`` is the statement on one line, ``triples`` what it is made of, ``theirs`` whether it
    comes from the user's files.
    """

    __slots__ = ("text", "theirs", "triples")

    def __init__(self, text: str, triples: tuple[Triple, ...], theirs: bool) -> None:
        self.text = text
        self.triples = triples
        self.theirs = theirs

    def __str__(self) -> str:
        return f"{'yours' if self.theirs else 'ours'}: {self.text}"

    def __repr__(self) -> str:
        return f"<Statement {self}>"


def _is_read(path: str) -> bool:
    return (resources.graph_name(path) or "").removeprefix(GRAPH) in _PARTS


class ReasoningReport:
    """What a reasoner found.

    ``consistent``: whether the statements can all hold. ``unsatisfiable``: the IRIs of classes that
    can have no member. ``inferred``: the edges and types that follow beyond superclasses and
    transitive closures. ``new``: those of them that the bundled graph does not have.
    ``explanations``: for each contradiction found a smallest set of statements that cannot all
    hold, or for an inference that was asked about one from which it follows.
    """

    __slots__ = ("consistent", "explanations", "inferred", "new", "reasoner", "unsatisfiable")

    def __init__(self, reasoner: str) -> None:
        self.reasoner = reasoner
        self.consistent = True
        self.unsatisfiable: tuple[str, ...] = ()
        self.inferred: tuple[Triple, ...] = ()
        self.new: tuple[Triple, ...] = ()
        self.explanations: tuple[tuple[Statement, ...], ...] = ()

    @property
    def sound(self) -> bool:
        """Whether the statements are consistent and every class can have members."""
        return self.consistent and not self.unsatisfiable

    def text(self) -> str:
        """The report as lines, the verdict first."""
        lines = []
        if not self.consistent:
            lines.append("Inconsistent: these statements cannot all hold.")
        elif self.unsatisfiable:
            names = ", ".join(compact(iri) for iri in self.unsatisfiable)
            lines.append(f"Consistent, but these classes can have no member: {names}.")
        else:
            lines.append(
                f"Consistent; every class can have members. {len(self.inferred)} edges and types "
                f"follow, {len(self.new)} of them new to the bundled graph."
            )
            lines += [f"  {axiom((triple,))}" for triple in self.new]
        for number, explanation in enumerate(self.explanations):
            lines += [""] if number else []
            lines += [f"  {statement}" for statement in explanation]
        return "\n".join(lines)


class Ontology:
    """What a reasoner reads: the bundled schema, entities and plain edges, and the user's files.

    Of the user's claims only the plain edges that they yield are read.

    :param files: the user's files.
    :raises DataError: if one does not parse, or is not within OWL 2 DL.
    :raises twitchkg.errors.FileAccessError: if one cannot be read.
    """

    def __init__(self, files: Sequence[str] = ()) -> None:
        bundled = [path for path in resources.ontology_files() if _is_read(path)]
        self.ours: dict[Triple, None] = {}
        for path in bundled:
            self.ours |= dict.fromkeys(store.parse(path))
        self.theirs: dict[Triple, None] = {}
        for path, _ in extension.own_parts(files):
            self.theirs |= {t: None for t in store.parse(path) if t not in self.ours}
        if files:
            self._add_claimed(files)
        self.theirs = dict.fromkeys(self._logical(self.theirs, self.ours))
        faults = outside_dl([*self.ours, *self.theirs], set(self.theirs))
        if faults:
            raise DataError(f"Your file is not within OWL 2 DL: {faults[0]}")
        self.ours = dict.fromkeys(self._logical(self.ours, {}))
        for triple in Axioms(self.ours).repeated():
            del self.ours[triple]

    @property
    def triples(self) -> list[Triple]:
        """All triples that the reasoner reads, ours first."""
        return [*self.ours, *self.theirs]

    def _add_claimed(self, files: Sequence[str]) -> None:
        """The edges that claims in the user's files yield."""
        if not any(t[2].value == TWK + "Claim" and t[1] == TYPE for t in self.theirs):
            return
        graph = store.of_parts(extension.parts(files, built=False))
        known = self.ours
        made = [*derive.edges(graph), *derive.qualified(graph)]
        self.theirs |= {edge: None for edge in made if edge not in known}

    @staticmethod
    def _logical(triples: Iterable[Triple], others: Iterable[Triple]) -> list[Triple]:
        """The triples without annotations, ontology headers and records such as claims."""
        listed = list(triples)
        about = [*listed, *others]
        annotations = {Term.iri(iri) for iri in _ANNOTATIONS}
        annotations |= {s for s, p, o in about if o.value == OWL + "AnnotationProperty"}
        left_out = {
            s for s, p, o in listed if p == TYPE and o.value in (OWL + "Ontology", *_records(about))
        }
        return [t for t in listed if t[1] not in annotations and t[0] not in left_out]


def reason(
    files: Sequence[str] = (),
    *,
    reasoner: str = "hermit",
    timeout: float = 120.0,
    memory: int = 2000,
    explain: tuple[str, str, str] | None = None,
    progress: Callable[[str], object] = lambda text: None,
) -> ReasoningReport:
    """Reason over the bundled graph together with the user's files.

    :param files: the user's own files.
    :param reasoner: ``"hermit"`` or ``"pellet"``.
    :param timeout: seconds that the reasoner may take, explanations included.
    :param memory: megabytes that it may take.
    :param explain: subject, predicate and object of an inference to explain, as IRIs.
    :param progress: is called with what is done next.
    :returns: the report.
    :raises ParameterError: if there is no such reasoner, or the inference does not follow.
    :raises DataError: if a file does not parse or is not within OWL 2 DL.
    :raises MissingExtraError: if no fitting Java is found.
    :raises ReasonerError: if the reasoner fails, or exceeds its time or memory.
    """
    from time import monotonic

    if reasoner not in reasoning.REASONERS:
        raise ParameterError(
            f"There is no reasoner '{reasoner}'. Use {' or '.join(reasoning.REASONERS)}."
        )
    end = monotonic() + timeout
    progress("reading")
    ontology = Ontology(files)
    reasoning.java(reasoner)
    report = ReasoningReport(reasoner)
    progress(f"{reasoner} is reasoning, for {timeout:g} seconds at most")
    answer = reasoning.run(ontology.triples, reasoner, timeout, memory)
    report.consistent = answer is not None
    explainer = Explainer(ontology, lambda: end - monotonic(), memory)
    if answer is None:
        progress("finding why it is inconsistent")
        report.explanations = (explainer.inconsistency(),)
        return report
    report.unsatisfiable = answer.unsatisfiable
    if answer.unsatisfiable:
        progress("finding why classes can have no member")
    report.explanations = tuple(explainer.unsatisfiable(iri) for iri in answer.unsatisfiable)
    progress("comparing what follows with the graph")
    report.inferred = tuple(sorted(_beyond(ontology, answer.entailed())))
    bundled = set(store.bundled().triples())
    report.new = tuple(triple for triple in report.inferred if triple not in bundled)
    if explain is not None:
        triple = (Term.iri(explain[0]), Term.iri(explain[1]), Term.iri(explain[2]))
        if triple not in answer.entailed():
            raise ParameterError(f"{axiom((triple,))} does not follow, so there is no reason.")
        progress("finding why it follows")
        report.explanations = (explainer.inference(triple),)
    return report


def _beyond(ontology: Ontology, entailed: set[Triple]) -> set[Triple]:
    """What is neither asserted nor a superclass of an asserted class nor a transitive closure."""
    graph = store.of_triples(ontology.triples)
    known = {*ontology.triples, *derive.types(graph), *derive.closures(graph)}
    return {
        triple
        for triple in entailed - known
        if not triple[1].value.startswith(OWL) and not triple[2].value.startswith((OWL, RDF))
    }


def _records(triples: Iterable[Triple]) -> set[str]:
    """The classes of records about statements, which a reasoner does not read."""
    above: dict[str, set[str]] = {}
    for subject, predicate, value in triples:
        if predicate.value == RDFS + "subClassOf":
            above.setdefault(value.value, set()).add(subject.value)
    found = {TWK + name for name in _RECORDS}
    ahead = list(found)
    while ahead:
        for narrower in above.get(ahead.pop(), ()):
            if narrower not in found:
                found.add(narrower)
                ahead.append(narrower)
    return found


# --- Explanations ----------------------------------------------------------------


class Explainer:
    """Finds a smallest set of statements behind a contradiction or an inference."""

    def __init__(self, ontology: Ontology, left: Callable[[], float], memory: int) -> None:
        self._ontology = ontology
        self._axioms = Axioms(ontology.triples)
        self._left = left
        self._memory = memory

    def inconsistency(self) -> tuple[Statement, ...]:
        """A smallest set of statements that cannot all hold."""
        entailed = Entailed(self._axioms, self._ontology.triples)
        return self._clash(entailed) or self._shrunk([])

    def unsatisfiable(self, iri: str) -> tuple[Statement, ...]:
        """A smallest set of statements because of which a class can have no member."""
        assumed = (Term.iri(TWK + "anyMember"), TYPE, Term.iri(iri))
        entailed = Entailed(self._axioms, [*self._ontology.triples, assumed])
        return self._clash(entailed, assumed) or self._shrunk([assumed])

    def inference(self, triple: Triple) -> tuple[Statement, ...]:
        """A smallest set of statements from which an edge or type follows."""
        entailed = Entailed(self._axioms, self._ontology.triples)
        if triple in entailed.proofs:
            return self._worked_out(entailed, entailed.proofs[triple][0])
        subject, predicate, value = triple
        node = Term(BNODE, "denied")
        if predicate == TYPE:
            denial = [(subject, TYPE, node), (node, TYPE, Term.iri(OWL + "Class"))]
            denial.append((node, Term.iri(OWL + "complementOf"), value))
        else:
            denial = [
                (node, TYPE, Term.iri(OWL + "NegativePropertyAssertion")),
                (node, Term.iri(OWL + "sourceIndividual"), subject),
                (node, Term.iri(OWL + "assertionProperty"), predicate),
                (node, Term.iri(OWL + "targetIndividual"), value),
            ]
        return self._shrunk(denial)

    def _clash(self, entailed: Entailed, *assumed: Triple) -> tuple[Statement, ...]:
        """The contradiction with the fewest statements, one with the user's own first."""
        found = [self._worked_out(entailed, proof, *assumed) for proof in entailed.clashes[:50]]
        found.sort(key=lambda group: (not any(s.theirs for s in group), len(group)))
        return found[0] if found else ()

    def _worked_out(
        self, entailed: Entailed, proof: Proof, *assumed: Triple
    ) -> tuple[Statement, ...]:
        groups = [(leaf,) for leaf in entailed.leaves(proof) if leaf not in assumed]
        for heads in entailed.used_axioms(proof):
            groups += [(triple,) for triple in heads]
        return self._told(list(dict.fromkeys(groups)))

    def _shrunk(self, assumed: list[Triple]) -> tuple[Statement, ...]:
        """Leave out statements, in ever smaller groups, for as long as the clash remains."""
        declared, groups = self._groups()
        kept = [*declared, *assumed]
        groups = self._near(groups, kept, assumed)
        size = max(len(groups) // 2, 1)
        while True:
            place = 0
            while place < len(groups):
                if self._left() < 2:
                    return self._told(groups)
                rest = groups[:place] + groups[place + size :]
                if self._clashing(kept, rest):
                    groups = rest
                else:
                    place += size
            if size == 1:
                return self._told(groups)
            size = max(size // 2, 1)

    def _near(
        self, groups: list[tuple[Triple, ...]], kept: list[Triple], assumed: list[Triple]
    ) -> list[tuple[Triple, ...]]:
        """The statements that are near enough to the user's, or the assumed ones, to clash."""
        names = {triple: self._names(self._axioms.closed(triple)) for (triple,) in groups}
        near = {triple for (triple,) in groups if triple in self._ontology.theirs}
        reached = self._names((*near, *assumed)).union(*(names[triple] for triple in near))
        while len(near) < len(groups) and self._left() > 2:
            grown = near | {triple for (triple,) in groups if names[triple] & reached}
            if grown == near:
                break
            near = grown
            chosen = [group for group in groups if group[0] in near]
            if self._clashing(kept, chosen):
                return chosen
            reached = reached.union(*(names[triple] for triple in near))
        return groups

    def _names(self, triples: Iterable[Triple]) -> set[Term]:
        terms = {term for triple in triples for term in triple if term.kind == IRI}
        return {term for term in terms if not term.value.startswith((OWL, RDF, RDFS))}

    def _clashing(self, kept: list[Triple], groups: list[tuple[Triple, ...]]) -> bool:
        triples = [*kept, *(t for group in groups for t in self._axioms.closed(*group))]
        return not reasoning.holds(triples, self._left(), self._memory)

    def _told(self, groups: list[tuple[Triple, ...]]) -> tuple[Statement, ...]:
        single = [group for group in groups if group[0][0].kind == IRI]
        mentioned = self._names(t for group in single for t in self._axioms.closed(*group))
        told = []
        for group in groups:
            triples = self._axioms.closed(*group)
            theirs = any(triple in self._ontology.theirs for triple in group)
            told.append(Statement(axiom(triples, mentioned), triples, theirs))
        return tuple(sorted(told, key=lambda statement: not statement.theirs)[:50])

    def _groups(self) -> tuple[list[Triple], list[tuple[Triple, ...]]]:
        """Declarations, which always stay, and the axioms and assertions that may be left out."""
        declared: list[Triple] = []
        groups: list[tuple[Triple, ...]] = []
        heads = {t[2] for t in self._axioms.triples if t[2].kind == BNODE}
        for triple in sorted(self._ontology.triples, key=lambda t: t in self._ontology.ours):
            subject, predicate, value = triple
            if predicate == TYPE and value.value in _DECLARATIONS:
                declared.append(triple)
                continue
            of_many = predicate == TYPE and value.value.startswith(OWL + "All")
            if subject.kind == IRI or (subject not in heads and (predicate != TYPE or of_many)):
                groups.append((triple,))
        return declared, groups


_DECLARATIONS = frozenset(
    OWL + name
    for name in ("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Restriction")
)


# --- OWL 2 DL, and owlready2's own store -------------------------------------------


def outside_dl(triples: Iterable[Triple], theirs: set[Triple]) -> list[str]:
    """What in the user's triples is not within OWL 2 DL, each as a sentence that names the subject.

    :param triples: all triples that the reasoner is to read.
    :param theirs: those of the user.
    """
    listed = list(triples)
    kinds: dict[str, set[str]] = {}
    for subject, predicate, value in listed:
        if predicate == TYPE and value.value.startswith(OWL):
            kinds.setdefault(subject.value, set()).add(value.value.removeprefix(OWL))
    faults = []
    for triple in theirs:
        fault = _outside_dl(triple, kinds)
        if fault:
            faults.append(fault)
    composite = _composite(listed)
    for subject, predicate, value in theirs:
        simple = predicate == TYPE and value.value.removeprefix(OWL) in _SIMPLE_ONLY
        if simple and subject.value in composite:
            faults.append(
                f"{compact(subject.value)} is transitive or concluded by a chain, and so must not "
                f"be an {compact(value.value)}."
            )
    return sorted(faults)


_SIMPLE_ONLY = (
    *("AsymmetricProperty", "FunctionalProperty"),
    *("InverseFunctionalProperty", "IrreflexiveProperty"),
)


_KINDS = {"ObjectProperty", "DatatypeProperty", "AnnotationProperty"}
_NONE: set[str] = set()


def _outside_dl(triple: Triple, kinds: dict[str, set[str]]) -> str:
    subject, predicate, value = triple
    name = compact(subject.value) if subject.kind == IRI else "a blank node"
    if predicate.value.startswith((OWL, RDF, RDFS)):
        if predicate == TYPE and value.kind == LITERAL:
            return f"{name} has the text '{value.value}' as its class. Give a class."
        named = predicate == TYPE and not value.value.startswith((OWL, RDF, RDFS))
        if named and value.kind == IRI and "Class" not in kinds.get(value.value, ()):
            return f"{name} is of the class {compact(value.value)}, which nothing declares."
        if subject.kind == IRI and subject.value.startswith((OWL, RDF, RDFS)):
            return f"{name} is a reserved word of OWL, and its meaning must not be changed."
        if len(kinds.get(subject.value, _NONE) & _KINDS) > 1 and value.value.startswith(OWL):
            return f"{name} is declared as properties of more than one kind. Choose one."
        return ""
    of = kinds.get(predicate.value, set())
    if not of & _KINDS:
        return f"{name} has the property {compact(predicate.value)}, which nothing declares."
    if "ObjectProperty" in of and value.kind == LITERAL:
        return f"{name} has a literal for the object property {compact(predicate.value)}."
    if "DatatypeProperty" in of and value.kind != LITERAL:
        return f"{name} has an entity for the datatype property {compact(predicate.value)}."
    return ""


def _composite(triples: list[Triple]) -> set[str]:
    """The properties that are transitive, or the head of a chain, or above one of these."""
    found = {
        s.value
        for s, p, o in triples
        if (p == TYPE and o.value == OWL + "TransitiveProperty")
        or p.value == OWL + "propertyChainAxiom"
    }
    grown = True
    while grown:
        above = {
            o.value for s, p, o in triples if p.value == RDFS + "subPropertyOf" and s.value in found
        }
        grown = not above <= found
        found |= above
    return found
