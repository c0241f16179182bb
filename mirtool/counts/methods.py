"""The ways to make libraries comparable and to compare counts, each described in one place."""

from __future__ import annotations

from typing import Any

from mirtool.settings import Method, Methods, setting

_KERNELS = "mirtool.counts.factors:"

FACTORS = Methods(
    "factors",
    Method(
        "tmm",
        "trimmed mean of M-values",
        reference="Robinson MD, Oshlack A (2010). Genome Biology 11, R25",
        kernel=_KERNELS + "tmm_factors",
    ),
    Method(
        "rle",
        "median ratio to the geometric mean",
        "a miRNA with reads in every sample",
        "Anders S, Huber W (2010). Genome Biology 11, R106",
        _KERNELS + "rle_factors",
    ),
    Method(
        "upper-quartile",
        "upper quartile",
        "reads for more than a quarter of the miRNAs in every sample",
        "Bullard JH, Purdom E, Hansen KD, Dudoit S (2010). BMC Bioinformatics 11, 94",
        _KERNELS + "upper_quartile_factors",
    ),
    Method("none", "library sizes as they are", kernel=_KERNELS + "no_factors"),
)
"""Factors by which library sizes are multiplied."""

COUNT_METHODS = Methods(
    "count method",
    Method(
        "voom",
        "log-CPM, each weighted by its precision",
        "three samples in all",
        "Law CW, Chen Y, Shi W, Smyth GK (2014). Genome Biology 15, R29",
    ),
    Method(
        "trend",
        "log-CPM without weights, the common variance following the level",
        "three samples in all, depths that differ less than threefold",
        "Law CW, Chen Y, Shi W, Smyth GK (2014). Genome Biology 15, R29",
    ),
)
"""How models fit counts."""

PANEL = "Sequencing counts"
DEFAULT_FACTORS, DEFAULT_MIN_COUNT = "tmm", 10.0


def factors_setting() -> Any:
    """Return the setting of the factors."""
    return setting(
        DEFAULT_FACTORS,
        "Factors that make libraries comparable. " + FACTORS.help() + ".",
        panel=PANEL,
        metavar="|".join(FACTORS),
        choices=FACTORS,
    )


def min_count_setting() -> Any:
    """Return the setting of the filter by expression."""
    return setting(
        DEFAULT_MIN_COUNT,
        "Keep miRNAs with at least as many reads (in a library of median size) in as many samples as the smallest "
        "group has; 0 keeps every miRNA with a read.",
        panel=PANEL,
        metavar="READS",
        minimum=0,
    )
