"""Write synthetic observations, as Parquet and as N-Triples: who showed which sign.

python docs/scaling/observations.py TABLES NUMBER OUTPUT

TABLES is the folder of `twitchkg export -f parquet`; OUTPUT.parquet and OUTPUT.nt are written. The
same number gives the same observations.
"""

import random
import sys

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

TWD = "https://w3id.org/twitchkg/id/"
SOSA = "http://www.w3.org/ns/sosa/"
OWN = "https://example.org/"
BLOCK = 100_000


def main(tables: str, number: int, output: str) -> None:
    """Write the observations, a block at a time."""
    edges = pq.read_table(f"{tables}/edges.parquet", columns=["predicate", "object", "holds"])
    causing = edges.filter(pc.and_(pc.equal(edges["predicate"], "twk:canCause"), edges["holds"]))
    signs = sorted({sign for sign in causing["object"].to_pylist() if sign})
    chance = random.Random(number)
    schema = pa.schema([("id", pa.int64()), ("person", pa.int64()), ("sign", pa.string())])
    with (
        pq.ParquetWriter(f"{output}.parquet", schema) as writer,
        open(f"{output}.nt", "w", encoding="ascii") as file,
    ):
        for start in range(0, number, BLOCK):
            ids = range(start, min(start + BLOCK, number))
            people = [chance.randrange(1 + number // 10) for _ in ids]
            seen = [chance.choice(signs) for _ in ids]
            writer.write_table(pa.table([list(ids), people, seen], schema=schema))
            for id_, person, sign in zip(ids, people, seen, strict=True):
                iri = TWD + sign.removeprefix("twd:")
                file.write(f"<{OWN}observation/{id_}> <{SOSA}observedProperty> <{iri}> .\n")
                file.write(
                    f"<{OWN}observation/{id_}> <{SOSA}hasFeatureOfInterest> "
                    f"<{OWN}person/{person}> .\n"
                )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
