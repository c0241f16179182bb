"""Sentences about the cluster analysis: what was clustered, how, and how stable the clusters are."""

from __future__ import annotations

from collections.abc import Iterator

from mirtool.cluster.methods import LINKAGES, METRICS, STABILITIES
from mirtool.report.methods.record import StepRecord, aside, chosen_by, joined, number, references_of
from mirtool.report.methods.text import Sentence
from mirtool.wording import plural

_LINKAGES = {
    "average": "average linkage (UPGMA)",
    "weighted": "weighted average linkage (WPGMA)",
    "complete": "complete linkage",
    "single": "single linkage",
    "ward": "Ward's method",
}
_DISTANCES = {
    "correlation": "the distance 1 − Pearson's correlation, which compares profiles regardless of their level",
    "cosine": "the distance 1 − the uncentered correlation",
    "absolute": "the distance 1 − the absolute value of Pearson's correlation, which joins opposite profiles too",
    "spearman": "the distance 1 − Spearman's rank correlation, which single values change little",
    "euclidean": "the Euclidean distance",
}
_SCORES = {
    "z": "z scores of each {row}",
    "centered": "log2 values less the mean of each {row}",
    "log2": "log2 values",
}
_SIDES = ("genes", "arrays")


def _side(record: StepRecord, side: str) -> str:
    return f"{record.noun if side == 'arrays' else record.row}s"


def cluster_sentences(record: StepRecord) -> Iterator[Sentence]:
    """Say what was clustered, how, how the clusters were assessed, and the further groupings."""
    yield from _trees(record)
    yield from _stability(record)
    yield from _k_means(record)
    if record.wrote("cluster_pca.csv"):
        yield Sentence(f"Principal components of the {record.noun}s were computed from the same values.")


def _trees(record: StepRecord) -> Iterator[Sentence]:
    probes, arrays = record.number("probes"), record.number("arrays")
    if probes is None or arrays is None:
        return
    by_groups = record.argument("top") is None and record.argument("differential") is not None
    chosen = aside(chosen_by(record.number("rows") or ""))
    linkage = _LINKAGES.get(str(record.argument("linkage")))
    metrics = {record.number("metric", side) for side in _SIDES} - {None}
    how = f" used {linkage}" if linkage else " was done"
    references = references_of(LINKAGES.get(str(record.argument("linkage"))))
    if len(metrics) == 1:
        metric = str(metrics.pop())
        how += f" and {_DISTANCES[metric]}" if metric in _DISTANCES else ""
        references += references_of(METRICS.get(metric))
    text = (
        f"Hierarchical clustering of {plural(probes, record.row)}{chosen} and {plural(arrays, record.noun)}{how}."
    )
    yield Sentence(text, references)
    scores = _SCORES.get(str(record.argument("scores")))
    if scores:
        yield Sentence(f"The values clustered were {scores.format(row=record.row)}.")
    if by_groups:
        yield Sentence(
            f"As these {record.row}s were chosen by their difference between the groups, the clusters show this "
            "difference and do not test it."
        )


def _stability(record: StepRecord) -> Iterator[Sentence]:
    from mirtool.cluster.stability import STABLE

    stable = record.number("stable_clusters") or {}
    kind = str(record.argument("stability"))
    if not stable or kind not in ("multiscale", "ordinary"):
        return
    trees = f"the {'trees' if len(stable) > 1 else 'tree'} of {joined(_side(record, side) for side in stable)}"
    draws = record.argument("resamples")
    seed = record.argument("seed")
    at = "draws at each scale" if kind == "multiscale" else "draws"
    of = aside(f"{number(draws)} {at}" if draws else "", "" if seed is None else f"random seed {seed}")
    measure = "an approximately unbiased value (AU)" if kind == "multiscale" else "a bootstrap probability"
    found = joined(f"{plural(n, 'cluster')} of {_side(record, side)}" for side, n in stable.items())
    yield Sentence(
        f"The clusters of {trees} were assessed by {kind} bootstrap{of}; {measure} of {number(STABLE)} or more "
        f"was reached by {found}.",
        references_of(STABILITIES.get(kind)),
    )


def _k_means(record: StepRecord) -> Iterator[Sentence]:
    found = record.number("k_means") or {}
    is_of_groups = "k_arrays" in record.arguments and record.argument("k_arrays") is None
    parts = []
    for side, own in found.items():
        silhouette = own.get("mean_silhouette")
        width = f"mean silhouette {number(round(silhouette, 2))}" if silhouette is not None else ""
        why = "as many as groups" if side == "arrays" and is_of_groups else "a number set beforehand"
        parts.append(f"the {_side(record, side)} into {plural(own['k'], 'cluster')}{aside(why, width)}")
    if parts:
        yield Sentence(
            f"K-means divided {joined(parts)}.", ("lloyd1982", "hartigan1975", "arthur2007", "rousseeuw1987")
        )
