"""Mapping sets in SSSOM, and the SKOS triples made from them.

``ontology/mappings/`` holds one TSV for each target vocabulary, ``labels.tsv`` with the names that
translations of these vocabularies give, and ``replaced.tsv`` with retired identifiers.
"""

from __future__ import annotations

import os
import re
from functools import partial

from twitchkg import resources
from twitchkg.derive import Made
from twitchkg.errors import DataError
from twitchkg.namespaces import BASE, DCTERMS, OWL, RDF, RDFS, SKOS, TWK, expand
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

SUFFIX = ".sssom.tsv"
NO_TERM = "sssom:NoTermFound"
PREDICATES = tuple(f"skos:{kind}Match" for kind in ("exact", "close", "broad", "narrow", "related"))
COLUMNS = (
    *("subject_id", "subject_label", "predicate_id", "object_id", "object_label"),
    *("mapping_justification", "author_label", "comment"),
)
LABEL_COLUMNS = ("subject_id", "object_id", "label", "language", "kind", "status", "source")
REPLACED_COLUMNS = ("old_id", "new_id", "source")
_LICENCE = "license"
_LOCAL = re.compile(r"[A-Za-z0-9_.-]+")
_IRI = re.compile(r"https?://[A-Za-z0-9.-]+(/[A-Za-z0-9._~/#?=-]*)?")
_XL = "http://www.w3.org/2008/05/skos-xl#"


class MappingSet:
    """One mapping set: ``name``, its metadata and its rows as dictionaries by column."""

    __slots__ = ("metadata", "name", "path", "rows")

    def __init__(
        self, path: str, metadata: dict[str, str], rows: tuple[dict[str, str], ...]
    ) -> None:
        self.path = path
        self.name = os.path.basename(path).removesuffix(SUFFIX)
        self.metadata = metadata
        self.rows = rows


def sets(root: str | None = None) -> list[MappingSet]:
    """All mapping sets, sorted by name.

    :param root: the folder that holds ``ontology/``; the bundled data when omitted.
    :raises DataError: if a file has a broken header or row, with file and line.
    """
    paths = resources.files(os.path.join("ontology", "mappings"), SUFFIX, root)
    return [read(path) for path in paths]


def read(path: str) -> MappingSet:
    """The mapping set of one SSSOM TSV file.

    :raises DataError: if the header or a row is broken, with file and line.
    :raises twitchkg.errors.FileAccessError: if the file cannot be read.
    """
    metadata: dict[str, str] = {}
    lines = _lines(path, "mapping file")
    head = 0
    while head < len(lines) and lines[head].startswith("#"):
        line = lines[head][1:].rstrip()
        key, colon, value = line.partition(":")
        if not colon:
            raise DataError(f"{path}:{head + 1}: cannot read the metadata line '{lines[head]}'.")
        if not line.startswith((" ", "\t")):
            metadata[key.strip()] = value.strip().strip('"')
        head += 1
    for key in ("mapping_set_id", _LICENCE, "object_source_version"):
        if key not in metadata:
            raise DataError(f"{path}: the header lacks '#{key}:'. Add it as SSSOM asks.")
    rows = tuple(_rows(path, lines, head, COLUMNS))
    for number, row in enumerate(rows, head + 2):
        known = row["predicate_id"] in PREDICATES and row["subject_id"].startswith("twd:")
        if not known or not _is_id(row["subject_id"]) or not _is_id(row["object_id"]):
            raise DataError(
                f"{path}:{number}: a row must map a twd: entity by one of "
                f"{', '.join(PREDICATES)} to an id with a known prefix."
            )
    if not _IRI.fullmatch(metadata[_LICENCE].strip("<>")):
        raise DataError(f"{path}: the licence '{metadata[_LICENCE][:80]}' is no IRI. Give its IRI.")
    return MappingSet(path, metadata, rows)


def _lines(path: str, what: str) -> list[str]:
    """The lines of a text file, which end where the format says and at no other character."""
    return resources.read_text(path, what).replace("\r\n", "\n").removesuffix("\n").split("\n")


def _rows(
    path: str, lines: list[str], head: int, columns: tuple[str, ...]
) -> Iterator[dict[str, str]]:
    """The rows of a TSV text whose header must name just these columns."""
    names = lines[head].split("\t") if head < len(lines) else []
    if tuple(names) != columns:
        raise DataError(
            f"{path}:{head + 1}: the columns must be {', '.join(columns)}, not "
            f"{', '.join(names) or 'none'}."
        )
    for number, line in enumerate(lines[head + 1 :], head + 2):
        cells = line.split("\t")
        if len(cells) != len(names):
            raise DataError(f"{path}:{number}: {len(cells)} cells where {len(names)} must be.")
        yield dict(zip(names, cells, strict=True))


