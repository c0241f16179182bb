"""What the record of a run keeps of a clinical analysis, and the sentences of a study's page made of it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from mirtool.clinical.settings import ALPHA
from mirtool.clinical.variables import Kind
from mirtool.report.text.clinical_panels import panel_marks, panel_record, panel_sentences
from mirtool.report.text.numbers import finite_or_none, p_in_words, ratio_in_words
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.clinical.analysis import ClinicalAnalysis
    from mirtool.clinical.associations import Association, Associations
    from mirtool.clinical.survival.follow_up import FollowUp

ROWS_SHOWN = 5
"""Odds ratios and areas that the page names; the tables have all."""


def clinical_numbers(analysis: ClinicalAnalysis) -> dict[str, Any]:
    """Return what the record of a run keeps."""
    found: dict[str, Any] = {"confidence": analysis.settings.confidence}
    if analysis.table is not None:
        found["patients"] = len(analysis.table)
        found["columns"] = {name: str(variable.kind) for name, variable in analysis.table.variables.items()}
        found["missing"] = {variable.name: variable.missing for variable in analysis.used}
    if analysis.baseline is not None:
        found["group"] = analysis.baseline.group.name
        found["groups"] = analysis.baseline.sizes
        tests: dict[str, list[str]] = {}
        for row in analysis.baseline.rows:
            tests.setdefault(row.outcome.name, []).append(row.variable.name)
        found["tests"] = tests
        found["differing"] = [row.variable.name for row in analysis.baseline.differing(ALPHA)]
    if analysis.associations is not None:
        found["outcome"] = analysis.associations.outcome
        found["associations"] = _associations(analysis.associations)
    if analysis.counts is not None:
        found["counts"] = _associations(analysis.counts)
    if analysis.roc:
        found["auc"] = {curve.name: curve.area for curve in analysis.roc}
        found["areas_compared"] = len(analysis.areas)
    if analysis.panel is not None:
        found["panel"] = panel_record(analysis.panel)
    if analysis.correlations is not None:
        found["correlations"] = int((analysis.correlations.fdr <= ALPHA).sum())
        found["correlated_by"] = sorted(set(analysis.correlations.method))
    if analysis.screens:
        found["screens"] = {screen.outcome: int((screen.fdr <= ALPHA).sum()) for screen in analysis.screens}
        found["screened"] = max(len(screen.ids) for screen in analysis.screens)
    if analysis.levels is not None:
        found["over_levels"] = {
            variable.name: {
                "ordered": variable.kind is Kind.ORDINAL,
                "found": int(((fdr_trend if variable.kind is Kind.ORDINAL else fdr) <= ALPHA).sum()),
            }
            for variable, fdr, fdr_trend in zip(
                analysis.levels.variables, analysis.levels.fdr.T, analysis.levels.fdr_trend.T, strict=True
            )
        }
        found["trend_exact"] = bool(analysis.levels.exact.any())
    if analysis.anova is not None:
        found["anova"] = {
            "formula": analysis.anova.formula,
            "balanced": analysis.anova.is_balanced,
            "found": {
                term: int((fdr <= ALPHA).sum())
                for term, fdr in zip(analysis.anova.terms, analysis.anova.fdr.T, strict=True)
            },
        }
    if analysis.interactions:
        found["interactions"] = {
            screen.outcome: {
                "columns": [variable.name for variable in screen.variables],
                "tests": int((~np.isnan(screen.p)).sum()),
                "found": int((screen.fdr <= ALPHA).sum()),
            }
            for screen in analysis.interactions
        }
    if analysis.cutoffs:
        found["cutoffs"] = [
            {"variable": each.variable.name, "outcome": each.outcome, "cutoff": each.cutoff, "p": each.p}
            for each in analysis.cutoffs
        ]
    for each in analysis.follow_ups:
        found.setdefault("survival", {})[each.name] = _follow_up(each)
    return found


def _associations(found: Associations) -> dict[str, Any]:
    model = found.model
    separated = [row.name for row in found.rows if "Firth" in row.test]
    return {
        "rows": [_association(row) for row in found.rows],
        "zero_cells": _zero_cells(found),
        "separated": separated,
        "strata": found.strata,
        "model": None
        if model is None
        else {
            "variables": list(dict.fromkeys(term.variable.name for term in model.terms)),
            "patients": model.n,
            "events": model.events,
            "separated": "Firth" in model.method,
            "crowded": model.is_crowded,
        },
    }


def _zero_cells(found: Associations) -> list[str]:
    names = (row.name for row in found.rows if row.table is not None and row.table.corrected)
    return list(dict.fromkeys(names))


def _association(row: Association) -> dict[str, Any]:
    own: dict[str, Any] = {
        "name": row.name,
        "comparison": row.comparison,
        "odds_ratio": [finite_or_none(value) for value in (row.odds_ratio, row.low, row.high)],
        "p": finite_or_none(row.p),
    }
    if row.table is not None:
        own["risk_ratio"] = [finite_or_none(value) for value in (row.table.risk_ratio, *row.table.risk_katz)]
    return own


def _follow_up(found: FollowUp) -> dict[str, Any]:
    tests = found.tests.tests if found.tests is not None else ()
    model = found.model
    return {
        "events": {level: curve.n_events for level, curve in found.curves.items()},
        "incidence": {
            level: [finite_or_none(value) for value in curves.at(found.until, found.endpoint.competing.place - 1)]
            for level, curves in found.incidence.items()
            if found.endpoint.competing is not None
        },
        "at": found.until,
        "gray": None if found.gray is None else found.gray.p,
        "median": {level: finite_or_none(curve.quantile()[0]) for level, curve in found.curves.items()},
        "P": {test.name: test.p for test in tests},
        "log_rank": tests[0].p if tests else None,
        "strata": found.strata,
        "delayed_entry": found.endpoint.entries is not None,
        "hazards": bool(found.alone) or model is not None,
        "model": None if model is None else list(dict.fromkeys(term.variable.name for term in model.terms)),
        "crowded": model is not None and model.is_crowded,
        "changing": found.changing(ALPHA),
        "monotone": found.monotone,
        "no_hazard_ratio": list(found.not_compared),
    }


def clinical_sentences(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what was found: differences, odds ratios beside relative risks, areas, survival, screens.

    Parameters
    ----------
    record
        As :func:`clinical_numbers` returns it.
    """
    if "groups" in record:
        groups = ", ".join(f"{level} ({n})" for level, n in record["groups"].items())
        tested = sum(map(len, record["tests"].values()))
        names = record["differing"]
        which = f": {', '.join(names)}" if names else ""
        yield f"{plural(sum(record['groups'].values()), 'patient')}: {groups}."
        yield f"{len(names)} of {plural(tested, 'variable')} differ between them by P ≤ {ALPHA:g}{which}."
    for part in ("associations", "counts"):
        if record.get(part):
            outcome = record["outcome"] if part == "associations" else "tables of counts"
            yield from _odds(record[part]["rows"], outcome)
    if record.get("auc"):
        areas = sorted(record["auc"].items(), key=lambda item: -item[1])[:ROWS_SHOWN]
        yield f"Largest areas under the ROC curves: {', '.join(f'{name} {area:.2f}' for name, area in areas)}."
    if record.get("panel"):
        yield from panel_sentences(record["panel"])
    for name, own in (record.get("survival") or {}).items():
        yield _incidence(name, own) if own.get("incidence") else _survival(name, own)
    for outcome, n in (record.get("screens") or {}).items():
        yield f"{plural(n, 'miRNA')} of {record['screened']:,} with FDR ≤ {ALPHA:g} for {outcome}."
    for name, own in (record.get("over_levels") or {}).items():
        what = "with a trend over" if own["ordered"] else "that differ between the levels of"
        yield f"{plural(own['found'], 'miRNA')} {what} {name} with FDR ≤ {ALPHA:g}."
    if record.get("anova"):
        terms = ", ".join(f"{term} {n}" for term, n in record["anova"]["found"].items())
        yield f"Analysis of variance by {record['anova']['formula']}, miRNAs with FDR ≤ {ALPHA:g}: {terms}."
    for outcome, own in (record.get("interactions") or {}).items():
        names = ", ".join(own["columns"])
        yield (
            f"{plural(own['found'], 'interaction')} of miRNAs with {names} for {outcome} with FDR ≤ {ALPHA:g}, of "
            f"{own['tests']:,}."
        )
    for own in record.get("cutoffs") or []:
        yield (
            f"Best cut-off of {own['variable']} for {own['outcome']}: above {own['cutoff']:.3g}, P corrected for "
            f"the search {p_in_words(own['p'])}."
        )
    if "correlations" in record:
        yield f"{plural(record['correlations'], 'correlation')} of miRNAs and columns with FDR ≤ {ALPHA:g}."


