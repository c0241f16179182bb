"""Commands made from steps: every option comes from the declaration of its parameter."""

from __future__ import annotations

import inspect as introspection
import re
import textwrap
import typing
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperCommand

from mirtool.errors import option_name
from mirtool.workflow.step import OUTPUT_PANEL, Parameter, Step

ARGUMENT_PANEL = "Arguments"
FIRST_PANELS = (ARGUMENT_PANEL, "Input", "Interactions")
LAST_PANELS = ("Files", OUTPUT_PANEL, "Figures", "Random draws", "Parallel work", "Other")
"""Panels before and after those that a step declares."""
FIRST_EXAMPLES = 4
"""Examples before the options; the others come after the details."""
HARD = "\u00a0"
"""A space at which no line is cut."""
TEXT_COLUMN = 26
"""Where the texts of the options begin."""

FORMER_OPTIONS: Mapping[str, Mapping[str, str]] = {
    "init": {"--format": "--input-format"},
    "inspect": {"--format": "--input-format"},
}
"""Options of the last version by command."""

FIGURE_OPTIONS = ("figures", "no_figures")


class PanelCommand(TyperCommand):
    """A command whose help shows an example first, and its options by panel, as plain text."""

    examples: tuple[tuple[str, str], ...] = ()
    former_options: Mapping[str, str] = MappingProxyType({})
    """Options of the last version, which still work."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Read the call, with former options as those they are now."""
        return super().parse_args(ctx, join_groups([self._current(argument) for argument in args]))

    def _current(self, argument: str) -> str:
        name, mark, value = argument.partition("=")
        if name not in self.former_options:
            return argument
        from mirtool.commands.console import say

        new = self.former_options[name]
        say(f"{name} is called {new} now; the old name goes with the next version.")
        return f"{new}{mark}{value}"

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write usage, summary and first examples, the options, then the details and the other examples."""
        self.format_usage(ctx, formatter)
        summary, _, details = introspection.cleandoc(self.help or "").partition("\n\n")
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(" ".join(summary.split()))
        write_examples(formatter, "Examples", self.examples[:FIRST_EXAMPLES])
        self.format_options(ctx, formatter)
        paragraphs = list(filter(None, details.split("\n\n")))
        if paragraphs:
            formatter.write_paragraph()
            formatter.write_heading("Details")
        for i, paragraph in enumerate(paragraphs):
            if i:
                formatter.write_paragraph()
            with formatter.indentation():
                if paragraph.startswith("    "):
                    formatter.write("".join(f"{line}\n" for line in paragraph.split("\n")))
                else:
                    formatter.write_text(" ".join(plain(paragraph).split()))
        write_examples(formatter, "More examples", self.examples[FIRST_EXAMPLES:])

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write one section of options per panel, what is needed most first."""
        panels: dict[str, list[tuple[str, str]]] = {panel: [] for panel in FIRST_PANELS}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is None:
                continue
            is_argument = parameter.param_type_name == "argument"
            panel = getattr(parameter, "rich_help_panel", None) or ("Other" if not is_argument else ARGUMENT_PANEL)
            panels.setdefault(panel, []).append((re.sub(r" <.*>$", "", record[0]), record[1]))
        last = {panel: panels.pop(panel) for panel in LAST_PANELS if panel in panels}
        for panel, records in (panels | last).items():
            if records:
                leading = f"--{panel.lower().replace(' ', '-')} "  # `--gene-sets` comes first among "Gene sets"
                records.sort(key=lambda record: not record[0].startswith(leading))
                with formatter.section(panel):
                    write_options(formatter, records)


def write_options(formatter: Any, records: Sequence[tuple[str, str]]) -> None:
    """Write options with their texts in one column, the same in every panel and command.

    A text begins on the line of its option where that leaves room; no word is cut at a hyphen.
    """
    margin = " " * TEXT_COLUMN
    for option, text in records:
        whole = re.sub(
            r" +\[default: (.*)\]$", lambda found: f" [default:{HARD}{found[1].replace(' ', HARD)}]", text
        )
        lines = wrapped(whole, formatter.width - TEXT_COLUMN) or [""]
        start = f"{'':{formatter.current_indent}}{option}"
        if len(start) + 2 > TEXT_COLUMN:
            # Many choices are cut after a bar.
            for line in wrapped(start.replace("|", "| "), formatter.width, "      "):
                formatter.write(line.replace("| ", "|") + "\n")
            start = ""
        formatter.write(f"{start:<{TEXT_COLUMN}}{lines[0]}".rstrip() + "\n")
        formatter.write("".join(f"{margin}{line}\n" for line in lines[1:]))


