"""What validate, network and diff wrote, read back for a shortlist."""

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.results.differential import read_differential
from mirtool.io.results.evidence import QpcrResult, read_network_nodes, read_qpcr_results

VALIDATION = (
    "Target,fold change b/a,t (Welch),P (Welch),FDR (BH),regulation\n"
    "hsa-miR-16-5p,-2.5,-4,0.01,0.02,down\nhsa-miR-21-5p,NA,NA,NA,NA,\n"
)
DIFFERENTIAL = (
    "ID,Name,mean b,mean a,log2 ratio b/a,P (Welch),FDR (BH),n b,n a,spots b,spots a,regulation by fold change,"
    "stability by volcano P\n1,hsa-miR-16-5p,1,2,-1,0.01,0.02,3,2,12,7,down,0.75\n"
)


def written(tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_qpcr_results_come_with_the_verdicts_beside_them(tmp_path):
    path = written(tmp_path, "validation.csv", VALIDATION)
    written(tmp_path, "validation_concordance.csv", "Name,verdict\nhsa-miR-16-5p,confirmed\n")
    found = read_qpcr_results(path, "b", "a")
    assert found.p_header == "FDR (BH)"
    assert found.by_target["hsa-miR-16-5p"] == QpcrResult(-2.5, 0.02, "confirmed")
    assert np.isnan(found.by_target["hsa-miR-21-5p"].fold_change)


def test_without_adjustment_the_p_itself_is_taken(tmp_path):
    path = written(tmp_path, "v.csv", "Target,fold change b/a,P (Welch),n b\nhsa-miR-16-5p,2,0.03,4\n")
    found = read_qpcr_results(path, "b", "a")
    assert (found.p_header, found.by_target["hsa-miR-16-5p"]) == ("P (Welch)", QpcrResult(2.0, 0.03, ""))


def test_qpcr_of_other_groups_is_refused(tmp_path):
    with pytest.raises(MirtoolError, match="the other way round") as error:
        read_qpcr_results(written(tmp_path, "v.csv", VALIDATION), "a", "b")
    assert "compare='a:b'" in str(error.value)


@pytest.mark.parametrize(
    ("text", "column"), [("name,x\n1,2\n", "Target"), ("Target,fold change b/a\nx,1\n", r"P \(")]
)
def test_what_validate_did_not_write_is_refused(tmp_path, text, column):
    with pytest.raises(FormatError, match=f"not a table of `mirtool validate`: it has no column '{column}"):
        read_qpcr_results(written(tmp_path, "v.csv", text), "b", "a")


def test_network_nodes_are_read_of_mirnas_only(tmp_path):
    text = "name,type,targets,partners,synergy,betweenness\nhsa-miR-16-5p,miRNA,4,1,3,0.5\nTP53,gene,NA,NA,NA,NA\n"
    assert read_network_nodes(written(tmp_path, "n.csv", text)) == {
        "hsa-miR-16-5p": {"targets": 4, "partners": 1, "synergy": 3, "betweenness": 0.5}
    }
    with pytest.raises(FormatError, match="not a table of `mirtool network`"):
        read_network_nodes(written(tmp_path, "n.csv", "name,type\nx,miRNA\n"))


def test_candidates_have_every_number_that_is_there(tmp_path):
    found = read_differential(written(tmp_path, "d.csv", DIFFERENTIAL))
    assert (found.p_header, found.adjusted_header) == ("P (Welch)", "FDR (BH)")
    assert (found.n_arrays[0], found.n_spots[0], found.stability["volcano P"][0]) == (5, 19, 0.75)


def test_candidates_do_without_tests_and_spots(tmp_path):
    text = "ID,Name,mean b,mean a,log2 ratio b/a,n b,n a,regulation by fold change\n1,x,1,2,-1,1,1,down\n"
    found = read_differential(written(tmp_path, "d.csv", text))
    assert (found.p_header, found.adjusted_header, found.stability) == ("", "", {})
    assert np.isnan(found.p_value).all()
    assert found.n_spots.tolist() == [0]
