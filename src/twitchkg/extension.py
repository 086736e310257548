"""Data of one's own: a folder that extends the bundled graph, laid out as the project's own data.

``ontology/data``, ``ontology/claims`` and ``ontology/schema`` hold what people write,
``ontology/derived`` what is made of it together with the bundled graph, ``queries`` and ``shapes``
named queries and shapes besides the bundled ones.
"""

from __future__ import annotations

import os

from twitchkg import resources
from twitchkg.errors import DataError, FileAccessError, ParameterError
from twitchkg.namespaces import GRAPH, USER_GRAPH

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    Part = tuple[str, str | None]

CURATED = ("schema", "data", "claims")
"""The folders of ``ontology/`` in which people write."""
RECORDED = ("passages.ttl", "similarities.ttl")
"""The files of ``ontology/derived`` that are made from the documents."""
STAMP = "built-from.txt"
"""The file of ``ontology/derived`` that tells from what the others were made."""


class Extension:
    """A folder of documents, claims and entities of one's own.

    Its derived layer is that of the bundled graph and the folder together, and takes the place of
    the bundled one.

    :param folder: the folder that holds ``ontology/``.
    :raises FileAccessError: if it is not there.
    :raises DataError: if it is laid out otherwise, or names a query as a bundled one is named.
    """

    __slots__ = ("folder",)

    def __init__(self, folder: str) -> None:
        self.folder = folder
        if not os.path.isdir(folder):
            raise FileAccessError(f"There is no folder '{folder}'. Check the path.")
        if not self.curated():
            raise DataError(
                f"The folder '{folder}' holds no data: there is no Turtle file in "
                "ontology/data or ontology/claims. 'twitchkg new document' tells what to put there."
            )
        self._refuse_strays()

    def curated(self) -> list[str]:
        """The Turtle files that people wrote."""
        return [p for part in CURATED for p in self._files(os.path.join("ontology", part), ".ttl")]

    def recorded(self) -> list[str]:
        """The files made from the documents: passages, and how alike documents are."""
        return [path for path in self._derived() if os.path.basename(path) in RECORDED]

    def made(self) -> list[str]:
        """The files that the build made."""
        return [path for path in self._derived() if os.path.basename(path) not in RECORDED]

    def queries(self) -> list[str]:
        """The files of the named queries."""
        return self._files("queries", ".rq")

    def shapes(self) -> list[str]:
        """The files of the shapes."""
        return self._files("shapes", ".ttl")

    def path(self, name: str) -> str:
        """Where a derived file of that name stands."""
        return os.path.join(self.folder, "ontology", "derived", name)

    def graph(self, path: str) -> str:
        """The IRI of the named graph that a file of the folder belongs to.

        ``data/*`` is ``user/data``, ``claims/b.ttl`` is ``user/claims/b``; what the build made
        stands in the graphs of the derived layer whose place it takes.
        """
        from urllib.parse import quote

        name = (resources.graph_name(path, self.folder) or "").removeprefix(GRAPH)
        is_made = os.path.dirname(path) == os.path.dirname(self.path(""))
        is_made = is_made and os.path.basename(path) not in RECORDED
        return (GRAPH if is_made else f"{USER_GRAPH}/") + quote(name)

    def given(self) -> list[Part]:
        """What people wrote and what was made from the documents, with the graph of each file."""
        return [(path, self.graph(path)) for path in (*self.curated(), *self.recorded())]

    def parts(self, *, built: bool = True) -> list[Part]:
        """The files of the bundled graph and the folder together, with the graph of each.

        :param built: whether the derived layer is to be that of both; if not, it is the bundled
            one, whatever the folder has.
        :raises DataError: if the folder has changed since its derived layer was made.
        """
        if not built:
            return [*bundled(), *self.given()]
        if not self.is_built():
            raise DataError(
                f"The folder '{self.folder}' or the bundled graph has changed since the folder's "
                f"derived layer was made, or it has none. Run 'twitchkg build --data "
                f"{self.folder}'."
            )
        ours = [part for part in bundled() if not _is_replaced(part[0])]
        return [*ours, *self.given(), *((path, self.graph(path)) for path in self.made())]

    def is_built(self) -> bool:
        """Whether the derived layer is there whole, and nothing it was made from has changed."""
        try:
            with open(self.path(STAMP), encoding="utf-8") as file:
                kept = file.read()
        except (OSError, ValueError):
            return False
        texts = {path: resources.read_text(path) for path in self.made()}
        return bool(texts) and kept == self.stamp(texts)

    def stamp(self, texts: dict[str, str]) -> str:
        """What the derived layer was made from, and what it is, as digests.

        :param texts: the texts of the derived files, by path.
        """
        rules = resources.files(os.path.join("queries", "rules"), ".rq")
        own = [*self.curated(), *self.recorded(), *self.queries(), *self.shapes()]
        ours = resources.known_digest(resources.ontology_files()) + resources.digest(rules)
        made = "\0".join(f"{os.path.basename(p)}\0{texts[p]}" for p in sorted(texts))
        return f"from {self._digest(own, ours)}\nmade {_digest(made)}\n"

    def digest(self) -> str:
        """The digest of all that is read when the folder is used."""
        paths = [path for path, _ in self.given()] + self.made()
        return self._digest(paths, resources.known_digest(resources.ontology_files()))

    def _digest(self, paths: Sequence[str], ours: str) -> str:
        """The digest of some files, with their places in the folder, and of the bundled graph."""
        places = "\0".join(os.path.relpath(path, self.folder) for path in paths)
        return _digest(f"{ours}\0{places}\0{resources.digest(list(paths))}")

    def _files(self, folder: str, suffix: str) -> list[str]:
        return resources.files(folder, suffix, self.folder)

    def _derived(self) -> list[str]:
        return self._files(os.path.join("ontology", "derived"), ".ttl")

    def _refuse_strays(self) -> None:
        known = {*self.curated(), *self._derived()}
        for path in self._files("ontology", ".ttl"):
            if path not in known:
                raise DataError(
                    f"'{path}' is in no folder that is read. Move it to ontology/data, "
                    "ontology/claims or ontology/schema."
                )
        ours = {os.path.basename(path) for path in resources.files("queries", ".rq")}
        for path in self.queries():
            if os.path.basename(path) in ours:
                raise DataError(f"'{path}' has the name of a query of twitchkg. Rename the file.")
            if os.path.basename(os.path.dirname(path)) in ("checks", "rules"):
                raise DataError(
                    f"'{path}' would not be run: a folder of one's own has named queries only. "
                    "Move it to another folder of queries, or take it out."
                )


