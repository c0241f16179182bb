"""Gene sets: GMT of the wild, the embedded Gene Ontology, Enrichr libraries from the cache and offline."""

import gzip
from pathlib import Path

import pytest

from mirtool.errors import FormatError, OfflineError, OutputError, UsageError
from mirtool.io.genes import enrichr
from mirtool.io.genes.gene_relations import go_ancestors, go_parents
from mirtool.io.genes.gene_sets import embedded_go, embedded_go_bp, inspect, read_gene_sets, sniff
from mirtool.io.registry import sniff_format
from mirtool.io.tables.text import FileHead

GENE_SETS = Path(__file__).resolve().parents[2] / "../shared/data/gene_sets"

GMT = (
    "ABC transporters\t\tABCA2\tABCC4\tABCA2\t\t\n"
    "mitochondrial genome maintenance (GO:0000002)\t\tAKT3,1.0\tPARP1,0.5\tTP53\n"
    "Glycosaminoglycan biosynthesis Homo sapiens hsa00532\tna\tXYLT1\n"
    "HALLMARK\thttps://example.org\tJUNB\n"
    "empty\tnothing known\n"
)


@pytest.fixture
def gmt(tmp_path: Path) -> Path:
    path = tmp_path / "sets.gmt"
    path.write_text(GMT)
    return path


def test_gmt_of_the_wild(gmt: Path) -> None:
    sets = read_gene_sets(gmt)
    assert sets.source == "sets.gmt"
    assert list(zip(sets.terms, sets.descriptions, sets.genes, strict=True)) == [
        ("ABC transporters", "", {"ABCA2", "ABCC4"}),
        ("mitochondrial genome maintenance", "GO:0000002", {"AKT3", "PARP1", "TP53"}),
        ("Glycosaminoglycan biosynthesis", "hsa00532", {"XYLT1"}),
        ("HALLMARK", "https://example.org", {"JUNB"}),
        ("empty", "nothing known", frozenset()),
    ]


def test_names_stay_whole_where_two_would_become_one(tmp_path: Path) -> None:
    path = tmp_path / "two.gmt"
    path.write_text("repair Homo sapiens hsa1\t\tA\nrepair Homo sapiens hsa2\t\tB\n")
    assert read_gene_sets(path).terms == ("repair Homo sapiens hsa1", "repair Homo sapiens hsa2")


def test_gzip_and_crlf(tmp_path: Path, gmt: Path) -> None:
    path = tmp_path / "sets.gmt.gz"
    path.write_bytes(gzip.compress(GMT.replace("\n", "\r\n").encode()))
    assert read_gene_sets(path).genes == read_gene_sets(gmt).genes
    assert sniff_format(path) == "gene-sets"


def test_inspection(gmt: Path) -> None:
    seen = inspect(gmt)
    assert (seen.format, seen.spots, seen.warnings) == ("gene-sets", 5, ("1 set without a gene",))
    assert seen.details == {"genes": 7, "smallest set": 0, "largest set": 3}


def test_inspection_warns_of_entrez_identifiers(tmp_path: Path) -> None:
    path = tmp_path / "entrez.gmt"
    path.write_text("a\t\t7157\t672\nb\t\t1\n")
    assert sniff_format(path) == "gene-sets"
    assert "numbers (Entrez identifiers)" in inspect(path).warnings[0]


@pytest.mark.parametrize(
    "text",
    [
        "Names\tHy3\tHy5\na\tb.txt\tc.txt\n",
        "mirna\tgene\tsupport\nhsa-miR-1\tTP53\tstrong\n",
        "ID\ta\tb\n1\t2.5\t3\n",
        "ATF\t1.0\n5\t43\nType=GenePix Results 3\t\t\n",
        "a,b,c\n",
        "",
    ],
)
def test_what_is_no_gmt_is_not_claimed(text: str) -> None:
    assert not sniff(FileHead("x", text.encode()))


