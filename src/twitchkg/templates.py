"""Templates to fill in: a claim, an entity, and the record of a document."""

from __future__ import annotations

import os
import re

from twitchkg import claims, layout, lookup, sources, store
from twitchkg.errors import DataError, ParameterError, SourceError, UnknownNameError
from twitchkg.namespaces import (
    BASE,
    DCTERMS,
    ONTOLOGY,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    SPDX,
    TWC,
    TWD,
    TWK,
    TWSRC,
    compact,
)
from twitchkg.terms import XSD, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.results import Triple

_TYPE = RDF + "type"
_KNOWN_SOURCES = """
SELECT ?source ?document
WHERE { ?source a twk:Source ; dcterms:identifier ?document }
ORDER BY ?source
"""
_SERIALS = """
SELECT (REPLACE(STR(?claim), "^.*-", "") AS ?serial)
WHERE {{ ?claim a twk:Claim ; dcterms:source <{0}> }}
"""


def base_of(text: str) -> str:
    """The base of a user's own IRIs, checked.

    :param text: an absolute IRI that ends in ``/`` or ``#``.
    :raises ParameterError: if it is none, or one of twitchkg.
    """
    if not re.fullmatch(r"https?://[^\s<>\"{}|^`\\/?#]+[^\s<>\"{}|^`\\]*[/#]", text):
        raise ParameterError(
            f"'{text}' is no base of IRIs. Give one that you may name things in and that ends in / "
            "or #, such as https://example.org/own/."
        )
    if text.startswith((BASE, ONTOLOGY + "#")):
        raise ParameterError(
            f"'{text}' belongs to twitchkg. Give a base of your own, such as "
            "https://example.org/own/."
        )
    return text


def document(
    graph: store.Store, path: str, base: str, key: str | None = None, title: str | None = None
) -> str:
    """The record of a document, with length and digest filled in, as Turtle.

    :param graph: the graph, for the names in use.
    :param path: the document: UTF-8 text with LF and without BOM.
    :param base: the base of the user's own IRIs.
    :param key: what to name it; its file's name without the ending when omitted.
    :param title: what it is about, in words of one's own; a place to fill in when omitted.
    :raises SourceError: if the file is no such text, or empty.
    :raises DataError: if the key is none, or something else has it.
    """
    from hashlib import sha256

    text = sources.plain_text(path)
    if not text.strip():
        raise SourceError(f"'{path}' is empty. Give a document with words in it.")
    name = os.path.basename(path)
    key = claims.short_name(name) if key is None else key
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key):
        raise DataError(
            f"'{key}' is no key of a document. Give --key with small Latin letters, digits and "
            "single hyphens, such as leaflet-1."
        )
    node = _free(graph, base + key)
    checksum = Term.iri(f"{base}{key}-checksum")
    digest = Term("literal", sha256(text.encode("utf-8")).hexdigest(), XSD + "hexBinary")
    sha_256 = Term.iri(SPDX + "checksumAlgorithm_sha256")
    return _rendered(
        base,
        [
            (node, Term.iri(_TYPE), Term.iri(TWK + "Source")),
            (node, Term.iri(TWK + "lengthCodePoints"), Term.integer(len(text))),
            (node, Term.iri(TWK + "sourceKind"), Term.iri(TWD + "consumer-health-article")),
            (node, Term.iri(DCTERMS + "identifier"), Term.string(name)),
            (node, Term.iri(DCTERMS + "language"), Term.string("en")),
            (node, Term.iri(DCTERMS + "title"), Term.string(title or "TITLE", "en")),
            (node, Term.iri(SPDX + "checksum"), checksum),
            (checksum, Term.iri(_TYPE), Term.iri(SPDX + "Checksum")),
            (checksum, Term.iri(SPDX + "algorithm"), sha_256),
            (checksum, Term.iri(SPDX + "checksumValue"), digest),
        ],
    )


