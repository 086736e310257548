"""Exports of RDF: isomorphic to the source, the same bytes each time, whole or not at all."""

from __future__ import annotations

import functools
import io
import itertools
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

import pyoxigraph as ox
import pytest
import rdflib

import twitchkg
from twitchkg import resources, store
from twitchkg.cli import main
from twitchkg.errors import FileAccessError, ParameterError
from twitchkg.export import FOLDERS, FORMATS, RDF, files, jsonld, statements
from twitchkg.namespaces import GRAPH, PREFIXES, TWK, expand

Capture = pytest.CaptureFixture[str]
PARSED = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
    "trig": ox.RdfFormat.TRIG,
    "nquads": ox.RdfFormat.N_QUADS,
}


written = functools.cache(statements.written)


def canonical(quads: object) -> ox.Dataset:
    dataset = ox.Dataset(quads)  # type: ignore[arg-type]
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


@pytest.fixture(scope="module")
def source() -> ox.Dataset:
    """What the files say, read without the export's code."""
    quads = []
    for path in resources.ontology_files():
        for quad in ox.parse(path=path, rename_blank_nodes=True):
            subject = str(quad.subject)
            header = subject.startswith("<https://w3id.org/twitchkg/module/")
            if not header and not quad.predicate.value.endswith("owl#imports"):
                quads.append(ox.Quad(*quad.triple))
    return canonical(quads)


@pytest.mark.parametrize("format", RDF)
def test_every_format_is_isomorphic_to_the_source(source: ox.Dataset, format: str) -> None:
    text = written(format)
    quads = (ox.Quad(*quad.triple) for quad in ox.parse(text, format=PARSED[format]))
    assert canonical(quads) == source
    assert len(source) > 100_000


@pytest.mark.parametrize("format", RDF)
def test_the_same_bytes_each_time(format: str) -> None:
    assert statements.written(format) == written(format)


