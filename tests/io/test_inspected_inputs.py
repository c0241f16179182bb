"""What the network and its neighbors read is known by its content, says what it holds, and takes nothing else."""

from pathlib import Path

import pytest

from mirtool.errors import FormatError, UnknownFormatError
from mirtool.io.genes.gene_changes import read_gene_changes
from mirtool.io.genes.gene_expression import read_gene_expression
from mirtool.io.registry import FORMATS, inspect_file, module_of, sniff_format
from mirtool.io.tables.text import read_head
from mirtool.io.targets.interactions import read_interactions

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures"
REAL = Path(__file__).resolve().parents[2] / "../shared/data"
NEW = ("gene-changes", "protein-interactions", "mirna-loci", "fasta")


def claims(path: Path) -> list[str]:
    head = read_head(path)
    return [name for name in FORMATS if module_of(name).sniff(head)]


def written(folder: Path, text: str) -> Path:
    path = folder / "any.txt"
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("ppi/9606.protein.links.v12.0.txt.gz", "protein-interactions"),
        ("ppi/9606.protein.info.v12.0.txt.gz", "protein-interactions"),
        ("ppi/biogrid.tab3.txt", "protein-interactions"),
        ("gene_changes/deseq2.csv", "gene-changes"),
        ("gene_changes/ranked.rnk", "gene-changes"),
        ("mirna_loci/two_precursors.gff3", "mirna-loci"),
        ("fasta/utrs.fa", "fasta"),
        ("mirna_names/mature_10.fa", "mirna-names"),
        ("differential/differential.csv", None),
    ],
)
def test_one_format_claims_each(name: str, kind: str | None) -> None:
    assert claims(FIXTURES / name) == ([kind] if kind else [])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("gene1,gene2,score\nTP53,MDM2,0.9\n", "protein-interactions"),
        ("#node1\tnode2\tcombined_score\nTP53\tMDM2\t0.99\n", "protein-interactions"),
        ("gene1,gene2\n", "protein-interactions"),
        (",logFC,AveExpr,t,P.Value,adj.P.Val,B\nTP53,-1,8,-3,0.01,0.02,1\n", "gene-changes"),
        ("\tp_val\tavg_log2FC\tpct.1\tpct.2\tp_val_adj\nTP53\t0.1\t1\t0.2\t0.1\t1\n", "gene-changes"),
        ("gene,logFC,logCPM,LR,PValue,FDR\nTP53,1,2,3,0.1,0.2\n", "gene-changes"),
        ("TP53\t1.5\nMYC\t-2e-3\n", "gene-changes"),
        (">UTR of MYC\nACGUACGU\n", "fasta"),
        # What may be anything is left to the option that names it, and what is a table of intensities stays one.
        ("ID,protein1,protein2\n1,5.5,6.5\n2,7,8\n", "matrix"),
        ("gene,t,p\nMYC,5.5,6.5\n", "matrix"),
        ("gene,s1,s2\nMYC,5.5,6.5\n", "matrix"),
    ],
)
def test_other_programs_tables(tmp_path: Path, text: str, kind: str) -> None:
    assert sniff_format(written(tmp_path, text)) == kind


@pytest.mark.parametrize("text", ["from,to\nTP53,MDM2\n", "TP53,MDM2\nMDM2,ATM\n", "1\t2\n2\t3\n"])
def test_two_columns_of_anything_are_claimed_by_none(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnknownFormatError):
        sniff_format(written(tmp_path, text))


def test_protein_interactions_are_counted_as_the_network_takes_them() -> None:
    found = inspect_file(FIXTURES / "ppi" / "9606.protein.links.v12.0.txt.gz")
    assert (found.format, found.spots, found.warnings) == ("protein-interactions", 6, ())
    # Six rows; ENSP5 has no symbol; 412 lies below 700; the four others are TP53-MDM2 and TP53-ATM, both ways.
    assert found.details == {
        "content": "protein interactions",
        "proteins": 3,
        "pairs": 2,
        "score": "412 to 999",
        "notes": "1 row without two symbols dropped; 1 row with a score below 700 dropped; "
        "4 rows collapsed to 2 pairs",
    }


