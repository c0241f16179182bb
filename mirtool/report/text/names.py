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
SPECIES_HINT = "  some names do not say their species: give it with --species, such as hsa"
UNMAPPED_SHOWN, LOOKED_UP_SHOWN = 8, 20
"""Names that are shown where looking them up is all that was asked for: to everyone, and as details."""


def names_blocks(
    where: str,
    found: Sequence[Resolution],
    about: Collection[str] | None = None,
    *,
    has_species_option: bool = True,
) -> Summary:
    """Return how many distinct names became what, and some that are not current.

    Of a large table only what is ``about`` some miRNAs is worth a line: names that were changed to one of theirs,
    and names that may mean one of them. The record of the run has all.
    """
    from mirtool.annotation.mirna_names import CURRENT_RELEASE

    renamed, unmapped = renamed_among(found), unmapped_among(found)
    current = len(found) - len(renamed) - len(unmapped)
    if current == len(found):
        what = "the only one is" if current == 1 else f"all {current:,} are"
        return (Line(f"miRNA names {where}: {what} current ({CURRENT_RELEASE})"),)
    counts = [f"{current:,} current ({CURRENT_RELEASE})", *_counts(renamed, unmapped)]
    heading = f"miRNA names {where}: {', '.join(counts)}" + ("" if about is None else " (run.json lists them)")
    if about is not None:
        renamed = [each for each in renamed if each.name in about]
        unmapped = [each for each in unmapped if any(other.name in about for other in each.candidates)]
    lines = decided_lines(found)
    for what, own in _renamed_and_spelled(renamed).items():
        lines += [f"  {what}: {each.given.strip()} is {each.name}" for each in own[:NAMES_SHOWN]]
        if len(own) > NAMES_SHOWN:
            lines.append(f"  … and {len(own) - NAMES_SHOWN:,} more {what}")
    lines += unmapped_lines(unmapped, NAMES_SHOWN)
    hints = hint_lines(found)
    hints += [SPECIES_HINT] if has_species_option and without_species(unmapped) else []
    return (Line(heading), *map(Line, hints), *(Line(line, detail=True) for line in lines))


def without_species(unmapped: Iterable[Resolution]) -> bool:
    """Return True if a name is unknown that is written as a miRNA's but for the species."""
    from mirtool.annotation.mirna_names import Status
    from mirtool.annotation.probes import species_of

    return any(
        each.status is Status.UNKNOWN and not each.candidates and not species_of(each.given) for each in unmapped
    )


def _counts(renamed: Sequence[Resolution], unmapped: Sequence[Resolution]) -> list[str]:
    """Return the counts of names that are not current, in words, those above 0."""
    from mirtool.annotation.mirna_names import Status

    ambiguous = sum(each.status is Status.AMBIGUOUS for each in unmapped)
    dead = sum(each.status is Status.DEAD for each in unmapped)
    numbers = {
        **{what: len(own) for what, own in _renamed_and_spelled(renamed).items()},
        "ambiguous": ambiguous,
        "withdrawn from miRBase": dead,
        "not mapped": len(unmapped) - ambiguous - dead,
    }
    return [f"{n:,} {what}" for what, n in numbers.items() if n]


def decided_lines(found: Iterable[Resolution]) -> list[str]:
    """Return which release decided shared names and which these are."""
    found = list({each.given: each for each in found}.values())
    lines = []
    decided = [each for each in found if each.release]
    for choice in dict.fromkeys(each.release for each in decided):
        if choice is None:
            continue
        own = [each for each in decided if each.release == choice and each.name != each.given.strip()]
        if not own:
            continue
        why = f" ({choice.n_found:,} of {choice.n_names:,} names are in it)" if choice.n_names else ""
        listed = ", ".join(f"{each.given} is {each.name or each.accession}" for each in own[:NAMES_SHOWN])
        more = ", …" if len(own) > NAMES_SHOWN else ""
        lines.append(f"  {plural(len(own), 'name')} decided by {choice.title}{why}: {listed}{more}")
    return lines


def hint_lines(found: Iterable[Resolution]) -> list[str]:
    """Return what to do about names that are left ambiguous."""
    from mirtool.annotation.mirna_names import Status

    found = list(found)
    if any(each.release for each in found) or all(each.status is not Status.AMBIGUOUS for each in found):
        return []
    return ["  the release of the names decides ambiguous ones: give it with --mirbase-release"]


def _renamed_and_spelled(changed: Iterable[Resolution]) -> dict[str, list[Resolution]]:
    """Separate former names from current ones that are only spelled otherwise, such as hsa.miR.16.5p."""
    from mirtool.annotation.mirna_names import Status

    separate: dict[str, list[Resolution]] = {"renamed": [], "spelled otherwise": []}
    for each in changed:
        separate["spelled otherwise" if each.status is Status.CURRENT else "renamed"].append(each)
    return separate


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
    """Return what became of every name that is not current, for the record of the run.

    ``ambiguous`` lists candidates, ``decided_by_release`` the names that the release decided and the release;
    either is left out where it is empty.
    """
    from mirtool.annotation.mirna_names import Status

    found = list({each.given: each for each in found}.values())
    ambiguous = {
        each.given: [candidate.name or candidate.accession for candidate in each.candidates]
        for each in found
        if each.status is Status.AMBIGUOUS
    }
    decided = {each.given: each.release.title for each in found if each.release}
    return {
        "names": len(found),
        "renamed": {each.given: each.name for each in renamed_among(found)},
        "not_mapped": {each.given: each.status.value for each in unmapped_among(found)},
        **({"ambiguous": ambiguous} if ambiguous else {}),
        **({"decided_by_release": decided} if decided else {}),
    }


def resolved_summary(resolved: ResolvedNames) -> Summary:
    """Return how many rows have each status, and each name that did not map, once."""
    from mirtool.annotation.mirna_names import Status, count_statuses

    blocks: list[Block] = []
    if resolved.source is not None:
        blocks.append(Line(f"Names: {plural(len(resolved.found), 'row')} of the column '{resolved.column}'"))
    blocks.append(Pairs([(status.value, f"{n:,}") for status, n in count_statuses(resolved.found).items()]))
    unmapped = [each for each in unmapped_among(resolved.found) if each.status is not Status.NOT_MIRNA]
    unknown = unmapped_lines(unmapped, LOOKED_UP_SHOWN)
    lines = [*hint_lines(resolved.found), *([SPECIES_HINT] if without_species(unmapped) else [])]
    blocks += map(Line, [*lines, *unknown[:UNMAPPED_SHOWN]])
    rest = [*unknown[UNMAPPED_SHOWN:], *decided_lines(resolved.found)]
    return (*blocks, *(Line(line, detail=True) for line in rest))
