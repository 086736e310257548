"""KGX's own validator over the KGX export, without the network.

Run with the Python of an environment that has ``kgx`` and ``biolink-model``:
``python tests/ecosystems/kgx_check.py FOLDER TABLE``, where FOLDER is made by
``twitchkg export -f kgx-jsonl`` and TABLE is ``ontology/mappings/biolink.tsv``.
"""

from __future__ import annotations

import csv
import importlib.metadata
import json
import pathlib
import sys
import tempfile

import biolink_model
import bmt.toolkit
import yaml

FOLDER, TABLE = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
SCHEMA = pathlib.Path(next(iter(biolink_model.__path__))) / "schema" / "biolink_model.yaml"

# Both fetch their schemas from GitHub when imported; the installed release has the same file.
bmt.toolkit.Toolkit.__init__.__defaults__ = (str(SCHEMA), {"predicate mappings": []})
toolkit = bmt.toolkit.Toolkit()
prefixes = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))["prefixes"]

import kgx.config  # noqa: E402 (the defaults must be set before)

kgx.config.jsonld_context_map["biolink"] = dict(prefixes)

from kgx.validator import Validator  # noqa: E402

release = importlib.metadata.version("biolink-model")
with TABLE.open(encoding="utf-8") as file:
    rows = list(csv.DictReader(file, delimiter="\t"))
for row in rows:
    name = row["biolink"]
    element = toolkit.get_element(name)
    assert row["release"] == release, (row, release)
    assert element is not None, f"Biolink {release} has no {name}"
    assert not element.deprecated, f"Biolink {release} has deprecated {name}"
    assert not element.mixin, f"{name} is a mixin"
    is_class = name.partition(":")[2][0].isupper()
    assert toolkit.is_category(name) if is_class else toolkit.is_predicate(name), name

validator = Validator()
own = {"twc", "twd", "twsrc"}
validator.prefixes |= own  # the Biolink model cannot know the prefixes of this graph
counts = {}
for kind in ("nodes", "edges"):
    lines = (FOLDER / f"twitchkg_{kind}.jsonl").read_text(encoding="utf-8").splitlines()
    counts[kind] = len(lines)
    for line in lines:
        record = json.loads(line)
        if kind == "nodes":
            validator.analyse_node(record["id"], record)
        else:
            validator.analyse_edge(record["subject"], record["object"], None, record)
errors = validator.get_errors()
with tempfile.TemporaryFile("w+") as report:
    validator.write_report(report)
    report.seek(0)
    text = report.read()
print(text[:4000])
assert counts["nodes"] > 400, counts
assert counts["edges"] > 1000, counts
found = {level: dict(kinds) for level, kinds in errors.items() if kinds}
assert "ERROR" not in found, "KGX finds errors"
print(f"KGX: {counts['nodes']} nodes and {counts['edges']} edges, {len(rows)} terms of {release}")
