"""Publishing a file far larger than what may be held in memory."""

from __future__ import annotations

import http.server
import json
import pathlib
import re
import subprocess
import sys
import threading
import urllib.parse

from twitchkg.namespaces import GRAPH
from twitchkg.store import USER_GRAPH

_PROGRAM = """\
import resource, sys
from twitchkg.graphstore import GraphStore
from twitchkg.publish import publish
url, path = sys.argv[1:]
done = publish(GraphStore(url, url), [path], bundled=False, default_graph="leave")
print(done[0].triples, done[0].action, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)
"""


class Sink(http.server.BaseHTTPRequestHandler):
    """Keeps nothing of what it is sent but the number of lines, and makes the triples up again."""

    sent = 0
    moved = False
    small: dict[str, tuple[str, str, str]] = {}  # noqa: RUF012 (reset for each run)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.headers["Content-Type"] == "application/sparql-update":
            self.update(body)
            self.rows([])
            return
        query = urllib.parse.parse_qs(body)["query"][0]
        graph = (re.search(r"GRAPH <(.+?)>", query) or ["", ""])[1]
        here = graph.startswith(GRAPH + "staging-") or (graph == USER_GRAPH and Sink.moved)
        if "COUNT" in query:
            self.rows([{"n": {"type": "literal", "value": str(Sink.sent if here else 0)}}])
        elif here:
            self.rows(row(n) for n in range(Sink.sent))
        else:
            names = [{"type": "uri", "value": v} for v in Sink.small.get(graph, ())[:2]]
            values = [{"type": "literal", "value": v} for v in Sink.small.get(graph, ())[2:]]
            self.rows([dict(zip("spo", names + values, strict=True))] if names else [])

    def update(self, text: str) -> None:
        if match := re.match(r"INSERT DATA { GRAPH <(.+?)> { <(.+?)> <(.+?)> \"(.*?)\"", text):
            graph, *triple = match.groups()
            value = triple.pop().encode("ascii").decode("unicode_escape")
            Sink.small[graph] = (triple[0], triple[1], value)
        elif text.startswith("INSERT DATA"):
            Sink.sent += text.count(" .\n")
        elif text.startswith("MOVE"):
            Sink.moved = True
        elif graph := re.match(r"D.*GRAPH <(.+?)>", text):
            Sink.small.pop(graph[1], None)

    def rows(self, rows: object) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"head": {"vars": []}, "results": {"bindings": [')
        block: list[str] = []
        comma = ""
        for found in rows:  # type: ignore[attr-defined]
            block.append(comma + json.dumps(found))
            comma = ","
            if len(block) == 1000:
                self.wfile.write("".join(block).encode())
                block = []
        self.wfile.write("".join(block).encode() + b"]}}")

    def log_message(self, *_: object) -> None:
        pass


def row(number: int) -> dict[str, dict[str, str]]:
    return {
        "s": {"type": "uri", "value": f"urn:s{number // 5}"},
        "p": {"type": "uri", "value": f"urn:p{number % 5}"},
        "o": {"type": "literal", "value": text(number)},
    }


def text(number: int) -> str:
    return f"a text that makes the file a large one, number {number}"


def peak(folder: pathlib.Path, size: int) -> int:
    """The peak of memory, in MiB, of a process that publishes so many triples."""
    path = folder / "many.ttl"
    with path.open("w", encoding="utf-8") as file:
        for n in range(size):
            file.write(f'<urn:s{n // 5}> <urn:p{n % 5}> "{text(n)}" .\n')
    Sink.sent, Sink.moved, Sink.small = 0, False, {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Sink)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, f"http://127.0.0.1:{server.server_port}/", path],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 0, done.stderr[-2000:]
    triples, action, memory = done.stdout.split()
    assert (int(triples), action) == (size, "loaded")
    return int(memory)


def test_memory_does_not_grow_with_the_file(tmp_path: pathlib.Path) -> None:
    small, large = peak(tmp_path, 60_000), peak(tmp_path, 300_000)
    # To hold the 240,000 triples more would take some 400 MiB.
    assert large - small < 80, (small, large)
