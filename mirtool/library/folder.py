"""Where the library lies on this computer."""

from __future__ import annotations

import os
from pathlib import Path

DATA_VARIABLE = "MIRTOOL_DATA"


def data_folder() -> Path:
    r"""Return the folder of the library; it need not exist.

    ``$MIRTOOL_DATA`` where it is set, else the place where the operating system wants a user's data:
    ``~/.local/share/mirtool`` on Linux, ``~/Library/Application Support/mirtool`` on macOS,
    ``%LOCALAPPDATA%\mirtool`` on Windows.
    """
    chosen = os.environ.get(DATA_VARIABLE)
    if chosen:
        return Path(chosen)
    from platformdirs import user_data_path

    return user_data_path("mirtool", appauthor=False)
