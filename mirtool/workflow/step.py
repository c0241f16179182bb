"""What a step is: a function of inputs and settings that returns a result; declared once for shell and Python.

A module of this package defines

- its inputs (:class:`Inputs`), the files or objects that the function reads, and its settings
  (:class:`mirtool.settings.Settings`, in the room that computes);
- the function ``step(inputs, settings, run) -> Result``, the only place that strings kernels together. It does not
  print and does not write;
- its :class:`Result`;
- ``STEP``, which names them.

The command line makes the options from the declarations, :func:`step_function` the Python function; both run the
step by :func:`mirtool.workflow.execution.execute`.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, cast, get_type_hints

from mirtool.errors import MirtoolError, OutputError, UsageError, for_python
from mirtool.io.tables.streams import is_content
from mirtool.report.figures.settings import FigureSettings
from mirtool.report.settings import OUTPUT_PANEL as OUTPUT_PANEL
from mirtool.report.settings import TableSettings
from mirtool.report.text.blocks import Summary, as_text
from mirtool.settings import Declaration, Settings, declaration_of, setting
from mirtool.workflow.catalog import STEPS

if TYPE_CHECKING:
    from concurrent.futures import Executor

    import pandas as pd
    from matplotlib.figure import Figure

    from mirtool.model import Table
    from mirtool.report.platform import Terms
    from mirtool.study.config import Config
    from mirtool.study.folder import StudyFolder
    from mirtool.study.state import StudyState

INPUT_PANEL = "Input"
PARALLEL_PANEL = "Parallel work"


@dataclass(frozen=True)
class Inputs(Settings):
    """Base of what a step reads: paths, or objects of Python in their place.

    Class attributes say where a step finds what was not given: ``place`` is ``"study"`` where it needs a study
    folder or its ``main`` input, ``"anywhere"`` where it uses a study if there is one, ``"files"`` where it never
    does.
    """

    place: ClassVar[Literal["study", "anywhere", "files"]] = "study"
    main: ClassVar[tuple[str, ...]] = ()
    """The inputs that replace the study: with one of them a step does not write into it."""
    what: ClassVar[str] = "input"
    """What ``main`` is, for messages: ``"normalized table"``."""

    def given(self) -> bool:
        """Return True if one of the main inputs was given."""
        return any(getattr(self, name) not in (None, (), "") for name in self.main)


@dataclass(frozen=True)
class ParallelSettings(Settings):
    """Who shares heavy work; the result is the same for any."""

    workers: int = setting(
        1, "Processes that share the work; the result is the same for any number.", metavar="N", minimum=1,
        panel=PARALLEL_PANEL,
    )  # fmt: skip
    scheduler: str | None = setting(
        None,
        "Address of a Dask scheduler (tcp://host:8786) whose workers share the work; needs mirtool[dask].",
        metavar="ADDRESS",
        panel=PARALLEL_PANEL,
    )


Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""``progress(title, total)`` returns a context whose value is called after each of ``total`` steps."""


Ask = Callable[[str, Sequence[str]], str]
Draw = Callable[[], "Figure | list[Figure]"]
"""Draws one figure, or its pages."""


ByteProgress = Callable[[str], AbstractContextManager[Callable[[int, int | None], None]]]
"""``progress(title)`` returns a context whose value is called with the bytes that are there, and all of them."""


def no_byte_progress(_title: str) -> AbstractContextManager[Callable[[int, int | None], None]]:
    """Show nothing."""
    return nullcontext(lambda _done, _total: None)


def no_progress(_title: str, _total: int) -> AbstractContextManager[Callable[[str], None]]:
    """Show nothing."""
    return nullcontext(lambda _step: None)


