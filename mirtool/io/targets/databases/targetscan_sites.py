"""TargetScan 7 and 8: context++ scores, one row per site.

The format
----------
``Predicted_Targets_Context_Scores.default_predictions.txt``, ``Conserved_Site_Context_Scores.txt`` and
``Nonconserved_Site_Context_Scores.txt``: tab-separated, one header line::

    Gene ID, Gene Symbol, Transcript ID, Gene Tax ID, miRNA, Site Type, UTR_start, UTR end, context++ score,
    context++ score percentile, weighted context++ score, weighted context++ score percentile
    [, Predicted relative KD]

All species are in one file: miRNAs of a species beside the sites in its own genome. ``NULL`` is a missing score.
Every row is a prediction. Its score is the ``weighted context++ score``, which counts a site by the share of the
gene's transcripts that hold it: the lower, the surer (a log2 change of the mRNA). A pair with several sites has
the score of its best; the sum over its sites is in ``Summary_Counts``
(:mod:`mirtool.io.targets.databases.targetscan_families`). A file without that column is scored by the ``context++
score``. A suffix ``.1`` or ``.2`` marks forms of one miRNA that begin at different bases: they are counted under
the miRNA.

The file of nonconserved sites has tens of millions of rows. It is read by blocks, miRNA, gene and score only:
5 million rows (510 MB) take 4 s and 0.8 GB on two cores; 1.3 s more and 1.2 GB in all until those of all species
are pairs, 0.3 s more until one species' are.

Where the header comes from: public programs that print it with its first rows (rows of release 7), and a
description of release 8's thirteen columns, downloaded in 2024.

References
----------
Agarwal V, Bell GW, Nam JW, Bartel DP. Predicting effective microRNA target sites in mammalian mRNAs. eLife
2015;4:e05005.

McGeary SE et al. The biochemical basis of microRNA targeting efficacy. Science 2019;366:eaav1741.
"""

from __future__ import annotations

import re
from pathlib import Path

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    labels_of,
    missing_column,
    needed,
    no_rows,
    numbers_of,
    open_table,
    predicted,
)
from mirtool.io.targets.interaction_rows import InteractionRows, LabelColumn, blank_column
from mirtool.wording import plural

DATABASE = "TargetScan"

_SCORES = ("weightedcontextscore", "contextscore")
_FORM = re.compile(r"(-[35]p|-\d+[a-z]*)\.\d+$")


def matches(table: TextTable) -> bool:
    """Return it by site type and context++ score."""
    return has_columns(table, "sitetype") and any(
        has_columns(table, score) for score in (*_SCORES, "contextscorepercentile")
    )


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every site; see :func:`mirtool.io.targets.interactions.read_rows`."""
    table = open_table(path, ("mirna", "genesymbol", "geneid", "sitetype"), _SCORES)
    mirna, one_mirna = without_forms(needed(table, DATABASE, "miRNA", "mirna"))
    gene, named = gene_symbols(
        needed(table, DATABASE, "Gene Symbol", "genesymbol"), labels_of(table, "geneid"), genes
    )
    score = numbers_of(table, *_SCORES)
    if score is None:
        raise missing_column(table, DATABASE, "weighted context++ score")
    return InteractionRows(
        database=DATABASE,
        release="context++ scores",
        mirna=mirna,
        gene=gene,
        reference=blank_column(len(table)),
        evidence=predicted(len(table)),
        negative=no_rows(len(table)),
        score=score,
        lower_is_better=True,
        remarks=(*named, *one_mirna),
    )


def without_forms(mirna: LabelColumn) -> tuple[LabelColumn, tuple[str, ...]]:
    """Take ``.1`` and ``.2`` off the names of miRNAs, and say in words how many had one."""
    forms = mirna.holds(_FORM.search(label) is not None for label in mirna.labels)
    if not forms.any():
        return mirna, ()
    told = f"{plural(int(forms.sum()), 'row')} of forms of a miRNA (.1, .2) counted under the miRNA"
    return mirna.relabeled(_FORM.sub(r"\1", label) for label in mirna.labels), (told,)
