"""``mirtool normalize``: from scanner files to one comparable value for each miRNA and sample."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mirtool.io.arrays.settings import ReadingSettings
from mirtool.normalize.settings import NormalizeSettings, channels_to_read
from mirtool.report.text.blocks import Block, Caution, Line, Summary
from mirtool.workflow.reading import (
    FILES,
    SAMPLES,
    doubt_blocks,
    read_study_arrays,
    read_study_arrays_one_by_one,
    reading_blocks,
    reading_of,
    refuse_log2,
)
from mirtool.workflow.step import Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution
    from mirtool.io.arrays.one_by_one import ReducedArrays
    from mirtool.model import ExpressionMatrix, RawArrays, Table
    from mirtool.normalize import NormalizationReport, Normalized


@dataclass(frozen=True)
class NormalizeInputs(Inputs, ReadingSettings):
    """The arrays of a study."""

    main = ("files",)
    what = "scanner file"

    files: tuple[Any, ...] = FILES
    samples: Any = SAMPLES


class NormalizeResult(Result):
    """Normalized expression.

    Attributes
    ----------
    normalized
        The matrix, the report of everything that was counted, and for ratios the average signal.
    settings
        How they were normalized.
    names
        What became of each miRNA name of the chip.
    """

    def __init__(
        self,
        read: RawArrays | ReducedArrays[Any],
        normalized: Normalized,
        settings: NormalizeSettings,
        names: MirnaNames,
        resolutions: Sequence[Resolution],
        read_again: Callable[[], RawArrays],
    ) -> None:
        self._read = read
        self._read_again = read_again
        self.normalized = normalized
        self.settings = settings
        self.resolutions = tuple(resolutions)
        self._names = names

    @cached_property
    def arrays(self) -> RawArrays:
        """The arrays spot by spot; where they were collapsed as they were read, they are read once more."""
        from mirtool.model import RawArrays

        return self._read if isinstance(self._read, RawArrays) else self._read_again()

    @property
    def matrix(self) -> ExpressionMatrix:
        """The normalized expression, log2, under the names that are written."""
        from mirtool.annotation.mirna_names import update_mirna_names

        matrix = self.normalized.matrix
        return update_mirna_names(matrix, self._names) if self.settings.current_names else matrix

    @property
    def report(self) -> NormalizationReport:
        """The numbers of the normalization."""
        return self.normalized.report

    @property
    def _writes_not_detected(self) -> bool:
        """True where a table of its own says what was not detected: that of a panel's Ct does already."""
        import numpy as np

        matrix = self.normalized.matrix
        if matrix.not_detected is None or self._is_panel:
            return False
        if not self._is_of_lanes:
            return True
        # On a lane a missing count is one that was not detected.
        return bool((matrix.not_detected & ~np.isnan(matrix.values)).any())

    @property
    def _is_panel(self) -> bool:
        """True for the samples of a qPCR panel."""
        from mirtool.normalize.panels import is_panel

        return is_panel(self._read)

    @property
    def _is_of_lanes(self) -> bool:
        """True for lanes of NanoString."""
        from mirtool.normalize.settings import LANE_PRESET, is_recipe

        return is_recipe(self.report.preset, LANE_PRESET)

    def tables(self) -> Mapping[str, Table]:
        """Return ``normalized``, ``spots`` and, where asked for or there, ``names``, ``A`` and ``replicates``.

        Also ``not_detected``, of arrays by the instrument's call, of lanes where such counts were kept; of a qPCR
        panel ``ct``, ``assays`` and, where candidates were ranked, ``references``.
        """
        from mirtool.annotation.mirna_names import chip_names_table
        from mirtool.normalize import (
            average_table,
            normalized_table,
            not_detected_table,
            replicates_table,
            spots_table,
        )

        matrix = self.matrix
        tables = {"normalized": normalized_table(matrix, "linear" if self.settings.linear else "log2")}
        if self.settings.current_names or matrix.probes.original is not None:
            tables["names"] = chip_names_table(self.normalized.matrix.probes, self._names)
        if not self._is_of_lanes:  # on a lane each code is counted once
            tables["spots"] = spots_table(matrix)
        if self._writes_not_detected:
            tables["not_detected"] = not_detected_table(matrix)
        if self.normalized.average is not None:
            tables["A"] = average_table(matrix, self.normalized.average)
        if self.settings.keep_replicates:
            tables["replicates"] = replicates_table(matrix)
        if self._is_panel:
            from mirtool.normalize.panel_tables import assays_table, ct_table, references_table

            tables |= {"ct": ct_table(self.arrays, matrix), "assays": assays_table(self.arrays, self.normalized)}
            references = references_table(self.arrays, self.normalized)
            if references is not None:
                tables["references"] = references
        return tables

    @property
    def summary(self) -> Summary:
        """The warnings, what was kept, how far the arrays are apart, and everything that was counted."""
        from mirtool.normalize.settings import LANE_PRESET
        from mirtool.quality.quick import outlier_warnings
        from mirtool.report.text.names import names_blocks
        from mirtool.report.text.normalization import cautions, normalization_blocks

        report = self.report
        blocks: list[Block] = [*doubt_blocks(self._read), *map(Caution, cautions(report))]
        if self._is_of_lanes:
            blocks.insert(0, Line(f"NanoString counts, normalized by the preset {LANE_PRESET} as nSolver does."))
        if self.normalized.average is None:  # the outlier rules are for signals, not for ratios
            least = 1.0 if self._is_panel else report.min_intensity  # a panel's limit has the amount 1
            warnings = outlier_warnings(self.normalized.matrix, report.factors, least)
            blocks += [Caution(text) for text in warnings]
        blocks += normalization_blocks(report)
        blocks += reading_blocks(self._read)
        if self.resolutions:
            blocks += names_blocks("on the chip", self.resolutions)
        if self.settings.keep_replicates:
            blocks.append(Line(_replicates_in_words(self.normalized.matrix)))
        return tuple(blocks)

    def numbers(self) -> dict[str, Any]:
        """Return every number of the report, and what became of the names."""
        from mirtool.report.text.names import names_record

        return self.report.to_record() | {"mirna_names": names_record(self.resolutions)}


