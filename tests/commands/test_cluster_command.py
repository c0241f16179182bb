"""``mirtool cluster`` as a whole: what it writes, what it says, and what it refuses."""

import json
import re
from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main

NORMALIZED = """\
# mirtool normalized; scale: log2; recipe: exiqon-service
ID,Name,r1,r2,n1,n2
10001,hsa-miR-16-5p,0,0,6,6
10002,hsa-miR-20a-5p,0,0,6,9
10003,hsa-let-7d-3p,6,6,0,0
10004,hsa-miR-21-5p,1,1,1.5,1
10005,hsa-miR-19a-3p,NA,NA,NA,4
"""
SHEET = "sample,group\nr1,responding\nr2,responding\nn1,resistant\nn2,resistant\n"
DIFFERENTIAL = """\
ID,Name,mean resistant,mean responding,log2 ratio resistant/responding,regulation by fold change,\
regulation by volcano P
10003,hsa-let-7d-3p,1,64,-6,down,down
10001,hsa-miR-16-5p,64,1,6,up,up
10002,hsa-miR-20a-5p,288,1,8.2,up,up
10004,hsa-miR-21-5p,2.4,2,0.26,,
10005,hsa-miR-19a-3p,16,NA,NA,,
"""

# By hand, Euclidean distances of the log2 values: miR-16 and miR-20a are 3 apart, miR-16 and let-7d
# √(4 · 6²) = 12, miR-20a and let-7d √189: single linkage merges at 3 and 12, similarities 1 − 3/12 and 0, half
# branches 1.5, 4.5, 6. r1 and r2 are one; n1 and n2 3 apart; r1 and n1 √108 = 10.392…, n2 √153: merges at 0, 3 and
# √108, similarities 1, 1 − 3/√108 and 0.
CDT = """\
GID\tID\tNAME\tGWEIGHT\t{0}
AID\t\t\t\t{1}
GROUP\t\t\t\t{2}
EWEIGHT\t\t\t\t1\t1\t1\t1
"""
# Silhouettes: miR-16 (12 − 3)/12, miR-20a (√189 − 3)/√189, let-7d alone 0; r1 and r2 1, n1 (√108 − 3)/√108,
# n2 (√153 − 3)/√153; within: 2 · 1.5² both times; the means: (0.75 + 0.78178…)/3 and (2 + 0.71132… + 0.75746…)/4.
K_MEANS = """\
of,ID,Name,group,k-means cluster,silhouette,tree cluster
gene,10001,hsa-miR-16-5p,,1,0.75,1
gene,10002,hsa-miR-20a-5p,,1,0.7818,1
gene,10003,hsa-let-7d-3p,,2,0,2
array,r1,r1,responding,1,1,1
array,r2,r2,responding,1,1,1
array,n1,n1,resistant,2,0.7113,2
array,n2,n2,resistant,2,0.7575,2
"""
K_MEANS_NOTES = {
    "mirtool cluster": "",
    "genes": "k = 2",
    "mean silhouette of the genes": "0.5106",
    "sum of squares within the genes' clusters": "4.5",
    "arrays": "k = 2",
    "mean silhouette of the arrays": "0.8672",
    "sum of squares within the arrays' clusters": "4.5",
}
BY_HAND = ["cluster", "--scores", "log2", "--metric", "euclidean", "--linkage", "single", "--stability", "none"]
FILES = [
    "cluster.atr", "cluster.cdt", "cluster.gtr", "cluster_arrays.nwk", "cluster_genes.nwk", "cluster_kmeans.csv",
    "cluster_pca.csv", "cluster_stability.csv",
]  # fmt: skip
FIGURES = ["captions.md", "cluster_heatmap.png", "cluster_heatmap.svg", "cluster_pca.png", "cluster_pca.svg"]


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    (tmp_path / "results/normalized.csv").write_text(NORMALIZED)
    (tmp_path / "results/differential.csv").write_text(DIFFERENTIAL)
    (tmp_path / "samples.csv").write_text(SHEET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def wide_table(n_arrays: int = 12, n_probes: int = 15) -> str:
    rng = np.random.default_rng(2)
    values = rng.normal(8, 1, (n_probes, n_arrays)) + np.outer(
        rng.choice([-2, 2], n_probes), np.arange(n_arrays) % 2
    )
    head = "ID,Name," + ",".join(f"s{j + 1}" for j in range(n_arrays))
    rows = [f"p{i},hsa-miR-{i + 1}," + ",".join(f"{v:.3f}" for v in row) for i, row in enumerate(values)]
    return "\n".join(["# mirtool normalized; scale: log2", head, *rows]) + "\n"


def test_in_a_study_the_files_are_those_computed_by_hand(study, capsys):
    assert main([*BY_HAND, "-v", "--no-figures"]) == 0
    results = study / "results"
    assert sorted(path.name for path in results.glob("cluster*")) == FILES
    gtr = (results / "cluster.gtr").read_text()
    assert [line.split("\t")[3] for line in gtr.splitlines()] == ["0.75", "0"]
    atr = [line.split("\t") for line in (results / "cluster.atr").read_text().splitlines()]
    assert [row[3] for row in atr] == ["1", "0.711324865405", "0"]
    assert [sorted(row[1:3]) for row in atr[:2]] == [["ARRY1X", "ARRY2X"], ["ARRY3X", "ARRY4X"]]
    assert (results / "cluster_kmeans.csv").read_text() == K_MEANS
    tables = json.loads((results / "run.json").read_text())["runs"]["cluster"]["tables"]
    assert dict(tables["results/cluster_kmeans.csv"]["notes"]) == K_MEANS_NOTES
    newick = (results / "cluster_genes.nwk").read_text()
    assert sorted(re.findall(r"[\w-]+:[\d.]+", newick)) == [
        "NODE1X:4.5", "hsa-let-7d-3p:6", "hsa-miR-16-5p:1.5", "hsa-miR-20a-5p:1.5",
    ]  # fmt: skip
    rows = [line.split("\t") for line in (results / "cluster.cdt").read_text().splitlines()]
    names = rows[0][4:]
    arrays = ["r1", "r2", "n1", "n2"]
    assert "\n".join("\t".join(row) for row in rows[:4]) + "\n" == CDT.format(
        "\t".join(names),
        "\t".join(f"ARRY{arrays.index(name) + 1}X" for name in names),
        "\t".join("responding" if name[0] == "r" else "resistant" for name in names),
    )
    cells = {row[1]: dict(zip(names, row[4:], strict=True)) for row in rows[4:]}
    assert cells["10002"] == {"r1": "0", "r2": "0", "n1": "6", "n2": "9"}
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("""\
Clustered 3 probes and 4 arrays: regulation by volcano P (resistant/responding).
  values              log₂
  linkage             single linkage
  distance of probes  the Euclidean distance
  distance of arrays  the Euclidean distance
Wrote results/: cluster_stability.csv, cluster_kmeans.csv, cluster_pca.csv, cluster.cdt, cluster.gtr, \
cluster_genes.nwk, cluster.atr, cluster_arrays.nwk
""")


def test_the_run_is_recorded(study):
    assert main([*BY_HAND, "--no-figures"]) == 0
    run = json.loads((study / "results/run.json").read_text())["runs"]["cluster"]
    assert sorted(run["inputs"]) == ["results/differential.csv", "results/normalized.csv", "samples.csv"]
    assert run["summary"]["rows"] == "regulation by volcano P (resistant/responding)"
    assert run["summary"]["k_means"]["genes"] == {"k": 2, "mean_silhouette": 0.510594, "within": 4.5}


def test_the_most_variable_probes_where_nothing_else_is_said(study, capsys):
    (study / "results/differential.csv").unlink()
    assert main(["cluster", "-v", "--no-figures"]) == 0
    err = capsys.readouterr().err
    assert "Clustered 4 probes and 4 arrays: the 4 probes of the largest variance.\n" in err
    assert "  left out            1 probe with fewer than two values\n" in err
    assert (
        "The tree of arrays is not assessed: it rests on 4 probes, and the bootstrap needs 10 to draw from." in err
    )


def test_top_takes_the_largest_variances(study):
    assert main(["cluster", "--top", "3", "--no-figures"]) == 0
    text = (study / "results/cluster.cdt").read_text()
    assert "hsa-miR-21-5p" not in text
    assert "hsa-miR-20a-5p" in text


def test_files_and_figures_go_where_they_are_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("log2.csv").write_text(wide_table())
    assert main(["cluster", "log2.csv", "--resamples", "40", "-o", "found", "--figures", "plots"]) == 0
    assert sorted(p.name for p in Path("found").iterdir()) == sorted(
        [*FILES, "cluster.columns.csv", "cluster.run.json"]
    )
    assert sorted(p.name for p in Path("plots").iterdir()) == FIGURES
    first = {p.name: p.read_bytes() for folder in ("found", "plots") for p in Path(folder).iterdir()}
    assert main(["cluster", "log2.csv", "--resamples", "40", "-o", "found", "--figures", "plots"]) == 0
    assert first == {p.name: p.read_bytes() for folder in ("found", "plots") for p in Path(folder).iterdir()}


def test_stability_of_both_trees_and_two_workers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("log2.csv").write_text(wide_table())
    command = ["cluster", "log2.csv", "--resamples", "120", "--no-figures"]
    assert main([*command, "-o", "one"]) == 0
    assert "Stable clusters of probes (AU ≥ 0.95): " in capsys.readouterr().err
    assert main([*command, "-o", "two", "--workers", "2"]) == 0
    text = Path("one/cluster_stability.csv").read_text()
    assert text == Path("two/cluster_stability.csv").read_text()
    rows = [line.split(",") for line in text.splitlines()[1:]]
    assert [row[0] for row in rows] == ["array"] * 11 + ["gene"] * 14
    assert all(row[4] != "NA" for row in rows)
    assert rows[10][1:3] == ["NODE11X", "12"]
    odd = "; ".join(f"s{j}" for j in range(1, 13, 2))
    assert next(float(row[4]) for row in rows if row[-1] == odd) >= 0.95


def test_a_large_tree_is_assessed_only_where_that_is_asked_for(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("log2.csv").write_text(wide_table())
    monkeypatch.setattr("mirtool.cluster.analysis.LARGEST_ASSESSED", 13)  # 15 probes, 12 arrays
    assert main(["cluster", "log2.csv", "--no-figures", "-o", "one"]) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "The tree of probes is not assessed: each draw of the bootstrap builds a tree of 15 probes" in said
    assert "Stable clusters of arrays" in said
    assert main(["cluster", "log2.csv", "--no-figures", "-o", "two", "--resamples", "20"]) == 0
    assert "Stable clusters of probes" in capsys.readouterr().err


def test_one_tree_only_and_files_of_before(study, capsys):
    assert main([*BY_HAND, "--no-figures"]) == 0
    capsys.readouterr()
    assert main([*BY_HAND, "--no-genes"]) == 0
    err = capsys.readouterr().err
    assert "Warning: 2 files are from an earlier run: results/cluster.gtr, results/cluster_genes.nwk\n" in err
    assert (study / "results/cluster.cdt").read_text().startswith("ID\tNAME\tGWEIGHT\t")
    captions = (study / "figures/captions.md").read_text()
    assert "Tree: single linkage on the Euclidean distance. Rows in the table's order." in captions


def test_two_arrays_are_clustered_by_euclidean_distance(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("two.csv").write_text("# mirtool normalized; scale: log2\nID,Name,a,b\n1,x,1,2\n2,y,2,5\n3,z,4,1\n")
    assert main(["cluster", "two.csv", "--figures", "plots"]) == 0
    err = capsys.readouterr().err
    assert "  distance of probes  the Euclidean distance\n  distance of arrays  1 − Pearson's r\n" in err
    assert "Warning: no k-means clusters of the arrays: k-means can't make so many clusters\n" in err


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--linkage", "ward", "--metric", "correlation"], 2,
         "Ward's method adds up squared Euclidean distances, which other distances are not (found ward with "
         "correlation; expected ward with euclidean)"),
        (["--top", "3", "--regulation", "volcano-p"], 2,
         "--top takes the most variable probes, whatever the differential table says (found --top with "
            "--regulation)"),
        (["--regulation", "volcano-fdr"], 2, "the differential table has no column 'regulation by volcano FDR'"),
        (["--regulation", "q"], 2, "unknown rule 'q' (expected one of fold-change, volcano-p, volcano-fdr)"),
        (["--no-genes", "--no-arrays"], 2, "there is nothing left to cluster"),
        (["--figures", "x", "--no-figures"], 2, "--figures and --no-figures contradict each other"),
        (["--k", "3"], 2, "k-means can't make so many clusters (found k = 3; expected 2 to 2, for 3 rows)"),
        (["--linkage", "centroid"], 2, ""),
        (["missing.csv"], 1, "missing.csv: "),
        (["--differential", "results/normalized.csv"], 1, "this is not a table of `mirtool diff`"),
    ],
)  # fmt: skip
def test_calls_that_can_not_be(study, capsys, arguments, code, message):
    assert main(["cluster", *arguments]) == code
    err = capsys.readouterr().err
    assert message in err
    assert "Traceback" not in err
    assert not list((study / "results").glob("cluster*"))


