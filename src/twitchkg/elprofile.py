"""The entities as OBO-style classes: an OWL 2 EL ontology for Protégé, apart from the graph.

Twitch types, conditions, deficiencies and nutrients, and what they are related to, are classes
under the IRIs of their entities; each plain edge is an existential restriction. Such a text is
never merged with the graph, where the same IRIs are individuals.
"""

from __future__ import annotations

from twitchkg.namespaces import ONTOLOGY, OWL, PREFIXES, RDF, RDFS, SKOS, TWK
from twitchkg.terms import BNODE, IRI, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

FORMATS = ("rdfxml", "functional", "turtle")
"""The formats of the export; functional is the functional syntax of OWL 2."""

EL = ONTOLOGY + "/el"
KINDS = ("Condition", "Deficiency", "InvoluntaryMovement", "Nutrient")
"""The classes whose entities become classes, together with what they are related to."""

_SUBCLASS, _TYPE = Term.iri(RDFS + "subClassOf"), Term.iri(RDF + "type")
_CLASS, _PROPERTY = Term.iri(OWL + "Class"), Term.iri(OWL + "ObjectProperty")
_ENTITIES = """
SELECT DISTINCT ?entity ?class
WHERE {
  VALUES ?curated {
    <https://w3id.org/twitchkg/graph/data>
    <https://w3id.org/twitchkg/graph/user/data>
  }
  GRAPH ?curated { ?entity a ?class }
  ?class rdfs:subClassOf* twk:Entity .
}
"""
_EDGES = """
SELECT DISTINCT ?subject ?property ?object
WHERE {
  {
    GRAPH <https://w3id.org/twitchkg/graph/derived/edges> { ?subject ?property ?object }
  } UNION {
    VALUES ?curated {
      <https://w3id.org/twitchkg/graph/data>
      <https://w3id.org/twitchkg/graph/user/data>
    }
    GRAPH ?curated { ?subject ?property ?object }
  }
  ?property a owl:ObjectProperty ; rdfs:domain ?domain ; rdfs:range ?range .
  FILTER(?property NOT IN (twk:isDistinctFrom, twk:isSubtypeOf, twk:isOppositeOf))
}
"""
_BROADER = """
SELECT DISTINCT ?narrow ?wide
WHERE {
  VALUES ?curated {
    <https://w3id.org/twitchkg/graph/data>
    <https://w3id.org/twitchkg/graph/user/data>
  }
  GRAPH ?curated { ?narrow skos:broader ?wide }
}
"""
_MATCHES = """
SELECT DISTINCT ?entity ?kind ?term
WHERE {
  VALUES ?kind { skos:exactMatch skos:broadMatch }
  ?entity ?kind ?term .
  FILTER(STRSTARTS(STR(?term), STR(HP:)) || STRSTARTS(STR(?term), STR(MONDO:)))
}
"""
_HIERARCHY = """
SELECT DISTINCT ?narrow ?wide
WHERE { ?narrow rdfs:subClassOf ?wide FILTER(ISIRI(?narrow) && ISIRI(?wide)) }
"""
_TEXTS = """
SELECT ?thing ?property ?text
WHERE {
  VALUES ?property { rdfs:label skos:altLabel skos:definition }
  ?thing ?property ?text .
}
"""
_WITHIN = Term.iri(TWK + "isWithin")
_PART = Term.iri(TWK + "isPartOf")


