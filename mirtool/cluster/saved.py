"""What ``mirtool cluster`` wrote, read again: the clustered matrix with its trees.

The formats are those of :mod:`mirtool.cluster.export`. Rows and columns come in the order of the files, which is
that of the trees, so that the leaves of a tree are numbered from one end of the drawing to the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.cluster.trees import ClusterTree
from mirtool.errors import FormatError
from mirtool.model import FloatArray


@dataclass(frozen=True, eq=False)
class SavedClustering:
    """A clustered matrix.

    Parameters
    ----------
    ids, names
        Of the rows, ``(n,)``.
    samples, groups
        Of the columns, ``(p,)``; a group is empty where a sample has none.
    scores
        What was clustered, ``(n, p)``, NaN missing.
    rows, columns
        The trees; None where there is none.
    """

    ids: tuple[str, ...]
    names: tuple[str, ...]
    samples: tuple[str, ...]
    groups: tuple[str, ...]
    scores: FloatArray
    rows: ClusterTree | None
    columns: ClusterTree | None


def parse_clustering(cdt: str, gtr: str = "", atr: str = "", *, file: str = "cluster.cdt") -> SavedClustering:
    """Return the clustered matrix that CDT, GTR and ATR texts hold.

    Parameters
    ----------
    cdt, gtr, atr
        The texts; empty for a tree that was not written.
    file
        What the CDT text is called in messages.

    Raises
    ------
    FormatError
        Where the texts are not those that :mod:`mirtool.cluster.export` writes.
    """
    lines = [line.split("\t") for line in cdt.splitlines()]
    if not lines or lines[0][-1:] == ["GWEIGHT"] or "GWEIGHT" not in lines[0]:
        raise FormatError(
            "not a clustered data table", path=file, expected="the columns ID, NAME, GWEIGHT, samples"
        )
    lead = lines[0].index("GWEIGHT") + 1
    if any(len(line) != len(lines[0]) for line in lines):
        raise FormatError("the rows of a clustered data table differ in length", path=file)
    heads = {line[0]: line[lead:] for line in lines[1:4] if line[0] in ("AID", "GROUP", "EWEIGHT")}
    body = lines[1 + len(heads) :]
    try:
        scores = np.array([[float(cell or "nan") for cell in line[lead:]] for line in body])
    except ValueError as error:
        raise FormatError("not a number in a clustered data table", path=file, found=str(error)) from error
    return SavedClustering(
        ids=tuple(line[lead - 3] for line in body),
        names=tuple(line[lead - 2] for line in body),
        samples=tuple(lines[0][lead:]),
        groups=tuple(heads.get("GROUP", [""] * (len(lines[0]) - lead))),
        scores=scores,
        rows=_tree(gtr, [line[0] for line in body], file),
        columns=_tree(atr, heads.get("AID", []), file),
    )


def _tree(text: str, leaves: Sequence[str], file: str) -> ClusterTree | None:
    """Return a tree over leaves in the order in which they are drawn; the distance is 1 − the similarity."""
    if not text:
        return None
    number = {name: i for i, name in enumerate(leaves)}
    sizes = [1] * len(leaves)
    linkage = []
    for line in text.splitlines():
        try:
            node, left, right, similarity = line.split("\t")
            a, b, distance = number[left], number[right], 1.0 - float(similarity)
        except (ValueError, KeyError) as error:
            raise FormatError("a tree does not fit the clustered data table", path=file, found=line) from error
        number[node] = len(sizes)
        sizes.append(sizes[a] + sizes[b])
        linkage.append((a, b, distance, sizes[-1]))
    if len(linkage) != len(leaves) - 1:
        found = f"{len(linkage)} merges of {len(leaves)} leaves"
        raise FormatError("a tree does not fit the clustered data table", path=file, found=found)
    return ClusterTree(np.arange(len(leaves)), np.array(linkage))
