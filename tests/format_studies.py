"""One small study in the form of every format: 36 miRNAs of the starter interactions, three arrays per group.

Three miRNAs are four times as high in ``ill``, three a quarter as high; the others do not change. Each function
writes the study's files in the form that its module describes, and returns those that ``mirtool init`` is given.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import xlsxwriter

from mirtool.annotation.mirbase import mature_mirnas
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import ArraySource, Channel, ProbeTable, RawArrays, SampleTable, SpotLayout, text_array

MIRNAS = [str(name) for name in dict.fromkeys(starter_interactions().mirna) if name in mature_mirnas()]
CHANGES = dict.fromkeys(("hsa-miR-21-5p", "hsa-miR-34a-5p", "hsa-miR-155-5p"), "up")
CHANGES |= dict.fromkeys(("hsa-miR-16-5p", "hsa-miR-17-5p", "hsa-miR-20a-5p"), "down")
SAMPLES = ("ctl1", "ctl2", "ctl3", "ill1", "ill2", "ill3")
BACKGROUND = 60

Files = list[Path]
Maker = Callable[[Path], Files]


def levels() -> np.ndarray:
    """Return the log2 levels, miRNAs × samples."""
    rng = np.random.default_rng(2026)
    log2 = rng.uniform(8.5, 12.5, (len(MIRNAS), 1)) + rng.normal(0.0, 0.1, (len(MIRNAS), len(SAMPLES)))
    for name, change in CHANGES.items():
        log2[MIRNAS.index(name), 3:] += 2 if change == "up" else -2
    return log2


LOG2 = levels()
COUNTS = np.rint(np.exp2(LOG2)).astype(int)
ACCESSIONS = [mature_mirnas()[name].accession for name in MIRNAS]


def by_sample(folder: Path, name: str, content: Callable[[int], str]) -> Files:
    """Write one file per sample; ``{}`` of its name is the sample's."""
    files = [folder / name.format(sample) for sample in SAMPLES]
    for j, path in enumerate(files):
        path.write_text(content(j), encoding="utf-8")
    return files


def whole(folder: Path, name: str, text: str) -> Files:
    """Write one file of all samples."""
    (folder / name).write_text(text, encoding="utf-8")
    return [folder / name]


def table(header: str, rows: list[list[object]], separator: str) -> str:
    return "\n".join([header, *(separator.join(map(str, row)) for row in rows)]) + "\n"


# Arrays


def genepix(folder: Path) -> Files:
    """Two spots of each miRNA, 532 nm."""
    names = MIRNAS * 2
    place = np.arange(len(names))
    layout = SpotLayout(np.ones(len(names), np.int64), place // 12 + 1, place % 12 + 1)
    probes = ProbeTable(
        text_array(map(str, place % len(MIRNAS))), text_array(names), text_array([""] * len(names))
    )
    signal = np.vstack([COUNTS, COUNTS + 4]).astype(float)
    channel = Channel(signal + BACKGROUND, np.full(signal.shape, float(BACKGROUND)))
    flags, samples = np.zeros(signal.shape, np.int64), SampleTable(SAMPLES, files=SAMPLES)
    sources = tuple(ArraySource(sample, "genepix", "") for sample in SAMPLES)
    arrays = RawArrays({"532": channel}, flags, probes, layout, samples, sources)
    for j, sample in enumerate(SAMPLES):
        (folder / f"{sample}.gpr").write_bytes(genepix_bytes(arrays, j))
    return [folder / f"{sample}.gpr" for sample in SAMPLES]


def imagene(folder: Path) -> Files:
    """Pairs of files, Hy3 and Hy5; the reference is the same on every slide."""
    size = f"\t\tA \t1 \t1 \t{2 * len(MIRNAS) // 12} \t12 \t"
    columns = "Field\tMeta Row\tMeta Column\tRow\tColumn\tGene ID\tFlag\tSignal Median\tBackground Median"
    head = ["Begin Header", "\tversion\t4.2", "\tBegin Field Dimensions"]
    head += ["\t\tField\tMetarows\tMetacols\tRows\tCols", size, "\tEnd Field Dimensions", "End Header"]
    head += ["Begin Raw Data", f"\t{columns}"]
    files = []
    for j, sample in enumerate(SAMPLES):
        for dye, column in (("Hy3", j), ("Hy5", 0)):
            counts = np.tile(COUNTS[:, column], 2) + BACKGROUND
            rows = [
                f"\tA\t1\t1\t{i // 12 + 1}\t{i % 12 + 1}\t{name}\t0\t{count}.0\t{BACKGROUND}.0"
                for i, (name, count) in enumerate(zip(MIRNAS * 2, counts, strict=True))
            ]
            path = folder / f"{sample}_{dye}.txt"
            path.write_text("\r\n".join([*head, *rows, "End Raw Data", "End of File", ""]), newline="")
            files.append(path)
    return files


def agilent(folder: Path) -> Files:
    """Two features of two probes of each miRNA; the total is theirs, every gene is detected."""

    def content(j: int) -> str:
        names = ["FeatureNum", "Row", "Col", "ControlType", "ProbeName", "SystematicName", "gProcessedSignal",
                 "gMedianSignal", "gBGMedianSignal", "gTotalGeneSignal", "gIsGeneDetected"]  # fmt: skip
        lines = ["TYPE\ttext", "FEPARAMS\tProtocol_Name", "DATA\tmiRNA_107_Sep09", "*",
                 "\t".join(["TYPE", *["text"] * len(names)]), "\t".join(["FEATURES", *names])]  # fmt: skip
        for i, name in enumerate(MIRNAS * 4):
            count, probe = COUNTS[i % len(MIRNAS), j], i // (2 * len(MIRNAS))
            cells = [i + 1, i // 12 + 1, i % 12 + 1, 0, f"A_25_{i % len(MIRNAS)}_{probe}", name, count * (probe +
            1),
                     count * (probe + 1) + BACKGROUND, BACKGROUND, count / 10, 1]  # fmt: skip
            lines.append("\t".join(["DATA", *map(str, cells)]))
        return "\r\n".join(lines) + "\r\n"

    return by_sample(folder, "{}.txt", content)


