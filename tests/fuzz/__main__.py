"""Fuzz one target with coverage guidance: ``python tests/fuzz TARGET [--seconds N]``.

It needs atheris (``pip install atheris``), which the tests do not. What it finds is printed with
the input that led there, and kept in the folder given by ``--findings``.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import sys
import time


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests/fuzz", description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--findings", type=pathlib.Path, default=pathlib.Path("fuzz-findings"))
    options = parser.parse_args()

    import atheris

    sys.path.insert(0, str(pathlib.Path(__file__).parent.parent))

    names = ("twitchkg", "rdflib.plugins.parsers.notation3", "werkzeug.http", "csv")
    # What compares words takes ten times as long when it is watched.
    with atheris.instrument_imports(include=list(names), exclude=["twitchkg.lookup"]):
        from fuzz import targets
    run = targets.TARGETS[options.target]
    run(b"GET\n/search?q=twitch\n\n\n")  # opens the graph, where the target needs it
    folder = options.findings / options.target
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    seen: set[tuple[str, int]] = set()
    begun = time.monotonic()
    count = 0

    def once(data: bytes) -> None:
        """Run the target; the first input of each fault is kept, and the run goes on."""
        nonlocal count
        count += 1
        try:
            run(data)
        except Exception as error:
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            place = (
                f"{type(error).__name__} in {trace.tb_frame.f_code.co_filename}" if trace else "",
                trace.tb_lineno if trace else 0,
            )
            if place not in seen:
                seen.add(place)
                (folder / f"finding-{len(seen)}").write_bytes(data)
                print(f"{place[0]}:{place[1]}: {error!s:.300}\n  {data[:300]!r}", flush=True)
        if time.monotonic() - begun > options.seconds:
            print(
                f"{options.target}: {count} inputs in {time.monotonic() - begun:.0f} seconds, "
                f"{len(seen)} findings",
                flush=True,
            )
            os._exit(1 if seen else 0)

    corpus = pathlib.Path(__file__).parent / "corpus" / options.target
    arguments = [
        *(sys.argv[0], str(folder / "corpus"), str(corpus), "-max_len=4096", "-timeout=60"),
        *("-print_final_stats=1", f"-artifact_prefix={folder}/", "-verbosity=0"),
        f"-dict={pathlib.Path(__file__).parent / 'tokens.txt'}",
    ]
    atheris.Setup(arguments, once, internal_libfuzzer=True)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