@dataclass
class Run:
    """What surrounds one run of a step: the study, who shares the work, what was read, and warnings.

    Parameters
    ----------
    study
        The study folder that the step runs in, or None.
    state
        What is up to date in it.
    samples
        The sample sheet: the one given, else the study's; None where there is none.
    executor
        Who shares heavy work; None for this process alone.
    progress
        Shows how far long work is.
    byte_progress
        Shows how much of a download is there.
    ask
        ``ask(question, answers)`` asks a person and returns one of the answers, the first by default; None where
        nobody can be asked.
    strict
        True makes a stale input an error.
    given
        Names of the parameters that the caller gave.
    arguments
        Parameters as the step resolved them, for the record: the groups that were compared, the file that was
        found.
    followed
        What the step took over that is neither a parameter of its own nor a file: where from (``mirtool.toml`` or
        a step) to name and value. A later change makes its results out of date.
    """

    study: StudyFolder | None = None
    state: StudyState | None = None
    samples: Any = None
    executor: Executor | None = None
    progress: Progress = no_progress
    byte_progress: ByteProgress = no_byte_progress
    ask: Ask | None = None
    strict: bool = False
    given: frozenset[str] = frozenset()
    arguments: dict[str, Any] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    inputs: dict[str, str | None] = field(default_factory=dict)
    followed: dict[str, dict[str, Any]] = field(default_factory=dict)
    most_columns: int | None = None
    """Columns that the result's file can have; None for any number."""
    _states: dict[str, StudyState | None] = field(default_factory=dict)
    _told: set[str] = field(default_factory=set)

    def check_width(self, n_columns: int) -> None:
        """Refuse a result that its file can't hold, before it is computed.

        Raises
        ------
        OutputError
            Where it has too many columns.
        """
        if self.most_columns is not None and n_columns > self.most_columns:
            raise OutputError(
                "a workbook can't hold the result",
                found=f"{n_columns:,} columns",
                expected=f"at most {self.most_columns:,}",
                hint="write it as CSV or TSV: -o NAME.csv",
            )

    @property
    def config(self) -> Config:
        """What ``mirtool.toml`` says: the study's, else the one beside the sample sheet or in this folder."""
        from mirtool.study.config import CONFIG_FILE, read_config

        if self.study is not None:
            return self.study.config
        folder = Path(self.samples).parent if isinstance(self.samples, str | Path) else Path()
        return read_config(folder / CONFIG_FILE, tuple(STEPS))

    def consults(self, *names: str) -> None:
        """Register settings of ``mirtool.toml`` that the step follows and that are no parameters of its own.

        They are named as :meth:`mirtool.study.config.Config.said` takes them.
        """
        from mirtool.study.config import CONFIG_FILE

        self.follows(CONFIG_FILE, {name: self.config.said(name) for name in names})

    def follows(self, source: str, settings: Mapping[str, Any]) -> None:
        """Register settings that the step takes over from ``mirtool.toml`` or from another step."""
        self.followed.setdefault(source, {}).update(settings)

    def warn(self, text: str) -> None:
        """Return what should not be overlooked, once."""
        if text not in self.warnings:
            self.warnings.append(text)

    def reads(self, *paths: Any, sha256: Mapping[str, str] | None = None) -> None:
        """Register files that were read: the record has their SHA-256. What is not a file is passed over.

        A result of an earlier step is checked: whether it is up to date, and whether what belongs together was
        written together.

        Raises
        ------
        StaleError
            Where two files of one result are not of the same run; under ``strict`` where one is out of date.
        """
        for path in paths:
            if not isinstance(path, str | Path) or not is_content(path):
                continue
            self.inputs.setdefault(str(path), None)
            if Path(path).is_file():
                self.check_state(path)
                self._check_together(path)
        for path, digest in (sha256 or {}).items():
            self.inputs[path] = digest

    def result_path(self, name: str, what: str, *, made_by: str, instead: str = "a table") -> Path:
        """Return a result that an earlier step wrote into the study, such as ``normalized.csv``.

        Raises
        ------
        MirtoolError
            Where it is not there yet: what it is, which command makes it, and what may be named in its place.
        """
        path = self.find_result(name)
        if path is None:
            where = self.study.results / name if self.study else name
            raise MirtoolError(
                f"the study has no {what} yet",
                path=where,
                hint=f"run `mirtool {made_by}` first, or name {instead}",
            )
        return path

    def find_result(self, name: str) -> Path | None:
        """Return a result in the study if it is there, after checking that it is up to date."""
        if self.study is None:
            return None
        path = self.study.results / name
        if not path.is_file():
            return None
        self.check_state(path)
        return path

    def state_of(self, path: str | Path) -> StudyState | None:
        """Return the state by the record of the run that made a file: the study's, or one in the file's folder."""
        from mirtool.study.state import state_around

        if self.state is not None and self.state.maker_of(path) is not None:
            return self.state
        if str(path) not in self._states:
            self._states[str(path)] = state_around(path)
        return self._states[str(path)]

    def watch(self, path: str | Path) -> None:
        """Look at a result before it is read, so that :meth:`check_unchanged` sees whether it was replaced."""
        state = self.state_of(path)
        if state is not None:
            state.agrees(path)

    def check_unchanged(self, hashes: Mapping[str, str]) -> None:
        """Refuse a result that another process replaced while this one read it.

        Raises
        ------
        StaleError
            Where one is not what it was when it was first looked at.
        """
        from mirtool.errors import StaleError

        for path, digest in hashes.items():
            state = self.state_of(path) if path in self.inputs else None
            if state is not None and state.has_changed_since(path, digest):
                raise StaleError(
                    "another command replaced this file while it was being read",
                    path=path,
                    hint="run the same command again",
                )

    def check_state(self, path: str | Path) -> None:
        """Warn where what a result was made from has changed since.

        Raises
        ------
        StaleError
            The same under ``strict``.
        """
        state = self.state_of(path)
        if state is None:
            return
        maker = state.maker_of(path)
        for reason in state.stale(path):
            cause = f"{maker} {reason.partition(' was made from ')[2] or reason}"
            if cause not in self._told:  # of the files of one result, the first says it
                self._told.add(cause)
                self._out_of_date(reason, f"run `mirtool {state.first_to_run(str(maker))}` again")

    def find_beside(self, main: str | Path, side: Path) -> Path | None:
        """Return a file that belongs to a result and is read with it, such as ``normalized_spots.csv``.

        What an earlier run left, and the run that made the result did not write, is not used; a warning says so.
        """
        if str(main) == "-" or not side.is_file():
            return None
        state = self.state_of(main)
        maker = None if state is None else state.maker_of(main)
        if state is not None and maker is not None and state.maker_of(side) != maker:
            text = f"{side} is not of the `mirtool {maker}` that made {Path(main).name}"
            self._out_of_date(text, "it is not used; remove it")
            return None
        return side

    def _check_together(self, path: str | Path) -> None:
        """Refuse a file of a result if another one that was read agrees with the record, and this one does not."""
        state = self.state_of(path)
        if state is None:
            return
        from mirtool.errors import StaleError

        maker = state.maker_of(path)
        agreeing: dict[bool, str] = {}
        for other in self.inputs:
            agrees = state.agrees(other) if state.maker_of(other) == maker else None
            if agrees is not None:
                agreeing[agrees] = other
        if len(agreeing) == 2:
            raise StaleError(
                f"{agreeing[False]} and {agreeing[True]} are not of the same run: the first was changed after "
                f"`mirtool {maker}` made both",
                hint=f"run `mirtool {maker}` again; or remove one of the two, to go on without what it adds",
            )

    def _out_of_date(self, problem: str, advice: str) -> None:
        if self.strict:
            from mirtool.errors import StaleError

            raise StaleError(problem, hint=advice)
        self.warn(f"{problem}: {advice}")


