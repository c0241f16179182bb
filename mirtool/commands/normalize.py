"""``mirtool normalize``: from scanner files to one comparable value for each miRNA and sample."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from mirtool.commands.arrays import input_hashes, read_study_arrays, tell_reading
from mirtool.commands.common import find_place, is_stream, record_run, write_result
from mirtool.commands.console import say, say_pairs, say_table, warn
from mirtool.commands.current_names import AliasesOption, load_mirna_names, tell_names
from mirtool.commands.options import (
    ArrayListOption,
    ChannelOption,
    FlagsOption,
    FormatOption,
    InputFormatOption,
    MinFactorProbesOption,
    MinIntensityOption,
    OutputOption,
    PlatformOption,
    ProbesOption,
    SamplesInRowsOption,
    SamplesOption,
    Scale,
    SignalOption,
    SpeciesOption,
)
from mirtool.errors import UsageError
from mirtool.report.text.names import names_record

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution
    from mirtool.model import ExpressionMatrix, RawArrays
    from mirtool.normalize import Normalized

Preset = Literal["exiqon-service", "normexp-quantile", "spike-in", "service"]
Background = Literal[
    "none", "subtract", "half", "minimum", "movingmin", "edwards", "normexp", "normexp-mle", "negative-control",
    "empty",
]  # fmt: skip
Within = Literal["none", "median", "loess", "printtip-loess", "control"]
Between = Literal[
    "none", "median", "scale", "quantile", "cyclic-loess", "cyclic-loess-affy", "cyclic-loess-pairs", "vsn",
    "spike-in", "small-rna", "Aquantile", "Gquantile", "Rquantile", "Tquantile",
]  # fmt: skip
ReplicateMethod = Literal["median", "mean", "weighted"]
ReplicateScale = Literal["linear", "log"]
Imputation = Literal["none", "knn"]
KeepRule = Literal["any", "all", "everything"]


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
    preset: Annotated[
        Preset,
        typer.Option(help="The recipe. The options for its steps (below) go before what it sets for them."),
    ] = "exiqon-service",
    channel: ChannelOption = None,
    flags: FlagsOption = "bad",
    background: Annotated[
        Background | None,
        typer.Option(help="What becomes of the background. exiqon-service: subtracted where there is one."),
    ] = None,
    offset: Annotated[
        float | None, typer.Option(metavar="COUNTS", help="Added to every signal; draws ratios of dim spots to 1.")
    ] = None,
    within: Annotated[
        Within | None,
        typer.Option(help="With --channel ratio: what is taken out of the log ratios of each array by itself."),
    ] = None,
    replicates: Annotated[
        ReplicateMethod | None,
        typer.Option(help="How the replicate spots of one ID become one value; exiqon-service takes the median."),
    ] = None,
    replicate_scale: Annotated[
        ReplicateScale | None,
        typer.Option(help="Collapse replicates as counts (exiqon-service) or as their logarithms."),
    ] = None,
    flag_weight: Annotated[
        float | None,
        typer.Option(
            metavar="0…1",
            help="How much a spot flagged below 0 counts that is not made missing: in --replicates weighted, and "
            "in --within median, loess, printtip-loess.",
        ),
    ] = None,
    between: Annotated[
        Between | None,
        typer.Option(
            help="How the arrays are made comparable; exiqon-service by the median of step 5. The last four are "
            "for --channel ratio."
        ),
    ] = None,
    impute: Annotated[
        Imputation,
        typer.Option(help="Fill in missing values from the ten nearest probes; they are counted and marked."),
    ] = "none",
    min_intensity: MinIntensityOption = 30.0,
    keep: Annotated[
        KeepRule,
        typer.Option(help="Keep probes at the cut-off in any array, in all arrays, or every probe."),
    ] = "any",
    probes: ProbesOption = "mirna",
    species: SpeciesOption = None,
    min_factor_probes: MinFactorProbesOption = 20,
    keep_replicates: Annotated[
        bool,
        typer.Option(
            "--keep-replicates",
            help="Write the log2 of every replicate spot too, into NAME_replicates, for `mirtool diff "
            "--replicates`.",
        ),
    ] = False,
    linear: Annotated[bool, typer.Option("--linear", help="Write ratios to the factor, not their log2.")] = False,
    signal: SignalOption = None,
    array_list: ArrayListOption = None,
    platform: PlatformOption = None,
    scale: Annotated[
        Scale | None,
        typer.Option(help="GEO series matrix only: linear says that its values are raw intensities."),
    ] = None,
    samples_in_rows: SamplesInRowsOption = False,
    aliases: AliasesOption = None,
    current_names: Annotated[
        bool,
        typer.Option(
            "--current-names",
            help="Write the names that miRBase gives these miRNAs now; the chip's own go into a table beside it, "
            "NAME_names. Without it the chip's names stay.",
        ),
    ] = False,
    input_format: InputFormatOption = None,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Normalize the arrays of a study: one value for each miRNA and sample, on the log2 scale.

    The recipe `exiqon-service` is the one array service laboratories deliver, in this order:

    \b
      1. spots flagged bad (−100) become missing                     --flags
      2. signal = foreground median − background median              --channel
      3. the replicate spots of one ID become their median           --replicates
      4. signals that are not positive are counted, become missing
      5. factor of an array = median of the miRNA probes with a
         signal of 30 or more in ALL arrays                          --min-intensity
      6. normalized = signal / factor, as log2                       --linear
      7. probes at 30 or more in at least one array are kept         --keep

    Other steps can be asked for by name, alone or by another preset: normexp-quantile corrects backgrounds by
    normexp with an offset of 50 and gives all arrays one distribution; spike-in makes the arrays comparable by
    what was added to each in the same amount. docs/methods/normalization.md says when to use which.

    With --channel ratio the values are M = log2(Hy3 / Hy5), less the median M of the probes at 30 or more in both
    channels of ALL arrays; spots that are not positive in either channel have no ratio and are counted. The mean
    log2 signal of both channels is kept beside it, in NAME_A.

    The chip's miRNA names are looked up in miRBase (see `mirtool names`): how many are current, what the others
    are called now and which of them can't be told is said, and --current-names writes it.

    Everything that was counted on the way stands on stderr. Beside a file that is written stands another,
    NAME_spots, with the number of replicate spots behind each value.

    Example:

    \b
      mirtool normalize                                  in a study folder: results/normalized.csv
      mirtool normalize exports/*.gpr -o normalized.xlsx
      mirtool normalize *.gpr --samples samples.csv | mirtool diff - --samples samples.csv
      mirtool normalize exports/*.gpr --channel ratio -o ratios.csv
      mirtool normalize exports/*.gpr --channel ratio --within loess --between Aquantile -o ratios.csv
      mirtool normalize --background normexp --offset 50 --between quantile
      mirtool normalize --preset spike-in
      mirtool normalize --keep-replicates                and mirtool diff --replicates
    """  # noqa: D301
    from mirtool.annotation.mirna_names import chip_names_table, update_mirna_names
    from mirtool.io.results.replicates import replicates_path
    from mirtool.io.results.spots import average_path, spots_path
    from mirtool.io.tables.output import side_path
    from mirtool.normalize import (
        average_table,
        is_ratio,
        normalized_table,
        ratio_channels,
        replicates_table,
        spots_table,
    )
    from mirtool.normalize import normalize as normalize_arrays
    from mirtool.normalize.methods import PRESET_ALIASES
    from mirtool.report.tables import format_of

    place = find_place(files or (), samples, "scanner file")
    target = place.target(output, "normalized.csv")
    format_of(target, format_name)
    if current_names and is_stream(target):
        raise UsageError(
            "--current-names needs a file, to keep the chip's own names beside it",
            hint="name one with -o; in a pipe keep the chip's names, and run `mirtool names` on the last table",
        )
    reading = {
        "species": species,
        "signal": signal,
        "array_list": array_list,
        "platform": platform,
        "scale": scale,
        "samples_in_rows": samples_in_rows,
    }
    if keep_replicates and is_stream(target):
        raise UsageError("--keep-replicates needs a file, to keep the spots beside it", hint="name one with -o")
    channels = None if channel is None else ratio_channels(channel) if is_ratio(channel) else [channel]
    arrays = read_study_arrays(place, files or [], channels, input_format, reading)
    options: dict[str, Any] = {
        "channel": channel,
        "preset": preset,
        "background": background,
        "offset": offset,
        "flags": flags,
        "flag_weight": flag_weight,
        "within": within,
        "replicates": replicates,
        "replicate_scale": replicate_scale,
        "between": between,
        "impute": impute,
        "min_intensity": min_intensity,
        "keep": keep,
        "probes": probes,
        "min_factor_probes": min_factor_probes,
        "keep_replicates": keep_replicates,
    }
    options["preset"] = PRESET_ALIASES.get(preset, preset)
    book = load_mirna_names(aliases or ())
    done = normalize_arrays(arrays, **options)
    _tell(arrays, done)
    found = _tell_mirna_names(arrays, book)
    chip = done.matrix.probes
    if current_names:
        done = replace(done, matrix=update_mirna_names(done.matrix, book))
    write_result(normalized_table(done.matrix, "linear" if linear else "log2"), target, format_name)
    if current_names:
        write_result(chip_names_table(chip, book), str(side_path(target, "names")), format_name)
    if not is_stream(target):
        write_result(spots_table(done.matrix), str(spots_path(target)), format_name)
        if done.average is not None:
            write_result(average_table(done.matrix, done.average), str(average_path(target)), format_name)
        if keep_replicates:
            say(_replicates_in_words(done.matrix))
            write_result(replicates_table(done.matrix), str(replicates_path(target)), format_name)
        elif replicates_path(target).exists():
            warn(f"{replicates_path(target)} is from an earlier run")
    record_run(
        place,
        target,
        "normalize",
        arguments=options
        | {"replicates": done.report.replicates}
        | reading
        | {"linear": linear, "input_format": input_format, "aliases": aliases, "current_names": current_names},
        inputs=input_hashes([place.samples, array_list, platform, *(aliases or ())], arrays),
        summary=done.report.to_record() | {"mirna_names": names_record(found)},
    )


