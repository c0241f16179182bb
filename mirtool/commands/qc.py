"""``mirtool qc``: may these arrays be used, and if not, why not."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.arrays import input_hashes, read_study_arrays, tell_reading
from mirtool.commands.common import (
    check_figure_options,
    find_place,
    is_stream,
    record_run,
    write_result,
)
from mirtool.commands.console import say, say_table, warn
from mirtool.commands.options import (
    ArrayListOption,
    FiguresOption,
    FlagsOption,
    FormatOption,
    InputFormatOption,
    MinIntensityOption,
    NoFiguresOption,
    OutputOption,
    ProbesOption,
    RawFilesArgument,
    SamplesOption,
    SignalOption,
    SpeciesOption,
)
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.quality import QualityReport

Fluid = Literal["serum", "plasma"]

FIRST_TABLE = "qc_arrays"
TABLES = ("outliers", "channels", "pairs", "pca", "blocks", "spike_ins", "indications")
"""The tables beside the first one."""


def qc(
    files: RawFilesArgument = None,
    samples: SamplesOption = None,
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="NM", help="Wavelength of the channel with the samples. Default 532 (Hy3), else the only one."
        ),
    ] = None,
    flags: FlagsOption = "bad",
    min_intensity: MinIntensityOption = 30.0,
    probes: ProbesOption = "mirna",
    species: SpeciesOption = None,
    fluid: Annotated[
        Fluid | None,
        typer.Option(help="The samples are serum or plasma: judge hemolysis and RNA of cells as well."),
    ] = None,
    signal: SignalOption = None,
    array_list: ArrayListOption = None,
    input_format: InputFormatOption = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Judge every array: fine, look at it, or outlier, and why.

    \b
    outlier     fails rules 1 and 2, or 3, on normalized values; sees less than
                half of what the median array sees; or is not what its name
                says: a copy of another array, its channels exchanged, or of
                two slides
    look at it  something harms part of its values (a scratch, flags,
                saturation), scaling repairs it (a dim array), or it fails
                rule 1 or 2 alone
    fine        none of these

    The rules are those of arrayQualityMetrics: (1) the sum of distances to the other arrays and (2) the
    Kolmogorov-Smirnov statistic above the box-plot limit (upper hinge + 1.5 x hinge distance), (3) Hoeffding's D
    of the MA plot above 0.15. Rules 1 and 2 need five arrays; each fires in one of ten studies without a fault.

    With --fluid serum (or plasma): signs of hemolysis (miR-451a over miR-23a-3p), platelets, lymphocytes and
    liver, as indications; the thresholds known from qPCR do not hold on arrays.

    The first table has one row per array. Beside a file that is written stand others: NAME_outliers (every rule,
    value and limit), NAME_pairs (correlations, distances), NAME_pca, NAME_blocks, NAME_spike_ins and, where there
    is something for them, NAME_channels and NAME_indications.

    Figures show why, as PNG and SVG: qc_arrays (every array and every finding), qc_boxplots, qc_densities, qc_ma,
    qc_distances, qc_correlations, qc_pca, and the slides in false color: qc_foreground, qc_background,
    qc_residuals. docs/figures.md explains each.

    Example:

    \b
      mirtool qc                                  in a study folder: results/qc_*.csv, figures/qc_*.png
      mirtool qc exports/*.gpr -o qc.csv          qc.csv, qc_outliers.csv, …
      mirtool qc exports/*.gpr --figures plots    the table on stdout, figures in plots/
      mirtool qc --fluid serum
    """  # noqa: D301
    from mirtool.quality import quality_report, quality_tables
    from mirtool.report.tables import format_of

    check_figure_options(figures, no_figures)
    place = find_place(files or (), samples, "scanner file")
    target = place.target(output, f"{FIRST_TABLE}.csv")
    format_of(target, format_name)
    reading = {"species": species, "signal": signal, "array_list": array_list}
    arrays = read_study_arrays(place, files or [], None, input_format, reading)
    options: dict[str, Any] = {
        "channel": channel,
        "flags": flags,
        "min_intensity": min_intensity,
        "probes": probes,
        "fluid": fluid,
    }
    report = quality_report(arrays, **options)
    tell_reading(arrays)
    _tell(report)
    _write(quality_tables(report), target, format_name)
    folder = None if no_figures else place.figures(figures)
    if folder is not None:
        _draw(report, folder)
    record_run(
        place,
        target,
        "qc",
        arguments=options | reading | {"input_format": input_format},
        inputs=input_hashes([place.samples, array_list], arrays),
        summary=_summary(report),
    )


def _tell(report: QualityReport) -> None:
    """Tell what holds for the study, then the verdict on each array with its reasons."""
    for remark in report.remarks:
        warn(remark)
    say()
    measures = report.channels[report.channel]
    say_table(
        ["array", "foreground", "probes seen", "replicate CV", "verdict"],
        [
            [
                name,
                f"{measures.foreground[1, i]:,.6g}",
                f"{measures.detected[i]:,}",
                f"{measures.replicate_cv[i]:.1f} %",
                report.verdicts[i].value,
            ]
            for i, name in enumerate(report.samples.names)
        ],
    )
    say()
    for finding in report.findings:
        say(f"{report.samples.names[finding.array]}: {finding.verdict.value}: {finding.text}")
    counts = Counter(verdict.value for verdict in report.verdicts)
    judged = ", ".join(f"{n:,} {verdict}" for verdict, n in sorted(counts.items()))
    say(f"{plural(len(report.samples), 'array')}: {judged}")


def _write(tables: dict[str, Table], target: str, format_name: str | None) -> None:
    first, *others = tables
    write_result(tables[first], target, format_name)
    if is_stream(target):
        return
    for name in others:
        write_result(tables[name], str(_beside(target, name)), format_name)
    for name in TABLES:
        path = _beside(target, name)
        if name not in tables and path.exists():
            warn(f"{path} is from an earlier run")


def _draw(report: QualityReport, folder: Path) -> None:
    """Draw every figure there is something for, and point out those of an earlier run beside them."""
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.quality_figures import STEMS, quality_figures

    written: list[Path] = []
    stems = []
    for stem, figure in quality_figures(report):
        written += save_figure(figure, folder, stem)
        stems.append(stem)
    say(f"Wrote {plural(len(stems), 'figure')} to {folder} (PNG and SVG): {', '.join(stems)}")
    for path in sorted(folder.iterdir()):
        stem = re.sub(r"_\d+$", "", path.stem)
        if stem in STEMS and path.suffix in (".png", ".svg") and path not in written:
            warn(f"{path} is from an earlier run")


def _beside(target: str, name: str) -> Path:
    """Return the path of a further table: ``qc_pairs.csv`` for ``qc_arrays.csv`` and for ``qc.csv``."""
    path = Path(target)
    return path.with_name(f"{path.stem.removesuffix('_arrays')}_{name}{path.suffix}")


def _summary(report: QualityReport) -> dict[str, Any]:
    names = report.samples.names
    return {
        "channel": report.channel,
        "verdicts": {name: verdict.value for name, verdict in zip(names, report.verdicts, strict=True)},
        "findings": [
            {
                "array": names[finding.array],
                "check": finding.check,
                "verdict": finding.verdict.value,
                "what": finding.text,
            }
            for finding in report.findings
        ],
        "remarks": report.remarks,
    }
