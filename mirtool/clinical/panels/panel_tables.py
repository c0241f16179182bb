"""A panel as tables: what it reaches, its model, how often each miRNA was chosen, calibration, risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.clinical.panels.analysis import Panel
from mirtool.clinical.panels.performance import Estimate
from mirtool.model import Table, text_array

_NAN = float("nan")


@dataclass(frozen=True)
class Measure:
    """One line of the table of what a panel reaches."""

    name: str
    estimate: Estimate
    how: str


def panel_tables(panel: Panel) -> dict[str, Table]:
    """Return the tables of a panel by name."""
    return {
        "panel": measures_table(panel),
        "panel_model": model_table(panel),
        "panel_stability": stability_table(panel),
        "panel_calibration": calibration_table(panel),
        "panel_decision": decision_table(panel),
        "panel_roc": roc_table(panel),
        "panel_risks": risk_table(panel),
    }


def measures(panel: Panel) -> list[Measure]:
    """Return what the panel reaches: area, apparent and corrected, calibration, Brier score, points."""
    own = panel.performance
    folded = f"{panel.folds}-fold cross-validation, {panel.repeats} times"
    found = [
        Measure(
            "AUC, nested cross-validation",
            own.area,
            f"{folded}; mean within folds; interval by LeDell's variance and that of repeats",
        ),
        Measure("AUC, apparent", Estimate(panel.apparent.area), "on the patients it was made of: too high"),
    ]
    if panel.bootstrap is not None:
        samples = f"{panel.bootstrap.samples} bootstrap samples, Harrell 1996"
        corrected = panel.bootstrap.corrected
        found += [
            Measure("AUC, optimism", Estimate(panel.bootstrap.optimism.area), samples),
            Measure("AUC, corrected for optimism", Estimate(corrected.area), "apparent less optimism"),
            Measure("calibration slope, corrected for optimism", Estimate(corrected.slope), samples),
            Measure("Brier score, corrected for optimism", Estimate(corrected.brier), samples),
        ]
    else:
        found.append(Measure("AUC, optimism", Estimate(panel.optimism), "apparent less nested cross-validation"))
    drawn = f"out-of-fold risks, mean of {panel.repeats} repeats; interval by bootstrap of patients in each"
    found += [
        Measure("calibration intercept", own.intercept, f"0 is right; slope kept at 1; {drawn}"),
        Measure("calibration slope", own.slope, f"1 is right, below 1 too extreme; {drawn}"),
        Measure("Brier score", own.brier, drawn),
        Measure("Brier score of the share with the outcome", Estimate(own.brier_of_share), "without a panel"),
    ]
    for point in own.points:
        chosen = "; point chosen on these patients" if point.name == "Youden" else ""
        found += [
            Measure(f"risk at {point.name}", point.threshold, f"{drawn}{chosen}"),
            Measure(f"sensitivity at {point.name}", point.sensitivity, f"{drawn}{chosen}"),
            Measure(f"specificity at {point.name}", point.specificity, f"{drawn}{chosen}"),
        ]
    return [each for each in found if not each.name.startswith("risk at risk")]


def measures_table(panel: Panel) -> Table:
    """Return one row per measure."""
    found = measures(panel)
    interval = f"{100 * panel.confidence:g}%"
    return Table(
        {
            "measure": text_array(each.name for each in found),
            "value": np.array([each.estimate.value for each in found]),
            f"value {interval} low": np.array([each.estimate.low for each in found]),
            f"value {interval} high": np.array([each.estimate.high for each in found]),
            "how": text_array(each.how for each in found),
        },
        (("mirtool clinical", f"panel for {panel.outcome}"), ("patients", str(len(panel.has)))),
    )


def model_table(panel: Panel) -> Table:
    """Return the model of all patients: log odds = intercept + Σ coefficient × (value − mean) / SD."""
    whole = panel.whole
    ids, names = panel.candidates.ids[whole.columns], panel.candidates.names[whole.columns]
    return Table(
        {
            "ID": text_array(["(intercept)", *ids]),
            "Name": text_array(["", *names]),
            "coefficient": np.r_[whole.intercept, whole.coefficients],
            "odds ratio per SD": np.r_[_NAN, np.exp(whole.coefficients)],
            "mean": np.r_[_NAN, whole.middle],
            "SD": np.r_[_NAN, whole.spread],
            "where missing": np.r_[_NAN, whole.fill],
        },
        (
            ("mirtool clinical", f"panel for {panel.outcome}, made of all patients"),
            ("log odds", "intercept + sum of coefficient * (value - mean) / SD"),
            ("penalty", f"{panel.plan.model}, {whole.penalty:.4g}"),
        ),
    )


def stability_table(panel: Panel) -> Table:
    """Return one row per candidate that any panel of the cross-validation has, the most frequent first."""
    counts = panel.chosen_in
    sums, positive = np.zeros(len(counts)), np.zeros(len(counts), dtype=np.int64)
    for own in panel.validation.panels:
        sums[own.columns] += own.coefficients
        positive[own.columns] += own.coefficients > 0
    order = np.argsort(-counts, kind="stable")
    order = order[counts[order] > 0]
    n = len(panel.validation.panels)
    return Table(
        {
            "ID": panel.candidates.ids[order],
            "Name": panel.candidates.names[order],
            "chosen": counts[order],
            "share chosen": counts[order] / n,
            "mean coefficient": sums[order] / counts[order],
            "share positive": positive[order] / counts[order],
            "in the panel": text_array("yes" if j in panel.whole.columns else "no" for j in order.tolist()),
        },
        (("mirtool clinical", "how often each candidate was in a panel"), ("panels", str(n))),
    )


def calibration_table(panel: Panel) -> Table:
    """Return patients in groups of rising out-of-fold risk: predicted and observed share with the outcome."""
    own = panel.performance.groups
    interval = f"{100 * panel.confidence:g}%"
    return Table(
        {
            "patients": own.patients,
            "predicted risk": own.risk,
            "events": own.events,
            "observed share": own.events / own.patients,
            f"observed share {interval} low": own.low,
            f"observed share {interval} high": own.high,
        },
        (("mirtool clinical", "calibration of the panel: mean out-of-fold risk per patient"),),
    )


def decision_table(panel: Panel) -> Table:
    """Return the net benefit at each threshold, of the panel and of treating everyone; of no one it is 0."""
    own = panel.performance.benefit
    interval = f"{100 * panel.confidence:g}%"
    return Table(
        {
            "threshold": own.x,
            "net benefit": own.value,
            f"net benefit {interval} low": own.low,
            f"net benefit {interval} high": own.high,
            "net benefit, treat all": panel.performance.treat_all,
            "net benefit, treat none": np.zeros(len(own.x)),
        },
        (("mirtool clinical", f"decision curve; share with the outcome {panel.events / len(panel.has):.3f}"),),
    )


def roc_table(panel: Panel) -> Table:
    """Return sensitivity at each specificity, averaged over the repeats."""
    own = panel.performance.roc
    interval = f"{100 * panel.confidence:g}%"
    return Table(
        {
            "specificity": 1 - own.x,
            "sensitivity": own.value,
            f"sensitivity {interval} low": own.low,
            f"sensitivity {interval} high": own.high,
        },
        (("mirtool clinical", "ROC curve of the out-of-fold risks"),),
    )


def risk_table(panel: Panel) -> Table:
    """Return the risk of every patient: out of fold, over the repeats, and by the panel of all patients."""
    risk = panel.validation.risk
    return Table(
        {
            "patient": text_array(panel.patients),
            "with the outcome": text_array("yes" if has else "no" for has in panel.has.tolist()),
            "out-of-fold risk": risk.mean(axis=0),
            "lowest out-of-fold risk": risk.min(axis=0),
            "highest out-of-fold risk": risk.max(axis=0),
            "apparent risk": panel.whole.risk(panel.candidates.values),
        },
        (("mirtool clinical", f"predicted risks of {panel.outcome}"),),
    )
