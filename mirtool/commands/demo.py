"""``mirtool demo``: a study folder of simulated arrays, run through the commands as a user would."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.console import say, say_table
from mirtool.errors import UsageError
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import FloatArray, Table
    from mirtool.simulate.arrays import SimulatedStudy

PLANTED_FILE = "planted.csv"
"""What was planted; its first line also tells a demo's folder from any other."""
MARK = "mirtool demo"
FOUND_FILE = "results/planted_and_found.csv"
CT_FILE = "ct.csv"
MRNA_FILE = "mrna.csv"
UTR_FILE = "utrs.fa"
HUB_FILE = "hubs.txt"
FURTHER_GENES = 1500
"""Genes of the simulated mRNA that no miRNA of the starter table targets."""
DEFAULT_SEED = 1

STEPS = (
    ("mirtool init exports/*.gpr", "Look into the scanner's files and write the sample sheet."),
    (
        "mirtool normalize",
        "Subtract the background, collapse the replicates, scale each array by its median miRNA.",
    ),
    ("mirtool diff --cutoff 2", "Compare the groups: fold change, moderated t, false discovery rate, figures."),
    (
        "mirtool network --beyond-seed targets --modules --robustness 200",
        "Which changed miRNAs share targets? The embedded starter table keeps this offline.",
    ),
    (
        "mirtool mirnasets",
        "Are they of one seed family, or of one place? Three of the ten planted ones are of miR-17~92.",
    ),
    (
        f"mirtool gsea {MRNA_FILE} --targets",
        "Did the genes follow? In the simulated mRNA of the same patients, targets of what went down went up.",
    ),
    (
        f"mirtool targets predict --mirna {HUB_FILE} --utr {UTR_FILE} -o results/predicted.csv",
        "Where would the hubs bind? Seed sites in simulated 3'UTRs: targets without any database.",
    ),
    (
        f"mirtool validate {CT_FILE} --reference cel-miR-39-3p --reference cel-miR-54-3p",
        "Does qPCR of the hubs confirm the arrays? Two miRNAs of a worm were added to every serum as references.",
    ),
)


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
    network, are measured by simulated qPCR too. Then the commands run on the folder as they would on yours, and
    each is printed before it runs.

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
    _write_arrays(study, root)
    _write_planted(study, root, seed)
    _write_ct(study, root, seed)
    _write_genes(study, root, seed)
    with chdir(root):
        Path(SAMPLES_FILE).unlink(missing_ok=True)  # an earlier demo's: init never replaces a sheet by itself
        for command, purpose in STEPS:
            _run_step(command, purpose)
            if command.startswith("mirtool init"):
                _fill_in_groups(study)
        _show_found(study)
    _say_what_to_open(root)


def _check_folder(root: Path, force: bool) -> None:
    if root.exists() and not root.is_dir():
        raise UsageError(
            "this is a file, not a folder", path=root, hint="name another folder: mirtool demo FOLDER"
        )
    if not root.is_dir() or not any(root.iterdir()) or _is_demo(root):
        return
    if (root / "samples.csv").exists():
        raise UsageError(
            "the folder holds another study; the demo would replace its sample sheet",
            path=root,
            hint="name another folder: mirtool demo FOLDER",
        )
    if not force:
        raise UsageError(
            "the folder is not empty, and no demo wrote it",
            path=root,
            hint="name another folder (mirtool demo FOLDER), or write into this one with --force",
        )


def _is_demo(root: Path) -> bool:
    planted = root / PLANTED_FILE
    return planted.is_file() and planted.read_bytes().startswith(f"# {MARK}".encode())


def _write_arrays(study: SimulatedStudy, root: Path) -> None:
    from mirtool.io.arrays.genepix import genepix_bytes
    from mirtool.report.tables import write_bytes
    from mirtool.simulate.chip import LOT

    arrays = study.arrays
    say(
        f"Simulating {plural(arrays.n_arrays, 'array')} of {plural(arrays.n_spots, 'spot')}, "
        f"written to {root / 'exports'} as GenePix would"
    )
    header = {"GalFile": f"miRCURY_simulated_lot{LOT}.gal", "Comment": "simulated by mirtool demo"}
    for array, name in enumerate(arrays.samples.names):
        write_bytes(genepix_bytes(arrays, array, header=header), root / "exports" / f"{name}.gpr")


