"""What is told from the text of a query without parsing it."""

from __future__ import annotations

import pytest

from twitchkg import catalogue, sparql, store
from twitchkg.errors import QuerySyntaxError
from twitchkg.namespaces import BASE, TWD, TWK
from twitchkg.terms import Term


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("select * {}", "SELECT"),
        ("  SELECT\n?s {}", "SELECT"),
        ("# SELECT\nASK {}", "ASK"),
        ("PREFIX a: <b:>\nprefix : <c:> # x\n# y\n\nDESCRIBE a:b", "DESCRIBE"),
        ("PREFIX a: <b:> SELECT *", "SELECT"),
        ("BASE <b:>\nSELECT *", "SELECT"),
        ("PREFIX a: <b:>\nCLEAR ALL", "CLEAR"),
        ("PREFIX a: <b:>\neyelid", "UNKNOWN"),
        ("PREFIX eyelid", "UNKNOWN"),
        ("PREFIX a: <b> c>\nSELECT *", "UNKNOWN"),
        ("select:this", None),
        ("eyelid twitching", None),
        ("# eyelid", None),
        ("", None),
    ],
)
def test_form(text: str, form: str | None) -> None:
    assert sparql.form(text) == form


def test_own_iris_of_every_query() -> None:
    """The cheap way to find names finds all that the exact one finds."""
    for query in catalogue.all_queries():
        body = "\n".join(
            line for line in query.text.splitlines() if not line.startswith(("PREFIX", "#"))
        )
        exact = {iri for iri in sparql.iris(body) if iri.startswith(BASE)}
        assert exact
        assert exact <= set(sparql.own_iris(body)), query.name


@pytest.mark.parametrize(
    "text",
    [
        "ASK { twd:a twk:b/twk:c+|^twk:d <https://w3id.org/twitchkg/id/e>. twd:f.g a twk:h}",
        "PREFIX mine: <https://w3id.org/twitchkg/id/> ASK { mine:a ?p twk:b\\-c }",
        'ASK { ?s ?p "twd:a" , twd:b # twd:c\n}',
    ],
)
def test_own_iris(text: str) -> None:
    exact = {iri for iri in sparql.iris(text) if iri.startswith((TWD, TWK))}
    assert exact <= set(sparql.own_iris(text))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?a WHERE " + "{" * 20_000 + "?a ?b ?c" + "}" * 20_000,
        "SELECT ?a WHERE { ?a ?b ?c FILTER(" + "(" * 20_000 + "true" + ")" * 20_000 + ") }",
        "SELECT ?a WHERE { ?a ?b ?c FILTER(" + "!" * 20_000 + "true) }",
        "SELECT ?a WHERE { ?a ?b ?c FILTER(" + "true || " * 20_000 + "true) }",
        "SELECT ?a WHERE { ?a ?b ?c " + "FILTER(true) " * 20_000 + "}",
        "SELECT ?a WHERE { " + "".join(f"BIND(1 AS ?v{n}) " for n in range(5000)) + "}",
        "SELECT ?a WHERE { ?a ?b ?c " + "MINUS { ?a <urn:q> ?d } " * 5000 + "}",
    ],
    ids=["groups", "brackets", "not", "or", "filters", "bindings", "minus"],
)
def test_what_would_take_the_process_down_is_refused(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="Make it simpler"):
        store.of_triples([]).query(text)


def test_long_lists_are_not_nested() -> None:
    opened = store.of_triples([])
    for text in (
        "SELECT ?a { VALUES ?a { " + "1 " * 20_000 + "} }",
        "ASK { FILTER(1 IN (" + "1, " * 20_000 + "1)) }",
    ):
        assert opened.query(text)


def test_a_comment_ends_at_a_carriage_return() -> None:
    assert sparql.form("# why\rSELECT ?a WHERE { }") == "SELECT"
    assert sparql.bind("# why\rSELECT ?a WHERE { }", {"a": Term.integer(1)}).count("VALUES") == 1
