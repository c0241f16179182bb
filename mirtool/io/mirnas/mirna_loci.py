"""Where the precursors of miRNAs lie in the genome: the embedded human table, and miRBase's GFF3.

The format
----------
GFF3 as miRBase gives it for each species (``hsa.gff3``): nine columns separated by tabs, comments after ``#``.
Rows of the type ``miRNA_primary_transcript`` are precursors, those of the type ``miRNA`` their mature miRNAs::

    9  .  miRNA_primary_transcript  94175957  94176036  .  +  .  ID=MI0000060;Alias=MI0000060;Name=hsa-let-7a-1
    9  .  miRNA  94175962  94175983  .  +  .  ID=MIMAT0000062_2;Alias=…;Name=hsa-let-7a-5p;Derives_from=MI0000060

Positions count from 1, both ends included. A precursor that lies at several places has a row for each. Other types
are passed over. The release and the genome are in the comments (``# microRNAs: miRBase v22``,
``# genome-build-id: GRCh38``). Packed files (``.gz``) are read as they are.

The embedded table is not miRBase's own file: NCBI's genes, with their mature miRNAs by miRBase
(``mirtool/data/README.md``).

References
----------
Kozomara A, Birgaoanu M, Griffiths-Jones S. miRBase: from microRNA sequences to function. Nucleic Acids Res
2019;47:D155–D162.
"""

from __future__ import annotations

import gzip
import re
from collections import defaultdict
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead, read_text
from mirtool.wording import plural

EMBEDDED_SOURCE = "NCBI Gene of 2022-09, GRCh38"
"""How the embedded places are named wherever they are used."""

PRECURSOR, MATURE = "miRNA_primary_transcript", "miRNA"

_COLUMNS = 9
_FACT = re.compile(r"#\s*(microRNAs|genome-build-id):\s*(\S.*\S|\S)\s*")


@dataclass(frozen=True)
class MirnaLocus:
    """One place of one precursor: positions from 1, both ends included, and the names of its mature miRNAs."""

    precursor: str
    chromosome: str
    strand: str
    start: int
    end: int
    matures: tuple[str, ...]


@dataclass(frozen=True)
class MirnaLoci:
    """Places of precursors, and where they are from."""

    loci: tuple[MirnaLocus, ...]
    source: str

    def __len__(self) -> int:
        return len(self.loci)


def embedded_loci() -> MirnaLoci:
    """Return the places of the human precursors on GRCh38.

    Examples
    --------
    >>> next(locus for locus in embedded_loci().loci if locus.precursor == "hsa-let-7a-1")
    MirnaLocus(precursor='hsa-let-7a-1', chromosome='9', strand='+', start=94175957, end=94176036, \
matures=('hsa-let-7a-3p', 'hsa-let-7a-5p'))
    """
    packed = resources.files("mirtool").joinpath("data/mirna_loci.tsv.gz").read_bytes()
    rows = (line.split("\t") for line in gzip.decompress(packed).decode("ascii").splitlines()[1:])
    return MirnaLoci(
        tuple(
            MirnaLocus(precursor, chromosome, strand, int(start), int(end), tuple(matures.split(";")))
            for precursor, _gene, chromosome, start, end, strand, matures in rows
        ),
        EMBEDDED_SOURCE,
    )


def sniff(head: FileHead) -> bool:
    """Return miRBase's GFF3 by a row of a precursor or of a mature miRNA."""
    rows = (line.split("\t") for line in head.lines if not line.startswith("#"))
    return any(
        len(cells) == _COLUMNS and cells[2] in (PRECURSOR, MATURE) and cells[3].isdigit() and cells[4].isdigit()
        for cells in rows
    )


def inspect(path: str | Path) -> Inspection:
    """Read miRBase's GFF3 and say what it holds; ``spots`` is the number of places of precursors."""
    known = read_gff3(path)
    childless = sum(not locus.matures for locus in known.loci)
    return Inspection(
        str(path),
        "mirna-loci",
        len(known),
        warnings=(f"{plural(childless, 'place')} of precursors without a mature miRNA",) if childless else (),
        details={
            "source": known.source,
            "precursors": len({locus.precursor for locus in known.loci}),
            "mature miRNAs": len({name for locus in known.loci for name in locus.matures}),
            "chromosomes": len({locus.chromosome for locus in known.loci}),
        },
    )


