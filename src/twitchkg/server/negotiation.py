"""Which of the formats on offer a client wants most, by RFC 9110."""

from __future__ import annotations

import re
from functools import lru_cache

from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

_CHARSET = re.compile(r";\s*charset\s*=[^;,]*", re.IGNORECASE)


@lru_cache(maxsize=1024)
def best(accept: str, offered: tuple[str, ...]) -> str | None:
    """The media type on offer that an ``Accept`` header prefers, or ``None`` if it takes none.

    Of types that are wanted alike, the first on offer wins.

    >>> best("text/html;q=0.5, text/turtle", ("text/html", "text/turtle"))
    'text/turtle'
    >>> best("*/*;q=0.1, text/turtle;q=0", ("text/turtle", "text/html"))
    'text/html'
    >>> best("text/html; charset=utf-8", ("text/html",))
    'text/html'
    >>> best("image/png", ("text/html",)) is None
    True
    """
    if not accept.strip():
        return offered[0]
    # All text is UTF-8 whatever is asked, and a charset must not keep a type from matching.
    wanted = parse_accept_header(_CHARSET.sub("", accept), MIMEAccept)
    # quality() gives that of the most specific range that fits, so that q=0 excludes a type.
    ranked = [(wanted.quality(name), -place, name) for place, name in enumerate(offered)]
    quality, _, name = max(ranked)
    return name if quality > 0 else None
