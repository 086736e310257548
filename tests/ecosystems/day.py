"""A day in the life of somebody who has the wheel and nothing else.

``python tests/ecosystems/day.py twitchkg-*.whl`` installs the wheel with its extras into a fresh
environment and does, from empty folders, what the README and the guides promise: it asks, serves,
publishes, exports, adds a document of its own, and makes mistakes. Each stage prints one line; the
first expectation that fails ends the run with exit code 1 and says what was expected and what came.

Nothing of the checkout is imported but what starts servers in tests and reads the blocks of pages
(``serving.py``, ``engines.py`` and ``blocks.py`` of ``tests``), and nothing of it is read but the
README, which is compared with what the commands print. It needs PyPI, or the registry that pip is
set up for, and Virtuoso for one stage.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests"))

import engines  # noqa: E402 (found by the line above)
import pytest  # noqa: E402 (what engines skips with)
from blocks import BLOCK, alike, steps  # noqa: E402
from serving import serving  # noqa: E402

README = (ROOT / "README.md").read_text(encoding="utf-8")
EXTRAS = "server,export,mcp"
NOTICE = (
    "twitchkg records what documents say. It is no medical advice and makes no diagnosis; ask a "
    "doctor about any sign that worries you."
)
TWD = "https://w3id.org/twitchkg/id/"
OWN = "https://example.org/own/"
CLAIMS = "SELECT (COUNT(DISTINCT ?claim) AS ?claims) WHERE { ?claim a twk:Claim }"
_SHOWN = 1500  # characters of something unexpected


class UnexpectedError(Exception):
    """Something is not as a person would expect."""


def expect(holds: object, expected: str, got: object = "nothing") -> None:
    """Go on if something holds.

    :raises UnexpectedError: if not.
    """
    if not holds:
        shown = f"{got}"
        more = f" ... and {len(shown) - _SHOWN} characters more" if len(shown) > _SHOWN else ""
        raise UnexpectedError(f"expected {expected}; got: {shown[:_SHOWN]}{more}")


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    out: str
    err: str
    code: int

    def rows(self) -> list[dict[str, str]]:
        """The rows of an answer in CSV."""
        return list(csv.DictReader(io.StringIO(self.out)))


class Desk:
    """The environment with the wheel, and what was run in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder / "venv" / "bin"
        self.python = str(self.programs / "python")
        self.ran: set[str] = set()

    def install(self, wheel: Path) -> None:
        """Make the environment and put the wheel with its extras into it."""
        subprocess.run([sys.executable, "-m", "venv", self.folder / "venv"], check=True)
        what = f"{wheel.resolve()}[{EXTRAS}]"
        subprocess.run([self.python, "-m", "pip", "install", "--quiet", what], check=True)

    def run(self, *arguments: str, code: int = 0, **environment: str) -> Said:
        """What ``twitchkg`` says in the working folder; it must end with this code."""
        self.ran.add(arguments[0])
        done = subprocess.run(
            [self.programs / "twitchkg", *arguments],
            capture_output=True,
            env={**os.environ, **environment},
            timeout=300,
            check=False,
        )
        # CSV has the line ends of its standard.
        said = Said(
            done.stdout.decode().replace("\r\n", "\n"), done.stderr.decode(), done.returncode
        )
        command = shlex.join(arguments)
        expect("Traceback" not in said.err, f"no traceback from '{command}'", said.err)
        expect(said.code == code, f"exit code {code} of '{command}'", f"{said.code}, {said.err}")
        return said

    def program(self, text: str, *arguments: str) -> str:
        """What a program prints that the environment's own Python runs; it must succeed."""
        done = subprocess.run(
            [self.python, "-I", "-W", "error::UserWarning", "-c", text, *arguments],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        expect(done.returncode == 0, "a program that ends well", done.stderr[-1500:] + done.stdout)
        return done.stdout

    def claims(self) -> int:
        """How many claims the bundled graph holds."""
        (row,) = self.run("query", CLAIMS, "-f", "csv").rows()
        return int(row["claims"])


DOCTEST = """\
import doctest, sys
test = doctest.DocTestParser().get_doctest(sys.argv[1], {}, "README.md", None, 0)
assert test.examples
sys.exit(doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(test).failed)
"""


def readme(desk: Desk) -> str:
    """Every command and every piece of Python of the README prints what stands there."""
    commands, pieces = 0, 0
    for language, block in BLOCK.findall(README):
        if language == "console":
            for command, arguments, shown in steps(block):
                said = desk.run(*arguments).out
                what = f"what the README shows for '{command}':\n{shown}"
                expect(alike(shown, said), what, f"\n{said}")
                commands += 1
        elif language == "python":
            desk.program(DOCTEST, block)
            pieces += 1
        else:  # the set-up of a checkout, which .ci/run runs word for word, and a drawing
            expect(language in ("sh", "mermaid"), "a block that is run or drawn", language)
    expect(commands and pieces, "commands and Python in the README")
    expect(Path("graph.ttl").stat().st_size > 10**6, "the export in the working folder")
    return f"{commands} commands and {pieces} pieces of Python print what it shows"


def red_flags(desk: Desk) -> str:
    """Nothing is called harmless without the notice and the red flags beside it."""
    outlooks = desk.run("query", "outlook", "-p", "outlook=harmless", "-f", "csv")
    rows = outlooks.rows()
    expect(rows, "outlooks that are called harmless")
    for row in rows:
        expect("see a doctor" in row["redFlags"], "red flags beside each outlook", row)
    expect(NOTICE in outlooks.err, "the notice beside the outlooks", outlooks.err)
    harmless = sorted({row["entity"] for row in rows})
    for iri in harmless:
        card = desk.run("show", iri)
        text = " ".join(card.out.split())
        expect("has outlook harmless" in text, f"the outlook on the card of {iri}", text)
        _, heading, flags = text.partition("When to see a doctor, according to the documents")
        expect(heading and "warrants consultation of" in flags, f"red flags for {iri}", text)
        expect(NOTICE in text, f"the notice on the card of {iri}", text)
        about = desk.run("query", iri, "-f", "csv")
        said = [row for row in about.rows() if row["object"] == TWD + "harmless"]
        expect(said, f"the outlook among the claims about {iri}", about.out)
        for row in said:
            expect("see a doctor" in row["redFlags"], "red flags beside the claim", row)
        expect(NOTICE in about.err, "the notice beside claims", about.err)
    return f"beside 'harmless' for each of {len(harmless)} entities, in outlook, show and query"


NOTES = """\
Notes of a coffee house

Coffee does not make muscles twitch. Cold brew may make an eyelid twitch.
"""
READER = f"""
@prefix prov: <http://www.w3.org/ns/prov#> .
<{OWN}reader> a prov:Agent ;
    rdfs:label "reader of the notes"@en ;
    skos:definition "Somebody who read the notes and wrote down what they say."@en .
"""
DATA_DIGEST = """\
import hashlib, pathlib, twitchkg
folder = pathlib.Path(twitchkg.__file__).parent / "_data"
files = sorted(p for p in folder.rglob("*") if p.is_file())
assert len(files) > 150, len(files)
digest = hashlib.sha256()
for path in files:
    digest.update(str(path).encode() + path.read_bytes())
print(digest.hexdigest())
"""


def own_document(desk: Desk) -> str:
    """Somebody adds a document from the printed templates; it contradicts two of ours."""
    before, asked = desk.program(DATA_DIGEST), _coffee(desk)
    documents, written = Path("own/documents"), Path("own/ontology")
    for folder in (documents, written / "data", written / "claims"):
        folder.mkdir(parents=True)
    (documents / "notes.txt").write_text(NOTES, encoding="utf-8")
    base = ("--base", OWN)
    title = ("--title", "Coffee and twitching (notes)")
    record = desk.run("new", "document", str(documents / "notes.txt"), *base, *title).out
    entity = desk.run("new", "entity", "Beverage", "cold brew", *base).out
    entity = _filled(entity, {"DEFINITION.": "A beverage of coffee that is made with cold water."})
    (written / "data" / "notes.ttl").write_text(record + entity + READER, encoding="utf-8")
    for sentence, filled in (
        (
            "Coffee does not make muscles twitch",
            ("twd:coffee", "true", "twd:certain", "twd:muscle-twitching"),
        ),
        (
            "Cold brew may make an eyelid twitch",
            ("own:cold-brew", "false", "twd:possible", "twd:eyelid-twitching"),
        ),
    ):
        subject, negated, certainty, effect = filled
        place = ("--source", "notes", "--sources", str(documents), "--text", sentence)
        claim = _filled(
            desk.run("new", "claim", "--data", "own", *base, *place).out,
            {
                "twd:SUBJECT": subject,
                "twk:PREDICATE": "twk:canCause",
                "twd:OBJECT": effect,
                "twk:isNegated false": f"twk:certainty {certainty} ;\n    twk:isNegated {negated}",
                "own:READER": "own:reader",
            },
        )
        with (written / "claims" / "notes.ttl").open("a", encoding="utf-8") as file:
            file.write(claim)
    desk.run("sources", "stamp", str(documents), "--data", "own")
    desk.run("build", "--data", "own")
    desk.run("sources", "verify", str(documents), "--data", "own")
    expect("conforms" in desk.run("validate", "--data", "own").out, "a folder that conforms")

    data = ("--data", "own")
    listed = " ".join(desk.run("disagreements", "--kind", "contradiction", *data).out.split())
    sentence = (
        "Whether coffee can cause muscle twitching: affirmed in 000 and 002, denied in notes."
    )
    expect(sentence in listed, f"the contradiction '{sentence}'", listed)
    rows = desk.run("query", "disagreements", "-p", "kind=contradiction", *data, "-f", "csv").out
    expect(f"{OWN}notes-0001" in rows, "the new claim among the contradictions", rows)
    why = " ".join(desk.run("why", "coffee", "canCause", "muscle twitching", *data).out.split())
    expect("claimed by 2 independent sources, denied by 1" in why, "counts for and against", why)
    for claim in ("[notes line 3;", "twc:000-0114", "twc:002-0048"):
        expect(claim in why, f"{claim} among the reasons", why)
    card = desk.run("show", "cold brew", *data).out
    expect("can cause eyelid twitching (possible)" in card, "a card of the new entity", card)

    expect(desk.program(DATA_DIGEST) == before, "data of ours that are as before")
    expect(_coffee(desk) == asked, "answers without --data that are as before")
    expect("coffee" not in asked[1], "no contradiction about coffee of our own", asked[1])
    return "two claims from templates, a contradiction with 000 and 002, ours unchanged"


def _coffee(desk: Desk) -> tuple[str, str, int]:
    why = desk.run("why", "coffee", "canCause", "muscle twitching").out
    return why, desk.run("disagreements", "--kind", "contradiction").out, desk.claims()


def _filled(template: str, values: dict[str, str]) -> str:
    """A printed template with its gaps filled, each of which must be there."""
    for gap, value in values.items():
        expect(gap in template, f"the gap {gap} in a template", template)
        template = template.replace(gap, value)
    return template


@dataclass(frozen=True)
class Page:
    """An answer over HTTP."""

    status: int
    kind: str
    text: str


def fetch(url: str, accept: str, body: bytes | None = None, kind: str = "") -> Page:
    """What a server answers, errors included."""
    headers = {"Accept": accept, **({"Content-Type": kind} if kind else {})}
    request = urllib.request.Request(url, body, headers)
    given: Message
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            status, given, text = answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, given, text = error.code, error.headers, error.read()
    return Page(status, given.get_content_type(), text.decode())


SITES = "SELECT ?site WHERE { twd:muscle-twitching twk:affectsSite ?site } ORDER BY ?site LIMIT 2"
FORMATS = (
    *("application/sparql-results+json", "application/sparql-results+xml"),
    *("text/csv", "text/tab-separated-values"),
)


def endpoint_and_pages(desk: Desk) -> str:
    """The server answers SPARQL, searches, pages and linked data as its guides say."""
    desk.ran.add("serve")
    asked = desk.claims()  # which prepares the store, too
    with serving(python=desk.python) as server:
        count = urllib.parse.urlencode({"query": CLAIMS})
        counted = fetch(f"{server.url}/sparql?{count}", "text/csv").text.split()
        expect(counted == ["claims", str(asked)], f"{asked} claims at the endpoint", counted)
        _sparql(server.url)
        _pages(server.url)
        _linked_data(desk, server.url)
    return f"SPARQL by GET and POST in {len(FORMATS)} formats, search, pages, linked data"


def _sparql(url: str) -> None:
    form = urllib.parse.urlencode({"query": SITES})
    for accept in FORMATS:
        answers = (
            fetch(f"{url}/sparql?{form}", accept),
            fetch(f"{url}/sparql", accept, SITES.encode(), "application/sparql-query"),
            fetch(f"{url}/sparql", accept, form.encode(), "application/x-www-form-urlencoded"),
        )
        for answer in answers:
            expect((answer.status, answer.kind) == (200, accept), f"rows as {accept}", answer)
            found = re.findall(re.escape(TWD) + r"[\w-]+", answer.text)
            expect(found == [TWD + "abdomen", TWD + "arm"], "abdomen and arm", answer.text)


def _pages(url: str) -> None:
    found = fetch(f"{url}/search?q=twiching+eyelid", "text/html")
    first = re.search(r'<ul class="matches">\s*<li><a href="([^"]+)">([^<]+)</a>', found.text)
    expect(first is not None, "matches for 'twiching eyelid'", found.text)
    assert first is not None
    expect(first.groups() == ("/id/eyelid-twitching", "eyelid twitching"), "it first", first[0])

    page = fetch(f"{url}/id/eye-twitching", "text/html")
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))
    expect((page.status, page.kind) == (200, "text/html"), "a page of eye twitching", page)
    for words in ("twitching eye", "fasciculation", "harmless", "Red flags:", NOTICE):
        expect(words in text, f"'{words}' on the page of eye twitching", text)
    flags = re.search(r'<aside class="red-flags" id="red-flags".*?</aside>', page.text, re.S)
    expect(flags, "a block of red flags on the page", text)
    assert flags is not None
    expect(flags[0].count("see a doctor") > 5, "what each document advises in it", flags[0])
    beside = re.search(r">harmless</a>(?:(?!</p>).)*#red-flags", page.text, re.S)
    expect(beside, "a link to the red flags beside 'harmless'", text)

    unknown = fetch(f"{url}/id/caffeinne", "text/html")
    expect(unknown.status == 404, "404 for an unknown entity", unknown.status)
    expect('href="/id/caffeine"' in unknown.text, "the nearest entity", unknown.text)