@dataclass(frozen=True)
class Provenance:
    """Where a result came from: the step, what it was called with, the SHA-256 of what it read."""

    step: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    study: StudyFolder | None = None
    resolved: tuple[str, ...] = ()
    """Parameters that the step resolved itself: the groups compared, the file found."""
    followed: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What it took over from ``mirtool.toml`` or another step: where from to name and value."""


class Result:
    """Base of what a step returns.

    A subclass gives ``tables`` and ``summary``; ``drawings``, ``files`` and ``numbers`` where it has some.
    """

    provenance: Provenance = Provenance()
    figure_settings: FigureSettings = FigureSettings()
    table_settings: TableSettings = TableSettings()
    terms: Terms | None = None
    """The words of the platform, where they are not those of arrays."""
    one_workbook: ClassVar[bool] = False
    """True where all tables go into one workbook, if a workbook is written."""

    def tables(self) -> Mapping[str, Table]:
        """Return the tables by a short name; the first is the main one."""
        raise NotImplementedError

    def tables_in(self, format_name: str) -> Mapping[str, Table]:  # noqa: ARG002
        """Return the tables as a format (``csv``, ``xlsx`` …) holds them; most are the same in all."""
        return self.tables()

    @property
    def exit_code(self) -> int:
        """The exit code of the command that wrote the result."""
        return 0

    @property
    def summary(self) -> Summary:
        """What a person is told of the result, the finding first."""
        raise NotImplementedError

    @property
    def shown_summary(self) -> Summary:
        """The summary in the words of the platform."""
        if self.terms is None:
            return self.summary
        return tuple(block.rendered(self.terms.said) for block in self.summary)

    def in_terms(self, table: Table, cells: Collection[str] = ()) -> Table:
        """Return a table whose heads, and the cells of some columns, are in the words of the platform."""
        from mirtool.model import Table, text_array

        if self.terms is None:
            return table
        said = self.terms.said
        columns = {
            said(head) if "array" in head else head: text_array(map(said, values)) if head in cells else values
            for head, values in table.columns.items()
        }
        return Table(columns, table.notes)

    def drawings(self) -> Mapping[str, Draw]:
        """Return the functions that draw the figures, by the name of the file without its extension.

        A function that draws several pages returns a list.
        """
        return {}

    @property
    def groups(self) -> Sequence[str]:
        """All groups of the study in their order, so that each has one color in all figures."""
        return ()

    def figures(self) -> Mapping[str, Figure]:
        """Draw the figures, by the name of their file without its extension; second pages end in ``_2``."""
        return dict(self.draw())

    def draw(self, progress: Progress = no_progress) -> Iterator[tuple[str, Figure]]:
        """Draw the figures one after the other, so that one is held at a time."""
        drawings = self.drawings()
        if not drawings:
            return
        from mirtool.report.figures.canvas import drawing_with, reword

        with progress("Drawing figures", len(drawings)) as step:
            for stem, draw in drawings.items():
                with drawing_with(self.figure_settings, self.groups):
                    made = draw()
                for n, page in enumerate(made if isinstance(made, list) else [made], 1):
                    if self.terms is not None:
                        reword(page, self.terms.said)
                    yield (stem if n == 1 else f"{stem}_{n}"), page
                step(stem)

    def files(self) -> Mapping[str, bytes]:
        """Return what else is written, by the name of the file."""
        return {}

    def files_of_the_record(self, runs: Mapping[str, Any], files: Mapping[Path, bytes]) -> Mapping[Path, bytes]:  # noqa: ARG002
        """Return files of the study that describe its whole record, made when everything else is known.

        Parameters
        ----------
        runs
            The records of all steps, this one's among them.
        files
            What is written together with them.
        """
        return {}

    def placed(self) -> Mapping[str, str]:
        """Return the tables whose file a parameter names, table to file; the others go beside the main one."""
        return {}

    def file_name(self, table: str, main: str) -> str:
        """Return the name of a further table's file beside the main one: ``normalized_spots.csv``."""
        path = Path(main)
        return f"{path.stem}_{table}{path.suffix}"

    def stdout(self) -> bytes | None:
        """Return what a step without a main table prints on stdout; None for nothing."""
        return None

    def failures(self) -> Sequence[MirtoolError]:
        """Return what could not be done; the command ends with the last of them, after everything was written."""
        return ()

    def numbers(self) -> dict[str, Any]:
        """Return the numbers reported, as plain values, for the record."""
        return {}

    def to_frame(self, table: str | None = None) -> pd.DataFrame:
        """Return a table as a pandas DataFrame; by default the main one.

        Raises
        ------
        UsageError
            Where the result has no table of this name.
        """
        tables = self.tables()
        name = next(iter(tables)) if table is None else table
        if name not in tables:
            from mirtool.settings import unknown_choice

            raise unknown_choice("table", name, tables, "table")
        return tables[name].to_frame()

    def record(self) -> dict[str, Any]:
        """Return the record of the run: arguments, SHA-256 of the inputs, numbers, versions."""
        from mirtool.study.record import run_record

        own = self.provenance
        return run_record(own.step, own.arguments, own.inputs, self.numbers()) | {
            "resolved": list(own.resolved),
            "warnings": list(own.warnings),
            "followed": {source: dict(settings) for source, settings in own.followed.items()},
        }

    def write(
        self,
        output: str | Path | None = None,
        *,
        figures: str | Path | None = None,
        format_name: str | None = None,
    ) -> list[Path]:
        """Write the files that the command of the same name writes.

        Parameters
        ----------
        output
            A file for the main table (further files are written beside it), or a folder. By default the study's
            ``results``.
        figures
            Folder for the figures; without it none is drawn, in a study they go to its ``figures``.
        format_name
            ``csv``, ``tsv``, ``xlsx`` or ``parquet``, where the file's extension does not say.

        Returns
        -------
        list of Path
            The files written.
        """
        from mirtool.workflow.execution import write_result

        return write_result(self, output, figures=figures, format_name=format_name).paths

    def __repr__(self) -> str:
        shown = for_python(as_text(self.shown_summary))
        return f"<{type(self).__name__}>\n{shown}"

    def _repr_html_(self) -> str:
        from html import escape

        tables = self.tables()
        name, table = next(iter(tables.items()))
        import numpy as np

        head = table.take(np.arange(min(10, len(table)))).to_frame().to_html(index=False, border=0)
        return (
            f"<pre>{escape(for_python(as_text(self.shown_summary)))}</pre>{head}"
            f"<p>{escape(name)}: {len(table):,} rows. Tables: {escape(', '.join(tables))}</p>"
        )


