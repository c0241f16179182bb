"""The figure of the synergy network: what is on it, and that it is the same every time."""

import xml.etree.ElementTree as ET

import pytest

from mirtool.io.interactions import starter_interactions
from mirtool.network import SynergyNetwork, synergy_network
from mirtool.report.figures import svg_bytes, text_boxes
from mirtool.report.network_figure import network_figure

MIRNAS = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-20b-3p", "hsa-miR-99x")


@pytest.fixture(scope="module")
def network() -> SynergyNetwork:
    return synergy_network(MIRNAS, starter_interactions(), regulation=["down"] * 4 + ["up"] * 2)


def words(figure) -> list[str]:
    return [text.get_text() for text in figure.axes[0].texts]


def test_mirnas_genes_key_and_remarks_are_on_it(network: SynergyNetwork) -> None:
    shown = words(network_figure(network))
    assert "miR-17-5p (14)" in shown
    assert "BCL2 (4)" in shown
    assert "shared targets, same seed (shared by construction)" in shown
    assert {"up", "down"} <= set(shown)
    assert shown[-1] == "1 miRNA without a target in the table not drawn. hsa- left out of the names."


def test_no_name_covers_another(network: SynergyNetwork) -> None:
    figure = network_figure(network)
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
    apart = synergy_network(["hsa-miR-513a-5p", "hsa-miR-451a"], starter_interactions())
    assert (
        "No pair of miRNAs shares more targets than chance gives (FDR ≤ 0.05)." in words(network_figure(apart))[-1]
    )


def test_the_same_network_gives_the_same_bytes(network: SynergyNetwork) -> None:
    data = svg_bytes(network_figure(network))
    assert data == svg_bytes(network_figure(network))
    ET.fromstring(data)
