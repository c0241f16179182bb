"""What several steps read: normalized tables with their samples, differential tables; paths or objects."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.counts.methods import DEFAULT_FACTORS, DEFAULT_MIN_COUNT
from mirtool.errors import UsageError, option
from mirtool.wording import first_of
from mirtool.workflow.step import Run

if TYPE_CHECKING:
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.io.tables.text_tables import TextTable
    from mirtool.model import BoolArray, ExpressionMatrix, ProbeTable, SampleTable, Table


@dataclass(frozen=True)
class MatrixOptions:
    """How a table of expression is read."""

    scale: str | None = None
    platform: str | Path | None = None
    samples_in_rows: bool = False
    replicates: bool = False
    spots: bool = True
    not_detected: str | None = None
    species: str | None = None
    count_factors: str = DEFAULT_FACTORS
    min_count: float = DEFAULT_MIN_COUNT
    aliases: Sequence[str | Path] = ()


@dataclass(frozen=True)
class CountFiles:
    """The files of sequencing counts that a study's sample sheet names."""

    files: tuple[str, ...]

    def __str__(self) -> str:
        return self.files[0] if len(self.files) == 1 else f"{len(self.files)} files of counts"


def is_path(value: Any) -> bool:
    """Return True for what names a file."""
    return isinstance(value, str | Path)


def read_sheet(run: Run) -> SampleTable:
    """Return the samples: those given as an object, else the sheet that was given, else the study's.

    Raises
    ------
    UsageError
        Where there is neither.
    """
    from mirtool.study.folder import SAMPLES_FILE, samples_file_in
    from mirtool.study.samples import read_samples

    if run.samples is not None and not is_path(run.samples):
        samples: SampleTable = run.samples
        return samples
    if run.samples is None:
        found = samples_file_in()
        if found is None:
            raise UsageError(
                "no sample sheet was given, so the groups are not known",
                expected=f"{option('samples', 'SHEET')}, or a {SAMPLES_FILE} in this folder",
                hint="the sheet has the columns sample,group; the samples are named as the table's columns are",
            )
        run.samples = found
    return read_samples(run.samples)


def find_sheet(run: Run) -> SampleTable | None:
    """Return the samples as :func:`read_sheet`; None where no sheet was given and there is no study."""
    return None if run.samples is None else read_sheet(run)


def find_normalized(table: Any, run: Run) -> Any:
    """Return the table that was given, else the study's: its counts, its log2 table, else ``normalized.csv``."""
    if table is None:
        table = study_counts(run) or log2_table(run) or _normalized_of_study(run)
    named = is_path(table) or isinstance(table, CountFiles)
    run.arguments["table"] = str(table) if named else f"<{type(table).__name__}>"
    return table


def _normalized_of_study(run: Run) -> str:
    return str(
        run.result_path(
            "normalized.csv",
            "normalized table",
            made_by="normalize",
            instead="a table; if the study's own table is log2, write log2 into a column scale of the sample "
            "sheet (or counts)",
        )
    )


def study_counts(run: Run) -> CountFiles | None:
    """Return the files of sequencing counts that the sample sheet names; None where the study is of arrays."""
    from mirtool.study.scale import SCALE_SETTING, stated_scale

    sheet = find_sheet(run)
    run.consults(SCALE_SETTING)
    files = () if sheet is None else tuple(dict.fromkeys(file for file in sheet.files if file))
    return CountFiles(files) if files and stated_scale(sheet, run.config) == "counts" else None


def _counts_in(table: Any, run: Run, options: MatrixOptions) -> CountFiles | None:
    """Return what to read as counts: the study's files, or a table that is stated or known to hold counts."""
    from mirtool.io.registry import has_counts
    from mirtool.study.scale import stated_scale

    if isinstance(table, CountFiles):
        return table
    if not is_path(table) or options.scale in ("log2", "linear"):
        return None
    if options.scale == "counts" or stated_scale(find_sheet(run), run.config) == "counts" or has_counts(table):
        return CountFiles((str(table),))
    return None


def read_counts(counts: CountFiles, run: Run, options: MatrixOptions) -> ExpressionMatrix:
    """Read sequencing counts, filter them and return their log-CPM with the reads behind them."""
    from mirtool.annotation.mirna_names.on_reading import RESOLVED
    from mirtool.annotation.probes import classify_probes
    from mirtool.counts import count_matrix
    from mirtool.io.counts.reading import read_study_counts

    with run.progress("Reading counts", len(counts.files)) as on_read:
        study = read_study_counts(
            counts.files, find_sheet(run), samples_in_rows=options.samples_in_rows, on_read=on_read
        )
    run.reads(*counts.files)
    if options.species is not None:
        study = study.take(_rows_of_species(classify_probes(study.id, study.name), options.species, run))
    matrix = count_matrix(study, factors=options.count_factors, min_count=options.min_count)
    matrix = _with_further_names(matrix, options, run)
    for text in (*study.warnings, *matrix.history):
        if text in study.warnings or text.startswith(RESOLVED):
            run.warn(text.removeprefix(RESOLVED))
    return matrix


