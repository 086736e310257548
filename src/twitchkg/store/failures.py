"""What the engine says of a text that does not parse, in words for people."""

from __future__ import annotations

import re

from twitchkg import sparql
from twitchkg.errors import QuerySyntaxError
from twitchkg.namespaces import PREFIXES


def syntax_error(text: str, message: str) -> QuerySyntaxError:
    """The engine's message in few words: where, what stands there, what was expected."""
    declared = sparql.declared_prefixes(text)
    for prefix, local, position in sparql.names(text):
        if prefix not in declared and prefix not in PREFIXES:
            return _unknown_prefix(text, prefix, local, position)
    match = re.match(r"error at (\d+):(\d+): expected (.*)", message, re.DOTALL)
    if not match:
        return QuerySyntaxError(f"The query does not parse: {' '.join(message.split())}.")
    line, column = int(match[1]), int(match[2])
    lines = text.split("\n")
    rest = lines[line - 1][column - 1 :].split() if line <= len(lines) else []
    at_end = not rest and not "".join(lines[line:]).strip()
    found = "the end of the query" if at_end else f"'{rest[0]}'" if rest else "the end of the line"
    if "IRI parsing failed" in match[3]:
        return QuerySyntaxError(
            f"The query does not parse at line {line}, column {column}, before {found}: what ends "
            "there is no IRI.",
            line,
            column,
        )
    # Character classes of the engine's grammar tell a reader nothing; tokens and keywords do.
    expected = re.findall(r'"([^"\s]+)"|\b([A-Za-z]{3,})\b(?![^\[]*\])', match[3])
    wanted = {a or b for a, b in expected} - {"one", "expected"}
    if {"?", "$"} <= wanted:  # the many ways to begin a term
        wanted = {word for word in wanted if word.isupper()} | {"a variable, IRI or literal"}
    ordered = sorted(wanted, key=lambda word: (" " not in word, word))
    hint = f"expected {' or '.join(ordered[:6])}{' ...' if len(ordered) > 6 else ''}"
    return QuerySyntaxError(
        f"The query does not parse at line {line}, column {column}, before {found}"
        f"{': ' + hint if wanted else ''}.",
        line,
        column,
    )


def _unknown_prefix(text: str, prefix: str, local: str, position: int) -> QuerySyntaxError:
    from difflib import get_close_matches

    line = text.count("\n", 0, position) + 1
    column = position - text.rfind("\n", 0, position)
    lower = {known.lower(): known for known in PREFIXES}
    near = [lower[name] for name in get_close_matches(prefix.lower(), lower, n=1, cutoff=0.4)]
    hint = f"Did you mean '{near[0]}:{local}'?" if near else "Declare it with PREFIX."
    return QuerySyntaxError(
        f"Unknown prefix '{prefix}:' at line {line}, column {column}. {hint}", line, column
    )
