"""JSON-LD that people can read: the keys of ``ontology/context.jsonld``, one node a line.

A library could compact the engine's JSON-LD with that context, but takes many times as long.
"""

from __future__ import annotations

import json
import os

from twitchkg import resources
from twitchkg.namespaces import RDF, TWK, compact
from twitchkg.terms import BNODE, IRI, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeAlias

    from twitchkg.results import Triple
    from twitchkg.terms import Term

    Json: TypeAlias = "str | int | bool | dict[str, str]"

FILE = "context.jsonld"
_TYPE = RDF + "type"


def context() -> dict[str, object]:
    """The context: each key with the property it stands for and how its values are read.

    :raises twitchkg.errors.FileAccessError: if the bundled file is missing.
    """
    path = os.path.join(resources.data_root(), "ontology", FILE)
    found = json.loads(resources.read_text(path, "JSON-LD context"))["@context"]
    assert isinstance(found, dict)
    return found


def written(triples: Iterable[Triple]) -> bytes:
    """Triples as one JSON-LD document with the context inside.

    :param triples: sorted by subject.
    """
    writer = _Writer(context())
    parts = []
    node: dict[str, object] = {}
    subject: Term | None = None
    for s, p, o in triples:
        if s is not subject and s != subject:
            if node:
                parts.append(_encode(node))
            subject, node = s, {"id": writer.reference(s)}
        writer.add(node, p.value, o)
    if node:
        parts.append(_encode(node))
    head = json.dumps({"@context": writer.context}, ensure_ascii=False)[:-1]
    nodes = ",\n".join(parts)
    return f'{head}, "@graph": [\n{nodes}\n]}}\n'.encode()


_encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


class _Writer:
    """Keys and values by the rules of one context."""

    def __init__(self, context: dict[str, object]) -> None:
        self.context = context
        prefixes = {
            name: value if isinstance(value, str) else str(value["@id"])
            for name, value in context.items()
            if (isinstance(value, str) and value[-1] in "/#:")
            or (isinstance(value, dict) and value.get("@prefix"))
        }

        def full(name: str) -> str:
            prefix, _, local = name.partition(":")
            return prefixes[prefix] + local if prefix in prefixes else name

        # For each property: the key, and "id", "vocab", "language" or a datatype ("" for none).
        self._keys: dict[str, tuple[str, str]] = {_TYPE: ("type", "vocab")}
        for key, value in context.items():
            if key.startswith("@") or key in prefixes or value in ("@id", "@type"):
                continue
            if isinstance(value, str):
                self._keys[full(value)] = (key, "")
            elif isinstance(value, dict):
                kind = str(value.get("@type", value.get("@container", ""))).removeprefix("@")
                kind = kind if kind in ("id", "vocab", "language", "") else full(kind)
                self._keys[full(str(value["@id"]))] = (key, kind)
        self._names: dict[str, str] = {}
        self._words: dict[str, str] = {}

    def reference(self, term: Term) -> str:
        """A node as a value: a CURIE where a prefix fits."""
        if term.kind == BNODE:
            return f"_:{term.value}"
        found = self._names.get(term.value)
        if found is None:
            found = self._names[term.value] = compact(term.value)
        return found

    def word(self, iri: str) -> str:
        """A class or property as a value: its key, or its own name in the vocabulary."""
        found = self._words.get(iri)
        if found is None:
            if iri != _TYPE and iri in self._keys:
                found = self._keys[iri][0]
            else:
                local = iri.removeprefix(TWK)
                own = iri.startswith(TWK) and local.isalnum() and local not in self.context
                found = local if own else compact(iri)
            self._words[iri] = found
        return found

    def add(self, node: dict[str, object], property_: str, value: Term) -> None:
        """Add a statement to a node."""
        key, kind = self._keys.get(property_) or (self.word(property_), "")
        if kind == "language" and value.language:
            names = node.setdefault(key, {})
            assert isinstance(names, dict)
            _append(names, value.language, value.value)
            return
        cell: Json
        if value.kind in (IRI, BNODE):
            if kind == "vocab" and value.kind == IRI:
                cell = self.word(value.value)
            elif kind in ("id", "vocab"):
                cell = self.reference(value)
            else:
                key = compact(property_) if kind else key
                cell = {"id": self.reference(value)}
        elif kind and kind == value.datatype:
            cell = value.value
        else:
            key = compact(property_) if kind else key
            cell = _literal(value)
        _append(node, key, cell)


def _append(node: dict[str, object], key: str, value: Json) -> None:
    known = node.get(key)
    if known is None:
        node[key] = value
    elif isinstance(known, list):
        known.append(value)
    else:
        node[key] = [known, value]


def _literal(value: Term) -> Json:
    text, datatype = value.value, value.datatype
    if value.language:
        return {"@value": text, "@language": value.language}
    if not datatype:
        return text
    if datatype == XSD + "boolean" and text in ("true", "false"):
        return text == "true"
    if datatype == XSD + "integer" and len(text) < 16 and str(_whole(text)) == text:
        return int(text)
    return {"@value": text, "@type": compact(datatype)}


def _whole(text: str) -> int | None:
    try:
        return int(text)
    except ValueError:
        return None
