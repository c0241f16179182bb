"""Wells with their Ct, as every reader of quantitative PCR gives them, whatever the file was.

A well measures one target in one sample. Its role says what it is for: :data:`~mirtool.io.arrays.ct_words.SAMPLE`,
:data:`~mirtool.io.arrays.ct_words.CONTROL` (no template) or :data:`~mirtool.io.arrays.ct_words.CALIBRATOR`
(inter-plate calibrator). Only wells of samples are compared; the others are kept to be looked at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from mirtool.model import BoolArray, FloatArray, TextArray, text_array
from mirtool.wording import plural


@dataclass(frozen=True, eq=False)
class CtTable:
    """Wells with their Ct, one entry per well.

    Parameters
    ----------
    paths
        The files they were read from.
    sample, target, group
        Object arrays of str; the group is empty where the table gives none, the sample of a control may be.
    role
        What the well is for: sample, control without template, inter-plate calibrator.
    ct
        Cycles, NaN where there is none.
    no_ct
        True where the well was measured and no Ct was found.
    efficiency
        Amplification factor per cycle (2 is doubling), NaN where the table gives none, or one that can't be read.
    left_out
        What reading left out, in words, counted.
    notes
        What else there is to know about the reading, in words.
    efficiency_doubts
        Efficiencies that can't be read, each with its place; they matter to those who use the column.
    original
        The targets as the file writes them; None where none was renamed.
    plate
        The plate, card, array or run of each well, else its file; None where that is not known.
    references
        Targets that the file itself marks as reference (``Endogenous Control``, ``ref``).
    form
        The instrument or the file format, in words; empty for a plain table.
    """

    paths: tuple[str, ...]
    sample: TextArray
    target: TextArray
    group: TextArray
    role: TextArray
    ct: FloatArray
    no_ct: BoolArray
    efficiency: FloatArray
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    efficiency_doubts: tuple[str, ...] = ()
    original: TextArray | None = None
    plate: TextArray | None = None
    references: tuple[str, ...] = ()
    form: str = ""

    def __len__(self) -> int:
        return len(self.sample)

    def take(self, kept: BoolArray) -> CtTable:
        """Return some of the wells; what is said about the reading stays."""
        wells = {
            name: value[kept]
            for name in ("sample", "target", "group", "role", "ct", "no_ct", "efficiency", "original", "plate")
            if (value := getattr(self, name)) is not None
        }
        return replace(self, **wells)


@dataclass(frozen=True)
class Well:
    """One well as a reader finds it."""

    sample: str
    target: str
    group: str
    role: str
    ct: float
    no_ct: bool
    efficiency: float
    efficiency_doubt: str = ""
    plate: str = ""


@dataclass
class FoundWells:
    """What reading a file has found so far."""

    wells: list[Well] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    flags: Counter[str] = field(default_factory=Counter)
    last_cycle: int = 0
    form: str = ""


def table_of(path: str, found: FoundWells) -> CtTable:
    """Return what was found in one file as a table."""
    wells = found.wells
    return CtTable(
        (path,),
        text_array(well.sample for well in wells),
        text_array(well.target for well in wells),
        text_array(well.group for well in wells),
        text_array(well.role for well in wells),
        np.array([well.ct for well in wells], dtype=np.float64),
        np.array([well.no_ct for well in wells], dtype=np.bool_),
        np.array([well.efficiency for well in wells], dtype=np.float64),
        tuple(
            plural(n, what, what.replace("well", "wells", 1).replace("column", "columns", 1))
            for what, n in found.left_out.items()
        ),
        tuple(found.notes),
        tuple(dict.fromkeys(well.efficiency_doubt for well in wells if well.efficiency_doubt)),
        plate=text_array(well.plate for well in wells),
        references=tuple(dict.fromkeys(found.references)),
        form=found.form,
    )


def combine_ct(tables: Sequence[CtTable]) -> CtTable:
    """Put the wells of several files (plates) together; nothing is calibrated between them."""
    originals = [table.target if table.original is None else table.original for table in tables]
    plates = [
        text_array([table.paths[0]] * len(table)) if table.plate is None else table.plate for table in tables
    ]
    return CtTable(
        tuple(path for table in tables for path in table.paths),
        np.concatenate([table.sample for table in tables]),
        np.concatenate([table.target for table in tables]),
        np.concatenate([table.group for table in tables]),
        np.concatenate([table.role for table in tables]),
        np.concatenate([table.ct for table in tables]),
        np.concatenate([table.no_ct for table in tables]),
        np.concatenate([table.efficiency for table in tables]),
        tuple(remark for table in tables for remark in table.left_out),
        tuple(note for table in tables for note in table.notes),
        tuple(doubt for table in tables for doubt in table.efficiency_doubts),
        None if all(table.original is None for table in tables) else np.concatenate(originals),
        np.concatenate(plates),
        tuple(dict.fromkeys(name for table in tables for name in table.references)),
        "; ".join(dict.fromkeys(table.form for table in tables if table.form)),
    )
