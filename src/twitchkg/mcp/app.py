"""The server as clients see it: tools, resources and prompts with their descriptions."""

# ruff: noqa: D205 (the docstring of a tool is its description, read by models as one text)

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Literal

import anyio
import anyio.to_thread
from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ResourceNotFoundError, ToolError
from mcp_types import CallToolResult, TextContent, ToolAnnotations
from pydantic import Field, ValidationError

from twitchkg import __version__
from twitchkg.errors import TwitchkgError, UnknownNameError
from twitchkg.graph import NOTICE
from twitchkg.mcp.answers import Answer, cut, fitted
from twitchkg.mcp.ask import Asker
from twitchkg.mcp.tools import OWN_WORDS, NothingFoundError, Tools

INSTRUCTIONS = f"""{NOTICE}

The graph holds what five consumer documents say about muscle twitching, claim by claim, each with
its document and position. Find an entity with 'search', read its card with 'entity', ask for claims
with 'claims' or for one of the prepared questions with 'list_queries' and 'run_query'; 'sparql'
answers the rest. Tell every statement with the claim IRIs of the answer and say which document
makes it. When an answer says that the graph holds no claim, say so; add nothing from elsewhere as
if a document said it. A claim is what a document says, right or wrong: pass on its cautions and
what references say of it. Where anything is called harmless, give the red flags with it."""

_READ = ToolAnnotations(
    read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
)
Name = Annotated[str, Field(min_length=1, max_length=200)]
Names = Annotated[list[Name], Field(max_length=20)]
Limit = Annotated[int, Field(ge=1, le=100, description="how many at most")]
Offset = Annotated[int, Field(ge=0, le=10_000, description="how many to pass over")]
Given = Annotated[CallToolResult, Answer]
_ENTITY = "name in words, slug, CURIE or IRI"


class Server(MCPServer[object]):
    """A server whose errors are one line."""

    async def call_tool(self, name, arguments, context=None):  # type: ignore[no-untyped-def]
        """Call a tool; what goes wrong is told in one line."""
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if isinstance(error.__cause__, ValidationError):
                faults = [
                    f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}"
                    for fault in error.__cause__.errors()
                ]
                raise ToolError(cut(f"The arguments do not fit. {'; '.join(faults)}.")) from None
            raise ToolError(
                cut(str(error).removeprefix(f"Error executing tool {name}: "))
            ) from None


def build(tools: Tools, asker: Asker) -> Server:
    """The server.

    :param tools: what answers from the open graph.
    :param asker: what runs queries in child processes.
    """
    server = Server(
        "twitchkg",
        title="twitchkg",
        version=__version__,
        instructions=INSTRUCTIONS,
        website_url="https://w3id.org/twitchkg",
        log_level="CRITICAL",
    )
    _add_tools(server, tools, asker)
    _add_resources(server, tools)
    _add_prompts(server)
    return server


def _result(answer: Answer) -> CallToolResult:
    kept, text = fitted(answer)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=kept.model_dump(mode="json"),
    )


