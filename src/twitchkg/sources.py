"""The user's copies of the documents: checking passages against them, and making passages."""

from __future__ import annotations

import os
import re
from collections import namedtuple

from twitchkg import resources
from twitchkg.errors import FileAccessError, SourceError
from twitchkg.namespaces import DCTERMS, OA, RDF, TWK, compact
from twitchkg.terms import XSD, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Container
    from typing import Any, NamedTuple

    from twitchkg.claims import Queryable
    from twitchkg.results import Triple

    class Document(NamedTuple):
        """A source as recorded: IRI, file name, length in code points and SHA-256 digest."""

        iri: str
        identifier: str
        length: int
        sha256: str

    class Place(NamedTuple):
        """Where words stand: source, offsets in code points from 0, line from 1, passage IRI."""

        source: str
        start: int
        end: int
        line: int
        passage: str

else:
    Document = namedtuple("Document", "iri identifier length sha256")
    Place = namedtuple("Place", "source start end line passage")

_DOCUMENTS = """
SELECT ?source ?identifier ?length ?sha256
WHERE {
  ?source a twk:Source ; dcterms:identifier ?identifier ; twk:lengthCodePoints ?length ;
    spdx:checksum/spdx:checksumValue ?sha256 .
}
ORDER BY ?source
"""
_PASSAGES = """
SELECT ?passage ?source ?start ?end ?line ?sha256
WHERE {
  ?passage a twk:Passage ; dcterms:isPartOf ?source ; oa:start ?start ; oa:end ?end ;
    twk:startLine ?line ; twk:sha256 ?sha256 .
}
ORDER BY ?source ?start ?end
"""
WANTED = """
SELECT ?passage ?source (MIN(?claim) AS ?first)
WHERE { ?claim a twk:Claim ; dcterms:source ?source ; twk:isFoundIn ?passage }
GROUP BY ?passage ?source
ORDER BY ?source ?passage
"""
"""The passages that claims stand on, each with its source and its first claim."""


def documents(store: Queryable) -> list[Document]:
    """The documents that the graph records, sorted by IRI."""
    return [Document(*(_plain(cell) for cell in row)) for row in store.query(_DOCUMENTS)]


def read(folder: str, document: Document) -> str:
    """The text of the user's copy of a document.

    :raises FileAccessError: if the copy is not there.
    :raises SourceError: if it is not the recorded text, or not plain UTF-8 with LF and no BOM.
    """
    from hashlib import sha256

    path = os.path.join(folder, document.identifier)
    if not os.path.isfile(path):
        raise FileAccessError(
            f"{compact(document.iri)} is missing: there is no '{document.identifier}' in "
            f"'{folder}'. Give the folder that holds the documents."
        )
    text = plain_text(path)
    if sha256(text.encode("utf-8")).hexdigest() != document.sha256.lower():
        raise SourceError(
            f"'{path}' is not the text that {compact(document.iri)} was read from: its SHA-256 "
            "digest differs. Get the original file."
        )
    return text


def plain_text(path: str) -> str:
    """The text of a document, of any: plain UTF-8 with LF and no BOM.

    :raises FileAccessError: if it cannot be read.
    :raises SourceError: if it has a byte order mark or CR line ends.
    """
    text = resources.read_text(path, "document")
    if text.startswith("\ufeff") or "\r" in text:
        raise SourceError(
            f"'{path}' starts with a byte order mark or has CR line ends. Save it as UTF-8 "
            "without BOM and with LF."
        )
    return text


def verify(
    store: Queryable, folder: str, progress: Callable[[str], object] = lambda text: None
) -> tuple[int, list[str]]:
    """Compare the documents' digests and every passage with the user's copies.

    :param store: the graph.
    :param folder: where the copies are, named as the graph records them.
    :param progress: is called with what is done next.
    :returns: how many passages were compared, and one line for each fault.
    """
    if not os.path.isdir(folder):
        raise FileAccessError(f"There is no folder '{folder}'. Give the one with the documents.")
    faults: list[str] = []
    texts: dict[str, str] = {}
    for document in documents(store):
        progress(f"reading {document.identifier}")
        try:
            texts[document.iri] = read(folder, document)
        except (FileAccessError, SourceError) as error:
            faults.append(str(error))
    compared = 0
    progress("comparing the passages")
    for row in store.query(_PASSAGES):
        passage, source, start, end, line, recorded = (_plain(cell) for cell in row)
        if source in texts:
            compared += 1
            faults += _passage_faults(passage, texts[source], start, end, (line, recorded))
    return compared, faults


