"""Publishing the synthetic corpus, so many times over, into a Virtuoso on this machine.

Run it with the interpreter that has twitchkg installed, where Virtuoso is (Debian's
``virtuoso-opensource-7-bin``)::

    python tests/benchmarks/publish.py [FACTOR ...]

For each factor (1, 10 and 100 when none is given; 1000 has more than 10 million triples) it prints
the triples that the store counts afterwards, the processor time and peak memory of the publishing
process, and the time by the clock, in which the store works too. It judges nothing.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

import corpus

sys.path.insert(0, os.path.dirname(os.path.dirname(__file__)))
import engines  # what the tests start, too

BUFFERS = 400_000
"""Pages of 8 KiB that the store may keep in memory; with few, it reads and writes all the time."""
PATIENCE = 3600
"""Seconds that the store may take for one request: it moves a graph of millions in one."""
TRANSACTION = 2_000_000_000
"""Bytes that its log may take for one request; with the 50,000,000 that are usual, Virtuoso refuses
to move ten million triples."""

_PROGRAM = """\
import json, os, sys, time
from twitchkg.graphstore import GraphStore
from twitchkg.publish import publish
path, query, update, user = sys.argv[1:]
target = GraphStore(
    query, update, user=user, password=os.environ["STORE_PASSWORD"], timeout=3600
)
shown = 0.0
def tell(text):
    global shown
    if time.monotonic() - shown > 30 or "moved" in text:
        shown = time.monotonic()
        print(f"  {time.process_time():.0f} s: {text}", file=sys.stderr)
[done] = publish(target, [path], bundled=False, default_graph="leave", progress=tell)
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM:"))
print(json.dumps([done.triples, done.action, time.process_time(), int(peak) / 1024]))
"""


def main() -> None:
    """Publish the corpus as often as the arguments say."""
    factors = [int(word) for word in sys.argv[1:]] or [1, 10, 100]
    print("| copies | triples | CPU seconds | peak MiB | seconds by the clock |")
    print("| --: | --: | --: | --: | --: |")
    for factor in factors:
        with (
            tempfile.TemporaryDirectory() as folder,
            engines.virtuoso(BUFFERS, seconds=PATIENCE, transaction=TRANSACTION) as store,
        ):
            path = os.path.join(folder, "corpus.nt")
            corpus.written(path, factor)
            start = time.monotonic()
            where = [path, store.query_url, str(store.update_url), str(store.user)]
            done = subprocess.run(
                [sys.executable, "-c", _PROGRAM, *where],
                env={**os.environ, "STORE_PASSWORD": str(store.password)},
                stdout=subprocess.PIPE,
                check=True,
            )
            triples, action, seconds, peak = json.loads(done.stdout)
            assert action == "loaded", action
            took = time.monotonic() - start
            print(
                f"| {factor:,} | {triples:,} | {seconds:.1f} | {peak:.0f} | {took:.0f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
