"""Read the bill of materials and the audit of what the wheel brings along.

Fails for a dependency that the project does not declare or pull in, a licence that is not known,
or a known vulnerability. Where no service tells vulnerabilities, it says that nothing was audited.
"""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

# Licences under which a dependency can be used by a package of Apache-2.0.
FITTING = {
    *("Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "LGPL-3.0-or-later", "MIT"),
    *("MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "W3C", "W3C-20150513"),
    *("Apache-2.0 OR BSD-2-Clause", "MIT OR Apache-2.0"),
    "License :: OSI Approved :: Apache Software License",
}


def main(bill: Path, audit: Path, log: Path) -> int:
    """Print what was found; 1 where something is wrong."""
    wrong = []
    components = json.loads(bill.read_text("utf-8"))["components"]
    for component in components:
        licences = {_licence(entry) for entry in component.get("licenses", [])}
        if not licences & FITTING:
            wrong.append(f"{component['name']}: licence {sorted(licences) or 'unknown'}")
    declared = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]["dependencies"]
    named = {component["name"].lower() for component in components}
    for line in declared:
        name = line.split(">")[0].split("=")[0].lower()
        if name not in named:
            wrong.append(f"{name}: declared, but not in the bill of materials")
    print(f"bill of materials: {len(components)} components, every licence fits")
    text = audit.read_text("utf-8")
    audited = json.loads(text)["dependencies"] if text.strip() else []
    looked_up = [entry for entry in audited if "skip_reason" not in entry]
    wrong += [
        f"{entry['name']} {entry['version']}: {', '.join(found['id'] for found in entry['vulns'])}"
        for entry in looked_up
        if entry["vulns"]
    ]
    if looked_up:
        print(f"audit: {len(looked_up)} dependencies looked up")
    else:
        reasons = [entry["skip_reason"] for entry in audited]
        reasons = reasons or log.read_text("utf-8").strip().splitlines()[-1:]
        print(f"skipped: no vulnerability was looked up: {(reasons or ['no answer'])[0][:200]}")
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def _licence(entry: dict[str, Any]) -> str:
    """The licence of an entry of CycloneDX: an expression, or an identifier or name."""
    inner = entry.get("license", {})
    return str(entry.get("expression") or inner.get("id") or inner.get("name"))


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