def wrapped(text: str, width: int, later: str = "") -> list[str]:
    """Return the lines of a text, cut at spaces only; ``later`` begins the second and all others."""
    lines = textwrap.wrap(
        text, width, subsequent_indent=later, break_on_hyphens=False, break_long_words=False, expand_tabs=False
    )
    return [line.replace(HARD, " ") for line in lines]


def write_examples(formatter: Any, heading: str, examples: Sequence[tuple[str, str]]) -> None:
    """Write examples with what each is for: beside it where all have room, else on the line above."""
    if not examples:
        return
    indent = "  "
    width = max(len(command) for command, _ in examples)
    beside = all(len(indent) + width + 2 + len(what) <= formatter.width for _, what in examples)
    formatter.write_paragraph()
    formatter.write_heading(heading)
    for command, what in examples:
        if what and not beside:
            formatter.write(f"{indent}# {what}\n")
        lines = wrapped(re.sub(r" (-{1,2}[\w-]+) (?=[^-])", rf" \1{HARD}", command), formatter.width - 4, "    ")
        shown = f"{command:<{width}}  {what}" if what and beside else " \\\n  ".join(lines)
        formatter.write(f"{indent}{shown}".rstrip() + "\n")


def join_groups(args: list[str]) -> list[str]:
    """Read ``--compare TESTED REFERENCE``, typed as two words, as ``--compare TESTED:REFERENCE``.

    Only where the first has no colon and the second is neither an option nor a file.

    Examples
    --------
    >>> join_groups(["--compare", "treated pool", "control pool", "--alpha", "0.01"])
    ['--compare', 'treated pool:control pool', '--alpha', '0.01']
    """
    if "--compare" not in args[:-2]:
        return args
    at = args.index("--compare")
    tested, reference = args[at + 1 : at + 3]
    apart = ":" in tested or "/" in tested or reference.startswith("-") or Path(reference).exists()
    return args if apart else [*args[: at + 1], f"{tested}:{reference}", *args[at + 3 :]]


def plain(text: str) -> str:
    """Return text without the double backquotes of a docstring."""
    return re.sub(r"``([^`]*)``", r"\1", text)


