"""How the files of arrays are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mirtool.annotation.probes import KindRule
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.io.arrays.settings import DEFAULT_MAX_CT
from mirtool.io.arrays.value_scale import Scale


@dataclass(frozen=True)
class ReadOptions:
    """The choices in reading the arrays of a study; a format uses those that apply to it.

    Parameters
    ----------
    format
        A name of :data:`mirtool.io.registry.FORMATS`; None recognizes each file by its content.
    channels
        Channels to read, such as ``["532"]``; None reads all and keeps those that every file has.
    prefer
        The first of these channels that a GenePix file has is read alone, where ``channels`` is None.
    signal
        Which of an Agilent file's signals: see :func:`mirtool.io.arrays.agilent.read_agilent`.
    features
        True reads an Agilent file to be summarized per gene: its features where no signal is named, not the
        totals of the genes, with the call of each gene.
    foreground, background
        Which statistic of a GenePix spot's pixels: see :func:`mirtool.io.arrays.genepix.read_genepix`.
    gal
        A GAL file, whose IDs and names are given to spots that lack them: see
        :func:`mirtool.io.arrays.gal.attach_list`.
    platform
        A GEO platform table, which gives names to the IDs: see :mod:`mirtool.io.arrays.geo_platform`.
    scale
        ``"linear"`` lets the values of a GEO series matrix pass for raw intensities.
    samples_in_rows
        True says that plain tables have one row per sample.
    not_detected
        What becomes of a table's repeated lowest value: a name of :data:`mirtool.io.arrays.settings.NOT_DETECTED`,
        None for ``missing``.
    max_ct, replicate_limit, efficiency, calibrators
        Of panels of Ct values: see :mod:`mirtool.io.arrays.ct_panels`.
    places
        False does not read where the blocks of a GenePix file lie on the slide; a study reads it from its first
        file only.
    rules, species
        How probes are classified: see :func:`mirtool.annotation.probes.classify_probes`.
    """

    format: str | None = None
    channels: Sequence[str] | None = None
    prefer: Sequence[str] = ()
    signal: str | None = None
    features: bool = False
    foreground: str = "median"
    background: str = "median"
    gal: str | Path | None = None
    platform: str | Path | None = None
    scale: Scale | None = None
    samples_in_rows: bool = False
    not_detected: str | None = None
    max_ct: float = DEFAULT_MAX_CT
    replicate_limit: float = REPLICATE_LIMIT
    efficiency: Sequence[str] = ()
    calibrators: str | None = None
    places: bool = True
    rules: Sequence[KindRule] = ()
    species: str | None = None
