"""The tests of a baseline table: which one by which rule, and its result.

Continuous and ordinal variables are tested by ranks (Mann–Whitney, Kruskal–Wallis), which assume no distribution;
a test chosen by a first test of normality would not keep its level. Counts are tested by chi-square where it holds
(Cochran: every expected count 1 or more, four of five 5 or more), else exactly. Every choice can be overridden.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

from mirtool.clinical.exact import RANDOM_TABLES, exact_p
from mirtool.clinical.settings import COUNT_TESTS, TWO_GROUP_TESTS, ClinicalSettings
from mirtool.clinical.trend import jonckheere
from mirtool.clinical.variables import Kind, Variable
from mirtool.errors import UsageError, option
from mirtool.model import FloatArray, IntArray

_EXACT_BELOW = 50
"""Patients per group below which ranks without ties are tested exactly, as by R's wilcox.test."""
NAMES = {
    "mann-whitney": "Mann–Whitney",
    "kruskal-wallis": "Kruskal–Wallis",
    "jonckheere": "Jonckheere–Terpstra",
    "welch": "Welch's t",
    "student": "Student's t",
    "anova": "ANOVA",
    "welch-anova": "Welch's ANOVA",
    "chi-square": "chi-square",
    "fisher": "Fisher's exact",
}


@dataclass(frozen=True)
class GroupTest:
    """A test of one variable between groups.

    Parameters
    ----------
    name
        The test, as a table prints it.
    statistic
        Its value with its letter, such as ``U = 134``; empty for exact tests.
    p
        P, NaN where nothing could be tested.
    why
        Why this test, or why none.
    """

    name: str
    statistic: str
    p: float
    why: str


def compare_groups(variable: Variable, group: Variable, settings: ClinicalSettings) -> GroupTest:
    """Test a variable between the groups; patients without either are left out.

    Raises
    ------
    UsageError
        Where the test that is asked for does not fit the variable or the number of groups.
    """
    both = variable.present & group.present
    codes = group.values[both].astype(int)
    used = np.unique(codes)
    values = variable.values[both]
    if len(used) < 2 or len(np.unique(values)) < 2:
        return GroupTest("", "", np.nan, "one value only" if len(used) > 1 else "one group only")
    asked = settings.tests.get(variable.name) or settings.tests.get(str(variable.kind))
    _check(asked, variable, len(used))
    if asked == "jonckheere" and group.kind is not Kind.ORDINAL:
        raise UsageError(
            f"the test {asked} needs groups in an order", parameter="test", found=f"{group.name} is {group.kind}",
            hint=f"state the order of the groups: {option('order', f'{group.name}=A<B<C')}",
        )  # fmt: skip
    name, why = (asked, "as asked for") if asked else _usual(variable, codes, values)
    if name in COUNT_TESTS:
        return _of_counts(name, count_table(codes, values), why)
    if name == "jonckheere":
        trend = jonckheere(values[None, :], codes)
        how = "exact" if trend.exact[0] else "normal approximation corrected for ties"
        return GroupTest(NAMES[name], f"z = {trend.z[0]:.3f}", float(trend.p[0]), f"{why}; {how}")
    parts = [values[codes == code] for code in used]
    if name not in ("mann-whitney", "kruskal-wallis") and min(map(len, parts)) < 2:
        return GroupTest(NAMES[name], "", np.nan, "a group has fewer than two values")
    return _of_values(name, parts, why)


def count_table(codes: FloatArray | IntArray, values: FloatArray) -> IntArray:
    """Return counts, levels in rows and groups in columns; empty rows and columns left out."""
    rows, columns = np.unique(values, return_inverse=True)[1], np.unique(codes, return_inverse=True)[1]
    counts = np.zeros((rows.max() + 1, columns.max() + 1), dtype=np.int64)
    np.add.at(counts, (rows, columns), 1)
    return counts


def chi_square_holds(counts: IntArray) -> bool:
    """Return True if the expected counts are large enough for chi-square (Cochran 1954)."""
    expected = counts.sum(axis=1, keepdims=True) * counts.sum(axis=0) / counts.sum()
    enough = float((expected >= 5).mean())
    return bool(expected.min() >= 1 and enough >= 0.8 and (counts.size > 4 or expected.min() >= 5))


