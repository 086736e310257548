"""What stands in the head of every exported file: title, version, licence, notice."""

from __future__ import annotations

from twitchkg.claims import NOTICE
from twitchkg.namespaces import LICENCE, ONTOLOGY
from twitchkg.resources import data_version as version

LICENSE = LICENCE
TITLE = "twitchkg: a knowledge graph of muscle twitching"
KEYWORDS = (*("knowledge graph", "muscle twitching", "fasciculation", "OWL", "SHACL", "SPARQL"),)
CREATOR = "The twitchkg developers"
CREATED = "2026-11-24"
"""The day on which work on the graph began."""
ISSUED = "2026-11-28"
"""The day of this version's release."""

__all__ = [
    "CREATED",
    "CREATOR",
    "ISSUED",
    "KEYWORDS",
    "LICENSE",
    "TITLE",
    "citation",
    "head",
    "version",
    "version_iri",
]


def version_iri() -> str:
    """The IRI of this version of the data."""
    return f"{ONTOLOGY}/{version()}"


def citation() -> str:
    """How to cite this version of the data."""
    return f"{CREATOR}: {TITLE.replace(':', ',')}. Version {version()}. {ONTOLOGY}"


def head() -> dict[str, str]:
    """What each file says of itself, where its format has room for it."""
    return {"title": TITLE, "version": version(), "license": LICENSE, "notice": NOTICE}
