"""The settings of a meta-analysis, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.errors import UsageError
from mirtool.settings import Method, Methods, Settings, setting

ESTIMATES = Methods(
    "method",
    Method(
        "random",
        "random effects, normal interval",
        reference="DerSimonian R, Laird N (1986). Control Clin Trials 7, 177–188",
    ),
    Method(
        "hartung-knapp",
        "random effects, t interval with studies − 1 degrees of freedom",
        reference="Hartung J, Knapp G (2001). Stat Med 20, 3875–3889",
    ),
    Method("fixed", "one common effect, weighted by inverse variance"),
)
"""How the effects of several studies are combined."""

STUDIES, RULE, FIGURE = "Studies", "Combination", "Figure"
FOREST_ROWS = 6
LEAST_STUDIES = 2
"""Studies without which nothing is combined."""


@dataclass(frozen=True)
class MetaSettings(Settings):
    """Which studies count in which direction, and how their effects are combined."""

    flip: tuple[str, ...] = setting(
        (),
        "Invert the ratios of this study, where its groups are swapped. May be given several times.",
        panel=STUDIES,
        metavar="STUDY",
    )
    min_studies: int = setting(
        LEAST_STUDIES,
        "Combine a miRNA that at least so many studies measured.",
        panel=STUDIES,
        metavar="N",
        minimum=LEAST_STUDIES,
    )
    species: str | None = setting(
        None,
        "Species of names that carry none, such as hsa for miR-21-5p.",
        panel="miRNA names",
        metavar="PREFIX",
    )
    mirbase_release: str | None = mirbase_release_setting()
    method: str = setting(
        "random",
        "The estimate by which miRNAs are listed, called and ordered; the table has all. "
        + ESTIMATES.help()
        + ".",
        panel=RULE,
        metavar="|".join(ESTIMATES),
        choices=ESTIMATES,
    )
    alpha: float = setting(
        0.05, "Largest FDR of a miRNA that counts as changed.", panel=RULE, metavar="FDR", minimum=0, maximum=1
    )
    adhoc: bool = setting(
        False,
        "Never let an interval of Hartung and Knapp be narrower than that of random effects (Röver 2015).",
        panel=RULE,
    )
    forest: tuple[str, ...] = setting(
        (),
        f"How many miRNAs the forest plots show (default {FOREST_ROWS}, in the table's order), or which: names "
        "separated by commas. May be given several times.",
        panel=FIGURE,
        metavar="N|NAMES",
    )

    def check(self) -> None:
        """Refuse a limit of FDR that passes everything or nothing."""
        if not 0 < self.alpha < 1:
            raise UsageError(
                "alpha must lie between 0 and 1",
                parameter="alpha",
                found=f"{self.alpha:g}",
                expected="for example 0.05",
            )
