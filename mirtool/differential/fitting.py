"""A matrix made ready for the fits of a model: its weights, and the correlation within its blocks."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from mirtool.counts import PrecisionTrend
from mirtool.differential.array_weights import (
    estimate_array_weights,
    indistinguishable_arrays,
    update_array_weights,
)
from mirtool.differential.block_correlation import BlockCorrelation, estimate_block_correlation
from mirtool.differential.design import column_of, level_numbers, numbers_in
from mirtool.differential.linear_model import ALIAS_TOLERANCE, Fit, fit_linear_model
from mirtool.differential.model_options import ARRAYS, ARRAYS_FAST, SPOTS, Model
from mirtool.differential.replicate_spots import (
    ReplicateSpots,
    estimate_replicate_correlation,
    fit_replicates,
    summarize_replicates,
    uneven_correlation,
)
from mirtool.differential.voom import voom, voom_with_sample_weights
from mirtool.errors import NotEnoughDataError, SampleSheetError, UsageError, option
from mirtool.model import ExpressionMatrix, FloatArray, IntArray, ReadCounts


@dataclass(frozen=True, eq=False)
class Fitting:
    """The values of a model and how they vary together: what all its fits share.

    Parameters
    ----------
    values
        log2 expression, ``(n_probes, n_samples)``, NaN missing.
    design
        ``(n_samples, n_coefficients)``.
    weights
        ``(n_samples,)`` or ``(n_probes, n_samples)``; None for equal ones.
    blocks
        Number of each sample's block, ``(n_samples,)``; None without blocks.
    correlation
        Of the arrays of a block, or of the spots of an array; NaN without either.
    spots
        The replicate spots behind the values, which are then their means; None where they are not looked at.
    array_weights
        Sample to its estimated weight, where that was asked for.
    remarks
        What the reader must know of the estimates before believing them, in words.
    precision
        voom's trend of the variance over the size of counts; None without precision weights.
    """

    values: FloatArray
    design: FloatArray
    weights: FloatArray | None
    blocks: IntArray | None
    correlation: float
    spots: ReplicateSpots | None = None
    array_weights: Mapping[str, float] | None = None
    remarks: tuple[str, ...] = ()
    precision: PrecisionTrend | None = None

    def fit(self, contrasts: FloatArray) -> Fit:
        """Fit the model and give combinations of its coefficients, ``(n_coefficients, n_contrasts)``."""
        if self.spots is not None:
            return fit_replicates(
                self.spots, self.design, self.correlation, contrasts=contrasts, weights=self.weights
            )
        correlation = None
        if self.blocks is not None:
            correlation = block_matrix(self.blocks, self.correlation)
        return fit_linear_model(
            self.values, self.design, contrasts=contrasts, weights=self.weights, correlation=correlation
        )

    @property
    def intensity(self) -> FloatArray:
        """Mean log2 value of each probe, over all its spots where they are looked at, ``(n_probes,)``."""
        counts = ~np.isnan(self.values) if self.spots is None else self.spots.counts
        n = counts.sum(axis=1)
        mean = np.full(len(n), np.nan)
        np.divide(np.sum(np.nan_to_num(self.values) * counts, axis=1), n, out=mean, where=n > 0)
        return mean


def prepare_fit(own: ExpressionMatrix, model: Model, design: FloatArray, *, count_method: str = "voom") -> Fitting:
    """Take weights and blocks from the sample sheet, and estimate from the values what the sheet can't give.

    Weights of arrays are estimated first, beside those that are known, then the correlation with all weights.
    Counts get the precision weights of voom, unless ``count_method`` is ``"trend"``.

    Raises
    ------
    UsageError
        For weights by spots, or replicate spots, where these are not known.
    SampleSheetError
        For a column of weights that are no positive numbers, or of blocks that are none or those of the design.
    NotEnoughDataError
        Where the values are too few for what is to be estimated.
    """
    if own.counts is not None and count_method == "voom":
        return _prepare_counts(own, own.counts, model, design)
    weights = _known_weights(own, model)
    spots = _replicate_spots(own) if model.replicates else None
    values = own.values if spots is None else spots.means
    array_weights: Mapping[str, float] | None = None
    remarks: tuple[str, ...] = ()
    estimate = _array_weights_of(model)
    if estimate is not None:
        of_arrays = estimate(values, design, weights=weights)
        alike = indistinguishable_arrays(values, design, weights=weights)
        weights = of_arrays if weights is None else weights * of_arrays
        array_weights = dict(zip(own.samples.names, of_arrays.tolist(), strict=True))
        remarks = (*_untold(own, design), *_with_one_weight(own, alike))
    blocks = None if model.block is None else _blocks(own, model.block, design)
    correlation = math.nan
    if spots is not None:
        found = estimate_replicate_correlation(spots, design, weights=weights)
        correlation, remarks = found.common, (*remarks, *_uneven(found, spots))
    elif blocks is not None:
        with _at_column(own, model.block):
            correlation = estimate_block_correlation(values, design, blocks, weights=weights).common
    return Fitting(values, design, weights, blocks, correlation, spots, array_weights, remarks)


def _prepare_counts(own: ExpressionMatrix, counts: ReadCounts, model: Model, design: FloatArray) -> Fitting:
    """Weigh log-CPM by their precision, with the weights of samples and the correlation of blocks asked for.

    The correlation is estimated with the weights, and the weights again with the correlation, twice in all.
    """
    if model.replicates:
        _replicate_spots(own)  # refuses: reads have no spots
    known = _known_weights(own, model)
    estimate = _array_weights_of(model)
    blocks = None if model.block is None else _blocks(own, model.block, design)
    correlation = math.nan
    for _ in range(1 if blocks is None else 2):
        of_blocks = None if blocks is None or math.isnan(correlation) else block_matrix(blocks, correlation)
        of_samples = None
        if estimate is None:
            found = voom(counts.reads, counts.effective, design, weights=known, correlation=of_blocks)
        else:
            found, of_samples = voom_with_sample_weights(
                counts.reads, counts.effective, design, estimate=estimate, weights=known, correlation=of_blocks
            )
        weights = found.weights * (1.0 if known is None else known) * (1.0 if of_samples is None else of_samples)
        if blocks is not None:
            with _at_column(own, model.block):
                correlation = estimate_block_correlation(found.log_cpm, design, blocks, weights=weights).common
    remarks: tuple[str, ...] = ()
    array_weights: Mapping[str, float] | None = None
    if of_samples is not None:
        alike = indistinguishable_arrays(found.log_cpm, design, weights=found.weights)
        array_weights = dict(zip(own.samples.names, of_samples.tolist(), strict=True))
        remarks = (*_untold(own, design), *_with_one_weight(own, alike))
    # Weights are from all counts; what is left out for having no reads takes no part in the fit.
    values = np.where(np.isnan(own.values), np.nan, found.log_cpm)
    return Fitting(values, design, weights, blocks, correlation, None, array_weights, remarks, found.trend)


def _array_weights_of(model: Model) -> Callable[..., FloatArray] | None:
    """Return how weights of arrays are estimated; None where they are not asked for."""
    if ARRAYS in model.weights:
        return estimate_array_weights
    return update_array_weights if ARRAYS_FAST in model.weights else None


def block_matrix(blocks: IntArray, correlation: float) -> FloatArray:
    """Return the correlation of all samples, ``(n_samples, n_samples)``, that of a block being ``correlation``."""
    same = blocks[:, np.newaxis] == blocks
    return np.asarray(np.where(same, correlation, 0.0) + (1 - correlation) * np.eye(len(same)))


def _replicate_spots(own: ExpressionMatrix) -> ReplicateSpots:
    if own.replicates is None:
        raise UsageError(
            f"{option('replicates')} needs the value of every replicate spot, and there is no table of them",
            hint=f"`mirtool normalize` writes it as NAME_replicates.csv with {option('keep_replicates')}",
        )
    return summarize_replicates(own.replicates)


def _uneven(found: BlockCorrelation, spots: ReplicateSpots) -> tuple[str, ...]:
    """Return where one correlation of replicate spots does not do for all probes."""
    ends = uneven_correlation(found, spots)
    if ends is None:
        return ()
    dim, bright = ends
    return (
        f"the correlation of replicate spots is {dim:.2g} among the dimmest third of the probes and {bright:.2g} "
        f"among the brightest: with {found.common:.2g} for all, P is too small for the "
        f"{'bright' if bright > dim else 'dim'} ones; believe what passes without the replicate spots too",
    )


def _untold(own: ExpressionMatrix, design: FloatArray) -> tuple[str, ...]:
    """Name the arrays that the design fits exactly, whatever their values: their quality can't be estimated."""
    left, _ = np.linalg.qr(design)
    exact = np.sum(left**2, axis=1) > 1 - ALIAS_TOLERANCE
    names = [name for name, alone in zip(own.samples.names, exact, strict=True) if alone]
    if not names:
        return ()
    return (
        f"the model fits {', '.join(names)} exactly, whatever the values (no other array is like it): the data "
        "can't tell its weight, which stays near 1",
    )


