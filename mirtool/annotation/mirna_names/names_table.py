"""What became of names, as columns."""

from __future__ import annotations

from collections.abc import Sequence

from mirtool.annotation.mirna_names.book import MirnaNames
from mirtool.annotation.mirna_names.resolution import Resolution, Status
from mirtool.model import TextArray, text_array


def name_columns(found: Sequence[Resolution], book: MirnaNames) -> dict[str, TextArray]:
    """Return what became of names as columns of text, one entry per name; empty where nothing is known.

    ``seed family`` lists the miRNAs of the same species with the same seed (positions 2 to 8), those of each
    part of a slash name; ``candidates`` are miRNAs the name may have meant, of which none was chosen.
    """
    families = {mature: book.seed_family(mature) for each in found for mature in each.matures}
    columns = {
        "current name": [each.name for each in found],
        "accession": [each.accession for each in found],
        "name status": [each.status.value for each in found],
        "candidates": ["; ".join(map(str, each.candidates)) for each in found],
        "name note": [each.note for each in found],
        "species": [each.species for each in found],
        "sequence": [each.sequence for each in found],
        "seed": [each.seed for each in found],
        "seed family": [
            ";".join(dict.fromkeys(name for mature in each.matures for name in families[mature])) for each in found
        ],
    }
    return {name: text_array(values) for name, values in columns.items()}


def count_statuses(found: Sequence[Resolution]) -> dict[Status, int]:
    """Count the names of each status, in the order of :class:`Status`, those that occur.

    Examples
    --------
    >>> book = MirnaNames()
    >>> count_statuses([book.resolve("hsa-miR-16-5p"), book.resolve("hsa-miR-16")])
    {<Status.CURRENT: 'current'>: 1, <Status.RENAMED: 'renamed'>: 1}
    """
    counts = {status: sum(each.status is status for each in found) for status in Status}
    return {status: n for status, n in counts.items() if n}
