"""What CI reads of the bill of materials and the audit: see .ci/dependencies.py."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "dependencies.py"
CORE = ("owlready2", "pyoxigraph", "pyshacl", "rdflib", "SPARQLWrapper")


def component(name: str, licence: str | None = "MIT") -> dict[str, Any]:
    return {"name": name, "licenses": [{"license": {"id": licence}}] if licence else []}


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, Any], int]:
    """The exit code for a bill of materials and an audit."""
    if not SCRIPT.is_file():
        pytest.skip("a source distribution has no .ci")
    spec = importlib.util.spec_from_file_location("dependencies", SCRIPT)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.chdir(SCRIPT.parent.parent)

    def main(components: list[dict[str, Any]], audited: list[dict[str, Any]] | None) -> int:
        bill, audit, log = (tmp_path / name for name in ("bill", "audit", "log"))
        bill.write_text(json.dumps({"components": components}), "utf-8")
        audit.write_text("" if audited is None else json.dumps({"dependencies": audited}), "utf-8")
        log.write_text("one line\nno route to the service\n", "utf-8")
        return int(module.main(bill, audit, log))

    return main


def test_all_is_well(read: Callable[[Any, Any], int], capsys: pytest.CaptureFixture[str]) -> None:
    audited = [{"name": name, "version": "1", "vulns": []} for name in CORE]
    assert read([component(name) for name in CORE], audited) == 0
    assert "audit: 5 dependencies looked up" in capsys.readouterr().out


def test_a_licence_that_does_not_fit_or_is_not_known(
    read: Callable[[Any, Any], int], capsys: pytest.CaptureFixture[str]
) -> None:
    components = [component(name) for name in CORE]
    assert read([*components, component("odd", "SSPL-1.0"), component("mute", None)], []) == 1
    assert capsys.readouterr().err.splitlines() == [
        "odd: licence ['SSPL-1.0']",
        "mute: licence unknown",
    ]


def test_a_declared_dependency_that_is_not_there(
    read: Callable[[Any, Any], int], capsys: pytest.CaptureFixture[str]
) -> None:
    assert read([component(name) for name in CORE[1:]], []) == 1
    assert capsys.readouterr().err.startswith("owlready2: declared, but not in the bill")


def test_a_known_vulnerability(
    read: Callable[[Any, Any], int], capsys: pytest.CaptureFixture[str]
) -> None:
    audited = [{"name": "rdflib", "version": "1", "vulns": [{"id": "X-1"}, {"id": "X-2"}]}]
    assert read([component(name) for name in CORE], audited) == 1
    assert capsys.readouterr().err == "rdflib 1: X-1, X-2\n"


@pytest.mark.parametrize(
    ("audited", "reason"),
    [
        (None, "no route to the service"),
        ([{"name": "rdflib", "skip_reason": "unknown"}], "unknown"),
    ],
)
def test_an_audit_that_did_not_take_place_is_told(
    read: Callable[[Any, Any], int], capsys: pytest.CaptureFixture[str], audited: Any, reason: str
) -> None:
    assert read([component(name) for name in CORE], audited) == 0
    assert f"skipped: no vulnerability was looked up: {reason}" in capsys.readouterr().out
