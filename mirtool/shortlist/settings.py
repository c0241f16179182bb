"""The settings of a shortlist, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.rules import Rule
from mirtool.settings import Method, Methods, Settings, setting

RANKS = Methods(
    "rank",
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

ORDER, LISTS, NAMES = "Order", "Lists", "Names"


@dataclass(frozen=True)
class ShortlistSettings(Settings):
    """Which miRNAs of a comparison are taken, in which order, and where they are looked up.

    The defaults are those of the study: the ten largest changes among the miRNAs that are up or down.
    """

    rank: str = setting(
        "fold-change",
        "What the order goes by: the size of the change, P, adjusted P, the arrays with a value, or the share of "
        "choices under which a miRNA stays (`mirtool diff --sensitivity`).",
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
        """Refuse a rule that does not exist.

        Raises
        ------
        UsageError
            Where it does not.
        """
        if self.regulation is not None:
            Rule.named(self.regulation, "regulation")
