"""The commands. Importing this imports none of them: a command is loaded when it is called."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from mirtool.workflow.catalog import STEPS

PANELS: Mapping[str, Mapping[str, str]] = {
    "Study": {
        "init": "Look at the arrays of a study and write its sample sheet.",
        "inspect": "Say what files hold: format, spots, channels, probes, and what looks wrong.",
        "status": "List the steps of a study: done, out of date, not run.",
        "demo": "Simulate a study, analyze it, and compare what was planted with what was found.",
    },
    "Arrays": {
        "qc": "Judge every array: fine, look at it, or outlier, and why.",
        "normalize": "Normalize the arrays: one value for each miRNA and sample.",
    },
    "Comparison": {
        "diff": "Compare two groups: fold change, test, adjusted P, and who is up or down.",
        "cluster": "Cluster probes and arrays: trees, heat map, stability, k-means, PCA.",
        "compare-methods": "Run the study through every normalization and test, and compare.",
        "power": "Compute how many arrays per group find a fold change at a given FDR.",
    },
    "Targets": {
        "network": "Find which miRNAs work together: shared targets, synergy, hubs, gene sets.",
        "enrichment": "Find the gene sets enriched in a list of genes or in a network's targets.",
        "gsea": "Gene set enrichment analysis of an mRNA table, or of miRNA targets in it.",
        "mirna-sets": "Find the sets of miRNAs that changed: seed families, genomic clusters, diseases.",
        "shortlist": "Rank the miRNAs, with all that speaks for or against each.",
    },
    "Validation": {
        "validate": "Validate array findings by qPCR: ratios, intervals, tests, verdicts.",
        "audit": "Compute a service laboratory's workbook again, and explain differences.",
    },
    "Names and databases": {
        "names": "Look up what miRNA names are called now: name, accession, sequence, seed.",
        "targets": "Keep tables of miRNA targets under a name: add, fetch, list, predict.",
        "genesets": "Keep gene sets under a name: add, fetch, list, info, remove.",
    },
}
"""Panel of `mirtool --help` to its commands, each with its summary."""

SUMMARIES: Mapping[str, str] = {name: text for commands in PANELS.values() for name, text in commands.items()}

FORMER_NAMES: Mapping[str, str] = {"methods": "compare-methods", "mirnasets": "mirna-sets"}
"""Names of the last version, which still work."""

_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")

GROUPS = ("targets", "genesets")
"""Commands that have commands of their own: `mirtool targets add`."""


GROUP_STEPS = {"targets": {"predict": "predict-targets"}}
"""Steps that are commands of a group: `mirtool targets predict`."""


def load_command(name: str) -> Any:
    """Return a command, or a group of commands, as typer runs it."""
    import typer

    if name in STEPS:
        return with_sheet(_step_command(name, name))
    own = getattr(import_module(f"mirtool.commands.{name}"), name)
    if name in GROUPS:
        group = typer.main.get_group(own)
        group.name = name
        for command_name, step in GROUP_STEPS.get(name, {}).items():
            group.add_command(_step_command(step, command_name), command_name)
        for each in group.commands.values():
            with_sheet(each)
        return group
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(name)(own)
    command = typer.main.get_command(app)
    command.name = name
    return with_sheet(command)


def with_sheet(command: Any) -> Any:
    """Add the option ``--sheet``, which every command has: any table may be a workbook."""
    if any("--sheet" in parameter.opts for parameter in command.params):
        return command
    import typer

    declared = typer.Option(
        "--sheet",
        metavar="NAME",
        help="Sheet of a workbook that holds several tables.",
        rich_help_panel="Input",
        show_default=False,
    )

    def template(sheet: Any = None) -> None:
        """Carry the option."""

    template.__annotations__ = {"sheet": str}
    template.__defaults__ = (declared,)
    declared.default = None
    app = typer.Typer(add_completion=False)
    app.command()(template)
    option = typer.main.get_command(app).params[0]
    option.expose_value, option.callback = False, _ask_for_sheet
    command.params.append(option)
    return read_as_typed(command)


def read_as_typed(command: Any) -> Any:
    """Let a command take what people type: ``--cutoff 2,0``, and ``--compare A B`` for ``--compare A:B``."""
    parse = command.parse_args

    def parse_args(context: Any, words: list[str]) -> Any:
        return parse(context, as_meant(words, _options_of_numbers(command)))

    command.parse_args = parse_args
    return command


def _step_command(step: str, name: str) -> Any:
    from mirtool.commands.making import make_command
    from mirtool.workflow.catalog import load_step

    command = make_command(load_step(step))
    command.name = name
    return command


def _options_of_numbers(command: Any) -> frozenset[str]:
    kinds = {parameter: getattr(parameter, "type_descriptor", None) for parameter in command.params}
    return frozenset(
        name
        for parameter, kind in kinds.items()
        if "float" in str(getattr(kind, "annotation", ""))
        for name in parameter.opts
    )


def as_meant(words: Sequence[str], numbers: Collection[str]) -> list[str]:
    """Return the words of a call with decimal points in numbers, and the two groups of a comparison as one word.

    Parameters
    ----------
    words
        The words after the command.
    numbers
        Options that take a number.

    Examples
    --------
    >>> as_meant(["t.csv", "--cutoff", "2,0", "--compare", "treated pool", "control pool"], {"--cutoff"})
    ['t.csv', '--cutoff', '2.0', '--compare', 'treated pool:control pool']
    """
    meant: list[str] = []
    for word in words:
        option, equals, value = word.partition("=")
        before = meant[-1] if meant else ""
        if equals and option in numbers and _DECIMAL_COMMA.fullmatch(value):
            meant.append(f"{option}={value.replace(',', '.')}")
        elif before in numbers and _DECIMAL_COMMA.fullmatch(word):
            meant.append(word.replace(",", "."))
        elif _is_second_group(meant, word):
            meant[-1] = f"{before}:{word}"
        else:
            meant.append(word)
    return meant


def _is_second_group(before: Sequence[str], word: str) -> bool:
    """Tell a word that is neither an option nor a file after a comparison of one group."""
    return (
        len(before) > 1
        and before[-2] == "--compare"
        and ":" not in before[-1] + word
        and not word.startswith("-")
        and not Path(word).exists()
        and "." not in word
    )


def _ask_for_sheet(_context: Any, _parameter: Any, value: str | None) -> None:
    from mirtool.io.tables.workbook import ask_for_sheet

    ask_for_sheet(value)
