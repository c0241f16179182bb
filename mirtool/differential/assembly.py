"""The one place where a comparison becomes a differential table: adjusted P, regulation, counts, history."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from mirtool.differential.detection_test import DetectionTest, compare_detection
from mirtool.differential.fold_change import FoldChange, regulation
from mirtool.differential.groups import Comparison
from mirtool.differential.methods import FOLD_CHANGES, TESTS
from mirtool.differential.settings import DiffSettings
from mirtool.differential.two_groups import TestResult
from mirtool.model import BoolArray, DifferentialTable, ExpressionMatrix, FloatArray, IntArray
from mirtool.stats.adjustment import adjust_p_values
from mirtool.stats.blocks import row_blocks


def assemble_table(
    matrix: ExpressionMatrix,
    comparison: Comparison,
    change: FoldChange,
    result: TestResult,
    made: DiffSettings,
    *,
    details_in_history: bool = False,
    log_odds: FloatArray | None = None,
    log2_cpm: FloatArray | None = None,
) -> DifferentialTable:
    """Return the differential table of one comparison.

    Parameters
    ----------
    matrix
        What was compared, log2, ``(n_probes, n_samples)``.
    comparison
        The groups, and the columns of ``matrix`` that belong to each.
    change, result
        Fold changes and test, ``(n_probes,)`` each.
    made
        The settings as they were carried out: ``test`` is ``"none"`` where the arrays were too few for a test, and
        ``fold_change`` is the one that was computed.
    details_in_history
        True where the details of the test belong to the history too.
    log_odds
        B, ``(n_probes,)``, where it was asked for.
    log2_cpm
        Mean log-CPM of sequencing counts, ``(n_probes,)``.
    """
    p_value, fold_change = result.p_value, made.fold_change or "ratio-of-means"
    adjusts = made.test != "none" and made.adjust != "none"
    fdr = adjust_p_values(p_value, made.adjust, alpha=made.alpha) if adjusts else np.full(len(p_value), np.nan)
    detected = [count_detected(matrix, own) for own in (comparison.tested_columns, comparison.reference_columns)]
    detection = compare_detection(matrix, comparison, made.pair)
    described = tuple(f"{key}: {value}" for key, value in result.details) if details_in_history else ()
    return DifferentialTable(
        probes=matrix.probes,
        tested=comparison.tested,
        reference=comparison.reference,
        mean_tested=change.mean_tested,
        mean_reference=change.mean_reference,
        ratio=change.ratio,
        log2_ratio=change.log2_ratio,
        signed_fold_change=change.signed,
        statistic=result.statistic,
        p_value=p_value,
        fdr=fdr,
        n_tested=count_values(matrix, comparison.tested_columns),
        n_reference=count_values(matrix, comparison.reference_columns),
        regulation_fold_change=regulation(change.ratio, made.cutoff),
        regulation_p=regulation(change.ratio, made.cutoff, p_value <= made.alpha),
        regulation_fdr=regulation(change.ratio, made.cutoff, fdr <= made.alpha),
        test=made.test,
        fold_change=fold_change,
        adjust=made.adjust,
        cutoff=made.cutoff,
        alpha=made.alpha,
        spots_tested=count_spots(matrix, comparison.tested_columns),
        spots_reference=count_spots(matrix, comparison.reference_columns),
        detected_tested=detected[0],
        detected_reference=detected[1],
        detection_test=detection.name if detection else "",
        detection_p=detection.p_value if detection else None,
        detection_fdr=detection.fdr if detection else None,
        prior_df=result.prior.largest_df if result.prior else math.nan,
        prior_variance=result.prior.median_variance if result.prior else math.nan,
        remarks=(*result.remarks, *_detection_remarks(detection, detected, made.alpha)),
        history=(
            *matrix.history,
            f"compared {comparison.tested} / {comparison.reference}: {comparison.reason}",
            f"fold change: {FOLD_CHANGES[fold_change].description}",
            f"test: {TESTS[made.test].description}",
            *described,
        ),
        details=result.details,
        log_odds=log_odds,
        log2_cpm=log2_cpm,
    )


def _detection_remarks(
    detection: DetectionTest | None, detected: Sequence[IntArray | None], alpha: float
) -> tuple[str, ...]:
    """Return what limits the test of detection, where a group alone detects a probe."""
    tested, reference = detected
    if detection is None or tested is None or reference is None or not ((tested > 0) != (reference > 0)).any():
        return ()
    return detection.remarks(alpha)


def count_values(matrix: ExpressionMatrix, columns: Sequence[int]) -> IntArray:
    """Count the arrays with a value, ``(n_probes,)``."""
    return _sum_of_values(matrix, columns)


def count_detected(matrix: ExpressionMatrix, columns: Sequence[int]) -> IntArray | None:
    """Count the arrays that detect each probe, ``(n_probes,)``; None where the table does not say."""
    return None if matrix.not_detected is None else _sum_of_values(matrix, columns, ~matrix.not_detected)


def count_spots(matrix: ExpressionMatrix, columns: Sequence[int]) -> IntArray | None:
    """Sum the replicate spots behind the values that are there, ``(n_probes,)``; None where not known."""
    return None if matrix.spots is None else _sum_of_values(matrix, columns, matrix.spots)


def _sum_of_values(
    matrix: ExpressionMatrix, columns: Sequence[int], of_value: BoolArray | IntArray | None = None
) -> IntArray:
    """Sum over some columns what each value that is there counts for, 1 by default; block by block of the rows."""
    own = list(columns)
    n = np.zeros(len(matrix.probes), dtype=np.int64)
    for rows in row_blocks(*matrix.values.shape):
        has_value = ~np.isnan(matrix.values[rows][:, own])
        counted = has_value if of_value is None else np.where(has_value, of_value[rows][:, own], 0)
        n[rows] = np.sum(counted, axis=1, dtype=np.int64)
    return n
