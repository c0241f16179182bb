"""The adjustments of P for the number of tests, by name."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Method, Methods, unknown_choice


@dataclass(frozen=True)
class AdjustmentMethod(Method):
    """An adjustment of P, and the heading of its column; ``none`` has no column."""

    heading: str = ""


class AdjustmentMethods(Methods):
    """The adjustments of P by name."""

    def __init__(self, *methods: AdjustmentMethod) -> None:
        super().__init__("adjustment of P", *methods)
        self._adjustments = {method.name: method for method in methods}

    def __getitem__(self, name: str) -> AdjustmentMethod:
        return self._adjustments[name]


_BH95 = "Benjamini Y, Hochberg Y (1995). J R Stat Soc B 57, 289–300"
_BKY06 = "Benjamini Y, Krieger AM, Yekutieli D (2006). Biometrika 93, 491–507"

ADJUSTMENTS = AdjustmentMethods(
    AdjustmentMethod("bh", "false discovery rate of Benjamini and Hochberg", "", _BH95, heading="FDR (BH)"),
    AdjustmentMethod(
        "by",
        "false discovery rate under any dependence (Benjamini and Yekutieli)",
        "",
        "Benjamini Y, Yekutieli D (2001). Ann Stat 29, 1165–1188",
        heading="FDR (BY)",
    ),
    AdjustmentMethod(
        "holm", "Holm's step-down", "", "Holm S (1979). Scand J Stat 6, 65–70", heading="P adjusted (Holm)"
    ),
    AdjustmentMethod("bonferroni", "P times the number of tests", heading="P adjusted (Bonferroni)"),
    AdjustmentMethod("storey", "q value", "", "Storey JD (2003). Ann Stat 31, 2013–2035", heading="q (Storey)"),
    AdjustmentMethod(
        "storey-spline",
        "q value by the qvalue package's default",
        "",
        "Storey JD, Tibshirani R (2003). PNAS 100, 9440–9445",
        heading="q (Storey, spline)",
    ),
    AdjustmentMethod("sidak", "Šidák's single step", heading="P adjusted (Sidak)"),
    AdjustmentMethod("holm-sidak", "Šidák's step-down", heading="P adjusted (Holm-Sidak)"),
    AdjustmentMethod(
        "simes-hochberg",
        "Hochberg's step-up",
        "",
        "Hochberg Y (1988). Biometrika 75, 800–802",
        heading="P adjusted (Simes-Hochberg)",
    ),
    AdjustmentMethod(
        "hommel", "Hommel's", "", "Hommel G (1988). Biometrika 75, 383–386", heading="P adjusted (Hommel)"
    ),
    AdjustmentMethod("fdr_tsbh", "two-stage false discovery rate", "", _BKY06, heading="FDR (two-stage BH)"),
    AdjustmentMethod(
        "fdr_tsbky", "two-stage false discovery rate, corrected", "", _BKY06, heading="FDR (two-stage BKY)"
    ),
    AdjustmentMethod(
        "fdr_gbs",
        "adaptive step-down false discovery rate",
        "",
        "Gavrilov Y, Benjamini Y, Sarkar SK (2009). Ann Stat 37, 619–629",
        heading="FDR (GBS)",
    ),
    AdjustmentMethod("none", "no adjustment"),
)
"""The adjustments of P by name."""

ALIASES = {"fdr_bh": "bh", "fdr_by": "by"}
"""statsmodels' names for what mirtool calls otherwise."""


def adjustment_name(name: str, parameter: str | None = None) -> str:
    """Return mirtool's name of an adjustment, in any case and by statsmodels' name too.

    Raises
    ------
    UsageError
        Where there is none, about ``parameter``.

    Examples
    --------
    >>> adjustment_name("fdr_bh"), adjustment_name("Holm")
    ('bh', 'holm')
    """
    folded = name.strip().lower()
    folded = ALIASES.get(folded, folded)
    if folded not in ADJUSTMENTS:
        raise unknown_choice(ADJUSTMENTS.kind, name, ADJUSTMENTS, parameter)
    return folded