def test_a_differential_table_of_another_study(study, capsys):
    (study / "results/differential.csv").write_text(DIFFERENTIAL.replace("10003", "99"))
    assert main(["cluster"]) == 1
    assert (
        "results/differential.csv: 1 probe of the differential table not in the normalized table (found 99)\n"
        "  What to do: run `mirtool diff` again"
    ) in capsys.readouterr().err


def test_nothing_passes(study, capsys):
    (study / "results/differential.csv").write_text(DIFFERENTIAL.replace("up,up", ",").replace("down,down", ","))
    assert main(["cluster"]) == 1
    err = capsys.readouterr().err
    assert "clusters need at least two probes, and 0 pass by regulation by volcano P (resistant/responding)" in err
    assert "choose the most variable ones (--top 50)" in err


def test_correlation_of_two_arrays(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("two.csv").write_text("# mirtool normalized; scale: log2\nID,Name,a,b\n1,x,1,2\n2,y,2,5\n3,z,4,1\n")
    assert main(["cluster", "two.csv", "--metric", "spearman"]) == 1
    assert "a correlation needs three values" in capsys.readouterr().err


def test_a_single_array(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("one.csv").write_text("# mirtool normalized; scale: log2\nID,Name,a\n1,x,1\n2,y,2\n")
    assert main(["cluster", "one.csv"]) == 1
    assert "one.csv: clusters need at least two arrays (found 1 array)" in capsys.readouterr().err


def test_a_table_without_values(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("none.csv").write_text("# mirtool normalized; scale: log2\nID,Name,a,b\n1,x,NA,1\n2,y,2,NA\n")
    assert main(["cluster", "none.csv"]) == 1
    assert "and 0 have values in two arrays or more" in capsys.readouterr().err


def test_no_normalized_table_yet(tmp_path, monkeypatch, capsys):
    (tmp_path / "samples.csv").write_text(SHEET)
    monkeypatch.chdir(tmp_path)
    assert main(["cluster"]) == 1
    assert "the study has no normalized table yet" in capsys.readouterr().err


def test_regulation_without_a_differential_table(study, capsys):
    (study / "results/differential.csv").unlink()
    assert main(["cluster", "--regulation", "fold-change"]) == 2
    assert "--regulation chooses from a differential table, and none was given" in capsys.readouterr().err


def test_help_teaches(capsys):
    assert main(["cluster", "--help"]) == 0
    text = capsys.readouterr().out
    assert "Examples:" in text
    assert "  # as MeV by default\n  mirtool cluster --linkage weighted --metric euclidean\n" in text
