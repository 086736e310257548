"""The same calls as the embedded store, over a SPARQL endpoint: the one user of SPARQLWrapper."""

from __future__ import annotations

import re
import time

from twitchkg import sparql
from twitchkg.errors import EndpointError, QuerySyntaxError, UpdateRefusedError
from twitchkg.results import Result, Row
from twitchkg.terms import BNODE, IRI, LITERAL, XSD, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from email.message import Message

    from SPARQLWrapper import SPARQLWrapper

    from twitchkg.results import Triple

_LONG = 2000  # characters of a query from which POST is used instead of GET
_LARGEST = 64 * 2**20  # bytes of an answer that are read; as Python values they take ten times that
_ATTEMPTS = 4
_FIRST_PAUSE = 0.25  # seconds; doubled with each attempt, then shortened at random by up to half
_KINDS = {"uri": IRI, "bnode": BNODE, "literal": LITERAL, "typed-literal": LITERAL}
_BOOLEAN = XSD + "boolean"
_TRUTH = {"1": "true", "0": "false"}
"""The other spelling of truth values in XML Schema, which Virtuoso uses and the embedded graph does
not: rows as CSV would differ in it."""
_ROWS = ("application/sparql-results+json", "application/json")
_GRAPHS = ("text/turtle", "application/turtle", "application/x-turtle", "application/n-triples")