def bundled() -> list[Part]:
    """The files of the bundled graph, with the graph of each."""
    return [(path, resources.graph_name(path)) for path in resources.ontology_files()]


def split(data: Iterable[str | os.PathLike[str]]) -> tuple[Extension | None, list[str]]:
    """The folder and the single files among what a user gives.

    :raises ParameterError: if there are several folders.
    :raises FileAccessError: if a path that looks like a folder is not there.
    """
    paths = [os.fspath(path) for path in data]
    folders = [path for path in paths if os.path.isdir(path)]
    if len(folders) > 1:
        raise ParameterError(
            f"'{folders[0]}' and '{folders[1]}' are two folders, and a derived layer is that of "
            "one. Put the files of both into one folder and build it."
        )
    for path in paths:
        if not os.path.exists(path) and not os.path.splitext(path)[1]:
            raise FileAccessError(f"There is no file or folder '{path}'. Check the path.")
    own = Extension(folders[0]) if folders else None
    return own, [path for path in paths if path not in folders]


def parts(data: Iterable[str | os.PathLike[str]], *, built: bool = True) -> list[Part]:
    """The files of the bundled graph and the user's data, with the graph of each.

    :param data: Turtle files, which go to the graph ``user``, and at most one folder.
    :param built: whether the folder's derived layer must be up to date, and is read.
    :raises DataError: if the folder is laid out otherwise, or is not built.
    """
    own, files = split(data)
    first = bundled() if own is None else own.parts(built=built)
    return [*first, *((path, USER_GRAPH) for path in files)]


def own_parts(data: Iterable[str | os.PathLike[str]]) -> list[Part]:
    """The files of the user's data alone, with the graph of each: nothing that is made of it."""
    own, files = split(data)
    return [*(own.given() if own else ()), *((path, USER_GRAPH) for path in files)]


def _is_replaced(path: str) -> bool:
    derived = os.path.basename(os.path.dirname(path)) == "derived"
    return derived and os.path.basename(path) not in RECORDED


def _digest(text: str) -> str:
    return resources.blake2b(text.encode("utf-8")).hexdigest()
