"""The named queries: ``.rq`` files whose ``#+`` header tells question, parameters and columns."""

from __future__ import annotations

import os

from twitchkg import resources, sparql
from twitchkg.errors import HeaderError, ParameterError, UnknownNameError
from twitchkg.terms import XSD, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES = ("iri", "string", "integer", "decimal", "boolean")
_REQUIRED = ("summary", "description", "params", "returns")


class Column:
    """A parameter or a column of a named query: its name, type and meaning."""

    __slots__ = ("meaning", "name", "type")

    def __init__(self, name: str, type: str, meaning: str) -> None:
        self.name = name
        self.type = type
        self.meaning = meaning

    def __repr__(self) -> str:
        return f"Column({self.name!r}, {self.type!r}, {self.meaning!r})"


class NamedQuery:
    """A query of the library, or of a user's ``.rq`` file.

    ``summary`` is its question, ``text`` the SPARQL as it stands in the file, ``topic`` the folder,
    ``extra`` what the header tells besides.
    """

    __slots__ = (
        *("description", "extra", "name", "params", "path", "returns"),
        *("summary", "text", "topic"),
    )

    def __init__(
        self,
        path: str,
        text: str,
        summary: str,
        description: str,
        params: tuple[Column, ...],
        returns: tuple[Column, ...],
    ) -> None:
        self.path = path
        self.name = os.path.basename(path).removesuffix(".rq")
        self.topic = os.path.basename(os.path.dirname(path))
        self.text = text
        self.summary = summary
        self.description = description
        self.params = params
        self.returns = returns
        self.extra: dict[str, str] = {}

    def param(self, name: str) -> Column:
        """The parameter of that name.

        :raises ParameterError: if the query has none.
        """
        for param in self.params:
            if param.name == name:
                return param
        known = ", ".join(param.name for param in self.params) or "none"
        raise ParameterError(
            f"The query '{self.name}' has no parameter '{name}'. Its parameters: {known}."
        )

    def bound(self, values: Mapping[str, Term]) -> str:
        """The SPARQL with some parameters bound.

        :raises ParameterError: if the query has no such parameter, or no place to bind it.
        """
        for name in values:
            self.param(name)
        try:
            return sparql.bind(self.text, values)
        except ValueError:
            raise ParameterError(
                f"{self.path}: no parameter can be bound, since the outermost pattern does not "
                "open with 'WHERE {'. Write the word WHERE."
            ) from None


def literal(query: NamedQuery, param: Column, value: object) -> Term:
    """The RDF term for the value of a parameter that is not an IRI.

    :raises ParameterError: if the value does not fit the parameter's type.
    """
    import re

    text = str(value).strip()
    if param.type == "string":
        return Term.string(str(value))
    if param.type == "boolean" and text.lower() in ("true", "false"):
        return Term.boolean(text.lower() == "true")
    if param.type == "integer" and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return Term.integer(int(text))
    if param.type == "decimal" and re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)", text):
        return Term("literal", text, XSD + "decimal")
    wanted = {
        "integer": "a whole number of 18 figures at most",
        "decimal": "a number",
        "boolean": "true or false",
    }
    raise ParameterError(
        f"The parameter '{param.name}' of '{query.name}' must be {wanted[param.type]}, "
        f"not '{text[:40]}'."
    )


def query_files(root: str | None = None, *, own: str | None = None) -> list[str]:
    """The files of the named queries; checks and rules are none.

    :param root: the folder that holds ``queries/``; the bundled data when omitted.
    :param own: a folder whose ``queries/`` the user adds.
    """
    return [
        path
        for folder in (root, *((own,) if own else ()))
        for path in resources.files("queries", ".rq", folder)
        if os.path.basename(os.path.dirname(path)) not in ("checks", "rules")
    ]


def query_names(own: str | None = None) -> list[str]:
    """The names of the named queries, sorted.

    :param own: a folder whose ``queries/`` the user adds.
    """
    return sorted(os.path.basename(path).removesuffix(".rq") for path in query_files(own=own))


# What was read, by name or, if it is a user's own, by path, with the size and time of change that
# its file had.
_read: dict[str, tuple[tuple[int, int], NamedQuery]] = {}


def find(name: str, own: str | None = None) -> NamedQuery | None:
    """The named query of that name, or ``None``.

    :param own: a folder whose ``queries/`` the user adds.
    """
    known = _read.get(name)
    if known is not None and known[0] == _state(known[1].path):
        return known[1]
    for path in query_files(own=own):
        if os.path.basename(path) == name + ".rq":
            return _named(path, own)
    return None


def _named(path: str, own: str | None = None) -> NamedQuery:
    """The query of a file of the library, read anew only where the file has changed."""
    state = _state(path)
    if state is None:
        return read(path)  # which says why it cannot be read
    name = os.path.basename(path).removesuffix(".rq")
    if own is not None and path.startswith(os.path.join(own, "")):
        name = path  # another folder may have a query of that name too
    known = _read.get(name)
    if known is None or known[1].path != path or known[0] != state:
        known = _read[name] = state, read(path)
    return known[1]


