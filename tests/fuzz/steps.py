"""What a user would do next with a file of each kind, through the library: as far as a result."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import numpy as np

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.annotation.seed_sites import find_seed_sites
from mirtool.counts import log_cpm, rle_factors, tmm_factors, upper_quartile_factors
from mirtool.differential import differential
from mirtool.differential.differential_table import differential_table
from mirtool.io.arrays import service_workbook
from mirtool.io.arrays.ct_tables import read_ct
from mirtool.io.arrays.gal import attach_list, check_against_list, read_gal
from mirtool.io.arrays.genepix import read_genepix
from mirtool.io.arrays.geo_platform import name_arrays, read_platform
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.counts.reading import read_study_counts
from mirtool.io.genes.gene_changes import read_gene_changes
from mirtool.io.genes.gene_sets import read_gene_sets
from mirtool.io.mirnas.aliases import read_aliases
from mirtool.io.mirnas.fasta import read_fasta
from mirtool.io.mirnas.mirna_changes import parse_mirna_changes, tells_mirna_changes
from mirtool.io.mirnas.mirna_loci import read_gff3
from mirtool.io.mirnas.reference_levels import read_reference_levels
from mirtool.io.registry import count_formats
from mirtool.io.results.differential import read_differential
from mirtool.io.tables.text_tables import read_table
from mirtool.io.targets.databases.targetscan_families import read_families
from mirtool.io.targets.interactions import read_interactions
from mirtool.io.targets.protein_interactions import read_protein_interactions
from mirtool.meta.effects import effects_of_changes, one_per_mirna
from mirtool.model import ExpressionMatrix, GeneSets, RawArrays, SampleTable
from mirtool.network import over_representation, synergy_network
from mirtool.network.enrichment.gsea import gsea, gsea_table, rank_genes
from mirtool.network.enrichment.mirna_sets import find_clusters
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import GseaSettings
from mirtool.normalize import normalize, normalized_table
from mirtool.normalize.panel_tables import assays_table
from mirtool.quality import quality_report
from mirtool.report.tables import table_text
from mirtool.shortlist.levels import look_up_levels
from mirtool.study.config import read_config
from mirtool.study.samples import read_samples
from mirtool.validation import combine_replicates, log2_quantities
from mirtool.validation.tables import ct_table

ARRAY = Path(__file__).resolve().parents[2] / "fixtures" / "genepix" / "v3_two_channels.gpr"
MIRNAS = ("hsa-miR-17-5p/hsa-miR-106a-5p", "hsa-miR-20a-5p", "hsa-miR-16-5p")


class Try(Protocol):
    def __call__(self, step: str, *, names_file: bool = True) -> AbstractContextManager[None]: ...


def use_arrays(path: Path, whole: Path, trial: Try, **options: str) -> None:
    """Read the array, normalize it, and compare it with a whole one (or with its other channel's partner)."""
    kind = options.pop("format")
    with trial("read arrays"):
        arrays = read_arrays([path], format=kind, **options)
        with trial("normalize", names_file=False):
            normalize_and_compare(arrays)
    partner = path.with_name(path.name.replace("Hy3", "Hy5"))
    other = partner if partner != path and partner.exists() else whole
    with trial("read two arrays", names_file=False):
        normalize_and_compare(read_arrays([path, other], format=kind, **options))


def use_values(path: Path, trial: Try) -> None:
    """Read normalized values on both scales, and compare the first sample with the others."""
    for scale in ("log2", "linear"):
        with trial(f"read expression ({scale})"):
            matrix = read_expression(path, scale=scale)
            with trial("compare", names_file=False):
                compare(matrix)


def normalize_and_compare(arrays: RawArrays) -> None:
    channel = next(iter(arrays.channels))
    done = normalize(arrays, channel=channel, probes="all", keep="everything", min_factor_probes=1)
    table_text(normalized_table(done.matrix))
    compare(done.matrix)


def compare(matrix: ExpressionMatrix) -> None:
    names = matrix.samples.names
    if len(names) > 1:
        grouped = SampleTable(names, ("a",) + ("b",) * (len(names) - 1))
        table_text(differential_table(differential(replace(matrix, samples=grouped))))


def use_genepix(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="genepix")


def use_imagene(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="imagene")


def use_agilent(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="agilent")


def use_matrix(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="matrix")
    use_values(path, trial)


def use_affymetrix(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="affymetrix")
    use_values(path, trial)


def use_counts(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the counts"):
        reads = read_study_counts([path]).reads
        for factors in (tmm_factors, rle_factors, upper_quartile_factors):
            with trial(factors.__name__):
                log_cpm(reads, reads.sum(axis=0) * factors(reads))


def use_lanes(path: Path, whole: Path, trial: Try) -> None:
    kind = "nanostring-zip" if path.suffix == ".zip" else "nanostring"
    with trial("read lanes"):
        arrays = read_arrays([path], format=kind)
        with trial("normalize lanes", names_file=False):
            done = normalize(arrays, preset="nanostring", probes="all", keep="everything", min_factor_probes=1)
            compare(done.matrix)
        with trial("judge lanes", names_file=False):
            quality_report(arrays)
    if kind == "nanostring":
        with trial("read two lanes", names_file=False):
            read_arrays([path, whole], format=kind)


def use_series_matrix(path: Path, whole: Path, trial: Try) -> None:
    use_arrays(path, whole, trial, format="geo-series-matrix", scale="linear")
    use_values(path, trial)


def use_service_workbook(path: Path, whole: Path, trial: Try) -> None:
    with trial("read the workbook"):
        service_workbook.read_service_workbook(path)
    use_arrays(path, whole, trial, format="service-workbook")
    use_values(path, trial)


def use_array_list(path: Path, _whole: Path, trial: Try) -> None:
    arrays = read_genepix(ARRAY)
    for lay in (attach_list, check_against_list):
        with trial(lay.__name__):
            lay(arrays, read_gal(path))


def use_platform(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the platform"):
        name_arrays(read_genepix(ARRAY), read_platform(path))


def use_names(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the names"):
        book = MirnaNames([read_aliases(path)])
        for name in (*MIRNAS, "hsa-miR-16", "hsa-miR-376a*", "MIMAT0000069", "hsa-mir-16-1"):
            book.resolve(name)


def use_interactions(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read interactions"):
        interactions = read_interactions(path)
        with trial("network"):
            synergy_network(MIRNAS, TargetTable.of(interactions, "all"))


def use_families(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the families"):
        read_families(path)


def use_gene_sets(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read gene sets"):
        sets = read_gene_sets(path)
        with trial("enrichment", names_file=False):
            over_representation(["MYC", "E2F1"], sets, min_size=1)


def use_gene_changes(path: Path, _whole: Path, trial: Try) -> None:
    use_mirna_changes(path, trial)
    with trial("read how genes changed"):
        changes = read_gene_changes(path)
        with trial("gsea", names_file=False):
            sets = GeneSets(("cycle",), ("",), (frozenset({"MYC", "E2F1"}),), "made up")
            table_text(gsea_table(gsea(rank_genes(changes), sets, GseaSettings(min_size=1, permutations=20))))


def use_mirna_changes(path: Path, trial: Try) -> None:
    with trial("read how miRNAs changed"):
        changes = parse_mirna_changes(read_table(path, suits=tells_mirna_changes))
        with trial("one row per miRNA", names_file=False):
            one_per_mirna(effects_of_changes(changes, "study"), MirnaNames())


def use_proteins(path: Path, _whole: Path, trial: Try) -> None:
    if "protein.info" in path.name:
        with trial("read links with these symbols", names_file=False):
            links = path.with_name(path.name.replace("protein.info", "protein.links"))
            read_protein_interactions(links, info=path)
        return
    for score_cutoff in (None, 0.5):
        with trial("read protein interactions"):
            read_protein_interactions(path, score_cutoff=score_cutoff)


def use_loci(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the places of precursors"):
        find_clusters(read_gff3(path).loci, 10_000)


def use_sequences(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read sequences"):
        utrs = [record.sequence for record in read_fasta(path)]
        find_seed_sites(["CAAAGUGCUUACAGUGCAGGUAG"], utrs)


def use_ct(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the Ct table"):
        table = read_ct(path, target="hsa-miR-16-5p")
        with trial("delta Ct", names_file=False):
            matrix = combine_replicates(table, undetermined=40)
            table_text(ct_table(matrix, log2_quantities(matrix.ct, np.array([0]))))
    with trial("read a panel"):
        arrays = read_arrays([path], format="qpcr", not_detected="floor")
        with trial("normalize a panel", names_file=False):
            done = normalize(arrays, preset="qpcr", probes="all", keep="everything", min_factor_probes=1)
            table_text(assays_table(arrays, done))


def use_samples(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the sample sheet"):
        read_samples(path)


def use_settings(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the settings"):
        read_config(path)


def use_reference_levels(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the levels"):
        levels = read_reference_levels(path, "serum")
        book = MirnaNames(species="hsa")
        look_up_levels([book.resolve(name) for name in MIRNAS], levels, book)


def use_differential(path: Path, _whole: Path, trial: Try) -> None:
    with trial("read the differential table"):
        read_differential(path)


STEPS: dict[str, Callable[[Path, Path, Try], None]] = {
    "genepix": use_genepix,
    "gal": use_array_list,
    "imagene": use_imagene,
    "agilent": use_agilent,
    "nanostring": use_lanes,
    "nanostring-zip": use_lanes,
    "affymetrix": use_affymetrix,
    "geo-series-matrix": use_series_matrix,
    "geo-platform": use_platform,
    "service-workbook": use_service_workbook,
    "matrix": use_matrix,
    **dict.fromkeys(count_formats(), use_counts),
    "interactions": use_interactions,
    "gene-sets": use_gene_sets,
    "mirna-names": use_names,
    "qpcr": use_ct,
    "gene-changes": use_gene_changes,
    "protein-interactions": use_proteins,
    "mirna-loci": use_loci,
    "fasta": use_sequences,
    "samples": use_samples,
    "settings": use_settings,
    "differential": use_differential,
    "reference-levels": use_reference_levels,
    "targetscan-families": use_families,
}
"""Kind of file to what is done with it."""