def _linked_data(desk: Desk, url: str) -> None:
    for accept, mark in (
        ("text/turtle", "twd:eye-twitching"),
        ("application/ld+json", f'"{TWD}eye-twitching"'),
    ):
        answer = fetch(f"{url}/id/eye-twitching", accept)
        expect((answer.status, answer.kind) == (200, accept), f"it as {accept}", answer.kind)
        for words in (mark, "see a doctor", NOTICE):
            expect(words in answer.text, f"'{words}' in {accept}", answer.text)
        Path(accept.replace("/", "-")).write_text(answer.text, encoding="utf-8")
    read = [json.loads(desk.program(READ_TYPES, *form)) for form in READ_AS]
    expect(read[0] == read[1], "the same from Turtle and JSON-LD", read)
    expect(read[0]["type"], "a twitch type in Turtle and JSON-LD", read)


READ_AS = (("text-turtle", "turtle"), ("application-ld+json", "json-ld"))
READ_TYPES = """\
import json, rdflib, sys
graph = rdflib.Graph().parse(sys.argv[1], format=sys.argv[2])
eye = rdflib.URIRef("https://w3id.org/twitchkg/id/eye-twitching")
kind = rdflib.URIRef("https://w3id.org/twitchkg/ontology/TwitchType")
print(json.dumps({"triples": len(graph), "type": (eye, rdflib.RDF.type, kind) in graph}))
"""


