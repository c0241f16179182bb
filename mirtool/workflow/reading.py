"""Reading the arrays of a study, and the input parameters that several steps share, each declared once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from mirtool.counts.methods import factors_setting, min_count_setting
from mirtool.io.arrays.settings import SCALES, not_detected_setting
from mirtool.report.text.blocks import Caution, Line, Summary
from mirtool.settings import setting
from mirtool.workflow.sources import CountFiles, MatrixOptions
from mirtool.workflow.step import INPUT_PANEL, Inputs, Run

if TYPE_CHECKING:
    from mirtool.io.arrays.one_by_one import ReducedArrays, Reduction
    from mirtool.io.arrays.read_options import ReadOptions
    from mirtool.io.arrays.settings import ReadingSettings
    from mirtool.model import ArraySource, RawArrays, SampleTable
    from mirtool.normalize.settings import NormalizeSettings

T = TypeVar("T")

FILES = setting(
    (),
    "Scanner files (GenePix results, ImaGene or Agilent text), or tables of intensities (CSV, TSV, XLSX, XLS). In "
    "a study folder: those that samples.csv names.",
    panel=INPUT_PANEL,
    metavar="FILES...",
    argument=True,
    is_path=True,
)
SAMPLES = setting(
    None,
    "Sample sheet: sample,group,file[,…]. Default samples.csv.",
    panel=INPUT_PANEL,
    metavar="SHEET",
    is_path=True,
)
SCALE = setting(
    None,
    "Scale of the values, where the table does not state it itself.",
    panel=INPUT_PANEL,
    metavar="log2|linear|counts",
    choices=tuple(SCALES),
)
PLATFORM = setting(
    None,
    "GEO platform table (GPL….txt, .annot, SOFT) that gives names to the IDs.",
    panel=INPUT_PANEL,
    metavar="FILE",
    is_path=True,
)
DIFFERENTIAL = setting(
    None,
    "The table of `mirtool diff`; - is stdin. In a study folder: results/differential.csv.",
    panel=INPUT_PANEL,
    metavar="TABLE|-",
    argument=True,
    is_path=True,
)
MIRNAS = setting(
    None,
    "Take these miRNAs instead: names separated by commas, or a file with one name per line.",
    panel=INPUT_PANEL,
    metavar="NAMES|FILE",
    is_path=True,
)
SAMPLES_IN_ROWS = setting(False, "Tables have one row per sample and one column per probe.", panel=INPUT_PANEL)

READING = (
    "species", "signal", "gal", "platform", "scale", "samples_in_rows", "not_detected",
    "max_ct", "replicate_limit", "efficiency", "calibrators",
)  # fmt: skip
"""Parameters of ``normalize`` that say how the files are read, as its record names them."""


@dataclass(frozen=True)
class MatrixInputs(Inputs):
    """A normalized table with its samples, and how both are read."""

    main = ("table",)
    what = "normalized table"

    table: Any = setting(
        None,
        "The normalized table, a GEO series matrix, or sequencing counts; - is stdin. In a study folder: "
        "results/normalized.csv, or the counts of the sample sheet.",
        panel=INPUT_PANEL,
        metavar="TABLE|-",
        argument=True,
        is_path=True,
    )
    samples: Any = SAMPLES
    scale: str | None = SCALE
    platform: Any = PLATFORM
    samples_in_rows: bool = SAMPLES_IN_ROWS
    not_detected: str | None = not_detected_setting(INPUT_PANEL)
    species: str | None = setting(
        None,
        "Use only the mature miRNAs of this species, such as hsa. Default: every row of the table.",
        panel=INPUT_PANEL,
        metavar="PREFIX",
    )
    count_factors: str = factors_setting()
    min_count: float = min_count_setting()
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: MirGeneDB's mature FASTA, miRBase's mature.fa or aliases.txt, or a table of names "
        "by release. May be given several times.",
        panel=INPUT_PANEL,
        metavar="FILE",
        is_path=True,
    )

    def matrix_options(self, *, replicates: bool = False, spots: bool = True) -> MatrixOptions:
        """Return how the table is read."""
        return MatrixOptions(
            self.scale,
            self.platform,
            self.samples_in_rows,
            replicates,
            spots,
            self.not_detected,
            self.species,
            self.count_factors,
            self.min_count,
            self.aliases,
        )


def read_study_arrays(
    files: Sequence[Any],
    run: Run,
    *,
    channels: list[str] | None = None,
    input_format: str | None = None,
    reading: dict[str, Any],
    log2_to_linear: bool = False,
) -> RawArrays:
    """Read the files given, or those of the study's sample sheet, with the study's probe rules.

    ``reading`` holds further arguments of :func:`mirtool.io.arrays.reading.read_arrays`. With ``log2_to_linear``
    values that are stated to be log2 are taken to the linear scale, and a warning says so.
    """
    from mirtool.io.arrays.reading import read_arrays
    from mirtool.model import RawArrays
    from mirtool.normalize.panels import is_panel

    if len(files) == 1 and isinstance(files[0], RawArrays):
        return files[0]
    found = _arrays_to_read(files, run, input_format, {"channels": channels, **reading})
    is_log2 = log2_to_linear and found.options.scale == "log2"
    options = replace(found.options, scale="linear") if is_log2 else found.options
    with run.progress("Reading arrays", len(found.paths)) as on_read:
        arrays = read_arrays(found.paths, options, samples=found.samples, on_read=on_read)
    noted = _noted_scale(arrays, found.options.scale)
    if log2_to_linear and (is_log2 or noted == "log2"):
        arrays = _to_linear(arrays)
    _record_reading(run, found, arrays.sources)
    if is_panel(arrays):  # a sample may be on several plates, of which its source names the first
        run.reads(*(path for path in found.paths if path not in run.inputs))
    return arrays


def _noted_scale(arrays: RawArrays, stated: str | None) -> str:
    """Return the scale that the tables themselves state; blank where they state none.

    Raises
    ------
    ScaleError
        Where it is another than the one stated in the call or the study.
    """
    from mirtool.errors import ScaleError

    other = next((source for source in arrays.sources if stated and source.scale not in ("", stated)), None)
    if other is not None:
        raise ScaleError(
            "the table says another scale than the call or the sample sheet",
            path=other.path,
            found=f"scale: {other.scale} in the table, {stated} in the call or the sheet",
            hint="leave the scale out there, or correct the note above the table",
        )
    return next((source.scale for source in arrays.sources if source.scale), "")


def _to_linear(arrays: RawArrays) -> RawArrays:
    """Return arrays that were read as log2 on the linear scale; only tables can hold log2 values.

    Raises
    ------
    ScaleError
        Where a value is too large to be log2.
    """
    import numpy as np

    from mirtool.errors import ScaleError
    from mirtool.io.arrays.value_scale import LOG2_DOUBT, SUSPICIOUSLY_SMALL
    from mirtool.io.registry import FORMATS

    if not all(source.format in FORMATS and FORMATS[source.format].table for source in arrays.sources):
        return arrays
    largest = max(float(np.nanmax(channel.foreground, initial=0.0)) for channel in arrays.channels.values())
    if largest > SUSPICIOUSLY_SMALL:
        raise ScaleError(
            "the values are stated to be log2, and some are too large for it",
            path=arrays.sources[0].path,
            found=f"{largest:.6g}",
            expected=f"no value above {SUSPICIOUSLY_SMALL}",
            hint="if they are intensities, write linear into the column scale of the sample sheet",
        )
    said = "the values are log2, as the table, the sample sheet or the settings state: they were judged as 2^value"
    sources = tuple(
        replace(source, warnings=(*(text for text in source.warnings if not text.endswith(LOG2_DOUBT)), said))
        for source in arrays.sources
    )
    channels = {
        name: replace(channel, foreground=np.exp2(channel.foreground)) for name, channel in arrays.channels.items()
    }
    return replace(arrays, channels=channels, sources=sources)


def read_study_arrays_one_by_one(
    files: Sequence[Any],
    run: Run,
    start: Callable[[RawArrays], Reduction[T] | None],
    *,
    channels: list[str] | None = None,
    prefer: Sequence[str] = (),
    input_format: str | None = None,
    reading: dict[str, Any],
) -> ReducedArrays[T] | None:
    """Read the arrays of :func:`read_study_arrays` one after the other, and keep what is made of each.

    See :func:`mirtool.io.arrays.one_by_one.read_one_by_one`; None where they must be read together.
    """
    from mirtool.io.arrays.one_by_one import read_one_by_one
    from mirtool.model import RawArrays

    if any(isinstance(file, RawArrays) for file in files):
        return None
    found = _arrays_to_read(files, run, input_format, {"channels": channels, "prefer": prefer, **reading})
    with run.progress("Reading arrays", len(found.paths)) as on_read:
        reduced = read_one_by_one(found.paths, start, found.options, samples=found.samples, on_read=on_read)
    if reduced is not None:
        _record_reading(run, found, reduced.sources)
    return reduced


@dataclass(frozen=True)
class _ToRead:
    """Files of arrays, and how they are read."""

    paths: list[str]
    samples: SampleTable | None
    options: ReadOptions


def _arrays_to_read(
    files: Sequence[Any], run: Run, input_format: str | None, reading: Mapping[str, Any]
) -> _ToRead:
    from mirtool.io.arrays.read_options import ReadOptions
    from mirtool.io.arrays.reading import paths_to_read
    from mirtool.model import SampleTable
    from mirtool.study.config import PROBE_KINDS
    from mirtool.study.samples import read_samples
    from mirtool.study.scale import SCALE_SETTING, stated_scale
    from mirtool.workflow.sources import as_paths

    samples = run.samples if isinstance(run.samples, SampleTable) else None
    if samples is None and run.samples is not None:
        samples = read_samples(run.samples)
    paths = paths_to_read(as_paths(files), samples)
    own = dict(reading)
    run.consults(PROBE_KINDS, SCALE_SETTING)
    if own.get("scale") is None and stated_scale(samples, run.config) is not None:
        own["scale"] = stated_scale(samples, run.config)
    return _ToRead(paths, samples, ReadOptions(format=input_format, rules=run.config.probe_rules, **own))


def _record_reading(run: Run, found: _ToRead, sources: Sequence[ArraySource]) -> None:
    from mirtool.study.config import PROBE_KINDS

    rules = run.config.said(PROBE_KINDS)
    if rules:  # of the study's settings, the only ones that are not a parameter of a step
        run.arguments[PROBE_KINDS] = rules
    run.reads(found.options.gal, found.options.platform)
    run.reads(sha256={source.path: source.sha256 for source in sources})


def reading_of(inputs: ReadingSettings) -> dict[str, Any]:
    """Return how the files are read, as arguments of :func:`read_study_arrays`."""
    return {name: getattr(inputs, name) for name in READING}


def doubt_blocks(arrays: RawArrays | ReducedArrays[Any]) -> Summary:
    """Return the doubts that the values are intensities at all, which come before everything else."""
    from mirtool.io.arrays.value_scale import DOUBTS

    return _warning_blocks(arrays, lambda text: text.endswith(DOUBTS))


def reading_blocks(arrays: RawArrays | ReducedArrays[Any]) -> Summary:
    """Return what reading left out, and what is odd about the files, but for :func:`doubt_blocks`."""
    from mirtool.io.arrays.value_scale import DOUBTS

    left_out = (Line(f"Left out while reading: {text}") for text in arrays.dropped)
    return (*left_out, *_warning_blocks(arrays, lambda text: not text.endswith(DOUBTS)))


def _warning_blocks(arrays: RawArrays | ReducedArrays[Any], wanted: Callable[[str], bool]) -> Summary:
    n_arrays = len(arrays.sources)
    warnings = Counter(warning for source in arrays.sources for warning in source.warnings if wanted(warning))
    return tuple(
        Caution(text if n_arrays == 1 else f"{text} (in {n} of {n_arrays} arrays)") for text, n in warnings.items()
    )


def recorded_normalization(table: str | Path | None, run: Run) -> dict[str, Any] | None:
    """Return the arguments with which the study, or a normalized table, was normalized; None without a record."""
    from mirtool.study.record import recorded_arguments

    if run.study is not None:
        return recorded_arguments(run.study.run_file, "normalize")
    return None if table is None else recorded_arguments(Path(table).with_suffix(".run.json"), "normalize")


def refuse_log2(arrays: RawArrays, run: Run, scale: str | None = None) -> None:
    """Refuse to normalize values that are log2: those that are stated to be, and tables that look like it.

    Parameters
    ----------
    arrays
        As they were read.
    run
        Its ``mirtool.toml`` may state the scale.
    scale
        The scale that was stated in the call, which counts before the sample sheet's.

    Raises
    ------
    ScaleError
        Where they are; it says what to run instead.
    """
    import numpy as np

    from mirtool.errors import ScaleError, option
    from mirtool.io.arrays.value_scale import looks_log2
    from mirtool.io.registry import FORMATS
    from mirtool.study.scale import SCALE_SETTING, stated_scale

    run.consults(SCALE_SETTING)
    stated = scale or stated_scale(arrays.samples, run.config)
    tables = [
        source.path for source in arrays.sources if source.format in FORMATS and FORMATS[source.format].table
    ]
    if not tables:
        return
    stated = _noted_scale(arrays, stated) or stated
    if stated == "linear":
        return
    values = np.concatenate([channel.foreground.ravel() for channel in arrays.channels.values()])
    if stated == "log2":
        raise ScaleError(
            "the values are log2, so there is nothing to normalize",
            path=tables[0],
            hint=f"go on with `mirtool diff` (outside a study folder with {option('scale', 'log2')})",
        )
    if len(tables) == len(arrays.sources) and looks_log2(values):
        sheet = arrays.samples.sheet or "samples.csv"
        raise ScaleError(
            "these values look like log2, and a normalization starts from intensities",
            path=tables[0],
            found=f"no value above {np.nanmax(values):.4g}",
            expected="intensities, which reach thousands of counts",
            hint=f'if they are log2, add a column scale with the word log2 to {sheet} (or scale = "log2" under '
            "[normalize] in mirtool.toml) and go on with `mirtool diff`; if they are intensities, say so with "
            f"{option('scale', 'linear')}",
        )


AS_COMPARED = ("count_factors", "min_count", "not_detected", "species")
"""Parameters of ``diff`` that say which counts were compared, and how libraries were made comparable."""


def options_as_compared(options: MatrixOptions, table: Any, run: Run) -> MatrixOptions:
    """Return how a study's sequencing counts are read: as ``diff`` read them, but for what the caller gave.

    Parameters
    ----------
    options
        As the step's own parameters say.
    table
        What is read; for other tables than the study's counts the options stay as they are.
    run
        Its study has the record of ``mirtool diff``; where that has not run, ``[diff]`` of its ``mirtool.toml``
        counts.
    """
    from mirtool.study.record import recorded_arguments
    from mirtool.workflow.catalog import load_step
    from mirtool.workflow.execution import settings_of_study

    if run.study is None or not isinstance(table, CountFiles):
        return options
    compared = recorded_arguments(run.study.run_file, "diff") or settings_of_study(load_step("diff"), run.study)
    followed = {name: compared[name] for name in AS_COMPARED if name in compared and name not in run.given}
    run.arguments |= followed
    run.follows("diff", followed)
    return replace(options, **followed)


def settings_as_normalized(names: Collection[str], run: Run) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of ``normalize`` that another step follows, and what to say of them.

    Parameters
    ----------
    names
        The settings to follow; those that the caller gave to the step itself are left out.
    run
        Its study has the record of ``mirtool normalize``; where that has not run, ``[normalize]`` of its
        ``mirtool.toml`` counts.

    Returns
    -------
    settings : dict
        Name to value; empty outside a study.
    notes : list of str
        Where the settings are from.
    """
    from mirtool.workflow.catalog import load_step
    from mirtool.workflow.execution import settings_of_study

    if run.study is None:
        return {}, []
    record = run.study.run_file
    recorded = recorded_normalization(None, run)
    wanted = set(names) - run.given
    if recorded is None:
        normalize = load_step("normalize")
        planned = settings_of_study(normalize, run.study)
        defaults = {each.name: each.default for each in normalize.parameters()}
        reused = {name: value for name, value in planned.items() if name in wanted}
        run.follows("normalize", {name: planned.get(name, defaults.get(name)) for name in wanted})
        if reused:
            told = as_typed(reused) or "its defaults"
            return reused, [f"As [normalize] in {run.config.path} says: {told}."]
        return {}, [
            f"{record} has no record of `mirtool normalize`: defaults are used for what is not given here."
        ]
    reused = {name: value for name, value in recorded.items() if name in wanted}
    run.follows("normalize", reused)
    return reused, [f"As `mirtool normalize` was called ({record}): {as_typed(reused) or 'its defaults'}."]


