"""Follow-up in words: medians and the test between groups, hazard ratios, and what can't be trusted of them."""

from __future__ import annotations

import numpy as np

from mirtool.clinical.baseline import number
from mirtool.clinical.settings import ALPHA
from mirtool.clinical.survival.cox import CoxFit
from mirtool.clinical.survival.endpoints import SURVIVAL
from mirtool.clinical.survival.follow_up import FollowUp
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line
from mirtool.report.text.numbers import p_in_words, p_with_sign, ratio_in_words
from mirtool.wording import plural

ROWS_SHOWN = 12


def follow_up_blocks(found: FollowUp) -> list[Block]:
    """Return one endpoint: groups and tests, then hazard ratios."""
    blocks = _curve_blocks(found) if found.curves else _incidence_blocks(found)
    interval = f"({100 * found.confidence:g} %)"
    if found.without:
        blocks.append(Line(f"Left out, without time, event or group: {plural(found.without, 'patient')}."))
    if found.alone:
        blocks += [Heading(f"Hazard ratios {interval}, each variable alone:"), _hazards(found.alone)]
    if found.model is not None:
        model = found.model
        words = (
            f"{plural(model.n, 'patient')}, {plural(model.events, 'event')}, concordance {model.concordance:.3f}"
        )
        blocks += [Heading(f"In one model ({words}):"), _hazards((model,))]
        if model.is_crowded:
            blocks.append(
                Caution(
                    f"{plural(len(model.terms), 'term')} for {plural(model.events, 'event')}: fewer than 10 per "
                    "term, so the model fits chance as well"
                )
            )
    if found.monotone:
        blocks.append(
            Line(
                f"A level without events, or events in the order of the values: {', '.join(found.monotone)}; "
                "hazard ratio by Firth's penalty, interval by its profile."
            )
        )
    blocks += _change_blocks(found)
    blocks += [Line(f"No hazard ratio: {text}.", detail=True) for text in found.not_compared]
    return blocks


def _curve_blocks(found: FollowUp) -> list[Block]:
    endpoint = found.endpoint
    name = "" if found.name == SURVIVAL else f" {found.name.removeprefix(SURVIVAL + ' ')}"
    what = f"Survival{name} ({endpoint.time.title}, {endpoint.event.name} = {endpoint.level})"
    first = found.tests.tests[0] if found.tests is not None else None
    over = f" over {found.strata}" if found.strata else ""
    tested = f", log-rank P {p_with_sign(first.p)}{over}" if first is not None else ""
    rows = []
    for level, curve in found.curves.items():
        median, low, high = (_time(value) for value in curve.quantile())
        mean, error = curve.restricted_mean(found.until)
        n = int(curve.events.sum() + curve.censored.sum())
        middle = f"{median} ({low}–{high})"
        rows.append([level, str(n), str(curve.n_events), middle, f"{number(mean)} ± {number(error)}"])
    median_head, mean_head = f"median ({100 * found.confidence:g} %)", f"mean to {number(found.until)}"
    blocks: list[Block] = [
        Heading(f"{what}{tested}:"),
        Grid(("", "patients", "events", median_head, mean_head), rows),
    ]
    if found.tests is not None:
        others = ", ".join(f"{test.name} {p_in_words(test.p)}" for test in found.tests.tests[1:])
        blocks.append(Line(f"With weights on early times, P: {others}.", detail=True))
    return blocks


def _incidence_blocks(found: FollowUp) -> list[Block]:
    endpoint, competing = found.endpoint, found.endpoint.competing
    assert competing is not None  # without curves of survival there are kinds of event
    over = f" over {found.strata}" if found.strata else ""
    tested = "" if found.gray is None else f", Gray's test P {p_with_sign(found.gray.p)}{over}"
    rows = []
    for level, curves in found.incidence.items():
        kind = competing.place - 1
        share = ratio_in_words(*curves.at(found.until, kind))
        rows.append([level, str(curves.patients), str(int(curves.events[kind].sum())), share])
    what = f"Incidence of {found.name} ({endpoint.time.title}; competing: {', '.join(competing.others)})"
    head = f"incidence at {number(found.until)} ({100 * found.confidence:g} %)"
    blocks: list[Block] = [Heading(f"{what}{tested}:"), Grid(("", "patients", "events", head), rows)]
    if found.tests is not None:
        p = p_in_words(found.tests.tests[0].p)
        blocks.append(
            Line(f"Cause-specific log-rank test{over}: P {p}. It compares hazards, Gray's test incidences.")
        )
        if found.gray is None:
            blocks.append(Line("Gray's test is not computed where patients came under observation later."))
    if found.alone or found.model is not None:
        others = ", ".join(competing.others)
        blocks.append(
            Line(f"Hazard ratios are cause-specific: patients with {others} leave the patients at risk.")
        )
    return blocks


def _time(value: float) -> str:
    return "not reached" if np.isinf(value) else number(value)


def _hazards(fits: tuple[CoxFit, ...]) -> Grid:
    rows = [
        (
            float(fit.p_values[i]),
            [
                f"{term.variable.name}: {term.label}",
                ratio_in_words(float(fit.hazard_ratio[i]), float(fit.low[i]), float(fit.high[i])),
                p_in_words(float(fit.p_values[i])),
                p_in_words(float(fit.p_proportional[i])),
            ],
        )
        for fit in fits
        for i, term in enumerate(fit.terms)
    ]
    rows.sort(key=lambda row: row[0])
    return Grid(
        ("", "hazard ratio", "P", "P of change"), [cells for _, cells in rows], most=ROWS_SHOWN,
        optional=("P of change",), shorten=True,
    )  # fmt: skip


def _change_blocks(found: FollowUp) -> list[Block]:
    """Return the hazard ratios that change with time by the adjusted P, and those that do by the P itself only."""
    changing = found.changing(ALPHA)
    blocks: list[Block] = []
    if changing:
        blocks.append(
            Caution(f"hazard ratios that change with time (Holm's P ≤ {ALPHA:g}): {', '.join(changing)}")
        )
    others = [name for name in found.changing(ALPHA, adjusted=False) if name not in changing]
    if others:
        n = sum(len(fit.terms) for fit in found.alone) + (len(found.model.terms) if found.model is not None else 0)
        blocks.append(
            Line(
                f"P of change ≤ {ALPHA:g} before adjustment only: {', '.join(others)}; of {plural(n, 'test')} "
                f"{n * ALPHA:.1f} would be by chance.",
                detail=True,
            )
        )
    return blocks
