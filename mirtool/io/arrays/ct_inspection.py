"""What a Ct table holds, for a person: the panel, its samples, how much is undetermined, the controls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from mirtool.annotation.panel_controls import is_calibrator, panel_kinds
from mirtool.annotation.probes import ProbeKind
from mirtool.io.arrays.ct_wells import CtTable
from mirtool.io.arrays.ct_words import CALIBRATOR, CONTROL, SAMPLE
from mirtool.model import BoolArray
from mirtool.wording import plural

_LISTED_TARGETS = 30
_LISTED_SAMPLES = 12
_SHOWN = 5
_LAST_CYCLE = 30.0
"""A Ct that is repeated as the largest one is a stand-in from here on; earlier ones are measurements."""


def ct_details(table: CtTable, layout: str) -> dict[str, Any]:
    """Return what is in a table; what does not apply is left out."""
    samples = table.role == SAMPLE
    ct = table.ct[samples & ~np.isnan(table.ct)]
    group_of = dict(zip(table.sample[samples], table.group[samples], strict=True))
    targets = list(dict.fromkeys(table.target))
    kinds = panel_kinds(targets)
    counts = Counter(kind.value for kind in kinds.values())
    plates = [] if table.plate is None else list(dict.fromkeys(table.plate))
    controls = [name for name, kind in kinds.items() if kind in (ProbeKind.SMALL_RNA, ProbeKind.SPIKE_IN)]
    wells = table.take(table.role == CALIBRATOR)
    pairs = zip(wells.target, wells.sample, strict=True)
    calibrators = list(dict.fromkeys(name if is_calibrator(name) else sample for name, sample in pairs))
    details = {
        "form": table.form,
        "layout": layout,
        "plates": plates if len(plates) > 1 else [],
        "samples": list(group_of),
        "groups": dict(Counter(filter(None, group_of.values()))),
        "targets": targets if len(targets) <= _LISTED_TARGETS else f"{len(targets):,}",
        "target_kinds": dict(counts) if len(counts) > 1 else {},
        "controls": controls,
        "references_of_the_file": list(table.references),
        "calibrators": calibrators,
        "ct": f"{ct.min():g} to {ct.max():g}" if len(ct) else "",
        "undetermined": _undetermined(table, samples),
        "without_template": _wells(table, CONTROL),
        "calibrator_wells": _wells(table, CALIBRATOR),
        "notes": "; ".join((*table.notes, *_stand_ins(table, samples))),
    }
    return {name: value for name, value in details.items() if value}


def _wells(table: CtTable, role: str) -> str:
    n = int((table.role == role).sum())
    return plural(n, "well") if n else ""


def _undetermined(table: CtTable, samples: BoolArray) -> str:
    """Return how many wells have no Ct, and the share of each sample."""
    n = int(table.no_ct[samples].sum())
    if not n:
        return "0 wells"
    shares = _shares(table, samples)
    said = f"{plural(n, 'well')} ({_percent(n / max(int(samples.sum()), 1))})"
    if len(shares) == 1:
        return said
    if len(shares) <= _LISTED_SAMPLES:
        return said + ": " + ", ".join(f"{name} {_percent(share)}" for name, share in shares.items())
    highest = sorted(shares, key=lambda name: -shares[name])[:_SHOWN]
    middle = float(np.median(list(shares.values())))
    return (
        f"{said}; per sample {_percent(min(shares.values()))} to {_percent(max(shares.values()))}, "
        f"median {_percent(middle)}; most: " + ", ".join(f"{name} {_percent(shares[name])}" for name in highest)
    )


def _shares(table: CtTable, samples: BoolArray) -> Mapping[str, float]:
    wells = Counter(table.sample[samples])
    without = Counter(table.sample[samples & table.no_ct])
    return {name: without[name] / n for name, n in wells.items()}


def _stand_ins(table: CtTable, samples: BoolArray) -> list[str]:
    """Return a warning of a largest Ct that is repeated: the last cycle, written where none was found."""
    ct = table.ct[samples & ~np.isnan(table.ct)]
    if not len(ct):
        return []
    largest = float(ct.max())
    n = int((ct == largest).sum())
    if n < 3 or largest < _LAST_CYCLE or largest % 1:
        return []
    exactly = f"{plural(n, 'well')} have exactly the largest Ct, {largest:g}"
    return [f"{exactly}: is it the last cycle, written where no Ct was found?"]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
