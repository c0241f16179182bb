"""How much work a study costs, counted: files opened and modules imported. Seconds depend on the machine."""

import json
import os
import subprocess
import sys
from collections import Counter

import numpy as np
import pytest

from mirtool.cli import main
from mirtool.io.arrays import genepix
from mirtool.network.enrichment.membership import terms_to_test
from tests.small_study import make_study

PROBE = """
import gc, json, sys
from collections import Counter
opened = Counter()
def count(event, arguments):
    if event == "open" and isinstance(arguments[0], str) and arguments[0].endswith((".gpr", "samples.csv")):
        opened[arguments[0].rpartition("/")[2]] += 1
sys.addaudithook(count)
from mirtool.annotation.mirna_names.book import MirnaNames
names, resolve = Counter(), MirnaNames._resolve
def counted(self, text):
    names[text] += 1
    return resolve(self, text)
MirnaNames._resolve = counted
from mirtool.__main__ import run
sys.argv = ["mirtool", *sys.argv[1:]]
before = sum(generation["collections"] for generation in gc.get_stats())
try:
    run()
except SystemExit as end:
    code = end.code
collections = sum(generation["collections"] for generation in gc.get_stats()) - before
found = {"opened": opened, "names": names, "modules": sorted(sys.modules), "code": code or 0}
print("WORK", json.dumps(found | {"collections": collections, "frozen": gc.get_freeze_count()}))
"""
UNUSED = {
    "mirtool.clinical",
    "mirtool.differential.by_model",
    "mirtool.io.arrays.ct_panels",
    "mirtool.io.arrays.ct_tables",
    "mirtool.io.arrays.imagene",
    "mirtool.io.arrays.nanostring",
    "mirtool.io.arrays.service_workbook",
    "mirtool.io.genes",
    "mirtool.io.targets",
    "mirtool.network",
    "mirtool.quality",
    "mirtool.report.figures.canvas",
    "mirtool.report.page",
    "mirtool.robustness",
    "mirtool.validation",
    "mirtool.workflow.clinical",
}
"""Rooms and modules of mirtool that comparing two groups of GenePix arrays does without."""
DRAWING = {"matplotlib", "PIL"}
HEAVY = {"pandas", "pydantic", "scipy.stats", "scipy.optimize", "networkx", "openpyxl", "distributed", *DRAWING}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("study")
    make_study(made)
    for path in made.glob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))  # a hash of a file that has just changed is not remembered
    return made


def work_of(call, folder, cache):
    """What a command opens and imports."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *call],
        cwd=folder,
        env={**os.environ, "MIRTOOL_CACHE": str(cache)},
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("WORK ")]
    return json.loads(line.removeprefix("WORK "))


@pytest.fixture(scope="module")
def work(folder, tmp_path_factory):
    """What `mirtool run` of the steps from files to the differential table opens and imports."""
    call = ["run", "--only", "normalize", "--only", "diff", "--no-figures"]
    return work_of(call, folder, tmp_path_factory.mktemp("cache"))


def test_each_array_is_opened_once(folder, work):
    assert work["code"] == 0
    arrays = Counter({path.name: 1 for path in folder.glob("*.gpr")})
    assert {name: times for name, times in work["opened"].items() if name.endswith(".gpr")} == arrays
    assert len(arrays) == 6


def test_arrays_are_read_from_their_bytes_and_their_spots_made_once(folder, tmp_path, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError("read line by line")

    monkeypatch.chdir(folder)
    monkeypatch.setattr(genepix, "read_rows", refuse)
    genepix._spots_of.cache_clear()
    output = str(tmp_path / "normalized.csv")
    assert main(["normalize", *sorted(map(str, folder.glob("*.gpr"))), "-o", output]) == 0
    found = genepix._spots_of.cache_info()
    assert (found.misses, found.hits) == (1, 5)


def test_nothing_heavy_is_imported(work):
    assert not HEAVY & set(work["modules"])


def test_what_other_analyses_need_is_not_imported(work):
    assert not UNUSED & set(work["modules"])


def test_objects_that_stay_are_not_searched_for_cycles(work):
    assert work["collections"] < 30  # 300 with Python's own threshold
    assert work["frozen"] > 10_000  # at the end nothing is searched


def test_each_name_is_looked_up_once(work):
    """All names are looked up to find their release, and by the release only those that two accessions had."""
    assert len(work["names"]) > 200
    assert {name for name, times in work["names"].items() if times > 1} == {"hsa-miR-3190-3p"}


NETWORK = ["network", "--mirnas", "hsa-miR-17-5p,hsa-miR-20a-5p,hsa-miR-15a-5p", "--draws", "100", "--no-figures"]


def test_a_network_imports_what_it_uses(tmp_path):
    done = work_of(NETWORK, tmp_path, tmp_path / "cache")
    assert done["code"] == 0
    assert (tmp_path / "network.xlsx").is_file()
    unused = HEAVY - {"networkx"} | {"scipy.spatial", "scipy.special"}
    assert unused & set(done["modules"]) == set()


def test_the_terms_of_a_network_are_found_once_for_all_its_queries(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    terms_to_test.cache_clear()
    assert main([*NETWORK, "--modules"]) == 0
    found = terms_to_test.cache_info()
    assert (found.misses, found.hits) == (1, 3)  # modules; shared targets, all targets, one community


def test_a_large_table_is_compared_without_pandas(tmp_path):
    rng = np.random.default_rng(1)
    values = np.where(rng.random((700, 1000)) < 0.05, "", rng.normal(8, 1, (700, 1000)).round(4).astype(str))
    names = [f"S{j}" for j in range(1000)]
    rows = [f"hsa-miR-{20000 + i}-5p," + ",".join(row) for i, row in enumerate(values.tolist())]
    (tmp_path / "t.csv").write_text("\n".join(["ID," + ",".join(names), *rows]))
    assert (tmp_path / "t.csv").stat().st_size > 4 << 20
    lines = [f"{name},{'case' if j % 2 else 'control'},{30 + j % 50}" for j, name in enumerate(names)]
    (tmp_path / "s.csv").write_text("\n".join(["sample,group,age", *lines]))
    call = ["diff", "t.csv", "--samples", "s.csv", "--scale", "log2", "--covariate", "age", "-o", "d.csv"]
    done = work_of(call, tmp_path, tmp_path / "cache")
    assert done["code"] == 0
    assert not HEAVY & set(done["modules"])


@pytest.mark.parametrize(("asked", "expected"), [({}, "1"), ({"OPENBLAS_NUM_THREADS": "3"}, "3")])
def test_a_command_has_one_thread_of_openblas_unless_more_are_asked_for(asked, expected):
    code = (
        "import os, sys; sys.argv = ['mirtool', '--version']; from mirtool.__main__ import run\n"
        "try: run()\nexcept SystemExit: print(os.environ['OPENBLAS_NUM_THREADS'])"
    )
    rest = {name: value for name, value in os.environ.items() if name != "OPENBLAS_NUM_THREADS"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=rest | asked, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == expected
