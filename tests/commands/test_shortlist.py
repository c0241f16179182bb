"""``mirtool shortlist`` as a whole: the table by hand, what is said, and what is refused."""

import csv
import json

import pytest

from mirtool.cli import main

DIFFERENTIAL = """\
# mirtool differential; tested: resistant; reference: responding
ID,Name,mean resistant,mean responding,ratio of means resistant/responding,log2 ratio resistant/responding,\
fold change resistant/responding,t (moderated),P (moderated),FDR (BH),n resistant,n responding,spots resistant,\
spots responding,regulation by fold change,regulation by volcano P,regulation by volcano FDR,stability by volcano P
10,hsa-miR-16-5p,1,4,0.25,-2,-4,-5,0.001,0.01,3,3,12,12,down,down,down,1
11,hsa-miR-15a-5p,1,2,0.5,-1,-2,-3,0.02,0.1,3,2,12,8,down,down,,0.6
12,hsa-miR-513a-5p,8,1,8,3,8,4,0.01,0.08,3,3,12,11,up,up,,0.4
13,hsa-miR-9-5p,1,1,1,0,1,0,1,1,3,3,12,12,,,,0
14,hsa-miR-16-5p,1,2,0.5,-1,-2,-1,0.3,0.5,3,3,12,12,down,,,0.1
"""
VALIDATION = "Target,fold change resistant/responding,P (Welch),FDR (BH)\nhsa-miR-16-5p,-3.5,0.001,0.002\n"
CONCORDANCE = "Name,verdict\nhsa-miR-16-5p,confirmed\n"
NODES = "name,type,targets,partners,synergy,betweenness\nhsa-miR-16-5p,miRNA,17,1,9,0.25\nTP53,gene,NA,NA,NA,NA\n"
EXOCARTA = (
    "CONTENT ID\tCONTENT TYPE\tMIRNA ID\tSPECIES\tEXPERIMENT ID\n"
    "1\tmirna\tmiR-16\tHomo sapiens\t3\n2\tmRNA\tTP53\tHomo sapiens\t3\n"
    "3\tmirna\thsa-miR-15a-5p\tHomo sapiens\t5\n"
)

# Of P >= 0.001 no change remains at 99.9 % confidence, and P decides the order.
# miR-16-5p UAGCAGCACGUAAAUAUUGGCG and miR-15a-5p share the seed AGCAGCA; GGAG is at 8 in miR-513a-5p.
EXPECTED = [
    {
        "rank": "1", "Name": "hsa-miR-16-5p", "ID": "10", "probes": "2", "other probes": "14: -2",
        "fold change resistant/responding": "-4", "seed": "AGCAGCA", "same seed in the list": "hsa-miR-15a-5p",
        "sequence": "UAGCAGCACGUAAAUAUUGGCG", "accession": "MIMAT0000069", "motif GGAG": "",
        "in ExoCarta": "yes", "in ExoCarta as": "miR-16", "in papers": "no",
        "qPCR fold change resistant/responding": "-3.5", "qPCR FDR (BH)": "0.002", "qPCR verdict": "confirmed",
        "targets": "17", "partners": "1", "synergy": "9", "betweenness": "0.25",
    },
    {
        "rank": "2", "Name": "hsa-miR-513a-5p", "current name": "hsa-miR-513a-5p", "ID": "12", "probes": "1",
        "other probes": "", "log2 ratio resistant/responding": "3", "fold change resistant/responding": "8",
        "P (moderated)": "0.01", "FDR (BH)": "0.08", "regulation by volcano P": "up", "arrays resistant": "3",
        "spots responding": "11", "stability by volcano P": "0.4", "same seed in the list": "", "motif GGAG": "8",
        "motif CCCU": "", "in ExoCarta": "no", "in papers": "yes", "qPCR verdict": "not tested",
        "qPCR FDR (BH)": "NA", "synergy": "NA",
    },
    {
        "rank": "3", "Name": "hsa-miR-15a-5p", "fold change resistant/responding": "-2", "arrays responding": "2",
        "same seed in the list": "hsa-miR-16-5p", "in ExoCarta": "yes", "in ExoCarta as": "", "in papers": "yes",
        "in papers as": "miR-15a-5p", "targets": "NA",
    },
]  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch):
    (tmp_path / "results").mkdir()
    for name, text in (
        ("samples.csv", "sample,group\n"),
        ("results/differential.csv", DIFFERENTIAL),
        ("results/validation.csv", VALIDATION),
        ("results/validation_concordance.csv", CONCORDANCE),
        ("results/network_nodes.csv", NODES),
        ("ExoCarta_miRNA_details_5.txt", EXOCARTA),
        ("papers.txt", "miR-15a-5p\nhsa-miR-513a-5p\nsomething\n"),
    ):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


