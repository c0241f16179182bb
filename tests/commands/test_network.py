"""``mirtool network`` and ``mirtool enrichment`` as a whole: what they write, print and refuse."""

import csv
import json
import shutil
from pathlib import Path

import networkx as nx
import pytest

from mirtool.cli import main

# Universe: G1 … G8. The measures of the pairs are worked out in tests/network/test_synergy_network.py.
INTERACTIONS = """\
miRNA,Target Gene,Support Type,References (PMID)
hsa-miR-16-5p,G6,Functional MTI,1
hsa-miR-16-5p,G7,Functional MTI,1
hsa-miR-16-5p,G8,Functional MTI,1
hsa-miR-17-5p,G1,Functional MTI,11
hsa-miR-17-5p,G2,Functional MTI,12
hsa-miR-17-5p,G2,Functional MTI (Weak),13
hsa-miR-17-5p,G3,Functional MTI,13
hsa-miR-20a-5p,G2,Functional MTI,14
hsa-miR-20a-5p,G3,Functional MTI,14
hsa-miR-20a-5p,G4,Functional MTI,14
hsa-miR-21-5p,G3,Functional MTI,15
hsa-miR-21-5p,G5,Functional MTI,15
hsa-miR-21-5p,G1,Non-Functional MTI,16
mmu-miR-21a-5p,g9,Functional MTI,17
"""
DIFFERENTIAL = """\
# mirtool differential; tested: T; reference: R
ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change,regulation by volcano P,regulation by volcano FDR
1,hsa-miR-21-5p,4,1,2,up,up,up
2,hsa-miR-17-5p,1,4,-2,down,down,
3,hsa-miR-20a-5p,1,8,-3,down,down,
4,hsa-miR-16-5p,1,2,-1,down,,
5,Hsa-miR-21-5p,4,1,2,up,up,
6,hsa-miR-1-3p,1,1,0,,,
"""
GMT = "repair\tR:1\tG1\tG2\tG3\ngrowth\tR:2\tG4\tG5\tG6\n"

