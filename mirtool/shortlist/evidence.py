"""What the miRNAs of a shortlist are held against: lists, levels, qPCR and the network, read from their files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.annotation.probes import species_of
from mirtool.errors import UsageError
from mirtool.io.mirnas.aliases import load_mirna_names
from mirtool.io.mirnas.mirna_lists import MirnaList, read_mirna_list
from mirtool.io.mirnas.reference_levels import ReferenceLevels, read_reference_levels
from mirtool.io.results.differential import SavedDifferential
from mirtool.io.results.evidence import QpcrResults, read_network_nodes, read_qpcr_results
from mirtool.io.tables.streams import is_content
from mirtool.shortlist.build import Shortlist, shortlist
from mirtool.shortlist.settings import ShortlistSettings


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of miRNAs besides the comparison; None where there is no such result.

    Parameters
    ----------
    lists
        Lists to look the miRNAs up in.
    qpcr
        What `mirtool validate` found.
    network
        What `mirtool network` found: columns of its nodes by miRNA.
    files
        Title of each list to its file, in their order.
    levels
        Levels of miRNAs in the study's fluid.
    """

    lists: tuple[MirnaList, ...] = ()
    qpcr: QpcrResults | None = None
    network: Mapping[str, Mapping[str, float]] | None = None
    files: Mapping[str, str] | None = None
    levels: ReferenceLevels | None = None


def read_evidence(
    candidates: SavedDifferential,
    settings: ShortlistSettings,
    *,
    validation: str | Path | None = None,
    network: str | Path | None = None,
) -> Evidence:
    """Read the lists, the levels, the table of `mirtool validate` and the nodes of `mirtool network`.

    Raises
    ------
    UsageError
        Where a list has no name, or two have the same; where the table of levels does not have the fluid, or its
        unit is not known.
    MirtoolError
        Where a file can't be read, or compares other groups than the differential table.
    """
    files = titled_files(settings.lists)
    names = candidates
    return Evidence(
        tuple(read_mirna_list(path, title) for title, path in files.items()),
        None if validation is None else read_qpcr_results(validation, names.tested, names.reference),
        None if network is None else read_network_nodes(network),
        files,
        None
        if settings.levels is None
        else read_reference_levels(settings.levels, settings.fluid, settings.level_unit),
    )


def names_for(candidates: SavedDifferential, settings: ShortlistSettings) -> MirnaNames:
    """Return the miRNA names to look up in, read with the species of most candidates where none is named."""
    return load_mirna_names(
        settings.aliases, settings.species or usual_species(candidates), settings.mirbase_release
    )


def take_shortlist(
    candidates: SavedDifferential, book: MirnaNames, settings: ShortlistSettings, evidence: Evidence
) -> Shortlist:
    """Return the shortlist with everything that the evidence says of its miRNAs (:func:`shortlist`)."""
    return shortlist(
        candidates,
        book,
        settings,
        lists=evidence.lists,
        levels=evidence.levels,
        qpcr=evidence.qpcr,
        network=evidence.network,
    )


def titled_files(arguments: Sequence[str]) -> dict[str, str]:
    """Separate ``NAME=FILE`` into name and file; a file alone is named after itself.

    Raises
    ------
    UsageError
        Where one of the two is missing, or a name is given twice.

    Examples
    --------
    >>> titled_files(["ExoCarta=exocarta.txt", "myeloma=lists/papers.csv"])
    {'ExoCarta': 'exocarta.txt', 'myeloma': 'lists/papers.csv'}
    """
    titled: dict[str, str] = {}
    for argument in arguments:
        title, mark, path = argument.partition("=")
        if not mark or is_content(argument):
            title, path = Path(argument).stem, argument
        title = title.strip()
        if not title or not path.strip():
            raise UsageError(
                "a list needs a name and a file", parameter="lists", found=repr(argument), expected="NAME=FILE"
            )
        if title in titled:
            raise UsageError(
                f"two lists are called {title!r}",
                parameter="lists",
                found=f"{titled[title]} and {path}",
                hint="give one another name",
            )
        titled[title] = path
    return titled


def usual_species(candidates: SavedDifferential) -> str | None:
    """Return the species of most names, of equals the first by the alphabet; None where no name has one."""
    counts = Counter(species for name in candidates.name for species in species_of(name))
    return min(counts, key=lambda species: (-counts[species], species), default=None)
