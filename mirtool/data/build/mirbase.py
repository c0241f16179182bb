"""Build ``mirtool/data/mirbase.tsv.gz``: mature miRNAs of miRBase 22, name, accession and sequence.

    python mirtool/data/build/mirbase.py mirtool/data/mirbase.tsv.gz

It downloads the PyPI package isb-firm (1.0.4) with pip, which carries miRBase's ``mature.fa``, and keeps human,
mouse, rat and their viruses: what stands on a human or rodent chip. The other species would treble the file.
The same package gives the same bytes.
"""

import gzip
import io
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "isb-firm==1.0.4"
FASTA = "firm/common/mature.fa"
SPECIES = ("hsa", "mmu", "rno")
VIRUSES = ("bkv", "ebv", "hcmv", "hhv6b", "hiv1", "hsv1", "hsv2", "jcv", "kshv", "mcmv", "mcv", "mghv", "sv40")


def fetch_fasta() -> str:
    """Download the package and give its ``mature.fa``."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, PACKAGE],
            check=True,
        )
        wheel = next(Path(folder).glob("*.whl"))
        return zipfile.ZipFile(wheel).read(FASTA).decode("ascii")


def parse(fasta: str) -> Iterator[tuple[str, str, str]]:
    """Give (name, accession, sequence) of every entry."""
    for entry in fasta.split(">")[1:]:
        title, *sequence = entry.splitlines()
        name, accession, _ = title.split(" ", 2)
        yield name, accession, "".join(sequence)


def main() -> None:
    """Write the table to the path given."""
    kept = (*SPECIES, *VIRUSES)
    rows = sorted(entry for entry in parse(fetch_fasta()) if entry[0].split("-", 1)[0] in kept)
    text = "name\taccession\tsequence\n" + "".join("\t".join(row) + "\n" for row in rows)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=9, mtime=0, filename="") as file:
        file.write(text.encode("ascii"))
    Path(sys.argv[1]).write_bytes(packed.getvalue())
    print(f"{len(rows)} mature miRNAs")


if __name__ == "__main__":
    main()
