"""Which claims stand behind the rows of an answer."""

from __future__ import annotations

import re
from itertools import permutations
from typing import TYPE_CHECKING

from twitchkg import sparql
from twitchkg.namespaces import TWK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from twitchkg.claims import Queryable

_AGGREGATES = frozenset(("COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"))
_MOST = 200  # solutions of a yes that are looked at
COLUMN = "claimsBehindTheRow"
"""The column that :func:`with_claims` adds."""

_IRI = re.compile(r"<([^<>\s]+)>")
_CLAIMS = """
SELECT ?claim ?subject ?predicate ?object
WHERE { ?claim a twk:Claim ; twk:subject ?subject ; twk:predicate ?predicate .
  OPTIONAL { ?claim twk:object ?object } }
"""
_RESTING = """
SELECT ?node ?claim
WHERE {
  ?node twk:hasClaim|twk:involvesClaim|twk:judges|twk:restsOn|(twk:restsOn/twk:hasClaim) ?claim .
  ?claim a twk:Claim .
}
"""


def with_claims(text: str) -> str | None:
    """A query with one column more: the claim of each row, or the claims it was counted from.

    :param text: the query, with its parameters bound.
    :returns: ``None`` where the query binds no ``?claim`` that a row could show.
    """
    depth, where, groups, claim, bound, distinct = 0, -1, False, False, False, False
    inner = 0  # the depth of a subselect, of which only what it selects is seen outside
    selects, expressions = False, 0
    previous = ""
    for kind, token, position in sparql.tokens(text):
        word = token.upper() if kind == "word" else ""
        if token in ("{", "}"):
            depth += 1 if token == "{" else -1
            inner = inner if depth >= inner else 0
            selects = False
        elif depth > 0 and word == "SELECT" and not inner:
            selects, inner = True, depth
        elif selects and token in ("(", ")"):
            expressions += 1 if token == "(" else -1
        elif depth == 0 and word == "WHERE" and where < 0:
            where = position
        elif depth == 0 and word == "BY" and previous == "GROUP":
            groups = True
        elif depth == 0 and word == "DISTINCT" and previous == "SELECT":
            distinct = True
        elif token == "?claim" and (not inner or (selects and not expressions)):
            claim = True
            bound = bound or (depth == 1 and where >= 0)
        previous = word
    if where < 0:
        return None
    if claim and (groups or _counts(text[:where])):
        added = f'(GROUP_CONCAT(DISTINCT STR(?claim); SEPARATOR=" ") AS ?{COLUMN}) '
    elif bound and not groups and not distinct:  # with DISTINCT a column more may be a row more
        added = f"(STR(?claim) AS ?{COLUMN}) "
    else:
        return None
    return text[:where] + added + text[where:]


def _counts(selected: str) -> bool:
    """Whether a query makes one row of all that it finds."""
    return any(
        kind == "word" and token.upper() in _AGGREGATES
        for kind, token, _ in sparql.tokens(selected)
    )


def solutions(text: str) -> str | None:
    """A query for what an ASK found, so that its claims can be told.

    :param text: the query.
    :returns: ``None`` where it is no ASK.
    """
    if sparql.form(text) != "ASK":
        return None
    for kind, token, position in sparql.tokens(text):
        if kind == "word" and token.upper() == "ASK":
            rest = text[position + len(token) :]
            return f"{text[:position]}SELECT * {{ {{ SELECT * {rest}\n}} }} LIMIT {_MOST}"
    return None


class Behind:
    """The claims of a store, by what they relate and by what rests on them.

    :param store: what to read them from.
    """

    def __init__(self, store: Queryable) -> None:
        self._relating: dict[tuple[str, str], list[str]] = {}
        self._predicate: dict[str, str] = {}
        self._naming: dict[str, list[str]] = {}
        self._resting: dict[str, list[str]] = {}
        self.outlooks: set[str] = set()
        """The claims that call something harmless or serious, and what they call it."""
        self._claims: set[str] = set()
        rows = sorted(tuple(map(str, row)) for row in store.query(_CLAIMS))
        for claim, subject, predicate, object_ in rows:
            self._claims.add(claim)
            self._predicate[claim] = predicate
            self._relating.setdefault((subject, object_), []).append(claim)
            for named in dict.fromkeys((subject, object_)):
                self._naming.setdefault(named, []).append(claim)
            if predicate == TWK + "hasPrognosis":
                self.outlooks |= {claim, object_}
        for node, claim in sorted((str(row[0]), str(row[1])) for row in store.query(_RESTING)):
            self._resting.setdefault(node, []).append(claim)

    def under(self, iris: Iterable[str]) -> list[str]:
        """The claims that stand among some IRIs, or on which what they name rests."""
        named = list(dict.fromkeys(iris))
        found = [iri for iri in named if iri in self._claims]
        found += [claim for iri in named for claim in self._resting.get(iri, ())]
        return list(dict.fromkeys(found))

    def of(self, iris: Iterable[str]) -> list[str]:
        """The claims that a row names, on which what it names rests, or that relate two of it."""
        named = list(dict.fromkeys(iris))
        found = self.under(named)
        if not found:
            pairs = permutations(named, 2)
            found = [claim for pair in pairs for claim in self._relating.get(pair, ())]
        return list(dict.fromkeys(found))

    def agreeing(self, iris: Iterable[str]) -> list[str]:
        """The claims behind a yes: as :meth:`of`, but the predicate has to be among the names too.

        :param iris: what the query and one of its solutions name.
        """
        named = list(dict.fromkeys(iris))
        related = (claim for claim in self.of(named) if self._predicate[claim] in named)
        return self.under(named) or list(related)

    def among(self, lines: Iterable[str]) -> list[str]:
        """The claims that lines of N-Triples name."""
        found = (iri for line in lines for iri in _IRI.findall(line))
        return list(dict.fromkeys(iri for iri in found if iri in self._claims))

    def naming(self, iri: str) -> list[str]:
        """The claims of which an entity is subject or object."""
        return self._naming.get(iri, [])
