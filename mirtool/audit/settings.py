"""The settings of an audit, each declared once."""

from __future__ import annotations

from dataclasses import dataclass

from mirtool.settings import Settings, setting


@dataclass(frozen=True)
class AuditSettings(Settings):
    """The cut-offs behind the service's lists of differential miRNAs."""

    cutoff: float = setting(2.0, "The service's smallest fold change.", metavar="FOLD")
    alpha: float = setting(0.05, "The service's largest P.", metavar="P")
