"""Arrays whose replicate spots are one value per probe: what is left of them, and what was counted on the way.

The steps up to here need one array at a time. So arrays are collapsed as they are read
(:func:`mirtool.io.arrays.one_by_one.read_one_by_one`): memory grows with probes, not with spots.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from mirtool.model import FloatArray
from mirtool.normalize.channels import B, ProbeValues, side_by_side
from mirtool.normalize.controls import ControlTally, join_tallies
from mirtool.normalize.report import Counts


@dataclass(frozen=True, eq=False)
class CollapsedArrays(Generic[B]):
    """One value per probe and array.

    Parameters
    ----------
    values
        The values, and why some are missing.
    tallies
        Fields of the report with a number per array; flags by their value; None where the files do not say it.
    facts
        Fields of the report that are the same for all arrays.
    remarks
        What was fitted, for each channel one line per array.
    controls
        The control spots by their kind.
    log2
        Logarithms of the spots, where they are kept, ``(n_spots, n_arrays)``.
    """

    values: ProbeValues[B]
    tallies: Mapping[str, Counts | None]
    flags: Mapping[int, Counts] | None
    facts: Mapping[str, Any]
    remarks: tuple[tuple[str, ...], ...]
    controls: Mapping[str, ControlTally]
    log2: FloatArray | None = None


def join_collapsed(
    parts: Sequence[CollapsedArrays[B]], join_values: Callable[[Sequence[B]], B]
) -> CollapsedArrays[B] | None:
    """Return the arrays of all parts as if they had been collapsed together.

    Parameters
    ----------
    parts
        Of arrays with the same spots, in their order.
    join_values
        Joins what the method between arrays takes.

    Returns
    -------
    CollapsedArrays or None
        None where the parts differ in what they say of all their arrays: then they can't be joined.
    """
    first = parts[0]
    if any(part.facts != first.facts or _shape(part) != _shape(first) for part in parts):
        return None
    values = [part.values for part in parts]
    flags = None
    if first.flags is not None:
        flags = {
            flag: tuple(
                count
                for part in parts
                for count in (part.flags or {}).get(flag, (0,) * part.values.spots.shape[1])
            )
            for flag in sorted({flag for part in parts for flag in part.flags or ()})
        }
    lost = [own.non_positive_spots for own in values]
    absent = [own.not_detected for own in values if own.not_detected is not None]
    return CollapsedArrays(
        ProbeValues(
            before=join_values([own.before for own in values]),
            spots=side_by_side([own.spots for own in values]),
            missing=side_by_side([own.missing for own in values]),
            non_positive=side_by_side([own.non_positive for own in values]),
            non_positive_spots=None if lost[0] is None else tuple(n for own in lost for n in own or ()),
            not_detected=side_by_side(absent) if absent else None,
        ),
        {
            name: None if counts is None else tuple(n for part in parts for n in part.tallies[name] or ())
            for name, counts in first.tallies.items()
        },
        flags,
        first.facts,
        tuple(
            tuple(line for own in of_parts for line in own)
            for of_parts in zip(*(p.remarks for p in parts), strict=True)
        ),
        {kind: join_tallies([part.controls[kind] for part in parts]) for kind in first.controls},
        None if first.log2 is None else side_by_side([part.log2 for part in parts if part.log2 is not None]),
    )


def _shape(part: CollapsedArrays[Any]) -> tuple[Any, ...]:
    """Return what two parts must have in common."""
    return (
        {name: counts is None for name, counts in part.tallies.items()},
        part.flags is None,
        part.values.non_positive_spots is None,
        part.values.not_detected is None,
        len(part.remarks),
        part.log2 is None,
    )
