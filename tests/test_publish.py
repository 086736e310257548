"""Publishing into engines made by others, also through a proxy that breaks what passes."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
from collections.abc import Callable

import engines
import pytest

from twitchkg import cli, store
from twitchkg.errors import EndpointError, ParameterError
from twitchkg.fingerprint import Fingerprint
from twitchkg.graphstore import GraphStore
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
    many = "".join(f":s{n} :p {n} .\n" for n in range(900))
    path.write_text(TURTLE + many, encoding="utf-8")
    return str(path)


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


def test_the_graph_store_protocol_puts_a_graph_as_a_whole(data: str) -> None:
    with engines.virtuoso() as engine:
        to = target(engine, put=True)
        assert [o.action for o in publish(to, [data], bundled=False)] == ["loaded"]
        assert [o.action for o in publish(to, [data], bundled=False)] == ["kept"]


def test_virtuoso_keeps_equal_numbers_of_two_types_once(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "numbers.ttl"
    path.write_text("<urn:a> <urn:p> 1.5, 1.5E0, 2 .", encoding="utf-8")
    with engines.virtuoso() as engine:
        for action in ("loaded", "kept"):
            done = publish(target(engine), [str(path)], bundled=False)
            assert [(o.triples, o.merged, o.action) for o in done] == [(3, 1, action)]
        path.write_text("<urn:a> <urn:p> 0.12345678901234567890 .", encoding="utf-8")
        with pytest.raises(EndpointError, match="does not hold what it was sent"):
            publish(target(engine), [str(path)], bundled=False)
        assert target(engine).count(USER_GRAPH) == 2


@pytest.mark.parametrize("rows", [100, 600])
def test_virtuoso_may_cut_its_answers(data: str, rows: int) -> None:
    with engines.virtuoso(rows=rows) as engine:
        to = target(engine)
        assert sum(1 for _ in to.triples(None)) == rows, "nothing was cut"
        for action in ("loaded", "kept"):
            [done] = publish(to, [data], bundled=False)
            assert (done.action, done.triples) == (action, 913)
            assert to.fingerprint(USER_GRAPH).digest == done.digest


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
