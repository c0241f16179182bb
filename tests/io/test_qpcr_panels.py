"""Exports of qPCR panels by instrument: what is counted, what has no Ct, what is refused."""

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
import xlsxwriter

from mirtool.cli import main
from mirtool.errors import FormatError
from mirtool.io.arrays.ct_panels import read_panel
from mirtool.io.arrays.ct_tables import inspect, read_ct
from mirtool.io.arrays.ct_wells import combine_ct
from mirtool.io.arrays.ct_words import CALIBRATOR, CONTROL, SAMPLE
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.registry import sniff_format

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "qpcr_panels"
MIRNAS = {
    "hsa-miR-16-5p", "hsa-miR-21-5p", "hsa-miR-126-3p", "hsa-miR-126-5p", "hsa-let-7a-5p", "hsa-miR-122-5p",
    "hsa-miR-223-3p", "hsa-miR-103a-3p",
}  # fmt: skip


def ct_of(table, sample, target):
    (value,) = table.ct[(table.sample == sample) & (table.target == target) & (table.role == SAMPLE)]
    return value


def test_openarray():
    path = FOLDER / "openarray.csv"
    assert sniff_format(path) == "qpcr"
    table = read_ct(path)
    assert table.form == "OpenArray"
    assert set(table.target) == MIRNAS | {"RNU44", "RNU48", "ath-miR159a", "U6 rRNA"}
    assert "002228_hsa-miR-126" in table.original
    assert set(table.plate) == {"BGNP81", "BGPK57"}
    assert table.references == ("RNU44", "RNU48", "ath-miR159a", "U6 rRNA")
    assert table.left_out == ("1 well that the instrument calls an outlier",)
    # the last cycle, 40, is no Ct: hsa-miR-122 in all four samples, hsa-miR-126# in S2
    assert int(table.no_ct.sum()) == 5
    assert np.nanmax(table.ct) < 31
    assert "5 wells of Ct 40, the last cycle: no Ct was found" in table.notes
    assert "wells with a Ct that are flagged or have a low score, counted and kept: Ct confidence below 300 1" in (
        table.notes
    )
    assert ct_of(table, "S1", "hsa-miR-16-5p") - ct_of(table, "R1", "hsa-miR-16-5p") == pytest.approx(0.5, abs=0.2)


def test_inspect_tells_a_panel():
    details = inspect(FOLDER / "openarray.csv").details
    assert details["form"] == "OpenArray"
    assert details["plates"] == ["BGNP81", "BGPK57"]
    assert details["undetermined"] == "5 wells (11 %): R1 8 %, R2 9 %, S1 8 %, S2 17 %"
    assert details["controls"] == ["RNU44", "RNU48", "ath-miR159a", "U6 rRNA"]


WHOLE = {
    "viia7.txt": "QuantStudio, ViiA 7 or StepOne",
    "cfx_target.csv": "Bio-Rad CFX",
    "cfx_content.csv": "Bio-Rad CFX",
    "mxpro.txt": "MxPro",
    "openarray_crt.txt": "QuantStudio 12K Flex, relative threshold (Crt)",
}
"""Exports of the 48 wells that panel_1_2.rdml has, none of them left out."""


@pytest.mark.parametrize("name", WHOLE)
def test_every_export_gives_the_same_wells(name):
    assert sniff_format(FOLDER / name) == "qpcr"
    table, panel = read_ct(FOLDER / name), read_ct(FOLDER / "panel_1_2.rdml")
    assert table.form == WHOLE[name]
    wells, same = table.role == SAMPLE, panel.role == SAMPLE
    assert table.sample[wells].tolist() == panel.sample[same].tolist()
    np.testing.assert_array_equal(table.ct[wells], panel.ct[same])
    assert table.no_ct[wells].tolist() == panel.no_ct[same].tolist()


def test_scores_and_flags_are_counted_and_the_wells_kept():
    notes = "; ".join(read_ct(FOLDER / "openarray_crt.txt").notes)
    assert "counted and kept: Amp Score below 1.24 1, Cq Conf below 0.8 1" in notes
    # the ViiA 7 flags the five wells without a Ct (NOAMP, EXPFAIL), which are counted as such
    assert "counted and kept: Amp Score below 1.24 4;" in "; ".join(read_ct(FOLDER / "viia7.txt").notes)


