"""Hemolysis and cells: by hand, with old and new names."""

import numpy as np
import pytest

from mirtool.annotation.probes import classify_probes
from mirtool.model import text_array
from mirtool.quality.contamination import HEMOLYSIS, MARKERS, OTHER_NAMES, indications, marker_of

NAN = float("nan")


def look(names, signals, levels=(0.0, 0.0, 0.0)):
    probes = classify_probes(text_array(names), text_array(names))
    return indications(probes, np.array(signals, dtype=float), np.array(levels), 32.0)


def test_the_index_by_hand():
    # log2: miR-451a 8, 10, (below 32 counts as 32) 5; miR-23a-3p 7, 6, 5: the third array shows neither.
    found = look(["hsa-miR-451a", "hsa-miR-23a-3p"], [[256, 1024, 3], [128, 64, -4]])
    assert found.hemolysis.tolist() == pytest.approx([1, 4, NAN], nan_ok=True)
    # Red cells: miR-451a alone, over its median log2 8.
    assert found.sources == ("red blood cells",)
    assert found.excess.tolist() == [[0, 2, -3]]


def test_scaling_takes_brightness_off_the_markers_and_leaves_the_index():
    names = ["hsa-miR-451a", "hsa-miR-23a-3p"]
    plain = look(names, [[256, 1024, 256], [64, 64, 64]])
    bright = look(names, [[256, 1024, 1024], [64, 64, 256]], levels=(0, 0, 2))
    assert bright.hemolysis.tolist() == plain.hemolysis.tolist()
    assert bright.excess.tolist() == plain.excess.tolist()


def test_markers_of_one_source_are_averaged():
    found = look(["hsa-miR-223", "mmu-miR-126-3p"], [[64, 64, 256], [64, 64, 1024]])
    assert found.markers == (("miR-223-3p", "miR-126-3p"),)
    assert found.excess.tolist() == [[0, 0, 3]]
    assert found.hemolysis is None


def test_several_probes_of_one_marker_are_averaged():
    found = look(["hsa-miR-122-5p", "hsa-miR-122"], [[64, 64, 256], [64, 64, 64]])
    assert found.excess.tolist() == [[0, 0, 1]]


@pytest.mark.parametrize("signals", [[[5, 5, 5]], [[NAN, NAN, NAN]]])
def test_markers_that_no_array_shows_say_nothing(signals):
    assert look(["hsa-miR-122-5p"], signals) is None
    assert look(["hsa-let-7a-5p"], [[500, 500, 500]]) is None


@pytest.mark.parametrize(
    ("name", "marker"),
    [
        ("hsa-miR-451a", "miR-451a"),
        ("miR-451", "miR-451a"),
        ("rno-miR-23a", "miR-23a-3p"),
        ("rno-miR-451", "miR-451a"),
        ("hsa.miR.451a", "miR-451a"),
        ("hsa-miR-486", "miR-486-5p"),
        ("hsa-miR-16_st", "miR-16-5p"),
        ("hsa-miR-16-5p/mmu-miR-16-5p", "miR-16-5p"),
        ("hsa-miR-451b", None),
        ("hsa-miR-16-2-3p", None),
        ("hsa-miR-23b-3p", None),
        ("hsa-miR-126*", None),
        ("hsa-miR-122-3p", None),
        ("", None),
    ],
)
def test_markers_are_told_by_their_whole_name(name, marker):
    assert marker_of(name) == marker


def test_every_marker_is_a_human_mirna_and_every_former_name_leads_to_one():
    from mirtool.annotation.mirbase import mature_mirnas

    current = mature_mirnas()
    wanted = {marker for markers in MARKERS.values() for marker in markers} | set(HEMOLYSIS)
    assert {f"hsa-{marker}" for marker in wanted} <= set(current)
    assert set(OTHER_NAMES.values()) <= wanted
    for other, marker in OTHER_NAMES.items():
        own = [current[f"{species}-{other}"] for species in ("mmu", "rno") if f"{species}-{other}" in current]
        assert own
        assert {mature.sequence[:20] for mature in own} == {current[f"hsa-{marker}"].sequence[:20]}
