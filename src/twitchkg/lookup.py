"""Finding entities by what people call them."""

from __future__ import annotations

import warnings
from collections import namedtuple
from contextlib import suppress

from twitchkg.errors import (
    AmbiguousNameError,
    QueryFailedError,
    QuerySyntaxError,
    TwitchkgWarning,
    UnknownNameError,
)
from twitchkg.namespaces import DCTERMS, OWL, RDFS, SKOS, TWD, TWK, compact, expand
from twitchkg.terms import Iri, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
    from typing import NamedTuple, TypeVar

    from twitchkg.claims import Queryable

    _Class = TypeVar("_Class", bound=Hashable)
    _Name = tuple[str, str, int, str, str, list[str]]

    class Match(NamedTuple):
        """An entity that a search found: the label that matched, its kind and how well."""

        iri: Iri
        label: str
        matched: str
        kind: str
        score: float

else:
    Match = namedtuple("Match", "iri label matched kind score")

# Sorted here and not by the engine, whose ORDER BY takes ten times as long as the rest.
_CLASSES = f"""
SELECT ?class ?above ?label
WHERE {{ ?class <{RDFS}subClassOf> ?above OPTIONAL {{ ?class <{RDFS}label> ?label }} }}
"""
_TYPES = f"""
SELECT ?entity ?class
WHERE {{
  ?entity <{RDFS}label> ?label ; a ?class .
  FILTER NOT EXISTS {{ ?class <{OWL}equivalentClass> ?definition }}
}}
"""
_LABELS = f"""
SELECT ?entity ?property ?label
WHERE {{
  VALUES ?property {{ <{RDFS}label> <{SKOS}altLabel> <{SKOS}hiddenLabel> }}
  ?entity ?property ?label .
}}
"""
_MATCHES = ("exactMatch", "closeMatch", "narrowMatch", "broadMatch", "relatedMatch")
_MAPPED = f"""
SELECT ?entity ?property ?label
WHERE {{{{
  VALUES ?property {{{{ {" ".join(f"<{SKOS}{name}>" for name in _MATCHES)} }}}}
  ?entity ?property {{0}} ; <{RDFS}label> ?label .
  FILTER(LANG(?label) = "en")
  FILTER EXISTS {{{{ ?entity a/rdfs:subClassOf* twk:Entity }}}}
}}}}
"""
_INDEX = "index-1"  # the kept index: raise the number when its form or what is in it changes
SURE = 0.85
"""From this score on, one best match alone is taken for what was meant."""
_POOR = 0.5  # matches below this score are not shown
_STOP = frozenset(
    "a an and are at by can do for from i in is it me my of on or the to with".split()
)


def normalised(text: str) -> str:
    """The text in lower case, without accents, with spaces for everything but letters and digits.

    >>> normalised("Creutzfeldt–Jakob")
    'creutzfeldt jakob'
    """
    if text.isascii():
        return " ".join("".join([c if c.isalnum() else " " for c in text.lower()]).split())
    import unicodedata

    plain = unicodedata.normalize("NFKD", text.casefold())
    kept = (c if c.isalnum() else "" if unicodedata.combining(c) else " " for c in plain)
    return " ".join("".join(kept).split())


