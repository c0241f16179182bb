"""``mirtool audit``: compute a service laboratory's workbook again, and say where and why it differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirtool.audit.settings import AuditSettings
from mirtool.report.text.blocks import Summary
from mirtool.settings import setting
from mirtool.workflow.reading import SAMPLES
from mirtool.workflow.sources import as_paths, find_sheet
from mirtool.workflow.step import INPUT_PANEL, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.audit import AuditReport
    from mirtool.model import Table


@dataclass(frozen=True)
class AuditInputs(Inputs):
    """The workbook, and what it was computed from."""

    place = "files"
    main = ("workbook",)
    what = "workbook"

    workbook: Any = setting(
        help="The service's workbook (XLSX or XLS), before the raw files.",
        metavar="WORKBOOK",
        argument=True,
        is_path=True,
    )
    files: Any = setting(
        (),
        "The raw files, with or without --raw before them.",
        metavar="FILES...",
        argument=True,
        is_path=True,
    )
    raw: Any = setting(
        (),
        "The scanner's files (.gpr and others), or the service's Raw Intensity File. Without them the workbook is "
        "computed again from its own ForeGround-BackGround columns.",
        panel=INPUT_PANEL,
        metavar="FILES...",
        is_path=True,
    )
    samples: Any = SAMPLES


class AuditResult(Result):
    """A workbook computed again.

    Attributes
    ----------
    report
        The cells that differ, and what explains them.
    from_raw
        True where the raw files were read.
    strict
        True where a difference is an error to a script.
    """

    one_workbook = True

    def __init__(self, report: AuditReport, *, from_raw: bool, strict: bool) -> None:
        self.report = report
        self.from_raw = from_raw
        self.strict = strict

    @property
    def agrees(self) -> bool:
        """True where no cell differs and every list is right."""
        return self.report.agrees

    @property
    def exit_code(self) -> int:
        """1 where something differs and the audit is strict."""
        return int(self.strict and not self.agrees)

    def tables(self) -> Mapping[str, Table]:
        """Return ``differences``, ``variants``, and of ``factors``, ``lists``, ``sensitivity`` those with rows."""
        from mirtool.report.text.audit import audit_tables

        return audit_tables(self.report)

    @property
    def summary(self) -> Summary:
        """What was checked, what differs and why, and the verdict."""
        from mirtool.report.text.audit import audit_summary

        return audit_summary(self.report, from_raw=self.from_raw)

    def numbers(self) -> dict[str, Any]:
        """Return the counts of cells and of those that differ."""
        differences = self.report.differences
        return {
            "cells": self.report.cells,
            "differences": len(differences),
            "unexplained": sum(not each.explanation for each in differences),
            "lists": len(self.report.lists),
        }


def audit(inputs: AuditInputs, settings: AuditSettings, run: Run) -> AuditResult:
    """Compute a service laboratory's workbook again; report every cell that differs, and why.

    The workbook is an Expression Matrix, a list of differential miRNAs (All Differentially Expressed, Pass
    Volcano Plot) or a Raw Intensity File. From the raw files everything is checked: foreground, signal, factor,
    normalized values, means, fold changes, P values, CVs and lists. The arithmetic is the service's own:

        signal       F532 Median - B532 Median; a probe's is the median of its spots
        factor       median of miRNAs (let, mir) with a signal >= 30 in ALL samples
        normalized   signal / factor, N/A where the signal is not above zero
        fold change  arithmetic mean of one group / that of the other
        P            Student's t test on the linear normalized values, raw

    A cell differs where it is further off than its last digit shows. For each column the known variants are
    tried: mean for median, cut-off 50 for 30, paired or Welch's for Student's t, log2 for linear values, another
    background, a factor from all probes, and more; what none explains is listed with its sheet and cell. A
    sensitivity table counts how many differential miRNAs stay under each choice. docs/audit.md defines them all.

    The sample sheet says which file is which sample (named as in the workbook), its group, and its pair in a
    column of that name. Differences change the exit code in strict audits only.

    The tables are the cells that differ, the variants, factors, lists and sensitivity: an XLSX holds one sheet
    per table; with CSV or TSV the others are written beside the cells (NAME_variants, _factors, _lists,
    _sensitivity); a pipe gets the cells.
    """
    from mirtool.audit import audit_workbook
    from mirtool.study.folder import samples_file_in

    if run.samples is None:
        run.samples = samples_file_in()
    raw = as_paths((*inputs.raw, *inputs.files))
    report = audit_workbook(inputs.workbook, raw, settings, samples=find_sheet(run), progress=run.progress)
    run.reads(inputs.workbook, *raw)
    return AuditResult(report, from_raw=bool(raw), strict=settings.strict)


STEP = Step(
    name="audit",
    function=audit,
    inputs=AuditInputs,
    settings=AuditSettings,
    main_file="audit.xlsx",
    recorded=False,
    examples=(
        ('mirtool audit "Expression Profiling Data.xlsx" --raw exports/*.gpr -o audit.xlsx', ""),
        ('mirtool audit "Expression Profiling Data.xlsx" --samples samples.csv > differences.csv', ""),
        ('mirtool audit "Pass Volcano Plot.xls" --raw exports/*.gpr --strict', ""),
    ),
)
