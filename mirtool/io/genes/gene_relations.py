"""Which term of the embedded Gene Ontology stands above which, by is_a and part_of.

References
----------
Ashburner M et al. Gene Ontology: tool for the unification of biology. Nat Genet 2000;25:25–29.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from functools import cache
from importlib import resources


@cache
def go_parents() -> Mapping[str, tuple[str, ...]]:
    """Return the parents of each embedded term, all three branches, by GO identifier.

    A term without a parent among the embedded ones (its parents hold more than 2,000 genes) is not there.

    Examples
    --------
    Mitochondrial genome maintenance is a kind of mitochondrion organization.

    >>> go_parents()["GO:0000002"]
    ('GO:0007005',)
    """
    packed = resources.files("mirtool").joinpath("data/go_parents.tsv.gz").read_bytes()
    rows = (line.split("\t") for line in gzip.decompress(packed).decode("ascii").splitlines()[1:])
    return {term: tuple(parents.split(";")) for term, parents in rows}


@cache
def go_ancestors(term: str) -> frozenset[str]:
    """Return everything that stands above a term, at any distance; an unknown term has nothing above it.

    Examples
    --------
    What stands above that, organelle organization, is too large to be embedded.

    >>> sorted(go_ancestors("GO:0000002"))
    ['GO:0007005']
    """
    parents = go_parents().get(term, ())
    return frozenset(parents).union(*map(go_ancestors, parents))
