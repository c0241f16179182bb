"""Sequences in FASTA: mature miRNAs as miRBase gives them, 3′UTRs as Ensembl, UCSC or a lab exports them.

The format
----------
A header line ``>name …`` and lines of sequence, until the next header; blank lines are passed over, and so are
lines that begin with ``;``. Letters are those of IUPAC for nucleotides, in any case, with T or U alike; anything
but A, C, G, T and U is a base that is not known and pairs with nothing.

What a sequence is called is the first word of its header (``hsa-miR-17-5p`` of miRBase's ``>hsa-miR-17-5p
MIMAT0000070 Homo sapiens miR-17-5p``). In the header of a UTR the gene may be one of several fields separated by
``|`` (Ensembl BioMart: ``>ENSG00000141510|ENST00000269305|TP53``).

miRBase's ``mature.fa``, whose headers hold accessions, is a source of names as well and known as that
(:mod:`mirtool.io.mirnas.aliases`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.mirnas import aliases
from mirtool.io.registry import Inspection
from mirtool.io.tables.text import FileHead, read_text
from mirtool.wording import plural

_WRONG_LETTER = re.compile(r"[^ACGTURYSWKMBDHVN]", re.I)


@dataclass(frozen=True)
class FastaRecord:
    """One sequence: the whole header without ``>``, the letters in upper case as RNA, and the header's line."""

    header: str
    sequence: str
    line: int

    @property
    def name(self) -> str:
        """The first word of the header."""
        return self.header.split()[0]


def sniff(head: FileHead) -> bool:
    """Return FASTA by a header in its first line, unless these are the names of miRBase's own file."""
    first = next((line for line in map(str.strip, head.lines) if line and not line.startswith(";")), "")
    return first.startswith(">") and not aliases.sniff(head)


def inspect(path: str | Path) -> Inspection:
    """Read the sequences and say what they are; ``spots`` is their number."""
    records = read_fasta(path)
    lengths = sorted(len(record.sequence) for record in records)
    unknown = sum(len(record.sequence) - sum(map(record.sequence.count, "ACGU")) for record in records)
    repeated = len(records) - len({record.name for record in records})
    warnings = [f"{plural(repeated, 'name')} that another sequence has too"] if repeated else []
    if unknown:
        does = "is no A, C, G, T or U pairs" if unknown == 1 else "are no A, C, G, T or U pair"
        warnings.append(f"{plural(unknown, 'letter')} that {does} with nothing")
    details = {"first": records[0].header, "bases": sum(lengths), "shortest": lengths[0], "longest": lengths[-1]}
    return Inspection(str(path), "fasta", len(records), warnings=tuple(warnings), details=details)


def read_fasta(path: str | Path, what: str = "sequence") -> list[FastaRecord]:
    """Read a FASTA file, packed by gzip or not; ``-`` is standard input.

    Parameters
    ----------
    path
        The file.
    what
        What its sequences are, for messages.

    Raises
    ------
    FormatError
        Where the file does not begin with a header, a header has no name or no sequence, or a letter is none of
        IUPAC's for nucleotides.
    """
    records: list[FastaRecord] = []
    header, first, parts = "", 0, list[str]()

    def close() -> None:
        if first:
            if not parts:
                raise FormatError(f"a {what} has no letters", path=path, line=first, found=f">{header[:60]}")
            records.append(FastaRecord(header, "".join(parts).upper().replace("T", "U"), first))

    for number, line in enumerate(read_text(path).split("\n"), 1):
        text = line.strip()
        if not text or text.startswith(";"):
            continue
        if text.startswith(">"):
            close()
            header, first, parts = text[1:].strip(), number, []
            if not header:
                raise FormatError(f"a {what} has no name", path=path, line=number, found=repr(text))
            continue
        if not first:
            raise FormatError(
                "this is no FASTA file",
                path=path,
                line=number,
                found=repr(text[:60]),
                expected="a header line that begins with >",
            )
        wrong = _WRONG_LETTER.search(text)
        if wrong:
            raise FormatError(
                f"a {what} holds a letter that represents no nucleotide",
                path=path,
                line=number,
                column=str(wrong.start() + 1),
                found=repr(wrong.group()),
                expected="A, C, G, T or U, N",
                hint="take gaps (-) out of alignments, and give nucleotides, not proteins",
            )
        parts.append(text)
    close()
    if not records:
        raise FormatError(f"the file holds no {what}", path=path, expected="a FASTA file")
    return records
