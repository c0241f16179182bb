"""Which columns of the sample sheet a heat map shows over its samples."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mirtool.covariates.settings import BATCH
from mirtool.errors import UsageError
from mirtool.report.figures.settings import FIGURES_PANEL
from mirtool.settings import setting
from mirtool.workflow.reading import MatrixInputs

if TYPE_CHECKING:
    from mirtool.model import SampleTable

NO_COLUMNS = "none"


@dataclass(frozen=True)
class AnnotatedInputs(MatrixInputs):
    """A normalized table that is drawn as a heat map."""

    annotate: tuple[str, ...] = setting(
        (),
        "Column of the sample sheet to show over the heat map, under the groups; may be given several times. "
        f"Default: {BATCH}, if there is one, and the columns of the model. {NO_COLUMNS} shows none.",
        panel=FIGURES_PANEL,
        metavar="COLUMN",
    )


def check_annotation(asked: Sequence[str], samples: SampleTable) -> None:
    """Refuse a column that the sample sheet does not have, or that has too many different words for colors.

    Raises
    ------
    UsageError
        With the columns there are.
    """
    from mirtool.report.figures.sheet_columns import MOST_VALUES, can_be_drawn

    for name in asked:
        if name == NO_COLUMNS and NO_COLUMNS not in samples.extra:
            continue
        if name not in samples.extra:
            raise UsageError(
                f"the sample sheet has no column {name!r}",
                path=samples.sheet or None,
                parameter="annotate",
                expected=f"one of {', '.join(samples.extra)}" if samples.extra else "a column besides the group",
            )
        if not can_be_drawn(samples.extra[name]):
            raise UsageError(
                f"the column {name!r} has more than {MOST_VALUES} different words, too many for colors",
                path=samples.sheet or None,
                parameter="annotate",
            )


def annotation_columns(
    asked: Sequence[str], samples: SampleTable, used: Iterable[str] = ()
) -> Mapping[str, tuple[str, ...]]:
    """Return the columns to draw by name: those asked for, else ``batch`` and those that the model uses.

    Of these only what colors can show: numbers, or a few words, and not the same for all samples.
    """
    from mirtool.report.figures.sheet_columns import can_be_drawn

    if asked:
        return {name: samples.extra[name] for name in asked if name in samples.extra}
    return {
        name: samples.extra[name]
        for name in dict.fromkeys((BATCH, *used))
        if name in samples.extra and len(set(samples.extra[name])) > 1 and can_be_drawn(samples.extra[name])
    }