def triples(store: Queryable) -> list[Triple]:
    """The axioms of the EL ontology, as triples.

    An entity lies below its classes and its broader entities. An exact match with a term of HPO or
    Mondo makes the two equivalent, a broad match puts the entity below the term.

    :param store: the graph.
    """
    classes: dict[Term, set[Term]] = {}
    for entity, class_ in _rows(store, _ENTITIES):
        classes.setdefault(entity, set()).add(class_)
    above: dict[Term, set[Term]] = {}
    for narrow, wide in _rows(store, _HIERARCHY):
        above.setdefault(narrow, set()).add(wide)
    kinds = {Term.iri(TWK + name) for name in KINDS}
    main = {e for e, direct in classes.items() if kinds & _closed(direct, above)}
    edges = [row for row in _rows(store, _EDGES) if row[0] in classes and row[2] in classes]
    edges = [edge for edge in edges if edge[0] in main or edge[1] == _PART]
    used = main | {end for edge in edges for end in (edge[0], edge[2])}
    broader = [row for row in _rows(store, _BROADER) if row[0] in used]
    while missing := {wide for narrow, wide in broader} - used:
        used |= missing
        broader = [row for row in _rows(store, _BROADER) if row[0] in used]
    matches = [row for row in _rows(store, _MATCHES) if row[0] in used]
    schema = _closed({c for entity in used for c in classes[entity]}, above)
    schema = {term for term in schema if term.value.startswith(TWK)}
    properties = {edge[1] for edge in edges} | {_WITHIN}

    made: dict[Triple, None] = {(Term.iri(EL), _TYPE, Term.iri(OWL + "Ontology")): None}
    for term in (*used, *schema, *(term for _, _, term in matches)):
        made[term, _TYPE, _CLASS] = None
    for property_ in properties:
        made[property_, _TYPE, _PROPERTY] = None
    made[_PART, Term.iri(RDFS + "subPropertyOf"), _WITHIN] = None
    made[_PART, _TYPE, _PROPERTY] = None
    made[_WITHIN, _TYPE, Term.iri(OWL + "TransitiveProperty")] = None
    for term in schema:
        made |= {(term, _SUBCLASS, wide): None for wide in above.get(term, ()) if wide in schema}
    for entity in used:
        made |= {(entity, _SUBCLASS, class_): None for class_ in classes[entity] & schema}
    made |= {(narrow, _SUBCLASS, wide): None for narrow, wide in broader}
    for entity, kind, term in matches:
        exact = kind.value == SKOS + "exactMatch"
        made[entity, Term.iri(OWL + "equivalentClass") if exact else _SUBCLASS, term] = None
    made |= dict.fromkeys(_restrictions(edges))
    matched = {term for _, _, term in matches}
    made |= dict.fromkeys(_texts(store, used | schema | properties | matched))
    return sorted(made)


def functional(given: Iterable[Triple]) -> str:
    """The triples of :func:`triples` in the functional syntax of OWL 2."""
    listed = sorted(given)
    about: dict[Term, dict[str, Term]] = {}
    for subject, predicate, value in listed:
        if subject.kind == BNODE:
            about.setdefault(subject, {})[predicate.value] = value
    lines = [f"Prefix({name}:=<{PREFIXES[name]}>)" for name in ("owl", "rdfs", "skos")]
    lines += ["", f"Ontology(<{EL}>"]
    for subject, predicate, value in listed:
        if subject.kind == IRI and subject.value != EL:
            lines.append(_axiom(subject, predicate, value, about))
    return "\n".join([*sorted(lines[:3]), *lines[3:5], *sorted(lines[5:]), ")", ""])


def _axiom(subject: Term, predicate: Term, value: Term, about: dict[Term, dict[str, Term]]) -> str:
    one, other = subject.n3(), value.n3()
    if value.kind == BNODE:
        parts = about[value]
        property_, filler = parts[OWL + "onProperty"], parts[OWL + "someValuesFrom"]
        other = f"ObjectSomeValuesFrom({property_.n3()} {filler.n3()})"
    if predicate == _TYPE and value.value == OWL + "TransitiveProperty":
        return f"TransitiveObjectProperty({one})"
    if predicate == _TYPE:
        return f"Declaration({value.value.removeprefix(OWL)}({one}))"
    if predicate == _SUBCLASS:
        return f"SubClassOf({one} {other})"
    if predicate.value == OWL + "equivalentClass":
        return f"EquivalentClasses({one} {other})"
    if predicate.value == RDFS + "subPropertyOf":
        return f"SubObjectPropertyOf({one} {other})"
    return f"AnnotationAssertion({predicate.n3()} {one} {other})"


def _restrictions(edges: Iterable[tuple[Term, ...]]) -> list[Triple]:
    made: list[Triple] = []
    for number, (subject, property_, value) in enumerate(sorted(set(edges))):
        node = Term(BNODE, f"some{number}")
        made += [
            (subject, _SUBCLASS, node),
            (node, _TYPE, Term.iri(OWL + "Restriction")),
            (node, Term.iri(OWL + "onProperty"), property_),
            (node, Term.iri(OWL + "someValuesFrom"), value),
        ]
    return made


def _texts(store: Queryable, things: set[Term]) -> list[Triple]:
    kept = [row for row in _rows(store, _TEXTS) if row[0] in things]
    made: list[Triple] = [(thing, property_, text) for thing, property_, text in kept]
    for name in ("altLabel", "definition"):
        made.append((Term.iri(SKOS + name), _TYPE, Term.iri(OWL + "AnnotationProperty")))
    return made


def _closed(names: set[Term], above: dict[Term, set[Term]]) -> set[Term]:
    found, ahead = set(names), list(names)
    while ahead:
        for wider in above.get(ahead.pop(), ()):
            if wider not in found:
                found.add(wider)
                ahead.append(wider)
    return found


def _rows(store: Queryable, query: str) -> list[tuple[Term, ...]]:
    rows = (row.terms for row in store.query(query).rows)
    return [tuple(term for term in row if term is not None) for row in rows]
