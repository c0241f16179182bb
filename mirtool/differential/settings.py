"""The settings of a comparison of groups, each declared once."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from mirtool.counts.methods import COUNT_METHODS, PANEL
from mirtool.differential.methods import DEFAULT_PRIOR, FOLD_CHANGES, PRIORS, TESTS
from mirtool.differential.model_options import Model, check_model, check_test
from mirtool.errors import UsageError, option
from mirtool.rules import Rule
from mirtool.settings import Settings, setting
from mirtool.stats.adjustment_methods import ADJUSTMENTS, adjustment_name

COMPARISON, TEST, MODEL, FIGURES = "Groups and cut-offs", "Test", "Model", "Figures"
"""The panels of the help."""


@dataclass(frozen=True)
class DiffSettings(Settings):
    """Which groups are compared, how, and which probes count as up or down.

    The defaults compare the only two groups by ratio of means and moderated t. ``pair``, ``block``, ``covariate``,
    ``design``, ``weights``, ``replicates``, ``trend``, ``robust``, ``treat`` and ``contrast`` make a linear model.
    """

    needs_file = ("sensitivity",)

    compare: str | None = setting(
        None,
        "The two groups; ratios are tested / reference. With exactly two groups the default reference is the one "
        "whose name says so (control, untreated, healthy, responding, before, day 0 …); in doubt it is asked for "
        "on a terminal, and else the group that comes first in the sample sheet.",
        panel=COMPARISON,
        metavar="TESTED:REFERENCE",
    )
    contrast: tuple[str, ...] = setting(
        (),
        "A comparison within one model of all groups; may be given several times, as for a time course.",
        panel=COMPARISON,
        metavar="'A - B'",
    )
    cutoff: float = setting(
        2.0,
        "Smallest fold change that passes, up or down (not a log2).",
        panel=COMPARISON,
        metavar="FOLD",
        minimum=1,
    )
    alpha: float = setting(
        0.05,
        "Largest P, and largest adjusted P, that passes.",
        panel=COMPARISON,
        metavar="P",
        minimum=0,
        maximum=1,
    )
    adjust: str = setting(
        "bh",
        "Adjustment of P for the number of tests. " + ADJUSTMENTS.help() + ".",
        panel=TEST,
        metavar="METHOD",
    )
    test: str = setting(
        "moderated",
        "The test, on log2 values. The moderated t suits few arrays best; rank-sum, signed-rank (of pairs) and "
        "permutation (as in SAM; with pairs, within pairs) assume no normal distribution. Models need moderated "
        "or student.",
        panel=TEST,
        metavar="|".join(TESTS),
        choices=TESTS,
    )
    fold_change: str | None = setting(
        None,
        "Ratio of the arithmetic means of the linear normalized intensities (the default), of the geometric "
        "means (the default for qPCR panels: 2^-ddCt), or as the model fits it (the default with pairs, blocks, "
        "covariates, a design or weights).",
        panel=TEST,
        metavar="|".join(FOLD_CHANGES),
        choices=FOLD_CHANGES,
    )
    permutations: int = setting(
        1000, "Number of relabelings that the permutation test tries.", panel=TEST, metavar="N", minimum=1
    )
    seed: int = setting(1, "Random seed of the permutation test.", panel=TEST, metavar="N", minimum=0)
    pair: str | None = setting(
        None,
        "Column of the sample sheet with the pairs (for example a patient who occurs twice).",
        panel=MODEL,
        metavar="COLUMN",
    )
    block: str | None = setting(
        None,
        "Column whose equal values are related arrays, complete pairs or not: a random effect.",
        panel=MODEL,
        metavar="COLUMN",
    )
    covariate: tuple[str, ...] = setting(
        (),
        "Column to adjust for, such as a batch; a column of numbers is fitted as a slope. May be given several "
        "times.",
        panel=MODEL,
        metavar="COLUMN",
    )
    design: str | None = setting(
        None, "The whole model as a formula over columns: '~ group + batch'.", panel=MODEL, metavar="FORMULA"
    )
    weights: tuple[str, ...] = setting(
        (),
        "Weight arrays by how well they follow the model (estimated; arrays-fast: in one pass) or by a column of "
        "numbers, and values by their number of replicate spots. May be given several times.",
        panel=MODEL,
        metavar="arrays|spots|COLUMN",
    )
    replicates: bool = setting(
        False,
        "Fit every replicate spot, correlated within its array, as `mirtool normalize --keep-replicates` writes "
        "them.",
        panel=MODEL,
    )
    trend: bool = setting(False, "Let the common variance follow the intensity (limma's trend).", panel=MODEL)
    robust: bool = setting(
        False, "Protect the common variance against probes that vary far more than the others.", panel=MODEL
    )
    prior: str = setting(
        DEFAULT_PRIOR,
        "How the variance common to all probes is estimated where values are missing. " + PRIORS.help() + ".",
        panel=MODEL,
        metavar="|".join(PRIORS),
        choices=PRIORS,
    )
    treat: float = setting(
        1.0,
        "Test whether the change exceeds FOLD, not whether there is any change.",
        panel=MODEL,
        metavar="FOLD",
        minimum=1,
    )
    log_odds: bool = setting(
        False,
        "Add B, the natural log odds that the probe changes (limma's B); for the moderated t only.",
        panel=MODEL,
    )
    count_method: str = setting(
        "voom",
        "How a model fits sequencing counts. " + COUNT_METHODS.help() + ".",
        panel=PANEL,
        metavar="|".join(COUNT_METHODS),
        choices=COUNT_METHODS,
    )
    sensitivity: bool = setting(
        False,
        "Repeat the comparison from the raw arrays under every plausible choice, and add to each probe the share "
        "of choices under which it stays in the list.",
        panel=COMPARISON,
    )
    volcano: str = setting(
        "p",
        "Draw the figures by P (the default) or by adjusted P.",
        panel=FIGURES,
        metavar="p|fdr",
        choices=("p", "fdr", Rule.VOLCANO_P.value, Rule.VOLCANO_FDR.value),
        kind="rule",
    )

    label: tuple[str, ...] = setting(
        (),
        "How many probes are named in the volcano, MA and scatter plots (default 15: by adjusted P first, then by "
        "rank of P or of change), or which: names or IDs separated by commas. May be given several times.",
        panel=FIGURES,
        metavar="N|NAMES",
    )

    def check(self) -> None:
        """Refuse choices that contradict each other, and write the adjustment by its own name.

        Raises
        ------
        UsageError
            With the options that can't be combined, and what to do.
        """
        object.__setattr__(self, "adjust", adjustment_name(self.adjust, "adjust"))
        if not 0 < self.alpha < 1:
            raise UsageError(
                "alpha must lie between 0 and 1",
                parameter="alpha",
                found=f"{self.alpha:g}",
                expected="for example 0.05",
            )
        if self.contrast and self.compare is not None:
            raise UsageError(
                f"{option('compare')} and {option('contrast')} contradict each other",
                hint=f"{option('compare')} takes two groups alone, {option('contrast')} compares within a model "
                "of all groups",
            )
        check_model(self.model)
        check_test(self.test, self.model)
        if self.log_odds and (self.test != "moderated" or self.treat > 1):
            raise UsageError(
                "B, the log odds that a probe changes, exists for the moderated t against no change only",
                parameter="log_odds",
                found=option("test", self.test) if self.test != "moderated" else option("treat", self.treat),
                hint=f"leave {option('log_odds')} out, or choose {option('test', 'moderated')} without "
                f"{option('treat')}",
            )
        if self.volcano_rule is Rule.VOLCANO_FDR and self.adjust == "none":
            raise UsageError(
                "figures by adjusted P need an adjustment",
                found=f"{option('volcano', self.volcano)} with {option('adjust', 'none')}",
                expected=option("adjust", "bh"),
            )

    @property
    def volcano_rule(self) -> Rule:
        """The rule by which the figures are drawn."""
        return Rule(self.volcano)

    @cached_property
    def model(self) -> Model:
        """What is fitted besides the groups."""
        return Model(
            contrasts=self.contrast,
            pair=self.pair,
            block=self.block,
            covariates=self.covariate,
            formula=self.design,
            weights=self.weights,
            replicates=self.replicates,
            trend=self.trend,
            robust=self.robust,
            least_fold_change=self.treat,
            prior=self.prior,
        )

    @property
    def has_model(self) -> bool:
        """True where more than the two groups is fitted."""
        return self.model != Model(prior=self.prior)
