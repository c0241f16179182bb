"""The settings of ``mirtool covariates``, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Settings, setting

BATCH = "batch"
"""Name of the column of the sample sheet that is taken for the batch, unless another one is named."""
GROUP = "group"
ALPHA = 0.05
"""Largest FDR at which a component is said to follow a column."""


@dataclass(frozen=True)
class CovariateSettings(Settings):
    """Which components are compared with the sample sheet, and which batch is subtracted."""

    batch: str | None = setting(
        None,
        "Column whose effect is subtracted in batch_corrected.csv, for pictures and download; never for tests: in "
        "a test the batch belongs into the model (`mirtool diff --covariate`).",
        panel="Batch",
        metavar="COLUMN",
    )
    components: int = setting(
        5,
        "Principal components that are compared with the sample sheet, at most so many.",
        panel="Components",
        metavar="N",
        minimum=1,
    )
    permutations: int = setting(
        999,
        "Permutations of the samples for the P of each column's share of the variance; 0 for none.",
        panel="Variance",
        metavar="N",
        minimum=0,
    )
    seed: int = setting(1, "Random seed of the permutations.", panel="Variance", minimum=0)