def _with_one_weight(own: ExpressionMatrix, alike: IntArray) -> tuple[str, ...]:
    """Name the arrays that share a weight, because the data show only how much they vary together."""
    shared = [
        " and ".join(name for name, first in zip(own.samples.names, alike, strict=True) if first == kind)
        for kind in np.flatnonzero(np.bincount(alike) > 1)
    ]
    if not shared:
        return ()
    return (
        f"the data show only how much {'; '.join(shared)} vary together, not which of them varies: they get one "
        "weight",
    )


def _known_weights(own: ExpressionMatrix, model: Model) -> FloatArray | None:
    """Multiply the weights that need no estimate; ``(n_samples,)`` where none is by value."""
    weights: FloatArray | None = None
    for name in model.weights:
        if name in (ARRAYS, ARRAYS_FAST):
            continue
        factor = _spot_weights(own) if name == SPOTS else _column_weights(own, name)
        weights = factor if weights is None else weights * factor
    return weights


def _spot_weights(own: ExpressionMatrix) -> FloatArray:
    if own.spots is None:
        raise UsageError(
            "weights by spots need the numbers of replicate spots, and there is no table of them",
            hint="`mirtool normalize` writes it beside its table, as NAME_spots.csv",
        )
    return own.spots.astype(np.float64)


