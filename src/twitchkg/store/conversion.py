"""Terms of Oxigraph as terms of ours, and back."""

from __future__ import annotations

import pyoxigraph as ox

from twitchkg.errors import QueryFailedError
from twitchkg.terms import (
    BNODE,
    IRI,
    LITERAL,
    RDF_LANG_STRING,
    XSD_STRING,
    Iri,
    Term,
    literal_value,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.results import Triple
    from twitchkg.terms import Value


def value(cell: object) -> Value:
    """The plain Python value of a cell, as :meth:`Term.to_python` gives it."""
    kind = type(cell)
    if kind is ox.NamedNode:
        return Iri(cell.value)  # type: ignore[attr-defined]
    if cell is None:
        return None
    if kind is ox.Literal:
        datatype = cell.datatype.value  # type: ignore[attr-defined]
        text: str = cell.value  # type: ignore[attr-defined]
        if datatype in (XSD_STRING, RDF_LANG_STRING):
            return text
        return literal_value(text, datatype)
    return term(cell).to_python()


def term(term: object) -> Term:
    """A term of the engine as one of ours.

    :raises QueryFailedError: if it is a triple.
    """
    if isinstance(term, ox.NamedNode):
        return Term(IRI, term.value)
    if isinstance(term, ox.Literal):
        if term.language:
            return Term(LITERAL, term.value, "", term.language)
        datatype = term.datatype.value
        plain = datatype in (XSD_STRING, RDF_LANG_STRING)
        return Term(LITERAL, term.value, "" if plain else datatype)
    if isinstance(term, ox.BlankNode):
        return Term(BNODE, term.value)
    raise QueryFailedError("The answer holds a triple term, which twitchkg does not read.")


def triple(of: ox.Triple | ox.Quad) -> Triple:
    """A triple of the engine as one of ours."""
    return term(of.subject), term(of.predicate), term(of.object)


def quad(triple: Triple) -> ox.Quad:
    """A triple of ours as one of the engine, in the default graph."""
    subject, predicate, object_ = triple
    node = ox.BlankNode(subject.value) if subject.kind == BNODE else ox.NamedNode(subject.value)
    return ox.Quad(node, ox.NamedNode(predicate.value), engine_term(object_))


def engine_term(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """A term of ours as one of the engine."""
    if term.kind == IRI:
        return ox.NamedNode(term.value)
    if term.kind == BNODE:
        return ox.BlankNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype or XSD_STRING))
