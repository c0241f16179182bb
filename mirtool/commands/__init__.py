"""The commands, one module each. Importing them imports nothing heavy: a command does that when it runs."""

from collections.abc import Callable
from typing import Any

import typer

from mirtool.commands.audit import audit
from mirtool.commands.cluster import cluster
from mirtool.commands.demo import demo
from mirtool.commands.diff import diff
from mirtool.commands.enrichment import enrichment
from mirtool.commands.genesets import genesets
from mirtool.commands.gsea import gsea
from mirtool.commands.init import init
from mirtool.commands.inspect import inspect
from mirtool.commands.methods import methods
from mirtool.commands.mirnasets import mirnasets
from mirtool.commands.names import names
from mirtool.commands.network import network
from mirtool.commands.normalize import normalize
from mirtool.commands.power import power
from mirtool.commands.qc import qc
from mirtool.commands.shortlist import shortlist
from mirtool.commands.targets import targets
from mirtool.commands.validate import validate

COMMANDS: dict[str, Callable[..., Any]] = {
    "init": init,
    "inspect": inspect,
    "qc": qc,
    "normalize": normalize,
    "diff": diff,
    "cluster": cluster,
    "validate": validate,
    "network": network,
    "enrichment": enrichment,
    "gsea": gsea,
    "mirnasets": mirnasets,
    "shortlist": shortlist,
    "names": names,
    "audit": audit,
    "methods": methods,
    "power": power,
    "demo": demo,
}
"""The commands in the order in which a study needs them."""

GROUPS: dict[str, typer.Typer] = {"targets": targets, "genesets": genesets}
"""The commands that have commands of their own: `mirtool targets add`."""
