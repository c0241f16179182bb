"""Two dyes in one plain table: columns whose names differ in Hy3 and Hy5 (or Cy3 and Cy5) alone are one array.

So are columns that a sample sheet pairs: its ``file`` and ``file_hy5`` (or ``Hy3`` and ``Hy5``) then hold names
of columns, as in the tables that are made of ImaGene's files, where each column is named after its file::

    index  Name           S1_Hy3_Exiqon_14114402.txt  S2_Hy3_Exiqon_14114403.txt  S1_Hy5_Exiqon_14114402.txt  ...
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mirtool.errors import ArrayMismatchError, SampleSheetError
from mirtool.io.arrays.imagene import SIGNAL, channel_of, pair_files
from mirtool.io.arrays.sample_matching import HY5_COLUMN
from mirtool.model import Channel, RawArrays, SampleTable
from mirtool.wording import plural

DYES = ("Hy3", "Hy5")


def pair_names(names: Sequence[str], path: str | Path | None = None) -> dict[str, Mapping[str, str]]:
    """Put columns of two dyes together by their names: array to channel to column; ``path`` is for messages.

    Returns
    -------
    dict
        Empty where the columns are no pairs: some name no dye, or all the same one.

    Raises
    ------
    ArrayMismatchError
        Where every column names a dye, of two, and one has no partner.

    Examples
    --------
    >>> pair_names(["a_Hy3_1.txt", "b_Hy3_2.txt", "a_Hy5_1.txt", "b_Hy5_2.txt"])
    {'a': {'Hy3': 'a_Hy3_1.txt', 'Hy5': 'a_Hy5_1.txt'}, 'b': {'Hy3': 'b_Hy3_2.txt', 'Hy5': 'b_Hy5_2.txt'}}
    >>> pair_names(["tumor", "normal"])
    {}
    """
    dyes = {channel_of(name) for name in names}
    if len(dyes) != 2 or SIGNAL in dyes:
        return {}
    try:
        return {array.name: array.files for array in pair_files(names)}
    except ArrayMismatchError as error:
        raise ArrayMismatchError(
            "the column of one channel has no partner",
            path=path,
            column=error.path,
            found=error.found,
            expected=f"two columns per array whose names differ in {' and '.join(sorted(dyes))} alone",
            hint="say in samples.csv which columns belong together: columns file and file_hy5",
        ) from error


def pair_columns(arrays: RawArrays, samples: SampleTable | None = None) -> RawArrays:
    """Make arrays of two channels of a plain table's columns.

    Parameters
    ----------
    arrays
        One channel, a column an array, as :func:`mirtool.io.arrays.matrix.read_intensities` gives them.
    samples
        A sample sheet; where its files are columns of the table, it says which belong together. Else the names of
        the columns do (:func:`pair_names`).

    Returns
    -------
    RawArrays
        Channels named after the dyes, ``(n_spots, n_arrays)``; ``arrays`` itself where its columns are no pairs.

    Raises
    ------
    ArrayMismatchError, SampleSheetError
        Where a column has no partner, or the sheet names one that is not there.
    """
    names = arrays.samples.names
    pairs = _pairs_of_sheet(names, samples) or pair_names(names, arrays.sources[0].path)
    if not pairs:
        return arrays
    (channel,) = arrays.channels.values()
    position = {name: i for i, name in enumerate(names)}
    dyes = list(next(iter(pairs.values())))
    columns = {dye: [position[pair[dye]] for pair in pairs.values()] for dye in dyes}
    first = columns[dyes[0]]
    paired = {column for order in columns.values() for column in order}
    unpaired = [name for i, name in enumerate(names) if i not in paired]
    left_out = (f"{plural(len(unpaired), 'column')} in no pair: {', '.join(unpaired)}",) if unpaired else ()
    return replace(
        arrays,
        channels={dye: Channel(channel.foreground[:, order]) for dye, order in columns.items()},
        samples=SampleTable(tuple(pairs), files=tuple(arrays.samples.files[i] for i in first)),
        sources=tuple(arrays.sources[i] for i in first),
        dropped=(*arrays.dropped, *left_out),
    )


def _pairs_of_sheet(names: Sequence[str], samples: SampleTable | None) -> dict[str, Mapping[str, str]]:
    """Read the pairs of columns from a sheet; empty where its files are no columns of the table."""
    if samples is None or HY5_COLUMN not in samples.extra:
        return {}
    listed = [
        (sample, Path(hy3).name, Path(hy5).name)
        for sample, hy3, hy5 in zip(samples.names, samples.files, samples.extra[HY5_COLUMN], strict=True)
    ]
    known = set(names)
    if not any({hy3, hy5} & known for _, hy3, hy5 in listed):
        return {}
    pairs: dict[str, Mapping[str, str]] = {}
    for sample, hy3, hy5 in listed:
        for column, wanted in (("file", hy3), (HY5_COLUMN, hy5)):
            if wanted not in known:
                raise SampleSheetError(
                    f"the sample {sample!r} has a channel that is not a column of the table",
                    path=samples.sheet or None,
                    column=column,
                    found=wanted or "an empty cell",
                    expected="the name of a column, as it is in the table",
                )
        pairs[sample] = dict(zip(DYES, (hy3, hy5), strict=True))
    return pairs
