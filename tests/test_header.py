"""The header imports every module, the catalogue maps each to its file, and all heads agree."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import date

import pytest
import rdflib
import yaml
from conftest import ROOT, releases
from rdflib.namespace import DCTERMS, OWL, VANN

import twitchkg
from twitchkg import namespaces
from twitchkg.export import about

ONTOLOGY = ROOT / "ontology"
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


@pytest.fixture(scope="module")
def header() -> rdflib.Graph:
    return rdflib.Graph().parse(ONTOLOGY / "twitchkg.ttl")


def values(header: rdflib.Graph, property_: rdflib.URIRef) -> list[str]:
    return sorted(str(o) for o in header.objects(rdflib.URIRef(namespaces.ONTOLOGY), property_))


def test_the_header_agrees_with_what_exports_say_of_themselves(header: rdflib.Graph) -> None:
    assert values(header, DCTERMS.title) == [about.TITLE]
    assert values(header, DCTERMS.creator) == [about.CREATOR]
    assert values(header, DCTERMS.publisher) == [about.CREATOR]
    assert values(header, DCTERMS.created) == [about.CREATED]
    assert date.fromisoformat(about.CREATED) <= date.today()
    assert values(header, DCTERMS.bibliographicCitation) == [about.citation()]
    assert values(header, OWL.versionInfo) == [twitchkg.__version__]
    assert values(header, OWL.versionIRI) == [f"{namespaces.ONTOLOGY}/{twitchkg.__version__}"]
    assert values(header, VANN.preferredNamespaceUri) == [namespaces.PREFIXES["twk"]]
    assert values(header, VANN.preferredNamespacePrefix) == ["twk"]


def test_the_changelog_tells_of_this_version_and_of_the_one_before(header: rdflib.Graph) -> None:
    told = releases()
    assert told[0] == (about.version(), about.ISSUED)
    assert values(header, OWL.priorVersion) == [f"{namespaces.ONTOLOGY}/{told[1][0]}"]
    days = [day for _, day in told]
    assert days == sorted(days, reverse=True)


def test_the_header_names_one_licence_as_an_iri(header: rdflib.Graph) -> None:
    licences = list(header.objects(None, DCTERMS.license))
    assert licences == [rdflib.URIRef(about.LICENSE)]
    others = {p for p in header.predicates() if "licen" in str(p).lower() or "rights" in str(p)}
    assert others == {DCTERMS.license}


def test_the_header_names_every_document(header: rdflib.Graph, kg: twitchkg.KnowledgeGraph) -> None:
    documents = sorted(str(row["s"]) for row in kg.query("SELECT ?s { ?s a twk:Source }"))
    assert values(header, DCTERMS.source) == documents


def test_citation_and_codemeta_agree_with_the_header(header: rdflib.Graph) -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    meta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    abstract = values(header, DCTERMS.abstract)[0].removeprefix("What ")
    assert abstract in " ".join(citation["abstract"].split())
    assert abstract in meta["description"]
    assert [citation["url"]] == [meta["identifier"]] == [namespaces.ONTOLOGY]
    assert [meta["dateCreated"]] == values(header, DCTERMS.created)
    assert [author["name"] for author in citation["authors"]] == values(header, DCTERMS.creator)
    assert meta["publisher"]["name"] == about.CREATOR
    assert about.LICENSE.rstrip("/").endswith("by/4.0")
    assert "CC-BY-4.0" in citation["license"]
    assert "https://spdx.org/licenses/CC-BY-4.0" in meta["license"]
    assert str(citation["version"]) == meta["version"] == about.version()
    issued = values(header, DCTERMS.issued)
    assert [str(citation["date-released"])] == [meta["datePublished"]] == [about.ISSUED] == issued
    assert about.CREATED <= about.ISSUED
