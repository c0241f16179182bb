"""A matrix made ready for the fits of a model: its weights, and the correlation within its blocks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mirtool.differential.array_weights import estimate_array_weights, update_array_weights
from mirtool.differential.block_correlation import estimate_block_correlation
from mirtool.differential.design import column_of, level_numbers, numbers_in
from mirtool.differential.linear_model import ALIAS_TOLERANCE, Fit, fit_linear_model
from mirtool.differential.model_options import ARRAYS, ARRAYS_FAST, SPOTS, Model
from mirtool.errors import CallError, SampleSheetError
from mirtool.model import ExpressionMatrix, FloatArray, IntArray


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
        Of the arrays of a block; NaN without blocks.
    array_weights
        Sample to its estimated weight, where that was asked for.
    remarks
        What the reader must know of the estimates before believing them, in words.
    """

    values: FloatArray
    design: FloatArray
    weights: FloatArray | None
    blocks: IntArray | None
    correlation: float
    array_weights: Mapping[str, float] | None = None
    remarks: tuple[str, ...] = ()

    def fit(self, contrasts: FloatArray) -> Fit:
        """Fit the model and give combinations of its coefficients, ``(n_coefficients, n_contrasts)``."""
        correlation = None
        if self.blocks is not None:
            same = self.blocks[:, np.newaxis] == self.blocks
            correlation = np.where(same, self.correlation, 0.0) + (1 - self.correlation) * np.eye(len(same))
        return fit_linear_model(
            self.values, self.design, contrasts=contrasts, weights=self.weights, correlation=correlation
        )


def prepare_fit(own: ExpressionMatrix, model: Model, design: FloatArray) -> Fitting:
    """Take weights and blocks from the sample sheet, and estimate what the values themselves must tell.

    Weights of arrays are estimated first, beside those that are known, then the correlation with all weights.

    Raises
    ------
    CallError
        For weights by spots where these are not known.
    SampleSheetError
        For a column of weights that are no positive numbers, or of blocks that are none.
    NotEnoughDataError
        Where the values are too few for what is to be estimated.
    """
    weights = _known_weights(own, model)
    array_weights: Mapping[str, float] | None = None
    remarks: tuple[str, ...] = ()
    if {ARRAYS, ARRAYS_FAST} & set(model.weights):
        estimate = estimate_array_weights if ARRAYS in model.weights else update_array_weights
        of_arrays = estimate(own.values, design, weights=weights)
        weights = of_arrays if weights is None else weights * of_arrays
        array_weights = dict(zip(own.samples.names, of_arrays.tolist(), strict=True))
        remarks = _untold(own, design)
    blocks = None if model.block is None else _blocks(own, model.block)
    correlation = math.nan
    if blocks is not None:
        correlation = estimate_block_correlation(own.values, design, blocks, weights=weights).common
    return Fitting(own.values, design, weights, blocks, correlation, array_weights, remarks)


def _untold(own: ExpressionMatrix, design: FloatArray) -> tuple[str, ...]:
    """Name the arrays that the design fits exactly, whatever their values: nothing tells how good they are."""
    left, _ = np.linalg.qr(design)
    exact = np.sum(left**2, axis=1) > 1 - ALIAS_TOLERANCE
    names = [name for name, alone in zip(own.samples.names, exact, strict=True) if alone]
    if not names:
        return ()
    return (
        f"the model fits {', '.join(names)} exactly, whatever the values (no other array is like it): the data "
        "can't tell its weight, which stays near 1",
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
        raise CallError(
            "weights by spots need the numbers of replicate spots, and there is no table of them",
            hint="`mirtool normalize` writes it beside its table, as NAME_spots.csv",
        )
    return own.spots.astype(np.float64)


def _column_weights(own: ExpressionMatrix, name: str) -> FloatArray:
    cells = column_of(own.samples, name, "--weights")
    numbers = numbers_in(cells)
    if numbers is None or (numbers <= 0).any():
        raise SampleSheetError(
            "weights must be numbers above 0",
            path=own.samples.sheet or None,
            column=name,
            found=", ".join(dict.fromkeys(cells)),
        )
    return numbers


def _blocks(own: ExpressionMatrix, name: str) -> IntArray:
    levels, block = level_numbers(column_of(own.samples, name, "--block"))
    if len(levels) < 2 or len(levels) == len(block):
        raise SampleSheetError(
            "a block needs two arrays or more, and there must be two blocks or more",
            path=own.samples.sheet or None,
            column=name,
            found=f"{len(levels)} blocks for {len(block)} arrays",
            hint=f"leave --block {name} out",
        )
    return block
