"""The shortlist: the miRNAs of a comparison by a stated rank, with every reason in its own column.

``ranking`` puts the probes in order and makes one miRNA of those with one name; ``membership`` looks each miRNA up
in lists, ``levels`` in a table of levels in fluids; ``motifs`` looks in its sequence for what is reported to sort
miRNAs into exosomes; ``build`` puts it together, and ``shortlist_table`` lays it out. The rank is one stated
number of the comparison itself; the other reasons never enter it.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.shortlist.build import Shortlist, shortlist
    from mirtool.shortlist.evidence import Evidence, names_for, read_evidence, take_shortlist
    from mirtool.shortlist.levels import FluidLevels, look_up_levels
    from mirtool.shortlist.membership import Membership, look_up
    from mirtool.shortlist.motifs import MOTIFS, Motif, motif_places, motif_shares, motif_starts
    from mirtool.shortlist.ranking import rank_mirnas
    from mirtool.shortlist.settings import RANKS, ShortlistSettings
    from mirtool.shortlist.shortlist_table import shortlist_table

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "MOTIFS",
    "RANKS",
    "Evidence",
    "FluidLevels",
    "Membership",
    "Motif",
    "Shortlist",
    "ShortlistSettings",
    "look_up",
    "look_up_levels",
    "motif_places",
    "motif_shares",
    "motif_starts",
    "names_for",
    "rank_mirnas",
    "read_evidence",
    "shortlist",
    "shortlist_table",
    "take_shortlist",
]
