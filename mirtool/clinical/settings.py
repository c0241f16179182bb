"""The settings of `mirtool clinical`, each declared once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.errors import UsageError
from mirtool.settings import Method, Methods, Settings, setting, unknown_choice
from mirtool.stats.adjustment_methods import ADJUSTMENTS

PATIENTS = "Patients"
BASELINE = "Baseline table"
ASSOCIATION = "Association"
SURVIVAL = "Survival"
MIRNAS = "miRNAs"
PANEL = "Panel of miRNAs"

ALPHA = 0.05
"""P, or FDR, up to which a difference counts as found."""

KINDS = ("continuous", "ordinal", "nominal", "date", "text")

GROUP_TESTS = Methods(
    "test",
    Method("mann-whitney", "ranks of two groups", "two groups", "Mann & Whitney 1947, Ann Math Stat 18, 50–60"),
    Method("kruskal-wallis", "ranks of several groups", "", "Kruskal & Wallis 1952, JASA 47, 583–621"),
    Method("welch", "means, unequal variance", "two groups", "Welch 1947, Biometrika 34, 28–35"),
    Method("student", "means, equal variance", "two groups", "Student 1908, Biometrika 6, 1–25"),
    Method("anova", "means of several groups, equal variance", "", "Fisher 1925"),
    Method("welch-anova", "means of several groups, unequal variance", "", "Welch 1951, Biometrika 38, 330–336"),
    Method(
        "jonckheere",
        "ranks over ordered groups, three or more",
        "",
        "Jonckheere 1954, Biometrika 41, 133–145",
    ),
    Method("chi-square", "counts, Pearson's chi-square uncorrected", "", "Pearson 1900, Phil Mag 50, 157–175"),
    Method(
        "fisher",
        "counts, exact (Fisher; Freeman and Halton for larger tables)",
        "",
        "Freeman & Halton 1951, Biometrika 38, 141–149",
    ),
    Method(
        "trend",
        "counts over ordered levels (Cochran–Armitage; Mantel for several groups)",
        "",
        "Armitage 1955, Biometrics 11, 375–386",
    ),
)
"""The tests of a baseline table."""

COUNT_TESTS = ("chi-square", "fisher", "trend")
TWO_GROUP_TESTS = ("mann-whitney", "welch", "student")

REPEATS = ("refuse", "agree")
CORRELATIONS = ("spearman", "pearson")
ARRAYS = ("refuse", "mean", "first")
PANEL_MODELS = Methods(
    "model of a panel",
    Method(
        "ridge",
        "logistic regression with a quadratic penalty",
        "",
        "le Cessie & van Houwelingen 1992, Appl Stat 41, 191–201",
    ),
    Method(
        "elastic-net",
        "logistic regression with half quadratic, half absolute penalty, which leaves miRNAs out",
        "scikit-learn: pip install 'mirtool[models]'",
        "Zou & Hastie 2005, J R Stat Soc B 67, 301–320",
    ),
    Method(
        "firth",
        "logistic regression with Firth's penalty, nothing to choose",
        "few miRNAs, named",
        "Firth 1993, Biometrika 80, 27–38",
    ),
)
"""The models of a panel."""
MOST_IN_PANEL = 50
FEWEST_PER_CANDIDATE = 10
"""Patients of the rarer outcome per candidate of a panel below which they are too few (Peduzzi 1996)."""


@dataclass(frozen=True)
class ClinicalSettings(Settings):
    """What is compared, and how columns of the patient table are understood."""

    group: str | None = setting(
        None, "Column with the groups to compare. Default: group.", panel=PATIENTS, metavar="COLUMN"
    )
    variables: tuple[str, ...] = setting(
        (), "Column that is described and tested; repeatable. Default: all but the group.", panel=PATIENTS,
        metavar="COLUMN",
    )  # fmt: skip
    patient: str | None = setting(
        None, "Column with the names of the patients. Default: patient, sample, or ID.", panel=PATIENTS,
        metavar="COLUMN",
    )  # fmt: skip
    kind: tuple[str, ...] = setting(
        (), f"Kind of a column, where its content misleads; repeatable: {', '.join(KINDS)}.", panel=PATIENTS,
        metavar="COLUMN=KIND",
    )  # fmt: skip
    order: tuple[str, ...] = setting(
        (), "Order of the levels of a column, lowest first; repeatable: stage=I<II<III.", panel=PATIENTS,
        metavar="COLUMN=A<B<…",
    )  # fmt: skip
    reference: tuple[str, ...] = setting(
        (), "Level of a column that the others are compared with; repeatable: sex=female.", panel=PATIENTS,
        metavar="COLUMN=LEVEL",
    )  # fmt: skip
    unit: tuple[str, ...] = setting(
        (), "Unit of a column; repeatable: age=years.", panel=PATIENTS, metavar="COLUMN=UNIT"
    )
    cutoff: tuple[str, ...] = setting(
        (), "Cut a column into no and yes; repeatable: 'light_chain_ratio: >=100 or <0.01', 'age: >median'.",
        panel=PATIENTS, metavar="COLUMN:RULE",
    )  # fmt: skip
    duration: tuple[str, ...] = setting(
        (), "Months between two columns of dates, as a new column; repeatable: 'os_months=diagnosed..last_seen'.",
        panel=PATIENTS, metavar="NAME=A..B",
    )  # fmt: skip
    missing: tuple[str, ...] = setting(
        (), "Further word for a missing value; repeatable.", panel=PATIENTS, metavar="WORD"
    )
    repeats: str = setting(
        "refuse",
        "Several rows of one patient: refuse them, or take them as one where they agree in every column used.",
        panel=PATIENTS, choices=REPEATS, metavar="refuse|agree",
    )  # fmt: skip
    test: tuple[str, ...] = setting(
        (), "Test of a column, or of all columns of a kind (continuous=welch); repeatable: "
        f"{', '.join(GROUP_TESTS)}.", panel=BASELINE, metavar="COLUMN|KIND=TEST",
    )  # fmt: skip
    adjust: str = setting(
        "none", "Adjust the P of the baseline table for the number of its rows.", panel=BASELINE,
        choices=ADJUSTMENTS, metavar="METHOD",
    )  # fmt: skip
    outcome: str | None = setting(
        None, "Outcome whose odds and risks are compared: a column of two levels, or COLUMN=LEVEL. Default: the "
        "group, its last level.", panel=ASSOCIATION, metavar="COLUMN[=LEVEL]",
    )  # fmt: skip
    counts: tuple[str, ...] = setting(
        (), "A table of counts instead of patients: exposed with and without the outcome, not exposed with and "
        "without; repeatable.", panel=ASSOCIATION, metavar="NAME=A,B,C,D",
    )  # fmt: skip
    covariates: tuple[str, ...] = setting(
        (), "Column of the model of several variables (logistic regression); repeatable.", panel=ASSOCIATION,
        metavar="COLUMN",
    )  # fmt: skip
    strata: str | None = setting(
        None, "Column of strata: Mantel–Haenszel odds ratios over them.", panel=ASSOCIATION, metavar="COLUMN"
    )
    time: str | None = setting(
        None, "Column of times to an event or to the last visit. Default: pairs of columns whose heads say time "
        "and event (os_months, os_event).", panel=SURVIVAL, metavar="COLUMN",
    )  # fmt: skip
    event: str | None = setting(
        None, "Column that says whether the event happened, or COLUMN=LEVEL.", panel=SURVIVAL,
        metavar="COLUMN[=LEVEL]",
    )  # fmt: skip
    entry: str | None = setting(
        None, "Column of the times at which patients came under observation (left truncation).", panel=SURVIVAL,
        metavar="COLUMN",
    )  # fmt: skip
    until: float | None = setting(
        None, "End of the restricted mean survival. Default: the shortest of the groups' longest times.",
        panel=SURVIVAL, metavar="TIME", minimum=0,
    )  # fmt: skip
    mirna: tuple[str, ...] = setting(
        (), "miRNA (name or ID of a probe) that becomes a column, as log2 value and as no or yes above its "
        "median; repeatable.", panel=MIRNAS, metavar="NAME",
    )  # fmt: skip
    anova: str | None = setting(
        None, "Analysis of variance of the miRNAs by columns joined by +, : or *, such as 'group * stage'; type "
        "II sums of squares. Of the named miRNAs, or of all.", panel=MIRNAS, metavar="FORMULA",
    )  # fmt: skip
    interactions: tuple[str, ...] = setting(
        (), "Column whose interaction with every miRNA is tested, for the outcome and in survival; repeatable.",
        panel=MIRNAS, metavar="COLUMN",
    )  # fmt: skip
    best_cutoff: tuple[str, ...] = setting(
        (), "Column of numbers, or named miRNA, whose best cut-off is searched, with P corrected for the search; "
        "repeatable.", panel=MIRNAS, metavar="COLUMN",
    )  # fmt: skip
    screen: bool = setting(
        False, "Screen all miRNAs: correlation with every column, and odds or hazard ratios of each, with FDR.",
        panel=MIRNAS,
    )  # fmt: skip
    correlation: str = setting(
        "spearman", "Correlation with the columns; with two levels as 0 and 1, by pearson the point-biserial one.",
        panel=MIRNAS, choices=CORRELATIONS,
    )  # fmt: skip
    arrays: str = setting(
        "refuse", "Several arrays of one patient: refuse them, take the mean of their log2 values, or the first.",
        panel=MIRNAS, choices=ARRAYS, metavar="refuse|mean|first",
    )  # fmt: skip
    panel: tuple[str, ...] = setting(
        (), "A panel that predicts the outcome: miRNAs or columns separated by commas, or the largest number of "
        "miRNAs, which are then chosen from all within each training fold. May be given several times.",
        panel=PANEL, metavar="N|NAMES",
    )  # fmt: skip
    panel_model: str = setting(
        "ridge", f"Model of the panel. {PANEL_MODELS.help()}.", panel=PANEL, choices=PANEL_MODELS, metavar="MODEL"
    )
    folds: int = setting(
        5, "Folds of the cross-validation of the panel; no more than patients of the rarer outcome.", panel=PANEL,
        metavar="N", minimum=2, maximum=20,
    )  # fmt: skip
    fold_repeats: int = setting(
        20, "How often the patients are divided into folds anew.", panel=PANEL, metavar="N", minimum=1, maximum=500
    )
    risk_cutoff: float | None = setting(
        None, "Predicted risk at which sensitivity and specificity of the panel are given. Default: the share of "
        "patients with the outcome.", panel=PANEL, metavar="RISK", minimum=0, maximum=1,
    )  # fmt: skip
    seed: int = setting(
        1, "Random seed: orders of a best cut-off, interval of a ROC cut-off, folds and bootstrap of a panel.",
        panel=PANEL, minimum=0,
    )  # fmt: skip
    specificity: float = setting(
        0.9, "Specificity at which the sensitivity of every number, and of the panel, is given.",
        panel=ASSOCIATION, metavar="SHARE", minimum=0, maximum=1,
    )  # fmt: skip
    confidence: float = setting(
        0.95, "Level of the confidence intervals.", panel=ASSOCIATION, metavar="SHARE", minimum=0.5, maximum=0.999
    )

    def check(self) -> None:
        """Refuse what can't be read.

        Raises
        ------
        UsageError
            With what was found.
        """
        for kind in self.kinds.values():
            if kind not in KINDS:
                raise unknown_choice("kind of a column", kind, KINDS, "kind")
        for test in self.tests.values():
            GROUP_TESTS.check(test, "test")
        if self.panel and self.panel_model == "firth" and self.panel_size is not None:
            raise UsageError(
                "Firth's model chooses no miRNAs", parameter="panel", found=str(self.panel_size),
                expected="the names of the miRNAs, or another model",
            )  # fmt: skip
        _ = self.orders, self.references, self.units, self.cutoffs, self.durations, self.tables_of_counts

    @property
    def panel_size(self) -> int | None:
        """Largest number of miRNAs of a panel that is chosen; None where the panel is named, or there is none.

        Raises
        ------
        UsageError
            Where the number is out of range, or there are names beside it.
        """
        words = self.panel_words
        if not any(word.isdecimal() for word in words):
            return None
        if len(words) > 1:
            raise UsageError(
                "a panel is either named or chosen", parameter="panel", found=", ".join(words),
                expected="names, or one number",
            )  # fmt: skip
        if not 1 <= int(words[0]) <= MOST_IN_PANEL:
            raise UsageError(
                "panel is out of range", parameter="panel", found=words[0], expected=f"1 to {MOST_IN_PANEL}"
            )
        return int(words[0])

    @property
    def panel_words(self) -> tuple[str, ...]:
        """The names of a panel, or its number, each once."""
        words = (word.strip() for text in self.panel for word in text.split(","))
        return tuple(dict.fromkeys(word for word in words if word))

    @property
    def kinds(self) -> dict[str, str]:
        """Column to its kind."""
        return _pairs(self.kind, "kind", "COLUMN=KIND")

    @property
    def orders(self) -> dict[str, tuple[str, ...]]:
        """Column to its levels in their order."""
        pairs = _pairs(self.order, "order", "COLUMN=LOW<HIGH")
        return {name: tuple(level.strip() for level in text.split("<")) for name, text in pairs.items()}

    @property
    def references(self) -> dict[str, str]:
        """Column to its reference level."""
        return _pairs(self.reference, "reference", "COLUMN=LEVEL")

    @property
    def units(self) -> dict[str, str]:
        """Column to its unit."""
        return _pairs(self.unit, "unit", "COLUMN=UNIT")

    @property
    def tests(self) -> dict[str, str]:
        """Column or kind to its test."""
        return _pairs(self.test, "test", "COLUMN=TEST")

    @property
    def cutoffs(self) -> list[tuple[str, str]]:
        """Column and rule of every cut."""
        return [_split(text, ":", "cutoff", "COLUMN: RULE, such as age: >=65") for text in self.cutoff]

    @property
    def durations(self) -> dict[str, tuple[str, str]]:
        """New column to the dates that begin and end it."""
        pairs = _pairs(self.duration, "duration", "NAME=START..END")
        return {name: _split(text, "..", "duration", "NAME=START..END") for name, text in pairs.items()}

    @property
    def tables_of_counts(self) -> dict[str, tuple[int, int, int, int]]:
        """Name to the four counts of a table."""
        found: dict[str, tuple[int, int, int, int]] = {}
        for name, text in _pairs(self.counts, "counts", "NAME=A,B,C,D").items():
            cells = [cell.strip() for cell in text.replace(";", ",").split(",")]
            if len(cells) != 4 or not all(cell.isdecimal() and len(cell) < 10 for cell in cells):
                raise UsageError(
                    "a table of counts can't be read",
                    parameter="counts",
                    found=text,
                    expected="four whole numbers: exposed with and without the outcome, then not exposed",
                )
            a, b, c, d = map(int, cells)
            found[name] = (a, b, c, d)
        return found


def _pairs(texts: Sequence[str], parameter: str, form: str) -> dict[str, str]:
    return dict(_split(text, "=", parameter, form) for text in texts)


def _split(text: str, mark: str, parameter: str, form: str) -> tuple[str, str]:
    left, found, right = text.partition(mark)
    if not found or not left.strip() or not right.strip():
        raise UsageError(f"{parameter} can't be read", parameter=parameter, found=repr(text), expected=form)
    return left.strip(), right.strip()