COMPARE = """\
import sys, twitchkg
here, there = twitchkg.load(), twitchkg.load(endpoint=sys.argv[1], timeout=120)
names = [query.name for query in here.named_queries()]
assert len(names) > 80, names
for name in names:
    ours, theirs = here.query(name), there.query(name)
    if theirs.serialize("csv") != ours.serialize("csv"):
        print(name, len(ours), len(theirs))
"""


def store_elsewhere(desk: Desk) -> str:
    """Published to Virtuoso and asked there, the named queries give the same rows as here."""
    desk.ran.add("publish")
    try:
        with engines.virtuoso() as engine:
            return _published(desk, engine)
    except pytest.skip.Exception as skipped:
        return f"SKIPPED: {skipped}"


def _published(desk: Desk, engine: engines.Engine) -> str:
    assert engine.user
    assert engine.password
    assert engine.graph_store_url
    desk.run(
        *("publish", "--endpoint", engine.query_url, "--graph-store", engine.graph_store_url),
        *("--user", engine.user),
        TWITCHKG_PASSWORD=engine.password,
    )
    potassium = ("query", "foods-by-nutrient", "-p", "nutrient=potassium", "-f", "csv")
    there = desk.run(*potassium, "--endpoint", engine.query_url)
    expect(there.out == desk.run(*potassium).out, "the same rows as CSV", there.out)
    different = desk.program(COMPARE, engine.query_url)
    expect(
        not different, "every named query to give the same rows, of which these differ", different
    )
    return "published into Virtuoso; every named query gives the same CSV there as here"


