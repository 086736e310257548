"""The step from one version to the next, by semantic versioning of data."""

from __future__ import annotations

import re
from enum import IntEnum


class Step(IntEnum):
    """How far the version has to go: the part of its number that is raised.

    >>> max(Step.PATCH, Step.MAJOR).name
    'MAJOR'
    """

    NONE = 0
    PATCH = 1
    MINOR = 2
    MAJOR = 3

    def __str__(self) -> str:
        return self.name.lower()


_VERSION = re.compile(r"v?(\d+)\.(\d+)\.(\d+)(?:[-+.]?[0-9A-Za-z][0-9A-Za-z.+-]*)?")


def parsed(text: str) -> tuple[int, int, int] | None:
    """The three numbers of a version, or ``None`` where it is none.

    What follows them, such as ``-rc.1`` or ``.dev0``, is left out: it is on the way to the version
    with these numbers.

    >>> parsed("0.2.0.dev1"), parsed("next")
    ((0, 2, 0), None)
    """
    match = _VERSION.fullmatch(text)
    return (int(match[1]), int(match[2]), int(match[3])) if match else None


def least(old: tuple[int, int, int], step: Step) -> tuple[int, int, int]:
    """The lowest version that a step leads to.

    Before 1.0.0 nothing is promised for good, so each part counts one less: a break raises the
    second number, everything else the third.

    >>> least((1, 4, 2), Step.MAJOR), least((0, 4, 2), Step.MAJOR), least((0, 4, 2), Step.MINOR)
    ((2, 0, 0), (0, 5, 0), (0, 4, 3))
    """
    major, minor, patch = old
    if step == Step.NONE:
        return old
    if step == Step.PATCH or (major == 0 and step == Step.MINOR):
        return major, minor, patch + 1
    if step == Step.MINOR or major == 0:
        return major, minor + 1, 0
    return major + 1, 0, 0


def written(version: tuple[int, int, int]) -> str:
    """A version as text."""
    return ".".join(map(str, version))
