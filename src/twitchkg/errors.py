"""The exceptions of twitchkg.

::

    TwitchkgError
    ├── QuerySyntaxError (ValueError)      SPARQL that does not parse
    ├── UpdateRefusedError (ValueError)    an update form where only queries are answered
    ├── QueryFailedError (RuntimeError)    a query the engine gave up on
    ├── TooLargeError (RuntimeError)       an answer beyond the bounds that were set
    ├── NotAcceptableError (ValueError)    an answer in no format that the asker takes
    ├── ParameterError (ValueError)        a parameter unknown to a query, or of the wrong type
    ├── HeaderError (ValueError)           a query file whose ``#+`` header is wrong
    ├── UnknownNameError (LookupError)     a name that nothing has
    │   └── AmbiguousNameError             a name that several entities have
    ├── DataError (ValueError)             Turtle or text that cannot be read as such
    ├── SourceError (ValueError)           a document or passage that does not fit its record
    ├── FileAccessError (OSError)          a file or folder that cannot be read or written
    ├── EndpointError (OSError)            a remote store that cannot be asked
    ├── ReasonerError (RuntimeError)       a reasoner that failed, or exceeded its time or memory
    └── MissingExtraError (ImportError)    an optional package that is not installed

Each message says what was wrong, with what, and what to try. Warnings are of the category
:class:`TwitchkgWarning`.
"""

from __future__ import annotations


class TwitchkgError(Exception):
    """Base of all errors that twitchkg raises on purpose."""


class TwitchkgWarning(UserWarning):
    """Something that a user should look at, though the call went on."""


class QuerySyntaxError(TwitchkgError, ValueError):
    """SPARQL text that does not parse.

    :param message: what was wrong, where, and what was expected.
    :param line: line of the fault, from 1, or ``None`` where the engine does not tell.
    :param column: column of the fault, from 1, or ``None``.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class UpdateRefusedError(TwitchkgError, ValueError):
    """An update form where only queries are answered."""


class QueryFailedError(TwitchkgError, RuntimeError):
    """A well-formed query that the engine could not carry out."""


class TooLargeError(TwitchkgError, RuntimeError):
    """An answer beyond the bounds that were set for it."""


class NotAcceptableError(TwitchkgError, ValueError):
    """An answer that exists in no format that the asker takes."""


class ParameterError(TwitchkgError, ValueError):
    """A parameter that a query does not have, or a value of the wrong type."""


class HeaderError(TwitchkgError, ValueError):
    """A query file whose ``#+`` header is wrong, with its path and line."""


class UnknownNameError(TwitchkgError, LookupError):
    """A name that nothing has.

    :param message: what was looked for and what to try.
    :param candidates: the nearest names that exist.
    """

    def __init__(self, message: str, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.candidates = candidates


class AmbiguousNameError(UnknownNameError):
    """A name that several entities have; ``candidates`` lists them."""


class DataError(TwitchkgError, ValueError):
    """A file whose content cannot be read as what it should be."""


class SourceError(TwitchkgError, ValueError):
    """A document or passage that does not fit its record."""


class FileAccessError(TwitchkgError, OSError):
    """A file or folder that cannot be read or written."""


class EndpointError(TwitchkgError, OSError):
    """A remote store that cannot be asked, or whose answer cannot be read."""


class ReasonerError(TwitchkgError, RuntimeError):
    """A reasoner that failed, or exceeded its time or memory."""


class MissingExtraError(TwitchkgError, ImportError):
    """An optional package that a call needs and that is not installed."""
