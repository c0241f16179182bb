"""Which known deviation explains the cells of a section that differ: column by column, the fewest changes first.

A deviation is *believed* for a column where it gives more than half of the cells that differ there, and either at
least three of them or no fewer cells of the whole column than the service's arithmetic: one cell that happens to
agree proves nothing. What is believed for the signals is tried first for what is computed from them. Two changes
at once (or three) are tried only for columns with three differing cells or more of which the simpler ones leave
most open. What is left is held against the other samples' values (exchanged columns), against another factor, and
against what follows from cells that the workbook shows in another section.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.audit.recipe import SERVICE, Recipe, changed_recipes, combine, describe
from mirtool.audit.recompute import Recomputation
from mirtool.audit.rounding import agrees
from mirtool.io.arrays.service_sheet import NORMALIZED, SAMPLE_HEADINGS
from mirtool.model import BoolArray, FloatArray, IntArray

MOST_CHANGES = 3
ENOUGH_CELLS = 3
"""So many cells that agree are no coincidence."""


@dataclass(frozen=True, eq=False)
class Compared:
    """The cells under one heading of a block beside what they should be; all ``(n_rows, n_columns)``.

    Parameters
    ----------
    heading, names
        Which columns.
    rows
        Row of each cell's probe in the source, ``(n_rows,)``.
    shown, expected, tolerance
        What the workbook shows, what the service's arithmetic gives, and how far apart they may lie.
    may_lack
        Cells that may be N/A though there is a value (:meth:`Recomputation.may_lack`).
    """

    heading: str
    names: tuple[str, ...]
    rows: IntArray
    shown: FloatArray
    expected: FloatArray
    tolerance: FloatArray
    may_lack: BoolArray

    @property
    def different(self) -> BoolArray:
        """Mask of the cells that differ."""
        return ~self.agreeing(self.expected, self.may_lack)

    def agreeing(self, expected: FloatArray, may_lack: BoolArray) -> BoolArray:
        """Mask of the cells that agree with ``expected``, the service's values or others."""
        return (np.isnan(self.shown) & may_lack) | agrees(self.shown, expected, self.tolerance)

    def agreeing_by(self, computed: Recomputation, recipe: Recipe, rows: IntArray) -> BoolArray:
        """Mask of the cells that agree with a recipe; ``rows`` says where each is in the source."""
        expected = computed.values(self.heading, self.names, recipe)[rows]
        return self.agreeing(expected, computed.may_lack(self.heading, self.names, recipe)[rows])


@dataclass(frozen=True, eq=False)
class Explanation:
    """What explains cells of one column: in words, by which recipe (where it is one), and which cells."""

    words: str
    cells: BoolArray
    recipe: Recipe = SERVICE


def explain(
    compared: Compared,
    computed: Recomputation,
    base: Recipe = SERVICE,
    shown_upstream: Sequence[Recomputation] = (),
    shown_signals: FloatArray | None = None,
) -> list[list[Explanation]]:
    """Explain the differing cells.

    Parameters
    ----------
    compared
        The cells.
    computed
        From where the expected values come.
    base
        The recipe already believed for what the cells are computed from: it counts as one change.
    shown_upstream
        Recomputations from other sections of the same block, in which the rows are those of the block.
    shown_signals
        The signals that the block shows for the same rows and columns, where normalized values are explained.

    Returns
    -------
    list of list of Explanation
        For each column its explanations, each with the cells that no earlier one explains; possibly none.
    """
    different = compared.different
    found: list[list[Explanation]] = [[] for _ in compared.names]
    open_cells = different.copy()
    for column, explanation in enumerate(_by_recipe(compared, computed, base, different)):
        if explanation is not None:
            found[column].append(explanation)
            open_cells[:, column] &= ~explanation.cells
    if compared.heading in SAMPLE_HEADINGS:
        _by_other_samples(compared, different, open_cells, found)
    if compared.heading == NORMALIZED and shown_signals is not None:
        _by_factor(compared, shown_signals, open_cells, found)
    for upstream in shown_upstream:
        _by_upstream(compared, upstream, open_cells, found)
    return found


