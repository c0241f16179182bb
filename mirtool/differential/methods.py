"""The tests and fold changes that a comparison can use, each described in one place."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Method, Methods


@dataclass(frozen=True)
class TestMethod(Method):
    """A test: its name on axes and in headings, the letter of its statistic, and what it can be combined with.

    Parameters
    ----------
    label
        As it is in the headings of columns: ``rank-sum``.
    statistic
        The letter of its statistic: ``t``.
    in_model
        True where it fits a linear model.
    within_pairs
        True where it can take pairs, and nothing else, into account.
    fewest_per_group, fewest_arrays
        Arrays without which it can't be made, in each group and in all.
    """

    label: str = ""
    statistic: str = ""
    in_model: bool = False
    within_pairs: bool = False
    fewest_per_group: int = 1
    fewest_arrays: int = 3

    __test__ = False  # not a test of pytest


@dataclass(frozen=True)
class FoldChangeMethod(Method):
    """A fold change, and the headings of its group means and of their ratio."""

    mean: str = ""
    ratio: str = ""


class TestMethods(Methods):
    """The tests of a comparison by name."""

    __test__ = False

    def __init__(self, *methods: TestMethod) -> None:
        super().__init__("test", *methods)
        self._tests = {method.name: method for method in methods}

    def __getitem__(self, name: str) -> TestMethod:
        return self._tests[name]


class FoldChangeMethods(Methods):
    """The fold changes of a comparison by name."""

    def __init__(self, *methods: FoldChangeMethod) -> None:
        super().__init__("fold change", *methods)
        self._changes = {method.name: method for method in methods}

    def __getitem__(self, name: str) -> FoldChangeMethod:
        return self._changes[name]


_KERNELS = "mirtool.differential.two_groups:"

TESTS = TestMethods(
    TestMethod(
        "moderated",
        "moderated t (Smyth 2004) on log2 values",
        "three arrays in all",
        "Smyth GK (2004). Stat Appl Genet Mol Biol 3, Article 3",
        _KERNELS + "moderated_t",
        label="moderated",
        statistic="t",
        in_model=True,
    ),
    TestMethod(
        "welch",
        "Welch's t on log2 values",
        "two arrays in each group",
        "Welch BL (1947). Biometrika 34, 28–35",
        _KERNELS + "welch_t",
        label="Welch",
        statistic="t",
        fewest_per_group=2,
        fewest_arrays=4,
    ),
    TestMethod(
        "student",
        "Student's t on log2 values",
        "three arrays in all",
        "Student (1908). Biometrika 6, 1–25",
        _KERNELS + "student_t",
        label="Student",
        statistic="t",
        in_model=True,
    ),
    TestMethod(
        "rank-sum",
        "Wilcoxon's rank-sum test",
        "three arrays in all",
        "Wilcoxon F (1945). Biometrics Bulletin 1, 80–83",
        _KERNELS + "rank_sum",
        label="rank-sum",
        statistic="U",
    ),
    TestMethod(
        "signed-rank",
        "Wilcoxon's signed-rank test of the differences within pairs",
        "pairs",
        "Wilcoxon F (1945). Biometrics Bulletin 1, 80–83",
        label="signed-rank",
        statistic="W",
        within_pairs=True,
    ),
    TestMethod(
        "permutation",
        "permutation of the moderated difference d (Tusher 2001) on log2 values",
        "three arrays in all",
        "Tusher VG, Tibshirani R, Chu G (2001). PNAS 98, 5116–5121",
        _KERNELS + "permutation",
        label="permutation",
        statistic="d",
        within_pairs=True,
    ),
    TestMethod("none", "none", kernel=_KERNELS + "no_test", fewest_arrays=0),
)
"""The tests by name."""

WITHIN_PAIRS = tuple(name for name in TESTS if TESTS[name].within_pairs)
"""Tests without normality that take pairs into account, and nothing else."""

FOLD_CHANGES = FoldChangeMethods(
    FoldChangeMethod(
        "ratio-of-means",
        "ratio of the arithmetic means of the linear normalized intensities",
        mean="mean",
        ratio="ratio of means",
    ),
    FoldChangeMethod(
        "geometric",
        "ratio of the geometric means of the normalized intensities",
        mean="geometric mean",
        ratio="ratio of geometric means",
    ),
    FoldChangeMethod(
        "fitted",
        "ratio of the geometric means as the model fits them",
        "a model",
        mean="fitted mean",
        ratio="ratio of fitted means",
    ),
)
"""The fold changes by name."""

DEFAULT_PRIOR = "unequal-df"

PRIORS = Methods(
    "prior",
    Method(
        DEFAULT_PRIOR,
        "as limma since 3.62, by likelihood where residual degrees of freedom differ",
        reference="Smyth GK (2004). Stat Appl Genet Mol Biol 3, Article 3; limma's help page fitFDistUnequalDF1",
    ),
    Method(
        "legacy",
        "as limma before, by moments",
        reference="Smyth GK (2004). Stat Appl Genet Mol Biol 3, Article 3",
    ),
)
"""How the variances' prior is estimated; the two are one where every probe has as many degrees of freedom."""