def _odds(rows: list[dict[str, Any]], outcome: str) -> Iterator[str]:
    order = sorted(rows, key=lambda row: math.inf if row["p"] is None else row["p"])
    shown = [row for row in order if row["odds_ratio"][0] is not None][:ROWS_SHOWN]
    for row in shown:
        beside = f", relative risk {_ratio(row['risk_ratio'])}" if row.get("risk_ratio") else ""
        p = "" if row["p"] is None else f", P {p_in_words(row['p'])}"
        what = f"{row['name']} ({row['comparison']})"
        yield f"Odds ratio of {outcome}, {what}: {_ratio(row['odds_ratio'])}{beside}{p}."
    if len(rows) > len(shown):
        yield f"The table has {len(rows) - len(shown)} more odds ratios."


def _ratio(values: list[float | None]) -> str:
    ratio, low, high = (math.inf if value is None else value for value in values)
    return ratio_in_words(ratio, low, high)


def _incidence(name: str, own: Mapping[str, Any]) -> str:
    shares = ", ".join(f"{level} {_ratio(values)}" for level, values in own["incidence"].items())
    over = f" over {own['strata']}" if own["strata"] else ""
    tested = "" if own["gray"] is None else f"; Gray's test{over}: P {p_in_words(own['gray'])}"
    return f"Cumulative incidence of {name} at {own['at']:.3g}: {shares}{tested}."