def _replicates_in_words(matrix: ExpressionMatrix) -> str:
    """Count the spots that are kept, and those behind the values that have no logarithm."""
    import numpy as np

    assert matrix.replicates is not None  # as they were asked for
    assert matrix.spots is not None
    kept = int(np.count_nonzero(~np.isnan(matrix.replicates)))
    lost = int(matrix.spots.sum()) - kept
    without = f"; {lost:,} more behind the values are not positive and have no log2" if lost else ""
    return f"Replicate spots: {kept:,} values kept{without}."


def _tell_mirna_names(arrays: RawArrays, book: MirnaNames) -> list[Resolution]:
    """Say what became of the chip's miRNA names, each once."""
    from mirtool.annotation.probes import ProbeKind, is_kind

    names = arrays.probes.name[is_kind(arrays.probes, ProbeKind.MIRNA)]
    found = [book.resolve(name) for name in dict.fromkeys(names)]
    if found:
        tell_names("on the chip", found)
    return found


def _tell(arrays: RawArrays, done: Normalized) -> None:
    from mirtool.quality.quick import outlier_warnings
    from mirtool.report.text.normalization import array_rows, cautions, summary_pairs

    report = done.report
    say_pairs(summary_pairs(report))
    say()
    say_table(*array_rows(report))
    say()
    tell_reading(arrays)
    for caution in cautions(report):
        warn(caution)
    if done.average is not None:
        return  # the outlier rules are for signals, not for ratios
    for warning in outlier_warnings(done.matrix, report.factors, report.min_intensity):
        warn(warning)
