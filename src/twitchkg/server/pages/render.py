"""From values to a page: templates, escaping, and the red flags that no outlook goes without."""

from __future__ import annotations

import json
import re
from functools import cache, wraps
from hashlib import sha256
from typing import TYPE_CHECKING

from twitchkg.errors import ParameterError, TwitchkgError
from twitchkg.graph import NOTICE
from twitchkg.namespaces import BASE, compact
from twitchkg.server.messages import Request, Response
from twitchkg.server.pages.known import href, known
from twitchkg.server.worker import status_of
from twitchkg.terms import Iri

if TYPE_CHECKING:
    from pathlib import Path

    from jinja2 import Environment

    from twitchkg.graph import KnowledgeGraph
    from twitchkg.server.messages import Handler
    from twitchkg.server.pages.known import Known

MAX_TEXT = 400
"""How many characters of somebody's words are looked at."""

_OUTLOOK_WORDS = re.compile(r"harmless|benign", re.IGNORECASE)
_FLAGS_MARK = 'class="red-flags"'


def _folder() -> Path:
    from pathlib import Path

    return Path(__file__).parent.parent


@cache
def asset(name: str) -> str:
    """The address of an asset with the digest of its content; empty where it was not built."""
    for folder in ("assets", "static"):
        path = _folder() / folder / name
        if path.is_file():
            return f"/assets/{name}?v={sha256(path.read_bytes()).hexdigest()[:12]}"
    return ""


COMPILED: dict[str, bytes] = {}
"""The templates as bytecode, by Jinja's own keys; another process may take them over."""


@cache
def _environment() -> Environment:
    from jinja2 import BytecodeCache, Environment, FileSystemLoader, StrictUndefined
    from jinja2.bccache import Bucket

    class Compiled(BytecodeCache):
        def load_bytecode(self, bucket: Bucket) -> None:
            if bucket.key in COMPILED:
                bucket.bytecode_from_string(COMPILED[bucket.key])

        def dump_bytecode(self, bucket: Bucket) -> None:
            COMPILED[bucket.key] = bucket.bytecode_to_string()

    made = Environment(
        bytecode_cache=Compiled(),
        loader=FileSystemLoader(_folder() / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    made.globals.update(href=href, asset=asset, notice=NOTICE, compact=compact, base=BASE)
    made.tests["iri"] = lambda value: isinstance(value, Iri)
    return made


def templates() -> list[str]:
    """The names of the templates, each of them compiled."""
    names = _environment().list_templates()
    for name in names:
        _environment().get_template(name)
    return names


def page(
    graph: KnowledgeGraph,
    template: str,
    title: str,
    *,
    status: int = 200,
    linked: object = None,
    headers: tuple[tuple[str, str], ...] = (),
    **values: object,
) -> Response:
    """A page from a template.

    Where the page names an outlook or calls something harmless, and its template does not show the
    red flags itself, they are put under its heading.

    :param graph: what the page is about.
    :param template: the file of the content, without its ending.
    :param title: the title, in words.
    :param status: the HTTP status.
    :param linked: the same content as JSON-LD with schema.org terms.
    :param headers: further headers.
    :param values: what the template needs.
    """
    from markupsafe import Markup

    about = known(graph)
    environment = _environment()
    body = environment.get_template(f"{template}.html").render(
        known=about, name=about.name, title=title, **values
    )
    flagged = _FLAGS_MARK in body
    needed = not flagged and _speaks_of_outlook(about, body + title)
    if needed:
        # Right after the heading, so that the page still says first what it is.
        flags = environment.get_template("flags.html").render(known=about, name=about.name)
        head, mark, rest = body.partition("</h1>")
        body = f"{head}{mark}{flags}{rest}"
    data = Markup(_data_block(linked)) if linked is not None else ""
    text = environment.get_template("layout.html").render(
        known=about,
        name=about.name,
        title=title,
        content=Markup(body),
        data=data,
        scripts=values.get("scripts", ()),
        styles=values.get("styles", ()),
    )
    return Response.text(status, text, "text/html")._replace(headers=headers)


def _speaks_of_outlook(about: Known, body: str) -> bool:
    if _OUTLOOK_WORDS.search(body):
        return True
    return any(f'href="{href(outlook)}"' in body for outlook in about.outlooks)


def _data_block(value: object) -> str:
    """JSON that can stand in a script element: nothing in it ends that element."""
    text = json.dumps(value, ensure_ascii=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def handled(handler: Handler) -> Handler:
    """A handler whose errors become pages that say what was wrong and what to try."""

    @wraps(handler)
    def safe(graph: KnowledgeGraph, request: Request) -> Response:
        try:
            return handler(graph, request)
        except TwitchkgError as error:
            return failure(graph, error)

    return safe


def failure(graph: KnowledgeGraph, error: TwitchkgError) -> Response:
    """A page that says what was wrong and what comes nearest."""
    status = status_of(error)
    titles = {404: "Not found", 400: "That cannot be asked", 403: "Refused"}
    near = [
        Iri(one if "://" in one else BASE + one.removeprefix("/"))
        for one in getattr(error, "candidates", ())
    ]
    return page(
        graph,
        "error",
        titles.get(status, "It could not be done"),
        status=status,
        message=_for_people(str(error)),
        near=near,
    )


def _for_people(message: str) -> str:
    """A message without advice that holds at a command line only."""
    kept = re.sub(r"\s*Try 'twitchkg search' with other words\.", " Try other words.", message)
    kept = re.sub(r"\s*'?twitchkg \w[^.]*?(lists them|prints what there is)\.", "", kept)
    return kept if len(kept) <= 1200 else kept[:1200] + " …"


def words(request: Request, name: str, limit: int = MAX_TEXT) -> str:
    """The words that somebody typed into a field.

    :raises ParameterError: if they are too many, or hold control characters.
    """
    text = request.param(name).strip()
    if len(text) > limit:
        raise ParameterError(
            f"The field '{name}' holds {len(text)} characters. Write {limit} at most."
        )
    if re.search(r"[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", text):
        raise ParameterError(f"The field '{name}' holds characters that cannot be read as text.")
    return text
