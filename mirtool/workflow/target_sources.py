"""What the steps on targets read: the miRNAs of a study, tables of interactions, collections of gene sets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from mirtool.errors import UsageError, option
from mirtool.workflow.sources import find_differential, is_path, read_differential_table
from mirtool.workflow.step import Run

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames
    from mirtool.model import GeneSets
    from mirtool.network.interactions.preparation import CombinedInteractions
    from mirtool.network.interactions.study_mirnas import ChosenMirnas
    from mirtool.network.settings import InteractionSettings, MirnaSetSettings


def check_mirnas(differential: Any, mirnas: Any) -> None:
    """Refuse a differential table together with miRNAs that are named.

    Raises
    ------
    UsageError
        Where both are given.
    """
    if differential is not None and mirnas:
        raise UsageError(
            f"a differential table and {option('mirnas')} contradict each other", hint="leave one of the two out"
        )


def choose_study_mirnas(differential: Any, mirnas: Any, regulation: str | None, run: Run) -> ChosenMirnas:
    """Return the miRNAs that are named, or those that a differential table calls up or down by a rule.

    Parameters
    ----------
    differential
        A path, a ``DifferentialTable`` or the result of ``diff``; None takes the study's table.
    mirnas
        Names separated by commas, a file with one name per line, or a sequence of names.
    regulation
        The rule; None takes volcano P, or fold change where no test was made.

    Raises
    ------
    UsageError, FormatError, NotEnoughDataError
        As :func:`mirtool.network.interactions.study_mirnas.choose_mirnas`.
    """
    from mirtool.network.interactions.study_mirnas import choose_mirnas

    if mirnas:
        text = str(mirnas) if is_path(mirnas) else ",".join(mirnas)
        chosen = choose_mirnas(None, mirnas=text, regulation=regulation)
        run.arguments["mirnas"] = text
    else:
        source = find_differential(differential, run)
        chosen = choose_mirnas(read_differential_table(source, run), regulation=regulation)
        run.arguments["differential"] = chosen.source
    run.reads(chosen.source)
    return chosen


def read_mirna_names(
    settings: InteractionSettings | MirnaSetSettings, species: str | None, run: Run
) -> MirnaNames:
    """Return the included tables of miRNA names together with the files of names that were given.

    ``species`` is that of names which do not say theirs; None leaves them unknown.
    """
    from mirtool.io.mirnas.aliases import load_mirna_names

    run.reads(*settings.aliases)
    return load_mirna_names(settings.aliases, species, settings.mirbase_release)


def read_combined(
    settings: InteractionSettings, species: str | None, names: MirnaNames, run: Run
) -> CombinedInteractions:
    """Return the tables of interactions that were named as one, its miRNAs under current names."""
    from mirtool.library.sources import library_hashes, load_interaction_sources
    from mirtool.network.interactions.preparation import combine_sources

    with run.progress("Reading interactions", 1 if settings.interactions else 0):
        sources = load_interaction_sources(settings.interactions, species)
    for text in sources.warnings:
        run.warn(text)
    run.reads(*settings.interactions, sha256=library_hashes(settings.interactions))
    return combine_sources(sources.tables, settings, names)


def read_collections(names: Sequence[str], run: Run, species: str | None = None) -> list[GeneSets]:
    """Return the collections of gene sets of these names; the included GO without any, none for ``none``."""
    from mirtool.library.sources import find_collections

    with run.progress("Reading gene sets", 1):
        found = find_collections(names, species)
    for text in found.warnings:
        run.warn(text)
    run.reads(*names)
    return list(found.sets)


def read_gene_sets(name: str | None, parameter: str, run: Run) -> GeneSets:
    """Return one collection of gene sets, the included GO for None.

    Raises
    ------
    UsageError
        For ``none``, naming ``parameter``.
    """
    from mirtool.library.sources import find_gene_sets

    found = find_gene_sets(name)
    for text in found.warnings:
        run.warn(text)
    if not found.sets:
        what = parameter.replace("_", " ")
        raise UsageError(
            f"there is nothing to test without {what}", hint=f"name some, or leave {option(parameter)} out"
        )
    run.reads(name)
    return found.sets[0]
