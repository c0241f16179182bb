"""Write arrays as GenePix results, in the layout of GenePix Pro 6 (for the demonstration, tests and benchmarks).

What :class:`mirtool.model.RawArrays` holds is written exactly; what only a scanner knows (means, standard
deviations, pixel counts, coordinates) is derived from it by the plain rules of :func:`genepix_bytes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from mirtool.errors import MirtoolError
from mirtool.io.tables.text import decode
from mirtool.model import Channel, FloatArray, RawArrays, SpotLayout

_SPOT_PITCH_UM = 190
_SPOT_DIAMETER_UM = 100
_SPOT_PIXELS = 80
_BACKGROUND_PIXELS = 448
_BLOCK_GAP_UM = 400
_BLOCKS_ACROSS = 4
_MOST_EXACT = 2.0**53
"""Below this every whole number is a float, and every float's whole number an integer of 64 bits."""


def genepix_bytes(arrays: RawArrays, array: int = 0, *, header: Mapping[str, str] | None = None) -> bytes:
    """Write one array as GenePix Pro 6 would save it: 56 columns for two channels, 30 for one.

    Foreground medians, background medians, saturation, flags, names and positions are those of ``arrays``, to
    the last digit; missing values become empty cells. The rest follows from them: means equal medians, the
    standard deviation of a spot's pixels is a fifth of its mean (of the background a quarter), a spot has 80
    pixels of foreground, and the columns that GenePix computes (F − B, ratios, sums, SNR) are computed by its
    formulas, ``Error`` where a ratio has no value. A channel without background or saturation has no such
    columns; flags of None are written as 0, GenePix's "unflagged".

    Parameters
    ----------
    arrays
        Arrays with a layout and one or two channels.
    array
        Which of them, from 0.
    header
        Header records to add or to replace, such as ``{"GalFile": "lot35014.gal"}``.

    Returns
    -------
    bytes
        Windows-1252 where that can hold every name, else UTF-8; CRLF line ends.

    Raises
    ------
    MirtoolError
        Where there is no layout, there are more than two channels, or a name holds a tab or a line end.
    """
    if arrays.layout is None:
        raise MirtoolError("GenePix results need the Block, Row and Column of every spot")
    if len(arrays.channels) > 2:
        raise MirtoolError(
            "GenePix results of one or two channels can be written", found=str(len(arrays.channels))
        )
    channels = {name: _one_array(channel, array) for name, channel in arrays.channels.items()}
    columns = _spot_columns(arrays, arrays.layout)
    for name, channel in channels.items():
        columns |= _channel_columns(name, channel)
    columns |= _derived_columns(channels)
    zeros = ["0"] * arrays.n_spots
    flags = zeros if arrays.flags is None else list(map(str, arrays.flags[:, array].tolist()))
    columns |= {"Flags": flags, "Normalize": zeros, "Autoflag": zeros}
    records = _records(arrays, array, header or {})
    lines = ["ATF\t1.0", f"{len(records)}\t{len(columns)}"]
    lines += [f'"{key}={value}"' for key, value in records.items()]
    lines.append("\t".join(f'"{name}"' for name in columns))
    lines += map("\t".join, zip(*columns.values(), strict=True))
    return _encode("\r\n".join(lines) + "\r\n")


def _encode(text: str) -> bytes:
    try:
        data = text.encode("cp1252")
    except UnicodeEncodeError:
        return text.encode()
    return data if decode(data) == text else text.encode()


def _one_array(channel: Channel, array: int) -> Channel:
    column = slice(array, array + 1)
    return Channel(
        channel.foreground[:, column],
        None if channel.background is None else channel.background[:, column],
        None if channel.saturated is None else channel.saturated[:, column],
    )


def _records(arrays: RawArrays, array: int, header: Mapping[str, str]) -> dict[str, str]:
    names = list(arrays.channels)
    return {
        "Type": "GenePix Results 3",
        "DateTime": "2012/05/14 10:00:00",
        "Settings": "",
        "GalFile": arrays.sources[array].gal_file,
        "PixelSize": "10",
        "Wavelengths": "\t".join(names),
        "ImageFiles": "\t".join(f"{arrays.samples.names[array]}.tif {i}" for i in range(len(names))),
        "NormalizationMethod": "None",
        "NormalizationFactors": "\t".join("1" for _ in names),
        "JpegImage": "",
        "StdDev": "Type 1",
        "RatioFormulations": f"W1/W2 ({'/'.join(names)})",
        "FeatureType": "Circular",
        "Barcode": "",
        "BackgroundSubtraction": "LocalFeature",
        "ImageOrigin": "0, 0",
        "JpegOrigin": "0, 0",
        "Creator": "GenePix Pro 6.0.1.27",
        "Scanner": "GenePix 4000B [00000]",
        "FocusPosition": "0",
        "Temperature": "25",
        "LinesAveraged": "1",
        "Comment": "",
        "PMTGain": "\t".join("600" for _ in names),
        "ScanPower": "\t".join("100" for _ in names),
        **header,
    }


def _texts(labels: Iterable[str]) -> list[str]:
    cells = []
    for label in labels:
        if "\t" in label or "\r" in label or "\n" in label:
            raise MirtoolError("a name can't hold a tab or a line end", found=repr(label))
        cells.append('"' + label.replace('"', '""') + '"')
    return cells


