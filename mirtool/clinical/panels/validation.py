"""Panels made again and again: nested cross-validation, and optimism over bootstrap samples.

Patients are the units of both: the values of one patient are in one fold, and are drawn together. In
cross-validation a panel is made without the patients of a fold, from choosing its miRNAs to its penalty, and
predicts their risk; folds are drawn several times. Over bootstrap samples a panel is made of patients drawn with
replacement; by how much better it is on these than on all patients is the optimism of the panel of all patients.

References
----------
Varma S, Simon R (2006). Bias in error estimation when using cross-validation for model selection. BMC
Bioinformatics 7, 91.
Harrell FE et al. (1996). Multivariable prognostic models. Stat Med 15, 361–387.
Steyerberg EW et al. (2001). Internal validation of predictive models. J Clin Epidemiol 54, 774–781.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mirtool.clinical.panels.folds import stratified_folds
from mirtool.clinical.panels.models import FittedPanel, PanelPlan, fit_panel
from mirtool.clinical.panels.performance import Discrimination, measure
from mirtool.errors import NotEnoughDataError
from mirtool.model import BoolArray, FloatArray, IntArray

BOOTSTRAPS = 200
"""Bootstrap samples of the optimism."""
_SMALLEST_CLASS = 2
_OPTIMISM_STREAM, _WHOLE_STREAM = 1_000_001, 1_000_002
"""Numbers of the random streams that are not those of a repeat."""


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """Predictions of panels that had not seen the patients.

    Parameters
    ----------
    risk, folds
        ``(repeats, patients)``: predicted risk, and the fold in which the patient was left out.
    panels
        One per repeat and fold, in this order.
    """

    risk: FloatArray
    folds: IntArray
    panels: tuple[FittedPanel, ...]


@dataclass(frozen=True)
class Optimism:
    """What a panel of all patients seems to reach, and by how much it seems better than it is.

    Parameters
    ----------
    apparent
        On the patients it was made of.
    optimism
        Mean over the bootstrap samples.
    samples
        Bootstrap samples.
    """

    apparent: Discrimination
    optimism: Discrimination
    samples: int

    @property
    def corrected(self) -> Discrimination:
        """The apparent numbers without the optimism."""
        return self.apparent - self.optimism


def check_folds(outcome: BoolArray, folds: int) -> None:
    """Refuse fewer patients of one outcome than folds, or too few to choose a penalty in the other folds.

    Raises
    ------
    NotEnoughDataError
        With the counts.
    """
    with_outcome, without = int(outcome.sum()), int((~outcome).sum())
    fewer = min(with_outcome, without)
    if fewer < folds or fewer - -(-fewer // folds) < _SMALLEST_CLASS:
        raise NotEnoughDataError(
            f"too few patients for a panel in {folds} folds",
            found=f"{with_outcome} with the outcome, {without} without",
            expected=f"at least {max(folds, _SMALLEST_CLASS + 1)} of each, so that every fold has one of each",
        )


def cross_validate(
    values: FloatArray, outcome: BoolArray, plan: PanelPlan, *, folds: int, repeats: int, seed: int
) -> CrossValidation:
    """Predict the risk of every patient by panels made without the patient.

    Parameters
    ----------
    values
        ``(patients, candidates)``, NaN missing.
    outcome
        One per patient.
    plan
        How panels are made.
    folds, repeats
        Folds, and how often they are drawn.
    seed
        Of the folds.

    Raises
    ------
    NotEnoughDataError
        Where there are fewer patients of one outcome than folds.
    """
    check_folds(outcome, folds)
    risk, fold = np.empty((repeats, len(outcome))), np.empty((repeats, len(outcome)), dtype=np.int64)
    panels = []
    for repeat in range(repeats):
        rng = np.random.default_rng([seed, repeat])
        fold[repeat] = stratified_folds(outcome, folds, rng)
        for own in range(folds):
            test = fold[repeat] == own
            panel = fit_panel(values[~test], outcome[~test], plan, rng)
            risk[repeat, test] = panel.risk(values[test])
            panels.append(panel)
    return CrossValidation(risk, fold, tuple(panels))


def fit_whole(values: FloatArray, outcome: BoolArray, plan: PanelPlan, seed: int) -> FittedPanel:
    """Return the panel made of all patients."""
    return fit_panel(values, outcome, plan, np.random.default_rng([seed, _WHOLE_STREAM]))


def bootstrap_optimism(
    values: FloatArray, outcome: BoolArray, plan: PanelPlan, whole: FittedPanel, *, seed: int,
    samples: int = BOOTSTRAPS,
) -> Optimism:  # fmt: skip
    """Return the optimism of a panel by Harrell's bootstrap; patients are drawn within each outcome.

    Parameters
    ----------
    values, outcome, plan
        As for :func:`cross_validate`.
    whole
        The panel of all patients.
    seed, samples
        Of the bootstrap.
    """
    rng = np.random.default_rng([seed, _OPTIMISM_STREAM])
    with_outcome, without = np.flatnonzero(outcome), np.flatnonzero(~outcome)
    gaps = []
    for _ in range(samples):
        drawn = np.r_[rng.choice(with_outcome, len(with_outcome)), rng.choice(without, len(without))]
        if min(len(np.unique(drawn[: len(with_outcome)])), len(np.unique(drawn[len(with_outcome) :]))) < 2:
            continue  # one patient again and again: no folds to choose a penalty in
        panel = fit_panel(values[drawn], outcome[drawn], plan, rng, drawn)
        gaps.append(measure(panel.risk(values[drawn]), outcome[drawn]) - measure(panel.risk(values), outcome))
    optimism = Discrimination(*(_mean_of_known(own) for own in zip(*(gap.numbers for gap in gaps), strict=True)))
    return Optimism(measure(whole.risk(values), outcome), optimism, len(gaps))


def _mean_of_known(values: tuple[float, ...]) -> float:
    """Return the mean of the samples that have the number; NaN where fewer than half have it."""
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if 2 * len(known) >= len(values) else np.nan
