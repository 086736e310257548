"""The graph in the formats of others: for triple stores, tables, networks and OBO tools.

:data:`FORMATS` lists them. Heavy engines belong to extras and are imported when first used.
"""

from __future__ import annotations

from twitchkg.errors import ParameterError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.store import Store

RDF = ("turtle", "ntriples", "rdfxml", "jsonld", "trig", "nquads")
SINGLE = ("nanopubs", "obographs", "sqlite", "graphml")
FOLDERS = ("csv", "parquet", "kgx-tsv", "kgx-jsonl")
FORMATS = (*RDF, *SINGLE, *FOLDERS)
"""Every format of the graph: of RDF, of one file, and of several files in a folder."""


def single(store: Store, format: str) -> bytes:
    """The graph as one file of :data:`SINGLE`.

    :raises ParameterError: if there is no such format.
    :raises twitchkg.errors.MissingExtraError: if NetworkX is wanted and not installed.
    """
    if format == "nanopubs":
        from twitchkg.export import nanopubs

        return nanopubs.trig(store)
    if format == "obographs":
        from twitchkg.export import obograph

        return obograph.written(store)
    from twitchkg.export import content

    if format == "sqlite":
        from twitchkg.export import tabular

        return tabular.sqlite(content.tables(store))
    if format == "graphml":
        from twitchkg.export import frames

        return frames.graphml(content.table(store, "nodes"), content.table(store, "edges"))
    raise ParameterError(f"No format is named '{format}'. There are {', '.join(FORMATS)}.")


def folder(store: Store, format: str) -> dict[str, bytes]:
    """The graph as the files of one of :data:`FOLDERS`, with a manifest.

    :raises ParameterError: if there is no such format.
    :raises twitchkg.errors.MissingExtraError: if pyarrow is wanted and not installed.
    """
    from twitchkg.claims import NOTICE
    from twitchkg.export import about, content, kgx, tabular
    from twitchkg.export.files import MANIFEST, manifest

    if format not in FOLDERS:
        raise ParameterError(f"No format is named '{format}'. There are {', '.join(FORMATS)}.")
    if format.startswith("kgx"):
        files = kgx.tsv(store) if format == "kgx-tsv" else kgx.jsonl(store)
    else:
        tables = content.tables(store)
        files = tabular.csv(tables) if format == "csv" else tabular.parquet(tables)
    head = {
        "title": about.TITLE,
        "version": about.version(),
        "license": about.LICENSE,
        "notice": NOTICE,
    }
    return {**files, MANIFEST: manifest(files, head)}


def statements_of(format: str, variant: str, files: Sequence[str] = ()) -> bytes:
    """The statements of a variant in a format of :data:`RDF`.

    :raises ParameterError: if there is no such format or variant.
    """
    from twitchkg.export import statements

    return statements.written(format, variant, files)
