"""Whether a miRNA is in a list, both under their current names; and as what it is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from mirtool.annotation.mirna_names import MirnaNames, Resolution
from mirtool.io.mirnas.mirna_lists import ListedName, MirnaList
from mirtool.model import TextArray, text_array

YES = "yes"
POSSIBLE = "possible"
NO = "no"
NOT_MAPPED = "name not mapped"
LABELS_SHOWN = 8


@dataclass(frozen=True, eq=False)
class Membership:
    """A list held against miRNAs.

    Parameters
    ----------
    title, path
        Of the list.
    found
        For each miRNA: ``"yes"``; ``"possible"`` where the list has a name that may mean it (``hsa-miR-16`` for
        hsa-miR-16-5p); ``"no"``; ``"name not mapped"`` where the miRNA's own name is none of miRBase's, and does
        not are in the list as it is.
    listed_as
        The sets it belongs to, or the names it has in the list where they differ from its current one, with what
        is known of them and how often they are there.
    names
        What became of every name of the list.
    left_out
        What reading left out, in words.
    """

    title: str
    path: str
    found: TextArray
    listed_as: TextArray
    names: tuple[Resolution, ...]
    left_out: tuple[str, ...]

    def count(self, found: str) -> int:
        """Count the miRNAs of a state."""
        return int((self.found == found).sum())


def look_up(mirnas: Sequence[Resolution], listed: MirnaList, book: MirnaNames) -> Membership:
    """Look miRNAs up in a list.

    Of a slash probe one part is enough; as what it is listed says which.

    Parameters
    ----------
    mirnas
        What became of the names of the miRNAs.
    listed
        The list.
    book
        Resolves the names of the list.
    """
    book = book.by_own_release(each.name for each in listed.names)
    found = [book.resolve(each.name) for each in listed.names]
    sure: dict[str, list[str]] = defaultdict(list)
    possible: dict[str, list[str]] = defaultdict(list)
    for each, own in zip(listed.names, found, strict=True):
        for part in own.parts or (own,):
            for mature in part.matures:
                sure[mature.name] += _labels(each, mature.name, "")
            if not part.matures:
                for candidate in part.candidates:
                    possible[candidate.name] += _labels(each, candidate.name, part.status.value)
        sure[each.name.strip()] += [] if own.mapped else _labels(each, each.name.strip(), "")
    states = [_state(mirna, sure, possible) for mirna in mirnas]
    return Membership(
        listed.title,
        listed.path,
        text_array(state for state, _ in states),
        text_array(_joined(labels) for _, labels in states),
        tuple(found),
        listed.left_out,
    )


def _state(mirna: Resolution, sure: dict[str, list[str]], possible: dict[str, list[str]]) -> tuple[str, list[str]]:
    names = [mature.name for mature in mirna.known_matures]
    given = mirna.given.strip()
    own = names if mirna.mapped else [*names, given]
    if any(name in sure for name in own):
        return YES, [label for name in own for label in sure.get(name, [])]
    if any(name in possible for name in names):
        return POSSIBLE, [label for name in names for label in possible.get(name, [])]
    return (NO if names else NOT_MAPPED), []


def _labels(listed: ListedName, current: str, status: str) -> list[str]:
    """Say as what a name is in the list: its sets, else the name where it says more than the current one."""
    told = listed.given if listed.given.strip() != current else ""
    told += f" ({status})" if status else ""
    if listed.sets:
        return [f"{term}: {told}" if told else term for term in listed.sets]
    if listed.n_rows > 1:
        told = f"{told or listed.given} ×{listed.n_rows}"
    return [told] if told else []


def _joined(labels: list[str]) -> str:
    shown = list(dict.fromkeys(labels))
    more = len(shown) - LABELS_SHOWN
    return "; ".join(shown[:LABELS_SHOWN]) + (f"; and {more} more" if more > 0 else "")
