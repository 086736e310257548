"""Nanopublications, KGX, OBO Graphs, and the description of a release."""

from __future__ import annotations

import csv
import hashlib
import json
import pathlib
import re
import warnings

import pytest
import rdflib
import yaml
from conftest import ROOT
from obographs.model import GraphDocument
from rdflib.namespace import DCAT, DCTERMS, OWL, RDF, VOID
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.sparql import Query
from rdflib.query import Result

import twitchkg
from twitchkg import mappings, resources
from twitchkg.cli import main
from twitchkg.export import about, kgx, nanopubs
from twitchkg.export.release import DESCRIPTION, ENDINGS
from twitchkg.graph import NOTICE
from twitchkg.namespaces import ONTOLOGY, expand

SPDX = rdflib.Namespace("http://spdx.org/rdf/terms#")


@pytest.fixture(scope="module")
def made(kg: twitchkg.KnowledgeGraph) -> dict[str, bytes]:
    return kg.export_files("release")


@pytest.fixture(scope="module")
def description(made: dict[str, bytes]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=made[DESCRIPTION], format="turtle")


def test_one_distribution_for_each_file(made: dict[str, bytes], description: rdflib.Graph) -> None:
    listed = {}
    for file in description.objects(rdflib.URIRef(ONTOLOGY), DCAT.distribution):
        checksum = description.value(file, SPDX.checksum)
        listed[str(description.value(file, DCTERMS.title))] = (
            int(str(description.value(file, DCAT.byteSize))),
            str(description.value(checksum, SPDX.checksumValue)),
        )
        media = description.value(file, DCAT.mediaType)
        format = description.value(file, DCTERMS.format)
        # IANA has no entry for these, so that no IRI there would lead anywhere.
        unregistered = str(file).endswith((".graphml", ".jsonl", ".ofn"))
        assert (media is None, format is None) == (unregistered, not unregistered)
        named = description.value(format, DCTERMS.title) if media is None else media
        assert re.fullmatch(r"(\S+media-types/)?(application|text)/[\w.+-]+", str(named))
        assert str(description.value(file, DCAT.downloadURL)).startswith(about.version_iri())
    expected = {
        name: (len(content), hashlib.sha256(content).hexdigest())
        for name, content in made.items()
        if name not in (DESCRIPTION, "manifest.json")
    }
    assert listed == expected
    assert len(listed) > 35


def test_each_dump_of_the_whole_graph_is_named_as_one(description: rdflib.Graph) -> None:
    dumps = {str(o).rpartition(".")[2] for o in description.objects(None, VOID.dataDump)}
    assert dumps == set(ENDINGS.values())
    distributions = set(description.objects(None, DCAT.distribution))
    assert set(description.objects(None, VOID.dataDump)) <= distributions


def test_licence_once_and_version(description: rdflib.Graph) -> None:
    data = rdflib.URIRef(ONTOLOGY)
    assert list(description.objects(data, DCTERMS.license)) == [rdflib.URIRef(about.LICENSE)]
    assert len(list(description.triples((None, DCTERMS.license, None)))) == 1
    assert list(description.objects(data, OWL.versionIRI)) == [rdflib.URIRef(about.version_iri())]
    assert str(description.value(data, DCTERMS.description)) == NOTICE
    assert str(description.value(data, DCTERMS.created)) == about.CREATED
    assert str(description.value(data, DCTERMS.issued)) == about.ISSUED
    assert str(description.value(data, DCTERMS.publisher)) == about.CREATOR
    assert str(description.value(data, DCTERMS.bibliographicCitation)) == about.citation()
    assert (data, RDF.type, DCAT.Dataset) in description


def test_the_manifest_lists_every_file(made: dict[str, bytes]) -> None:
    manifest = json.loads(made["manifest.json"])
    assert {entry["name"] for entry in manifest["files"]} == set(made) - {"manifest.json"}
    assert manifest["notice"] == NOTICE