def read_gff3(path: str | Path) -> MirnaLoci:
    """Read miRBase's GFF3.

    Returns
    -------
    MirnaLoci
        In the file's order. A precursor without a mature miRNA is among them, with none.

    Raises
    ------
    FormatError
        For a binary file, a row with other than nine columns, a position that is no whole number, an end before
        its start, a strand that is neither ``+`` nor ``-``, a precursor without ID or Name, a mature miRNA without
        Name or of a precursor that the file does not have, and a file without precursors.
    """
    facts: dict[str, str] = {}
    places: list[tuple[str, str, str, str, int, int]] = []
    matures: dict[str, dict[str, None]] = defaultdict(dict)
    line_of: dict[str, int] = {}
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if line.startswith("#") or not line.strip():
            if match := _FACT.fullmatch(line.strip()):
                facts.setdefault(match.group(1), match.group(2))
            continue
        cells = line.split("\t")
        if len(cells) != _COLUMNS:
            raise _wrong_row(path, number, line, len(cells))
        if cells[2] not in (PRECURSOR, MATURE):
            continue
        start, end = _positions(cells, path, number)
        attributes = _attributes(cells[8])
        name = _need(attributes, "Name", cells[2], path, number)
        if cells[2] == MATURE:
            owner = _need(attributes, "Derives_from", MATURE, path, number)
            matures[owner][name] = None
            line_of.setdefault(owner, number)
        else:
            places.append((_need(attributes, "ID", PRECURSOR, path, number), name, cells[0], cells[6], start, end))
    _check_owners(places, line_of, path)
    loci = tuple(
        MirnaLocus(name, chromosome.removeprefix("chr"), strand, start, end, tuple(matures[_accession(own)]))
        for own, name, chromosome, strand, start, end in places
    )
    described = ", ".join(facts[key] for key in ("microRNAs", "genome-build-id") if key in facts)
    return MirnaLoci(loci, ", ".join(filter(None, (Path(path).name, described))))


def _accession(identifier: str) -> str:
    """Return the accession in an ID: further places of one precursor are called ``MI0000060_2`` and so on."""
    return identifier.partition("_")[0]


def _wrong_row(path: str | Path, line: int, text: str, n: int) -> FormatError:
    return FormatError(
        "this line is no row of a GFF3",
        path=path,
        line=line,
        found=f"{n} columns: {text[:60]!r}",
        expected=f"{_COLUMNS} columns separated by tabs",
        hint="take the file of your species as miRBase gives it, such as hsa.gff3",
    )


def _positions(cells: list[str], path: str | Path, line: int) -> tuple[int, int]:
    found = []
    for column, cell in (("start", cells[3]), ("end", cells[4])):
        if not re.fullmatch(r"[0-9]{1,12}", cell) or int(cell) < 1:
            raise FormatError(
                "a position is no whole number from 1", path=path, line=line, column=column, found=repr(cell)
            )
        found.append(int(cell))
    start, end = found
    if end < start:
        raise FormatError("a miRNA ends before it starts", path=path, line=line, found=f"{start} to {end}")
    if cells[6] not in ("+", "-"):
        raise FormatError(
            "a miRNA is on no strand",
            path=path,
            line=line,
            column="strand",
            found=repr(cells[6]),
            expected="+ or -",
        )
    return start, end


def _attributes(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.strip().split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _need(attributes: dict[str, str], key: str, kind: str, path: str | Path, line: int) -> str:
    if not attributes.get(key):
        raise FormatError(
            f"a row of the type {kind} has no {key}",
            path=path,
            line=line,
            found=", ".join(attributes) or "no attributes",
            hint="take the GFF3 of miRBase, of release 17 or later",
        )
    return attributes[key]


def _check_owners(
    places: list[tuple[str, str, str, str, int, int]], line_of: dict[str, int], path: str | Path
) -> None:
    if not places:
        raise FormatError(
            "the file holds no precursor of a miRNA",
            path=path,
            expected=f"rows of the type {PRECURSOR}",
            hint="take the file of your species as miRBase gives it, such as hsa.gff3",
        )
    known = {_accession(own) for own, *_ in places}
    for owner, line in line_of.items():
        if owner not in known:
            raise FormatError(
                "a mature miRNA is of a precursor that the file does not have",
                path=path,
                line=line,
                found=f"Derives_from={owner}",
                hint="the file was cut: download it again",
            )