def _survival(name: str, own: Mapping[str, Any]) -> str:
    medians = ", ".join(
        f"{level} {'not reached' if own['median'][level] is None else format(own['median'][level], '.3g')} "
        f"({plural(n, 'event')})"
        for level, n in own["events"].items()
    )
    over = f" over {own['strata']}" if own["strata"] else ""
    tested = "" if own["log_rank"] is None else f"; log-rank test{over}: P {p_in_words(own['log_rank'])}"
    heading = name if name.startswith("survival") else f"survival {name}"
    return f"Median {heading}: {medians}{tested}."


def clinical_marks(record: Mapping[str, Any]) -> Iterator[str]:
    """Yield what must be known before a ratio is read: zero cells, separation, too many terms, a weak panel."""
    if record.get("panel"):
        yield from panel_marks(record["panel"])
    for part in ("associations", "counts"):
        own = record.get(part)
        if not own:
            continue
        if own["zero_cells"]:
            yield (
                f"zero cells ({', '.join(own['zero_cells'])}): 0.5 was added to every cell for odds ratio and "
                "relative risk; read the exact and score intervals."
            )
        if own["separated"]:
            yield f"the outcome is separated by {', '.join(own['separated'])}: odds ratio by Firth's penalty."
        model = own["model"]
        if model and model["separated"]:
            names = ", ".join(model["variables"])
            yield f"the outcome is separated by {names} together: the model has Firth's penalty."
        if model and model["crowded"]:
            yield (
                f"fewer than 10 patients of the rarer outcome per term in the model of "
                f"{', '.join(model['variables'])}: it fits chance as well."
            )
    searched = list(dict.fromkeys(own["variable"] for own in record.get("cutoffs") or []))
    if searched:
        yield (
            f"the best cut-off of {', '.join(searched)} was searched for on these patients: the difference at it "
            "is overestimated."
        )
    for name, own in (record.get("survival") or {}).items():
        if own["changing"]:
            yield f"{name}: hazard ratios change with time (Holm's P ≤ {ALPHA:g}): {', '.join(own['changing'])}."
        if own.get("monotone"):
            yield (
                f"{name}: a level of {', '.join(own['monotone'])} has no events, or the values order them: hazard "
                "ratio by Firth's penalty."
            )
        if own["crowded"]:
            yield f"{name}: fewer than 10 events per term in the model of {', '.join(own['model'])}."
        if own["no_hazard_ratio"]:
            yield f"{name}: no hazard ratio of {'; '.join(own['no_hazard_ratio'])}."
