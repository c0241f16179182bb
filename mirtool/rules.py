"""The rules by which a probe is up or down: one vocabulary for options, columns and words."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mirtool.settings import unknown_choice


class Rule(StrEnum):
    """Which probes are up or down; the value is what the user types.

    ``p`` and ``fdr`` are short for ``volcano-p`` and ``volcano-fdr``.

    Examples
    --------
    >>> Rule("fdr").column
    'regulation by volcano FDR'
    >>> Rule.named("volcano")
    Traceback (most recent call last):
    mirtool.errors.UsageError: unknown rule 'volcano' (expected one of fold-change, volcano-p, volcano-fdr)
      What to do: did you mean 'volcano-p'?
    """

    FOLD_CHANGE = "fold-change"
    VOLCANO_P = "volcano-p"
    VOLCANO_FDR = "volcano-fdr"

    @classmethod
    def _missing_(cls, value: object) -> Rule | None:
        return {"p": cls.VOLCANO_P, "fdr": cls.VOLCANO_FDR}.get(str(value))

    @classmethod
    def named(cls, text: str, parameter: str | None = None) -> Rule:
        """Return the rule that ``text`` names.

        Raises
        ------
        UsageError
            Where there is none, about ``parameter``.
        """
        try:
            return cls(text)
        except ValueError:
            raise unknown_choice("rule", text, cls, parameter) from None

    @classmethod
    def in_columns(cls, columns: Iterable[str]) -> tuple[Rule, ...]:
        """Return the rules whose column is among ``columns``, weakest first."""
        there = set(columns)
        return tuple(rule for rule in cls if rule.column in there)

    @classmethod
    def default(cls, available: Iterable[Rule]) -> Rule:
        """Return the rule taken where none is named: volcano P, or fold change where no test was made."""
        return cls.VOLCANO_P if cls.VOLCANO_P in available else cls.FOLD_CHANGE

    @property
    def label(self) -> str:
        """The rule as it ends the names of columns: ``volcano P``."""
        return {"fold-change": "fold change", "volcano-p": "volcano P", "volcano-fdr": "volcano FDR"}[self.value]

    @property
    def words(self) -> str:
        """What must pass, in words: ``fold change and P``."""
        return {
            "fold-change": "fold change",
            "volcano-p": "fold change and P",
            "volcano-fdr": "fold change and adjusted P",
        }[self.value]

    @property
    def column(self) -> str:
        """The column of the differential table that holds ``up``, ``down`` or nothing."""
        return f"regulation by {self.label}"

    @property
    def stability_column(self) -> str:
        """The column of the share of choices under which the rule calls the probe."""
        return f"stability by {self.label}"