def _add_tools(server: Server, tools: Tools, asker: Asker) -> None:
    lock = anyio.Lock()

    async def answered(make: Callable[[], Answer]) -> CallToolResult:
        """What a function answers, run in a thread, one at a time."""
        try:
            async with lock:
                return _result(await anyio.to_thread.run_sync(make))
        except NothingFoundError as error:
            return _result(error.answer)
        except TwitchkgError as error:
            raise ToolError(cut(str(error))) from None

    tool = functools.partial(server.tool, annotations=_READ)

    @tool(title="Find entities")
    async def search(text: Name, limit: Limit = 10) -> Given:
        """Find entities (twitch types, causes, nutrients, foods, conditions, remedies, signs, body
        sites) by what people call them; typing errors are forgiven.
        """
        return await answered(lambda: tools.search(text, limit))

    @tool(title="Open an entity")
    async def entity(
        name: Annotated[Name, Field(description=_ENTITY)], limit: Limit = 25, offset: Offset = 0
    ) -> Given:
        """Open the card of an entity: definition, other names, identifiers in HPO, Mondo, ChEBI and
        others, and what the documents say about it.
        """
        return await answered(lambda: tools.entity(name, limit, offset))

    @tool(title="Open a claim")
    async def claim(claim: Annotated[Name, Field(description="such as twc:000-0075")]) -> Given:
        """Open one claim: what is said, by which document, where in its text (offsets in Unicode
        code points, line), with cautions and what references say of it.
        """
        return await answered(lambda: tools.claim(claim))

    @tool(title="List claims")
    async def claims(
        subject: Annotated[Name | None, Field(description=_ENTITY)] = None,
        predicate: Annotated[
            Name | None, Field(description="such as canCause, supplies, helpsAgainst")
        ] = None,
        object: Annotated[Name | None, Field(description=_ENTITY)] = None,
        source: Annotated[Name | None, Field(description="document, such as 000")] = None,
        limit: Limit = 25,
        offset: Offset = 0,
    ) -> Given:
        """List the claims with a given subject, predicate, object or document, or several of them:
        whether any document says something, and which.
        """
        return await answered(
            lambda: tools.claims(subject, predicate, object, source, limit, offset)
        )

    @tool(title="Explain an edge")
    async def why(
        subject: Annotated[Name, Field(description=_ENTITY)],
        object: Annotated[Name | None, Field(description=_ENTITY)] = None,
        predicate: Annotated[Name | None, Field(description="such as mayHelpAgainst")] = None,
        limit: Limit = 25,
    ) -> Given:
        """Explain why the graph relates a subject to an object: the claims behind it, and the steps
        of what is derived from them.
        """
        return await answered(lambda: tools.why(subject, object, predicate, limit))

    @tool(title="List disagreements")
    async def disagreements(
        kind: Literal["contradiction", "terminology", "threshold", "scope"] | None = None,
        about: Annotated[Name | None, Field(description=_ENTITY)] = None,
        limit: Limit = 10,
        offset: Offset = 0,
    ) -> Given:
        """List where the documents disagree, contradictions first, with the claims on each side."""
        return await answered(lambda: tools.disagreements(kind, about, limit, offset))

    @tool(title="When to see a doctor")
    async def when_to_see_a_doctor(
        signs: Annotated[Names, Field(min_length=1, description="all signs")],
        duration_days: Annotated[int | None, Field(ge=0, le=100_000)] = None,
        population: Annotated[Name | None, Field(description="such as pregnant women")] = None,
        contexts: Annotated[Names, Field(description="situations, known conditions")] = [],  # noqa: B006
        sites: Annotated[Names, Field(description="where it shows")] = [],  # noqa: B006
        frequency: Annotated[Name | None, Field(description="such as frequent")] = None,
        limits_daily_life: bool | None = None,
    ) -> Given:
        """What the documents advise in a situation, strictest first, with the red flags that would
        change it. It informs and never diagnoses.
        """
        return await answered(
            lambda: tools.advice(
                signs, duration_days, population, contexts, sites, frequency, limits_daily_life
            )
        )

    @tool(title="List the named queries")
    async def list_queries(
        topic: Annotated[
            Name | None, Field(description="care, causes, claims, conditions, nutrition, ...")
        ] = None,
    ) -> Given:
        """List the prepared questions with their parameters."""
        return await answered(lambda: tools.queries(topic))

    async def asked(text: str, about: str, limit: int, offset: int) -> CallToolResult:
        found = await asker.with_claims(text)
        return await answered(lambda: tools.rows(found, about, text, limit, offset))

    @tool(title="Run a named query")
    async def run_query(
        name: Name,
        parameters: Annotated[
            dict[Name, Annotated[str, Field(max_length=200)] | bool | int | float],
            Field(max_length=20, description="values by name; entities in words, CURIE or IRI"),
        ] = {},  # noqa: B006
        limit: Limit = 25,
        offset: Offset = 0,
    ) -> Given:
        """Run one of the prepared questions; each row comes with the claims behind it."""
        try:
            query = tools.graph.named_query(name)
            async with lock:
                text = await anyio.to_thread.run_sync(lambda: tools.bound(query, parameters))
            about = f"'{query.summary}'"
            if parameters:
                about += f" for {', '.join(f'{k} = {v}' for k, v in parameters.items())}"
            return await asked(text, about, limit, offset)
        except NothingFoundError as error:
            return _result(error.answer)
        except TwitchkgError as error:
            raise ToolError(cut(str(error))) from None

    @tool(title="Ask in SPARQL")
    async def sparql(
        query: Annotated[str, Field(min_length=1, max_length=20_000)],
        limit: Limit = 50,
        offset: Offset = 0,
    ) -> Given:
        """Answer a SPARQL 1.1 query (SELECT, ASK, CONSTRUCT, DESCRIBE); the prefixes twk, twd, twc,
        twsrc, rdfs, skos, oa and others are known. Updates and SERVICE are refused, and a query
        that takes too long is stopped. Select ?claim to see the claims behind each row.
        """
        try:
            return await asked(query, OWN_WORDS, limit, offset)
        except TwitchkgError as error:
            raise ToolError(cut(str(error))) from None


