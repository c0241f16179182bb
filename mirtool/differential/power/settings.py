"""The settings of a power analysis, each declared once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mirtool.differential.methods import TESTS
from mirtool.errors import UsageError
from mirtool.settings import Settings, setting

POWER_TESTS = tuple(name for name in TESTS if TESTS[name].in_model)
"""The tests whose power is known."""

DEFAULT_SHARE = 0.05
"""Share of the probes that differ: what Liu and Hwang's own program, ssize.fdr, assumes (``pi0 = 0.95``)."""

MOST_ARRAYS = 500

NEXT_STUDY = "The next study"
"""The panel of the help."""


@dataclass(frozen=True)
class PowerSettings(Settings):
    """What the next study is to find, and with what certainty."""

    fold: tuple[float, ...] = setting(
        (1.5, 2.0, 3.0),
        "Fold change to be found (not a log2); repeatable. Default 1.5, 2 and 3.",
        panel=NEXT_STUDY,
        metavar="FOLD",
    )
    fdr: float = setting(
        0.05,
        "False discovery rate, by Benjamini and Hochberg.",
        panel=NEXT_STUDY,
        metavar="SHARE",
    )
    power: float = setting(0.8, "The power that is wanted.", panel=NEXT_STUDY, metavar="SHARE")
    changed: float = setting(
        DEFAULT_SHARE,
        "Share of the probes that truly change, each by the fold change.",
        panel=NEXT_STUDY,
        metavar="SHARE",
    )
    test: str = setting(
        "moderated",
        "The test that the study will make, on log2 values (Smyth's moderated t, or Student's).",
        panel=NEXT_STUDY,
        choices=POWER_TESTS,
    )
    max_arrays: int = setting(
        20,
        "The largest number of arrays per group to compute.",
        panel=NEXT_STUDY,
        metavar="N",
        minimum=2,
        maximum=MOST_ARRAYS,
    )

    def check(self) -> None:
        """Refuse fold changes that are none, and shares of nothing or of all.

        Raises
        ------
        UsageError
            With what was found.
        """
        if not self.fold or not all(1 < fold < math.inf for fold in self.fold):
            raise UsageError(
                "a fold change to be found must be above 1",
                parameter="fold",
                found=", ".join(f"{fold:g}" for fold in self.fold) or "none",
                expected="such as 2, either way; not a log2",
            )
        for parameter, words, value in (
            ("fdr", "false discovery rate", self.fdr),
            ("power", "power", self.power),
            ("changed", "share of the probes that change", self.changed),
        ):
            if not 0 < value < 1:
                raise UsageError(f"the {words} must lie between 0 and 1", parameter=parameter, found=f"{value:g}")
