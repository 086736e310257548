"""Where claims disagree: rules that a person can read, and the records they give.

A rule is a query of ``queries/rules/``. It selects pairs of claims, ``?claim`` and ``?other``, and
what they disagree about in further columns. Pairs of one rule that agree in those columns make one
disagreement. The header tells its kind, and a sentence into which the columns' labels go.
"""

from __future__ import annotations

import os
import re

from twitchkg import catalogue, lookup, resources
from twitchkg.claims import short_name
from twitchkg.errors import HeaderError
from twitchkg.namespaces import BASE, RDF, RDFS, TWD, TWK
from twitchkg.terms import IRI, Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

DISAGREEMENT = BASE + "disagreement/"
RULE = BASE + "rule/"
KINDS = ("contradiction", "terminology", "threshold", "scope")
"""The kinds of disagreement, gravest first."""

_SLOT = re.compile(r"\{(\w+)\}")
_SOURCES = """
SELECT ?claim ?document
WHERE { ?claim a twk:Claim ; dcterms:source/dcterms:identifier ?document }
"""
_FOUND = """
SELECT ?disagreement ?kind ?rank ?rule ?question ?sentence ?claim
WHERE {
  ?disagreement a twk:Disagreement ; twk:disagreementKind ?kind ; twk:foundByRule ?rule ;
    rdfs:comment ?sentence ; twk:involvesClaim ?claim .
  ?kind twk:rank ?rank .
  ?rule rdfs:label ?question .
}
ORDER BY DESC(?rank) ?rule STR(?sentence) ?disagreement ?claim
"""


class Disagreement:
    """Claims that do not go together as they are made.

    ``kind`` is one of :data:`KINDS`, ``rule`` the name of the rule that found it, ``question`` what
    that rule asks, ``sentence`` the disagreement in words, ``claims`` all claims that take part.
    """

    __slots__ = ("claims", "iri", "kind", "question", "rule", "sentence")

    def __init__(self, iri: Iri, kind: str, rule: str, question: str, sentence: str) -> None:
        self.iri = iri
        self.kind = kind
        self.rule = rule
        self.question = question
        self.sentence = sentence
        self.claims: tuple[Iri, ...] = ()

    def __repr__(self) -> str:
        return f"<Disagreement {self.kind}: {self.sentence}>"


def found(store: Queryable, kind: str | None = None) -> tuple[Disagreement, ...]:
    """The disagreements that the graph holds, gravest first.

    :param store: what to ask.
    :param kind: keep to this kind.
    """
    by_iri: dict[str, Disagreement] = {}
    for row in store.query(_FOUND):
        iri, kind_ = str(row["disagreement"]), str(row["kind"]).removeprefix(TWD)
        if kind in (None, kind_):
            if iri not in by_iri:
                rule = str(row["rule"]).removeprefix(RULE)
                texts = (str(row["question"]), str(row["sentence"]))
                by_iri[iri] = Disagreement(Iri(iri), kind_, rule, *texts)
            by_iri[iri].claims += (Iri(str(row["claim"])),)
    return tuple(by_iri.values())


class Rule:
    """A rule: ``name``, its question, its kind, the sentence it makes and its query."""

    __slots__ = ("kind", "name", "query", "sentence", "summary", "topics")

    def __init__(self, path: str) -> None:
        query = catalogue.read(path, extra=("kind", "sentence"))
        self.name = query.name
        self.summary = query.summary
        self.query = query.text
        self.kind = query.extra["kind"]
        self.sentence = query.extra["sentence"]
        columns = [column.name for column in query.returns]
        if columns[:2] != ["claim", "other"]:
            raise HeaderError(f"{path}: a rule must return 'claim' and 'other' first.")
        self.topics = tuple(columns[2:])
        if self.kind not in KINDS:
            raise HeaderError(f"{path}: no kind '{self.kind}'; there are {', '.join(KINDS)}.")
        unknown = set(_SLOT.findall(self.sentence)) - {*self.topics, "claims", "others", "all"}
        if unknown:
            raise HeaderError(f"{path}: the sentence names '{unknown.pop()}', which is no column.")