class Endpoint:
    """A remote store that answers SPARQL queries by the SPARQL 1.1 Protocol.

    :param url: the address of the query endpoint, if need be with ``user:password@`` before the
        host; no message shows these, nor the values in its query string.
    :param timeout: seconds that an answer may take, all attempts together.
    :param read_graph: reads the Turtle of a CONSTRUCT or DESCRIBE answer.
    :raises EndpointError: if the URL cannot be one of an endpoint.
    """

    __slots__ = ("_login", "_params", "_plain", "_read_graph", "_secrets", "shown", "timeout")

    def __init__(
        self,
        url: str,
        timeout: float = 30.0,
        read_graph: Callable[[str], list[Triple]] | None = None,
    ) -> None:
        from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

        self.shown = shown(url)
        wrong = f"'{self.shown}' is no endpoint URL; it must "
        if not re.match(r"https?://", url, re.IGNORECASE):
            raise EndpointError(f"{wrong}start with http:// or https://.")
        if any(not character.isprintable() or character.isspace() for character in url):
            raise EndpointError(f"{wrong}hold no spaces or control characters.")
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise EndpointError(f"{wrong}have a host and a port from 1 to 65535.") from None
        if not parts.hostname:
            raise EndpointError(f"{wrong}have a host.")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise EndpointError(f"{wrong}have a host name that exists.") from None
        where = host if port is None else f"{host}:{port}"
        path = quote(parts.path, safe="/%:@!$&'()*+,;=~-._")
        self._plain = urlunsplit((parts.scheme, where, path, "", ""))
        self._params = parse_qsl(parts.query, keep_blank_values=True)
        user, password = parts.username or "", parts.password or ""
        self._login = f"{unquote(user)}:{unquote(password)}" if user or password else ""
        hidden = {password, unquote(password), user, unquote(user), parts.query}
        hidden |= {value for _, value in self._params} | {quote(v) for _, v in self._params}
        self._secrets = sorted(hidden - {""}, key=len, reverse=True)
        self._read_graph = read_graph
        self.timeout = timeout

    def query(self, text: str) -> Result:
        """The endpoint's answer to a query.

        :raises EndpointError: if the endpoint cannot be asked or its answer cannot be read.
        :raises QuerySyntaxError: if the endpoint says that the query does not parse.
        :raises UpdateRefusedError: if it is an update.
        """
        form = sparql.form(text)
        if form in sparql.UPDATE_FORMS:
            raise UpdateRefusedError(f"{form} is a SPARQL update; only queries are sent.")
        if form not in sparql.QUERY_FORMS:
            raise QuerySyntaxError(
                "The query has no SELECT, ASK, CONSTRUCT or DESCRIBE. It was not sent."
            )
        is_graph = form in ("CONSTRUCT", "DESCRIBE")
        if is_graph and self._read_graph is None:
            raise EndpointError(f"Nothing here reads the graph of a {form}; use SELECT or ASK.")
        headers, body = self._answer(sparql.with_prefixes(text), is_graph)
        kinds = _GRAPHS if is_graph else _ROWS
        answer = self._decoded(headers, body, kinds, "Turtle" if is_graph else "SPARQL results")
        if is_graph:
            return self._graph(answer)
        return self._result(answer, form)

    def _answer(self, text: str, is_graph: bool) -> tuple[Message, bytes]:
        """The answer to the first attempt that succeeds, within the timeout as a whole."""
        import random

        end = time.monotonic() + self.timeout
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                return self._within(end, text, is_graph)
            except _PassingError as passing:
                pause = passing.pause
                if pause is None:
                    pause = _FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.0)
                if attempt == _ATTEMPTS or time.monotonic() + pause >= end:
                    times = f"{attempt} attempts" if attempt > 1 else "one attempt"
                    later = f"; it asks to wait {pause:.0f} seconds" if passing.pause else ""
                    raise EndpointError(
                        f"{self.shown} {passing.reason}, after {times}{later}. "
                        "Check the URL, or try later."
                    ) from None
                time.sleep(pause)
        raise AssertionError("unreachable")

    def _within(self, end: float, text: str, is_graph: bool) -> tuple[Message, bytes]:
        """One attempt, left alone when the time is up.

        A thread of its own bounds what a socket's timeout does not: the look-up of the host's name
        and an answer that trickles.
        """
        from threading import Thread

        outcome: list[tuple[Message, bytes] | BaseException] = []

        def attempt() -> None:
            try:
                outcome.append(self._attempt(end, text, is_graph))
            except BaseException as error:
                outcome.append(error)

        worker = Thread(target=attempt, daemon=True)
        worker.start()
        worker.join(max(end - time.monotonic(), 0.0))
        if not outcome:
            raise self._too_late()
        if isinstance(outcome[0], BaseException):
            raise outcome[0]
        return outcome[0]

    def _attempt(self, end: float, text: str, is_graph: bool) -> tuple[Message, bytes]:
        from http.client import HTTPException, IncompleteRead
        from urllib.error import HTTPError, URLError
        from urllib.request import build_opener

        request = self._wrapper(text, is_graph)._createRequest()
        opener = build_opener(_stay())
        try:
            response = opener.open(request, timeout=max(end - time.monotonic(), 0.01))
        except HTTPError as error:
            with error:
                raise self._refusal(error.code, error.headers, _begin(error)) from None
        except (OSError, HTTPException) as error:
            cause = error.reason if isinstance(error, URLError) else error
            raise self._unreached(cause) from None
        with response:
            body = bytearray()
            try:
                while chunk := response.read1(2**16):
                    body += chunk
                    if len(body) > _LARGEST:
                        raise EndpointError(
                            f"The answer of {self.shown} is larger than {_LARGEST // 2**20} "
                            "megabytes. Ask for less, for example with LIMIT."
                        )
                    if time.monotonic() > end:
                        raise self._too_late()
            except TimeoutError:
                raise self._too_late() from None
            except EndpointError:
                raise
            except (IncompleteRead, OSError, HTTPException):
                raise self._truncated() from None
            length = response.headers.get("Content-Length", "")
            if length.isdecimal() and len(body) < int(length):
                raise self._truncated()
            headers: Message = response.headers
            return headers, bytes(body)

    def _wrapper(self, text: str, is_graph: bool) -> SPARQLWrapper:
        from base64 import b64encode
        from urllib.parse import urlencode

        from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

        long = len(text) > _LONG
        keep = long and self._params  # in a form they would be fields, not part of the address
        wrapper = SPARQLWrapper(self._plain + (f"?{urlencode(self._params)}" if keep else ""))
        wrapper.setOnlyConneg(True)
        wrapper.setReturnFormat(TURTLE if is_graph else JSON)
        wrapper.setQuery(text)
        # What SPARQLWrapper makes of the text by a pattern of its own may be wrong.
        wrapper.queryType = "CONSTRUCT" if is_graph else "SELECT"
        if long:
            wrapper.setMethod(POST)
        else:
            for name, value in self._params:
                wrapper.addParameter(name, value)
        if self._login:
            token = b64encode(self._login.encode()).decode("ascii")
            wrapper.addCustomHttpHeader("Authorization", f"Basic {token}")
        return wrapper

    def _refusal(self, code: int, headers: Message, body: str) -> Exception:
        """What an HTTP status other than success means."""
        is_page = "html" in headers.get("Content-Type", "") or body.lstrip().startswith("<")
        said = "" if is_page else self._cleaned(body)
        reason = f": {said}" if said else ""
        if code in (429, 502, 503):
            return _PassingError(f"is not available (HTTP {code})", _retry_after(headers))
        if code == 400:
            return QuerySyntaxError(
                f"{self.shown} refused the query{reason or ' without a reason'}."
            )
        if 300 <= code < 400:
            place = shown(self._cleaned(headers.get("Location", "")))
            return EndpointError(
                f"{self.shown} redirects to {place or 'an unnamed place'}, which is not followed. "
                "Give the final URL of the query endpoint."
            )
        if code in (401, 403, 407):
            return EndpointError(
                f"{self.shown} asks for other credentials (HTTP {code}). "
                "Write them into the URL as user:password@ before the host."
            )
        known = {
            404: "There is nothing at {} (HTTP 404). Check the path of the URL.",
            405: "{} takes no queries (HTTP 405). Is it a query endpoint?",
            406: "{} cannot answer in the format asked for (HTTP 406). Is it a query endpoint?",
            410: "There is nothing at {} any more (HTTP 410). Check the URL.",
            413: "The query is too long for {} (HTTP 413). Make it shorter.",
            414: "The query is too long for {} (HTTP 414). Make it shorter.",
            504: "{} gave up on the query (HTTP 504). Ask for less, for example with LIMIT.",
        }
        if code in known:
            return EndpointError(known[code].format(self.shown))
        return EndpointError(f"{self.shown} failed on the query (HTTP {code}){reason}.")

    def _unreached(self, cause: object) -> Exception:
        """What it means that no answer came."""
        import socket
        import ssl

        if isinstance(cause, TimeoutError):
            return self._too_late()
        if isinstance(cause, socket.gaierror):
            return EndpointError(f"The host of {self.shown} is not known. Check the URL.")
        if isinstance(cause, ConnectionRefusedError):
            return _PassingError("refuses connections")
        if isinstance(cause, (ConnectionResetError, BrokenPipeError)):
            return _PassingError("closed the connection without an answer")
        if isinstance(cause, ssl.SSLCertVerificationError):
            return EndpointError(
                f"The certificate of {self.shown} is not valid: {cause.verify_message}."
            )
        if isinstance(cause, ssl.SSLError):
            return EndpointError(f"{self.shown} does not speak TLS. Try http:// instead.")
        reason = self._cleaned(str(getattr(cause, "strerror", "") or cause)) or "no reason given"
        return EndpointError(f"{self.shown} cannot be asked: {reason}. Check the URL.")

    def _decoded(self, headers: Message, body: bytes, kinds: tuple[str, ...], wanted: str) -> str:
        given = headers.get_content_type() if "Content-Type" in headers else ""
        if given.endswith("html") or body[:200].lstrip().lower().startswith((b"<!doc", b"<html")):
            raise EndpointError(
                f"{self.shown} answered with a web page (HTML) instead of {wanted}. "
                "Is it the URL of a query endpoint?"
            )
        if given not in kinds:
            what = self._cleaned(given) or "no media type"
            raise EndpointError(
                f"{self.shown} answered with {what} instead of {wanted} "
                f"({kinds[0]}). Is it a query endpoint?"
            )
        try:
            return body.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise EndpointError(
                f"The answer of {self.shown} is not UTF-8 text (byte {error.start}), as {wanted} "
                "must be."
            ) from None

    def _result(self, text: str, form: str | None) -> Result:
        import json

        try:
            answer = json.loads(text)
        except RecursionError:
            raise self._misshapen("is nested too deep") from None
        except ValueError as error:
            if getattr(error, "pos", 0) >= len(text.rstrip()) or "Unterminated" in str(error):
                raise self._truncated() from None
            where = f"line {getattr(error, 'lineno', '?')}, column {getattr(error, 'colno', '?')}"
            raise self._misshapen(f"is not JSON ({where})") from None
        if not isinstance(answer, dict):
            raise self._misshapen("is JSON but no object")
        if form == "ASK":
            if not isinstance(answer.get("boolean"), bool):
                raise self._misshapen("has no boolean, though the query is an ASK")
            return Result("boolean", boolean=answer["boolean"])
        try:
            columns = tuple(map(_text, answer["head"]["vars"]))
            bindings = answer["results"]["bindings"]
            if not isinstance(bindings, list):
                raise TypeError
            rows = [Row(columns, tuple(_term(row.get(c)) for c in columns)) for row in bindings]
        except (AttributeError, KeyError, TypeError):
            raise self._misshapen("is JSON of another shape than SPARQL results") from None
        return Result("rows", columns, rows)

    def _graph(self, text: str) -> Result:
        assert self._read_graph is not None
        try:
            return Result("graph", triples=self._read_graph(text))
        except ValueError as error:
            raise self._misshapen(f"is not Turtle: {self._cleaned(str(error))}") from None

    def _too_late(self) -> EndpointError:
        return EndpointError(
            f"{self.shown} did not answer within {self.timeout:g} seconds. "
            "Ask for less, or raise --timeout."
        )

    def _truncated(self) -> EndpointError:
        return EndpointError(f"The answer of {self.shown} ends in the middle. Try again.")

    def _misshapen(self, how: str) -> EndpointError:
        return EndpointError(f"The answer of {self.shown} {how}. Is it a query endpoint?")

    def _cleaned(self, text: str) -> str:
        """Some words of a server on one line, without control characters and credentials."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        return line[:300].rstrip(".")


class _PassingError(Exception):
    """A failure that may be gone at the next attempt; ``pause`` is what the server asks for."""

    def __init__(self, reason: str, pause: float | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.pause = pause


def shown(url: str) -> str:
    """A URL as messages may show it: without credentials, query string and fragment.

    >>> shown("https://ann:secret@example.org/sparql?key=42")
    'https://example.org/sparql?***'
    """
    base, mark, _ = url.partition("#")[0].partition("?")
    # A password may hold a slash or an @ that should have been escaped: all up to the last @ goes.
    base = re.sub(r"^(\w+://)?.*@", r"\1", base, flags=re.DOTALL)
    line = "".join(c if c.isprintable() else " " for c in base)
    return line + ("?***" if mark else "")


def _stay() -> type:
    """A handler that follows no redirect: a query and its credentials go to the given place."""
    from urllib.request import HTTPRedirectHandler

    class Stay(HTTPRedirectHandler):
        def redirect_request(self, *args: object, **others: object) -> None:
            return None

    return Stay


def _begin(error: object) -> str:
    """The beginning of an error's text, as far as it can be read."""
    from http.client import HTTPException

    try:
        body = error.read(4000)  # type: ignore[attr-defined]
    except (OSError, HTTPException):
        return ""
    return str(body.decode("utf-8", "replace"))


def _retry_after(headers: Message) -> float | None:
    """The seconds to wait that a server asks for: a number of them or a date."""
    from email.utils import parsedate_to_datetime

    value = headers.get("Retry-After", "").strip()
    if value.isdecimal() and len(value) < 10:
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except (ValueError, TypeError, OverflowError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _term(cell: dict[str, object] | None) -> Term | None:
    if cell is None:
        return None
    datatype = _text(cell.get("datatype", ""))
    language = _text(cell.get("xml:lang", ""))
    plain = datatype == XSD_STRING or bool(language)
    value = _text(cell["value"])
    if datatype == _BOOLEAN:
        value = _TRUTH.get(value, value)
    return Term(_KINDS[_text(cell["type"])], value, "" if plain else datatype, language)
