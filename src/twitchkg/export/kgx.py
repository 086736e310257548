"""Nodes and edges for KGX, in the terms of the Biolink model.

``ontology/mappings/biolink.tsv`` says which category or predicate each class and property comes
nearest to; what it leaves out is ``biolink:NamedThing`` and ``biolink:related_to``. An edge is one
claim, so that documents stay apart and denials stay denials.
"""

from __future__ import annotations

import json

from twitchkg import mappings
from twitchkg.export import content
from twitchkg.export.tables import SEPARATOR, Reader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.claims import Queryable

COLUMNS = ("term", "match", "biolink", "inverse", "release")
ANY_NODE, ANY_EDGE = "biolink:NamedThing", "biolink:related_to"
KNOWLEDGE_SOURCE = "infores:twitchkg"
"""The graph as a source of knowledge; the name is not registered with the Information Resources."""

_NODE = (
    "id",
    "category",
    "name",
    "description",
    "synonym",
    "xref",
    "equivalent_identifiers",
    "red_flags",
)
_EDGE = (
    *("id", "subject", "predicate", "object", "category", "negated", "original_predicate"),
    *("publications", "primary_knowledge_source", "knowledge_level", "agent_type"),
    *("certainty", "frequency", "caution", "red_flags"),
)
_CLASSES = "SELECT ?key ?value WHERE { ?key rdfs:subClassOf ?value FILTER(ISIRI(?value)) }"
Record = dict[str, "str | bool | list[str]"]


def table() -> dict[str, tuple[str, bool]]:
    """For each mapped term its Biolink category or predicate, and whether that runs backwards."""
    rows = mappings.table("biolink.tsv", COLUMNS)
    return {row["term"]: (row["biolink"], row["inverse"] == "true") for row in rows}


def records(store: Queryable) -> tuple[list[Record], list[Record]]:
    """Nodes and edges, each sorted by id; empty properties are left out."""
    known, reader = table(), Reader(store)
    above = {
        key.rpartition("/")[2]: [str(v).rpartition("/")[2] for v in values]
        for key, values in reader.many(_CLASSES).items()
    }

    def category(name: str) -> list[str]:
        """The categories of the nearest mapped classes, at or above a class."""
        if f"twk:{name}" in known:
            return [known[f"twk:{name}"][0]]
        return [c for wider in above.get(name, ()) for c in category(wider)]

    nodes = []
    for row in content.nodes(reader).dicts():
        found = sorted({c for name in _list(row["classes"]) for c in category(name)})
        specific = [c for c in found if c != ANY_NODE] or [ANY_NODE]
        cells = ("close", "broad", "narrow", "related")
        xrefs = {x for kind in cells for x in _list(row[f"{kind}_matches"])}
        exact = _list(row["exact_matches"])
        nodes.append(
            _record(
                _NODE,
                *(row["id"], specific, row["label"], row["definition"], _list(row["synonyms"])),
                *(sorted(xrefs | set(exact)), exact, row["red_flags"]),
            )
        )
    ids = {node["id"] for node in nodes}
    edges = []
    for row in content.claims(reader).dicts():
        ends = [row["subject"], row["object"]]
        if not ids.issuperset(ends):
            continue
        predicate, inverse = known.get(str(row["predicate"]), (ANY_EDGE, False))
        subject, object_ = reversed(ends) if inverse else ends
        edges.append(
            _record(
                _EDGE,
                *(row["id"], subject, predicate, object_, ["biolink:Association"]),
                *(row["negated"], row["predicate"], [row["source"]], KNOWLEDGE_SOURCE),
                *(row["knowledge_level"], row["agent_type"], row["certainty"]),
                *(row["frequency"], row["caution"], row["red_flags"]),
            )
        )
    return nodes, edges


def _list(cell: object) -> list[str]:
    return str(cell).split(SEPARATOR) if cell is not None else []


def _record(names: Sequence[str], *values: object) -> Record:
    made: Record = {}
    for name, value in zip(names, values, strict=True):
        if isinstance(value, str | bool | list) and value != []:
            made[name] = value
    return made


def tsv(store: Queryable) -> dict[str, bytes]:
    """``nodes.tsv`` and ``edges.tsv``; several values are joined by ``|``."""
    nodes, edges = records(store)
    return {
        "twitchkg_nodes.tsv": _tsv(_NODE, nodes),
        "twitchkg_edges.tsv": _tsv(_EDGE, edges),
    }


def _tsv(names: Sequence[str], records: list[Record]) -> bytes:
    def cell(value: object) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        text = SEPARATOR.join(value) if isinstance(value, list) else str(value or "")
        return " ".join(text.split())

    lines = ["\t".join(names)]
    lines += ["\t".join(cell(record.get(name)) for name in names) for record in records]
    return ("\n".join(lines) + "\n").encode()


def jsonl(store: Queryable) -> dict[str, bytes]:
    """``nodes.jsonl`` and ``edges.jsonl``, one record a line."""
    files = {}
    for name, found in zip(("nodes", "edges"), records(store), strict=True):
        lines = [json.dumps(record, ensure_ascii=False) for record in found]
        files[f"twitchkg_{name}.jsonl"] = ("\n".join(lines) + "\n").encode()
    return files