def rules(root: str | None = None) -> list[Rule]:
    """All rules, sorted by name.

    :param root: the folder that holds ``queries/``; the bundled data when omitted.
    :raises HeaderError: if a rule's header is wrong.
    """
    paths = resources.files(os.path.join("queries", "rules"), ".rq", root)
    return sorted(map(Rule, paths), key=lambda rule: rule.name)


def pairs(store: Queryable, rule: Rule) -> Iterator[tuple[Iri, Iri, tuple[Term, ...]]]:
    """The pairs of claims that a rule finds, with what they disagree about."""
    for row in store.query(rule.query):
        topics = tuple(term for term in row.terms[2:] if term is not None)
        yield Iri(str(row["claim"])), Iri(str(row["other"])), topics


def derived(store: Queryable) -> list[Triple]:
    """The record of each disagreement and of each rule that found one."""
    documents = {
        str(row["claim"]): short_name(str(row["document"])) for row in store.query(_SOURCES)
    }
    names = lookup.english_labels(store)
    made: list[Triple] = []
    for rule in rules():
        groups: dict[tuple[Term, ...], tuple[set[Iri], set[Iri]]] = {}
        for claim, other, topics in pairs(store, rule):
            sides = groups.setdefault(topics, (set(), set()))
            sides[0].add(claim)
            sides[1].add(other)
        if groups:
            made += _described(rule)
        for topics, sides in groups.items():
            made += _recorded(rule, topics, sides, names, documents)
    return made


def _described(rule: Rule) -> list[Triple]:
    node = Term.iri(RULE + rule.name)
    return [
        (node, Term.iri(RDF + "type"), Term.iri(TWK + "Rule")),
        (node, Term.iri(RDFS + "label"), Term.string(rule.summary, "en")),
    ]


def _recorded(
    rule: Rule,
    topics: tuple[Term, ...],
    sides: tuple[set[Iri], set[Iri]],
    names: dict[str, str],
    documents: dict[str, str],
) -> list[Triple]:
    from hashlib import sha256

    key = "\n".join([rule.name, *(topic.n3() for topic in topics)])
    node = Term.iri(DISAGREEMENT + sha256(key.encode()).hexdigest()[:16])
    words = {name: _named(topic, names) for name, topic in zip(rule.topics, topics, strict=True)}
    for name, side in (("claims", sides[0]), ("others", sides[1]), ("all", sides[0] | sides[1])):
        words[name] = _listed(documents[claim] for claim in side)
    sentence = _SLOT.sub(lambda match: words[match[1]], rule.sentence).replace(" :", ":")
    made: list[Triple] = [
        (node, Term.iri(RDF + "type"), Term.iri(TWK + "Disagreement")),
        (node, Term.iri(TWK + "disagreementKind"), Term.iri(TWD + rule.kind)),
        (node, Term.iri(TWK + "foundByRule"), Term.iri(RULE + rule.name)),
        (node, Term.iri(RDFS + "comment"), Term.string(sentence, "en")),
    ]
    for claim in sorted(sides[0] | sides[1]):
        made.append((node, Term.iri(TWK + "involvesClaim"), Term.iri(claim)))
    return made


def _named(topic: Term, names: dict[str, str]) -> str:
    """The label of an entity, a word in quotes; nothing for the true of a yes-or-no property."""
    if topic.kind == IRI:
        return names.get(topic.value, topic.value)
    return "" if topic == Term.boolean(True) else f"'{topic.value}'"


def _listed(documents: Iterable[str]) -> str:
    """Document numbers as a list in words."""
    numbers = sorted(set(documents))
    return numbers[0] if len(numbers) == 1 else f"{', '.join(numbers[:-1])} and {numbers[-1]}"
