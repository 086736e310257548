"""What a version says, in a form that can be compared: statements by what they are about.

A blank node is what is said of it: it is written out where it stands. One that nothing points to
is written out as an axiom of its own, except that sets of things that differ, or classes that are
disjoint, are told of each member, so that one more member is one more statement.
"""

from __future__ import annotations

import hashlib

from twitchkg.namespaces import BASE, ONTOLOGY, OWL, RDF, RDFS, TWK, compact
from twitchkg.terms import BNODE, IRI, LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.results import Triple

    Fact = tuple[str, Term]

TYPE = RDF + "type"
LABEL = RDFS + "label"
COMMENT = RDFS + "comment"
SETS = (OWL + "AllDifferent", OWL + "AllDisjointClasses", OWL + "AllDisjointProperties")
MEMBER = OWL + "members"
_PROGNOSIS = TWK + "hasPrognosis"
_LISTS = (MEMBER, OWL + "distinctMembers")
_FIRST, _REST, _NIL = RDF + "first", RDF + "rest", RDF + "nil"
_LONGEST = 4_000  # characters of a node written out; of a longer one a digest is kept


class Content:
    """The statements of a version.

    ``facts`` has, for each subject, what is said of it: predicate and object. Subjects are IRIs, or
    axioms written out, which begin with ``[``.

    >>> claim, cause = Term.iri(BASE + "claim/x-0001"), Term.iri(BASE + "id/stress")
    >>> content = Content([(claim, Term.iri(TWK + "subject"), cause)])
    >>> content.iri(claim.value, TWK + "subject")
    'https://w3id.org/twitchkg/id/stress'
    """

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.facts: dict[str, set[Fact]] = {}
        blank: dict[str, dict[Fact, None]] = {}  # a statement of two graphs counts once
        roots: dict[str, None] = {}
        told: set[str] = set()
        later = []
        for subject, predicate, value in triples:
            if subject.kind == BNODE:
                blank.setdefault(subject.value, {})[predicate.value, value] = None
                roots[subject.value] = None
                if value.kind == BNODE and value != subject:
                    told.add(value.value)
            elif value.kind == BNODE:
                later.append((subject.value, predicate.value, value.value))
                told.add(value.value)
            else:
                self._add(subject.value, predicate.value, value)
        nodes = _Blank({name: list(facts) for name, facts in blank.items()})
        for subject_, predicate_, name in later:
            self._add(subject_, predicate_, Term(BNODE, nodes.written(name)))
        for root in roots:
            if root not in told:
                self._axiom(root, nodes)
        for root in roots:  # what is left stands in circles
            if root not in nodes.done:
                self._axiom(root, nodes)
        # How a version is cut into files, each an ontology that others import, says nothing.
        ontology = TYPE, Term.iri(OWL + "Ontology")
        for module in [iri for iri, facts in self.facts.items() if ontology in facts]:
            if module != ONTOLOGY:
                del self.facts[module]
        header = self.facts.get(ONTOLOGY, set())
        header -= {fact for fact in header if fact[0] == OWL + "imports"}

    def _add(self, subject: str, predicate: str, value: Term) -> None:
        self.facts.setdefault(subject, set()).add((predicate, value))

    def _axiom(self, name: str, nodes: _Blank) -> None:
        facts = nodes.facts.get(name, [])
        kinds = {value.value for predicate, value in facts if predicate == TYPE}
        lists = [value.value for predicate, value in facts if predicate in _LISTS]
        for kind in sorted(kinds.intersection(SETS)):
            for start in lists:
                for member in nodes.members(start) or []:
                    if member.kind == IRI:
                        self._add(member.value, MEMBER, Term.iri(kind))
        if not (lists and kinds.intersection(SETS)):
            text = nodes.written(name)
            self._add(text, TYPE, Term(BNODE, text))
        nodes.done.add(name)

    def types(self, iri: str) -> set[str]:
        """The IRIs of the classes of a subject."""
        return {value.value for p, value in self.facts.get(iri, ()) if p == TYPE}

    def values(self, iri: str, predicate: str) -> list[Term]:
        """The objects of a subject's statements with one predicate, sorted."""
        return sorted(value for p, value in self.facts.get(iri, ()) if p == predicate)

    def iri(self, subject: str, predicate: str) -> str | None:
        """The first object that is an IRI, or ``None``."""
        found = [v.value for v in self.values(subject, predicate) if v.kind == IRI]
        return found[0] if found else None

    def text(self, subject: str, predicate: str) -> str | None:
        """The first text in English or of no language, or ``None``."""
        found = self.values(subject, predicate)
        texts = [v.value for v in found if v.kind == LITERAL and v.language in ("", "en")]
        return texts[0] if texts else None

    def label(self, iri: str) -> str:
        """What people call it: its label, or a sentence for a record, or its CURIE."""
        if iri.startswith("["):
            return iri
        return self.text(iri, LABEL) or self._sentence(iri) or compact(iri)

    def _sentence(self, iri: str) -> str | None:
        judged = [value.value for value in self.values(iri, TWK + "judges")]
        outcome = self.iri(iri, TWK + "outcome")
        if judged and outcome:
            said = next(filter(None, map(self._statement, judged)), compact(judged[0]))
            return f"{self._name(outcome)}: {said}"
        return self._statement(iri) or self.text(iri, COMMENT)

    def _statement(self, iri: str) -> str | None:
        subject, predicate = (self.iri(iri, TWK + name) for name in ("subject", "predicate"))
        if subject is None or predicate is None:
            return None
        values = self.values(iri, TWK + "object") + self.values(iri, TWK + "objectValue")
        shown = ", ".join(self.shown(value) for value in values)
        denied = any(value.value in ("true", "1") for value in self.values(iri, TWK + "isNegated"))
        return f"{'not: ' if denied else ''}{self._name(subject)} {self._name(predicate)} {shown}"

    def shown(self, term: Term) -> str:
        """A term as people read it: the label of an IRI, the text of a literal."""
        return self._name(term.value) if term.kind == IRI else term.value

    def _name(self, iri: str) -> str:
        return self.text(iri, LABEL) or compact(iri)


