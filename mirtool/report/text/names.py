"""What became of miRNA names, in words: how many are current, which were renamed, and what did not map."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mirtool.report.text.blocks import Block, Line, Pairs, Summary
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import Resolution
    from mirtool.io.mirnas.named_tables import ResolvedNames

NAMES_SHOWN = 10
LOOKED_UP_SHOWN = 20
"""Names that are shown where looking them up is all that was asked for."""


def names_blocks(where: str, found: Sequence[Resolution], about: Collection[str] | None = None) -> Summary:
    """Return how many of distinct names are current, and some that are not.

    Of a large table only what is ``about`` some miRNAs is worth a line: names that were changed to one of theirs,
    and names that may mean one of them. The record of the run has all.
    """
    from mirtool.annotation.mirna_names import CURRENT_RELEASE, Status

    renamed, unmapped = renamed_among(found), unmapped_among(found)
    current = len(found) - len(renamed) - len(unmapped)
    if current == len(found):
        what = "the only one is" if current == 1 else f"all {current:,} are"
        return (Line(f"miRNA names {where}: {what} current ({CURRENT_RELEASE})"),)
    counts = [f"{current:,} current ({CURRENT_RELEASE})"]
    counts += [f"{len(renamed):,} renamed"] if renamed else []
    counts += [f"{len(unmapped):,} not mapped"] if unmapped else []
    lines = [f"miRNA names {where}: {', '.join(counts)}" + ("" if about is None else " (run.json lists them)")]
    if about is not None:
        renamed = [each for each in renamed if each.name in about]
        unmapped = [each for each in unmapped if any(other.name in about for other in each.candidates)]
    lines += [f"  renamed: {each.given} is {each.name}" for each in renamed[:NAMES_SHOWN]]
    if len(renamed) > NAMES_SHOWN:
        lines.append(f"  … and {len(renamed) - NAMES_SHOWN:,} more renamed")
    lines += unmapped_lines(unmapped, NAMES_SHOWN)
    if any(each.status in (Status.ARM_MISSING, Status.STAR) for each in unmapped):
        lines.append("  names of older releases: give miRBase's aliases.txt or an old mature.fa with --aliases")
    return tuple(Line(line) for line in lines)


def renamed_among(found: Iterable[Resolution]) -> list[Resolution]:
    """Return the names that mean one miRNA which has another name now, each once."""
    return list({each.given: each for each in found if each.mapped and each.name != each.given.strip()}.values())


def unmapped_among(found: Iterable[Resolution]) -> list[Resolution]:
    """Return the names that do not mean one current miRNA, each once."""
    return list({each.given: each for each in found if not each.mapped}.values())


def unmapped_lines(unmapped: Sequence[Resolution], shown: int) -> list[str]:
    """Return one line for each of the first ``shown`` names, and how many more there are."""
    lines = [
        f"  not mapped: {each.given.strip()}: {each.status.value}{_possible_meaning(each)}"
        for each in unmapped[:shown]
    ]
    if len(unmapped) > shown:
        lines.append(f"  … and {plural(len(unmapped) - shown, 'name')} more that did not map")
    return lines


def _possible_meaning(found: Resolution) -> str:
    if found.candidates:
        listed = [candidate.name or candidate.accession for candidate in found.candidates]
        return f" (may be {', '.join(dict.fromkeys(listed))})"
    return f" ({found.note})" if found.note else ""


def names_record(found: Iterable[Resolution]) -> dict[str, Any]:
    """Return every renamed and every unmapped name, for the record of the run."""
    found = list(found)
    return {
        "names": len({each.given for each in found}),
        "renamed": {each.given: each.name for each in renamed_among(found)},
        "not_mapped": {each.given: each.status.value for each in unmapped_among(found)},
    }


def resolved_summary(resolved: ResolvedNames) -> Summary:
    """Return how many rows have each status, and each name that did not map, once."""
    from mirtool.annotation.mirna_names import Status, count_statuses

    blocks: list[Block] = []
    if resolved.source is not None:
        blocks.append(Line(f"Names: {plural(len(resolved.found), 'row')} of the column '{resolved.column}'"))
    blocks.append(Pairs([(status.value, f"{n:,}") for status, n in count_statuses(resolved.found).items()]))
    unmapped = [each for each in unmapped_among(resolved.found) if each.status is not Status.NOT_MIRNA]
    blocks += [Line(line) for line in unmapped_lines(unmapped, LOOKED_UP_SHOWN)]
    return tuple(blocks)
