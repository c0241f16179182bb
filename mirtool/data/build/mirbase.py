"""Build the two miRBase tables of ``mirtool/data``.

    python mirtool/data/build/mirbase.py mirtool/data

It downloads the PyPI package isb-firm (1.0.4) with pip, which carries two files of miRBase:

``mature.fa`` of miRBase 22
    becomes ``mirbase.tsv.gz``: name, accession and sequence of every mature miRNA.
``miRNA.xls`` of miRBase 18 (as ``miRNA.csv``)
    becomes ``mirbase_18.tsv.gz``: name and accession of every precursor, accession and name of its mature miRNAs.
    The file does not say its release; it has the 18,226 entries that release had.

Both keep human, mouse, rat and their viruses: what is on a human or rodent chip. The other species would
treble the files. The same package gives the same bytes.
"""

import csv
import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PACKAGE = "isb-firm==1.0.4"
FASTA = "firm/common/mature.fa"
PRECURSORS = "firm/common/miRNA.csv"
SPECIES = ("hsa", "mmu", "rno")
VIRUSES = ("bkv", "ebv", "hcmv", "hhv6b", "hiv1", "hsv1", "hsv2", "jcv", "kshv", "mcmv", "mcv", "mghv", "sv40")
KEPT = frozenset({*SPECIES, *VIRUSES})


def fetch() -> tuple[str, str]:
    """Download the package and give its ``mature.fa`` and its ``miRNA.csv``."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE],
            check=True,
        )
        wheel = zipfile.ZipFile(next(Path(folder).glob("*.whl")))
        return wheel.read(FASTA).decode("ascii"), wheel.read(PRECURSORS).decode("ascii")


def parse_fasta(fasta: str) -> Iterator[tuple[str, str, str]]:
    """Return (name, accession, sequence) of every entry."""
    for entry in fasta.split(">")[1:]:
        title, *sequence = entry.splitlines()
        name, accession, _ = title.split(" ", 2)
        yield name, accession, "".join(sequence)


def parse_precursors(table: str) -> Iterator[tuple[str, str, str]]:
    """Return (name, accession, ``MIMAT… name;MIMAT… name``) of every precursor.

    From the fifth column on, three cells tell a mature miRNA: accession, name, sequence.
    """
    for accession, name, _status, _sequence, *matures in list(csv.reader(io.StringIO(table), delimiter="\t"))[1:]:
        triples = zip(matures[::3], matures[1::3], matures[2::3], strict=False)
        yield name, accession, ";".join(f"{own} {mature}" for own, mature, _ in triples if own)


def packed(header: str, rows: Iterable[tuple[str, str, str]]) -> bytes:
    """Return the rows of the species kept, sorted, as a packed table."""
    kept = sorted(row for row in rows if row[0].split("-", 1)[0] in KEPT)
    text = header + "".join("\t".join(row) + "\n" for row in kept)
    out = io.BytesIO()
    with gzip.GzipFile(fileobj=out, mode="wb", compresslevel=9, mtime=0, filename="") as file:
        file.write(text.encode("ascii"))
    print(f"{len(kept)} rows: {header.strip()}")
    return out.getvalue()


def main() -> None:
    """Write the tables to the folder given."""
    folder = Path(sys.argv[1])
    fasta, precursors = fetch()
    (folder / "mirbase.tsv.gz").write_bytes(packed("name\taccession\tsequence\n", parse_fasta(fasta)))
    (folder / "mirbase_18.tsv.gz").write_bytes(
        packed("precursor\taccession\tmatures\n", parse_precursors(precursors))
    )


if __name__ == "__main__":
    main()
