"""What holds for all inputs and not for some examples: round trips, order, agreement."""

from __future__ import annotations

import csv
import io
import os
import pathlib
import random
import re
import shutil
import sqlite3
import string

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import twitchkg
from twitchkg import (
    catalogue,
    claims,
    curation,
    derive,
    fingerprint,
    layout,
    lookup,
    resources,
    store,
)
from twitchkg.errors import UnknownNameError
from twitchkg.export import frames, jsonld, tabular
from twitchkg.export.tables import Column, Table
from twitchkg.namespaces import PREFIXES, TWC, compact, expand
from twitchkg.results import Result, Row
from twitchkg.store import conversion, reading
from twitchkg.terms import BNODE, LITERAL, XSD, Iri, Term

QUICK = settings(max_examples=100, deadline=None, derandomize=True)
SLOW = settings(
    max_examples=int(os.environ.get("TWITCHKG_EXAMPLES", "8")),
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
ROOT = pathlib.Path(resources.data_root())

NASTY = st.text(
    st.one_of(
        st.sampled_from("\"'\\|,;\t\n\r<>&{}#@^ \u2028\x85\ufeff\u0301\U0001f600"),
        st.characters(codec="utf-8", exclude_characters="\0"),
    ),
    max_size=12,
)
LOCAL = st.text(string.ascii_letters + string.digits + "_-.~!$'()*,;=/%:#?é", max_size=8)
IRIS = st.one_of(
    st.builds(lambda base, local: base + local, st.sampled_from(sorted(PREFIXES.values())), LOCAL),
    st.builds("urn:x:{}".format, st.text(string.ascii_lowercase, max_size=5)),
).filter(lambda iri: not re.search(r"%(?![0-9A-Fa-f]{2})|#.*#", iri))
LITERALS = st.one_of(
    NASTY.map(Term.string),
    st.builds(Term.string, NASTY, st.sampled_from(["en", "de-ch"])),
    st.builds(
        lambda text, name: Term(LITERAL, text, XSD + name),
        st.one_of(NASTY, st.sampled_from(["1", "01", "-0", "1.50", "true", "NaN", "2026-02-30"])),
        st.sampled_from(["integer", "decimal", "double", "boolean", "date"]),
    ),
)
BLANKS = st.sampled_from([Term(BNODE, name) for name in ("b1", "b2", "b3")])
TERMS = st.one_of(IRIS.map(Term.iri), BLANKS, LITERALS)
OWN = (
    "rdfs:label",
    "twk:subject",
    "twk:predicate",
    "twk:durationDays",
    "twk:isNegated",
    "oa:start",
)
PREDICATES = st.one_of(
    st.sampled_from([Term.iri(str(expand(name))) for name in OWN]),
    st.builds(
        lambda base, local: Term.iri(base + local),
        st.sampled_from(sorted(PREFIXES.values())),
        st.text(string.ascii_letters, min_size=1, max_size=5),
    ),
)
TRIPLES = st.lists(
    st.tuples(st.one_of(IRIS.map(Term.iri), BLANKS), PREDICATES, TERMS), max_size=8, unique=True
)


def canonical(triples: list[tuple[Term, Term, Term]]) -> ox.Dataset:
    """A dataset that equals another one if both say the same, whatever blank nodes are called."""
    dataset = ox.Dataset(map(conversion.quad, triples))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return dataset


# --- CURIEs ----------------------------------------------------------------


@QUICK
@given(IRIS)
def test_a_curie_expands_to_the_iri_it_was_made_of(iri: str) -> None:
    curie = compact(iri)
    if curie == iri:
        assert not any(
            iri.startswith(base) and iri[len(base) :].isalnum() and iri[len(base) :].isascii()
            for base in PREFIXES.values()
        )
    else:
        assert expand(curie) == iri
        assert compact(str(expand(curie))) == curie


@QUICK
@given(st.sampled_from(sorted(PREFIXES)), st.text(string.ascii_letters, min_size=1), NASTY)
def test_prefixes_are_known_in_any_case_of_letters(prefix: str, local: str, other: str) -> None:
    assert expand(f"{prefix}:{local}") == PREFIXES[prefix] + local
    assert expand(f"{prefix.swapcase()}:{local}") == PREFIXES[prefix] + local
    assert compact(other) == other
    expand(other)


# --- The formats of RDF ----------------------------------------------------


@pytest.mark.parametrize("format", ["turtle", "ntriples", "jsonld", "trig"])
@QUICK
@given(TRIPLES)
def test_what_is_written_reads_the_same(
    format: str, triples: list[tuple[Term, Term, Term]]
) -> None:
    text = store.serialize(triples, format)
    kind = reading.FORMATS[format]
    read = list(map(conversion.triple, ox.parse(text.encode(), format=kind)))
    assert canonical(read) == canonical(triples)


@QUICK
@given(TRIPLES)
def test_the_layout_and_the_jsonld_of_exports_read_the_same(
    triples: list[tuple[Term, Term, Term]],
) -> None:
    assert canonical(store.parse_turtle(layout.render(triples))) == canonical(triples)
    written = jsonld.written(iter(triples))
    read = list(map(conversion.triple, ox.parse(written, format=ox.RdfFormat.JSON_LD)))
    assert canonical(read) == canonical(triples)


@QUICK
@given(TRIPLES)
def test_rdfxml_reads_the_same_where_xml_can_say_it(
    triples: list[tuple[Term, Term, Term]],
) -> None:
    assume(all(t.value.isprintable() or "\n" in t.value for row in triples for t in row))
    assume(
        not any(re.search(r"[\0-\x09\x0b-\x1f\ufffe\uffff]", t.value) for r in triples for t in r)
    )
    text = store.serialize(triples, "rdfxml")
    read = list(map(conversion.triple, ox.parse(text.encode(), format=ox.RdfFormat.RDF_XML)))
    assert canonical(read) == canonical(triples)


def test_the_context_knows_every_prefix() -> None:
    """Without its prefix there, a CURIE would read as an IRI of its own."""
    known = jsonld.context()
    for prefix, base in PREFIXES.items():
        value = known[prefix]
        assert base == (value["@id"] if isinstance(value, dict) else value)


# --- Rows ------------------------------------------------------------------

COLUMNS = ("one", "two", "three")
ROWS = st.lists(st.tuples(*[st.one_of(st.none(), TERMS)] * 3), max_size=6)


def engine(rows: list[tuple[Term | None, ...]]) -> list[tuple[object, ...]]:
    return [tuple(None if t is None else conversion.engine_term(t) for t in row) for row in rows]


@QUICK
@given(ROWS)
def test_all_formats_of_rows_agree(rows: list[tuple[Term | None, ...]]) -> None:
    result = Result("rows", COLUMNS, [Row(COLUMNS, row) for row in rows])
    texts = {name: result.serialize(name) for name in ("json", "xml", "tsv", "csv")}
    readers = {
        "json": ox.QueryResultsFormat.JSON,
        "xml": ox.QueryResultsFormat.XML,
        "tsv": ox.QueryResultsFormat.TSV,
    }
    in_xml = not any(
        t and re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", t.value)
        for row in rows
        for t in row
    )
    for name, kind in readers.items():
        if name != "xml" or in_xml:
            found = ox.parse_query_results(texts[name].encode(), format=kind)
            assert isinstance(found, ox.QuerySolutions)
            assert [tuple(solution) for solution in found] == engine(rows), name
    cells = list(csv.reader(io.StringIO(texts["csv"], newline="")))
    shown = [
        ["" if t is None else f"_:{t.value}" if t.kind == BNODE else t.value for t in row]
        for row in rows
    ]
    assert cells == [list(COLUMNS), *shown]
    # What people read stands on one line for each row, whatever is in the cells.
    for name in ("table", "markdown"):
        lines = result.serialize(name, lambda iri: iri + "\n\x1b[2J").split("\n")
        assert len(lines) == len(rows) + 3
        assert all(line.isprintable() for line in lines)


@QUICK
@given(ROWS)
def test_the_embedded_store_gives_back_what_it_was_given(
    rows: list[tuple[Term | None, ...]],
) -> None:
    triples = [(Term.iri("urn:s"), Term.iri("urn:p"), t) for row in rows for t in row if t]
    asked = "SELECT DISTINCT ?o WHERE { ?s ?p ?o FILTER(!ISBLANK(?o)) }"
    found = store.of_triples(triples).query(asked)
    # The engine keeps a number by its value, and writes that in one way.
    given_ = {fingerprint._by_value(o) for _, _, o in triples if o.kind != BNODE}
    assert {fingerprint._by_value(term) for row in found for term in row.terms if term} == given_


# --- Tables ----------------------------------------------------------------


@settings(QUICK, max_examples=40)
@given(
    st.dictionaries(
        NASTY.filter(bool), st.tuples(NASTY, st.integers(-(2**63), 2**63 - 1), st.booleans())
    )
)
def test_csv_sqlite_and_parquet_hold_the_same_table(
    cells: dict[str, tuple[str, int, bool]],
) -> None:
    import pyarrow.parquet

    columns = (
        *(Column("id", "its name"), Column("text", "some text")),
        *(Column("number", "a number", "integer"), Column("truth", "a truth value", "boolean")),
    )
    table = Table("t", "One row per thing.", columns, [(key, *row) for key, row in cells.items()])
    text = tabular.csv([table])["t.csv"].decode()
    read = list(csv.reader(io.StringIO(text, newline="")))[1:]
    assert read == [[tabular._text(cell) for cell in row] for row in table.rows]
    arrow = pyarrow.parquet.read_table(io.BytesIO(frames.parquet(table)))
    assert [tuple(row.values()) for row in arrow.to_pylist()] == table.rows
    database = sqlite3.connect(":memory:")
    database.deserialize(tabular.sqlite([table]))
    found = database.execute("SELECT * FROM t ORDER BY id").fetchall()
    database.close()
    assert sorted(found) == sorted(table.rows)


@QUICK
@given(NASTY, NASTY)
def test_graphml_can_be_read_whatever_the_labels_are(one: str, other: str) -> None:
    import networkx

    nodes = Table("nodes", "", (Column("id", ""), Column("label", "")), [("a", one), ("b", other)])
    names = ("id", "subject", "object", "comment", "sources_for")
    row = ("e", "a", "b", other, 1)
    edges = Table("edges", "", tuple(Column(name, "") for name in names), [row])
    read = networkx.parse_graphml(frames.graphml(nodes, edges).decode())
    assert set(read.nodes) == {"a", "b"}
    assert read.number_of_edges() == 1


# --- The headers of queries ------------------------------------------------

LINE = (
    st.text(st.characters(codec="utf-8", exclude_characters="\0\n\r"), min_size=1, max_size=20)
    .map(str.strip)
    .filter(lambda text: bool(text) and text != "[]" and not text.startswith("- "))
)
ENTRIES = st.lists(
    st.tuples(
        st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True),
        st.sampled_from(catalogue.TYPES),
        LINE,
    ),
    min_size=1,
    max_size=3,
)


