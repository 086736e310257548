"""The command ``mcp``."""

from __future__ import annotations

import argparse

from twitchkg.cli.options import add_data, add_query_time
from twitchkg.errors import MissingExtraError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]


def add_mcp(parser: argparse.ArgumentParser) -> Run:
    """Set up ``mcp``."""
    parser.add_argument(
        "--http",
        metavar="PORT",
        type=_port,
        help="serve streamable HTTP at http://127.0.0.1:PORT/mcp, not over stdin and stdout",
    )
    add_query_time(parser)
    add_data(parser, "serve")
    return mcp


def mcp(options: argparse.Namespace) -> int:
    """Serve tools for language models until the client goes."""
    try:
        from twitchkg.mcp import run
    except ImportError as error:
        raise MissingExtraError(
            f"The tools need the package {error.name}. Install it: pip install 'twitchkg[mcp]'"
        ) from None
    return run.run(options.data, options.timeout, options.http)


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port between 1 and 65535")
    return int(text)