def _check(asked: str | None, variable: Variable, n_groups: int) -> None:
    if asked is None:
        return
    if asked in TWO_GROUP_TESTS and n_groups > 2:
        raise UsageError(
            f"the test {asked} compares two groups",
            parameter="test",
            found=f"{n_groups} groups",
            expected="kruskal-wallis, anova or welch-anova",
        )
    fits = (
        variable.kind is not Kind.CONTINUOUS
        if asked in COUNT_TESTS
        else variable.kind is not Kind.NOMINAL or len(variable.levels) == 2
    )
    if not fits or (asked == "trend" and variable.kind is Kind.NOMINAL and len(variable.levels) > 2):
        raise UsageError(
            f"the test {asked} does not fit the column {variable.name!r}",
            parameter="test",
            found=str(variable.kind),
            hint="cut the column, or state its kind",
        )


def _usual(variable: Variable, codes: FloatArray | IntArray, values: FloatArray) -> tuple[str, str]:
    if variable.kind is not Kind.NOMINAL:
        two = len(np.unique(codes)) == 2
        what = "no distribution assumed" if variable.kind is Kind.CONTINUOUS else "ordered levels"
        return ("mann-whitney" if two else "kruskal-wallis"), what
    if chi_square_holds(count_table(codes, values)):
        return "chi-square", "expected counts large enough"
    return "fisher", "small expected counts"


def _of_values(name: str, parts: list[FloatArray], why: str) -> GroupTest:
    if name == "mann-whitney":
        ties = len(np.unique(np.concatenate(parts))) < sum(map(len, parts))
        exact = not ties and max(map(len, parts)) < _EXACT_BELOW
        ranks = stats.mannwhitneyu(parts[1], parts[0], method="exact" if exact else "asymptotic")
        how = "exact" if exact else "normal approximation, continuity correction"
        return GroupTest(NAMES[name], f"U = {ranks.statistic:g}", float(ranks.pvalue), f"{why}; {how}")
    if name == "kruskal-wallis":
        several = stats.kruskal(*parts)
        return GroupTest(NAMES[name], f"H({len(parts) - 1}) = {several.statistic:.3f}", float(several.pvalue), why)
    if name in ("welch", "student"):
        t = stats.ttest_ind(parts[1], parts[0], equal_var=name == "student")
        return GroupTest(NAMES[name], f"t({t.df:.3g}) = {t.statistic:.3f}", float(t.pvalue), why)
    from statsmodels.stats.oneway import anova_oneway

    found = anova_oneway(parts, use_var="unequal" if name == "welch-anova" else "equal", welch_correction=True)
    degrees = ", ".join(f"{df:.4g}" for df in found.df)
    return GroupTest(NAMES[name], f"F({degrees}) = {found.statistic:.3f}", float(found.pvalue), why)


def _of_counts(name: str, counts: IntArray, why: str) -> GroupTest:
    if name == "chi-square":
        result = stats.chi2_contingency(counts, correction=False)
        return GroupTest(NAMES[name], f"χ²({result.dof}) = {result.statistic:.3f}", float(result.pvalue), why)
    if name == "trend":
        return _trend(counts, why)
    if counts.shape == (2, 2):
        return GroupTest(NAMES[name], "", float(stats.fisher_exact(counts).pvalue), why)
    p, exact = exact_p(counts)
    how = why if exact else f"{why}; {RANDOM_TABLES:,} random tables"
    return GroupTest("Fisher–Freeman–Halton", "", p, how)


def _trend(counts: IntArray, why: str) -> GroupTest:
    """Correlate the places of levels and groups: N r² for two groups (as prop.trend.test), else (N − 1) r²."""
    n = int(counts.sum())
    rows, columns = np.indices(counts.shape)
    weights = counts.ravel()
    x = rows.ravel() - np.average(rows.ravel(), weights=weights)
    y = columns.ravel() - np.average(columns.ravel(), weights=weights)
    r2 = np.dot(weights, x * y) ** 2 / (np.dot(weights, x * x) * np.dot(weights, y * y))
    two = min(counts.shape) == 2
    statistic = float((n if two else n - 1) * r2)
    name = "Cochran–Armitage trend" if two else "Mantel's trend"
    return GroupTest(name, f"χ²(1) = {statistic:.3f}", float(stats.chi2.sf(statistic, 1)), why)
