"""The miRNAs of a study as an interactions table knows them: slash probes split, exact matching, near misses.

A slash probe (``hsa-miR-17-5p/hsa-miR-106a-5p``: one probe, several miRNAs) is split to look up its targets and
stays one miRNA in every count. Names are matched exactly; what a table writes otherwise is hinted at, never
replaced, since ``hsa-miR-21`` may have meant either arm.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.annotation.mirna_names import slash_parts
from mirtool.errors import UsageError
from mirtool.model import FloatArray, TextArray, text_array

_ARM = re.compile(r"(-[35]p|\*)$")


@dataclass(frozen=True, eq=False)
class StudyMirnas:
    """The miRNAs of a study, each name once, in the order given.

    ``regulation`` is ``"up"``, ``"down"`` or ``""``; ``log2_ratio`` is NaN where not known. ``notes`` says which
    names stood on several probes.
    """

    name: TextArray
    regulation: TextArray
    log2_ratio: FloatArray
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.name)

    def take(self, rows: npt.NDArray[Any]) -> StudyMirnas:
        """Return the miRNAs at ``rows`` (positions or a mask), in that order."""
        return StudyMirnas(self.name[rows], self.regulation[rows], self.log2_ratio[rows], self.notes)


def combine_probes(
    names: Sequence[str], regulation: Sequence[str] | None = None, log2_ratio: Sequence[float] | None = None
) -> StudyMirnas:
    """Make one miRNA of the probes that share a name.

    The log2 ratio is the mean over its probes; the regulation is theirs where they agree, and empty, with a
    note, where one is up and another down.

    Raises
    ------
    UsageError
        Where the arguments differ in length.

    Examples
    --------
    >>> combine_probes(["hsa-miR-21-5p", "hsa-miR-21-5p"], ["up", "up"], [1.0, 2.0]).log2_ratio
    array([1.5])
    """
    regulation = [""] * len(names) if regulation is None else regulation
    log2_ratio = [np.nan] * len(names) if log2_ratio is None else log2_ratio
    if not len(names) == len(regulation) == len(log2_ratio):
        raise UsageError(
            "every miRNA needs one regulation and one log2 ratio",
            found=f"{len(names)} names, {len(regulation)} regulations, {len(log2_ratio)} ratios",
        )
    probes: dict[str, list[int]] = defaultdict(list)
    for i, name in enumerate(names):
        if name.strip():
            probes[name.strip()].append(i)
    directions, ratios, notes = [], [], []
    for name, rows in probes.items():
        found = {regulation[i] for i in rows}
        directions.append(found.pop() if len(found) == 1 else "")
        ratios.append(float(np.mean([log2_ratio[i] for i in rows])))
        if found:
            notes.append(f"{name}: its {len(rows)} probes disagree about up and down")
        elif len(rows) > 1:
            notes.append(f"{name}: {len(rows)} probes taken as one, log2 ratio averaged")
    return StudyMirnas(
        text_array(probes), text_array(directions), np.array(ratios, dtype=np.float64), tuple(notes)
    )


def parts_of(name: str) -> tuple[str, ...]:
    """Return the miRNAs behind one probe name.

    Examples
    --------
    >>> parts_of("hsa-miR-17-5p/hsa-miR-106a-5p")
    ('hsa-miR-17-5p', 'hsa-miR-106a-5p')
    >>> parts_of("hsa-miR-190a/b-3p")
    ('hsa-miR-190a-3p', 'hsa-miR-190b-3p')
    """
    return slash_parts(name)


def near_misses(name: str, known: Collection[str]) -> tuple[str, ...]:
    """Return the names in ``known`` that differ from ``name`` in the arm, the star or upper and lower case only.

    Examples
    --------
    >>> near_misses("hsa-miR-21", ["hsa-miR-21-3p", "hsa-miR-21-5p", "hsa-miR-210-3p"])
    ('hsa-miR-21-3p', 'hsa-miR-21-5p')
    """
    stems = {_stem(part) for part in parts_of(name)}
    return tuple(sorted(other for other in known if _stem(other) in stems))


def _stem(name: str) -> str:
    return _ARM.sub("", name).lower()
