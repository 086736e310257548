"""Prefixes, spelled as the Bioregistry prefers where it knows them, and CURIEs."""

from __future__ import annotations

BASE = "https://w3id.org/twitchkg/"
TWK = BASE + "ontology/"
TWD = BASE + "id/"
TWC = BASE + "claim/"
TWSRC = BASE + "source/"
TWS = BASE + "shapes/"
GRAPH = BASE + "graph/"
USER_GRAPH = GRAPH + "user"
"""The graph of the user's own files, and the start of those of a folder of the user's own."""
MODULE = BASE + "module/"
ONTOLOGY = "https://w3id.org/twitchkg"
LICENCE = "https://creativecommons.org/licenses/by/4.0/"
"""The licence of the graph's own data."""

RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
OWL = "http://www.w3.org/2002/07/owl#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
DCTERMS = "http://purl.org/dc/terms/"
OA = "http://www.w3.org/ns/oa#"
SPDX = "http://spdx.org/rdf/terms#"
_OBO = "http://purl.obolibrary.org/obo/"

PREFIXES: dict[str, str] = {
    "bibo": "http://purl.org/ontology/bibo/",
    "biolink": "https://w3id.org/biolink/vocab/",
    "CHEBI": _OBO + "CHEBI_",
    "CL": _OBO + "CL_",
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcterms": DCTERMS,
    "DOID": _OBO + "DOID_",
    "ECO": _OBO + "ECO_",
    "FOODON": _OBO + "FOODON_",
    "HP": _OBO + "HP_",
    "MAXO": _OBO + "MAXO_",
    "mesh": "http://id.nlm.nih.gov/mesh/",
    "MONDO": _OBO + "MONDO_",
    "nif": "http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#",
    "oa": OA,
    "OMIM": "https://omim.org/entry/",
    "Orphanet": "http://www.orpha.net/ORDO/Orphanet_",
    "owl": OWL,
    "prov": "http://www.w3.org/ns/prov#",
    "qudt": "http://qudt.org/schema/qudt/",
    "rdf": RDF,
    "rdfs": RDFS,
    "schema": "https://schema.org/",
    "sh": "http://www.w3.org/ns/shacl#",
    "skos": SKOS,
    "skosxl": "http://www.w3.org/2008/05/skos-xl#",
    "SNOMEDCT": "http://snomed.info/id/",
    "spdx": SPDX,
    "sssom": "https://w3id.org/sssom/",
    "SYMP": _OBO + "SYMP_",
    "twc": TWC,
    "twd": TWD,
    "twk": TWK,
    "tws": TWS,
    "twsrc": TWSRC,
    "UBERON": _OBO + "UBERON_",
    "umls": "http://linkedlifedata.com/resource/umls/id/",
    "unit": "http://qudt.org/vocab/unit/",
    "vann": "http://purl.org/vocab/vann/",
    "void": "http://rdfs.org/ns/void#",
    "void-ext": "http://ldf.fi/void-ext#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Every prefix that twitchkg knows, with its IRI: the one place where they stand."""

_LONGEST_FIRST = sorted(PREFIXES.items(), key=lambda item: (-len(item[1]), item[0]))
_LOCAL_OK = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")


def compact(iri: str) -> str:
    """The CURIE of an IRI, or the IRI itself where no known prefix fits.

    >>> compact("http://purl.obolibrary.org/obo/HP_0002380")
    'HP:0002380'
    >>> compact("https://w3id.org/twitchkg/source/000#char=0,7")
    'https://w3id.org/twitchkg/source/000#char=0,7'
    """
    for prefix, base in _LONGEST_FIRST:
        if iri.startswith(base):
            local = iri[len(base) :]
            if local and _LOCAL_OK.issuperset(local) and local[0] not in "-." and local[-1] != ".":
                return f"{prefix}:{local}"
    return iri


def expand(curie: str) -> str | None:
    """The IRI of a CURIE with a known prefix, or ``None``.

    A prefix is matched exactly first, then without regard to letter case.

    >>> expand("HP:0002380")
    'http://purl.obolibrary.org/obo/HP_0002380'
    >>> expand("nobody:1") is None
    True
    """
    prefix, colon, local = curie.partition(":")
    if not colon or not local or local.startswith("//"):
        return None
    base = PREFIXES.get(prefix)
    if base is None:
        for known, iri in PREFIXES.items():
            if known.lower() == prefix.lower():
                base = iri
                break
    return None if base is None else base + local
