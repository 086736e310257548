"""Answers as plain Python values, and the formats for rows."""

from __future__ import annotations

from twitchkg.namespaces import compact
from twitchkg.terms import BNODE, IRI, LITERAL, Term, for_xml

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from twitchkg.terms import Value

    Triple = tuple[Term, Term, Term]

ROW_FORMATS = ("table", "csv", "tsv", "json", "xml", "markdown")
GRAPH_FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld", "trig")


class Row:
    """One row of an answer: values by column name or position.

    >>> row = Row(("start",), (Term.integer(21),))
    >>> row["start"], row[0], row.term("start").datatype
    (21, 21, 'http://www.w3.org/2001/XMLSchema#integer')
    """

    __slots__ = ("_columns", "_terms")

    def __init__(self, columns: tuple[str, ...], terms: tuple[Term | None, ...]) -> None:
        self._columns = columns
        self._terms = terms

    def term(self, column: str | int) -> Term | None:
        """The exact RDF term of a cell, or ``None`` where it is empty.

        :raises KeyError: if there is no such column.
        """
        return self.terms[self._place(column)]

    @property
    def terms(self) -> tuple[Term | None, ...]:
        """The exact RDF terms in column order."""
        return self._terms

    def keys(self) -> tuple[str, ...]:
        """The names of the columns."""
        return self._columns

    def _place(self, column: str | int) -> int:
        if isinstance(column, int):
            return column
        try:
            return self._columns.index(column)
        except ValueError:
            raise KeyError(f"No column '{column}'; there are {', '.join(self._columns)}") from None

    def __getitem__(self, column: str | int) -> Value:
        term = self.term(column)
        return None if term is None else term.to_python()

    def __iter__(self) -> Iterator[Value]:
        return (None if term is None else term.to_python() for term in self.terms)

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Row):
            return NotImplemented
        return (self._columns, self.terms) == (other._columns, other.terms)

    def __hash__(self) -> int:
        return hash((self._columns, self.terms))

    def __repr__(self) -> str:
        cells = ", ".join(
            f"{name}={value!r}" for name, value in zip(self.keys(), self, strict=True)
        )
        return f"Row({cells})"


class Result:
    """The answer to a query: rows, a yes or no, or a graph.

    ``kind`` is ``"rows"``, ``"boolean"`` or ``"graph"``. Iterating gives rows, or the triples of a
    graph; ``bool()`` of a yes-or-no answer is that answer, of the others whether there is anything.
    """

    __slots__ = ("boolean", "columns", "kind", "rows", "triples")

    def __init__(
        self,
        kind: str,
        columns: tuple[str, ...] = (),
        rows: Sequence[Row] = (),
        boolean: bool = False,
        triples: Sequence[Triple] = (),
    ) -> None:
        self.kind = kind
        self.columns = columns
        self.rows = rows
        self.boolean = boolean
        self.triples = triples

    def __iter__(self) -> Iterator[Row]:
        if self.kind == "graph":
            names = ("subject", "predicate", "object")
            return (Row(names, triple) for triple in self.triples)
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.triples if self.kind == "graph" else self.rows)

    def __bool__(self) -> bool:
        return self.boolean if self.kind == "boolean" else len(self) > 0

    def limited(self, limit: int) -> Result:
        """The same answer with no more than ``limit`` rows or triples."""
        return Result(
            self.kind, self.columns, self.rows[:limit], self.boolean, self.triples[:limit]
        )

    def read(self) -> Result:
        """The same answer with each cell read: rows of an engine read theirs at each look."""
        rows = [Row(self.columns, row.terms) for row in self.rows]
        return Result(self.kind, self.columns, rows, self.boolean, self.triples)

    def serialize(self, format: str, label: Callable[[str], str] = compact) -> str:
        """The rows, or the yes or no, as text.

        :param format: one of ``ROW_FORMATS``. ``csv``, ``tsv``, ``json`` and ``xml`` are the W3C
            SPARQL result formats with full IRIs; ``table`` and ``markdown`` show labels.
        :param label: how the formats for people show an IRI.
        :raises ValueError: if the format is not one of them, or the answer is a graph.
        """
        if self.kind == "graph" or format not in _WRITERS:
            raise ValueError(f"No format '{format}' for {self.kind}")
        return _WRITERS[format](self, label)


def _cells(result: Result, label: Callable[[str], str]) -> tuple[list[str], list[list[str]]]:
    if result.kind == "boolean":
        return ["answer"], [["yes" if result.boolean else "no"]]
    return list(result.columns), [
        [_shown(term, label) for term in row.terms] for row in result.rows
    ]


