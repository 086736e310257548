"""Triples as an answer, in the format that the client prefers. Runs in a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from twitchkg import store
from twitchkg.errors import NotAcceptableError
from twitchkg.namespaces import BASE
from twitchkg.server.messages import Request, Response
from twitchkg.server.negotiation import best

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.results import Triple

HTML = "text/html"
ENDINGS = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".rdf": "application/rdf+xml",
    ".nt": "application/n-triples",
    ".html": HTML,
}
"""The media type for each ending of a path; of types wanted alike, the first is sent."""
_FORMATS = {
    "text/turtle": "turtle",
    "application/ld+json": "jsonld",
    "application/rdf+xml": "rdfxml",
    "application/n-triples": "ntriples",
}
_LICENCE = "https://creativecommons.org/licenses/by/4.0/"


def chosen(request: Request, ending: str, *, html: bool) -> str:
    """The media type to answer with: that of the path's ending, or what the client wants most.

    :param ending: the ending of the path, such as ``.ttl``, or ``""``.
    :param html: whether there is a page too.
    :raises NotAcceptableError: if the client takes nothing that is on offer.
    """
    offered = tuple(type_ for type_ in ENDINGS.values() if html or type_ != HTML)
    if ENDINGS.get(ending) in offered:
        return ENDINGS[ending]
    found = best(request.accept, offered)
    if found is None:
        raise NotAcceptableError(f"This answer can be had as {', '.join(offered)}.")
    return found


def rendered(triples: Iterable[Triple], type_: str) -> Response:
    """Triples in a format of RDF."""
    charset = "; charset=utf-8" if type_.startswith("text/") else ""
    text = store.serialize(sorted(set(triples)), _FORMATS[type_])
    return Response(200, type_ + charset, text.encode())


def links(
    request: Request, path: str, type_: str, about: str = "", *, html: bool = True
) -> tuple[tuple[str, str], ...]:
    """The headers that say what was sent, and in which other forms it can be had.

    :param path: the decoded path without its ending.
    :param type_: the media type that is sent.
    :param about: the IRI that the answer describes.
    :param html: whether there is a page too.
    """
    address = request.base + quote(path, safe="/,=:")
    found = [
        f'<{address}{ending}>; rel="alternate"; type="{other}"'
        for ending, other in ENDINGS.items()
        if other != type_ and (html or other != HTML)
    ]
    found.append(f'<{request.base}/.well-known/void>; rel="describedby"')
    found.append(f'<{_LICENCE}>; rel="license"')
    if about:
        found.append(f'<{quote(about, safe="/,=:#")}>; rel="describes"')
    ending = next(ending for ending, other in ENDINGS.items() if other == type_)
    return (("Content-Location", address + ending), ("Link", ", ".join(found)))


def split(path: str) -> tuple[str, str]:
    """A path without its ending, and the ending where it names a format.

    >>> split("/id/caffeine.ttl"), split("/0.1.0")
    (('/id/caffeine', '.ttl'), ('/0.1.0', ''))
    """
    for ending in ENDINGS:
        if path.endswith(ending):
            return path.removesuffix(ending), ending
    return path, ""


def iri_of(path: str) -> str:
    """The IRI that a path of this server answers for."""
    return BASE.rstrip("/") if path in ("/ontology", "/") else BASE + path.removeprefix("/")
