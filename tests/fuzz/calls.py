"""Whole commands on a damaged file: exit code 0 or 1, one message, and a result that is whole or not there."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from pathlib import Path

from mirtool.cli import main
from mirtool.io.registry import FORMATS, count_formats
from tests.fuzz.limits import BrokenError, limits

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
COUNTS = count_formats()
LANES = ("nanostring", "nanostring-zip")
ARRAYS = (
    "genepix",
    "imagene",
    "agilent",
    "matrix",
    "geo-series-matrix",
    "service-workbook",
    "affymetrix",
    *LANES,
)
CHOICES = ("--channel", "--column", "--compare")
"""What is for the user to say, so that the call is incomplete: which dye, which column, which groups."""


class _Stdout(io.TextIOWrapper):
    """Standard output as commands know it, with its bytes."""

    def __init__(self) -> None:
        super().__init__(io.BytesIO(), encoding="utf-8")


def run_commands(path: Path, kind: str, folder: Path) -> None:
    """Run the commands that read a file of this kind.

    Raises
    ------
    BrokenError
        Where one ends otherwise than it should.
    """
    results = folder / "results"
    results.mkdir()
    for arguments in _calls(path, kind, folder):
        said = io.StringIO()
        with limits(), contextlib.redirect_stderr(said), contextlib.redirect_stdout(_Stdout()):
            code = main(arguments)
        complaint = _complain(code, said.getvalue(), results)
        if complaint:
            raise BrokenError(f"mirtool {' '.join(arguments)}: exit code {code}, {complaint}\n{said.getvalue()}")
        for file in results.iterdir():
            file.unlink()


def _complain(code: int, said: str, results: Path) -> str:
    to_choose = code == 2 and any(option in said for option in CHOICES)
    if code not in (0, 1) and not to_choose:
        return "the call is blamed for what is wrong with the file"
    if "bug in mirtool" in said or "Traceback" in said:
        return "a bug"
    if code and "mirtool: error: " not in said:
        return "no message"
    if any(not char.isprintable() for char in said.replace("\n", "")):
        return "characters that no terminal shows"
    left = sorted(results.iterdir())
    names = ", ".join(file.name for file in left)
    if code and left:
        return f"left {names} behind"
    if any(not file.stat().st_size or ".tmp" in file.name for file in left):
        return f"half-written files among {names}"
    return ""


def _calls(path: Path, kind: str, folder: Path) -> Iterator[list[str]]:
    file, out = str(path), str(folder / "results")
    loose = ["--probes", "all", "--min-factor-probes", "1", "--keep", "everything"]
    if kind in FORMATS:
        yield ["inspect", file]
        yield ["inspect", "--json", "--format", kind, file]
    if kind in ARRAYS:
        yield ["init", file, "-o", f"{out}/samples.csv"]
        yield ["normalize", file, "--input-format", kind, *loose, "-o", f"{out}/normalized.csv"]
        yield ["qc", file, "--input-format", kind, "--probes", "all", "-o", f"{out}/qc.csv"]
    if kind in COUNTS:
        yield ["init", file, "-o", f"{out}/samples.csv"]
    if kind in ("matrix", "service-workbook", "geo-series-matrix", "affymetrix"):
        sheet = folder / "sheet.csv"
        sheet.write_text("sample,group\ns1,a\ns2,b\n")
        common = ["--samples", str(sheet), "--no-figures"]
        yield ["diff", file, *common, "-o", f"{out}/differential.csv", "--scale", "linear"]
        yield ["diff", file, *common, "-o", f"{out}/differential.xlsx", "--scale", "log2"]
        yield ["names", file, "-o", f"{out}/names.csv"]
    if kind == "service-workbook":
        yield ["audit", file, "-o", f"{out}/audit.xlsx"]
    array = str(FIXTURES / "genepix" / "v3_two_channels.gpr")
    if kind == "gal":
        yield ["normalize", array, "--gal", file, *loose, "-o", f"{out}/normalized.tsv"]
    if kind == "geo-platform":
        yield ["normalize", array, "--platform", file, *loose, "-o", f"{out}/normalized.tsv"]
    if kind == "mirna-names":
        yield ["normalize", array, "--aliases", file, "--current-names", *loose, "-o", f"{out}/normalized.csv"]
        yield ["names", "hsa-miR-95", "MIMAT0000069", "hsa-mir-16-1", "--aliases", file, "-o", f"{out}/names.csv"]
    mirnas = ["--mirnas", "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-16-5p", "--evidence", "all"]
    if kind == "interactions":
        yield ["network", "--interactions", file, *mirnas, "--gene-sets", "none", "-o", out]
    if kind == "gene-sets":
        genes = folder / "genes.txt"
        genes.write_text("MYC\nE2F1\n")
        yield ["enrichment", str(genes), "--gene-sets", file, "--min-size", "1", "-o", f"{out}/enrichment.csv"]
    known = ["--interactions", str(FIXTURES / "interactions" / "mirtarbase.csv")]
    if kind == "gene-changes":
        sets = str(FIXTURES / "gene_sets" / "four_sets.gmt")
        yield [
            "gsea",
            file,
            "--gene-sets",
            sets,
            "--min-size",
            "1",
            "--permutations",
            "20",
            "-o",
            f"{out}/gsea.csv",
        ]
        other = folder / "other.csv"
        other.write_text("miRNA,logFC,t,AveExpr\nhsa-miR-21-5p,0.5,2,8\nhsa-miR-16-5p,-1,-2,9\n")
        yield ["meta", file, str(other), "-o", f"{out}/meta.csv"]
        table = str(FIXTURES / "differential" / "differential.csv")
        yield ["network", table, *known, "--mrna", file, "--regulation", "fold-change", "--gene-sets", "none",
               "-o", out]  # fmt: skip
    if kind == "protein-interactions":
        sets = str(FIXTURES / "gene_sets" / "four_sets.gmt")
        yield ["network", *known, *mirnas, "--modules", "--ppi", file, "--gene-sets", sets, "-o", out]
    if kind == "mirna-loci":
        yield ["mirna-sets", *mirnas[:2], "--sets", "clusters", "--gff", file, "-o", f"{out}/sets.csv"]
    if kind == "fasta":
        yield ["targets", "predict", "--mirna", "hsa-miR-17-5p", "--utr", file, "-o", f"{out}/predicted.csv"]
    if kind == "differential":
        table = str(FIXTURES / "interactions" / "mirtarbase.csv")
        yield ["network", file, "--interactions", table, "--gene-sets", "none", "-o", out, "--regulation",
               "fold-change", "--evidence", "all"]  # fmt: skip
        yield ["names", file, "-o", f"{out}/names.xlsx"]
    if kind == "reference-levels":
        table = str(FIXTURES / "differential" / "differential.csv")
        yield ["shortlist", table, "--regulation", "fold-change", "--levels", file, "--fluid", "serum",
               "-o", f"{out}/shortlist.csv"]  # fmt: skip
    if kind == "qpcr":
        sheet, plate = folder / "ct_samples.csv", folder / "plate_of_reference.csv"
        sheet.write_text("sample,group\nR1,resistant\nR2,resistant\nS1,responding\n")
        plate.write_text("Sample,Target,Ct\nR1,U6,20\nR2,U6,20.1\nS1,U6,20\nR1,let-7a,25\nS1,let-7a,24\n")
        yield ["validate", f"hsa-miR-16-5p={file}", str(plate), "--reference", "U6", "--samples", str(sheet),
               "--no-figures", "-o", f"{out}/validation.csv"]  # fmt: skip
    if kind == "samples":
        table = str(FIXTURES / "matrix" / "intensities.csv")
        yield ["normalize", table, "--samples", file, *loose, "-o", f"{out}/normalized.xlsx"]
        normalized = str(FIXTURES / "matrix" / "normalized_log2.csv")
        yield ["diff", normalized, "--samples", file, "--no-figures", "-o", f"{out}/differential.csv"]