# Betweenness, over the 21 pairs of the 7 other nodes: 17-5p lies between G1 and each of six, and on half of the
# paths between G2 and G3, G2 and 21-5p, G2 and G5: 7.5 / 21; 20a-5p likewise; 21-5p between G5 and each of six.
# Synergy graph: 17-5p and 20a-5p joined by 2, each with 21-5p by 1. Eigenvector (a, a, b): λ a = 2 a + b and
# λ b = 2 a, so λ = 1 + √3 and b = 2 a / λ, and 2 a² + b² = 1. PageRank (x, x, y): y = 0.05 + 0.85 · 2 x / 3 and
# 2 x + y = 1.
# Convergence: chances of 3/8, 3/8 and 2/8; three in a gene 18/512, two or more 132/512, one or more 362/512; three
# drawn of four miRNAs, of which 3, 2 or 1 target the gene: 1/4, 2/4, 3/4. FDR over 8 genes: 8 · 18/512, else 1.
NODES = """\
name,type,regulation,log2 ratio,targets,partners,synergy,betweenness,seed,eigenvector,PageRank,community,miRNAs,\
which,known miRNAs,expected miRNAs (Poisson-binomial),P (Poisson-binomial),FDR (Poisson-binomial),\
expected miRNAs (hypergeometric),P (hypergeometric),FDR (hypergeometric)
hsa-miR-17-5p,miRNA,down,-2,3,2,3,0.3571,AAAGUGC,0.628,0.3701,1,NA,,NA,NA,NA,NA,NA,NA,NA
hsa-miR-20a-5p,miRNA,down,-3,3,2,3,0.3571,AAAGUGC,0.628,0.3701,1,NA,,NA,NA,NA,NA,NA,NA,NA
hsa-miR-21-5p,miRNA,up,2,2,2,2,0.2857,AGCUUAU,0.4597,0.2597,1,NA,,NA,NA,NA,NA,NA,NA,NA
G3,gene,,NA,NA,NA,NA,NA,,NA,NA,1,3,hsa-miR-21-5p;hsa-miR-17-5p;hsa-miR-20a-5p,3,1,0.0352,0.281,2.25,0.25,1
G2,gene,,NA,NA,NA,NA,NA,,NA,NA,1,2,hsa-miR-17-5p;hsa-miR-20a-5p,2,1,0.258,1,1.5,0.5,1
G1,gene,,NA,NA,NA,NA,NA,,NA,NA,1,1,hsa-miR-17-5p,1,1,0.707,1,0.75,0.75,1
G4,gene,,NA,NA,NA,NA,NA,,NA,NA,1,1,hsa-miR-20a-5p,1,1,0.707,1,0.75,0.75,1
G5,gene,,NA,NA,NA,NA,NA,,NA,NA,1,1,hsa-miR-21-5p,1,1,0.707,1,0.75,0.75,1
"""
# All three together: 17-5p and 20a-5p by themselves have less modularity, 2/4 − (6/8)² − (2/8)² < 0.
COMMUNITIES = """\
community,miRNAs,genes,genes shared,modularity,which,terms surviving (genes),top terms
1,3,5,2,0,hsa-miR-17-5p;hsa-miR-20a-5p;hsa-miR-21-5p,0,
"""
EDGES = """\
miRNA,gene,evidence,references
hsa-miR-21-5p,G3,strong,15
hsa-miR-21-5p,G5,strong,15
hsa-miR-17-5p,G1,strong,11
hsa-miR-17-5p,G2,strong,12;13
hsa-miR-17-5p,G3,strong,13
hsa-miR-20a-5p,G2,strong,14
hsa-miR-20a-5p,G3,strong,14
hsa-miR-20a-5p,G4,strong,14
"""
PAIRS = """\
miRNA A,miRNA B,shared targets,Jaccard,expected,P,FDR,significant,same seed,shared genes
hsa-miR-17-5p,hsa-miR-20a-5p,2,0.5,1.125,0.286,0.643,yes,yes,G2;G3
hsa-miR-21-5p,hsa-miR-17-5p,1,0.25,0.75,0.643,0.643,yes,no,G3
hsa-miR-21-5p,hsa-miR-20a-5p,1,0.25,0.75,0.643,0.643,yes,no,G3
"""
# Universe: G1 … G6, which both know. Shared {G2 G3}: repair 2 of 3, P = C(3,2)/C(6,2) = 0.2; growth has no hit;
# BH over two: 0.4. All {G1 … G5}: repair 3 of 3, P = C(3,2)/C(6,5) = 0.5; growth 2 of 3, P = 1; BH: 1 and 1.
ENRICHMENT = """\
query,term,description,hits,set size,query size,universe size,\
expected (genes),fold (genes),P (genes),FDR (genes),survives,cluster,represented by,genes
shared targets,repair,R:1,2,3,2,6,1,2,0.2,0.4,,NA,,G2;G3
all targets,repair,R:1,3,3,5,6,2.5,1.2,0.5,1,,NA,,G1;G2;G3
all targets,growth,R:2,2,3,5,6,2.5,0.8,1,1,,NA,,G4;G5
"""
# The four rows of the differential table that have targets; fewer than twenty make one stratum.
MIRNA_UNIVERSE = """\
miRNA,in network,targets,stratum,genes
hsa-miR-16-5p,no,3,2 to 3,G6;G7;G8
hsa-miR-17-5p,yes,3,2 to 3,G1;G2;G3
hsa-miR-20a-5p,yes,3,2 to 3,G2;G3;G4
hsa-miR-21-5p,yes,2,2 to 3,G3;G5
"""
SAID = """\
3 of 3 pairs of miRNAs share more targets than expected by chance (hypergeometric, FDR ≤ 0.65), 1 of them \
of one seed: no evidence of synergy.
  hsa-miR-17-5p and hsa-miR-20a-5p: 2 shared, FDR 0.643, one seed
  hsa-miR-21-5p and hsa-miR-17-5p: 1 shared, FDR 0.643
  hsa-miR-21-5p and hsa-miR-20a-5p: 1 shared, FDR 0.643
Hubs, by the targets shared with significant partners (synergy):
  miRNA           synergy  partners  targets  betweenness
  hsa-miR-17-5p         3         2        3        0.357
  hsa-miR-20a-5p        3         2        3        0.357
  hsa-miR-21-5p         2         2        2        0.286
Targeted by more miRNAs than expected: 0 genes if genes are drawn, 0 if miRNAs are drawn, 0 both ways \
(FDR ≤ 0.05 over the universe).
1 community of miRNAs (modularity 0.000); the largest: hsa-miR-17-5p, hsa-miR-20a-5p, hsa-miR-21-5p.
Terms of sets.gmt with FDR ≤ 0.05:
                    query  tested  genes drawn
  shared targets  2 genes       2            0
  all targets     5 genes       2            0
Gene sets, shared targets:
  gene sets    sets.gmt
  tested       2 of 2 terms: 2 to 500 genes each
  universe     6 genes that both the sets and the universe have
  query        2 genes
  significant  0 terms with FDR ≤ 0.05 if genes are drawn at random
  No term is significant under a null, so there is no map of them.
Gene sets, all targets:
  gene sets    sets.gmt
  tested       2 of 2 terms: 2 to 500 genes each
  universe     6 genes that both the sets and the universe have
  query        5 genes
  significant  0 terms with FDR ≤ 0.05 if genes are drawn at random
  No term is significant under a null, so there is no map of them.
3 of 4 miRNAs have targets, 5 genes: mti.csv, strong evidence.
  chosen by   regulation by volcano P (T / R) (2 probes up, 2 down)
  left out    1 Non-Functional row (tested, not found) dropped
  left out    1 row of miRNAs of other species than hsa dropped
  left out    12 rows collapsed to 11 pairs
  left out    7 former gene names or identifiers kept unchanged, which sets of current symbols do not \
hold (mirtool targets add replaces them)
  universe    8 genes of this table at this evidence
  shared      2 genes targeted by two miRNAs or more
  drawn from  4 miRNAs with targets (the rows of differential.csv; 2 more without targets)
  without targets: Hsa-miR-21-5p (the table has hsa-miR-21-5p: not the same name, so not taken)
miRNA names of the study: 3 current (miRBase 22), 1 not mapped
  not mapped: Hsa-miR-21-5p: unknown (may be hsa-miR-21-5p)
miRNA names in mti.csv: all 4 are current (miRBase 22)
Wrote results/: network_nodes.csv, network_edges.csv, network_pairs.csv, network_communities.csv, \
network_universe.csv, network_mirna_universe.csv, enrichment.csv, network.html, network.xlsx, network.graphml
Wrote figures/: network.png/svg, network_85mm.png/svg, enrichment_bars_shared_targets.png/svg, \
enrichment_dots_shared_targets.png/svg, enrichment_bars_all_targets.png/svg, \
enrichment_dots_all_targets.png/svg
"""
OPTIONS = (
    "--interactions",
    "mti.csv",
    "--alpha",
    "0.65",
    "--gene-sets",
    "sets.gmt",
    "--min-size",
    "2",
    "--all-columns",
)
TABLES = (*OPTIONS, "--no-figures")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A study folder with a differential table, and an interactions table and gene sets beside it."""
    monkeypatch.chdir(tmp_path)
    Path("samples.csv").write_text("sample,group\na,R\nb,T\n")
    Path("results").mkdir()
    Path("results/differential.csv").write_text(DIFFERENTIAL)
    Path("mti.csv").write_text(INTERACTIONS)
    Path("sets.gmt").write_text(GMT)
    return tmp_path


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is not a study."""
    monkeypatch.chdir(tmp_path)
    Path("mti.csv").write_text(INTERACTIONS)
    return tmp_path