READ_RELEASE = """\
import json, sqlite3, sys
import pyarrow.parquet, rdflib
graph = rdflib.Graph().parse("release/twitchkg-inferred.ttl")
claim = rdflib.URIRef("https://w3id.org/twitchkg/ontology/Claim")
base = sqlite3.connect("release/twitchkg.sqlite")
print(json.dumps({
    "Turtle": len(set(graph.subjects(rdflib.RDF.type, claim))),
    "SQLite": base.execute("SELECT COUNT(DISTINCT id) FROM claims").fetchone()[0],
    "Parquet": len(set(pyarrow.parquet.read_table("release/claims.parquet")["id"].to_pylist())),
}))
"""


def release(desk: Desk) -> str:
    """A release: every file as the manifest lists it, and as many claims in each as are asked."""
    desk.run("export", "--release", "release")
    folder = Path("release")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    listed = {entry["name"]: entry for entry in manifest["files"]}
    there = {path.name for path in folder.iterdir()}
    expect(there == {*listed, "manifest.json"}, "the files of the manifest", there ^ {*listed})
    expect(manifest["notice"] == NOTICE, "the notice in the manifest", manifest["notice"])
    for name, entry in listed.items():
        content = (folder / name).read_bytes()
        found = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        wanted = {key: entry[key] for key in found}
        expect(found == wanted, f"{name} with {wanted}", found)
    with (folder / "claims.csv").open(encoding="utf-8", newline="") as file:
        counts = {"CSV": len({row["id"] for row in csv.DictReader(file)})}
    counts |= json.loads(desk.program(READ_RELEASE))
    asked = desk.claims()
    expect(asked > 1000, "claims in the graph", asked)
    for form, count in counts.items():
        expect(count == asked, f"{asked} claims in {form}", count)
    return f"{len(listed)} files with the right digests, {asked} claims in {', '.join(counts)}"


