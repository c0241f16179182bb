"""What one study says: the log2 ratio of each miRNA with its standard error, P, and the number of arrays.

The log2 ratio of `mirtool diff` is by default that of the arithmetic means, and t is not its ratio to an error. A
comparison of two groups tests the difference of the log2 means: that is the effect, and the difference over t its
standard error. Where the table's ratio is the one that was tested (geometric means, or as a model fits it), the
effect is the table's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames, Resolution, Status
from mirtool.differential.fold_change import compare_means
from mirtool.differential.methods import TESTS
from mirtool.errors import FormatError, NotEnoughDataError, option
from mirtool.io.mirnas.mirna_changes import MirnaChanges
from mirtool.io.results.differential import SavedDifferential
from mirtool.io.tables.name_lists import names_mirna
from mirtool.model import FloatArray, TextArray, text_array
from mirtool.wording import plural

T_TESTS = ("moderated", "welch", "student")
"""The tests whose statistic is an effect over its standard error."""
LOG2_TOLERANCE = 1e-3
"""Between the log2 ratio of a table, which has six digits, and the same computed again."""
MODEL_SETTINGS = ("pair", "block", "covariate", "design", "weights", "replicates")
"""Settings of `mirtool diff` whose model tests something else than the difference of two means."""


@dataclass(frozen=True, eq=False)
class StudyEffects:
    """What a study says of each probe, or of each miRNA: one entry per row.

    Parameters
    ----------
    label
        What the study is called.
    path
        The table it was read from.
    tested, reference
        The groups; empty where the table does not say.
    id, name
        The probe, and the name of its miRNA.
    effect, se
        log2 of tested / reference and its standard error, NaN missing.
    p_value, adjusted
        As the study's own table has them; NaN missing.
    arrays
        Arrays with a value; NaN where not known.
    level
        Mean level by which one of several probes is chosen; NaN where not known.
    how
        Where effect and error are from, in words.
    notes
        What was left out, in words.
    values
        The normalized table that was compared; empty where not known.
    """

    label: str
    path: str
    tested: str
    reference: str
    id: TextArray
    name: TextArray
    effect: FloatArray
    se: FloatArray
    p_value: FloatArray
    adjusted: FloatArray
    arrays: FloatArray
    level: FloatArray
    how: str
    notes: tuple[str, ...] = ()
    values: str = ""

    def __len__(self) -> int:
        return len(self.id)

    @property
    def comparison(self) -> str:
        """The groups as ``tested / reference``; empty where they are not known."""
        return f"{self.tested} / {self.reference}" if self.tested else ""

    def flipped(self) -> StudyEffects:
        """Return the study with the groups swapped."""
        return replace(self, tested=self.reference, reference=self.tested, effect=-self.effect)

    def take(self, rows: Sequence[int]) -> StudyEffects:
        """Return the rows at these positions."""
        parts = ("id", "name", "effect", "se", "p_value", "adjusted", "arrays", "level")
        return replace(self, **{part: getattr(self, part)[np.asarray(rows, dtype=np.int64)] for part in parts})


@dataclass(frozen=True, eq=False)
class GroupMeans:
    """Two groups of one normalized table, by probe: the values that a comparison was made from.

    Parameters
    ----------
    source
        The table, for messages.
    id
        IDs of the probes.
    tested, reference
        log2 values, ``(n_probes, n_arrays)``, NaN missing.
    """

    source: str
    id: TextArray
    tested: FloatArray
    reference: FloatArray


def effects_of_changes(changes: MirnaChanges, label: str) -> StudyEffects:
    """Return what a table of another program says."""
    shown = changes.columns
    error = shown.get("error") or f"{shown['log2 ratio']} / {shown['statistic']}"
    nothing = np.full(len(changes.name), np.nan)
    return StudyEffects(
        label=label,
        path=changes.path,
        tested="",
        reference="",
        id=changes.name,
        name=changes.name,
        effect=changes.log2_ratio,
        se=changes.error,
        p_value=changes.p_value,
        adjusted=changes.adjusted,
        arrays=nothing,
        level=changes.level,
        how=f"{shown['log2 ratio']}, error {error}",
    )


def effects_of_differential(saved: SavedDifferential, label: str, means: GroupMeans | None) -> StudyEffects:
    """Return what a table of `mirtool diff` says.

    Parameters
    ----------
    saved
        The table.
    label
        What the study is called.
    means
        The values it was made from; not needed where its ratio is the one that was tested.

    Raises
    ------
    FormatError
        Where the table has no t, or ``means`` are needed and not there, or give another ratio than the table has.
    """
    test = next((name for name in T_TESTS if saved.p_header == f"P ({TESTS[name].label})"), None)
    if test is None:
        raise FormatError(
            "this comparison has no standard error",
            path=saved.path,
            found=saved.p_header or "no test",
            expected="P of one of the t-tests: " + ", ".join(T_TESTS),
            hint=f"run `mirtool diff` with {option('test', 'moderated')} for this study, and name that table",
        )
    t = saved.required(f"t ({TESTS[test].label})")
    if means is None:
        effect, how = saved.log2_ratio, f"log2 ratio of the table, error log2 ratio / t ({TESTS[test].label})"
    else:
        effect = _difference(saved, means)
        how = f"difference of log2 means, error difference / t ({TESTS[test].label})"
    with np.errstate(divide="ignore", invalid="ignore"):
        se = effect / t
    level = saved.level
    return StudyEffects(
        label=label,
        path=saved.path,
        tested=saved.tested,
        reference=saved.reference,
        id=saved.id,
        name=saved.name,
        effect=effect,
        se=np.where(np.isfinite(se) & (se > 0), se, np.nan),
        p_value=saved.p_value,
        adjusted=saved.adjusted,
        arrays=saved.n_arrays,
        level=np.full(len(saved), np.nan) if level is None else level,
        how=how,
        values="" if means is None else means.source,
    )


def ratio_was_tested(saved: SavedDifferential) -> bool:
    """Return True where the table's log2 ratio is the difference that t tests."""
    return any(
        f"{start} {saved.tested}" in (saved.columns.header if saved.columns else ())
        for start in ("geometric mean", "fitted mean")
    )


