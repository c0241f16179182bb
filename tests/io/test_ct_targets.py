"""Targets of Ct tables: current names, controls, calibrators and blank wells of panels."""

import pytest

from mirtool.annotation.panel_controls import panel_kinds
from mirtool.io.arrays.ct_tables import read_ct
from mirtool.io.arrays.ct_wells import combine_ct
from mirtool.io.arrays.ct_words import CALIBRATOR, SAMPLE
from mirtool.validation.settings import ValidateSettings
from mirtool.validation.validate import validate_wells

WRITTEN = {
    "hsa-miR-126-4395339": "hsa-miR-126-3p",
    "hsa-miR-126#": "hsa-miR-126-5p",
    "002228_hsa-miR-127": "hsa-miR-127-3p",
    "hsa-miR-16-5p (YP00205702)": "hsa-miR-16-5p",
    "hsa-miR-155-002623": "hsa-miR-155-5p",
    "hsa-miR-92a-3p_v18.0": "hsa-miR-92a-3p",
    "hsa-miR-21": "hsa-miR-21",
    "RNU44-4373384": "RNU44",
    "MammU6-4395470": "MammU6",
    "001973_U6 rRNA": "U6 rRNA",
    "GAPDH": "GAPDH",
}
"""Names of assays, and what becomes of them: a name that miRBase has had stays, as on arrays."""


@pytest.fixture
def read(tmp_path):
    def write_and_read(*rows, name="plate.csv"):
        path = tmp_path / name
        path.write_text("Sample,Target,Ct,Group\n" + "".join(f"{','.join(map(str, row))}\n" for row in rows))
        return read_ct(path)

    return write_and_read


def test_assays_get_current_names_and_keep_their_own(read):
    table = read(*(("P1", name, 20 + i, "") for i, name in enumerate(WRITTEN)))
    assert dict(zip(table.original, table.target, strict=True)) == WRITTEN
    assert table.notes[0].startswith("names resolved on reading: 6 names not written as in miRBase: 6 resolved")


def test_a_table_of_current_names_is_left_alone(read):
    table = read(("P1", "hsa-miR-16-5p", 20, ""), ("P1", "U6", 21, ""))
    assert table.original is None
    assert table.notes == ()


def test_two_assays_of_one_mirna_are_no_replicates(read):
    table = read(("P1", "hsa-miR-16-4373121", 20, ""), ("P1", "000391_hsa-miR-16", 22, ""))
    assert list(table.target) == ["hsa-miR-16-4373121", "000391_hsa-miR-16"]
    assert "stay apart under their own names: 000391_hsa-miR-16, hsa-miR-16-4373121" in table.notes[-1]


def test_calibrators_are_kept_apart_and_blank_wells_are_counted(read):
    table = read(
        ("P1", "hsa-miR-16-5p", 20, ""),
        ("P1", "UniSp3 IPC", 19, ""),
        ("P1", "UniSp6", 18, ""),
        ("P1", "Blank (H2O)", 38, ""),
        ("P1", "Blank (H2O)", "", ""),
    )
    assert dict(zip(table.target, table.role, strict=True)) == {
        "hsa-miR-16-5p": SAMPLE, "UniSp3 IPC": CALIBRATOR, "UniSp6": SAMPLE,
    }  # fmt: skip
    assert table.left_out == ("2 blank wells of the panel, 1 with a Ct",)


def test_the_controls_of_panels_are_known():
    kinds = panel_kinds(["hsa-miR-16-5p", *KINDS])
    assert {name: kinds[name].value for name in KINDS} == KINDS


KINDS = {
    "U6 snRNA": "small RNA control", "RNU48": "small RNA control", "snoRNA202": "small RNA control",
    "SNORD95": "small RNA control", "RNU6-6P": "small RNA control", "ath-miR159a": "spike-in",
    "ath-miR-159a-000338": "spike-in", "cel-miR-39-3p": "spike-in", "UniSp2": "spike-in",
    "UniSp3_IPC_1": "positive control", "miRTC": "positive control", "PPC": "positive control", "blank": "empty",
    "hsa-miR-320a": "miRNA",
}  # fmt: skip


def test_worms_are_no_spike_ins_of_their_own_panel():
    assert set(panel_kinds(["cel-miR-39-3p", "cel-miR-54-3p", "cel-lin-4-5p"]).values()) == {"miRNA"}


def test_plates_are_put_together_with_their_own_names(read):
    first = read(("P1", "hsa-miR-16-4373121", 20, ""), name="a.csv")
    second = read(("P2", "hsa-miR-16-5p", 21, ""), name="b.csv")
    both = combine_ct([first, second])
    assert list(both.target) == ["hsa-miR-16-5p"] * 2
    assert list(both.original) == ["hsa-miR-16-4373121", "hsa-miR-16-5p"]


def test_a_reference_may_be_named_as_the_file_has_it(read):
    rows = [
        (f"{group}{i}", name, 20 + i / 4 + shift, group)
        for group, shift in (("a", 0), ("b", 1))
        for i in range(3)
        for name, shift in (("RNU44-4373384", 0), ("hsa-miR-16-4373121", shift + i % 2))
    ]
    done = validate_wells(read(*rows), ValidateSettings(reference=("RNU44-4373384",), compare="b:a"))
    assert done.reference_names == ("RNU44",)
    assert done.result.targets == ("hsa-miR-16-5p",)
