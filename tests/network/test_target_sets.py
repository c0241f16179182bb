"""The targets of miRNAs as gene sets."""

import pytest

from mirtool.errors import NotEnoughDataError
from mirtool.model import Interactions, text_array
from mirtool.network.interactions.mirnas import combine_probes
from mirtool.network.interactions.target_sets import target_sets
from mirtool.network.interactions.target_table import TargetTable

PAIRS = [("a", "X"), ("a", "Y"), ("b", "Y"), ("b", "Z"), ("c", "W"), ("d", "X")]
KNOWN = Interactions(
    text_array(mirna for mirna, _ in PAIRS),
    text_array(gene for _, gene in PAIRS),
    text_array("weak" if mirna == "d" else "strong" for mirna, _ in PAIRS),
    text_array([""] * len(PAIRS)),
    "mine",
)


def test_one_set_a_mirna_and_those_of_all_that_are_up_or_down() -> None:
    study = combine_probes(["a", "b", "c", "d", "e"], ["up", "up", "down", "up", "up"])
    sets = target_sets(study, TargetTable.of(KNOWN))
    assert dict(zip(sets.terms, sets.genes, strict=True)) == {
        "targets of the 2 miRNAs up": set("XYZ"),
        "shared targets of the 2 miRNAs up": set("Y"),
        "targets of the 1 miRNA down": set("W"),
        "a": set("XY"),
        "b": set("YZ"),
        "c": set("W"),
    }
    assert sets.descriptions == ("up", "up", "down", "up", "up", "down")
    assert sets.source == "targets in mine, strong evidence"
    assert "d" in target_sets(study, TargetTable.of(KNOWN, "all")).terms


def test_named_mirnas_have_no_direction_and_slash_probes_the_targets_of_all_parts() -> None:
    sets = target_sets(combine_probes(["a/c", "b"]), TargetTable.of(KNOWN))
    assert sets.terms == ("a/c", "b")
    assert sets.genes[0] == set("XYW")


def test_without_a_target_there_is_no_set() -> None:
    with pytest.raises(NotEnoughDataError, match="none of the 1 miRNAs has a target in mine at strong evidence"):
        target_sets(combine_probes(["d"]), TargetTable.of(KNOWN))
