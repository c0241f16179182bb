"""The arrays of one study read one after the other, and of each only what is made of it kept.

A study of thousands of arrays does not fit into memory spot by spot, and a normalization needs no spots once an
array's replicates are collapsed. Here each file is read, checked against the first, given to a function, and let
go. That is possible where a file holds one array, and all files have the same spots and columns; where it is not,
:func:`read_one_by_one` gives None, and the arrays are read all together (:mod:`mirtool.io.arrays.reading`). That
is so for tables, pairs of channels (ImaGene), lanes, several GAL lots, an array list or a platform table given
by hand, and for files whose columns differ.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Generic, TypeVar

from mirtool.errors import CountsError, MirtoolError, SampleSheetError
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.reading import (
    classified,
    format_to_read,
    has_options_of_wells,
    keep_channels,
    mark_twins,
    other_names,
    paths_to_read,
    positions_in_sheet,
    read_file,
    reading_pool,
)
from mirtool.io.arrays.sample_matching import name_after_files
from mirtool.io.arrays.spot_alignment import same_spots
from mirtool.io.registry import Format
from mirtool.model import ArraySource, ProbeTable, RawArrays, SampleTable

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 64
"""Arrays that are put together as soon as they were read: thousands of small pieces scatter over the memory."""


@dataclass(frozen=True)
class Reduction(Generic[T]):
    """What is made of arrays.

    Parameters
    ----------
    of_one
        Returns what is kept of one array. It is called from several threads.
    of_several
        Puts together what was kept of arrays that follow each other; None where that is not possible.
    """

    of_one: Callable[[RawArrays], T]
    of_several: Callable[[Sequence[T]], T | None]


@dataclass(frozen=True, eq=False)
class ReducedArrays(Generic[T]):
    """What was made of the arrays, in the order of the sample sheet, and what is known of them besides.

    Parameters
    ----------
    parts
        Of arrays that follow each other.
    probes
        The probe behind each spot.
    samples, sources, dropped
        As in :class:`mirtool.model.RawArrays`.
    """

    parts: tuple[T, ...]
    probes: ProbeTable
    samples: SampleTable
    sources: tuple[ArraySource, ...]
    dropped: tuple[str, ...]


class _NotAlikeError(Exception):
    """A file that can't be taken by itself."""


@dataclass(frozen=True, eq=False)
class _Known:
    """What is known of one file."""

    samples: SampleTable
    source: ArraySource
    dropped: tuple[str, ...]


def read_one_by_one(
    files: Sequence[str | Path],
    start: Callable[[RawArrays], Reduction[T] | None],
    options: ReadOptions,
    *,
    samples: SampleTable | None = None,
    on_read: Callable[[str], None] | None = None,
) -> ReducedArrays[T] | None:
    """Read the arrays of one study, and keep of each what is made of it.

    Parameters
    ----------
    files, options, samples
        As in :func:`mirtool.io.arrays.reading.read_arrays`.
    on_read
        Called with each path after it was read.
    start
        Given the first array, returns what to make of every array, or None where it needs all arrays together.

    Returns
    -------
    ReducedArrays or None
        None where the arrays must be read all together: then nothing is wrong with them, or the error is one
        that is found with all of them at hand.

    Raises
    ------
    FormatError, MirtoolError
        Where a file can't be read.
    UsageError, SampleSheetError
        As :func:`mirtool.io.arrays.reading.read_arrays` does.
    """
    if options.gal is not None or options.platform is not None or has_options_of_wells(options):
        return None
    paths = paths_to_read(files, samples)
    try:
        order = _order(paths, samples)
        parts, known, probes, said = _read_all(paths, order, start, options, on_read)
    except _NotAlikeError:
        return None
    read = name_after_files([own.samples for own in known])
    positions, table = positions_in_sheet(read, samples)
    if positions != order:
        return None
    sources = [source.with_warnings(said) for source in mark_twins([own.source for own in known])]
    dropped = tuple(dict.fromkeys(text for own in known for text in own.dropped))
    return ReducedArrays(parts, probes, table, tuple(sources[i] for i in order), dropped)


