"""A normalized matrix as the tables that are written: the values, and the spots behind them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from mirtool.errors import MirtoolError, SampleSheetError
from mirtool.io.arrays.probe_values import ORIGINAL_NAME
from mirtool.model import ExpressionMatrix, FloatArray, Table

ID = "ID"
NAME = "Name"
REPLICATE = "Replicate"


def normalized_table(matrix: ExpressionMatrix, scale: Literal["log2", "linear"] = "log2") -> Table:
    """Return a matrix as a table of ID, Name and one column per sample, with its scale in the notes.

    Parameters
    ----------
    matrix
        Normalized expression.
    scale
        ``"log2"``, or ``"linear"`` for the ratios to the array's factor. What is written is what the note
        ``scale`` says.

    Raises
    ------
    SampleSheetError
        Where a sample is called ``ID`` or ``Name``.
    """
    values = matrix.linear if scale == "linear" else matrix.values
    return _table(matrix, values, ("mirtool normalized", ""), ("scale", scale))


def spots_table(matrix: ExpressionMatrix) -> Table:
    """Return the number of replicate spots behind each value as a table of the shape of the normalized one.

    Raises
    ------
    MirtoolError
        Where the matrix does not know them.
    SampleSheetError
        Where a sample is called ``ID`` or ``Name``.
    """
    if matrix.spots is None:
        raise MirtoolError("this matrix does not say how many spots are behind its values")
    return _table(matrix, matrix.spots, ("mirtool spots", "replicate spots behind each normalized value"))


def not_detected_table(matrix: ExpressionMatrix) -> Table:
    """Return which values were not detected, 1 or 0, as a table of the shape of the normalized one.

    Raises
    ------
    MirtoolError
        Where the matrix does not know it.
    SampleSheetError
        Where a sample is called ``ID`` or ``Name``.
    """
    if matrix.not_detected is None:
        raise MirtoolError("this matrix does not say which of its values were detected")
    marks = matrix.not_detected.astype(np.int64)
    return _table(matrix, marks, ("mirtool not detected", "1 where the value was not detected"))


def average_table(matrix: ExpressionMatrix, average: FloatArray) -> Table:
    """Return A, the mean log2 signal of two channels, as a table of the shape of the normalized one.

    Parameters
    ----------
    matrix
        The ratios, M.
    average
        A of the same probes and samples, log2 of scanner counts, NaN missing.

    Raises
    ------
    SampleSheetError
        Where a sample is called ``ID`` or ``Name``.
    """
    return _table(matrix, average, ("mirtool average", "A = mean of the log2 signals of both channels"))


def replicates_table(matrix: ExpressionMatrix) -> Table:
    """Return the log2 of every replicate spot as a table of ID, Name, Replicate and one column per sample.

    A spot without a value on any array has no row; ``Replicate`` numbers a probe's spots in the files' order.

    Raises
    ------
    MirtoolError
        Where the matrix has kept no spots.
    SampleSheetError
        Where a sample is called ``ID``, ``Name`` or ``Replicate``.
    """
    if matrix.replicates is None:
        raise MirtoolError("this matrix has not kept the replicate spots behind its values")
    probe, spot = np.nonzero(~np.isnan(matrix.replicates).all(axis=2))
    labels = {ID: matrix.probes.id[probe], NAME: matrix.probes.name[probe], REPLICATE: spot + 1}
    values = matrix.replicates[probe, spot]
    notes = (("mirtool replicates", "each replicate spot, moved as its probe's value"), ("scale", "log2"))
    return Table(_with_samples(labels, matrix, values), (*notes, *_history_notes(matrix)))


def _history_notes(matrix: ExpressionMatrix) -> tuple[tuple[str, str], ...]:
    """Read the matrix's history ("recipe: exiqon-service") as keys and values."""
    steps = (step.partition(":") for step in matrix.history)
    return tuple((key.strip(), value.strip()) for key, _, value in steps)


def _table(matrix: ExpressionMatrix, values: npt.NDArray[Any], *notes: tuple[str, str]) -> Table:
    """Return values of a matrix's probes and samples as a table, with these notes and the matrix's history."""
    labels = {ID: matrix.probes.id, NAME: matrix.probes.name}
    if matrix.probes.original_beside is not None:
        labels[ORIGINAL_NAME] = matrix.probes.original_beside
    return Table(_with_samples(labels, matrix, values), (*notes, *_history_notes(matrix)))


def _with_samples(
    labels: dict[str, npt.NDArray[Any]], matrix: ExpressionMatrix, values: npt.NDArray[Any]
) -> Mapping[str, npt.NDArray[Any]]:
    clash = labels.keys() & set(matrix.samples.names)
    if clash:
        raise SampleSheetError(
            f"a sample can't be called {min(clash)!r}: the table has a column of that name for the probes",
            hint="rename the sample in the sample sheet",
        )
    return labels | dict(zip(matrix.samples.names, values.T, strict=True))
