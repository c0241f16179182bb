"""A clinical analysis in words: what differs first, then odds ratios, and what the columns were taken for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mirtool.clinical.analysis import ClinicalAnalysis
from mirtool.clinical.associations import Association, Associations
from mirtool.clinical.baseline import Baseline, BaselineRow, number, share
from mirtool.clinical.settings import ALPHA
from mirtool.clinical.variables import Kind, PatientTable
from mirtool.report.text.blocks import Block, Caution, Grid, Heading, Line, Pairs, Summary
from mirtool.report.text.clinical_mirnas import (
    anova_blocks,
    correlation_blocks,
    cutoff_blocks,
    interaction_blocks,
    levels_blocks,
    roc_blocks,
    screen_blocks,
)
from mirtool.report.text.clinical_panels import panel_blocks
from mirtool.report.text.numbers import MISSING, p_in_words, ratio_in_words
from mirtool.report.text.survival import follow_up_blocks
from mirtool.wording import plural

ROWS_SHOWN = 12


def clinical_summary(analysis: ClinicalAnalysis) -> Summary:
    """Return the findings, their tables, and how the columns were understood."""
    blocks: list[Block] = []
    if analysis.panel is not None:
        blocks += panel_blocks(analysis.panel)
    if analysis.baseline is not None:
        blocks += _baseline_blocks(analysis.baseline)
    if analysis.associations is not None:
        blocks += _association_blocks(analysis.associations)
    if analysis.roc and analysis.associations is not None:
        blocks += roc_blocks(analysis.roc, analysis.areas, analysis.associations.outcome)
    if analysis.correlations is not None:
        blocks += correlation_blocks(analysis.correlations)
    if analysis.levels is not None:
        blocks += levels_blocks(analysis.levels)
    if analysis.anova is not None:
        blocks += anova_blocks(analysis.anova)
    for screen in analysis.screens:
        blocks += screen_blocks(screen)
    for interactions in analysis.interactions:
        blocks += interaction_blocks(interactions)
    if analysis.cutoffs:
        blocks += cutoff_blocks(analysis.cutoffs)
    for followed in analysis.follow_ups:
        blocks += follow_up_blocks(followed)
    if analysis.counts is not None:
        blocks += _association_blocks(analysis.counts)
    if analysis.table is not None:
        blocks += _table_blocks(analysis.table)
    return tuple(blocks)


def _baseline_blocks(baseline: Baseline) -> list[Block]:
    groups = ", ".join(f"{level} ({n})" for level, n in baseline.sizes.items())
    differing = baseline.differing(ALPHA)
    of = plural(len(baseline.rows), "variable")
    blocks: list[Block] = [
        Line(f"{len(differing)} of {of} differ by {baseline.adjustment or 'P'} ≤ {ALPHA:g}: {groups}.")
    ]
    order = sorted(baseline.rows, key=lambda row: (np.isnan(row.adjusted), row.adjusted))
    adjusted = [baseline.adjustment] if baseline.adjustment else []
    header = ("variable", "P", *adjusted, *baseline.group.levels, "test")
    blocks.append(Grid(header, [_cells(row, baseline) for row in order], most=ROWS_SHOWN, shorten=True))
    without = int((~baseline.group.present).sum())
    if without:
        blocks.append(Line(f"Left out, without a {baseline.group.name}: {plural(without, 'patient')}."))
    if not baseline.adjustment and len(baseline.rows) > 1:
        blocks.append(
            Line(
                f"P are not adjusted for {len(baseline.rows)} tests; {len(baseline.rows) * ALPHA:.1f} would be "
                f"≤ {ALPHA:g} by chance.",
                detail=True,
            )
        )
    return blocks


def _cells(row: BaselineRow, baseline: Baseline) -> list[str]:
    variable = row.variable
    shown = []
    for code in range(len(baseline.group.levels)):
        part = variable.values[(baseline.group.values == code) & variable.present]
        if variable.kind is Kind.CONTINUOUS:
            shown.append(f"{number(float(np.median(part)))}" if len(part) else MISSING)
        elif len(variable.levels) == 2:
            shown.append(share(int((part == 1).sum()), len(part)))
        else:
            shown.append("/".join(str(int((part == level).sum())) for level in range(len(variable.levels))))
    name = variable.title
    if variable.kind is Kind.CONTINUOUS:
        name += ", median"
    elif len(variable.levels) == 2:
        name += f": {variable.levels[1]}"
    else:
        name += f": {'/'.join(variable.levels)}"
    adjusted = [p_in_words(row.adjusted)] if baseline.adjustment else []
    return [name, p_in_words(row.outcome.p), *adjusted, *shown, row.outcome.name or row.outcome.why]


def _association_blocks(found: Associations) -> list[Block]:
    interval = f"({100 * found.confidence:g} %)"
    if not found.rows:
        return [Line(f"Not compared: {text}.", detail=True) for text in found.not_compared]
    blocks: list[Block] = [Heading(f"Odds of {found.outcome}:")]
    header = ["", "exposed", "not exposed", f"odds ratio {interval}", f"relative risk {interval}", "P"]
    rows = [
        [
            f"{row.name}: {row.comparison}" if row.table is None or found.outcome != "the outcome" else row.name,
            *_exposed(row),
            ratio_in_words(row.odds_ratio, row.low, row.high),
            MISSING if row.table is None else ratio_in_words(row.table.risk_ratio, *row.table.risk_katz),
            p_in_words(row.p),
        ]
        for row in sorted(found.rows, key=lambda row: (np.isnan(row.p), row.p))
    ]
    blocks.append(Grid(header, rows, most=ROWS_SHOWN, optional=("not exposed", "exposed"), shorten=True))
    corrected = [row.name for row in found.rows if row.table is not None and row.table.corrected]
    if corrected:
        blocks.append(Line(f"0.5 was added to every cell, one being zero: {', '.join(dict.fromkeys(corrected))}."))
    if found.strata:
        blocks += _strata_blocks(found)
    if found.model is not None:
        blocks += _model_blocks(found)
    blocks += [Line(f"Not compared: {text}.", detail=True) for text in found.not_compared]
    return blocks


def _exposed(row: Association) -> tuple[str, str]:
    if row.table is None:
        return MISSING, MISSING
    a, b, c, d = row.table.counts
    return f"{a}/{a + b}", f"{c}/{c + d}"


def _strata_blocks(found: Associations) -> list[Block]:
    rows = [
        [
            f"{row.name}: {row.comparison}",
            ratio_in_words(row.pooled.odds_ratio, row.pooled.low, row.pooled.high),
            p_in_words(row.pooled.p),
            p_in_words(row.pooled.p_equal),
        ]
        for row in found.rows
        if row.pooled is not None
    ]
    heading = Heading(f"Mantel–Haenszel odds ratios over {found.strata}:")
    return [heading, Grid(("", "odds ratio", "P", "P that strata are equal"), rows, most=ROWS_SHOWN, shorten=True)]


def _model_blocks(found: Associations) -> list[Block]:
    model = found.model
    assert model is not None  # the caller looked
    rows = [
        [
            f"{term.variable.name}: {term.label}",
            ratio_in_words(float(model.odds_ratio[i]), float(model.low[i]), float(model.high[i])),
            p_in_words(float(model.p_values[i])),
        ]
        for i, term in enumerate(model.terms)
    ]
    what = f"{plural(model.n, 'patient')}, {model.events} with the outcome, {model.method}"
    blocks: list[Block] = [
        Heading(f"In one model ({what}):"),
        Grid(("", "adjusted odds ratio", "P"), rows, shorten=True),
    ]
    if model.is_crowded:
        fewer = min(model.events, model.n - model.events)
        blocks.append(
            Caution(
                f"{plural(len(model.terms), 'term')} for {fewer} patients of the rarer outcome: fewer than 10 per "
                "term, so the model fits chance as well"
            )
        )  # fmt: skip
    return blocks


def _table_blocks(table: PatientTable) -> list[Block]:
    kinds = [
        (kind.value, [variable for variable in table.variables.values() if variable.kind is kind]) for kind in Kind
    ]
    rows = [(label, _named(own, label)) for label, own in kinds if own]
    missing = [f"{variable.name} {variable.missing}" for variable in table.analyzed if variable.missing]
    rows.append(("missing", ", ".join(missing) or "none"))
    return [
        Line(
            f"{plural(len(table), 'patient')}, {plural(len(table.variables), 'column')}. Missing: {rows[-1][1]}."
        ),
        Pairs(rows[:-1], detail=True),
        *(Line(f"  {note}") for note in table.notes),
    ]


def _named(variables: Sequence[Any], label: str) -> str:
    names = ", ".join(variable.name for variable in variables)
    return f"{names} (not analyzed)" if label in ("text", "date") else names
