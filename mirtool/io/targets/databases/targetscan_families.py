"""TargetScan 7 and 8: tables of miRNA families, whose members are named by a second file or by their seed.

The format
----------
Tab-separated, one header line, all species in one file.

Summary counts (``Summary_Counts.default_predictions.txt``, ``….all_predictions.txt``), one row per family, a
transcript and a species; the family is given as its seed, bases 2 to 8 (``AAAGUGC``)::

    Transcript ID, Gene Symbol, miRNA family, Species ID, Total num conserved sites,
    Number of conserved 8mer sites, …, Number of 6mer sites, Representative miRNA, Total context++ score,
    Cumulative weighted context++ score, Aggregate PCT [, Predicted occupancy …]

Their score is the ``Cumulative weighted context++ score``, which sums a gene's sites; the lower, the surer.

Sites of families (``Predicted_Targets_Info.default_predictions.txt``, ``Conserved_Family_Info.txt``,
``Nonconserved_Family_Info.txt``), one row per site; the family is given by its name (``miR-17-5p/20-5p/93-5p``)::

    miR Family, Gene ID, Gene Symbol, Transcript ID, Species ID, UTR start, UTR end, MSA start, MSA end,
    Seed match, PCT

Their score is PCT, the probability that the site is conserved because it is a target; the higher, the surer.

Family file (``miR_Family_Info.txt``, looked for in the same folder)::

    miR family, Seed+m8, Species ID, MiRBase ID, Mature sequence, Family Conservation?, MiRBase Accession

A row becomes one row for each member that its family has in its species. Without the family file families that are
given as seeds are named by the embedded miRBase 22 (human, mouse and rat; :mod:`mirtool.annotation.mirbase`):
every mature miRNA of that seed, also those that TargetScan sets aside. Rows of a family without a known member are
dropped and counted. ``NULL`` is a missing score. Every row is a prediction.

Where the headers come from: the header lines of all three in public programs that read them or check their own
reading against them.

References
----------
As of :mod:`mirtool.io.targets.databases.targetscan_sites`; for PCT: Friedman RC, Farh KK, Burge CB, Bartel DP.
Most mammalian mRNAs are conserved targets of microRNAs. Genome Res 2009;19:92–105.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.annotation.mirbase import MIRBASE_VERSION, mature_mirnas, seed_of
from mirtool.errors import FormatError
from mirtool.io.tables.text_tables import TextTable, read_table
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    labels_of,
    missing_column,
    needed,
    no_rows,
    numbers_of,
    open_table,
    predicted,
)
from mirtool.io.targets.databases.targetscan_sites import without_forms
from mirtool.io.targets.interaction_rows import InteractionRows, LabelColumn, blank_column
from mirtool.model import IntArray, text_array
from mirtool.wording import plural

DATABASE = "TargetScan"
FAMILY_FILE = "miR_Family_Info.txt"

_SUMMARY_SCORE = "cumulativeweightedcontextscore"
_SPECIES = {"9606": "hsa", "10090": "mmu", "10116": "rno"}
"""NCBI taxonomy to miRBase prefix, of the species whose miRNAs are embedded."""
_SEED = re.compile(r"[ACGU]{7}")

Families = Mapping[tuple[str, str], tuple[str, ...]]
"""Family, by name or by seed, and species (NCBI taxonomy) to its members."""


def matches(table: TextTable) -> bool:
    """Return summary counts and sites of families by the family and what is counted or matched."""
    return has_columns(table, "mirnafamily", "speciesid", "genesymbol") or has_columns(
        table, "mirfamily", "genesymbol", "seedmatch"
    )


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row once per member of its family; see :func:`mirtool.io.targets.interactions.read_rows`."""
    labels = ("mirnafamily", "mirfamily", "genesymbol", "geneid", "speciesid", "seedmatch")
    table = open_table(path, labels, (_SUMMARY_SCORE, "pct"))
    sums_up = has_columns(table, "mirnafamily")
    family = needed(table, DATABASE, "miRNA family", "mirnafamily", "mirfamily")
    species = needed(table, DATABASE, "Species ID", "speciesid")
    gene, named = gene_symbols(
        needed(table, DATABASE, "Gene Symbol", "genesymbol"), labels_of(table, "geneid"), genes
    )
    score = numbers_of(table, _SUMMARY_SCORE if sums_up else "pct")
    if score is None:
        raise missing_column(table, DATABASE, "Cumulative weighted context++ score" if sums_up else "PCT")
    known, source = _families(table, family)
    membership = _memberships(family, species, known)
    rows = membership.row
    mirna, one_mirna = without_forms(membership.mirna)
    told = [f"families named by {source}"]
    if membership.memberless:
        told.append(f"{plural(membership.memberless, 'row')} of families without a member there dropped")
    return InteractionRows(
        database=DATABASE,
        release="summary counts of families" if sums_up else "sites of families",
        mirna=mirna,
        gene=LabelColumn(gene.position[rows], gene.labels),
        reference=blank_column(len(rows)),
        evidence=predicted(len(rows)),
        negative=no_rows(len(rows)),
        score=score[rows],
        lower_is_better=sums_up,
        remarks=(*named, *told, *one_mirna),
    )


