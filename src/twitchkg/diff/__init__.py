"""What changed between two versions of the graph, and the version step this calls for."""

from __future__ import annotations

from twitchkg import catalogue, store
from twitchkg.diff.answers import Answers, queries, told_apart
from twitchkg.diff.changes import KINDS, Change, Rules
from twitchkg.diff.content import Content, is_own, outlook_words, red_flags
from twitchkg.diff.report import Comparison
from twitchkg.diff.steps import Step
from twitchkg.diff.versions import Version, opened
from twitchkg.errors import DataError
from twitchkg.namespaces import ONTOLOGY, OWL

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from twitchkg.terms import Term

__all__ = ["KINDS", "Change", "Comparison", "Step", "compare"]


def compare(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    answers: bool = True,
    progress: Callable[[str], object] = lambda text: None,
) -> Comparison:
    """Compare two versions of the graph.

    :param old: a folder with ``ontology/``, an RDF file, a wheel, or a tag or commit of the
        checkout.
    :param new: likewise.
    :param answers: whether to ask the named queries in both. Where one of the two is a file, which
        has none, these are the queries of this twitchkg.
    :param progress: is called with what is done next.
    :returns: every change with the step that it calls for.
    :raises twitchkg.errors.UnknownNameError: if there is no such file, folder, tag or commit.
    :raises twitchkg.errors.FileAccessError: if one cannot be read.
    :raises twitchkg.errors.DataError: if one is not RDF, or no graph of twitchkg.
    :raises twitchkg.errors.HeaderError: if a named query of one has a wrong header.
    """
    with opened(old) as before, opened(new) as now:
        progress(f"reading {before.name}")
        first = _content(before)
        progress(f"reading {now.name}")
        second = _content(now)
        progress("comparing")
        changes = list(Rules(first, second).changes())
        asked = before.queries, now.queries
        if asked[0] is not None and asked[1] is not None:
            pairs = asked[0], asked[1]
            changes += queries(*pairs)
        else:
            own = tuple(catalogue.all_queries())
            pairs = own, own
        same = not changes or all(change.kind in ("query", "about") for change in changes)
        unchanged = same and [q.text for q in pairs[0]] == [q.text for q in pairs[1]]
        if answers and not unchanged:
            progress("asking the named queries")
            asking = Answers(
                store.of_files(before.files),
                store.of_files(now.files),
                lambda term: _label(term, second, first),
            )
            answered = list(asking.changes(*pairs, same_data=same))
            changes = list(told_apart(changes, {change.name for change in answered})) + answered
    order = list(KINDS)
    return Comparison(
        *(before.name, _header(first), before.package),
        *(now.name, _header(second), now.package),
        tuple(sorted(changes, key=lambda change: order.index(change.kind))),
        asked[0] is not None and asked[1] is not None,
        outlook_words(first, second),
        red_flags(second, first) or _own_red_flags(),
    )


def _content(version: Version) -> Content:
    content = Content(triple for path in version.files for triple in store.parse(path))
    if not any(map(is_own, content.facts)):
        raise DataError(
            f"'{version.name}' is no graph of twitchkg: nothing in it is called "
            f"{ONTOLOGY}/... Give a checkout, a release file or a wheel of twitchkg."
        )
    return content


def _own_red_flags() -> str:
    """Those of the graph of this twitchkg, for versions that say nothing of red flags."""
    rows = store.bundled().query("SELECT ?flags WHERE { ?summary twk:redFlags ?flags }").rows
    return "; ".join(sorted(str(row["flags"]) for row in rows))


def _header(content: Content) -> str | None:
    """The version that the ontology's header states."""
    return content.text(ONTOLOGY, OWL + "versionInfo")


def _label(term: Term, *contents: Content) -> str:
    for content in contents:
        shown = content.shown(term)
        if term.kind != "iri" or term.value in content.facts:
            return shown
    return shown