@dataclass(frozen=True)
class Step:
    """One step, for shell and Python.

    Parameters
    ----------
    name
        Name of the command.
    function
        ``function(inputs, settings, run) -> Result``; its docstring is the help text of both.
    inputs, settings
        The classes that declare the parameters.
    output
        ``"file"``: a main table with others beside it; ``"folder"``: several files; ``"none"``: nothing.
    main_file
        Name of the main table in a study's ``results``; for a folder the start of every table's name.
    subfolder
        Folder within a study's ``results`` for the files of a step whose ``output`` is a folder; empty for none.
    has_figures
        True where figures are drawn.
    parallel
        True where heavy work can be shared.
    recorded
        False where a study does not keep a record of it.
    examples
        Command lines and what each does.
    """

    name: str
    function: Callable[..., Any]
    inputs: type[Inputs]
    settings: type[Settings]
    output: Literal["file", "folder", "none"] = "file"
    main_file: str = ""
    subfolder: str = ""
    has_figures: bool = False
    parallel: bool = False
    recorded: bool = True
    examples: Sequence[tuple[str, str]] = ()

    @property
    def help(self) -> str:
        """What the step does: the first line is its summary."""
        return inspect.getdoc(self.function) or ""

    def parameters(self) -> list[Parameter]:
        """Return all parameters: inputs first, then settings, how figures and tables look, who shares the work."""
        owners: list[type[Settings]] = [self.inputs, self.settings]
        owners += [FigureSettings] if self.has_figures else []
        owners += [TableSettings] if self.output != "none" else []
        owners += [ParallelSettings] if self.parallel else []
        found: dict[str, Parameter] = {}
        for owner in owners:
            for each in parameters_of(owner):  # type: ignore[arg-type]  # mypy takes the hash of an instance for that of its class
                found.setdefault(each.name, each)
        return sorted(found.values(), key=lambda parameter: not parameter.declaration.argument)


