"""A table of interactions under the current names of its miRNAs, so that a study's names meet them there.

An old name and a new one of the same miRNA are one miRNA: pairs that become the same are one pair, with the better
evidence and score, and with the references and databases of both. A name that does not stand for one current miRNA
stays as it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np

from mirtool.model import EVIDENCE_CLASSES, Interactions, text_array


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
    >>> pairs = Interactions(text_array(["miR-95", "miR-95-3p"]), text_array(["A", "A"]),
    ...                      text_array(["weak", "strong"]), text_array(["2", "1"]), "mine")
    >>> one = with_current_names(pairs, {"miR-95": "miR-95-3p"})
    >>> one.mirna.tolist(), one.evidence.tolist(), one.references.tolist()
    (['miR-95-3p'], ['strong'], ['1;2'])
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
    merging = [rows_of for rows_of in pairs.values() if len(rows_of) > 1]
    kept = np.ones(len(rows), bool)
    evidence, references = interactions.evidence.copy(), interactions.references.copy()
    databases = None if interactions.databases is None else interactions.databases.copy()
    score = None if interactions.score is None else interactions.score.copy()
    surest = np.fmin if interactions.lower_is_better else np.fmax
    for together in merging:
        first, *others = together
        evidence[first] = max(interactions.evidence[together], key=EVIDENCE_CLASSES.index)
        references[first] = join_distinct(interactions.references[together])
        if databases is not None:
            databases[first] = join_distinct(databases[together])
        if score is not None:
            score[first] = surest.reduce(score[together])
        kept[others] = False
    best = replace(interactions, evidence=evidence, references=references, databases=databases, score=score)
    return replace(best, mirna=renamed).take(kept)


def join_distinct(cells: Iterable[str]) -> str:
    """Join the distinct parts of cells that are joined by ``;``, sorted.

    Examples
    --------
    >>> join_distinct(["2;1", "", "3;1"])
    '1;2;3'
    """
    return ";".join(sorted({part for cell in cells for part in cell.split(";") if part}))
