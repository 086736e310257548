"""Data of one's own: the example in tests/extension is built and asked, and what is refused."""

from __future__ import annotations

import hashlib
import re
import shutil
from contextlib import chdir
from pathlib import Path

import pytest
from conftest import ROOT
from tutorial import follow

import twitchkg
from twitchkg import extension, graph, namespaces, resources, store, templates, validation
from twitchkg.cli import main
from twitchkg.errors import DataError, FileAccessError, ParameterError, SourceError
from twitchkg.export import statements
from twitchkg.server import site
from twitchkg.server.messages import Request
from twitchkg.server.pages.known import href, known
from twitchkg.store import reading
from twitchkg.terms import Iri

EXAMPLE = ROOT / "tests" / "extension"
LEAFLET = str(EXAMPLE / "documents" / "leaflet.txt")
PAGE = ROOT / "docs" / "your-own-data.md"
OWN = "https://example.org/own/"
SLEEP = ("sleep-deprivation", "muscle twitching")


def ours() -> dict[str, str]:
    """The digest of each of our files."""
    paths = [p for part in ("ontology", "queries", "shapes") for p in (ROOT / part).rglob("*.*")]
    assert len(paths) > 150
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example, made by following the page that tells how."""
    before = ours()
    start = tmp_path_factory.mktemp("tutorial")
    with chdir(start):
        assert follow(PAGE) > 15
    assert ours() == before, "a folder of somebody's own changes ours"
    return start / "own"


@pytest.fixture(scope="module")
def both(own: Path) -> twitchkg.KnowledgeGraph:
    """The bundled graph and the example together."""
    return twitchkg.load(own)


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A copy of the example as people write it, which a test may spoil."""
    shutil.copytree(EXAMPLE, tmp_path / "own")
    return tmp_path / "own"


def failing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The one line of error that a command ends with."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("twitchkg: error: ")
    assert captured.err.count("\n") == 1
    return captured.err


def test_the_page_ends_with_the_example(own: Path) -> None:
    written = {p.relative_to(EXAMPLE): p.read_text("utf-8") for p in EXAMPLE.rglob("*.*")}
    assert len(written) == 5
    for path, text in written.items():
        assert (own / path).read_text("utf-8") == text
    made = {p.relative_to(own) for p in own.rglob("*.*")} - {*written}
    assert {path.parent for path in made} == {Path("ontology/derived")}


def test_its_claims_are_found_with_document_and_place(both: twitchkg.KnowledgeGraph) -> None:
    found = both.claims(source=f"<{OWN}leaflet>")
    assert [claim.iri for claim in found] == [f"{OWN}leaflet-000{n}" for n in (1, 2, 3)]
    text = (EXAMPLE / "documents" / "leaflet.txt").read_text("utf-8")
    for claim in found:
        assert claim.document == "leaflet.txt"
        (passage,) = claim.passages
        line = text.splitlines()[passage.line - 1]
        assert text[passage.start : passage.end] in line
    assert len(both.claims(subject="magnesium-deficiency")) == 1 + len(
        twitchkg.load().claims(subject="magnesium-deficiency")
    )


def test_assertions_count_its_document(both: twitchkg.KnowledgeGraph) -> None:
    (agreed,) = both.why("magnesium deficiency", "muscle twitching", predicate="canCause")
    (before,) = twitchkg.load().why(
        "magnesium deficiency", "muscle twitching", predicate="canCause"
    )
    assert before.sources_for is not None
    assert (agreed.sources_for, agreed.sources_against) == (before.sources_for + 1, 0)
    (denied,) = both.why(*SLEEP, predicate="canCause")
    assert denied.sources_against == 1
    assert OWN + "leaflet-0002" in [claim.iri for claim in denied.steps[0].claims]


def test_a_contradiction_of_ours_and_theirs_is_found(both: twitchkg.KnowledgeGraph) -> None:
    before = {one.iri for one in twitchkg.load().disagreements()}
    (found,) = (one for one in both.disagreements() if one.iri not in before)
    assert found.kind == "contradiction"
    assert found.sentence.endswith("affirmed in 000 and 001, denied in leaflet.")
    assert Iri(OWN + "leaflet-0002") in found.claims
    assert any(claim.startswith("https://w3id.org/twitchkg/claim/") for claim in found.claims)
    listed = both.query("disagreements", kind="contradiction")
    assert OWN + "leaflet-0002" in str(listed.serialize("csv"))


def test_what_follows_follows_from_both(both: twitchkg.KnowledgeGraph) -> None:
    """Its entity causes twitching, of which others say what it causes in turn."""
    concluded = both.why("prolonged standing", "fear")
    assert concluded[0].kind == "derived"
    standing = both.entity("standing for hours")
    assert standing.iri == OWN + "prolonged-standing"
    assert both.query(f"ASK {{ <{standing.iri}> a twk:Cause }}").boolean