def test_string_links_alone_say_what_they_want(tmp_path: Path) -> None:
    packed = (FIXTURES / "ppi" / "9606.protein.links.v12.0.txt.gz").read_bytes()
    (tmp_path / "links.txt.gz").write_bytes(packed)
    found = inspect_file(tmp_path / "links.txt.gz")
    assert found.warnings == (
        "STRING's identifiers without their symbols: protein.info goes into the same folder",
    )
    assert (found.details["proteins"], found.details["pairs"]) == (5, 3)


def test_strings_symbols() -> None:
    found = inspect_file(FIXTURES / "ppi" / "9606.protein.info.v12.0.txt.gz")
    assert found.details == {"content": "STRING's protein.info: the symbols of its identifiers", "proteins": 4}


def test_changes_of_genes() -> None:
    found = inspect_file(FIXTURES / "gene_changes" / "deseq2.csv")
    assert (found.spots, found.warnings) == (5, ())
    assert found.details["statistic"] == "stat"
    assert found.details["adjusted P at most 0.05"] == "3 rows"  # MYC, E2F1, HIF1A


def test_changes_of_mirnas_are_noticed(tmp_path: Path) -> None:
    found = inspect_file(written(tmp_path, ",logFC,P.Value\nhsa-miR-21-5p,-1,0.01\n"))
    assert found.warnings == ("most names are those of miRNAs: this is not a table of mRNA",)


def test_a_ranked_list_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    found = read_gene_changes(written(tmp_path, "# by hand\nTP53\t1.5\n\nMYC\t-2\n"))
    assert found.gene.tolist() == ["TP53", "MYC"]
    assert found.statistic.tolist() == [1.5, -2]


def test_places_of_precursors() -> None:
    found = inspect_file(FIXTURES / "mirna_loci" / "two_precursors.gff3")
    assert found.details == {
        "source": "two_precursors.gff3, miRBase v22, GRCh38",
        "precursors": 2,
        "mature miRNAs": 2,
        "chromosomes": 1,
    }


def test_sequences() -> None:
    found = inspect_file(FIXTURES / "fasta" / "utrs.fa")
    assert found.spots == 2
    # ATTTGCACTTTAGGGAACCN + TTGCTGCTG; uuugcugcuauugcacuuaa.
    assert found.details == {
        "first": "ENSG00000000001|ENST00000000001|E2F1",
        "bases": 49,
        "shortest": 20,
        "longest": 29,
    }
    assert found.warnings == ("1 letter that is no A, C, G, T or U pairs with nothing",)


def test_a_parquet_file_is_called_so(tmp_path: Path) -> None:
    path = tmp_path / "entry.parquet"
    path.write_bytes(b"PAR1\x15\x00\x00")
    with pytest.raises(UnknownFormatError) as caught:
        sniff_format(path)
    assert caught.value.found is not None
    assert caught.value.found.startswith("a Parquet file; `mirtool targets info NAME`")


@pytest.mark.skipif(not REAL.exists(), reason="the real files are not here")
def test_no_real_file_is_taken_from_its_format() -> None:
    files = [path for path in REAL.rglob("*") if path.is_file() and path.suffix != ".md"]
    assert {path.name: kinds for path in files if set(kinds := claims(path)) & set(NEW)} == {}


@pytest.mark.parametrize("read", [read_gene_changes, lambda path: read_gene_expression(path, ["GSM1"], fewest=1)])
def test_a_series_matrix_is_no_table_of_genes(read) -> None:
    with pytest.raises(FormatError, match="this is a GEO series matrix, whose rows are probes"):
        read(FIXTURES / "geo" / "GSE900_series_matrix.txt")


def test_gene_sets_are_no_targets() -> None:
    with pytest.raises(FormatError, match="these gene sets are not named after miRNAs"):
        read_interactions(FIXTURES / "gene_sets" / "four_sets.gmt")
