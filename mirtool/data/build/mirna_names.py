"""Build the table of all miRNA names in all releases of miRBase, ``mirtool/data/mirna_names.tsv.gz``.

    python mirtool/data/build/mirna_names.py mature_names.tsv.gz mirtool/data

``mature_names.tsv.gz`` has one row per accession and name, with the columns accession, species, name, releases and
source. It was compiled from files of miRBase: ``miRNA.xls`` of releases 6.0 to 15.0, ``miRNA.diff`` of 16 to 22,
and ``mature.fa`` of 22.1 (``mirtool/data/README.md`` says where they are from). The result keeps name, accession
and releases. The rows of a species stay together, and an empty line ends them, so that a reader can take one
species and leave the rest unread. The same table gives the same bytes.
"""

import csv
import gzip
import io
import itertools
import re
import sys
from pathlib import Path

HEADER = "name\taccession\treleases\n"


def blocks_of(table: str) -> list[str]:
    """Return the rows of each species as lines (name, accession, releases), by accession and first release."""
    rows = list(csv.DictReader(io.StringIO(table), delimiter="\t"))
    rows.sort(key=lambda row: (row["species"], row["accession"], float(re.split("[-,]", row["releases"])[0])))
    return [
        "\n".join(f"{row['name']}\t{row['accession']}\t{row['releases']}" for row in own)
        for _, own in itertools.groupby(rows, key=lambda row: row["species"])
    ]


def main() -> None:
    """Write the table to the folder given."""
    source, folder = map(Path, sys.argv[1:])
    blocks = blocks_of(gzip.decompress(source.read_bytes()).decode("ascii"))
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0, filename="") as file:
        file.write((HEADER + "\n" + "\n\n".join(blocks) + "\n").encode("ascii"))
    (folder / "mirna_names.tsv.gz").write_bytes(out.getvalue())
    print(f"{len(blocks)} species")


if __name__ == "__main__":
    main()