def _column_weights(own: ExpressionMatrix, name: str) -> FloatArray:
    cells = column_of(own.samples, name, "weights")
    wrong = [
        f"{cell!r} for {sample}"
        for sample, cell in zip(own.samples.names, cells, strict=True)
        if (number := numbers_in([cell])) is None or number[0] <= 0
    ]
    if wrong:
        raise SampleSheetError(
            "weights must be numbers above 0",
            path=own.samples.sheet or None,
            column=name,
            found=", ".join(wrong[:8]) + (" …" if len(wrong) > 8 else ""),
        )
    return np.array([float(cell) for cell in cells])


def _blocks(own: ExpressionMatrix, name: str, design: FloatArray) -> IntArray:
    levels, block = level_numbers(column_of(own.samples, name, "block"))
    if len(levels) < 2 or len(levels) == len(block):
        raise SampleSheetError(
            "a block needs two arrays or more, and there must be two blocks or more",
            path=own.samples.sheet or None,
            column=name,
            found=f"{len(levels)} blocks for {len(block)} arrays",
            hint=f"leave {option('block', name)} out",
        )
    left, _ = np.linalg.qr(design)
    of_block = np.eye(len(levels))[block]
    rest = of_block - left @ (left.T @ of_block)
    if np.linalg.norm(rest) <= ALIAS_TOLERANCE * np.linalg.norm(of_block):
        raise SampleSheetError(
            "the model takes out every difference between these blocks: nothing is left to show how alike the "
            "arrays of one block are",
            path=own.samples.sheet or None,
            column=name,
            found=f"{len(levels)} blocks for {len(block)} arrays, which change together with the groups",
            expected="a group with arrays of two blocks or more",
            hint=f"leave {option('block', name)} out; if it is a batch, no arithmetic separates it from the "
            "groups",
        )
    return block


@contextmanager
def _at_column(own: ExpressionMatrix, name: str | None) -> Iterator[None]:
    """Say of data that are not enough which column of the sample sheet asked for more."""
    try:
        yield
    except NotEnoughDataError as error:
        error.path, error.column = own.samples.sheet or None, name
        raise
