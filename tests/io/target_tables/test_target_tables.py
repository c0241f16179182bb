"""Each database's tables under their true header: known, and read into pairs, grades and scores worked by hand."""

import gzip
import math
import shutil
from pathlib import Path

import pytest

from mirtool.annotation.gene_symbols.book import book_of
from mirtool.io.registry import sniff_format
from mirtool.io.targets.interactions import inspect, read_interactions

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "target_tables"

CONTEXT = "Predicted_Targets_Context_Scores.default_predictions.txt"
SUMMARY = "Summary_Counts.default_predictions.txt"
SITES = "Predicted_Targets_Info.default_predictions.txt"
M16, M17, M21_MOUSE = "hsa-miR-16-5p", "hsa-miR-17-5p", "mmu-miR-21a-5p"


def graded(path: Path, **options: object) -> list[tuple[str, str, str, str]]:
    pairs = read_interactions(path, **options)
    return list(zip(pairs.mirna, pairs.gene, pairs.evidence, pairs.references, strict=True))


def scored(path: Path, **options: object) -> dict[tuple[str, str], float]:
    pairs = read_interactions(path, **options)
    assert pairs.score is not None
    assert set(pairs.evidence) == {"predicted"}
    return dict(zip(zip(pairs.mirna, pairs.gene, strict=True), pairs.score.tolist(), strict=True))


@pytest.mark.parametrize(
    ("name", "database", "table"),
    [
        ("TarBase_v8_download.txt", "TarBase", "8"),
        ("Homo_sapiens_TarBase-v9.tsv.gz", "TarBase", "9"),
        (CONTEXT, "TargetScan", "context++ scores"),
        (SUMMARY, "TargetScan", "summary counts of families"),
        (SITES, "TargetScan", "sites of families"),
        ("miRDB_v6.0_prediction_result.txt.gz", "miRDB", None),
        ("microT_CDS_data.csv", "DIANA-microT", "CDS"),
        ("interactions_human.microT.mirbase.txt.gz", "DIANA-microT", "2023"),
        ("multimir_validated.csv", "multiMiR", None),
        ("multimir_predicted.tsv", "multiMiR", None),
        ("miRecords_version4.xlsx", "miRecords", None),
        ("mir2gene.csv", "miRNet", None),
        ("miEAA.csv", "miEAA", None),
        ("miRTarBase_2017.gmt", "Enrichr", "GMT"),
        ("two_columns.csv", "table", None),
        ("no_header.csv", "table", None),
    ],
)
def test_a_database_is_known_by_its_table(name: str, database: str, table: str | None) -> None:
    assert sniff_format(FIXTURES / name) == "interactions"
    details = inspect(FIXTURES / name).details
    assert (details["database"], details.get("table")) == (database, table)


def test_tarbase_8_is_graded_by_method_and_its_negatives_are_dropped() -> None:
    assert graded(FIXTURES / "TarBase_v8_download.txt") == [
        (M16, "BCL2", "strong", ""),  # reporter assay, and PAR-CLIP
        (M16, "CCND1", "clip", ""),  # "CCND1(hsa)"; HITS-CLIP
        (M16, "MYC", "weak", ""),  # microarrays
        (M17, "E2F1", "strong", ""),  # no name, ENSG00000101412; qPCR
        (M21_MOUSE, "Pten", "strong", ""),
    ]
    assert read_interactions(FIXTURES / "TarBase_v8_download.txt", species="hsa").dropped[:2] == (
        "1 Non-Functional row (tested, not found) dropped",
        "1 row of miRNAs of other species than hsa dropped",
    )


def test_tarbase_9_has_references_and_no_negatives() -> None:
    assert graded(FIXTURES / "Homo_sapiens_TarBase-v9.tsv.gz") == [
        (M16, "BCL2", "strong", "100001;100002"),  # qPCR; "100002|100001" and "100002"
        (M16, "CCND1", "clip", "100003"),  # chimeric fragments
        (M17, "E2F1", "weak", ""),  # NA, ENSG00000101412; RPF-Seq, whose regulation is "Negative"
    ]


