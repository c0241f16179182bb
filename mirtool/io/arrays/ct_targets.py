"""What the targets of a Ct table are called now: assay numbers left out, miRNAs under current names.

A panel writes ``hsa-miR-126-4395339``, ``002228_hsa-miR-126``, ``hsa-miR-126#`` or ``hsa-miR-16-5p (YP00205702)``.
miRNAs that are written so get their current names, as on arrays
(:mod:`mirtool.annotation.mirna_names.on_reading`); names that miRBase has had in any release stay as they are. Of
controls only the number is left out: ``RNU44-4373384`` is ``RNU44``. Two assays that would get one name keep their
own: they are two measurements, not replicates.

Wells of an inter-plate calibrator (``UniSp3 IPC``) measure their plate: they become calibrators. Blank wells of a
panel, which hold no primers, are left out and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mirtool.annotation.mirna_names.on_reading import RESOLVED, resolved_in_words
from mirtool.annotation.mirna_names.spelling import is_spelled_otherwise, without_additions
from mirtool.annotation.panel_controls import is_calibrator, panel_kinds
from mirtool.annotation.probes import ProbeKind
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.ct_words import CALIBRATOR, SAMPLE
from mirtool.model import text_array
from mirtool.wording import plural

_NUMBERED = frozenset({ProbeKind.SMALL_RNA, ProbeKind.SPIKE_IN, ProbeKind.POSITIVE_CONTROL})


def update_targets(table: CtTable) -> CtTable:
    """Return a table with what its targets are: current names, calibrators apart, no blank wells.

    The names of the file stay in ``original``.
    """
    kinds = panel_kinds(table.target)
    return _with_current_names(_without_blanks(_with_calibrators(table), kinds), kinds)


def _with_calibrators(table: CtTable) -> CtTable:
    calibrates = {name: is_calibrator(name) for name in dict.fromkeys(table.target)}
    if not any(calibrates.values()):
        return table
    pairs = zip(table.role, table.target, strict=True)
    role = text_array(CALIBRATOR if role == SAMPLE and calibrates[name] else role for role, name in pairs)
    return replace(table, role=role)


def _without_blanks(table: CtTable, kinds: Mapping[str, ProbeKind]) -> CtTable:
    blank = np.array([kinds[name] is ProbeKind.EMPTY for name in table.target], dtype=np.bool_)
    if not blank.any():
        return table
    with_ct = int((blank & ~np.isnan(table.ct)).sum())
    said = plural(int(blank.sum()), "blank well") + " of the panel" + (f", {with_ct} with a Ct" if with_ct else "")
    return replace(table.take(~blank), left_out=(*table.left_out, said))


def _with_current_names(table: CtTable, kinds: Mapping[str, ProbeKind]) -> CtTable:
    kinds = {name: kinds[name] for name in dict.fromkeys(table.target)}
    names: dict[str, str] = {
        name: without_additions(name).name for name, kind in kinds.items() if kind in _NUMBERED
    }
    otherwise = [name for name in kinds if _is_mirna(kinds[name], name) and is_spelled_otherwise(name)]
    found = []
    if otherwise:
        from mirtool.annotation.mirna_names.book import MirnaNames

        book = MirnaNames().for_names([name for name, kind in kinds.items() if kind is ProbeKind.MIRNA])
        found = [book.resolve(name) for name in otherwise]
        names |= {own.given: own.best_name if own.mapped else without_additions(own.given).name for own in found}
    counts = Counter(names.get(name, name) for name in kinds)
    shared = [name for name in kinds if counts[names.get(name, name)] > 1]
    for name in shared:
        names[name] = name
    said = resolved_in_words(found)
    notes = [RESOLVED + said] if said else []
    if shared:
        notes.append(f"assays of one miRNA stay apart under their own names: {', '.join(sorted(shared))}")
    changed = {name: own for name, own in names.items() if own != name}
    if not changed:
        return replace(table, notes=(*table.notes, *notes))
    return replace(
        table,
        target=text_array(changed.get(name, name) for name in table.target),
        original=table.target,
        references=tuple(changed.get(name, name) for name in table.references),
        notes=(*table.notes, *notes),
    )


def _is_mirna(kind: ProbeKind, name: str) -> bool:
    return kind is ProbeKind.MIRNA or (kind is ProbeKind.SPIKE_IN and "mi" in name)
