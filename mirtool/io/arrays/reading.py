"""The arrays of one study: many files read side by side, checked against each other, made one."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from mirtool.annotation.mirna_names.on_reading import (
    resolutions_on_reading,
    resolve_on_reading,
    resolved_in_words,
)
from mirtool.annotation.probes import classify_probes
from mirtool.errors import (
    ArrayMismatchError,
    CountsError,
    FormatError,
    MirtoolError,
    SampleSheetError,
    UsageError,
    option,
)
from mirtool.io.arrays.folders import files_of_arrays
from mirtool.io.arrays.not_detected import settle_intensities, settle_lanes
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.sample_matching import (
    describe_unlisted,
    further_files,
    match_columns,
    match_files,
    name_after_files,
)
from mirtool.io.arrays.spot_alignment import Alignment, align_spots
from mirtool.io.counts.refusal import counts_refused
from mirtool.io.registry import FORMATS, Format, check_format_name, has_wells, module_of, sniff_format
from mirtool.io.tables.text import opened_once
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, TextArray
from mirtool.wording import plural

OPTIONS_OF_WELLS = ("max_ct", "replicate_limit", "efficiency", "calibrators")
"""The reading options that are for panels of Ct values alone."""

Scalar = TypeVar("Scalar", bound=np.generic)


def read_arrays(
    files: Sequence[str | Path],
    options: ReadOptions | None = None,
    *,
    samples: SampleTable | None = None,
    executor: Executor | None = None,
    on_read: Callable[[str], None] | None = None,
    **changes: Any,
) -> RawArrays:
    """Read the arrays of one study.

    Parameters
    ----------
    files
        Instrument files (one array each; ImaGene: one channel each), plain intensity tables or a service's Raw
        Intensity Files (several arrays each), all of one format. Empty reads the files that ``samples`` lists.
    samples
        The sample sheet. It gives names, groups and order. Arrays are found in it by file, those of a plain
        table by sample name; its column ``file_hy5`` pairs the channels of ImaGene files, or of the columns of a
        plain table (:mod:`mirtool.io.arrays.dye_columns`). Without a sheet an
        array is named after its file.
    options
        How they are read; the defaults where left out.
    executor
        Where the files are read: any :class:`concurrent.futures.Executor`, such as a process pool or that of a
        Dask client. None uses threads.
    on_read
        Called with each path after it was read, in the order of the files.
    **changes
        Fields of :class:`mirtool.io.arrays.read_options.ReadOptions` that differ from ``options``.

    Returns
    -------
    RawArrays
        ``(n_spots, n_arrays)``, linear, scanner units, NaN missing; probes classified. ``dropped`` says in words
        and numbers what was left out. Arrays of several GAL lots are joined on ID, and have no layout
        (:mod:`mirtool.io.arrays.spot_alignment`). Where one ID has different names, those of the first file stand,
        and a warning of the source says so.

    Raises
    ------
    ArrayMismatchError
        Where arrays do not agree spot for spot or with the array list, share no channel, only some have a
        background or flags, or an ImaGene file has no partner.
    SampleSheetError
        Where the sheet and the files do not fit each other, or two arrays would have one name.
    FormatError
        Where a file can't be read, holds no arrays, or is of another format than the first.
    UsageError
        Where no file is given, ``format``, ``signal``, ``foreground`` or ``background`` does not exist, or the
        files have no such thing.
    """
    paths = paths_to_read(files, samples)
    options = replace(options or ReadOptions(), **changes)
    if holds_wells(paths[0], options.format):
        return _read_wells(paths, options, samples, on_read)
    _refuse_options_of_wells(paths[0], options)
    read_one = partial(read_file, format_name=format_to_read(options))
    of_files = [options, *[replace(options, places=False)] * (len(paths) - 1)]
    try:
        parts = _read_side_by_side(paths, of_files, read_one, executor, on_read)
    except CountsError as error:
        raise _beside_arrays(error, paths) from None
    _refuse_mixed_formats(parts)
    parts = [keep_channels(part, options.channels) for part in _pair_channels(parts, samples)]
    parts = _attach_list(parts, options.gal)
    arrays = _bind(parts, align_spots(parts))
    arrays = _name_by_platform(_put_into_sheet_order(arrays, samples), options.platform)
    probes, said = classified(arrays.probes, options)
    arrays = replace(arrays, probes=probes).with_warnings(said)
    formats = [FORMATS[source.format] for source in arrays.sources]
    if all(own.lanes for own in formats):
        return settle_lanes(arrays, options.not_detected)
    is_table = all(own.table for own in formats)
    return settle_intensities(arrays, options.not_detected) if is_table else arrays


def _read_wells(
    paths: Sequence[str],
    options: ReadOptions,
    samples: SampleTable | None,
    on_read: Callable[[str], None] | None,
) -> RawArrays:
    """Read the plates of a qPCR panel, put together by sample and target."""
    from mirtool.io.arrays.ct_panels import read_panel, settle_wells

    arrays = _put_into_sheet_order(read_panel(paths, options, samples, on_read), samples)
    arrays = _name_by_platform(arrays, options.platform)
    probes, said = classified(arrays.probes, options)
    arrays = replace(arrays, probes=probes).with_warnings(said)
    return settle_wells(arrays, options.not_detected)


def holds_wells(path: str, format_name: str | None) -> bool:
    """Return True for a file of Ct values; a format that was named decides."""
    return has_wells(path) if format_name is None else FORMATS[check_format_name(format_name)].wells


def has_options_of_wells(options: ReadOptions) -> list[str]:
    """Return the options of panels of Ct values that are not at their default."""
    usual = ReadOptions()
    given = {name: getattr(options, name) for name in OPTIONS_OF_WELLS}
    return [name for name, value in given.items() if value and value != getattr(usual, name)]


def _refuse_options_of_wells(path: str, options: ReadOptions) -> None:
    for name in has_options_of_wells(options):
        raise UsageError(
            f"{option(name)} is for tables of Ct values",
            path=path,
            hint=f"leave out {option(name)}",
        )


def format_to_read(options: ReadOptions) -> str | None:
    """Return the format that files are read in; None where each is recognized by its content."""
    return options.format or ("matrix" if options.samples_in_rows else None)


def classified(probes: ProbeTable, options: ReadOptions) -> tuple[ProbeTable, str]:
    """Return the probes with kinds and current names, and in words which names the files write otherwise."""
    known = classify_probes(
        probes.id, probes.name, rules=options.rules, species=options.species, stated=probes.kind
    )
    resolved = resolve_on_reading(known)
    return resolved, resolved_in_words(resolutions_on_reading(resolved))


def _beside_arrays(error: CountsError, paths: Sequence[str]) -> MirtoolError:
    """Return the refusal of counts: that of a study with both, where its other files are arrays."""
    from mirtool.io.counts.reading import holds_arrays
    from mirtool.io.counts.refusal import counts_beside_arrays

    arrays = next((path for path in paths if path != error.path and holds_arrays(path)), None)
    return error if arrays is None or error.path is None else counts_beside_arrays(error.path, arrays)


def paths_to_read(files: Sequence[str | Path], samples: SampleTable | None) -> list[str]:
    """Return the files of a study: those that are named, else those of its sample sheet, each once.

    Raises
    ------
    UsageError
        Where a file is named twice, or there is neither a file nor a sheet.
    SampleSheetError
        Where the sheet names no file for a sample, or one that does not exist.
    """
    given = [name for path in files for name in (files_of_arrays(path) if Path(path).is_dir() else [str(path)])]
    twice = next((path for path, times in Counter(given).items() if times > 1), None)
    if twice is not None:
        raise UsageError("the same file is given twice", found=twice)
    if given:
        return given
    if samples is None:
        raise UsageError("no file was given", hint="name the scanner's files: exports/*.gpr")
    unnamed = [name for name, file in zip(samples.names, samples.files, strict=True) if not file]
    if unnamed:
        raise SampleSheetError(
            f"the sample {unnamed[0]!r} has no file",
            path=samples.sheet or None,
            hint="fill in the column 'file' of the sample sheet, or name the files in the call",
        )
    listed = [*samples.files, *(file for column in further_files(samples) for file in column if file)]
    for path in listed:
        if not Path(path).exists():
            raise SampleSheetError(
                "a file that the sample sheet names does not exist",
                path=samples.sheet or None,
                column="file",
                found=path,
                hint="files are sought from the sheet's own folder: correct the path, or copy the file there",
            )
    return list(dict.fromkeys(listed))


def _read_side_by_side(
    paths: Sequence[str],
    options: Sequence[ReadOptions],
    read_one: Callable[[str, ReadOptions], list[RawArrays]],
    executor: Executor | None,
    on_read: Callable[[str], None] | None,
) -> list[RawArrays]:
    parts = []
    with reading_pool(len(paths), executor) as pool:
        for path, of_file in zip(paths, pool.map(read_one, paths, options), strict=True):
            parts += of_file
            if on_read is not None:
                on_read(path)
    return parts


@contextmanager
def reading_pool(n_files: int, executor: Executor | None = None) -> Iterator[Executor]:
    """Give the executor that reads files, or a pool of threads, in which no file is begun after an error."""
    if executor is not None:
        yield executor
        return
    pool = ThreadPoolExecutor(max_workers=max(1, min(n_files, os.cpu_count() or 2)))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)


def read_file(
    path: str,
    options: ReadOptions,
    *,
    format_name: str | None,
    suits: Callable[[Format], bool] = lambda _format: True,
) -> list[RawArrays]:
    """Read what one file holds: its arrays, of a service's workbook those of each GAL lot.

    Parameters
    ----------
    path, options
        The file, opened once, and how it is read.
    format_name
        Its format; None recognizes it.
    suits
        Returns False for a format that is not wanted: then nothing is read, and the list is empty.
    """
    with opened_once(path):
        found = sniff_format(path, format_name)
        if not suits(FORMATS[found]):
            return []
        if FORMATS[found].counts:
            raise counts_refused(path, f"the format {found}", stated=True)
        if FORMATS[found].wells:
            raise FormatError(
                "a table of Ct values is among other files",
                path=path,
                found=f"the format {found}",
                expected="samples of one kind",
                hint="make a study of its own for each, or compare both: mirtool validate",
            )
        if not FORMATS[found].arrays:
            raise FormatError(
                "this file holds no values of samples",
                path=path,
                found=f"the format {found}",
                expected="GenePix, ImaGene or Agilent results, NanoString RCC files, a service's Raw Intensity "
                "File, a GEO series matrix, or a plain table of intensities",
            )
        _refuse_options_of_others(path, found, options)
        arrays: list[RawArrays] = module_of(found).read_study_file(path, options)
        return arrays


def _refuse_options_of_others(path: str, found: str, options: ReadOptions) -> None:
    takes = FORMATS[found].takes
    if options.signal is not None and "signal" not in takes:
        raise UsageError(
            "only Agilent files let you choose a signal",
            path=path,
            found=f"{option('signal', options.signal)}, and a file of the format {found}",
            hint=f"leave out {option('signal')}",
        )
    if {options.foreground, options.background} != {"median"} and "foreground" not in takes:
        raise UsageError(
            "only GenePix files let you choose a statistic of the pixels",
            path=path,
            found=f"foreground {options.foreground}, background {options.background}, and the format {found}",
            expected="the median of both",
        )


def _pair_channels(parts: list[RawArrays], samples: SampleTable | None) -> list[RawArrays]:
    format_name = parts[0].sources[0].format
    if not FORMATS[format_name].pairs_channels:
        return parts
    paired: list[RawArrays] = module_of(format_name).pair_channels(parts, samples)
    return paired


def keep_channels(part: RawArrays, channels: Sequence[str] | None) -> RawArrays:
    """Return an array with these channels only; None keeps all."""
    if channels is None:
        return part
    source = part.sources[0]
    absent = [name for name in channels if name not in part.channels]
    if absent:
        raise FormatError(
            f"a plain table has no channel {', '.join(absent)}"
            if FORMATS[source.format].table and len(part.channels) == 1
            else f"the file has no channel {', '.join(absent)}",
            path=source.path,
            found="channels " + ", ".join(part.channels),
            hint="leave the channel out, or ask for one that is there",
        )
    return replace(part, channels={name: part.channels[name] for name in channels})


def _attach_list(parts: list[RawArrays], path: str | Path | None) -> list[RawArrays]:
    if path is None:
        return parts
    from mirtool.io.arrays.gal import attach_list, read_gal

    array_list = read_gal(path)
    return [attach_list(part, array_list) for part in parts]


def _name_by_platform(arrays: RawArrays, path: str | Path | None) -> RawArrays:
    if path is None:
        return arrays
    from mirtool.io.arrays.geo_platform import name_arrays, read_platform

    return name_arrays(arrays, read_platform(path))


def _refuse_mixed_formats(parts: Sequence[RawArrays]) -> None:
    first = parts[0].sources[0]
    for part in parts[1:]:
        source = part.sources[0]
        if source.format != first.format:
            raise FormatError(
                "the files of one study must be of one format",
                path=source.path,
                found=source.format,
                expected=f"{first.format}, as {first.path} is",
                hint="normalize the two kinds of file apart",
            )


def _bind(parts: Sequence[RawArrays], alignment: Alignment) -> RawArrays:
    """Put the arrays side by side, in the order of their files."""
    names, dropped = _common_channels(parts)
    parts, without_calls = _calls_of_all(parts)
    first, spots = parts[0], alignment.spots[0]
    return RawArrays(
        {name: _bind_channel(name, parts, alignment) for name in names},
        _bind_all_or_none([part.flags for part in parts], "flags", parts, alignment),
        first.probes if spots is None else first.probes.take(spots),
        None if alignment.is_join else first.layout,
        name_after_files([part.samples for part in parts]),
        _mark_oddities(parts, alignment),
        tuple(
            dict.fromkeys(
                [*(text for part in parts for text in part.dropped), *alignment.dropped, *dropped, *without_calls]
            )
        ),
    )


def _calls_of_all(parts: Sequence[RawArrays]) -> tuple[Sequence[RawArrays], list[str]]:
    """Return tables without detection calls where only some of them have any, and in words how many do."""
    n_called = sum(part.flags is not None for part in parts)
    if n_called in (0, len(parts)) or not all(FORMATS[part.sources[0].format].table for part in parts):
        return parts, []
    return [replace(part, flags=None) for part in parts], [
        f"detection calls: in {n_called} of {plural(len(parts), 'file')} only"
    ]


def _common_channels(parts: Sequence[RawArrays]) -> tuple[list[str], list[str]]:
    """Return the channels that every file has, and in words those that only some have."""
    first = parts[0]
    common = [name for name in first.channels if all(name in part.channels for part in parts)]
    if not common:
        other = next(part for part in parts if set(part.channels) != set(first.channels))
        raise ArrayMismatchError(
            "the files have no channel in common",
            path=other.sources[0].path,
            found="channels " + ", ".join(other.channels),
            expected=f"channels {', '.join(first.channels)}, as in {first.sources[0].path}",
            hint="normalize the files of each channel apart",
        )
    n_files = {
        name: sum(name in part.channels for part in parts)
        for name in dict.fromkeys(name for part in parts for name in part.channels)
    }
    return common, [
        f"channel {name}: in {n} of {plural(len(parts), 'file')} only"
        for name, n in n_files.items()
        if n < len(parts)
    ]


def _bind_channel(name: str, parts: Sequence[RawArrays], alignment: Alignment) -> Channel:
    of_parts = [part.channels[name] for part in parts]
    saturated = [channel.saturated for channel in of_parts if channel.saturated is not None]
    return Channel(
        np.concatenate(_pick([channel.foreground for channel in of_parts], alignment), axis=1),
        _bind_all_or_none(
            [channel.background for channel in of_parts], f"background of channel {name}", parts, alignment
        ),
        np.concatenate(_pick(saturated, alignment), axis=1) if len(saturated) == len(parts) else None,
        all(channel.processed for channel in of_parts),
    )


def _pick(columns: Sequence[npt.NDArray[Scalar]], alignment: Alignment) -> list[npt.NDArray[Scalar]]:
    return [
        values if spots is None else values[spots] for values, spots in zip(columns, alignment.spots, strict=True)
    ]


def _bind_all_or_none(
    columns: Sequence[npt.NDArray[Scalar] | None], what: str, parts: Sequence[RawArrays], alignment: Alignment
) -> npt.NDArray[Scalar] | None:
    present = [values for values in columns if values is not None]
    if not present:
        return None
    if len(present) < len(columns):
        lacking = next(part for part, values in zip(parts, columns, strict=True) if values is None)
        having = next(part for part, values in zip(parts, columns, strict=True) if values is not None)
        raise ArrayMismatchError(
            f"this file has no {what}, others have",
            path=lacking.sources[0].path,
            expected=f"{what} as in {having.sources[0].path}",
            hint="save all files with the same columns",
        )
    return np.concatenate(_pick(present, alignment), axis=1)


def _mark_oddities(parts: Sequence[RawArrays], alignment: Alignment) -> tuple[ArraySource, ...]:
    """Add to the sources what is odd only beside the other files: other names, or the same content."""
    names = [column[:, 0] for column in _pick([part.probes.name[:, np.newaxis] for part in parts], alignment)]
    first = parts[0].sources[0].path
    sources: list[ArraySource] = []
    for part, own_names in zip(parts, names, strict=True):
        sources += part.with_warnings(other_names(own_names, names[0], first)).sources
    return mark_twins(sources)


def other_names(own: TextArray, names: TextArray, path: str) -> str:
    """Return in words how many names differ from those of the file that they are compared with; blank for none."""
    if own is names:
        return ""
    renamed = np.flatnonzero(own != names)
    if not len(renamed):
        return ""
    spot = renamed[0]
    return (
        f"{plural(len(renamed), 'spot')} named otherwise than in {path}, whose names are used "
        f"(first {own[spot]!r} for {names[spot]!r})"
    )


def mark_twins(sources: Sequence[ArraySource]) -> tuple[ArraySource, ...]:
    """Add a warning to the sources whose file has the content of an earlier one."""
    path_of: dict[str, str] = {}
    marked: list[ArraySource] = []
    for source in sources:
        twin = path_of.setdefault(source.sha256, source.path)
        same = "" if twin == source.path else f"the file has the same content as {twin}"
        marked.append(source.with_warnings(same))
    return tuple(marked)


def positions_in_sheet(
    read: SampleTable, sheet: SampleTable | None, *, by_name: bool = False
) -> tuple[list[int], SampleTable]:
    """Return where the samples of the sheet are among those that were read, and the sheet with their files.

    Parameters
    ----------
    read
        As the files name them.
    sheet
        None takes them as they were read.
    by_name
        True matches names, False files.
    """
    if sheet is None:
        return list(range(len(read))), read
    positions = (match_columns if by_name else match_files)(read, sheet)
    return positions, replace(sheet, files=tuple(read.files[i] for i in positions))


def _put_into_sheet_order(arrays: RawArrays, samples: SampleTable | None) -> RawArrays:
    """Return the arrays the names, groups and order of the sheet."""
    if samples is None:
        return arrays
    own = FORMATS[arrays.sources[0].format]
    by_name = own.table or own.wells
    positions, table = positions_in_sheet(arrays.samples, samples, by_name=by_name)
    dropped = (*arrays.dropped, *describe_unlisted(arrays.samples, samples)) if by_name else arrays.dropped
    if positions == list(range(arrays.n_arrays)):
        return replace(arrays, samples=table, dropped=dropped)

    def take(values: npt.NDArray[Scalar] | None) -> npt.NDArray[Scalar] | None:
        return None if values is None else values[:, positions]

    return replace(
        arrays,
        channels={
            name: Channel(
                channel.foreground[:, positions],
                take(channel.background),
                take(channel.saturated),
                channel.processed,
            )
            for name, channel in arrays.channels.items()
        },
        flags=take(arrays.flags),
        samples=table,
        sources=tuple(arrays.sources[i] for i in positions),
        dropped=dropped,
    )
