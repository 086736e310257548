"""Join the tables of twitchkg with observations in PySpark, and print CSV.

python docs/scaling/join_spark.py TABLES OBSERVATIONS.parquet

As it stands it runs on this machine; with spark-submit --master it runs on a cluster.
"""

import csv
import pathlib
import sys

from pyspark.sql import SparkSession

QUERY = pathlib.Path(__file__).with_name("causes.sql").read_text(encoding="utf-8")


def main(tables: str, observations: str) -> None:
    """Print for each cause how many observations and people show a sign that it can cause."""
    builder = SparkSession.builder.appName("twitchkg")
    spark = builder.config("spark.ui.enabled", "false").getOrCreate()
    try:
        spark.read.parquet(f"{tables}/edges.parquet").createOrReplaceTempView("edges")
        spark.read.parquet(observations).createOrReplaceTempView("observations")
        found = spark.sql(QUERY)
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(found.columns)
        writer.writerows(found.collect())
    finally:
        spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