def _shown(term: Term | None, label: Callable[[str], str]) -> str:
    if term is None:
        return ""
    if term.kind == IRI:
        text = label(term.value)
    else:
        text = f"_:{term.value}" if term.kind == BNODE else term.value
    # A cell stands on one line, and shows no control characters of somebody's data.
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " for c in text)


def _table(result: Result, label: Callable[[str], str]) -> str:
    head, body = _cells(result, label)
    if not head:
        return ""
    widths = [max(map(len, column)) for column in zip(head, *body, strict=True)]
    lines = [head, ["-" * width for width in widths], *body]
    return "".join(["  ".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines])


def _markdown(result: Result, label: Callable[[str], str]) -> str:
    head, body = _cells(result, label)
    lines = [head, ["---"] * len(head), *body]
    return "".join(
        "| " + " | ".join(cell.replace("\\", "\\\\").replace("|", "\\|") for cell in line) + " |\n"
        for line in lines
    )


def _csv(result: Result, label: Callable[[str], str]) -> str:
    if result.kind == "boolean":
        return "true\n" if result.boolean else "false\n"
    lines = [",".join(map(quoted, result.columns))]
    lines += [",".join([quoted(_csv_cell(term)) for term in row.terms]) for row in result.rows]
    # A line with nothing but an empty cell would be no row.
    empty = '""' if len(result.columns) == 1 else ""
    return "".join([(line or empty) + "\r\n" for line in lines])


def quoted(text: str) -> str:
    """The text as a cell of a CSV file (RFC 4180)."""
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _csv_cell(term: Term | None) -> str:
    if term is None:
        return ""
    return f"_:{term.value}" if term.kind == BNODE else term.value


def _tsv(result: Result, label: Callable[[str], str]) -> str:
    if result.kind == "boolean":
        return "true\n" if result.boolean else "false\n"
    lines = ["\t".join("?" + name for name in result.columns)]
    lines += ["\t".join("" if t is None else t.n3() for t in row.terms) for row in result.rows]
    return "".join(line + "\n" for line in lines)


def _json(result: Result, label: Callable[[str], str]) -> str:
    import json

    document: dict[str, object]
    if result.kind == "boolean":
        document = {"head": {}, "boolean": result.boolean}
    else:
        bindings = [
            {
                name: _json_cell(term)
                for name, term in zip(result.columns, row.terms, strict=True)
                if term is not None
            }
            for row in result.rows
        ]
        document = {"head": {"vars": list(result.columns)}, "results": {"bindings": bindings}}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _json_cell(term: Term) -> dict[str, str]:
    cell = {"type": {IRI: "uri"}.get(term.kind, term.kind), "value": term.value}
    if term.language:
        cell["xml:lang"] = term.language
    elif term.datatype:
        cell["datatype"] = term.datatype
    return cell


def _xml(result: Result, label: Callable[[str], str]) -> str:
    from xml.sax.saxutils import escape, quoteattr

    lines = ['<?xml version="1.0"?>', '<sparql xmlns="http://www.w3.org/2005/sparql-results#">']
    if result.kind == "boolean":
        lines += ["<head/>", f"<boolean>{str(result.boolean).lower()}</boolean>"]
    else:
        variables = "".join(f"<variable name={quoteattr(name)}/>" for name in result.columns)
        lines += [f"<head>{variables}</head>", "<results>"]
        for row in result.rows:
            cells = "".join(
                f"<binding name={quoteattr(name)}>{_xml_cell(term, escape, quoteattr)}</binding>"
                for name, term in zip(result.columns, row.terms, strict=True)
                if term is not None
            )
            lines.append(f"<result>{cells}</result>")
        lines.append("</results>")
    return "\n".join([*lines, "</sparql>", ""])


def _xml_cell(term: Term, escape: Callable[[str], str], quote: Callable[[str], str]) -> str:
    # A reader of XML takes a bare carriage return for the end of a line.
    text = escape(for_xml(term.value)).replace("\r", "&#13;")
    if term.kind == IRI:
        return f"<uri>{text}</uri>"
    if term.kind == BNODE:
        return f"<bnode>{text}</bnode>"
    if term.language:
        return f"<literal xml:lang={quote(term.language)}>{text}</literal>"
    if term.kind == LITERAL and term.datatype:
        return f"<literal datatype={quote(term.datatype)}>{text}</literal>"
    return f"<literal>{text}</literal>"


_WRITERS = {
    "table": _table,
    "csv": _csv,
    "tsv": _tsv,
    "json": _json,
    "xml": _xml,
    "markdown": _markdown,
}