def _add_resources(server: Server, tools: Tools) -> None:
    @server.resource("twitchkg://notice", title="Notice", mime_type="text/plain")
    def notice() -> str:
        """What the graph is and is not."""
        return NOTICE

    @server.resource("twitchkg://schema", title="Classes and properties", mime_type="text/plain")
    def schema() -> str:
        """The classes and properties of the ontology, with their definitions."""
        rows = tools.graph.store.query(
            "SELECT ?term ?kind ?label ?definition WHERE { VALUES ?kind { owl:Class "
            "owl:ObjectProperty owl:DatatypeProperty } ?term a ?kind ; rdfs:label ?label ; "
            "skos:definition ?definition FILTER(STRSTARTS(STR(?term), STR(twk:))) "
            'FILTER(LANG(?label) = "en" && LANG(?definition) = "en") } ORDER BY ?kind ?term'
        )
        lines = [
            f"twk:{str(row['term']).rpartition('/')[2]} ({str(row['kind']).rpartition('#')[2]}): "
            f"{row['definition']}"
            for row in rows
        ]
        return "\n".join([*lines, "", NOTICE])

    @server.resource("twitchkg://queries", title="Named queries", mime_type="text/plain")
    def queries() -> str:
        """The prepared questions."""
        lines = [f"{query.name}: {query.summary}" for query in tools.graph.named_queries()]
        return "\n".join([*lines, "", NOTICE])

    @server.resource(
        "twitchkg://queries/{name}", title="A named query", mime_type="application/sparql-query"
    )
    def query(name: str) -> str:
        """The SPARQL of a prepared question, an example to start from."""
        try:
            return tools.graph.named_query(name).text
        except UnknownNameError as error:
            raise ResourceNotFoundError(cut(str(error))) from None


def _add_prompts(server: Server) -> None:
    @server.prompt(title="Check a statement against the documents")
    def check_statement(statement: str) -> str:
        """What the documents say for and against a statement about muscle twitching."""
        return (
            f"Check this statement against the twitchkg graph: {cut(statement, 1000)}\n"
            "Find its entities with 'search', then the claims for and against it with 'claims' and "
            "'why', and look for disagreements about it. List who says what, with claim IRIs and "
            "lines, pass on cautions and the verdicts of references, and say so if there is no "
            f"claim. Add nothing from elsewhere.\n{NOTICE}"
        )

    @server.prompt(title="Prepare a visit to the doctor")
    def prepare_visit(signs: str) -> str:
        """What the documents advise for some signs, as notes for a conversation with a doctor."""
        return (
            f"Somebody has these signs: {cut(signs, 1000)}\n"
            "Ask 'when_to_see_a_doctor' with them and tell its advice, with documents and claim "
            "IRIs, the red flags first. Make no diagnosis and do not reassure. Then list what the "
            f"person should tell the doctor.\n{NOTICE}"
        )
