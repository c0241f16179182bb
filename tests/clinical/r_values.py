"""The numbers of R that the clinical tests compare with, as the scripts of ``tests/reference`` wrote them."""

import csv
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "reference"


def r_values(name, missing="NA"):
    """Return name to number of a file; what R calls NA is ``missing``, and an error where that is not given."""
    rows = csv.reader((FOLDER / name).read_text().splitlines()[2:])
    return {row[0]: float(missing if row[1] == "NA" else row[1]) for row in rows}
