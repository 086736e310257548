"""The header imports every module, and the catalogue maps each to its file."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

ONTOLOGY = Path(__file__).parent.parent / "ontology"
CATALOGUE = "{urn:oasis:names:tc:entity:xmlns:xml:catalog}uri"


def modules() -> dict[str, str]:
    """The IRI of each module, with its file."""
    found = {}
    for path in sorted(ONTOLOGY.glob("*/*.ttl")):
        heads = re.findall(
            r"^<(https://w3id.org/twitchkg/\S+)>\n    a owl:Ontology ", path.read_text(), re.M
        )
        assert len(heads) == 1, path
        found[heads[0]] = path.relative_to(ONTOLOGY).as_posix()
    assert found
    return found


def test_the_header_imports_every_module() -> None:
    header = (ONTOLOGY / "twitchkg.ttl").read_text()
    assert re.findall(r"owl:imports <(\S+)>", header) == sorted(modules())


def test_the_catalogue_maps_every_module() -> None:
    tree = ET.parse(ONTOLOGY / "catalog-v001.xml")
    assert {uri.get("name"): uri.get("uri") for uri in tree.iter(CATALOGUE)} == modules()
