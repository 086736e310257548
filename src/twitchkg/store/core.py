"""A store that answers queries."""

from __future__ import annotations

from functools import lru_cache

import pyoxigraph as ox

from twitchkg import sparql
from twitchkg.errors import (
    QueryFailedError,
    QuerySyntaxError,
    TwitchkgError,
    UpdateRefusedError,
)
from twitchkg.namespaces import PREFIXES, RDFS
from twitchkg.results import Result, Row
from twitchkg.store import conversion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from twitchkg.results import Triple
    from twitchkg.terms import Term, Value


class Store:
    """An RDF dataset that answers SPARQL queries.

    :param engine: the engine's own store.
    :param bundled: whether it holds nothing but the bundled graph, in which no term is a triple.
    """

    __slots__ = ("_engine", "is_bundled")

    def __init__(self, engine: ox.Store, bundled: bool = False) -> None:
        self._engine = engine
        self.is_bundled = bundled

    def __len__(self) -> int:
        """The number of triples in the default graph."""
        found = self.query("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows[0]["n"]
        return int(str(found))

    def query(self, text: str) -> Result:
        """The answer to a SPARQL query; known prefixes need not be declared.

        :raises QuerySyntaxError: if the text does not parse, with the place and what was expected.
        :raises UpdateRefusedError: if it is an update.
        :raises QueryFailedError: if the engine cannot carry it out.
        """
        _refuse_nested(text)
        with _Errors(text):
            ordered = self._ordered(text)
            if ordered is not None:
                return ordered
            answer = self._engine.query(text, prefixes=_prefixes(text))
            if isinstance(answer, ox.QuerySolutions):
                return self._rows(answer, [v.value for v in answer.variables], text)
            if isinstance(answer, ox.QueryBoolean):
                return Result("boolean", boolean=bool(answer))
            triples = list(map(conversion.triple, answer))
            return Result("graph", triples=triples)

    def answer(
        self,
        text: str,
        choose: Callable[[tuple[str, ...]], str | None],
        default_graphs: Sequence[str] | None = None,
        named_graphs: Sequence[str] | None = None,
        base: str | None = None,
        max_rows: int = 2**62,
        max_bytes: int = 2**62,
    ) -> tuple[str, bytes]:
        """The answer as the SPARQL 1.1 Protocol sends it, written by the engine itself.

        :param choose: picks one of the media types that fit the form of the query.
        :param default_graphs: graphs whose merge is the default graph, instead of the store's own.
        :param named_graphs: the only graphs that ``GRAPH`` reaches, instead of all.
        :param base: what relative IRIs in the query are relative to.
        :param max_rows: how many rows or triples the answer may have.
        :param max_bytes: how long it may be as text.
        :returns: the media type and the text.
        :raises QuerySyntaxError: if the text does not parse, with the place and what was expected.
        :raises UpdateRefusedError: if it is an update.
        :raises NotAcceptableError: if ``choose`` takes none of the media types.
        :raises TooLargeError: if the answer exceeds its bounds.
        :raises QueryFailedError: if the engine cannot carry it out.
        """
        from twitchkg.store import protocol

        dataset: dict[str, list[ox.NamedNode]] = {}
        if default_graphs is not None:
            dataset["default_graph"] = [ox.NamedNode(name) for name in default_graphs]
        if named_graphs is not None:
            dataset["named_graphs"] = [ox.NamedNode(name) for name in named_graphs]

        def ask() -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
            return self._engine.query(text, base_iri=base, prefixes=PREFIXES, **dataset)  # type: ignore[arg-type]

        _refuse_nested(text)
        with _Errors(text):
            return protocol.written(ask, choose, max_rows, max_bytes)

    def graphs(self) -> tuple[str, ...]:
        """The IRIs of the named graphs, sorted."""
        return tuple(sorted(name.value for name in self._engine.named_graphs()))

    def _ordered(self, text: str) -> Result | None:
        """The answer to a query with its rows put in order here, if that can be."""
        if "\nORDER BY " not in text:
            return None
        from twitchkg.store import ordering

        taken = ordering.taken_off(text)
        if taken is None:
            return None
        unordered, keys, added = taken
        answer = self._engine.query(unordered, prefixes=_prefixes(text))
        if not isinstance(answer, ox.QuerySolutions):
            return None
        columns = [variable.value for variable in answer.variables]
        solutions = list(answer)
        if not ordering.put_in_order(solutions, columns, keys):
            return None
        if not added:
            return self._rows(solutions, columns, text)
        shown = len(columns) - added
        return self._rows([tuple(row)[:shown] for row in solutions], columns[:shown], text)

    def _rows(
        self, solutions: Iterable[Sequence[object]], columns: Iterable[str], text: str
    ) -> Result:
        names = tuple(columns)
        rows = [_Row(names, solution) for solution in solutions]
        if not self.is_bundled or "<<" in text or "TRIPLE" in text.upper():
            for row in rows:  # a term that cannot be read is an error of the call
                tuple(row)
        return Result("rows", names, rows)

    def knows(self, iri: str) -> bool:
        """Whether a triple of the default graph has this IRI as its subject or object."""
        node, default = ox.NamedNode(iri), ox.DefaultGraph()
        find = self._engine.quads_for_pattern
        return any(True for _ in find(node, None, None, default)) or any(
            True for _ in find(None, None, node, default)
        )

    def describes(self, iri: str) -> bool:
        """Whether a triple of the default graph has this IRI as its subject."""
        found = self._engine.quads_for_pattern(ox.NamedNode(iri), None, None, ox.DefaultGraph())
        return any(True for _ in found)

    def has(self, triple: Triple) -> bool:
        """Whether the default graph has a triple."""
        return conversion.quad(triple) in self._engine

    def labels(self, iris: Iterable[str]) -> dict[str, str]:
        """The English or untagged labels of some IRIs; those without one are left out."""
        found = {}
        name, default = ox.NamedNode(RDFS + "label"), ox.DefaultGraph()
        for iri in iris:
            labels = [
                quad.object.value
                for quad in self._engine.quads_for_pattern(ox.NamedNode(iri), name, None, default)
                if isinstance(quad.object, ox.Literal) and quad.object.language in (None, "en")
            ]
            if labels:
                found[iri] = min(labels)
        return found

    def triples(self) -> list[Triple]:
        """Every triple of the default graph, sorted."""
        quads = self._engine.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return sorted(map(conversion.triple, quads))


class _Row(Row):
    """A row as the engine gave it: a cell is read when somebody asks for it."""

    __slots__ = ("_solution",)

    def __init__(self, columns: tuple[str, ...], solution: Sequence[object]) -> None:
        self._columns = columns
        self._solution = solution

    @property
    def terms(self) -> tuple[Term | None, ...]:
        return tuple([None if cell is None else conversion.term(cell) for cell in self._solution])

    def term(self, column: str | int) -> Term | None:
        cell = self._solution[self._place(column)]
        return None if cell is None else conversion.term(cell)

    def __getitem__(self, column: str | int) -> Value:
        return conversion.value(self._solution[self._place(column)])

    def __iter__(self) -> Iterator[Value]:
        return iter([conversion.value(cell) for cell in self._solution])

    def __reduce__(self) -> tuple[type[Row], tuple[object, ...]]:
        return Row, (self._columns, self.terms)


@lru_cache(maxsize=128)
def _prefixes(text: str) -> dict[str, str]:
    """The known prefixes that a query may use; to tell the engine of all takes it a while."""
    return {prefix: base for prefix, base in PREFIXES.items() if f"{prefix}:" in text}


def _refuse_nested(text: str) -> None:
    reason = sparql.too_nested(text)
    if reason is not None:
        raise QuerySyntaxError(
            f"The query cannot be read: {reason}. Make it simpler, for example with VALUES or IN."
        )


class _Errors:
    """Turns what the engine raises into the errors of twitchkg."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, SyntaxError):
            form = sparql.form(self._text)
            if form in sparql.UPDATE_FORMS:
                raise UpdateRefusedError(
                    f"{form} is a SPARQL update; the graph is read-only and answers only "
                    f"{', '.join(sparql.QUERY_FORMS)}."
                ) from None
            from twitchkg.store import failures

            raise failures.syntax_error(self._text, str(error)) from None
        if isinstance(error, (OSError, RuntimeError, ValueError)) and not isinstance(
            error, TwitchkgError
        ):
            reason = " ".join(str(error).split())
            raise QueryFailedError(f"The query could not be carried out: {reason}.") from error
