"""multiMiR: what the Bioconductor package's ``get_multimir`` gives, saved as CSV or TSV.

The format
----------
One header line; a first column that numbers the rows may be before the others (R's row names).

Validated::

    database, mature_mirna_acc, mature_mirna_id, target_symbol, target_entrez, target_ensembl, experiment,
    support_type, pubmed_id [, type]

Predicted::

    database, mature_mirna_acc, mature_mirna_id, target_symbol, target_entrez, target_ensembl, score [, type]

``database`` is ``mirecords``, ``mirtarbase``, ``tarbase`` (validated), ``diana_microt``, ``elmmo``, ``microcosm``,
``miranda``, ``mirdb``, ``pictar``, ``pita``, ``targetscan`` (predicted); rows of multiMiR's diseases and drugs
have none of them, and are dropped and counted. miRTarBase's rows are graded by ``support_type``, TarBase's are
negative where it says so, and every other validated row is graded by its ``experiment``
(:mod:`mirtool.io.targets.databases.evidence`). A row without a symbol is named by its Entrez, else its Ensembl
identifier.

Scores of different databases are on different scales, and of some a lower one is the surer (miRanda's mirSVR,
PITA's ddG, TargetScan's context+): they are kept where all predictions come from one database, and else set aside,
which is said.

Where the header comes from: the columns that the package selects and the schema of its database
(KechrisLab/multiMiR and multiMiR-db, MIT license), and its manual.

References
----------
Ru Y et al. The multiMiR R package and database: integration of microRNA–target interactions along with their
disease and drug associations. Nucleic Acids Res 2014;42:e133.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from mirtool.annotation.gene_symbols import GeneSymbols
from mirtool.io.tables.text_tables import TextTable
from mirtool.io.targets.databases.columns import (
    gene_symbols,
    has_columns,
    labels_of,
    needed,
    numbers_of,
    open_table,
    references_of,
    words_of,
)
from mirtool.io.targets.databases.evidence import NEGATIVE, ranks_of_methods, ranks_of_support
from mirtool.io.targets.interaction_rows import RANK, InteractionRows
from mirtool.model import FloatArray
from mirtool.wording import plural

DATABASE = "multiMiR"

VALIDATED = frozenset({"mirecords", "mirtarbase", "tarbase"})
PREDICTED = frozenset({"diana_microt", "elmmo", "microcosm", "miranda", "mirdb", "pictar", "pita", "targetscan"})
TESTED_NOT_FOUND = NEGATIVE | {"negative"}
LOWER_IS_BETTER = frozenset({"miranda", "pita", "targetscan"})


def matches(table: TextTable) -> bool:
    """Return it by the names of its columns."""
    return has_columns(table, "database", "maturemirnaid") and (
        has_columns(table, "targetsymbol") or has_columns(table, "targetentrez")
    )


def read(path: str | Path, genes: GeneSymbols | None = None) -> InteractionRows:
    """Read every row; see :func:`mirtool.io.targets.interactions.read_rows`."""
    identifiers = ("targetentrez", "targetensembl")
    words = ("database", "maturemirnaid", "targetsymbol", "experiment", "supporttype", "pubmedid")
    table = open_table(path, {*words, *identifiers}, ("score",))
    database = needed(table, DATABASE, "database", "database")
    sources = [label.lower() for label in database.labels]
    from_validated, from_predicted = (
        database.holds(source in kinds for source in sources) for kinds in (VALIDATED, PREDICTED)
    )
    gene = needed(table, DATABASE, "target_symbol", "targetsymbol")
    named: tuple[str, ...] = ()
    for identifier in identifiers:
        gene, more = gene_symbols(gene, labels_of(table, identifier), genes)
        named += more
    support, experiment = words_of(table, "supporttype"), words_of(table, "experiment")
    by_method, by_support = ranks_of_methods(experiment), ranks_of_support(support, experiment)
    of_mirtarbase = database.holds(source == "mirtarbase" for source in sources)
    score, lower_is_better, told = _scores(table, {source for source in sources if source in PREDICTED})
    rows = InteractionRows(
        database=DATABASE,
        mirna=needed(table, DATABASE, "mature_mirna_id", "maturemirnaid"),
        gene=gene,
        reference=references_of(table, "pubmedid"),
        evidence=np.where(from_predicted, RANK["predicted"], np.where(of_mirtarbase, by_support, by_method)),
        negative=from_validated & support.holds(label.lower() in TESTED_NOT_FOUND for label in support.labels),
        score=score,
        lower_is_better=lower_is_better,
        remarks=(*named, *told),
    )
    strangers = ~(from_validated | from_predicted)
    if not strangers.any():
        return rows
    dropped = f"{plural(int(strangers.sum()), 'row')} of no database of targets dropped"
    return replace(rows.take(~strangers), remarks=(*rows.remarks, dropped))


def _scores(table: TextTable, predicted_by: set[str]) -> tuple[FloatArray | None, bool, tuple[str, ...]]:
    """Return scores where they are on one scale, whether a lower one is the surer, and what is said of them."""
    score = numbers_of(table, "score")
    if score is None or len(predicted_by) != 1:
        told = "scores of several databases, which are on different scales, set aside"
        return None, False, (told,) if score is not None and predicted_by else ()
    return score, bool(predicted_by & LOWER_IS_BETTER), ()