def test_targetscan_context_scores_lower_is_surer() -> None:
    scores = scored(FIXTURES / CONTEXT)
    assert math.isnan(scores.pop((M16, "CCND1")))  # NULL
    assert scores == {
        (M16, "BCL2"): -0.29,  # the better of its two sites' weighted scores, -0.290 and -0.071
        ("hsa-miR-195-5p", "BCL2"): -0.281,
        ("hsa-miR-124-3p", "CCND1"): -0.48,  # miR-124-3p.1
        ("mmu-miR-16-5p", "CCND1"): -0.35,
    }
    cut = read_interactions(FIXTURES / CONTEXT, species="hsa", score_cutoff=-0.285)
    assert list(zip(cut.mirna, cut.gene, strict=True)) == [("hsa-miR-124-3p", "CCND1"), (M16, "BCL2")]
    assert "1 row of forms of a miRNA (.1, .2) counted under the miRNA" in cut.dropped


def test_targetscan_summary_counts_names_families_by_the_family_file_beside_it() -> None:
    scores = scored(FIXTURES / SUMMARY)
    assert scores.pop(("hsa-miR-15a-5p", "BCL2")) == scores.pop((M16, "BCL2")) == -0.36
    assert scores.pop(("mmu-miR-16-5p", "BCL2")) == -0.30
    assert list(scores) == [("hsa-miR-15a-5p", "CCND1"), (M16, "CCND1")]
    assert all(map(math.isnan, scores.values()))
    # The row of Canis familiaris (9615).
    told = read_interactions(FIXTURES / SUMMARY).dropped
    assert told[:2] == (
        "families named by miR_Family_Info.txt",
        "1 row of families without a member there dropped",
    )


def test_targetscan_summary_counts_names_families_by_their_seed_without_that_file(tmp_path: Path) -> None:
    path = shutil.copy(FIXTURES / SUMMARY, tmp_path)
    pairs = read_interactions(path, species="hsa")
    # miRBase 22: the human mature miRNAs whose bases 2 to 8 are AGCAGCA.
    assert sorted(set(pairs.mirna)) == [
        "hsa-miR-15a-5p", "hsa-miR-15b-5p", "hsa-miR-16-5p", "hsa-miR-195-5p", "hsa-miR-424-5p", "hsa-miR-497-5p",
        "hsa-miR-6838-5p",
    ]  # fmt: skip
    assert pairs.dropped[1:3] == (
        "families named by their seed in miRBase 22",
        "1 row of families without a member there dropped",
    )


def test_targetscan_sites_of_families_have_pct_higher_is_surer() -> None:
    assert scored(FIXTURES / SITES) == {
        ("hsa-miR-124-3p", "CCND1"): 0.61,
        ("hsa-miR-15a-5p", "BCL2"): 0.93,
        (M16, "BCL2"): 0.93,  # of 0.93 and NULL
        ("mmu-miR-16-5p", "BCL2"): 0.93,
    }
    assert len(read_interactions(FIXTURES / SITES, score_cutoff=0.9)) == 3


def test_mirdb_has_no_header_and_names_transcripts() -> None:
    path = FIXTURES / "miRDB_v6.0_prediction_result.txt.gz"
    assert scored(path) == {
        (M16, "BCL2"): 91.5,  # NM_000633 and NM_000657: the better of 88.25 and 91.5
        (M16, "CCND1"): 99.75,
        (M17, "E2F1"): 97.5,
        (M21_MOUSE, "NM_008960"): 76.0,  # a mouse's transcript
    }
    assert read_interactions(path).dropped[:2] == (
        "4 gene identifiers named by NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16)",
        "1 gene identifier not in NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16) kept unchanged",
    )


def test_a_table_of_genes_the_user_gives_names_the_others() -> None:
    mouse = book_of("mouse", [("Pten", ["NM_008960"], [])], human=False)
    scores = scored(FIXTURES / "miRDB_v6.0_prediction_result.txt.gz", species="mmu", genes=mouse)
    assert scores == {(M21_MOUSE, "Pten"): 76.0}


