"""The work at hand against the newest release: no break goes without notice."""

from __future__ import annotations

import subprocess

import pytest
from conftest import ROOT

from twitchkg.cli import main


def git(*arguments: str) -> str | None:
    """What git answers in this checkout, or ``None`` if it refuses or is not there."""
    command = ["git", "-C", str(ROOT), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def newest_release() -> str:
    """The newest tag of a release before this commit."""
    if (ROOT / ".git").exists() is False or git("rev-parse", "HEAD") is None:
        pytest.skip("this is no git checkout, so there is no earlier release to compare with")
    tagged = git("describe", "--tags", "--exact-match", "--match", "v*", "HEAD")
    start = "HEAD^" if tagged else "HEAD"
    tag = git("describe", "--tags", "--abbrev=0", "--match", "v*", start)
    if tag is None and git("rev-parse", "--is-shallow-repository") == "true":
        pytest.skip("this clone is shallow and has no tag: git fetch --tags --unshallow")
    if tag is None:
        pytest.skip(f"no tag of a release is reachable from {start}")
    return tag


def test_the_version_goes_as_far_as_the_changes_call_for() -> None:
    arguments = ["--check", "--unreleased", str(ROOT / "CHANGELOG.md")]
    assert main(["diff", newest_release(), str(ROOT), *arguments]) == 0
