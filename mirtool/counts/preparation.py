"""From the reads of a study to log-CPM: rows filtered, libraries made comparable, what was done in words."""

from __future__ import annotations

import numpy as np

from mirtool.annotation.mirna_names.on_reading import (
    RESOLVED,
    resolutions_on_reading,
    resolve_on_reading,
    resolved_in_words,
)
from mirtool.annotation.probes import classify_probes
from mirtool.counts.expressed import expressed_rows
from mirtool.counts.log_cpm import log_cpm
from mirtool.counts.methods import DEFAULT_FACTORS, DEFAULT_MIN_COUNT, FACTORS
from mirtool.errors import NotEnoughDataError, option
from mirtool.io.counts.reading import StudyReads
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, ReadCounts
from mirtool.wording import plural

COUNTS = "counts: "
"""How the line of a matrix's history begins that says which miRNAs were kept and how libraries were scaled."""


def count_matrix(
    study: StudyReads, *, factors: str = DEFAULT_FACTORS, min_count: float = DEFAULT_MIN_COUNT
) -> ExpressionMatrix:
    """Filter the miRNAs of a study by expression, make the libraries comparable, and give log-CPM.

    Filter and factors are made from the samples that have a group, of all samples where none has. The size of a
    library is that of the rows kept. A sample without a group gets the factor that it has beside the others.

    Parameters
    ----------
    study
        The reads, as :func:`mirtool.io.counts.reading.read_study_counts` gives them.
    factors
        A name of :data:`mirtool.counts.methods.FACTORS`.
    min_count
        As in :func:`mirtool.counts.expressed_rows`; 0 keeps every row with a read.

    Returns
    -------
    ExpressionMatrix
        log-CPM (:func:`mirtool.counts.log_cpm`) of the rows kept; ``counts`` holds the reads behind them, and
        ``not_detected`` says where there are none.

    Raises
    ------
    NotEnoughDataError
        Where no row is kept, a sample has no reads in those that are, or the factors can't be made.
    """
    grouped = np.array([bool(group) for group in study.samples.groups])
    used = np.flatnonzero(grouped if grouped.any() else ~grouped)
    own, groups = study.reads[:, used], [study.samples.groups[i] for i in used]
    kept: BoolArray = np.asarray(own.any(axis=1))
    if min_count > 0:
        kept = kept & expressed_rows(own, groups, min_count=min_count)
    if np.count_nonzero(kept) < 2:
        raise NotEnoughDataError(
            "fewer than two miRNAs have enough reads",
            path=study.samples.files[0] if len(study.samples) else None,
            found=f"{np.count_nonzero(kept)} of {len(kept):,} with {min_count:g} reads or more in as many samples "
            "as the smallest group has",
            hint=f"lower the limit with {option('min_count', '1')}, or check the depth of the samples",
        )
    reads = study.reads[kept]
    libraries = reads.sum(axis=0)
    _refuse_empty(study, libraries)
    made = _factors(reads, used, factors)
    probes = resolve_on_reading(classify_probes(study.id, study.name))
    said = resolved_in_words(resolutions_on_reading(probes))
    depth = study.reads.sum(axis=0)
    history = (
        f"{COUNTS}{np.count_nonzero(kept):,} of {plural(len(kept), 'miRNA')} kept"
        + (f" ({min_count:g} reads or more in as many samples as the smallest group has)" if min_count > 0 else "")
        + f"; {depth.min():,.0f} to {depth.max():,.0f} reads per sample; factors {factors} "
        f"{made.min():.2f} to {made.max():.2f}",
        f"values: log2 counts per million reads, library sizes with {FACTORS[factors].description} factors",
        *study.warnings,
        *([RESOLVED + said] if said else []),
    )
    return ExpressionMatrix(
        values=log_cpm(reads, libraries * made),
        probes=probes.take(kept),
        samples=study.samples,
        history=history,
        counts=ReadCounts(reads, libraries, made, len(kept)),
        not_detected=reads == 0,
    )


def _factors(reads: FloatArray, used: np.ndarray, factors: str) -> FloatArray:
    """Return the factor of every sample; their product is 1 over those that are used."""
    kernel = FACTORS.check(factors, "count_factors").load()
    made = np.ones(reads.shape[1])
    made[used] = kernel(reads[:, used])
    for other in sorted(set(range(reads.shape[1])) - set(used.tolist())):
        beside = kernel(reads[:, [*used, other]])
        made[other] = beside[-1] / np.exp(np.mean(np.log(beside[:-1])))
    return made


def _refuse_empty(study: StudyReads, libraries: FloatArray) -> None:
    empty = np.flatnonzero(libraries == 0)
    if len(empty):
        raise NotEnoughDataError(
            "a sample has no reads of the miRNAs that are kept",
            path=study.samples.files[int(empty[0])] or None,
            found=study.samples.names[int(empty[0])],
            hint="leave the sample out of the sample sheet",
        )
