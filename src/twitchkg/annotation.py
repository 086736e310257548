"""Finding the graph's entities in any text, with their places."""

from __future__ import annotations

import re
import sys
from collections import namedtuple
from itertools import accumulate

from twitchkg import lookup, negation
from twitchkg.errors import ParameterError
from twitchkg.namespaces import RDFS, SKOS
from twitchkg.terms import Iri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any, NamedTuple

    from twitchkg.claims import Queryable

    class Annotation(NamedTuple):
        """An entity in a text.

        ``start`` and ``end`` are offsets in Unicode code points of the text as given, from 0, end
        exclusive; ``text`` the words there; ``matched`` the name of the entity that they are;
        ``kind`` the label of its class; ``negated`` whether the text denies it; ``uncertain``
        whether it is named as possible, feared or asked for; ``claims`` the claims that place it
        there, where they were asked for.
        """

        start: int
        end: int
        text: str
        iri: Iri
        label: str
        matched: str
        kind: str
        negated: bool
        uncertain: bool
        claims: tuple[Iri, ...]

else:
    Annotation = namedtuple(
        "Annotation", "start end text iri label matched kind negated uncertain claims"
    )

_NAMES = f"""
SELECT ?entity ?property ?label
WHERE {{
  VALUES ?property {{ <{RDFS}label> <{SKOS}altLabel> <{SKOS}hiddenLabel> }}
  ?entity ?property ?label .
  FILTER(LANG(?label) IN ("en", ""))
}}
"""
_APART = """
SELECT DISTINCT ?entity
WHERE {
  VALUES ?above { twk:RankedValue twk:CautionKind twk:DoubtScope twk:SourceKind twk:IntakeKind
    twk:Outcome }
  ?entity a/rdfs:subClassOf* ?above
}
"""
_MARKS = "\u00ad\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# A word may hold combining marks and soft hyphens, which do not make it another word.
_SPLIT = re.compile(rf"([^\W_]+(?:[{_MARKS}]+[^\W_]*)*)")
# What may stand between two words of one name: never the end of a sentence or of a paragraph.
_WITHIN = re.compile(r"[^\S\n]*\n?[^\S\n]*(?:[-‐-―'’‘´`/][^\S\n]*\n?[^\S\n]*)?")
_BREAK = re.compile(r"[.!?;]|\n[^\S\n]*\r?\n|\n\s*[-*•–]|\n(?=\Z)|[•]")
_CUT = re.compile(r"[.!?;]|\n[^\S\n]*\n")
_PIECE = (
    1_000_000  # code points looked at together at least, so that words of long texts fill no memory
)
_REMEMBERED = 200_000  # words kept with their keys, so that hostile text fills no memory
_ENTITY = ""  # the key of a node of the trie under which the entities of that name stand


class _Name:
    """A name and the entities that have it: IRI, label, the name as given there, kind, letter case.

    ``ranked`` keeps them by the property that gives the name; the first rank that fits counts.
    """

    __slots__ = ("cased", "ranked")

    def __init__(self) -> None:
        self.ranked: list[list[tuple[Iri, str, str, str, bool]]] = [[], [], []]
        self.cased = False

    def add(self, rank: int, entity: tuple[Iri, str, str, str, bool]) -> None:
        listed = self.ranked[rank]
        if entity[4] or not any(one[0] == entity[0] and not one[4] for one in listed):
            listed.append(entity)
            self.cased |= entity[4]

    def entities(self, words: str) -> list[tuple[Iri, str, str, str, bool]]:
        """Those that words of a text may mean."""
        for listed in self.ranked:
            fitting = listed
            if self.cased:
                fitting = [one for one in listed if not one[4] or words == one[2]]
                fitting = list({one[0]: one for one in reversed(fitting)}.values())[::-1]
            if fitting:
                return fitting
        return []


