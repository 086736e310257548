"""What the front and the workers say to each other: plain data that pickles."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph


class Request(NamedTuple):
    """A request for a page or a description, as a handler sees it."""

    path: str
    """The decoded path, from its first slash."""
    params: tuple[tuple[str, str], ...] = ()
    """The decoded parameters of the query string, in order."""
    accept: str = "*/*"
    """The ``Accept`` header."""
    base: str = "http://127.0.0.1:8000"
    """The address of this server as the client sees it, without a slash at the end."""

    def param(self, name: str, default: str = "") -> str:
        """The first value of a parameter."""
        return next((value for key, value in self.params if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a parameter."""
        return tuple(value for key, value in self.params if key == name)


class Response(NamedTuple):
    """What is sent back."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, such as ``Location``."""

    @classmethod
    def text(cls, status: int, text: str, content_type: str = "text/plain") -> Response:
        """An answer in UTF-8 text."""
        return cls(status, f"{content_type}; charset=utf-8", text.encode())

    @classmethod
    def json(cls, status: int, value: object) -> Response:
        """An answer in JSON."""
        body = json.dumps(value, ensure_ascii=False, indent=1).encode()
        return cls(status, "application/json", body)

    @classmethod
    def redirect(cls, location: str, status: int = 303) -> Response:
        """A pointer to another address."""
        return cls(status, "text/plain", b"", (("Location", location),))


Handler = Callable[["KnowledgeGraph", Request], Response]
"""A function that answers in a worker; it may raise any ``TwitchkgError``."""
