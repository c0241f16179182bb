"""The exact test of a table of counts with more than two rows or columns (Freeman and Halton).

scipy has it by random tables only. Here the tables with the same margins are counted column by column; partial
tables that leave the same row sums and have the same probability are counted together. Where there are too many,
random tables replace them, and the result says so.

References
----------
Freeman GH, Halton JH (1951). Note on an exact treatment of contingency, goodness of fit and other problems of
significance. Biometrika 38, 141–149.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
from scipy import special, stats

from mirtool.model import IntArray

MOST_PARTS = 200_000
"""Partial tables that are held at once."""
RANDOM_TABLES = 100_000
_AS_PROBABLE = 1e-7
"""Tables whose probability differs by less, relatively, count as equally probable (as in R's fisher.test)."""


def exact_p(counts: IntArray, *, most_parts: int = MOST_PARTS) -> tuple[float, bool]:
    """Return P that a table with these margins is no more probable than this one, and whether it is exact.

    Parameters
    ----------
    counts
        ``(rows, columns)``.
    most_parts
        Partial tables that are held at once; with more, random tables are drawn (always the same ones).

    Examples
    --------
    >>> round(exact_p(np.array([[3, 1], [1, 3]]))[0], 4)  # (1 + 16 + 16 + 1) / 70
    0.4857
    """
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return 1.0, True
    counts = counts if counts.shape[0] <= counts.shape[1] else counts.T
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    log_factorial = special.gammaln(np.arange(int(counts.sum()) + 1) + 1.0)
    constant = log_factorial[rows].sum() + log_factorial[columns].sum() - log_factorial[-1]
    observed = float(constant - log_factorial[counts].sum())
    limit = observed + np.log1p(_AS_PROBABLE)
    parts: dict[tuple[int, ...], dict[float, int]] = {tuple(rows.tolist()): {0.0: 1}}
    for column in columns[:-1].tolist():
        following: defaultdict[tuple[int, ...], defaultdict[float, int]] = defaultdict(lambda: defaultdict(int))
        held = 0
        for left, sums in parts.items():
            for cells in _ways(column, left):
                rest = tuple(a - b for a, b in zip(left, cells, strict=True))
                own = float(log_factorial[list(cells)].sum())
                into = following[rest]
                before = len(into)
                for value, n in sums.items():
                    into[round(value + own, 9)] += n
                held += len(into) - before
            if held > most_parts:
                return _by_random_tables(rows, columns, log_factorial, limit - constant), False
        parts = {rest: dict(sums) for rest, sums in following.items()}
    total = 0.0
    for left, sums in parts.items():
        last = float(log_factorial[list(left)].sum())
        for value, n in sums.items():
            probability = constant - value - last
            if probability <= limit + 1e-8:
                total += n * float(np.exp(probability))
    return min(1.0, total), True


def _ways(total: int, room: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Yield every way to put ``total`` into cells that hold at most ``room``."""
    if len(room) == 1:
        if total <= room[0]:
            yield (total,)
        return
    others = sum(room[1:])
    for first in range(max(0, total - others), min(total, room[0]) + 1):
        for rest in _ways(total - first, room[1:]):
            yield (first, *rest)


def _by_random_tables(rows: IntArray, columns: IntArray, log_factorial: IntArray, limit: float) -> float:
    drawn = stats.random_table(rows, columns).rvs(RANDOM_TABLES, random_state=np.random.default_rng(1))
    probability = -log_factorial[drawn.astype(int)].sum(axis=(1, 2))
    return float((1 + np.count_nonzero(probability <= limit + 1e-8)) / (1 + RANDOM_TABLES))
