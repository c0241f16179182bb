"""The tables of ``mirtool covariates``: components, variance, confounding, places, corrected values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from mirtool.covariates.analysis import BatchCorrection, CovariateAnalysis
from mirtool.io.tables.corrected import CORRECTED_HEAD, CORRECTED_NOTE
from mirtool.model import Table, text_array
from mirtool.stats.principal_components import component_columns

Columns = dict[str, npt.NDArray[Any]]

CAUTION = (
    "for pictures and download, not for tests: a test does not know that the batch was estimated from these "
    "values, and finds too much; put the batch into the model of mirtool diff instead"
)


def covariate_tables(analysis: CovariateAnalysis) -> dict[str, Table]:
    """Return ``covariates``, ``variance``, ``confounding`` (of two columns or more) and ``pca``."""
    tables = {"covariates": components_table(analysis), "variance": variance_table(analysis)}
    if analysis.associations:
        tables["confounding"] = confounding_table(analysis)
    tables["pca"] = pca_table(analysis)
    return tables


def components_table(analysis: CovariateAnalysis) -> Table:
    """Return one row per component and column: how much of the component the column explains, and its F test."""
    k, covariates = analysis.n_components, analysis.covariates
    each_component = {
        "component": np.repeat(np.arange(1, k + 1), len(covariates)),
        "share of variance": np.repeat(analysis.placed.explained, len(covariates)),
    }
    per_column: Columns = {
        "column": text_array(each.name for each in covariates),
        "taken as": text_array(each.taken_as for each in covariates),
    }
    by_fit = {
        "samples": [fit.n for fit in analysis.fits],
        "R squared": [fit.share for fit in analysis.fits],
        "adjusted R squared": [fit.adjusted for fit in analysis.fits],
        "F": [fit.f_statistic for fit in analysis.fits],
        "df": [fit.df for fit in analysis.fits],
        "residual df": [fit.df_residual for fit in analysis.fits],
        "P": [fit.p_value for fit in analysis.fits],
        "FDR": list(analysis.fdr),
    }
    columns = each_component | {name: np.tile(values, k) for name, values in per_column.items()}
    columns |= {name: np.array(values).T.ravel() for name, values in by_fit.items()}
    return Table(columns, _notes("components", ("probes", f"{analysis.placed.n_probes}")))


def variance_table(analysis: CovariateAnalysis) -> Table:
    """Return one row per column of the sample sheet: its share of the variance, or why it can't be used."""
    covariates, shares, unused = analysis.covariates, analysis.variances, analysis.unused
    gap = [np.nan] * len(unused)
    columns: Columns = {
        "column": text_array([*(each.name for each in covariates), *(each.name for each in unused)]),
        "taken as": text_array([*(each.taken_as for each in covariates), *("not used" for _ in unused)]),
        "levels": np.array([*(len(each.levels) or np.nan for each in covariates), *gap]),
        "samples": np.array([*(float(each.n_samples) for each in shares), *gap]),
        "samples left out": np.array([*(float(each.n_missing) for each in covariates), *gap]),
        "probes": np.array([*(float(each.n_probes) for each in shares), *gap]),
        "share of variance": np.array([*(each.share for each in shares), *gap]),
        "adjusted share": np.array([*(each.adjusted for each in shares), *gap]),
        "P (permutation)": np.array([*(each.p_value for each in shares), *gap]),
        "why not": text_array([*("" for _ in covariates), *(each.reason for each in unused)]),
    }
    return Table(columns, _notes("variance", ("probes of the table", f"{analysis.n_probes}")))


def confounding_table(analysis: CovariateAnalysis) -> Table:
    """Return one row per two columns: how far they say the same of the samples."""
    pairs = analysis.associations
    return Table(
        {
            "column": text_array(each.first for each in pairs),
            "other column": text_array(each.second for each in pairs),
            "measure": text_array(each.measure for each in pairs),
            "value": np.array([each.value for each in pairs]),
            "samples": np.array([each.n_samples for each in pairs]),
            "confounded": text_array("fully" if each.is_full else "" for each in pairs),
        },
        _notes("confounding"),
    )


def pca_table(analysis: CovariateAnalysis) -> Table:
    """Return one row per sample: its group and its place on each component."""
    samples, placed = analysis.samples, analysis.placed
    columns: Columns = {"sample": text_array(samples.names), "group": text_array(samples.groups)}
    columns |= component_columns(placed.coordinates, placed.explained)
    return Table(columns, _notes("pca", ("probes", f"{placed.n_probes}")))


def corrected_table(correction: BatchCorrection) -> Table:
    """Return the corrected values, one row per probe; a column says what they are wherever the table goes."""
    probes = correction.probes
    columns: Columns = {
        "ID": probes.id,
        "Name": probes.name,
        CORRECTED_HEAD: text_array([correction.column] * len(probes)),
    }
    columns |= {name: correction.values[:, j] for j, name in enumerate(correction.samples.names)}
    notes = (
        (CORRECTED_NOTE, ""),
        ("scale", "log2"),
        ("batch", correction.column),
        ("caution", CAUTION),
        *(("history", line) for line in correction.history),
    )
    return Table(columns, notes)


def _notes(subject: str, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return ((f"mirtool covariates {subject}", ""), *more)