def _by_recipe(
    compared: Compared, computed: Recomputation, base: Recipe, different: BoolArray
) -> list[Explanation | None]:
    """Find for each column the recipe that gives most of its differing cells, if there is one to believe."""
    best: list[Explanation | None] = [None] * len(compared.names)
    n_different = different.sum(axis=0)
    n_right = (~different).sum(axis=0)
    for n_changes in range(1, MOST_CHANGES + 1):
        n_explained = np.array([0 if b is None else int(b.cells.sum()) for b in best])
        unsettled = 2 * n_explained <= n_different
        unsettled &= n_different >= (1 if n_changes == 1 else ENOUGH_CELLS)
        if not unsettled.any():
            break
        recipes = _recipes(n_changes, computed.choices(compared.heading), base)
        agreeing = [compared.agreeing_by(computed, recipe, compared.rows) for recipe in recipes]
        if not agreeing:
            continue
        explained = np.array([(cells & different).sum(axis=0) for cells in agreeing])
        in_all = np.array([cells.sum(axis=0) for cells in agreeing])
        for column in np.flatnonzero(unsettled):
            # Of equally good ones that which serves the other columns too, then the likelier.
            k = int(np.argmax(explained[:, column] * (different.size + 1) + explained.sum(axis=1)))
            if _is_believed(explained[k, column], n_different[column], in_all[k, column], n_right[column]):
                cells = agreeing[k][:, column] & different[:, column]
                best[column] = Explanation(describe(recipes[k]), cells, recipes[k])
    return best


def _recipes(n_changes: int, choices: frozenset[str], base: Recipe) -> list[Recipe]:
    """Return the recipes with so many changes, first those on top of the base."""
    recipes = list(changed_recipes(n_changes, choices))
    if base == SERVICE:
        return recipes
    return [combine(recipe, base) for recipe in changed_recipes(n_changes - 1, choices)] + recipes


def _is_believed(n_explained: int, n_different: int, n_agreeing: int, n_right: int) -> bool:
    return 2 * n_explained > n_different and (n_explained >= ENOUGH_CELLS or n_agreeing >= n_right)


def _by_other_samples(
    compared: Compared, different: BoolArray, open_cells: BoolArray, found: list[list[Explanation]]
) -> None:
    """Return a column that holds another sample's values."""
    for column, name in enumerate(compared.names):
        if found[column] or not open_cells[:, column].any():
            continue
        for other, other_name in enumerate(compared.names):
            expected = np.repeat(compared.expected[:, [other]], len(compared.names), axis=1)
            agreeing = compared.agreeing(expected, compared.may_lack)[:, column]
            cells = agreeing & different[:, column]
            believed = _is_believed(
                int(cells.sum()),
                int(different[:, column].sum()),
                int(agreeing.sum()),
                int((~different)[:, column].sum()),
            )
            if other_name != name and believed:
                found[column].append(Explanation(f"these are the values of {other_name}", cells))
                open_cells[:, column] &= ~cells
                break


def _by_factor(
    compared: Compared, signals: FloatArray, open_cells: BoolArray, found: list[list[Explanation]]
) -> None:
    """Return a column whose signals were all divided by another factor, whatever that comes from."""
    for column in range(len(compared.names)):
        n_open = int(open_cells[:, column].sum())
        if n_open < ENOUGH_CELLS:
            continue
        factor = implied_factor(signals[:, column], compared.shown[:, column])
        expected = np.full(compared.shown.shape, np.nan)
        expected[:, column] = np.where(signals[:, column] > 0, signals[:, column] / factor, np.nan)
        cells = compared.agreeing(expected, compared.may_lack)[:, column] & open_cells[:, column]
        if _is_believed(int(cells.sum()), n_open, 0, 1):
            found[column].append(Explanation(f"the signals as shown, divided by {factor:.6g}", cells))
            open_cells[:, column] &= ~cells


def implied_factor(signals: FloatArray, normalized: FloatArray) -> float:
    """Return what most signals of an array were divided by: the median of signal / normalized; NaN where none was.

    Examples
    --------
    >>> implied_factor(np.array([100.0, 50.0, -3.0, 60.0]), np.array([4.0, 2.0, np.nan, 9.0]))
    25.0
    """
    usable = (signals > 0) & (normalized > 0)
    return float(np.median(signals[usable] / normalized[usable])) if usable.any() else float("nan")


def _by_upstream(
    compared: Compared, upstream: Recomputation, open_cells: BoolArray, found: list[list[Explanation]]
) -> None:
    """Return cells that follow, by the service's arithmetic or few changes of it, from what is shown elsewhere."""
    names = [name for name in compared.names if upstream.knows(compared.heading, name)]
    if len(names) < len(compared.names) or not open_cells.any():
        return
    words = f"follows from {upstream.source.words} as shown"
    for n_changes in (0, 1, 2):
        for recipe in changed_recipes(n_changes, upstream.choices(compared.heading)):
            agreeing = compared.agreeing_by(upstream, recipe, np.arange(len(compared.rows)))
            for column in range(len(compared.names)):
                cells = agreeing[:, column] & open_cells[:, column]
                n_open = int(open_cells[:, column].sum())
                if cells.any() and (not n_changes or _is_believed(int(cells.sum()), n_open, 0, 1)):
                    told = "; ".join(filter(None, [words, describe(recipe)]))
                    found[column].append(Explanation(told, cells, recipe))
                    open_cells[:, column] &= ~cells
