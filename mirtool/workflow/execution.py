"""Running a step: where its inputs are, what is out of date, who shares the work; and writing what came of it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.errors import MirtoolError, NotEnoughDataError, SampleSheetError, UsageError, option
from mirtool.report.figures.settings import FigureSettings
from mirtool.report.settings import TableSettings
from mirtool.settings import Settings
from mirtool.workflow.catalog import STEPS, load_step
from mirtool.workflow.placed_tables import (
    PlacedTables,
    columns_file,
    full_value_files,
    main_bytes,
    placed_tables,
    recorded_tables,
    table_files,
)
from mirtool.workflow.sources import find_sheet
from mirtool.workflow.step import (
    Ask,
    ByteProgress,
    Inputs,
    ParallelSettings,
    Parameter,
    Progress,
    Provenance,
    Result,
    Run,
    Step,
    as_tuple,
    no_byte_progress,
    no_progress,
    parameters_of,
    split,
)

if TYPE_CHECKING:
    from mirtool.report.figures.captions import Caption
    from mirtool.report.platform import Terms
    from mirtool.study.folder import StudyFolder

STDOUT = "-"


@dataclass(frozen=True)
class Prepared:
    """A step with its inputs and settings, ready to run."""

    step: Step
    inputs: Inputs
    settings: Settings
    figures: FigureSettings
    tables: TableSettings
    parallel: ParallelSettings
    run: Run


@dataclass(frozen=True)
class Execution:
    """A step that ran: its result, and what surrounded it."""

    result: Any
    run: Run


@dataclass(frozen=True)
class Written:
    """What was written: the files in their order, and those of an earlier run that this one does not make."""

    paths: list[Path]
    leftovers: list[Path]
    again: str | None = None
    """What is different from the run that this one replaces, in one line."""


def execute(
    step: Step,
    given: Mapping[str, Any],
    *,
    root: str | Path = ".",
    progress: Progress = no_progress,
    strict: bool = False,
) -> Execution:
    """Run a step with the values given; everything else is found or has its default.

    Parameters
    ----------
    step
        The step.
    given
        Parameter to value; of those left out, the study's ``mirtool.toml`` is asked first.
    root
        Folder that is looked at for a study.
    progress
        Shows how far long work is.
    strict
        True makes a stale input an error.

    Raises
    ------
    UsageError
        Where there is neither an input nor a study, or parameters contradict each other.
    """
    return perform(prepare(step, given, root=root, progress=progress, strict=strict))


def prepare(
    step: Step,
    given: Mapping[str, Any],
    *,
    root: str | Path = ".",
    progress: Progress = no_progress,
    byte_progress: ByteProgress = no_byte_progress,
    ask: Ask | None = None,
    strict: bool = False,
) -> Prepared:
    """Find the study and check the settings, before any work is done."""
    from mirtool.io.tables.output import complete_interrupted
    from mirtool.study.state import StudyState

    values = split(step, given)
    missing = missing_inputs(step, given)
    inputs = step.inputs(**values[step.inputs] | dict.fromkeys(missing))
    study = _find_study(inputs, root)
    config = settings_of_study(step, study) if study else {}
    missing = missing_inputs(step, config | dict(given))
    if missing:
        raise UsageError(f"mirtool {step.name} needs {missing[0]}", parameter=missing[0])
    if config:
        values = split(step, config | dict(given))
        inputs = step.inputs(**values[step.inputs])
    named = _files_named(step, given)
    for folder in {path.parent for path in named}:
        complete_interrupted(folder)
    samples = getattr(inputs, "samples", None)
    run = Run(
        study=study,
        state=StudyState.of_study(study) if study else None,
        samples=samples if samples is not None else str(study.samples_file) if study else None,
        progress=progress,
        byte_progress=byte_progress,
        ask=ask,
        strict=strict,
        given=frozenset(given) | frozenset(config),
    )
    for path in named:
        run.watch(path)
    figures, tables = FigureSettings(**values[FigureSettings]), TableSettings(**values[TableSettings])
    return Prepared(step, inputs, step.settings(**values[step.settings]), figures, tables, _parallel(values), run)


def missing_inputs(step: Step, given: Mapping[str, Any]) -> list[str]:
    """Return the parameters that a step can't do without and that have no value."""
    return [each.name for each in step.parameters() if each.is_required and each.name not in given]