@pytest.mark.usefixtures("study")
def test_in_a_study_folder(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", "-v", *OPTIONS, "--null", "genes"]) == 0
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err == SAID
    assert Path("results/network_nodes.csv").read_text() == NODES
    assert Path("results/network_edges.csv").read_text() == EDGES
    assert Path("results/network_pairs.csv").read_text() == PAIRS
    assert Path("results/network_communities.csv").read_text() == COMMUNITIES
    assert Path("results/network_universe.csv").read_text() == "gene\n" + "".join(f"G{i}\n" for i in range(1, 9))
    assert Path("results/network_mirna_universe.csv").read_text() == MIRNA_UNIVERSE
    assert Path("results/enrichment.csv").read_text() == ENRICHMENT
    graph = nx.read_graphml("results/network.graphml")
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (8, 11)
    run = json.loads(Path("results/run.json").read_text())["runs"]["network"]
    assert run["summary"]["mirnas_without_targets"] == ["Hsa-miR-21-5p"]
    assert run["summary"]["significant_pairs_of_one_seed"] == 1
    assert set(run["inputs"]) == {"results/differential.csv", "mti.csv", "sets.gmt"}


@pytest.mark.usefixtures("study")
def test_the_same_input_gives_the_same_bytes() -> None:
    assert main(["network", *OPTIONS]) == 0
    first = made()
    for path in first:
        if path.name not in ("differential.csv", "run.json"):
            path.unlink()
    assert main(["network", *OPTIONS]) == 0
    assert made() == first


def made() -> dict[Path, bytes]:
    files = (path for folder in ("results", "figures") for path in Path(folder).rglob("*") if path.is_file())
    return {path: path.read_bytes() for path in files}


@pytest.mark.usefixtures("study")
def test_another_rule_takes_other_mirnas(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", "-v", *TABLES, "--regulation", "fold-change"]) == 0
    assert "  chosen by   regulation by fold change (T / R) (2 probes up, 3 down)\n" in capsys.readouterr().err
    assert "hsa-miR-16-5p,miRNA,down,-1,3,0,0,0" in Path("results/network_nodes.csv").read_text()


@pytest.mark.usefixtures("study")
def test_without_a_test_the_rule_is_fold_change(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [",".join(line.split(",")[:6]) for line in DIFFERENTIAL.splitlines()]
    Path("results/differential.csv").write_text("\n".join(lines) + "\n")
    assert main(["network", "-v", *TABLES]) == 0
    assert "regulation by fold change" in capsys.readouterr().err
    assert main(["network", "-v", *TABLES, "--regulation", "volcano-p"]) == 2
    assert "choose --regulation fold-change" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_table_that_lost_its_fold_change_column_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    Path("cut.csv").write_text(DIFFERENTIAL.replace("regulation by fold change", "regulated"))
    assert main(["network", "cut.csv", "--interactions", "mti.csv", "--regulation", "fold-change"]) == 1
    said = capsys.readouterr().err
    assert "cut.csv: the differential table has no column 'regulation by fold change', which every table" in said
    assert "run `mirtool diff` again" in said


@pytest.mark.usefixtures("elsewhere")
def test_the_starter_is_announced_whenever_it_is_used(capsys: pytest.CaptureFixture[str]) -> None:
    names = "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-21-5p"
    assert main(["network", "-v", "--mirnas", names, "-o", "out", "--gene-sets", "none"]) == 0
    said = capsys.readouterr().err
    assert said.startswith("Warning: no --interactions given: using mirtool's starter table of 254 pairs")
    assert "No paper should rest on it" in said
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "network.columns.csv",
        "network.graphml",
        "network.html",
        "network.run.json",
        "network.xlsx",
        "network_communities.csv",
        "network_edges.csv",
        "network_mirna_universe.csv",
        "network_nodes.csv",
        "network_pairs.csv",
        "network_universe.csv",
    ]
    assert main(["network", "-v", "--mirnas", names, "--interactions", "mti.csv", "--gene-sets", "none"]) == 0
    assert "starter" not in capsys.readouterr().err


@pytest.mark.usefixtures("elsewhere")
def test_mirnas_from_a_file() -> None:
    Path("mine.txt").write_text("miRNA\nhsa-miR-17-5p\n# a remark\nhsa-miR-20a-5p\n\n")
    Path("mine.tsv").write_text("Name\tscore\nhsa-miR-17-5p\t1\nhsa-miR-20a-5p\t2\n")
    options = ["--interactions", "mti.csv", "--gene-sets", "none"]
    assert main(["network", "--mirnas", "mine.txt", *options, "-o", "a"]) == 0
    assert main(["network", "--mirnas", "mine.tsv", *options, "-o", "b"]) == 0
    assert Path("a/network_nodes.csv").read_bytes() == Path("b/network_nodes.csv").read_bytes()


@pytest.mark.usefixtures("elsewhere")
def test_gene_sets_nobody_asked_for_may_not_fit(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sets.gmt").write_text(GMT)
    names = ["--mirnas", "hsa-miR-17-5p,hsa-miR-20a-5p", "--interactions", "mti.csv"]
    assert main(["network", *names, "--gene-sets", "sets.gmt", "--min-size", "2"]) == 0
    capsys.readouterr()
    assert main(["network", *names]) == 0
    said = capsys.readouterr().err
    assert "Warning: gene sets were not tested for shared targets: none of the 2 genes" in said
    assert "Warning: enrichment.csv is from an earlier run" in said
    assert main(["network", *names, "--gene-sets", "go"]) == 1


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (
            ["--evidence", "medium"],
            2,
            "--evidence: unknown level of evidence 'medium'",
        ),
        (["--regulation", "q"], 2, "--regulation: unknown rule 'q'"),
        (["--regulation", "volcano-fdr"], 1, "by 'regulation by volcano FDR' 1 probe is up or down"),
        (["--alpha", "5"], 2, "alpha is out of range (found 5; expected 0 to 1)"),
        (["--interactions", "none.csv"], 1, "none.csv: no such file"),
        (["--interactions", "samples.csv"], 1, "this table of interactions has no miRNA column"),
        (["--interactions", "results/differential.csv"], 1, "this table of interactions has no miRNA column"),
        (["--gene-sets", "none.gmt"], 1, "none.gmt: no such file"),
        (["--gene-sets", "samples.csv"], 1, "this line is not a gene set"),
        (["--gene-sets", "my sets"], 2, "neither a file of gene sets nor the name of an Enrichr library"),
        (["--min-size", "9", "--max-size", "3"], 2, "the smallest size of a term is above the largest"),
        (["--mirnas", "hsa-miR-999,hsa-miR-998"], 1, "found 0 of 2 miRNAs, without hsa-miR-999, hsa-miR-998"),
        (["--mirnas", "none.txt"], 1, "none.txt: no such file"),
        (["--mirnas", "a,b", "--regulation", "volcano-p"], 2, "not from --mirnas"),
        (["results/differential.csv", "--mirnas", "a"], 2, "contradict each other"),
        (["samples.csv"], 1, "this is not a table of `mirtool diff`"),
        (["--species", "rno"], 1, "no interaction is left in this table"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in Path("results").iterdir())
    assert main(["network", *TABLES, *arguments]) == code
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in Path("results").iterdir()) == before


@pytest.mark.usefixtures("study")
def test_a_binary_gene_set_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("sets.gmt").write_bytes(b"\x00\x01\x02\t\x03")
    assert main(["network", *TABLES]) == 1
    assert "sets.gmt: this is no text file (found binary data)" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_strong_evidence_of_a_table_without_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    Path("mti.csv").write_text("mirna,gene\nhsa-miR-17-5p,G1\nhsa-miR-20a-5p,G1\nhsa-miR-21-5p,G2\n")
    assert main(["network", "-v", *TABLES]) == 2
    assert "mti.csv has no column that says which evidence is strong" in capsys.readouterr().err
    assert main(["network", "-v", *OPTIONS[:4], "--evidence", "all", "--gene-sets", "none", "--no-figures"]) == 0
    assert "no column of evidence: every pair counts alike" in capsys.readouterr().err


def test_an_enrichr_library_offline(
    study: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("MIRTOOL_CACHE", str(study / "cache"))
    asked = ["network", "-v", *TABLES, "--gene-sets", "KEGG_2021_Human"]
    assert main(asked) == 1
    assert "Enrichr can't be reached" in capsys.readouterr().err
    (study / "cache" / "enrichr").mkdir(parents=True)
    shutil.copy("sets.gmt", study / "cache" / "enrichr" / "KEGG_2021_Human.gmt")
    assert main(asked) == 0
    assert "gene sets    Enrichr KEGG_2021_Human" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_study_without_a_differential_table(capsys: pytest.CaptureFixture[str]) -> None:
    Path("results/differential.csv").unlink()
    assert main(["network"]) == 1
    assert "the study has no differential table yet" in capsys.readouterr().err


@pytest.mark.usefixtures("elsewhere")
def test_outside_of_a_study_something_must_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network"]) == 2
    assert "no differential table was given, and this folder is not a study" in capsys.readouterr().err
    assert main(["enrichment"]) == 2
    assert "no list of genes was given" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_an_output_that_cannot_be_written(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", *TABLES, "-o", "mti.csv"]) == 1
    assert "the result can't be written" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_enrichment_of_the_studys_network_gives_the_same_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["enrichment", "-v"]) == 1
    assert "the study has no network yet" in capsys.readouterr().err
    assert main(["network", "-v", *TABLES]) == 0
    assert (
        main(
            ["enrichment", "-v", "--gene-sets", "sets.gmt", "--min-size", "2", "-o", "again.csv", "--all-columns"]
        )
        == 0
    )
    assert Path("again.csv").read_text() == Path("results/enrichment.csv").read_text()
    assert "miRNA universe: 4 miRNAs with targets (the rows of differential.csv; 2 more" in (
        capsys.readouterr().err
    )
    Path("results/network_mirna_universe.csv").unlink()
    assert (
        main(
            ["enrichment", "-v", "--gene-sets", "sets.gmt", "--min-size", "2", "-o", "genes.csv", "--all-columns"]
        )
        == 0
    )
    assert Path("genes.csv").read_text() == ENRICHMENT


@pytest.mark.usefixtures("study")
def test_pairs_against_shuffled_tables(capsys: pytest.CaptureFixture[str]) -> None:
    # P is a share of the 201 tables, the observed one included; what it should be, tests/network/test_curveball.py
    # finds by making every table.
    assert main(["network", "-v", *TABLES, "--pair-null", "curveball", "--pair-draws", "200"]) == 0
    assert "more targets than expected by chance (curveball, FDR ≤ 0.65)" in capsys.readouterr().err
    rows = list(csv.DictReader(Path("results/network_pairs.csv").read_text().splitlines()))
    header = PAIRS.splitlines()[0].replace(
        ",significant", ",expected (curveball),P (curveball),FDR (curveball),significant"
    )
    assert ",".join(rows[0]) == header
    assert [row["P"] for row in rows] == [line.split(",")[5] for line in PAIRS.splitlines()[1:]]
    for row in rows:
        share = float(row["P (curveball)"]) * 201
        assert 1 <= round(share) <= 201
        assert share == pytest.approx(round(share), abs=0.2)
        assert (row["significant"] == "yes") == (float(row["FDR (curveball)"]) <= 0.65)


# Three of the four miRNAs with targets: every set leaves one out, 16-5p (the study's), 17-5p, 20a-5p or 21-5p.
# Shared targets: repair 2, 1, 1, 2 of its genes, so that half of the sets reach 2; growth none, expected 0.
# All targets: repair 3, 2, 3, 3, three quarters reach 3; growth 2, 3, 2, 2, all reach 2.
BY_EVERY_SET = {
    ("shared targets", "repair"): (6 / 4, 2 / 4),
    ("all targets", "repair"): (11 / 4, 3 / 4),
    ("all targets", "growth"): (9 / 4, 1),
}


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize("null", ["miRNAs", "degree"])
def test_nulls_that_draw_mirnas(null: str) -> None:
    # With fewer than twenty miRNAs all are one stratum, and both nulls draw from the same sets.
    assert main(["network", *TABLES, "--draws", "20000", "--seed", "7"]) == 0
    run = json.loads(Path("results/run.json").read_text())["runs"]["network"]
    notes = dict(run["tables"]["results/enrichment.csv"]["notes"])
    universe = "4 miRNAs with targets (the rows of differential.csv, 2 more without"
    assert notes["miRNA universe"].startswith(universe)
    assert notes["draws"] == "20000"
    lines = Path("results/enrichment.csv").read_text().splitlines()
    rows = {(row["query"], row["term"]): row for row in csv.DictReader(lines)}
    assert rows.keys() == BY_EVERY_SET.keys()
    for key, (expected, p) in BY_EVERY_SET.items():
        assert float(rows[key][f"expected ({null})"]) == pytest.approx(expected, abs=0.02)
        assert float(rows[key][f"P ({null})"]) == pytest.approx(p, abs=0.015)


@pytest.mark.usefixtures("study")
def test_draws_are_the_same_for_any_workers_and_others_for_another_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["network", "-v", *TABLES, "-o", "a"]) == 0
    assert main(["network", "-v", *TABLES, "-o", "b", "--workers", "2"]) == 0
    assert main(["network", "-v", *TABLES, "-o", "c", "--seed", "2"]) == 0
    a, b, c = (Path(folder, "enrichment.csv").read_text() for folder in "abc")
    assert a == b != c
    assert "10,000 times" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_a_universe_of_mirnas_in_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    Path("array.csv").write_text("ID,Name\n" + "".join(f"{i},hsa-miR-{i}-5p\n" for i in (16, 17, 21)))
    asked = ["network", "-v", *TABLES, "--mirna-universe", "array.csv"]
    assert main(asked) == 2
    assert "1 miRNA of the study are not among the 3 of array.csv (found hsa-miR-20a-5p" in (
        capsys.readouterr().err
    )
    with Path("array.csv").open("a") as file:
        file.write("4,hsa-miR-20a-5p\n")
    assert main(asked) == 0
    assert "drawn from  4 miRNAs with targets (array.csv)" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_nodes_and_mirnas_of_different_networks(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["network", *TABLES]) == 0
    path = Path("results/network_mirna_universe.csv")
    path.write_text(path.read_text().replace("hsa-miR-21-5p,yes", "hsa-miR-21-5p,no"))
    assert main(["enrichment", "--gene-sets", "sets.gmt", "--min-size", "2"]) == 1
    assert "is of another network than network_nodes.csv" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
def test_enrichment_of_a_list(capsys: pytest.CaptureFixture[str]) -> None:
    Path("genes.txt").write_text("gene\nG2\nG3\n")
    Path("universe.txt").write_text("".join(f"G{i}\n" for i in range(1, 9)))
    asked = ["enrichment", "genes.txt", "--gene-sets", "sets.gmt", "--min-size", "2", "--all-columns"]
    assert main([*asked, "--universe", "universe.txt"]) == 0
    shown = capsys.readouterr()
    assert shown.out.splitlines()[2] == "genes,repair,R:1,2,3,2,6,1,2,0.2,0.4,,NA,,G2;G3"
    assert "Warning" not in shown.err
    assert main(asked) == 0
    assert "Warning: no --universe given: every gene of the gene sets counts" in capsys.readouterr().err


@pytest.mark.usefixtures("study")
@pytest.mark.parametrize(
    ("content", "arguments", "code", "message"),
    [
        (b"\x00\x01", [], 1, "this is no list of genes (found binary data"),
        (b"\n\n", [], 1, "genes.txt: the file holds no gene"),
        (b"a,b\n1,2\n", [], 1, "this table has no column of genes"),
        (b"7157\n672\n", [], 1, "none of the 2 genes of the query is in the universe"),
        (b"G1\n", ["--gene-sets", "none"], 2, "--gene-sets none and others contradict each other"),
        (b"G1\n", ["--reduce", "kappa"], 2, "unknown reduction of terms 'kappa'"),
        (b"G1\n", ["--reduce", "ancestors"], 2, "these gene sets have no ancestors"),
        (b"G1\n", ["--figures", "x", "--no-figures"], 2, "--figures and --no-figures contradict each other"),
        (b"G1\n", ["--null", "all"], 2, "--null all needs the miRNAs behind the genes"),
        (b"G1\n", ["--format", "pdf"], 2, "no format is known for the output -"),
    ],
)
def test_lists_that_are_refused(
    content: bytes, arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("genes.txt").write_bytes(content)
    assert main(["enrichment", "genes.txt", "--gene-sets", "sets.gmt", "--min-size", "2", *arguments]) == code
    shown = capsys.readouterr()
    assert message in shown.err
    assert shown.out == ""


def test_of_the_tables_names_those_about_the_study_are_listed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("i.csv").write_text(
        "miRNA,gene\nhsa-miR-375,G1\nhsa-miR-375,G2\nhsa-miR-498,G1\nhsa-miR-21-5p,G1\nhsa-miR-1254,G2\n"
    )
    call = ["network", "--interactions", "i.csv", "--mirnas", "hsa-miR-375-3p,hsa-miR-21-5p", "--evidence", "all"]
    assert main([*call, "-v", "--gene-sets", "none", "--no-figures", "--export", "none"]) == 0
    said = capsys.readouterr().err
    assert (
        "miRNA names in i.csv: 1 current (miRBase 22), 2 renamed, 1 withdrawn from miRBase (run.json lists them)\n"
        "  renamed: hsa-miR-375 is hsa-miR-375-3p\n"
    ) in said
    names = json.loads(Path("network.run.json").read_text())["runs"]["network"]["summary"]["interactions_names"]
    assert names["renamed"] == {"hsa-miR-375": "hsa-miR-375-3p", "hsa-miR-498": "hsa-miR-498-5p"}
    assert list(names["not_mapped"]) == ["hsa-miR-1254"]


def test_human_gene_sets_are_not_tested_on_another_species(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    genes = ("Pten", "Bcl2", "Trp53", "A1CF")
    pairs = [f"{mirna},{gene}" for mirna in ("mmu-miR-21a-5p", "mmu-miR-17-5p") for gene in genes]
    Path("i.csv").write_text("\n".join(["miRNA,gene", *pairs]) + "\n")
    call = ["network", "--interactions", "i.csv", "--mirnas", "mmu-miR-21a-5p,mmu-miR-17-5p", "--evidence", "all"]
    call += ["--no-figures", "--export", "none"]
    assert main(call) == 0
    assert (
        "Warning: gene sets not tested: the GO that comes with mirtool is of human genes, and the miRNAs are of "
        "mmu; give those of its genes (--gene-sets FILE.gmt)\n"
    ) in capsys.readouterr().err
    assert not Path("enrichment.csv").exists()
    Path("mouse.gmt").write_text("repair\t\tPten\tTrp53\n")
    assert main([*call, "--gene-sets", "mouse.gmt", "--min-size", "2", "--null", "genes"]) == 0
    assert "human" not in capsys.readouterr().err
    assert Path("enrichment.csv").exists()


def test_mirnas_without_targets_stand_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("i.csv").write_text("miRNA,gene\nhsa-miR-17-5p,G1\nhsa-miR-21-5p,G1\n")
    absent = [f"hsa-miR-{n}-5p" for n in range(9000, 9012)]
    Path("m.txt").write_text("\n".join(["hsa-miR-17-5p", "hsa-miR-21-5p", "hsa-miR-21-3p", *absent]) + "\n")
    call = ["network", "--interactions", "i.csv", "--mirnas", "m.txt", "--evidence", "all"]
    assert main([*call, "-v", "--gene-sets", "none", "--no-figures", "--export", "none"]) == 0
    assert (
        "  without targets: hsa-miR-21-3p (the table has hsa-miR-21-5p: not the same name, so not taken)\n"
        f"  without targets: {', '.join(absent[:10])} and 2 more\n"
    ) in capsys.readouterr().err
