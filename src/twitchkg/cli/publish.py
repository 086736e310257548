"""The command ``publish``."""

from __future__ import annotations

import os
import sys

from twitchkg.cli import note
from twitchkg.cli.options import Progress, add_timeout, write
from twitchkg.errors import ParameterError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]

_PASSWORD = "TWITCHKG_PASSWORD"


def add_publish(parser: argparse.ArgumentParser) -> Run:
    """Set up ``publish``."""
    parser.add_argument(
        "--endpoint", metavar="URL", help="where the store answers queries (needed)"
    )
    parser.add_argument(
        "--update-endpoint",
        metavar="URL",
        help="where it takes updates (default: the same; none with --graph-store alone)",
    )
    parser.add_argument(
        "--graph-store",
        metavar="URL",
        help="where it speaks the Graph Store Protocol; used if there is no --update-endpoint",
    )
    parser.add_argument(
        "--data",
        metavar="FILE",
        action="append",
        default=[],
        help="load this Turtle file too, into the graph 'user' (repeatable)",
    )
    parser.add_argument(
        "--default-graph",
        choices=("auto", "replace", "leave"),
        default="auto",
        help="auto: fill a default graph that is empty and of its own, leave one that shows the "
        "named graphs; replace: replace what it holds; leave: leave it (default: auto)",
    )
    parser.add_argument(
        "--user",
        metavar="NAME",
        help=f"the store's user; the password comes from {_PASSWORD}, ~/.netrc or a prompt",
    )
    parser.add_argument(
        "--take-over",
        action="store_true",
        help="go on although another run has begun and not ended, and remove what it left",
    )
    parser.add_argument("--dry-run", action="store_true", help="say what would be done, do nothing")
    add_timeout(parser, "wait this long for each answer of the store (default: 60)", 60.0)
    return publish


def publish(options: argparse.Namespace) -> int:
    """Load the graph into a store, graph by graph."""
    from twitchkg.graph import NOTICE
    from twitchkg.graphstore import GraphStore
    from twitchkg.publish import publish as load

    if options.endpoint is None:
        raise ParameterError("Give --endpoint URL, where the store answers queries.")
    update = options.update_endpoint
    if update is None and options.graph_store is None:
        update = options.endpoint
    addresses = (options.endpoint, update, options.graph_store)
    target = GraphStore(*addresses, timeout=options.timeout)
    if options.user:  # only now: a wrong address is told before a password is asked for
        password = _password(options.user, update or options.graph_store)
        target = GraphStore(
            *addresses, user=options.user, password=password, timeout=options.timeout
        )
    with Progress() as progress:
        outcomes = load(
            target,
            options.data,
            default_graph=options.default_graph,
            dry_run=options.dry_run,
            take_over=options.take_over,
            progress=progress,
        )
    verbs = {"loaded": "would load", "replaced": "would replace", "kept": "would keep"}
    for outcome in outcomes:
        action = verbs[outcome.action] if options.dry_run else outcome.action
        name = f"<{outcome.graph}>" if outcome.graph else "the default graph"
        write(f"{action}: {name}, {outcome.triples} triples, {outcome.digest}\n", None)
    merged = sum(outcome.merged for outcome in outcomes)
    if merged:
        note(
            f"The store keeps numbers by value: {merged} triples that say a number in two "
            "datatypes are one there."
        )
    if options.dry_run and options.default_graph == "auto":
        note("Only a run that writes can find whether the default graph is to be filled.")
    note(NOTICE)
    return 0


def _password(user: str, url: str) -> str:
    """The user's password, from the environment, ~/.netrc or a prompt."""
    from netrc import NetrcParseError, netrc
    from urllib.parse import urlsplit

    if _PASSWORD in os.environ:
        return os.environ[_PASSWORD]
    try:
        entry = netrc().authenticators(urlsplit(url).hostname or "")
    except OSError:
        entry = None
    except NetrcParseError:
        raise ParameterError(
            "~/.netrc cannot be read. Mend it, or set " + _PASSWORD + "."
        ) from None
    if entry and entry[0] == user and entry[2]:
        return entry[2]
    if not sys.stdin.isatty():
        raise ParameterError(
            f"There is no password for '{user}'. Set {_PASSWORD}, or add the host to ~/.netrc."
        )
    from getpass import getpass

    return getpass(f"Password of {user}: ", stream=sys.stderr)