def normalize(inputs: NormalizeInputs, settings: NormalizeSettings, run: Run) -> NormalizeResult:
    """Normalize the arrays of a study: one value for each miRNA and sample, on the log2 scale.

    The recipe `exiqon-service` is the one array service laboratories deliver, in this order:

        1. spots flagged bad (−100) become missing                  --flags
        2. signal = foreground median − background median           --channel
        3. the replicate spots of one ID become their median        --replicates
        4. signals that are not positive are counted, become missing
        5. factor of an array = median of the miRNA probes with a
           signal of 30 or more in ALL arrays                       --min-intensity
        6. normalized = signal / factor, as log2                    --linear
        7. probes at 30 or more in at least one array are kept      --keep

    Agilent's total gene signals are not counts: there the file's own call gIsGeneDetected takes the place of the
    cut-off in steps 5 and 7, unless --min-intensity or --detection says otherwise.

    Options for single steps override the preset. normexp-quantile corrects backgrounds by normexp with an offset
    of 50 and gives all arrays one distribution; spike-in makes the arrays comparable by what was added to each in
    the same amount. docs/methods/normalization.md says when to use which.

    NanoString RCC files get the preset `nanostring` unless another is named: counts not above the mean
    + 2 SD of the lane's negative controls are missing (or raised to it, if they are kept), the others are
    multiplied by the positive-control factor and by that of the 100 highest probes.

    Ct values of qPCR panels get the preset `qpcr`: the mean Ct of the miRNAs that all samples detect (the global
    mean), or of the references that are named or chosen, less each Ct. That is log2: one cycle is one doubling,
    and more is higher. A well without a Ct, or with one above the limit, is missing. The Ct values are in NAME_ct,
    what became of every assay in NAME_assays, and the ranking of references in NAME_references.

    With the channel `ratio` the values are M = log2(Hy3 / Hy5), less the median M of the probes at 30 or more in
    both channels of ALL arrays; spots that are not positive in either channel have no ratio and are counted. The
    mean log2 signal of both channels is kept in NAME_A.

    The chip's miRNA names are looked up in miRBase (see `mirtool names`): how many are current, what the others
    are called now and which of them are ambiguous is reported, and --current-names writes it.

    Tables of log2 values need no normalization and are refused: where samples.csv has the column scale with the
    word log2, `mirtool diff`, `cluster` and the others read the table itself.

    Everything that was counted is reported. Besides the table a second file, NAME_spots, has the number of
    replicate spots behind each value.
    """
    from mirtool.annotation.mirna_names.chip import written_names
    from mirtool.annotation.probes import ProbeKind, is_kind
    from mirtool.io.mirnas.aliases import load_mirna_names
    from mirtool.model import RawArrays
    from mirtool.normalize import normalize as normalize_arrays
    from mirtool.normalize.lanes import are_lanes
    from mirtool.normalize.panels import is_panel
    from mirtool.normalize.settings import LANE_PRESET, PANEL_PRESET

    features = settings.resolve().polishes
    if settings.detection == "auto" and "min_intensity" in run.given:
        settings = settings.replace(detection="cutoff")
    reading: dict[str, Any] = {
        "input_format": inputs.input_format,
        "reading": reading_of(inputs) | {"features": features},
    }
    channels = channels_to_read(settings)

    def read_together() -> RawArrays:
        return read_study_arrays(inputs.files, run, channels=channels, **reading)

    collapsed = _collapsed_as_read(inputs, settings, run, {"channels": channels, **reading})
    arrays = collapsed[0] if collapsed else read_together()
    if arrays.sources[0].format == "agilent":
        run.arguments["signal"] = arrays.sources[0].header["signal"]
    run.check_width(len(arrays.samples) + 2)
    if isinstance(arrays, RawArrays):
        own = PANEL_PRESET if is_panel(arrays) else LANE_PRESET if are_lanes(arrays) else None
        if own != PANEL_PRESET:
            refuse_log2(arrays, run, inputs.scale)
        if own is not None and "preset" not in run.given:
            settings = settings.replace(preset=own)
            run.arguments["preset"] = own
    chip = written_names(arrays.probes)[is_kind(arrays.probes, ProbeKind.MIRNA)]
    names = load_mirna_names(inputs.aliases, inputs.species, inputs.mirbase_release).for_names(chip)
    run.reads(*inputs.aliases)
    if isinstance(arrays, RawArrays):
        normalized = normalize_arrays(arrays, settings)
    else:
        assert collapsed is not None
        normalized = collapsed[1]()
    run.arguments["replicates"] = normalized.report.replicates
    return NormalizeResult(
        arrays, normalized, settings, names, [names.resolve(name) for name in dict.fromkeys(chip)], read_together
    )