LISTS = ["--list", "ExoCarta=ExoCarta_miRNA_details_5.txt", "--list", "papers.txt", "--all-columns"]


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("# ")))


def test_one_row_a_mirna_with_every_reason_in_its_column(study):
    assert main(["shortlist", *LISTS]) == 0
    rows = rows_of((study / "results/shortlist.csv").read_text())
    assert len(rows) == len(EXPECTED)
    for row, expected in zip(rows, EXPECTED, strict=True):
        assert {key: row[key] for key in expected} == expected
    assert not any("score" in header.lower() for header in rows[0])


@pytest.mark.usefixtures("study")
def test_what_is_said(capsys):
    assert main(["shortlist", "-v", *LISTS]) == 0
    err = capsys.readouterr().err
    assert "Shortlist by confident rank: 3 of 3 miRNAs up or down by volcano P (resistant / responding)\n" in err
    assert "confident: the largest change that remains at 99.9 % confidence first" in err
    assert "1 of 3 tested, 1 confirmed (results/validation.csv)\n" in err
    assert "targets known of 1 of 3 (results/network_nodes.csv)\n" in err
    assert (
        "in 1 of 3, as have 15.6 % of the known miRNAs of these species (Villarroya-Beltri C et al. (2013)." in err
    )
    assert (
        "2 in it, 0 possible; of its names 1 current, 1 renamed, 0 not mapped; left out: 1 row of another content "
        "type than mirna\n"
    ) in err
    assert "2 in it, 0 possible; of its names 1 current, 1 renamed, 1 not mapped (something)\n" in err
    assert err.endswith("Wrote results/shortlist.csv\n")


def test_rank_top_and_direction(study):
    assert main(["shortlist", "--rank", "stability", "--direction", "down", "--top", "1"]) == 0
    (row,) = rows_of((study / "results/shortlist.csv").read_text())
    assert (row["rank"], row["Name"]) == ("1", "hsa-miR-16-5p")
    run = json.loads((study / "results/run.json").read_text())["runs"]["shortlist"]
    notes = dict(run["tables"]["results/shortlist.csv"]["notes"])
    assert notes["candidates"] == "2 by volcano P, down"
    assert notes["rank"].startswith("stability, listed under the largest share of choices")


def test_the_run_is_recorded_and_repeats_to_the_byte(study):
    written = []
    for _ in range(2):
        assert main(["shortlist", *LISTS]) == 0
        written.append({p: p.read_bytes() for p in (study / "results").rglob("*") if p.is_file()})
    assert written[0] == written[1]
    run = json.loads((study / "results/run.json").read_text())["runs"]["shortlist"]
    assert run["summary"]["mirnas"] == ["hsa-miR-16-5p", "hsa-miR-513a-5p", "hsa-miR-15a-5p"]
    assert run["summary"]["lists"]["ExoCarta"]["yes"] == 2
    assert "ExoCarta_miRNA_details_5.txt" in run["inputs"]


LEVELS = "miRNA,serum (RPM),urine (RPM)\nhsa-miR-16,40,2\nhsa-miR-15a-5p,0,9\nhsa-miR-21-5p,50,9\n"