def test_people_read_it_beside_ours(own: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["why", "lack of sleep", "canCause", "muscle twitching", "--data", str(own)]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "[denied:] can cause muscle twitching (certain) [leaflet line 5;" in said
    assert "[000 line 45, 48; twc:000-0107]" in said
    assert graph.NOTICE in said
    for what in (f"<{OWN}leaflet-0002>", "standing for hours"):
        assert main(["show", what, "--data", str(own)]) == 0
        assert "leaflet line 5" in capsys.readouterr().out
    assert main(["search", "standing for hours", "--data", str(own)]) == 0
    assert "prolonged standing" in capsys.readouterr().out


def test_its_graphs_stand_apart(both: twitchkg.KnowledgeGraph) -> None:
    rows = both.query(
        "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER(CONTAINS(STR(?g), 'user')) }"
    )
    base = "https://w3id.org/twitchkg/graph/user/"
    assert sorted(str(row["g"]) for row in rows) == [
        *(base + "claims/leaflet", base + "data", base + "derived/passages"),
    ]
    once = "SELECT ?s { ?s a twk:Assertion ; twk:sourcesFor ?a , ?b FILTER(?a < ?b) }"
    assert not both.query(once).rows, "counts of ours stand beside those of the union"


def test_it_is_exported(both: twitchkg.KnowledgeGraph, own: Path) -> None:
    written = both.export("nquads")
    for name in ("user/claims/leaflet", "derived/disagreements", "derived/assertions"):
        graph_ = f"<https://w3id.org/twitchkg/graph/{name}>"
        assert any(OWN in line and graph_ in line for line in written.splitlines())
    base = statements.written("ntriples", "base", [str(own)]).decode()
    assert OWN + "prolonged-standing" in base
    assert OWN + "leaflet-0001" not in base, "base has no claims"
    nanopubs = both.export_file("nanopubs").decode()
    assert f"<{OWN}leaflet-0002-nanopub> dcterms:creator <{OWN}reader>" in nanopubs
    assert f"<{OWN}leaflet-0002-nanopub> dcterms:license" not in nanopubs


def test_its_queries_are_named_queries(
    both: twitchkg.KnowledgeGraph, own: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = both.query("where-causes-stand", source=f"<{OWN}leaflet>")
    assert [row["start"] for row in rows] == [29, 80, 132]
    assert main(["queries", "--data", str(own)]) == 0
    assert re.search(r"^where-causes-stand +What do documents", capsys.readouterr().out, re.M)
    assert main(["queries"]) == 0
    assert "where-causes-stand" not in capsys.readouterr().out
    message = failing(["queries", "where-causes-stand"], capsys)
    assert "No query is named" in message


def test_a_server_has_its_claims_and_queries(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Without ours, to be quick.
    monkeypatch.setattr(extension, "parts", extension.own_parts)
    with store.to_serve([str(own)]) as folder:
        served = twitchkg.KnowledgeGraph.served(folder)
        assert len(served.claims(source=f"<{OWN}leaflet>")) == 3
        assert "where-causes-stand" in [query.name for query in served.named_queries()]
    with store.to_serve() as folder:
        plain = twitchkg.KnowledgeGraph.served(folder)
        assert "where-causes-stand" not in [query.name for query in plain.named_queries()]


def test_it_has_pages(both: twitchkg.KnowledgeGraph) -> None:
    """Its IRIs are no paths of the server, which shows them all the same."""
    known(both)
    addresses = {
        name: href(OWN + name) for name in ("leaflet", "leaflet-0002", "prolonged-standing")
    }
    assert addresses["leaflet"] == "/iri?iri=https%3A%2F%2Fexample.org%2Fown%2Fleaflet"
    for name, address in addresses.items():
        answer = site.respond(both, Request("/iri", (("iri", OWN + name),), "text/html"))
        assert answer.status == 200, name
        body = answer.body.decode()
        assert addresses["leaflet"] in body.replace("&amp;", "&")
        assert graph.NOTICE in " ".join(body.split())
        assert address.startswith("/iri?")
    for wrong in (OWN + "nothing", "no iri", ""):
        answer = site.respond(both, Request("/iri", (("iri", wrong),), "text/html"))
        assert answer.status == 404, wrong
    assert href("https://example.org/other") == "https://example.org/other"


def test_its_passages_are_compared_with_its_documents(
    own: Path, bare: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    documents = str(own / "documents")
    assert main(["sources", "verify", documents, "--data", str(own)]) == 0
    assert "3 passages compared, 0 faults" in capsys.readouterr().err
    assert main(["sources", "locate", documents, "hours of standing", "--data", str(own)]) == 0
    assert "#char=132,149" in capsys.readouterr().out
    assert main(["sources", "coverage", documents, "--data", str(own)]) == 0
    assert "of the text is under claims" in capsys.readouterr().out
    assert main(["sources", "stamp", documents, "--data", str(own), "--check"]) == 0
    (bare / "documents" / "leaflet.txt").write_text("Another text.\n", "utf-8")
    message = failing(["sources", "stamp", str(bare / "documents"), "--data", str(bare)], capsys)
    assert "leaflet.txt' is not the text" in message


def test_the_prepared_store_is_kept_beside_the_bundled_one(
    both: twitchkg.KnowledgeGraph, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert both.claims(source=f"<{OWN}leaflet>")
    kept = {path.name.partition("-")[0] for path in Path(resources.cache_dir()).glob("*store*")}
    assert kept == {"own", "store"}
    monkeypatch.setattr(reading, "quads", None)  # what is kept is used from now on
    assert twitchkg.load(own).claims(source=f"<{OWN}leaflet>")
    assert not twitchkg.load().query(f"ASK {{ ?s ?p <{OWN}leaflet> }}").boolean


def test_a_folder_that_has_changed_is_refused(
    own: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An old derived layer would answer as if it were right."""
    copy = tmp_path / "own"
    shutil.copytree(own, copy)
    assert twitchkg.load(copy).query("ASK { ?s ?p ?o }").boolean, "it may be moved"
    claims = copy / "ontology" / "claims" / "leaflet.ttl"
    claims.write_text(
        claims.read_text("utf-8").replace("isNegated true", "isNegated false"), "utf-8"
    )
    wanted = f"Run 'twitchkg build --data {copy}'"
    assert wanted in failing(["query", "myokymia", "--data", str(copy)], capsys)
    with pytest.raises(DataError, match="has changed"):
        twitchkg.load(copy).export()
    shutil.rmtree(copy)
    shutil.copytree(own, copy)
    (copy / "ontology" / "derived" / "edges.ttl").unlink()
    assert wanted in failing(["why", "sleep", "fear", "--data", str(copy)], capsys)
    assert wanted in failing(["query", "myokymia", "--data", str(EXAMPLE)], capsys).replace(
        str(EXAMPLE), str(copy)
    )


def test_a_change_of_ours_asks_for_a_build(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert extension.Extension(str(own)).is_built()
    monkeypatch.setattr(resources, "known_digest", lambda paths: "another")
    assert not extension.Extension(str(own)).is_built()


PREFIXES = "".join(
    f"@prefix {n}: <{namespaces.PREFIXES[n]}> .\n" for n in ("skos", "twc", "twd", "twk")
)


def test_what_is_ours_is_not_theirs_to_define(bare: Path) -> None:
    """A further name of an entity is welcome, and so is what we say ourselves."""
    claim = "twc:000-0001 twk:subject twd:muscle-twitching ; twk:isNegated"
    texts = {
        "ontology/claims/more.ttl": f"{claim} false , true .",
        "ontology/data/more.ttl": "twd:tremor skos:altLabel 'shakes' ; skos:definition 'Dance.' ."
        " twd:dance a twk:Symptom .",
        "shapes/more.ttl": "<https://w3id.org/twitchkg/shapes/ClaimShape> skos:altLabel 'x' .",
    }
    for name, text in texts.items():
        (bare / name).write_text(PREFIXES + text, "utf-8")
    found = validation.own_faults(extension.Extension(str(bare)))
    assert [(Path(str(one.file)).parent.name, one.message.partition(".")[0]) for one in found] == [
        ("data", "Your file must not redefine twd:tremor: it adds skos:definition Dance"),
        ("data", "Your file must not mint twd:dance: the namespaces of twitchkg are its own"),
        (
            "claims",
            "Your file must not redefine twc:000-0001, which twitchkg describes: it adds "
            "twk:isNegated true",
        ),
        (
            "shapes",
            "Your file must not redefine tws:ClaimShape, which twitchkg describes: it adds "
            "skos:altLabel x",
        ),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "twd:dance a twk:Symptom .",
            "more.ttl: Your file must not mint twd:dance: the namespaces",
        ),
        ("<urn:c> a twk:Claim ; twk:subject twd:nobody .", "twd:nobody is described nowhere."),
        ("twd:tremor a", "more.ttl', line 5, column"),
    ],
)
def test_a_build_refuses(
    bare: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    (bare / "ontology" / "claims" / "more.ttl").write_text(PREFIXES + text, "utf-8")
    assert message in failing(["build", "--data", str(bare)], capsys)
    assert not list((bare / "ontology" / "derived").glob("*"))


def test_a_folder_laid_out_otherwise_is_refused(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(*arguments: str) -> str:
        return failing([*arguments], capsys)

    absent = str(tmp_path / "absent")
    for command in (["query", "myokymia"], ["build"], ["validate"], ["export"], ["queries", "x"]):
        assert "There is no " in refused(*command, "--data", absent)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "holds no data" in refused("build", "--data", str(empty))
    both_ = refused("query", "myokymia", "--data", str(bare), "--data", str(EXAMPLE))
    assert "two folders" in both_
    stray = bare / "ontology" / "stray.ttl"
    stray.write_text("", "utf-8")
    assert "is in no folder that is read" in refused("build", "--data", str(bare))
    stray.unlink()
    for name, message in (
        ("places/disagreements.rq", "has the name of a query of twitchkg"),
        ("rules/mine.rq", "would not be run"),
    ):
        query = bare / "queries" / name
        query.parent.mkdir(exist_ok=True)
        shutil.copy(EXAMPLE / "queries" / "places" / "where-causes-stand.rq", query)
        assert message in refused("queries", "--data", str(bare))
        query.unlink()
    (bare / "ontology" / "derived").write_text("", "utf-8")  # so that it cannot be made
    assert "Cannot write into" in refused("build", "--data", str(bare))


def test_what_the_build_does_not_make_is_not_taken_for_made(own: Path, tmp_path: Path) -> None:
    copy = tmp_path / "own"
    shutil.copytree(own, copy)
    (copy / "ontology" / "derived" / "mine.ttl").write_text("", "utf-8")
    assert not extension.Extension(str(copy)).is_built()


def test_templates_stand_in_a_base_of_ones_own(
    bare: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed for the example's document, entity and claim is what the example holds."""
    shutil.copytree(bare / "documents", tmp_path / "documents")
    leaflet = str(tmp_path / "documents" / "leaflet.txt")
    title = "Twitching calves: what brings them about (leaflet)"
    assert main(["new", "document", leaflet, "--base", OWN, "--title", title]) == 0
    written = (EXAMPLE / "ontology" / "data" / "leaflet.ttl").read_text("utf-8")
    printed = capsys.readouterr().out
    assert printed.partition("# --- Individuals")[2].strip() in written
    claims = bare / "ontology" / "claims" / "leaflet.ttl"
    whole = claims.read_text("utf-8")
    claims.write_text(whole[: whole.index("own:leaflet-0003")], "utf-8")
    words = ["--text", "hours of standing in one place do", "--sources", str(bare / "documents")]
    more = ["--base", OWN, "--data", str(bare)]
    assert main(["new", "claim", "--source", "leaflet", *words, *more]) == 0
    printed = capsys.readouterr().out
    for line in ("own:leaflet-0003\n", "leaflet#char=132,165> ;", "twk:isNegated false ;"):
        assert line in printed
        assert line in whole
    taken = failing(["new", "entity", "Trigger", "standing for hours", *more], capsys)
    assert "already" in taken


def test_templates_of_ours_stand_in_our_namespaces(
    documents: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "entity", "Nutrient", "vitamin K2"]) == 0
    assert "twd:vitamin-k2\n    a twk:Nutrient ;" in capsys.readouterr().out
    words = ["--text", "pumpkin seeds", "--sources", str(documents)]
    assert main(["new", "claim", "--source", "001", *words, "--line", "0"]) == 2
    assert "The words do not stand in twsrc:001" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["entity", "Nutrient", "x1", "--data", str(EXAMPLE)], "Give --base"),
        (["entity", "Nutrient", "x1", "--base", "own"], "is no base of IRIs"),
        (["entity", "Nutrient", "x1", "--base", namespaces.TWD], "belongs to twitchkg"),
        (["entity", "Nutrition", "x1", "--base", OWN], "Did you mean 'Nutrient'"),
        (["document", "absent.txt", "--base", OWN], "Cannot read the document 'absent.txt'"),
        (
            ["document", LEAFLET, "--key", "A b", "--base", OWN],
            "no key",
        ),
        (
            ["document", LEAFLET, "--base", OWN, "--data", str(EXAMPLE)],
            "names something already",
        ),
    ],
)
def test_a_template_is_refused(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in failing(["new", *arguments], capsys)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"one\r\ntwo\r\n", "CR line ends"),
        (b" \n", "is empty"),
        (b"\xff\xfe", "not UTF-8"),
        (b"a\0b", "binary"),
    ],
)
def test_a_document_must_be_plain_text(
    kg: twitchkg.KnowledgeGraph, tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    opened = kg.store
    assert isinstance(opened, store.Store)
    with pytest.raises((DataError, SourceError), match=message):
        templates.document(opened, str(path), OWN)


def test_errors_of_the_api_are_those_of_the_command_line(tmp_path: Path) -> None:
    with pytest.raises(FileAccessError, match="no file or folder"):
        twitchkg.load(tmp_path / "absent").query("ASK { ?s ?p ?o }")
    with pytest.raises(ParameterError, match="two folders"):
        twitchkg.load([EXAMPLE, tmp_path]).query("ASK { ?s ?p ?o }")