def log2_table(run: Run) -> str | None:
    """Return the table of log2 values that the sample sheet names; None where the study's arrays are intensities.

    Raises
    ------
    SampleSheetError
        Where the samples are in several such tables.
    """
    from mirtool.errors import SampleSheetError
    from mirtool.study.scale import SCALE_SETTING, stated_scale

    sheet = find_sheet(run)
    run.consults(SCALE_SETTING)
    files = [] if sheet is None else list(dict.fromkeys(file for file in sheet.files if file))
    if not files or stated_scale(sheet, run.config) != "log2":
        return None
    if len(files) > 1:
        raise SampleSheetError(
            "the samples are columns of several log2 tables",
            path=sheet.sheet or None if sheet else None,
            found=", ".join(files[:3]) + (" …" if len(files) > 3 else ""),
            expected="one table with all samples",
            hint="put their columns side by side in one table, one row per probe",
        )
    return files[0]


def read_matrix(table: Any, run: Run, options: MatrixOptions = MatrixOptions()) -> ExpressionMatrix:
    """Return log2 expression: a matrix or a result that holds one as it is, a path read with the spots beside it.

    Raises
    ------
    UsageError
        For an object that is none of these.
    FormatError, ScaleError
        Where a file can't be read, or does not say its scale.
    """
    from mirtool.model import ExpressionMatrix

    own = getattr(table, "matrix", table)
    if isinstance(own, ExpressionMatrix):
        own = _with_further_names(own, options, run)
        return own if options.species is None else _of_species(own, options.species, run)
    counts = _counts_in(table, run, options)
    if counts is not None:
        return read_counts(counts, run, options)
    if not is_path(table):
        raise UsageError(
            "this is not a normalized table",
            parameter="table",
            found=type(table).__name__,
            expected="a path, an ExpressionMatrix, or the result of normalize",
        )
    from mirtool.annotation.mirna_names.on_reading import RESOLVED
    from mirtool.io.arrays.affymetrix import NOTED, SEVERAL_SPECIES
    from mirtool.io.arrays.matrix import read_expression
    from mirtool.io.arrays.not_detected import is_panel_matrix
    from mirtool.io.results.panel_cts import ct_path, read_not_detected
    from mirtool.io.results.replicates import read_replicates, replicates_path
    from mirtool.io.results.spots import marks_path, read_marks, read_spots, spots_path

    own_log2 = log2_table(run) == str(table)
    scale = "log2" if own_log2 else options.scale
    matrix = read_expression(table, scale=scale, samples_in_rows=options.samples_in_rows)  # type: ignore[arg-type]
    run.reads(table)
    beside: tuple[tuple[bool, str, Path, Callable[[Path, ExpressionMatrix], Any]], ...] = (
        (options.spots, "spots", spots_path(table), read_spots),
        (is_panel_matrix(matrix), "not_detected", ct_path(table), read_not_detected),
        (options.spots, "not_detected", marks_path(table), read_marks),
        (options.replicates, "replicates", replicates_path(table), read_replicates),
    )
    for is_wanted, what, path, read in beside:
        if is_wanted and (found := run.find_beside(table, path)):
            run.reads(found)
            matrix = replace(matrix, **{what: read(found, matrix)})
    if options.platform is not None:
        from mirtool.io.arrays.geo_platform import name_matrix, read_platform

        matrix = name_matrix(matrix, read_platform(options.platform))
        run.reads(options.platform)
    matrix = _with_further_names(matrix, options, run)
    for step in matrix.history:
        if step.startswith((RESOLVED, NOTED)) and not (options.species and step.startswith(SEVERAL_SPECIES)):
            run.warn(step.removeprefix(RESOLVED).removeprefix(NOTED))
    return matrix if options.species is None else _of_species(matrix, options.species, run)


def _with_further_names(matrix: ExpressionMatrix, options: MatrixOptions, run: Run) -> ExpressionMatrix:
    """Return the matrix with its names resolved by the files of names that were given."""
    from mirtool.annotation.mirna_names.on_reading import resolve_matrix
    from mirtool.io.mirnas.aliases import load_mirna_names

    if not options.aliases:
        return matrix
    run.reads(*options.aliases)
    return resolve_matrix(matrix, load_mirna_names(options.aliases, options.species))


def _of_species(matrix: ExpressionMatrix, species: str, run: Run) -> ExpressionMatrix:
    """Return the mature miRNAs of a species, and those whose names do not say theirs; report how many."""
    return matrix.take_probes(_rows_of_species(matrix.probes, species, run))