def settings_of_study(step: Step, study: StudyFolder) -> dict[str, Any]:
    """Return what ``mirtool.toml`` sets for a step; its own table precedes those of all figures and tables."""
    from mirtool.study.config import FIGURES, TABLES

    parameters = [each for each in step.parameters() if each.owner is not ParallelSettings]
    shared: dict[str, Any] = {}
    for has, table, owner in (
        (step.has_figures, FIGURES, FigureSettings),
        (step.output != "none", TABLES, TableSettings),
    ):
        found = study.config.settings_of(table, [each.name for each in fields(owner)])
        shared |= found if has else {}
    own = study.config.settings_of(step.name, [each.name for each in parameters])
    set_there = _checked(shared | own, parameters, study)
    paths = {each.name for each in parameters if each.declaration.is_path}
    return {name: _in_study(value, study.root) if name in paths else value for name, value in set_there.items()}


def figure_settings_of(study: StudyFolder) -> FigureSettings:
    """Return how the figures of a study look, as ``[figures]`` of its ``mirtool.toml`` says for all commands."""
    from mirtool.study.config import FIGURES

    parameters = {each.name: each for each in parameters_of(FigureSettings)}
    given = _checked(study.config.settings_of(FIGURES, list(parameters)), parameters.values(), study)
    values: dict[str, Any] = {
        name: as_tuple(value) if parameters[name].is_many else value for name, value in given.items()
    }
    return FigureSettings(**values)


def _checked(given: Mapping[str, Any], parameters: Iterable[Parameter], study: StudyFolder) -> dict[str, Any]:
    """Return what ``mirtool.toml`` sets, each value of the kind of its default.

    ``""`` is how the file that ``mirtool init`` writes says that a setting is not set.
    """
    set_there = {name: value for name, value in given.items() if value != ""}
    for each in parameters:
        if each.name in set_there:
            _check_kind(each, set_there[each.name], study)
    return set_there


def _check_kind(parameter: Parameter, value: Any, study: StudyFolder) -> None:
    """Refuse a value of ``mirtool.toml`` that is of another kind than the default.

    Raises
    ------
    MirtoolError
        For a list where one value is meant, a text where a number is, or the other way round.
    """
    default = parameter.default
    if isinstance(value, list | dict) and not parameter.is_many:
        expected = "one value, not a list"
    elif isinstance(default, bool) and not isinstance(value, bool):
        expected = "true or false"
    elif type(default) in (int, float) and type(value) not in (int, float):
        expected = "a number, without quotes"
    else:
        return
    raise MirtoolError(
        f"the setting {parameter.name} can't be read", path=study.config.path, found=repr(value), expected=expected
    )


def _in_study(value: Any, root: Path) -> Any:
    """Return a file that ``mirtool.toml`` names, relative to the study's folder, as seen from here."""
    if isinstance(value, list):
        return [_in_study(each, root) for each in value]
    # What is not there may be the name of a table in the library.
    return str(root / value) if isinstance(value, str) and (root / value).exists() else value


def _files_named(step: Step, given: Mapping[str, Any]) -> list[Path]:
    """Return the files given."""
    values = [
        value
        for each in step.parameters()
        if each.declaration.is_path and each.name in given
        for value in as_tuple(given[each.name])
    ]
    return [Path(value) for value in values if isinstance(value, str | Path)]


def _parallel(values: Mapping[type[Settings], Mapping[str, Any]]) -> ParallelSettings:
    return ParallelSettings(**values[ParallelSettings])


