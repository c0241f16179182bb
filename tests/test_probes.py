"""Probes are what their names say, by rules that a study can extend."""

import pytest

from mirtool.annotation.probes import KindRule, ProbeKind, classify_probe, classify_probes, is_kind, species_of
from mirtool.errors import MirtoolError
from mirtool.model import text_array

NAMES = {
    "hsa-miR-17-5p/hsa-miR-106a-5p": "miRNA",
    "hsa-let-7d-3p": "miRNA",
    "mmu-miR-376a*": "miRNA",
    "ebv-miR-BART1-3p": "miRNA",
    "bkv-miR-B1-3p/jcv-miR-J1-3p": "miRNA",
    "sv40-miR-S1-5p": "miRNA",
    "hsv1-miR-H1": "miRNA",
    "let-7a": "miRNA",
    "dme-bantam-3p": "miRNA",
    "cel-lin-4": "miRNA",
    "hsa-miRPlus-A1015": "miRPlus",
    "U6-snRNA-1": "small RNA control",
    "SNORD44": "small RNA control",
    "RNU6B": "small RNA control",
    "5S-rRNA": "small RNA control",
    "spike_control_a": "spike-in",
    "spike_control_v1": "spike-in",
    "hsa_negative_control_3": "negative control",
    "Empty": "empty",
    "EMPTY ": "empty",
    "Hy3": "landing light",
    "hy5": "landing light",
    "HIDDEN_17536": "hidden",
    "LINC00152": "other",
    "LETM1": "other",
    "U2AF1": "other",
    "HY3X": "other",
}


@pytest.mark.parametrize(("name", "kind"), NAMES.items())
def test_a_name_tells_the_kind(name, kind):
    assert classify_probe("1", name) == kind


def test_a_blank_name_is_another_species_and_without_an_id_an_empty_spot():
    assert classify_probe("13132", " ") is ProbeKind.OTHER_SPECIES
    assert classify_probe("", "") is ProbeKind.EMPTY
    assert classify_probe("Empty", "") is ProbeKind.EMPTY
    assert classify_probe("-", "hsa-miR-16-5p") is ProbeKind.MIRNA


def test_the_studys_own_rules_come_first():
    rules = [KindRule("^hsa-miR-16-5p$", ProbeKind.SPIKE_IN), KindRule("^9", ProbeKind.HIDDEN, field="ID")]
    table = classify_probes(
        text_array(["1", "91", "2"]), text_array(["hsa-mir-16-5p", "hsa-miR-21-5p", "hsa-miR-21-5p"]), rules=rules
    )
    assert list(table.kind) == ["spike-in", "hidden", "miRNA"]


@pytest.mark.parametrize(
    ("name", "prefixes"),
    [
        ("hsa-miR-17-5p/mmu-miR-17", {"hsa", "mmu"}),
        ("sv40-miR-S1", {"sv40"}),
        ("HSA-MIR-17", {"hsa"}),
        ("let-7a-5p", set()),
        ("lin-4", set()),
        ("miR-17", set()),
        ("hsa-let-7a/let-7b", {"hsa"}),
        ("spike-control", set()),
    ],
)
def test_species_are_told_by_the_prefix_before_a_mirna(name, prefixes):
    assert species_of(name) == prefixes


def test_other_species_are_set_apart_only_where_a_species_is_asked_for():
    names = text_array(["hsa-miR-17-5p/mmu-miR-17", "mmu-miR-764-5p", "let-7a"])
    asked = classify_probes(names, names, species="hsa")
    assert list(asked.kind) == ["miRNA", "other species", "miRNA"]
    assert list(classify_probes(names, names).kind) == ["miRNA"] * 3
    assert list(is_kind(asked, ProbeKind.OTHER_SPECIES)) == [False, True, False]


def test_a_rule_that_can_not_work_is_refused():
    with pytest.raises(MirtoolError, match="not a regular expression"):
        KindRule("(", ProbeKind.MIRNA)
    with pytest.raises(MirtoolError, match="unknown field"):
        KindRule("a", ProbeKind.MIRNA, field="Sequence")