def _rows_of_species(probes: ProbeTable, species: str, run: Run) -> BoolArray:
    """Return which rows are mature miRNAs of a species, or do not say whose they are; report how many."""
    import numpy as np

    from mirtool.annotation.probes import ProbeKind, is_kind, species_of

    prefixes = [species_of(name) for name in probes.name]
    own: BoolArray = is_kind(probes, ProbeKind.MIRNA) & np.array(
        [not p or species in p for p in prefixes], dtype=bool
    )
    if not own.any():
        found = sorted({prefix for each in prefixes for prefix in each})
        raise UsageError(
            f"the table has no miRNA of the species {species!r}",
            parameter="species",
            found=", ".join(found[:8]) + (" …" if len(found) > 8 else "") if found else "no name with a species",
            expected="a prefix of miRBase, such as hsa",
        )
    run.warn(f"only the miRNAs of {species} are used: {int(own.sum()):,} of {len(own):,} rows")
    return own


def read_grouped(table: Any, run: Run, options: MatrixOptions = MatrixOptions()) -> ExpressionMatrix:
    """Return log2 expression whose samples have the groups and columns of the sample sheet."""
    from mirtool.differential import join_samples

    matrix = read_matrix(table, run, options)
    if run.samples is None and any(matrix.samples.groups):
        return settle_not_detected(matrix, options, run)
    sheet = read_sheet(run)
    if matrix.counts is None and is_path(table) and log2_table(run) == str(table):
        matrix = _listed_samples(matrix, sheet, run)
    joined = join_samples(matrix, sheet, sheet.sheet or "the samples")
    return settle_not_detected(joined, options, run)


def settle_not_detected(matrix: ExpressionMatrix, options: MatrixOptions, run: Run) -> ExpressionMatrix:
    """Return a matrix with values that are not detected as the options say, and report it."""
    from mirtool.io.arrays.not_detected import SAID, apply_not_detected

    if any(step.startswith(SAID) for step in matrix.history):
        return matrix
    matrix, said = apply_not_detected(matrix, options.not_detected)
    if said:
        run.warn(said)
    return matrix


def _listed_samples(matrix: ExpressionMatrix, sheet: SampleTable, run: Run) -> ExpressionMatrix:
    """Leave out the columns of a log2 table that the sheet does not list, as ``normalize`` does, and say so."""
    names, listed = matrix.samples.names, set(sheet.names)
    others = [name for name in names if name not in listed]
    if not others or len(others) == len(names):
        return matrix
    run.warn(f"columns of the table not in the sample sheet are left out: {first_of(others, 5)}")
    return matrix.take_samples(j for j, name in enumerate(names) if name in listed)


def find_differential(differential: Any, run: Run) -> Any:
    """Return the differential table that was given, else the path of the study's."""
    if differential is None:
        return str(run.result_path("differential.csv", "differential table", made_by="diff"))
    return differential


def read_differential_table(differential: Any, run: Run) -> SavedDifferential:
    """Return a differential table: a path read, the result of ``diff`` or its table as it would be read back.

    Raises
    ------
    UsageError
        For an object that is neither.
    FormatError
        Where the file is not a table of ``mirtool diff``.
    """
    from mirtool.io.results.differential import SavedDifferential, parse_differential, read_differential
    from mirtool.model import DifferentialTable, Table

    if is_path(differential):
        run.reads(differential)
        return read_differential(differential)
    if isinstance(differential, SavedDifferential):
        return differential
    table = differential.tables()["differential"] if hasattr(differential, "comparison") else differential
    if isinstance(table, DifferentialTable):
        from mirtool.differential import differential_table

        table = differential_table(table)
    if not isinstance(table, Table):
        raise UsageError(
            "this is not a differential table",
            parameter="differential",
            found=type(differential).__name__,
            expected="a path, a DifferentialTable, or the result of diff",
        )
    return parse_differential(text_table(table, "differential table", "diff/differential"))


def text_table(table: Table, file: str, name: str) -> TextTable:
    """Return a table as it is read back from its file; ``name`` is its step and name, which sets the digits."""
    from mirtool.io.tables.text_tables import TextTable
    from mirtool.report.tables import digits_of, format_column

    columns = tuple(format_column(values, digits_of(name, head)) for head, values in table.columns.items())
    return TextTable(file, tuple(table.columns), columns, 2, dict(table.notes))


def as_paths(files: Sequence[Any]) -> list[str]:
    """Return files as text, patterns such as ``exports/*.gpr`` and folders expanded in alphabetical order.

    Raises
    ------
    UsageError
        Where a pattern fits no file, or a folder holds no arrays.
    """
    from glob import glob, has_magic

    from mirtool.io.arrays.folders import files_of_arrays

    found: list[str] = []
    for file in files:
        text = str(file)
        if Path(text).is_dir():
            found += files_of_arrays(text)
            continue
        if not has_magic(text) or Path(text).exists():
            found.append(text)
            continue
        matching = sorted(glob(text))  # noqa: PTH207  (absolute patterns too)
        if not matching:
            raise UsageError("no file fits this pattern", found=text)
        found += matching
    return found
