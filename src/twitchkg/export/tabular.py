"""The tables as CSV, SQLite and Parquet, each with its data dictionary."""

from __future__ import annotations

import json
import os

from twitchkg.claims import NOTICE
from twitchkg.errors import FileAccessError
from twitchkg.export.about import LICENSE, TITLE, head, version
from twitchkg.export.tables import SEPARATOR
from twitchkg.results import quoted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from twitchkg.export.tables import Cell, Table

_SQL = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "boolean": "BOOLEAN"}
DICTIONARY = "datapackage.json"


def csv(tables: Sequence[Table]) -> dict[str, bytes]:
    """One CSV file for each table, and the data dictionary as a Frictionless data package."""
    files = {f"{table.name}.csv": _csv(table) for table in tables}
    return {**files, DICTIONARY: dictionary(tables, "csv", "text/csv")}


def _csv(table: Table) -> bytes:
    # Python's own writer leaves a bare carriage return unquoted, which ends a line for its reader.
    lines = [",".join(column.name for column in table.columns)]
    lines += [",".join([quoted(_text(cell)) for cell in row]) for row in table.rows]
    return ("\n".join(lines) + "\n").encode()


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return "" if cell is None else str(cell)


def dictionary(tables: Sequence[Table], ending: str, media: str) -> bytes:
    """The data dictionary: each column with its type and meaning.

    :param tables: what it describes.
    :param ending: how the names of their files end.
    :param media: the media type of the files.
    """
    package = {
        "name": "twitchkg",
        "title": TITLE,
        "description": f"{NOTICE} Several values in one cell are joined by '{SEPARATOR}'.",
        "version": version(),
        "licenses": [{"name": "CC-BY-4.0", "path": LICENSE}],
        "resources": [
            {
                "name": table.name,
                "path": f"{table.name}.{ending}",
                "description": table.meaning,
                "mediatype": media,
                "encoding": "utf-8",
                "schema": {
                    "fields": [
                        {
                            "name": column.name,
                            "type": column.type,
                            "description": column.meaning[0].upper() + column.meaning[1:],
                        }
                        for column in table.columns
                    ],
                    "missingValues": [""],
                },
            }
            for table in tables
        ],
    }
    return (json.dumps(package, indent=2, ensure_ascii=False) + "\n").encode()


def sqlite(tables: Sequence[Table]) -> bytes:
    """All tables as one SQLite database, with ``about`` and ``data_dictionary``.

    :raises twitchkg.errors.FileAccessError: if there is no room for a temporary file.
    """
    import sqlite3
    from tempfile import TemporaryDirectory

    # SQLite writes to a file only, so that one stands for the time of writing.
    try:
        with TemporaryDirectory(prefix="twitchkg-") as folder:
            return _database(os.path.join(folder, "twitchkg.sqlite"), tables)
    except (OSError, sqlite3.OperationalError) as error:
        raise FileAccessError(
            f"Cannot write the database to a temporary file: {error}. Make room, or set TMPDIR."
        ) from None


def _database(path: str, tables: Sequence[Table]) -> bytes:
    import sqlite3

    database = sqlite3.connect(path, isolation_level=None)
    try:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("BEGIN")
        _about(database)
        for table in tables:
            _add(database, table)
        database.execute("COMMIT")
        database.execute("VACUUM")
    finally:
        database.close()
    with open(path, "rb") as file:
        return file.read()


def _about(database: object) -> None:
    import sqlite3

    assert isinstance(database, sqlite3.Connection)
    database.execute("CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL)")
    database.executemany("INSERT INTO about VALUES (?, ?)", head().items())
    database.execute(
        "CREATE TABLE data_dictionary (table_name TEXT NOT NULL, column_name TEXT NOT NULL, "
        "type TEXT NOT NULL, meaning TEXT NOT NULL, PRIMARY KEY (table_name, column_name))"
    )


def _add(database: object, table: Table) -> None:
    import sqlite3

    assert isinstance(database, sqlite3.Connection)
    columns = ", ".join(f'"{column.name}" {_SQL[column.type]}' for column in table.columns)
    # SQLite lets a primary key be NULL, so that food may be empty in the key of amounts.
    key = ", ".join(f'"{name}"' for name in table.key)
    database.execute(f'CREATE TABLE "{table.name}" ({columns}, PRIMARY KEY ({key}))')
    places = ", ".join("?" for _ in table.columns)
    database.executemany(f'INSERT INTO "{table.name}" VALUES ({places})', table.rows)
    database.executemany(
        "INSERT INTO data_dictionary VALUES (?, ?, ?, ?)",
        [(table.name, c.name, c.type, c.meaning) for c in table.columns],
    )


def parquet(tables: Sequence[Table]) -> dict[str, bytes]:
    """One Parquet file for each table, and the data dictionary.

    The meaning of each column, and the notice, stand in the files themselves, too.

    :raises twitchkg.errors.MissingExtraError: if pyarrow is not installed.
    """
    from twitchkg.export import frames

    files = {f"{table.name}.parquet": frames.parquet(table) for table in tables}
    return {
        **files,
        DICTIONARY: dictionary(tables, "parquet", "application/vnd.apache.parquet"),
    }
