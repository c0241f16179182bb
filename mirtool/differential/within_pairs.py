"""Tests without normality within pairs: which arrays are a pair, and what is made of their differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirtool.differential.contrasts import Contrast
from mirtool.differential.design import column_of
from mirtool.differential.permutation import sign_flip_test
from mirtool.differential.signed_rank import signed_rank_test
from mirtool.differential.two_groups import TestResult
from mirtool.errors import SampleSheetError, UsageError, option
from mirtool.model import ExpressionMatrix, FloatArray, SampleTable
from mirtool.wording import plural

if TYPE_CHECKING:
    from concurrent.futures import Executor


def compare_pairs(
    matrix: ExpressionMatrix,
    contrast: Contrast,
    pair: str,
    test: str,
    permutations: int,
    seed: int,
    executor: Executor | None,
) -> TestResult:
    """Test the differences within pairs by ranks or by permutation.

    Parameters
    ----------
    matrix
        log2 expression of the samples in the model.
    contrast
        One group against one other.
    pair
        Column of the sample sheet whose equal values are a pair.
    test
        ``"signed-rank"`` or ``"permutation"``.

    Raises
    ------
    UsageError
        For a contrast of more than two groups.
    SampleSheetError
        Where a pair has two arrays of one group.
    """
    if not contrast.is_pair:
        raise UsageError(
            f"{option('test', test)} compares one group with one other",
            found=repr(contrast.text),
            hint=f"choose {option('test', 'moderated')} or student, which fit any contrast",
        )
    tested = _members(matrix.samples, contrast.tested, pair)
    reference = _members(matrix.samples, contrast.reference, pair)
    whole = [name for name in tested if name in reference]
    differences = matrix.values[:, [tested[p] for p in whole]] - matrix.values[:, [reference[p] for p in whole]]
    alone = len(tested) + len(reference) - 2 * len(whole)
    remarks = (f"{plural(alone, 'array')} without a partner left out of the test",) if alone else ()
    if test == "permutation":
        return _by_flips(differences, permutations, seed, executor, remarks)
    ranks = signed_rank_test(differences)
    least = min(1.0, 2.0 ** (1 - len(whole)))
    limit = (
        f"the smallest P that ranks of {plural(len(whole), 'pair')} can give is {least:.2g}, before any adjustment"
    )
    return TestResult(ranks.statistic, ranks.p_value, remarks=(*remarks, limit))


def _by_flips(
    differences: FloatArray, permutations: int, seed: int, executor: Executor | None, remarks: tuple[str, ...]
) -> TestResult:
    result = sign_flip_test(differences, permutations=permutations, seed=seed, executor=executor)
    how = f"all {result.n_labelings} others" if result.complete else f"{result.n_labelings} drawn (seed {seed})"
    details = (("labelings within pairs", how), ("s0", f"{result.constant:.6g}"))
    return TestResult(result.statistic, result.p_value, remarks=remarks, details=details)


def _members(samples: SampleTable, group: str, pair: str) -> dict[str, int]:
    """Return the position of each pair's array in a group."""
    cells = column_of(samples, pair, "pair")
    members: dict[str, int] = {}
    for position, (cell, own) in enumerate(zip(cells, samples.groups, strict=True)):
        if own != group:
            continue
        if cell in members:
            raise SampleSheetError(
                "a pair has two arrays of one group",
                path=samples.sheet or None,
                column=pair,
                found=f"{samples.names[members[cell]]} and {samples.names[position]}, both {group} of {cell}",
                expected="one array of each group in a pair",
                hint=f"choose {option('test', 'moderated')} or student, which fit any number of arrays per pair",
            )
        members[cell] = position
    return members
