"""The command line: what it prints, where, and with which exit code."""

from __future__ import annotations

import io
import json
import os
import pathlib
import subprocess
import sys
import time

import pytest

from twitchkg.cli import COMMANDS, main
from twitchkg.graph import NOTICE

Capture = pytest.CaptureFixture[str]
TYPES = "SELECT ?t WHERE { ?t a twk:TwitchType } ORDER BY ?t"
OWN = """
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix twk: <https://w3id.org/twitchkg/ontology/> .
<https://example.org/id/yips> a twk:TwitchType ; rdfs:label "yips"@en .
"""


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a command."""
    try:
        code = main(list(arguments))
    except SystemExit as error:
        code = int(error.code or 0)
    out, err = capsys.readouterr()
    return code, out, err


def refused(capsys: Capture, *arguments: str) -> str:
    """The one line on stderr of a command that cannot be done."""
    code, out, err = run(capsys, *arguments)
    assert code == 2
    assert out == ""
    lines = [line for line in err.splitlines() if not line.startswith("twitchkg: note")]
    assert len(lines) == 1, err
    assert lines[0].startswith("twitchkg: error: ")
    return lines[0]


def test_query_in_sparql(capsys: Capture) -> None:
    code, out, err = run(capsys, "query", TYPES, "-f", "csv")
    assert code == 0
    assert out.startswith("t\r\nhttps://w3id.org/twitchkg/id/abdominal-twitching\r\n")
    assert err == ""


def test_query_named(capsys: Capture) -> None:
    code, out, err = run(capsys, "query", "foods-by-nutrient", "-p", "nutrient=magnesium")
    assert code == 0
    assert "pumpkin seeds" in out
    assert "twsrc:000  156" in out
    assert NOTICE in err


@pytest.mark.parametrize(
    "name", ["twd:magnesium", "Magnesium", "<https://w3id.org/twitchkg/id/magnesium>"]
)
def test_a_parameter_takes_any_name_of_an_entity(capsys: Capture, name: str) -> None:
    _, expected, _ = run(capsys, "query", "foods-by-nutrient", "-p", "nutrient=magnesium")
    _, out, _ = run(capsys, "query", "foods-by-nutrient", "-p", f"nutrient={name}")
    assert out == expected


def test_query_entity_in_words(capsys: Capture) -> None:
    code, out, err = run(capsys, "query", "eyelid", "twitching")
    assert code == 0
    assert "is a subtype of" in out
    assert "Read 'eyelid twitching' as the entity eyelid twitching (twd:eyelid-twitching)." in err


def test_query_from_a_file(capsys: Capture, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "mine.rq"
    path.write_text(TYPES)
    _, expected, _ = run(capsys, "query", TYPES)
    assert run(capsys, "query", str(path)) == (0, expected, "")


def test_query_from_standard_input(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    _, expected, _ = run(capsys, "query", TYPES)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(TYPES.encode())))
    assert run(capsys, "query", "-") == (0, expected, "")


def test_ask_construct_and_describe(capsys: Capture) -> None:
    assert run(capsys, "query", "ASK { twd:tremor a twk:TwitchType }")[1] == "answer\n------\nyes\n"
    code, out, _ = run(capsys, "query", "CONSTRUCT WHERE { twd:tremor a ?t }", "-f", "ntriples")
    assert code == 0
    assert "<https://w3id.org/twitchkg/ontology/TwitchType> ." in out
    assert "@prefix twk:" in run(capsys, "query", "DESCRIBE twd:tremor")[1]


def test_formats(capsys: Capture) -> None:
    text = "SELECT ?t ?l WHERE { VALUES ?t { twd:tremor } ?t rdfs:label ?l }"
    iri = "https://w3id.org/twitchkg/id/tremor"
    assert run(capsys, "query", text, "-f", "tsv")[1] == f'?t\t?l\n<{iri}>\t"tremor"@en\n'
    cells = json.loads(run(capsys, "query", text, "-f", "json")[1])["results"]["bindings"][0]
    assert cells == {
        "t": {"type": "uri", "value": iri},
        "l": {"type": "literal", "value": "tremor", "xml:lang": "en"},
    }
    assert f"<uri>{iri}</uri>" in run(capsys, "query", text, "-f", "xml")[1]
    assert "| tremor | tremor |" in run(capsys, "query", text, "-f", "markdown")[1]
    message = refused(capsys, "query", text, "-f", "turtle")
    assert "rows, which has no format 'turtle'. Use table, csv" in message
    assert "a graph, which has no format 'csv'" in refused(
        capsys, "query", "DESCRIBE twd:tremor", "-f", "csv"
    )


def test_limit_and_output(capsys: Capture, tmp_path: pathlib.Path) -> None:
    target = tmp_path / "out.csv"
    assert run(capsys, "query", TYPES, "-f", "csv", "--limit", "2", "-o", str(target))[:2] == (
        0,
        "",
    )
    assert len(target.read_text().splitlines()) == 3
    message = refused(capsys, "query", TYPES, "-o", str(tmp_path / "no" / "out.csv"))
    assert "Cannot write" in message


def test_own_data_are_asked_too(capsys: Capture, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(OWN)
    code, out, _ = run(capsys, "query", TYPES, "--data", str(path), "-f", "csv")
    assert code == 0
    assert "https://example.org/id/yips" in out
    assert "https://example.org/id/yips" not in run(capsys, "query", TYPES, "-f", "csv")[1]
    assert "yips" in run(capsys, "search", "yips", "--data", str(path))[1]


def test_no_matches_is_said(capsys: Capture) -> None:
    code, out, err = run(capsys, "query", "SELECT ?s WHERE { ?s a twk:Beverage, twk:TwitchType }")
    assert (code, out, err) == (0, "s\n-\n", "twitchkg: note: Nothing matches.\n")
    assert run(capsys, "search", "zzzzz")[::2] == (
        0,
        "twitchkg: note: Nothing matches. Try fewer or other words.\n",
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("SELECT ?s WHERE { ?s a ", "at line 1, column 24, before the end of the query: expected"),
        ("SELECT ?s\nWHERE { ?s a ?t ?u }", "at line 2, column"),
        ("SELECT ?s WERE { ?s a ?t }", "before '{': expected DISTINCT or WHERE"),
        (
            "SELECT ?s WHERE { ?s a twx:Food }",
            "Unknown prefix 'twx:' at line 1, column 24. Did you",
        ),
        ("SELECT ?s WHERE { ?s a qqqqqq:Food }", "Declare it with PREFIX."),
        ("INSERT DATA { twd:a twd:b twd:c }", "INSERT is a SPARQL update; the graph is read-only"),
        ("PREFIX a: <b:> DELETE WHERE { a:a a:b a:c }", "DELETE is a SPARQL update"),
        ("CLEAR ALL <x:>", "CLEAR is a SPARQL update"),
    ],
)
def test_broken_sparql(capsys: Capture, text: str, message: str) -> None:
    assert message in refused(capsys, "query", text)


@pytest.mark.parametrize(
    ("term", "near"),
    [
        ("twk:TwitchTyp", "twk:TwitchType"),
        ("twd:tremr", "twd:tremor"),
        ("twk:canCuase", "twk:canCause"),
    ],
)
def test_unknown_terms_are_warned_of(capsys: Capture, term: str, near: str) -> None:
    code, _, err = run(capsys, "query", f"SELECT ?s WHERE {{ ?s ?p {term} }}")
    assert code == 0
    assert f"warning: The graph does not know {term}. Did you mean {near}?" in err


def test_unknown_names(capsys: Capture) -> None:
    assert "Did you mean 'foods-by-nutrient'?" in refused(capsys, "query", "food-by-nutrient")
    assert "Did you mean 'foods-by-nutrient'?" in refused(capsys, "queries", "foods-by-nutrien")
    assert "Try 'twitchkg search'" in refused(capsys, "show", "xylophone")
    assert "Did you mean 'query'?" in refused(capsys, "qeury")
    assert "has no parameter 'food_'" in refused(
        capsys, "query", "foods-by-nutrient", "-p", "food_=x"
    )
    assert "Write it as KEY=VALUE." in refused(capsys, "query", "foods-by-nutrient", "-p", "food")
    assert "given twice" in refused(
        capsys, "query", "foods-by-nutrient", "-p", "food=egg", "-p", "food=rice"
    )
    assert "No entity is named" in refused(capsys, "query", "foods-by-nutrient", "-p", "food=qqq")
    assert "takes no parameters" in refused(capsys, "query", TYPES, "-p", "a=b")


def test_an_ambiguous_name_lists_what_it_can_be(capsys: Capture, tmp_path: pathlib.Path) -> None:
    path = tmp_path / "own.ttl"
    path.write_text(OWN.replace('"yips"', '"coffee"'))
    message = refused(capsys, "show", "Coffee", "--data", str(path))
    assert "can be 2 entities" in message
    assert "coffee (twd:coffee)" in message
    assert "coffee (https://example.org/id/yips)" in message


def test_usage_errors(capsys: Capture) -> None:
    assert "Try 'twitchkg query --help'" in refused(capsys, "query")
    assert "not a number of seconds" in refused(capsys, "query", TYPES, "--timeout", "soon")
    assert "not a whole number" in refused(capsys, "query", TYPES, "--limit", "-1")
    assert "exclude each other" in refused(
        capsys, "query", TYPES, "--data", "x.ttl", "--endpoint", "http://localhost:1/"
    )
    assert "must start with http://" in refused(capsys, "query", TYPES, "--endpoint", "ftp://x")
    assert "not a port between 0 and" in refused(capsys, "serve", "--port", "99999")
    assert "not a whole number, 1 or more" in refused(capsys, "serve", "--workers", "0")
    assert "not a whole number of megabytes" in refused(capsys, "serve", "--cache", "much")
    assert "not a port between 1 and" in refused(capsys, "mcp", "--http", "0")
    code, out, _ = run(capsys)
    assert (code, out[:22]) == (2, "usage: twitchkg COMMAN")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x00\x01binary", "is binary, not text"),
        ("@prefix ä".encode("latin-1"), "is not UTF-8: line 1 holds the byte 0xe4"),
        (b"\n\ntwd:a b c", "line 3"),
        (b"<a> <b> <c> .", "Mend the file there"),
    ],
)
def test_bad_data_files(
    capsys: Capture, tmp_path: pathlib.Path, content: bytes, message: str
) -> None:
    path = tmp_path / "own.ttl"
    path.write_bytes(content)
    for command in (("query", TYPES, "--data"), ("validate",), ("format",)):
        line = refused(capsys, *command, str(path))
        assert message in line
        assert str(path) in line
    assert path.read_bytes() == content


def test_missing_files(capsys: Capture, tmp_path: pathlib.Path) -> None:
    missing = str(tmp_path / "none.ttl")
    assert "No such file" in refused(capsys, "query", TYPES, "--data", missing)
    assert "No such file" in refused(capsys, "query", str(tmp_path / "none.rq"))
    assert "No such file" in refused(capsys, "validate", missing)
    path = tmp_path / "bad.rq"
    path.write_bytes(b"SELECT \xff")
    assert "is not UTF-8" in refused(capsys, "query", str(path))
    path.write_text("no query at all")
    assert "does not hold a SPARQL query" in refused(capsys, "query", str(path))


def test_standard_input_without_a_query(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    for content, message in ((b"", "holds no SPARQL query"), (b"\xff", "is not UTF-8")):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        assert message in refused(capsys, "query", "-")


def test_an_internal_fault_is_one_line(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise TypeError("two\nlines")

    monkeypatch.setattr("twitchkg.store.bundled", broken)
    message = refused(capsys, "query", TYPES)
    assert "Internal error (TypeError: two lines)" in message


def test_queries_and_help_open_no_graph(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("twitchkg.store.bundled", None)
    code, out, _ = run(capsys, "queries")
    assert code == 0
    assert "foods-by-nutrient  " in out
    code, out, _ = run(capsys, "queries", "foods-by-nutrient")
    assert "nutrient (iri): show foods for this nutrient only" in out
    for command in COMMANDS:
        code, out, _ = run(capsys, command, "--help")
        assert code == 0
        assert "example" in out, command
    code, out, _ = run(capsys, "--help")
    assert NOTICE.split(".")[0] in " ".join(out.split())


def test_show(capsys: Capture) -> None:
    code, out, _ = run(capsys, "show", "fasciculation")
    assert code == 0
    assert out.startswith("fasciculation (twitch type)  twd:fasciculation\n")
    assert "! overgeneralised, content in doubt" in out
    assert out.index("harmless") < out.index("When to see a doctor")
    assert "for 14" not in out.split("When to see")[0]
    assert "duration in days 14" in " ".join(out.split("When to see")[1].split())
    assert " ".join(NOTICE.split()) in " ".join(out.split())
    assert "no medical advice" in run(capsys, "show", "twc:000-0001")[1]


def test_search(capsys: Capture) -> None:
    code, out, _ = run(capsys, "search", "fasiculatoin", "-f", "csv")
    assert code == 0
    assert "twd:fasciculation" in out
    assert len(run(capsys, "search", "twitching", "--limit", "3", "-f", "csv")[1].splitlines()) == 4


def test_export_is_read_by_two_parsers(capsys: Capture, tmp_path: pathlib.Path) -> None:
    import pyoxigraph
    import rdflib

    target = tmp_path / "graph.ttl"
    assert run(capsys, "export", "-o", str(target))[0] == 0
    theirs = len(rdflib.Graph().parse(target))
    assert theirs == len(list(pyoxigraph.parse(path=str(target)))) > 10_000
    headers = [line for line in target.read_text().splitlines() if "a owl:Ontology" in line]
    assert len(headers) <= 1
    text = target.read_text()
    assert "no medical advice" in text
    assert "owl#imports" not in text


def _python(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "twitchkg", *arguments]


def test_a_runaway_query_ends_in_time() -> None:
    runaway = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    began = time.monotonic()
    done = subprocess.run(
        _python("query", runaway, "--timeout", "1"), capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("twitchkg: error: Gave up after 1 seconds.")
    assert time.monotonic() - began < 30


def test_a_closed_pipe_ends_quietly() -> None:
    everything = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"
    process = subprocess.Popen(
        _python("query", everything, "-f", "tsv"), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


def test_a_query_imports_no_heavy_engine() -> None:
    heavy = ("rdflib", "pyshacl", "owlready2", "SPARQLWrapper", "json", "typing", "pathlib")
    code = (
        "import sys; from twitchkg.cli import main; "
        f"main(['query', {TYPES!r}, '-f', 'csv']); "
        f"print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path = {sys.path!r}; {code}"],
        capture_output=True,
        text=True,
        check=True,
        env=dict(os.environ),
    )
    assert done.stderr.strip() == "[]"


def test_version_of_code_and_data(capsys: Capture) -> None:
    import twitchkg

    header = (pathlib.Path(__file__).parent.parent / "ontology" / "twitchkg.ttl").read_text()
    data = header.split('owl:versionInfo "')[1].split('"')[0]
    assert run(capsys, "--version") == (0, f"twitchkg {twitchkg.__version__}, data {data}\n", "")


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_commands_options_and_queries(capsys: Capture, shell: str) -> None:
    pytest.importorskip("shtab")
    code, out, err = run(capsys, "completion", shell)
    assert (code, err) == (0, "")
    for word in (*COMMANDS, "--endpoint", "foods-by-nutrient"):
        assert word in out
    refused(capsys, "completion", "tcsh")