ASK_TOOLS = """\
import asyncio, json, sys
from mcp import Client, StdioServerParameters

async def ask():
    start = StdioServerParameters(command=sys.argv[1], args=["mcp"])
    async with Client(start, read_timeout_seconds=60) as client:
        names = [tool.name for tool in (await client.list_tools()).tools]
        found = await client.call_tool("search", {"text": "twiching eyelid"})
        card = await client.call_tool("entity", {"name": "eye twitching"})
        print(json.dumps([names, found.content[0].text, card.content[0].text]))

asyncio.run(ask())
"""


def mcp(desk: Desk) -> str:
    """A language model's client, made by others, starts the server and searches."""
    desk.ran.add("mcp")
    names, found, card = json.loads(desk.program(ASK_TOOLS, str(desk.programs / "twitchkg")))
    expect({"search", "entity", "why", "sparql"} <= {*names}, "the tools of the guide", names)
    expect("eyelid twitching" in found and NOTICE in found, "eyelid twitching found", found)
    expect("harmless" in card and NOTICE in card, "the card of eye twitching", card)
    expect("see a doctor" in card or "consultation of doctor" in card, "red flags on it", card)
    return f"{len(names)} tools; a search with a typing error finds the entity"


def small_commands(desk: Desk) -> str:
    """The commands that the README names in passing."""
    diary = "My eyelid twitches when I drink coffee. No cramps today.\n"
    Path("diary.txt").write_text(diary, encoding="utf-8")
    found = desk.run("annotate", "diary.txt", "-f", "csv").out
    expect(TWD + "coffee" in found, "coffee in the diary", found)
    for name in ("old.ttl", "new.ttl"):
        desk.run("export", "-o", name)
    said = desk.run("diff", "old.ttl", "new.ttl").out
    expect("No differences." in said and NOTICE in said, "no differences of two exports", said)
    listed = desk.run("queries").out
    expect("foods-by-nutrient" in listed, "the named queries", listed)
    return "annotate, diff, queries"


