"""A table of interactions under the current names of its miRNAs, so that a study's names meet them there.

An old name and a new one of the same miRNA are one miRNA: pairs that become the same are one pair, strong where
either was, with the references of both. A name that does not stand for one current miRNA stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from mirtool.model import Interactions, text_array


def with_current_names(interactions: Interactions, current: Mapping[str, str]) -> Interactions:
    """Rename the miRNAs of a table, and make one pair of those that become the same.

    Parameters
    ----------
    interactions
        Pairs of miRNA and gene, each once.
    current
        The name to give each miRNA of the table; one that is left out keeps its own.

    Returns
    -------
    Interactions
        The pairs in the order of the table, each where it first stands.

    Examples
    --------
    >>> pairs = Interactions(text_array(["miR-95", "miR-95-3p"]), text_array(["A", "A"]), np.array([False, True]),
    ...                      text_array(["2", "1"]), "mine")
    >>> one = with_current_names(pairs, {"miR-95": "miR-95-3p"})
    >>> one.mirna.tolist(), one.strong.tolist(), one.references.tolist()
    (['miR-95-3p'], [True], ['1;2'])
    """
    renamed = text_array(current.get(name, name) for name in interactions.mirna)
    before = defaultdict(set)
    for old, new in zip(interactions.mirna, renamed, strict=True):
        before[new].add(old)
    merged = {new for new, olds in before.items() if len(olds) > 1}
    rows = np.arange(len(interactions))
    pairs: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows[[name in merged for name in renamed]].tolist():
        pairs[renamed[row], interactions.gene[row]].append(row)
    strong, references, kept = interactions.strong.copy(), interactions.references.copy(), np.ones(len(rows), bool)
    for first, *others in pairs.values():
        together = [first, *others]
        strong[first] = interactions.strong[together].any()
        references[first] = ";".join(
            sorted({ref for row in together for ref in interactions.references[row].split(";") if ref})
        )
        kept[others] = False
    return replace(interactions, mirna=renamed, strong=strong, references=references).take(kept)
