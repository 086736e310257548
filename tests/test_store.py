"""The embedded graph: default and named graphs, the prepared store, and what it refuses."""

from __future__ import annotations

import os
import pathlib
import shutil

import pytest

import twitchkg
from twitchkg import resources, store
from twitchkg.errors import QueryFailedError, QuerySyntaxError, UpdateRefusedError
from twitchkg.store import reading
from twitchkg.terms import Term

A, B, C = (Term.iri(f"https://example.org/{name}") for name in "abc")


def test_a_triple_in_two_graphs_is_found_once(tmp_path: pathlib.Path) -> None:
    """A user's file repeats a triple of the bundled graph."""
    path = tmp_path / "again.ttl"
    path.write_text(
        "<https://w3id.org/twitchkg/id/tremor> a <https://w3id.org/twitchkg/ontology/TwitchType> ."
    )
    both = store.with_files([str(path)])
    rows = both.query("SELECT ?t WHERE { ?t a twk:TwitchType FILTER(?t = twd:tremor) }")
    assert len(rows) == 1
    graphs = both.query("SELECT ?g WHERE { GRAPH ?g { twd:tremor a twk:TwitchType } } ORDER BY ?g")
    assert [row["g"] for row in graphs] == [
        "https://w3id.org/twitchkg/graph/data",
        "https://w3id.org/twitchkg/graph/user",
    ]


def test_named_graphs(kg: twitchkg.KnowledgeGraph) -> None:
    graphs = {str(row[0]) for row in kg.query("SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")}
    base = "https://w3id.org/twitchkg/graph/"
    names = ("schema", "data", "claims/000", "derived/types", "derived/passages", "derived/edges")
    assert {base + name for name in names} <= graphs


def test_the_default_graph_holds_all(kg: twitchkg.KnowledgeGraph) -> None:
    missing = kg.query("ASK { GRAPH ?g { ?s ?p ?o } FILTER NOT EXISTS { ?s ?p ?o } }")
    assert missing.kind == "boolean"
    assert not missing


def test_the_prepared_store_answers_like_the_turtle(kg: twitchkg.KnowledgeGraph) -> None:
    text = "SELECT ?s ?p ?o WHERE { ?s ?p ?o FILTER(!ISBLANK(?s) && !ISBLANK(?o)) }"
    parsed = store.of_files(resources.ontology_files()).query(text)
    first, again = store.bundled().query(text), store.bundled().query(text)
    rows = [sorted(repr(row.terms) for row in one.rows) for one in (first, again, parsed)]
    assert rows[0] == rows[1] == rows[2]


def _cache(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("TWITCHKG_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_prepared_store_is_made_and_used(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = _cache(tmp_path, monkeypatch)
    store.bundled()
    (made,) = cache.glob("store-*")
    monkeypatch.setattr(reading, "quads", None)
    assert len(store.bundled()) > 10_000
    assert list(cache.glob("store-*")) == [made]


def test_a_damaged_prepared_store_is_made_again(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = _cache(tmp_path, monkeypatch)
    count = len(store.bundled())
    (made,) = cache.glob("store-*")
    for path in made.iterdir():
        path.write_bytes(b"")
    assert len(store.bundled()) == count
    assert len(store.bundled()) == count


def test_a_cache_that_cannot_be_written_is_no_fault(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = _cache(tmp_path, monkeypatch)
    cache.write_text("a file where the folder should be")
    assert len(store.bundled()) > 10_000


def test_old_prepared_stores_are_removed(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = _cache(tmp_path, monkeypatch)
    for number in range(6):
        (cache / f"store-0-old{number}").mkdir(parents=True)
        os.utime(cache / f"store-0-old{number}", (number, number))
    store.bundled()
    names = sorted(path.name for path in cache.glob("store-*"))
    assert len(names) == 4
    assert "store-0-old0" not in names


def test_errors_carry_the_place(kg: twitchkg.KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        kg.query("SELECT ?s\nWERE { ?s ?p ?o }")
    assert (caught.value.line, caught.value.column) == (2, 6)
    with pytest.raises(QuerySyntaxError, match=r"column 30, before '}': .+ no IRI"):
        kg.query("SELECT ?s\nWHERE { ?s ?p <http://a.b/##> }")
    with pytest.raises(UpdateRefusedError):
        kg.query("DROP ALL # {}")
    assert issubclass(QueryFailedError, RuntimeError)


def test_serialize_gives_back_what_was_given(tmp_path: pathlib.Path) -> None:
    triples = [
        (A, B, C),
        (A, B, Term.string('a "quoted"\nline', "en")),
        (A, B, Term.integer(7)),
        (Term("bnode", "x"), B, Term.boolean(True)),
    ]
    endings = {
        "turtle": "ttl",
        "ntriples": "nt",
        "rdfxml": "rdf",
        "jsonld": "jsonld",
        "trig": "trig",
    }
    for format_, ending in endings.items():
        path = tmp_path / f"graph.{ending}"
        path.write_text(store.serialize(triples, format_), encoding="utf-8")
        back = store.parse(str(path))
        assert {t[2] for t in back} == {t[2] for t in triples}, format_
        assert len(back) == len(triples)


def test_parse_keeps_the_order_of_the_file(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "order.ttl"
    path.write_text("<x:b> <x:p> 2 . <x:a> <x:p> 1 . <x:b> <x:p> 3 .")
    assert [t[2].value for t in store.parse(str(path))] == ["2", "1", "3"]


def test_blank_nodes_of_two_files_stay_apart(tmp_path: pathlib.Path) -> None:
    paths = [tmp_path / "one.ttl", tmp_path / "two.ttl"]
    for path in paths:
        path.write_text("_:a <x:p> <x:o> .")
    both = store.with_files([str(path) for path in paths])
    assert len(both.query("SELECT ?s WHERE { ?s <x:p> <x:o> }")) == 2
    shutil.rmtree(tmp_path)


def test_a_changed_file_changes_the_digest(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is remembered of unchanged files is forgotten with the first change."""
    cache = _cache(tmp_path, monkeypatch)
    path = tmp_path / "a.ttl"
    path.write_text("one")
    first = resources.known_digest([str(path)])
    assert first == resources.digest([str(path)]) == resources.known_digest([str(path)])
    (cache / "digest").write_text("nonsense")
    assert resources.known_digest([str(path)]) == first
    path.write_text("two, longer")
    assert resources.known_digest([str(path)]) == resources.digest([str(path)]) != first


@pytest.mark.parametrize(
    "text",
    [
        "ASK { twd:myokymia a twk:TwitchType }",
        "PREFIX twk: <https://w3id.org/twitchkg/id/> ASK { twk:myokymia a ?t }",
        "PREFIX : <https://w3id.org/twitchkg/id/> ASK { :myokymia a ?t, twk:TwitchType }",
    ],
)
def test_known_prefixes_need_not_be_declared(text: str) -> None:
    assert store.bundled().query(text).boolean is True


def test_a_prefix_that_nobody_knows_is_told() -> None:
    with pytest.raises(QuerySyntaxError, match="nobody"):
        store.bundled().query("ASK { nobody:myokymia a twk:TwitchType }")
