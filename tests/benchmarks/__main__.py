"""Everything side by side, in one run::

    python tests/benchmarks [--rounds N] [--output FOLDER] [PART ...]

Parts are ``prompt``, ``named`` (every named query), ``larger`` (the prompt on ten times the data),
``peers``, ``library`` and ``commands``; all of them when none is named. Peers are measured as far
as they are installed (``peers.py`` tells how); a line tells which are not. ``sources verify`` is
measured where ``TWITCHKG_SOURCES`` is the folder of the documents. Ratios go to ``benchmarks.md``
and ``benchmarks.json`` in the folder. ``growth.py`` beside this file tells how costs grow,
``publish.py`` what publishing takes. It judges nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

import peers
from common import Table
from library import library
from prompt import commands, larger, named, others, prompt

from twitchkg import resources

PARTS: dict[str, Callable[[int], list[Table]]] = {
    "prompt": prompt,
    "named": named,
    "larger": larger,
    "peers": others,
    "library": library,
    "commands": commands,
}
PACKAGES = ("twitchkg", "pyshacl", "pyarrow")


def setting() -> dict[str, str]:
    """Versions and machine, without names of hosts."""
    found = {
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
        "processors": str(os.cpu_count()),
    }
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    found.update(peers.versions())
    return found


def markdown(found: dict[str, str], tables: list[Table]) -> str:
    """The report as text."""
    lines = ["# Benchmarks", "", "Ratios to the first line of each table, in one run.", ""]
    lines += [f"- {name}: {value}" for name, value in found.items()]
    for table in tables:
        lines += ["", f"## {table.title}", "", "| | median | least – largest | CPU | MiB |"]
        lines.append("| --- | --: | --: | --: | --: |")
        for name, (middle, least, largest), cpu, memory in table.lines:
            last = ("" if cpu is None else f"{cpu:.2f}", "" if memory is None else f"{memory:.0f}")
            cells = (name, f"{middle:.2f}", f"{least:.2f} – {largest:.2f}", *last)
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def main() -> None:
    """Measure and write the report."""
    parser = argparse.ArgumentParser(description="Measure twitchkg and its peers side by side.")
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--output", default=".", metavar="FOLDER")
    options = parser.parse_args()
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"no part is named '{part}'; there are {', '.join(PARTS)}")
    os.makedirs(options.output, exist_ok=True)
    found = {**setting(), "rounds": str(options.rounds)}
    tables: list[Table] = []
    for part in options.parts or PARTS:
        print(f"{part} ...", file=sys.stderr)
        tables += PARTS[part](options.rounds)
        text = write(found, tables, options.output)  # what is done is kept if a later part is not
    print(text, end="")


def write(found: dict[str, str], tables: list[Table], folder: str) -> str:
    """Write both forms of the report; gives the text."""
    record = {
        "setting": found,
        "tables": {t.title: [line._asdict() for line in t.lines] for t in tables},
    }
    text = markdown(found, tables)
    resources.write_text(os.path.join(folder, "benchmarks.md"), text)
    resources.write_text(
        os.path.join(folder, "benchmarks.json"), json.dumps(record, indent=1) + "\n"
    )
    return text


if __name__ == "__main__":
    main()
