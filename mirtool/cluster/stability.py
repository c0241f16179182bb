"""How often a cluster comes back when what it rests on is drawn again: bootstrap probability, and its correction.

A tree of arrays rests on probes, a tree of probes on arrays. These are drawn with replacement, the tree is built
anew, and each cluster of the first tree is looked for among its clusters. The share of draws with it is the
*bootstrap probability* BP. BP is biased where the boundary between "there" and "not there" is curved; drawing
n′ = r·n columns in place of n, at several scales r, shows the curvature. With z(r) = −Φ⁻¹(BP(r)),

    z(r) = v √r + c / √r

is fitted by weighted least squares, weights B φ(z)² / (BP (1 − BP)) for B draws; v is the signed distance to the
boundary and c its curvature. The *approximately unbiased* value is AU = 1 − Φ(v − c), and BP = 1 − Φ(v + c) at
r = 1. A cluster with AU ≥ 0.95 is one that a test at the level 0.05 holds on to.

References
----------
Efron, B., Halloran, E. & Holmes, S. (1996). Bootstrap confidence levels for phylogenetic trees. PNAS 93,
13429–13434.
Shimodaira, H. (2002). An approximately unbiased test of phylogenetic tree selection. Syst. Biol. 51, 492–508.
Shimodaira, H. (2004). Approximately unbiased tests of regions using multistep-multiscale bootstrap resampling.
Ann. Stat. 32, 2616–2641.
Suzuki, R. & Shimodaira, H. (2006). Pvclust: an R package for assessing the uncertainty in hierarchical clustering.
Bioinformatics 22, 1540–1542.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

import numpy as np

from mirtool.cluster.methods import Linkage, Metric
from mirtool.cluster.resampling import batch_size, resampled_distances
from mirtool.cluster.trees import ClusterTree
from mirtool.errors import UsageError
from mirtool.model import BoolArray, FloatArray, IntArray
from mirtool.stats.draws import draw_tasks, run_tasks

SCALES = tuple(k / 10 for k in range(5, 15))
"""pvclust's: half to 1.4 times as many columns as there are."""
RESAMPLES = 1000
"""pvclust's: draws at each scale."""
FEWEST_RESAMPLED = 10
"""Of fewer columns half are not enough for a correlation that says something, and the draws repeat each other."""
STABLE = 0.95
"""AU or BP from which a cluster is called stable."""
CHUNK = 100
"""Draws per task."""

_NEVER, _ALWAYS = 0.001, 0.999
_FEWEST_SCALES = 3


@dataclass(frozen=True, eq=False)
class Stability:
    """Of each merge of a tree, in the tree's order, ``(n - 1,)``.

    Parameters
    ----------
    bp, bp_error
        Bootstrap probability and its standard error.
    au, au_error
        Approximately unbiased value and its standard error; NaN for the ordinary bootstrap.
    distance, curvature, fit_p
        v, c and the P of the fit (chi-square of its residuals); NaN where nothing was fitted: the cluster came
        back always, or never, at all but two scales. AU and BP are then 1 or 0.
    scales
        Columns drawn over columns there are, ``(k,)``.
    shares
        Share of draws with the cluster at each scale, ``(k, n - 1)``.
    resamples
        Draws at each scale.
    """

    bp: FloatArray
    bp_error: FloatArray
    au: FloatArray
    au_error: FloatArray
    distance: FloatArray
    curvature: FloatArray
    fit_p: FloatArray
    scales: FloatArray
    shares: FloatArray
    resamples: int

    @property
    def multiscale(self) -> bool:
        """Whether AU was computed."""
        return len(self.scales) > 1

    @property
    def best(self) -> FloatArray:
        """AU, or BP where there is no AU."""
        return self.au if self.multiscale else self.bp

    @property
    def stable(self) -> BoolArray:
        """Which clusters are stable; never the last one, which holds everything and is always there."""
        found = np.asarray(self.best >= STABLE)
        found[-1:] = False
        return found


@dataclass(frozen=True)
class Bootstrap:
    """The draws of a bootstrap.

    Parameters
    ----------
    resamples
        Draws at each scale.
    seed
        Random seed.
    multiscale
        Ten scales and AU; else the ordinary bootstrap, BP alone.
    """

    resamples: int = RESAMPLES
    seed: int = 1
    multiscale: bool = True


