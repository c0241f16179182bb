"""The settings of an audit, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Settings, setting

LISTS = "The service's lists"


@dataclass(frozen=True)
class AuditSettings(Settings):
    """The cut-offs behind the service's lists of differential miRNAs, and what a difference means to a script."""

    cutoff: float = setting(2.0, "The service's smallest fold change.", metavar="FOLD", panel=LISTS)
    alpha: float = setting(0.05, "The service's largest P.", metavar="P", panel=LISTS)
    strict: bool = setting(False, "Exit with 1 where anything differs, for use in scripts.", panel="Output")
