"""Which miRNAs a network is of: those a differential table calls up or down, or those named."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, isnan
from pathlib import Path
from typing import TYPE_CHECKING

from mirtool.commands.common import Place, differential_table_of, find_place
from mirtool.errors import FormatError, NotEnoughDataError, UsageError
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution
    from mirtool.io.results.differential import SavedDifferential
    from mirtool.model import Rule

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".xlsx")
"""What ``--mirnas`` ends in where it is meant as a file, even if there is no such file."""


@dataclass(frozen=True)
class ChosenMirnas:
    """The miRNAs of the network, and how they were chosen, in words."""

    names: Sequence[str]
    regulation: Sequence[str] | None
    log2_ratio: Sequence[float] | None
    rule: str
    source: str | None
    measured: Sequence[str] | None = None
    """All that could have been chosen; None where that is not known."""
    measured_source: str = ""
    log2_ratios: Mapping[str, float] = field(default_factory=dict)
    """log2 tested/reference of every miRNA of the differential table, mean over its probes."""


def find_network_place(differential: str | None, mirnas: str | None) -> Place:
    """Return True if the network is of a study folder, of a table, or of miRNAs named."""
    if differential and mirnas:
        raise UsageError(
            "a differential table and --mirnas contradict each other", hint="leave one of the two out"
        )
    given = differential or mirnas
    return find_place([given] if given else [], None, "differential table")


def choose_mirnas(
    differential: str | None, mirnas: str | None, regulation: str | None, place: Place
) -> ChosenMirnas:
    """Return the miRNAs that were named, or that a differential table calls up or down by a rule."""
    from mirtool.model import Rule

    rule = None if regulation is None else Rule.named(regulation, "regulation")
    if mirnas:
        return _choose_named(mirnas, regulation)
    from mirtool.io.results.differential import read_differential

    return _choose_regulated(read_differential(differential_table_of(differential, place)), rule)


def _choose_named(mirnas: str, regulation: str | None) -> ChosenMirnas:
    if regulation is not None:
        raise UsageError("--regulation chooses from a differential table, not from --mirnas")
    from mirtool.io.tables.name_lists import read_names
    from mirtool.io.targets.interactions import MIRNA_HEADERS

    if Path(mirnas).is_file() or Path(mirnas).suffix.lower() in LIST_SUFFIXES:
        names = list(read_names(mirnas, (*MIRNA_HEADERS, "name"), "miRNA"))
        return ChosenMirnas(names, None, None, f"named in {mirnas}", mirnas)
    names = [name.strip() for name in mirnas.split(",") if name.strip()]
    return ChosenMirnas(names, None, None, "named with --mirnas", None)


def _choose_regulated(table: SavedDifferential, asked: Rule | None) -> ChosenMirnas:
    from mirtool.model import Rule

    rule = asked or Rule.default(Rule.in_columns(table.regulation))
    column = rule.column
    if column not in table.regulation and rule is Rule.FOLD_CHANGE:
        raise FormatError(
            f"the differential table has no column '{column}', which every table of `mirtool diff` has",
            path=table.path,
            found=", ".join(table.regulation),
            hint="run `mirtool diff` again; or choose one of its other rules with --regulation",
        )
    if column not in table.regulation:
        raise UsageError(
            f"the differential table has no column '{column}'",
            found=", ".join(table.regulation),
            hint="no test was made (one array per group, or --test none): choose --regulation fold-change",
        )
    calls = table.regulation[column]
    passing = (calls != "") & (table.name != "")
    if passing.sum() < 2:
        raise NotEnoughDataError(
            f"at least two miRNAs are needed, and by '{column}' {plural(int(passing.sum()), 'probe')} "
            "is up or down",
            path=table.path,
            hint="choose another rule (--regulation fold-change), a lower bar (`mirtool diff --cutoff 1.5`), or "
            "name the miRNAs yourself (--mirnas)",
        )
    return ChosenMirnas(
        table.name[passing].tolist(),
        calls[passing].tolist(),
        table.log2_ratio[passing].tolist(),
        f"{column} ({table.tested} / {table.reference})",
        table.path,
        table.name.tolist(),
        f"the rows of {table.path}",
        _mean_by_name(table.name.tolist(), table.log2_ratio.tolist()),
    )


def _mean_by_name(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Return the mean of the values of each name; missing ones are passed over, a name with no other has none."""
    rows: dict[str, list[float]] = defaultdict(list)
    for name, value in zip(names, values, strict=True):
        if name and not isnan(value):
            rows[name].append(value)
    return {name: fsum(own) / len(own) for name, own in rows.items()}


def with_universe(chosen: ChosenMirnas, path: str | None) -> ChosenMirnas:
    """Replace what could have been chosen by the names in a file, where one was given."""
    if path is None:
        return chosen
    from mirtool.io.tables.name_lists import read_names
    from mirtool.io.targets.interactions import MIRNA_HEADERS

    return replace(
        chosen, measured=read_names(path, ("name", *MIRNA_HEADERS), "miRNA").tolist(), measured_source=path
    )


def species_in_common(names: Sequence[str]) -> str | None:
    """Return the species that all miRNAs have in common, or None where there is no such."""
    from mirtool.annotation.probes import species_of

    species = [found for name in names if (found := species_of(name))]
    common = frozenset.intersection(*species) if species else frozenset()
    return min(common) if len(common) == 1 else None


def update_study_names(chosen: ChosenMirnas, book: MirnaNames) -> tuple[ChosenMirnas, list[Resolution]]:
    """Return the miRNAs their current names, and what became of each name."""
    found = [book.resolve(name) for name in chosen.names]
    measured = chosen.measured and [book.resolve(name).best_name for name in chosen.measured]
    current = [(book.resolve(name).best_name, ratio) for name, ratio in chosen.log2_ratios.items()]
    renamed = replace(
        chosen,
        names=[each.best_name for each in found],
        measured=measured,
        log2_ratios=_mean_by_name([name for name, _ in current], [ratio for _, ratio in current]),
    )
    return renamed, list({each.given: each for each in found}.values())
