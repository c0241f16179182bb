"""Which miRNAs a network is of: in a study folder, of a table that was named, or those named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mirtool.commands.common import Place, differential_table_of, find_place
from mirtool.errors import UsageError

if TYPE_CHECKING:
    from mirtool.network.interactions.study_mirnas import ChosenMirnas


def find_network_place(differential: str | None, mirnas: str | None) -> Place:
    """Return where the command runs: in a study folder, on a table, or on miRNAs named."""
    if differential and mirnas:
        raise UsageError(
            "a differential table and --mirnas contradict each other", hint="leave one of the two out"
        )
    given = differential or mirnas
    return find_place([given] if given else [], None, "differential table")


def choose_mirnas_of_place(
    differential: str | None, mirnas: str | None, regulation: str | None, place: Place
) -> ChosenMirnas:
    """Return the miRNAs that were named, or that a differential table calls up or down by a rule."""
    from mirtool.network.interactions.study_mirnas import choose_mirnas

    table = None if mirnas else differential_table_of(differential, place)
    return choose_mirnas(table, mirnas=mirnas, regulation=regulation)
