"""The command ``serve``."""

from __future__ import annotations

import argparse

from twitchkg.cli.options import add_data, add_query_time, megabytes
from twitchkg.errors import MissingExtraError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Run = Callable[[argparse.Namespace], int]


def add_serve(parser: argparse.ArgumentParser) -> Run:
    """Set up ``serve``."""
    parser.add_argument("--host", default="127.0.0.1", help="address (default 127.0.0.1)")
    parser.add_argument("--port", type=_port, default=8000, help="port (default 8000; 0: any)")
    parser.add_argument(
        "--workers",
        metavar="N",
        type=_positive,
        help="processes that answer queries (default: two more than there are cores)",
    )
    add_query_time(parser)
    parser.add_argument(
        "--max-rows",
        metavar="N",
        type=_positive,
        default=100_000,
        help="refuse answers with more rows or triples (default 100000)",
    )
    parser.add_argument(
        "--max-memory",
        metavar="MB",
        type=megabytes,
        default=1024,
        help="memory that one query may take (default 1024)",
    )
    parser.add_argument(
        "--base-url",
        metavar="URL",
        default="",
        help="the address under which others reach the server, if it stands behind another",
    )
    parser.add_argument(
        "--cache",
        metavar="MB",
        type=_cache,
        default=64,
        help="memory for answers that are asked for again (default 64; 0: none)",
    )
    parser.add_argument(
        "--log", choices=("text", "json", "none"), default="text", help="the log on stderr"
    )
    add_data(parser, "serve")
    return serve


def serve(options: argparse.Namespace) -> int:
    """Serve the graph until told to stop."""
    try:
        from twitchkg.server import run
    except ImportError as error:
        raise MissingExtraError(
            f"The server needs the package {error.name}. Install it: pip install 'twitchkg[server]'"
        ) from None
    return run.run(
        run.Options(
            options.host,
            options.port,
            options.workers,
            options.timeout,
            options.max_rows,
            options.max_memory,
            options.base_url,
            options.cache,
            options.log,
            options.data,
        )
    )


def _port(text: str) -> int:
    if not text.isdigit() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port between 0 and 65535")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 10**9:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number, 1 or more")
    return int(text)


def _cache(text: str) -> int:
    if not text.isdigit() or int(text) > 10**6:
        raise argparse.ArgumentTypeError(f"'{text}' is not a whole number of megabytes")
    return int(text)
