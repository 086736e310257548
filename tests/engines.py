"""SPARQL engines made by others, started for a test on loopback and stopped for sure.

Each is a context manager that gives a :class:`Engine`. An engine that is not installed skips the
test with the way to install it::

    with engines.virtuoso() as engine:
        ask(engine.query_url)
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pytest

_START = 60.0  # seconds that an engine may take to answer its first query


@dataclass(frozen=True)
class Engine:
    """A running engine.

    :param query_url: where SPARQL queries go, without credentials.
    :param update_url: where SPARQL updates go; ``user`` and ``password`` where it asks for them.
    :param graph_store_url: where the Graph Store Protocol goes, with the same credentials, or
        ``None`` if the engine does not speak it.
    :param union: whether a query without ``GRAPH`` sees the named graphs.
    :param process: the id of the engine's process.
    """

    name: str
    query_url: str
    update_url: str
    graph_store_url: str | None
    user: str | None
    password: str | None
    union: bool
    process: int


def free_port() -> int:
    """A port of loopback that nothing listened on a moment ago."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


_VIRTUOSO_INI = """\
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa

[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx

[Parameters]
ServerPort = 127.0.0.1:{server}
DisableUnixSocket = 1
NumberOfBuffers = {buffers}
MaxDirtyBuffers = {dirty}
CheckpointInterval = 0
TransactionAfterImageLimit = {transaction}
DirsAllowed = .

[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8

[SPARQL]
ResultSetMaxRows = {rows}
MaxQueryExecutionTime = {seconds}
"""


@contextlib.contextmanager
def virtuoso(
    buffers: int = 20_000,
    *,
    rows: int = 1 << 20,
    seconds: int = 120,
    transaction: int = 50_000_000,
) -> Iterator[Engine]:
    """Virtuoso 7 with an empty database and a password of its own for the user ``dba``.

    Its default graph is the union of all; updates and the Graph Store Protocol ask for digest
    authentication. ``/sparql`` answers queries only.

    :param buffers: pages of 8 KiB that it may keep in memory.
    :param rows: how long an answer may be; more are cut.
    :param seconds: how long a request may take.
    :param transaction: bytes that its log may take for one request.
    """
    program = shutil.which("virtuoso-t")
    if program is None:
        pytest.skip("Virtuoso is not installed: apt-get install virtuoso-opensource-7-bin")
    password = secrets.token_hex(8)
    with _folder() as folder:
        http, server = free_port(), free_port()
        with open(os.path.join(folder, "virtuoso.ini"), "w", encoding="ascii") as file:
            dirty = buffers * 3 // 4
            file.write(
                _VIRTUOSO_INI.format(
                    server=server,
                    http=http,
                    buffers=buffers,
                    dirty=dirty,
                    rows=rows,
                    seconds=seconds,
                    transaction=transaction,
                )
            )
        command = [program, "+foreground", "+configfile", "virtuoso.ini"]
        # Makes the database, changes the passwords and ends.
        passwords = ["+pwdold", "dba", "+pwddba", password, "+pwddav", password]
        subprocess.run(
            [*command, *passwords], cwd=folder, capture_output=True, timeout=_START, check=False
        )
        base = f"http://127.0.0.1:{http}"
        with _running(command, folder, f"{base}/sparql?query=ASK%7B%7D") as process:
            yield Engine(
                "virtuoso",
                f"{base}/sparql",
                f"{base}/sparql-auth",
                f"{base}/sparql-graph-crud-auth",
                "dba",
                password,
                True,
                process,
            )


_RDFLIB_PROGRAM = """\
import sys
import rdflib, rdflib_endpoint, uvicorn
port, union, files = int(sys.argv[1]), sys.argv[2] == "union", sys.argv[3:]
graph = rdflib.Dataset(default_union=union)
for file in files:
    graph.default_graph.parse(file)
app = rdflib_endpoint.SparqlEndpoint(graph=graph, path="/sparql", enable_update=True)
uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
"""


@contextlib.contextmanager
def rdflib_endpoint(*, union: bool = False, files: Sequence[str] = ()) -> Iterator[Engine]:
    """rdflib-endpoint with updates enabled, on uvicorn in a process of its own.

    It asks for no credentials and does not speak the Graph Store Protocol.

    :param union: whether its default graph is the union of all graphs.
    :param files: RDF files for the default graph.
    """
    if importlib.util.find_spec("rdflib_endpoint") is None:
        pytest.skip("rdflib-endpoint is not installed: pip install rdflib-endpoint")
    port = free_port()
    url = f"http://127.0.0.1:{port}/sparql"
    paths = [os.path.abspath(file) for file in files]
    kind = "union" if union else "own"
    command = [sys.executable, "-c", _RDFLIB_PROGRAM, str(port), kind, *paths]
    with _folder() as folder, _running(command, folder, f"{url}?query=ASK%7B%7D") as process:
        yield Engine("rdflib-endpoint", url, url, None, None, None, union, process)


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    folder = tempfile.mkdtemp(prefix="twitchkg-engine-")
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _running(command: Sequence[str], folder: str, probe: str) -> Iterator[int]:
    """Run a server until the block ends; it is up when it answers the probe."""
    log = os.path.join(folder, "output.txt")
    with open(log, "wb") as output:
        process = subprocess.Popen(command, cwd=folder, stdout=output, stderr=output)
    try:
        _await(process, probe, log)
        yield process.pid
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await(process: subprocess.Popen[bytes], probe: str, log: str) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(probe, timeout=5) as answer:
                answer.read()
            return
        except (OSError, urllib.error.URLError):
            time.sleep(0.1)
    with open(log, encoding="utf-8", errors="replace") as file:
        raise AssertionError(f"{process.args!r} did not start: {file.read()[-1000:]}")
