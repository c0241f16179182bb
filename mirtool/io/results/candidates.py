"""The differential table, as ``mirtool diff`` writes it, read back with every number a shortlist goes by.

Beside what :mod:`mirtool.io.results.differential` reads: the column whose header begins with ``P (``, the adjusted
one after it, ``n GROUP`` and ``spots GROUP`` of both groups, and those that begin with ``stability by``. Each of
them may be missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.io.results.differential import DifferentialNames, differential_names
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.model import FloatArray

P_START = "P ("
ADJUSTED_STARTS = ("FDR (", "q (", "P adjusted (")
STABILITY_START = "stability by "


@dataclass(frozen=True, eq=False)
class Candidates:
    """Everything a differential table says of its probes, ``(n_probes,)`` each.

    Parameters
    ----------
    names
        Names, log2 ratios and who is up or down.
    p_value, adjusted
        P and adjusted P, NaN where there are none; their headers beside them, empty where there are none.
    n_tested, n_reference
        Arrays with a value.
    spots_tested, spots_reference
        Replicate spots behind the values, None where not known.
    stability
        Name of the rule (``volcano P``) to the share of choices under which it calls the probe.
    """

    names: DifferentialNames
    p_value: FloatArray
    p_header: str
    adjusted: FloatArray
    adjusted_header: str
    n_tested: FloatArray
    n_reference: FloatArray
    spots_tested: FloatArray | None
    spots_reference: FloatArray | None
    stability: Mapping[str, FloatArray]

    def __len__(self) -> int:
        return len(self.names)

    @property
    def n_arrays(self) -> FloatArray:
        """Arrays with a value, of both groups together."""
        return self.n_tested + self.n_reference

    @property
    def n_spots(self) -> FloatArray:
        """Replicate spots of both groups together; zeros where not known."""
        if self.spots_tested is None or self.spots_reference is None:
            return np.zeros(len(self))
        return self.spots_tested + self.spots_reference


def read_candidates(path: str | Path) -> Candidates:
    """Read the table that ``mirtool diff`` wrote.

    Raises
    ------
    FormatError
        As :func:`mirtool.io.results.differential.read_differential`; and where a number is none.
    """
    table = read_table(path)
    names = differential_names(table)
    p = next((j for j, name in enumerate(table.header) if name.startswith(P_START)), None)
    adjusted = None
    if p is not None and p + 1 < len(table.header) and table.header[p + 1].startswith(ADJUSTED_STARTS):
        adjusted = p + 1
    groups = (names.tested, names.reference)
    n_tested, n_reference = (_numbers(table, f"n {group}") for group in groups)
    spots_tested, spots_reference = (_numbers(table, f"spots {group}") for group in groups)
    missing = np.full(len(table), np.nan)
    return Candidates(
        names,
        missing if p is None else table.numbers(p),
        "" if p is None else table.header[p],
        missing if adjusted is None else table.numbers(adjusted),
        "" if adjusted is None else table.header[adjusted],
        missing if n_tested is None else n_tested,
        missing if n_reference is None else n_reference,
        spots_tested,
        spots_reference,
        {
            name.removeprefix(STABILITY_START): table.numbers(j)
            for j, name in enumerate(table.header)
            if name.startswith(STABILITY_START)
        },
    )


def _numbers(table: TextTable, header: str) -> FloatArray | None:
    return table.numbers(table.header.index(header)) if header in table.header else None
