"""What holds for every test: the same examples in every run, no clock that judges, and nothing built twice."""

import gc
import os
from functools import cache, lru_cache

# Matrices are small here: a second thread of OpenBLAS takes a processor from the other tests while it waits for
# work. It reads this when numpy is imported.
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import pytest
import typer.main
from hypothesis import HealthCheck, settings

from mirtool.commands import console
from mirtool.io.tables import workbook
from tests import workbook_server

# A slow machine is no failure of ours, and an example that fails once fails in every run.
settings.register_profile(
    "mirtool", deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
# For a longer search, with other examples in every run: pytest --hypothesis-profile thorough -m hypothesis
settings.register_profile("thorough", settings.get_profile("mirtool"), derandomize=False, max_examples=1000)
settings.load_profile("mirtool")

# Messages are compared line by line, so they are not wrapped; tests/commands/test_screen.py sets its own widths.
console.WIDTH_OF_A_PIPE = 10_000
os.environ.pop("COLUMNS", None)  # the processes of pytest-xdist have one

# Figures are made of many small objects: looking for circles among them as often as usual took a quarter of the
# time of their tests.
gc.set_threshold(50_000, 20, 20)

# A process of mirtool builds its command line once and reads a workbook once; one that runs the
# tests would do so at every call. None of them changes in use.
typer.main.get_command = cache(typer.main.get_command)
read_workbook = workbook_server.read if hasattr(os, "fork") else workbook._read_in_child.__wrapped__
workbook._read_in_child = lru_cache(maxsize=16)(read_workbook)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path):
    """Look for no doctests in test files, which have none: it takes as long as finding their tests."""
    found = yield
    return [each for each in found if type(each) is pytest.Module or not file_path.name.startswith("test_")]
