"""The time of annotating beside that of spaCy's phrase matcher, with the same labels, in one run.

spaCy (``pip install spacy``), which twitchkg itself does not use, is measured where it is found::

    python tests/benchmarks/annotate.py [FILE ...]

Without files, the hand-labelled page of the tests is the text. Both sides begin with the plain
text: spaCy splits it into words and matches; twitchkg does so, forgives word endings and marks
denials too. Rounds alternate, and the best of each side counts.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection
from pathlib import Path

import twitchkg
from twitchkg.annotation import Annotator

ROUNDS = 9
SIZE = 300_000  # code points of text per round


def main() -> None:
    """Print times and their ratio."""
    sys.path.insert(0, str(Path(__file__).parent.parent))
    from labelled import read

    paths = [Path(name) for name in sys.argv[1:]]
    texts = [path.read_text(encoding="utf-8") for path in paths]
    if not texts:
        texts = [read(Path(__file__).parent.parent / "annotated" / "page.txt")[0]]
    text = "\n\n".join(texts)
    text = "\n\n".join([text] * (SIZE // len(text) + 1))

    kg = twitchkg.load()
    labels = Annotator(kg.store).names
    kg.annotate("warm up")
    match = _peer(labels, len(text))
    ours, theirs, matched = [], [], 0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        found = kg.annotate(text)
        ours.append(time.perf_counter() - start)
        if match is not None:
            start = time.perf_counter()
            matched = match(text)
            theirs.append(time.perf_counter() - start)
    print(f"{len(text)} code points, {len(labels)} labels")
    print(f"twitchkg: {min(ours):.3f} s, {len(found)} annotations")
    if not theirs:
        print("spaCy:    not installed")
        return
    print(f"spaCy:    {min(theirs):.3f} s, {matched} matches")
    print(f"ratio twitchkg / spaCy: {min(ours) / min(theirs):.2f}")


def _peer(labels: Collection[str], most: int) -> Callable[[str], int] | None:
    """What counts the matches of spaCy's phrase matcher in a text."""
    try:
        import spacy
        from spacy.matcher import PhraseMatcher
    except ImportError:
        return None
    nlp = spacy.blank("en")
    nlp.max_length = most + 1
    matcher = PhraseMatcher(nlp.vocab, attr="LOWER")
    matcher.add("entity", [nlp.make_doc(label) for label in sorted(labels)])
    matcher(nlp.make_doc("warm up"))
    return lambda text: len(matcher(nlp.make_doc(text)))


if __name__ == "__main__":
    main()
