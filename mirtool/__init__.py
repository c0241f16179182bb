"""mirtool: from the scanner files of exosomal miRNA microarrays to a shortlist a laboratory can defend.

The way of the data is one direction, and each arrow is one public function::

    instrument files --read_arrays--> RawArrays --normalize--> ExpressionMatrix --differential-->
        DifferentialTable --synergy_network--> SynergyNetwork --over_representation--> EnrichmentTable

Importing this package imports nothing heavy; each name below is loaded when it is first used. ``normalize`` and
``differential`` are functions in packages of their own name: ``from mirtool.normalize import normalize``.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "read_arrays": "mirtool.io.arrays.reading",
    "read_expression": "mirtool.io.arrays.matrix",
    "read_intensities": "mirtool.io.arrays.matrix",
    "read_interactions": "mirtool.io.targets.interactions",
    "read_gene_sets": "mirtool.io.genes.gene_sets",
    "synergy_network": "mirtool.network",
    "over_representation": "mirtool.network",
    "RawArrays": "mirtool.model",
    "ExpressionMatrix": "mirtool.model",
    "DifferentialTable": "mirtool.model",
    "Interactions": "mirtool.model",
    "TargetTable": "mirtool.network",
    "GeneSets": "mirtool.model",
    "MirtoolError": "mirtool.errors",
}

__all__ = ["__version__", *sorted(_HOMES)]


def __getattr__(name: str) -> Any:
    """Load a public name from its module on first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'mirtool' has no attribute {name!r}")
    return getattr(import_module(home), name)


def __dir__() -> list[str]:
    return sorted(__all__)