def as_typed(options: Mapping[str, Any]) -> str:
    """Write settings that differ from the defaults of ``normalize`` as they would be typed."""
    from mirtool.io.arrays.settings import ReadingSettings
    from mirtool.normalize.methods import PRESET_ALIASES
    from mirtool.normalize.settings import ResolvedSettings

    usual = vars(ReadingSettings()) | vars(ResolvedSettings())
    words = []
    for name, value in options.items():
        if PRESET_ALIASES.get(str(value), value) in (None, False, [], (), usual.get(name)):
            continue
        typed = "--" + name.replace("_", "-")
        words.append(typed if value is True else f"{typed} {f'{value:g}' if isinstance(value, float) else value}")
    return ", ".join(words)


def arrays_as_normalized(table: str | Path, run: Run) -> tuple[RawArrays, NormalizeSettings]:
    """Read the raw arrays as ``normalize`` read them; return them and the settings it was called with."""
    from mirtool.normalize.settings import NormalizeSettings

    recorded = recorded_normalization(table, run)
    if recorded is None:
        run.warn(
            "there is no record of `mirtool normalize`: its defaults are taken for the choices that are not varied"
        )
    arguments = recorded or {}
    settings = NormalizeSettings.from_record(arguments)
    reading = {name: arguments[name] for name in READING if name in arguments}
    reading["features"] = settings.resolve().polishes
    arrays = read_study_arrays((), run, input_format=arguments.get("input_format"), reading=reading)
    refuse_log2(arrays, run, arguments.get("scale"))
    return arrays, settings
