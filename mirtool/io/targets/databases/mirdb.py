"""miRDB 5 and 6.

The format
----------
``miRDB_v6.0_prediction_result.txt.gz``: tab-separated, no header, five species in one file, one row per miRNA and
a transcript: miRNA, RefSeq transcript, score from 50 to 100 (the higher, the surer; 80 is miRDB's own threshold of
high confidence)::

    hsa-let-7a-5p <TAB> NM_001234 <TAB> 91.7

Every row is a prediction. Transcripts are named by the embedded table of human genes, or by a table the user
gives; a transcript it does not have (those of the other species) stays as it is, and is counted. A gene's
transcripts become one pair with the best score.

Where the format comes from: public programs that read it without a header as these three columns.

References
----------
Chen Y, Wang X. miRDB: an online database for prediction of functional microRNA targets. Nucleic Acids Res
2020;48:D127–D131.
"""

from __future__ import annotations

import re
from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.errors import FormatError
from mirtool.io.tables.large_tables import read_columns
from mirtool.io.tables.text import read_text
from mirtool.io.tables.text_tables import TextTable, table_of_lines
from mirtool.io.targets.databases.columns import gene_symbols, needed, no_rows, predicted
from mirtool.io.targets.interaction_rows import InteractionRows, blank_column

DATABASE = "miRDB"

_HEADER = ("miRNA", "RefSeq", "score")
_REFSEQ = re.compile(r"[NX][MR]_\d+(\.\d+)?")
_MIRNA = re.compile(r"[a-z]{3,5}-(mir|let|lin)-\S+", re.I)


def matches(table: TextTable) -> bool:
    """Return it by its first row, which stands where other tables have their header."""
    return (
        len(table.header) == 3
        and _MIRNA.fullmatch(table.header[0]) is not None
        and _REFSEQ.fullmatch(table.header[1]) is not None
    )


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = read_columns(path, ("mirna", "refseq"), ("score",), header=_HEADER)
    if table is None:
        lines = read_text(path).rstrip("\n").split("\n")
        table = table_of_lines(["\t".join(_HEADER), *lines], path, first_line=0)
    mirna, transcript = (needed(table, DATABASE, name, name.lower()) for name in _HEADER[:2])
    strange = transcript.holds(label != "" and not _REFSEQ.fullmatch(label) for label in transcript.labels)
    if strange.any():
        row = int(strange.argmax())
        raise FormatError(
            "a target is no RefSeq transcript",
            path=path,
            line=table.line_of(row),
            column="2",
            found=repr(transcript.labels[transcript.position[row]][:40]),
            expected="NM_ or XM_ and a number",
            hint="miRDB's table has three columns: miRNA, RefSeq transcript, score; download it again",
        )
    gene, named = gene_symbols(None, transcript, genes)
    return InteractionRows(
        database=DATABASE,
        mirna=mirna,
        gene=gene,
        reference=blank_column(len(table)),
        evidence=predicted(len(table)),
        negative=no_rows(len(table)),
        score=table.numbers(2),
        remarks=named,
    )
