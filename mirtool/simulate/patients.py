r"""A simulated patient table whose truth is known: more patients than arrays.

Patient :math:`i` resists treatment (:math:`r_i = 1`) or responds (0), has a gain of 1q21 (:math:`g_i`) or not, and
has the log2 level :math:`m_i` of a miRNA by qPCR:

.. math::

    \operatorname{logit} P(g_i = 1) &= \operatorname{logit} p_0 + r_i \log \omega \\
    m_i &= \mu + \delta r_i + N(0, \tau^2) \\
    \lambda_i &= \lambda_0 \exp(g_i \log h_g + (m_i - \mu) \log h_m)

Times to death are exponential with the hazard :math:`\lambda_i` and censored at the end of observation, evenly
between one and five years. Age, sex and stage have no effect. Some values are missing.
"""

from __future__ import annotations

import numpy as np

from mirtool.model import Table, text_array
from mirtool.simulate.arrays import SimulatedStudy

PATIENTS = 80
"""Patients of the table; those of the arrays are the first."""
RESISTANT_SHARE = 0.4
GAIN_SHARE, GAIN_ODDS = 0.32, 3.472
"""Share of responding patients with a gain of 1q21, and its odds ratio for resistance, as the study reports."""
GAIN_HAZARD, DOUBLING_HAZARD = 2.5, 0.7
"""Hazard ratios of death: of a gain of 1q21, and per doubling of the miRNA. They are our choice."""
LEVEL_SD = 1.5
"""Standard deviation of the miRNA between patients, log2."""
MIRNA = "miR-16-5p"
"""The column of the miRNA; its change between the groups is that of the arrays."""
_MONTHLY = 1 / 45
"""Deaths per patient and month without a gain and at the mean of responding patients."""
_MISSING = 0.04


def simulate_patients(study: SimulatedStudy, *, seed: int, patients: int = PATIENTS) -> Table:
    """Simulate the patients of a study: those of its arrays, and further ones.

    Parameters
    ----------
    study
        As :func:`mirtool.simulate.arrays.simulate_study` gives it.
    seed
        The same seed gives the same patients.
    patients
        Their number.

    Returns
    -------
    Table
        One row per patient: group, age, sex, stage, gain of 1q21, the miRNA (log2), months, and death (1) or not.
    """
    rng = np.random.default_rng([seed, 4])
    names = [*study.arrays.samples.names, *(f"P{i:02d}" for i in range(study.arrays.n_arrays + 1, patients + 1))]
    known = np.array([group == study.tested for group in study.arrays.samples.groups])
    resistant = np.concatenate([known, rng.random(patients - len(known)) < RESISTANT_SHARE])
    odds = GAIN_SHARE / (1 - GAIN_SHARE) * np.where(resistant, GAIN_ODDS, 1.0)
    gain = rng.random(patients) < odds / (1 + odds)
    row = study.truth["Name"].tolist().index(f"hsa-{MIRNA}")
    mean, change = (float(study.truth[name][row]) for name in ("log2 abundance", "log2 ratio"))
    level = mean + change * resistant + rng.normal(0.0, LEVEL_SD, patients)
    hazard = _MONTHLY * GAIN_HAZARD**gain * DOUBLING_HAZARD ** (level - mean)
    death, end = rng.exponential(1 / hazard), rng.uniform(12.0, 60.0, patients)
    age = rng.normal(62.0, 9.0, patients).round().astype(int)
    sex = np.where(rng.random(patients) < 0.5, "female", "male")
    stage = rng.choice(["I", "II", "III"], patients, p=[0.3, 0.4, 0.3])
    not_done = rng.random((2, patients)) < _MISSING
    return Table(
        {
            "patient": text_array(names),
            "group": text_array(study.tested if own else study.reference for own in resistant),
            "age": text_array(map(str, age.tolist())),
            "sex": text_array(sex.tolist()),
            "stage": text_array(np.where(not_done[0], "", stage).tolist()),
            "gain_1q21": text_array(np.where(not_done[1], "", np.where(gain, "yes", "no")).tolist()),
            MIRNA: text_array(f"{value:.2f}" for value in level.tolist()),
            "os_months": text_array(f"{value:.1f}" for value in np.minimum(death, end).tolist()),
            "os_event": text_array(np.where(death <= end, "1", "0").tolist()),
        }
    )