def cluster_stability(
    values: FloatArray,
    tree: ClusterTree,
    *,
    method: Linkage = "average",
    metric: Metric = "correlation",
    bootstrap: Bootstrap | None = None,
    executor: Executor | None = None,
    on_step: Callable[[str], None] | None = None,
) -> Stability:
    """Assess each cluster of a tree over rows by drawing the columns with replacement.

    Parameters
    ----------
    values
        What was clustered, the leaves in rows, ``(n, p)``, NaN missing. For a tree of columns: the transpose.
    tree
        As :func:`mirtool.cluster.hierarchical_order` gave it, by the same method and metric.
    method, metric
        How it was built.
    bootstrap
        The draws; None for the defaults.
    executor
        Who does the work; the result is the same for any number of workers, and for none.
    on_step
        Called after each task.

    Raises
    ------
    UsageError
        Where fewer than one draw is asked for.

    References
    ----------
    Shimodaira (2002, 2004); Efron, Halloran and Holmes (1996) for the ordinary bootstrap.
    """
    bootstrap = bootstrap or Bootstrap()
    resamples, multiscale = bootstrap.resamples, bootstrap.multiscale
    if resamples < 1:
        raise UsageError("the bootstrap needs draws", found=str(resamples), expected="1000 or more")
    p = values.shape[1]
    # Cut off as pvclust does; the nudge keeps 0.7 · 10 at seven.
    sizes = [max(1, int(scale * p + 1e-9)) for scale in (SCALES if multiscale else (1.0,))]
    tasks = resampling_tasks(sizes, resamples, bootstrap.seed)
    count = partial(_count, values, tree, method, metric)
    found = np.zeros((len(sizes), len(tree.linkage)))
    for task, of_task in zip(tasks, run_tasks(count, tasks, executor, on_step), strict=True):
        found[task.scale] += of_task
    shares, scales = found / resamples, np.array(sizes) / max(p, 1)
    if multiscale:
        return fit_scales(shares, scales, resamples)
    bp, unknown = shares[0], np.full(shares.shape[1], np.nan)
    error = np.sqrt(bp * (1 - bp) / resamples)
    return Stability(bp, error, unknown, unknown, unknown, unknown, unknown, scales, shares, resamples)


@dataclass(frozen=True)
class ResamplingTask:
    """Draws of one worker: how many, of how many columns, at which scale, and the seed of their own."""

    scale: int
    size: int
    n_draws: int
    seed: np.random.SeedSequence


def resampling_tasks(sizes: list[int], resamples: int, seed: int) -> list[ResamplingTask]:
    """Split the draws of every scale into tasks, each with a seed of its own: the same for any number of workers.

    The seeds are spawned from one sequence, scale after scale.
    """
    sequence = np.random.SeedSequence(seed)
    return [
        ResamplingTask(scale, size, task.n_draws, task.seed)
        for scale, size in enumerate(sizes)
        for task in draw_tasks(resamples, CHUNK, sequence)
    ]


def _count(
    values: FloatArray, tree: ClusterTree, method: Linkage, metric: Metric, task: ResamplingTask
) -> IntArray:
    """Count in how many draws each cluster comes back, ``(n - 1,)``."""
    from scipy.cluster.hierarchy import linkage

    n, p = values.shape
    rng = np.random.default_rng(task.seed)
    position = np.argsort(tree.order)
    wanted = _intervals(tree.linkage[np.newaxis], position)[0]
    by_interval = np.argsort(wanted)
    found = np.zeros(len(wanted), dtype=np.int64)
    step = batch_size(n, p)
    for start in range(0, task.n_draws, step):
        n_draws = min(step, task.n_draws - start)
        drawn = rng.integers(p, size=(n_draws, task.size)) + p * np.arange(n_draws)[:, np.newaxis]
        weights = np.bincount(drawn.ravel(), minlength=n_draws * p).reshape(n_draws, p).astype(float)
        distances = resampled_distances(values, weights, metric=metric)
        again = _intervals(np.array([linkage(of_draw, method) for of_draw in distances]), position)
        places = np.searchsorted(wanted, again, sorter=by_interval).clip(max=len(wanted) - 1)
        merges = by_interval[places]
        found += np.bincount(merges[wanted[merges] == again], minlength=len(wanted))
    return found


