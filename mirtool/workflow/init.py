"""``mirtool init``: write the sample sheet of a study, to be filled in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option
from mirtool.report.text.blocks import Line, Summary
from mirtool.settings import setting
from mirtool.study.settings import InitSettings
from mirtool.workflow.sources import as_paths
from mirtool.workflow.step import Inputs, Result, Run, Step

if TYPE_CHECKING:
    from mirtool.model import Table
    from mirtool.study.characteristics import Joined

STDOUT = "-"
OTHERS_SHOWN = 5
"""Addresses of further files of a series that are named."""


@dataclass(frozen=True)
class InitInputs(Inputs):
    """The arrays of a study."""

    place = "files"
    main = ("files",)

    files: tuple[Any, ...] = setting(
        help="The arrays: scanner files, tables of intensities, a GEO series matrix, or the accession of a GEO "
        "series (GSE…), which is fetched; sequencing counts; or exports of qPCR panels.",
        metavar="FILES...",
        argument=True,
        is_path=True,
    )


class InitResult(Result):
    """A draft of the sample sheet."""

    def __init__(
        self,
        sheet: Table,
        output: str,
        n_files: int,
        series_matrix: str | None,
        joined: Joined | None = None,
        series: FetchedSeries | None = None,
        *,
        is_panel: bool = False,
        looks_like_counts: bool = False,
    ) -> None:
        self.sheet = sheet
        self.output = output
        self.n_files = n_files
        self.series_matrix = series_matrix
        self.joined = joined
        self.series = series
        self.is_panel = is_panel
        self.looks_like_counts = looks_like_counts
        self.new_settings = _new_settings(output)

    @property
    def is_log2(self) -> bool:
        """True where the samples are columns of tables whose values are log2."""
        return "log2" in self.sheet.columns.get("scale", ())

    @property
    def is_counts(self) -> bool:
        """True where the samples are sequencing counts."""
        return "counts" in self.sheet.columns.get("scale", ())

    def tables(self) -> Mapping[str, Table]:
        """Return ``samples``: one row per sample, groups still empty."""
        return {"samples": self.sheet}

    def files(self) -> Mapping[str, bytes]:
        """Return the sheet as a file; with a study's sheet also its settings, where it has none yet."""
        from mirtool.report.tables import table_bytes
        from mirtool.workflow.settings_file import settings_template

        if self.output == STDOUT:
            return {}
        sheet = {self.output: table_bytes(self.sheet, self.output)}
        return sheet | ({self.new_settings: settings_template(self._known).encode()} if self.new_settings else {})

    @property
    def _known(self) -> dict[str, str]:
        """What is known of the study's settings: the table of its platform."""
        platform = None if self.series is None else self.series.platform_file
        return {} if platform is None else {"platform": platform}

    def stdout(self) -> bytes | None:
        """Return the sheet, where it goes to stdout."""
        from mirtool.report.tables import table_bytes

        return table_bytes(self.sheet, STDOUT) if self.output == STDOUT else None

    @property
    def summary(self) -> Summary:
        """How many samples there are, and what to do next."""
        from mirtool.wording import plural

        if self.output == STDOUT:
            return ()
        blocks = [
            Line(f"Wrote {self.output}: {plural(len(self.sheet), 'sample')} from {plural(self.n_files, 'file')}"),
            *([Line(f"Wrote {self.new_settings}: every setting with its default")] if self.new_settings else []),
        ]
        if self.series is not None:
            blocks += map(Line, self.series.notes)
            if self.series.platform_file is not None and not self.new_settings:
                blocks.append(Line(f"Its platform table: {option('platform', self.series.platform_file)}"))
        if self.joined is not None:
            blocks += map(Line, self.joined.notes)
        if self.is_log2:
            blocks.append(
                Line(
                    "The values are log2 (column scale): `mirtool normalize` is not needed. If they are "
                    "intensities, write linear there."
                )
            )
        if self.is_counts:
            blocks.append(
                Line(
                    "The values are sequencing counts (column scale): `mirtool normalize` is not for them, "
                    "`mirtool diff` filters, scales and weighs them."
                    + (" If they are intensities, write linear there." if self.looks_like_counts else "")
                )
            )
        return (*blocks, Line("What to do next:"), *map(Line, self._next_steps()))

    def _next_steps(self) -> list[str]:
        joined = self.joined
        if any(self.sheet.columns["group"]):
            return [
                f"  1. Open {self.output} and check the column 'group'.",
                f"  2. {self._next_command()}",
            ]
        fill = f"  1. Open {self.output} and fill in the column 'group'"
        if joined is not None and joined.candidates:
            names = ", ".join(
                f"{name} ({', '.join(f'{value} {n:,}' for value, n in counts.items())})"
                for name, counts in joined.candidates.items()
            )
            return [f"{fill}, or call init again with --force and --group COLUMN: {names}.",
                    f"  2. {self._next_command()}"]  # fmt: skip
        named = self.is_log2 or self.is_counts or self.is_panel  # samples are found by their names
        rename = "" if named else " (and correct the sample names, if you like)"
        return [f"{fill}{rename}.", f"  2. {self._next_command()}"]

    def _next_command(self) -> str:
        from mirtool.study.folder import SAMPLES_FILE

        sheet = Path(self.output)
        if self.is_log2 or self.is_counts:
            if sheet.name != SAMPLES_FILE:
                return f"mirtool diff --samples {sheet}"
            here = "mirtool diff, then mirtool cluster, mirtool network and mirtool shortlist"
            return here if sheet.parent == Path() else f"In {sheet.parent}: {here}"
        if self.series_matrix:
            return (
                f"mirtool diff {self.series_matrix} --samples {sheet} --scale log2 "
                "(or linear: see the submitters' words)"
            )
        if sheet.name != SAMPLES_FILE:
            return f"mirtool normalize --samples {sheet}"
        return "mirtool normalize" if sheet.parent == Path() else f"In {sheet.parent}: mirtool normalize"


