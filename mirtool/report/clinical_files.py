"""What a clinical analysis leaves besides its tables: figures, a page to paste into Word, and a workbook."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from mirtool.clinical.analysis import ClinicalAnalysis
from mirtool.clinical.associations import Associations
from mirtool.clinical.baseline import share
from mirtool.clinical.survival.endpoints import SURVIVAL
from mirtool.clinical.survival.follow_up import FollowUp
from mirtool.model import Table, text_array
from mirtool.report.figures.canvas import Drawing
from mirtool.report.figures.correlations import correlation_figure
from mirtool.report.figures.cutoffs import cutoff_figure
from mirtool.report.figures.incidence import incidence_figure
from mirtool.report.figures.panels import calibration_figure, decision_figure, panel_roc_figure
from mirtool.report.figures.ratio_rows import RatioRow, ratio_rows_figure
from mirtool.report.figures.roc import roc_figure
from mirtool.report.figures.stages import stages_figure
from mirtool.report.figures.survival import survival_figure
from mirtool.report.tables import workbook_bytes
from mirtool.report.text.numbers import ratio_in_words
from mirtool.report.word_tables import WordTable, word_page

_TITLES: Mapping[str, str] = {
    "table1": "Patients by {group}",
    "associations": "Odds ratios of {outcome}",
    "model": "Logistic regression of {outcome}",
    "survival": "Survival",
    "incidence": "Cumulative incidence of competing events",
    "survival_tests": "Tests of survival between groups",
    "hazards": "Hazard ratios",
    "roc": "ROC curves of {outcome}",
    "roc_tests": "Areas under the ROC curves compared",
    "panel": "Panel for {outcome}: what it reaches on patients it has not seen",
    "panel_model": "The panel, made of all patients",
    "best_cutoffs": "Best cut-offs",
    "counts": "Odds ratios of tables of counts",
}
_LEFT_OUT = ("why this test", "test statistic")
"""Columns that a paper does not print."""
_FOOTNOTES: Mapping[str, tuple[str, ...]] = {
    "table1": (
        "Shares are of the patients with a value. Standardized difference: the largest between two groups.",
        "Quartiles by linear interpolation.",
    ),
    "associations": (
        "Odds ratio: Woolf's interval, P by Fisher's exact test; for numbers logistic regression. Relative risk: "
        "Katz' interval. Risk difference: Miettinen and Nurminen's score interval.",
    ),
    "best_cutoffs": (
        "P is corrected for the search of the cut-off; the difference at it is overestimated on these patients.",
    ),
    "survival": ("Median: interval by the log-log intervals of Kaplan and Meier's estimate.",),
    "incidence": ("Aalen and Johansen's estimate, log-log intervals.",),
    "panel": (
        "Nested cross-validation: choosing miRNAs, imputing, standardizing and the penalty are inside the folds; "
        "patients are the units.",
    ),
    "panel_model": (
        "Risk = 1 / (1 + exp(−x)), x = intercept + sum of coefficient × (value − mean) / SD; a missing value is "
        "replaced by the value of the last column.",
    ),
    "hazards": (
        "Cox's regression, ties by Efron, Wald's intervals. P (proportional hazards): Grambsch and Therneau.",
    ),
}


def clinical_drawings(analysis: ClinicalAnalysis) -> dict[str, Callable[[], Drawing]]:
    """Return the functions that draw the figures, by name."""
    drawn: dict[str, Callable[[], Drawing]] = {
        name: partial(association_figure, found)
        for name, found in (("clinical_forest", analysis.associations), ("clinical_counts", analysis.counts))
        if found is not None and found.rows
    }
    if analysis.roc and analysis.associations is not None:
        drawn["clinical_roc"] = partial(roc_figure, analysis.roc, analysis.associations.outcome)
    if analysis.panel is not None:
        drawn["clinical_panel_roc"] = partial(panel_roc_figure, analysis.panel)
        drawn["clinical_panel_calibration"] = partial(calibration_figure, analysis.panel)
        drawn["clinical_panel_decision"] = partial(decision_figure, analysis.panel)
    if analysis.correlations is not None and any(how != "eta" for how in analysis.correlations.method):
        drawn["clinical_correlation"] = partial(correlation_figure, analysis.correlations)
    if analysis.levels is not None and analysis.table is not None:
        for name in analysis.settings.mirna:
            row = np.flatnonzero((analysis.levels.ids == name) | (analysis.levels.names == name))[0]
            mirna = analysis.table.variables[name]
            drawn[f"clinical_stages_{_stem(name)}"] = partial(stages_figure, mirna, analysis.levels, int(row))
    for search in analysis.cutoffs:
        drawn[f"clinical_cutoff_{_stem(f'{search.variable.name} {search.outcome}')}"] = partial(
            cutoff_figure, search
        )
    for each in analysis.follow_ups:
        name = each.name
        stem = "" if name == SURVIVAL else f"_{_stem(name)}"
        if each.curves:
            drawn[f"clinical_survival{stem}"] = partial(survival_figure, each)
        else:
            drawn[f"clinical_incidence{stem}"] = partial(incidence_figure, each)
        if each.alone and not each.by:
            drawn[f"clinical_hazards{stem}"] = partial(hazard_figure, each)
    return drawn


def _stem(name: str) -> str:
    return re.sub(r"\W+", "_", name).strip("_").casefold()


def hazard_figure(found: FollowUp) -> Drawing:
    """Draw hazard ratios, of the variables alone and in the model, as a forest plot."""
    model = found.model
    together = {(t.variable.name, t.label): i for i, t in enumerate(model.terms)} if model is not None else {}
    rows = []
    for fit in found.alone:
        for j, term in enumerate(fit.terms):
            name = f"{term.variable.name}: {term.label}"
            ends = float(fit.hazard_ratio[j]), float(fit.low[j]), float(fit.high[j])
            rows.append(RatioRow(name, f"{fit.events}/{fit.n}", *ends))
            i = together.get((term.variable.name, term.label))
            if model is not None and i is not None:
                ends = float(model.hazard_ratio[i]), float(model.low[i]), float(model.high[i])
                rows.append(RatioRow("    in the model", f"{model.events}/{model.n}", *ends, is_open=True))
    return ratio_rows_figure(
        rows,
        title=f"Hazard ratios of {found.endpoint.name}",
        axis="hazard ratio, logarithmic scale",
        head=f"hazard ratio ({100 * found.confidence:g} %)",
        counts_head="events/patients",
        about=f"Hazard ratios of {found.endpoint.name} by Cox's regression; above 1 the event comes earlier.",
    )


def association_figure(found: Associations) -> Drawing:
    """Draw odds ratios, of the variables alone and in the model, as a forest plot."""
    model = found.model
    adjusted = (
        {(term.variable.name, term.label): i for i, term in enumerate(model.terms)} if model is not None else {}
    )
    rows = []
    for row in found.rows:
        counts = ""
        if row.table is not None:
            a, b, c, d = row.table.counts
            counts = f"{a}/{a + b} vs {c}/{c + d}"
        plain = row.comparison == "exposed vs not exposed"
        name = row.name if plain else f"{row.name}: {row.comparison}"
        rows.append(RatioRow(name, counts, row.odds_ratio, row.low, row.high))
        i = adjusted.get((row.name, row.comparison))
        if model is not None and i is not None:
            ends = float(model.odds_ratio[i]), float(model.low[i]), float(model.high[i])
            rows.append(RatioRow("    in the model", "", *ends, is_open=True))
    return ratio_rows_figure(
        rows,
        title=f"Odds ratios of {found.outcome}",
        axis="odds ratio, logarithmic scale",
        head=f"odds ratio ({100 * found.confidence:g} %)",
        counts_head="with the outcome",
        about=f"Odds ratios of {found.outcome}; above 1 it is more frequent with the first of the two levels.",
    )


def clinical_files(analysis: ClinicalAnalysis) -> dict[str, bytes]:
    """Return ``clinical.html``, whose tables Word opens, and ``clinical.xlsx`` with all tables."""
    tables = analysis.tables()
    names = {name: f"clinical/{name}" for name in tables}
    return {"clinical.html": _page(analysis, tables), "clinical.xlsx": workbook_bytes(tables, names=names)}


def _page(analysis: ClinicalAnalysis, tables: Mapping[str, Table]) -> bytes:
    group = analysis.group.name if analysis.group is not None else ""
    outcome = analysis.associations.outcome if analysis.associations is not None else ""
    shown = []
    for name, table in tables.items():
        if name not in _TITLES:
            continue
        heads = [head for head in table.columns if head not in _LEFT_OUT]
        own = Table({head: table.columns[head] for head in heads})
        found = {"associations": analysis.associations, "model": analysis.associations, "counts": analysis.counts}
        if (compared := found.get(name)) is not None:
            own = _printed_model(compared) if name == "model" else _printed(compared)
        title = _TITLES[name].format(group=group, outcome=outcome)
        footnotes = _FOOTNOTES.get("associations" if name == "counts" else name, ())
        shown.append(WordTable(title, own, footnotes))
    return word_page("Clinical tables", shown)


def _printed(found: Associations) -> Table:
    """Return associations as a paper prints them: counts with denominators, ratios with their intervals."""
    interval = f"({100 * found.confidence:g} % CI)"
    rows = found.rows
    tables = [row.table for row in rows]
    counts = [("", "") if t is None else _with_denominators(*t.counts) for t in tables]
    return Table(
        {
            "variable": text_array(row.name for row in rows),
            "comparison": text_array(row.comparison for row in rows),
            "exposed, with the outcome": text_array(pair[0] for pair in counts),
            "not exposed, with the outcome": text_array(pair[1] for pair in counts),
            f"odds ratio {interval}": text_array(ratio_in_words(r.odds_ratio, r.low, r.high) for r in rows),
            "P": np.array([row.p for row in rows]),
            f"relative risk {interval}": text_array(
                "" if t is None else ratio_in_words(t.risk_ratio, *t.risk_katz) for t in tables
            ),
            f"risk difference {interval}": text_array(
                "" if t is None else ratio_in_words(t.risk_difference, *t.difference_score) for t in tables
            ),
            "note": text_array(row.note for row in rows),
        }
    )


def _printed_model(found: Associations) -> Table:
    model = found.model
    assert model is not None  # the caller looked
    interval = f"({100 * found.confidence:g} % CI)"
    ratios = zip(model.odds_ratio.tolist(), model.low.tolist(), model.high.tolist(), strict=True)
    return Table(
        {
            "variable": text_array(term.variable.name for term in model.terms),
            "comparison": text_array(term.label for term in model.terms),
            f"adjusted odds ratio {interval}": text_array(ratio_in_words(*ratio) for ratio in ratios),
            "P": model.p_values,
        }
    )


def _with_denominators(a: int, b: int, c: int, d: int) -> tuple[str, str]:
    return share(a, a + b), share(c, c + d)
