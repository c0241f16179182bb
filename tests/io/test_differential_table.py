"""What ``mirtool diff`` wrote is read back, and what it did not write is refused."""

import numpy as np
import pytest

from mirtool.differential import differential, differential_table
from mirtool.errors import FormatError
from mirtool.io.results.differential import read_differential
from mirtool.io.results.spots import read_spots, spots_path
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.report.tables import write_table

VALUES = np.array([[1, 1.5, 4, 4.2], [6, 6.3, 2, 2.1], [3, 3.4, np.nan, np.nan], [5, 5.5, 5.1, 5.2]])


def matrix(groups: tuple[str, ...] = ("a/b: 0h",) * 2 + ("a/b: 24h",) * 2) -> ExpressionMatrix:
    ids, names = text_array("1234"), text_array(["hsa-let-7a-5p", "=cmd", "MARCH1", "hsa-miR-21-5p"])
    return ExpressionMatrix(VALUES, ProbeTable(ids, names, names), SampleTable(("s1", "s2", "s3", "s4"), groups))


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".xlsx"])
@pytest.mark.parametrize("fold_change", ["ratio-of-means", "geometric"])
def test_a_written_table_is_read_back(tmp_path, suffix, fold_change):
    path = tmp_path / f"differential{suffix}"
    d = differential(matrix(), test="student", fold_change=fold_change)
    write_table(differential_table(d), path)
    names = read_differential(path)
    assert (names.tested, names.reference) == ("a/b: 24h", "a/b: 0h")
    position = [list(d.probes.id).index(i) for i in names.id]
    assert list(names.name) == [d.probes.name[i] for i in position]
    np.testing.assert_allclose(names.log2_ratio, d.log2_ratio[position], rtol=1e-11)
    assert list(names.regulation) == [
        "regulation by fold change",
        "regulation by volcano P",
        "regulation by volcano FDR",
    ]
    assert list(names.regulation["regulation by volcano P"]) == [d.regulation_p[i] for i in position]


def test_without_a_test_only_the_fold_change_regulates(tmp_path):
    write_table(differential_table(differential(matrix(), test="none")), tmp_path / "d.csv")
    assert list(read_differential(tmp_path / "d.csv").regulation) == ["regulation by fold change"]


HEADER = "ID,Name,mean T,mean R,log2 ratio T/R,regulation by fold change\n"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("ID,Name,s1,s2\n1,a,2,3\n", "line 1: this is not a table of `mirtool diff`: it has no column 'mean …"),
        (HEADER.replace("ID,", "Probe,") + "1,a,2,1,1,up\n", "no column 'ID'"),
        (HEADER.replace("Name", "Label") + "1,a,2,1,1,up\n", "no column 'Name'"),
        (HEADER.replace("log2 ratio", "ratio") + "1,a,2,1,1,up\n", "no column 'log2 ratio T/R'"),
        (HEADER.replace("regulation by ", "") + "1,a,2,1,1,up\n", "no column 'regulation by fold change'"),
        (HEADER + "1,a,2,1,big,up\n", 'line 2, column "log2 ratio T/R": a cell that should be a number is not'),
        (HEADER + "1,a,2,1,1,up\n2,b,1,2,-1,lower\n", 'line 3, column "regulation by fold change": a regul'),
        ("", "the file is empty"),
    ],
)  # fmt: skip
def test_another_table_is_refused(tmp_path, text, problem):
    path = tmp_path / "table.csv"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_differential(path)
    assert problem in str(caught.value)


SPOTS = "# mirtool spots\nID,Name,s2,s1,s3,s4\n1,a,4,3,4,4\n2,b,4,4,4,4\n3,c,4,4,0,0\n4,d,4,4,4,2\n"


def test_spots_come_in_the_matrixs_order_of_samples(tmp_path):
    path = spots_path(tmp_path / "normalized.csv")
    path.write_text(SPOTS)
    assert path.name == "normalized_spots.csv"
    assert read_spots(path, matrix()).tolist() == [[3, 4, 4, 4], [4, 4, 4, 4], [4, 4, 0, 0], [4, 4, 4, 2]]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("s1", "s9", "it lacks a column (found no column 's1')"),
        ("ID,", "Probe,", "it lacks a column (found no column 'ID')"),
        ("4,d,4,4,4,2\n", "", "it has another number of probes (found 3 rows for 4 probes)"),
        ("\n3,c", "\n5,c", "line 5: the table of spots does not belong"),
        ("4,4,4,2", "4,4,4,2.5", 'line 6, column "s4": a number of spots is not a whole number'),
        ("4,4,4,2", "4,4,4,NA", "a number of spots is not a whole number"),
    ],
)
def test_spots_of_another_table_are_refused(tmp_path, old, new, problem):
    path = tmp_path / "normalized_spots.csv"
    path.write_text(SPOTS.replace(old, new))
    with pytest.raises(FormatError) as caught:
        read_spots(path, matrix())
    assert problem in str(caught.value)