def _new_settings(sheet: str) -> str:
    """Return where the settings of a new study go: beside its sheet; empty where there are some, or no study."""
    from mirtool.study.config import CONFIG_FILE
    from mirtool.study.folder import SAMPLES_FILES

    path = Path(sheet).with_name(CONFIG_FILE)
    return "" if Path(sheet).name not in SAMPLES_FILES or path.exists() else str(path)


@dataclass(frozen=True)
class FetchedSeries:
    """What is said of a series that was fetched.

    Parameters
    ----------
    notes
        What was fetched or used, and what became of the raw files.
    platform_file
        The table of its platform, as the study's folder names it, where the probes need names; else None.
    """

    notes: tuple[str, ...]
    platform_file: str | None


def init(inputs: InitInputs, settings: InitSettings, run: Run) -> InitResult:
    """Look at the arrays of a study and write its sample sheet: sample,group,file.

    The sample names come from the file names (or from the columns of a table) and may be changed. The groups
    are left empty for you to fill in; nothing is guessed. Where there is no mirtool.toml yet, one is written with
    every setting and its default as comments. What a table says about its samples becomes further
    columns: of a GEO series matrix the titles and every characteristic that differs.

    A table whose values are log2 (none above 24, most of them not whole numbers) gets the column scale with the
    word log2: it goes straight to `mirtool diff`. Correct the column if they are intensities: linear. Sequencing
    counts, of a program's own format or a table of whole numbers many of which are zero, get the word counts
    there. Exports of qPCR panels give the samples of their wells, and further plates of a sample in file_2,
    file_3.

    With --pheno the characteristics in another table join the sheet: its rows are matched by sample name, GSM
    number or title. One of them becomes the group if it is named with --group, or the only one that could be.

    The accession of a GEO series makes a folder of that name: its series matrix and platform table in geo/, its
    raw files in raw/, and a sheet whose columns are the characteristics of its samples. What is there already is
    used and not fetched again; without a connection the message says what to download from where into which
    folder.
    """
    from mirtool.io.arrays import geo
    from mirtool.io.registry import FORMATS, sniff_format
    from mirtool.report.tables import format_of
    from mirtool.study.draft import draft_samples

    accession = _accession(inputs.files)
    if accession is not None:
        return _init_series(accession, settings, run)
    _refuse_series_settings(settings)
    files = as_paths(inputs.files)
    output = settings.output
    format_of(output)
    sheet = Path(output)
    if output != STDOUT:
        _refuse_overwriting(sheet, files, force=settings.force)
    folder = Path() if output == STDOUT else sheet.parent
    table = draft_samples(files, folder, format=settings.input_format, samples_in_rows=settings.samples_in_rows)
    joined = None
    if settings.pheno is not None:
        from mirtool.study.characteristics import join_characteristics

        joined = join_characteristics(table, settings.pheno, settings.group)
        table = joined.sheet
    elif settings.group is not None:
        from mirtool.study.characteristics import OWN_COLUMNS, choose_group

        if set(table.columns) <= OWN_COLUMNS:
            raise UsageError(
                f"{option('group')} names a column of the table of characteristics",
                hint=f"give that table with {option('pheno', 'TABLE')}",
            )
        joined = choose_group(table, files[0], settings.group)
        table = joined.sheet
    found = sniff_format(files[0], settings.input_format)
    return InitResult(
        table,
        output,
        len(files),
        files[0] if len(files) == 1 and found == geo.FORMAT else None,
        joined,
        is_panel=FORMATS[found].wells,
        looks_like_counts=not FORMATS[found].counts,
    )


