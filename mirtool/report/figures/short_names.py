"""miRNA names as they are in figures: without the prefix that they all share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from mirtool.annotation.probes import species_of


def common_species(names: Iterable[str]) -> str:
    """Return the species prefix that every name carries, with its hyphen, or nothing where they differ.

    Examples
    --------
    >>> common_species(["hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-let-7d-3p"])
    'hsa-'
    >>> common_species(["hsa-miR-17-5p", "miRPlus-A1015"])
    ''
    """
    found = {species_of(part.strip()) for name in names for part in name.split("/")}
    (species,) = found if len(found) == 1 else (frozenset[str](),)
    return f"{next(iter(species))}-" if species else ""


def short_name(name: str, species: str) -> str:
    """Leave ``species`` out of a name, and out of each part of a slash name.

    Examples
    --------
    >>> short_name("hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-")
    'miR-17-5p/miR-106a-5p'
    """
    return "/".join(part.strip().removeprefix(species) for part in name.split("/"))


def main_species(names: Iterable[str]) -> str:
    """Return the species prefix of more than half of the names, with its hyphen; nothing where a name has none.

    Where it is left out of the names that have it, the others keep theirs, so that no two species look alike.

    Examples
    --------
    >>> main_species(["hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-let-7d-3p", "hcmv-miR-US4-3p"])
    'hsa-'
    >>> main_species(["hsa-miR-17-5p", "miRPlus-A1015"]), main_species(["hsa-miR-1", "mmu-miR-2"])
    ('', '')
    """
    counts = Counter(species_of(part.strip()) for name in names for part in name.split("/"))
    species, n = counts.most_common(1)[0] if counts else (frozenset[str](), 0)
    if frozenset[str]() in counts or 2 * n <= counts.total():
        return ""
    return f"{next(iter(species))}-"