MISTAKES = (
    (("query", "foods-by-nutrent", "-p", "nutrient=iron"), "Did you mean 'foods-by-nutrient'"),
    (("query", "outlook", "-p", "entty=stress"), "Its parameters: entity, outlook."),
    (("show", "nosuchthingatall"), "No entity is named 'nosuchthingatall'"),
    (("show", "cafeinne"), ""),
    (("query", "SELECT * WHERE { ?s ?p"), "does not parse at line 1, column 23"),
    (("query", "DELETE WHERE { ?s ?p ?o }"), "read-only"),
    (("export", "-o", "file/graph.ttl"), "Cannot write 'file/graph.ttl'"),
    (("export", "--release", "file/release"), "Cannot write the folder"),
    (("show", "coffee", "--data", "nowhere"), "There is no file or folder 'nowhere'"),
    (("query", "coffee", "--endpoint", "http://127.0.0.1:9/sparql"), "refuses connections"),
    (("serve", "--port", "99999"), "'99999' is not a port"),
    (("speak",), "No command is named 'speak'"),
)
"""Commands that cannot be done, with what their one line must say."""


def bad_input(desk: Desk) -> str:
    """What cannot be done ends with exit code 2 and one clear line."""
    Path("file").write_text("in the way of a folder\n", encoding="utf-8")
    for arguments, words in MISTAKES:
        said = desk.run(*arguments, code=2)
        command = shlex.join(arguments)
        lines = said.err.splitlines()
        expect(len(lines) == 1 and not said.out, f"one line from '{command}'", said)
        expect(lines[0].startswith("twitchkg: error: "), f"an error from '{command}'", lines[0])
        expect(words in lines[0], f"'{words}' from '{command}'", lines[0])
    return f"{len(MISTAKES)} mistakes, each with exit code 2 and one line"


STAGES: tuple[Callable[[Desk], str], ...] = (
    readme,
    red_flags,
    own_document,
    endpoint_and_pages,
    store_elsewhere,
    release,
    mcp,
    small_commands,
    bad_input,
)


def every_command(desk: Desk) -> str:
    """Each command that the README names has been run by some stage."""
    named = {*re.findall(r"(?:^\$ |`)twitchkg ([a-z]+)", README, re.M)}
    expect(len(named) > 10, "commands in the README", named)
    expect(named <= desk.ran, "each of the README's commands run", sorted(named - desk.ran))
    return f"{len(named)} commands that the README names were run"


def main() -> int:
    """Install the wheel and go through the stages."""
    if len(sys.argv) < 2 or not (wheel := Path(sys.argv[1])).is_file():
        print("usage: python tests/ecosystems/day.py WHEEL [STAGE ...]", file=sys.stderr)
        return 2
    wheel = wheel.resolve()
    named = {stage.__name__: stage for stage in STAGES}
    if unknown := sorted({*sys.argv[2:]} - {*named}):
        print(f"no stage is named '{unknown[0]}'; there are {', '.join(named)}", file=sys.stderr)
        return 2
    chosen = [named[name] for name in named if name in sys.argv[2:] or not sys.argv[2:]]
    with tempfile.TemporaryDirectory(prefix="twitchkg-day-") as folder:
        desk = Desk(Path(folder))
        # A user's account that has never seen twitchkg: no cache, no settings.
        for name in [n for n in os.environ if n.startswith(("PYTHON", "TWITCHKG_", "XDG_"))]:
            del os.environ[name]
        home = desk.folder / "home"
        home.mkdir()
        began = time.monotonic()
        desk.install(wheel)
        print(f"install: the wheel with [{EXTRAS}] ({time.monotonic() - began:.1f} s)", flush=True)
        os.environ["HOME"] = str(home)
        whole = time.monotonic()
        for stage in [*chosen, *([every_command] if len(chosen) == len(STAGES) else [])]:
            empty = desk.folder / stage.__name__
            empty.mkdir()
            os.chdir(empty)
            began = time.monotonic()
            try:
                said = stage(desk)
            except (UnexpectedError, AssertionError, subprocess.TimeoutExpired) as fault:
                print(f"{stage.__name__}: FAILED: {fault}", file=sys.stderr)
                return 1
            finally:
                os.chdir("/")
            print(f"{stage.__name__}: {said} ({time.monotonic() - began:.1f} s)", flush=True)
        print(f"a day in {time.monotonic() - whole:.0f} s")
    expect("twitchkg" not in sys.modules, "that nothing of the checkout was imported")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