def _accession(files: Sequence[Any]) -> str | None:
    """Return the accession of a series in place of files; None where files are named.

    Raises
    ------
    UsageError
        Where both are named, or several series.
    """
    from mirtool.library.geo_series import is_accession

    found = [str(each) for each in files if isinstance(each, str | Path) and is_accession(str(each))]
    if found and len(files) > 1:
        raise UsageError(
            "a GEO series is the only argument",
            found=f"{found[0]} among {len(files)} arguments",
            hint=f"make one study per series: mirtool init {found[0]}",
        )
    return found[0].upper() if found else None


def _refuse_series_settings(settings: InitSettings) -> None:
    for name in ("platform", "values"):
        if name in settings.non_default():
            raise UsageError(
                f"{option(name)} is for a GEO series that is fetched",
                parameter=name,
                hint="name its accession: GSE…",
            )


def _init_series(accession: str, settings: InitSettings, run: Run) -> InitResult:
    """Fetch a series into its folder, and draft its sheet."""
    from mirtool.library.geo_series import fetch_series
    from mirtool.report.tables import format_of
    from mirtool.study.characteristics import choose_group, join_characteristics
    from mirtool.study.folder import SAMPLES_FILE
    from mirtool.study.series_draft import draft_series, needs_platform

    output = settings.output if "output" in run.given else str(Path(accession) / SAMPLES_FILE)
    if output == STDOUT:
        raise UsageError(
            "a GEO series is fetched into a folder, and its sheet belongs there",
            hint=f"leave {option('output')} out",
        )
    for name in ("input_format", "samples_in_rows"):
        if name in settings.non_default():
            raise UsageError(f"{option(name)} is for files", parameter=name, hint="leave it out for a GEO series")
    platform = None if settings.platform is None else settings.platform.upper()
    format_of(output)
    sheet = Path(output)
    _refuse_overwriting(sheet, [], force=settings.force)
    with run.byte_progress(f"Fetching {accession}") as on_bytes:
        found = fetch_series(
            accession,
            sheet.parent,
            platform=platform,
            with_raw=settings.values != "matrix",
            on_progress=on_bytes,
        )
    draft = draft_series(found.matrix_path, found.matrix, found.raw, sheet.parent, values=settings.values)
    notes = [*found.notes, *draft.notes]
    notes += [f"the series has a further file: {address}" for address in found.others[:OTHERS_SHOWN]]
    if settings.pheno is not None:
        joined = join_characteristics(draft.sheet, settings.pheno, settings.group)
    else:
        joined = choose_group(draft.sheet, found.matrix_path, settings.group)
    named = found.platform_path is not None and not draft.of_raw and needs_platform(found.matrix)
    platform_file = (
        found.platform_path.relative_to(sheet.parent).as_posix() if named and found.platform_path else None
    )
    return InitResult(
        joined.sheet,
        output,
        len(found.raw) if draft.of_raw else 1,
        None if draft.of_raw else str(found.matrix_path),
        joined,
        FetchedSeries(tuple(notes), platform_file),
    )


def _refuse_overwriting(sheet: Path, files: list[str], *, force: bool) -> None:
    if sheet.resolve() in {Path(file).resolve() for file in files}:
        raise UsageError(
            f"{sheet} is one of the arrays' own files",
            hint=f"name another sheet: {option('output', 'samples.csv')}",
        )
    if sheet.is_file() and not force:
        raise UsageError(
            f"{sheet} exists already",
            hint=f"fill in that one, name another with {option('output')}, or replace it with {option('force')}",
        )


STEP = Step(
    name="init",
    function=init,
    inputs=InitInputs,
    settings=InitSettings,
    output="none",
    recorded=False,
    examples=(
        ("mirtool init exports/*.gpr", "write samples.csv"),
        ("mirtool init intensities.xlsx", "one row per sample column"),
        ("mirtool init card_A.txt card_B.txt", "qPCR panels: one row per sample on the plates"),
        ("mirtool init GSE42872", "fetch a series of GEO, into a folder of its name"),
        ("mirtool init GSE42872 --group agent --force", "again, with a characteristic as the groups"),
        ("mirtool init GSE1_series_matrix.txt.gz", ""),
        ("mirtool init log2.csv --pheno characteristics.csv", "then: mirtool diff"),
        ("mirtool init *.gpr -o pilot.csv", "another name, then: mirtool normalize --samples pilot.csv"),
    ),
)