def claim(
    graph: store.Store,
    folder: str,
    source: str,
    text: str,
    line: int | None = None,
    base: str | None = None,
) -> tuple[str, list[lookup.Match]]:
    """A claim to fill in: offsets and serial are there, subject, predicate and object are not.

    :param graph: the graph, for the serials in use and the entities.
    :param folder: where the user's copies of the documents are.
    :param source: the document's key, such as ``000``, its CURIE or IRI.
    :param text: the words of the passage.
    :param line: the line on which they stand, where they stand more than once.
    :param base: the base of the user's own IRIs; twitchkg's own when omitted.
    :returns: the claim as Turtle, and the entities that the passage may be about.
    :raises SourceError: if the words are not there, or there more than once.
    """
    iri, key = _source(graph, source, base)
    places = [
        place
        for place in sources.locate(graph, folder, text, iri)
        if line is None or place.line == line
    ]
    if len(places) != 1:
        lines = ", ".join(str(place.line) for place in places)
        raise SourceError(
            f"The words stand {len(places)} times in {compact(iri)}, on lines {lines}. "
            "Give more words, or --line."
            if places
            else f"The words do not stand in {compact(iri)}. Copy them as the document has them."
        )
    serials = [int(str(row[0])) for row in graph.query(_SERIALS.format(iri)) if _serial(row[0])]
    node = Term.iri(f"{base or TWC}{key}-{max(serials, default=0) + 1:04d}")
    slots: list[tuple[str, Term]] = [
        (_TYPE, Term.iri(TWK + "Claim")),
        (DCTERMS + "source", Term.iri(iri)),
        (TWK + "subject", Term.iri(TWD + "SUBJECT")),
        (TWK + "predicate", Term.iri(TWK + "PREDICATE")),
        (TWK + "object", Term.iri(TWD + "OBJECT")),
        (TWK + "isNegated", Term.boolean(False)),
        (TWK + "isFoundIn", Term.iri(places[0].passage)),
    ]
    if base is not None:
        slots += [
            (PREFIXES["biolink"] + "agent_type", Term.string("manual_agent")),
            (PREFIXES["biolink"] + "knowledge_level", Term.string("knowledge_assertion")),
            (PREFIXES["prov"] + "wasAttributedTo", Term.iri(base + "READER")),
        ]
    index = lookup.Index(graph)
    named = [lookup.resolve(graph, f"<{iri}>") for iri in index.mentions(text)]
    turtle = _rendered(base, [(node, Term.iri(name), value) for name, value in slots], "kept")
    return turtle, named


def entity(graph: store.Store, class_: str, label: str, base: str | None = None) -> str:
    """An entity to fill in, as Turtle.

    :param graph: the graph, for the classes and names in use.
    :param class_: the local name of a class such as ``Nutrient``, or the IRI of one.
    :param label: the entity's English label.
    :param base: the base of the user's own IRIs; twitchkg's own when omitted.
    :raises UnknownNameError: if there is no such class.
    :raises DataError: if an entity has that name already, or the label makes no slug.
    """
    rows = graph.query("SELECT ?class WHERE { ?class rdfs:subClassOf* twk:Entity } ORDER BY ?class")
    classes = {str(row[0]).removeprefix(TWK): str(row[0]) for row in rows}
    if class_ not in classes:
        from twitchkg.catalogue import unknown

        listed = ", ".join(classes)
        raise UnknownNameError(unknown("class", class_, list(classes), f"Classes: {listed}."))
    slug = "-".join(lookup.normalised(label).split())
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
        raise DataError(f"The label '{label}' makes no slug. Use Latin letters and digits.")
    taken = lookup.Index(graph).exact(label)
    if taken:
        raise DataError(f"'{label}' is a name of {compact(min(taken))} already. Use that entity.")
    node = Term.iri(TWD + slug) if base is None else _free(graph, base + slug)
    return _rendered(
        base,
        [
            (node, Term.iri(_TYPE), Term.iri(classes[class_])),
            (node, Term.iri(RDFS + "label"), Term.string(label, "en")),
            (node, Term.iri(SKOS + "definition"), Term.string("DEFINITION.", "en")),
        ],
    )


def _rendered(base: str | None, triples: Iterable[Triple], order: str = "sorted") -> str:
    own = {} if base is None else {"own": base}
    return layout.render(triples, prefixes={**PREFIXES, **own}, order=order)


def _free(graph: store.Store, iri: str) -> Term:
    if graph.knows(iri):
        raise DataError(f"<{iri}> names something already. Use that, or give another name.")
    return Term.iri(iri)


def _source(graph: store.Store, text: str, base: str | None) -> tuple[str, str]:
    """The IRI and the key of a source."""
    known = []
    for row in graph.query(_KNOWN_SOURCES):
        iri = str(row["source"])
        ours = iri.startswith(TWSRC)
        key = iri.removeprefix(TWSRC) if ours else claims.short_name(str(row["document"]))
        if base is not None and iri == base + text:
            return iri, text
        if text in (iri, compact(iri), key):
            return iri, key
        known.append(key)
    keys = ", ".join(known)
    raise UnknownNameError(f"No source is named '{text}'. The sources are {keys}.")


def _serial(value: object) -> bool:
    return str(value).isdigit()
