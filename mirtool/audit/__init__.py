"""A service laboratory's workbook computed again: which cells differ, and which known deviation explains them.

``check`` is the audit of a whole workbook; ``recipe`` holds the service's arithmetic and its known variants;
``sources`` where an audit starts (raw files, signals, normalized values); ``recompute`` the arithmetic itself,
with the package's kernels; ``rounding`` how far a shown number may lie from the true one; ``explain`` the search
for the variant; ``lists`` the lists of differential miRNAs and the sensitivity to each choice; ``findings`` what
comes out.
"""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.audit.check import audit
    from mirtool.audit.findings import (
        AuditReport,
        ColumnFinding,
        Difference,
        FactorFinding,
        ListFinding,
        SensitivityRow,
    )
    from mirtool.audit.recipe import Recipe
    from mirtool.audit.settings import AuditSettings
    from mirtool.audit.workbook import audit_workbook

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "AuditReport",
    "AuditSettings",
    "ColumnFinding",
    "Difference",
    "FactorFinding",
    "ListFinding",
    "Recipe",
    "SensitivityRow",
    "audit",
    "audit_workbook",
]