def test_the_same_bytes_in_another_process() -> None:
    code = (
        "import hashlib, twitchkg\n"
        "print(hashlib.sha256(twitchkg.load().export().encode()).hexdigest())"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            timeout=120,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(runs) == 1


@pytest.mark.filterwarnings(
    "ignore:ConjunctiveGraph is deprecated:DeprecationWarning"
)  # rdflib's own
@pytest.mark.parametrize(("format", "name"), [("turtle", "turtle"), ("jsonld", "json-ld")])
def test_rdflib_reads_the_base_alike(format: str, name: str) -> None:
    graph = rdflib.Graph().parse(data=written(format, "base"), format=name)
    assert len(graph) == len(statements.extract("base"))
    label = graph.value(rdflib.URIRef(PREFIXES["twd"] + "caffeine"), rdflib.RDFS.label)
    assert label == rdflib.Literal("caffeine", lang="en")


@pytest.mark.parametrize("format", ["trig", "nquads"])
def test_named_graphs_are_kept(format: str) -> None:
    read = list(ox.parse(written(format), format=PARSED[format]))
    graphs = {str(quad.graph_name).strip("<>") for quad in read}
    expected = {resources.graph_name(path) for path in resources.ontology_files()} - {None}
    assert graphs == expected | {"DEFAULT"}
    order = [str(quad.graph_name) for quad in read]
    assert len([1 for a, b in itertools.pairwise(order) if a != b]) == len(graphs) - 1


def test_variants_hold_what_they_say(kg: twitchkg.KnowledgeGraph) -> None:
    sizes = [len(statements.extract(variant)) for variant in ("base", "full", "inferred")]
    assert sizes == sorted(sizes)
    assert sizes[0] > 3000
    text = kg.export("ntriples", "full")
    assert TWK + "restsOn" in kg.export("ntriples")
    assert f"<{TWK}canIndirectlyCause>" not in {line.split()[1] for line in text.splitlines()}
    assert "/claim/" not in kg.export("ntriples", "base")


def test_the_context_has_a_key_for_every_property() -> None:
    context = jsonld.context()
    meant = {
        expand(value if isinstance(value, str) else str(value["@id"]))  # type: ignore[index]
        for key, value in context.items()
        if not key.startswith("@") and key not in PREFIXES and value not in ("@id", "@type")
    }
    used = {p.value for _, p, _ in statements.extract("inferred").triples()}
    logic = {PREFIXES["owl"] + "hasValue", PREFIXES["owl"] + "minQualifiedCardinality"}
    assert used - meant - logic == {PREFIXES["rdf"] + "type"}
    for name, base in PREFIXES.items():
        value = context[name]
        assert base == (value if isinstance(value, str) else value["@id"])  # type: ignore[index]


def test_jsonld_reads_well() -> None:
    document = json.loads(written("jsonld"))
    nodes = {node["id"]: node for node in document["@graph"]}
    assert nodes["twd:caffeine"]["label"] == {"en": "caffeine"}
    claim = nodes["twc:000-0002"]
    assert claim["predicate"] == "affectsSite"
    assert claim["isNegated"] is False
    assert claim["object"] == "twd:arm"


def test_users_data_come_along_whatever_they_hold(tmp_path: pathlib.Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix twk: <https://w3id.org/twitchkg/ontology/> . "
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . "
        "@prefix dcterms: <http://purl.org/dc/terms/> . "
        '<http://example.org/x> rdfs:label "plain", "zwei"@de ; twk:sourcesFor 01, "x" ; '
        'twk:canCause "no entity", [ rdfs:label "\\u2028\\"<&"@en ] ; dcterms:source "words"@en ; '
        "twk:isPainful true, <http://example.org/y> ; twk:subject <http://example.org/a?b=c#d> .\n"
    )
    for format in RDF:
        text = statements.written(format, "base", [str(own)])
        quads = ox.parse(text, format=PARSED[format])
        found = canonical(ox.Quad(*quad.triple) for quad in quads)
        want = canonical(
            ox.Quad(*quad.triple)
            for quad in ox.parse(
                statements.written("nquads", "base", [str(own)]), format=PARSED["nquads"]
            )
        )
        assert found == want, format
        assert any("example.org/x" in str(quad) for quad in found)
    named = statements.written("nquads", "base", [str(own)]).decode()
    assert f"<{GRAPH}user>" in named


def test_unknown_formats_and_variants_are_listed(
    kg: twitchkg.KnowledgeGraph, capsys: Capture
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["export", "-f", "xls"])
    error = capsys.readouterr().err
    assert ended.value.code == 2
    assert error.count("\n") == 1
    assert all(f"'{name}'" in error for name in FORMATS)
    with pytest.raises(ParameterError, match="base, full, inferred"):
        kg.export("turtle", "tiny")
    with pytest.raises(ParameterError, match="nquads"):
        kg.export("xls")
    with pytest.raises(ParameterError, match="sqlite"):
        kg.export_file("xls")
    with pytest.raises(ParameterError, match="parquet"):
        kg.export_files("xls")


@pytest.mark.parametrize("format", FOLDERS)
def test_several_files_want_a_folder(capsys: Capture, format: str) -> None:
    assert main(["export", "-f", format]) == 2
    assert "Name a folder with -o." in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--release", "x", "-f", "csv"],
        ["-f", "csv", "--variant", "base", "-o", "x"],
        ["-f", "turtle", "-o", "/"],
        ["-o", "/nowhere/there/graph.ttl"],
        ["-f", "kgx-tsv", "-o", "/dev/null"],
        ["-f", "kgx-tsv", "-o", "/proc/nowhere"],
        ["-o", "/dev/full/graph.ttl"],
    ],
)
def test_what_cannot_be_written_is_one_clear_line(capsys: Capture, arguments: list[str]) -> None:
    assert main(["export", *arguments]) == 2
    error = capsys.readouterr().err
    assert error.startswith("twitchkg: error: ")
    assert error.count("\n") == 1


def test_a_place_that_cannot_be_written_is_told_before_the_work(
    tmp_path: pathlib.Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        twitchkg.KnowledgeGraph, "export_files", lambda *_: pytest.fail("the work was done")
    )
    (tmp_path / "file").touch()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").touch()
    for place, reason in (
        ("file", "is a file"),
        ("file/release", "Not a directory"),
        ("full", "holds files that no export made"),
    ):
        assert main(["export", "--release", str(tmp_path / place)]) == 2
        assert reason in capsys.readouterr().err


