"""What `mirtool network` computes, as one call in Python."""

from __future__ import annotations

import numpy as np
import pytest

from mirtool.annotation.mirna_names import MirnaNames
from mirtool.errors import UsageError
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import GeneSets, Interactions, text_array
from mirtool.network import ChosenMirnas, TargetTable, analyze_network, choose_mirnas, synergy_network
from mirtool.network.interactions.preparation import combine_sources, prepare_targets
from mirtool.network.settings import NetworkSettings

NAMES = "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p"
NOTHING = text_array(["", ""])


def test_one_call_gives_the_network_its_ranking_and_its_tests() -> None:
    targets = TargetTable.of(starter_interactions())
    sets = GeneSets(("cycle",), ("",), (frozenset({"CDKN1A", "PTEN", "CCND1", "E2F1"}),), "hand-made")
    analysis = analyze_network(
        choose_mirnas(None, mirnas=NAMES), targets, [sets], NetworkSettings(min_size=1, draws=99)
    )
    alone = synergy_network(NAMES.split(","), targets)
    for column, values in alone.pairs.columns.items():
        np.testing.assert_array_equal(analysis.network.pairs[column], values)
    assert {"eigenvector", "PageRank", "community"} <= analysis.network.mirnas.columns.keys()
    assert [test.query for test in analysis.tests] == ["shared targets", "all targets"]
    assert [test.nulls for test in analysis.tests] == [("genes", "miRNAs", "degree")] * 2


def test_outdated_names_of_study_and_table_are_updated_in_python_too() -> None:
    names = MirnaNames()
    # miRBase 22.1: hsa-miR-95 of release 20 and before is hsa-miR-95-3p.
    table = Interactions(text_array(["hsa-miR-95", "hsa-miR-17-5p"]), text_array("GG"), NOTHING, NOTHING, "mine")
    chosen = ChosenMirnas(["hsa-miR-95", "hsa-miR-17-5p"]).with_current_names(names)
    targets = prepare_targets(combine_sources([table], NetworkSettings(), names), "all", chosen)
    analysis = analyze_network(chosen, targets, [])
    assert sorted(analysis.network.mirnas["miRNA"]) == ["hsa-miR-17-5p", "hsa-miR-95-3p"]
    assert [each.name for each in targets.mirna_names] == ["hsa-miR-95-3p", "hsa-miR-17-5p"]


def test_modules_need_gene_sets() -> None:
    with pytest.raises(UsageError, match="modules=True needs gene sets"):
        analyze_network(
            choose_mirnas(None, mirnas=NAMES),
            TargetTable.of(starter_interactions()),
            [],
            NetworkSettings(modules=True),
        )