def perform(prepared: Prepared) -> Execution:
    """Run the step, and attach to its result where it came from."""
    from mirtool.study.config import CONFIG_FILE
    from mirtool.study.hashes import current_hashes, remember
    from mirtool.workflow.workers import open_executor

    step, run, parallel = prepared.step, prepared.run, prepared.parallel
    sharing: AbstractContextManager[Any] = nullcontext()
    if step.parallel:
        sharing = open_executor(parallel.workers, parallel.scheduler)
    with sharing as executor:
        run.executor = executor
        try:
            result: Result = step.function(prepared.inputs, prepared.settings, run)
        except (NotEnoughDataError, SampleSheetError) as error:
            _put_in_terms(error, step, run)
            raise
    if hasattr(prepared.inputs, "samples"):
        run.reads(run.samples)
    hashed = {path: digest for path, digest in run.inputs.items() if digest}
    remember(hashed)
    hashes = current_hashes(path for path, digest in run.inputs.items() if not digest)
    run.check_unchanged(hashes)
    if run.study is not None:
        run.follows(CONFIG_FILE, run.study.config.said_to(step.name))
    result.figure_settings, result.table_settings = prepared.figures, prepared.tables
    asked = _arguments(prepared)
    result.terms = _terms_of(step, result, run)
    if result.terms is not None:
        run.warnings[:] = map(result.terms.said, run.warnings)
    result.provenance = Provenance(
        step.name,
        asked | run.arguments,
        {path: digest or hashes[path] for path, digest in run.inputs.items() if digest or path in hashes},
        tuple(run.warnings),
        run.study,
        tuple(sorted(name for name, value in run.arguments.items() if asked.get(name) != _as_json(value))),
        _as_json(run.followed),
    )
    return Execution(result, run)


def _terms_of(step: Step, result: Result, run: Run) -> Terms | None:
    """Return the words of the platform for a result; None for arrays."""
    if step.output == "none":
        return None
    terms = _platform_terms(step, run, summary=result.numbers())
    if terms is None:
        return None
    return terms.keeping([*result.groups, result.figure_settings.title or ""])


def _put_in_terms(error: MirtoolError, step: Step, run: Run) -> None:
    """Write an error about samples in the words of the platform, if what was read before the error shows which.

    Other errors may name another platform on purpose.
    """
    try:
        terms = _platform_terms(step, run)
    except MirtoolError:  # of the record or the sheet; the error at hand is the one to report
        return
    if terms is None:
        return
    error.problem = terms.said(error.problem)
    for part in ("found", "expected", "hint"):
        setattr(error, part, terms.said(getattr(error, part) or "") or None)


def _platform_terms(step: Step, run: Run, **found: Any) -> Terms | None:
    """Return the words of the platform: by what the step did, or by the record of the study; None for arrays."""
    from mirtool.report.platform import ARRAY, terms_of
    from mirtool.study.record import read_runs

    runs = {} if run.study is None else read_runs(run.study.run_file)
    terms = terms_of(runs | {step.name: {"arguments": run.arguments, "inputs": run.inputs, **found}})
    return None if terms.unit == ARRAY else terms.keeping_names_of(find_sheet(run))


def _find_study(inputs: Inputs, root: str | Path) -> StudyFolder | None:
    from mirtool.study.folder import SAMPLES_FILE, SAMPLES_FILES, find_study, open_study

    steps = tuple(STEPS)
    if inputs.place == "files" or (inputs.place == "study" and inputs.given()):
        return None
    samples = getattr(inputs, "samples", None)
    if isinstance(samples, str | Path) and inputs.place == "study":
        return open_study(Path(samples).parent, steps, Path(samples).name)
    if samples is not None and inputs.place == "study":
        raise UsageError(f"no {inputs.what} was given", parameter=inputs.main[0] if inputs.main else None)
    if isinstance(samples, str | Path) and Path(samples).name in SAMPLES_FILES:
        root = Path(samples).parent
    study = find_study(root, steps)
    if study is None and inputs.place == "study":
        raise UsageError(
            f"no {inputs.what} was given, and this folder is not a study (it has no {SAMPLES_FILE})",
            hint=f"name the {inputs.what}, or make a study: mirtool init exports/*.gpr",
        )
    return study


def arguments_of(prepared: Prepared, root: Path) -> dict[str, Any]:
    """Return what a step is called with as the record of a study in ``root`` has it."""
    return {name: _inside(root, value) for name, value in _arguments(prepared).items()}


def _arguments(prepared: Prepared) -> dict[str, Any]:
    """Return what the step was called with, objects of Python by their type."""
    from mirtool.io.tables.workbook import sheet_asked_for

    plain = prepared.inputs.record() | prepared.settings.record() | prepared.figures.non_default()
    plain |= prepared.tables.non_default()
    if sheet_asked_for() is not None:
        plain["sheet"] = sheet_asked_for()
    return {name: _as_json(value) for name, value in plain.items()}


def _as_json(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_as_json(each) for each in value]
    if isinstance(value, dict):
        return {str(key): _as_json(each) for key, each in value.items()}
    if isinstance(value, Path):
        return value.as_posix()
    return value if isinstance(value, str | int | float | bool) or value is None else f"<{type(value).__name__}>"


