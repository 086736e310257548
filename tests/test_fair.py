"""The page on FAIR answers every question of both lists, and answers the computable ones truly.

The blocks of the page run with those of the other pages, in ``test_readme``.
"""

from __future__ import annotations

import re

import pytest
import rdflib
from conftest import ROOT

from twitchkg.graph import NOTICE
from twitchkg.namespaces import ONTOLOGY

PAGE = (ROOT / "docs" / "fair.md").read_text(encoding="utf-8")
# The names of the questions of the KG-Registry's rubric, in its order; the licence is not counted.
RUBRIC = """
access_otherthanKG api_or_online_access multi_access_options sourcecode_available downloadable_KG
source_list_provided source_versions_info import_dependancies node_edge_sources
edges_deduplication triples_source_details edge_type_schema
bio_usable_data resolvable_ids construction_docs transform_docs schema_used
stable_versions public_tracker kg_contact_info updated_annually prior_versions_access
use_case_provided eval_against_others defined_scope multi_eval_methods accuracy_metrics
""".split()
# The tests of the benchmark ALL of FOOPS!.
FOOPS = """
CN1 DOC1 FIND1 FIND2 FIND3 FIND_3_BIS HTTP1 OM1 OM2 OM3 OM4.1 OM4.2 OM5.1 OM5.2 PURL1 RDF1
URI1 URI2 VER1 VER2 VOC1 VOC2 VOC3 VOC4
""".split()
# What FOOPS! wants in the header: any one property of each group.
TITLE = "dc:title dcterms:title schema:name"
DESCRIPTION = (
    "dc:abstract dcterms:abstract dc:description dcterms:description schema:description "
    "rdfs:comment doap:description doap:shortdesc skos:note"
)
LICENCE = "dcterms:license schema:license doap:license cc:license"
CREATOR = "dc:creator dcterms:creator pav:createdBy pav:authoredBy schema:creator doap:developer"
CREATED = "dcterms:created schema:dateCreated doap:created prov:generatedAtTime pav:createdOn"
PUBLISHER = "dc:publisher dcterms:publisher schema:publisher"
WANTED = {
    "FIND1": ["vann:preferredNamespacePrefix"],
    "OM1": [TITLE, DESCRIPTION, LICENCE, CREATOR, "owl:versionIRI", "vann:preferredNamespaceUri"],
    "OM2": [
        "vann:preferredNamespacePrefix",
        "owl:versionInfo schema:schemaVersion",
        CREATED,
        "dcterms:bibliographicCitation",
    ],
    "OM3": [
        "bibo:doi",
        PUBLISHER,
        "foaf:logo schema:logo",
        "bibo:status mod:status",
        "dcterms:source prov:hadOriginalSource",
        "dcterms:issued",
    ],
    "OM4.1": [LICENCE],
    "OM5.1": [CREATOR, CREATED],
    "OM5.2": ["dcterms:issued dcterms:submitted schema:datePublished", PUBLISHER],
    "VER1": ["owl:versionIRI"],
    "FIND3": ["schema:includedInDataCatalog"],
    "FIND_3_BIS": ["schema:includedInDataCatalog"],
}
NAMESPACES = {
    "bibo": "http://purl.org/ontology/bibo/",
    "cc": "http://creativecommons.org/ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "doap": "http://usefulinc.com/ns/doap#",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "mod": "https://w3id.org/mod#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "pav": "http://purl.org/pav/",
    "prov": "http://www.w3.org/ns/prov#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "vann": "http://purl.org/vocab/vann/",
}


def answers(heading: str) -> dict[str, str]:
    """The answers of a section by name; each must have a block that is run."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    parts = re.split(r"^\*\*([\w.]+): (\w+)\.\*\* ", section, flags=re.M)[1:]
    found: dict[str, str] = {}
    for name, answer, rest in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        assert name not in found, f"{name} is answered twice"
        assert answer in {"yes", "no"}, name
        assert re.search(r"^```console\n\$ twitchkg |^```python\n>>> ", rest, re.M), name
        found[name] = answer
    return found


def test_the_page_has_the_notice() -> None:
    assert NOTICE in " ".join(PAGE.split())


def test_the_rubric_is_answered_one_by_one() -> None:
    assert len(RUBRIC) == 27
    assert list(answers("The rubric of the KG-Registry")) == [*RUBRIC, "License_text"]


def test_the_tests_of_foops_are_answered_one_by_one() -> None:
    assert len(FOOPS) == 24
    assert sorted(answers("The tests of FOOPS!")) == sorted(FOOPS)


def test_the_table_counts_the_answers() -> None:
    rubric = answers("The rubric of the KG-Registry")
    del rubric["License_text"]
    for name, found in (("KG-Registry", rubric), ("FOOPS!", answers("The tests of FOOPS!"))):
        yes, no = (list(found.values()).count(word) for word in ("yes", "no"))
        assert f"| {name} | {yes} | {no} |" in PAGE


@pytest.mark.parametrize("name", WANTED)
def test_what_the_header_has_decides_the_answer(name: str) -> None:
    header = rdflib.Graph().parse(ROOT / "ontology" / "twitchkg.ttl")
    has = {str(p) for p in header.predicates(rdflib.URIRef(ONTOLOGY))}
    groups = [
        {NAMESPACES[c.partition(":")[0]] + c.partition(":")[2] for c in group.split()}
        for group in WANTED[name]
    ]
    passes = all(group & has for group in groups)
    assert answers("The tests of FOOPS!")[name] == ("yes" if passes else "no")