def started(*arguments: str, limit: int | None = None) -> subprocess.Popen[str]:
    def bound() -> None:
        if limit is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.Popen(
        [sys.executable, "-m", "twitchkg", "export", *arguments],
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=bound,  # noqa: PLW1509 (no thread runs here)
    )


@pytest.mark.parametrize("arguments", [["-o", "graph.ttl"], ["-f", "csv", "-o", "tables"]])
def test_a_full_disk_leaves_nothing(
    tmp_path: pathlib.Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    kg: twitchkg.KnowledgeGraph,
) -> None:
    len(kg.store.query("ASK { ?s ?p ?o }"))  # the prepared store stands before the limit holds
    monkeypatch.chdir(tmp_path)
    process = started(*arguments, limit=50_000)
    error = process.communicate(timeout=120)[1]
    assert process.returncode == 2
    assert error.startswith("twitchkg: error: Cannot write")
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_export_leaves_no_half_written_file(
    tmp_path: pathlib.Path, number: signal.Signals
) -> None:
    (tmp_path / "csv").mkdir()
    for delay in (0.4, 0.8, 1.2, 1.6):
        process = started("-f", "csv", "-o", str(tmp_path / "csv"))
        time.sleep(delay)
        process.send_signal(number)
        process.communicate(timeout=60)
        names = sorted(path.name for path in (tmp_path / "csv").iterdir())
        if names:  # whole: each file as the manifest lists it
            listed = json.loads((tmp_path / "csv" / files.MANIFEST).read_text())["files"]
            assert names == sorted([entry["name"] for entry in listed] + [files.MANIFEST])
            for entry in listed:
                content = (tmp_path / "csv" / entry["name"]).read_bytes()
                assert files.digest(content) == entry["sha256"]
        if number is not signal.SIGKILL:
            assert [path.name for path in tmp_path.iterdir()] == ["csv"]


def test_a_folder_is_replaced_only_if_an_export_made_it(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "out"
    first = {"a.txt": b"1", "manifest.json": files.manifest({"a.txt": b"1"}, {})}
    files.write_folder(str(folder), first)
    second = {"b.txt": b"2", "manifest.json": files.manifest({"b.txt": b"2"}, {})}
    files.write_folder(str(folder), second)
    assert sorted(path.name for path in folder.iterdir()) == ["b.txt", "manifest.json"]
    (folder / "mine.txt").write_text("keep")
    with pytest.raises(FileAccessError, match=r"mine\.txt"):
        files.write_folder(str(folder), first)
    assert (folder / "mine.txt").read_text() == "keep"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_a_killed_export_left_is_swept_away(tmp_path: pathlib.Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (tmp_path / f".out.{gone.pid}.tmp").mkdir()
    (tmp_path / f".out.{os.getppid()}.tmp").mkdir()  # of one that still runs
    made = {"a": b"1", "manifest.json": files.manifest({"a": b"1"}, {})}
    files.write_folder(str(tmp_path / "out"), made)
    assert sorted(p.name for p in tmp_path.iterdir()) == [f".out.{os.getppid()}.tmp", "out"]


def test_a_folder_without_permission_is_one_clear_line(
    tmp_path: pathlib.Path, capsys: Capture
) -> None:
    if os.geteuid() == 0:
        pytest.skip("the superuser may write everywhere")
    tmp_path.chmod(0o500)
    assert main(["export", "-f", "csv", "-o", str(tmp_path / "x")]) == 2
    assert "Permission denied" in capsys.readouterr().err


def test_exports_of_an_endpoint_are_refused() -> None:
    with pytest.raises(twitchkg.errors.ParameterError, match="endpoint"):
        twitchkg.load(endpoint="http://127.0.0.1:9").export_file("sqlite")


def test_the_store_and_the_export_hold_the_same(kg: twitchkg.KnowledgeGraph) -> None:
    assert isinstance(kg.store, store.Store)
    exported = rdflib.Graph().parse(io.BytesIO(written("ntriples")), format="nt")
    headers = kg.query(
        "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o FILTER(?p = owl:imports || "
        "STRSTARTS(STR(?s), 'https://w3id.org/twitchkg/module/')) }"
    ).rows[0]["n"]
    assert isinstance(headers, int)
    assert len(exported) == len(kg.store) - headers
