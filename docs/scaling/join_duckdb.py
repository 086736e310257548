"""Join the tables of twitchkg with observations in DuckDB, and print CSV.

python docs/scaling/join_duckdb.py TABLES OBSERVATIONS.parquet
"""

import csv
import pathlib
import sys

import duckdb

QUERY = pathlib.Path(__file__).with_name("causes.sql").read_text(encoding="utf-8")


def main(tables: str, observations: str) -> None:
    """Print for each cause how many observations and people show a sign that it can cause."""
    database = duckdb.connect()
    database.read_parquet(f"{tables}/edges.parquet").create_view("edges")
    database.read_parquet(observations).create_view("observations")
    found = database.execute(QUERY)
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([column[0] for column in found.description])
    writer.writerows(found.fetchall())


if __name__ == "__main__":
    main(*sys.argv[1:])
