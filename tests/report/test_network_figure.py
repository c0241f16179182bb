"""The figure of the synergy network: what is on it, and that it is the same every time."""

import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest

from mirtool.errors import UsageError
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, combine_probes, synergy_network
from mirtool.network.interactions.target_table import TargetTable
from mirtool.report.figures.canvas import svg_bytes, text_boxes
from mirtool.report.figures.network import WIDTHS_MM, network_figure

MIRNAS = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-20b-3p", "hsa-miR-99x")


@pytest.fixture(scope="module")
def network() -> SynergyNetwork:
    return synergy_network(
        combine_probes(MIRNAS, ["down"] * 4 + ["up"] * 2), TargetTable.of(starter_interactions())
    )


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_mirnas_genes_key_and_remarks_are_on_it(network: SynergyNetwork) -> None:
    shown = words(network_figure(network))
    assert "miR-17-5p (14)" in shown
    assert "BCL2 (4)" in shown
    assert "shared targets, same seed (by construction)" in shown
    assert {"up", "down"} <= set(shown)
    # Two sizes of the scale: the highest synergy, and a quarter of it.
    assert {"synergy 3", "14"} <= set(shown)
    assert shown[-1] == "1 miRNA without a target in the table not drawn. hsa- left out of the names."


def test_the_key_gives_the_fewest_and_the_most_shared_targets() -> None:
    known = starter_interactions()
    network = synergy_network(sorted(set(known.mirna)), TargetTable.of(known), alpha=0.3)
    others = network.pairs.take(network.pairs["significant"] & (network.pairs["same seed"] != "yes"))
    shared = others["shared targets"]
    assert shared.min() < shared.max()
    shown = words(network_figure(network))
    assert {f"{shared.min()} shared targets", str(shared.max()), "same seed (shared by construction)"} <= set(
        shown
    )


@pytest.mark.parametrize("width", WIDTHS_MM)
def test_it_is_as_wide_as_a_page_or_a_column_and_nothing_leaves_it(network: SynergyNetwork, width: int) -> None:
    figure = network_figure(network, width_mm=width)
    across, up = figure.get_size_inches() * figure.dpi
    assert across == pytest.approx(width / 25.4 * figure.dpi)
    boxes = text_boxes(figure, [text for text in figure.axes[0].texts if text.get_text()])
    assert (boxes[:, :2] > 0).all()
    assert boxes[:, 2].max() < across
    assert boxes[:, 3].max() < up
    assert min(text.get_fontsize() for text in figure.axes[0].texts) >= 7


def test_another_width_is_refused(network: SynergyNetwork) -> None:
    with pytest.raises(UsageError, match="found 120 mm; expected 180 or 85"):
        network_figure(network, width_mm=120)


@pytest.mark.parametrize("width", WIDTHS_MM)
def test_no_name_covers_another(width: int) -> None:
    known = starter_interactions()
    names = sorted(set(known.mirna))
    network = synergy_network(
        combine_probes([*names[4:], "/".join(names[:4])], ["up"] * (len(names) - 3)), TargetTable.of(known)
    )
    figure = network_figure(network, width_mm=width)
    boxes = text_boxes(figure, [text for text in figure.axes[0].texts if text.get_text()])
    for i, (left, bottom, right, top) in enumerate(boxes):
        for other_left, other_bottom, other_right, other_top in boxes[i + 1 :]:
            apart = left >= other_right or right <= other_left or bottom >= other_top or top <= other_bottom
            assert apart


def test_what_is_left_out_is_said(network: SynergyNetwork) -> None:
    remarks = words(network_figure(network, n_mirnas=3, n_genes=2))[-1]
    assert "3 of 5 miRNAs drawn, those of highest synergy." in remarks
    assert "2 of " in remarks
    assert "those with most miRNAs." in remarks


def test_a_network_that_shares_nothing_is_drawn_too() -> None:
    apart = synergy_network(["hsa-miR-513a-5p", "hsa-miR-451a"], TargetTable.of(starter_interactions()))
    assert (
        "No pair of miRNAs shares more targets than chance gives (FDR ≤ 0.05)." in words(network_figure(apart))[-1]
    )


def test_the_same_network_gives_the_same_bytes(network: SynergyNetwork) -> None:
    data = svg_bytes(network_figure(network))
    assert data == svg_bytes(network_figure(network))
    ET.fromstring(data)


def test_where_a_name_and_its_count_are_too_long_for_a_column_the_name_stays() -> None:
    mirnas, genes = ("hsa-miR-548aa-3p", "hsa-miR-30c-2-3p"), ("TNFRSF10B", "TNFRSF10BLONGERSTILL", "AR")
    pairs = [(mirna, gene) for mirna in mirnas for gene in genes]
    known = Interactions(
        text_array(mirna for mirna, _ in pairs),
        text_array(gene for _, gene in pairs),
        text_array(["strong"] * len(pairs)),
        text_array([""] * len(pairs)),
        "hand-made",
    )
    network = synergy_network(mirnas, TargetTable.of(known))
    crowded = replace(network, mirnas=network.mirnas.with_columns({"synergy": np.array([1_234_567, 3])}))
    shown = words(network_figure(crowded, width_mm=85))
    assert {"miR-30c-2-3p", "miR-548aa-3p (3)", "TNFRSF10B", "AR (2)"} <= set(shown)
    assert sum(word.startswith("TNFRSF10B") and word.endswith("…") for word in shown) == 1
