"""Which arrays are compared with which: the sheet joined to the matrix, and the two groups chosen."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from mirtool.differential.reference_names import reference_words
from mirtool.errors import SampleSheetError, UsageError, option
from mirtool.model import ExpressionMatrix, SampleTable
from mirtool.wording import did_you_mean, first_of, plural

NAMES_LISTED = 8

Ask = Callable[[str, Sequence[str]], str]
"""``ask(question, answers)`` returns the answer a person chose; the first is the default."""


@dataclass(frozen=True)
class Comparison:
    """Two groups and where their arrays are.

    Parameters
    ----------
    tested, reference
        Names of the groups; ratios are tested / reference, so ``tested`` is on top.
    tested_columns, reference_columns
        Positions of their samples in the sample table.
    without_group, other_groups
        Names of the samples left out: those without a group, and those of groups that are not compared.
    reason
        Why these two, in this direction, in words.
    in_doubt
        True where the reference was neither named nor chosen nor could be recognized by its name.
    """

    tested: str
    reference: str
    tested_columns: tuple[int, ...]
    reference_columns: tuple[int, ...]
    without_group: tuple[str, ...]
    other_groups: tuple[str, ...]
    reason: str
    in_doubt: bool = False


def choose_comparison(
    samples: SampleTable,
    tested: str | None = None,
    reference: str | None = None,
    *,
    compare: str | None = None,
    ask: Ask | None = None,
) -> Comparison:
    """Choose the groups to compare: the two named, or the only two there are.

    With exactly two groups and none named, the reference is the group whose name says so (control, untreated,
    healthy, responding, before, day 0 …: :mod:`mirtool.differential.reference_names`). Where neither name does, or
    both do, ``ask`` chooses; without it the group that comes first among the samples is the reference, and the
    comparison is marked as in doubt.

    Parameters
    ----------
    samples
        The samples with their groups.
    tested, reference
        The groups by name; both or neither.
    compare
        The same as one text, ``tested:reference``.
    ask
        Asks a person in case of doubt.

    Raises
    ------
    SampleSheetError
        Where no sample has a group, or all have the same one.
    UsageError
        Where a named group has no sample, both are the same, or three or more groups leave the choice open.
    """
    groups = list(dict.fromkeys(group for group in samples.groups if group))
    if len(groups) < 2:
        raise SampleSheetError(
            "two groups are needed for a comparison",
            found=f"only the group {groups[0]!r}" if groups else "no sample with a group",
            expected="a group for each sample in the column 'group' of the sample sheet",
            hint="write each sample's group (such as responding or resistant) into the sheet's column 'group'",
        )
    if compare is not None:
        tested, reference = parse_comparison(compare, groups)
    in_doubt = False
    if tested is None and reference is None:
        tested, reference, reason, in_doubt = _propose(groups, ask)
    elif tested is None or reference is None:
        raise UsageError(
            "a comparison needs both groups",
            found=f"tested {tested!r}, reference {reference!r}",
            expected="two of " + ", ".join(groups),
        )
    else:
        reason = "named as tested:reference"
    for group in (tested, reference):
        _check_group(group, groups)
    if tested == reference:
        raise UsageError(
            "a group can't be compared with itself", found=f"{tested!r} twice", expected="two different groups"
        )
    members = {
        group: tuple(i for i, g in enumerate(samples.groups) if g == group) for group in (tested, reference)
    }
    return Comparison(
        tested,
        reference,
        members[tested],
        members[reference],
        tuple(name for name, g in zip(samples.names, samples.groups, strict=True) if not g),
        tuple(
            name
            for name, g in zip(samples.names, samples.groups, strict=True)
            if g and g not in (tested, reference)
        ),
        reason,
        in_doubt,
    )


def _propose(groups: Sequence[str], ask: Ask | None) -> tuple[str, str, str, bool]:
    """Return which of two groups is tested and which the reference, why, and whether that is in doubt."""
    words = reference_words(groups)
    if len(groups) > 2:
        likely = [group for group, word in zip(groups, words, strict=True) if word]
        example_reference = likely[0] if likely else groups[0]
        example = next(group for group in groups if group != example_reference)
        raise UsageError(
            f"{len(groups)} groups, and none named to compare",
            found=", ".join(groups),
            expected="two of them, as tested:reference",
            hint=f"type for example {option('compare', f'{example}:{example_reference}')}",
        )
    named = [i for i, word in enumerate(words) if word]
    if len(named) == 1:
        first = named[0]
        return groups[1 - first], groups[first], f"{words[first]!r} names the reference", False
    why = "both names say reference" if named else "no name says which is the reference"
    if ask is None:
        reason = f"{why}; {groups[0]} comes first among the samples"
        return groups[1], groups[0], reason, True
    chosen = ask(f"Which group is the reference ({why}; ratios are the other group / the reference)?", groups)
    return next(group for group in groups if group != chosen), chosen, "chosen as the reference", False


_JOINTS = re.compile(r"\s+(?:vs\.?|versus|/|against)\s+|/", re.IGNORECASE)


def parse_comparison(text: str, groups: Sequence[str]) -> tuple[str, str]:
    """Read ``tested:reference``; the names may hold colons and blanks themselves where that leaves no doubt.

    ``tested vs reference`` and ``tested/reference`` are read likewise.

    Parameters
    ----------
    text
        What the user typed.
    groups
        The groups that exist.

    Raises
    ------
    UsageError
        Where it is not two names of groups with a colon between them.

    Examples
    --------
    >>> parse_comparison("resistant:responding", ["responding", "resistant"])
    ('resistant', 'responding')
    >>> parse_comparison("treated pool : control pool", ["treated pool", "control pool"])
    ('treated pool', 'control pool')
    """
    groups = list(dict.fromkeys(groups))
    splits = [(text[:i].strip(), text[i + 1 :].strip()) for i, mark in enumerate(text) if mark == ":"]
    joints = [(text[: m.start()].strip(), text[m.end() :].strip()) for m in _JOINTS.finditer(text)]
    known = list(dict.fromkeys(split for split in (*splits, *joints) if set(split) <= set(groups)))
    if len(known) == 1:
        return known[0]
    if len(splits) == 1 and all(splits[0]):
        for group in splits[0]:
            _check_group(group, groups)
    raise UsageError(
        "the comparison can't be read",
        found=repr(text),
        expected="tested:reference, two of the groups " + ", ".join(groups),
        hint=_how_to_compare(text, groups),
    )


def _how_to_compare(text: str, groups: Sequence[str]) -> str | None:
    """Return what to type in place of a comparison that can't be read."""
    if len(groups) < 2:
        return None
    words = reference_words(groups)
    reference = next((group for group, word in zip(groups, words, strict=True) if word), groups[0])
    tested = text.strip() if text.strip() in groups else next(group for group in groups if group != reference)
    if tested == reference:
        reference = next(group for group in groups if group != tested)
    return f"type {option('compare', f'{tested}:{reference}')}. {_MORE_GROUPS}"


