"""The settings of looking names up and of predicting targets, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.settings import Settings, setting

SITES = ("8mer", "7mer-m8", "7mer-A1", "6mer")
"""The canonical sites of a seed, strongest first."""


@dataclass(frozen=True)
class NamesSettings(Settings):
    """Where names are read, and what they are looked up in."""

    column: str | None = setting(
        None,
        "Column of the table that holds the names. Default: the one with the most miRNA names.",
        metavar="HEADER",
    )
    sheet: str | None = setting(None, "Sheet of a workbook. Default: the first.", metavar="NAME")
    species: str | None = setting(
        None, "Species of names that carry none, such as hsa for miR-21-5p.", metavar="PREFIX"
    )
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of names by "
        "release. May be given several times.",
        metavar="FILE",
        is_path=True,
    )
    mirbase_release: str | None = mirbase_release_setting()


@dataclass(frozen=True)
class PredictSettings(Settings):
    """Which sites count, and how the gene of a UTR is known."""

    gene_field: int = setting(
        1,
        "Which field of a UTR's header, separated by |, is the gene: 3 of >ENSG00000141510|ENST…|TP53.",
        panel="Sites",
        metavar="N",
        minimum=1,
    )
    least: str = setting(
        "7mer-A1",
        "Weakest site that counts. A 6mer alone does next to nothing (Bartel 2009).",
        panel="Sites",
        metavar="|".join(SITES),
        choices=SITES,
        kind="site",
    )