def test_cards_a_and_b_are_one_panel():
    cards = [read_ct(FOLDER / f"tlda_{card}.txt") for card in "ab"]
    assert [table.form for table in cards] == ["SDS RQ Manager"] * 2
    assert "hsa-miR-126-4395339" in cards[0].original
    assert cards[0].left_out == ("1 well marked as omitted",)
    assert "counted and kept: Flag 1, HMD 1" in cards[0].notes[0]
    assert cards[0].references == ("RNU44", "RNU48", "ath-miR159a", "MammU6")
    both = combine_ct(cards)
    assert set(both.target) == MIRNAS | {"RNU44", "RNU48", "ath-miR159a", "MammU6"}
    assert set(both.plate) == {f"Card {card}_{name}" for card in "AB" for name in ("R1", "R2", "S1", "S2")}
    # four wells of U6 on each card, one of RNU44
    wells = both.sample == "R1"
    assert int((both.target[wells] == "MammU6").sum()) == 8
    assert int((both.target[wells] == "RNU44").sum()) == 2


def test_a_text_of_sds_without_its_header():
    path = FOLDER / "tlda_no_header.txt"
    assert sniff_format(path) == "qpcr"
    table = read_ct(path)
    assert len(table) == 4 * 15 - 1
    assert table.left_out == ("1 well marked as omitted",)
    assert set(table.target) == MIRNAS | {"RNU44", "RNU48", "ath-miR159a", "MammU6"}
    assert table.references == ("RNU44", "RNU48", "ath-miR159a", "MammU6")


def test_content_names_the_mirna_or_the_use_of_the_well():
    table = read_ct(FOLDER / "cfx_content.csv")
    assert "NTC" not in set(table.target)
    assert table.left_out == ("1 well without a Ct, a sample and a target",)
    assert "hsa-miR-16" in set(table.target)


def test_mircury_plates_have_calibrators_and_blank_wells():
    plates = [read_ct(FOLDER / f"mircury_{name}.txt") for name in ("R1", "S1")]
    assert [table.left_out for table in plates] == [("1 blank well of the panel",)] * 2
    table = combine_ct(plates)
    calibrators = table.role == CALIBRATOR
    assert table.target[calibrators].tolist() == ["UniSp3 IPC"] * 6
    assert table.plate[calibrators].tolist() == ["mircury_R1.txt"] * 3 + ["mircury_S1.txt"] * 3
    # 19.5 cycles and 0.05 more in each further well; S1 is the third sample, one cycle later
    np.testing.assert_allclose(table.ct[calibrators], [19.5, 19.55, 19.6, 20.5, 20.55, 20.6])
    assert "hsa-miR-21-5p" in set(table.target)
    details = inspect(FOLDER / "mircury_R1.txt").details
    assert details["calibrators"] == ["UniSp3 IPC"]
    assert details["controls"] == ["UniSp6", "UniSp2", "cel-miR-39-3p", "U6 snRNA (v2)"]


def test_biomark_with_rconc_and_a_well_that_failed():
    table = read_ct(FOLDER / "biomark.csv")
    assert table.form == "BioMark"
    assert table.left_out == ("1 well that failed the instrument's quality check",)
    wells = table.role == SAMPLE
    assert int(wells.sum()) == 4 * 12 - 1
    assert int(table.no_ct[wells].sum()) == 5
    assert set(table.sample[table.role == CONTROL]) == {"H2O"}