_MORE_GROUPS = f"More than two groups are compared by `mirtool diff` with {option('contrast', '(a + b) / 2 - c')}"


def _check_group(group: str, groups: Sequence[str]) -> None:
    if group in groups:
        return
    in_sheet = "check the column 'group' of the sample sheet."
    raise UsageError(
        f"no sample is in the group {group!r}",
        expected="one of " + ", ".join(dict.fromkeys(groups)),
        hint=f"{did_you_mean(group, groups, 3) or in_sheet} {_MORE_GROUPS}",
    )


def join_samples(matrix: ExpressionMatrix, sheet: SampleTable, sheet_path: str = "") -> ExpressionMatrix:
    """Return the matrix the sheet's groups and further columns; its samples come in the sheet's order.

    Raises
    ------
    SampleSheetError
        Where a sample of the matrix is not in the sheet, or one of the sheet not in the matrix: a comparison
        must not lose an array in silence.
    """
    column = {name: j for j, name in enumerate(matrix.samples.names)}
    listed = set(sheet.names)
    not_in_sheet = [name for name in column if name not in listed]
    not_in_matrix = [name for name in sheet.names if name not in column]
    if not_in_sheet:
        raise SampleSheetError(
            f"{plural(len(not_in_sheet), 'sample')} of the table not in the sample sheet",
            path=sheet_path or None,
            found=first_of(not_in_sheet, NAMES_LISTED),
            expected="the names as they head the table's columns: " + first_of(sheet.names, NAMES_LISTED),
            hint="add them to the sheet (with no group, to leave them out), or correct their names",
        )
    if not_in_matrix:
        raise SampleSheetError(
            f"{plural(len(not_in_matrix), 'sample')} of the sample sheet not in the table",
            path=sheet_path or None,
            found=first_of(not_in_matrix, NAMES_LISTED),
            expected="only samples that the table holds: " + first_of(matrix.samples.names, NAMES_LISTED),
            hint="run `mirtool normalize` again after a change of the sheet, or take their lines out of it",
        )
    ordered = matrix.take_samples(column[name] for name in sheet.names)
    return replace(ordered, samples=sheet)
