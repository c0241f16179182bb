"""The settings of the GEO submission: what the study does not know, and its authors may say once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Settings, setting

SERIES, SAMPLES, MATRIX = "Series", "Samples", "Matrix"


@dataclass(frozen=True)
class GeoSettings(Settings):
    """What goes into the metadata sheet; what is not given and not known is marked as to be filled in."""

    title: str | None = setting(None, "Title of the series.", panel=SERIES, metavar="TEXT")
    summary: str | None = setting(None, "Summary of the series: aim and results.", panel=SERIES, metavar="TEXT")
    design: str | None = setting(
        None, "Overall design. Default: the arrays and groups of the sample sheet.", panel=SERIES, metavar="TEXT"
    )
    contributor: tuple[str, ...] = setting(
        (), "A contributor, as Firstname,Initial,Lastname. Again for a second one.", panel=SERIES, metavar="NAME"
    )
    platform_id: str | None = setting(
        None, "Accession of the array in GEO, such as GPL18402.", panel=SAMPLES, metavar="GPL"
    )
    organism: str | None = setting(
        None,
        "Species of the samples. Default: the column organism of the sample sheet, else that of most miRNAs of "
        "the array, to be checked.",
        panel=SAMPLES,
        metavar="NAME",
    )
    source: str | None = setting(
        None,
        "Source of the samples, such as serum exosomes. Default: the column source, tissue or cell line.",
        panel=SAMPLES,
        metavar="TEXT",
    )
    molecule: str | None = setting(
        None, "Molecule that was labeled, such as total RNA.", panel=SAMPLES, metavar="TEXT"
    )
    label: str | None = setting(None, "Dye of the samples, such as Hy3.", panel=SAMPLES, metavar="DYE")
    all_probes: bool = setting(
        False,
        "Normalize the arrays again as they were and keep every probe: GEO asks for the whole matrix, and "
        "`mirtool normalize` keeps the probes that are detected.",
        panel=MATRIX,
    )
