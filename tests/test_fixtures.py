"""The committed fixtures are what their script makes."""

import gzip
import importlib.util
import sys
from pathlib import Path

import pytest

from mirtool.io.tables.text_tables import read_sheets

FOLDER = Path(__file__).resolve().parent.parent / "fixtures"


def load_script():
    spec = importlib.util.spec_from_file_location("make_fixtures", FOLDER / "make_fixtures.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their own module up
    spec.loader.exec_module(module)
    return module


FIXTURES = load_script().FIXTURES


@pytest.mark.parametrize("name", FIXTURES)
def test_a_committed_fixture_is_what_the_script_makes(name):
    data = (FOLDER / name).read_bytes()
    assert content(name, gzip.decompress(data) if name.endswith(".gz") else data) == content(
        name, FIXTURES[name]()
    )


def content(name, data):
    """Versions of xlsxwriter may pack the same cells in other bytes."""
    return read_sheets(data, name) if name.endswith(".xlsx") and "bad" not in name else data


def test_every_file_of_a_fixture_folder_has_a_maker():
    folders = {(FOLDER / name).parent for name in FIXTURES}
    files = {str(path.relative_to(FOLDER)) for folder in folders for path in folder.iterdir() if path.is_file()}
    # LibreOffice made the XLS files: see make_matrix_fixtures.py and make_workbook_fixtures.py.
    assert files - {"matrix/intensities.xls", "service_workbook/expression_matrix.xls"} == set(FIXTURES)
