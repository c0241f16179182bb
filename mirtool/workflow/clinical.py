"""``mirtool clinical``: patients by group, odds ratios and risks, survival."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.clinical.settings import ClinicalSettings
from mirtool.errors import UsageError, option
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.reading import SCALE
from mirtool.workflow.step import INPUT_PANEL, Draw, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.clinical.analysis import ClinicalAnalysis
    from mirtool.clinical.expression import PatientExpression
    from mirtool.clinical.variables import PatientTable
    from mirtool.model import SampleTable, Table


@dataclass(frozen=True)
class ClinicalInputs(Inputs):
    """The patients."""

    place = "anywhere"
    main = ("patients",)
    what = "patient table"

    patients: Any = setting(
        None,
        "Patient table, one row per patient: CSV, TSV or XLSX; - is stdin. In a study folder: clinical.csv, else "
        "the columns of samples.csv.",
        panel=INPUT_PANEL,
        metavar="TABLE|-",
        argument=True,
        is_path=True,
    )
    samples: Any = setting(
        None,
        "Sample sheet that has the groups, where the patient table has none. Default samples.csv.",
        panel=INPUT_PANEL,
        metavar="SHEET",
        is_path=True,
    )
    expression: Any = setting(
        None,
        "Normalized table of the miRNAs, for the options of the panel miRNAs. In a study folder: "
        "results/normalized.csv.",
        panel=INPUT_PANEL,
        metavar="TABLE",
        is_path=True,
    )
    scale: str | None = SCALE


class ClinicalResult(Result):
    """Patients by group, odds ratios and risks.

    Attributes
    ----------
    analysis
        The patients, the baseline table, and the associations.
    """

    def __init__(self, analysis: ClinicalAnalysis) -> None:
        self.analysis = analysis

    @property
    def groups(self) -> Sequence[str]:
        """The groups compared, in their order."""
        return self.analysis.group.levels if self.analysis.group is not None else ()

    def tables(self) -> Mapping[str, Table]:
        """Return what there is of ``table1``, ``associations``, ``model``, ``survival`` …, ``variables``."""
        return self.analysis.tables()

    def file_name(self, table: str, main: str) -> str:  # noqa: ARG002
        """Return ``clinical_table1.csv`` for ``table1``."""
        return f"clinical_{table}.csv"

    def drawings(self) -> Mapping[str, Draw]:
        """Draw odds and hazard ratios as forest plots, and survival."""
        from mirtool.report.clinical_files import clinical_drawings

        return clinical_drawings(self.analysis)

    def files(self) -> Mapping[str, bytes]:
        """Return the page for Word and the workbook."""
        from mirtool.report.clinical_files import clinical_files

        return clinical_files(self.analysis)

    @property
    def summary(self) -> Summary:
        """What differs between the groups, the odds ratios, and what the columns were taken for."""
        from mirtool.report.text.clinical import clinical_summary

        return clinical_summary(self.analysis)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of patients and groups, the kinds of the columns, and what differs."""
        from mirtool.report.text.clinical_record import clinical_numbers

        return clinical_numbers(self.analysis)


def clinical(inputs: ClinicalInputs, settings: ClinicalSettings, run: Run) -> ClinicalResult:
    """Describe and compare patients: baseline table, odds ratios, survival.

    The table has one row per patient. What each column is (continuous, ordinal, nominal, date) is found from its
    content and stated; the options of the panel Patients, or the table [clinical] of mirtool.toml, override it.
    Missing values are counted and never a category.

    By group: medians with quartiles, means, shares with their denominators, a test per row chosen by a stated
    rule, and the standardized difference. For the outcome (the group by default): odds ratio, relative risk and
    risk difference with their intervals, over strata, and in a model of several variables. An odds ratio is called
    an odds ratio; the relative risk is printed beside it. The same for tables of counts, as papers print them.

    Where there are times and events (a pair of columns such as os_months and os_event, or as named): Kaplan and
    Meier's survival by group with medians and restricted means, log-rank test (over strata, and with weights), and
    Cox's hazard ratios with a test of their proportionality.

    For numbers ROC curves with DeLong's intervals and test. miRNAs of a normalized table can become columns, each
    also cut at its median, or be screened all: correlation with every column, analysis of variance and trend over
    stages and other levels, odds and hazard ratios, interactions with columns, with FDR. A best cut-off is
    searched only where it is asked for, and has a P that is corrected for the search.

    A panel of several miRNAs is measured on patients it has not seen (nested cross-validation), with its apparent
    area only beside its optimism; with calibration, decision curve, and how often each miRNA was chosen.

    Writes clinical_*.csv, clinical.xlsx with all tables, and clinical.html, whose tables paste into Word.
    """
    from mirtool.clinical.analysis import analyze
    from mirtool.clinical.panels.analysis import needs_expression
    from mirtool.clinical.reading import read_patients

    expression = None
    source = _find_patients(inputs.patients, settings, run)
    table = None
    if source is not None:
        run.reads(source)
        table = _with_groups(read_patients(source, settings), settings, source, run)
        of_mirnas = settings.mirna or settings.screen or settings.anova or settings.interactions
        if inputs.expression is not None or of_mirnas or needs_expression(settings, table):
            expression = _read_expression(inputs, table, settings, run)
    analysis = analyze(table, settings, expression)
    for text in analysis.warnings:
        run.warn(text)
    return ClinicalResult(analysis)


