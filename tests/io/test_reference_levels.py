"""Tables of miRNA levels in fluids, of both forms, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError, UsageError
from mirtool.io.mirnas.reference_levels import read_reference_levels

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "reference_levels"


def levels_of(tmp_path, text, fluid=None, unit=None):
    path = tmp_path / "levels.csv"
    path.write_text(text, encoding="utf-8")
    return read_reference_levels(path, fluid, unit)


def test_one_column_per_fluid_with_the_unit_behind_its_name():
    found = read_reference_levels(FIXTURES / "wide.csv", "Serum")
    assert (found.fluid, found.unit) == ("serum", "RPM")
    known = dict(zip(found.names, found.values.tolist(), strict=True))
    assert (known["hsa-miR-16"], known["hsa-miR-15a-5p"]) == (1000, 0)
    assert np.isnan(known["hsa-miR-9-5p"])


def test_one_row_per_mirna_and_fluid_takes_the_highest_level():
    """Two levels of hsa-miR-16-5p in serum, 800 and 1000; hsa-miR-9-5p has one in urine only."""
    found = read_reference_levels(FIXTURES / "long.tsv", "serum")
    assert (found.fluid, found.unit, found.n_lower) == ("Serum", "RPM", 1)
    assert found.names == ("hsa-miR-16-5p", "hsa-miR-15a-5p", "hsa-miR-9-5p", "hsa-miR-21-5p")
    assert np.array_equal(found.values, [1000, 0, np.nan, 5000], equal_nan=True)


@pytest.mark.parametrize(
    ("text", "unit", "expected"),
    [
        ("miRNA,tissue,RPM\nhsa-miR-16-5p,liver,5\n", None, "RPM"),
        ("miRNA,tissue,level [copies per µl]\nhsa-miR-16-5p,liver,5\n", None, "copies per µl"),
        ("miRNA,tissue,value,unit\nhsa-miR-16-5p,liver,5,CPM\n", None, "CPM"),
        ("# unit: RPM\nmiRNA,liver\nhsa-miR-16-5p,5\n", None, "RPM"),
        (",liver\nhsa-miR-16-5p,5\n", "rpmm", "rpmm"),
        ("miRNA,liver (RPM)\nhsa-miR-16-5p,5\n", "rpm", "RPM"),
    ],
)
def test_the_unit_is_stated_by_the_table_or_the_call(tmp_path, text, unit, expected):
    found = levels_of(tmp_path, text, unit=unit)
    assert (found.fluid, found.unit, found.values.tolist()) == ("liver", expected, [5.0])


def test_brackets_that_hold_no_unit_belong_to_the_fluid(tmp_path):
    found = levels_of(tmp_path, "miRNA,plasma (EV),plasma (all)\nhsa-miR-16-5p,5,9\n", "plasma EV", "RPM")
    assert (found.fluid, found.values.tolist()) == ("plasma (EV)", [5.0])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gene,serum (RPM)\nTP53,5\n", "no column of miRNA names"),
        ("miRNA,tissue,PMID\nhsa-miR-16-5p,liver,5\n", "has no column of levels"),
        ("miRNA,PMID,note\nhsa-miR-16-5p,5,x\n", "has no levels of miRNAs"),
        ("miRNA,serum (RPM)\nhsa-miR-16-5p,5\nhsa-miR-9-5p,many\n", "line 3.*should be a number"),
        ("miRNA,serum (RPM)\nhsa-miR-16-5p,-5\n", "line 2.*can't be negative or infinite"),
        ("miRNA,serum (RPM)\nhsa-miR-16-5p,inf\nhsa-miR-9-5p,1\nhsa-miR-21-5p,2\n", "negative or infinite"),
        ("miRNA,fluid,level (log2 RPM)\nhsa-miR-16-5p,serum,5\n", "never seen.*found log2 RPM"),
        ("miRNA,fluid,level (Ct)\nhsa-miR-16-5p,serum,25\n", "never seen.*found Ct"),
        ("miRNA,fluid,level,unit\nhsa-miR-16-5p,serum,5,RPM\nhsa-miR-9-5p,serum,5,CPM\n", "are in two units"),
        ("miRNA,serum (RPM),Serum\nhsa-miR-16-5p,5,6\n", "two columns are of one fluid"),
        ("miRNA,plasma (RPM)\nhsa-miR-16-5p,5\n", "no levels in this fluid.*expected one of plasma"),
        ("miRNA,serum\nhsa-miR-16-5p,5\n", "does not state the unit"),
        ("miRNA,fluid,RPM\nhsa-miR-16-5p,serum,\nhsa-miR-9-5p,urine,5\n", "no level in this fluid"),
        ("miRNA,fluid,RPM\nhsa-miR-16-5p,,5\n", "no levels in this fluid"),
    ],
)
def test_a_bad_table_says_what_is_wrong(tmp_path, text, message):
    with pytest.raises(FormatError, match=message):
        levels_of(tmp_path, text, "serum")


@pytest.mark.parametrize(
    ("fluid", "unit", "message"),
    [
        (None, None, "in several fluids, and none is named.*one of serum, plasma"),
        ("serum", "CPM", "states another unit.*RPM in the table, CPM here"),
    ],
)
def test_a_wrong_call_says_what_is_wrong(fluid, unit, message):
    with pytest.raises(UsageError, match=message):
        read_reference_levels(FIXTURES / "wide.csv", fluid, unit)


def test_batch_corrected_values_are_refused(tmp_path):
    with pytest.raises(MirtoolError, match="batch-corrected values are for pictures"):
        levels_of(tmp_path, "ID,Name,batch corrected,s1\n1,hsa-miR-16-5p,run,5\n", "s1", "RPM")
