"""Which words of a text stand under a denial, and which under a doubt.

The idea is NegEx's (Chapman and others, 2001): cues, the words up to which each reaches, and
phrases that look like cues and are none. The libraries that carry it out, such as negspacy and
medspaCy, need spaCy, which is larger than all else that twitchkg installs; the rules here need only
words.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    Asked = Callable[[int], bool]

REACH = 12
"""The words behind or before a cue that it reaches at most."""

_BEFORE = """
no|not|without|never|none of|nothing of|neither|nor|cannot|can t|don t|doesn t|didn t|isn t|aren t
wasn t|weren t|haven t|hasn t|hadn t|won t|wouldn t|denies|denied|denying|deny|negative for|free of
free from|absence of|lack of|no evidence of|no evidence for|no sign of|no signs of|no longer
no history of|instead of|rather than|rules out|ruled out for|excludes|exclude
"""
_AFTER = """
absent|denied|negative|ruled out|was excluded|were excluded|is excluded|not present|not seen
not found|not detected|not observed|none
"""
_DOUBT = """
may be|might be|could be|could it be|can be|possible|possibly|suspected|suspicion of|perhaps|maybe
if|whether|unclear|rule out|to exclude|in case of|worried about|afraid of|fear of|risk of|query
probable|probably
"""
_DOUBT_AFTER = """
cannot be ruled out|can t be ruled out|cannot be excluded|not ruled out|suspected|possible|unlikely
not excluded|could not be ruled out|could not be excluded
"""
_NO_CUE = """
not only|not just|not merely|not alone|no wonder|no doubt|without doubt|without a doubt|no matter
not to mention|no change in|no increase in|no less|no fewer|no one|not least|no sooner
if possible|as soon as possible|excluded from|were excluded from|was excluded from
"""
_END = """
but|however|although|though|except|apart from|aside from|besides|yet|because|due to|since|which|who
while|whereas|when|during|after|before|unless|until|about|for|by|just|only|mostly|caused|causes
"""
_TURNS = frozenset("without deny denied denies denying absent free absence lack negative".split())
_NEGATING = frozenset(
    "not no never nor t cannot neither".split(),
)
_NEW_SUBJECT = frozenset("i my he his she her it its they their we our the there this that".split())
_KINDS = (
    ("none", _NO_CUE),
    ("doubt-after", _DOUBT_AFTER),
    ("after", _AFTER),
    ("before", _BEFORE),
    ("doubt", _DOUBT),
    ("end", _END),
)


def _phrases() -> dict[tuple[str, ...], tuple[str, ...]]:
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for kind, text in _KINDS:
        for phrase in text.replace("\n", "|").split("|"):
            if phrase:
                words = tuple(phrase.split())
                found[words] = (*found.get(words, ()), kind)
    return found


PHRASES = _phrases()
"""Each cue, as words in lower case, with what it is."""
FIRST = frozenset(words[0] for words in PHRASES)
"""The words with which a cue can begin."""
_LONGEST = max(map(len, PHRASES))


def marked(
    words: Sequence[str], breaks: Asked, commas: Asked, taken: Set[int]
) -> tuple[set[int], set[int]]:
    """The places of the words that are denied, and of those that are in doubt.

    :param words: the words of a text in lower case, without accents.
    :param breaks: tells of the place of a word whether a sentence or paragraph ends before it.
    :param commas: tells whether a comma or colon stands before it.
    :param taken: places of words that are part of a name, and so no cue: "lack" in "lack of sleep".
    """
    cues: dict[int, tuple[int, tuple[str, ...]]] = {}
    end = 0
    for place in [place for place, word in enumerate(words) if word in FIRST]:
        if place < end or place in taken:
            continue
        for length in range(min(_LONGEST, len(words) - place), 0, -1):
            run = tuple(words[place : place + length])
            if run in PHRASES and not any(map(breaks, range(place + 1, place + length))):
                cues[place] = (length, PHRASES[run])
                end = place + length
                break
    denied: set[int] = set()
    doubted: set[int] = set()
    for place, (length, kinds) in cues.items():
        after = place + length
        if "before" in kinds and not _turned(words, place, cues, breaks):
            reached = _onward(words, breaks, commas, after, cues, "before")
            if not reached.stopped_by_turn:
                denied.update(reached.places)
        if "doubt" in kinds:
            doubted.update(_onward(words, breaks, commas, after, cues, "doubt").places)
        if "after" in kinds and not _turned(words, place, cues, breaks):
            denied.update(_back(breaks, place, cues))
        if "doubt-after" in kinds:
            doubted.update(_back(breaks, place, cues))
    return denied - doubted if doubted else denied, doubted


class _Reached:
    __slots__ = ("places", "stopped_by_turn")

    def __init__(self) -> None:
        self.places: list[int] = []
        self.stopped_by_turn = False


def _turned(
    words: Sequence[str],
    place: int,
    cues: dict[int, tuple[int, tuple[str, ...]]],
    breaks: Asked,
) -> bool:
    """Whether a denial right before turns this one into its opposite: "not without"."""
    if words[place] not in _TURNS:
        return False
    for earlier in range(place - 1, max(place - 4, -1), -1):
        if breaks(earlier + 1):
            return False
        if words[earlier] in _NEGATING:
            return True
    return False


def _onward(
    words: Sequence[str],
    breaks: Asked,
    commas: Asked,
    start: int,
    cues: dict[int, tuple[int, tuple[str, ...]]],
    kind: str,
) -> _Reached:
    """The places that a cue reaches behind it."""
    found = _Reached()
    for place in range(start, min(start + REACH, len(words))):
        if breaks(place):
            break
        if place in cues:
            kinds = cues[place][1]
            if kind == "before" and words[place] in _TURNS and place - start < 3:
                found.stopped_by_turn = True
            if "end" in kinds or kind in kinds or "none" in kinds:
                break
        if words[place] in _NEW_SUBJECT and place > start:
            joined = words[place - 1] in ("and", "so", "or")
            if commas(place) or joined:
                break
        found.places.append(place)
    return found


def _back(breaks: Asked, place: int, cues: dict[int, tuple[int, tuple[str, ...]]]) -> list[int]:
    """The places that a cue reaches before it."""
    found = []
    for earlier in range(place - 1, max(place - REACH, -1), -1):
        if breaks(earlier + 1) or earlier in cues:
            break
        found.append(earlier)
    return found
