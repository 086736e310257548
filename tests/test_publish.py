"""Publishing into engines made by others, also through a proxy that breaks what passes."""

from __future__ import annotations

import contextlib
import dataclasses
import http.server
import pathlib
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator

import engines
import pytest

from twitchkg import cli, store
from twitchkg.errors import EndpointError, ParameterError
from twitchkg.graphstore import Fingerprint, GraphStore
from twitchkg.namespaces import GRAPH
from twitchkg.publish import publish
from twitchkg.store import USER_GRAPH
from twitchkg.terms import Term

ENGINES = {"virtuoso": engines.virtuoso, "rdflib-endpoint": engines.rdflib_endpoint}
TURTLE = """\
@prefix : <urn:test:> .
:a :text "plain", "it"@en, "a\\"b\\\\c\\nd é \U0001f600", "50%25", "" ;
    :flag true, false ; :number 0, 21 ; :decimal 1.50 ;
    :near [ :of :b ] ; :at <https://example.org/000#char=1,2> .
"""
Fault = Callable[[str, bytes], str | None]


def target(engine: engines.Engine, *, put: bool = False) -> GraphStore:
    return GraphStore(
        engine.query_url,
        None if put else engine.update_url,
        engine.graph_store_url if put else None,
        user=engine.user,
        password=engine.password,
        timeout=20,
        sleep=lambda seconds: None,
    )


