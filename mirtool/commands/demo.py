"""``mirtool demo``: a study folder of simulated arrays, run through the commands as a user would."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.console import is_verbose, say, say_as_it_is, say_block, set_verbose, width_of
from mirtool.commands.demo_steps import OPEN_FIRST, STEPS
from mirtool.errors import UsageError
from mirtool.report.text.blocks import Grid, Pairs
from mirtool.report.text.layout import wrapped
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.simulate.arrays import SimulatedStudy

FOUND_FILE = "results/planted_and_found.csv"
DEFAULT_SEED = 1


def demo(
    folder: Annotated[str, typer.Argument(metavar="[FOLDER]", help="Where to write the study.")] = "mirtool-demo",
    seed: Annotated[
        int, typer.Option("--seed", min=0, help="Another seed simulates another study.")
    ] = DEFAULT_SEED,
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds other files.")] = False,
) -> None:
    """Simulate a study, analyze it, and compare what was planted with what was found.

    Six simulated miRCURY LNA arrays, three patients who respond to treatment and three who resist it, are written
    as the GenePix files a scanner would give. The truth is known: ten miRNAs change between the groups, four of
    them by the fold changes that a study of serum exosomes in myeloma reports. These four, the hubs of its
    network, are measured by simulated qPCR too. In a table of 80 patients, those six among them, a gain of 1q21
    and little miR-16-5p go with resistance and death. Then the commands run on the folder as they would on yours,
    and each is printed before it runs.

    Example:

    \b
      mirtool demo
      cd mirtool-demo
      mirtool diff --cutoff 1.5        # change something and look again
    """  # noqa: D301  (typer wants the backspace itself)
    from contextlib import chdir

    from mirtool.simulate.arrays import simulate_study
    from mirtool.study.folder import SAMPLES_FILE

    root = Path(folder)
    _check_folder(root, force)
    study = simulate_study(seed=seed)
    _write_files(study, root, seed)
    with chdir(root):
        Path(SAMPLES_FILE).unlink(missing_ok=True)  # an earlier demo's: init never replaces a sheet by itself
        for command, purpose in STEPS:
            _run_step(command, purpose)
            if command.startswith("mirtool init"):
                _fill_in_groups(study)
        _show_found(study)
    say(
        "\nTwo of the ten change by less than the cut-off of 2 in truth: whether they pass is chance. So is what "
        "passes without being planted: raw P alone controls no false discovery rate over hundreds of probes."
    )
    say(f"\nOpen first, in {root}:")
    say_block(Pairs(OPEN_FIRST))


def _check_folder(root: Path, force: bool) -> None:
    other = "name another folder: mirtool demo FOLDER"
    if root.exists() and not root.is_dir():
        raise UsageError("this is a file, not a folder", path=root, hint=other)
    if not root.is_dir() or not any(root.iterdir()) or _is_demo(root):
        return
    if (root / "samples.csv").exists():
        raise UsageError(
            "the folder holds another study; the demo would replace its sample sheet", path=root, hint=other
        )
    if not force:
        raise UsageError(
            "the folder is not empty, and no demo wrote it",
            path=root,
            hint="name another folder (mirtool demo FOLDER), or write into this one with --force",
        )


def _is_demo(root: Path) -> bool:
    from mirtool.simulate.demo_study import MARK, PLANTED_FILE, PLANTED_START

    planted = root / PLANTED_FILE
    starts = (PLANTED_START.encode(), f"# {MARK}".encode())  # the second: as earlier versions wrote it
    return planted.is_file() and planted.read_bytes().startswith(starts)


def _write_files(study: SimulatedStudy, root: Path, seed: int) -> None:
    from mirtool.report.tables import table_bytes, write_bytes
    from mirtool.simulate.demo_study import demo_files

    arrays = study.arrays
    say(
        f"Simulating {plural(arrays.n_arrays, 'array')} of {plural(arrays.n_spots, 'spot')}, qPCR, mRNA and "
        f"3'UTRs of the same patients, and a table of 80 patients, written to {root}"
    )
    for name, content in demo_files(study, seed).items():
        write_bytes(content if isinstance(content, bytes) else table_bytes(content, name), root / name)


def _run_step(command: str, purpose: str) -> None:
    """Print a command and run it just as printed, the file pattern expanded as a shell would."""
    import shlex

    from mirtool.commands import load_command

    width = width_of(sys.stderr)
    lines = ["", *(f"# {line}" for line in wrapped(purpose, width - 2, hanging=0))]
    say_as_it_is("\n".join([*lines, " \\\n".join(wrapped(f"$ {command}", width - 2, hanging=4))]))
    _, name, *words = shlex.split(command)
    arguments = [
        path for word in words for path in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    details = is_verbose()
    arguments += ["-v"] if details else []
    load_command(name).main(args=arguments, prog_name=f"mirtool {name}", standalone_mode=False)
    set_verbose(details)  # each command sets it for itself


def _fill_in_groups(study: SimulatedStudy) -> None:
    """Do what the user does by hand: write into the sample sheet which array belongs to which group."""
    from mirtool.report.tables import write_bytes
    from mirtool.simulate.demo_study import fill_in_groups
    from mirtool.study.folder import SAMPLES_FILE

    say("\n# In your own study you now fill in the column 'group' of samples.csv. Here:")
    write_bytes(fill_in_groups(Path(SAMPLES_FILE).read_text(encoding="utf-8"), study), SAMPLES_FILE)
    samples = study.arrays.samples
    for group in (study.reference, study.tested):
        names = (name for name, own in zip(samples.names, samples.groups, strict=True) if own == group)
        say(f"  {group:<10} {', '.join(names)}")


def _show_found(study: SimulatedStudy) -> None:
    """Print what was planted with what was found, and how much passed that was not planted."""
    from mirtool.io.results.differential import read_differential
    from mirtool.report.tables import write_table
    from mirtool.simulate.demo_study import count_passing, planted_and_found

    differential = read_differential("results/differential.csv")
    table = planted_and_found(study, differential)
    write_table(table, FOUND_FILE)
    say(f"\nPlanted and found (signed fold change {study.tested}/{study.reference}; also in {FOUND_FILE}):")
    shown = ["Name", *(name for name in table.columns if name != "Name")]
    rows = zip(*(table[name] for name in shown), strict=True)
    cells = [[cell if isinstance(cell, str) else f"{cell:.3g}" for cell in row] for row in rows]
    say_block(Grid(shown, cells, optional=("ID",)))
    say("\nAll that passed, and how much of it was planted:")
    counts = [
        [rule.words, str(n), str(hits), str(n - hits)] for rule, n, hits in count_passing(table, differential)
    ]
    say_block(Grid(["rule", "passing", "planted", "not planted"], counts))
