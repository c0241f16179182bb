"""How good panels seem, and are: the table in docs/clinical.md, on simulated patients.

.venv/bin/python benchmarks/noise_panels.py

Half of the patients have the outcome. Values are standard normal; those of the true miRNAs are higher by ``shift``
standard deviations in patients with the outcome. New patients are 4,000 others. "Ten best" are chosen on all
patients, the common mistake; only then are they cross-validated.
"""

import argparse

import numpy as np

from mirtool.clinical.panels.models import PanelPlan, best_columns
from mirtool.clinical.panels.performance import area_in_folds, measure
from mirtool.clinical.panels.validation import bootstrap_optimism, cross_validate, fit_whole

NEW = 4000
SETTINGS = (
    ("noise, up to 10 of 1,000", 40, 1000, 0, 0.0, 10),
    ("3 true of 1,000, up to 10", 40, 1000, 3, 1.0, 10),
    ("3 true of 1,000, up to 10", 100, 1000, 3, 1.0, 10),
    ("noise, 5 named", 40, 5, 0, 0.0, None),
    ("3 true of 5 named", 40, 5, 3, 0.7, None),
)
"""Words, patients, candidates, how many are true, shift, and how many are chosen at most."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--repeats", type=int, default=5)
    options = parser.parse_args()
    print(
        "| patients | panel | apparent | apparent, ten best | cross-validated, ten best | corrected by bootstrap "
        "| nested (SD) | new patients | interval holds it |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for place, (words, n, candidates, true, shift, most) in enumerate(SETTINGS):
        rows = [
            one_set(np.random.default_rng([place, i]), n, candidates, true, shift, most, options.repeats)
            for i in range(options.sets)
        ]
        *first, nested, new, holds = np.array(rows).T
        parts = [f"{own.mean():.2f}" if not np.isnan(own).any() else "–" for own in first]
        parts += [
            f"{nested.mean():.2f} ({nested.std(ddof=1):.2f})",
            f"{new.mean():.2f}",
            f"{100 * holds.mean():.0f} %",
        ]
        print(f"| {n} | {words} | " + " | ".join(parts) + " |", flush=True)


def one_set(
    rng: np.random.Generator, n: int, candidates: int, true: int, shift: float, most: int | None, repeats: int
) -> tuple[float, ...]:
    """Return areas: apparent, of the best chosen before the folds, corrected, nested, and of new patients."""
    values, outcome = simulated(rng, n, candidates, true, shift)
    plan = PanelPlan(most=most)
    whole = fit_whole(values, outcome, plan, 1)
    apparent = measure(whole.risk(values), outcome).area
    folded = cross_validate(values, outcome, plan, folds=5, repeats=repeats, seed=1)
    nested = area_in_folds(folded.risk, folded.folds, outcome, 0.95)
    best = before = corrected = np.nan
    if most is None:
        corrected = bootstrap_optimism(values, outcome, plan, whole, seed=1, samples=50).corrected.area
    else:
        chosen = values[:, best_columns(values, outcome, most)]
        best = measure(fit_whole(chosen, outcome, PanelPlan(), 1).risk(chosen), outcome).area
        other = cross_validate(chosen, outcome, PanelPlan(), folds=5, repeats=1, seed=1)
        before = area_in_folds(other.risk, other.folds, outcome, 0.95).value
    others, has = simulated(rng, NEW, candidates, true, shift)
    new = 0.5 if true == 0 else measure(whole.risk(others), has).area
    return apparent, best, before, corrected, nested.value, new, float(nested.low <= new <= nested.high)


def simulated(
    rng: np.random.Generator, n: int, candidates: int, true: int, shift: float
) -> tuple[np.ndarray, np.ndarray]:
    values = rng.normal(size=(n, candidates))
    outcome = np.arange(n) % 2 == 0
    values[:, :true] += shift * outcome[:, None]
    return values, outcome


if __name__ == "__main__":
    main()
