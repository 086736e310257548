"""The container file against the project; ``tests/ecosystems/container.py`` runs its commands."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINES = [
    line
    for line in (ROOT / "Containerfile").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]


def after(word: str) -> list[str]:
    return [line.removeprefix(word + " ") for line in LINES if line.startswith(word + " ")]


def test_all_that_the_wheel_needs_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {"src", "pyproject.toml", project["project"]["readme"], *wheel["force-include"]}
    needed.add(wheel["hooks"]["custom"]["path"])
    # What the hook takes for the scripts of the pages.
    needed |= {"package.json", "package-lock.json", "web"}
    needed |= set(project["project"]["license-files"])
    copied = {n for c in after("COPY") if "--from" not in c for n in c.split()[:-1]}
    assert copied == needed
    assert all((ROOT / name).exists() for name in copied)


def test_the_last_stage_runs_without_rights_and_is_watched() -> None:
    last = LINES[max(n for n, line in enumerate(LINES) if line.startswith("FROM")) :]
    users = [line.split()[1] for line in last if line.startswith("USER")]
    assert users
    assert not re.match(r"(root|0)(:|$)", users[-1])
    command = json.loads(after("CMD")[-1])
    assert command[:4] == ["twitchkg", "serve", "--host", "0.0.0.0"]
    watch = json.loads(after("HEALTHCHECK")[0].partition(" CMD ")[2])
    assert "/health" in watch[-1]
    compile(watch[-1], "healthcheck", "exec")
