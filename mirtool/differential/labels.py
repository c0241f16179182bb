"""Which probes a figure names, as a person asks for them: so many, or these."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mirtool.errors import UsageError
from mirtool.model import IntArray, ProbeTable
from mirtool.wording import did_you_mean

LABELS = 15


def parse_labels(texts: Sequence[str], probes: ProbeTable) -> tuple[int, IntArray]:
    """Return how many probes are named by rank, and the rows that are named whatever their rank.

    A number that is not the ID of a probe says how many; any other text is names or IDs separated by commas.
    Names alone turn naming by rank off.

    Parameters
    ----------
    texts
        As they were typed; nothing for the default of 15.
    probes
        Where the names are looked up, without case and with or without their species; of a slash name any part.

    Raises
    ------
    UsageError
        For a name that no probe has.

    Examples
    --------
    >>> from mirtool.model import text_array
    >>> names = text_array(["hsa-miR-21-5p", "hsa-let-7a-5p/hsa-let-7c-5p"])
    >>> probes = ProbeTable(text_array(["10", "11"]), names, text_array(["miRNA"] * 2))
    >>> parse_labels(["5", "MIR-21-5p,let-7c-5p"], probes)[1].tolist()
    [0, 1]
    """
    words = [word.strip() for text in texts for word in text.split(",") if word.strip()]
    if not words:
        return LABELS, np.array([], dtype=np.int64)
    rows_of: dict[str, list[int]] = {}
    for row, (own_id, name) in enumerate(zip(probes.id, probes.name, strict=True)):
        for key in dict.fromkeys((str(own_id).casefold(), *_names(str(name)))):
            rows_of.setdefault(key, []).append(row)
    numbers = [int(word) for word in words if word.isdecimal() and word not in rows_of]
    rows: set[int] = set()
    for word in words:
        if word.casefold() in rows_of:
            rows.update(rows_of[word.casefold()])
        elif not word.isdecimal():
            raise UsageError(
                f"no probe is called {word!r}",
                parameter="label",
                expected="a number, or names or IDs of the table",
                hint=did_you_mean(word, [*probes.name, *probes.id], 3),
            )
    n_labels = numbers[-1] if numbers else 0
    return n_labels, np.array(sorted(rows), dtype=np.int64)


def _names(name: str) -> list[str]:
    """Return a name and its parts, each also without its species, in lower case."""
    whole = name.strip().casefold()
    found = [part.strip() for part in (whole, *whole.split("/"))]
    found += [part.partition("-")[2] for part in found if len(part.partition("-")[0]) in (3, 4)]
    return [each for each in found if each]
