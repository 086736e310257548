"""What MkDocs calls while it builds the site: the navigation, the pages made from the project."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

sys.path.insert(0, str(Path(__file__).parent))
import notebook_pages
import reference_pages

log = logging.getLogger("mkdocs.hooks.twitchkg")

SECTIONS: dict[str, tuple[str, ...]] = {
    "Home": ("index.md",),
    "Tutorial": ("tutorial.md", "notebooks.md", "notebooks/"),
    "How-to": (
        *("annotate.md", "exports.md", "diff.md", "your-own-data.md"),
        *("remote-stores.md", "mcp.md", "pages.md", "server.md", "publishing.md", "completion.md"),
    ),
    "Reference": (
        *("command-line.md", "queries/", "ontology.md", "python-api.md", "linked-data.md"),
        *("fair.md", "compatibility.md", "benchmarks.md"),
    ),
    "Explanation": (*("claims.md", "derivation.md", "security.md", "scaling.md", "testing.md"),),
}
"""Where a page stands; one that is not named here goes to the end of the explanations."""


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Put the notice into the footer of every page."""
    from twitchkg.graph import NOTICE

    config.copyright = NOTICE
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made from the project, and the navigation over all pages."""
    made = {**reference_pages.query_pages(), "command-line.md": reference_pages.command_line()}
    made |= notebook_pages.pages()
    with tempfile.TemporaryDirectory() as folder:
        made["ontology-reference.html"] = reference_pages.ontology(_lode, Path(folder))
    for path, content in made.items():
        files.append(File.generated(config, path, content=content))
    config.nav = _navigation([file.src_uri for file in files.documentation_pages()])
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Lead from the list of notebooks to their pages; in the repository it leads to the files."""
    return markdown.replace(".ipynb)", ".md)") if page.file.src_uri == "notebooks.md" else markdown


def _lode(turtle: Path, page: Path) -> None:
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    from pylode import OntPub

    # It turns on the debugging messages of everything when it is imported.
    root.setLevel(level)
    root.handlers[:] = handlers
    OntPub(ontology=str(turtle)).make_html(destination=page)


def _navigation(paths: list[str]) -> list[dict[str, Any]]:
    """The sections with the pages that there are."""
    left = dict.fromkeys(sorted(paths, key=lambda path: (not path.endswith("/index.md"), path)))
    nav: list[dict[str, Any]] = []
    for section, wanted in SECTIONS.items():
        entries: list[Any] = []
        for name in wanted:
            found = [
                path for path in left if path == name or (name[-1] == "/" and path.startswith(name))
            ]
            for path in found:
                del left[path]
            if name == "queries/":
                entries.append({"Named queries": found})
            else:
                entries += found
        nav.append({section: entries})
    for path in left:
        log.info("%s is named in no section: it goes to the explanations", path)
    nav[-1]["Explanation"] += list(left)
    return nav
