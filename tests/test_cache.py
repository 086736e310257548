"""What the cache holds may be damaged, foreign or out of reach: answers stay right."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tracemalloc
from collections.abc import Iterator

import pyoxigraph as ox
import pytest

from twitchkg import KnowledgeGraph, cache, catalogue, resources, store
from twitchkg.errors import FileAccessError
from twitchkg.namespaces import RDF, RDFS, TWD, TWK
from twitchkg.store import opening
from twitchkg.terms import Term

TYPES = "SELECT ?t WHERE { ?t a twk:TwitchType } ORDER BY ?t"
COMMANDS = (("query", TYPES, "-f", "csv"), ("search", "fasiculation"), ("show", "eyelid twitching"))


@pytest.fixture
def filled(tmp_path: pathlib.Path, prepared: pathlib.Path) -> pathlib.Path:
    """A cache in which everything is prepared."""
    shutil.copytree(prepared, tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    folder = tmp_path_factory.mktemp("prepared") / "cache"
    answers(folder)
    assert {path.name.split("-")[0] for path in folder.iterdir()} == {"digest", "index", "store"}
    return folder


@pytest.fixture(scope="module")
def right(prepared: pathlib.Path) -> list[str]:
    return answers(prepared)


def answers(folder: pathlib.Path) -> list[str]:
    """What the commands print with this cache; on stderr there is one line at most."""
    found = []
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "twitchkg", *command],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "TWITCHKG_CACHE": str(folder)},
        )
        assert len(done.stderr.splitlines()) <= 1, done.stderr
        found.append(done.stdout)
    return found


def files(folder: pathlib.Path) -> Iterator[pathlib.Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def one(folder: pathlib.Path, kind: str) -> pathlib.Path:
    (path,) = folder.glob(f"{kind}*")
    return path


def test_files_cut_short(filled: pathlib.Path, right: list[str]) -> None:
    for path in files(filled):
        content = path.read_bytes()
        path.write_bytes(content[: len(content) // 2])
    assert answers(filled) == right
    assert answers(filled) == right


def test_files_of_nonsense(filled: pathlib.Path, right: list[str]) -> None:
    for path in files(filled):
        path.write_bytes(b"\xff\x00nonsense\n" * 40)
    assert answers(filled) == right


def test_empty_files(filled: pathlib.Path, right: list[str]) -> None:
    for path in files(filled):
        path.write_bytes(b"")
    assert answers(filled) == right


def test_tables_of_the_store_missing(filled: pathlib.Path, right: list[str]) -> None:
    for path in filled.rglob("*.sst"):
        path.unlink()
    assert answers(filled) == right


def test_one_letter_of_the_index_altered(filled: pathlib.Path, right: list[str]) -> None:
    path = one(filled, "index")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"fasciculation", b"fasciculatiom"))
    assert content != path.read_bytes()
    assert answers(filled) == right
    assert path.read_bytes() == content


def test_files_of_another_version(filled: pathlib.Path, right: list[str]) -> None:
    """What another version keeps has another name, and stays as it is."""
    other = [filled / "index-0-other", filled / "store-0-other"]
    one(filled, "index").rename(other[0])
    one(filled, "store").rename(other[1])
    assert answers(filled) == right
    assert all(path.exists() for path in other)


def test_a_folder_where_a_file_should_be(filled: pathlib.Path, right: list[str]) -> None:
    for kind in ("index", "digest"):
        path = one(filled, kind)
        path.unlink()
        path.mkdir()
    assert answers(filled) == right


def test_a_file_where_the_store_should_be(filled: pathlib.Path, right: list[str]) -> None:
    path = one(filled, "store")
    shutil.rmtree(path)
    path.write_text("a file")
    assert answers(filled) == right


def test_a_cache_that_cannot_be_made(tmp_path: pathlib.Path, right: list[str]) -> None:
    (tmp_path / "file").write_text("a file")
    assert answers(tmp_path / "file" / "cache") == right


def test_a_read_only_disk(
    filled: pathlib.Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing can be written or removed, whatever the user's rights are."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setenv("TWITCHKG_CACHE", str(filled))
    count = len(store.bundled())
    one(filled, "index").write_text("nonsense")
    for path in one(filled, "store").iterdir():
        path.write_bytes(b"")
    for name in ("rename", "replace", "makedirs", "unlink", "rmdir"):
        monkeypatch.setattr(os, name, refused)
    assert cache.read("index-2") is None
    cache.keep("index-2", b"text")
    assert len(store.bundled()) == count
    assert capsys.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
def test_what_somebody_else_put_there(
    filled: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A store and an index of another user are not even opened."""
    monkeypatch.setenv("TWITCHKG_CACHE", str(filled))
    assert cache.read("index-2") is not None
    real = os.stat
    fields = list(real(one(filled, "index")))
    fields[4] = os.geteuid() + 1000

    def foreign(path: str | os.PathLike[str], **how: bool) -> os.stat_result:
        in_cache = os.fspath(path).startswith(str(filled)) and not how
        return os.stat_result(fields) if in_cache else real(path, **how)

    monkeypatch.setattr(os, "stat", foreign)
    assert not cache.ours(str(one(filled, "index")))
    assert cache.read("index-2") is None
    monkeypatch.setattr(opening, "_open", None)
    assert len(store.bundled()) > 10_000


