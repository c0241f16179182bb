"""``mirtool geo``: the files of a submission to GEO, filled from the study."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.report.methods.geo_settings import GeoSettings
from mirtool.report.text.blocks import Block, Line, Summary
from mirtool.workflow.reading import MatrixInputs, arrays_as_normalized
from mirtool.workflow.sources import find_normalized, is_path, read_grouped, read_sheet
from mirtool.workflow.step import Result, Run, Step

if TYPE_CHECKING:
    from mirtool.model import ExpressionMatrix, SampleTable, Table
    from mirtool.report.methods.geo_sheet import GeoSheet, Organism
    from mirtool.study.raw_files import RawFile

FOLDER = "geo"


@dataclass(frozen=True)
class GeoInputs(MatrixInputs):
    """The normalized table of the study, and its samples."""


class GeoResult(Result):
    """The files of a submission.

    Attributes
    ----------
    matrix
        The normalized values.
    sheet
        The metadata.
    raw_files
        The raw files with their MD5.
    organism
        The species that was taken from the names of the probes, and what to check.
    """

    def __init__(
        self,
        matrix: ExpressionMatrix,
        sheet: GeoSheet,
        raw_files: Mapping[RawFile, str],
        organism: Organism,
        sizes: Mapping[str, int],
    ) -> None:
        self.matrix = matrix
        self.sheet = sheet
        self.raw_files = dict(raw_files)
        self.organism = organism
        self._sizes = dict(sizes)

    def tables(self) -> Mapping[str, Table]:
        """Return ``raw_files``: sample, file, size and MD5 of every raw file."""
        import numpy as np

        from mirtool.model import Table, text_array

        files = list(self.raw_files)
        return {
            "raw_files": Table(
                {
                    "sample": text_array(each.sample for each in files),
                    "file": text_array(each.name for each in files),
                    "bytes": np.array([self._sizes[each.path] for each in files], dtype=np.int64),
                    "MD5": text_array(self.raw_files[each] for each in files),
                }
            )
        }

    def file_name(self, table: str, main: str) -> str:  # noqa: ARG002
        """Return ``raw_files.csv``."""
        return f"{table}.csv"

    def files(self) -> Mapping[str, bytes]:
        """Return the metadata sheet and the matrix."""
        from mirtool.report.methods.geo_sheet import MATRIX_FILE, METADATA_FILE, matrix_text, metadata_workbook

        return {
            METADATA_FILE: metadata_workbook(self.sheet),
            MATRIX_FILE: matrix_text(self.matrix).encode(),
        }

    @property
    def summary(self) -> Summary:
        """What was written, and what is to be filled in."""
        from mirtool.report.methods.geo_sheet import MATRIX_FILE, METADATA_FILE
        from mirtool.wording import plural

        n_probes, n_samples = len(self.matrix.probes), len(self.matrix.samples)
        blocks: list[Block] = [
            Line(
                f"GEO submission: {plural(n_samples, 'sample')}, {plural(n_probes, 'probe')} in {MATRIX_FILE}, "
                f"{plural(len(self.raw_files), 'raw file')}"
            )
        ]
        if self.organism.note:
            blocks.append(Line(f"Organism: {self.organism.name} ({self.organism.note}); check it"))
        fields = self.sheet.open_fields
        if fields:
            blocks.append(Line(f"To fill in, yellow in {METADATA_FILE}: {', '.join(fields)}"))
        return tuple(blocks)

    def numbers(self) -> dict[str, Any]:
        """Return the counts, and the fields that are to be filled in."""
        return {
            "samples": len(self.matrix.samples),
            "probes": len(self.matrix.probes),
            "raw_files": len(self.raw_files),
            "to_fill_in": self.sheet.open_fields,
        }


def geo(inputs: GeoInputs, settings: GeoSettings, run: Run) -> GeoResult:
    """Write what a submission to GEO needs: metadata sheet, matrix, list of raw files with MD5.

    metadata.xlsx has the sections SERIES, SAMPLES and PROTOCOLS of GEO's array template. Filled in are samples,
    groups, characteristics (every further column of the sample sheet), raw files, scanner settings from the files'
    headers, and the data processing as it was recorded. What the study does not know is yellow and begins with
    TO FILL IN; options and [geo] in mirtool.toml fill it too.

    matrix.txt has the normalized values (ID_REF, one column per sample, as in the metadata sheet). raw_files.csv
    lists the raw files with their MD5; send these files with the other two. In a study folder they are written to
    results/geo.
    """
    from mirtool.errors import UsageError
    from mirtool.report.methods.facts import StudyFacts, scan_headers
    from mirtool.report.methods.geo_sheet import Organism, geo_sheet, organism_of_names
    from mirtool.report.methods.record import records_of
    from mirtool.study.raw_files import raw_files
    from mirtool.study.scale import SCALE_SETTING, stated_scale

    table = find_normalized(inputs.table, run)
    matrix = read_grouped(table, run, inputs.matrix_options(spots=False))
    if matrix.counts is not None:
        raise UsageError(
            "this is GEO's sheet for arrays, and these are sequencing counts",
            found=str(table),
            hint="GEO takes sequencing data with its own sheet (ncbi.nlm.nih.gov/geo/info/seq.html): send the "
            "FASTQ files, the table of counts as processed data, and log_cpm.csv of `mirtool diff`",
        )
    if settings.all_probes:
        matrix = _with_all_probes(matrix, table, run)
    samples = _with_files(matrix.samples, read_sheet(run))
    runs = _runs(table, run)
    if settings.all_probes:
        runs = _keeping_all(runs)
    run.consults(SCALE_SETTING)
    scale = stated_scale(samples, run.config)
    facts = StudyFacts(records_of(runs), samples, scan_headers(samples), scale)
    stated = settings.organism or facts.column("organism", "species")
    organism = Organism() if stated else organism_of_names(matrix.probes.name.tolist())
    sheet = geo_sheet(facts, samples, settings, organism, runs)
    digests, sizes = _digests(raw_files(samples, scale), run)
    _warn_about_matrix(facts, matrix, run)
    return GeoResult(matrix, sheet, digests, organism, sizes)


def _with_all_probes(matrix: ExpressionMatrix, table: Any, run: Run) -> ExpressionMatrix:
    """Return the matrix with the probes that were not kept, normalized as the others were."""
    from mirtool.errors import UsageError, option
    from mirtool.normalize import normalize

    if not is_path(table):
        raise UsageError(
            f"{option('all_probes', True)} reads how the arrays were normalized from the record beside the table",
            found="an object",
            hint="name the normalized table; in a study folder it is known",
        )
    arrays, settings = arrays_as_normalized(table, run)
    whole = normalize(arrays, settings.replace(keep="everything")).matrix
    return whole.take_samples([whole.samples.names.index(name) for name in matrix.samples.names])


def _with_files(samples: SampleTable, sheet: SampleTable) -> SampleTable:
    """Return the samples of the matrix with what the sheet says of them: files and further columns."""
    rows = {name: i for i, name in enumerate(sheet.names)}
    known = [rows[name] for name in samples.names if name in rows]
    return sheet.take(known) if len(known) == len(samples) else samples


def _runs(table: Any, run: Run) -> dict[str, Any]:
    """Return the record of the runs: the study's, or that beside the table."""
    from mirtool.study.record import read_runs

    if run.study is not None:
        return read_runs(run.study.run_file)
    return read_runs(Path(table).with_suffix(".run.json")) if is_path(table) else {}


