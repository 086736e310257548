"""RDF terms as plain tuples, so that no engine's types leave the module that owns the engine."""

from __future__ import annotations

from collections import namedtuple

XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING = XSD + "string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

IRI = "iri"
BNODE = "bnode"
LITERAL = "literal"

_INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer",
        "int",
        "long",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "unsignedInt",
        "unsignedLong",
        "unsignedShort",
        "unsignedByte",
        "negativeInteger",
        "nonPositiveInteger",
    )
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal
    from typing import NamedTuple, TypeAlias

    Plain: TypeAlias = "Iri | str | int | float | Decimal | bool | date"
    Value: TypeAlias = "Plain | None"

    class _Fields(NamedTuple):
        kind: str
        value: str
        datatype: str = ""
        language: str = ""

else:
    _Fields = namedtuple("_Fields", "kind value datatype language", defaults=("", ""))


class Iri(str):
    """An IRI as a string, told from literals by its type.

    >>> Iri("https://w3id.org/twitchkg/id/caffeine")
    Iri('https://w3id.org/twitchkg/id/caffeine')
    """

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Iri({str.__repr__(self)})"


class Term(_Fields):
    """An IRI, a blank node or a literal.

    ``kind`` is ``"iri"``, ``"bnode"`` or ``"literal"``; ``value`` the IRI, the node's name or the
    lexical form; ``datatype`` the full IRI of a literal's datatype, ``""`` for plain and
    language-tagged strings; ``language`` the tag or ``""``.

    >>> Term.integer(21).n3()
    '"21"^^<http://www.w3.org/2001/XMLSchema#integer>'
    """

    __slots__ = ()

    @classmethod
    def iri(cls, value: str) -> Term:
        """An IRI."""
        return cls(IRI, value)

    @classmethod
    def string(cls, value: str, language: str = "") -> Term:
        """A string, with a language tag or none."""
        return cls(LITERAL, value, "", language)

    @classmethod
    def integer(cls, value: int) -> Term:
        """An ``xsd:integer``."""
        return cls(LITERAL, str(value), XSD + "integer")

    @classmethod
    def decimal(cls, text: str) -> Term:
        """An ``xsd:decimal`` by its lexical form."""
        return cls(LITERAL, text, XSD + "decimal")

    @classmethod
    def boolean(cls, value: bool) -> Term:
        """An ``xsd:boolean``."""
        return cls(LITERAL, "true" if value else "false", XSD + "boolean")

    def n3(self) -> str:
        """The term as N-Triples and SPARQL write it."""
        if self.kind == IRI:
            return f"<{self.value}>"
        if self.kind == BNODE:
            return f"_:{self.value}"
        quoted = '"' + escape(self.value) + '"'
        if self.language:
            return f"{quoted}@{self.language}"
        if self.datatype:
            return f"{quoted}^^<{self.datatype}>"
        return quoted

    def to_python(self) -> Plain:
        """The term as a plain Python value.

        IRIs become :class:`Iri`; integers, decimals, doubles, booleans, dates and times their
        Python types; every other literal, and one whose lexical form is not valid, its text.
        """
        if self.kind == IRI:
            return Iri(self.value)
        if not self.datatype or self.kind == BNODE:
            return self.value
        return literal_value(self.value, self.datatype)


def escape(text: str) -> str:
    """The text with the characters escaped that a quoted Turtle or SPARQL string needs."""
    return (
        text.replace("\\", "\\\\")
        .replace('"', '\\"')
        .replace("\n", "\\n")
        .replace("\r", "\\r")
        .replace("\t", "\\t")
    )


def for_xml(text: str) -> str:
    r"""The text with the replacement character for each one that XML 1.0 has no way to write.

    >>> ascii(for_xml("a\x01b"))
    "'a\\ufffdb'"
    """
    if text.isprintable():
        return text
    return "".join("\ufffd" if _is_not_xml(c) else c for c in text)


def _is_not_xml(character: str) -> bool:
    if character < " ":
        return character not in "\t\n\r"
    return "\ud800" <= character <= "\udfff" or character in "\ufffe\uffff"


def literal_value(text: str, datatype: str) -> Plain:
    """The plain Python value of a literal by its lexical form and the IRI of its datatype."""
    try:
        if datatype in _INTEGERS:
            return int(text)
        if datatype == XSD + "boolean":
            return {"true": True, "1": True, "false": False, "0": False}.get(text, text)
        if datatype == XSD + "decimal":
            from decimal import Decimal, InvalidOperation

            try:
                return Decimal(text)
            except InvalidOperation:
                return text
        if datatype in (XSD + "double", XSD + "float"):
            return float(text)
        if datatype in (XSD + "date", XSD + "dateTime"):
            from datetime import date, datetime

            return (date if datatype.endswith("date") else datetime).fromisoformat(text)
    except ValueError:
        pass
    return text
