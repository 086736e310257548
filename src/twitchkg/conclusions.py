"""What follows from claims by the axioms: edges from qualifiers, inferred edges and types, and why.

Like ``derive``, every function reads a graph of schema, data and claims and returns triples.
"""

from __future__ import annotations

from twitchkg import derive
from twitchkg.entailment import TYPE, Axioms, Entailed
from twitchkg.namespaces import BASE, GRAPH, OWL, RDF, TWK, USER_GRAPH
from twitchkg.terms import BNODE, IRI, LITERAL, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

INFERENCE = BASE + "inference/"
STATEMENT = BASE + "statement/"

_GRAPH = "SELECT ?s ?p ?o WHERE {{ GRAPH <{0}> {{ ?s ?p ?o }} }}"
_DISTINCT = """
SELECT DISTINCT ?entity
WHERE {{ ?entity rdf:type/rdfs:subClassOf* <{0}> FILTER(ISIRI(?entity)) }}
ORDER BY ?entity
"""
DISTINCT = ("Condition", "Food", "Nutrient")
"""The classes whose named members all differ from one another."""


def different(store: Queryable) -> list[Triple]:
    """For each class of :data:`DISTINCT`, the axiom that its named members differ."""
    made: list[Triple] = []
    for name in DISTINCT:
        members = [_term(row[0]) for row in _rows(store, _DISTINCT.format(TWK + name))]
        axiom = Term(BNODE, f"different{name}")
        cells = [Term(BNODE, f"{axiom.value}{number}") for number in range(len(members))]
        ends = [*cells[1:], Term.iri(RDF + "nil")]
        if len(members) > 1:
            made.append((axiom, TYPE, Term.iri(OWL + "AllDifferent")))
            made.append((axiom, Term.iri(OWL + "distinctMembers"), cells[0]))
            for cell, member, end in zip(cells, members, ends, strict=True):
                made.append((cell, Term.iri(RDF + "first"), member))
                made.append((cell, Term.iri(RDF + "rest"), end))
    return made


def given(store: Queryable) -> tuple[Axioms, dict[Triple, list[Term]]]:
    """The axioms, and the facts from which they conclude with the records behind each.

    The facts are the curated ones, the plain edges and those from qualifiers. Behind an edge of
    claims stands its assertion, behind one from a qualifier its claims, behind a curated one none.
    """
    schema = _graphs(store, "schema")
    axioms = Axioms([*schema, *different(store)])
    known = {TYPE}
    for kind in ("ObjectProperty", "DatatypeProperty"):
        known.update(axioms.is_a(kind))
    facts: dict[Triple, list[Term]] = {}
    for triple in (*schema, *_graphs(store, "data")):
        subject, predicate, value = triple
        if subject.kind == IRI and value.kind != BNODE and predicate in known:
            facts[triple] = []
    for triple in list(facts):
        if triple[1] == TYPE and triple[2].value.startswith((OWL, RDF)):
            del facts[triple]
    facts |= derive.qualified_claims(store)
    facts |= {edge: [Term.iri(derive.assertion_iri(*edge))] for edge in derive.edges(store)}
    return axioms, facts


def inferred(store: Queryable) -> list[Triple]:
    """The edges and types that the axioms add, each with its inferences.

    Superclasses and transitive closures are not among them: ``derive`` has these.
    """
    axioms, facts = given(store)
    entailed = Entailed(axioms, facts)
    before = {*derive.types(store), *derive.closures(store)}
    made: dict[Triple, None] = {}
    for conclusion, proofs in entailed.proofs.items():
        if conclusion not in before:
            made[conclusion] = None
            for proof in proofs:
                made |= dict.fromkeys(_inference(conclusion, entailed.leaves(proof), facts))
    return list(made)


def inference_iri(conclusion: Triple, leaves: Iterable[Triple]) -> str:
    """The IRI of an inference, the same in every build.

    :param conclusion: the inferred edge or type.
    :param leaves: the statements on which it rests.
    """
    return INFERENCE + _digest((conclusion, *sorted(leaves)))


MADE = (
    derive.Made("different", "That named conditions, foods and nutrients all differ.", different),
    derive.Made("inferred", "What the axioms add to claims and data, and from what.", inferred),
)
"""What this module derives, in order."""


def _inference(
    conclusion: Triple, leaves: list[Triple], facts: dict[Triple, list[Term]]
) -> list[Triple]:
    """The record of one way to a conclusion, with the curated statements it rests on."""
    edges = [leaf for leaf in leaves if leaf[1] != TYPE]
    node = Term.iri(inference_iri(conclusion, edges))
    subject, predicate, value = conclusion
    made = [(node, TYPE, _twk("Inference")), (node, _twk("subject"), subject)]
    if predicate == TYPE:
        made.append((node, _twk("inferredClass"), value))
    else:
        made += [(node, _twk("predicate"), predicate), (node, _twk("object"), value)]
        between = {end for edge in edges for end in (edge[0], edge[2]) if end.kind == IRI}
        made += [(node, _twk("through"), end) for end in between - {subject, value}]
    for edge in edges:
        records = facts[edge]
        if not records:
            record = Term.iri(STATEMENT + _digest((edge,)))
            slot = "objectValue" if edge[2].kind == LITERAL else "object"
            made += [
                (record, TYPE, _twk("CuratedStatement")),
                (record, _twk("subject"), edge[0]),
                (record, _twk("predicate"), edge[1]),
                (record, _twk(slot), edge[2]),
            ]
            records = [record]
        made += [(node, _twk("restsOn"), record) for record in records]
    return made


def _digest(triples: Iterable[Triple]) -> str:
    from hashlib import sha256

    text = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples)
    return sha256(text.encode()).hexdigest()[:16]


def _graphs(store: Queryable, name: str) -> list[Triple]:
    """The triples of a graph, and of that of a user's own beside it."""
    rows = [
        row
        for graph in (GRAPH + name, f"{USER_GRAPH}/{name}")
        for row in _rows(store, _GRAPH.format(graph))
    ]
    return [(_term(s), _term(p), _term(o)) for s, p, o in rows]


def _rows(store: Queryable, query: str) -> list[tuple[Term | None, ...]]:
    return [row.terms for row in store.query(query).rows]


def _term(term: Term | None) -> Term:
    assert term is not None
    return term


def _twk(name: str) -> Term:
    return Term.iri(TWK + name)
