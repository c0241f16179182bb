"""Sequencing counts of every program: what is read, how rows are merged, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.errors import CountsError, FormatError, MirtoolError, SampleSheetError
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.value_scale import looks_like_counts, looks_per_million, per_million_clue
from mirtool.io.counts.reading import holds_arrays, read_file, read_study_counts
from mirtool.io.registry import has_counts, inspect_file, sniff_format
from mirtool.model import SampleTable
from mirtool.study.draft import draft_samples

COUNTS = Path(__file__).resolve().parents[2] / "fixtures" / "counts"
BAD = COUNTS / "bad"
SAMPLES = ("S01", "S02", "S03", "S04")
MIR_21, LET_7A = (20144, 18870, 41233, 39980), (3301, 2950, 4120, 3875)


@pytest.mark.parametrize(
    ("name", "kind", "let_7a"),
    [
        # The second precursor has the same reads but one: the row with more is taken, nothing is added up.
        ("miRNAs_expressed_all_samples.csv", "mirdeep2-counts", LET_7A),
        ("miR.Counts.csv", "mirge-counts", LET_7A),
        ("mirna.tsv", "matrix", LET_7A),
        ("mature_counts.csv", "matrix", LET_7A),
        ("exceRpt_miRNA_ReadCounts.txt", "matrix", tuple(count + 0.5 for count in LET_7A)),
    ],
)
def test_tables_of_several_samples(name, kind, let_7a):
    assert sniff_format(COUNTS / name) == kind
    found = read_file(COUNTS / name)
    assert found.samples == SAMPLES
    assert len(found.id) == 8
    assert tuple(found.reads[list(found.id).index("hsa-miR-21-5p")]) == MIR_21
    assert tuple(found.reads[0]) == let_7a
    assert found.reads[3].tolist() == [0, 2, 0, 1]


@pytest.mark.parametrize(
    ("name", "kind", "ids"),
    [
        ("S0{}_readCounts_miRNAmature_sense.txt", "excerpt-counts", "name"),
        ("S0{}_mature_sense.grouped", "srnabench-counts", "name"),
        ("S0{}.isoforms.quantification.txt", "tcga-counts", "accession"),
    ],
)
def test_files_of_one_sample_are_put_together(name, kind, ids):
    files = [str(COUNTS / name.format(k)) for k in (1, 2)]
    assert [sniff_format(file) for file in files] == [kind] * 2
    # The sheet lists them in another order, by file.
    sheet = SampleTable(("second", "first"), ("b", "a"), (files[1], files[0]))
    found = read_study_counts(files, sheet)
    assert found.samples.names == ("second", "first")
    label = {"name": ("hsa-let-7a-5p", "hsa-miR-122-5p"), "accession": ("MIMAT0000062", "MIMAT0000421")}[ids]
    rows = list(found.id)
    # let-7a of TCGA: 1801 + 500 + 1000 reads of three isoforms of two precursors; the stem-loop's 7 are left out.
    assert found.reads[rows.index(label[0])].tolist() == [2950, 3301]
    # miR-122 is listed in the second sample only: it has no reads in the first.
    assert found.reads[rows.index(label[1])].tolist() == [2, 0]
    assert any("do not list all" in text for text in found.warnings)


def test_precursors_stay_precursors_and_that_is_said():
    found = read_file(COUNTS / "S01.mirnas.quantification.txt")
    assert found.id[:2].tolist() == ["hsa-let-7a-1", "hsa-mir-21"]
    assert "rows are precursors" in found.warnings[0]


def test_shared_reads_of_mirdeep2_are_added_up(tmp_path):
    path = tmp_path / "weighed.csv"
    rows = ["#miRNA\tread_count\tprecursor\ttotal\tS01\tS01(norm)"]
    rows += [f"hsa-let-7a-5p\t{n}\thsa-let-7a-{k}\t{n}\t{n}\t1.0" for k, n in ((1, 33.34), (2, 33.33), (3, 33.33))]
    path.write_text("\n".join(rows) + "\n")
    found = read_file(path)
    assert found.reads.tolist() == [[pytest.approx(100)]]
    assert "added up" in found.warnings[0]


def test_rows_of_one_name_in_a_plain_table_are_one_where_they_are_equal(tmp_path):
    path = tmp_path / "counts.tsv"
    path.write_text(
        "miRNA\tS1\tS2\nhsa-let-7a-5p\t9\t8\nhsa-let-7a-5p\t9\t8\nhsa-miR-16-5p\t3\t0\nhsa-miR-16-5p\t4\t1\n"
    )
    found = read_file(path)
    assert found.id.tolist() == ["hsa-let-7a-5p", "hsa-miR-16-5p", "hsa-miR-16-5p (2)"]
    assert found.reads.tolist() == [[9, 8], [3, 0], [4, 1]]
    assert [text.partition(" row")[0] for text in found.warnings] == ["1", "1"]


BAD_FILES = [
    ("mirdeep2_without_samples.csv", "the table has no sample", "#miRNA, read_count, precursor, total"),
    ("mirdeep2_text.csv", "a cell that should be a number is not", "'many'"),
    ("mirge_rpm.csv", "these are not read counts: most values are not whole numbers", "67783.7"),
    ("mirge_total.csv", "the miRNAs of a sample have more reads than its total", "48,699 reads, miRNAtotal 1,000"),
    ("mirge_twice.csv", "the miRNA 'hsa-miR-16-5p' is listed twice", "the same name in line 5"),
    ("excerpt_column.txt", "a table of exceRpt without its column 'multimapAdjustedReadCount'", "adjusted"),
    ("srnabench_negative.grouped", "a read count is negative", "-3"),
    ("isoforms_without_mature.txt", "no row is of a mature miRNA", "precursor,MIMAT0000062"),
    ("isoforms_cut.txt", "a row does not have as many cells as the header", "2 cells"),
    ("precursor_twice.txt", "a precursor is listed twice", "1 further row"),
    ("no_reads.tsv", "a sample has no reads", "zeros only"),
    ("empty_cell.tsv", "a read count is missing", "an empty cell, or NA"),
    ("negative.tsv", "a read count is negative", "-812"),
    ("per_million.tsv", "these are not read counts: most values are not whole numbers", "67783.7"),
]


@pytest.mark.parametrize(("name", "problem", "found"), BAD_FILES, ids=[name for name, *_ in BAD_FILES])
def test_what_is_wrong_is_said(name, problem, found):
    with pytest.raises(FormatError) as caught:
        read_file(BAD / name)
    assert caught.value.problem == problem
    assert found in str(caught.value.found)
    assert str(caught.value.path).endswith(name)


def test_inspect_says_counts_samples_and_reads():
    found = inspect_file(COUNTS / "miRNAs_expressed_all_samples.csv")
    assert (found.format, found.spots, found.channels) == ("mirdeep2-counts", 8, ())
    assert found.details["content"] == "sequencing read counts"
    assert found.details["samples"] == list(SAMPLES)
    assert found.details["reads_per_sample"] == "47,265 to 57,360"
    of_one = inspect_file(COUNTS / "S01_mature_sense.grouped")
    assert of_one.details["reads"] == 48699


def test_whole_numbers_with_zeros_look_like_counts_and_intensities_do_not():
    rng = np.random.default_rng(1)
    reads = rng.poisson(np.exp(rng.normal(2, 3, (200, 6)))).astype(float)
    assert looks_like_counts(reads)
    per_million = reads / reads.sum(axis=0) * 1e6
    assert not looks_like_counts(per_million)
    assert looks_per_million(per_million)
    assert looks_per_million(per_million.round(2))
    assert not looks_per_million(reads)
    assert not looks_per_million(per_million[:, :1])  # one sample may do so by chance
    assert not looks_per_million(per_million * [1, 1, 1, 1, 1, 1.01])
    assert not looks_like_counts(np.log2(reads + 1))
    assert not looks_like_counts(rng.integers(40, 65535, (200, 6)).astype(float))  # of a scanner
    assert not looks_like_counts(rng.integers(-20, 65535, (200, 6)).astype(float))


@pytest.mark.parametrize("name", ["miR.Counts.csv", "S01_mature_sense.grouped", "mirna.tsv", "mature_counts.csv"])
def test_the_recipes_for_arrays_refuse_counts(name):
    # Only of a plain table it is not certain.
    is_plain = inspect_file(COUNTS / name).format == "matrix"
    said = f"these {'look like' if is_plain else 'are'} sequencing counts"
    with pytest.raises(CountsError, match=said) as caught:
        read_arrays([str(COUNTS / name)])
    assert ("if they are intensities" in str(caught.value.hint)) == is_plain
    assert "mirtool diff" in str(caught.value.hint)


def test_a_plain_table_that_is_stated_to_be_linear_is_taken_for_intensities():
    assert read_arrays([str(COUNTS / "mirna.tsv")], scale="linear").n_arrays == 4


ARRAY = str(COUNTS.parent / "genepix" / "v3_two_channels.gpr")


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("name", ["S01_mature_sense.grouped", "mirna.tsv"])
def test_counts_beside_arrays_are_refused_whichever_comes_first(name, order):
    counts = str(COUNTS / name)
    files = [ARRAY, counts][::order]
    for read in (read_arrays, draft_samples):
        with pytest.raises(MirtoolError, match="sequencing counts and arrays are in one study") as caught:
            read(files)
        assert caught.value.found == f"counts here, arrays in {ARRAY}"
    with pytest.raises(FormatError, match="holds no sequencing counts, and the study's others do"):
        read_study_counts(files)


def test_counts_beside_lanes_speak_of_lanes():
    lane = str(COUNTS.parent / "nanostring" / "serum_A1.RCC")
    with pytest.raises(FormatError, match="sequencing counts and NanoString lanes are in one study") as caught:
        draft_samples([lane, str(COUNTS / "mirna.tsv")])
    assert caught.value.found == f"counts here, NanoString lanes in {lane}"


def test_a_draft_states_the_scale():
    of_table = draft_samples([str(COUNTS / "miR.Counts.csv")])
    assert of_table["sample"].tolist() == list(SAMPLES)
    assert set(of_table["scale"]) == {"counts"}
    of_files = draft_samples([str(COUNTS / f"S0{k}_mature_sense.grouped") for k in (1, 2)])
    assert of_files["sample"].tolist() == ["S01", "S02"]
    assert set(of_files["scale"]) == {"counts"}
    assert set(draft_samples([str(COUNTS / "mature_counts.csv")])["scale"]) == {"counts"}


def test_what_does_not_fit_the_sheet_is_refused():
    with pytest.raises(SampleSheetError, match="not in the table"):
        read_study_counts([COUNTS / "mirna.tsv"], SampleTable(("S01", "S09")))
    files = [COUNTS / "mirna.tsv", COUNTS / "S01_mature_sense.grouped"]
    with pytest.raises(FormatError, match="a file of one sample beside a table of several"):
        read_study_counts(files, SampleTable(SAMPLES))
    with pytest.raises(SampleSheetError, match="two tables have a sample called 'S01'"):
        read_study_counts([COUNTS / "mirna.tsv", COUNTS / "miR.Counts.csv"])


def test_columns_the_sheet_does_not_list_are_left_out_and_named():
    found = read_study_counts([COUNTS / "mirna.tsv"], SampleTable(("S03", "S01"), ("b", "a")))
    assert found.reads[1].tolist() == [41233, 20144]
    assert found.samples.groups == ("b", "a")
    assert "2 columns" in found.warnings[-1]


def test_reads_per_million_are_refused_as_arrays(capsys, tmp_path):
    path = str(BAD / "per_million.tsv")
    assert inspect_file(path).details["content"].startswith("looks like sequencing reads per million")
    assert main(["normalize", path, "-o", str(tmp_path / "n.csv")]) == 1
    assert (
        "these look like sequencing reads per million: the recipes for arrays do not apply"
        in capsys.readouterr().err
    )
    assert not list(tmp_path.iterdir())


STATED = {
    "linear": "intensities or expression",
    "log2": "intensities or expression",
    "counts": "sequencing counts",
}


@pytest.mark.parametrize("scale", STATED)
def test_a_note_of_the_table_states_the_scale_everywhere(scale, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    rows = [f"hsa-miR-{i}-3p,{0 if i % 4 else i},{7 * i},0,{5 * i}" for i in range(1, 41)]  # it looks like counts
    Path("t.csv").write_text("\n".join([f"# scale: {scale}", "miRNA,S1,S2,S3,S4", *rows]) + "\n")
    assert inspect_file("t.csv").details["content"] == STATED[scale]
    sheet = draft_samples(["t.csv"]).columns
    assert set(sheet.get("scale", ["linear"])) == {scale}
    assert holds_arrays("t.csv") == (scale != "counts")
    assert has_counts("t.csv") == (scale == "counts")
    assert main(["normalize", "t.csv", "-o", "n.csv", "--min-factor-probes", "2", "--min-intensity", "1"]) == 1
    said = capsys.readouterr().err
    refused = {
        "linear": "too few miRNA probes reach 1",  # S3 has zeros only: it was taken for intensities
        "log2": "the values are log2, so there is nothing to normalize",
        "counts": "these are sequencing counts",
    }
    assert refused[scale] in said


def test_a_scale_of_the_call_may_not_contradict_the_note(tmp_path, capsys):
    path = tmp_path / "t.csv"
    path.write_text("# scale: log2\nmiRNA,S1,S2\n" + "\n".join(f"hsa-miR-{i}-3p,7.5,8.25" for i in range(1, 9)))
    for command in ("normalize", "qc"):
        assert main([command, str(path), "--scale", "linear", "-o", str(tmp_path / "n.csv")]) == 1
        assert "the table says another scale than the call or the sample sheet" in capsys.readouterr().err


def test_a_comparison_of_what_looks_like_counts_is_asked_for_that_scale(capsys, tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("miRNA,S1,S2\n" + "\n".join(f"hsa-miR-{i}-3p,{i},{0 if i % 2 else i}" for i in range(1, 9)))
    assert main(["diff", str(path), "--compare", "b:a", "-o", str(tmp_path / "d.csv")]) == 1
    assert "or, as the whole numbers and zeros suggest, --scale counts" in capsys.readouterr().err


@pytest.mark.parametrize("digits", [1, 2, 6])
def test_reads_per_million_without_the_rare_mirnas_leave_a_doubt(digits, tmp_path, capsys):
    rng = np.random.default_rng(3)
    reads = rng.poisson(np.exp(rng.normal(2, 1.5, (400, 1))) * [1, 1.2, 0.9, 1.1])
    values = (reads / reads.sum(axis=0) * 1e6)[reads.mean(axis=1) >= 4].round(digits)
    assert not looks_per_million(values)
    clue = "the values of each sample are multiples of one number, which differs between samples"
    assert per_million_clue(values).startswith(clue)
    path = tmp_path / "rpm.csv"
    lines = [f"hsa-miR-{i}-3p," + ",".join(map(str, row)) for i, row in enumerate(values.tolist(), 1)]
    path.write_text("\n".join(["miRNA,S1,S2,S3,S4", *lines]) + "\n")
    assert (
        inspect_file(path).details["content"].endswith("or sequencing reads per million without the rare miRNAs")
    )
    assert main(["normalize", str(path), "-o", str(tmp_path / "n.csv")]) == 0
    first = " ".join(capsys.readouterr().err.split()).split(" Warning: ")[0]
    assert first.startswith(f"Warning: {clue}")
    assert "these may be sequencing reads per million without the rare miRNAs, not intensities" in first


def test_intensities_leave_no_doubt():
    rng = np.random.default_rng(4)
    raw = rng.integers(40, 65535, (300, 4)).astype(float)
    assert per_million_clue(raw) == ""  # whole numbers
    assert (
        per_million_clue(raw * [0.81, 1.07, 1.2, 0.93]) == ""
    )  # scaled per array: no small multiples, other sums
    assert per_million_clue(raw.round(-1) / 100) == ""  # one decimal: multiples of the same number in all arrays
    equal = np.sort(rng.lognormal(6, 1, 300))[:, None] * np.ones(4)
    assert per_million_clue(equal / equal.sum(axis=0) * 0.95e6) == ""  # quantile-normalized: equal sums


def test_many_reads_hide_their_multiples_and_the_sums_are_left():
    rng = np.random.default_rng(5)
    deep = rng.lognormal(2, 2.5, (400, 3))
    values = (deep / deep.sum(axis=0) * 1e6)[deep.mean(axis=1) > 20].round(2)
    assert per_million_clue(values).startswith("every sample sums to a little less than 1,000,000 (9")


def test_inspect_says_that_a_table_looks_like_counts(tmp_path):
    path = tmp_path / "counts.csv"
    rows = [f"hsa-miR-{i}-3p,{0 if i % 4 else i},{7 * i},0" for i in range(1, 41)]
    path.write_text("\n".join(["miRNA,S1,S2,S3", *rows]) + "\n")
    # 30 of 40 cells of S1 and all 40 of S3 are zero: 70 of 120.
    assert (
        inspect_file(path).details["content"] == "looks like sequencing counts: whole numbers, 58 % of them zero"
    )
