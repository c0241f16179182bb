"""Cumulative incidence of one of several kinds of event: groups in color and line style, numbers at risk below."""

from __future__ import annotations

import numpy as np

from mirtool.clinical.survival.follow_up import FollowUp
from mirtool.report.figures.canvas import Drawing
from mirtool.report.figures.survival import FollowedGroup, followed_figure
from mirtool.report.text.numbers import p_with_sign


def incidence_figure(found: FollowUp) -> Drawing:
    """Draw the incidence of one kind of event in every group.

    Parameters
    ----------
    found
        An endpoint with competing events.

    Returns
    -------
    Drawing
        110 mm wide, unless another width was asked for.
    """
    endpoint, competing = found.endpoint, found.endpoint.competing
    assert competing is not None  # its follow-up has incidences
    kind, none = competing.place - 1, np.empty(0)
    groups = {
        level: FollowedGroup(
            curves.times, curves.incidence[kind], curves.low[kind], curves.high[kind], none, none, 0.0,
            int(curves.events[kind].sum()), curves.longest, curves.still_followed,
        )
        for level, curves in found.incidence.items()
    }  # fmt: skip
    over = f", over {found.strata}" if found.strata else ""
    words = "" if found.gray is None else f"Gray's test P {p_with_sign(found.gray.p)}{over}"
    n = sum(curves.patients for curves in found.incidence.values())
    caption = (
        f"Cumulative incidence of {found.name} ({endpoint.event.name} = {endpoint.level}) of {n} patients "
        f"(Aalen–Johansen); competing: {', '.join(competing.others)}."
    )
    return followed_figure(
        groups, found, title=f"Incidence: {found.name}", axis="cumulative incidence", test=words, caption=caption
    )
