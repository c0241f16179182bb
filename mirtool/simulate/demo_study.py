"""The files of the demo: a simulated study whose truth is known, and what an analysis of it found again."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np

from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.results.differential import SavedDifferential
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import FloatArray, Table, text_array
from mirtool.rules import Rule
from mirtool.simulate.arrays import REPORTED_CHANGES, SimulatedStudy, simulate_ct
from mirtool.simulate.chip import LOT
from mirtool.simulate.genes import simulate_gene_changes, simulate_utrs
from mirtool.simulate.patients import simulate_patients
from mirtool.study.config import CONFIG_FILE

PLANTED_FILE = "planted.csv"
"""What was planted; its first line also distinguishes the folder of a demo from any other."""
MARK = "mirtool demo"
PLANTED_START = "ID,Name,planted fold change "
"""How the header of that file begins, by which a demo knows its own folder."""
EXPORTS = "exports"
CT_FILE, MRNA_FILE, UTR_FILE, HUB_FILE = "ct.csv", "mrna.csv", "utrs.fa", "hubs.txt"
PATIENT_FILE = "clinical.csv"
HUBS = tuple(REPORTED_CHANGES)
FURTHER_GENES = 1500
"""Genes of the simulated mRNA that no miRNA of the starter table targets."""

SETTINGS = """\
# What this study does otherwise than by default; `mirtool run` and every command read it.

[qc]
figure_format = ["png"]
figure_dpi = 150

[cluster]
resamples = 200

[network]
beyond_seed = "targets"
modules = true
robustness = 200

[gsea]
genes = "mrna.csv"
targets = true

[validate]
ct = ["ct.csv"]
reference = ["cel-miR-39-3p", "cel-miR-54-3p"]

[clinical]
unit = ["age=years", "miR-16-5p=log2"]
variables = ["gain_1q21", "miR-16-5p"]
"""
"""The settings of the commands that the demo prints, for ``mirtool run``."""


def demo_files(study: SimulatedStudy, seed: int) -> dict[str, Table | bytes]:
    """Return every file that the demo starts from, path in its folder to table or bytes.

    Parameters
    ----------
    study
        The simulated arrays with their truth.
    seed
        Random seed of the qPCR, the mRNA, the 3'UTRs and the patients.

    Returns
    -------
    dict
        ``exports/P01.gpr`` … (GenePix results), ``planted.csv`` (the truth), ``ct.csv`` (qPCR of the hubs),
        ``mrna.csv``, ``clinical.csv`` (patients), ``utrs.fa``, ``hubs.txt`` and ``mirtool.toml`` (what
        differs from the defaults).
    """
    starter = starter_interactions()
    targeted = sorted(set(starter.gene))
    return {
        **_exports(study),
        PLANTED_FILE: _planted_table(study),
        CT_FILE: simulate_ct(study, list(HUBS), seed=seed),
        MRNA_FILE: simulate_gene_changes(_changes(study), starter, _genes(targeted), seed=seed),
        PATIENT_FILE: simulate_patients(study, seed=seed),
        UTR_FILE: simulate_utrs(HUBS, starter, targeted, seed=seed).encode(),
        HUB_FILE: "".join(f"{name}\n" for name in HUBS).encode(),
        CONFIG_FILE: SETTINGS.encode(),
    }


def fill_in_groups(sheet: str, study: SimulatedStudy) -> bytes:
    """Return a sample sheet (CSV) with the groups of the simulated samples in its column ``group``."""
    groups = dict(zip(study.arrays.samples.names, study.arrays.samples.groups, strict=True))
    header, *rows = csv.reader(io.StringIO(sheet))
    for row in rows:
        row[header.index("group")] = groups[row[header.index("sample")]]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue().encode()


def planted_and_found(study: SimulatedStudy, differential: SavedDifferential) -> Table:
    """Return one row per planted probe with what the differential table has of it; largest decrease first.

    ``found``, ``P`` and ``FDR`` are missing for a probe that the table does not hold.
    """
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


def count_passing(planted: Table, differential: SavedDifferential) -> list[tuple[Rule, int, int]]:
    """Return each rule with the number of probes that pass it and of those among them that were planted."""
    ids = set(planted["ID"])
    counts = []
    for rule in Rule:
        passing = set(differential.id[differential.regulation[rule.column] != ""].tolist())
        counts.append((rule, len(passing), len(passing & ids)))
    return counts


def _exports(study: SimulatedStudy) -> dict[str, Table | bytes]:
    arrays = study.arrays
    header = {"GalFile": f"miRCURY_simulated_lot{LOT}.gal", "Comment": f"simulated by {MARK}"}
    return {
        f"{EXPORTS}/{name}.gpr": genepix_bytes(arrays, array, header=header)
        for array, name in enumerate(arrays.samples.names)
    }


def _planted_table(study: SimulatedStudy) -> Table:
    planted = study.truth.take(np.flatnonzero(study.truth["log2 ratio"]))
    reported = REPORTED_CHANGES.keys()
    origins = ("the paper" if reported & set(name.split("/")) else "mirtool" for name in planted["Name"])
    return Table(
        {
            "ID": planted["ID"],
            "Name": planted["Name"],
            f"planted fold change {study.tested}/{study.reference}": planted["fold change"],
            "magnitude from": text_array(origins),
        }
    )


def _changes(study: SimulatedStudy) -> Mapping[str, float]:
    """Return the planted log2 ratio of each miRNA that changes; a probe may measure several."""
    return {
        part: ratio
        for name, ratio in zip(study.truth["Name"], study.truth["log2 ratio"].tolist(), strict=True)
        for part in name.split("/")
        if ratio
    }


def _genes(targeted: Sequence[str]) -> list[str]:
    """Return the genes of the simulated mRNA: the targeted ones, and others spread over the alphabet."""
    others = sorted(frozenset[str]().union(*embedded_go_bp().genes) - set(targeted))
    return sorted([*targeted, *others[:: len(others) // FURTHER_GENES][:FURTHER_GENES]])