def _collapsed_as_read(
    inputs: NormalizeInputs, settings: NormalizeSettings, run: Run, reading: Mapping[str, Any]
) -> tuple[ReducedArrays[Any], Callable[[], Normalized]] | None:
    """Collapse the replicate spots of each array as it is read.

    Returns
    -------
    tuple or None
        What is known of the arrays, and what normalizes them; None where they must be read together.
    """
    from mirtool.io.arrays.one_by_one import Reduction
    from mirtool.normalize.pipeline import Normalization, normalization_of
    from mirtool.normalize.selection import HY3

    steps: list[Normalization[Any, Any]] = []

    def start(first: RawArrays) -> Reduction[Any] | None:
        steps.append(own := normalization_of(first, settings))
        return None if own.needs_all_spots else Reduction(own.collapse_compactly, own.join_compactly)

    prefer = HY3 if settings.channel is None else ()
    reduced = read_study_arrays_one_by_one(inputs.files, run, start, prefer=prefer, **reading)
    joined = None if reduced is None else steps[0].join(reduced.parts)
    if reduced is None or joined is None:
        return None
    known = replace(reduced, parts=())
    return known, lambda: steps[0].finish(joined, known.samples)


def _replicates_in_words(matrix: ExpressionMatrix) -> str:
    """Count the spots that are kept, and those behind the values that have no logarithm."""
    import numpy as np

    assert matrix.replicates is not None  # as they were asked for
    assert matrix.spots is not None
    kept = int(np.count_nonzero(~np.isnan(matrix.replicates)))
    lost = int(matrix.spots.sum()) - kept
    without = f"; {lost:,} more behind the values are not positive and have no log2" if lost else ""
    return f"Replicate spots: {kept:,} values kept{without}."


STEP = Step(
    name="normalize",
    function=normalize,
    inputs=NormalizeInputs,
    settings=NormalizeSettings,
    main_file="normalized.csv",
    examples=(
        ("mirtool normalize", "in a study folder: results/normalized.csv"),
        ("mirtool normalize exports/*.gpr -o normalized.xlsx", ""),
        ("mirtool normalize *.gpr --samples samples.csv | mirtool diff - --samples samples.csv", ""),
        ("mirtool normalize exports/*.gpr --channel ratio -o ratios.csv", ""),
        ("mirtool normalize exports/*.gpr --channel ratio --within loess --between Aquantile -o ratios.csv", ""),
        ("mirtool normalize --background normexp --offset 50 --between quantile", ""),
        ("mirtool normalize --preset spike-in", ""),
        ("mirtool normalize lanes/*.RCC --between housekeeping -o normalized.csv", "NanoString"),
        ("mirtool normalize card_A.txt card_B.txt --samples samples.csv -o normalized.csv", "qPCR panels"),
        ("mirtool normalize --references hsa-miR-103a-3p,hsa-miR-191-5p", ""),
        ("mirtool normalize --between normfinder --max-ct 28", ""),
        ("mirtool normalize --keep-replicates", "and mirtool diff --replicates"),
    ),
)
