"""Fifty library queries with every cell read: twitchkg, raw pyoxigraph and rdflib."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial

import pyoxigraph
import rdflib
import rdflib.query
from common import Table, averaged, calls

import twitchkg
from twitchkg import catalogue, resources
from twitchkg.namespaces import PREFIXES

NUMBER = 50


def library(rounds: int) -> list[Table]:
    """One table with all queries against pyoxigraph, one against rdflib."""
    kg = twitchkg.load()
    list(kg.query("twitch-classes"))
    own = _prepared()
    every = catalogue.all_queries()
    chosen = every[:: max(1, len(every) // NUMBER)][:NUMBER]

    def ours(name: str) -> None:
        for row in kg.query(name):
            for _ in row:
                pass

    def theirs(text: str) -> None:
        answer = own.query(text, prefixes=PREFIXES)
        assert isinstance(answer, pyoxigraph.QuerySolutions)
        for row in answer:
            for cell in row:
                if cell is not None:
                    _ = cell.value

    lines = []
    for query in chosen:
        jobs = {
            "pyoxigraph": partial(theirs, query.text),
            "twitchkg": partial(ours, query.name),
        }
        lines.append(calls(query.name, jobs, rounds).lines[1]._replace(name=query.name))
    return [averaged("library queries to raw pyoxigraph", lines), *_rdflib(chosen, ours)]


def _rdflib(chosen: list[catalogue.NamedQuery], ours: Callable[[str], None]) -> list[Table]:
    graph = rdflib.Graph()
    for path in resources.ontology_files():
        graph.parse(path)

    def theirs(text: str) -> None:
        for row in graph.query(text):
            assert isinstance(row, rdflib.query.ResultRow)
            for cell in row:
                if isinstance(cell, rdflib.Literal):
                    cell.toPython()

    lines = []
    for query in chosen:
        jobs = {"twitchkg": partial(ours, query.name), "rdflib": partial(theirs, query.text)}
        lines.append(calls(query.name, jobs, 1).lines[1]._replace(name=query.name))
    return [averaged("rdflib to library queries", lines)]


def _prepared() -> pyoxigraph.Store:
    """The store that twitchkg prepared, so that both ask the same one."""
    folder = resources.cache_dir()
    digest = resources.known_digest(resources.ontology_files())
    (name,) = [n for n in os.listdir(folder) if n.startswith("store-") and n.endswith(digest)]
    return pyoxigraph.Store.read_only(os.path.join(folder, name))
