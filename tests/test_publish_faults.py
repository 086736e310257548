"""Publishing into a store that fails, is shared, or asks who is there."""

from __future__ import annotations

import io
import os
import pathlib
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta, tzinfo

import pyoxigraph as ox
import pytest
import sparqlstore

import twitchkg
from twitchkg import cli, graphstore
from twitchkg.errors import EndpointError, ParameterError, TwitchkgError
from twitchkg.namespaces import GRAPH
from twitchkg.publish import publish
from twitchkg.store import USER_GRAPH

OLD = "<urn:x> <urn:y> 1 ."
SIZE = 1200
RUNS = GRAPH + "publishing"


@pytest.fixture
def data(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "own.ttl"
    path.write_text("".join(f"<urn:s{n}> <urn:p> {n} .\n" for n in range(SIZE)), encoding="utf-8")
    return str(path)


@pytest.fixture
def old(tmp_path: pathlib.Path) -> str:
    path = tmp_path / "old.ttl"
    path.write_text(OLD, encoding="utf-8")
    return str(path)


def load(to: sparqlstore.SparqlStore, path: str, take_over: bool = False) -> str:
    done = publish(to.target(), [path], bundled=False, default_graph="leave", take_over=take_over)
    return done[0].action


def first(pattern: bytes, kind: str, times: int = 1) -> sparqlstore.Fault:
    """Fail with some of the requests that hold a pattern."""
    left = [times]

    def fault(path: str, body: bytes) -> str | None:
        if pattern in body and left[0]:
            left[0] -= 1
            return kind
        return None

    return fault


def test_a_dry_run_writes_nothing(data: str) -> None:
    with sparqlstore.running() as to:
        done = publish(to.target(), [data], bundled=False, dry_run=True)
        assert [o.action for o in done] == ["loaded"]
        assert len(to.engine) == 0


@pytest.mark.parametrize("kind", ["drop", "lose", "busy"])
def test_what_passes_is_tried_again(kind: str, data: str) -> None:
    with sparqlstore.running(fault=first(b"<urn:s700>", kind, 2)) as to:
        assert load(to, data) == "loaded"
        assert to.graphs() == {USER_GRAPH: SIZE}
        # The store's own wish goes before ours.
        assert to.waits == ([7.0, 7.0] if kind == "busy" else [0.5, 1.0])


@pytest.mark.parametrize("kind", ["drop", "busy", "500"])
@pytest.mark.parametrize("where", [b"<urn:s700>", b"MOVE"])
def test_what_lasts_leaves_the_old_graph_in_place(
    kind: str, where: bytes, data: str, old: str
) -> None:
    with sparqlstore.running() as to:
        load(to, old)
        to.fault = first(where, kind, 9)
        with pytest.raises(EndpointError, match=r"reached|answered"):
            load(to, data)
        assert to.graphs() == {USER_GRAPH: 1}
        to.fault = None
        assert load(to, data) == "replaced"
        assert to.graphs() == {USER_GRAPH: SIZE}


def test_a_move_whose_answer_is_lost_is_not_sent_again(data: str) -> None:
    moves: list[bytes] = []

    def fault(path: str, body: bytes) -> str | None:
        if b"MOVE" in body:
            moves.append(body)
            return "lose"
        return None

    with sparqlstore.running(fault=fault) as to:
        assert load(to, data) == "loaded"
        assert len(moves) == 1


def test_a_truncated_answer_is_no_answer(data: str) -> None:
    with sparqlstore.running() as to:
        load(to, data)
        to.fault = lambda path, body: "truncate"
        with pytest.raises(EndpointError, match=r"whole SPARQL results|broke off"):
            to.target().fingerprint(USER_GRAPH)


@pytest.mark.parametrize("longest", [37, 300, 1199])
def test_a_store_that_cuts_its_answers_is_read_part_by_part(
    longest: int, tmp_path: pathlib.Path
) -> None:
    path = tmp_path / "own.ttl"
    rare = "".join(f"<urn:s{n}> <urn:rare{n % 3}> 'word' , {n}, {n}.0 .\n" for n in range(20))
    many = "".join(f"<urn:s{n}> <urn:p> {n} .\n" for n in range(SIZE))
    path.write_text(rare + many, encoding="utf-8")
    with sparqlstore.running() as to:
        to.longest = longest
        told: list[str] = []
        done = publish(
            to.target(), [str(path)], bundled=False, default_graph="leave", progress=told.append
        )
        assert [(o.triples, o.action) for o in done] == [(SIZE + 60, "loaded")]
        assert to.target().fingerprint(USER_GRAPH).triples == SIZE + 60
        parts = [query for query in to.queries if "MD5" in query]
        # The rare predicates are read as they are; only the other one is divided.
        assert parts
        assert all("<urn:p>" in query for query in parts)
        assert len({*parts}) == 2 * {37: 65, 300: 8, 1199: 3}[longest]
        # By the second client; the first had learned better from the staging graph.
        assert sum("SELECT ?s ?p ?o" in query and "user" in query for query in to.queries) == 1
        assert load(to, str(path)) == "kept"
        to.engine.remove(next(iter(to.engine.quads_for_pattern(None, ox.NamedNode("urn:p"), None))))
        assert load(to, str(path)) == "replaced"


def test_a_part_whose_answer_breaks_off_is_asked_again(data: str) -> None:
    with sparqlstore.running() as to:
        load(to, data)
        whole = to.target().fingerprint(USER_GRAPH)
        to.longest = 300
        to.fault = first(b"MD5", "drop", 3)
        assert to.target().fingerprint(USER_GRAPH) == whole
        assert to.waits == [0.5, 1.0, 2.0]


def test_it_is_told_how_much_was_read_back(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphstore, "_STEP", 500)
    with sparqlstore.running() as to:
        told: list[str] = []
        publish(to.target(), [data], bundled=False, default_graph="leave", progress=told.append)
        read = [text.removeprefix(f"{USER_GRAPH}: ") for text in told if "read back" in text]
        assert read == [f"{n} of {SIZE} triples read back" for n in (500, 1000)] * 2


@pytest.mark.parametrize("before", [False, True], ids=["after", "before"])
@pytest.mark.parametrize("where", [b"<urn:s700>", b"MOVE"])
def test_a_killed_run_leaves_the_old_graph_or_the_new_one(
    where: bytes, before: bool, data: str, old: str
) -> None:
    """Killed before or after the store has carried out a batch, or the move."""
    run: list[subprocess.Popen[bytes]] = []

    def fault(path: str, body: bytes) -> str | None:
        if where in body and run:
            os.kill(run.pop().pid, signal.SIGKILL)
            return "drop" if before else "lose"
        return None

    program = (
        "import sys; from twitchkg.graphstore import GraphStore; "
        "from twitchkg.publish import publish; url, path = sys.argv[1:]; "
        "sys.stdin.read(1); "
        "publish(GraphStore(url, url), [path], bundled=False, default_graph='leave')"
    )
    with sparqlstore.running() as to:
        load(to, old)
        to.fault = fault
        with subprocess.Popen(
            [sys.executable, "-c", program, to.url, data], stdin=subprocess.PIPE
        ) as process:
            run.append(process)
            process.communicate(b"go", timeout=60)
        assert process.returncode == -signal.SIGKILL
        after = to.graphs()
        moved = where == b"MOVE" and not before
        assert after.pop(USER_GRAPH) == (SIZE if moved else 1)
        assert after.pop(RUNS) == 1
        assert all(name.startswith(GRAPH + "staging-") for name in after)
        assert len(after) == (0 if moved else 1)
        with pytest.raises(EndpointError, match="--take-over"):
            load(to, data)
        assert load(to, data, take_over=True) == ("kept" if moved else "replaced")
        assert to.graphs() == {USER_GRAPH: SIZE}


@pytest.mark.parametrize("minutes", [-5, 5, 31])
def test_a_run_last_seen_long_ago_is_taken_for_dead(minutes: int, data: str) -> None:
    began = datetime.now(UTC) - timedelta(minutes=minutes)
    staging = GRAPH + "staging-0123"
    other = f"""INSERT DATA {{
        GRAPH <{staging}> {{ <urn:a> <urn:b> <urn:c> }}
        GRAPH <{RUNS}> {{ <{staging}> <http://purl.org/dc/terms/created>
            "{began:%Y-%m-%dT%H:%M:%SZ}"^^<http://www.w3.org/2001/XMLSchema#dateTime> }} }}"""
    with sparqlstore.running() as to:
        to.engine.update(other)
        if minutes < 30:
            with pytest.raises(EndpointError, match="has not ended"):
                load(to, data)
            assert to.graphs() == {staging: 1, RUNS: 1}
        else:
            assert load(to, data) == "loaded"
            assert to.graphs() == {USER_GRAPH: SIZE}


def test_a_long_run_says_that_it_goes_on(data: str, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clock(datetime):
        passed = timedelta()

        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Clock:
            cls.passed += timedelta(minutes=11)
            return cls(2026, 1, 1, tzinfo=tz) + cls.passed

    monkeypatch.setattr("twitchkg.publish.datetime", Clock)
    monkeypatch.setattr("twitchkg.publish._BEAT", 0.0)
    stamps = []

    def fault(path: str, body: bytes) -> str | None:
        if b"INSERT DATA" in body:
            graph = ox.NamedNode(RUNS)
            stamps.append(len(list(to.engine.quads_for_pattern(None, None, None, graph))))
        if b"MOVE" in body:
            with pytest.raises(EndpointError, match=r"was publishing .* 1?[0-9] minutes ago"):
                load(to, data)
        return None

    with sparqlstore.running(fault=fault) as to:
        assert load(to, data) == "loaded"
        assert Clock.passed > timedelta(hours=1)
        assert max(stamps) == 1, "an old time is left"
        assert to.graphs() == {USER_GRAPH: SIZE}


def test_of_two_runs_that_begin_together_none_disturbs_the_other(data: str) -> None:
    staging = GRAPH + "staging-0123"
    with sparqlstore.running() as to:

        def fault(path: str, body: bytes) -> str | None:
            if b"INSERT DATA" in body and b"publishing" in body:
                to.engine.update(
                    f"INSERT DATA {{ GRAPH <{RUNS}> {{ <{staging}> <urn:p> 'now' }} }}"
                )
            return None

        to.fault = fault
        with pytest.raises(EndpointError, match="at the same time"):
            load(to, data)
        assert to.graphs() == {RUNS: 1}


def test_no_graph_but_a_staging_graph_is_removed_with_a_dead_run(data: str) -> None:
    with sparqlstore.running() as to:
        to.engine.update(
            f"INSERT DATA {{ GRAPH <{RUNS}> {{ <urn:mine> <urn:p> 'x' }} "
            "GRAPH <urn:mine> { <urn:a> <urn:b> 1 } }"
        )
        load(to, data)
        assert to.graphs()["urn:mine"] == 1


def test_a_union_default_graph_is_never_emptied(data: str) -> None:
    with sparqlstore.running(union=True) as to:
        load(to, data)
        with pytest.raises(ParameterError, match="shows all named graphs"):
            publish(to.target(), [data], bundled=False, default_graph="replace")
        assert to.graphs() == {USER_GRAPH: SIZE}
        done = publish(to.target(), [data], bundled=False)
        assert [o.graph for o in done] == [USER_GRAPH]


def test_what_others_keep_in_the_default_graph_stays(data: str) -> None:
    with sparqlstore.running() as to:
        to.engine.update("INSERT DATA { <urn:theirs> <urn:p> 1 }")
        with pytest.raises(EndpointError, match="--default-graph replace"):
            publish(to.target(), [data], bundled=False)
        assert to.target().count(None) == 1
        publish(to.target(), [data], bundled=False, default_graph="replace")
        assert to.target().count(None) == SIZE


@pytest.mark.parametrize("kind", ["half", "drop"])
def test_a_put_that_breaks_leaves_no_half_graph(kind: str, data: str, old: str) -> None:
    with sparqlstore.running() as to:
        publish(to.target(put=True), [old], bundled=False)
        to.fault = first(b"<urn:s700>", kind, 9)
        with pytest.raises(EndpointError, match="reached"):
            publish(to.target(put=True), [data], bundled=False)
        # The old graph is smaller than the new one, and still whole.
        assert to.graphs() == ({} if kind == "half" else {USER_GRAPH: 1})


def test_equal_numbers_of_two_types_may_become_one(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "numbers.ttl"
    path.write_text("<urn:a> <urn:p> 1.5, 1.5E0, 2, 2.50 .", encoding="utf-8")

    with sparqlstore.running() as to:

        def merging(path: str, body: bytes) -> str | None:
            to.engine.update(
                "DELETE { GRAPH ?g { ?s ?p 1.5 } } WHERE { GRAPH ?g { ?s ?p 1.5, 1.5E0 } }"
            )
            return None

        to.fault = merging
        for action in ("loaded", "kept"):
            done = publish(to.target(), [str(path)], bundled=False, default_graph="leave")
            assert [(o.triples, o.merged, o.action) for o in done] == [(4, 1, action)]
        to.engine.update("DELETE WHERE { GRAPH ?g { ?s ?p 2 } }")
        done = publish(to.target(), [str(path)], bundled=False, default_graph="leave")
        assert done[0].action == "replaced"


def command(to: sparqlstore.SparqlStore, data: str, *more: str) -> int:
    return cli.main(
        ["publish", "--endpoint", to.url, "--data", data, "--dry-run", "--user", "me", *more]
    )


def test_the_password_comes_from_the_environment(
    data: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with sparqlstore.running(login="me:s\u00e9sam") as to:
        monkeypatch.setenv("TWITCHKG_PASSWORD", "s\u00e9sam")
        assert command(to, data) == 0
        assert f"would load: <{USER_GRAPH}>, {SIZE} triples" in capsys.readouterr().out
        monkeypatch.setenv("TWITCHKG_PASSWORD", "hush-hush")
        assert command(to, data) == 2
        error = capsys.readouterr().err
        assert error.count("\n") == 1
        assert "refused access (401)" in error
        assert "hush-hush" not in error
        monkeypatch.delenv("TWITCHKG_PASSWORD")
        monkeypatch.setenv("HOME", "/nonexistent")
        monkeypatch.setattr("sys.stdin", io.StringIO())
        assert command(to, data) == 2
        assert "There is no password for 'me'" in capsys.readouterr().err


def test_the_password_comes_from_netrc(
    data: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: pathlib.Path,
) -> None:
    monkeypatch.delenv("TWITCHKG_PASSWORD", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr("sys.stdin", io.StringIO())
    netrc = tmp_path / ".netrc"
    with sparqlstore.running(login="me:word") as to:
        netrc.write_text("machine 127.0.0.1 login me password word\n")
        netrc.chmod(0o600)
        assert command(to, data) == 0
        assert f"would load: <{USER_GRAPH}>" in capsys.readouterr().out
        netrc.write_text("machine 127.0.0.1 login another password word\n")
        assert command(to, data) == 2
        assert "There is no password for 'me'" in capsys.readouterr().err
        netrc.write_text("machine 127.0.0.1 pass word\n")
        assert command(to, data) == 2
        assert "~/.netrc cannot be read" in capsys.readouterr().err


def test_without_an_endpoint_nothing_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["publish"]) == 2
    assert "Give --endpoint URL" in capsys.readouterr().err


def test_from_python(data: str) -> None:
    with sparqlstore.running(login="me:word") as to:
        graph = twitchkg.load([data])
        done = graph.publish(to.url, user="me", password="word", dry_run=True)
        assert {o.action for o in done} == {"loaded"}
        assert done[-1].triples == SIZE
        assert len(to.engine) == 0
        with pytest.raises(TwitchkgError, match="endpoint"):
            twitchkg.load(endpoint=to.url).publish(to.url)
