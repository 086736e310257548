"""A comparison of two versions: what it amounts to, and how it is told."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from twitchkg.claims import NOTICE
from twitchkg.diff.changes import KINDS, Change
from twitchkg.diff.steps import Step, least, parsed, written
from twitchkg.namespaces import compact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_ACTIONS = ("removed", "deprecated", "changed", "added")
_COUNTED = ("about",)  # kinds that people are told the number of, and nothing more
_WIDE = 160  # characters of a statement or label that are shown to people


@dataclass(frozen=True)
class Comparison:
    """What changed between two versions.

    :param old: the old version, as it was given; ``new`` likewise.
    :param old_header: the version that its ontology's header states, or ``None``.
    :param old_package: the version that the package around it states, or ``None``.
    :param changes: what changed, sorted by kind and name.
    :param has_queries: whether the named queries of both were compared.
    :param outlook_words: what outlooks are called, in small letters.
    :param red_flags: when to see a health professional: what stands beside every outlook.
    """

    old: str
    old_header: str | None
    old_package: str | None
    new: str
    new_header: str | None
    new_package: str | None
    changes: tuple[Change, ...]
    has_queries: bool
    outlook_words: frozenset[str] = frozenset()
    red_flags: str = ""

    @property
    def step(self) -> Step:
        """The step that the changes call for."""
        return max((change.step for change in self.changes), default=Step.NONE)

    @property
    def breaks(self) -> tuple[Change, ...]:
        """The changes that call for a major step."""
        return tuple(change for change in self.changes if change.step == Step.MAJOR)

    @property
    def least(self) -> str | None:
        """The lowest version that the new one may have, or ``None`` where the old states none."""
        version = parsed(self.old_header or self.old_package or "")
        return written(least(version, self.step)) if version else None

    def faults(self, changelog: str | None = None) -> list[str]:
        """What is wrong with the versions that both state, one sentence each.

        :param changelog: the text of a changelog. While the new version states that of the old one,
            it is work towards a release: then only the breaks are faults that no line with
            ``BREAKING`` under its first heading names.
        """
        found = []
        for name, header, package in (
            (self.old, self.old_header, self.old_package),
            (self.new, self.new_header, self.new_package),
        ):
            if header is None:
                found.append(f"{name} states no version: its header lacks owl:versionInfo.")
            elif parsed(header) is None:
                found.append(f"{name} states '{header}', which is no version such as 1.2.3.")
            elif package is not None and parsed(package) != parsed(header):
                found.append(f"{name} states {header} in its header, {package} in its package.")
        if found:
            return found
        old, new = parsed(self.old_header or ""), parsed(self.new_header or "")
        assert old is not None
        assert new is not None
        if new == old and changelog is not None:
            return [
                f"{change.action} without notice: {_named(change)} ({change.reason}). Keep it, or "
                "name it in the changelog in a line with BREAKING that tells how to migrate."
                for change in self.breaks
                if not _announced(change, changelog)
            ]
        wanted = least(old, self.step)
        if new < wanted:
            found.append(
                f"The changes call for a {self.step} step, {self.old_header} to {written(wanted)} "
                f"or higher; {self.new} states {self.new_header}."
            )
        elif new < old:
            found.append(f"{self.new} states {self.new_header}, less than {self.old_header}.")
        return found

    def text(self, limit: int | None = 20) -> str:
        """The comparison for people at a prompt: the step, counts, then details.

        :param limit: how many changes of a kind, and rows of an answer, to list; ``None`` for all.
        """
        lines = [self._head(), self._verdict()]
        if self.changes:
            lines += ["", *_table(self._counts())]
        if self.breaks:
            lines += ["", f"breaks ({len(self.breaks)}):"]
            lines += [_line(change) for change in self.breaks]
        for kind, title in KINDS.items():
            found = [c for c in self.changes if c.kind == kind]
            if not found or kind in _COUNTED:
                continue
            lines += ["", f"{title}:"]
            for change in found[:limit]:
                lines += _details(change, limit)
            if limit is not None and len(found) > limit:
                lines.append(f"  ... and {len(found) - limit} more")
        lines += self._flags()
        return "\n".join([*lines, "", NOTICE])

    def markdown(self, limit: int | None = 20) -> str:
        """The comparison as a part of a changelog: breaks first, then kind by kind.

        :param limit: how many changes of a kind to list; ``None`` for all.
        """
        title = f"## {self.new_header or self.new}"
        lines = [title, "", f"Since {self.old_header or self.old}. {self._verdict()}"]
        if self.breaks:
            lines += ["", "### Breaking", ""]
            lines += [f"- **BREAKING** {_item(c)}: {_escaped(c.reason)}" for c in self.breaks]
        for kind, heading in KINDS.items():
            found = [c for c in self.changes if c.kind == kind and c.step < Step.MAJOR]
            if not found or kind in _COUNTED:
                continue
            lines += ["", f"### {heading[0].upper()}{heading[1:]}", ""]
            for change in found[:limit]:
                more = "" if change.reason in ("new",) else f": {_escaped(change.reason)}"
                lines.append(f"- {change.action}: {_item(change)}{more}")
            if limit is not None and len(found) > limit:
                lines.append(f"- and {len(found) - limit} more")
        lines += [_escaped_whole(line) for line in self._flags()]
        return "\n".join([*lines, "", f"*{NOTICE}*"])

    def to_json(self) -> str:
        """The comparison for machines: everything, as JSON."""
        return json.dumps(
            {
                "notice": NOTICE,
                "redFlags": self.red_flags,
                "old": _version(self.old, self.old_header, self.old_package),
                "new": _version(self.new, self.new_header, self.new_package),
                "step": str(self.step),
                "leastVersion": self.least,
                "queriesCompared": self.has_queries,
                "counts": self._counts(),
                "changes": [
                    {
                        "kind": change.kind,
                        "name": change.name,
                        "label": change.label,
                        "action": change.action,
                        "step": str(change.step),
                        "reason": change.reason,
                        "removed": list(change.removed),
                        "added": list(change.added),
                    }
                    for change in self.changes
                ],
            },
            ensure_ascii=False,
            indent=2,
        )

    def _flags(self) -> list[str]:
        """The red flags, if what is listed speaks of an outlook."""
        words = "|".join(map(re.escape, sorted(self.outlook_words)))
        outlook = re.compile(rf"\b(?:{words})\b")
        listed = (change for change in self.changes if change.kind not in _COUNTED)
        for change in listed:
            for text in (change.name, change.label, *change.removed, *change.added):
                if words and outlook.search(text.lower()):
                    start = "When to see a health professional, whatever the outlook: "
                    return ["", f"{start}{self.red_flags}."]
        return []

    def _counts(self) -> dict[str, dict[str, int]]:
        counts: dict[str, dict[str, int]] = {}
        for change in self.changes:
            of_kind = counts.setdefault(change.kind, dict.fromkeys(_ACTIONS, 0))
            of_kind[change.action] += 1
        return {kind: counts[kind] for kind in KINDS if kind in counts}

    def _head(self) -> str:
        versions = (
            f"{name} ({header or 'no version'})"
            for name, header in ((self.old, self.old_header), (self.new, self.new_header))
        )
        return "{} -> {}".format(*versions)

    def _verdict(self) -> str:
        compared = "" if self.has_queries else " Named queries were not compared, only answers."
        if self.step == Step.NONE:
            return f"No differences.{compared}" if not self.changes else f"No step.{compared}"
        wanted = f": {self.least} or higher" if self.least else ""
        return f"Calls for a {self.step} step{wanted}.{compared}"


def _version(name: str, header: str | None, package: str | None) -> dict[str, str | None]:
    return {"name": name, "version": header, "packageVersion": package}


def _table(counts: dict[str, dict[str, int]]) -> Iterator[str]:
    width = max(len(KINDS[kind]) for kind in counts)
    yield " ".join([" " * (width + 2), *(f"{action:>10}" for action in _ACTIONS)])
    for kind, numbers in counts.items():
        row = (f"{numbers[action] or '':>10}" for action in _ACTIONS)
        yield " ".join([f"  {KINDS[kind]:{width}}", *row]).rstrip()


def _details(change: Change, limit: int | None) -> Iterator[str]:
    yield _line(change)
    for mark, texts in (("-", change.removed), ("+", change.added)):
        shown = texts if limit is None else texts[:3]
        for text in shown:
            yield f"      {mark} {_short(text)}"
        if len(texts) > len(shown):
            yield f"      {mark} ... {len(texts)} in all"


def _line(change: Change) -> str:
    more = "" if change.reason == "new" else f"  ({_short(change.reason)})"
    step = f" [{change.step}]" if change.step else ""
    return f"  {change.action}{step} {_named(change)}{more}"


def _named(change: Change) -> str:
    name = change.name if change.kind == "answer" else compact(change.name)
    label = " ".join(change.label.split())
    if label in (name, change.name):
        return _short(name)
    return f"{name}  {_short(label)}"


def _item(change: Change) -> str:
    label = " ".join(change.label.split())
    name = compact(change.name)
    if label in (name, change.name):
        return f"`{_short(name)}`"
    return f"`{name}` {_escaped(_short(label))}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDE else text[: _WIDE - 3] + "..."


def _escaped(text: str) -> str:
    return _escaped_whole(_short(text))


def _escaped_whole(text: str) -> str:
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


def _announced(change: Change, changelog: str) -> bool:
    """Whether a line with ``BREAKING`` under the changelog's first heading names what changed."""
    _, _, rest = changelog.partition("\n## ")
    part = rest.partition("\n## ")[0]
    names = "|".join(re.escape(name) for name in {change.name, compact(change.name)})
    called = re.compile(rf"(?<![\w:/.-])(?:{names})(?![\w/-])")
    items = re.split(r"\n(?=- |\n)", part)
    return any("BREAKING" in item and called.search(item) for item in items)