@dataclass(frozen=True)
class Destination:
    """Where a result goes.

    Parameters
    ----------
    target
        The file of the main table, ``-`` for stdout, or the folder of a step that writes several files.
    figures
        Folder for the figures, or None for none.
    record
        The file that keeps the record, or None where nothing can be kept.
    format_name
        Format of the tables where the extension does not say.
    is_written
        False where the caller shows the main table itself, as on a terminal.
    """

    target: str
    figures: Path | None
    record: Path | None
    format_name: str | None = None
    is_written: bool = True


def destination(
    step: Step,
    study: StudyFolder | None,
    output: str | Path | None = None,
    *,
    figures: str | Path | None = None,
    no_figures: bool = False,
    format_name: str | None = None,
) -> Destination:
    """Return where a step's result goes: what was asked for, else the study, else stdout or this folder.

    With ``output`` nothing is written into a study's folders: neither figures nor the record.

    Raises
    ------
    UsageError
        Where the options contradict each other, or the format is not known.
    """
    from mirtool.report.tables import format_of, is_stream

    if figures and no_figures:
        raise UsageError(
            f"{option('figures')} and {option('no_figures')} contradict each other", hint="leave one of them out"
        )
    if step.output == "none":
        return Destination(STDOUT, None, None)
    home = study if output is None else None
    drawn = None if no_figures else Path(figures) if figures else home.figures if home else None
    if step.output == "folder":
        folder = home.results / step.subfolder if home else Path(output or "")
        return Destination(str(folder), drawn, home.run_file if home else folder / f"{step.name}.run.json")
    if home:
        target = str(home.results / step.main_file)
    elif output is None:
        target = STDOUT
    else:
        target = str(Path(output) / step.main_file if Path(output).is_dir() else output)
    format_of(target, format_name)
    record = None if is_stream(target) else home.run_file if home else Path(target).with_suffix(".run.json")
    return Destination(target, drawn, record, format_name)


def _render(result: Result, where: Destination, placed: PlacedTables) -> dict[Path, bytes]:
    """Return every file of a result, ready to be written; the main one first."""
    from mirtool.report.tables import is_stream

    step = load_step(result.provenance.step)
    folder = Path(where.target) if step.output == "folder" else Path(where.target).parent
    files = table_files(result, where, placed)
    if step.output == "folder" or not is_stream(where.target):
        for name, data in result.files().items():
            files[folder / name] = data
    return files


@dataclass(frozen=True)
class DrawnFigures:
    """Figures as files, and their captions by the name of the file without its extension."""

    files: Mapping[Path, bytes]
    captions: Mapping[str, Caption]


def draw(result: Result, folder: Path | None, progress: Progress = no_progress) -> DrawnFigures:
    """Draw a result's figures in every format asked for; none without a folder."""
    if folder is None:
        return DrawnFigures({}, {})
    from mirtool.report.figures.canvas import drawing_with, figure_bytes
    from mirtool.report.figures.captions import Caption

    files: dict[Path, bytes] = {}
    captions: dict[str, Caption] = {}
    formats = dict.fromkeys(result.figure_settings.figure_format)
    for stem, figure in result.draw(progress):
        names = [f"{stem}.{each}" for each in formats]
        with drawing_with(result.figure_settings):
            files |= {folder / name: figure_bytes(figure, each) for name, each in zip(names, formats, strict=True)}
        caption = getattr(figure, "caption", "")
        if caption:
            captions[stem] = Caption(tuple(names), caption)
    return DrawnFigures(files, captions)


