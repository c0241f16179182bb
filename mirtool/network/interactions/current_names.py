"""A table of interactions under the current names of its miRNAs, so that a study's names meet them there.

An old name and a new one of the same miRNA are one miRNA: pairs that become the same are one pair, with the better
evidence and score, and with the references and databases of both. A name that does not represent one current miRNA
stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from mirtool.annotation.pairs import renamed_pairs
from mirtool.model import Interactions, text_array


def update_mirna_names(interactions: Interactions, current: Mapping[str, str]) -> Interactions:
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
    >>> one = update_mirna_names(pairs, {"miR-95": "miR-95-3p"})
    >>> one.mirna.tolist(), one.evidence.tolist(), one.references.tolist()
    (['miR-95-3p'], ['strong'], ['1;2'])
    """
    names = interactions.mirna.tolist()
    return renamed_pairs(interactions, mirna=text_array(map(current.get, names, names)))
