"""The settings of a shortlist, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.errors import UsageError, option
from mirtool.rules import Rule
from mirtool.settings import Method, Methods, Settings, setting

RANKS = Methods(
    "rank",
    Method(
        "confident",
        "the largest change that remains at 99.9 % confidence first, changes at low intensity damped (without a "
        "test the damped change alone); ties by P, by the damped change, then by ID",
        reference="Harrison PF et al. (2019). Genome Biol 20, 67",
    ),
    Method(
        "pi",
        "the largest log2 change (up or down) × −log10 P first; ties by the size of the change, then by ID",
        needs="a test",
        reference="Xiao Y et al. (2014). Bioinformatics 30, 801–807",
    ),
    Method("fold-change", "the largest change first, up or down; ties by P, then by ID"),
    Method("p", "the smallest P first; ties by the size of the change, then by ID", needs="a test"),
    Method(
        "fdr",
        "the smallest adjusted P first; ties by P, by the size of the change, then by ID",
        needs="an adjustment of P",
    ),
    Method(
        "detection",
        "the most arrays with a value first; ties by spots, by the size of the change, then by ID",
    ),
    Method(
        "stability",
        "listed under the largest share of choices first; ties by the size of the change, then by ID",
        needs="the sensitivity analysis of `mirtool diff`",
    ),
)
"""What the order of the miRNAs goes by."""

DIRECTIONS = ("both", "up", "down")

ORDER, LISTS, LEVELS, NAMES = "Order", "Lists", "Reference levels", "Names"


@dataclass(frozen=True)
class ShortlistSettings(Settings):
    """Which miRNAs of a comparison are taken, in which order, and where they are looked up.

    The default rank takes change, P and level together. The study took the ten largest changes: ``fold-change``.
    """

    rank: str = setting(
        "confident",
        "What the order goes by. confident: the change that remains at 99.9 % confidence, damped at low "
        "intensity; pi: |log2 change| times -log10 P; fold-change: the size of the change; p: P; fdr: adjusted P; "
        "detection: the arrays with a value; stability: the share of choices under which a miRNA stays (`mirtool "
        "diff --sensitivity`).",
        panel=ORDER,
        metavar="|".join(RANKS),
        choices=RANKS,
    )
    top: int = setting(10, "How many miRNAs to take at most.", panel=ORDER, metavar="N", minimum=1)
    regulation: str | None = setting(
        None,
        "Which miRNAs are candidates: those up or down by this rule. Default volcano-p, and fold-change where no "
        "test was made.",
        panel=ORDER,
        metavar="|".join(Rule),
    )
    direction: str = setting(
        "both",
        "Take only those that are up, or down.",
        panel=ORDER,
        metavar="|".join(DIRECTIONS),
        choices=DIRECTIONS,
    )
    lists: tuple[str, ...] = setting(
        (),
        "A list to look each miRNA up in: ExoCarta's or Vesiclepedia's miRNA details, an EVmiRNA table, a GMT "
        "over miRNA names, any table with a column of miRNAs, or one name per line. Again for a second one.",
        panel=LISTS,
        metavar="NAME=FILE",
        option="--list",
    )
    levels: str | None = setting(
        None,
        "Table of miRNA levels in fluids or tissues (columns miRNA, fluid, level; or one column per fluid): was "
        "each miRNA ever seen in the study's fluid, and how high.",
        panel=LEVELS,
        metavar="TABLE",
        is_path=True,
    )
    fluid: str | None = setting(
        None,
        "Fluid or tissue of the table of levels. Default: that of [qc] in mirtool.toml, else the only one of the "
        "table.",
        panel=LEVELS,
        metavar="NAME",
    )
    level_unit: str | None = setting(
        None,
        "Unit of the levels, where their table does not state it, such as RPM.",
        panel=LEVELS,
        metavar="UNIT",
    )
    species: str | None = setting(
        None,
        "Species of names that carry none, such as hsa. Default: that of most names in the differential table.",
        panel=NAMES,
        metavar="PREFIX",
    )
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of names by "
        "release. May be given several times.",
        panel=NAMES,
        metavar="FILE",
        is_path=True,
    )
    mirbase_release: str | None = mirbase_release_setting(panel=NAMES)

    def check(self) -> None:
        """Refuse a rule that does not exist, and what is said of levels without their table.

        Raises
        ------
        UsageError
            Where it does not exist; where there is no table.
        """
        for name in ("fluid", "level_unit"):
            if getattr(self, name) is not None and self.levels is None:
                raise UsageError(
                    "there is no table of levels that this is about",
                    parameter=name,
                    found=repr(getattr(self, name)),
                    hint=f"name the table by {option('levels', 'TABLE')}",
                )
        if self.regulation is not None:
            Rule.named(self.regulation, "regulation")