@QUICK
@given(question=LINE, more=st.lists(LINE, max_size=2), params=ENTRIES, returns=ENTRIES)
def test_a_header_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    question: str,
    more: list[str],
    params: list[tuple[str, str, str]],
    returns: list[tuple[str, str, str]],
) -> None:
    lines = [f"#+ summary: {question}?", f"#+ description: {question}"]
    lines += [f"#+   {line}" for line in more]
    for key, entries in (("params", params), ("returns", returns)):
        lines += [f"#+ {key}:", *(f"#+   - {n} ({t}): {meaning}" for n, t, meaning in entries)]
    path = tmp_path_factory.getbasetemp() / "header.rq"
    for end in ("\n", "\r\n"):
        path.write_text(end.join([*lines, "SELECT ?s WHERE { ?s ?p ?o }"]), "utf-8", newline="")
        query = catalogue.read(str(path))
        assert query.summary == f"{question}?"
        assert query.description == " ".join([question, *more])
        for columns, entries in ((query.params, params), (query.returns, returns)):
            assert [(c.name, c.type, c.meaning) for c in columns] == entries


# --- Search ----------------------------------------------------------------


@settings(QUICK, max_examples=20)
@given(st.one_of(NASTY, IRIS, st.builds("{}:{}".format, st.sampled_from(sorted(PREFIXES)), NASTY)))
def test_a_search_never_fails_and_says_the_same_again(
    kg: twitchkg.KnowledgeGraph, text: str
) -> None:
    found = kg.search(text)
    assert found == kg.search(text)
    assert len(found) <= 10
    scores = [match.score for match in found]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    try:
        match = kg.resolve(text)
    except UnknownNameError:
        pass
    else:
        assert match.iri in kg.labels([match.iri])


