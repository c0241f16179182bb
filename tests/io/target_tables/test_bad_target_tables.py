"""Damaged tables of each database, and the message each ends in."""

import gzip
import shutil
from pathlib import Path

import pytest

from mirtool.errors import FormatError
from mirtool.io.targets.databases.targetscan_families import read_families
from mirtool.io.targets.interactions import inspect, read_interactions

FIXTURES = Path(__file__).resolve().parents[3] / "fixtures" / "target_tables"

CONTEXT = "Predicted_Targets_Context_Scores.default_predictions.txt"
SUMMARY = "Summary_Counts.default_predictions.txt"
SITES = "Predicted_Targets_Info.default_predictions.txt"
MIRDB = "miRDB_v6.0_prediction_result.txt.gz"
MICROT_2023 = "interactions_human.microT.mirbase.txt.gz"
TARBASE_8 = "TarBase_v8_download.txt"
TARBASE_9 = "Homo_sapiens_TarBase-v9.tsv.gz"

MISSING = "this table of {} has no column '{}'"
NO_NUMBER = 'line {}, column "{}": a cell that should be a number is not'
RAGGED = "line {}: a row does not have as many cells as the header"


def damaged(name: str, old: str, new: str, folder: Path) -> Path:
    """Write a fixture with one thing in it replaced, once."""
    data = (FIXTURES / name).read_bytes()
    text = (gzip.decompress(data) if name.endswith(".gz") else data).decode()
    assert old in text
    path = folder / name.removesuffix(".gz")
    path.write_text(text.replace(old, new, 1))
    return path


def refusal(path: Path, **options: str) -> str:
    with pytest.raises(FormatError) as caught:
        read_interactions(path, **options)
    assert str(path) in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        (TARBASE_8, "\tmethod\t", "\tmeans\t", MISSING.format("TarBase", "method")),
        (TARBASE_8, "\tNEGATIVE\t", "\tDIRECT\t",
         "an outcome is neither positive nor negative (found 'DIRECT'; expected POSITIVE or NEGATIVE)"),
        (TARBASE_8, "\tPOSITIVE\tDIRECT\tDOWN\tN/A\n", "\tPOSITIVE\n", RAGGED.format(2)),
        (TARBASE_9, "gene_name", "name", MISSING.format("TarBase", "gene_name")),
        (TARBASE_9, "\t0.9\tNA\n", "\n", RAGGED.format(2)),
        (CONTEXT, "Gene Symbol", "Symbol", MISSING.format("TargetScan", "Gene Symbol")),
        (CONTEXT, "\t-0.290\t", "\t-0,290\t", NO_NUMBER.format(2, "weighted context++ score")),
        (CONTEXT, "\t-0.071\t58\t-2.1", "", RAGGED.format(3)),
        (SUMMARY, "Cumulative weighted context++ score", "CWCS",
         MISSING.format("TargetScan", "Cumulative weighted context++ score")),
        (SUMMARY, "\t-0.36\t", "\tstrong\t", NO_NUMBER.format(2, "Cumulative weighted context++ score")),
        (SITES, "\tPCT", "\tpercent", MISSING.format("TargetScan", "PCT")),
        (SITES, "\t0.93\n", "\thigh\n", NO_NUMBER.format(2, "PCT")),
        (MIRDB, "\t88.25", "\tgood", NO_NUMBER.format(1, "score")),
        (MIRDB, "\tNM_053056\t", "\tCCND1\t", 'line 3, column "2": a target is no RefSeq transcript'),
        (MIRDB, "\tNM_053056\t99.75", "\tNM_053056", RAGGED.format(3)),
        ("microT_CDS_data.csv", "miTG-score", "score", MISSING.format("DIANA-microT", "miTG-score")),
        ("microT_CDS_data.csv", ",0.998", ",high", NO_NUMBER.format(5, "miTG-score")),
        ("microT_CDS_data.csv", ",0.998", "", RAGGED.format(5)),
        (MICROT_2023, "\t0.93", "\thigh", NO_NUMBER.format(2, "interaction_score")),
        ("multimir_validated.csv", "target_symbol", "symbol", MISSING.format("multiMiR", "target_symbol")),
        ("multimir_predicted.tsv", "-0.35", "low", NO_NUMBER.format(3, "score")),
        ("mir2gene.csv", ",Target,", ",Gene,", "this table of interactions has no miRNA column"),
        ("mir2gene.csv", ",Not Available", "", RAGGED.format(2)),
        ("miEAA.csv", "Subcategory", "Term", "this table of interactions has no miRNA column"),
        ("miEAA.csv", ",hsa-miR-16-5p; hsa-miR-17-5p", "", RAGGED.format(2)),
        ("miRTarBase_2017.gmt", "mmu-miR-21a-5p", "hsa-miR-16-5p",
         "line 3: two gene sets are named 'hsa-miR-16-5p'"),
        ("no_header.csv", "CCND1,hsa-miR-16-5p", "CCND1", RAGGED.format(2)),
    ],
)  # fmt: skip
def test_a_damaged_table_and_its_message(tmp_path: Path, name: str, old: str, new: str, message: str) -> None:
    if name == SITES:
        shutil.copy(FIXTURES / "miR_Family_Info.txt", tmp_path)
    assert message in refusal(damaged(name, old, new, tmp_path))