class _Words(dict[str, str]):
    """What is made of each word, made once."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], str]) -> None:
        self._make = make

    def __missing__(self, word: str) -> str:
        if len(self) > _REMEMBERED:
            self.clear()
        made = self[word] = self._make(word)
        return made


class Annotator:
    """The names of a graph's entities, ready to be found in texts.

    English names are sought, and those without a language; of the entities that only describe
    claims, such as degrees of certainty, none.

    :param store: what to read the names from.
    """

    __slots__ = ("_keys", "_plain", "_trie", "names")

    def __init__(self, store: Queryable) -> None:
        kinds = lookup.kinds(store)
        apart = without_own_names(store)
        self._plain = _Words(_plain)
        self._keys = _Words(lambda word: _key(self._plain[word]))
        self._trie: dict[str, Any] = {}
        labels: dict[str, str] = {}
        names = set()
        rank = {RDFS + "label": 0, SKOS + "altLabel": 1, SKOS + "hiddenLabel": 2}
        rows = (tuple(map(str, row)) for row in store.query(_NAMES))
        for iri, property_, name in sorted(rows, key=lambda row: (rank[row[1]], row)):
            if iri not in kinds or iri in apart:
                continue
            label = labels.setdefault(iri, name)
            node = self._trie
            for word in _SPLIT.split(name)[1::2]:
                node = node.setdefault(self._keys[word], {})
            if node is not self._trie:
                entity = (Iri(iri), label, name, kinds[iri], _is_acronym(name))
                node.setdefault(_ENTITY, _Name()).add(rank[property_], entity)
                names.add(name)
        self.names = frozenset(names)
        """The names that are sought."""

    def annotate(
        self,
        text: str,
        *,
        nested: bool = False,
        progress: Callable[[str], object] = lambda text: None,
    ) -> tuple[Annotation, ...]:
        """The entities that a text names, in its order.

        Word endings, letter case, accents and line ends within a name do not matter. Of names that
        overlap, the one of more words counts.

        :param text: any text.
        :param nested: whether to give shorter names within longer ones too.
        :param progress: is called with what is done next.
        :raises ParameterError: if ``text`` is no string.
        """
        if not isinstance(text, str):
            raise ParameterError(f"A text is annotated, not a {type(text).__name__}. Decode it.")
        made: list[Annotation] = []
        for start, end in _pieces(text):
            progress(f"annotating: {start / len(text):.0%}")
            made += self._annotated(text[start:end], start, nested)
        return tuple(made)

    def _annotated(self, text: str, offset: int, nested: bool) -> list[Annotation]:
        parts = _SPLIT.split(text)  # what stands between words, a word, and so on
        ends = list(accumulate(map(len, parts)))
        words = parts[1::2]
        found = self._candidates(parts, list(map(self._keys.__getitem__, words)))
        kept = sorted(found, key=_place) if nested else _longest(found)
        if not kept:
            return []
        taken = {at for place, size, _ in kept for at in range(place, place + size)}
        denied, doubted = self._marked(parts, words, taken)
        made = []
        new = tuple.__new__
        for place, size, name in kept:
            start, end = ends[2 * place], ends[2 * (place + size) - 1]
            said = text[start:end]
            start, end = start + offset, end + offset
            marks = (place in denied, place in doubted, ())
            for iri, label, matched, kind, _ in name.entities(said):
                made.append(new(Annotation, (start, end, said, iri, label, matched, kind, *marks)))
        return made

    def _candidates(self, parts: list[str], keys: list[str]) -> list[tuple[int, int, _Name]]:
        """Every run of words that is a name: place, number of words, the name."""
        found = []
        trie = self._trie
        for place in [place for place, key in enumerate(keys) if key in trie]:
            node = trie[keys[place]]
            at = place
            while True:
                name = node.get(_ENTITY)
                if name is not None and (
                    not name.cased or name.entities("".join(parts[2 * place + 1 : 2 * at + 2]))
                ):
                    found.append((place, at + 1 - place, name))
                at += 1
                if at == len(keys):
                    break
                node = node.get(keys[at])
                if node is None or not keys[at] or not _WITHIN.fullmatch(parts[2 * at]):
                    break
        return found

    def _marked(
        self, parts: list[str], words: list[str], taken: set[int]
    ) -> tuple[set[int], set[int]]:
        def breaks(place: int) -> bool:
            return place > 0 and _BREAK.search(parts[2 * place]) is not None

        def commas(place: int) -> bool:
            return "," in parts[2 * place] or ":" in parts[2 * place]

        return negation.marked(list(map(self._plain.__getitem__, words)), breaks, commas, taken)


def without_own_names(store: Queryable) -> set[str]:
    """The entities that only describe claims, such as degrees of certainty: no text names them."""
    return {str(row[0]) for row in store.query(_APART)}


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where to cut a long text: behind a sentence or paragraph, over which nothing reaches."""
    start = 0
    while start < len(text):
        cut = _CUT.search(text, start + _PIECE)
        end = cut.end() if cut else len(text)
        yield start, end
        start = end


def _place(one: tuple[int, int, _Name]) -> tuple[int, int]:
    return one[0], -one[1]


def _longest(found: list[tuple[int, int, _Name]]) -> list[tuple[int, int, _Name]]:
    """Of names that overlap, the one of most words, and of these the first.

    :param found: sorted by place.
    """
    kept: list[tuple[int, int, _Name]] = []
    cluster: list[tuple[int, int, _Name]] = []
    reach = 0
    for one in [*found, (sys.maxsize, 0, _Name())]:
        if one[0] >= reach:
            if len(cluster) > 1:
                taken: set[int] = set()
                chosen = []
                for place, size, name in sorted(cluster, key=lambda each: (-each[1], each[0])):
                    places = range(place, place + size)
                    if taken.isdisjoint(places):
                        taken.update(places)
                        chosen.append((place, size, name))
                cluster = sorted(chosen, key=_place)
            kept += cluster
            cluster = []
        cluster.append(one)
        reach = max(reach, one[0] + one[1])
    return kept


def _plain(word: str) -> str:
    return lookup.normalised(word.replace("\u00ad", "")) if not word.isascii() else word.lower()


def _key(word: str) -> str:
    """What different forms of a word have in common."""
    if len(word) > 5 and word.endswith("ed") and not word.endswith("eed"):
        stripped = word[:-2]
        return (
            stripped[:-1] if stripped[-1] == stripped[-2] and stripped[-1] not in "ls" else stripped
        )
    return lookup.stem(word)


def _is_acronym(label: str) -> bool:
    """Whether letter case belongs to a name: "MS", "ALS", "Mg", never "mg" or "als"."""
    return len(label) <= 4 and label.isalpha() and label[:1].isupper()
