"""Control spots: how many of those that should show no signal reach the cut-off all the same."""

from __future__ import annotations

import numpy as np

from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.model import FloatArray, ProbeTable
from mirtool.normalize.detection import detected_signals
from mirtool.normalize.report import ControlShare, per_array

CONTROL_KINDS = (ProbeKind.EMPTY, ProbeKind.NEGATIVE_CONTROL)


def control_shares(probes: ProbeTable, signals: FloatArray, min_intensity: float) -> tuple[ControlShare, ...]:
    """Count the control spots at the cut-off, spot by spot: many of them share one ID, or have none.

    Parameters
    ----------
    probes
        The probe behind each spot, classified.
    signals
        Signal of each spot, ``(n_spots, n_arrays)``, flagged spots missing.
    min_intensity
        The cut-off, in the unit of the signals.
    """
    shares = []
    for kind in CONTROL_KINDS:
        control = signals[is_kind(probes, kind)]
        if not len(control):
            continue
        present = ~np.isnan(control)
        shares.append(
            ControlShare(
                kind.value,
                spots=per_array(present),
                passing=per_array(detected_signals(control, min_intensity)),
                percentile_95=float(np.percentile(control[present], 95)) if present.any() else None,
            )
        )
    return tuple(shares)
