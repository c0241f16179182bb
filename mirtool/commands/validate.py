"""``mirtool validate``: what quantitative PCR says, and what becomes of the array's findings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.common import Place, check_figure_options, is_stream, record_run, write_result
from mirtool.commands.console import say
from mirtool.commands.options import AdjustOption, FiguresOption, FormatOption, NoFiguresOption, OutputOption
from mirtool.commands.validate_messages import tell_comparison, tell_concordance, tell_references, tell_wells
from mirtool.io.tables.text import hash_files

if TYPE_CHECKING:
    from mirtool.io.arrays.ct_tables import CtTable
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import FloatArray, SampleTable
    from mirtool.validation import Concordance, CtMatrix, QpcrComparison, Stability


def validate(
    ct: Annotated[
        list[str],
        typer.Argument(
            metavar="CT",
            help="Ct tables: the instrument's exports or plain tables. TARGET=FILE where a whole file is one "
            "target.",
        ),
    ],
    reference: Annotated[
        list[str] | None,
        typer.Option("--reference", metavar="NAME", help="Reference gene; give it again for a second one."),
    ] = None,
    samples: Annotated[
        str | None,
        typer.Option(
            "--samples",
            metavar="SHEET",
            help="Sample sheet with the groups: sample,group[,pair]. Default: the table's own group column, else "
            "samples.csv.",
        ),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(
            "--compare",
            metavar="TESTED:REFERENCE",
            help="The two groups. By default those of the array's table, else the group that comes first in the "
            "sheet is the reference.",
        ),
    ] = None,
    differential: Annotated[
        str | None,
        typer.Option(
            "--differential",
            metavar="TABLE",
            help="The table of `mirtool diff` to be validated. In a study folder: results/differential.csv.",
        ),
    ] = None,
    array_rule: Annotated[
        str,
        typer.Option(
            "--array-rule",
            metavar="fold-change|p|fdr",
            help="What counts as a finding of the array: fold change alone, with P, or with FDR.",
        ),
    ] = "p",
    test: Annotated[
        str,
        typer.Option("--test", metavar="welch|student|paired|mann-whitney", help="The test, on ΔCt."),
    ] = "welch",
    pair: Annotated[
        str, typer.Option("--pair", metavar="COLUMN", help="Column of the sample sheet that names the pairs.")
    ] = "pair",
    adjust: AdjustOption = "bh",
    alpha: Annotated[float, typer.Option("--alpha", metavar="P", help="Largest adjusted P that passes.")] = 0.05,
    cutoff: Annotated[
        float,
        typer.Option("--cutoff", metavar="FOLD", help="The array's cut-off of the fold change (not a log2)."),
    ] = 2.0,
    confidence: Annotated[
        float, typer.Option("--confidence", metavar="SHARE", help="Confidence of the intervals.")
    ] = 0.95,
    undetermined: Annotated[
        float | None,
        typer.Option(
            "--undetermined",
            metavar="CT",
            help="Ct of wells in which none was found, such as 40. By default they are missing.",
        ),
    ] = None,
    replicates: Annotated[
        str, typer.Option("--replicates", metavar="mean|median", help="How replicate wells become one Ct.")
    ] = "mean",
    replicate_limit: Annotated[
        float,
        typer.Option(
            "--replicate-limit",
            metavar="CYCLES",
            help="Of three or more wells the farthest from the median is left out beyond this.",
        ),
    ] = 0.5,
    keep_outliers: Annotated[bool, typer.Option("--keep-outliers", help="Leave no well out.")] = False,
    efficiency: Annotated[
        list[str] | None,
        typer.Option(
            "--efficiency",
            metavar="TARGET=FACTOR",
            help="Amplification factor a cycle, such as hsa-miR-16-5p=1.95 (or =95%); again for a second target. "
            "'column' takes those in the Ct table. Default 2 for all.",
        ),
    ] = None,
    figures: FiguresOption = None,
    no_figures: NoFiguresOption = False,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Validate array findings by qPCR: ΔCt, ratios with intervals, tests, and what is confirmed.

    Wells of one sample and target become one Ct, which is taken less the mean Ct of the reference genes (ΔCt). The
    groups' difference (ΔΔCt) gives the ratio 2^−ΔΔCt with its confidence interval; P is by Welch's t test on ΔCt.
    Wells without a Ct (Undetermined, N/A, empty) are missing unless --undetermined gives them one; wells left out
    are counted.

    Beside the array's table each of its findings is confirmed (same direction, adjusted P <= alpha), a false
    positive (the interval leaves out a change as large as the cut-off), or neither. In a study folder this writes
    results/validation.csv, validation_ct.csv, validation_concordance.csv and validation_references.csv, and
    figures/validation_*; with -o FILE the further tables stand beside FILE.

    Example:

    \b
      mirtool validate qpcr.xls --reference hsa-miR-103a-3p
      mirtool validate plate1.csv plate2.csv --reference hsa-miR-103a-3p --reference hsa-let-7a-5p
      mirtool validate ct.csv --reference cel-miR-39-3p --test paired --undetermined 40
      mirtool validate hsa-miR-16-5p=a.txt hsa-miR-103a-3p=b.txt --reference hsa-miR-103a-3p
      mirtool validate ct.csv --samples cohort.csv --reference let-7a -o validation.xlsx --figures plots
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.report.tables import format_of
    from mirtool.validation import ValidateSettings, read_wells, validate_wells
    from mirtool.validation.tables import validation_table

    settings = ValidateSettings(
        reference=tuple(reference or ()),
        compare=compare,
        array_rule=array_rule,
        test=test,
        pair=pair,
        adjust=adjust,
        alpha=alpha,
        cutoff=cutoff,
        confidence=confidence,
        undetermined=undetermined,
        replicates=replicates,
        replicate_limit=replicate_limit,
        keep_outliers=keep_outliers,
        efficiency=tuple(efficiency or ()),
    )
    check_figure_options(figures, no_figures)
    place = _find_place(samples)
    target = place.target(output, "validation.csv")
    format_of(target, format_name)

    sheet = _read_sheet(place)
    wells = read_wells(ct, sheet)
    array = _read_array(differential, place)
    done = validate_wells(wells, settings, sheet=sheet, array=array)
    matrix, result, beside, stability = done.matrix, done.result, done.concordance, done.stability
    comparison, factors, references = done.comparison, done.efficiency, done.references
    quantities, names = done.quantities, done.reference_names

    tell_wells(wells, matrix, undetermined)
    tell_references(names, stability, matrix, references, array, array_rule)
    tell_comparison(result, comparison, factors, matrix)
    if beside:
        tell_concordance(beside, result)
    write_result(validation_table(result, names), target, format_name)
    _write_more(target, matrix, quantities, result, beside, stability)
    folder = None if no_figures else place.figures(figures)
    if folder is not None:
        _draw(result, beside, folder)
    record_run(
        place,
        target,
        "validate",
        arguments={
            "ct": ct,
            "reference": list(names),
            "samples": sheet.sheet if sheet else None,
            "compare": f"{comparison.tested}:{comparison.reference}",
            "differential": array.path if array else None,
            "array_rule": array_rule,
            "test": test,
            "pair": pair,
            "adjust": result.adjust,
            "alpha": alpha,
            "cutoff": cutoff,
            "confidence": confidence,
            "undetermined": undetermined,
            "replicates": replicates,
            "replicate_limit": replicate_limit,
            "keep_outliers": keep_outliers,
            "efficiency": efficiency or [],
        },
        inputs=hash_files([*wells.paths, *([sheet.sheet] if sheet else []), *([array.path] if array else [])]),
        summary=_summary(wells, matrix, result, beside),
    )


def _find_place(samples: str | None) -> Place:
    """Return True if the command runs in a study folder: this one, or the one whose samples.csv was named."""
    from mirtool.study.folder import SAMPLES_FILE, find_study

    root = Path(samples).parent if samples and Path(samples).name == SAMPLES_FILE else Path()
    study = find_study(root)
    return Place(study, samples or (str(study.samples_file) if study else None))


def _read_sheet(place: Place) -> SampleTable | None:
    from mirtool.study.samples import read_samples

    return read_samples(place.samples) if place.samples else None


def _read_array(differential: str | None, place: Place) -> SavedDifferential | None:
    from mirtool.io.results.differential import read_differential

    if differential:
        return read_differential(differential)
    default = place.study.results / "differential.csv" if place.study else None
    return read_differential(default) if default and default.is_file() else None


def _write_more(
    target: str,
    matrix: CtMatrix,
    quantities: FloatArray,
    q: QpcrComparison,
    c: Concordance | None,
    s: Stability | None,
) -> None:
    from mirtool.io.tables.output import side_path
    from mirtool.validation.tables import concordance_table, ct_table, stability_table

    if is_stream(target):
        return
    tables = {"ct": ct_table(matrix, quantities)}
    if c:
        tables["concordance"] = concordance_table(c, q)
    if s:
        tables["references"] = stability_table(s)
    for word, table in tables.items():
        write_result(table, str(side_path(target, word)))


def _draw(q: QpcrComparison, c: Concordance | None, folder: Path) -> None:
    from mirtool.report.figures.canvas import save_figure
    from mirtool.report.figures.qpcr import array_qpcr_figure, qpcr_bars_figure

    paths = save_figure(qpcr_bars_figure(q), folder, "validation_bars")
    if c and c.n_pairs:
        paths += save_figure(array_qpcr_figure(c, q), folder, "validation_array")
    for path in paths:
        say(f"Wrote {path}")


def _summary(wells: CtTable, matrix: CtMatrix, q: QpcrComparison, c: Concordance | None) -> dict[str, Any]:
    from mirtool.validation.concordance import VERDICTS

    return {
        "wells": len(wells),
        "wells_without_ct": int(wells.no_ct.sum()),
        "wells_left_out_on_reading": list(wells.left_out),
        "wells_left_out_as_outliers": int(matrix.left_out.sum()),
        "tested": {q.tested: list(q.samples_tested)},
        "reference": {q.reference: list(q.samples_reference)},
        "targets": len(q),
        "verdicts": {verdict: c.count(verdict) for verdict in VERDICTS} if c else None,
    }