_TYPES = {"Any": Any, "Path": Path}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a step."""

    name: str
    default: Any
    annotation: Any
    declaration: Declaration
    owner: type[Settings]

    @property
    def is_required(self) -> bool:
        """True where there is no default."""
        return self.default is dataclasses.MISSING

    @property
    def is_many(self) -> bool:
        """True where several values may be given."""
        return isinstance(self.default, tuple) or "tuple" in str(self.annotation)


def signature_of(step: Step) -> inspect.Signature:
    """Return the signature of a step's function: positional arguments first, all settings by keyword."""
    parameters = []
    for each in step.parameters():
        kind = (
            inspect.Parameter.POSITIONAL_OR_KEYWORD
            if each.declaration.argument
            else inspect.Parameter.KEYWORD_ONLY
        )
        default = inspect.Parameter.empty if each.is_required else each.default
        parameters.append(inspect.Parameter(each.name, kind, default=default, annotation=each.annotation))
    parameters.sort(key=lambda parameter: parameter.kind)
    return inspect.Signature(parameters, return_annotation=Result)


def docstring_of(step: Step) -> str:
    """Return the numpydoc docstring of a step's function, made from the declarations."""
    lines = [step.help, "", "Parameters", "----------"]
    for each in step.parameters():
        default = "" if each.is_required else f", default {each.default!r}"
        kind = getattr(each.annotation, "__name__", str(each.annotation)).replace("typing.", "")
        lines += [f"{each.name} : {kind}{default}", f"    {each.declaration.help}"]
    lines += [
        "",
        "Returns",
        "-------",
        "Result",
        "    With ``tables()``, ``to_frame()``, ``figures()``, ``write()``.",
    ]
    return "\n".join(lines)


