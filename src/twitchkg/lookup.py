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
    from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
    from typing import NamedTuple, TypeVar

    from twitchkg.claims import Queryable

    _Class = TypeVar("_Class", bound=Hashable)
    # Entity, name, rank, kind, normalised name, its stems, and the entity's label.
    _Name = tuple[str, str, int, str, str, str, str]
    # The words of names with where these stand, the name that stands somewhere, and all of them.
    _Read = tuple[dict[str, str], Callable[[int], _Name], Callable[[], Iterable[_Name]]]

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
_INDEX = "index-2"  # the kept index: raise the number when its form or what is in it changes
_SAME = "="  # a cell of the kept index that is as the one that it is made from
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

    A search reads the vocabulary, and of the names only those that have a word which comes near.

    :param store: what to read them from.
    """

    __slots__ = ("_every", "_has_all_labels", "_labels", "_name", "_read", "_words")

    def __init__(self, store: Queryable) -> None:
        self._begin(lambda: _listed(list(_names(store))))

    @classmethod
    def bundled(cls, opened: Callable[[], Queryable]) -> Index:
        """The index of the bundled graph, from the user's cache where it is kept there.

        :param opened: gives the graph, should the index have to be made.
        """
        index = cls.__new__(cls)
        index._begin(lambda: _kept(opened))
        return index

    def _begin(self, read: Callable[[], _Read]) -> None:
        self._read: Callable[[], _Read] | None = read
        self._words: dict[str, str] = {}
        self._labels: dict[str, str] = {}  # of the entities whose names were looked up
        self._has_all_labels = False

    def _fill(self) -> None:
        if self._read is not None:
            self._words, self._name, self._every = self._read()
            self._read = None

    def _with(self, word: str) -> set[int]:
        """Where the names stand that have a word."""
        return set(map(int, self._words.get(word, "").split()))

    def kinds(self) -> dict[str, str]:
        """For each entity the label of its most specific class."""
        self._fill()
        return {name[0]: name[3] for name in self._every()}

    def labels(self, iris: Iterable[str]) -> dict[str, str] | None:
        """The labels of some entities, or ``None`` where one of them is no entity with a label."""
        wanted = set(iris)
        if not wanted <= self._labels.keys() and not self._has_all_labels:
            self._fill()
            self._labels = {name[0]: name[6] for name in self._every()}
            self._has_all_labels = True
        found = {iri: self._labels.get(iri, "") for iri in wanted}
        return found if all(found.values()) else None

    def exact(self, text: str) -> dict[str, str]:
        """The entities of that very name with their labels; a label comes before other names."""
        self._fill()
        wanted = normalised(text)
        places = [self._with(stem(word)) for word in wanted.split()]
        by_place: dict[int, dict[str, str]] = {}
        for at in sorted(set.intersection(*places)) if places else ():
            iri, _, place, _, plain, _, label = self._name(at)
            if plain == wanted:
                by_place.setdefault(place, {})[iri] = label or compact(iri)
        return by_place[min(by_place)] if by_place else {}

    def mentions(self, text: str) -> list[str]:
        """The entities whose names stand in a text, in order; of two that overlap, the longer.

        Word endings are forgiven, typing errors are not.
        """
        self._fill()
        known: dict[tuple[str, ...], str] = {}
        for iri, _, _, _, _, stems, _ in sorted(
            self._every(), key=lambda name: (name[2], name[:2])
        ):
            known.setdefault(tuple(stems.split()), iri)
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
        near = {word: _nearness(word, self._words) for word in words}
        # A name without a word that comes near one of these scores nothing.
        hit = {token for found in near.values() for token in found}
        names = [self._name(at) for at in sorted(set().union(*map(self._with, hit)))]
        scores = _scores(words, {name[5] for name in names}, near)
        best: dict[str, tuple[float, int, str, _Name]] = {}
        for name in names:
            iri, place, label, score = name[0], name[2], name[6], scores[name[5]]
            if score >= _POOR and (iri not in best or (-score, place) < best[iri][:2]):
                best[iri] = (-score, place, label, name)
        ordered = sorted(best.values(), key=lambda found: (found[:3], found[3][0]))[:limit]
        self._labels |= {name[0]: name[6] for *_, name in ordered}
        return [
            Match(Iri(name[0]), label or name[1], name[1], name[3], round(-negative, 3))
            for negative, _, label, name in ordered
        ]


def _listed(names: list[_Name]) -> _Read:
    """Names in memory, found by their number."""
    words: dict[str, list[str]] = {}
    for number, name in enumerate(names):
        for word in set(name[5].split()):
            words.setdefault(word, []).append(str(number))
    joined = {word: " ".join(numbers) for word, numbers in words.items()}
    return joined, names.__getitem__, lambda: names


def _kept(opened: Callable[[], Queryable]) -> _Read:
    """The names of the bundled graph as they are kept in the cache, or from the graph itself."""
    from twitchkg import cache

    body = cache.read(_INDEX)
    if body is not None:
        return _parsed(body)
    names = list(_names(opened()))
    if not any(_has_marks(cell) for name in names for cell in name if isinstance(cell, str)):
        cache.keep(_INDEX, _packed(names))
    return _listed(names)


def _has_marks(cell: str) -> bool:
    """Whether a cell has what the kept form sets cells apart with."""
    return cell == _SAME or "\t" in cell or "\n" in cell


def _packed(names: Iterable[_Name]) -> bytes:
    """The form that is kept: words with the offsets of the names that have them, then the names.

    So a search splits the short part only, and looks up the few names that it needs.
    """
    words: dict[str, list[str]] = {}
    lines = []
    offset = 0
    for iri, label, place, kind, plain, stems, main in names:
        cells = (
            *(iri.removeprefix(TWD), label, str(place), kind),
            _SAME if plain == label else plain,
            _SAME if stems == plain else stems,
            _SAME if main == label else main,
        )
        lines.append(("\t".join(cells) + "\n").encode("utf-8"))
        for word in set(stems.split()):
            words.setdefault(word, []).append(str(offset))
        offset += len(lines[-1])
    vocabulary = [f"{word}\t{' '.join(found)}\n" for word, found in sorted(words.items())]
    return b"".join(("".join(vocabulary).encode("utf-8"), b"\n", *lines))


def _parsed(body: bytes) -> _Read:
    """The names in the form that is kept, found by their offset."""
    end = body.index(b"\n\n")
    first = end + 2

    def name(at: int) -> _Name:
        line = body[first + at : body.index(b"\n", first + at)].decode("utf-8")
        slug, label, place, kind, plain, stems, main = line.split("\t")
        plain = label if plain == _SAME else plain
        stems = plain if stems == _SAME else stems
        main = label if main == _SAME else main
        return slug if ":" in slug else TWD + slug, label, int(place), kind, plain, stems, main

    def every() -> Iterator[_Name]:
        at = 0
        while first + at < len(body):
            yield name(at)
            at = body.index(b"\n", first + at) + 1 - first

    words = dict(line.split("\t") for line in body[:end].decode("utf-8").split("\n"))
    return words, name, every


def _names(store: Queryable) -> Iterator[_Name]:
    """Each name of an entity once, sorted by entity."""
    rank = {"label": 0, "altLabel": 1, "hiddenLabel": 2}
    kind_of = kinds(store)
    seen: set[tuple[str, str]] = set()
    labels: dict[str, str] = {}
    for iri, property_, label in sorted(tuple(map(str, row)) for row in store.query(_LABELS)):
        if iri not in kind_of or (iri, label) in seen:
            continue
        seen.add((iri, label))
        place = rank[property_.replace("#", "/").rpartition("/")[2]]
        if place == 0:  # labels come before the other names of an entity
            labels.setdefault(iri, label)
        plain = normalised(label)
        stems = " ".join([stem(word) for word in plain.split()])
        yield iri, label, place, kind_of[iri], plain, stems, labels.get(iri, "")


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


def _nearness(word: str, vocabulary: Iterable[str]) -> dict[str, float]:
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


def _spoken(words: list[str], tokens: Sequence[str], near: dict[str, dict[str, float]]) -> set[str]:
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


def _scores(
    words: list[str], names: set[str], near: dict[str, dict[str, float]]
) -> dict[str, float]:
    """How well each name, given as its stems, matches the words looked for, from 0 to 1."""
    counts = _STOP.union(*near.values())
    # What else a name says does not matter, so that many names come to the same.
    tokens = {name: tuple([t if t in counts else "" for t in name.split()]) for name in names}
    distinct = set(tokens.values())
    spoken = {one: frozenset(_spoken(words, one, near)) for one in distinct}
    longest = _maximal(spoken.values())
    scores = {one: _score(words, one, near) for one in distinct}
    for one, said in spoken.items():
        if said in longest:
            # A phrase that names several things names each of them in full.
            scores[one] = max(scores[one], 0.7 + 0.25 * len(said) / len(words))
    return {name: scores[one] for name, one in tokens.items()}


def _score(words: list[str], tokens: Sequence[str], near: dict[str, dict[str, float]]) -> float:
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
        [(iri, label)] = exact.items()
        return Match(Iri(iri), label, text, "", 1.0)
    if exact:
        listed = tuple(f"{label} ({compact(iri)})" for iri, label in exact.items())
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
