"""``mirtool qc``: may these arrays be used, and if not, why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.io.arrays.settings import ReadingSettings
from mirtool.quality.settings import QualitySettings
from mirtool.report.text.blocks import Caution, Grid, Line, Summary
from mirtool.workflow.reading import (
    FILES,
    READING,
    SAMPLES,
    doubt_blocks,
    read_study_arrays,
    reading_blocks,
    reading_of,
    settings_as_normalized,
)
from mirtool.workflow.step import Draw, Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.model import RawArrays, Table
    from mirtool.quality import QualityReport


FINDINGS_SHOWN = 8
IN_WORDS = ("why", "what")
"""Columns whose cells are sentences: they speak of arrays, lanes or samples."""

FOLLOWED = ("channel", "flags", "detection", "min_intensity", "probes")
"""Settings of ``normalize`` that quality control follows in a study."""


@dataclass(frozen=True)
class QcInputs(Inputs, ReadingSettings):
    """The arrays of a study."""

    main = ("files",)
    what = "scanner file"

    files: tuple[Any, ...] = FILES
    samples: Any = SAMPLES


class QcResult(Result):
    """The quality of every array.

    Attributes
    ----------
    arrays
        The arrays as they were read.
    report
        Measures, findings and verdicts.
    """

    def __init__(self, arrays: RawArrays, report: QualityReport, notes: Sequence[str] = ()) -> None:
        self.arrays = arrays
        self.report = report
        self.notes = tuple(notes)

    def tables(self) -> Mapping[str, Table]:
        """Return ``arrays`` (one row per array) and the further tables there is something for."""
        from mirtool.quality import quality_tables

        return {name: self.in_terms(table, IN_WORDS) for name, table in quality_tables(self.report).items()}

    def file_name(self, table: str, main: str) -> str:
        """Return the name of a further table's file: ``qc_pairs.csv`` for ``qc_arrays.csv`` and ``qc.csv``."""
        path = Path(main)
        return f"{path.stem.removesuffix('_arrays')}_{table}{path.suffix}"

    def drawings(self) -> Mapping[str, Draw]:
        """Draw every figure there is something for."""
        from mirtool.report.figures.quality_figures import quality_drawings

        return quality_drawings(self.report)

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the sample sheet, in its order."""
        return self.report.samples.groups

    @property
    def summary(self) -> Summary:
        """The verdicts and their reasons, then what holds for the study and the measures of each array."""
        from mirtool.report.text.normalization import ARRAYS_SHOWN
        from mirtool.report.text.numbers import MISSING
        from mirtool.wording import plural

        report = self.report
        measures = report.channels[report.channel]
        findings = sorted(_findings_in_words(report))
        rows = [
            [
                name,
                f"{measures.foreground[1, i]:,.6g}",
                f"{measures.detected[i]:,}"
                + (f" ({100 * measures.detected[i] / report.n_counting:.0f} %)" if report.detection else ""),
                MISSING if isnan(measures.replicate_cv[i]) else f"{measures.replicate_cv[i]:.1f} %",
                report.verdicts[i].value,
            ]
            for i, name in enumerate(report.samples.names)
        ]
        return (
            Line(f"{plural(len(report.samples), 'array')}: {report.verdicts_in_words}"),
            *doubt_blocks(self.arrays),
            *(Line(f"  {text}", detail=number >= FINDINGS_SHOWN) for number, (_, _, text) in enumerate(findings)),
            *(Caution(remark) for remark in report.remarks),
            *reading_blocks(self.arrays),
            Grid(
                ["array", "foreground", "probes seen", "replicate CV", "verdict"],
                rows,
                detail=len(rows) > ARRAYS_SHOWN,
            ),
            *(Line(note, detail=True) for note in self.notes),
        )

    def numbers(self) -> dict[str, Any]:
        """Return verdicts and findings by array."""
        from mirtool.normalize.panels import is_panel

        report, names = self.report, self.report.samples.names
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
            "remarks": list(report.remarks),
            **({} if report.lanes is None else {"unit": "lane"}),
            **({"unit": "panel"} if is_panel(self.arrays) else {}),
        }


def _findings_in_words(report: QualityReport) -> Iterator[tuple[int, int, str]]:
    """Give for each finding its rank, outliers first, its array and its line; one that all arrays have once."""
    names = report.samples.names
    from mirtool.quality import Verdict

    ranks = {verdict: -rank for rank, verdict in enumerate(Verdict)}
    times = Counter((finding.verdict, finding.text) for finding in report.findings)
    for finding in report.findings:
        of_all = len(names) > 1 and times[finding.verdict, finding.text] == len(names)
        if not of_all:
            text = f"{names[finding.array]}: {finding.verdict.value}: {finding.text}"
        elif finding.array == 0:
            text = f"all {len(names):,} arrays: {finding.verdict.value}: {finding.text}"
        else:
            continue
        yield ranks[finding.verdict], finding.array, text


def qc(inputs: QcInputs, settings: QualitySettings, run: Run) -> QcResult:
    """Judge every array: fine, check, outlier or not judged, and why.

        outlier     fails rules 1 and 2, or 3, on normalized values; sees less than
                    half of what the median array sees; or is not what its name
                    says: a copy of another array, its channels exchanged, or of
                    two slides
        check       something harms part of its values (a scratch, flags,
                    saturation), scaling repairs it (a dim array), or it fails
                    rule 1 or 2 alone
        not judged  its probes can't be compared with anything: fewer than 20 of
                    those that count reach the cut-off, or the values are log2
                    and no scale states it
        fine        none of these

    The rules are those of arrayQualityMetrics: (1) the sum of distances to the other arrays and (2) the
    Kolmogorov-Smirnov statistic above the box-plot limit (upper quartile + 1.5 x the distance of the quartiles),
    (3) Hoeffding's D of the MA plot above 0.15. Rules 1 and 2 need five arrays; each fires in one of ten studies
    without a fault.

    In a study folder where `mirtool normalize` has run, the arrays are read as they were then, and its channel,
    flags, cut-off and probes are used, except for the options that are given here.

    With --fluid serum (or plasma): signs of hemolysis (miR-451a over miR-23a-3p), platelets, lymphocytes and
    liver, as indications; the thresholds known from qPCR do not hold on arrays.

    The first table has one row per array. Further tables are written with it: NAME_outliers (every rule, value and
    limit), NAME_pairs (correlations, distances), NAME_pca, NAME_blocks, NAME_spike_ins and, where there is
    something for them, NAME_channels and NAME_indications.

    Figures show why, and captions.md says what each shows and what was found: qc_arrays (every array and every
    finding), qc_boxplots, qc_densities, qc_ma, qc_distances, qc_correlations, qc_pca, and the slides in false
    color: qc_foreground, qc_background, qc_residuals.
    """
    from mirtool.normalize.settings import is_ratio, ratio_channels
    from mirtool.quality import quality_report

    reused, notes = settings_as_normalized({*FOLLOWED, *READING, "input_format"}, run)
    if is_ratio(reused.get("channel")):  # what is judged is the channel with the samples, the first of the ratio
        named = ratio_channels(reused["channel"])
        reused["channel"] = named[0] if named else None
    run.arguments |= reused
    reading = reading_of(inputs) | {name: reused[name] for name in READING if name in reused}
    arrays = read_study_arrays(
        inputs.files,
        run,
        input_format=reused.get("input_format", inputs.input_format),
        reading=reading,
        log2_to_linear=True,
    )
    settings = settings.replace(**{name: reused[name] for name in FOLLOWED if name in reused})
    if settings.detection == "auto" and "min_intensity" in run.given:
        settings = settings.replace(detection="cutoff")
    return QcResult(arrays, quality_report(arrays, settings), notes)


STEP = Step(
    name="qc",
    function=qc,
    inputs=QcInputs,
    settings=QualitySettings,
    main_file="qc_arrays.csv",
    has_figures=True,
    examples=(
        ("mirtool qc", "in a study folder: results/qc_*.csv, figures/qc_*.png"),
        ("mirtool qc exports/*.gpr -o qc.csv", "qc.csv, qc_outliers.csv, …"),
        ("mirtool qc exports/*.gpr --figures plots", "the table on stdout, figures in plots/"),
        ("mirtool qc --fluid serum", ""),
    ),
)
