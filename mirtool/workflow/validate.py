"""``mirtool validate``: what quantitative PCR says, and what becomes of the array's findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.validation.settings import ValidateSettings
from mirtool.workflow.sources import as_paths, find_sheet, is_path, read_differential_table
from mirtool.workflow.step import INPUT_PANEL, Draw, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.io.arrays.ct_wells import CtTable
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import SampleTable, Table
    from mirtool.validation import Validation


@dataclass(frozen=True)
class ValidateInputs(Inputs):
    """The wells, their groups, and the array's table."""

    place = "anywhere"
    main = ("ct",)
    what = "Ct table"

    ct: Any = setting(
        (),
        "Ct tables: the instrument's exports or plain tables. TARGET=FILE where a whole file is one target.",
        panel=INPUT_PANEL,
        metavar="CT...",
        argument=True,
        is_path=True,
    )
    samples: Any = setting(
        None,
        "Sample sheet with the groups: sample,group[,pair]. Default: the table's own group column, else "
        "samples.csv.",
        panel=INPUT_PANEL,
        metavar="SHEET",
        is_path=True,
    )
    differential: Any = setting(
        None,
        "The table of `mirtool diff` to be validated. In a study folder: results/differential.csv.",
        panel=INPUT_PANEL,
        metavar="TABLE",
        is_path=True,
    )


class ValidateResult(Result):
    """A validation by qPCR.

    Attributes
    ----------
    validation
        The wells, ratios and tests, and what became of the array's findings.
    array
        The array's table; None where there is none.
    settings
        How wells became ratios, and what counts.
    """

    def __init__(
        self,
        validation: Validation,
        array: SavedDifferential | None,
        settings: ValidateSettings,
        groups: Sequence[str] = (),
    ) -> None:
        self.validation = validation
        self.array = array
        self.settings = settings
        self._groups = tuple(groups)

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the sample sheet, in its order."""
        return self._groups

    def tables(self) -> Mapping[str, Table]:
        """Return ``validation``, ``ct``, and where there are some ``concordance`` and ``references``."""
        from mirtool.validation.tables import concordance_table, ct_table, stability_table, validation_table

        own = self.validation
        tables = {
            "validation": validation_table(own.result, own.reference_names),
            "ct": ct_table(own.matrix, own.quantities),
        }
        if own.concordance is not None:
            tables["concordance"] = concordance_table(own.concordance, own.result)
        if own.stability is not None:
            tables["references"] = stability_table(own.stability)
        return tables

    def drawings(self) -> Mapping[str, Draw]:
        """Draw each target's ratio, and the ratios of array and qPCR against each other."""
        from mirtool.report.figures.qpcr import array_qpcr_figure, qpcr_bars_figure

        own = self.validation
        drawn: dict[str, Draw] = {"validation_bars": partial(qpcr_bars_figure, own.result)}
        if own.concordance is not None and own.concordance.n_pairs:
            drawn["validation_array"] = partial(array_qpcr_figure, own.concordance, own.result)
        return drawn

    @property
    def summary(self) -> Summary:
        """The wells, the reference genes, the ratios, and what became of the array's findings."""
        from mirtool.report.text.validation import validation_summary

        return validation_summary(self.validation, self.array, self.settings)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of wells and samples, and of each verdict."""
        from mirtool.validation.concordance import VERDICTS

        own = self.validation
        q, c = own.result, own.concordance
        return {
            "wells": len(own.wells),
            "wells_without_ct": int(own.wells.no_ct.sum()),
            "wells_left_out_on_reading": list(own.wells.left_out),
            "wells_left_out_as_outliers": int(own.matrix.left_out.sum()),
            "tested": {q.tested: list(q.samples_tested)},
            "reference": {q.reference: list(q.samples_reference)},
            "targets": len(q),
            "verdicts": {verdict: c.count(verdict) for verdict in VERDICTS} if c else None,
        }


def validate(inputs: ValidateInputs, settings: ValidateSettings, run: Run) -> ValidateResult:
    """Validate array findings by qPCR: ΔCt, ratios with intervals, tests, and what is confirmed.

    Wells of one sample and target become one Ct. The mean Ct of the reference genes is subtracted from it (ΔCt).
    The groups' difference (ΔΔCt) gives the ratio 2^−ΔΔCt with its confidence interval; P is by Welch's t test on
    ΔCt. Wells without a Ct (Undetermined, N/A, empty) are missing unless a Ct for them is given; wells left out
    are counted.

    With the array's table, each of its findings is confirmed (same direction, adjusted P <= alpha), a false
    positive (the interval excludes a change as large as the cut-off), or neither.

    In a study folder the tables are results/validation.csv, validation_ct.csv, validation_concordance.csv and
    validation_references.csv, and the figures figures/validation_*.
    """
    from mirtool.validation import validate_wells

    sheet = find_sheet(run)
    wells = _read_wells(inputs.ct, sheet, run)
    array = _read_array(inputs.differential, run)
    done = validate_wells(wells, settings, sheet=sheet, array=array, ask=run.ask)
    run.arguments |= {
        "reference": list(done.reference_names),
        "compare": f"{done.comparison.tested}:{done.comparison.reference}",
        "differential": array.path if array else None,
        "adjust": done.result.adjust,
    }
    return ValidateResult(done, array, settings, () if sheet is None else sheet.groups)


def _read_wells(ct: tuple[Any, ...], sheet: SampleTable | None, run: Run) -> CtTable:
    from mirtool.io.arrays.ct_wells import CtTable
    from mirtool.validation import read_wells

    if not ct:
        raise UsageError(
            "no Ct table was given",
            parameter="ct",
            expected="the instrument's exports, or plain tables",
            hint="mirtool validate qpcr.xls --reference hsa-miR-103a-3p",
        )
    if len(ct) == 1 and isinstance(ct[0], CtTable):
        return ct[0]
    unknown = next((each for each in ct if not is_path(each)), None)
    if unknown is not None:
        raise UsageError(
            "this is not a Ct table",
            parameter="ct",
            found=type(unknown).__name__,
            expected="paths, or one CtTable",
        )
    wells = read_wells(as_paths(ct), sheet)
    run.reads(*wells.paths)
    return wells


def _read_array(differential: Any, run: Run) -> SavedDifferential | None:
    table = run.find_result("differential.csv") if differential is None else differential
    return None if table is None else read_differential_table(table, run)


STEP = Step(
    name="validate",
    function=validate,
    inputs=ValidateInputs,
    settings=ValidateSettings,
    main_file="validation.csv",
    has_figures=True,
    examples=(
        ("mirtool validate qpcr.xls --reference hsa-miR-103a-3p", "one plate, one reference gene"),
        ("mirtool validate plate1.csv plate2.csv --reference hsa-miR-103a-3p --reference hsa-let-7a-5p", ""),
        ("mirtool validate ct.csv --reference cel-miR-39-3p --test paired --undetermined 40", ""),
        ("mirtool validate hsa-miR-16-5p=a.txt hsa-miR-103a-3p=b.txt --reference hsa-miR-103a-3p", ""),
        ("mirtool validate ct.csv --samples cohort.csv --reference let-7a -o validation.xlsx --figures plots", ""),
    ),
)
