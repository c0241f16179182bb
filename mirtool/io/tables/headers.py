"""Column headers as they are compared: without what spelling adds to them."""

from __future__ import annotations

import re
import unicodedata

_LETTERS_T = str.maketrans("тτᴛ", "ttt")
"""Letters that look like a t: Applied Biosystems writes that of ``Cт`` as the first, others as the Greek one."""


def fold_header(header: str, *, keep_marks: bool = False) -> str:
    """Return a header as it is compared with others.

    Parameters
    ----------
    header
        The header of a column, or a heading above several.
    keep_marks
        False leaves letters and digits only. True keeps punctuation, where it tells columns apart (GenePix's
        ``F532 Median`` and ``F532 Median - B532``), and makes every run of blanks one.

    Returns
    -------
    str
        The header in lower case; empty where nothing is left.

    Examples
    --------
    >>> fold_header("Target Gene"), fold_header("mature_mirna_id"), fold_header("# miRNA name")
    ('targetgene', 'maturemirnaid', 'mirnaname')
    >>> fold_header(" F532  Median - B532", keep_marks=True)
    'f532 median - b532'
    """
    if keep_marks:
        return " ".join(header.lower().translate(_LETTERS_T).split())
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", header).lower())