def _intervals(linkages: FloatArray, position: IntArray) -> IntArray:
    """Return a number for each cluster of trees over the same leaves, ``(n_trees, n - 1)``.

    In the order in which the first tree is drawn, each of its clusters is an interval. So a cluster is one of that
    tree's if it is an interval with the same ends; the ends are its number, which is -1 where it is not an
    interval.

    Parameters
    ----------
    linkages
        ``(n_trees, n - 1, 4)``.
    position
        Where each leaf is in the drawing of the first tree, ``(n,)``.

    Examples
    --------
    >>> trees = np.array([[[0.0, 2, 1, 2], [1, 3, 4, 3]], [[0.0, 1, 1, 2], [2, 3, 4, 3]]])
    >>> _intervals(trees, np.array([0, 2, 1])).tolist()  # 0 and 2 side by side, 0 and 1 not
    [[1, 2], [-1, 2]]
    """
    n_trees, n_merges, _ = linkages.shape
    n = n_merges + 1
    first = np.empty((n + n_merges, n_trees), dtype=np.int64)
    first[:n] = position[:, np.newaxis]
    last = first.copy()
    trees = np.arange(n_trees)
    for merge, (left, right) in enumerate(linkages[:, :, :2].astype(np.int64).transpose(1, 2, 0)):
        first[n + merge] = np.minimum(first[left, trees], first[right, trees])
        last[n + merge] = np.maximum(last[left, trees], last[right, trees])
    first, last = first[n:].T, last[n:].T
    return np.where(last - first + 1 == linkages[:, :, 3], first * n + last, -1)


def fit_scales(shares: FloatArray, scales: FloatArray, resamples: int) -> Stability:
    """Fit the law of scaling to bootstrap probabilities, and give AU and BP of each cluster.

    Scales at which a cluster came back in at most 0.1 % of the draws, or in at least 99.9 %, say too little of z
    and are left out, as pvclust does.

    Parameters
    ----------
    shares
        Share of draws with the cluster, ``(n_scales, n_clusters)``.
    scales
        r, ``(n_scales,)``.
    resamples
        Draws at each scale.

    References
    ----------
    Shimodaira (2002), equations 9 and 10; Shimodaira (2004).

    Examples
    --------
    >>> r = np.array([0.5, 0.8, 1.0, 1.2])
    >>> from scipy.special import ndtr
    >>> exact = 1 - ndtr(-1.5 * np.sqrt(r) + 0.4 / np.sqrt(r))  # v = −1.5, c = 0.4
    >>> fit_scales(exact[:, np.newaxis], r, 1000).au.round(6).tolist()  # Φ(1.9)
    [0.971283]
    """
    columns = [_fit(of_cluster, scales, resamples) for of_cluster in shares.T]
    au, au_error, bp, bp_error, v, c, fit_p = np.array(columns).reshape(-1, 7).T
    return Stability(bp, bp_error, au, au_error, v, c, fit_p, scales, shares, resamples)


def _fit(shares: FloatArray, scales: FloatArray, resamples: int) -> tuple[float, ...]:
    """Return AU, its error, BP, its error, v, c and the P of the fit of one cluster."""
    from scipy.special import chdtrc, ndtr, ndtri

    used = (shares > _NEVER) & (shares < _ALWAYS)
    if used.sum() < _FEWEST_SCALES:
        found = float(shares.mean() >= 0.5)
        return found, 0.0, found, 0.0, np.nan, np.nan, np.nan
    share, r = shares[used], scales[used]
    z = -ndtri(share)
    weight = resamples * _density(z) ** 2 / (share * (1 - share))
    design = np.column_stack([np.sqrt(r), 1 / np.sqrt(r)])
    covariance = np.linalg.inv(design.T @ (weight[:, None] * design))
    v, c = covariance @ (design.T @ (weight * z))
    residual = float(np.sum(weight * (z - design @ np.array([v, c])) ** 2))
    errors = [
        float(_density(v + sign * c) * np.sqrt(np.array([1, sign]) @ covariance @ np.array([1, sign])))
        for sign in (-1, 1)
    ]
    fit_p = float(chdtrc(int(used.sum()) - 2, residual))
    return float(ndtr(c - v)), errors[0], float(ndtr(-v - c)), errors[1], float(v), float(c), fit_p


def _density(z: FloatArray) -> FloatArray:
    return np.asarray(np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi))
