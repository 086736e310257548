"""The work at hand against the newest release: no break goes without notice."""

from __future__ import annotations

import re
import subprocess

import pytest
from conftest import CHANGELOG, ROOT, releases

from twitchkg.cli import main


def git(*arguments: str) -> str | None:
    """What git answers in this checkout, or ``None`` if it refuses or is not there."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def earlier_releases() -> list[str]:
    """The releases before this tree, the newest first, as the changelog tells them.

    Under "Unreleased" stands work after the newest; without it, the newest is this tree itself.
    """
    dated = [version for version, _ in releases()]
    under_way = re.search("^## Unreleased$", CHANGELOG.read_text(encoding="utf-8"), re.M)
    return dated if under_way else dated[1:]


def newest_release() -> str:
    """The commit of the newest release: that of its tag, or else the one that dated it.

    Tags are made by hand and are no part of every clone.
    """
    if git("rev-parse", "HEAD") is None:
        pytest.skip("this is no git checkout, so there is no earlier release to compare with")
    version = earlier_releases()[0]
    if git("rev-parse", "--verify", "--quiet", f"v{version}^{{commit}}"):
        return f"v{version}"
    if git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip(f"this clone is shallow and has no tag v{version}: git fetch --unshallow")
    dated = git("log", "--format=%H", f"-S## {version} - ", "--", "CHANGELOG.md")
    assert dated, f"neither a tag v{version} nor the commit that dated it in the changelog"
    return dated.split()[-1]


def test_the_version_goes_as_far_as_the_changes_call_for() -> None:
    arguments = ["--check", "--unreleased", str(CHANGELOG)]
    assert main(["diff", newest_release(), str(ROOT), *arguments]) == 0
