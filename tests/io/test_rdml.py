"""RDML 1.1, 1.2 and 1.3: samples, targets, Cq and exclusions; what is refused."""

import zipfile
from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError
from mirtool.io.arrays.ct_tables import inspect, read_ct
from mirtool.io.arrays.ct_words import CALIBRATOR, CONTROL, SAMPLE
from mirtool.io.arrays.matrix import read_intensities
from mirtool.io.registry import sniff_format

FOLDER = Path(__file__).resolve().parents[2] / "fixtures" / "qpcr_panels"
PANELS = ["panel_1_1.xml", "panel_1_2.rdml", "panel_1_3.rdml"]


@pytest.mark.parametrize("name", PANELS)
def test_every_version_gives_the_same_wells(name):
    assert sniff_format(FOLDER / name) == "qpcr"
    table = read_ct(FOLDER / name)
    first = read_ct(FOLDER / PANELS[0])
    for field in ("sample", "target", "role", "ct", "no_ct", "plate"):
        np.testing.assert_array_equal(getattr(table, field), getattr(first, field))


def test_wells_samples_and_targets():
    table = read_ct(FOLDER / "panel_1_2.rdml")
    samples = table.role == SAMPLE
    assert int(samples.sum()) == 4 * 12
    assert dict(zip(table.sample[samples], table.group[samples], strict=True)) == {
        "R1": "resistant", "R2": "resistant", "S1": "responding", "S2": "responding",
    }  # fmt: skip
    # hsa-miR-122 is found in no sample, hsa-miR-126# not in S2: -1 in the file
    assert int(table.no_ct[samples].sum()) == 5
    assert set(table.target[table.no_ct]) == {"hsa-miR-122-5p", "hsa-miR-126-5p"}
    assert "hsa-miR-126-4395339" in table.original
    assert table.references == ("RNU44", "RNU48")
    assert set(table.efficiency) == {1.95}
    assert set(table.plate) == {"plate 1"}
    assert table.form == "RDML 1.2"


def test_controls_calibrators_and_what_is_left_out():
    table = read_ct(FOLDER / "panel_1_3.rdml")
    assert table.sample[table.role == CONTROL].tolist() == ["water"]
    assert table.sample[table.role == CALIBRATOR].tolist() == ["pool"]
    assert table.left_out == ("1 well of a standard or a positive control", "1 well marked as excluded")


def test_inspect_says_format_panel_and_controls():
    details = inspect(FOLDER / "panel_1_2.rdml").details
    assert details["form"] == "RDML 1.2"
    assert details["target_kinds"] == {"miRNA": 8, "small RNA control": 3, "spike-in": 1}
    assert details["undetermined"] == "5 wells (10 %): R1 8 %, R2 8 %, S1 8 %, S2 17 %"
    assert details["calibrators"] == ["pool"]


def document(wells, head='<sample id="P1"/><target id="t"><type>toi</type></target>'):
    return (
        f'<rdml version="1.3" xmlns="http://www.rdml.org">{head}<experiment id="e"><run id="r">{wells}'
        "</run></experiment></rdml>"
    )


def react(content, sample="P1"):
    return f'<react id="1"><sample id="{sample}"/><data><tar id="t"/>{content}</data></react>'


@pytest.mark.parametrize(
    ("content", "ct"),
    [
        ("<cq>24.5</cq>", 24.5),
        ("<cq>-1</cq>", np.nan),
        ("<cq>NaN</cq>", np.nan),
        ("<cq>100</cq>", np.nan),  # the LightCycler 96
        ("", np.nan),
        ("<cq>24.5</cq><excl>false</excl>", 24.5),
    ],
)
def test_a_cq_or_none(tmp_path, content, ct):
    path = tmp_path / "run.xml"
    path.write_text(document(react("<cq>20</cq>") + react(content)))
    np.testing.assert_array_equal(read_ct(path).ct, [20, ct])


def test_a_sample_of_the_lightcycler_96_is_called_by_its_description(tmp_path):
    own = "1c76448f-03d2-453f-8628-d764e1ca1d55"
    path = tmp_path / "run.xml"
    head = f'<sample id="{own}"><description>patient 7</description></sample><target id="t"/>'
    path.write_text(document(react("<cq>20</cq>", own), head))
    assert read_ct(path).sample.tolist() == ["patient 7"]


def test_the_only_target_may_be_stated(tmp_path):
    path = tmp_path / "run.xml"
    path.write_text(document(react("<cq>20</cq>")))
    table = read_ct(path, target="hsa-miR-16-5p")
    assert table.target.tolist() == ["hsa-miR-16-5p"]
    assert table.notes == ("the target is hsa-miR-16-5p as stated, not 't' of the file",)


REFUSED = {
    "bad_entity.rdml": "line 2: the XML declares a document type or entities, which RDML has not",
    "bad_bomb.rdml": "the RDML archive unpacks to more than measurements ever do",
    "bad_damaged.rdml": "the RDML archive is damaged, or protected by a password",
    "bad_version.rdml": "the version of the RDML file is not known",
    "bad_sample.rdml": "a reaction names a sample that the file does not describe (found 'R2'",
    "bad_target.rdml": "a reaction names a target that the file does not describe (found 'U6 rRNA'",
    "bad_type.rdml": "the type of a sample is not known (found 'water'",
    "bad_cq.rdml": "column \"reaction 1 of run plate 1\": a Cq can't be read (found 'late'",
    "bad_no_cq.rdml": "the RDML file holds no quantification cycle (found fluorescence curves only",
    "bad_cut.rdml": "the XML of the RDML file is cut or damaged",
    "bad_digital.rdml": "the RDML file holds digital PCR, which mirtool does not read",
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_files_are_refused_with_their_place(name):
    assert sniff_format(FOLDER / name) == "qpcr"
    with pytest.raises(FormatError) as error:
        read_ct(FOLDER / name)
    assert REFUSED[name] in str(error.value)


@pytest.mark.parametrize("encoding", ["klingon", "shift_jis", "rot13"])
def test_an_encoding_that_is_not_read_is_named(tmp_path, encoding):
    path = tmp_path / "run.xml"
    path.write_text(f'<?xml version="1.0" encoding="{encoding}"?>' + document(react("<cq>20</cq>")))
    with pytest.raises(
        FormatError, match="line 1: the XML of the RDML file states an encoding that can't be read"
    ):
        read_ct(path)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_is_damaged_whatever_packed_it(tmp_path, method):
    samples = "".join(f'<sample id="P{i * 7919 % 10007}"/>' for i in range(3000))
    path = tmp_path / "run.rdml"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("rdml_data.xml", document(react("<cq>20</cq>"), samples))
    packed = bytearray(path.read_bytes())
    packed[200:400] = bytes(200)
    path.write_bytes(packed)
    with pytest.raises(FormatError, match="the RDML archive is damaged, or protected by a password"):
        read_ct(path)


def test_an_archive_without_rdml_is_none(tmp_path):
    path = tmp_path / "other.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("notes.xml", "<notes/>")
    with pytest.raises(FormatError, match="ZIP archive"):
        read_ct(path)


def test_who_wants_a_table_is_sent_to_validate():
    with pytest.raises(FormatError, match="this is an RDML file of qPCR runs, and not a table"):
        read_intensities(FOLDER / "panel_1_2.rdml")
