"""``mirtool normalize``: from scanner files to one comparable value for each miRNA and sample."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.arrays import input_hashes, read_study_arrays, tell_reading
from mirtool.commands.common import (
    FormatOption,
    OutputOption,
    SamplesOption,
    find_place,
    is_stream,
    record_run,
    write_result,
)
from mirtool.console import say, say_pairs, say_table, warn

if TYPE_CHECKING:
    from mirtool.model import RawArrays
    from mirtool.normalize import Normalized

Preset = Literal["service"]
FlagRule = Literal["bad", "negative", "ignore"]
ReplicateMethod = Literal["median", "mean"]
KeepRule = Literal["any", "all", "everything"]
ProbeChoice = Literal["mirna", "all"]
Signal = Literal["gene", "processed", "median"]


def normalize(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILES...",
            help="GenePix results (.gpr, .gpr.gz), ImaGene or Agilent text, or tables of intensities (CSV, TSV, "
            "XLSX, XLS). In a study folder: those that samples.csv names.",
        ),
    ] = None,
    samples: SamplesOption = None,
    preset: Annotated[Preset, typer.Option(help="The recipe.")] = "service",
    channel: Annotated[
        str | None,
        typer.Option(
            metavar="NM", help="Wavelength of the channel with the samples. Default 532 (Hy3), else the only one."
        ),
    ] = None,
    flags: Annotated[
        FlagRule,
        typer.Option(help="Spots to make missing first: flag −100 alone, every flag below 0, or none."),
    ] = "bad",
    replicates: Annotated[
        ReplicateMethod, typer.Option(help="How the replicate spots of one ID become one value.")
    ] = "median",
    min_intensity: Annotated[float, typer.Option(metavar="COUNTS", help="The cut-off for a signal.")] = 30.0,
    keep: Annotated[
        KeepRule,
        typer.Option(help="Keep probes at the cut-off in any array, in all arrays, or every probe."),
    ] = "any",
    probes: Annotated[
        ProbeChoice,
        typer.Option(
            help="Probes that count: miRNAs (with miRPlus), or all but controls and empty spots, for chips whose "
            "names are something else."
        ),
    ] = "mirna",
    species: Annotated[
        str | None,
        typer.Option(
            metavar="PREFIX",
            help="Count only the miRNAs of this species, such as hsa. Default: every species on the chip that has "
            "names.",
        ),
    ] = None,
    min_factor_probes: Annotated[
        int, typer.Option(metavar="N", help="The fewest probes to take the arrays' factors from.")
    ] = 20,
    linear: Annotated[bool, typer.Option("--linear", help="Write ratios to the factor, not their log2.")] = False,
    signal: Annotated[
        Signal | None,
        typer.Option(
            help="Agilent only: the total of each gene (default), or the processed or median signal of each "
            "feature."
        ),
    ] = None,
    array_list: Annotated[
        str | None,
        typer.Option(
            "--gal", metavar="FILE", help="Array list (.gal) that gives IDs and names to spots that lack them."
        ),
    ] = None,
    input_format: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Format of the files; told by content if left out."),
    ] = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Normalize the arrays of a study: one value for each miRNA and sample, on the log2 scale.

    The recipe `service` is the one array service laboratories deliver, in this order:

    \b
      1. spots flagged bad (−100) become missing                     --flags
      2. signal = foreground median − background median              --channel
      3. the replicate spots of one ID become their median           --replicates
      4. signals that are not positive are counted, become missing
      5. factor of an array = median of the miRNA probes with a
         signal of 30 or more in ALL arrays                          --min-intensity
      6. normalized = signal / factor, as log2                       --linear
      7. probes at 30 or more in at least one array are kept         --keep

    Everything that was counted on the way stands on stderr. Beside a file that is written stands another,
    NAME_spots, with the number of replicate spots behind each value.

    Example:

    \b
      mirtool normalize                                  in a study folder: results/normalized.csv
      mirtool normalize exports/*.gpr -o normalized.xlsx
      mirtool normalize *.gpr --samples samples.csv | mirtool diff - --samples samples.csv
    """  # noqa: D301
    from mirtool.io.spots import spots_path
    from mirtool.normalize import normalize as normalize_arrays
    from mirtool.normalize import normalized_table, spots_table
    from mirtool.report.tables import format_of

    place = find_place(files or (), samples, "scanner file")
    target = place.target(output, "normalized.csv")
    format_of(target, format_name)
    reading = {"species": species, "signal": signal, "array_list": array_list}
    channels = None if channel is None else [channel]
    arrays = read_study_arrays(place, files or [], channels, input_format, reading)
    options: dict[str, Any] = {
        "channel": channel,
        "preset": preset,
        "flags": flags,
        "replicates": replicates,
        "min_intensity": min_intensity,
        "keep": keep,
        "probes": probes,
        "min_factor_probes": min_factor_probes,
    }
    done = normalize_arrays(arrays, **options)
    _tell(arrays, done)
    write_result(normalized_table(done.matrix, "linear" if linear else "log2"), target, format_name)
    if not is_stream(target):
        write_result(spots_table(done.matrix), str(spots_path(target)), format_name)
    record_run(
        place,
        target,
        "normalize",
        arguments=options | reading | {"linear": linear, "input_format": input_format},
        inputs=input_hashes([place.samples, array_list], arrays),
        summary=done.report.to_record(),
    )


def _tell(arrays: RawArrays, done: Normalized) -> None:
    from mirtool.quality.quick import outlier_warnings
    from mirtool.report.normalization import array_rows, cautions, summary_pairs

    report = done.report
    say_pairs(summary_pairs(report))
    say()
    say_table(*array_rows(report))
    say()
    tell_reading(arrays)
    for caution in cautions(report):
        warn(caution)
    for warning in outlier_warnings(done.matrix, report.factors, report.min_intensity):
        warn(warning)