def stem(word: str) -> str:
    """The word without the endings that matter little for finding it.

    >>> stem("twitches"), stem("twitching"), stem("legs"), stem("headaches"), stem("bus")
    ('twitch', 'twitch', 'leg', 'headache', 'bus')
    """
    if len(word) > 5 and word.endswith("ing"):
        word = word[:-3]
        return (
            word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls" else word
        )
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 6 and word.endswith("aches") and word[-6] not in "eo":
        return word[:-1]  # headaches, not peaches
    if len(word) > 4 and word.endswith(("ches", "shes", "xes", "sses")):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Index:
    """The names of all entities of a store, read when first searched.

    :param store: what to read them from.
    """

    __slots__ = ("_entries", "_labels", "_names", "_source", "_stems")

    def __init__(self, store: Queryable) -> None:
        self._source: Callable[[], Iterable[_Name]] | None = lambda: _names(store)
        self._entries: dict[tuple[str, str], tuple[int, str]] = {}
        self._names: dict[tuple[str, str], str] = {}
        self._stems: dict[tuple[str, str], list[str]] = {}
        self._labels: dict[str, str] = {}

    @classmethod
    def bundled(cls, opened: Callable[[], Queryable]) -> Index:
        """The index of the bundled graph, from the user's cache where it is kept there.

        :param opened: gives the graph, should the index have to be made.
        """
        index = cls.__new__(cls)
        index._source = lambda: _kept(opened)
        index._entries, index._names, index._stems, index._labels = {}, {}, {}, {}
        return index

    def _fill(self) -> None:
        if self._source is None:
            return
        for iri, label, place, kind, plain, stems in self._source():
            key = iri, label
            if key not in self._entries:
                self._entries[key] = place, kind
                self._names[key] = plain
                self._stems[key] = stems
            if place == 0:
                self._labels.setdefault(iri, label)
        self._source = None

    def label(self, iri: str) -> str:
        """The label of an entity, or its CURIE where it has none."""
        self._fill()
        return self._labels.get(iri) or compact(iri)

    def kinds(self) -> dict[str, str]:
        """For each entity the label of its most specific class."""
        self._fill()
        return {iri: kind for (iri, _), (_, kind) in self._entries.items()}

    def labels(self, iris: Iterable[str]) -> dict[str, str] | None:
        """The labels of some entities, or ``None`` where one of them is no entity with a label."""
        self._fill()
        found = {iri: self._labels.get(iri, "") for iri in iris}
        return found if all(found.values()) else None

    def exact(self, text: str) -> list[str]:
        """The entities of that very name; a label comes before other names."""
        self._fill()
        wanted = normalised(text)
        by_place: dict[int, set[str]] = {}
        for key, name in self._names.items():
            if name == wanted:
                by_place.setdefault(self._entries[key][0], set()).add(key[0])
        return sorted(by_place[min(by_place)]) if by_place else []

    def mentions(self, text: str) -> list[str]:
        """The entities whose names stand in a text, in order; of two that overlap, the longer.

        Word endings are forgiven, typing errors are not.
        """
        self._fill()
        known: dict[tuple[str, ...], str] = {}
        for (iri, label), (_, _) in sorted(self._entries.items(), key=lambda e: (e[1][0], e[0])):
            known.setdefault(tuple(self._stems[iri, label]), iri)
        longest = max(map(len, known), default=0)
        words = [stem(word) for word in normalised(text).split()]
        found: list[str] = []
        place = 0
        while place < len(words):
            for length in range(min(longest, len(words) - place), 0, -1):
                entity = known.get(tuple(words[place : place + length]))
                if entity is not None:
                    found.append(entity)
                    place += length - 1
                    break
            place += 1
        return list(dict.fromkeys(found))

    def search(self, text: str, limit: int = 10) -> list[Match]:
        """The entities whose names come nearest, best first.

        Word endings, word order and typing errors are forgiven.

        :param text: words as people say them.
        :param limit: how many matches at most.
        """
        self._fill()
        words = [stem(w) for w in normalised(text).split() if w not in _STOP]
        words = words or [stem(w) for w in normalised(text).split()]
        if not words:
            return []
        vocabulary = {token for tokens in self._stems.values() for token in tokens}
        near = {word: _nearness(word, vocabulary) for word in words}
        hit = {token for found in near.values() for token in found}
        # A name without a word that comes near one of these scores nothing.
        known = {key: tokens for key, tokens in self._stems.items() if not hit.isdisjoint(tokens)}
        spoken = {key: frozenset(_spoken(words, tokens, near)) for key, tokens in known.items()}
        longest = _maximal(spoken.values())
        best: dict[str, tuple[float, int, str, str]] = {}
        for (iri, label), tokens in known.items():
            score = _score(words, tokens, near)
            if spoken[iri, label] in longest:
                # A phrase that names several things names each of them in full.
                score = max(score, 0.7 + 0.25 * len(spoken[iri, label]) / len(words))
            place, kind = self._entries[iri, label]
            if score >= _POOR and (-score, place) < best.get(iri, (1, 0, "", ""))[:2]:
                best[iri] = (-score, place, label, kind)
        ordered = sorted(
            best.items(), key=lambda item: (item[1][:2], self._labels.get(item[0], ""))
        )
        return [
            Match(Iri(iri), self._labels.get(iri, label), label, kind, round(-negative, 3))
            for iri, (negative, _, label, kind) in ordered[:limit]
        ]


def _kept(opened: Callable[[], Queryable]) -> Iterable[_Name]:
    """The names of the bundled graph as they are kept in the cache, or from the graph itself."""
    from twitchkg import cache

    text = cache.read(_INDEX)
    if text is not None:
        lines = [line.split("\t") for line in text.split("\n")]
        return [(a, b, int(c), d, e, f.split()) for a, b, c, d, e, f in lines]
    names = list(_names(opened()))
    cells = [(*name[:2], str(name[2]), *name[3:5], " ".join(name[5])) for name in names]
    if not any("\t" in cell or "\n" in cell for row in cells for cell in row):
        cache.keep(_INDEX, "\n".join(map("\t".join, cells)))
    return names


