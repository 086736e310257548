"""The command lines of peers: which are installed, how each is called, and which version it is.

Debian has Jena without its commands and Rasqal in ``rasqal-utils``; Comunica comes from npm::

    apt-get install libapache-jena-java default-jre-headless rasqal-utils
    npm install @comunica/query-sparql-file    # with Node 22 or newer

A folder of npm's is found where ``node_modules/.bin`` is on the PATH. With Node 20, Comunica 4
needs ``"overrides": {"undici": "^6"}`` in the ``package.json`` beside it.
"""

from __future__ import annotations

import atexit
import functools
import glob
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import NamedTuple

_RDFLIB = (
    "import rdflib, sys\ngraph = rdflib.Graph()\ngraph.parse(sys.argv[2])\n"
    "for row in graph.query(sys.argv[1]):\n    print(row[0])"
)
_PYOXIGRAPH = (
    "import pyoxigraph, sys\ngraph = pyoxigraph.Store()\ngraph.bulk_load(path=sys.argv[2])\n"
    "for row in graph.query(sys.argv[1]):\n    print(row[0])"
)
_OXRDFLIB = _RDFLIB.replace("Graph()", "Graph(store='Oxigraph')")
_JARS = "/usr/share/java"
_NEEDED = (
    *("jena-*", "commons-*", "dexx*", "gson*", "guava*", "failureaccess*", "http*", "jackson-*"),
    *("jsonld-java*", "titanium*", "thrift*", "protobuf*", "slf4j-api", "slf4j-nop"),
)


class Peer(NamedTuple):
    """A peer: its name, what it needs, and how it answers a query over a file."""

    name: str
    needs: str
    command: list[str] | None
    """With ``{path}`` and ``{query}`` to be filled in; ``None`` if it is not installed."""
    version: list[str]

    def asks(self, path: str, query: str) -> list[str]:
        """The command line that answers a query over a file."""
        return [part.format(path=path, query=query) for part in self.command or ()]


def _in_python(name: str, code: str) -> Peer:
    found = find_spec(name.partition(",")[0]) is not None
    command = [sys.executable, "-c", code.replace("{", "{{").replace("}", "}}"), "{query}"]
    return Peer(
        f"{name}, in Python", f"pip install {name}", [*command, "{path}"] if found else None, []
    )


def _arq() -> Peer:
    name, needs = "arq (Jena)", "apt-get install libapache-jena-java default-jre-headless"
    program: list[str] | None = ["arq"] if shutil.which("arq") else None
    jars = [jar for part in _NEEDED for jar in glob.glob(os.path.join(_JARS, f"{part}.jar"))]
    core = os.path.join(_JARS, "jena-core.jar")
    if program is None and shutil.which("java") and core in jars:
        program = ["java", "-cp", os.pathsep.join([*jars, _messages(core)]), "arq.arq"]
    if program is None:
        return Peer(name, needs, None, [])
    return Peer(name, needs, [*program, "--data", "{path}", "{query}"], [*program, "--version"])


@functools.cache
def _messages(core: str) -> str:
    """A folder with the texts that Debian's Jena looks for under another name than it has them."""
    folder = tempfile.mkdtemp(prefix="jena-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    inside = "org/apache/jena/ext/"
    with zipfile.ZipFile(core) as archive:
        for member in archive.namelist():
            if member.startswith(inside) and member.endswith(".properties"):
                path = os.path.join(folder, member.removeprefix(inside))
                os.makedirs(os.path.dirname(path), exist_ok=True)
                with open(path, "wb") as file:
                    file.write(archive.read(member))
    return folder


def _tool(name: str, program: str, needs: str, arguments: list[str]) -> Peer:
    command = [program, *arguments] if shutil.which(program) else None
    return Peer(name, needs, command, [program, "--version"])


def known() -> list[Peer]:
    """All peers, those that are not installed too."""
    return [
        _in_python("pyoxigraph", _PYOXIGRAPH),
        _in_python("rdflib", _RDFLIB),
        _in_python("oxrdflib", _OXRDFLIB),
        _arq(),
        _tool(
            "roqet (Rasqal)",
            "roqet",
            "apt-get install rasqal-utils",
            ["-q", "-D", "{path}", "-e", "{query}"],
        ),
        _tool(
            "comunica-sparql-file",
            "comunica-sparql-file",
            "npm install @comunica/query-sparql-file, and node_modules/.bin on the PATH",
            ["{path}", "{query}"],
        ),
    ]


def versions() -> dict[str, str]:
    """The version of each peer, or that it is not installed."""
    found = {}
    for peer in known():
        name = peer.name.partition(",")[0]
        if peer.command is None:
            found[name] = "not installed"
        elif peer.version:
            found[name] = _said(peer.version)
        else:
            try:
                found[name] = version(name)
            except PackageNotFoundError:
                found[name] = "unknown"
    return found


def _said(command: list[str]) -> str:
    """The first number with a point in it that a program says of itself."""
    import re

    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    match = re.search(r"\d+\.\d+[\w.]*", done.stdout + done.stderr)
    return match[0].rstrip(".") if match else "unknown"
