"""The files of a release, and the description of the dataset that lists them."""

from __future__ import annotations

from twitchkg import elprofile, extension
from twitchkg.claims import NOTICE
from twitchkg.export import content, frames, jsonld, kgx, nanopubs, obograph, statements, tabular
from twitchkg.export.about import (
    CREATED,
    CREATOR,
    ISSUED,
    KEYWORDS,
    LICENSE,
    TITLE,
    citation,
    head,
    version,
    version_iri,
)
from twitchkg.export.files import MANIFEST, digest, manifest
from twitchkg.namespaces import GRAPH, ONTOLOGY, PREFIXES, RDF, TWK
from twitchkg.terms import XSD, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from twitchkg.results import Triple
    from twitchkg.store import Store

DESCRIPTION = "dataset.ttl"
ENDINGS = {
    "turtle": "ttl",
    "ntriples": "nt",
    "rdfxml": "rdf",
    "trig": "trig",
    "nquads": "nq",
    "jsonld": "jsonld",
}
MEDIA = {
    "csv": "text/csv",
    "graphml": "application/graphml+xml",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "jsonld": "application/ld+json",
    "nq": "application/n-quads",
    "nt": "application/n-triples",
    "ofn": "text/owl-functional",
    "owl": "application/rdf+xml",
    "parquet": "application/vnd.apache.parquet",
    "rdf": "application/rdf+xml",
    "sqlite": "application/vnd.sqlite3",
    "trig": "application/trig",
    "tsv": "text/tab-separated-values",
    "ttl": "text/turtle",
}
"""The media type of each ending."""
UNREGISTERED = frozenset(("graphml", "jsonl", "ofn"))
"""Endings whose media type is in use but in no registry, so that it has no IRI of its own."""


def release(
    store: Store,
    files: Sequence[str] = (),
    progress: Callable[[str], object] = lambda text: None,
) -> dict[str, bytes]:
    """Every file of a release, the description and the manifest among them.

    :param store: the graph.
    :param files: files of the user's own that the graph was made with.
    :param progress: is called with what is made next.
    :raises twitchkg.errors.MissingExtraError: if pyarrow or NetworkX is not installed.
    """
    from twitchkg.store import serialize

    made: dict[str, bytes] = {}
    for variant in statements.VARIANTS:
        for format, ending in ENDINGS.items():
            if variant == "inferred" or format == "turtle":
                name = f"twitchkg-{variant}.{ending}"
                progress(f"making {name}")
                made[name] = statements.written(format, variant, files)
    progress("making the entities as classes")
    axioms = elprofile.triples(store)
    made["twitchkg-el.owl"] = serialize(axioms, "rdfxml").encode()
    made["twitchkg-el.ofn"] = elprofile.functional(axioms).encode()
    made["twitchkg-el.obographs.json"] = obograph.written(store)
    progress("making the nanopublications")
    made["twitchkg-nanopubs.trig"] = nanopubs.trig(store)
    progress("making KGX")
    made |= {**kgx.tsv(store), **kgx.jsonl(store)}
    progress("making the tables")
    tables = content.tables(store)
    by_name = {table.name: table for table in tables}
    made |= tabular.csv(tables)
    parquet = tabular.parquet(tables)
    made["datapackage-parquet.json"] = parquet.pop(tabular.DICTIONARY)
    made |= parquet
    made["twitchkg.sqlite"] = tabular.sqlite(tables)
    made["twitchkg.graphml"] = frames.graphml(by_name["nodes"], by_name["edges"])
    made[jsonld.FILE] = jsonld.context_file().encode()
    progress("making the description")
    made[DESCRIPTION] = serialize(sorted(set(described(made, files))), "turtle").encode()
    made[MANIFEST] = manifest(made, head())
    return made


def described(files: Mapping[str, bytes], user_files: Sequence[str] = ()) -> Iterator[Triple]:
    """The description of the dataset in VoID and DCAT: one distribution for each file.

    :param files: the contents of the distributions by name.
    :param user_files: files of the user's own, or a folder, that the graph was made with.
    """
    terms = {name: PREFIXES[name] for name in ("dcat", "dcterms", "owl", "spdx", "void")}

    def iri(curie: str) -> Term:
        prefix, _, local = curie.partition(":")
        return Term.iri(terms[prefix] + local)

    data, kind = Term.iri(ONTOLOGY), Term.iri(RDF + "type")
    now = Term.iri(version_iri())
    for name in ("dcat:Dataset", "void:Dataset", "owl:Ontology"):
        yield data, kind, iri(name)
    for name, value in (
        *(("title", TITLE), ("description", NOTICE), ("creator", CREATOR)),
        *(("publisher", CREATOR), ("bibliographicCitation", citation())),
    ):
        yield data, iri(f"dcterms:{name}"), Term.string(value, "en")
    yield data, iri("dcterms:created"), Term("literal", CREATED, _DATE)
    yield data, iri("dcterms:issued"), Term("literal", ISSUED, _DATE)
    for word in KEYWORDS:
        yield data, iri("dcat:keyword"), Term.string(word, "en")
    yield data, iri("dcterms:license"), Term.iri(LICENSE)
    yield data, iri("dcterms:hasVersion"), now
    yield data, iri("owl:versionIRI"), now
    yield data, iri("owl:versionInfo"), Term.string(version())
    yield data, iri("void:uriSpace"), Term.string(PREFIXES["twd"])
    yield data, iri("void:vocabulary"), Term.iri(TWK)
    yield data, iri("void:triples"), Term.integer(len(statements.extract("inferred", user_files)))
    for _, graph in extension.parts(user_files):
        if graph and graph.startswith(GRAPH):
            yield data, iri("void:subset"), Term.iri(graph)
    for name, content_ in files.items():
        file = Term.iri(f"{version_iri()}/{name}")
        checksum = Term.iri(f"{version_iri()}/{name}/checksum")
        ending = name.rpartition(".")[2]
        yield data, iri("dcat:distribution"), file
        if name.startswith("twitchkg-inferred."):
            yield data, iri("void:dataDump"), file
        yield file, kind, iri("dcat:Distribution")
        yield file, iri("dcterms:title"), Term.string(name)
        yield file, iri("dcat:downloadURL"), file
        yield file, iri("dcat:byteSize"), Term("literal", str(len(content_)), _SIZE)
        if ending in UNREGISTERED:
            format = Term.iri(f"{version_iri()}/format/{ending}")
            yield file, iri("dcterms:format"), format
            yield format, kind, iri("dcterms:MediaTypeOrExtent")
            yield format, iri("dcterms:title"), Term.string(MEDIA[ending])
        else:
            yield file, iri("dcat:mediaType"), Term.iri(_REGISTRY + MEDIA[ending])
        yield file, iri("spdx:checksum"), checksum
        yield checksum, kind, iri("spdx:Checksum")
        yield checksum, iri("spdx:algorithm"), iri("spdx:checksumAlgorithm_sha256")
        yield checksum, iri("spdx:checksumValue"), Term("literal", digest(content_), _HEX)


_REGISTRY = "https://www.iana.org/assignments/media-types/"
_SIZE, _HEX, _DATE = XSD + "nonNegativeInteger", XSD + "hexBinary", XSD + "date"