def command_function(step: Step) -> Callable[..., None]:
    """Return the function behind a command: its parameters are options, and it runs the step."""
    parameters = [_typed(each) for each in step.parameters()]
    parameters += [_output_parameter(name, step) for name in output_names(step)]
    names = {each.name for each in step.parameters()}

    def command(context: typer.Context, **values: Any) -> None:
        from mirtool.commands.running import run_command

        asked = {name for name in values if _is_given(context, name)}
        output = {name: value for name, value in values.items() if name not in names}
        run_command(step, {name: values[name] for name in asked if name in names}, output)

    command.__name__ = step.name.replace("-", "_")
    command.__doc__ = step.help
    context = introspection.Parameter(
        "context", introspection.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    signature = introspection.Signature([context, *parameters])
    command.__signature__ = signature  # type: ignore[attr-defined]
    command.__annotations__ = {own.name: own.annotation for own in signature.parameters.values()}
    return command


def output_names(step: Step) -> tuple[str, ...]:
    """Return the parameters of a command that say where its result goes, which its function does not have."""
    names: tuple[str, ...] = ()
    if step.output != "none":
        names += ("output",)
    if step.output == "file":
        names += ("format_name",)
    if step.has_figures:
        names += FIGURE_OPTIONS
    return (*names, "strict") if step.inputs.place != "files" else names


def make_command(step: Step) -> Any:
    """Return the command of a step, as typer runs it."""
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(step.name, cls=PanelCommand)(command_function(step))
    made = typer.main.get_command(app)
    made.name = step.name
    made.examples = tuple(step.examples)  # type: ignore[attr-defined]
    made.former_options = FORMER_OPTIONS.get(step.name, {})  # type: ignore[attr-defined]
    return made


def _is_given(context: typer.Context, name: str) -> bool:
    source = context.get_parameter_source(name)
    return source is not None and source.name != "DEFAULT"


def _typed(parameter: Parameter) -> introspection.Parameter:
    """Return a parameter as typer reads it."""
    declared = parameter.declaration
    kind = _kind_of(parameter)  # limits and choices are checked by the settings, with one kind of message
    metavar = declared.metavar or ("|".join(declared.choices) if declared.choices is not None else None)
    shared: dict[str, Any] = {"metavar": metavar, "help": plain(declared.help), "rich_help_panel": declared.panel}
    if declared.argument:
        shared["rich_help_panel"] = ARGUMENT_PANEL
        info: Any = typer.Argument(**shared)
    else:
        names = declared.option or _option_names(parameter)
        if declared.choices is not None:
            shared["autocompletion"] = _completion(tuple(declared.choices))
        info = typer.Option(*(names.split("/") if "-o" in names.split("/") else [names]), **shared)
    default = introspection.Parameter.empty if parameter.is_required else parameter.default
    optional: Any = kind
    if parameter.is_many:
        optional = list[kind] if parameter.is_required else list[kind] | None  # type: ignore[valid-type]
        default = introspection.Parameter.empty if parameter.is_required else None
    elif default is None:
        optional = kind | None
    return introspection.Parameter(
        parameter.name,
        introspection.Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[optional, info],
    )


def _completion(choices: tuple[str, ...]) -> Callable[[str], list[str]]:
    """Return what a shell asks for the values of an option."""

    def complete(incomplete: str) -> list[str]:
        return [choice for choice in choices if choice.startswith(incomplete)]

    return complete


def _option_names(parameter: Parameter) -> str:
    """Return the option of a parameter; a switch that is on by default has one that turns it off."""
    name = option_name(parameter.name)
    return f"{name}/--no-{name.removeprefix('--')}" if parameter.default is True else name


def _kind_of(parameter: Parameter) -> type:
    """Return the type of one value on the command line: what is neither a number nor a switch is text."""
    if isinstance(parameter.default, bool):
        return bool
    kinds = {kind for kind in (float, int) if _mentions(parameter.annotation, kind)}
    if parameter.annotation is bool:
        return bool
    return float if float in kinds else int if int in kinds else str


def _mentions(annotation: Any, kind: type) -> bool:
    return annotation is kind or any(_mentions(each, kind) for each in typing.get_args(annotation))


def _output_parameter(name: str, step: Step) -> introspection.Parameter:
    key = name
    if name == "output":
        key = "folder" if step.output == "folder" else "file" if step.inputs.place == "files" else "output"
    annotation, default = OUTPUT_OPTIONS[key]
    return introspection.Parameter(
        name, introspection.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )


def _output(kind: Any, *names: str, **shown: Any) -> Any:
    return Annotated[kind, typer.Option(*names, rich_help_panel=OUTPUT_PANEL, **shown)]


OUTPUT_OPTIONS: dict[str, tuple[Any, Any]] = {
    "output": (
        _output(
            str | None,
            "--output",
            "-o",
            metavar="FILE",
            help="File for the table: CSV, TSV, XLSX or Parquet by its extension; - is stdout. Further tables are "
            "written beside it. In a study folder the default is results/, elsewhere stdout.",
        ),
        None,
    ),
    "file": (
        _output(
            str | None,
            "--output",
            "-o",
            metavar="FILE",
            help="File for the table: CSV, TSV, XLSX or Parquet by its extension; - (the default) is stdout. "
            "Further tables are written beside it.",
        ),
        None,
    ),
    "folder": (
        _output(
            str | None,
            "--output",
            "-o",
            metavar="FOLDER",
            help="Folder for the files. In a study folder the default is results/, elsewhere this folder.",
        ),
        None,
    ),
    "format_name": (
        _output(
            str | None,
            "--format",
            metavar="csv|tsv|xlsx|parquet",
            help="Format, where the extension does not say.",
        ),
        None,
    ),
    "figures": (
        _output(
            str | None,
            "--figures",
            metavar="DIR",
            help="Folder for the figures. In a study folder, without --output, the default is figures/.",
        ),
        None,
    ),
    "no_figures": (_output(bool, "--no-figures", help="Draw no figures."), False),
    "strict": (
        _output(bool, "--strict", help="Stop where a file of the study is out of date, instead of warning."),
        False,
    ),
}
"""What commands have beyond their functions: where the result goes."""