def test_levels_in_the_fluid_of_the_study(study, capsys):
    """In serum miR-16-5p is second to miR-21-5p; of both rows seen there, miR-15a-5p is none."""
    (study / "levels.csv").write_text(LEVELS)
    assert main(["shortlist", "--levels", "levels.csv", "--fluid", "serum"]) == 0
    rows = rows_of((study / "results/shortlist.csv").read_text())
    assert [
        (row["Name"], row["seen in serum"], row["level in serum (RPM)"], row["level rank in serum"])
        for row in rows
    ] == [
        ("hsa-miR-16-5p", "yes", "40", "2"),
        ("hsa-miR-513a-5p", "not in the table", "NA", "NA"),
        ("hsa-miR-15a-5p", "never seen there", "0", "NA"),
    ]
    err = capsys.readouterr().err
    assert "40 RPM, rank 2 of 2" in err
    assert "1 of 3 seen there, 1 never seen there, 1 not in the table (2 miRNAs of levels.csv were)" in err
    run = json.loads((study / "results/run.json").read_text())["runs"]["shortlist"]
    assert "levels.csv" in run["inputs"]
    assert run["summary"]["levels"]["seen_in_table"] == 2


def test_the_fluid_is_that_of_quality_control_in_mirtool_toml(study, capsys):
    (study / "levels.csv").write_text(LEVELS)
    settings = '[qc]\nfluid = "{}"\n[shortlist]\nlevels = "levels.csv"\n'
    (study / "mirtool.toml").write_text(settings.format("serum"))
    assert main(["shortlist"]) == 0
    assert "seen in serum" in (study / "results/shortlist.csv").read_text()
    (study / "mirtool.toml").write_text(settings.format("plasma"))
    assert main(["status"]) == 0
    assert "from another [qc] fluid in mirtool.toml" in capsys.readouterr().out
    assert main(["shortlist"]) == 1
    assert "levels.csv, --fluid: the table has no levels in this fluid (found 'plasma'" in capsys.readouterr().err


def test_alone_it_needs_the_differential_table_only(study, capsys):
    (study / "samples.csv").unlink()
    assert main(["shortlist", "results/differential.csv", "--regulation", "volcano-fdr", "--rank", "fdr"]) == 0
    out, err = capsys.readouterr()
    (row,) = rows_of(out)
    assert row["Name"] == "hsa-miR-16-5p"
    assert not [header for header in row if header.startswith(("qPCR", "targets"))]
    assert "no results (`mirtool validate` writes them)" in err


def test_a_workbook_holds_it_too(study):
    import openpyxl

    assert main(["shortlist", *LISTS, "-o", "s.xlsx"]) == 0
    sheet = openpyxl.load_workbook(study / "s.xlsx")["s"]
    header = [cell.value for cell in sheet[1]]
    assert sheet.cell(2, header.index("fold change resistant/responding") + 1).value == -4
    assert sheet.cell(2, header.index("Name") + 1).value == "hsa-miR-16-5p"


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--top", "0"], 2, "--top: top is out of range"),
        (["--rank", "score"], 2, "score"),
        (["--list", "=x.txt"], 2, "a list needs a name and a file"),
        (["--list", "papers.txt", "--list", "papers=papers.txt"], 2, "two lists are called 'papers'"),
        (["--fluid", "serum"], 2, "--fluid: there is no table of levels"),
        (["--level-unit", "RPM"], 2, "--level-unit: there is no table of levels"),
        (["--levels", "missing.csv"], 1, "missing.csv"),
        (["--list", "x=missing.txt"], 1, "missing.txt"),
        (["--list", "x=samples.csv"], 1, "no column of miRNA names"),
        (["--validation", "papers.txt"], 1, "not a table of `mirtool validate`"),
        (["--network", "results/validation.csv"], 1, "not a table of `mirtool network`"),
        (["papers.txt"], 1, "not a table of `mirtool diff`"),
        (["-o", "s.pdf"], 2, "no format is known for the output"),
    ],
)
@pytest.mark.usefixtures("study")
def test_a_wrong_call_says_what_is_wrong(arguments, code, message, capsys):
    assert main(["shortlist", *arguments]) == code
    assert message in capsys.readouterr().err


def test_without_a_differential_table_it_says_what_to_run_first(study, capsys):
    (study / "results/differential.csv").unlink()
    assert main(["shortlist"]) == 1
    assert "run `mirtool diff` first" in capsys.readouterr().err
