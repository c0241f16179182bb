"""The efficiency of assays: by which factor the product grows per cycle, as stated or in the Ct table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from mirtool.errors import MirtoolError, UsageError, option
from mirtool.io.arrays.ct_numbers import amplification_factor
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.settings import FROM_TABLE
from mirtool.model import FloatArray, IntArray

DOUBLING = 2.0
"""The amplification factor of a reaction whose product doubles every cycle."""


def choose_efficiencies(
    texts: Sequence[str], targets: Sequence[str], from_table: FloatArray, doubts: Sequence[str]
) -> FloatArray:
    """Return the amplification factor of each target, ``(n_targets,)``.

    Parameters
    ----------
    texts
        ``TARGET=FACTOR`` or ``TARGET=95%`` each; ``column`` takes those of the Ct table.
    targets
        Their names.
    from_table
        The efficiencies of the Ct table, NaN where it gives none.
    doubts
        Those of the table that can't be used, in words.

    Raises
    ------
    UsageError
        Where a text can't be read, a target does not exist, or the Ct table has no efficiencies.
    MirtoolError
        Where the table's efficiencies are asked for and can't be used.
    """
    given = parse_efficiencies([text for text in texts if text != FROM_TABLE], targets)
    if FROM_TABLE not in texts:
        return target_efficiencies(targets, given)
    if doubts:
        raise MirtoolError(
            "an efficiency in the Ct table can't be used",
            column="Efficiency",
            found="; ".join(doubts[:5]),
            expected="one per target: the amplification factor (between 1 and 2.2) or per cent (50 to 120)",
            hint=f"correct the column, or give the factors with {option('efficiency', 'TARGET=1.95')}",
        )
    if np.isnan(from_table).all():
        raise UsageError(
            "the Ct table has no column of efficiencies",
            found=option("efficiency", FROM_TABLE),
            expected=f"a column Efficiency, or {option('efficiency', 'TARGET=1.95')}",
        )
    return target_efficiencies(targets, given, from_table)


def parse_efficiencies(texts: Sequence[str], targets: Sequence[str]) -> dict[str, float]:
    """Read ``target=1.95`` or ``target=95%``.

    Raises
    ------
    UsageError
        Where a target does not exist or its efficiency can't be one.

    Examples
    --------
    >>> parse_efficiencies(["hsa-miR-16-5p=1.95"], ["hsa-miR-16-5p"])
    {'hsa-miR-16-5p': 1.95}
    """
    found = {}
    for text in texts:
        name, mark, number = text.rpartition("=")
        value = amplification_factor(number) if mark else None
        if value is None:
            raise UsageError(
                "the efficiency can't be read",
                found=repr(text),
                expected="TARGET=FACTOR with a factor per cycle between 1 and 2.2 (2 is doubling), or TARGET=95%",
            )
        if name not in targets:
            raise UsageError(
                f"the target {name!r} is not in the Ct table",
                parameter="efficiency",
                expected="one of " + ", ".join(targets[:12]),
            )
        found[name] = value
    return found


def target_efficiencies(
    targets: Sequence[str], given: Mapping[str, float], from_table: FloatArray | None = None
) -> FloatArray:
    """Return each target its amplification factor: the one given, else the table's if it is to count, else 2."""
    table = np.full(len(targets), np.nan) if from_table is None else from_table
    factors = [given.get(name, value) for name, value in zip(targets, table, strict=True)]
    return np.array([DOUBLING if np.isnan(factor) else factor for factor in factors])


def table_efficiencies(table: CtTable, wells: IntArray, targets: Sequence[str]) -> tuple[FloatArray, list[str]]:
    """Return the one efficiency of each target, NaN without one, and which targets have several, in words."""
    efficiencies, doubts = np.full(len(targets), np.nan), []
    stated: dict[str, set[float]] = {}
    for well in wells[~np.isnan(table.efficiency[wells])].tolist():
        stated.setdefault(table.target[well], set()).add(float(table.efficiency[well]))
    for row, name in enumerate(targets):
        found = sorted(stated.get(name, ()))
        if len(found) > 1:
            doubts.append(f"{name} has several: " + ", ".join(f"{value:g}" for value in found[:5]))
        elif len(found):
            efficiencies[row] = found[0]
    return efficiencies, doubts
