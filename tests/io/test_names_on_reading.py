"""Names that a file writes otherwise than miRBase: resolved on reading, the originals kept, the rest listed."""

import gzip
from pathlib import Path

import numpy as np
import pytest

import mirtool.api as mt
from mirtool.io.arrays.matrix import read_expression
from mirtool.io.arrays.reading import read_arrays
from mirtool.model import SampleTable
from mirtool.network.interactions.mirnas import parts_of

SAMPLES = SampleTable(("GSM1", "GSM2", "GSM3", "GSM4"), ("case", "case", "control", "control"))
MIRGENEDB = Path(__file__).resolve().parents[2] / "fixtures" / "mirna_names" / "mirgenedb.fas"
IDS = ["MIMAT0000062", "MIMAT0000076", "MIMAT0000062,MIMAT0000063", "MIMAT9999999", "MIMAT0000069"]


def series_matrix(folder: Path, ids: list[str]) -> Path:
    """Write a series matrix in the form of Toray's 3D-Gene series (GPL18941)."""
    samples = "\t".join(f'"{name}"' for name in SAMPLES.names)
    rows = [f'"{own}"\t' + "\t".join(f"{5 + i + 0.31 * j:.3f}" for j in range(4)) for i, own in enumerate(ids)]
    lines = [
        '!Series_geo_accession\t"GSE1"',
        '!Series_platform_id\t"GPL18941"',
        f"!Sample_geo_accession\t{samples}",
        "!series_matrix_table_begin",
        f'"ID_REF"\t{samples}',
        *rows,
        "!series_matrix_table_end",
    ]
    path = folder / "GSE1_series_matrix.txt.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
    return path


def test_accessions_of_a_series_become_current_names_and_stay_as_ids(tmp_path: Path) -> None:
    matrix = read_expression(series_matrix(tmp_path, IDS), scale="log2")
    assert list(matrix.probes.id) == IDS
    assert list(matrix.probes.name) == [
        "hsa-let-7a-5p",
        "hsa-miR-21-5p",
        "hsa-let-7a-5p/hsa-let-7b-5p",
        "MIMAT9999999",
        "hsa-miR-16-5p",
    ]
    assert set(matrix.probes.kind) == {"miRNA"}
    (said,) = matrix.history
    assert "5 names not written as in miRBase: 4 resolved to current names" in said
    assert "1 of them of one probe for several miRNAs" in said
    assert "1 not resolved: MIMAT9999999" in said


def test_a_probe_of_two_accessions_stays_joined_and_the_network_looks_up_both(tmp_path: Path) -> None:
    name = read_expression(series_matrix(tmp_path, IDS), scale="log2").probes.name[2]
    assert parts_of(name) == ("hsa-let-7a-5p", "hsa-let-7b-5p")


def test_diff_lists_what_was_resolved(tmp_path: Path) -> None:
    result = mt.diff(series_matrix(tmp_path, IDS), samples=SAMPLES, scale="log2", compare="case:control")
    names = result.tables()["names"]
    assert list(names["Name"]) == IDS
    assert names["name status"][3] == "unknown"
    assert names["current name"][2] == "hsa-let-7a-5p/hsa-let-7b-5p"
    assert "original name" not in result.tables()["differential"].columns  # the IDs are the original names


@pytest.mark.parametrize(
    ("written", "current"),
    [
        ("hsa.miR.21.5p", "hsa-miR-21-5p"),
        ("hsa_miR_21_5p", "hsa-miR-21-5p"),
        ("hsa.miR.16", "hsa-miR-16-5p"),
        ("hsa-let-7a-5p_st", "hsa-let-7a-5p"),
        ("MIMAT0000062_st", "hsa-let-7a-5p"),
        ("MIMAT0000062_st,MIMAT0000063_st", "hsa-let-7a-5p/hsa-let-7b-5p"),
        ("hsa-miR-16-4373121", "hsa-miR-16-5p"),
        ("hsa-miR-21-5p_v18.0", "hsa-miR-21-5p"),
        ("hsa-miR-16", "hsa-miR-16"),  # a name of miRBase is left to --current-names
        ("Hsa-Mir-10-P1a_5p", "Hsa-Mir-10-P1a_5p"),
    ],
)
def test_spellings(tmp_path: Path, written: str, current: str) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(f"ID\tName\ts1\ts2\n7\t{written}\t5.5\t6.5\n8\thsa-miR-107\t5.1\t6.25\n")
    assert read_expression(path, scale="log2").probes.name[0] == current


def test_names_of_mirgenedb_are_listed_with_what_they_need(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("Name\ts1\ts2\nHsa-Mir-10-P1a_5p\t5.5\t6.5\nhsa-miR-107\t5.1\t6.25\n")
    assert "names of MirGeneDB need its mature FASTA" in read_expression(path, scale="log2").history[0]


def test_the_original_name_goes_beside_the_current_one_and_comes_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    rows = [
        f"{i}\thsa.miR.{i}.5p\t" + "\t".join(f"{value:.0f}" for value in rng.uniform(200, 5000, 4))
        for i in (17, 21, 93, 101, 107, 122, 126, 140, 143, 145, 150, 155, 191, 193, 194, 195, 199, 204, 205, 210)
    ]
    path = tmp_path / "raw.tsv"
    path.write_text("\n".join(["ID\tName\ts1\ts2\ts3\ts4", *rows]) + "\n")
    arrays = read_arrays([path])
    assert arrays.probes.name[1] == "hsa-miR-21-5p"
    assert "names not written as in miRBase" in " ".join(arrays.sources[0].warnings)
    mt.normalize([str(path)]).write(tmp_path / "normalized.csv")
    header = (tmp_path / "normalized.csv").read_text().splitlines()
    assert any(line.startswith("ID,Name,original name,s1") for line in header)
    again = read_expression(tmp_path / "normalized.csv", scale="log2")
    assert again.samples.names == ("s1", "s2", "s3", "s4")
    assert again.probes.original is not None
    row = list(again.probes.id).index("21")
    assert (again.probes.name[row], again.probes.original[row]) == ("hsa-miR-21-5p", "hsa.miR.21.5p")


def test_names_of_mirgenedb_are_resolved_with_its_sequences(tmp_path: Path) -> None:
    path = tmp_path / "table.tsv"
    path.write_text(
        "Name\tGSM1\tGSM2\tGSM3\tGSM4\nHsa-Let-7-P1a_5p\t5.5\t6.5\t5\t4\nHsa-Mir-9999_5p\t5.1\t6.3\t4.2\t3.1\n"
    )
    result = mt.diff(path, samples=SAMPLES, scale="log2", compare="case:control", aliases=[str(MIRGENEDB)])
    assert list(result.matrix.probes.name) == ["hsa-let-7a-5p", "Hsa-Mir-9999_5p"]
    (said,) = [step for step in result.matrix.history if step.startswith("names")]
    assert (
        "2 names not written as in miRBase: 1 resolved to current names; 1 not resolved: Hsa-Mir-9999_5p" in said
    )
    assert result.tables()["names"]["current name"][0] == "hsa-let-7a-5p"
