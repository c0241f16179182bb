"""What the commands that read arrays share: reading them with progress, what to tell of it, and their hashes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mirtool.commands.common import Place
from mirtool.commands.console import progress_steps, say, warn

if TYPE_CHECKING:
    from mirtool.model import RawArrays

READING = ("species", "signal", "array_list", "platform", "scale", "samples_in_rows")
"""Options of `mirtool normalize` that say how the files are read, as its record names them."""


def read_study_arrays(
    place: Place,
    files: list[str],
    channels: list[str] | None,
    input_format: str | None,
    reading: Mapping[str, Any],
) -> RawArrays:
    """Read the files of a call, or those of the study's sample sheet, with the study's probe rules.

    ``reading`` holds further arguments of :func:`mirtool.io.arrays.reading.read_arrays`.
    """
    from mirtool.io.arrays.reading import paths_to_read, read_arrays
    from mirtool.study.config import CONFIG_FILE, read_config
    from mirtool.study.samples import read_samples

    samples = read_samples(place.samples) if place.samples else None
    paths = paths_to_read(files, samples)
    folder = Path(place.samples).parent if place.samples else Path()
    with progress_steps("Reading arrays", len(paths)) as on_read:
        return read_arrays(
            paths,
            samples=samples,
            format=input_format,
            channels=channels,
            rules=read_config(folder / CONFIG_FILE).probe_rules,
            **reading,
            on_read=on_read,
        )


def tell_reading(arrays: RawArrays) -> None:
    """Tell what reading left out and what is odd about the files."""
    for dropped in arrays.dropped:
        say(f"Left out while reading: {dropped}")
    n_arrays = len(arrays.sources)
    warnings = Counter(warning for source in arrays.sources for warning in source.warnings)
    for warning, n in warnings.items():
        warn(warning if n_arrays == 1 else f"{warning} (in {n} of {n_arrays} arrays)")


def input_hashes(others: Sequence[str | None], arrays: RawArrays) -> dict[str, str]:
    """Return the SHA-256 of every file that was read: the arrays and the others."""
    from mirtool.io.tables.text import hash_files

    return hash_files(others) | {source.path: source.sha256 for source in arrays.sources}