def _numbers(values: FloatArray) -> list[str]:
    """Write floats so that they read back as they are; whole numbers without a point, missing ones empty."""
    numbers = values.ravel()
    if np.array_equal(numbers, np.rint(numbers)) and np.abs(numbers).max(initial=0) < _MOST_EXACT:
        return list(map(str, numbers.astype(np.int64).tolist()))
    return [
        "" if value != value else str(int(value)) if value.is_integer() else repr(value)
        for value in numbers.tolist()
    ]


def _rounded(values: FloatArray, decimals: int) -> list[str]:
    """Write a computed column at GenePix's precision, ``Error`` where it has no value."""
    cells = list(map(f"{{:.{decimals}f}}".format, values.ravel().tolist()))
    for i in np.flatnonzero(~np.isfinite(values)):
        cells[i] = "Error"
    return cells


def _spot_columns(arrays: RawArrays, layout: SpotLayout) -> dict[str, list[str]]:
    width = int(layout.column.max(initial=1)) * _SPOT_PITCH_UM + _BLOCK_GAP_UM
    height = int(layout.row.max(initial=1)) * _SPOT_PITCH_UM + _BLOCK_GAP_UM
    across, down = (layout.block - 1) % _BLOCKS_ACROSS, (layout.block - 1) // _BLOCKS_ACROSS
    return {
        "Block": list(map(str, layout.block.tolist())),
        "Column": list(map(str, layout.column.tolist())),
        "Row": list(map(str, layout.row.tolist())),
        "Name": _texts(arrays.probes.name),
        "ID": _texts(arrays.probes.id),
        "X": list(map(str, (across * width + layout.column * _SPOT_PITCH_UM).tolist())),
        "Y": list(map(str, (down * height + layout.row * _SPOT_PITCH_UM).tolist())),
        "Dia.": [str(_SPOT_DIAMETER_UM)] * len(layout),
    }


def _channel_columns(name: str, channel: Channel) -> dict[str, list[str]]:
    foreground, background = channel.foreground, channel.background
    spread = _spread(foreground, 5)
    medians = _numbers(foreground)
    columns = {
        f"F{name} Median": medians,
        f"F{name} Mean": medians,
        f"F{name} SD": _rounded(spread, 0),
        f"F{name} CV": _rounded(_quotient(100 * spread, foreground), 0),
    }
    if background is not None:
        around = _spread(background, 4)
        medians = _numbers(background)
        columns |= {
            f"B{name}": medians,
            f"B{name} Median": medians,
            f"B{name} Mean": medians,
            f"B{name} SD": _rounded(around, 0),
            f"B{name} CV": _rounded(_quotient(100 * around, background), 0),
        }
        for n in (1, 2):
            above = (foreground - background - n * around) / (2 * spread)  # pixels lie within ± 2 SD, evenly
            columns[f"% > B{name}+{n}SD"] = _rounded(100 * np.clip(above / 2 + 0.5, 0, 1), 0)
    if channel.saturated is not None:
        columns[f"F{name} % Sat."] = _numbers(channel.saturated)
    return columns


def _spread(values: FloatArray, parts: int) -> FloatArray:
    """Return the standard deviation of the pixels: one part of the mean, at least one count."""
    return np.maximum(np.abs(values) / parts, 1.0)


def _quotient(above: FloatArray, below: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        return above / below


def _derived_columns(channels: Mapping[str, Channel]) -> dict[str, list[str]]:
    n = len(next(iter(channels.values())).foreground)
    above = {
        name: channel.foreground - channel.background
        for name, channel in channels.items()
        if channel.background is not None
    }
    pair = "/".join(channels)
    columns: dict[str, list[str]] = {}
    two = len(channels) == 2 and len(above) == 2
    if two:
        columns |= _ratio_columns(pair, *above.values())
    columns |= {
        "F Pixels": [str(_SPOT_PIXELS)] * n,
        "B Pixels": [str(_BACKGROUND_PIXELS)] * n,
        "Circularity": ["100"] * n,
    }
    if two:
        columns |= _sum_columns(pair, *above.values())
    signals = {name: _numbers(signal) for name, signal in above.items()}
    for kind in ("Median", "Mean"):
        columns |= {f"F{name} {kind} - B{name}": cells for name, cells in signals.items()}
    for name, channel in channels.items():
        columns[f"F{name} Total Intensity"] = _rounded(channel.foreground * _SPOT_PIXELS, 0)
    for name, channel in channels.items():
        if channel.background is not None:
            columns[f"SNR {name}"] = _rounded(above[name] / _spread(channel.background, 4), 3)
    return columns


def _ratio_columns(pair: str, first: FloatArray, second: FloatArray) -> dict[str, list[str]]:
    ratio = _rounded(_quotient(first, second), 3)
    kinds = ("Ratio of Medians", "Ratio of Means", "Median of Ratios", "Mean of Ratios")
    return {
        **{f"{kind} ({pair})": ratio for kind in kinds},
        f"Ratios SD ({pair})": ["1.000"] * len(ratio),
        f"Rgn Ratio ({pair})": ratio,
        f"Rgn R2 ({pair})": ["1.000"] * len(ratio),
    }


def _sum_columns(pair: str, first: FloatArray, second: FloatArray) -> dict[str, list[str]]:
    with np.errstate(divide="ignore", invalid="ignore"):
        log_ratio = np.log2(_quotient(first, second))
    return {
        f"Sum of Medians ({pair})": _rounded(first + second, 0),
        f"Sum of Means ({pair})": _rounded(first + second, 0),
        f"Log Ratio ({pair})": _rounded(log_ratio, 3),
    }
