"""Writing to a store over HTTP: SPARQL 1.1 Update and the Graph Store Protocol, with urllib.

Requests that may be repeated without harm are repeated when the connection breaks or the store says
that it is busy; others, and refusals, are not.
"""

from __future__ import annotations

import base64
import contextlib
import os
import time
import urllib.error
import urllib.parse
import urllib.request
from functools import partial
from http.client import HTTPException

from twitchkg.errors import EndpointError, ParameterError
from twitchkg.fingerprint import Fingerprint
from twitchkg.terms import BNODE, IRI, LITERAL, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from http.client import HTTPResponse
    from typing import TypeVar

    from twitchkg.results import Triple

    T = TypeVar("T")

_BUSY = {429, 502, 503, 504}
_WAITS = (0.5, 1.0, 2.0, 4.0)  # seconds before each repetition
_STEP = 10_000  # triples read back between two words about it
_LONGEST_WAIT = 60.0  # seconds that a store's Retry-After may ask for


class GraphStore:
    """A store that takes graphs.

    :param query_url: where it answers SPARQL queries.
    :param update_url: where it takes SPARQL updates, or ``None``.
    :param graph_store_url: where it speaks the Graph Store Protocol, or ``None``.
    :param user: the user name to give where the store asks for one.
    :param password: the password that goes with it; it is in no message.
    :param timeout: seconds to wait for each answer.
    :param sleep: waits for some seconds.
    :raises ParameterError: if a URL is none, or holds a password.
    """

    def __init__(
        self,
        query_url: str,
        update_url: str | None,
        graph_store_url: str | None = None,
        *,
        user: str | None = None,
        password: str | None = None,
        timeout: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        for url in filter(None, (query_url, update_url, graph_store_url)):
            _check(url)
        self.query_url = query_url
        self.update_url = update_url
        self.graph_store_url = graph_store_url
        self.timeout = timeout
        self._user = user
        self._password = password
        self._sleep = sleep
        self._challenges: dict[str, str] = {}
        self._passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        self._digest = urllib.request.HTTPDigestAuthHandler(self._passwords)
        self._opener = urllib.request.build_opener(_NoRedirect)
        self._form = False  # whether updates go as a form
        self._longest = 2**62  # rows of its longest answer, as far as it has cut one

    def triples(self, graph: str | None) -> Iterator[Triple]:
        """The triples of a named graph, or of the default graph, as the store sends them.

        :raises EndpointError: if it cannot be asked, or its answer breaks off.
        """
        for row in self._rows(f"SELECT ?s ?p ?o WHERE {{ {_pattern(graph)} }}"):
            yield row["s"], row["p"], row["o"]

    def count(self, graph: str | None) -> int:
        """The number of triples in a named graph, or in the default graph.

        :raises EndpointError: if it cannot be asked.
        """
        query = f"SELECT (COUNT(*) AS ?n) WHERE {{ {_pattern(graph)} }}"
        return self._again(lambda: int(next(iter(self._rows(query)))["n"].value))

    def fingerprint(
        self, graph: str | None, progress: Callable[[int], None] = lambda triples: None
    ) -> Fingerprint:
        """The fingerprint of a graph, computed from the triples read back.

        A store that cuts long answers short is asked again, predicate by predicate.

        :param progress: told now and then how many triples were read.
        :raises EndpointError: if the graph cannot be read in full.
        """
        wanted = self.count(graph)
        if wanted <= self._longest:
            found = self._again(lambda: _fingerprint(self.triples(graph), progress))
            if not 0 < found.triples < wanted:
                return found
            self._longest = found.triples
        return self._by_predicate(graph, progress)

    def _by_predicate(self, graph: str | None, progress: Callable[[int], None]) -> Fingerprint:
        """The fingerprint of a graph that is longer than the store's longest answer.

        A predicate with more triples is divided by the digest of the subject. To divide the whole
        graph so would make the store go through all of it for each of the parts.
        """
        number = f"SELECT ?p (COUNT(*) AS ?n) WHERE {{ {_pattern(graph)} }} GROUP BY ?p"
        counts = self._again(lambda: [(row["p"], row["n"].value) for row in self._rows(number)])
        found = Fingerprint()

        def told(triples: int) -> None:
            progress(found.triples + triples)

        for predicate, count in counts:
            pattern = _pattern(graph, predicate.n3())
            # Parts are of about the same size, not of quite the same.
            parts = 1 if int(count) <= self._longest else -(-2 * int(count) // self._longest)
            for more in _parts(parts):
                query = f"SELECT ?s ?o WHERE {{ {pattern} {more} }}"
                found += self._again(partial(self._of_predicate, predicate, query, told))
        return found

    def _of_predicate(
        self, predicate: Term, query: str, progress: Callable[[int], None]
    ) -> Fingerprint:
        rows = self._rows(query)
        return _fingerprint(((row["s"], predicate, row["o"]) for row in rows), progress)

    def update(self, text: str, *, repeat: bool = True) -> None:
        """Carry out an update.

        :param repeat: whether it may be sent again after a break, since twice is as good as once.
        :raises EndpointError: if the store refuses it or cannot be reached.
        """
        url = self.update_url
        assert url is not None
        kind, body = "application/sparql-update", text.encode()
        if self._form:
            kind = "application/x-www-form-urlencoded"
            body = urllib.parse.urlencode({"update": text}).encode()

        def send() -> None:
            with self._open("POST", url, body, {"Content-Type": kind}) as answer:
                answer.read()

        self._again(send, times=len(_WAITS) if repeat else 0)

    def put(self, graph: str | None, path: str) -> None:
        """Replace a graph as a whole by the triples of an N-Triples file.

        :raises EndpointError: if the store refuses it or cannot be reached.
        """
        url = self._graph_url(graph)
        headers = {
            "Content-Type": "application/n-triples",
            "Content-Length": str(os.path.getsize(path)),
        }
        if self._user and url not in self._challenges:
            # To learn how to identify ourselves before a large body is on its way.
            self._status("GET", url)

        def send() -> None:
            with self._open("PUT", url, _Body(path), headers) as answer:
                answer.read()

        self._again(send)

    def delete(self, graph: str | None) -> None:
        """Remove a graph over the Graph Store Protocol, if it is there.

        :raises EndpointError: if the store refuses it or cannot be reached.
        """
        self._status("DELETE", self._graph_url(graph))

    def probe(self, graph: str) -> bool:
        """Whether the default graph shows the named graphs, found by writing one triple.

        The graph is removed again. The way to send updates is the one by which the triple arrives.

        :param graph: a graph that nobody else uses.
        :raises EndpointError: if the store takes no update, or shows none of it.
        """
        # rdflib-endpoint decodes percent signs in forms twice; Virtuoso takes forms only.
        value = f"50%25 \\u00fc {os.urandom(8).hex()}"
        shown = value.replace("\\u00fc", "ü")
        triple = f'<{graph}> <{graph}> "{value}"'
        failure = None
        for self._form in (False, True):
            try:
                self.update(f"DROP SILENT GRAPH <{graph}>")
                self.update(f"INSERT DATA {{ GRAPH <{graph}> {{ {triple} }} }}")
                if [t[2].value for t in self.triples(graph)] == [shown]:
                    break
            except EndpointError as error:
                failure = failure or error
        else:
            raise failure or EndpointError(
                f"{self.update_url} took an update that {self.query_url} does not show. Give the "
                "two addresses of one store with --endpoint and --update-endpoint."
            )
        try:
            pattern = f"<{graph}> <{graph}> ?o"
            return any(True for _ in self._rows(f"SELECT ?o WHERE {{ {pattern} }}"))
        finally:
            self.update(f"DROP SILENT GRAPH <{graph}>")

    def _graph_url(self, graph: str | None) -> str:
        assert self.graph_store_url is not None
        which = "default" if graph is None else "graph=" + urllib.parse.quote(graph, safe="")
        return f"{self.graph_store_url}{'&' if '?' in self.graph_store_url else '?'}{which}"

    def _rows(self, query: str) -> Iterator[dict[str, Term]]:
        """The rows of a SELECT, read as they arrive."""
        headers = {
            "Accept": "application/sparql-results+json",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        body = urllib.parse.urlencode({"query": query}).encode()
        answer = self._open("POST", self.query_url, body, headers)
        try:
            yield from _bindings(answer)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise EndpointError(
                f"{self.query_url} did not answer with whole SPARQL results in JSON. Is it a query "
                "endpoint?"
            ) from None
        except (OSError, HTTPException) as error:
            raise _BrokenError(
                f"{self.query_url} broke off its answer: {_reason(error)}."
            ) from None
        finally:
            answer.close()

    def _again(self, call: Callable[[], T], times: int = len(_WAITS)) -> T:
        for wait in _WAITS[:times]:
            try:
                return call()
            except _BrokenError as broken:
                self._sleep(max(wait, broken.wait))
        return call()

    def _status(self, method: str, url: str) -> None:
        def send() -> None:
            with self._open(method, url, None, {}) as answer:
                answer.read()

        with contextlib.suppress(_MissingError):
            self._again(send)

    def _open(
        self, method: str, url: str, body: bytes | _Body | None, headers: dict[str, str]
    ) -> HTTPResponse:
        first = url not in self._challenges
        request = urllib.request.Request(url, body, headers, method=method)
        if not first:
            request.add_unredirected_header("Authorization", self._authorization(request, url))
        try:
            answer: HTTPResponse = self._opener.open(request, timeout=self.timeout)
            return answer
        except urllib.error.HTTPError as error:
            with error:
                challenge = ", ".join(error.headers.get_all("WWW-Authenticate", []))
                if error.code == 401 and self._user and challenge:
                    stale = 'stale="true"' in challenge.lower() or "stale=true" in challenge.lower()
                    self._challenges[url] = challenge
                    if first or stale:
                        return self._open(method, url, body, headers)
                raise _refusal(url, error) from None
        except TimeoutError:
            raise _BrokenError(
                f"{url} did not answer within {self.timeout:g} seconds. Try --timeout."
            ) from None
        except (OSError, HTTPException) as error:
            if isinstance(getattr(error, "reason", None), TimeoutError):
                raise _BrokenError(
                    f"{url} did not answer within {self.timeout:g} seconds. Try --timeout."
                ) from None
            raise _BrokenError(
                f"{url} cannot be reached: {_reason(error)}. Check the URL and the store."
            ) from None

    def _authorization(self, request: urllib.request.Request, url: str) -> str:
        challenge = self._challenges[url]
        user, password = self._user or "", self._password or ""
        kind, _, rest = challenge.partition(" ")
        if kind.lower() == "digest":
            fields = urllib.request.parse_keqv_list(
                [item for item in urllib.request.parse_http_list(rest) if "=" in item]
            )
            self._passwords.add_password(fields.get("realm", ""), url, user, password)
            value = self._digest.get_authorization(request, fields)
            if value:
                return f"Digest {value}"
        return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


class _BrokenError(EndpointError):
    """A failure that may pass.

    :param wait: seconds that the store asks to wait.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class _MissingError(EndpointError):
    """Nothing is at the address."""


class _Body:
    """A file as a request body that can be sent again from its start."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __iter__(self) -> Iterator[bytes]:
        with open(self._path, "rb") as file:
            while block := file.read(1 << 16):
                yield block


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Credentials and updates go to the address that was given and to no other."""

    def redirect_request(self, *_: object) -> None:
        return None


def _check(url: str) -> None:
    try:
        parts = urllib.parse.urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        parts, host = urllib.parse.urlsplit(""), None
    if "@" in parts.netloc:
        raise ParameterError(
            "A URL with a user or password shows them to others. Use --user, and "
            "TWITCHKG_PASSWORD or ~/.netrc for the password."
        )
    if parts.scheme not in ("http", "https") or not host or any(c <= " " for c in url):
        raise ParameterError(
            f"'{url}' is no URL of a store; it must start with http:// or https://."
        )


def _pattern(graph: str | None, predicate: str = "?p") -> str:
    pattern = f"?s {predicate} ?o"
    return pattern if graph is None else f"GRAPH {Term.iri(graph).n3()} {{ {pattern} }}"


def _parts(number: int) -> Iterator[str]:
    """Filters of a pattern with ``?s``, each for about as many triples as the next."""
    if number == 1:
        yield ""
        return
    bounds = [f"{16**8 * part // number:08x}" for part in range(number)]
    for low, high in zip(bounds, [*bounds[1:], "g"], strict=True):
        yield f'BIND(MD5(STR(?s)) AS ?digest) FILTER(?digest >= "{low}" && ?digest < "{high}")'


def _fingerprint(triples: Iterable[Triple], progress: Callable[[int], None]) -> Fingerprint:
    found = Fingerprint()
    for triple in triples:
        found.add(triple)
        if found.triples % _STEP == 0:
            progress(found.triples)
    return found


def _bindings(answer: HTTPResponse) -> Iterator[dict[str, Term]]:
    """The rows of SPARQL results in JSON, each read when it has arrived.

    :raises ValueError: if the text is no such answer or breaks off.
    """
    import codecs
    import json
    import re

    decode = codecs.getincrementaldecoder("utf-8")().decode
    parse = json.JSONDecoder().raw_decode
    blanks = re.compile(r"[\s,]*")
    text, ended, began, place = "", False, False, 0

    def read() -> None:
        nonlocal text, ended, place
        block = answer.read1(1 << 16)
        ended = not block
        text, place = text[place:] + decode(block, ended), 0

    while not ended:
        read()
        if not began:
            start = re.search(r'"bindings"\s*:\s*\[', text)
            if start is None:
                continue
            began, place = True, start.end()
        while True:
            place = blanks.match(text, place).end()  # type: ignore[union-attr]
            if text[place : place + 1] == "]":
                while not ended:
                    read()
                if not text.rstrip().endswith("}"):
                    raise ValueError
                return
            try:
                row, place = parse(text, place)
            except ValueError:
                break  # the rest of this row has not arrived
            yield {name: _cell(cell) for name, cell in row.items()}
    raise ValueError


def _cell(cell: Mapping[str, str]) -> Term:
    kind = {"uri": IRI, "bnode": BNODE}.get(cell["type"], LITERAL)
    datatype = cell.get("datatype", "")
    language = cell.get("xml:lang", "")
    return Term(kind, cell["value"], "" if datatype == XSD_STRING else datatype, language)


def _refusal(url: str, error: urllib.error.HTTPError) -> EndpointError:
    """What a status that is no success means, and what to try."""
    code = error.code
    if code in (401, 403):
        return EndpointError(
            f"{url} refused access ({code}). Check --user and the password in TWITCHKG_PASSWORD, "
            "and that this user may write."
        )
    if 300 <= code < 400:
        return EndpointError(
            f"{url} redirects to {error.headers.get('Location', 'elsewhere')}; writing follows no "
            "redirect. Give the final URL."
        )
    try:
        body = error.read(2000).decode("utf-8", "replace").strip()
    except (OSError, HTTPException):
        body = ""
    html = body[:1] == "<"
    said = "" if html or not body else f": {' '.join(body.splitlines()[0].split())[:200]}"
    message = f"{url} answered {code} {error.reason}{said}."
    if code in _BUSY:
        wait = error.headers.get("Retry-After", "")
        seconds = min(float(wait), _LONGEST_WAIT) if wait.isdecimal() else 0.0
        return _BrokenError(f"{message} Try again later.", seconds)
    if code in (404, 405, 410):
        return _MissingError(f"{message} Check --endpoint, --update-endpoint and --graph-store.")
    return EndpointError(f"{message} See the store's log.")


def _reason(error: BaseException) -> str:
    reason = getattr(error, "reason", error)
    return " ".join((str(reason) or type(reason).__name__).split())[:200].rstrip(".")