def test_microt_cds_passes_the_lines_of_sites_over() -> None:
    assert scored(FIXTURES / "microT_CDS_data.csv") == {
        (M16, "BCL2"): 0.93,
        (M16, "CCND1"): 0.998,
        (M17, "E2F1"): 0.71,  # "ENSG00000101412()"
    }


def test_microt_2023_names_ensembl_genes() -> None:
    assert scored(FIXTURES / "interactions_human.microT.mirbase.txt.gz") == {
        (M16, "BCL2"): 0.93,
        (M16, "CCND1"): 0.998,
        (M16, "ENSG99999999999"): 0.4,
    }


def test_multimir_validated() -> None:
    path = FIXTURES / "multimir_validated.csv"
    assert graded(path) == [
        (M16, "BCL2", "strong", "16166262"),  # miRecords: Western blot
        (M16, "CCND1", "strong", "18483394"),  # miRTarBase: Functional MTI
        (M16, "E2F1", "clip", ""),  # TarBase, Entrez 1869: PAR-CLIP
        (M16, "MYC", "clip", "100004"),  # miRTarBase: weak, HITS-CLIP
    ]
    dropped = read_interactions(path).dropped
    assert "1 Non-Functional row (tested, not found) dropped" in dropped  # TarBase: Western blot, negative
    assert "1 row of no database of targets dropped" in dropped  # PhenomiR's


def test_multimir_predicted_keeps_the_scores_of_one_database(tmp_path: Path) -> None:
    assert scored(FIXTURES / "multimir_predicted.tsv") == {(M16, "BCL2"): -0.41, (M16, "CCND1"): -0.35}
    assert read_interactions(FIXTURES / "multimir_predicted.tsv").lower_is_better
    several = tmp_path / "several.tsv"
    text = (FIXTURES / "multimir_predicted.tsv").read_text()
    several.write_text(text.replace("targetscan", "mirdb", 1))
    pairs = read_interactions(several)
    assert pairs.score is None
    assert "scores of several databases, which are on different scales, set aside" in pairs.dropped


def test_mirecords_mends_names_and_grades_by_test_or_reporter() -> None:
    assert graded(FIXTURES / "miRecords_version4.xlsx") == [
        ("hsa-let-7a3b", "RAS", "strong", "15766527"),  # "[has-let-7a3b]", luciferase, activity assay
        ("hsa-miR-16", "BCL2", "strong", "16166262"),  # Western blot
        ("hsa-miR-17-5p", "E2F1", "weak", "100006"),  # "miR-17-5p", NM_005225, microarray
    ]


def test_mirnet() -> None:
    assert graded(FIXTURES / "mir2gene.csv") == [
        (M16, "BCL2", "strong", "16166262;100007"),
        (M16, "CCND1", "clip", "100007"),
        (M16, "MYC", "weak", "100008"),
    ]
    assert "1 row of targets that are no genes dropped" in read_interactions(FIXTURES / "mir2gene.csv").dropped


def test_mieaa_gives_the_pairs_of_its_rows_on_target_genes() -> None:
    assert graded(FIXTURES / "miEAA.csv") == [
        (M16, "BCL2", "weak", ""),
        (M16, "CCND1", "weak", ""),
        (M17, "CCND1", "weak", ""),
    ]
    assert (
        "1 row of other categories than target genes dropped" in read_interactions(FIXTURES / "miEAA.csv").dropped
    )


def test_enrichr_gmt_is_one_set_a_mirna(tmp_path: Path) -> None:
    path = FIXTURES / "miRTarBase_2017.gmt"
    assert graded(path, species="hsa") == [
        (M16, "BCL2", "weak", ""), (M16, "CCND1", "weak", ""), (M16, "MYC", "weak", ""),
        (M17, "E2F1", "weak", ""), (M17, "MYC", "weak", ""),
    ]  # fmt: skip
    for name, evidence in (("TargetScan_microRNA.gmt", "predicted"), ("mine.gmt", "")):
        copy = shutil.copy(path, tmp_path / name)
        assert set(read_interactions(copy).evidence) == {evidence}


