"""Which probes are clustered: those that a differential table calls up or down, or the most variable ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mirtool.cluster.scores import row_variances
from mirtool.cluster.settings import MOST_VARIABLE, ClusterSettings
from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError, option
from mirtool.model import BoolArray, ExpressionMatrix, Rule
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.io.results.differential import SavedDifferential


@dataclass(frozen=True, eq=False)
class ChosenProbes:
    """The probes that are clustered, each with two values or more.

    Parameters
    ----------
    matrix
        Their log2 values, ``(n_probes, n_samples)``.
    rule
        How they were chosen, in words.
    differential
        Path of the differential table they were chosen by; None for the most variable ones.
    too_few_values
        How many were left out because they have fewer than two values.
    """

    matrix: ExpressionMatrix
    rule: str
    differential: str | None
    too_few_values: int

    @property
    def title(self) -> str:
        """How they were chosen, as the title of a figure."""
        text = f"{plural(len(self.matrix.probes), 'probe')}: {self.rule}" if self.differential else self.rule
        return text[0].upper() + text[1:]


def choose_probes(
    matrix: ExpressionMatrix, settings: ClusterSettings, differential: SavedDifferential | None = None
) -> ChosenProbes:
    """Return the probes that pass in a differential table, or the most variable ones.

    Parameters
    ----------
    matrix
        log2, ``(n_probes, n_samples)``, NaN missing.
    settings
        ``regulation`` is the rule of the table, ``top`` the number of the most variable ones.
    differential
        The differential table; None takes the most variable probes.

    Raises
    ------
    UsageError
        Where a rule was named without a table, or the table does not have it.
    MirtoolError
        Where the table holds probes that the matrix does not.
    NotEnoughDataError
        Where fewer than two probes, or two arrays, are there to cluster.
    """
    if len(matrix.samples) < 2:
        raise NotEnoughDataError("clusters need at least two arrays", found=plural(len(matrix.samples), "array"))
    variance = row_variances(matrix.values)
    unknown = np.isnan(variance)
    if differential is None:
        if settings.regulation is not None:
            raise UsageError(
                f"{option('regulation')} chooses from a differential table, and none was given",
                hint=f"run `mirtool diff` first, name its table with {option('differential')}, or choose "
                f"{option('top')}",
            )
        known = np.flatnonzero(~unknown)
        most = np.sort(known[np.argsort(-variance[known], kind="stable")][: settings.top or MOST_VARIABLE])
        _need_probes(len(most), "have values in two arrays or more", None)
        rule = f"the {plural(len(most), 'probe')} of the largest variance"
        return ChosenProbes(matrix.take_probes(most), rule, None, int(unknown.sum()))
    passing, rule = _passing(matrix, differential, settings.rule)
    enough = passing & ~unknown
    _need_probes(int(enough.sum()), f"pass by {rule}", differential.path)
    return ChosenProbes(matrix.take_probes(enough), rule, differential.path, int((passing & unknown).sum()))


def _passing(
    matrix: ExpressionMatrix, differential: SavedDifferential, asked: Rule | None
) -> tuple[BoolArray, str]:
    """Return which probes of the matrix are up or down in a differential table, and by which rule."""
    rule = asked or Rule.default(Rule.in_columns(differential.regulation))
    if rule.column not in differential.regulation:
        raise UsageError(
            f"the differential table has no column '{rule.column}'",
            found=", ".join(differential.regulation),
            hint=f"no test was made (one array per group, or {option('test', 'none')}): choose "
            f"{option('regulation', 'fold-change')}",
        )
    passing = set(differential.id[differential.regulation[rule.column] != ""].tolist())
    unknown = sorted(passing - set(matrix.probes.id.tolist()))
    if unknown:
        raise MirtoolError(
            f"{plural(len(unknown), 'probe')} of the differential table not in the normalized table",
            path=differential.path,
            found=", ".join(unknown[:5]) + (" …" if len(unknown) > 5 else ""),
            hint="run `mirtool diff` again: the normalized table is not the one it compared",
        )
    mask = np.array([probe in passing for probe in matrix.probes.id], dtype=bool)
    return mask, f"{rule.column} ({differential.tested}/{differential.reference})"


def _need_probes(n: int, which: str, path: str | None) -> None:
    if n < 2:
        raise NotEnoughDataError(
            f"clusters need at least two probes, and {n:,} {which}",
            path=path,
            hint=f"choose the most variable ones ({option('top', 50)}), another rule "
            f"({option('regulation', 'fold-change')}), or a smaller cutoff of `mirtool diff`"
            if path
            else "look into the table: nearly all of it is missing",
        )
