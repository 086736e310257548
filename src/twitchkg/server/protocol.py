"""The SPARQL 1.1 Protocol for queries: what a request asks, or why it is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote_to_bytes

from twitchkg import sparql
from twitchkg.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_BODY = 1 << 20
"""Bytes that a request's body may have."""
MAX_TARGET = 32 << 10
"""Bytes that a request's path and query string may have together."""
METHODS = ("GET", "HEAD", "POST", "OPTIONS")
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"
_FORMATS = {
    "json": "application/sparql-results+json, application/ld+json",
    "xml": "application/sparql-results+xml, application/rdf+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
    "trig": "application/trig",
}
_BROKEN = re.compile(rb"%(?![0-9A-Fa-f]{2})")
_READ_ONLY = "This endpoint is read-only: it answers queries and takes no update."


class Query(NamedTuple):
    """A SPARQL query as the protocol brings it."""

    text: str
    accept: str = "*/*"
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None
    base: str | None = None
    """What relative IRIs in the query are relative to."""


class RefusedError(Exception):
    """A request that is not answered, with the status and one line that says why."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = tuple(headers.items())


def parameters(encoded: bytes) -> list[tuple[str, str]]:
    """The parameters of a query string or form, in order.

    :raises RefusedError: if they are not percent-encoded UTF-8.
    """
    found = []
    for pair in encoded.split(b"&"):
        if pair:
            name, _, value = pair.partition(b"=")
            found.append((_decoded(name), _decoded(value)))
    return found


def _decoded(encoded: bytes) -> str:
    broken = _BROKEN.search(encoded)
    if broken:
        shown = encoded[broken.start() : broken.start() + 3].decode("ascii", "replace")
        raise RefusedError(
            400, f"Broken percent-encoding '{shown}' in a parameter. Write % as %25."
        )
    try:
        return unquote_to_bytes(encoded.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise RefusedError(
            400, "A parameter is not UTF-8. Encode it as UTF-8 before percent-encoding it."
        ) from None


def query(
    method: str, query_string: bytes, content_type: str, body: bytes, accept: str
) -> Query | None:
    """What a request asks, or ``None`` if it asks for the description of the service.

    :param method: ``GET``, ``HEAD`` or ``POST``.
    :param query_string: as it stands in the address.
    :param content_type: the header, empty where there is none.
    :param accept: the header.
    :raises RefusedError: if the request does not keep to the protocol.
    """
    if method != "POST":
        params = parameters(query_string)
        if not params:
            return None
        return _query(params, None, accept)
    media_type = content_type.partition(";")[0].strip().lower()
    charset = re.search(r"charset\s*=\s*\"?([\w.:-]+)", content_type, re.IGNORECASE)
    if charset and charset[1].lower().replace("_", "-") not in ("utf-8", "utf8", "us-ascii"):
        raise RefusedError(415, f"The charset {charset[1]} is not read. Send UTF-8.")
    if media_type == UPDATE:
        raise RefusedError(403, _READ_ONLY)
    if media_type == FORM:
        return _query(parameters(body), None, accept)
    if media_type == DIRECT:
        try:
            text = body.decode("utf-8")
        except UnicodeDecodeError as error:
            raise RefusedError(
                400, f"The query is not UTF-8: byte {error.start} is 0x{body[error.start]:02x}."
            ) from None
        return _query(parameters(query_string), text, accept)
    said = f"'{media_type[:80]}'" if media_type else "no Content-Type"
    raise RefusedError(415, f"A POST with {said} is not read. Send {DIRECT} or {FORM}.")


def _query(params: list[tuple[str, str]], direct: str | None, accept: str) -> Query:
    found: dict[str, list[str]] = {}
    for name, value in params:
        found.setdefault(name, []).append(value)
    texts = [*([] if direct is None else [direct]), *found.get("query", [])]
    if "update" in found or "using-graph-uri" in found or "using-named-graph-uri" in found:
        raise RefusedError(403, _READ_ONLY)
    if len(texts) != 1:
        problem = "more than one query" if texts else "no query"
        raise RefusedError(400, f"The request has {problem}. Send one, as the parameter 'query'.")
    formats = found.get("format", [])
    if formats:
        known = _FORMATS.get(formats[0].lower())
        if known is None or len(formats) > 1:
            raise RefusedError(
                400, f"There is no format '{formats[0][:40]}'. Use one of {', '.join(_FORMATS)}."
            )
        accept = known
    default, named = found.get("default-graph-uri"), found.get("named-graph-uri")
    for iri in (*(default or ()), *(named or ())):
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|^`\\\x00-\x20]*", iri):
            raise RefusedError(400, f"'{iri[:80]}' is no absolute IRI of a graph.")
    if default is None and named is None:
        return Query(texts[0], accept)
    return Query(texts[0], accept, tuple(default or ()), tuple(named or ()))


def refusal(query: Query, graphs: Collection[str]) -> tuple[int, str] | None:
    """Why a query is not run at all: the status and the message, or ``None``.

    This is courtesy: it makes the message clear. What keeps a query from reaching out is that the
    process that runs it can open no socket.

    :param query: the query.
    :param graphs: the IRIs of the named graphs that there are.
    """
    asked = [*(query.default_graphs or ()), *(query.named_graphs or ())]
    text = query.text.upper()
    if "SERVICE" in text and any(
        kind == "word" and token.upper() == "SERVICE"
        for kind, token, _ in sparql.tokens(query.text)
    ):
        return 403, (
            "SERVICE is refused: this endpoint asks no other. Ask it yourself, or load the graph "
            "into a store of your own.\n"
        )
    # A dataset of the protocol takes the place of one in the query.
    if "FROM" in text and query.default_graphs is None:
        asked += _from(query.text)
    unknown = next((iri for iri in asked if iri not in graphs), None)
    if unknown is not None:
        return 403, (
            f"There is no graph <{unknown[:200]}> here, and none is fetched from elsewhere. "
            "'SELECT DISTINCT ?g { GRAPH ?g { } }' lists the graphs.\n"
        )
    return None


def _from(text: str) -> list[str]:
    """The graphs that the ``FROM`` clauses of a query name."""
    bases = {**PREFIXES, **sparql.declared_prefixes(text)}
    found = []
    after = False
    for kind, token, _ in sparql.tokens(text):
        if kind == "word":
            after = token.upper() == "FROM" or (after and token.upper() == "NAMED")
            continue
        if after and kind == "iri":
            found.append(token[1:-1])
        elif after and kind == "name":
            prefix, _, local = token.partition(":")
            if prefix in bases:
                found.append(bases[prefix] + local)
        after = False
    return found
