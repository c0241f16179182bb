"""miRNAs and the clinic in words: areas under curves, correlations, screens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.clinical.anova import AnovaScreen
from mirtool.clinical.baseline import number
from mirtool.clinical.best_cutoff import BestCutoff
from mirtool.clinical.interactions import InteractionScreen
from mirtool.clinical.levels import LevelScreen
from mirtool.clinical.roc import AreaComparison, RocCurve
from mirtool.clinical.screen import CorrelationScreen, RatioScreen
from mirtool.clinical.settings import ALPHA
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line
from mirtool.report.text.numbers import p_in_words, ratio_in_words
from mirtool.wording import plural

SHOWN = 5


def roc_blocks(curves: Sequence[RocCurve], areas: Sequence[AreaComparison], outcome: str) -> list[Block]:
    """Return the areas, the largest first, and which differ."""
    order = sorted(curves, key=lambda curve: -curve.area)
    rows = [
        [
            curve.name,
            ratio_in_words(curve.area, curve.low, curve.high),
            f"{'>' if curve.higher else '<'} {number(float(curve.thresholds[curve.best]))}",
            f"{100 * curve.sensitivity[curve.best]:.0f} %",
            f"{100 * curve.specificity[curve.best]:.0f} %",
        ]
        for curve in order
    ]
    header = ("", "area (DeLong)", "Youden", "sensitivity", "specificity")
    largest = ", ".join(f"{row[0]} {row[1]}" for row in rows[:2])
    blocks: list[Block] = [
        Heading(f"ROC curves of {outcome}, largest area: {largest}."),
        Grid(header, rows, most=SHOWN, optional=("specificity", "sensitivity"), shorten=True, detail=True),
        Line("Youden's cut-offs were chosen on these patients: on others they are less good.", detail=True),
    ]
    if any(curve.low == curve.high for curve in curves):
        blocks.append(
            Line("An area of 1 has no spread on these patients: DeLong's interval says nothing of others.")
        )
    differing = [f"{each.first} and {each.second} (P {p_in_words(each.p)})" for each in areas if each.p <= ALPHA]
    if differing:
        blocks.append(Line(f"Areas that differ by DeLong's test: {', '.join(differing)}.", detail=True))
    return blocks


def correlation_blocks(screen: CorrelationScreen) -> list[Block]:
    """Return how many correlations pass the FDR, and the strongest."""
    passing = int((screen.fdr <= ALPHA).sum())
    tests = int((~np.isnan(screen.p)).sum())
    order = np.argsort(screen.p.ravel(), kind="stable")[:SHOWN]
    rows = []
    for place in order.tolist():
        i, j = divmod(place, len(screen.variables))
        if not np.isnan(screen.p[i, j]):
            rows.append(
                [
                    str(screen.names[i] or screen.ids[i]),
                    screen.variables[j].name,
                    f"{screen.r[i, j]:.2f} ({screen.method[j]})",
                    p_in_words(float(screen.p[i, j])),
                    p_in_words(float(screen.fdr[i, j])),
                ]
            )
    return [
        Heading(
            f"{plural(passing, 'correlation')} of {tests:,} with FDR ≤ {ALPHA:g} "
            f"({plural(len(screen.ids), 'miRNA')}, {plural(len(screen.variables), 'column')}):"
        ),
        Grid(("", "column", "correlation", "P", "FDR"), rows),
    ]


def screen_blocks(screen: RatioScreen) -> list[Block]:
    """Return how many miRNAs pass the FDR, and those with the smallest P."""
    passing = int((screen.fdr <= ALPHA).sum())
    order = np.argsort(screen.p, kind="stable")[:SHOWN]
    rows = [
        [
            str(screen.names[i] or screen.ids[i]),
            ratio_in_words(float(screen.ratio[i]), float(screen.low[i]), float(screen.high[i])),
            p_in_words(float(screen.p[i])),
            p_in_words(float(screen.fdr[i])),
        ]
        for i in order.tolist()
        if not np.isnan(screen.p[i])
    ]
    of = f" with {', '.join(screen.covariates)} in the model" if screen.covariates else ""
    words = f"{plural(passing, 'miRNA')} of {len(screen.ids):,} with FDR ≤ {ALPHA:g} for {screen.outcome}{of}:"
    blocks: list[Block] = [Heading(words), Grid(("", f"{screen.kind} per doubling", "P", "FDR"), rows)]
    if screen.failed:
        blocks.append(Line(f"Without a {screen.kind}: {plural(screen.failed, 'miRNA')}.", detail=True))
    return blocks


def levels_blocks(screen: LevelScreen) -> list[Block]:
    """Return, per variable, how many miRNAs differ between its levels or rise or fall with them."""
    blocks: list[Block] = []
    for j, variable in enumerate(screen.variables):
        ordered = bool((~np.isnan(screen.p_trend[:, j])).any())
        p, fdr = (screen.p_trend, screen.fdr_trend) if ordered else (screen.p, screen.fdr)
        passing = int((fdr[:, j] <= ALPHA).sum())
        order = np.argsort(p[:, j], kind="stable")[:SHOWN]
        rows = [
            [
                str(screen.names[i] or screen.ids[i]),
                *([f"{screen.z[i, j]:.2f}", p_in_words(float(screen.p_trend[i, j]))] if ordered else []),
                f"{screen.f[i, j]:.2f}",
                p_in_words(float(screen.p[i, j])),
                p_in_words(float(fdr[i, j])),
            ]
            for i in order.tolist()
            if not np.isnan(p[i, j])
        ]
        what = "with a trend (Jonckheere–Terpstra) over" if ordered else "that differ (ANOVA) between"
        sign = " < " if ordered else ", "
        levels = sign.join(variable.levels)
        words = f"{plural(passing, 'miRNA')} of {len(screen.ids):,} {what} {variable.name} ({levels})"
        header = ("", *(("z", "P (trend)") if ordered else ()), "F", "P (ANOVA)", "FDR")
        blocks += [Heading(f"{words} with FDR ≤ {ALPHA:g}:"), Grid(header, rows, detail=True)]
    return blocks


def anova_blocks(screen: AnovaScreen) -> list[Block]:
    """Return, per term of the formula, how many miRNAs pass, and whether the design is balanced."""
    rows = []
    for j, term in enumerate(screen.terms):
        p = screen.p[:, j]
        best = int(np.argsort(p, kind="stable")[0])
        first = (
            ""
            if np.isnan(p[best])
            else f"{screen.names[best] or screen.ids[best]}, P {p_in_words(float(p[best]))}"
        )
        rows.append([term, str(int((screen.fdr[:, j] <= ALPHA).sum())), first])
    design = "" if screen.cells is None else f" {_design(screen)}"
    return [
        Heading(f"Analysis of variance by {screen.formula}, {plural(len(screen.ids), 'miRNA')}:"),
        Grid(("term", f"FDR ≤ {ALPHA:g}", "smallest P"), rows),
        Line(f"Type II sums of squares; equal variance is assumed.{design}"),
    ]


def _design(screen: AnovaScreen) -> str:
    assert screen.cells is not None  # the caller looked
    low, high = screen.cells
    if screen.is_balanced:
        return f"Balanced: {plural(low, 'patient')} in every combination of levels."
    return f"Not balanced: {low} to {high} patients in the combinations of levels."


def interaction_blocks(screen: InteractionScreen) -> list[Block]:
    """Return how many interactions pass the FDR, and those with the smallest P."""
    passing = int((screen.fdr <= ALPHA).sum())
    tests = int((~np.isnan(screen.p)).sum())
    order = np.argsort(screen.p.ravel(), kind="stable")[:SHOWN]
    rows = []
    for i, j in (divmod(place, len(screen.variables)) for place in order.tolist()):
        if not np.isnan(screen.p[i, j]):
            name = str(screen.names[i] or screen.ids[i])
            numbers = [p_in_words(float(p[i, j])) for p in (screen.p, screen.fdr)]
            rows.append([f"{name} × {screen.variables[j].name}", *numbers])
    words = (
        f"{plural(passing, 'interaction')} of {tests:,} with FDR ≤ {ALPHA:g} for {screen.outcome} ({screen.kind}):"
    )
    return [Heading(words), Grid(("", "P", "FDR"), rows)]


def cutoff_blocks(found: Sequence[BestCutoff]) -> list[Block]:
    """Return the best cut-offs with their corrected P, and what they are not good for."""
    rows = [
        [
            f"{each.variable.name}, {each.outcome}",
            f"> {number(each.cutoff)}",
            f"{each.above}/{each.n}",
            p_in_words(each.p),
        ]
        for each in found
    ]
    return [
        Heading("Best cut-offs, P corrected for the search:"),
        Grid(("", "cut-off", "above", "P corrected"), rows),
        Caution(
            "a best cut-off was searched for on these patients: the difference at it is overestimated, and its P "
            "without correction is not valid"
        ),
    ]