@pytest.mark.parametrize(
    "text",
    *[["http://[bad", "HP:\x00", "http://x/\ud800", "twd:\ufffe", "http://a%zz", "http://a:b:c/"]],
)
def test_what_is_no_iri_is_an_unknown_name(kg: twitchkg.KnowledgeGraph, text: str) -> None:
    with pytest.raises(UnknownNameError, match="No entity is named"):
        kg.resolve(text)


def test_a_fresh_index_ranks_alike(kg: twitchkg.KnowledgeGraph) -> None:
    fresh = lookup.Index(kg.store)
    for words in ("eyelid twitch", "lack of magnesium", "leg cramps at night", "als"):
        assert fresh.search(words) == kg.search(words)


# --- What is derived -------------------------------------------------------


def test_the_build_does_not_depend_on_any_order(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files in another order, and in each of them the statements in another order."""
    chance = random.Random(os.environ.get("TWITCHKG_SEED", "11"))
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    for path in sorted((tmp_path / "ontology").rglob("*.ttl")):
        folder = path.parent.name
        if folder in ("claims", "data", "evidence", "schema"):
            triples = store.parse(str(path))
            if all(BNODE not in (s.kind, o.kind) for s, _, o in triples):
                chance.shuffle(triples)
                lines = (" ".join(term.n3() for term in triple) + " .\n" for triple in triples)
                path.write_text("".join(lines), "utf-8")
    monkeypatch.setattr(resources, "data_root", lambda: str(tmp_path))
    shuffled = resources.ontology_files()
    chance.shuffle(shuffled)
    monkeypatch.setattr(resources, "ontology_files", lambda root=None: shuffled)
    monkeypatch.setattr(resources, "files", _shuffling(resources.files, chance))
    texts = curation.derived()
    assert len(texts) > 20
    for path_, text in texts.items():
        real = ROOT / os.path.relpath(path_, tmp_path)
        assert text == real.read_text("utf-8"), real.name


def _shuffling(files: object, chance: random.Random) -> object:
    def shuffled(folder: str, suffix: str, root: str | None = None) -> list[str]:
        assert callable(files)
        # Queries and examples stand where they stood; mappings move.
        where = root or (None if folder.startswith("ontology") else str(ROOT))
        found: list[str] = files(folder, suffix, where)
        chance.shuffle(found)
        return found

    return shuffled


@pytest.fixture(scope="module")
def small() -> list[str]:
    """The files of a small graph: schema, entities and the claims of one document."""
    return [
        path
        for path in resources.ontology_files()
        if os.path.basename(os.path.dirname(path)) in ("schema", "data")
        or path.endswith(os.path.join("claims", "002.ttl"))
    ]


@pytest.fixture(scope="module")
def statements(small: list[str]) -> list[claims.Claim]:
    return list(claims.find(store.of_files(small), []))


@SLOW
@given(data=st.data())
def test_an_added_document_removes_no_claim_of_another(
    small: list[str], statements: list[claims.Claim], data: st.DataObject
) -> None:
    """It may repeat, deny or restrict what others say, and say it of its own things."""
    chosen = data.draw(st.lists(st.sampled_from(statements), min_size=1, max_size=5))
    base, source = TWC + "900-", Term.iri("https://w3id.org/twitchkg/source/900")
    more: list[tuple[Term, Term, Term]] = [
        (source, Term.iri(expand("rdf:type") or ""), Term.iri(expand("twk:Source") or ""))
    ]
    for number, claim in enumerate(chosen):
        node = Term.iri(f"{base}{number:04d}")
        value = Term.iri(claim.object) if isinstance(claim.object, Iri) else None
        slot = "twk:object" if value else "twk:objectValue"
        for name, term in (
            ("rdf:type", Term.iri(expand("twk:Claim") or "")),
            ("dcterms:source", source),
            ("twk:subject", Term.iri(claim.subject)),
            ("twk:predicate", Term.iri(claim.predicate)),
            (slot, value or Term.boolean(True)),
            ("twk:isNegated", Term.boolean(data.draw(st.booleans()))),
        ):
            more.append((node, Term.iri(expand(name) or ""), term))
    alone, together = store.of_files(small), store.of_files(small, more)
    assert _facts(alone) <= _facts(together)
    assert {c.iri for c in claims.find(together, [])} >= {c.iri for c in statements}
    lost = set(_claims_of(alone)) - set(_claims_of(together))
    assert not lost
    assert set(derive.edges(alone)) <= set(derive.edges(together))


def _facts(opened: store.Store) -> set[tuple[object, ...]]:
    return {
        (c.iri, c.source, c.subject, c.predicate, c.object, c.negated, c.qualifiers, c.passages)
        for c in claims.find(opened, [])
    }


def _claims_of(opened: store.Store) -> list[tuple[Term, Term]]:
    return [(s, o) for s, p, o in derive.assertions(opened) if p.value.endswith("/hasClaim")]