def _state(path: str) -> tuple[int, int] | None:
    """Size and time of change of a file, or ``None`` if it is not there."""
    try:
        stat = os.stat(path)
    except OSError:
        return None
    return stat.st_size, stat.st_mtime_ns


def get(name: str, own: str | None = None) -> NamedQuery:
    """The named query of that name.

    :param own: a folder whose ``queries/`` the user adds.
    :raises UnknownNameError: if there is none; the message suggests the nearest.
    """
    query = find(name, own)
    if query is not None:
        return query
    raise UnknownNameError(unknown("query", name, query_names(own), "twitchkg queries lists them."))


def unknown(kind: str, name: str, known: list[str], otherwise: str) -> str:
    """The message for an unknown name, with the nearest known ones."""
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=3, cutoff=0.6)
    hint = f"Did you mean {' or '.join(repr(n) for n in near)}?" if near else otherwise
    return f"No {kind} is named '{name}'. {hint}"


def all_queries(own: str | None = None) -> list[NamedQuery]:
    """All named queries, sorted by name.

    :param own: a folder whose ``queries/`` the user adds.
    """
    return sorted(
        (_named(path, own) for path in query_files(own=own)), key=lambda query: query.name
    )


def read(path: str, *, header_required: bool = True, extra: tuple[str, ...] = ()) -> NamedQuery:
    """The query of an ``.rq`` file.

    :param path: the file.
    :param extra: keys that the header must have besides the usual ones.
    :param header_required: whether a file without a header is an error; if not, it is a query
        without parameters.
    :raises HeaderError: if the header is missing or wrong, with file and line.
    :raises twitchkg.errors.FileAccessError: if the file cannot be read.
    :raises twitchkg.errors.DataError: if it is not UTF-8 text.
    """
    text = resources.read_text(path, "query file")
    header = []
    # A comment ends where SPARQL says, and at no other character that breaks lines elsewhere.
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if not line.startswith("#+"):
            break
        header.append(line[3:] if line.startswith("#+ ") else line[2:])
    if not header and not header_required:
        return NamedQuery(path, text, "", "", (), ())
    entries = _parse(path, header, (*_REQUIRED, *extra))
    query = NamedQuery(
        path,
        text,
        entries["summary"][0],
        " ".join(entries["description"]),
        _columns(path, entries["params"]),
        _columns(path, entries["returns"]),
    )
    query.extra = {key: " ".join(entries[key]) for key in extra}
    if not query.summary.endswith("?"):
        raise HeaderError(f"{path}: the summary must be a question that ends in '?'.")
    return query


def _parse(path: str, header: list[str], keys: tuple[str, ...]) -> dict[str, list[str]]:
    """The lines of each key; the format is the part of YAML that the query library uses."""
    entries: dict[str, list[str]] = {}
    current: list[str] = []
    for number, line in enumerate(header, 1):
        key, colon, value = line.partition(":")
        if colon and key.isalpha() and key.isascii() and key.islower() and not value[:1].strip():
            value = value.strip()
            if key not in keys:
                known = ", ".join(keys)
                raise HeaderError(
                    f"{path}:{number}: unknown key '{key}' in the header; there are {known}."
                )
            if key in entries:
                raise HeaderError(f"{path}:{number}: the key '{key}' stands twice in the header.")
            current = entries[key] = [] if value in ("", "[]") else [value]
        elif line.startswith("  ") and entries:
            item = _item(line)
            continues = not item and line.startswith("    ") and current
            if continues and next(reversed(entries)) in ("params", "returns"):
                current[-1] += " " + line.strip()
            else:
                current.append(line.rstrip() if item else line.strip())
        else:
            raise HeaderError(
                f"{path}:{number}: cannot read the header line '{line}'. Write 'key: text', "
                "or two spaces and the rest of the entry above."
            )
    for key in keys:
        if key not in entries:
            raise HeaderError(f"{path}: the header lacks '{key}:'. Add it as a '#+' line.")
        if key in ("summary", "description", "returns") and not entries[key]:
            raise HeaderError(f"{path}: the header's '{key}:' is empty.")
    return entries


def _columns(path: str, lines: list[str]) -> tuple[Column, ...]:
    columns = []
    for line in lines:
        item = _item(line)
        if not item or item[1] not in TYPES:
            raise HeaderError(
                f"{path}: cannot read the entry '{line.strip()}'. Write '- name (type): meaning' "
                f"with a type of {', '.join(TYPES)}."
            )
        columns.append(Column(*item))
    return tuple(columns)


def _item(line: str) -> tuple[str, str, str] | None:
    """Name, type and meaning of an entry ``- name (type): meaning``, or ``None``."""
    inner = line.lstrip()
    name, opened, rest = inner[2:].partition(" (")
    type, closed, meaning = rest.partition("): ")
    if inner == line or not inner.startswith("- ") or not opened or not closed or not meaning:
        return None
    words = (name.replace("_", "a"), type.replace("_", "a"))
    return (name, type, meaning) if all(word.isalnum() for word in words) else None