class _Blank:
    """Blank nodes, each written out as what is said of it, without recursion."""

    def __init__(self, facts: dict[str, list[Fact]]) -> None:
        self.facts = facts
        self.done: set[str] = set()
        self._text: dict[str, str] = {}
        self._no_lists: set[str] = set()

    def members(self, name: str) -> list[Term] | None:
        """The members of a list, or ``None`` where it is not well formed."""
        found: list[Term] = []
        seen: set[str] = set()
        while name != _NIL:
            facts = self.facts.get(name, [])
            first = [value for predicate, value in facts if predicate == _FIRST]
            rest = [value for predicate, value in facts if predicate == _REST]
            plain = [p for p, _ in facts if p not in (_FIRST, _REST)]
            is_list = len(first) == len(rest) == 1 and len(plain) < 2 and name not in seen
            if not is_list or name in self._no_lists:
                self._no_lists |= seen  # so that no tail of it is tried again
                return None
            seen.add(name)
            found += first
            name = rest[0].value
        self.done |= seen
        return found

    def written(self, name: str) -> str:
        """The node as text; what leads back to itself is cut there."""
        stack: list[tuple[str, list[Fact] | None]] = [(name, None)]
        under_way: set[str] = set()
        while stack:
            node, parts = stack.pop()
            if node in self._text:
                continue
            if parts is None:
                listed = self.members(node)
                parts = [("", m) for m in listed] if listed else self.facts.get(node, [])
                under_way.add(node)
                self.done.add(node)
                stack.append((node, parts))
                stack += [
                    (value.value, None)
                    for _, value in parts
                    if value.kind == BNODE and value.value not in under_way
                ]
            else:
                under_way.discard(node)
                self._text[node] = self._join(parts)
        return self._text[name]

    def _join(self, parts: list[Fact]) -> str:
        texts = [self._part(value) for _, value in parts]
        if parts and not parts[0][0]:
            text = f"( {' '.join(texts)} )"
        else:
            pairs = {
                f"{compact(p) if p != TYPE else 'a'} {value}"
                for (p, _), value in zip(parts, texts, strict=True)
            }
            text = f"[ {' ; '.join(sorted(pairs))} ]" if pairs else "[]"
        if len(text) > _LONGEST:
            digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
            return f"{text[0]} {digest} {text[-1]}"
        return text

    def _part(self, value: Term) -> str:
        if value.kind == BNODE:
            return self._text.get(value.value, "[...]")
        return compact(value.value) if value.kind == IRI else value.n3()


def outlook_words(*contents: Content) -> frozenset[str]:
    """What outlooks are called in some versions, in small letters; a text with one speaks of it."""
    words = {"harmless", "benign", compact(_PROGNOSIS).lower(), _PROGNOSIS.lower()}
    for content in contents:
        words.add(content.label(_PROGNOSIS).lower())
        for subject, facts in content.facts.items():
            if (TYPE, Term.iri(TWK + "Prognosis")) in facts:
                words |= {subject.lower(), compact(subject).lower(), content.label(subject).lower()}
    return frozenset(words)


def red_flags(*contents: Content) -> str:
    """When to see a health professional, as the first version tells that does; ``""`` if none."""
    for content in contents:
        summaries, advice = set(), set()
        for subject, facts in content.facts.items():
            summaries |= {value.value for p, value in facts if p == TWK + "redFlags"}
            if (TYPE, Term.iri(TWK + "Advice")) in facts:
                advice.add(content.label(subject))
        if summaries or advice:
            return "; ".join(sorted(summaries or advice))
    return ""


def is_own(iri: str) -> bool:
    """Whether an IRI is in the namespaces of twitchkg."""
    return iri.startswith(BASE) or iri == BASE[:-1]


def statement(fact: Fact) -> str:
    """A predicate and an object as Turtle writes them."""
    predicate, value = fact
    name = "a" if predicate == TYPE else compact(predicate)
    if value.kind == LITERAL:
        term = value._replace(datatype="")
        kind = f"^^{compact(value.datatype)}" if value.datatype else ""
        return f"{name} {term.n3()}{kind}"
    return f"{name} {compact(value.value) if value.kind == IRI else value.value}"
