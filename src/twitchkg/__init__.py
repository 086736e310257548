"""twitchkg: what documents say about muscle twitching, as a graph to query.

>>> import twitchkg
>>> kg = twitchkg.load()
>>> bool(kg.query("ASK { twd:fasciculation a twk:TwitchType }"))
True
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from twitchkg.advice import AdviceReport, Recommendation
    from twitchkg.annotation import Annotation
    from twitchkg.claims import Caution, Claim, Passage, Verdict
    from twitchkg.entities import Entity
    from twitchkg.graph import NOTICE, KnowledgeGraph, load
    from twitchkg.lookup import Match
    from twitchkg.results import Result, Row
    from twitchkg.terms import Iri, Term

    __version__: str

_HOME = {
    "AdviceReport": "advice",
    "Annotation": "annotation",
    "Caution": "claims",
    "Claim": "claims",
    "Entity": "entities",
    "Iri": "terms",
    "KnowledgeGraph": "graph",
    "Match": "lookup",
    "NOTICE": "graph",
    "Passage": "claims",
    "Recommendation": "advice",
    "Result": "results",
    "Row": "results",
    "Term": "terms",
    "Verdict": "claims",
    "load": "graph",
}

__all__ = [
    "NOTICE",
    "AdviceReport",
    "Annotation",
    "Caution",
    "Claim",
    "Entity",
    "Iri",
    "KnowledgeGraph",
    "Match",
    "Passage",
    "Recommendation",
    "Result",
    "Row",
    "Term",
    "Verdict",
    "load",
]


if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used, so that importing twitchkg stays cheap."""
        if name == "__version__":
            from importlib.metadata import PackageNotFoundError, version

            try:
                return version("twitchkg")
            except PackageNotFoundError:
                return "unknown (not installed)"
        if name in _HOME:
            from importlib import import_module

            return getattr(import_module(f"twitchkg.{_HOME[name]}"), name)
        raise AttributeError(f"module 'twitchkg' has no attribute '{name}'")
