"""The settings of a cluster analysis, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from mirtool.cluster.methods import LINKAGES, METRICS, SCORES, STABILITIES, Linkage, Metric, Scores
from mirtool.errors import UsageError, option
from mirtool.rules import Rule
from mirtool.settings import Settings, setting

PROBES, TREES, STABILITY, K_MEANS = "Probes", "Trees", "Stability", "k-means"
"""The panels of the help."""

MOST_VARIABLE = 100
"""Probes that are taken where no differential table says which."""


@dataclass(frozen=True)
class ClusterSettings(Settings):
    """Which probes are clustered, how, and how the clusters are assessed."""

    differential: Any = setting(
        None,
        "Table of `mirtool diff` that says which probes to take. In a study folder: results/differential.csv, "
        "where there is one.",
        panel=PROBES,
        metavar="FILE",
        is_path=True,
    )
    regulation: str | None = setting(
        None,
        "Take those up or down by this rule. Default volcano-p, and fold-change where no test was made.",
        panel=PROBES,
        metavar="|".join(Rule),
        choices=tuple(Rule),
        kind="rule",
    )
    top: int | None = setting(
        None,
        f"Take the N probes of the largest variance instead; {MOST_VARIABLE} where there is no differential "
        "table.",
        panel=PROBES,
        metavar="N",
        minimum=2,
    )
    linkage: str = setting(
        "average",
        'How clusters are merged. MeV\'s "average" is weighted here, and average is UPGMA.',
        panel=TREES,
        choices=LINKAGES,
    )
    metric: str | None = setting(
        None,
        "Distance: 1 - Pearson's r, 1 - uncentered r (cosine), 1 - |r|, 1 - Spearman's rho, or Euclidean (MeV's "
        "default). Default: correlation; Euclidean for Ward's linkage, or of fewer than three values.",
        panel=TREES,
        choices=METRICS,
    )
    scores: str = setting(
        "z",
        "What is clustered and drawn: z-scores of each row, log2 minus its mean, or plain log2.",
        panel=TREES,
        choices=SCORES,
    )
    genes: bool = setting(True, "Cluster the probes (rows).", panel=TREES)
    arrays: bool = setting(True, "Cluster the arrays (columns).", panel=TREES)
    stability: str = setting(
        "multiscale",
        "Bootstrap of the trees: multiscale (AU and BP), ordinary (BP), or none.",
        panel=STABILITY,
        choices=STABILITIES,
    )
    resamples: int = setting(1000, "Draws at each scale.", panel=STABILITY, metavar="N", minimum=1)
    k: int | None = setting(
        None, "Clusters of probes by k-means. Default 2.", panel=K_MEANS, metavar="K", minimum=2
    )
    k_arrays: int | None = setting(
        None,
        "Clusters of arrays by k-means. Default: as many as groups.",
        panel=K_MEANS,
        metavar="K",
        minimum=2,
    )
    seed: int = setting(
        1, "Random seed of the bootstrap and of the starts of k-means.", panel=STABILITY, minimum=0
    )

    def check(self) -> None:
        """Refuse choices that contradict each other.

        Raises
        ------
        UsageError
            Where they do.
        """
        if self.top is not None and (self.differential is not None or self.regulation):
            other = "regulation" if self.regulation else "differential"
            raise UsageError(
                f"{option('top')} takes the most variable probes, whatever the differential table says",
                found=f"{option('top')} with {option(other)}",
                hint="leave one of them out",
            )
        if not (self.genes or self.arrays):
            raise UsageError(
                "there is nothing left to cluster", expected="to cluster the probes, the arrays, or both"
            )

    @property
    def rule(self) -> Rule | None:
        """The rule by which probes are taken; None for the default."""
        return None if self.regulation is None else Rule(self.regulation)

    @property
    def method(self) -> Linkage:
        """The linkage, as the kernels take it."""
        return cast(Linkage, self.linkage)

    @property
    def distance(self) -> Metric | None:
        """The metric, as the kernels take it."""
        return cast("Metric | None", self.metric)

    @property
    def row_scores(self) -> Scores:
        """What is clustered, as the kernels take it."""
        return cast(Scores, self.scores)
