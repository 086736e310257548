"""OWL axioms as one line of text, roughly as the Manchester syntax writes them."""

from __future__ import annotations

from twitchkg.namespaces import OWL, RDF, RDFS, compact
from twitchkg.terms import IRI, LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from twitchkg.results import Triple


def axiom(triples: tuple[Triple, ...], only: Collection[Term] = ()) -> str:
    """A statement on one line: its first triple, with the class expressions written out.

    :param triples: the triple, and those that describe the blank nodes in it.
    :param only: of a long list of disjoint classes or different entities, name just these.
    """
    about: dict[Term, dict[str, list[Term]]] = {}
    for subject, predicate, value in triples:
        about.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
    subject, predicate, value = triples[0]
    own = about.get(subject, {})
    heads = own.get(OWL + "members") or own.get(OWL + "distinctMembers")
    if heads:
        members = list(_items(heads[0], about))
        named = [member for member in members if member in only]
        members = named if len(named) > 1 else members
        kind = "are disjoint" if value.value.endswith("Classes") else "all differ"
        return f"{', '.join(_expression(item, about) for item in members)} {kind}"
    name = _WORDS.get(predicate.value, compact(predicate.value))
    return f"{_expression(subject, about)} {name} {_expression(value, about)}"


_WORDS = {
    RDF + "type": "a",
    RDFS + "subClassOf": "is a subclass of",
    RDFS + "subPropertyOf": "is a subproperty of",
    RDFS + "domain": "has the domain",
    RDFS + "range": "has the range",
    OWL + "equivalentClass": "is equivalent to",
    OWL + "disjointWith": "is disjoint with",
    OWL + "propertyChainAxiom": "follows from the chain",
}


def _items(head: Term, about: dict[Term, dict[str, list[Term]]]) -> list[Term]:
    found: list[Term] = []
    while head in about and RDF + "first" in about[head] and len(found) < 10_000:
        found.append(about[head][RDF + "first"][0])
        head = about[head].get(RDF + "rest", [Term.iri(RDF + "nil")])[0]
    return found


def _expression(term: Term, about: dict[Term, dict[str, list[Term]]]) -> str:
    """A class or property expression, roughly as the Manchester syntax writes it."""
    if term.kind == IRI:
        return compact(term.value)
    if term.kind == LITERAL:
        return term.value
    parts = about.get(term, {})
    for name, word in ((OWL + "intersectionOf", " and "), (OWL + "unionOf", " or ")):
        if name in parts:
            inner = (_expression(item, about) for item in _items(parts[name][0], about))
            return f"({word.join(inner)})"
    if RDF + "first" in parts:
        return " o ".join(_expression(item, about) for item in _items(term, about))
    if OWL + "inverseOf" in parts:
        return f"inverse {_expression(parts[OWL + 'inverseOf'][0], about)}"
    if OWL + "complementOf" in parts:
        return f"not {_expression(parts[OWL + 'complementOf'][0], about)}"
    if OWL + "onProperty" in parts:
        property_ = _expression(parts[OWL + "onProperty"][0], about)
        for name, values in parts.items():
            short = _RESTRICTIONS.get(name)
            if short:
                on = [_expression(c, about) for c in parts.get(OWL + "onClass", ())]
                return " ".join([property_, short, _expression(values[0], about), *on])
    return "[...]"


_RESTRICTIONS = {
    OWL + "someValuesFrom": "some",
    OWL + "allValuesFrom": "only",
    OWL + "hasValue": "value",
    OWL + "minQualifiedCardinality": "min",
    OWL + "maxQualifiedCardinality": "max",
    OWL + "qualifiedCardinality": "exactly",
    OWL + "minCardinality": "min",
    OWL + "maxCardinality": "max",
    OWL + "cardinality": "exactly",
}