@pytest.mark.parametrize("name", [TARBASE_8, TARBASE_9, CONTEXT, MIRDB, "microT_CDS_data.csv", "mir2gene.csv"])
def test_a_table_of_other_species_only(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes((FIXTURES / name).read_bytes())
    message = refusal(path, species="gga")
    assert "no interaction is left in this table" in message
    assert "expected rows with a miRNA and a gene, of miRNAs whose name begins with gga-" in message


@pytest.mark.parametrize("name", [TARBASE_8, CONTEXT, SUMMARY, "microT_CDS_data.csv", "mir2gene.csv", "miEAA.csv"])
def test_a_header_without_rows(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text((FIXTURES / name).read_text().split("\n")[0] + "\n")
    assert inspect(path).spots == 0
    assert "no interaction is left in this table" in refusal(path)


@pytest.mark.parametrize(
    "name", [MIRDB, "miRecords_version4.xlsx", "multimir_predicted.tsv", "miRTarBase_2017.gmt"]
)
def test_an_empty_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.touch()
    assert "the file is empty" in refusal(path)


def test_mirnet_s_tables_of_other_targets_than_genes(tmp_path: Path) -> None:
    path = tmp_path / "mir2dis.csv"
    path.write_text(
        "ID,Accession,Target,TargetID,Experiment,Literature,Tissue\n"
        "hsa-miR-16-5p,MIMAT0000069,Multiple Myeloma,MM,qRT-PCR,100001,NA\n"
    )
    assert 'line 2, column "TargetID": the targets in this table of miRNet are no genes' in refusal(path)


def test_mieaa_s_results_without_target_genes(tmp_path: Path) -> None:
    path = damaged("miEAA.csv", "Target genes (miRTarBase),BCL2", "GO,BCL2", tmp_path)
    path.write_text(path.read_text().replace("Target genes (miRTarBase),CCND1", "GO,CCND1"))
    assert "these results of miEAA hold no target genes" in refusal(path)


def test_families_by_name_want_the_family_file(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / SITES, tmp_path))
    message = refusal(path)
    assert "named in another file, which is not there" in message
    assert "expected miR_Family_Info.txt in the same folder" in message


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Seed+m8", "Seed", "this table of TargetScan's families has no column 'Seed+m8'"),
        ("\t2\tMIMAT0000068", "", RAGGED.format(2)),
    ],
)
def test_a_damaged_family_file(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = damaged("miR_Family_Info.txt", old, new, tmp_path)
    with pytest.raises(FormatError) as caught:
        read_families(path)
    assert message in str(caught.value)
    shutil.copy(FIXTURES / SUMMARY, tmp_path)
    assert message in str(caught.value)
    with pytest.raises(FormatError, match="miR_Family_Info"):
        read_interactions(tmp_path / SUMMARY)


def test_mirecords_without_a_mature_mirna_is_no_table_of_interactions(tmp_path: Path) -> None:
    path = tmp_path / "miRecords_version4.txt"
    path.write_text("Pubmed_id\tTarget gene_name\tmiRNA_species\n1\tBCL2\tHomo sapiens\n")
    assert "this table of interactions has no miRNA column" in refusal(path)


def test_a_bad_number_in_a_large_file_is_found_in_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirtool.io.tables.large_tables.LARGE", 0)
    assert NO_NUMBER.format(5, "miTG-score") in refusal(
        damaged("microT_CDS_data.csv", ",0.998", ",high", tmp_path)
    )
    assert NO_NUMBER.format(1, "score") in refusal(damaged(MIRDB, "\t88.25", "\tgood", tmp_path))
    assert NO_NUMBER.format(2, "weighted context++ score") in refusal(
        damaged(CONTEXT, "\t-0.290\t", "\tx\t", tmp_path)
    )
    assert RAGGED.format(3) in refusal(damaged(CONTEXT, "\t-0.071\t58\t-2.1", "", tmp_path))
