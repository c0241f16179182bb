"""Tables of how genes changed: what limma, DESeq2, edgeR and mirtool write, ranked lists, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError
from mirtool.io.genes.gene_changes import read_gene_changes


def write(folder: Path, text: str, name: str = "mrna.csv") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_deseq2_with_row_names(tmp_path: Path) -> None:
    header = '"","baseMean","log2FoldChange","lfcSE","stat","pvalue","padj"'
    text = header + '\n"TP53",10,-1.5,0.5,-3,0.0027,0.01\n"MYC",9,1,1,1,NA,NA\n'
    found = read_gene_changes(write(tmp_path, text))
    assert found.gene.tolist() == ["TP53", "MYC"]
    assert found.log2_ratio.tolist() == [-1.5, 1]
    assert found.statistic.tolist() == [-3, 1]
    np.testing.assert_array_equal(found.p_value, [0.0027, np.nan])
    np.testing.assert_array_equal(found.adjusted, [0.01, np.nan])
    assert found.columns == {
        "log2 ratio": "log2FoldChange",
        "statistic": "stat",
        "P": "pvalue",
        "adjusted P": "padj",
    }


@pytest.mark.parametrize(
    ("header", "columns"),
    [
        (
            "ID\tSymbol\tlogFC\tAveExpr\tt\tP.Value\tadj.P.Val\tB",
            {"log2 ratio": "logFC", "statistic": "t", "P": "P.Value", "adjusted P": "adj.P.Val"},
        ),
        (
            "ID\tgene\tlogFC\tlogCPM\tLR\tPValue\tFDR\tx",
            {"log2 ratio": "logFC", "P": "PValue", "adjusted P": "FDR"},
        ),
        (
            "ID\tgene\tp_val\tavg_log2FC\tpct.1\tpct.2\tp_val_adj\tx",
            {"log2 ratio": "avg_log2FC", "P": "p_val", "adjusted P": "p_val_adj"},
        ),
        (
            "ID\tName\tmean a\tmean b\tlog2 ratio a/b\tt (moderated)\tP (moderated)\tFDR (BH)",
            {
                "log2 ratio": "log2 ratio a/b",
                "statistic": "t (moderated)",
                "P": "P (moderated)",
                "adjusted P": "FDR (BH)",
            },
        ),
    ],
)
def test_columns_are_known_by_their_headers(tmp_path: Path, header: str, columns: dict[str, str]) -> None:
    found = read_gene_changes(write(tmp_path, header + "\n1\tTP53\t0.5\t0.5\t0.5\t0.5\t0.5\t0.5\n", "m.tsv"))
    assert found.columns == columns


def test_rows_without_a_gene_are_left_out_and_counted(tmp_path: Path) -> None:
    found = read_gene_changes(write(tmp_path, "gene,t\nTP53,1\n,2\nMYC,\n"))
    assert found.gene.tolist() == ["TP53", "MYC"]
    assert found.nameless == 1
    np.testing.assert_array_equal(found.statistic, [1, np.nan])


def test_a_column_can_be_named(tmp_path: Path) -> None:
    path = write(tmp_path, "gene,logFC,shrunken\nTP53,1,0.5\n")
    assert read_gene_changes(path, score="shrunken").statistic.tolist() == [0.5]
    with pytest.raises(FormatError, match="no column 'mood'"):
        read_gene_changes(path, score="mood")


def test_a_ranked_list(tmp_path: Path) -> None:
    found = read_gene_changes(write(tmp_path, "# made by hand\nTP53\t2.5\nMYC\t-1\n", "genes.rnk"))
    assert found.gene.tolist() == ["TP53", "MYC"]
    assert found.statistic.tolist() == [2.5, -1]


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ("a,b\n1,2\n", "m.csv", "no column of genes"),
        ("gene,group\nTP53,x\n", "m.csv", "says nothing of how genes changed"),
        ("gene,logFC\nTP53,much\n", "m.csv", "much"),
        ("gene,logFC,PValue\nTP53,1,0.5\nMYC,1,3\n", "m.csv", r"outside 0 to 1.*line 3.*|line 3.*outside 0 to 1"),
        ("\n", "m.rnk", "holds no gene"),
        ("TP53\t1\t2\n", "m.rnk", "no ranked list"),
        ("gene\tscore\nTP53\t1\n", "m.rnk", "score"),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, name: str, message: str) -> None:
    with pytest.raises(FormatError, match=message):
        read_gene_changes(write(tmp_path, text, name))
