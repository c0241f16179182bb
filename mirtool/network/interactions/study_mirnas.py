"""Which miRNAs a network is of: those a differential table calls up or down, or those named; current names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import fsum, isnan
from pathlib import Path

from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.annotation.probes import species_in_common
from mirtool.errors import FormatError, NotEnoughDataError, UsageError, option
from mirtool.io.results.differential import SavedDifferential, read_differential
from mirtool.io.tables.name_lists import read_names
from mirtool.io.tables.streams import is_content
from mirtool.io.targets.interactions import MIRNA_HEADERS
from mirtool.model import Rule
from mirtool.network.interactions.mirnas import StudyMirnas, combine_probes
from mirtool.wording import plural

LIST_SUFFIXES = (".txt", ".csv", ".tsv", ".xlsx")
"""What a text ends in that is meant as a file of miRNAs, even if there is no such file."""


@dataclass(frozen=True)
class ChosenMirnas:
    """The miRNAs of a network, and how they were chosen.

    Parameters
    ----------
    names
        One entry per probe, as they were given; :meth:`with_current_names` replaces them.
    regulation, log2_ratio
        One entry per name: ``up``, ``down`` or empty; log2 tested/reference. None where not known.
    rule
        How they were chosen, in words.
    source
        The file they were read from; None where they were named in the call.
    measured
        All miRNAs that could have been chosen; None where that is not known.
    measured_source
        Where these are from, in words.
    log2_ratios
        log2 tested/reference of every miRNA of the differential table, mean over its probes.
    mirna_names
        What became of each name when names were updated, each once; empty before.
    """

    names: Sequence[str]
    regulation: Sequence[str] | None = None
    log2_ratio: Sequence[float] | None = None
    rule: str = "named in the call"
    source: str | None = None
    measured: Sequence[str] | None = None
    measured_source: str = ""
    log2_ratios: Mapping[str, float] = field(default_factory=dict)
    mirna_names: tuple[Resolution, ...] = ()

    @property
    def study(self) -> StudyMirnas:
        """The miRNAs with probes of one name combined."""
        return combine_probes(self.names, self.regulation, self.log2_ratio)

    @property
    def species(self) -> str | None:
        """The species that all miRNAs have in common; None where there is no such."""
        return species_in_common(self.names)

    def names_of_release(self, names: MirnaNames) -> MirnaNames:
        """Return the names to look up in, of the release that the file of the miRNAs is from."""
        if self.source is None and self.measured is None:
            return names
        return names.for_names((*(self.measured or ()), *self.names))

    def with_measured(self, path: str | None) -> ChosenMirnas:
        """Return the same with what could have been chosen read from a file; unchanged without one."""
        if path is None:
            return self
        measured = read_names(path, ("name", *MIRNA_HEADERS), "miRNA").tolist()
        return replace(self, measured=measured, measured_source=path)

    def with_current_names(self, names: MirnaNames) -> ChosenMirnas:
        """Return the same under current names; one that may mean several miRNAs stays as it is.

        The release of the file they were read from decides names that several miRNAs have had. Names in the call
        need not be of one release.
        """
        names = self.names_of_release(names)
        found = [names.resolve(name) for name in self.names]
        current = [(names.resolve(name).best_name, ratio) for name, ratio in self.log2_ratios.items()]
        return replace(
            self,
            names=[each.best_name for each in found],
            measured=self.measured and [names.resolve(name).best_name for name in self.measured],
            log2_ratios=_mean_by_name([name for name, _ in current], [ratio for _, ratio in current]),
            mirna_names=tuple({each.given: each for each in found}.values()),
        )


def choose_mirnas(
    differential: str | SavedDifferential | None, *, mirnas: str | None = None, regulation: str | None = None
) -> ChosenMirnas:
    """Return the miRNAs that are named, or else those that a differential table calls up or down by a rule.

    Parameters
    ----------
    differential
        A table of `mirtool diff`, or its path. Not used where ``mirnas`` are named.
    mirnas
        Names separated by commas, or a file with one name per line.
    regulation
        A :class:`mirtool.model.Rule`. None takes volcano P, or fold change where no test was made.

    Raises
    ------
    UsageError
        Where neither or a contradiction is given, for an unknown rule, and for one that the table does not have.
    NotEnoughDataError
        Where fewer than two miRNAs are up or down.
    """
    rule = None if regulation is None else Rule.named(regulation, "regulation")
    if mirnas:
        if rule is not None:
            raise UsageError(
                f"{option('regulation')} chooses from a differential table, not from {option('mirnas')}",
                hint="leave one of the two out",
            )
        return named_mirnas(mirnas)
    if differential is None:
        raise UsageError("no miRNAs were given", hint=f"name a differential table, or miRNAs ({option('mirnas')})")
    table = read_differential(differential) if isinstance(differential, str) else differential
    return regulated_mirnas(table, rule)


def named_mirnas(mirnas: str) -> ChosenMirnas:
    """Return miRNAs from names separated by commas, or from a file with one name per line."""
    if is_content(mirnas) or Path(mirnas).suffix.lower() in LIST_SUFFIXES:
        names = list(read_names(mirnas, (*MIRNA_HEADERS, "name"), "miRNA"))
        return ChosenMirnas(names, rule=f"named in {mirnas}", source=mirnas)
    return ChosenMirnas([name.strip() for name in mirnas.split(",") if name.strip()])


def regulated_mirnas(table: SavedDifferential, asked: Rule | None = None) -> ChosenMirnas:
    """Return the miRNAs that a differential table calls up or down by a rule."""
    rule = asked or Rule.default(Rule.in_columns(table.regulation))
    column = rule.column
    if column not in table.regulation and rule is Rule.FOLD_CHANGE:
        raise FormatError(
            f"the differential table has no column '{column}', which every table of `mirtool diff` has",
            path=table.path,
            found=", ".join(table.regulation),
            hint=f"run `mirtool diff` again; or choose one of its other rules with {option('regulation')}",
        )
    if column not in table.regulation:
        raise UsageError(
            f"the differential table has no column '{column}'",
            found=", ".join(table.regulation),
            hint=f"no test was made (one array per group, or {option('test', 'none')}): choose "
            f"{option('regulation', 'fold-change')}",
        )
    calls = table.regulation[column]
    passing = (calls != "") & (table.name != "")
    if passing.sum() < 2:
        raise NotEnoughDataError(
            f"at least two miRNAs are needed, and by '{column}' {plural(int(passing.sum()), 'probe')} "
            "is up or down",
            path=table.path,
            hint=f"choose another rule ({option('regulation', 'fold-change')}), a lower cutoff "
            f"of `mirtool diff` ({option('cutoff', 1.5)}), or name the miRNAs yourself ({option('mirnas')})",
        )
    return ChosenMirnas(
        names=table.name[passing].tolist(),
        regulation=calls[passing].tolist(),
        log2_ratio=table.log2_ratio[passing].tolist(),
        rule=f"{column} ({table.tested} / {table.reference})",
        source=table.path,
        measured=table.name.tolist(),
        measured_source=f"the rows of {Path(table.path).name}",
        log2_ratios=_mean_by_name(table.name.tolist(), table.log2_ratio.tolist()),
    )


def _mean_by_name(names: Sequence[str], values: Sequence[float]) -> dict[str, float]:
    """Return the mean of the values of each name; missing ones are skipped, a name without others has none."""
    rows: dict[str, list[float]] = defaultdict(list)
    for name, value in zip(names, values, strict=True):
        if name and not isnan(value):
            rows[name].append(value)
    return {name: fsum(own) / len(own) for name, own in rows.items()}
