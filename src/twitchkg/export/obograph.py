"""The entities as classes, as OBO Graphs JSON: what OBO tools read instead of OWL."""

from __future__ import annotations

import json

from twitchkg import elprofile
from twitchkg.claims import NOTICE
from twitchkg.export.about import LICENSE, TITLE, version_iri
from twitchkg.namespaces import DCTERMS, OWL, RDF, RDFS, SKOS
from twitchkg.terms import BNODE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.claims import Queryable
    from twitchkg.terms import Term


def written(store: Queryable) -> bytes:
    """The axioms of the variant ``el``: nodes, is_a and existential edges, equivalences."""
    about: dict[Term, dict[str, list[Term]]] = {}
    for s, p, o in elprofile.triples(store):
        about.setdefault(s, {}).setdefault(p.value, []).append(o)
    nodes: list[dict[str, object]] = []
    edges: set[tuple[str, str, str]] = set()
    same: list[dict[str, object]] = []
    for subject, facts in sorted(about.items()):
        kinds = {term.value for term in facts.get(RDF + "type", ())}
        if subject.kind == BNODE or not kinds & {OWL + "Class", OWL + "ObjectProperty"}:
            continue
        nodes.append(_node(subject.value, facts, OWL + "Class" in kinds))
        for wider in facts.get(RDFS + "subClassOf", ()):
            if wider.kind == BNODE:
                (property_,) = about[wider][OWL + "onProperty"]
                (filler,) = about[wider][OWL + "someValuesFrom"]
                edges.add((subject.value, property_.value, filler.value))
            else:
                edges.add((subject.value, "is_a", wider.value))
        for wider in facts.get(RDFS + "subPropertyOf", ()):
            edges.add((subject.value, "subPropertyOf", wider.value))
        for other in facts.get(OWL + "equivalentClass", ()):
            ids = [subject.value, other.value]
            same.append({"representativeNodeId": subject.value, "nodeIds": ids})
    graph = {
        "id": elprofile.EL,
        "meta": {
            "version": version_iri(),
            "basicPropertyValues": [
                {"pred": DCTERMS + "description", "val": NOTICE},
                {"pred": DCTERMS + "license", "val": LICENSE},
                {"pred": DCTERMS + "title", "val": TITLE},
            ],
        },
        "nodes": nodes,
        "edges": [{"sub": s, "pred": p, "obj": o} for s, p, o in sorted(edges)],
        "equivalentNodesSets": same,
    }
    return (json.dumps({"graphs": [graph]}, indent=1, ensure_ascii=False) + "\n").encode()


def _node(iri: str, facts: dict[str, list[Term]], is_class: bool) -> dict[str, object]:
    def texts(property_: str) -> list[str]:
        found = facts.get(property_, ())
        return sorted(term.value for term in found if term.language in ("", "en"))

    node: dict[str, object] = {"id": iri}
    if labels := texts(RDFS + "label"):
        node["lbl"] = labels[0]
    node["type"] = "CLASS" if is_class else "PROPERTY"
    if not is_class:
        node["propertyType"] = "OBJECT"
    meta: dict[str, object] = {}
    if definitions := texts(SKOS + "definition"):
        meta["definition"] = {"val": definitions[0]}
    if names := texts(SKOS + "altLabel"):
        meta["synonyms"] = [{"pred": "hasExactSynonym", "val": name} for name in names]
    if meta:
        node["meta"] = meta
    return node