def test_sets_of_one_size_are_told_by_their_descriptions() -> None:
    assert sniff(FileHead("x", b"one\t\tA\tB\ntwo\t\tC\tD\n"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x00\x01\x02\t\x03", "this is no text file"),
        (b"", "the file is empty"),
        (b"\n\n", "the file holds no gene set"),
        (b"one\t\tA\njust words\n", "line 2: this line is not a gene set"),
        (b"one\t\tA\n\t\tB\n", "line 2: this line is not a gene set"),
        (
            b"one\t\tA\ntwo\t\tB\none\t\tC\n",
            "line 3: two gene sets are named 'one' (found the same name in",
        ),
    ],
)
def test_bad_gmt_and_its_message(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "bad.gmt"
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        read_gene_sets(path)
    assert message in str(caught.value)


def test_the_embedded_gene_ontology() -> None:
    go = embedded_go_bp()
    sizes = [len(genes) for genes in go.genes]
    # The numbers that the build script prints, from Bioconductor 3.16.
    assert (len(go), min(sizes), max(sizes), sum(sizes)) == (9_373, 5, 2_000, 827_534)
    assert len(frozenset().union(*go.genes)) == 18_118
    term = go.descriptions.index("GO:0000082")
    assert go.terms[term] == "G1/S transition of mitotic cell cycle"
    assert {"CCND1", "CDK6", "RB1"} <= go.genes[term]


@pytest.mark.parametrize(
    ("branch", "terms", "genes", "pairs"), [("cc", 1_195, 14_895, 126_653), ("mf", 1_963, 16_046, 146_471)]
)
def test_the_other_branches(branch: str, terms: int, genes: int, pairs: int) -> None:
    go = embedded_go(branch)
    # The numbers that the build script prints.
    assert (len(go), len(frozenset().union(*go.genes)), sum(map(len, go.genes))) == (terms, genes, pairs)


def test_a_term_holds_the_genes_of_all_below_it() -> None:
    genes = {
        own: members
        for branch in ("bp", "cc", "mf")
        for own, members in zip(embedded_go(branch).descriptions, embedded_go(branch).genes, strict=True)
    }
    pairs = [(child, parent) for child, parents in go_parents().items() for parent in parents]
    assert len(pairs) == 19_941
    assert all(genes[child] <= genes[parent] for child, parent in pairs)
    assert all(term not in go_ancestors(term) for term in genes)
    # https://www.ebi.ac.uk/QuickGO/term/GO:0000082: G1/S transition is a kind of cell cycle G1/S phase transition.
    assert {"GO:0044843", "GO:1903047", "GO:0044770"} <= go_ancestors("GO:0000082")


def test_identifiers_of_reactome_and_wikipathways(tmp_path: Path) -> None:
    path = tmp_path / "pathways.gmt"
    path.write_text(
        "Cell Cycle, Mitotic R-HSA-69278\t\tCDK1\nApoptosis WP254\t\tCASP3\nApoptosis\tR-HSA-109581\tCASP8\n"
    )
    sets = read_gene_sets(path)
    # Two would be called Apoptosis: then all names stay whole.
    assert sets.terms == ("Cell Cycle, Mitotic R-HSA-69278", "Apoptosis WP254", "Apoptosis")
    path.write_text("Cell Cycle, Mitotic R-HSA-69278\t\tCDK1\nApoptosis\tR-HSA-109581\tCASP8\n")
    sets = read_gene_sets(path)
    assert list(zip(sets.terms, sets.descriptions, strict=True)) == [
        ("Cell Cycle, Mitotic", "R-HSA-69278"),
        ("Apoptosis", "R-HSA-109581"),
    ]


@pytest.mark.skipif(not GENE_SETS.exists(), reason="the real files are not here")
def test_real_files() -> None:
    assert inspect(GENE_SETS / "KEGG_2021_Human.gmt").spots == 320
    assert inspect(GENE_SETS / "h.all.v7.0.symbols.gmt").spots == 50
    reference = read_gene_sets(GENE_SETS / "GO_BP_orgHsEgDb_3.16.symbols.gmt.gz")
    go = embedded_go_bp()
    assert dict(zip(go.descriptions, go.genes, strict=True)) == dict(
        zip(reference.descriptions, reference.genes, strict=True)
    )


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lead the way to Enrichr through a proxy on this machine that is not there."""
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")


@pytest.mark.usefixtures("unreachable")
def test_a_kept_library_needs_no_connection(cache: Path) -> None:
    (cache / "enrichr").mkdir(parents=True)
    (cache / "enrichr" / "KEGG_2021_Human.gmt").write_text(GMT)
    sets = enrichr.read_library("KEGG_2021_Human")
    assert (len(sets), sets.source) == (5, "Enrichr KEGG_2021_Human")


@pytest.mark.usefixtures("unreachable")
def test_offline_a_library_is_an_error_that_says_what_to_do(cache: Path) -> None:
    with pytest.raises(OfflineError) as caught:
        enrichr.read_library("KEGG_2021_Human")
    assert "Enrichr can't be reached" in str(caught.value)
    assert f"save it as {cache / 'enrichr' / 'KEGG_2021_Human.gmt'}" in str(caught.value)


@pytest.mark.usefixtures("cache")
@pytest.mark.parametrize("name", ["../KEGG", "KEGG 2021", ""])
def test_what_can_be_no_library_is_a_wrong_call(name: str) -> None:
    with pytest.raises(UsageError, match="neither a file of gene sets nor the name of an Enrichr library"):
        enrichr.read_library(name)


def test_the_cache_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("MIRTOOL_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert enrichr.cache_folder() == tmp_path / "mirtool"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert enrichr.cache_folder() == Path.home() / ".cache" / "mirtool"


def test_a_cache_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="the fetched gene sets can't be kept"):
        enrichr._keep(GMT, tmp_path / "file" / "enrichr" / "x.gmt")


def test_what_is_kept_reads_back(cache: Path) -> None:
    kept = cache / "enrichr" / "mine.gmt"
    enrichr._keep(enrichr.gene_sets_text([("one", "", ["B", "A"]), ("two", "x", [])]), kept)
    assert kept.read_text() == "one\t\tA\tB\ntwo\tx\n"
    assert enrichr.read_library("mine").genes == (frozenset("AB"), frozenset())


def test_a_table_with_a_row_cut_is_no_gene_set_list(tmp_path: Path) -> None:
    path = tmp_path / "cut.tsv"
    path.write_text(
        "index\tName\ts1\ts2\n1\tHy3\t7240\t3983\n2\thsa-miR-16-5p\t1200\n3\thsa-miR-16-5p\t1210\t310\n"
    )
    assert sniff_format(path) == "matrix"


GMX = "S1\tS2\tS3\nna\tna\thttps://x.org/S3\nTP53\tMYC\tRB1\nBCL2\t\tE2F1\n\t\tAKT1\n"


@pytest.mark.parametrize("name", ["sets.gmx", "sets.txt"])
def test_sets_in_columns_are_read_as_such(tmp_path, name):
    path = tmp_path / name
    path.write_text(GMX)
    assert sniff_format(path) == "gene-sets"
    sets = read_gene_sets(path)
    assert sets.terms == ("S1", "S2", "S3")
    assert sets.genes == ({"TP53", "BCL2"}, {"MYC"}, {"RB1", "E2F1", "AKT1"})
    assert sets.descriptions[2] == "https://x.org/S3"


def test_a_gmx_of_any_descriptions_is_known_by_its_name(tmp_path):
    path = tmp_path / "sets.gmx"
    path.write_text(GMX.replace("na", "a set of genes"))
    assert read_gene_sets(path).genes[0] == {"TP53", "BCL2"}


def test_a_table_of_terms_and_genes_is_no_collection_of_sets(tmp_path):
    path = tmp_path / "long.tsv"
    path.write_text("term\tgene\nS1\tTP53\nS2\tMYC\n")
    with pytest.raises(FormatError, match="most of these gene sets hold no gene"):
        read_gene_sets(path)
