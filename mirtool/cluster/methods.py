"""The choices of a cluster analysis, each described in one place: linkage, distance, scores, stability."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal

from mirtool.settings import Method, Methods

Linkage = Literal["average", "weighted", "complete", "single", "ward"]
LINKAGES = Methods(
    "linkage",
    Method(
        "average",
        "average linkage (UPGMA)",
        "",
        "Sokal RR, Michener CD (1958). Univ Kansas Sci Bull 38, 1409–1438",
    ),
    Method("weighted", 'weighted linkage (WPGMA, MeV\'s "average")', "", "Sokal and Michener (1958)"),
    Method("complete", "complete linkage"),
    Method("single", "single linkage"),
    Method("ward", "Ward's linkage", "Euclidean distances", "Ward JH (1963). J Am Stat Assoc 58, 236–244"),
)
"""How clusters are merged, by name."""

Metric = Literal["correlation", "cosine", "absolute", "spearman", "euclidean"]
_EISEN = "Eisen MB et al. (1998). PNAS 95, 14863–14868"
_KERNEL = "mirtool.cluster.distances:"
_RESAMPLED = "mirtool.cluster.resampling:"


@dataclass(frozen=True)
class DistanceMethod(Method):
    """A distance.

    Parameters
    ----------
    resampled
        ``"module:function"`` of the same distance in many resamples of the columns at once.
    """

    resampled: str = ""

    def load_resampled(self) -> Callable[..., Any]:
        """Return the kernel for resamples."""
        return replace(self, kernel=self.resampled).load()


class DistanceMethods(Methods):
    """The distances by name."""

    def __init__(self, *methods: DistanceMethod) -> None:
        super().__init__("distance", *methods)
        self._distances = {method.name: method for method in methods}

    def __getitem__(self, name: str) -> DistanceMethod:
        return self._distances[name]


METRICS = DistanceMethods(
    DistanceMethod(
        "correlation", "1 − Pearson's r", "three values", _EISEN,
        _KERNEL + "correlation_distances", _RESAMPLED + "correlation",
    ),
    DistanceMethod(
        "cosine", "1 − cosine (uncentered correlation)", "three values", _EISEN,
        _KERNEL + "cosine_distances", _RESAMPLED + "cosine",
    ),
    DistanceMethod(
        "absolute", "1 − |Pearson's r|", "three values", "",
        _KERNEL + "absolute_distances", _RESAMPLED + "absolute",
    ),
    DistanceMethod(
        "spearman", "1 − Spearman's ρ", "three values", "Spearman C (1904). Am J Psychol 15, 72–101",
        _KERNEL + "spearman_distances", _RESAMPLED + "spearman",
    ),
    DistanceMethod(
        "euclidean", "the Euclidean distance",
        kernel=_KERNEL + "euclidean_distances", resampled=_RESAMPLED + "euclidean",
    ),
)  # fmt: skip
"""The distances by name."""

Scores = Literal["z", "centered", "log2"]
SCORES = Methods(
    "scores",
    Method("z", "z-scores of each row"),
    Method("centered", "log2 minus the mean of each row"),
    Method("log2", "log2 as they are"),
)
"""What is clustered, by name."""

STABILITIES = Methods(
    "stability",
    Method("multiscale", "multiscale bootstrap (AU and BP)", "", "Shimodaira H (2004). Ann Stat 32, 2616–2641"),
    Method(
        "ordinary",
        "ordinary bootstrap (BP)",
        "",
        "Efron B, Halloran E, Holmes S (1996). PNAS 93, 13429–13434",
    ),
    Method("none", "no bootstrap"),
)
"""How the clusters of a tree are assessed, by name."""
