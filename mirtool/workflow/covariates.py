"""``mirtool covariates``: which columns of the sample sheet explain the components and the variance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.covariates.settings import CovariateSettings
from mirtool.report.text.blocks import Summary
from mirtool.workflow.reading import MatrixInputs
from mirtool.workflow.sources import find_normalized, read_grouped
from mirtool.workflow.step import Result, Run, Step

if TYPE_CHECKING:
    from mirtool.covariates import BatchCorrection, CovariateAnalysis
    from mirtool.model import Table


@dataclass(frozen=True)
class CovariateInputs(MatrixInputs):
    """The values and the sample sheet that are compared."""


class CovariateResult(Result):
    """What the columns of the sample sheet explain.

    Attributes
    ----------
    analysis
        Components, variance and confounding.
    correction
        The values without the batch, for pictures; None where no batch was named.
    """

    def __init__(self, analysis: CovariateAnalysis, correction: BatchCorrection | None) -> None:
        self.analysis = analysis
        self.correction = correction

    def tables(self) -> Mapping[str, Table]:
        """Return ``covariates``, ``variance``, ``confounding``, ``pca``; ``batch_corrected`` where asked for."""
        from mirtool.covariates import corrected_table, covariate_tables

        tables = covariate_tables(self.analysis)
        if self.correction is not None:
            tables["batch_corrected"] = corrected_table(self.correction)
        return tables

    def file_name(self, table: str, main: str) -> str:
        """Return the name of a further table's file: ``covariates_variance.csv``, ``batch_corrected.csv``."""
        path = Path(main)
        if table == "batch_corrected" and path.stem == "covariates":
            return f"{table}{path.suffix}"
        return f"{path.stem}_{table}{path.suffix}"

    @property
    def summary(self) -> Summary:
        """What each component follows, what each column explains, and what can't be told apart."""
        from mirtool.report.text.covariates import covariates_summary

        return covariates_summary(self.analysis, self.correction)

    def numbers(self) -> dict[str, Any]:
        """Return what each component follows, the share of each column, and what became of the batch."""
        analysis, correction = self.analysis, self.correction
        numbers: dict[str, Any] = {
            "probes": analysis.n_probes,
            "probes_of_components": analysis.placed.n_probes,
            "components": [
                {
                    "share": _rounded(analysis.placed.explained[k]),
                    "follows": None
                    if (found := analysis.followed(k)) is None
                    else analysis.covariates[found].name,
                    "r_squared": {
                        covariate.name: _rounded(fit.share[k])
                        for covariate, fit in zip(analysis.covariates, analysis.fits, strict=True)
                    },
                }
                for k in range(analysis.n_components)
            ],
            "share_of_variance": {
                covariate.name: _rounded(share.share)
                for covariate, share in zip(analysis.covariates, analysis.variances, strict=True)
            },
            "not_used": {each.name: each.reason for each in analysis.unused},
            "confounded": [[each.first, each.second] for each in analysis.associations if each.is_full],
            "batch": analysis.batch,
        }
        if correction is not None:
            numbers["batch_corrected"] = {
                "samples": len(correction.samples),
                "left_out": list(correction.left_out),
                "probes_not_estimable": len(correction.corrected.not_estimable),
                "probes_of_one_batch": correction.corrected.one_batch,
            }
        return numbers


def _rounded(value: float) -> float | None:
    return None if value != value else float(f"{value:.6g}")


def covariates(inputs: CovariateInputs, settings: CovariateSettings, run: Run) -> CovariateResult:
    """Find what group, batch and the other columns of the sample sheet explain of the values.

    Every column with two levels or more, or with numbers, is held against the first principal components of all
    probes (R2 of a one-way model or of a line, F test, FDR over all of them), against the variance of all probes
    (share explained, adjusted share, P by permutation), and against every other column (Cramer's V, R2). Columns
    that can't be used are named with the reason; a sample without a value is left out for that column.

    A column called batch, or the one that the option batch names, is the batch. Where it can't be told apart from
    the group, or explains more of component 1 than the group does, a warning says so.

    With the option batch the effects of that column are subtracted by least squares with the groups in the model,
    and written to batch_corrected.csv. These values are for pictures and download, not for tests: no other step
    takes the table. In a test the batch belongs into the model: mirtool diff has the option covariate for it.

    Writes covariates.csv, covariates_variance.csv, covariates_confounding.csv and covariates_pca.csv.
    """
    from mirtool.covariates import analyze_covariates, correct_batches
    from mirtool.report.text.covariates import cautions

    table = find_normalized(inputs.table, run)
    matrix = read_grouped(table, run, inputs.matrix_options(spots=False))
    analysis = analyze_covariates(matrix, settings)
    correction = None if settings.batch is None else correct_batches(matrix, settings.batch)
    for text in cautions(analysis, correction):
        run.warn(text)
    return CovariateResult(analysis, correction)


STEP = Step(
    name="covariates",
    function=covariates,
    inputs=CovariateInputs,
    settings=CovariateSettings,
    main_file="covariates.csv",
    examples=(
        ("mirtool covariates", "in a study folder, after `mirtool normalize`"),
        ("mirtool covariates --batch slide", "also writes batch_corrected.csv, for pictures"),
        ("mirtool covariates log2.csv --samples s.csv --scale log2 -o covariates.csv", ""),
    ),
)
