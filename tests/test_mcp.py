"""The tools for language models, asked by the SDK's own client over stdio."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
from pathlib import Path

import pytest

import twitchkg
from twitchkg import catalogue
from twitchkg.graph import NOTICE
from twitchkg.namespaces import TWC

pytest.importorskip("mcp")

TYPE_CHECKING = False
if TYPE_CHECKING:
    from mcp import Client

TABLE = Path(__file__).parent / "mcp-questions.tsv"
REFUSED = [
    ("sparql", {"query": "DELETE WHERE { ?s ?p ?o }"}, "read-only"),
    (
        "sparql",
        {"query": "SELECT * { SERVICE <http://x.org/> { ?s ?p ?o } }"},
        "SERVICE is refused",
    ),
    ("sparql", {"query": "SELECT * WHERE { ?s ?p"}, "does not parse"),
    ("run_query", {"name": "food-by-nutrient"}, "Did you mean 'foods-by-nutrient'"),
    ("search", {"text": "x", "limit": "many"}, "limit: "),
]
UNNAMED = [
    "ASK { twd:magnesium a twk:Nutrient }",
    "ASK { ?s ?p ?o FILTER NOT EXISTS { ?s a twk:Caution } } VALUES ?p { rdfs:label }",
    "SELECT (COUNT(*) AS ?n) WHERE { ?s twk:canCause twd:muscle-twitching }",
    "SELECT (COUNT(?s) AS ?n) (SUM(?l) AS ?m) { ?s twk:lengthCodePoints ?l }",
    "CONSTRUCT { ?s a twk:Cause } WHERE { ?s twk:canCause twd:muscle-twitching }",
]
"""Queries whose answer is yes, a number or new triples, and leads to no claim by itself."""


def test_questions_and_refusals_over_one_server() -> None:
    asyncio.run(_asked())


async def _asked() -> None:
    from mcp import Client, StdioServerParameters
    from mcp_types import TextContent

    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) >= 50
    assert sum(row["expected"] == "nothing" for row in rows) >= 15
    # The client hands on little of its environment; without these, no coverage is measured.
    told = {k: v for k, v in os.environ.items() if k.startswith(("TWITCHKG_", "COVERAGE_"))}
    start = StdioServerParameters(command=sys.executable, args=["-m", "twitchkg", "mcp"], env=told)
    async with Client(start, read_timeout_seconds=60) as client:
        assert NOTICE in (client.instructions or "")
        asked = {row["tool"] for row in rows if row["expected"] != "nothing"}
        tools = (await client.list_tools()).tools
        # The list of prepared questions is no answer to one.
        assert asked == {tool.name for tool in tools} - {"list_queries"}
        for tool in tools:
            assert tool.annotations is not None
            assert tool.annotations.read_only_hint
        for row in rows:
            result = await client.call_tool(row["tool"], json.loads(row["arguments"]))
            block = result.content[0]
            assert isinstance(block, TextContent)
            data = result.structured_content or {}
            assert not result.is_error, (row["question"], block.text)
            assert NOTICE in block.text
            assert data["notice"] == NOTICE
            if row["expected"] == "nothing":
                assert not data["answered"], row["question"]
                assert data["claim_iris"] == [], row["question"]
                assert "The graph holds no claim" in block.text, row["question"]
                continue
            for curie in row["expected"].split():
                iri = TWC + curie.removeprefix("twc:")
                assert iri in data["claim_iris"], (row["question"], curie)
                assert iri in block.text or curie in block.text, (row["question"], curie)
        for query in UNNAMED:
            result = await client.call_tool("sparql", {"query": query})
            data = result.structured_content or {}
            assert data["answered"], query
            assert data["claim_iris"] == [], query
            assert "names no claim" in data["statement"], query
        for name, arguments, message in REFUSED:
            result = await client.call_tool(name, arguments)
            block = result.content[0]
            assert isinstance(block, TextContent)
            assert result.is_error
            assert message in block.text
            assert "\n" not in block.text
        await _read(client)


async def _read(client: Client) -> None:
    """What can be read without a tool, and the prompts, with the notice."""
    from mcp import MCPError
    from mcp_types import TextContent, TextResourceContents

    async def text(uri: str) -> str:
        (content,) = (await client.read_resource(uri)).contents
        assert isinstance(content, TextResourceContents)
        return content.text

    known = {str(one.uri) for one in (await client.list_resources()).resources}
    assert known == {f"twitchkg://{name}" for name in ("notice", "schema", "queries")}
    assert await text("twitchkg://notice") == NOTICE
    schema = (await text("twitchkg://schema")).splitlines()
    assert schema[-1] == NOTICE
    assert any(line.startswith("twk:TwitchType (Class): ") for line in schema)
    assert any(line.startswith("twk:canCause (ObjectProperty): ") for line in schema)
    listed = (await text("twitchkg://queries")).splitlines()
    assert listed[-1] == NOTICE
    for query in catalogue.all_queries():
        assert f"{query.name}: {query.summary}" in listed
    assert await text("twitchkg://queries/outlook") == catalogue.get("outlook").text
    with pytest.raises(MCPError, match="Did you mean 'outlook'"):
        await text("twitchkg://queries/outlok")
    for prompt in (await client.list_prompts()).prompts:
        (argument,) = prompt.arguments or []
        given = {argument.name: "My eyelid twitches."}
        (message,) = (await client.get_prompt(prompt.name, given)).messages
        assert isinstance(message.content, TextContent)
        assert "My eyelid twitches." in message.content.text
        assert message.content.text.endswith(NOTICE)


def test_a_column_of_claims_adds_no_row(kg: twitchkg.KnowledgeGraph) -> None:
    from twitchkg.mcp.behind import COLUMN, with_claims

    shown = set()
    for query in catalogue.all_queries():
        text = with_claims(query.text)
        if text is not None:
            shown.add(query.name)
            rows = kg.store.query(text).rows
            assert len(rows) == len(kg.store.query(query.text)), query.name
            cells = [str(row[COLUMN]) for row in rows if row[COLUMN]]  # some rows rest on no claim
            assert cells, query.name
            assert all(cell.startswith(TWC) for cell in cells), query.name
    # Some group the claims of a row, some take a row for each.
    assert {"foods-by-nutrient", "adverse-effects", "treatment", "outlook"} <= shown


@pytest.mark.parametrize(
    ("inner", "seen"),
    [
        ("SELECT ?claim ?s WHERE { ?claim twk:subject ?s }", True),
        ("SELECT ?claim { ?claim twk:subject ?s }", True),
        ("SELECT ?s WHERE { ?claim twk:subject ?s }", False),
        ("SELECT (COUNT(?claim) AS ?n) WHERE { ?claim twk:subject ?s }", False),
        ("SELECT ?s WHERE { { ?claim twk:subject ?s } UNION { ?claim twk:object ?s } }", False),
    ],
)
def test_a_claim_inside_a_subselect_is_seen_where_it_is_selected(inner: str, seen: bool) -> None:
    from twitchkg.mcp.behind import with_claims

    text = f"SELECT ?s (COUNT(*) AS ?m) WHERE {{ {{ {inner} }} ?s ?p ?o }} GROUP BY ?s"
    assert (with_claims(text) is not None) == seen
    later = text.replace("?s ?p ?o", "?claim twk:subject ?s")
    assert with_claims(later) is not None
