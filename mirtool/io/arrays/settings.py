"""How the files of arrays are read: the settings of every command that reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.io.arrays.ct_limits import REPLICATE_LIMIT
from mirtool.settings import Method, Methods, Settings, setting

PANEL = "Reading files"
WELLS = "qPCR panels"

DEFAULT_MAX_CT = 35.0
"""Cycles; the usual cut-off of TaqMan panels."""

CALIBRATORS_OF_PANEL = "panel"
"""Represents the inter-plate calibrators that the panel itself has."""
FROM_TABLE = "column"
"""The efficiency that represents those in the Ct table."""

SIGNALS = Methods(
    "signal",
    Method("gene", "the total gene signal of each probe"),
    Method("processed", "the processed signal of each feature"),
    Method("median", "the median signal of each feature"),
)
"""Signals of an Agilent file."""

SCALES = Methods(
    "scale",
    Method("log2", "values are log2"),
    Method("linear", "values are linear intensities"),
    Method("counts", "values are sequencing reads"),
)

NOT_DETECTED = Methods(
    "not_detected",
    Method("missing", "values that are not detected are missing"),
    Method("floor", "they keep the table's lowest value, unless no array of the group detects the miRNA"),
    Method("keep", "they are taken for measurements"),
)
"""What becomes of values that are not detected."""


def not_detected_setting(panel: str) -> Any:
    """Return the setting of what becomes of values that are not detected."""
    return setting(
        None,
        "What becomes of values that are not detected: a table's lowest value, repeated in every array; "
        "NanoString counts in their lane's background; wells of qPCR without a Ct; no reads. Default: missing, of "
        "sequencing counts keep.",
        panel=panel,
        choices=NOT_DETECTED,
    )


@dataclass(frozen=True)
class ReadingSettings(Settings):
    """How arrays are read; each field is an option of the commands that read them."""

    species: str | None = setting(
        None,
        "Count only the miRNAs of this species, such as hsa. Default: every species with names on the chip.",
        panel=PANEL,
        metavar="PREFIX",
    )
    signal: str | None = setting(
        None,
        "Agilent only: the total of each gene (default), or the processed or median signal of each feature.",
        panel=PANEL,
        choices=SIGNALS,
    )
    gal: str | None = setting(
        None,
        "Array list (.gal) that gives IDs and names to spots that lack them.",
        panel=PANEL,
        metavar="FILE",
        is_path=True,
    )
    platform: str | None = setting(
        None,
        "GEO platform table (GPL….txt, .annot, SOFT) that gives names to the IDs.",
        panel=PANEL,
        metavar="FILE",
        is_path=True,
    )
    scale: str | None = setting(
        None,
        "Scale of tables: linear confirms that the values are intensities, where they may be log2 or, in a GEO "
        "series matrix, normalized. log2 values need no normalization, and counts are for `mirtool diff`.",
        panel=PANEL,
        choices=SCALES,
    )
    not_detected: str | None = not_detected_setting(PANEL)
    samples_in_rows: bool = setting(False, "Tables have one row per sample and one column per probe.", panel=PANEL)
    input_format: str | None = setting(
        None, "Format of the files. Default: detected from their content.", panel=PANEL, metavar="NAME"
    )
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, MirGeneDB's mature "
        "FASTA, or a table of names by release. May be given several times.",
        panel=PANEL,
        metavar="FILE",
        is_path=True,
    )
    mirbase_release: str | None = mirbase_release_setting(panel=PANEL)
    max_ct: float = setting(
        DEFAULT_MAX_CT,
        "Highest Ct that counts as detected. Default 35, usual for TaqMan cards; instruments differ: see "
        "docs/methods/qpcr_panels.md.",
        panel=WELLS,
        metavar="CT",
        minimum=1,
        maximum=60,
    )
    replicate_limit: float = setting(
        REPLICATE_LIMIT,
        "Of three or more replicate wells, flag the one farthest from their median as bad if it is off by more "
        "than this many cycles.",
        panel=WELLS,
        metavar="CYCLES",
        minimum=0.01,
    )
    efficiency: tuple[str, ...] = setting(
        (),
        "Amplification factor per cycle, such as hsa-miR-16-5p=1.95 (or =95%); again for a second target. "
        "'column' takes those in the Ct table. Default 2 for all.",
        panel=WELLS,
        metavar="TARGET=FACTOR",
    )
    calibrators: str | None = setting(
        None,
        "Inter-plate calibrators: targets or samples that were run on every plate, separated by commas, or panel "
        "for those that the panel has. Default: plates are not calibrated.",
        panel=WELLS,
        metavar="NAMES|panel",
    )