def read_families(path: str | Path) -> Families:
    """Read TargetScan's ``miR_Family_Info.txt``.

    Returns
    -------
    mapping
        Both the name and the seed of a family, each with a species, to the names of its members.

    Raises
    ------
    FormatError
        Where a column is missing, or no family is there.
    """
    table = read_table(path, suits=matches, joins=True)
    columns = {}
    for what, header in (
        ("miR family", "mirfamily"),
        ("Seed+m8", "seedm8"),
        ("Species ID", "speciesid"),
        ("MiRBase ID", "mirbaseid"),
    ):
        column = labels_of(table, header)
        if column is None:
            raise missing_column(table, "TargetScan's families", what)
        columns[header] = column.labels[column.position]
    members: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    for family, seed, species, name in zip(*columns.values(), strict=True):
        if name:
            members[family, species][name] = None
            members[_as_seed(seed), species][name] = None
    if not members:
        raise FormatError("this table of families holds no miRNA", path=path, expected="a MiRBase ID in every row")
    return {key: tuple(names) for key, names in members.items()}


def _as_seed(label: str) -> str:
    return label.upper().replace("T", "U")


def _families(table: TextTable, family: LabelColumn) -> tuple[Families, str]:
    """Return the families, and say in words by what their members are named."""
    beside = Path(table.path).parent / FAMILY_FILE
    if beside.is_file():
        return read_families(beside), FAMILY_FILE
    unnamed = [label for label in family.labels if label and not _SEED.fullmatch(_as_seed(label))]
    if unnamed:
        raise FormatError(
            "the members of TargetScan's families are named in another file, which is not there",
            path=table.path,
            column="miR Family",
            found=f"families such as {unnamed[0][:60]!r}",
            expected=f"{FAMILY_FILE} in the same folder",
            hint="download it from TargetScan's data page and unpack it beside this table, or give the context++ "
            "scores, which name every miRNA",
        )
    return _by_seed(), f"their seed in miRBase {MIRBASE_VERSION}"


def _by_seed() -> Families:
    """Return the families of the embedded miRBase by seed."""
    species = {prefix: taxon for taxon, prefix in _SPECIES.items()}
    members: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, mature in mature_mirnas().items():
        taxon = species.get(name.partition("-")[0])
        if taxon:
            members[seed_of(mature.sequence), taxon].append(name)
    return {key: tuple(names) for key, names in members.items()}


@dataclass(frozen=True, eq=False)
class _Memberships:
    """Every row of a table once for each member of its family: the miRNAs, the row of each, rows without one."""

    mirna: LabelColumn
    row: IntArray
    memberless: int


def _memberships(family: LabelColumn, species: LabelColumn, known: Families) -> _Memberships:
    n_species = len(species.labels)
    keys, group = np.unique(family.position * n_species + species.position, return_inverse=True)
    members = [
        known.get((name, taxon)) or known.get((_as_seed(name), taxon), ())
        for name, taxon in (
            (family.labels[key // n_species], species.labels[key % n_species]) for key in keys.tolist()
        )
    ]
    names = sorted({name for own in members for name in own})
    place = {name: i for i, name in enumerate(names)}
    flat = np.array([place[name] for own in members for name in own], dtype=np.int64)
    sizes = np.array([len(own) for own in members], dtype=np.int64)
    starts = np.cumsum(sizes) - sizes
    size_of_row = sizes[group]
    row = np.repeat(np.arange(len(group)), size_of_row)
    nth = np.arange(len(row)) - np.repeat(np.cumsum(size_of_row) - size_of_row, size_of_row)
    mirna = LabelColumn(flat[starts[group][row] + nth] if len(row) else row, text_array(names or [""]))
    return _Memberships(mirna, row, int((size_of_row == 0).sum()))