def table(name: str, columns: tuple[str, ...], root: str | None = None) -> list[dict[str, str]]:
    """The rows of a plain TSV file of ``ontology/mappings/``; none where there is no such file.

    :raises DataError: if its header or a row is broken, with file and line.
    """
    found = resources.files(os.path.join("ontology", "mappings"), name, root)
    return [
        row
        for path in found
        if os.path.basename(path) == name
        for row in _rows(path, _lines(path, "table"), 0, columns)
    ]


def triples_of(mapping_set: MappingSet) -> list[Triple]:
    """The SKOS triples of a mapping set, with the label of each external term."""
    made: list[Triple] = [
        (
            _header(mapping_set.name),
            Term.iri(DCTERMS + "license"),
            _iri(mapping_set.metadata[_LICENCE]),
        )
    ]
    for row in mapping_set.rows:
        subject = _id(row["subject_id"])
        if row["object_id"] == NO_TERM:
            made.append((subject, Term.iri(TWK + "lacksTermIn"), Term.string(mapping_set.name)))
            continue
        object_ = _id(row["object_id"])
        kind = row["predicate_id"].removeprefix("skos:")
        made.append((subject, Term.iri(SKOS + kind), object_))
        made.append((object_, Term.iri(RDF + "type"), Term.iri(TWK + "ExternalTerm")))
        if row["object_label"]:
            made.append((object_, Term.iri(RDFS + "label"), Term.string(row["object_label"], "en")))
    return made


def names_of(rows: Iterable[dict[str, str]]) -> list[Triple]:
    """Names in other languages, each with where it comes from and its status there.

    A name that translations give to several entities finds none of them.
    """
    from hashlib import sha256

    rows = list(rows)
    bearers: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        key_ = (row["label"].casefold(), row["language"])
        bearers.setdefault(key_, set()).add(row["subject_id"])
    made: list[Triple] = []
    for row in rows:
        name = Term.string(row["label"], row["language"])
        subject = _id(row["subject_id"])
        key = f"{row['subject_id']} {row['language']} {row['label']} {row['object_id']}"
        node = Term.iri(f"{BASE}label/{sha256(key.encode('utf-8')).hexdigest()[:16]}")
        if len(bearers[row["label"].casefold(), row["language"]]) == 1:
            made.append((subject, Term.iri(SKOS + "altLabel"), name))
        made += [
            (subject, Term.iri(_XL + "altLabel"), node),
            (node, Term.iri(RDF + "type"), Term.iri(_XL + "Label")),
            (node, Term.iri(_XL + "literalForm"), name),
            (node, Term.iri(TWK + "translationStatus"), Term.string(row["status"])),
            (node, Term.iri(TWK + "translates"), _id(row["object_id"])),
            (_id(row["object_id"]), Term.iri(RDF + "type"), Term.iri(TWK + "ExternalTerm")),
            (node, Term.iri(DCTERMS + "source"), Term.string(row["source"], "en")),
        ]
    return made


def replaced_of(rows: Iterable[dict[str, str]]) -> list[Triple]:
    """Retired identifiers, each with the one that took its place."""
    made: list[Triple] = []
    for row in rows:
        old = _id(row["old_id"])
        made += [
            (old, Term.iri(OWL + "deprecated"), Term.boolean(True)),
            (old, Term.iri(DCTERMS + "isReplacedBy"), _id(row["new_id"])),
        ]
    return made


def makers() -> list[Made]:
    """What the build makes of the mapping files."""
    made = [
        Made(
            one.name,
            f"Mappings to {one.name}, made from {os.path.basename(one.path)}.",
            partial(_fixed, triples_of(one)),
            "mappings",
        )
        for one in sets()
    ]
    for name, triples in (
        ("labels", names_of(table("labels.tsv", LABEL_COLUMNS))),
        ("replaced", replaced_of(table("replaced.tsv", REPLACED_COLUMNS))),
    ):
        if triples:
            meaning = f"Made from {name}.tsv."
            made.append(Made(name, meaning, partial(_fixed, triples), "mappings"))
    return made


def _fixed(triples: list[Triple], _: Queryable) -> list[Triple]:
    return triples


def _header(name: str) -> Term:
    return Term.iri(f"{BASE}module/mappings/{name}")


def _id(curie: str) -> Term:
    iri = expand(curie)
    if iri is None or not _is_id(curie):
        raise DataError(
            f"The id '{curie[:80]}' must be a known prefix, a colon and letters, digits, '_', '-' "
            "or '.'. Correct it in its table."
        )
    return Term.iri(iri)


def _is_id(curie: str) -> bool:
    return expand(curie) is not None and _LOCAL.fullmatch(curie.partition(":")[2]) is not None


def _iri(text: str) -> Term:
    return Term.iri(text.strip("<>"))