def step_function(step: Step) -> Callable[..., Any]:
    """Return a step as a Python function with the parameters and defaults of its command."""
    signature = signature_of(step)

    def function(*args: Any, **keywords: Any) -> Any:
        from mirtool.workflow.execution import execute

        try:
            bound = signature.bind(*args, **keywords)
        except TypeError as error:
            raise UsageError(f"{step.name}: {error}", expected=f"{step.name}{signature}") from None
        return execute(step, bound.arguments).result

    function.__name__ = function.__qualname__ = step.name.replace("-", "_")
    function.__module__ = "mirtool.api"
    function.__doc__ = docstring_of(step)
    function.__signature__ = signature  # type: ignore[attr-defined]
    return function


@cache
def parameters_of(owner: type[Settings]) -> tuple[Parameter, ...]:
    """Return the parameters that a class declares, in its order."""
    hints = get_type_hints(owner, localns=_TYPES)
    return tuple(
        Parameter(own.name, own.default, hints[own.name], declaration_of(own), owner)
        for own in dataclasses.fields(owner)
    )


def split(step: Step, given: Mapping[str, Any]) -> dict[type[Settings], dict[str, Any]]:
    """Return the given values by the class that declares them, lists as tuples."""
    owners = (step.inputs, step.settings, FigureSettings, TableSettings, ParallelSettings)
    found: dict[type[Settings], dict[str, Any]] = {owner: {} for owner in owners}
    for each in step.parameters():
        if each.name in given:
            value = given[each.name]
            found[each.owner][each.name] = as_tuple(value) if each.is_many else value
    return found


def as_tuple(value: Any) -> tuple[Any, ...]:
    """Return one or several values as a tuple; None as none."""
    if value is None:
        return ()
    if isinstance(value, str | Path) or not hasattr(value, "__iter__"):
        return (value,)
    return tuple(cast(Sequence[Any], value))
