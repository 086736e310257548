"""The tools for language models, asked by the SDK's own client over stdio."""

from __future__ import annotations

import asyncio
import csv
import json
import os
import sys
from pathlib import Path

import pytest

from twitchkg.graph import NOTICE
from twitchkg.namespaces import TWC

pytest.importorskip("mcp")

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


def test_questions_and_refusals_over_one_server() -> None:
    asyncio.run(_asked())


async def _asked() -> None:
    from mcp import Client, StdioServerParameters
    from mcp_types import TextContent

    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    assert len(rows) >= 50
    assert sum(row["expected"] == "nothing" for row in rows) >= 15
    start = StdioServerParameters(
        command=sys.executable,
        args=["-m", "twitchkg", "mcp"],
        env={"TWITCHKG_CACHE": os.environ["TWITCHKG_CACHE"]},
    )
    async with Client(start, read_timeout_seconds=60) as client:
        assert NOTICE in (client.instructions or "")
        for tool in (await client.list_tools()).tools:
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
        for name, arguments, message in REFUSED:
            result = await client.call_tool(name, arguments)
            block = result.content[0]
            assert isinstance(block, TextContent)
            assert result.is_error
            assert message in block.text
            assert "\n" not in block.text