def write_to(result: Result, where: Destination, progress: Progress = no_progress) -> Written:
    """Write a result: all files together, the record last; a stream gets the main table."""
    from mirtool.io.tables.output import transaction, write_bytes, write_files
    from mirtool.report.figures.captions import merge_captions
    from mirtool.report.tables import is_stream
    from mirtool.study.hashes import current_hashes
    from mirtool.study.history import rerun_in_words
    from mirtool.study.record import merge_run, read_runs

    step = load_step(result.provenance.step)
    if step.output == "none":
        printed = result.stdout()
        if printed is not None:
            write_bytes(printed, STDOUT)
        named = {Path(name): data for name, data in result.files().items()}
        for path in filter(is_stream, named):
            write_bytes(named[path], path)
        write_files({path: data for path, data in named.items() if not is_stream(path)})
        return Written(list(named), [])
    drawn = draw(result, where.figures if step.has_figures else None, progress)
    with progress("Writing tables", 1):
        placed = placed_tables(result, where)
        files = {**_render(result, where, placed), **drawn.files}
    if step.output == "file" and is_stream(where.target) and where.is_written:
        write_bytes(main_bytes(result, where), where.target)
    if where.record is None or not (step.recorded or _has_notes(result)):
        write_files({**files, **merge_captions(where.figures, drawn.captions)})
        return Written(list(files), [])
    study = result.provenance.study
    root = study.root if study is not None and where.record == study.run_file else where.record.parent
    outputs = _hashes(root, files)
    record = result.record()
    record["arguments"] = {name: _inside(root, value) for name, value in record["arguments"].items()}
    record["inputs"] = {_input_name(root, path): digest for path, digest in record["inputs"].items()}
    record["followed"] = {
        source: {name: _inside(root, value) for name, value in settings.items()}
        for source, settings in record["followed"].items()
    }
    record["outputs"] = outputs
    record["tables"] = recorded_tables(result, placed, root)
    with transaction(
        where.record, main=next(iter(files), None)
    ) as write:  # the record is read and written under one lock
        runs = read_runs(where.record)
        before = runs.get(step.name)
        earlier = before.get("outputs", {}) if before else {}
        if root == where.record.parent:
            record["tables"] = _tables_still_there(root, before, outputs) | record["tables"]
        beside = merge_captions(where.figures, drawn.captions)
        beside |= columns_file(where.record, runs | {step.name: record})
        if study is not None and where.record == study.run_file:
            beside |= full_value_files(result, placed)
            last = result.files_of_the_record(runs | {step.name: record}, {**files, **beside})
            files |= last
            outputs |= _hashes(root, last)
        leftovers = [root / path for path in earlier if path not in outputs and (root / path).is_file()]
        write({**files, **beside, where.record: merge_run(where.record, record)})
    current_hashes(leftovers)
    return Written(list(files), leftovers, rerun_in_words(before, record) if before else None)


def _hashes(root: Path, files: Mapping[Path, bytes]) -> dict[str, str]:
    """Return the SHA-256 of each file by its name in the record."""
    from mirtool.study.record import relative_to

    return {relative_to(root, path): hashlib.sha256(data).hexdigest() for path, data in files.items()}


def _tables_still_there(root: Path, before: Mapping[str, Any] | None, outputs: Collection[str]) -> dict[str, Any]:
    """Return what the run that is replaced recorded of tables that stay, such as X.xlsx beside X.csv."""
    earlier = before.get("tables", {}) if before else {}
    files = {key: key.partition(": ")[0] for key in earlier}
    return {key: earlier[key] for key, file in files.items() if file not in outputs and (root / file).is_file()}


def _has_notes(result: Result) -> bool:
    return any(table.notes for table in result.tables().values())


def _inside(root: Path, value: Any) -> Any:
    """Return a path inside the study relative to it, so that the record is the same wherever it was run."""
    if isinstance(value, list):
        return [_inside(root, each) for each in value]
    prefix = str(root)
    if not isinstance(value, str) or prefix == "." or not value.startswith(prefix):
        return value
    from mirtool.study.record import relative_to

    return relative_to(root, value)


def _input_name(root: Path, path: str) -> str:
    from mirtool.study.record import is_file_input, relative_to

    return relative_to(root, path) if is_file_input(path) else path


def write_result(
    result: Result,
    output: str | Path | None = None,
    *,
    figures: str | Path | None = None,
    format_name: str | None = None,
) -> Written:
    """Write a result as its command does; see :meth:`mirtool.workflow.step.Result.write`.

    Raises
    ------
    UsageError
        Where a result that did not come from a study is written without saying where to.
    """
    step = load_step(result.provenance.step)
    study = result.provenance.study
    if output is None and study is None and step.output != "none":
        raise UsageError("name a file or a folder to write to", parameter="output")
    folder = output
    if step.output == "file" and output is not None and not Path(output).suffix and not Path(output).exists():
        folder = Path(output) / step.main_file
    return write_to(result, destination(step, study, folder, figures=figures, format_name=format_name))
