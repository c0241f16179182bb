"""The workbook of the network: a sheet a table, text that stays text, and where everything comes from."""

import io
from dataclasses import replace

import numpy as np
import openpyxl
import python_calamine

from mirtool.io.genes.gene_sets import embedded_go_bp
from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import text_array
from mirtool.network import SynergyNetwork, combine_probes, mirna_universe, synergy_network
from mirtool.network.enrichment.over_representation import target_enrichment
from mirtool.network.interactions.target_table import TargetTable
from mirtool.network.settings import EnrichmentSettings
from mirtool.report.tables import workbook_bytes
from mirtool.report.workbook.network_sheets import LONGEST_CELL, network_sheets

STUDY = ["hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-99x"]


def starter_network() -> SynergyNetwork:
    return synergy_network(
        combine_probes(STUDY, log2_ratio=[-1, np.nan, 0.5, 0]), TargetTable.of(starter_interactions())
    )


FACTS = [("of the interactions", "3 rows dropped")]


def test_every_table_is_a_sheet_that_others_can_read() -> None:
    network = starter_network()
    universe = mirna_universe(network.mirnas["miRNA"].tolist(), TargetTable.of(starter_interactions()))
    test = target_enrichment(universe, embedded_go_bp(), EnrichmentSettings(null="genes"))
    data = workbook_bytes(network_sheets(network, [test]), FACTS)
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert {"miRNAs", "genes", "edges", "pairs", "enrichment", "Notes"} <= set(book.sheetnames)
    header, first, *_ = book["miRNAs"].iter_rows(values_only=True)
    assert list(header) == list(network.mirnas.columns)
    assert first[0] == network.mirnas["miRNA"][0]
    rows = list(book["edges"].iter_rows(values_only=True))[1:]
    assert [(a, b) for a, b, *_ in rows] == list(zip(network.edges["miRNA"], network.edges["gene"], strict=True))
    notes = [tuple(row[1:]) for row in book["Notes"].iter_rows(values_only=True)][1:]
    assert notes[0] == FACTS[0]
    assert ("genes per term", "10 to 500") in notes
    calamine = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert len(calamine.get_sheet_by_name("genes").to_python()) == len(network.genes) + 1
    assert data == workbook_bytes(network_sheets(network, [test]), FACTS)


def test_names_that_a_spreadsheet_would_reckon_stay_text() -> None:
    network = starter_network()
    names = ["=1+1", "MARCH1", "1E5", *network.genes["gene"][3:]]
    odd = replace(network, genes=network.genes.with_columns({"gene": text_array(names)}))
    book = openpyxl.load_workbook(io.BytesIO(workbook_bytes(network_sheets(odd))))
    cells = [row[0] for row in book["genes"].iter_rows(min_row=2, max_row=4)]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=1+1", "s"), ("MARCH1", "s"), ("1E5", "s")]


def test_a_list_that_no_cell_holds_is_cut_and_counted() -> None:
    network = starter_network()
    names = [f"GENE{i:05d}" for i in range(5000)]
    long = text_array([";".join(names), "x" * (LONGEST_CELL + 1), "short"])
    wide = replace(network, mirnas=network.mirnas.with_columns({"targets hit": long}))
    listed, plain, short = network_sheets(wide)["miRNAs"]["targets hit"]
    kept, _, rest = listed.rpartition("; and ")
    whole = kept.split(";")
    assert whole == names[: len(whole)]
    assert rest == f"{5000 - len(whole):,} more: see the CSV file"
    assert max(len(listed), len(plain)) <= LONGEST_CELL
    assert plain.endswith("… see the CSV file")
    assert short == "short"
    assert workbook_bytes(network_sheets(wide))
