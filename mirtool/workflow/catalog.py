"""The steps by name: where each is, and its summary for `mirtool --help`. Importing this imports nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mirtool.workflow.step import Step

STEPS: Mapping[str, str] = {
    "init": "mirtool.workflow.init",
    "inspect": "mirtool.workflow.inspect",
    "qc": "mirtool.workflow.qc",
    "normalize": "mirtool.workflow.normalize",
    "covariates": "mirtool.workflow.covariates",
    "diff": "mirtool.workflow.diff",
    "cluster": "mirtool.workflow.cluster",
    "compare-methods": "mirtool.workflow.compare_methods",
    "power": "mirtool.workflow.power",
    "network": "mirtool.workflow.network",
    "enrichment": "mirtool.workflow.enrichment",
    "gsea": "mirtool.workflow.gsea",
    "mirna-sets": "mirtool.workflow.mirna_sets",
    "validate": "mirtool.workflow.validate",
    "shortlist": "mirtool.workflow.shortlist",
    "meta": "mirtool.workflow.meta",
    "clinical": "mirtool.workflow.clinical",
    "report": "mirtool.workflow.report",
    "geo": "mirtool.workflow.geo",
    "audit": "mirtool.workflow.audit",
    "names": "mirtool.workflow.names",
    "predict-targets": "mirtool.workflow.predict_targets",
}
"""Step to the module that defines it as ``STEP``, in the order in which a study needs them."""


RECORDED = (
    "qc", "normalize", "covariates", "diff", "cluster", "compare-methods", "power", "network", "enrichment",
    "gsea", "mirna-sets", "validate", "shortlist", "clinical", "report", "geo",
)  # fmt: skip
"""The steps of which a study keeps a record, in their order."""


def load_step(name: str) -> Step:
    """Return a step; its module is loaded on first use."""
    step: Step = import_module(STEPS[name]).STEP
    return step


def python_name(step: str) -> str:
    """Return what the function of a step is called: ``mirna_sets`` for ``mirna-sets``."""
    return step.replace("-", "_")
