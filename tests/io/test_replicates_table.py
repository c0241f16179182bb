"""The table of replicate spots: what is read back, and every way in which it does not belong to its values."""

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError, SampleSheetError
from mirtool.io.results.replicates import read_replicates, replicates_path
from mirtool.model import ExpressionMatrix, ProbeTable, SampleTable, text_array
from mirtool.normalize import replicates_table
from mirtool.report.tables import write_table

SPOTS = np.array([[[1.0, 4.0], [np.nan, np.nan], [3.0, np.nan]], [[5.0, 6.0], [np.nan] * 2, [np.nan] * 2]])


def matrix(replicates: np.ndarray | None = SPOTS, names: tuple[str, str] = ("s1", "s2")) -> ExpressionMatrix:
    probes = ProbeTable(text_array(["11", "12"]), text_array(["miR-1", "miR-2"]), text_array(["", ""]))
    return ExpressionMatrix(np.array([[2.0, 4.0], [5.0, 6.0]]), probes, SampleTable(names), replicates=replicates)


HEAD = "ID,Name,Replicate,s1,s2\n"
BODY = "11,miR-1,1,1,4\n11,miR-1,3,3,NA\n12,miR-2,1,5,6\n"


def test_the_table_has_a_row_for_each_spot_with_a_value_and_is_read_back(tmp_path):
    path = replicates_path(tmp_path / "normalized.csv")
    assert path.name == "normalized_replicates.csv"
    write_table(replicates_table(matrix()), str(path))
    assert path.read_text() == HEAD + BODY
    np.testing.assert_array_equal(read_replicates(path, matrix(None)), SPOTS)


@pytest.mark.parametrize(
    ("text", "problem", "line"),
    [
        ("ID,Name,Replicate,s1\n11,miR-1,1,1\n", "no column 's2'", None),
        (HEAD + BODY + "13,miR-3,1,1,1\n", "it has a probe that is not there", 5),
        (HEAD + BODY.replace("11,miR-1,3", "11,miR-1,1.5"), "no whole number from 1 on", 3),
        (HEAD + BODY.replace("11,miR-1,3", "11,miR-1,99999999"), "no whole number from 1 on", 3),
        (HEAD + BODY.replace("11,miR-1,3", "11,miR-1,1"), "a replicate spot occurs twice", 3),
        (HEAD + BODY.replace("12,miR-2,1,5,6", "12,miR-2,1,5,NA"), "found 6 for '12' on s2", None),
        (HEAD + BODY.replace("12,miR-2,1,5,6", "12,miR-2,1,4.9,6"), "found 5 for '12' on s1", None),
        (HEAD, "found 2 for '11' on s1", None),
    ],
)
def test_a_table_that_is_not_of_these_values_is_refused(tmp_path, text, problem, line):
    path = tmp_path / "normalized_replicates.csv"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_replicates(path, matrix(None))
    assert problem in str(caught.value)
    assert caught.value.line == line


def test_what_has_no_table():
    with pytest.raises(MirtoolError, match="has not kept the replicate spots"):
        replicates_table(matrix(None))
    with pytest.raises(SampleSheetError, match="can't be called 'Replicate'"):
        replicates_table(matrix(names=("Replicate", "s2")))
    with pytest.raises(MirtoolError, match="replicates must be probes × spots × samples"):
        matrix(SPOTS[:, :, :1])