@pytest.fixture
def data(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "own.ttl"
    many = "".join(f":s{n} :p {n} .\n" for n in range(1200))
    path.write_text(TURTLE + many, encoding="utf-8")
    return str(path)


@contextlib.contextmanager
def proxy(url: str, fault: Fault) -> Iterator[str]:
    """An address that passes requests on to the engine of a URL, except where a fault says so."""
    parts = urllib.parse.urlsplit(url)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            kind = fault(self.path, body)
            if kind == "drop":
                self.close_connection = True
                return
            if kind and kind.isdigit():
                self.answer(int(kind), b"No space left on device", [])
                return
            keep = ("Authorization", "Content-Type", "Accept")
            headers = {name: self.headers[name] for name in keep if self.headers[name]}
            request = urllib.request.Request(
                f"{parts.scheme}://{parts.netloc}{self.path}", body, headers, method=self.command
            )
            try:
                with urllib.request.urlopen(request, timeout=20) as answer:
                    status, content, fields = answer.status, answer.read(), answer.headers.items()
            except urllib.error.HTTPError as error:
                status, content, fields = error.code, error.read(), error.headers.items()
            if kind == "lose":  # carried out, but nobody hears of it
                self.close_connection = True
                return
            if kind == "truncate":
                content = content[: len(content) // 2]
            self.answer(status, content, [f for f in fields if f[0] == "WWW-Authenticate"])

        do_PUT = do_POST  # noqa: N815 (the name that http.server calls)

        def answer(self, status: int, content: bytes, fields: list[tuple[str, str]]) -> None:
            self.send_response(status)
            for name, value in fields:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}{parts.path}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.mark.parametrize("start", ENGINES.values(), ids=ENGINES)
def test_a_graph_is_loaded_then_kept_then_replaced(
    start: Callable[[], contextlib.AbstractContextManager[engines.Engine]], data: str
) -> None:
    with start() as engine:
        to = target(engine)
        first = publish(to, [data], bundled=False)
        assert [o.graph for o in first] == [USER_GRAPH, *([] if engine.union else [None])]
        assert {o.action for o in first} == {"loaded"}
        again = publish(to, [data], bundled=False)
        assert {o.action for o in again} == {"kept"}
        assert [o.digest for o in again] == [o.digest for o in first]
        pathlib.Path(data).write_text("<urn:x> <urn:y> 1 .", encoding="utf-8")
        changed = publish(to, [data], bundled=False, default_graph="leave")
        assert [(o.triples, o.action) for o in changed] == [(1, "replaced")]
        assert to.count(GRAPH + "staging") == to.count(GRAPH + "probe") == 0
        if not engine.union:
            with pytest.raises(EndpointError, match="--default-graph replace"):
                publish(to, [data], bundled=False)
            assert publish(to, [data], bundled=False, default_graph="replace")[1].triples == 1


def test_a_dry_run_writes_nothing(data: str) -> None:
    with engines.rdflib_endpoint() as engine:
        to = target(engine)
        done = publish(to, [data], bundled=False, dry_run=True)
        assert [o.action for o in done] == ["loaded"]
        assert to.count(USER_GRAPH) == 0


def test_the_graph_store_protocol_puts_a_graph_as_a_whole(data: str) -> None:
    with engines.virtuoso() as engine:
        to = target(engine, put=True)
        assert [o.action for o in publish(to, [data], bundled=False)] == ["loaded"]
        assert [o.action for o in publish(to, [data], bundled=False)] == ["kept"]


@pytest.mark.parametrize("kind", ["drop", "lose", "503"])
@pytest.mark.parametrize("start", ENGINES.values(), ids=ENGINES)
def test_what_passes_is_tried_again(
    start: Callable[[], contextlib.AbstractContextManager[engines.Engine]], kind: str, data: str
) -> None:
    failed: list[int] = []

    def fault(path: str, body: bytes) -> str | None:
        if b"INSERT DATA" in body and b"s700" in body and len(failed) < 2:
            failed.append(1)
            return kind
        return None

    with start() as engine, proxy(engine.update_url, fault) as url:
        to = target(dataclasses.replace(engine, update_url=url))
        assert publish(to, [data], bundled=False, default_graph="leave")[0].action == "loaded"
        assert len(failed) == 2


@pytest.mark.parametrize("kind", ["drop", "503", "500"])
@pytest.mark.parametrize("where", [b"s700", b"MOVE"])
def test_what_lasts_leaves_the_old_graph_in_place(kind: str, where: bytes, data: str) -> None:
    with engines.rdflib_endpoint() as engine:
        direct = target(engine)
        text = pathlib.Path(data).read_text(encoding="utf-8")
        pathlib.Path(data).write_text("<urn:x> <urn:y> 1 .", encoding="utf-8")
        publish(direct, [data], bundled=False)
        before = direct.fingerprint(USER_GRAPH)
        pathlib.Path(data).write_text(text, encoding="utf-8")
        with proxy(engine.update_url, lambda p, b: kind if where in b else None) as url:
            broken = target(dataclasses.replace(engine, update_url=url))
            with pytest.raises(EndpointError, match=r"reached|answered"):
                publish(broken, [data], bundled=False, default_graph="leave")
        assert direct.fingerprint(USER_GRAPH) == before
        assert direct.count(GRAPH + "staging") == 0
        done = publish(direct, [data], bundled=False, default_graph="leave")
        assert done[0].action == "replaced"


def test_a_move_whose_answer_is_lost_is_not_sent_again(data: str) -> None:
    moves: list[int] = []

    def fault(path: str, body: bytes) -> str | None:
        if b"MOVE" in body:
            moves.append(1)
            return "lose"
        return None

    with engines.rdflib_endpoint() as engine, proxy(engine.update_url, fault) as url:
        to = target(dataclasses.replace(engine, update_url=url))
        assert publish(to, [data], bundled=False, default_graph="leave")[0].action == "loaded"
        assert moves == [1]


def test_a_truncated_answer_is_no_answer(data: str) -> None:
    with engines.rdflib_endpoint() as engine:
        publish(target(engine), [data], bundled=False, default_graph="leave")
        with (
            proxy(engine.query_url, lambda p, b: "truncate") as url,
            pytest.raises(EndpointError, match="whole SPARQL results"),
        ):
            target(dataclasses.replace(engine, query_url=url)).fingerprint(USER_GRAPH)


def test_a_wrong_password_is_told_without_it(data: str) -> None:
    with engines.virtuoso() as engine:
        to = target(dataclasses.replace(engine, password="hush-hush"))
        with pytest.raises(EndpointError, match="refused access") as caught:
            publish(to, [data], bundled=False)
        assert "hush-hush" not in str(caught.value)


@pytest.mark.parametrize(
    "url", ["ftp://host/", "http://", "http://u:secret@host/", "http://h:x/", "http://h/ a"]
)
def test_what_is_no_url_of_a_store_is_refused(url: str) -> None:
    with pytest.raises(ParameterError) as caught:
        GraphStore(url, url)
    assert "secret" not in str(caught.value)


def test_the_digest_depends_on_values_and_not_on_order() -> None:
    s, p = Term.iri("urn:s"), Term.iri("urn:p")
    xsd = "http://www.w3.org/2001/XMLSchema#"

    def of(*cells: tuple[str, str]) -> Fingerprint:
        found = Fingerprint()
        for value, kind in cells:
            found.add((s, p, Term("literal", value, xsd + kind)))
        return found

    assert of(("1.50", "decimal"), ("1", "boolean")) == of(("true", "boolean"), ("1.5", "decimal"))
    assert of(("1", "integer")) != of(("2", "integer"))
    assert of(("100", "decimal")) == of(("100.0", "decimal")) != of(("1", "decimal"))


def test_blank_nodes_get_the_same_names_each_time(data: str) -> None:
    def read() -> list[str]:
        with store.dataset([data], bundled=False) as local:
            return sorted(local.ntriples(USER_GRAPH))

    assert read() == read()
    assert any("/.well-known/genid/" in line for line in read())
    assert not any("_:" in line for line in read())


def test_the_command_line_fails_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    url = f"http://127.0.0.1:{engines.free_port()}/sparql"
    assert cli.main(["publish", "--endpoint", url, "--dry-run", "--timeout", "2"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert "cannot be reached" in error
