"""Technical replicates: the wells of one sample and target become one Ct, a well that lies apart left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.errors import MirtoolError, NotEnoughDataError, UsageError
from mirtool.io.arrays.ct_efficiency import table_efficiencies
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.io.arrays.ct_replicates import find_outlier, group_wells
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.ct_words import SAMPLE
from mirtool.model import FloatArray, IntArray, TextArray
from mirtool.validation.settings import CENTERS
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class CtMatrix:
    """One Ct a target and sample, with what is behind it.

    Parameters
    ----------
    targets, samples, groups
        Names, in the order of their first well; a sample's group as the table of wells gives it, or empty.
    ct
        Cycles, ``(n_targets, n_samples)``, NaN where no well gave one.
    wells, left_out, without_ct
        Counts of the same shape: wells behind the Ct, wells left out as outliers, wells without a Ct that are
        not among the wells behind it.
    spread
        Standard deviation (n − 1) of the wells behind the Ct, NaN for fewer than two.
    efficiency
        Amplification factor of each target as the table gives it, ``(n_targets,)``, NaN where it does not.
    efficiency_doubts
        Efficiencies in the table that can't be read or contradict each other, in words; NaN in ``efficiency``.
    """

    targets: tuple[str, ...]
    samples: tuple[str, ...]
    groups: tuple[str, ...]
    ct: FloatArray
    wells: IntArray
    left_out: IntArray
    without_ct: IntArray
    spread: FloatArray
    efficiency: FloatArray
    efficiency_doubts: tuple[str, ...] = ()


def combine_replicates(
    table: CtTable,
    *,
    center: str = "mean",
    undetermined: float | None = None,
    limit: float = REPLICATE_LIMIT,
    drop_outliers: bool = True,
) -> CtMatrix:
    """Make one Ct of the wells of each sample and target.

    Controls without template take no part. Of three or more wells with a Ct the one farthest from their median is
    left out where it is more than ``limit`` away, and alone in being so far; never more than one, since of two
    that disagree none is known to be right. What is left is averaged on the scale of cycles, as is usual.

    Parameters
    ----------
    table
        Wells, as :func:`mirtool.io.arrays.ct_tables.read_ct` gives them.
    center
        ``"mean"`` or ``"median"``, which needs no outlier rule.
    undetermined
        Ct of a well in which none was found, such as the number of cycles run; None leaves such wells out.
    limit
        Cycles.
    drop_outliers
        False keeps every well.

    Raises
    ------
    UsageError
        For an unknown center, or a limit or a Ct for undetermined wells that is not positive.
    NotEnoughDataError
        Where no well holds a sample.
    MirtoolError
        Where a sample has two groups.

    References
    ----------
    Hellemans J, Mortier G, De Paepe A, Speleman F, Vandesompele J (2007). qBase relative quantification framework
    and software for management and automated analysis of real-time quantitative PCR data. Genome Biol 8, R19.
    """
    CENTERS.check(center, "replicates")
    if not limit > 0 or (undetermined is not None and not undetermined > 0):
        raise UsageError("cycles are positive", found=f"{limit if undetermined is None else undetermined:g}")
    wells = np.flatnonzero(table.role == SAMPLE)
    if not len(wells):
        raise NotEnoughDataError(
            "no well of the Ct table holds a sample",
            path=", ".join(table.paths),
            found="; ".join([f"{plural(len(table), 'well')} without template", *table.left_out]),
            hint="name the table of the samples too, or correct the column of tasks",
        )
    targets, samples, replicates = group_wells(table, wells)
    shape = len(targets), len(samples)
    ct, spread = np.full(shape, np.nan), np.full(shape, np.nan)
    used, left_out, without = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    cycles = table.ct if undetermined is None else np.where(table.no_ct, undetermined, table.ct)
    for place, members in replicates.items():
        values = cycles[members]
        values = values[~np.isnan(values)]
        outlier = find_outlier(values, limit) if drop_outliers else None
        without[place] = len(members) - len(values)
        if outlier is not None:
            values = np.delete(values, outlier)
            left_out[place] = 1
        used[place] = len(values)
        if len(values):
            ct[place] = np.median(values) if center == "median" else values.mean()
        if len(values) > 1:
            spread[place] = values.std(ddof=1)
    efficiency, doubts = table_efficiencies(table, wells, targets)
    return CtMatrix(
        targets,
        samples,
        tuple(
            _only(table.group, wells[table.sample[wells] == name], f"group of sample {name}") for name in samples
        ),
        ct,
        used,
        left_out,
        without,
        spread,
        efficiency,
        (*table.efficiency_doubts, *doubts),
    )


def _only(labels: TextArray, wells: IntArray, what: str) -> str:
    found = list(dict.fromkeys(labels[well] for well in wells if labels[well]))
    if len(found) > 1:
        raise _disagreement(what, found)
    return found[0] if found else ""


def _disagreement(what: str, found: Sequence[str]) -> MirtoolError:
    return MirtoolError(
        f"the Ct table gives more than one {what}",
        found=", ".join(found[:5]),
        expected="the same in every well",
        hint="correct the table",
    )
