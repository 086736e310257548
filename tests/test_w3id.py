"""The redirect rules for w3id.org, read as Apache reads them: every IRI leads to its own path."""

from __future__ import annotations

import re
from pathlib import Path

from twitchkg.graph import KnowledgeGraph
from twitchkg.namespaces import ONTOLOGY
from twitchkg.server import description, linked

RULES: list[tuple[str, str, str]] = re.findall(
    r"^RewriteRule (\S+) (\S+) \[(.+)\]$",
    (Path(__file__).parent.parent / "w3id" / ".htaccess").read_text(encoding="utf-8"),
    re.M,
)


def target(path: str) -> str:
    """Where the rules of a folder send the rest of a path."""
    host = next(flags.removeprefix("E=TWITCHKG:") for _, to, flags in RULES if to == "-")
    for pattern, to, flags in RULES:
        found = re.search(pattern, path)
        if found and to != "-":
            assert flags == "R=303,L"
            put: str = to.replace("%{ENV:TWITCHKG}", "").replace(
                "$1", found[1] if "$1" in to else ""
            )
            assert host.startswith("https://")
            return put
    raise AssertionError(path)


def test_every_iri_leads_to_a_path_that_the_server_answers(kg: KnowledgeGraph) -> None:
    rows = kg.query(f'SELECT DISTINCT ?s {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{ONTOLOGY}")) }}')
    iris = {str(row["s"]).partition("#")[0] for row in rows} | {f"{ONTOLOGY}/0.1.0"}
    assert len(iris) > 5000
    routes = [re.compile(pattern) for pattern, _ in (*linked.ROUTES, *description.ROUTES)]
    for iri in iris:
        path = iri.removeprefix(ONTOLOGY).removeprefix("/")
        assert target(path) == ("/" + path if path else "/ontology")
        assert any(route.fullmatch(target(path)) for route in routes), iri


def test_versions_and_endings_are_kept() -> None:
    assert target("0.1.0") == target("0.1.0/") == "/0.1.0"
    assert target("0.1.0.ttl") == "/0.1.0.ttl"
    assert target("id/caffeine.nt") == "/id/caffeine.nt"
