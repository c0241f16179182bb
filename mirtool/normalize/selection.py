"""What counts: the channel that holds the samples, and the probes that measure them."""

from __future__ import annotations

import numpy as np

from mirtool.annotation.probes import TECHNICAL_KINDS, ProbeKind, is_kind
from mirtool.errors import FormatError, MirtoolError, UsageError, option
from mirtool.model import BoolArray, ProbeTable, RawArrays
from mirtool.normalize.replicates import ReplicateGroups

HY3 = ("532", "Hy3")
"""Hy3, the channel of the sample on miRCURY chips, by its wavelength in nm or by name (ImaGene)."""


def choose_channel(arrays: RawArrays, channel: str | None) -> str:
    """Return the channel to use: the one asked for, else Hy3 (532), else the only one there is.

    Raises
    ------
    UsageError
        Where the channel asked for is not there, or none was and there are several without Hy3.
    """
    names = ", ".join(arrays.channels)
    if channel is not None:
        if channel not in arrays.channels:
            raise UsageError(
                f"the arrays have no channel {channel!r}",
                parameter="channel",
                found=names,
                expected="one of these",
            )
        return channel
    hy3 = next((name for name in HY3 if name in arrays.channels), None)
    if hy3 is not None:
        return hy3
    if len(arrays.channels) == 1:
        return next(iter(arrays.channels))
    raise UsageError(
        "the arrays have several channels and none of them is 532 (Hy3)",
        found=names,
        hint="name the channel with the samples: "
        + " or ".join(option("channel", name) for name in arrays.channels),
    )


def counting_spots(probes: ProbeTable, groups: ReplicateGroups, choice: str) -> BoolArray:
    """Return a mask of the spots whose kind counts, ``(n_spots,)``; ``choice`` is one of ``PROBE_CHOICES``.

    Raises
    ------
    MirtoolError
        Where the probes have not been classified.
    FormatError
        Where no spot has an ID, or spots that count and spots that don't share one and would be collapsed.
    """
    if len(probes) and not len(groups):
        raise FormatError(
            "no spot has an ID, by which replicate spots are found",
            found=f"{len(probes):,} spots with an empty ID",
            expected="the probe's number or name in the column ID",
            hint="load the chip's array list (.gal) in the scanner's software and save the results again",
        )
    if len(probes) and not probes.kind.any():
        raise MirtoolError(
            "the probes of these arrays have no kind yet",
            hint="read the files with mirtool.io.arrays.reading.read_arrays, or classify their probes with "
            "mirtool.annotation.probes.classify_probes",
        )
    if choice == "mirna":
        counting = is_kind(probes, ProbeKind.MIRNA, ProbeKind.MIRPLUS)
    else:
        counting = ~is_kind(probes, *TECHNICAL_KINDS)
    _check_kinds_agree(probes, groups, counting)
    return counting


def _check_kinds_agree(probes: ProbeTable, groups: ReplicateGroups, counting: BoolArray) -> None:
    labeled = np.flatnonzero(groups.probe_of >= 0)
    first = groups.first[groups.probe_of[labeled]]
    strange = np.flatnonzero(counting[labeled] != counting[first])
    if not len(strange):
        return
    one, other = int(first[strange[0]]), int(labeled[strange[0]])
    raise FormatError(
        f"the ID {probes.id[one]!r} is used for different kinds of probe",
        found=f"{probes.name[one]!r} ({probes.kind[one]}) and {probes.name[other]!r} ({probes.kind[other]})",
        expected="one kind per ID: spots that share an ID are replicates of one probe",
        hint="give these probes their kind with a [[probe_kinds]] rule in mirtool.toml",
    )


def ids_with_several_names(probes: ProbeTable, groups: ReplicateGroups) -> tuple[str, ...]:
    """Return the IDs whose spots do not all carry the same name, in the order of their probes."""
    labeled = np.flatnonzero(groups.probe_of >= 0)
    probe = groups.probe_of[labeled]
    differs = probes.name[labeled] != probes.name[groups.first[probe]]
    return tuple(probes.id[groups.first[np.unique(probe[differs])]])