def _order(paths: Sequence[str], samples: SampleTable | None) -> list[int]:
    """Return the order in which the sample sheet lists the files; that of the files where it names none."""
    if samples is None or not all(samples.files):
        return list(range(len(paths)))
    try:
        return positions_in_sheet(SampleTable(tuple(paths), files=tuple(paths)), samples)[0]
    except SampleSheetError:
        raise _NotAlikeError from None


def _read_all(
    paths: Sequence[str],
    order: Sequence[int],
    start: Callable[[RawArrays], Reduction[T] | None],
    options: ReadOptions,
    on_read: Callable[[str], None] | None,
) -> tuple[tuple[T, ...], list[_Known], ProbeTable, str]:
    format_name = format_to_read(options)
    first = _single(paths[0], format_name, options)
    probes, said = classified(first.probes, options)
    reduction = _made(start, replace(first, probes=probes))
    if reduction is None:
        raise _NotAlikeError
    others = replace(options, places=False)

    def keep(array: RawArrays) -> tuple[T, _Known]:
        part = _made(reduction.of_one, replace(array, probes=probes, layout=first.layout))
        odd = other_names(array.probes.name, first.probes.name, paths[0])
        return part, _Known(array.samples, array.sources[0].with_warnings(odd), array.dropped)

    def read_and_keep(path: str) -> tuple[T, _Known]:
        array = _single(path, format_name, others)
        if not _is_like(array, first):
            raise _NotAlikeError
        return keep(array)

    of_first = keep(first)
    parts: list[T] = []
    waiting: list[T] = []
    known: dict[int, _Known] = {}
    with reading_pool(len(paths) - 1) as pool:
        read = pool.map(read_and_keep, [paths[i] for i in order if i != 0])
        for i in order:
            part, known[i] = of_first if i == 0 else next(read)
            waiting.append(part)
            if len(waiting) == AT_ONCE:
                parts.append(_put_together(waiting, reduction))
                waiting = []
            if on_read is not None:
                on_read(paths[i])
    if waiting:
        parts.append(_put_together(waiting, reduction))
    return tuple(parts), [known[i] for i in range(len(paths))], probes, said


def _put_together(parts: Sequence[T], reduction: Reduction[T]) -> T:
    joined = reduction.of_several(parts)
    if joined is None:
        raise _NotAlikeError
    return joined


def _single(path: str, format_name: str | None, options: ReadOptions) -> RawArrays:
    """Read the array of a file.

    Raises
    ------
    _NotAlikeError
        Where its format does not have one array per file, or it lacks a channel that it need not have.
    """
    read = partial(read_file, path, format_name=format_name, suits=_has_one_array)
    try:
        arrays = [keep_channels(array, options.channels) for array in read(options)]
    except CountsError:
        raise _NotAlikeError from None
    except MirtoolError:
        if options.prefer:
            read(replace(options, prefer=()))
            raise _NotAlikeError from None
        raise
    if len(arrays) != 1 or arrays[0].n_arrays != 1:
        raise _NotAlikeError
    return arrays[0]


def _has_one_array(own: Format) -> bool:
    return own.arrays and not own.table and not own.pairs_channels


def _made(function: Callable[[RawArrays], U], array: RawArrays) -> U:
    """Call a function; what it says of one array may not be what is to be said of all."""
    try:
        return function(array)
    except MirtoolError:
        raise _NotAlikeError from None


def _is_like(array: RawArrays, first: RawArrays) -> bool:
    """Return True if an array has the format, the spots and the columns of the first."""
    return (
        array.sources[0].format == first.sources[0].format
        and _columns(array) == _columns(first)
        and same_spots(array, first)
    )


def _columns(array: RawArrays) -> tuple[object, ...]:
    channels = {
        name: (channel.background is None, channel.saturated is None, channel.processed)
        for name, channel in array.channels.items()
    }
    return list(channels), channels, array.flags is None