def _difference(saved: SavedDifferential, means: GroupMeans) -> FloatArray:
    """Return the difference of the log2 means in the order of a table's rows.

    The ratio of the arithmetic means, computed from the same arrays, must be the one that the table has: else the
    values are not those it was made from.
    """
    rows = {name: i for i, name in enumerate(means.id)}
    at = [rows.get(name) for name in saved.id]
    missing = [name for name, row in zip(saved.id, at, strict=True) if row is None]
    if missing:
        raise _other_values(saved, means, f"no probe {missing[0]}")
    order = np.array(at, dtype=np.int64)
    tested, reference = means.tested[order], means.reference[order]
    again = compare_means(tested, reference).log2_ratio
    off = np.flatnonzero(~np.isclose(again, saved.log2_ratio, rtol=0, atol=LOG2_TOLERANCE, equal_nan=True))
    if len(off):
        i = int(off[0])
        raise _other_values(
            saved, means, f"log2 ratio {saved.log2_ratio[i]:g} of {saved.id[i]}, and {again[i]:g} by the values"
        )
    return compare_means(tested, reference, kind="geometric").log2_ratio


def _other_values(saved: SavedDifferential, means: GroupMeans, found: str) -> FormatError:
    return FormatError(
        f"this table was not made from the values in {means.source}",
        path=saved.path,
        found=found,
        hint="run `mirtool diff` of this study again",
    )


def one_per_mirna(study: StudyEffects, names: MirnaNames) -> StudyEffects:
    """Return one row per miRNA under its current name: of several probes the one of the highest mean level.

    What names no miRNA, and what has no effect or no standard error, is left out.

    Raises
    ------
    NotEnoughDataError
        Where nothing remains.
    FormatError
        Where a miRNA has several probes and the table has no level to choose by.
    """
    book = names.for_names(study.name)
    current = [_current_name(book.resolve(name)) for name in study.name]
    usable = np.isfinite(study.effect) & np.isfinite(study.se)
    rows: dict[str, list[int]] = {}
    for i, name in enumerate(current):
        if name and usable[i]:
            rows.setdefault(name, []).append(i)
    if not rows:
        shown = ", ".join(dict.fromkeys(filter(None, study.name[:20])))
        raise NotEnoughDataError(
            "this table has no miRNA with a log2 ratio and a standard error",
            path=study.path,
            found=f"the names {shown[:80]}" if not any(current) else "no ratio and error that are both numbers",
        )
    several = {name: own for name, own in rows.items() if len(own) > 1}
    chosen = {name: own[0] for name, own in rows.items()}
    for name, own in several.items():
        if np.isnan(study.level[own]).all():
            raise FormatError(
                f"{name} has {len(own)} probes, and the table has no mean level to choose one by",
                path=study.path,
                expected="a column AveExpr or baseMean, or one row per miRNA",
            )
        chosen[name] = own[int(np.nanargmax(study.level[own]))]
    notes = [
        (sum(not name for name in current), "probe without a miRNA's name", "probes without a miRNA's name"),
        (
            sum(bool(name) for name in np.array(current)[~usable]),
            "probe without a ratio or an error",
            "probes without a ratio or an error",
        ),
        (
            sum(len(own) - 1 for own in several.values()),
            "further probe of the same miRNA",
            "further probes of the same miRNAs",
        ),
    ]
    found = study.take(list(chosen.values()))
    return replace(
        found,
        name=text_array(chosen),
        notes=(*study.notes, *(plural(n, one, many) for n, one, many in notes if n)),
    )


def _current_name(found: Resolution) -> str:
    """Return the name by which studies are joined; empty for what is not a miRNA."""
    if found.mapped or found.parts:
        return found.best_name
    is_mirna = found.status is not Status.NOT_MIRNA and (
        found.status is not Status.UNKNOWN or names_mirna(found.given)
    )
    return found.given if is_mirna else ""


def model_setting(arguments: Mapping[str, object], *, of_counts: bool) -> str:
    """Return the setting by which t is not the difference of two means over its error; empty where it is.

    Of sequencing counts it never is: a model weights them, or the means are those of log-CPM.
    """
    if arguments.get("treat", 1) != 1:
        return "treat"
    used = next((name for name in MODEL_SETTINGS if arguments.get(name)), "")
    return used or ("count_method" if of_counts else "")
