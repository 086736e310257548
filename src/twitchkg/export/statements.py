"""The variants of the graph, and each as one file in a format of RDF."""

from __future__ import annotations

from twitchkg import extension
from twitchkg.errors import ParameterError
from twitchkg.export import jsonld
from twitchkg.namespaces import GRAPH, USER_GRAPH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.store import Extract

VARIANTS = {
    "base": "schema and entities, as curators wrote them",
    "full": "all but what the ontology's own axioms conclude",
    "inferred": "everything, with what follows and what it rests on",
}
"""The variants of the graph, each with what it holds."""
FORMATS = ("turtle", "ntriples", "rdfxml", "trig", "nquads", "jsonld")
_NAMED = ("trig", "nquads")
_INFERRED = GRAPH + "derived/inferred"
_BASE = (None, *(f"{GRAPH}{own}{part}" for own in ("", "user/") for part in ("schema", "data")))


def extract(variant: str, files: Sequence[str] = (), *, named: bool = False) -> Extract:
    """The statements of a variant, without the headers of the single files.

    :param variant: one of :data:`VARIANTS`.
    :param files: files of the user's own, which belong to every variant, or a folder, of which each
        variant has the same parts as of the bundled graph.
    :param named: whether to keep the named graphs apart.
    :raises ParameterError: if there is no such variant.
    :raises twitchkg.errors.DataError: if a file does not parse.
    """
    from twitchkg import store

    if variant not in VARIANTS:
        raise ParameterError(f"No variant is named '{variant}'. There are {', '.join(VARIANTS)}.")
    paths = extension.parts(files)

    def keep(graph: str | None) -> bool:
        if variant == "base":
            return graph in _BASE or graph == USER_GRAPH
        return variant == "inferred" or graph != _INFERRED

    return store.Extract(paths, named=named, keep=keep)


def written(format: str, variant: str = "inferred", files: Sequence[str] = ()) -> bytes:
    """A variant as one file.

    TriG and N-Quads keep the named graphs; the ontology's header stands in the default graph. The
    same data give the same bytes.

    :param format: one of :data:`FORMATS`.
    :param variant: one of :data:`VARIANTS`.
    :param files: files of the user's own to write with it.
    :raises ParameterError: if there is no such format or variant.
    :raises twitchkg.errors.DataError: if a file does not parse.
    """
    if format not in FORMATS:
        raise ParameterError(
            f"No format of RDF is named '{format}'. There are {', '.join(FORMATS)}."
        )
    found = extract(variant, files, named=format in _NAMED)
    return jsonld.written(found.triples()) if format == "jsonld" else found.serialize(format)