def stamp(
    store: Queryable,
    folder: str,
    known_passages: Container[str] = (),
    progress: Callable[[str], object] = lambda text: None,
) -> list[Triple]:
    """Make the passages that the claims of the graph point at.

    :param store: a graph with sources and claims.
    :param folder: where the user's copies of the documents are.
    :param known_passages: the IRIs of passages that are there already.
    :param progress: is called with what is done next.
    :returns: the triples of the passages.
    :raises FileAccessError: if a document is missing.
    :raises SourceError: if a document differs from its record, or a claim points past its end.
    """
    known = {document.iri: document for document in documents(store)}
    texts: dict[str, str] = {}
    triples: list[Triple] = []
    for row in store.query(WANTED):
        passage, source, claim = (_plain(cell) for cell in row)
        if passage in known_passages:
            continue
        if source not in known:
            raise SourceError(
                f"{compact(claim)}: its source {compact(source)} is not described. Add it to "
                "ontology/data/sources.ttl."
            )
        if source not in texts:
            progress(f"making the passages of {known[source].identifier}")
            texts[source] = read(folder, known[source])
        triples += _stamped(passage, source, claim, texts[source])
    return triples


def locate(store: Queryable, folder: str, words: str, source: str | None = None) -> list[Place]:
    """Every place where the documents have these words.

    White space, letter case and the form of quotation marks and dashes do not matter.

    :param store: the graph.
    :param folder: where the user's copies of the documents are.
    :param words: a phrase of a document.
    :param source: IRI of the only source to look in.
    :raises SourceError: if there are no words to look for.
    """
    if not words.split():
        raise SourceError("There are no words to look for. Give a phrase of the document.")
    pattern = re.compile(r"\s+".join(map(_loose, words.split())), re.IGNORECASE)
    found = []
    for document in documents(store):
        if source in (None, document.iri):
            text = read(folder, document)
            for match in pattern.finditer(text):
                start, end = match.span()
                line = text.count("\n", 0, start) + 1
                found.append(
                    Place(document.iri, start, end, line, f"{document.iri}#char={start},{end}")
                )
    return found


def offsets(passage: str) -> tuple[int, int] | None:
    """The offsets that a passage's IRI gives in its RFC 5147 fragment, or ``None``.

    >>> offsets("https://w3id.org/twitchkg/source/000#char=15,27")
    (15, 27)
    """
    # No text is a million million code points long, and int() refuses thousands of figures.
    match = re.search(r"#char=(0|[1-9][0-9]{0,11}),([1-9][0-9]{0,11})$", passage)
    return (int(match[1]), int(match[2])) if match else None


def _loose(word: str) -> str:
    marks = {"'": "['’‘]", '"': '["“”]', "-": "[-–—]"}
    same = {form: group for group in marks.values() for form in group[1:-1]}
    return "".join(same.get(c, re.escape(c)) for c in word)


def _stamped(passage: str, source: str, claim: str, text: str) -> list[Triple]:
    from hashlib import sha256

    span = offsets(passage)
    if span is None or not passage.startswith(source + "#"):
        raise SourceError(
            f"{compact(claim)}: <{passage}> is no passage of {compact(source)}. Write "
            f"<{source}#char=START,END>."
        )
    start, end = span
    if not start < end <= len(text):
        raise SourceError(
            f"{compact(claim)}: <{passage}> does not lie within {compact(source)}, which has "
            f"{len(text)} code points. Locate the words again with 'twitchkg sources locate'."
        )
    node = Term.iri(passage)
    digest = sha256(text[start:end].encode("utf-8")).hexdigest()
    return [
        (node, Term.iri(RDF + "type"), Term.iri(TWK + "Passage")),
        (node, Term.iri(DCTERMS + "isPartOf"), Term.iri(source)),
        (node, Term.iri(OA + "start"), Term.integer(start)),
        (node, Term.iri(OA + "end"), Term.integer(end)),
        (node, Term.iri(TWK + "startLine"), Term.integer(text.count("\n", 0, start) + 1)),
        (node, Term.iri(TWK + "sha256"), Term("literal", digest, XSD + "hexBinary")),
    ]


def _passage_faults(
    passage: str, text: str, start: int, end: int, recorded: tuple[int, str]
) -> list[str]:
    from hashlib import sha256

    slice_ = text[start:end]
    if offsets(passage) != (start, end) or not 0 <= start < end <= len(text):
        return [f"<{passage}>: its offsets {start} and {end} do not fit its IRI or its document."]
    line = text.count("\n", 0, start) + 1
    faults = []
    if line != recorded[0]:
        faults.append(f"<{passage}>: it starts on line {line}, not on line {recorded[0]}.")
    if sha256(slice_.encode("utf-8")).hexdigest() != recorded[1].lower():
        faults.append(f"<{passage}>: its text differs from what was read. Stamp it again.")
    return faults


def _plain(cell: object) -> Any:
    return cell if isinstance(cell, int) else str(cell)
