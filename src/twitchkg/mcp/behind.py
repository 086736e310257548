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
    previous = ""
    for kind, token, position in sparql.tokens(text):
        word = token.upper() if kind == "word" else ""
        if token in ("{", "}"):
            depth += 1 if token == "{" else -1
        elif depth == 0 and word == "WHERE" and where < 0:
            where = position
        elif depth == 0 and word == "BY" and previous == "GROUP":
            groups = True
        elif depth == 0 and word == "DISTINCT":
            distinct = True
        elif token == "?claim":
            claim = True
            bound = bound or (depth == 1 and where >= 0)
        previous = word
    if where < 0:
        return None
    if groups and claim:
        added = f'(GROUP_CONCAT(DISTINCT STR(?claim); SEPARATOR=" ") AS ?{COLUMN}) '
    elif bound and not groups and not distinct:  # with DISTINCT a column more may be a row more
        added = f"(STR(?claim) AS ?{COLUMN}) "
    else:
        return None
    return text[:where] + added + text[where:]


class Behind:
    """The claims of a store, by what they relate and by what rests on them.

    :param store: what to read them from.
    """

    def __init__(self, store: Queryable) -> None:
        self._relating: dict[tuple[str, str], list[str]] = {}
        self._naming: dict[str, list[str]] = {}
        self._resting: dict[str, list[str]] = {}
        self.outlooks: set[str] = set()
        """The claims that call something harmless or serious, and what they call it."""
        self._claims: set[str] = set()
        rows = sorted(tuple(map(str, row)) for row in store.query(_CLAIMS))
        for claim, subject, predicate, object_ in rows:
            self._claims.add(claim)
            self._relating.setdefault((subject, object_), []).append(claim)
            for named in dict.fromkeys((subject, object_)):
                self._naming.setdefault(named, []).append(claim)
            if predicate == TWK + "hasPrognosis":
                self.outlooks |= {claim, object_}
        for node, claim in sorted((str(row[0]), str(row[1])) for row in store.query(_RESTING)):
            self._resting.setdefault(node, []).append(claim)

    def of(self, iris: Iterable[str]) -> list[str]:
        """The claims that a row names, on which what it names rests, or that relate two of it."""
        named = list(dict.fromkeys(iris))
        found = [iri for iri in named if iri in self._claims]
        found += [claim for iri in named for claim in self._resting.get(iri, ())]
        if not found:
            pairs = permutations(named, 2)
            found = [claim for pair in pairs for claim in self._relating.get(pair, ())]
        return list(dict.fromkeys(found))

    def among(self, lines: Iterable[str]) -> list[str]:
        """The claims that lines of N-Triples name."""
        found = (iri for line in lines for iri in _IRI.findall(line))
        return list(dict.fromkeys(iri for iri in found if iri in self._claims))

    def naming(self, iri: str) -> list[str]:
        """The claims of which an entity is subject or object."""
        return self._naming.get(iri, [])
