"""``mirtool audit``: compute a service laboratory's workbook again, and say where and why it differs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import is_stream
from mirtool.commands.console import progress_steps, say, say_table, warn
from mirtool.commands.options import FormatOption, SamplesOption

if TYPE_CHECKING:
    from mirtool.audit import AuditReport
    from mirtool.model import SampleTable, Table

STDOUT = "-"


def audit(
    workbook: Annotated[
        str,
        typer.Argument(metavar="WORKBOOK", help="The service's workbook (XLSX or XLS), before the raw files."),
    ],
    raw_files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES...]", help="The raw files, with or without --raw before them."),
    ] = None,
    raw: Annotated[
        list[str] | None,
        typer.Option(
            "--raw",
            metavar="FILES...",
            help="The scanner's files (.gpr and others), or the service's Raw Intensity File. Without them the "
            "workbook is computed again from its own ForeGround-BackGround columns.",
        ),
    ] = None,
    samples: SamplesOption = None,
    cutoff: Annotated[
        float, typer.Option("--cutoff", metavar="FOLD", help="The service's least fold change.")
    ] = 2.0,
    alpha: Annotated[float, typer.Option("--alpha", metavar="P", help="The service's largest P.")] = 0.05,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 where anything differs, for use in scripts.")
    ] = False,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="An XLSX with one sheet per table; or a CSV or TSV with the cells that differ, and the other "
            "tables beside it (NAME_variants, _factors, _lists, _sensitivity). Default: the cells, on stdout.",
        ),
    ] = None,
    format_name: FormatOption = None,
) -> None:
    """Compute a service laboratory's workbook again; report every cell that differs, and why.

    The workbook is an Expression Matrix, a list of differential miRNAs (All Differentially Expressed, Pass
    Volcano Plot) or a Raw Intensity File. From the raw files everything is checked: foreground, signal, factor,
    normalized values, means, fold changes, P values, CVs and lists. The arithmetic is the service's own:

    \b
      signal       F532 Median - B532 Median; a probe's is the median of its spots
      factor       median of the miRNAs (let, mir) with a signal >= 30 in ALL samples
      normalized   signal / factor, N/A where the signal is not above zero
      fold change  arithmetic mean of one group / that of the other
      P            Student's t test on the linear normalized values, raw

    A cell differs where it is further off than its last digit shows. For each column the known variants are
    tried: mean for median, cut-off 50 for 30, paired or Welch's for Student's t, log2 for linear values, another
    background, a factor from all probes, and more; what none explains is listed with its sheet and cell. A
    sensitivity table counts how many differential miRNAs stay under each choice. docs/audit.md defines them all.

    The sample sheet says which file is which sample (named as in the workbook), its group, and its pair in a
    column of that name. Differences do not change the exit code unless --strict is given.

    Example:

    \b
      mirtool audit "miRNA Expression Profiling Data.xlsx" --raw exports/*.gpr --samples samples.csv -o audit.xlsx
      mirtool audit "miRNA Expression Profiling Data.xlsx" --samples samples.csv > differences.csv
      mirtool audit "Pass Volcano Plot.xls" --raw exports/*.gpr --strict
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.audit import AuditSettings, audit_workbook
    from mirtool.report.tables import format_of
    from mirtool.report.text.audit import audit_tables

    target = output or STDOUT
    table_format = format_of(target, format_name)
    files = [*(raw or ()), *(raw_files or ())]
    report = audit_workbook(
        workbook,
        files,
        AuditSettings(cutoff=cutoff, alpha=alpha),
        samples=_sample_sheet(samples),
        progress=progress_steps,
    )
    _tell(report, from_raw=bool(files))
    _write(audit_tables(report), target, table_format)
    if strict and not report.agrees:
        raise typer.Exit(1)


def _sample_sheet(path: str | None) -> SampleTable | None:
    from mirtool.study.folder import SAMPLES_FILE
    from mirtool.study.samples import read_samples

    if path is None and not Path(SAMPLES_FILE).is_file():
        return None
    return read_samples(path or SAMPLES_FILE)


def _tell(report: AuditReport, *, from_raw: bool) -> None:
    from mirtool.report.text.audit import (
        SECTION_HEADER,
        TOLERANCE,
        explanation_lines,
        section_rows,
        sensitivity_lines,
        unexplained_lines,
        verdict,
    )

    say(f"{report.path}: {report.kind}, computed again from {report.basis}.")
    say_table(SECTION_HEADER, section_rows(report))
    say(f"Rounding: {TOLERANCE}.")
    for remark in report.remarks:
        say(f"Note: {remark}.")
    if not from_raw:
        say("Note: without the raw files (--raw) a wrong signal shows only in what was computed from it.")
    _say_list("What explains the cells that differ:", explanation_lines(report))
    _say_list("Without a known explanation:", unexplained_lines(report))
    _say_list("How much hangs on the choices:", sensitivity_lines(report))
    (say if report.agrees else warn)(verdict(report))


def _say_list(title: str, lines: Sequence[str]) -> None:
    if lines:
        say(title)
    for line in lines:
        say(f"  {line}")


def _write(tables: dict[str, Table], target: str, table_format: str) -> None:
    """Write all tables into one workbook, or side by side; a stream gets the differing cells alone."""
    from mirtool.io.tables.output import side_path
    from mirtool.report.tables import workbook_bytes, write_bytes, write_table

    if table_format == "xlsx":
        write_bytes(workbook_bytes(tables), target)
    elif is_stream(target):
        write_table(tables["differences"], target, table_format)
    else:
        for name, table in tables.items():
            own = Path(target) if name == "differences" else side_path(target, name)
            write_table(table, own, table_format)
            say(f"Wrote {own}")
        return
    if target != STDOUT:
        say(f"Wrote {target}")