def _write_planted(study: SimulatedStudy, root: Path, seed: int) -> None:
    import numpy as np

    from mirtool.model import Table, text_array
    from mirtool.report.tables import write_table
    from mirtool.simulate.arrays import REPORTED_CHANGES

    planted = study.truth.take(np.flatnonzero(study.truth["log2 ratio"]))
    write_table(
        Table(
            {
                "ID": planted["ID"],
                "Name": planted["Name"],
                f"planted fold change {study.tested}/{study.reference}": planted["fold change"],
                "magnitude from": text_array(
                    "the paper" if REPORTED_CHANGES.keys() & set(name.split("/")) else "mirtool"
                    for name in planted["Name"]
                ),
            },
            ((MARK, ""), ("seed", str(seed))),
        ),
        root / PLANTED_FILE,
    )


def _write_ct(study: SimulatedStudy, root: Path, seed: int) -> None:
    from mirtool.report.tables import write_table
    from mirtool.simulate.arrays import REPORTED_CHANGES, simulate_ct

    hubs = list(REPORTED_CHANGES)
    wells = simulate_ct(study, hubs, seed=seed)
    say(f"Simulating qPCR of {plural(len(hubs), 'miRNA')} in the same sera, written to {root / CT_FILE}")
    write_table(wells, root / CT_FILE)


