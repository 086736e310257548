"""What the axioms of a schema entail about its individuals, and why: rules in plain Python.

The rules are those of OWL 2 RL for the constructs that the schema uses, and qualified minimum
cardinality besides. They read the axioms from the triples, so that nothing here knows a class, a
property or an entity. Where they fall short of OWL 2 DL, a reasoner decides (see ``reasoning``);
a test compares the two over the bundled graph.
"""

from __future__ import annotations

from itertools import combinations

from twitchkg.namespaces import OWL, RDF, RDFS
from twitchkg.terms import BNODE, IRI, LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twitchkg.results import Triple

TYPE = Term.iri(RDF + "type")
_SUBCLASS, _EQUIVALENT = Term.iri(RDFS + "subClassOf"), Term.iri(OWL + "equivalentClass")
_SUBPROPERTY = Term.iri(RDFS + "subPropertyOf")
_DOMAIN, _RANGE = Term.iri(RDFS + "domain"), Term.iri(RDFS + "range")
_SAME, _DIFFERENT = Term.iri(OWL + "sameAs"), Term.iri(OWL + "differentFrom")
_TOP, _NOTHING = OWL + "Thing", Term.iri(OWL + "Nothing")
_RESERVED = (OWL, RDF, RDFS)


class Proof:
    """Why a conclusion holds: the rule, the facts it was applied to and the axiom behind it.

    ``premises`` are triples that are asserted or were concluded before, in the order of the rule.
    ``axiom`` are the triples that head the axioms applied; :meth:`Axioms.closed` adds what
    describes the blank nodes in them.
    """

    __slots__ = ("axiom", "premises", "rule")

    def __init__(self, rule: str, premises: tuple[Triple, ...], axiom: tuple[Triple, ...]) -> None:
        self.rule = rule
        self.premises = premises
        self.axiom = axiom