def _read_expression(
    inputs: ClinicalInputs, table: PatientTable, settings: ClinicalSettings, run: Run
) -> PatientExpression:
    """Return the miRNAs of the patients: of the table given, else of the study's."""
    from mirtool.clinical.expression import join_expression
    from mirtool.workflow.sources import MatrixOptions, find_sheet, log2_table, read_matrix

    expression = inputs.expression
    if expression is None:
        expression = log2_table(run) or str(
            run.result_path(
                "normalized.csv", "normalized table", made_by="normalize", instead="a table of expression"
            )
        )
        run.arguments["expression"] = expression
    matrix = read_matrix(expression, run, MatrixOptions(inputs.scale, spots=False))
    sheet = find_sheet(run)
    patients = () if sheet is None else _patients_of(sheet)
    patient_of = dict(zip(sheet.names, patients, strict=True)) if sheet is not None and patients else {}
    return join_expression(matrix, table, patient_of, settings.arrays)


def _patients_of(sheet: SampleTable) -> tuple[str, ...]:
    """Return the column ``patient`` of a sample sheet; nothing where it has none."""
    return next((values for name, values in sheet.extra.items() if name.casefold() == "patient"), ())


def _find_patients(patients: Any, settings: ClinicalSettings, run: Run) -> Any:
    """Return the patient table that was given, else the study's; None where there are only counts."""
    from mirtool.study.folder import PATIENTS_FILES, patients_file_in

    if patients is not None:
        return patients
    if settings.counts and settings.group is None and settings.outcome is None:
        return None
    folder = run.study.root if run.study is not None else Path()
    name = patients_file_in(folder)
    found = None if name is None else folder / name
    if found is None and isinstance(run.samples, str | Path):
        found = Path(run.samples)
    if found is None:
        raise UsageError(
            "no patient table was given, and this folder has none",
            parameter="patients",
            expected=f"{PATIENTS_FILES[0]}, or {option('counts', 'NAME=A,B,C,D')}",
        )
    run.arguments["patients"] = str(found)
    return str(found)


def _with_groups(table: PatientTable, settings: ClinicalSettings, source: Any, run: Run) -> PatientTable:
    """Add the groups of the sample sheet to patients that have none of their own.

    Raises
    ------
    FormatError
        Where arrays of one patient are in different groups.
    """
    from mirtool.clinical.analysis import group_of
    from mirtool.workflow.sources import find_sheet

    if settings.group is not None or group_of(table, settings) is not None:
        return table
    sheet = find_sheet(run)
    if sheet is None or str(source) == sheet.sheet:
        return table
    groups = _groups_by_patient(sheet)
    if not set(groups) & set(table.patients):
        return table
    from mirtool.clinical.reading import grouped

    lacking = [name for name in table.patients if not groups.get(name)]
    if lacking:
        shown = ", ".join(lacking[:5]) + (" …" if len(lacking) > 5 else "")
        run.warn(f"patients without a group in {sheet.sheet}: {shown}")
    return grouped(table, groups)


def _groups_by_patient(sheet: SampleTable) -> dict[str, str]:
    """Return the group of every sample by its name and, where the sheet has such a column, by its patient."""
    from mirtool.errors import SampleSheetError

    groups = dict(zip(sheet.names, sheet.groups, strict=True))
    patients = _patients_of(sheet)
    for patient, group in zip(patients, sheet.groups, strict=bool(patients)):
        if groups.setdefault(patient, group) != group:
            raise SampleSheetError(
                "arrays of one patient are in different groups", path=sheet.sheet or None,
                found=f"{patient}: {groups[patient]} and {group}",
            )  # fmt: skip
    return groups


STEP = Step(
    name="clinical",
    function=clinical,
    inputs=ClinicalInputs,
    settings=ClinicalSettings,
    output="folder",
    main_file="clinical.csv",
    has_figures=True,
    examples=(
        (
            "mirtool clinical",
            "in a study folder with clinical.csv: results/clinical_*.csv",
        ),
        ("mirtool clinical patients.xlsx --group response --cutoff 'ratio: >=100 or <0.01' -o out", ""),
        ("mirtool clinical --panel 5", "up to five miRNAs, chosen within each fold"),
        ("mirtool clinical --counts 'light chains=5,1,7,48' --counts 'second line=5,2,15,58'", ""),
    ),
)
