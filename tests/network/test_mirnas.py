"""The miRNAs of a study: probes combined, slash names split, near misses found and left alone."""

import numpy as np
import pytest

from mirtool.errors import UsageError
from mirtool.network.interactions.mirnas import combine_probes, near_misses, parts_of


def test_two_probes_of_one_mirna_become_one() -> None:
    study = combine_probes(["a", "b", "a"], ["up", "down", "up"], [1.0, -2.0, 2.0])
    assert study.name.tolist() == ["a", "b"]
    assert study.regulation.tolist() == ["up", "down"]
    np.testing.assert_array_equal(study.log2_ratio, [1.5, -2.0])
    assert study.notes == ("a: 2 probes taken as one, log2 ratio averaged",)


def test_probes_that_disagree_have_no_direction() -> None:
    study = combine_probes(["a", "a"], ["up", "down"], [1.0, -1.0])
    assert study.regulation.tolist() == [""]
    assert study.notes == ("a: its 2 probes disagree about up and down",)


def test_names_alone_have_no_ratio() -> None:
    study = combine_probes([" a ", "", "b"])
    assert study.name.tolist() == ["a", "b"]
    assert np.isnan(study.log2_ratio).all()


def test_arguments_of_different_length() -> None:
    with pytest.raises(UsageError, match="one regulation and one log2 ratio"):
        combine_probes(["a", "b"], ["up"])


def test_slash_names() -> None:
    assert parts_of("hsa-miR-17-5p / hsa-miR-106a-5p/") == ("hsa-miR-17-5p", "hsa-miR-106a-5p")
    assert parts_of("hsa-miR-16-5p/hsa-miR-16-5p") == ("hsa-miR-16-5p",)


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("hsa-miR-125b", ("hsa-miR-125b-5p",)),
        ("hsa-miR-125b-3p", ("hsa-miR-125b-5p",)),
        ("hsa-mir-125b-5p", ("hsa-miR-125b-5p",)),
        ("hsa-miR-125b*", ("hsa-miR-125b-5p",)),
        ("hsa-miR-125", ()),
        ("mmu-miR-125b-5p", ()),
    ],
)
def test_near_misses(name: str, near: tuple[str, ...]) -> None:
    assert near_misses(name, {"hsa-miR-125b-5p", "hsa-miR-125a-5p"}) == near
