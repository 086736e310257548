"""The same calls as the embedded store, over a SPARQL endpoint: the one user of SPARQLWrapper."""

from __future__ import annotations

from twitchkg import sparql
from twitchkg.errors import EndpointError, QuerySyntaxError, UpdateRefusedError
from twitchkg.results import Result, Row
from twitchkg.terms import BNODE, IRI, LITERAL, XSD_STRING, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LONG = 2000  # characters of a query from which POST is used instead of GET
_KINDS = {"uri": IRI, "bnode": BNODE, "literal": LITERAL, "typed-literal": LITERAL}


class Endpoint:
    """A remote store that answers SPARQL queries by the SPARQL 1.1 Protocol.

    :param url: the address of the query endpoint.
    :param timeout: seconds to wait for an answer.
    """

    __slots__ = ("timeout", "url")

    def __init__(self, url: str, timeout: float = 30.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise EndpointError(
                f"'{url}' is no endpoint URL; it must start with http:// or https://."
            )
        self.url = url
        self.timeout = timeout

    def query(self, text: str) -> Result:
        """The endpoint's answer to a SELECT or ASK query.

        :raises EndpointError: if the endpoint cannot be asked or its answer cannot be read.
        :raises QuerySyntaxError: if the endpoint says that the query does not parse.
        :raises UpdateRefusedError: if it is an update.
        """
        form = sparql.form(text)
        if form in sparql.UPDATE_FORMS:
            raise UpdateRefusedError(f"{form} is a SPARQL update; only queries are sent.")
        if form in ("CONSTRUCT", "DESCRIBE"):
            raise EndpointError(f"{form} is not supported with --endpoint; use SELECT or ASK.")
        return _result(self._answer(sparql.with_prefixes(text)), self.url)

    def _answer(self, text: str) -> object:
        from urllib.error import URLError

        from SPARQLWrapper import JSON, POST, SPARQLWrapper
        from SPARQLWrapper.SPARQLExceptions import QueryBadFormed, SPARQLWrapperException

        wrapper = SPARQLWrapper(self.url)
        wrapper.setReturnFormat(JSON)
        wrapper.setTimeout(max(1, round(self.timeout)))
        wrapper.setQuery(text)
        if len(text) > _LONG:
            wrapper.setMethod(POST)
        try:
            answer: object = wrapper.query().convert()
        except QueryBadFormed as error:
            reason = " ".join(str(error).split())[:300]
            raise QuerySyntaxError(f"The endpoint refused the query: {reason}") from None
        except TimeoutError:
            raise EndpointError(
                f"{self.url} did not answer within {self.timeout:g} seconds. Try --timeout."
            ) from None
        except (OSError, URLError, SPARQLWrapperException) as error:
            reason = " ".join(str(getattr(error, "reason", error)).split())[:300]
            raise EndpointError(f"{self.url} cannot be asked: {reason}. Check the URL.") from None
        except ValueError:
            raise self._unreadable() from None
        return answer

    def _unreadable(self) -> EndpointError:
        return EndpointError(
            f"{self.url} did not answer with SPARQL results in JSON. Is it a query endpoint?"
        )


def _result(answer: object, url: str) -> Result:
    try:
        assert isinstance(answer, dict)
        if "boolean" in answer:
            return Result("boolean", boolean=bool(answer["boolean"]))
        columns = tuple(answer["head"]["vars"])
        rows = [
            Row(columns, tuple(_term(binding.get(name)) for name in columns))
            for binding in answer["results"]["bindings"]
        ]
    except (AssertionError, AttributeError, KeyError, TypeError):
        raise Endpoint(url)._unreadable() from None
    return Result("rows", columns, rows)


def _term(cell: Mapping[str, str] | None) -> Term | None:
    if cell is None:
        return None
    datatype = cell.get("datatype", "")
    return Term(
        _KINDS[cell["type"]],
        cell["value"],
        "" if datatype == XSD_STRING else datatype,
        cell.get("xml:lang", ""),
    )
