"""What stands in the head of every exported file: title, version, licence, notice."""

from __future__ import annotations

from twitchkg.namespaces import ONTOLOGY

TITLE = "twitchkg: a knowledge graph of muscle twitching"
LICENSE = "https://creativecommons.org/licenses/by/4.0/"
KEYWORDS = (*("knowledge graph", "muscle twitching", "fasciculation", "OWL", "SHACL", "SPARQL"),)
CREATOR = "The twitchkg developers"


def version() -> str:
    """The version of the data, as the ontology's header states it."""
    import os
    import re

    from twitchkg import resources

    path = os.path.join(resources.data_root(), "ontology", "twitchkg.ttl")
    found = re.search(r'owl:versionInfo "([^"]+)"', resources.read_text(path))
    assert found, "the header states the version"
    return found[1]


def version_iri() -> str:
    """The IRI of this version of the data."""
    return f"{ONTOLOGY}/{version()}"