def _keeping_all(runs: dict[str, Any]) -> dict[str, Any]:
    """Return the record of the runs as it would be if the normalization had kept every probe."""
    normalized = runs.get("normalize")
    if normalized is None:
        return runs
    summary = {name: value for name, value in normalized["summary"].items() if name != "kept"}
    return runs | {"normalize": normalized | {"summary": summary | {"keep": "everything"}}}


def _digests(files: Sequence[RawFile], run: Run) -> tuple[dict[RawFile, str], dict[str, int]]:
    """Return MD5 and size of the raw files; those that are missing are an error."""
    from mirtool.errors import MirtoolError
    from mirtool.study.raw_files import md5_of

    if not files:
        run.warn("the study has no raw files: GEO asks for the raw data of every array")
    names = [each.name for each in files]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        run.warn(f"raw files in different folders have the same name, and GEO needs different ones: {twice[0]}")
    digests: dict[RawFile, str] = {}
    sizes: dict[str, int] = {}
    with run.progress("MD5 of the raw files", len(files)) as on_file:
        for each in files:
            if not Path(each.path).is_file():
                raise MirtoolError(
                    "a raw file is not there",
                    path=each.path,
                    hint="correct the column file of the sample sheet, or put the file back",
                )
            digests[each] = md5_of(each.path)
            sizes[each.path] = Path(each.path).stat().st_size
            on_file(each.name)
    run.reads(*(each.path for each in files))
    return digests, sizes


def _warn_about_matrix(facts: Any, matrix: ExpressionMatrix, run: Run) -> None:
    """Say where the matrix does not hold every probe that was normalized."""
    from mirtool.errors import option

    counting = facts.record("normalize").number("counting_probes")
    if counting and len(matrix.probes) < counting:
        run.warn(
            f"the matrix holds the {len(matrix.probes):,} of {counting:,} probes that were kept; GEO asks for "
            f"all: {option('all_probes', True)}"
        )


STEP = Step(
    name="geo",
    function=geo,
    inputs=GeoInputs,
    settings=GeoSettings,
    output="folder",
    main_file="geo.csv",
    subfolder=FOLDER,
    examples=(
        ("mirtool geo", "in a study folder: results/geo/metadata.xlsx, matrix.txt, raw_files.csv"),
        ("mirtool geo --all-probes --platform-id GPL18402 --molecule 'total RNA' --label Hy3", ""),
        ("mirtool geo normalized.csv --samples samples.csv -o submission", ""),
    ),
)