def _names(store: Queryable) -> Iterator[_Name]:
    """Entity, name, rank, kind, normalised name and its stems, for every name of an entity."""
    rank = {"label": 0, "altLabel": 1, "hiddenLabel": 2}
    kind_of = kinds(store)
    for iri, property_, label in sorted(tuple(map(str, row)) for row in store.query(_LABELS)):
        if iri in kind_of:
            plain = normalised(label)
            stems = [stem(word) for word in plain.split()]
            place = rank[property_.replace("#", "/").rpartition("/")[2]]
            yield iri, label, place, kind_of[iri], plain, stems


def ancestry(parents: Mapping[_Class, Iterable[_Class]]) -> Callable[[_Class], set[_Class]]:
    """What finds all that stand above something, by what stands right above each.

    >>> sorted(ancestry({"c": ["b"], "b": ["a"]})("c"))
    ['a', 'b']
    """
    higher: dict[_Class, set[_Class]] = {}

    def ancestors(name: _Class) -> set[_Class]:
        if name not in higher:
            higher[name] = set()  # ends a circle, should there be one
            for parent in parents.get(name, ()):
                higher[name] |= {parent} | ancestors(parent)
        return higher[name]

    return ancestors


def kinds(store: Queryable) -> dict[str, str]:
    """For each entity the label of its most specific class; things that are none are left out."""
    above: dict[str, set[str]] = {}
    names: dict[str, str] = {}
    for name, parent, label in sorted(tuple(map(str, row)) for row in store.query(_CLASSES)):
        above.setdefault(name, set()).add(parent)
        names.setdefault(name, label)
    ancestors = ancestry(above)
    root = TWK + "Entity"
    known = {name for name in {*above, root} if name == root or root in ancestors(name)}
    classes: dict[str, list[str]] = {}
    for entity, name in sorted({(str(row[0]), str(row[1])) for row in store.query(_TYPES)}):
        if name in known:
            classes.setdefault(entity, []).append(name)
    found = {}
    for entity, own in classes.items():
        general = {name for one in own for name in ancestors(one)}
        specific = next((name for name in own if name not in general), own[0])
        found[entity] = names.get(specific, "entity")
    return found


def _nearness(word: str, vocabulary: set[str]) -> dict[str, float]:
    """How near each word of the vocabulary comes to a word, where it comes near at all."""
    from difflib import SequenceMatcher

    found = {}
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(word)
    for other in vocabulary:
        if other == word:
            found[other] = 1.0
        elif len(word) > 3 and other.startswith(word):
            found[other] = 0.9
        elif len(word) > 3 and abs(len(other) - len(word)) <= 2:
            matcher.set_seq1(other)
            if matcher.real_quick_ratio() > 0.75 and matcher.quick_ratio() > 0.75:
                ratio = matcher.ratio()
                if ratio > 0.75:
                    found[other] = ratio * 0.95
    return found


def _spoken(words: list[str], tokens: list[str], near: dict[str, dict[str, float]]) -> set[str]:
    """The words of a phrase that make up a whole label, none where the label is not all there."""
    wanted = [token for token in tokens if token not in _STOP] or tokens
    found = set()
    for token in wanted:
        hits = [word for word in words if near[word].get(token, 0.0) >= SURE]
        if not hits:
            return set()
        found.update(hits[:1])
    return found


def _maximal(sets: Iterable[frozenset[str]]) -> set[frozenset[str]]:
    """The sets that are no part of a larger one."""
    distinct = {one for one in sets if one}
    return {one for one in distinct if not any(one < other for other in distinct)}


def _score(words: list[str], tokens: list[str], near: dict[str, dict[str, float]]) -> float:
    """How well the words of a label match the words looked for, from 0 to 1."""
    hits = sum(max((near[word].get(token, 0.0) for token in tokens), default=0.0) for word in words)
    spoken = [token for token in tokens if token not in _STOP] or tokens
    back = sum(max((near[word].get(token, 0.0) for word in words), default=0.0) for token in spoken)
    return (hits + back) / (len(words) + len(spoken))


