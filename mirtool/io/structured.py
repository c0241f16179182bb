"""JSON and TOML that others wrote: whatever is wrong with a file is a ``ValueError``, however it is wrong."""

from __future__ import annotations

import json
import tomllib
from typing import Any


def parse_json(text: str | bytes) -> Any:
    """Return the content of a JSON text.

    Raises
    ------
    ValueError
        Where it is none, or nested too deeply to be anything of mirtool's.

    Examples
    --------
    >>> parse_json('{"runs": {}}')
    {'runs': {}}
    """
    try:
        return json.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def parse_toml(text: str) -> dict[str, Any]:
    """Return the content of a TOML text.

    Raises
    ------
    ValueError
        Where it is none, nested too deeply, or holds a number of thousands of digits.

    Examples
    --------
    >>> parse_toml("cutoff = 2")
    {'cutoff': 2}
    """
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
