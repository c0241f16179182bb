"""Whether a miRNA was ever seen in a fluid, and how high, by a table of reference levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.annotation.probes import ProbeKind, classify_probe, species_of
from mirtool.io.mirnas.reference_levels import ReferenceLevels
from mirtool.model import FloatArray, TextArray, text_array
from mirtool.wording import plural

SEEN = "yes"
NEVER_SEEN = "never seen there"
NO_LEVEL = "no level there"
POSSIBLE = "possible"
NOT_IN_TABLE = "not in the table"
NOT_MAPPED = "name not mapped"
_KINDS = (ProbeKind.MIRNA, ProbeKind.MIRPLUS)


@dataclass(frozen=True, eq=False)
class FluidLevels:
    """Reference levels held against miRNAs.

    Parameters
    ----------
    path, fluid, unit
        Of the table.
    seen
        For each miRNA: ``"yes"``; ``"never seen there"`` where its level is 0; ``"no level there"`` where the
        table has the miRNA, and no level of it in this fluid; ``"possible: NAME"`` where the table has only a name
        that may mean it; ``"not in the table"``; ``"name not mapped"`` where the miRNA's own name is none of
        miRBase's, and is not in the table as it is.
    level
        The level; NaN where there is none.
    rank
        The rank of the level among the miRNAs of the table that were seen in the fluid, 1 for the highest; equal
        levels have the best of their ranks. NaN where the miRNA was not seen.
    n_seen
        miRNAs of the table that were seen in the fluid.
    names
        What became of every name of the table that is a miRNA's.
    left_out
        What was left out, in words.
    """

    path: str
    fluid: str
    unit: str
    seen: TextArray
    level: FloatArray
    rank: FloatArray
    n_seen: int
    names: tuple[Resolution, ...]
    left_out: tuple[str, ...]

    def count(self, seen: str) -> int:
        """Count the miRNAs of a state."""
        return int((self.seen == seen).sum())


def look_up_levels(mirnas: Sequence[Resolution], levels: ReferenceLevels, book: MirnaNames) -> FluidLevels:
    """Look up the levels of miRNAs, both sides by their current names.

    Names that mean one miRNA, and the parts of a slash name, have its highest level. Rows of other RNA, and of
    species that none of the miRNAs is of, are left out: they take part in no rank.

    Parameters
    ----------
    mirnas
        What became of the names of the miRNAs.
    levels
        The table.
    book
        Resolves the names of the table.
    """
    is_mirna = [classify_probe("", given) in _KINDS for given in levels.names]
    book = book.by_own_release(compress(levels.names, is_mirna))
    species = {own for mirna in mirnas for name in (mirna.name, mirna.given) for own in species_of(name)}
    found: list[Resolution] = []
    n_other, n_species, n_several = is_mirna.count(False), 0, levels.n_lower
    sure: dict[str, float] = {}
    possible: dict[str, str] = {}
    for given, level in compress(zip(levels.names, levels.values.tolist(), strict=True), is_mirna):
        own = book.resolve(given)
        if species and (its := species_of(own.name or given)) and not its & species:
            n_species += 1
            continue
        found.append(own)
        for name in _current_names(own):
            n_several += name in sure and level == level and sure[name] == sure[name]
            sure[name] = float(np.fmax(sure.get(name, np.nan), level))
        for candidate in own.candidates:
            possible.setdefault(candidate.name, given.strip())
    states = [_state(mirna, sure, possible) for mirna in mirnas]
    level = np.array([own for _, own in states], dtype=np.float64)
    seen = np.array([own for own in sure.values() if own > 0], dtype=np.float64)
    rank = np.array([1 + float((seen > own).sum()) if own > 0 else np.nan for own in level])
    counts = ((n_other, "of other RNA"), (n_species, "of other species"))
    left_out = [f"{plural(n, 'name')} {which}" for n, which in counts if n]
    if n_several:
        left_out.append(f"{plural(n_several, 'lower level')} of miRNAs that have several")
    return FluidLevels(
        levels.path,
        levels.fluid,
        levels.unit,
        text_array(state for state, _ in states),
        level,
        rank,
        seen.size,
        tuple(found),
        (*levels.left_out, *left_out),
    )


def _current_names(own: Resolution) -> list[str]:
    """Return the miRNAs that a name represents; the name itself where it is none of miRBase's."""
    names = [mature.name for mature in own.known_matures]
    return names if names or own.candidates else [own.given.strip()]


def _state(mirna: Resolution, sure: dict[str, float], possible: dict[str, str]) -> tuple[str, float]:
    """Return what the table says of a miRNA, and its level."""
    own = [name for name in _current_names(mirna) if name in sure]
    if own:
        level = float(np.fmax.reduce([sure[name] for name in own]))
        return (NO_LEVEL if level != level else SEEN if level > 0 else NEVER_SEEN), level
    matures = [mature.name for mature in mirna.known_matures]
    may_be = next((possible[name] for name in matures if name in possible), None)
    if may_be is not None:
        return f"{POSSIBLE}: {may_be}", np.nan
    return (NOT_IN_TABLE if matures else NOT_MAPPED), np.nan
