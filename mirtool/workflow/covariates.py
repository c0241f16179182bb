"""``mirtool covariates``: which columns of the sample sheet explain the components and the variance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.covariates.settings import CovariateSettings
from mirtool.report.text.blocks import Summary
from mirtool.workflow.reading import MatrixInputs, options_as_compared
from mirtool.workflow.sources import find_normalized, read_grouped
from mirtool.workflow.step import Draw, Result, Run, Step

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
        """What each component follows, what each column explains, and what can't be distinguished."""
        from mirtool.report.text.covariates import covariates_summary

        return covariates_summary(self.analysis, self.correction)

    def numbers(self) -> dict[str, Any]:
        """Return what each component follows, the share of each column, and what became of the batch."""
        numbers, correction = self.analysis.to_record(), self.correction
        if correction is not None:
            numbers["batch_corrected"] = {
                "column": correction.column,
                "samples": len(correction.samples),
                "left_out": list(correction.left_out),
                "probes_not_estimable": len(correction.corrected.not_estimable),
                "probes_of_one_batch": correction.corrected.one_batch,
            }
        return numbers

    def drawings(self) -> Mapping[str, Draw]:
        """Draw columns against components; where a batch was subtracted, the samples before and after."""
        from mirtool.report.figures.covariates import correction_figure, covariates_figure

        drawn: dict[str, Draw] = {"covariates": partial(covariates_figure, self.analysis)}
        if self.correction is not None and min(
            self.correction.before.n_components, self.correction.after.n_components
        ):
            drawn["covariates_batch"] = partial(correction_figure, self.correction)
        return drawn

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the table, in its order."""
        return self.analysis.samples.groups


def covariates(inputs: CovariateInputs, settings: CovariateSettings, run: Run) -> CovariateResult:
    """Find what group, batch and the other columns of the sample sheet explain of the values.

    Every column with two levels or more, or with numbers, is held against the first principal components of all
    probes (R2 of a one-way model or of a line, F test, FDR over all of them), against the variance of all probes
    (share explained, adjusted share, P by permutation), and against every other column (Cramer's V, R2). Columns
    that can't be used are named with the reason; a sample without a value is left out for that column.

    A column called batch, or the one that the option batch names, is the batch. Where it, or another technical
    column (slide, chip, run, scan date, operator and the like), can't be distinguished from the group, or explains
    component 1 and more of it than the group does, a warning says so.

    With the option batch the effects of that column are subtracted by least squares with the groups in the model,
    and written to batch_corrected.csv. These values are for pictures and download, not for tests: no other step
    takes the table. In a test the batch belongs into the model: mirtool diff has the option covariate for it.

    Writes covariates.csv, covariates_variance.csv, covariates_confounding.csv and covariates_pca.csv. Figures: the
    columns against the components, and with the option batch the samples before and after.
    """
    from mirtool.covariates import analyze_covariates, correct_batches
    from mirtool.report.text.covariates import cautions

    table = find_normalized(inputs.table, run)
    matrix = read_grouped(table, run, options_as_compared(inputs.matrix_options(spots=False), table, run))
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
    has_figures=True,
    examples=(
        ("mirtool covariates", "in a study folder, after `mirtool normalize`"),
        ("mirtool covariates --batch slide", "also writes batch_corrected.csv, for pictures"),
        ("mirtool covariates log2.csv --samples s.csv --scale log2 -o covariates.csv", ""),
    ),
)