def test_two_processes_at_once(tmp_path: pathlib.Path, right: list[str]) -> None:
    folder = tmp_path / "cache"
    environment = {**os.environ, "TWITCHKG_CACHE": str(folder)}
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "twitchkg", *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for command in (COMMANDS[0], COMMANDS[0], COMMANDS[1])
    ]
    outputs = [process.communicate() for process in running]
    assert [out for out, _ in outputs] == [right[0], right[0], right[1]]
    assert [err for _, err in outputs] == ["", "", ""]
    assert not list(folder.glob("*.tmp"))
    assert answers(folder) == right


def test_changed_data_are_seen(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was kept for other data is not used."""
    monkeypatch.setenv("TWITCHKG_CACHE", str(tmp_path / "cache"))
    path = tmp_path / "data.ttl"
    path.write_text("<x:a> <x:b> <x:c> .")
    monkeypatch.setattr(resources, "ontology_files", lambda: [str(path)])
    cache.keep("index-2", b"text")
    assert cache.read("index-2") == b"text"
    path.write_text("<x:a> <x:b> <x:d> . # longer")
    assert cache.read("index-2") is None


def test_a_changed_query_is_read_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    header = "#+ summary: {}?\n#+ description: x\n#+ params: []\n#+ returns:\n#+   - s (iri): s\n"
    path = tmp_path / "mine.rq"
    path.write_text(header.format("First") + "SELECT ?s WHERE { ?s ?p ?o }")
    monkeypatch.setattr(
        catalogue, "query_files", lambda own=None: [str(path)] if path.exists() else []
    )
    first = catalogue.find("mine")
    assert first is not None
    assert catalogue.find("mine") is first
    path.write_text(header.format("Second") + "SELECT ?s WHERE { ?s ?p ?o }")
    again = catalogue.find("mine")
    assert again is not None
    assert again.summary == "Second?"
    path.unlink()
    assert catalogue.find("mine") is None


def test_another_graph_has_an_index_of_its_own(
    filled: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server of somebody's own graph neither takes what is kept nor keeps its own for others."""
    monkeypatch.setenv("TWITCHKG_CACHE", str(filled))
    one(filled, "index").unlink()
    kind, entity = Term.iri(TWK + "Food"), Term.iri(TWD + "moon-cheese")
    other = store.of_triples(
        [
            (kind, Term.iri(RDFS + "subClassOf"), Term.iri(TWK + "Entity")),
            (entity, Term.iri(RDF + "type"), kind),
            (entity, Term.iri(RDFS + "label"), Term.string("moon cheese", "en")),
        ]
    )
    assert [match.label for match in KnowledgeGraph.of(other).search("moon cheese")] == [
        "moon cheese"
    ]
    assert not KnowledgeGraph.of(store.of_triples([])).search("moon cheese")
    assert not list(filled.glob("index*"))
    # The prepared store of the bundled graph is known as such, wherever it is opened.
    assert KnowledgeGraph.of(store.at(store.prepared())).search("fasciculation")
    assert list(filled.glob("index*"))


def test_a_digest_does_not_hold_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "large.nt"
    content = b"<x:a> <x:b> <x:c> .\n" * 500_000
    path.write_bytes(content)
    tracemalloc.start()
    try:
        found = resources.digest([str(path)])
        assert tracemalloc.get_traced_memory()[1] < 4 << 20
    finally:
        tracemalloc.stop()
    whole = hashlib.blake2b(b"large.nt\0%d\0" % len(content) + content, digest_size=16)
    assert found == whole.hexdigest()


# --- Where a store is opened -----------------------------------------------


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="only Linux binds processes so")
def test_a_store_is_opened_on_one_processor_and_then_all_are_allowed_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    allowed = os.sched_getaffinity(0)
    seen = []

    def read_only(folder: str) -> ox.Store:
        seen.append(os.sched_getaffinity(0))
        raise OSError("no store")

    store.prepare(str(tmp_path / "store"))
    assert len(store.at(str(tmp_path / "store"))) > 0
    assert os.sched_getaffinity(0) == allowed
    monkeypatch.setattr(ox, "Store", type("Store", (), {"read_only": read_only}))
    with pytest.raises(FileAccessError, match="no store"):
        store.at(str(tmp_path))
    assert [(len(found), found <= allowed) for found in seen] == [(1, True)]
    assert os.sched_getaffinity(0) == allowed


@pytest.mark.parametrize("refusal", [PermissionError("not here"), AttributeError("no Linux")])
def test_where_no_processor_can_be_chosen_a_store_is_opened_all_the_same(
    refusal: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise refusal

    monkeypatch.setattr(os, "sched_setaffinity", refuse, raising=False)
    assert len(store.at(store.prepared())) > 0
