"""Tables of references: reading them strictly, and writing their records as triples."""

from __future__ import annotations

import os

from twitchkg import resources
from twitchkg.errors import DataError
from twitchkg.namespaces import BASE, DCTERMS, LICENCE, MODULE, OWL, PREFIXES, RDF, RDFS, TWD, TWK
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from twitchkg.results import Triple

    Row = dict[str, str]

REFERENCE = BASE + "reference/"
_TYPE = Term.iri(RDF + "type")


def read(folder: str, name: str, columns: Sequence[str]) -> list[Row]:
    """The rows of a tab-separated table, each with the number of its line under ``line``.

    :param folder: where the reference tables are.
    :param name: the table's name, without ``.tsv``.
    :param columns: the columns it must have.
    :raises FileAccessError: if it cannot be read.
    :raises DataError: if a column is missing, or a row has more or fewer cells than the header.
    """
    path = os.path.join(folder, f"{name}.tsv")
    lines = resources.read_text(path, "reference table").split("\n")
    header = lines[0].rstrip("\r").split("\t")
    missing = [column for column in columns if column not in header]
    if missing:
        raise DataError(
            f"The reference table '{path}' lacks the column '{missing[0]}'. It must have "
            f"{', '.join(columns)}."
        )
    rows = []
    for number, line in enumerate(lines[1:], 2):
        if line:
            cells = line.rstrip("\r").split("\t")
            if len(cells) != len(header):
                raise DataError(
                    f"{path}:{number}: the row has {len(cells)} cells, the header {len(header)}. "
                    "Mend the row."
                )
            rows.append({**dict(zip(header, cells, strict=True)), "line": str(number)})
    return rows


def known(place: str, what: str, value: str, values: Iterable[str]) -> str:
    """A cell's value, if it is one of those known.

    :param place: the table and line, for the message.
    :param what: what the cell holds, such as ``unit``.
    :raises DataError: if it is not.
    """
    listed = list(values)
    if value not in listed:
        raise DataError(
            f"{place}: the {what} '{value}' is not known. Known: {', '.join(map(repr, listed))}."
        )
    return value


def at(name: str, row: Row) -> str:
    """The place of a row, for messages."""
    return f"{name}.tsv:{row['line']}"


def iri(curie: str) -> Term:
    """The IRI of a reference's identifier, written as a CURIE or as Orphanet's ``ORPHA:``.

    DECIPHER has no IRIs of its own; such a disease gets one below twitchkg's base.
    """
    prefix, _, local = curie.partition(":")
    if prefix == "DECIPHER":
        return Term.iri(f"{BASE}disease/{prefix}-{local}")
    prefix = {"ORPHA": "Orphanet"}.get(prefix, prefix)
    if prefix not in PREFIXES or not local:
        raise DataError(f"The identifier '{curie}' has no known prefix. Correct the table.")
    return Term.iri(PREFIXES[prefix] + local)


def node(kind: str, *parts: str) -> Term:
    """An IRI below twitchkg's base for a record, from the words that tell it apart."""
    import re

    words = re.sub(r"[^a-z0-9]+", "-", " ".join(parts).lower()).strip("-")
    return Term.iri(f"{BASE}{kind}/{words}")


def digest(kind: str, *parts: str) -> Term:
    """An IRI below twitchkg's base for a record, from a digest of what tells it apart."""
    from hashlib import sha256

    text = "\t".join(parts)
    return Term.iri(f"{BASE}{kind}/{sha256(text.encode('utf-8')).hexdigest()[:16]}")


def twk(name: str) -> Term:
    """A term of the ontology."""
    return Term.iri(TWK + name)


def twd(name: str) -> Term:
    """An entity."""
    return Term.iri(TWD + name)


def text(value: str) -> Term:
    """English text."""
    return Term.string(value, "en")


def record(subject: Term, class_: Term, *pairs: tuple[str, Term]) -> list[Triple]:
    """The triples of one record: its class and its properties, given by full IRI."""
    return [
        (subject, _TYPE, class_),
        *((subject, Term.iri(name), value) for name, value in pairs),
    ]


class Release:
    """One release of a reference: its slug, title, version, licence and how to cite it.

    Without a licence of its own, its figures are quoted as facts, with their source.
    """

    __slots__ = ("citation", "iri", "licence", "title", "version")

    def __init__(self, slug: str, title: str, version: str, licence: str, citation: str) -> None:
        self.iri = Term.iri(REFERENCE + slug)
        self.title = title
        self.version = version
        self.licence = licence
        self.citation = citation

    def triples(self) -> list[Triple]:
        """The release as a record."""
        return record(
            self.iri,
            twk("Reference"),
            (RDFS + "label", text(self.title)),
            (DCTERMS + "hasVersion", Term.string(self.version)),
            (DCTERMS + "bibliographicCitation", text(self.citation)),
            (DCTERMS + "license", Term.iri(self.licence))
            if self.licence
            else (DCTERMS + "rights", text("Facts, quoted with their source.")),
        )


class Evidence:
    """A file of evidence: its name, what it says, the releases it is from, and its triples."""

    __slots__ = ("meaning", "name", "releases", "triples")

    def __init__(
        self, name: str, meaning: str, releases: Sequence[Release], triples: Iterable[Triple]
    ) -> None:
        self.name = name
        self.meaning = meaning
        self.releases = tuple(releases)
        self.triples = list(triples)

    def all_triples(self) -> list[Triple]:
        """The records, the releases they are from, and the head of the file with its licences."""
        module = Term.iri(f"{MODULE}evidence/{self.name}")
        licences = sorted({release.licence or LICENCE for release in self.releases})
        head = record(
            module,
            Term.iri(OWL + "Ontology"),
            (DCTERMS + "title", text(f"twitchkg evidence: {self.name}")),
            *((DCTERMS + "license", Term.iri(licence)) for licence in licences),
            *((DCTERMS + "source", release.iri) for release in self.releases),
        )
        described = [triple for release in self.releases for triple in release.triples()]
        return [*head, *described, *self.triples]