def service_sheet(folder: Path) -> Files:
    """A service's Raw Intensity File: two spots of each miRNA, foreground and foreground less background."""
    book = xlsxwriter.Workbook(str(folder / "raw.xlsx"))
    sheet = book.add_worksheet("lot 1")
    sheet.write_row(1, 0, ["", "", "", "", ""])
    sheet.merge_range(1, 5, 1, 10, "ForeGround")
    sheet.merge_range(1, 11, 1, 16, "ForeGround-BackGround")
    sheet.write_row(2, 0, ["Block", "Column", "Row", "Name", "ID", *SAMPLES, *SAMPLES])
    for i, name in enumerate(MIRNAS * 2):
        counts = COUNTS[i % len(MIRNAS)].tolist()
        labels = [1, i % 12 + 1, i // 12 + 1, name, str(4000 + i % len(MIRNAS))]
        sheet.write_row(3 + i, 0, [*labels, *(count + BACKGROUND for count in counts), *counts])
    book.close()
    return [folder / "raw.xlsx"]


def series_matrix(folder: Path) -> Files:
    """GEO's series matrix of log2 values."""
    return whole(folder, "GSE1_series_matrix.txt", _series(MIRNAS, LOG2, "GPL900"))


def three_d_gene(folder: Path) -> Files:
    """Toray 3D-Gene: accessions for IDs, 0.1 where a miRNA is not detected."""
    more = 12
    log2 = np.vstack([LOG2, np.full((more, len(SAMPLES)), 0.1)])
    log2[len(MIRNAS) :, ::3] = 4.2 + np.arange(more)[:, None] / 10
    others = [own.accession for name, own in mature_mirnas().items() if name.startswith("hsa-miR-45")][:more]
    return whole(folder, "GSE2_series_matrix.txt", _series([*ACCESSIONS, *others], log2, "GPL21263"))


def _series(ids: list[str], log2: np.ndarray, platform: str) -> str:
    accessions = [f"GSM{j + 1}" for j in range(len(SAMPLES))]
    head = {
        "Series_geo_accession": ["GSE1"],
        "Sample_title": list(SAMPLES),
        "Sample_geo_accession": accessions,
        "Sample_platform_id": [platform] * len(SAMPLES),
    }
    lines = ["\t".join([f"!{key}", *(f'"{cell}"' for cell in cells)]) for key, cells in head.items()]
    lines += ["!series_matrix_table_begin", "\t".join(['"ID_REF"', *(f'"{own}"' for own in accessions)])]
    lines += ["\t".join([f'"{own}"', *(f"{x:.4f}" for x in row)]) for own, row in zip(ids, log2, strict=True)]
    return "\n".join([*lines, "!series_matrix_table_end"]) + "\n"


def plain_matrix(folder: Path) -> Files:
    """A plain table of intensities."""
    rows = [[i, name, *row] for i, (name, row) in enumerate(zip(MIRNAS, np.exp2(LOG2).round(1), strict=True))]
    return whole(folder, "intensities.csv", table(",".join(["ID", "Name", *SAMPLES]), rows, ","))


def affymetrix(folder: Path) -> Files:
    """RMA and DABG, as Expression Console writes them."""
    ends = ("Signal", "Detection", "Detection P-Value")
    columns = [f"{sample}_(miRNA-4_0).rma-dabg-{end}" for sample in SAMPLES for end in ends]
    rows: list[list[object]] = [
        [20500112 + i, *(cell for x in row for cell in (f"{x:.4f}", "Present", 0.0003)), f"{ACCESSIONS[i]}_st"]
        for i, row in enumerate(LOG2)
    ]
    header = "\t".join(["Probe Set ID", *columns, "Probe Set Name"])
    return whole(folder, "console.txt", table(f"#%exec-name=Expression Console\n{header}", rows, "\t"))


def rcc(j: int) -> str:
    """Write a NanoString lane."""
    codes = [f"Endogenous1,{name}|0,nmiR{i},{COUNTS[i, j]}" for i, name in enumerate(MIRNAS)]
    codes += [f"Positive,POS_{a}({c}),x,{round(40 * float(c)) + 5}"
              for a, c in zip("ABCDEF", ("128", "32", "8", "2", "0.5", "0.125"), strict=True)]  # fmt: skip
    codes += [f"Negative,NEG_{a}(0),x,{n}" for a, n in zip("ABCD", (4, 6, 8, 5), strict=True)]
    codes += [f"Housekeeping,{gene}|0,x,{n}" for gene, n in (("ACTB", 900), ("B2M", 700), ("GAPDH", 800))]
    return (
        "<Header>\nFileVersion,1.7\n</Header>\n<Sample_Attributes>\nGeneRLF,toy\n</Sample_Attributes>\n"
        "<Lane_Attributes>\nFovCount,555\nFovCounted,550\nScannerID,1207C0049\nBindingDensity,0.8\n"
        "</Lane_Attributes>\n<Code_Summary>\nCodeClass,Name,Accession,Count\n"
        + "\n".join(codes)
        + "\n</Code_Summary>\n"
    )


def nanostring(folder: Path) -> Files:
    """One RCC file per lane."""
    return by_sample(folder, "{}.RCC", rcc)


def nanostring_zip(folder: Path) -> Files:
    """The same, packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        for j, sample in enumerate(SAMPLES):
            packed.writestr(f"{sample}.RCC", rcc(j))
    (folder / "lanes.zip").write_bytes(buffer.getvalue())
    return [folder / "lanes.zip"]


def ct_panel(folder: Path) -> Files:
    """Ct of two cards, as QuantStudio exports one row per well: a cycle less is twice as much."""
    header = "Well\tWell Position\tSample Name\tTarget Name\tTask\tReporter\tCт"
    half = len(MIRNAS) // 2
    files: Files = []
    for card, part in (("A", slice(half)), ("B", slice(half, None))):
        wells = [
            (sample, name, f"{38 - x:.3f}")
            for j, sample in enumerate(SAMPLES)
            for name, x in zip(MIRNAS[part], LOG2[part, j], strict=True)
        ]
        rows: list[list[object]] = [
            [i, f"A{i}", sample, name, "UNKNOWN", "SYBR", ct] for i, (sample, name, ct) in enumerate(wells, 1)
        ]
        head = "* Block Type = 384-Well Block\n* Chemistry = SYBR_GREEN\n\n[Results]\n"
        files += whole(folder, f"card_{card}.txt", head + table(header, rows, "\t"))
    return files


# Sequencing counts


def plain_counts(folder: Path) -> Files:
    """A table of whole numbers, many of them zero, as nf-core/smrnaseq writes it: samples in rows."""
    absent = [f"hsa-miR-{i}-3p" for i in range(4501, 4525)]
    rows: list[list[object]] = [
        [f'"{sample}"', *COUNTS[:, j], *[0] * len(absent)] for j, sample in enumerate(SAMPLES)
    ]
    names = ",".join(f'"{name}"' for name in ("", *MIRNAS, *absent))
    return whole(folder, "mature_counts.csv", table(names, rows, ","))


def mirge(folder: Path) -> Files:
    """miRge: a row of totals first."""
    rows: list[list[object]] = [["miRNAtotal", *COUNTS.sum(axis=0)]]
    rows += [[name, *row] for name, row in zip(MIRNAS, COUNTS, strict=True)]
    return whole(folder, "miR.Counts.csv", table(",".join(["miRNA", *SAMPLES]), rows, ","))


def mirdeep2(folder: Path) -> Files:
    """miRDeep2: a row per precursor, and reads per million behind the reads."""
    head = ["#miRNA", "read_count", "precursor", "total", *SAMPLES, *(f"{sample}(norm)" for sample in SAMPLES)]
    rows: list[list[object]] = [
        [
            name,
            f"{row.sum()}.00",
            f"pre-{i}",
            f"{row.sum()}.00",
            *(f"{n}.00" for n in row),
            *(f"{n}.5" for n in row),
        ]
        for i, (name, row) in enumerate(zip(MIRNAS, COUNTS, strict=True))
    ]
    return whole(folder, "miRNAs_expressed_all_samples.csv", table("\t".join(head), rows, "\t"))


def excerpt(folder: Path) -> Files:
    """exceRpt: one file per sample."""
    head = "ReferenceID\tuniqueReadCount\ttotalReadCount\tmultimapAdjustedReadCount\tmultimapAdjustedBarcodeCount"

    def content(j: int) -> str:
        rows: list[list[object]] = [
            [f"{name}:{accession}:Homo:sapiens:{name[4:]}", 9, n, f"{n}.0", "0.0"]
            for name, accession, n in zip(MIRNAS, ACCESSIONS, COUNTS[:, j], strict=True)
        ]
        return table(head, rows, "\t")

    return by_sample(folder, "{}_readCounts_miRNAmature_sense.txt", content)


def srnabench(folder: Path) -> Files:
    """sRNAbench: one file per sample."""
    head = "name\tunique reads\tread count\tread count (mult. map. adj.)\tRPM (lib)\tRPM (total)"
    head += "\tcoordinateString\tRPM_adj (lib)\tRPM_adj (total)"

    def content(j: int) -> str:
        rows: list[list[object]] = [
            [name, 9, n, f"{n}.0", 1.5, 1.5, "-", 1.5, 1.5] for name, n in zip(MIRNAS, COUNTS[:, j], strict=True)
        ]
        return table(head, rows, "\t")

    return by_sample(folder, "{}_mature_sense.grouped", content)


def tcga_isoforms(folder: Path) -> Files:
    """TCGA: isoforms with the accession of the mature miRNA."""
    head = "miRNA_ID\tisoform_coords\tread_count\treads_per_million_miRNA_mapped\tcross-mapped\tmiRNA_region"

    def content(j: int) -> str:
        rows: list[list[object]] = [
            [f"hsa-mir-{i}", f"hg38:chr1:{1000 * i}-{1000 * i + 21}:+", n, "1.5", "N", f"mature,{accession}"]
            for i, (accession, n) in enumerate(zip(ACCESSIONS, COUNTS[:, j], strict=True))
        ]
        return table(head, rows, "\t")

    return by_sample(folder, "{}.isoforms.quantification.txt", content)


FORMATS: Mapping[str, Maker] = {
    "genepix": genepix,
    "imagene": imagene,
    "agilent": agilent,
    "service-workbook": service_sheet,
    "geo-series-matrix": series_matrix,
    "geo-series-matrix, 3D-Gene": three_d_gene,
    "matrix": plain_matrix,
    "affymetrix": affymetrix,
    "nanostring": nanostring,
    "nanostring-zip": nanostring_zip,
    "qpcr": ct_panel,
    "matrix, counts": plain_counts,
    "mirge-counts": mirge,
    "mirdeep2-counts": mirdeep2,
    "excerpt-counts": excerpt,
    "srnabench-counts": srnabench,
    "tcga-counts": tcga_isoforms,
}
"""Every format of samples by its name in the registry, with what is special of it behind a comma."""
