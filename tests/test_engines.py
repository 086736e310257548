"""The engines that other tests use: each starts, takes an update, and is gone afterwards."""

from __future__ import annotations

import contextlib
import json
import os
import urllib.parse
import urllib.request
from collections.abc import Callable

import engines
import pytest

INSERT = "INSERT DATA { GRAPH <urn:test:g> { <urn:test:s> <urn:test:p> 'o' } }"
ENGINES = {
    "virtuoso": engines.virtuoso,
    "rdflib-endpoint": engines.rdflib_endpoint,
    "rdflib-endpoint-union": lambda: engines.rdflib_endpoint(union=True),
}
Start = Callable[[], contextlib.AbstractContextManager[engines.Engine]]


def opener(engine: engines.Engine) -> urllib.request.OpenerDirector:
    """An opener that knows the engine's credentials."""
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    if engine.user and engine.password:
        passwords.add_password(None, engine.update_url, engine.user, engine.password)
    return urllib.request.build_opener(urllib.request.HTTPDigestAuthHandler(passwords))


def found(engine: engines.Engine, pattern: str) -> int:
    """How often a pattern matches; Virtuoso 7.2.5 answers ASK with rows, hence not ASK."""
    query = urllib.parse.quote(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    request = urllib.request.Request(
        f"{engine.query_url}?query={query}", headers={"Accept": "application/sparql-results+json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return int(json.load(answer)["results"]["bindings"][0]["n"]["value"])


@pytest.mark.parametrize("start", ENGINES.values(), ids=ENGINES)
def test_an_engine_takes_an_update_and_is_gone_afterwards(start: Start) -> None:
    with start() as engine:
        form = urllib.parse.urlencode({"update": INSERT}).encode()
        with opener(engine).open(engine.update_url, form, timeout=30) as answer:
            assert answer.status in (200, 204)
        assert found(engine, "GRAPH <urn:test:g> { <urn:test:s> <urn:test:p> ?o }") == 1
        assert bool(found(engine, "<urn:test:s> <urn:test:p> ?o")) is engine.union
        os.kill(engine.process, 0)
    with pytest.raises(OSError, match="refused"):
        found(engine, "?s ?p ?o")
    with pytest.raises(ProcessLookupError):
        os.kill(engine.process, 0)
