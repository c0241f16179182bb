"""The tables: what is in them, and that none invents a row."""

from dataclasses import replace

import numpy as np
import pytest

from mirtool.quality import quality_report, quality_tables
from mirtool.simulate.arrays import simulate_study


@pytest.fixture(scope="module")
def report():
    arrays = simulate_study(seed=7, two_channel=True).arrays
    channel = arrays.channels["532"]
    foreground = channel.foreground.copy()
    foreground[:, 5] = foreground[:, 0]
    hy5 = arrays.channels["635"]
    hy5_foreground = hy5.foreground.copy()
    hy5_foreground[:, 5] = hy5_foreground[:, 0]
    channels = {
        "635": replace(hy5, foreground=hy5_foreground),
        "532": replace(channel, foreground=foreground),
    }
    return quality_report(replace(arrays, channels=channels))


def test_every_table_is_there_and_has_its_rows(report):
    tables = quality_tables(report)
    n_blocks = len(report.spatial.blocks)
    assert {name: len(table) for name, table in tables.items()} == {
        "arrays": 6,
        "outliers": 6 * 5 + 2,  # five rules on six arrays, and the two identical ones
        "channels": 12,
        "pairs": 15,
        "pca": 6,
        "blocks": 6 * n_blocks,
        "spike_ins": len(report.spike_ins.probes),
        "indications": 6,
    }
    for name, table in tables.items():
        assert dict(table.notes)["channel"] == "532", name


def test_the_verdict_stands_with_its_reasons(report):
    table = quality_tables(report)["arrays"]
    assert table["verdict"][[0, 5]].tolist() == ["outlier", "outlier"]
    assert table["why"][0].startswith("identical to P06 in all")
    assert table["why"][1] == ""


def test_every_rule_stands_with_its_value_and_limit(report):
    table = quality_tables(report)["outliers"]
    rows = (table["array"] == "P02") & (table["check"] == "hoeffding after")
    assert table["value"][rows].tolist() == [report.rules[-1].statistic[1]]
    assert table["limit"][rows].tolist() == [0.15]
    assert table["fired"][rows].tolist() == [False]
    others = ~np.char.endswith(table["check"].astype(str), ("after"))
    others &= ~np.char.endswith(table["check"].astype(str), ("before"))
    assert table["check"][others].tolist() == ["identical arrays"] * 2


def test_blocks_stand_array_by_array(report):
    table = quality_tables(report)["blocks"]
    rows = (table["array"] == "P03") & (table["block"] == 7)
    assert table["residual log2"][rows].tolist() == [report.spatial.block_residual[6, 2]]
    assert table["spots"][rows].tolist() == [report.spatial.block_spots[6, 2]]


def test_channels_stand_one_under_the_other(report):
    table = quality_tables(report)["channels"]
    rows = (table["array"] == "P04") & (table["channel"] == "635")
    assert table["foreground median"][rows].tolist() == [report.channels["635"].foreground[1, 3]]


def test_what_was_not_measured_has_no_table(report):
    without = replace(report, between=None, rules=(), spatial=None, spike_ins=None, indications=None)
    tables = quality_tables(without)
    assert list(tables) == ["arrays", "outliers", "channels"]
    assert len(tables["outliers"]) == 2
    nothing_found = replace(without, findings=())
    assert len(quality_tables(nothing_found)["outliers"]) == 0
