"""miRNAs and the clinic in words: areas under curves, correlations, screens."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.clinical.baseline import number
from mirtool.clinical.roc import AreaComparison, RocCurve
from mirtool.clinical.screen import CorrelationScreen, RatioScreen
from mirtool.report.text.blocks import Block, Grid, Heading, Line
from mirtool.report.text.numbers import p_in_words, ratio_in_words
from mirtool.wording import plural

FDR = 0.05
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
    differing = [f"{each.first} and {each.second} (P {p_in_words(each.p)})" for each in areas if each.p <= 0.05]
    if differing:
        blocks.append(Line(f"Areas that differ by DeLong's test: {', '.join(differing)}.", detail=True))
    return blocks


def correlation_blocks(screen: CorrelationScreen) -> list[Block]:
    """Return how many correlations pass the FDR, and the strongest."""
    passing = int((screen.fdr <= FDR).sum())
    tests = int((~np.isnan(screen.p)).sum())
    order = np.argsort(np.where(np.isnan(screen.p), 2.0, screen.p).ravel(), kind="stable")[:SHOWN]
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
            f"{plural(passing, 'correlation')} of {tests:,} with FDR ≤ {FDR:g} "
            f"({plural(len(screen.ids), 'miRNA')}, {plural(len(screen.variables), 'column')}):"
        ),
        Grid(("", "column", "correlation", "P", "FDR"), rows),
    ]


def screen_blocks(screen: RatioScreen) -> list[Block]:
    """Return how many miRNAs pass the FDR, and those with the smallest P."""
    passing = int((screen.fdr <= FDR).sum())
    order = np.argsort(np.where(np.isnan(screen.p), 2.0, screen.p), kind="stable")[:SHOWN]
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
    words = f"{plural(passing, 'miRNA')} of {len(screen.ids):,} with FDR ≤ {FDR:g} for {screen.outcome}{of}:"
    blocks: list[Block] = [Heading(words), Grid(("", f"{screen.kind} per doubling", "P", "FDR"), rows)]
    if screen.failed:
        blocks.append(Line(f"Without a {screen.kind}: {plural(screen.failed, 'miRNA')}.", detail=True))
    return blocks