REFUSED = {
    "bad_openarray_ct.csv": "line 2, column \"ct\": a Ct can't be read (found 'early'",
    "bad_openarray_no_sample.csv": 'line 2, column "SampleInfo.SampleID": a well has no sample',
    "bad_tlda_task.txt": "line 11, column \"Task\": a well's task is not known (found 'Targeted'",
    "bad_tlda_no_header.txt": "line 46: a line does not fit the others of this table without a header",
    "bad_cfx_content.csv": 'line 2, column "Content": a well has no target',
    "bad_mircury_no_sample.txt": 'line 2, column "Sample": a well has no sample',
    "bad_biomark_ct.csv": "line 10, column \"ct\": a Ct can't be read (found '24.1.3'",
    "bad_mxpro_no_target.txt": "line 1: the Ct table does not say which miRNA each well measures",
    "bad_layout.txt": 'line 22, column "Well Position": the layout of the panel names two assays for one position',
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_exports_are_refused_with_their_place(name):
    with pytest.raises(FormatError) as error:
        read_ct(FOLDER / name)
    assert REFUSED[name] in str(error.value)


def test_a_repeated_largest_ct_is_pointed_out(tmp_path):
    path = tmp_path / "ct.csv"
    path.write_text(
        "Sample,Target,Ct\n" + "".join(f"P{i},hsa-miR-16-5p,{'40' if i < 3 else 25}\n" for i in range(5))
    )
    assert "3 wells have exactly the largest Ct, 40" in inspect(path).details["notes"]


def test_a_wide_table_of_a_panel_knows_its_controls(tmp_path):
    path = tmp_path / "genex.txt"
    path.write_text(
        "Sample\thsa-miR-16-5p\thsa-miR-21-5p\tUniSp6\tUniSp3 IPC\tBlank (H2O)\t#Group\n"
        "R1\t21.5\tUndetermined\t18\t19.5\t39\tresistant\nS1\t22\t23\t18.2\t20\tUndetermined\tresponding\n"
    )
    table = read_ct(path)
    assert set(table.target[table.role == SAMPLE]) == {"hsa-miR-16-5p", "hsa-miR-21-5p", "UniSp6"}
    assert set(table.target[table.role == CALIBRATOR]) == {"UniSp3 IPC"}
    assert table.left_out == ("2 blank wells of the panel, 1 with a Ct",)
    assert set(table.plate) == {"genex.txt"}


def test_wells_get_their_targets_from_the_layout_of_the_panel():
    table = read_ct(FOLDER / "mircury_layout.txt")
    named = read_ct(FOLDER / "mircury_R1.txt")
    np.testing.assert_array_equal(table.target, named.target)
    np.testing.assert_array_equal(table.ct, named.ct)
    np.testing.assert_array_equal(table.role, named.role)
    assert table.left_out == named.left_out
    assert inspect(FOLDER / "mircury_layout.txt").warnings == ("left out: 1 blank well of the panel",)


@pytest.mark.parametrize("order", [("Layout", "Wells"), ("Wells", "Layout"), ("Sheet",)])
def test_a_layout_may_be_a_sheet_or_above_the_wells(tmp_path, order):
    rows = {
        "Layout": [["Well", "miRNA"], ["A1", "hsa-miR-16-5p"], ["B1", "UniSp6"]],
        "Wells": [["Well", "Sample", "Cq"], ["A01", "P1", 21.5], ["B01", "P1", 18]],
    }
    rows["Sheet"] = [*rows["Layout"], [], *rows["Wells"]]
    book = xlsxwriter.Workbook(tmp_path / "plate.xlsx")
    for name in order:
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows[name]):
            sheet.write_row(i, 0, row)
    book.close()
    table = read_ct(tmp_path / "plate.xlsx")
    assert dict(zip(table.target, table.ct, strict=True)) == {"hsa-miR-16-5p": 21.5, "UniSp6": 18}


def test_a_layout_that_lacks_a_position_is_not_used(tmp_path):
    path = tmp_path / "plate.txt"
    path.write_text((FOLDER / "mircury_layout.txt").read_text().replace("A3\thsa", "B3\thsa"))
    with pytest.raises(FormatError, match="put its layout"):
        read_ct(path)


@pytest.mark.parametrize(
    "name", ["openarray_crt.txt", "viia7.txt", "cfx_target.csv", "mxpro.txt", "panel_1_3.rdml"]
)
def test_a_panel_becomes_arrays_whatever_its_format(name):
    found = read_panel([str(FOLDER / name)], ReadOptions(), None)
    same = read_panel([str(FOLDER / "panel_1_2.rdml")], ReadOptions(), None)
    assert found.samples.names == ("R1", "R2", "S1", "S2")
    assert list(found.probes.kind) == list(same.probes.kind)
    np.testing.assert_array_equal(found.flags, same.flags)
    amounts = [arrays.channels["amount"].foreground for arrays in (found, same)]
    np.testing.assert_allclose(*amounts)


def test_a_panel_goes_from_its_file_to_the_network(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shutil.copy(FOLDER / "panel_1_2.rdml", tmp_path)
    genes = {
        "hsa-miR-21-5p": "PTEN PDCD4 TP53",
        "hsa-miR-126-3p": "PTEN PDCD4 VEGFA",
        "hsa-miR-223-3p": "PTEN STMN1",
    }
    rows = [f"{mirna},{gene}" for mirna, own in genes.items() for gene in own.split()]
    Path("targets.csv").write_text("miRNA,Target Gene\n" + "\n".join(rows) + "\n")
    calls = (
        "init panel_1_2.rdml",
        "normalize --between references --references RNU44",
        "diff --compare resistant:responding --no-figures",
        "network --interactions targets.csv --gene-sets none --no-figures --regulation fold-change --evidence all",
    )
    for call in calls:
        assert main(call.split()) == 0, capsys.readouterr().err
    found = {row["Name"]: row for row in csv.DictReader(Path("results/differential.csv").read_text().splitlines())}
    # 2 cycles earlier than RNU44 in the resistant samples: 2 ** 2 = 4 times as much
    fold = "ratio of geometric means resistant/responding"
    assert float(found["hsa-miR-21-5p"][fold]) == pytest.approx(4, rel=0.1)
    assert float(found["hsa-miR-223-3p"][fold]) == pytest.approx(1 / 4, rel=0.1)
    pairs = list(csv.DictReader(Path("results/network_pairs.csv").read_text().splitlines()))
    assert len(pairs) == 3
