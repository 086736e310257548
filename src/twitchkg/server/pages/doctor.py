"""When to see a doctor: a short form, and what each document advises. Nothing is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from twitchkg.errors import ParameterError, UnknownNameError
from twitchkg.namespaces import TWD
from twitchkg.server.pages import statements
from twitchkg.server.pages.known import known
from twitchkg.server.pages.render import MAX_TEXT, handled, page, words
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Request, Response

_UNITS = {"days": 1, "weeks": 7, "months": 30}
_MANY = 12
_TWITCHING = TWD + "muscle-twitching"
_SIGNS = (
    "SELECT DISTINCT ?sign WHERE { ?advice a twk:Advice ; twk:forSign|twk:accompanyingSign ?sign }"
)
_OPTIONS = """
SELECT DISTINCT ?slot ?value
WHERE { ?advice a twk:Advice ; ?slot ?value . VALUES ?slot { twk:inPopulation twk:inContext twk:atSite } }
"""


@handled
def doctor(graph: KnowledgeGraph, request: Request) -> Response:
    """The form, and for its answers what each document advises, strictest first."""
    about = known(graph)
    asked = any(key in ("sign", "more", "duration") for key, _ in request.params)
    signs = sorted(
        (Iri(str(row[0])) for row in graph.store.query(_SIGNS) if row[0] != _TWITCHING),
        key=lambda iri: about.name(iri).casefold(),
    )
    chosen, unknown = _signs(graph, request)
    options: dict[str, list[Iri]] = {}
    for row in graph.store.query(_OPTIONS):
        slot = str(row["slot"]).rpartition("/")[2]
        options.setdefault(slot, []).append(Iri(str(row["value"])))
    report = None
    days = _days(request)
    if asked:
        report = graph.advice(
            # The documents are about twitching: whoever asks here has it, whatever else they tick.
            list(dict.fromkeys([_TWITCHING, *chosen])),
            duration_days=days,
            population=_option(request, "population", options.get("inPopulation", [])),
            contexts=[
                one
                for one in (_option(request, "context", options.get("inContext", [])),)
                if one is not None
            ],
            sites=[
                one
                for one in (_option(request, "site", options.get("atSite", [])),)
                if one is not None
            ],
            frequency=words(request, "frequency") or None,
            limits_daily_life={"yes": True, "no": False}.get(request.param("limits")),
        )
    return page(
        graph,
        "doctor",
        "When to see a doctor",
        signs=signs,
        chosen=chosen,
        unknown=unknown,
        options=options,
        request=request,
        report=report,
        outlooks=statements.statements(about, report.outlooks) if report else [],
        outlook_flags=bool(report and report.outlooks),
    )


def _signs(graph: KnowledgeGraph, request: Request) -> tuple[list[str], list[str]]:
    """The signs that were ticked or written, and the words that mean none."""
    given = [text for text in request.all("sign") if text.strip()]
    written = [text.strip() for text in words(request, "more").split(",") if text.strip()]
    if len(given) + len(written) > _MANY or any(len(text) > MAX_TEXT for text in given):
        raise ParameterError(f"Give {_MANY} signs at most.")
    chosen: list[str] = []
    unknown: list[str] = []
    for text in [*given, *written]:
        try:
            chosen.append(graph.resolve(text).iri)
        except UnknownNameError:
            unknown.append(text)
    return list(dict.fromkeys(chosen)), unknown


def _days(request: Request) -> int | None:
    text = words(request, "duration", 10)
    if not text:
        return None
    unit = request.param("unit", "days")
    if not (text.isascii() and text.isdigit()) or unit not in _UNITS or len(text) > 5:
        raise ParameterError(
            f"The duration '{text}' is no whole number of days, weeks or months. Write digits."
        )
    return int(text) * _UNITS[unit]


def _option(request: Request, name: str, known_values: list[Iri]) -> str | None:
    text = words(request, name)
    if text and text not in known_values:
        raise ParameterError(f"'{text}' is none of the choices of '{name}'.")
    return text or None
