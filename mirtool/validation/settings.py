"""The settings of a qPCR validation, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.errors import UsageError
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.rules import Rule
from mirtool.settings import Method, Methods, Settings, setting
from mirtool.stats.adjustment_methods import adjustment_name

TESTS = Methods(
    "test",
    Method("welch", "Welch's t on ΔCt"),
    Method("student", "Student's t on ΔCt"),
    Method("paired", "paired t on ΔCt", needs="a column of the sample sheet that names the pairs"),
    Method("mann-whitney", "Mann and Whitney's rank-sum test on ΔCt"),
)
"""The tests of two groups by qPCR."""

CENTERS = Methods(
    "center of replicates",
    Method("mean", "the arithmetic mean of their Ct"),
    Method("median", "the median of their Ct"),
)
"""How replicate wells become one Ct."""

WELLS, GROUPS, TEST = "Wells", "Groups", "Test"


@dataclass(frozen=True)
class ValidateSettings(Settings):
    """How wells become Ct, Ct become ratios, and ratios are tested and compared with the array.

    The defaults are Welch's t test on ΔCt, the variances of two small groups being seldom known to agree, and an
    amplification factor of 2 for every target.
    """

    reference: tuple[str, ...] = setting(
        (), "Reference gene; give it again for a second one.", panel=WELLS, metavar="NAME"
    )
    compare: str | None = setting(
        None,
        "The two groups. By default those of the array's table, else the only two: the reference is the one whose "
        "name says so (control, untreated, healthy …); in doubt it is asked for on a terminal, and else the group "
        "that comes first in the sheet.",
        panel=GROUPS,
        metavar="TESTED:REFERENCE",
    )
    array_rule: str = setting(
        "p",
        "What counts as a finding of the array: fold change alone, with P, or with FDR.",
        panel=GROUPS,
        metavar="fold-change|p|fdr",
    )
    test: str = setting(
        "welch",
        f"The test. {TESTS.help()}.",
        panel=TEST,
        metavar="|".join(TESTS),
        choices=TESTS,
    )
    pair: str = setting("pair", "Column of the sample sheet that names the pairs.", panel=GROUPS, metavar="COLUMN")
    adjust: str = setting(
        "bh",
        "How P is adjusted for the number of tests: bh, by, storey (q value), storey-spline (the same by the "
        "qvalue package's default), holm, bonferroni, sidak, holm-sidak, simes-hochberg, hommel, fdr_tsbh, "
        "fdr_tsbky, fdr_gbs or none.",
        panel=TEST,
        metavar="METHOD",
    )
    alpha: float = setting(0.05, "Largest adjusted P that passes.", panel=TEST, metavar="P")
    cutoff: float = setting(
        2.0, "The array's cut-off of the fold change (not a log2).", panel=TEST, metavar="FOLD", minimum=1
    )
    confidence: float = setting(0.95, "Confidence of the intervals.", panel=TEST, metavar="SHARE")
    undetermined: float | None = setting(
        None,
        "Ct of wells in which none was found, such as 40. By default they are missing.",
        panel=WELLS,
        metavar="CT",
    )
    replicates: str = setting(
        "mean", "How replicate wells become one Ct.", panel=WELLS, metavar="|".join(CENTERS), choices=CENTERS
    )
    replicate_limit: float = setting(
        REPLICATE_LIMIT,
        "With three or more replicate wells, drop the one farthest from the median if it is off by more than this "
        "many cycles.",
        panel=WELLS,
        metavar="CYCLES",
    )
    keep_outliers: bool = setting(False, "Leave no well out.", panel=WELLS)
    efficiency: tuple[str, ...] = setting(
        (),
        "Amplification factor per cycle, such as hsa-miR-16-5p=1.95 (or =95%); again for a second target. "
        "'column' takes those in the Ct table. Default 2 for all.",
        panel=WELLS,
        metavar="TARGET=FACTOR",
    )
    mirbase_release: str | None = mirbase_release_setting(panel=GROUPS)

    def check(self) -> None:
        """Refuse values that can't be meant.

        Raises
        ------
        UsageError
            For an unknown rule or adjustment, a share outside 0 to 1, and cycles that are not positive.
        """
        Rule.named(self.array_rule, "array_rule")
        adjustment_name(self.adjust)
        for name in ("confidence", "alpha"):
            value = getattr(self, name)
            if not 0 < value < 1:
                raise UsageError(
                    f"{name} must lie between 0 and 1",
                    parameter=name,
                    found=f"{value:g}",
                    expected="such as 0.95 and 0.05",
                )
        for name in ("replicate_limit", "undetermined"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise UsageError("cycles are positive", parameter=name, found=f"{value:g}")
