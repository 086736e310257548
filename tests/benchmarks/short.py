"""Put the short form of a report into docs/benchmarks.md, and the report beside it::

    python tests/benchmarks/short.py benchmarks.json [growth.json]

The page then shows what the files say; ``tests/test_benchmarks.py`` compares them.
"""

from __future__ import annotations

import json
import pathlib
import re
import sys
from typing import Any

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs"
PAGE = DOCS / "benchmarks.md"
BEGIN, END = "<!-- measured -->\n", "<!-- end -->\n"
_LONG = 20
"""Of a table with more lines, the first two alone are shown, which sum up the others."""


def short(record: dict[str, Any], growth: dict[str, Any]) -> str:
    """The short form of both reports: setting, ratios of each table, and exponents."""
    setting = ", ".join(f"{name} {value}" for name, value in record["setting"].items())
    parts = [f"Measured with {setting}.\n"]
    for title, lines in record["tables"].items():
        parts.append(f"\n**{title[0].upper()}{title[1:]}**\n\n")
        parts.append("| | median | least – largest | CPU |\n")
        parts.append("| --- | --: | --: | --: |\n")
        for line in lines[: 2 if len(lines) > _LONG else None]:
            middle, least, largest = line["wall"]
            cpu = "" if line["cpu"] is None else f"{line['cpu']:.2f}"
            parts.append(
                f"| {line['name']} | {middle:.2f} | {least:.2f} – {largest:.2f} | {cpu} |\n"
            )
    triples = ", ".join(f"{n:,} (×{factor})" for factor, n in growth["triples"].items())
    parts.append(f"\n**Growth**, over {triples} triples\n\n| | exponent | last step |\n")
    parts.append("| --- | --: | --: |\n")
    for name, line in growth["lines"].items():
        if line["exponent"] is not None and not name.startswith(("query ", "rule ", "build ")):
            parts.append(f"| {name} | {line['exponent']:.2f} | {line['last']:.2f} |\n")
    return "".join(parts)


def page(text: str, form: str) -> str:
    """The page with another short form between its marks."""
    between = re.compile(f"(?<={re.escape(BEGIN)}).*(?={re.escape(END)})", re.S)
    found, number = between.subn(lambda _: form, text)
    if number != 1:
        raise ValueError(f"{PAGE} must have '{BEGIN.strip()}' and '{END.strip()}' once.")
    return found


def main(paths: list[str]) -> None:
    """Copy the reports into docs and write the page anew."""
    for path in paths:
        given = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        name = "growth.json" if "triples" in given else "benchmarks.json"
        (DOCS / name).write_text(json.dumps(given, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), short(*records())), encoding="utf-8")


def records() -> tuple[dict[str, Any], dict[str, Any]]:
    """The reports that stand in docs: of the benchmarks and of growth."""
    texts = [(DOCS / f"{n}.json").read_text(encoding="utf-8") for n in ("benchmarks", "growth")]
    return json.loads(texts[0]), json.loads(texts[1])


if __name__ == "__main__":
    main(sys.argv[1:])
