"""``mt.shortlist``: the table of the command, from paths or from the results of other steps."""

import pytest

import mirtool.api as mt
from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.io.results.differential import read_differential

DIFFERENTIAL = """\
# mirtool differential
ID,Name,mean b,mean a,log2 ratio b/a,P (moderated),n b,n a,regulation by volcano P
1,hsa-miR-16-5p,1,4,-2,0.001,2,2,down
2,hsa-miR-21-5p,8,1,3,0.01,2,2,up
3,hsa-miR-9-5p,1,1,0,1,2,2,
"""
CT = "Sample,Target,Ct,Group\n" + "".join(
    f"{group}{i},{target},{ct + 0.1 * i},{group}\n"
    for group, target, ct in (
        ("a", "hsa-miR-16-5p", 24), ("b", "hsa-miR-16-5p", 27), ("a", "hsa-miR-103a-3p", 20),
        ("b", "hsa-miR-103a-3p", 20),
    )
    for i in (1, 2)
)  # fmt: skip


@pytest.fixture(autouse=True)
def _folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.csv").write_text(DIFFERENTIAL)
    (tmp_path / "ct.csv").write_text(CT)
    (tmp_path / "papers.txt").write_text("hsa-miR-16-5p\n")


def test_paths_and_objects_give_the_file_of_the_command(tmp_path):
    assert (
        main(["validate", "ct.csv", "--reference", "hsa-miR-103a-3p", "--differential", "d.csv", "-o", "v.csv"])
        == 0
    )
    assert main(["shortlist", "d.csv", "--validation", "v.csv", "--list", "papers.txt", "-o", "command.csv"]) == 0
    by_paths = mt.shortlist("d.csv", validation="v.csv", lists="papers.txt")
    by_objects = mt.shortlist(
        read_differential("d.csv"),
        validation=mt.validate("ct.csv", reference="hsa-miR-103a-3p", differential="d.csv"),
        lists=["papers.txt"],
    )
    for result in (by_paths, by_objects):
        result.write("python.csv")
        assert (tmp_path / "python.csv").read_bytes() == (tmp_path / "command.csv").read_bytes()


def test_the_result_shows_itself():
    result = mt.shortlist("d.csv")
    assert result.to_frame()["Name"].tolist() == ["hsa-miR-16-5p", "hsa-miR-21-5p"]
    assert repr(result).startswith(
        "<ShortlistResult>\nShortlist by confident rank: 2 of 2 miRNAs up or down by volcano P (b / a)\n"
    )
    assert "<table" in result._repr_html_()
    assert result.record()["arguments"]["regulation"] == "volcano-p"
    assert result.record()["summary"]["mirnas"] == ["hsa-miR-16-5p", "hsa-miR-21-5p"]


def test_what_is_no_result_is_refused():
    with pytest.raises(UsageError, match="this is not a result of mirtool validate"):
        mt.shortlist("d.csv", validation=3)
    with pytest.raises(UsageError, match="this is not a differential table"):
        mt.shortlist(3)
