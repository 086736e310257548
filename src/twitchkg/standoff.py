"""Annotations of a text in the formats that other tools read."""

from __future__ import annotations

import re

from twitchkg.errors import ParameterError
from twitchkg.graph import NOTICE
from twitchkg.namespaces import compact
from twitchkg.results import Result, Row
from twitchkg.terms import Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.annotation import Annotation

FORMATS = ("jsonld", "brat")
"""The formats of this module; the rows of :func:`rows` have those of ``results.ROW_FORMATS``."""
_COLUMNS = (
    *("start", "end", "words", "entity", "id", "kind", "matchedName"),
    "denied",
    "uncertain",
)
_IRI = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*:[^\s<>"{}|\\^`#\x00-\x20]+""")
_STRETCH = re.compile(r"[^\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]+")
_CONTEXT = 24  # code points of the text before and behind, by which a quote is found again


def rows(found: Sequence[Annotation], *, claims: bool = False) -> Result:
    """One row for each annotation; offsets are code points from 0.

    :param found: the annotations.
    :param claims: whether there is a column of the claims that place the entity there.
    """
    columns = (*_COLUMNS, "claims") if claims else _COLUMNS
    listed = [
        Row(
            columns,
            (
                Term.integer(one.start),
                Term.integer(one.end),
                Term.string(one.text),
                Term.iri(one.iri),
                Term.string(compact(one.iri)),
                Term.string(one.kind),
                Term.string(one.matched),
                Term.boolean(one.negated),
                Term.boolean(one.uncertain),
                *((Term.string(" ".join(map(compact, one.claims))),) if claims else ()),
            ),
        )
        for one in found
    ]
    return Result("rows", columns, listed)


def source_iri(text: str) -> str:
    """A name for a text by its digest (RFC 6920), the same wherever the text is kept.

    >>> source_iri("")
    'ni:///sha-256;47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU'
    """
    from base64 import urlsafe_b64encode
    from hashlib import sha256

    digest = urlsafe_b64encode(sha256(text.encode("utf-8")).digest()).decode().rstrip("=")
    return f"ni:///sha-256;{digest}"


def web_annotations(text: str, found: Sequence[Annotation], source: str | None = None) -> str:
    """The annotations as a Web Annotation collection in JSON-LD.

    :param text: the text that was annotated.
    :param found: its annotations.
    :param source: the IRI of the text; one made from its digest when omitted.
    :raises ParameterError: if ``source`` is no absolute IRI, or has a fragment.
    """
    import json

    if source is not None and not _IRI.fullmatch(source):
        raise ParameterError(
            f"The source {source!r} is no absolute IRI without a fragment. Give one such as "
            "'https://example.org/diary'."
        )

    source = source or source_iri(text)
    items = []
    for number, one in enumerate(found, 1):
        body: list[dict[str, str]] = [
            {"type": "SpecificResource", "source": one.iri, "purpose": "identifying"}
        ]
        for marked, word in ((one.negated, "negated"), (one.uncertain, "uncertain")):
            if marked:
                body.append({"type": "TextualBody", "value": word, "purpose": "tagging"})
        for claim in one.claims:
            body.append({"type": "SpecificResource", "source": claim, "purpose": "linking"})
        items.append(
            {
                "id": f"{source}#annotation-{number}",
                "type": "Annotation",
                "motivation": "identifying",
                "body": body,
                "target": {
                    "source": source,
                    "selector": [
                        {"type": "TextPositionSelector", "start": one.start, "end": one.end},
                        {
                            "type": "TextQuoteSelector",
                            "exact": one.text,
                            "prefix": text[max(0, one.start - _CONTEXT) : one.start],
                            "suffix": text[one.end : one.end + _CONTEXT],
                        },
                    ],
                },
            }
        )
    collection = {
        "@context": "http://www.w3.org/ns/anno.jsonld",
        "id": f"{source}#annotations",
        "type": "AnnotationCollection",
        "label": NOTICE,
        "total": len(items),
        "first": {
            "id": f"{source}#annotations-1",
            "type": "AnnotationPage",
            "startIndex": 0,
            "items": items,
        },
    }
    return json.dumps(collection, ensure_ascii=False, indent=2) + "\n"


def brat(found: Sequence[Annotation]) -> str:
    """The annotations in brat's standoff format, to be kept beside the text as ``.ann``.

    A name that goes over a line end or a tab becomes one annotation of several stretches, as brat
    wants it.
    """
    lines = []
    attributes = referred = 0
    for number, one in enumerate(found, 1):
        parts = [
            (one.start + part.start(), one.start + part.end(), part[0])
            for part in _STRETCH.finditer(one.text)
        ]
        places = ";".join(f"{start} {end}" for start, end, _ in parts)
        type_ = "".join(word.capitalize() for word in re.findall(r"\w+", one.kind)) or "Entity"
        lines.append(f"T{number}\t{type_} {places}\t{' '.join(part for _, _, part in parts)}")
        references = [(one.iri, one.label), *((claim, "claim") for claim in one.claims)]
        for iri, label in references:
            referred += 1
            lines.append(f"N{referred}\tReference T{number} {compact(iri)}\t{label}")
        for marked, word in ((one.negated, "Negated"), (one.uncertain, "Uncertain")):
            if marked:
                attributes += 1
                lines.append(f"A{attributes}\t{word} T{number}")
    return "".join(f"{line}\n" for line in lines)
