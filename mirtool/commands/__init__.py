"""The commands. Importing this imports none of them: a command is loaded when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from mirtool.workflow.catalog import STEPS

PANELS: Mapping[str, Mapping[str, str]] = {
    "Study": {
        "init": "Look at the arrays of a study and write its sample sheet.",
        "inspect": "Say what files hold: format, spots, channels, probes, and what looks wrong.",
        "run": "Run a whole study; only what is out of date is done again.",
        "report": "Make one page of a study: verdicts, findings, figures, tables.",
        "status": "List the steps of a study: done, out of date, not run.",
        "demo": "Simulate a study, analyze it, and compare what was planted with what was found.",
    },
    "Arrays": {
        "qc": "Judge every array: fine, check, outlier or not judged, and why.",
        "normalize": "Normalize the arrays: one value for each miRNA and sample.",
        "covariates": "Compare the sample sheet with the values: what do group and batch explain?",
    },
    "Comparison": {
        "diff": "Compare two groups: fold change, test, adjusted P, and who is up or down.",
        "cluster": "Cluster probes and arrays: trees, heat map, stability, k-means, PCA.",
        "compare-methods": "Run the study through every normalization and test, and compare.",
        "meta": "Combine several studies: which miRNAs changed in all of them together.",
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
    "Patients": {
        "clinical": "Describe and compare patients: baseline table, odds ratios, survival.",
    },
    "Publication": {
        "verify": "Compute a study again: do the same bytes come out, and if not, what changed?",
        "pack": "Pack a study as one ZIP, with its inputs, that runs again elsewhere.",
        "geo": "Write a GEO submission: metadata sheet, matrix, raw files with MD5.",
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

GROUPS = ("targets", "genesets")
"""Commands that have commands of their own: `mirtool targets add`."""


GROUP_STEPS = {"targets": {"predict": "predict-targets"}}
"""Steps that are commands of a group: `mirtool targets predict`."""


def load_command(name: str) -> Any:
    """Return a command, or a group of commands, as typer runs it."""
    import typer

    if name in STEPS:
        return _as_typed(_step_command(name, name))
    own = getattr(import_module(f"mirtool.commands.{name}"), name)
    if name in GROUPS:
        group = typer.main.get_group(own)
        group.name = name
        for command_name, step in GROUP_STEPS.get(name, {}).items():
            group.add_command(_step_command(step, command_name), command_name)
        for each in group.commands.values():
            _as_typed(each)
        return group
    app = typer.Typer(rich_markup_mode=None, add_completion=False)
    app.command(name)(own)
    command = typer.main.get_command(app)
    command.name = name
    return _as_typed(command)


def _step_command(step: str, name: str) -> Any:
    from mirtool.commands.making import make_command
    from mirtool.workflow.catalog import load_step

    command = make_command(load_step(step))
    command.name = name
    return command


def _as_typed(command: Any) -> Any:
    from mirtool.commands.typed import with_shared_options

    return with_shared_options(command)