def test_the_release_is_the_same_each_time(made: dict[str, bytes], tmp_path: pathlib.Path) -> None:
    """In Python and from the command line."""
    assert main(["export", "--release", str(tmp_path / "release")]) == 0
    again = {path.name: path.read_bytes() for path in (tmp_path / "release").iterdir()}
    assert sorted(again) == sorted(made)
    assert [name for name in made if made[name] != again[name]] == []


def test_citation_and_codemeta_agree(description: rdflib.Graph) -> None:
    data = rdflib.URIRef(ONTOLOGY)
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    meta = json.loads((ROOT / "codemeta.json").read_text(encoding="utf-8"))
    version = str(description.value(data, OWL.versionInfo))
    assert citation["version"] == meta["version"] == version == twitchkg.__version__
    assert citation["title"] == meta["name"]
    assert " ".join(citation["abstract"].split()) == meta["description"]
    assert [a["name"] for a in citation["authors"]] == [a["name"] for a in meta["author"]]
    assert str(description.value(data, DCTERMS.creator)) == citation["authors"][0]["name"]
    keywords = {str(word) for word in description.objects(data, DCAT.keyword)}
    assert keywords == set(citation["keywords"]) == set(meta["keywords"])
    assert [iri.rpartition("/")[2] for iri in meta["license"]] == citation["license"]
    assert meta["identifier"] == ONTOLOGY


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the library asks rdflib in old ways
def test_the_nanopub_library_accepts_every_nanopublication(
    kg: twitchkg.KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its models warn of one another when imported
        import nanopub
    text = kg.export_file("nanopubs").decode()
    head, *blocks = text.split("\n\n<")
    assert NOTICE in head
    # The library has rdflib parse one and the same query for each, which takes nearly all its time.
    known: dict[str, Query] = {}
    ask = rdflib.Graph.query

    def asked(self: rdflib.Graph, text: str) -> Result:
        if text not in known:
            known[text] = prepareQuery(text, initNs=dict(self.namespaces()))
        return ask(self, known[text])

    monkeypatch.setattr(rdflib.Graph, "query", asked)
    count = 0
    for place in range(0, len(blocks), 4):
        parts = [head, *(f"<{block}" for block in blocks[place : place + 4])]
        graph = rdflib.Dataset()
        graph.parse(data="\n".join(parts), format="trig")
        assert nanopub.Nanopub(rdf=graph).is_valid  # type: ignore[attr-defined]
        count += 1
    assert count == len(kg.claims())


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # rdflib's own
def test_a_nanopublication_says_who_says_what(kg: twitchkg.KnowledgeGraph) -> None:
    dataset = rdflib.Dataset()
    dataset.parse(data=kg.export_file("nanopubs"), format="trig")
    denied = next(claim for claim in kg.claims() if claim.negated)
    base = nanopubs.NANOPUB + denied.iri.rpartition("/")[2]
    assertion = dataset.graph(rdflib.URIRef(f"{base}#assertion"))
    bare = (rdflib.URIRef(denied.subject), rdflib.URIRef(denied.predicate), None)
    assert not list(assertion.triples(bare))  # a denial is never published as its opposite
    negated = rdflib.URIRef("https://w3id.org/twitchkg/ontology/isNegated")
    assert str(assertion.value(rdflib.URIRef(denied.iri), negated)) == "true"
    provenance = dataset.graph(rdflib.URIRef(f"{base}#provenance"))
    prov = rdflib.Namespace("http://www.w3.org/ns/prov#")
    said = rdflib.URIRef(f"{base}#assertion")
    assert provenance.value(said, prov.hadPrimarySource) == rdflib.URIRef(denied.source)
    agent = rdflib.URIRef("https://w3id.org/twitchkg/id/reading-agent")
    assert provenance.value(said, prov.wasAttributedTo) == agent


def test_an_outlook_is_published_with_its_red_flags(kg: twitchkg.KnowledgeGraph) -> None:
    text = kg.export_file("nanopubs").decode()
    outlooks = text.count("twk:predicate twk:hasPrognosis")
    assert outlooks == text.count('"Red flags: ') == len(kg.claims(predicate="hasPrognosis"))


def test_obo_graphs_are_read_by_their_library(kg: twitchkg.KnowledgeGraph) -> None:
    document = GraphDocument.model_validate(json.loads(kg.export_file("obographs")))
    (graph,) = document.graphs
    names = {node.id: node.lbl for node in graph.nodes}
    twitch = str(expand("twd:muscle-twitching"))
    assert names[twitch] == "muscle twitching"
    assert {end for edge in graph.edges for end in (edge.sub, edge.obj)} <= set(names)
    cause = str(expand("twk:canCause"))
    el = rdflib.Graph().parse(data=kg.export_el("rdfxml"), format="xml")
    restrictions = set(el.subjects(OWL.onProperty, rdflib.URIRef(cause)))
    assert len([e for e in graph.edges if e.pred == cause]) == len(restrictions) > 40


def test_kgx_tells_documents_and_denials_apart(kg: twitchkg.KnowledgeGraph) -> None:
    nodes, edges = kgx.records(kg.store)
    ids = {node["id"] for node in nodes}
    assert len(ids) == len(nodes)
    claims = {f"twc:{claim.iri.rpartition('/')[2]}": claim for claim in kg.claims()}
    for edge in edges:
        claim = claims[str(edge["id"])]
        assert edge["negated"] == claim.negated
        assert edge["publications"] == [f"twsrc:{claim.source.rpartition('/')[2]}"]
        assert edge["knowledge_level"] == "knowledge_assertion"
        assert edge["agent_type"] == "automated_agent"
        assert {edge["subject"], edge["object"]} <= ids
        outlook = edge["original_predicate"] == "twk:hasPrognosis"
        assert outlook == ("red_flags" in edge)
    related = [claim for claim in claims.values() if isinstance(claim.object, twitchkg.Iri)]
    assert len(edges) == len(related)


def test_kgx_tables_and_lines_hold_the_same(kg: twitchkg.KnowledgeGraph) -> None:
    lines, tables = kg.export_files("kgx-jsonl"), kg.export_files("kgx-tsv")
    for name in ("nodes", "edges"):
        records = [json.loads(line) for line in lines[f"twitchkg_{name}.jsonl"].splitlines()]
        text = tables[f"twitchkg_{name}.tsv"].decode().splitlines()
        rows = list(csv.DictReader(text, delimiter="\t", quoting=csv.QUOTE_NONE))
        assert len(rows) == len(records)
        for row, record in zip(rows, records, strict=True):
            for key, value in record.items():
                flat = "|".join(value) if isinstance(value, list) else value
                flat = str(flat).lower() if isinstance(flat, bool) else flat
                assert row[key] == flat


def test_the_biolink_table_names_terms_of_the_graph(kg: twitchkg.KnowledgeGraph) -> None:
    assert kgx.table()
    for term, (biolink, inverse) in kgx.table().items():
        assert kg.query(f"ASK {{ ?s ?p ?o FILTER({term} IN (?s, ?p)) }}").boolean, term
        kind = r"[A-Z][A-Za-z]+" if biolink[8].isupper() else r"[a-z_]+"
        assert re.fullmatch(f"biolink:{kind}", biolink)
        assert not (inverse and biolink[8].isupper())
    releases = {row["release"] for row in mappings.table("biolink.tsv", kgx.COLUMNS)}
    assert len(releases) == 1


def test_licences_of_others_stay_reachable() -> None:
    for path in resources.ontology_files():
        if "/evidence/" in path:
            graph = rdflib.Graph().parse(path)
            assert list(graph.objects(None, DCTERMS.license)), path
