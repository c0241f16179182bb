"""Which columns of a plain table label its rows, and which hold numbers: told by header and content."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from mirtool.errors import FormatError
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.text_tables import MISSING_CELLS, TextTable
from mirtool.model import TextArray

ID_HEADERS = frozenset(
    {"id", "idref", "probe", "probeid", "probesetid", "probename", "index", "spotid", "reporter", "reporterid"}
)
NAME_HEADERS = frozenset(
    {"name", "names", "mirna", "mirnaname", "mirnaid", "maturemirna", "mir", "gene", "genename", "genesymbol",
     "geneid", "symbol", "systematicname", "transcript", "target", "targetid"}
)  # fmt: skip
POSITION_HEADERS = frozenset(
    {"block", "row", "column", "metarow", "metacolumn", "x", "y", "field", "spot", "kind", "controltype", "flags"}
)

_COUNTERS = frozenset({"", "index"})
_NUMBER_LIKE = re.compile(r"[<>~=\s]*[-+]?\s*(\.?\d[\d.,'\s]*(e[-+]?\d+)?\s*%?|inf(inity)?)", re.IGNORECASE)
_MIRNA_NAME = re.compile(
    r"([a-z][a-z0-9]{2,5}[-.])?((mir|let)[-.]?\d|mir[-.][a-z]+\d*[-_.a-z]*\d|(lin|mir|let)[-.]\S|bantam\b)",
    re.IGNORECASE,
)
"""Also of viruses (``ebv-miR-BART1-5p``, ``hiv1-miR-H1``), and as R writes names (``hsa.miR.16.5p``)."""


@dataclass(frozen=True)
class Labels:
    """Places of the label columns, and of all columns known by their header to be no sample."""

    id: int | None
    name: int | None
    taken: frozenset[int]


def find_labels(table: TextTable) -> Labels:
    """Find the ID, the name and the columns that are no samples by their headers.

    A first column without a header is the ID where nothing else is. An ``index``, or a first column without a
    header, that only numbers the rows is no ID where there is a name.
    """
    folded = [fold_header(header) for header in table.header]
    ids = [j for j, header in enumerate(folded) if header in ID_HEADERS]
    names = [j for j, header in enumerate(folded) if header in NAME_HEADERS]
    positions = [j for j, header in enumerate(folded) if header in POSITION_HEADERS]
    known = ids + names + (positions if {"row", "column"} <= set(folded) else [])
    if folded and not folded[0]:
        known.append(0)
        ids.append(0)
    id_column = ids[0] if ids else None
    if id_column is not None and names and folded[id_column] in _COUNTERS and counts_rows(table.text(id_column)):
        id_column = next((j for j in ids[1:] if not counts_rows(table.text(j))), None)
    return Labels(id_column, names[0] if names else None, frozenset(known))


def counts_rows(cells: TextArray) -> bool:
    """Return cells that only number the rows from 0 or 1."""
    return len(cells) > 1 and any(
        all(cell == str(row) for row, cell in enumerate(cells, start)) for start in (0, 1)
    )


def looks_numeric(cells: Iterable[str]) -> bool:
    """Return True if most of the cells that are not missing are numbers, in any way of writing them."""
    present = [cell for cell in map(str.strip, cells) if cell not in MISSING_CELLS]
    return 2 * sum(is_number_like(cell) for cell in present) > len(present)


def is_number_like(cell: str) -> bool:
    """Return a cell that is, or was meant to be, a number.

    Examples
    --------
    >>> is_number_like("812.5"), is_number_like("<10"), is_number_like("1,234"), is_number_like("5S-rRNA")
    (True, True, True, False)
    """
    return _NUMBER_LIKE.fullmatch(cell.strip()) is not None


def annotates(cells: Iterable[str]) -> bool:
    """Return a column of text, with no cell that is or was meant to be a number."""
    present = [cell for cell in cells if cell not in MISSING_CELLS]
    return bool(present) and not any(is_number_like(cell) for cell in present)


def is_mirna_name(label: str) -> bool:
    """Return a miRNA by its name.

    Examples
    --------
    >>> is_mirna_name("hsa-miR-17-5p"), is_mirna_name("let-7a"), is_mirna_name("patient 1")
    (True, True, False)
    >>> all(map(is_mirna_name, ("bkv-miR-B1-3p", "hcmv-miR-UL112-3p", "hiv1-miR-H1", "hsa.let.7a.5p")))
    True
    """
    return _MIRNA_NAME.match(label.strip()) is not None


def row_labels(table: TextTable, labels: Labels) -> tuple[TextArray, TextArray]:
    """Return ID and Name of every row; one substitutes for the other where it is missing.

    Raises
    ------
    FormatError
        Where a row has neither, with its line.
    """
    names = table.text(labels.name) if labels.name is not None else None
    ids = table.text(labels.id) if labels.id is not None else names
    assert ids is not None  # a caller without either has refused the table
    names = ids if names is None else names
    ids = np.where(ids == "", names, ids)
    unlabeled = np.flatnonzero(ids == "")
    if len(unlabeled):
        raise FormatError(
            "a row has neither an ID nor a name",
            path=table.path,
            line=table.line_of(int(unlabeled[0])),
            found=f"{len(unlabeled)} such rows" if len(unlabeled) > 1 else None,
            hint="give it an ID, or take the row out",
        )
    return ids, names
