"""What the commands say of miRNA names: how many are current, which were renamed, and what did not map."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from mirtool.commands.console import say
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names import MirnaNames, Resolution

AliasesOption = Annotated[
    list[str] | None,
    typer.Option(
        "--aliases",
        metavar="FILE",
        help="Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of "
        "names by release. May be given several times.",
    ),
]

NAMES_TOLD = 10


def load_mirna_names(aliases: Iterable[str], species: str | None = None) -> MirnaNames:
    """Open the embedded tables and the files of names that the user gives."""
    from mirtool.io.mirnas import aliases as files

    return files.load_mirna_names(aliases, species)


def tell_names(where: str, found: Sequence[Resolution], about: Collection[str] | None = None) -> None:
    """Say of distinct names how many are current, and list some that are not.

    Of a large table only what is ``about`` some miRNAs is worth a line: names that were changed to one of theirs,
    and names that may mean one of them. The record of the run has all.
    """
    from mirtool.annotation.mirna_names import CURRENT_RELEASE, Status

    renamed, unmapped = renamed_among(found), unmapped_among(found)
    current = len(found) - len(renamed) - len(unmapped)
    if current == len(found):
        what = "the only one is" if current == 1 else f"all {current:,} are"
        say(f"miRNA names {where}: {what} current ({CURRENT_RELEASE})")
        return
    counts = [f"{current:,} current ({CURRENT_RELEASE})"]
    counts += [f"{len(renamed):,} renamed"] if renamed else []
    counts += [f"{len(unmapped):,} not mapped"] if unmapped else []
    say(f"miRNA names {where}: {', '.join(counts)}" + ("" if about is None else " (run.json lists them)"))
    if about is not None:
        renamed = [each for each in renamed if each.name in about]
        unmapped = [each for each in unmapped if any(other.name in about for other in each.candidates)]
    for each in renamed[:NAMES_TOLD]:
        say(f"  renamed: {each.given} is {each.name}")
    _say_rest(len(renamed), "renamed")
    for line in unmapped_lines(unmapped, NAMES_TOLD):
        say(line)
    if any(each.status in (Status.ARM_MISSING, Status.STAR) for each in unmapped):
        say("  names of older releases: give miRBase's aliases.txt or an old mature.fa with --aliases")


def _say_rest(n: int, what: str) -> None:
    if n > NAMES_TOLD:
        say(f"  … and {n - NAMES_TOLD:,} more {what}")


def renamed_among(found: Iterable[Resolution]) -> list[Resolution]:
    """Return the names that stand for one miRNA which has another name now, each once."""
    return list({each.given: each for each in found if each.mapped and each.name != each.given.strip()}.values())


def unmapped_among(found: Iterable[Resolution]) -> list[Resolution]:
    """Return the names that do not stand for one current miRNA, each once."""
    return list({each.given: each for each in found if not each.mapped}.values())


def unmapped_lines(unmapped: Sequence[Resolution], told: int) -> list[str]:
    """Return one line for each of the first ``told`` names, and how many more there are."""
    lines = [
        f"  not mapped: {each.given.strip()}: {each.status.value}{_what_it_may_mean(each)}"
        for each in unmapped[:told]
    ]
    if len(unmapped) > told:
        lines.append(f"  … and {plural(len(unmapped) - told, 'name')} more that did not map")
    return lines


def _what_it_may_mean(found: Resolution) -> str:
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