def _write_genes(study: SimulatedStudy, root: Path, seed: int) -> None:
    from mirtool.io.genes.gene_sets import embedded_go_bp
    from mirtool.io.targets.interactions import starter_interactions
    from mirtool.report.tables import write_bytes, write_table
    from mirtool.simulate.arrays import REPORTED_CHANGES
    from mirtool.simulate.genes import simulate_gene_changes, simulate_utrs

    starter = starter_interactions()
    targeted = sorted(set(starter.gene))
    others = sorted(frozenset[str]().union(*embedded_go_bp().genes) - set(targeted))
    genes = sorted([*targeted, *others[:: len(others) // FURTHER_GENES][:FURTHER_GENES]])
    changes = {
        part: ratio
        for name, ratio in zip(study.truth["Name"], study.truth["log2 ratio"].tolist(), strict=True)
        for part in name.split("/")
        if ratio
    }
    hubs = list(REPORTED_CHANGES)
    say(
        f"Simulating mRNA of {plural(len(genes), 'gene')} in the same patients, written to {root / MRNA_FILE}, "
        f"and 3'UTRs of the {len(targeted)} that the starter table knows, to {root / UTR_FILE}"
    )
    write_table(simulate_gene_changes(changes, starter, genes, seed=seed), root / MRNA_FILE)
    write_bytes(simulate_utrs(hubs, starter, targeted, seed=seed).encode(), root / UTR_FILE)
    write_bytes("".join(f"{name}\n" for name in hubs).encode(), root / HUB_FILE)


def _run_step(command: str, purpose: str) -> None:
    """Print a command and run it just as printed, the file pattern expanded as a shell would."""
    import shlex

    from mirtool.commands import load_command

    say(f"\n# {purpose}\n$ {command}")
    _, name, *words = shlex.split(command)
    arguments = [
        path for word in words for path in (sorted(map(str, Path().glob(word))) if "*" in word else [word])
    ]
    load_command(name).main(args=arguments, prog_name=f"mirtool {name}", standalone_mode=False)


def _fill_in_groups(study: SimulatedStudy) -> None:
    """Do what the user does by hand: say in the sample sheet which array belongs to which group."""
    import csv
    import io

    from mirtool.report.tables import write_bytes
    from mirtool.study.folder import SAMPLES_FILE

    say("\n# In your own study you now fill in the column 'group' of samples.csv. Here it is done for you:")
    groups = dict(zip(study.arrays.samples.names, study.arrays.samples.groups, strict=True))
    with Path(SAMPLES_FILE).open(newline="", encoding="utf-8") as sheet:
        header, *rows = csv.reader(sheet)
    for row in rows:
        row[header.index("group")] = groups[row[header.index("sample")]]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    write_bytes(text.getvalue().encode(), SAMPLES_FILE)
    for group in (study.reference, study.tested):
        say(f"  {group:<10} {', '.join(name for name, own in groups.items() if own == group)}")


def _show_found(study: SimulatedStudy) -> None:
    """Print what was planted beside what was found, and how much passed that was not planted."""
    from mirtool.io.results.differential import read_differential
    from mirtool.model import Rule
    from mirtool.report.tables import write_table

    differential = read_differential("results/differential.csv")
    table = _planted_and_found(study, differential)
    write_table(table, FOUND_FILE)
    say(f"\nPlanted and found (signed fold change {study.tested}/{study.reference}; also in {FOUND_FILE}):")
    shown = ["Name", *(name for name in table.columns if name != "Name")]
    rows = zip(*(table[name] for name in shown), strict=True)
    say_table(shown, [[cell if isinstance(cell, str) else f"{cell:.3g}" for cell in row] for row in rows])

    planted = set(table["ID"])
    say("\nAll that passed, and how much of it was planted:")
    lines = []
    for rule in Rule:
        passing = set(differential.id[differential.regulation[rule.column] != ""].tolist())
        hits = len(passing & planted)
        lines.append([rule.words, str(len(passing)), str(hits), str(len(passing) - hits)])
    say_table(["rule", "passing", "planted", "not planted"], lines)


def _planted_and_found(study: SimulatedStudy, differential: SavedDifferential) -> Table:
    """Look each planted probe up in the differential table that the commands wrote; largest decrease first."""
    import numpy as np

    from mirtool.model import Rule, Table, text_array

    row_of = {probe_id: row for row, probe_id in enumerate(differential.id)}
    planted = study.truth.take(np.flatnonzero(study.truth["log2 ratio"]))
    planted = planted.take(np.argsort(planted["log2 ratio"], kind="stable"))
    rows = [row_of.get(probe_id) for probe_id in planted["ID"]]

    def numbers(name: str) -> FloatArray:
        values = differential.numbers(name)
        return np.array([np.nan if row is None else values[row] for row in rows])

    calls = {rule.words: differential.regulation[rule.column] for rule in Rule}
    passes = ([words for words, call in calls.items() if row is not None and call[row]] for row in rows)
    return Table(
        {
            "ID": planted["ID"],
            "Name": planted["Name"],
            "planted": planted["fold change"],
            "found": numbers(f"fold change {study.tested}/{study.reference}"),
            "P": numbers("P (moderated)"),
            "FDR": numbers("FDR (BH)"),
            "passes": text_array(words[-1] if words else "nothing" for words in passes),
        }
    )


def _say_what_to_open(root: Path) -> None:
    say("\nTwo of the ten change by less than the cut-off of 2 in truth: whether they pass is chance. So is what")
    say(
        "passes without having been planted: raw P alone controls no false discovery rate over hundreds of probes."
    )
    say("\nOpen first:")
    for name, content in (
        ("results/differential.csv", "the table of the comparison, in a spreadsheet"),
        ("figures/volcano.png", "every miRNA by its change and its P value"),
        ("figures/network.png", "the changed miRNAs and the genes in which they meet"),
        ("results/network.html", "the same to look into, in a browser: search, filters, references"),
        ("results/mirna_sets.csv", "seed families and genomic clusters of the changed miRNAs"),
        ("figures/gsea.png", "the targets of the changed miRNAs among the genes that went up and down"),
        ("results/validation_concordance.csv", "array beside qPCR: what is confirmed, what is a false positive"),
        ("results/run.json", "versions, arguments, inputs: what a methods section needs"),
    ):
        say(f"  {root / name}  {content}")