class Axioms:
    """The axioms of a schema, read from its triples."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = sorted(set(triples))
        self.about: dict[Term, dict[str, list[Term]]] = {}
        for subject, predicate, value in self.triples:
            self.about.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
        self.chains = [
            (subject, value, steps)
            for subject, predicate, value in self.triples
            if predicate.value == OWL + "propertyChainAxiom" and (steps := self.items(value))
        ]
        self.inverse = {
            subject: value
            for subject, predicate, value in self.triples
            if predicate.value == OWL + "inverseOf"
        }
        self.rules = self._class_rules()
        self.disjoint = self._disjoint()

    def get(self, node: Term, name: str) -> list[Term]:
        """The values of a property in the OWL or RDFS namespace, by its full IRI."""
        return self.about.get(node, {}).get(name, [])

    def one(self, node: Term, name: str) -> Term | None:
        """The value of a property, or ``None``."""
        values = self.get(node, name)
        return values[0] if values else None

    def items(self, node: Term) -> tuple[Term, ...]:
        """The members of an RDF list, up to where it breaks off."""
        found: dict[Term, Term] = {}
        while node not in found:  # ``rdf:nil`` has neither
            first, rest = self.one(node, RDF + "first"), self.one(node, RDF + "rest")
            if first is None or rest is None:
                break
            found[node] = first
            node = rest
        return tuple(found.values())

    def is_a(self, kind: str) -> list[Term]:
        """The named properties of a kind such as ``owl:TransitiveProperty``."""
        return [s for s, p, o in self.triples if p == TYPE and o.value == OWL + kind]

    def closed(self, *roots: Triple) -> tuple[Triple, ...]:
        """Some triples with all that describe the blank nodes in them."""
        found = dict.fromkeys(roots)
        ahead = [term for triple in roots for term in (triple[0], triple[2]) if term.kind == BNODE]
        done = set()
        while ahead:
            node = ahead.pop()
            if node in done:
                continue
            done.add(node)
            for predicate, values in self.about.get(node, {}).items():
                for value in values:
                    found[node, Term.iri(predicate), value] = None
                    if value.kind == BNODE:
                        ahead.append(value)
        return tuple(found)

    def form(self, node: Term) -> str:
        """A class or property expression as text, the same for all that are written alike."""
        if node.kind != BNODE:
            return node.n3()
        if self.get(node, RDF + "first"):
            return f"({' '.join(self.form(item) for item in self.items(node))})"
        parts = sorted(
            f"{predicate} {self.form(value)}"
            for predicate, values in self.about.get(node, {}).items()
            for value in values
            if predicate != RDFS + "subClassOf"
        )
        return f"[{'; '.join(parts)}]"

    def repeated(self) -> set[Triple]:
        """The triples of sufficient conditions that an equivalence says too.

        To leave them out changes nothing in what follows, but a reasoner is many times faster.
        """
        equivalent = {
            (subject, self.form(value))
            for subject, predicate, value in self.triples
            if predicate == _EQUIVALENT
        }
        found: set[Triple] = set()
        for triple in self.triples:
            condition, predicate, class_ = triple
            sufficient = condition.kind == BNODE and predicate == _SUBCLASS
            if sufficient and (class_, self.form(condition)) in equivalent:
                found.update(self.closed(triple))
        return found

    def _class_rules(self) -> list[tuple[Term, Term, Triple]]:
        """Pairs of a class expression and one that includes it, with the triple that says so."""
        found = []
        for triple in self.triples:
            subject, predicate, value = triple
            if predicate in (_SUBCLASS, _EQUIVALENT):
                found.append((subject, value, triple))
            if predicate == _EQUIVALENT:
                found.append((value, subject, triple))
        return found

    def _disjoint(self) -> list[tuple[Term, Term, tuple[Triple, ...]]]:
        found: list[tuple[Term, Term, tuple[Triple, ...]]] = []
        for triple in self.triples:
            subject, predicate, value = triple
            if predicate.value == OWL + "disjointWith":
                found.append((subject, value, (triple,)))
            elif predicate == TYPE and value.value == OWL + "AllDisjointClasses":
                for head in self.get(subject, OWL + "members"):
                    for one, other in combinations(self.items(head), 2):
                        found.append((one, other, (triple,)))
        return found


class Entailed:
    """What follows: ``proofs`` has, for each new triple, every shortest way to it.

    ``clashes`` has a proof for each contradiction that the rules meet.
    """

    def __init__(self, axioms: Axioms, facts: Iterable[Triple]) -> None:
        self.axioms = axioms
        self.proofs: dict[Triple, list[Proof]] = {}
        self.clashes: list[Proof] = []
        self._facts: set[Triple] = set()
        self._objects: dict[tuple[Term, Term], list[Term]] = {}
        self._subjects: dict[tuple[Term, Term], list[Term]] = {}
        self._edges: dict[Term, list[Triple]] = {}
        self._members: dict[Term, list[Term]] = {}
        self._add(facts)
        self._apart = self._different()
        while self._round():
            self._add(self._new)
            self.proofs |= self._new
        self._clash()

    def __contains__(self, triple: Triple) -> bool:
        return triple in self._facts

    def members(self, class_: Term) -> list[Term]:
        """The individuals of a named class."""
        return self._members.get(class_, [])

    def leaves(self, proof: Proof) -> list[Triple]:
        """The asserted triples on which a proof rests, in the order of its rules."""
        found: dict[Triple, None] = {}
        ahead = list(proof.premises)
        seen = set()
        while ahead:
            triple = ahead.pop(0)
            if triple in seen:
                continue
            seen.add(triple)
            proofs = self.proofs.get(triple)
            if proofs:
                ahead[:0] = proofs[0].premises
            else:
                found[triple] = None
        return list(found)

    def used_axioms(self, proof: Proof) -> list[tuple[Triple, ...]]:
        """The axioms that a proof applies, its own last."""
        found: dict[tuple[Triple, ...], None] = {}
        for premise in proof.premises:
            for inner in self.proofs.get(premise, [])[:1]:
                found |= dict.fromkeys(self.used_axioms(inner))
        found[proof.axiom] = None
        return list(found)

    # --- Adding and concluding -----------------------------------------------

    def _add(self, facts: Iterable[Triple]) -> None:
        for triple in sorted(set(facts)):
            subject, predicate, value = triple
            self._facts.add(triple)
            if predicate == TYPE:
                self._members.setdefault(value, []).append(subject)
            else:
                self._edges.setdefault(predicate, []).append(triple)
                self._objects.setdefault((predicate, subject), []).append(value)
                self._subjects.setdefault((predicate, value), []).append(subject)

    def _conclude(
        self, triple: Triple, rule: str, premises: tuple[Triple, ...], *axiom: Triple
    ) -> None:
        if triple in self._facts:
            return
        if triple[1] == TYPE and triple[2].value.startswith(_RESERVED) and triple[2] != _NOTHING:
            return
        known = self._new.setdefault(triple, [])
        if all(other.premises != premises for other in known):
            known.append(Proof(rule, premises, axiom))

    def _round(self) -> bool:
        self._new: dict[Triple, list[Proof]] = {}
        self._property_rules()
        self._class_rules()
        for proofs in self._new.values():
            # The names of blank nodes, and so the order of axioms, change with every run.
            proofs.sort(key=lambda proof: proof.premises)
        return bool(self._new)

    def _property_rules(self) -> None:
        axioms = self.axioms
        for triple in axioms.triples:
            subject, predicate, value = triple
            if predicate == _SUBPROPERTY and value.kind == IRI:
                for edge in self._edges.get(subject, []):
                    self._conclude((edge[0], value, edge[2]), "subproperty", (edge,), triple)
            elif predicate in (_DOMAIN, _RANGE):
                self._typed_ends(triple)
            elif predicate.value == OWL + "inverseOf" and subject.kind == IRI:
                for one, other in ((subject, value), (value, subject)):
                    for edge in self._edges.get(one, []):
                        self._conclude((edge[2], other, edge[0]), "inverse", (edge,), triple)
        for property_ in axioms.is_a("SymmetricProperty"):
            axiom = (property_, TYPE, Term.iri(OWL + "SymmetricProperty"))
            for edge in self._edges.get(property_, []):
                self._conclude((edge[2], property_, edge[0]), "symmetry", (edge,), axiom)
        for property_ in axioms.is_a("TransitiveProperty"):
            axiom = (property_, TYPE, Term.iri(OWL + "TransitiveProperty"))
            self._chain(property_, (property_, property_), axiom)
        for head, list_, steps in axioms.chains:
            self._chain(head, steps, (head, Term.iri(OWL + "propertyChainAxiom"), list_))

    def _typed_ends(self, axiom: Triple) -> None:
        """Conclude from a domain or range the classes of what an edge starts from or leads to."""
        property_, predicate, class_ = axiom
        end = 0 if predicate == _DOMAIN else 2
        for edge in self._edges.get(property_, []):
            for named in self._named(class_) if edge[end].kind == IRI else ():
                self._conclude((edge[end], TYPE, named), "domain or range", (edge,), axiom)

    def _chain(self, head: Term, steps: tuple[Term, ...], axiom: Triple) -> None:
        ways: list[tuple[Term, Term, tuple[Triple, ...]]] = [
            (start, end, (edge,)) for start, end, edge in self._step(steps[0])
        ]
        for step in steps[1:]:
            ways = [
                (start, further, (*edges, edge))
                for start, end, edges in ways
                for further, edge in self._from(end, step)
            ]
        for start, end, edges in ways:
            self._conclude((start, head, end), "chain", edges, axiom)

    def _step(self, step: Term) -> Iterator[tuple[Term, Term, Triple]]:
        inverse = self.axioms.inverse.get(step) if step.kind == BNODE else None
        for edge in self._edges.get(inverse or step, []):
            yield (edge[2], edge[0], edge) if inverse else (edge[0], edge[2], edge)

    def _from(self, node: Term, step: Term) -> Iterator[tuple[Term, Triple]]:
        """The nodes to which a property, or the inverse of one, leads from a node."""
        inverse = self.axioms.inverse.get(step) if step.kind == BNODE else None
        if inverse:
            for subject in self._subjects.get((inverse, node), []):
                yield subject, (subject, inverse, node)
        else:
            for value in self._objects.get((step, node), []):
                yield value, (node, step, value)

    def _class_rules(self) -> None:
        for narrower, wider, axiom in self.axioms.rules:
            for node, premises in self._instances(narrower):
                self._belongs(node, wider, premises, axiom)

    def _belongs(
        self, node: Term, class_: Term, premises: tuple[Triple, ...], axiom: Triple
    ) -> None:
        """Conclude what it means for a node to belong to a class expression."""
        axioms = self.axioms
        if class_.kind == IRI:
            self._conclude((node, TYPE, class_), "class", premises, axiom)
            return
        for head in axioms.get(class_, OWL + "intersectionOf"):
            for part in axioms.items(head):
                self._belongs(node, part, premises, axiom)
        property_ = axioms.one(class_, OWL + "onProperty")
        if property_ is None:
            return
        for value in axioms.get(class_, OWL + "hasValue"):
            inverse = axioms.inverse.get(property_) if property_.kind == BNODE else None
            edge = (value, inverse, node) if inverse else (node, property_, value)
            self._conclude(edge, "value", premises, axiom)
        for filler in axioms.get(class_, OWL + "allValuesFrom"):
            for value, edge in self._from(node, property_):
                if value.kind == IRI:
                    self._belongs(value, filler, (*premises, edge), axiom)

    # --- Class expressions -----------------------------------------------------

    def _named(self, class_: Term) -> Iterator[Term]:
        if class_.kind == IRI:
            yield class_
        for head in self.axioms.get(class_, OWL + "intersectionOf") if class_.kind == BNODE else ():
            for part in self.axioms.items(head):
                yield from self._named(part)

    def _instances(self, class_: Term) -> Iterator[tuple[Term, tuple[Triple, ...]]]:
        """The nodes that belong to a class expression, with the triples that make them belong."""
        axioms = self.axioms
        if class_.kind == IRI:
            for node in self._members.get(class_, []):
                yield node, ((node, TYPE, class_),)
            return
        for head in axioms.get(class_, OWL + "intersectionOf"):
            yield from self._intersection(axioms.items(head))
        for head in axioms.get(class_, OWL + "unionOf"):
            for part in axioms.items(head):
                yield from self._instances(part)
        for head in axioms.get(class_, OWL + "oneOf"):
            for node in axioms.items(head):
                yield node, ()
        property_ = axioms.one(class_, OWL + "onProperty")
        if property_ is not None:
            yield from self._restricted(class_, property_)

    def _intersection(self, parts: tuple[Term, ...]) -> Iterator[tuple[Term, tuple[Triple, ...]]]:
        # The narrowest part first would be faster; the order of the parts keeps proofs readable.
        held: dict[Term, list[tuple[Triple, ...]]] = {}
        for number, part in enumerate(parts):
            found: dict[Term, list[tuple[Triple, ...]]] = {}
            for node, premises in self._instances(part):
                if number == 0:
                    found.setdefault(node, []).append(premises)
                else:
                    for before in held.get(node, []):
                        found.setdefault(node, []).append((*before, *premises))
            held = found
        for node, ways in held.items():
            for way in ways:
                yield node, way

    def _restricted(
        self, class_: Term, property_: Term
    ) -> Iterator[tuple[Term, tuple[Triple, ...]]]:
        axioms = self.axioms
        for filler in axioms.get(class_, OWL + "someValuesFrom"):
            within = self._ways(filler)
            for start, end, edge in self._step(property_):
                if filler.value == _TOP:
                    yield start, (edge,)
                for premises in within.get(end, []):
                    yield start, (edge, *premises)
        for value in axioms.get(class_, OWL + "hasValue"):
            for start, end, edge in self._step(property_):
                if end == value:
                    yield start, (edge,)
        number = axioms.one(class_, OWL + "minQualifiedCardinality")
        filler_ = axioms.one(class_, OWL + "onClass")
        if number is not None and filler_ is not None:
            yield from self._at_least(int(number.value), property_, self._ways(filler_))

    def _ways(self, class_: Term) -> dict[Term, list[tuple[Triple, ...]]]:
        found: dict[Term, list[tuple[Triple, ...]]] = {}
        for node, premises in self._instances(class_):
            found.setdefault(node, []).append(premises)
        return found

    def _at_least(
        self, number: int, property_: Term, within: dict[Term, list[tuple[Triple, ...]]]
    ) -> Iterator[tuple[Term, tuple[Triple, ...]]]:
        values: dict[Term, list[tuple[Term, Triple]]] = {}
        for start, end, edge in self._step(property_):
            if end in within:
                values.setdefault(start, []).append((end, edge))
        for start, found in values.items():
            group = self._apart_group(found, number)
            if group:
                yield start, tuple(t for end, edge in group for t in (edge, *within[end][0]))

    def _apart_group(
        self, found: list[tuple[Term, Triple]], number: int
    ) -> list[tuple[Term, Triple]]:
        """The first values that are known to be different from one another, so many of them.

        A value that differs from none of the others, or from too few, is passed over.
        """
        if number < 2:
            return found[:number]
        for place, one in enumerate(found):
            others = [other for other in found[place + 1 :] if self.differ(one[0], other[0])]
            if group := self._apart_group(others, number - 1):
                return [one, *group]
        return []

    # --- Being different, and clashes ------------------------------------------

    def differ(self, one: Term, other: Term) -> bool:
        """Whether two nodes are known to be different."""
        if LITERAL in (one.kind, other.kind):
            return one.kind != other.kind or one.to_python() != other.to_python()
        return frozenset((one, other)) in self._apart

    def _different(self) -> dict[frozenset[Term], tuple[Triple, ...]]:
        axioms = self.axioms
        found: dict[frozenset[Term], tuple[Triple, ...]] = {}
        for triple in axioms.triples:
            subject, predicate, value = triple
            if predicate == _DIFFERENT:
                found[frozenset((subject, value))] = (triple,)
            elif predicate == TYPE and value.value == OWL + "AllDifferent":
                for name in (OWL + "distinctMembers", OWL + "members"):
                    for head in axioms.get(subject, name):
                        for pair in combinations(axioms.items(head), 2):
                            found[frozenset(pair)] = (triple,)
        return found

    def _clash(self) -> None:
        for one, other, axiom in self.axioms.disjoint:
            right = self._ways(other)
            for node, premises in self._instances(one):
                for others in right.get(node, [])[:1]:
                    self._add_clash("disjoint classes", (*premises, *others), axiom)
        for narrower, wider, axiom_ in self.axioms.rules:
            for complement in self.axioms.get(wider, OWL + "complementOf"):
                within = self._ways(complement)
                for node, premises in self._instances(narrower):
                    for others in within.get(node, [])[:1]:
                        self._add_clash("complement", (*premises, *others), (axiom_,))
        for node in self.members(_NOTHING):
            self._add_clash("nothing", ((node, TYPE, _NOTHING),), ())
        self._clash_of_properties()
        for triple in self._facts:
            if triple[1] == _SAME and self.differ(triple[0], triple[2]):
                axiom = self._apart.get(frozenset((triple[0], triple[2])), ())
                self._add_clash("same and different", (triple,), axiom)
        self.clashes.sort(key=lambda proof: (len(self.leaves(proof)), proof.premises))

    def _clash_of_properties(self) -> None:
        for kind, rule in (
            ("FunctionalProperty", "functional property"),
            ("InverseFunctionalProperty", "inverse functional property"),
        ):
            for property_ in self.axioms.is_a(kind):
                axiom = (property_, TYPE, Term.iri(OWL + kind))
                groups: dict[Term, list[Triple]] = {}
                for edge in self._edges.get(property_, []):
                    groups.setdefault(edge[0 if kind[0] == "F" else 2], []).append(edge)
                place = 2 if kind[0] == "F" else 0
                for edges in groups.values():
                    for number, edge in enumerate(edges):
                        apart = (e for e in edges[:number] if self.differ(e[place], edge[place]))
                        if other := next(apart, None):
                            pair = frozenset((other[place], edge[place]))
                            self._add_clash(
                                rule, (other, edge), (axiom, *self._apart.get(pair, ()))
                            )
        for property_ in self.axioms.is_a("AsymmetricProperty"):
            axiom = (property_, TYPE, Term.iri(OWL + "AsymmetricProperty"))
            for edge in self._edges.get(property_, []):
                back = (edge[2], property_, edge[0])
                if back in self._facts and edge <= back:
                    self._add_clash("asymmetric property", (edge, back), (axiom,))
        for property_ in self.axioms.is_a("IrreflexiveProperty"):
            axiom = (property_, TYPE, Term.iri(OWL + "IrreflexiveProperty"))
            for edge in self._edges.get(property_, []):
                if edge[0] == edge[2]:
                    self._add_clash("irreflexive property", (edge,), (axiom,))

    def _add_clash(
        self, rule: str, premises: tuple[Triple, ...], axiom: tuple[Triple, ...]
    ) -> None:
        self.clashes.append(Proof(rule, premises, axiom))
