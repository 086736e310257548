"""The built documentation: complete, without dead links, and asking no other host for anything.

``python tests/ecosystems/site_check.py FOLDER``, where FOLDER is made by ``mkdocs build``.
"""

from __future__ import annotations

import pathlib
import re
import sys
import urllib.parse
from html.parser import HTMLParser

import twitchkg
from twitchkg import catalogue
from twitchkg.cli import COMMANDS, manual

LOADED = {
    *(("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("embed", "src")),
    *(("video", "src"), ("audio", "src"), ("object", "data"), ("input", "src")),
}
"""What a browser fetches by itself; of ``link`` all but a few kinds."""
NOT_FETCHED = {"canonical", "next", "prev", "alternate", "license"}


class Page(HTMLParser):
    """What a page names: where it leads, what it loads, and its own anchors."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.ids: set[str] = set()
        self.words: list[str] = []
        self.classes: set[str] = set()
        self.tables = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what a tag names."""
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given[name] for name in ("id", "name") if given.get(name)}
        self.classes |= set(given.get("class", "").split())
        self.tables += tag == "table"
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        fetched = tag == "link" and not set(given.get("rel", "").split()) & NOT_FETCHED
        if fetched and "href" in given:
            self.loads.append(given["href"])
        self.loads += [given[name] for t, name in LOADED if t == tag and name in given]
        self.loads += re.findall(r"url\(['\"]?([^)'\"]+)", given.get("style", ""))

    def handle_data(self, data: str) -> None:
        """Keep the words, and what a style in the page loads."""
        self.words.append(data)
        if self.lasttag == "style":
            self.loads += re.findall(r"url\(['\"]?([^)'\"]+)|@import\s+['\"]([^'\"]+)", data)


def faults(folder: pathlib.Path) -> list[str]:
    """What is wrong with the site, a line for each fault."""
    pages = {path: Page(path.read_text("utf-8")) for path in sorted(folder.rglob("*.html"))}
    found = []
    notice = " ".join(twitchkg.NOTICE.split())
    for path, page in pages.items():
        name = path.relative_to(folder)
        if notice not in " ".join(" ".join(page.words).split()):
            found.append(f"{name}: the notice is missing")
        if "mermaid" in page.classes:
            found.append(f"{name}: a Mermaid drawing would be made by a script of another host")
        found += [f"{name}: loads {url}" for url in page.loads if foreign(url)]
        if path.name != "404.html":
            found += [f"{name}: {fault}" for url in page.links if (fault := dead(path, url, pages))]
    for style in folder.rglob("*.css"):
        found += [
            f"{style.relative_to(folder)}: loads {url}"
            for url in re.findall(r"url\(['\"]?([^)'\"]+)", style.read_text("utf-8"))
            if foreign(url)
        ]
    return found + missing(folder, pages)


def foreign(url: str) -> bool:
    """Whether a browser would ask another host for this."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme not in ("", "data") or bool(parts.netloc)


def dead(path: pathlib.Path, url: str, pages: dict[pathlib.Path, Page]) -> str:
    """Why a link of a page leads nowhere in the site; empty if it does, or leads elsewhere."""
    parts = urllib.parse.urlsplit(url)
    if parts.scheme or parts.netloc:
        return ""
    target = (path.parent / urllib.parse.unquote(parts.path)).resolve() if parts.path else path
    if target.is_dir():
        target /= "index.html"
    if not target.is_file():
        return f"the link {url} leads to no file"
    anchor = urllib.parse.unquote(parts.fragment)
    if anchor and target in pages and anchor not in pages[target].ids:
        return f"the link {url} leads to no anchor"
    return ""


def missing(folder: pathlib.Path, pages: dict[pathlib.Path, Page]) -> list[str]:
    """What has to be told and is not: a query, a public name, a class, an option."""
    found = [
        f"queries/{name}.html is missing"
        for name in catalogue.query_names()
        if folder / "queries" / f"{name}.html" not in pages
    ]

    for path in sorted((pathlib.Path(__file__).parents[2] / "docs" / "notebooks").glob("*.ipynb")):
        name = f"notebooks/{path.stem}.html"
        tables = pages[folder / name].tables if folder / name in pages else 0
        # Each shows several tables, which only its run can have made.
        if tables < 3:
            found.append(f"{name}: {tables} tables stand there, the notebook shows more")

    def words(name: str) -> str:
        return " ".join(pages[folder / name].words) if folder / name in pages else ""

    python, ontology = words("python-api.html"), words("ontology-reference.html")
    commands = words("command-line.html")
    found += [
        f"python-api.html: {name} is missing"
        for name in set(twitchkg.__all__) - {"NOTICE"}
        if not re.search(rf"\b{name}\b", python)
    ]
    terms = twitchkg.load().query(
        "SELECT DISTINCT ?label WHERE { GRAPH <https://w3id.org/twitchkg/graph/schema> "
        "{ ?term rdfs:label ?label ; a ?kind } VALUES ?kind { owl:Class owl:ObjectProperty } }"
    )
    if len(terms) < 100:
        found.append(f"only {len(terms)} terms were compared with ontology-reference.html")
    for row in terms:
        if str(row["label"]).casefold() not in ontology.casefold():
            found.append(f"ontology-reference.html: {row['label']} is missing")
    for name in COMMANDS:
        for parser in manual.parsers(name):
            for action in parser._actions:
                if action.dest != "help" and action.help != "==SUPPRESS==":
                    found += [
                        f"command-line.html: {option} of {parser.prog} is missing"
                        for option in action.option_strings
                        if option not in commands
                    ]
    return found


if __name__ == "__main__":
    site = pathlib.Path(sys.argv[1]).resolve()
    wrong = faults(site)
    print("\n".join(wrong))
    number = len(list(site.rglob("*.html")))
    print(f"{number} pages looked at, {len(wrong)} faults")
    raise SystemExit(1 if wrong or not number else 0)