def test_two_columns_under_unknown_names_or_none(tmp_path: Path) -> None:
    assert graded(FIXTURES / "two_columns.csv") == [
        (M16, "BCL2", "", ""),
        (M16, "CCND1", "", ""),
        (M17, "MIR17HG", "", ""),
    ]
    assert graded(FIXTURES / "no_header.csv") == [(M16, "BCL2", "", ""), (M16, "CCND1", "", "")]
    entrez = tmp_path / "entrez.tsv"
    entrez.write_text(f"entrez_id\tmir\n596\t{M16}\n595\t{M16}\n")
    assert graded(entrez) == [(M16, "BCL2", "", ""), (M16, "CCND1", "", "")]


HEADERS_OF_MIRTARBASE = {
    "4.5, 6, 9, 10": "miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez ID),"
    "Species (Target Gene),Experiments,Support Type,References (PMID)",
    "7, 8": "miRTarBase ID,miRNA,Species (miRNA),Target Gene,Target Gene (Entrez Gene ID),"
    "Species (Target Gene),Experiments,Support Type,References (PMID)",
}


@pytest.mark.parametrize("header", HEADERS_OF_MIRTARBASE.values(), ids=HEADERS_OF_MIRTARBASE)
@pytest.mark.parametrize("species", ["Homo sapiens", "hsa"])
def test_every_release_of_mirtarbase(tmp_path: Path, header: str, species: str) -> None:
    path = tmp_path / "hsa_MTI.csv"
    path.write_text(
        f"{header}\n"
        f"MIRT1,{M16},{species},BCL2,596,{species},Western blot,Functional MTI ,16166262\n"
        f"MIRT2,{M16},{species},,595,{species},HITS-CLIP;Other,Functional MTI (Weak),100001\n"
        f"MIRT3,{M16},{species},MYC,4609,{species},qRT-PCR,Non-Functional MTI,100002\n"
    )
    assert inspect(path).details["database"] == "miRTarBase"
    assert graded(path) == [(M16, "BCL2", "strong", "16166262"), (M16, "CCND1", "clip", "100001")]


def test_a_large_file_is_read_by_blocks_to_the_same_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [CONTEXT, SUMMARY, SITES, "TarBase_v8_download.txt", "Homo_sapiens_TarBase-v9.tsv.gz",
             "miRDB_v6.0_prediction_result.txt.gz", "microT_CDS_data.csv", "mir2gene.csv",
             "interactions_human.microT.mirbase.txt.gz", "multimir_predicted.tsv"]  # fmt: skip
    small = [everything(FIXTURES / name) for name in names]
    monkeypatch.setattr("mirtool.io.tables.large_tables.LARGE", 0)
    monkeypatch.setattr("mirtool.io.targets.databases.columns.read_table", refuse)
    monkeypatch.setattr("mirtool.io.targets.databases.mirdb.read_text", refuse)
    monkeypatch.setattr("mirtool.io.targets.databases.diana_microt.read_text", refuse)
    assert [everything(FIXTURES / name) for name in names] == small


def refuse(*_: object) -> None:
    raise AssertionError("the whole file was read")


def everything(path: Path) -> list[object]:
    pairs = read_interactions(path)
    score = None if pairs.score is None else [str(value) for value in pairs.score]
    return [graded(path), score, pairs.lower_is_better, pairs.dropped]


def test_a_gmt_of_mirnas_is_told_by_gene_sets_too(tmp_path: Path) -> None:
    path = tmp_path / "disease_sets.gmt"
    path.write_bytes(b"myeloma\t\thsa-miR-16-5p\thsa-miR-17-5p\nleukemia\t\thsa-miR-16-5p\n")
    assert sniff_format(path) == "gene-sets"
    packed = tmp_path / "targets.gmt.gz"
    packed.write_bytes(gzip.compress((FIXTURES / "miRTarBase_2017.gmt").read_bytes()))
    assert sniff_format(packed) == "interactions"