def resolve(store: Queryable, text: str, index: Index | None = None) -> Match:
    """The one entity that a text means: slug, label, CURIE or IRI, typing errors forgiven.

    :raises AmbiguousNameError: if several entities have that name; the message lists them.
    :raises UnknownNameError: if none has; the message suggests the nearest.
    """
    text = text.strip()
    iri = text[1:-1] if text.startswith("<") and text.endswith(">") else text
    if not iri.startswith(("http://", "https://")) or not iri.partition("://")[2]:
        iri = expand(text) or (TWD + text if _is_slug(text) else "")
    if iri and not any(c.isspace() or c in '<>"{}|^`\\' for c in iri):
        with suppress(QuerySyntaxError, QueryFailedError):  # it is no IRI, and so no entity's
            mapped = _mapped(store, iri, text)
            if mapped is not None:
                return mapped
            label = _known(store, iri)
            if label is not None:
                return Match(Iri(iri), label, text, "", 1.0)
    index = index or Index(store)
    exact = index.exact(text)
    if len(exact) == 1:
        return Match(Iri(exact[0]), index.label(exact[0]), text, "", 1.0)
    if exact:
        listed = tuple(f"{index.label(one)} ({compact(one)})" for one in exact)
        raise AmbiguousNameError(
            f"'{text}' can be {len(exact)} entities: {', '.join(listed)}. Give one of these ids.",
            tuple(exact),
        )
    matches = index.search(text, 5)
    if matches and matches[0].score >= SURE:
        best = [match for match in matches if match.score == matches[0].score]
        if len(best) == 1:
            return best[0]
        listed = tuple(f"{match.label} ({compact(match.iri)})" for match in best)
        raise AmbiguousNameError(
            f"'{text}' can be {len(best)} entities: {', '.join(listed)}. Give one of these ids.",
            tuple(match.iri for match in best),
        )
    hint = ", ".join(f"{match.label} ({compact(match.iri)})" for match in matches[:3])
    raise UnknownNameError(
        f"No entity is named '{text}'. "
        + (f"Did you mean {hint}?" if hint else "Try 'twitchkg search' with other words."),
        tuple(match.iri for match in matches),
    )


def _is_slug(text: str) -> bool:
    """Whether a text is words of lower-case letters and digits with single hyphens between."""
    return all(
        word.isascii() and word.isalnum() and word == word.lower() for word in text.split("-")
    )


def _mapped(store: Queryable, iri: str, text: str) -> Match | None:
    """The entity that is mapped to a term of another vocabulary, by the nearest kind of mapping."""
    term = Term.iri(iri).n3()
    used = term
    for row in store.query(f"SELECT ?new WHERE {{ {term} <{DCTERMS}isReplacedBy> ?new }}"):
        used = Term.iri(str(row["new"])).n3()
        new = compact(str(row["new"]))
        warnings.warn(f"{compact(iri)} is retired; {new} took its place.", TwitchkgWarning, 2)
    nearest: list[Match] = []
    for row in store.query(_MAPPED.format(used)):
        rank = _MATCHES.index(str(row["property"]).removeprefix(SKOS))
        nearest.append(Match(Iri(str(row["entity"])), str(row["label"]), text, "", 1.0 - rank / 10))
    best = [match for match in nearest if match.score == max(m.score for m in nearest)]
    if len(best) > 1:
        listed = tuple(f"{match.label} ({compact(match.iri)})" for match in sorted(best))
        raise AmbiguousNameError(
            f"'{text}' can be {len(best)} entities: {', '.join(listed)}. Give one of these ids.",
            tuple(match.iri for match in sorted(best)),
        )
    return best[0] if best else None


def _known(store: Queryable, iri: str) -> str | None:
    """The label of something that the store knows, its CURIE where it has none, or ``None``."""
    term = Term.iri(iri).n3()
    rows = store.query(
        f"SELECT ?label WHERE {{ {term} ?property ?value "
        f"OPTIONAL {{ {term} rdfs:label ?label }} }} ORDER BY ?label LIMIT 1"
    ).rows
    return None if not rows else str(rows[0]["label"] or compact(iri))


def labels(store: Queryable, iris: Iterable[str]) -> dict[str, str]:
    """The English or untagged labels of some IRIs; those without one are left out."""
    values = " ".join(Term.iri(iri).n3() for iri in sorted(set(iris)))
    if not values:
        return {}
    rows = store.query(
        f"SELECT ?iri ?label WHERE {{ VALUES ?iri {{ {values} }} ?iri rdfs:label ?label "
        'FILTER(LANG(?label) IN ("en", "")) } ORDER BY ?iri ?label'
    )
    return {str(row["iri"]): str(row["label"]) for row in reversed(rows.rows)}


def english_labels(store: Queryable) -> dict[str, str]:
    """The English label of everything that has one; of several, the first."""
    rows = store.query(
        f'SELECT ?iri ?label WHERE {{ ?iri <{RDFS}label> ?label FILTER(LANG(?label) = "en") }}'
    )
    return dict(sorted(((str(row[0]), str(row[1])) for row in rows), reverse=True))
