"""``mirtool targets predict``: seed sites in 3′UTRs, targets without any database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mirtool.annotation.settings import SITES, PredictSettings
from mirtool.report.text.blocks import Line, Pairs, Summary
from mirtool.settings import setting
from mirtool.wording import plural
from mirtool.workflow.step import INPUT_PANEL, OUTPUT_PANEL, Inputs, Result, Run, Step, as_tuple

if TYPE_CHECKING:
    from mirtool.io.targets.predicted import Prediction
    from mirtool.model import Table


@dataclass(frozen=True)
class PredictInputs(Inputs):
    """The miRNAs and the 3'UTRs."""

    place = "files"
    main = ("mirna", "utr")

    mirna: Any = setting(
        help="Mature sequences (mature.fa); or names, separated by commas or one per line in a file, with the "
        "sequences of miRBase 22.",
        panel=INPUT_PANEL,
        metavar="FASTA|NAMES|FILE",
        is_path=True,
    )
    utr: Any = setting(
        help="3'UTRs, 5' to 3', packed by gzip or not.", panel=INPUT_PANEL, metavar="FASTA", is_path=True
    )


@dataclass(frozen=True)
class SiteSettings(PredictSettings):
    """Which sites count, and where they are written."""

    sites: str | None = setting(
        None,
        "Write every site with its place too: CSV, TSV or XLSX.",
        panel=OUTPUT_PANEL,
        metavar="FILE",
    )


class PredictResult(Result):
    """Seed sites, and the pairs of miRNA and gene that follow.

    Attributes
    ----------
    prediction
        The sites and the pairs.
    settings
        Which sites count.
    """

    def __init__(self, prediction: Prediction, settings: SiteSettings) -> None:
        self.prediction = prediction
        self.settings = settings

    def tables(self) -> Mapping[str, Table]:
        """Return ``targets``, one row per miRNA and gene, and ``sites`` where a file for them was named."""
        tables = {"targets": self.prediction.targets}
        return tables | ({"sites": self.prediction.site_table()} if self.settings.sites else {})

    def placed(self) -> Mapping[str, str]:
        """Return the file of the sites."""
        return {"sites": self.settings.sites} if self.settings.sites else {}

    @property
    def summary(self) -> Summary:
        """How many miRNAs, UTRs, sites of each kind, and pairs."""
        done, least = self.prediction, self.settings.least
        genes = done.genes.tolist()
        examples = ", ".join(dict.fromkeys(genes[:4]))
        with_targets = len(set(done.targets["miRNA"]))
        rows = [("UTRs", f"{plural(len(done.utrs), 'UTR')} of {plural(len(set(genes)), 'gene')}: {examples} …")]
        for kind, site in enumerate(SITES[: SITES.index(least) + 1]):
            rows.append((site, plural(int((done.sites.kind == kind).sum()), "site")))
        if least != SITES[-1]:
            rows.append(("left out", f"sites weaker than {least}"))
        found = f"{plural(len(done.targets), 'pair')} of miRNA and gene: {with_targets:,} of "
        return (Line(f"{found}{plural(len(done.mirnas), 'miRNA has', 'miRNAs have')} targets."), Pairs(rows))


def predict_targets(inputs: PredictInputs, settings: SiteSettings, run: Run) -> PredictResult:
    """Find the canonical sites of miRNAs in 3'UTRs that you give: 8mer, 7mer-m8, 7mer-A1, 6mer.

    One row per miRNA and gene: its strongest site, how many of each kind, and in which UTR. Of a gene with several
    UTRs the one with the most of the strongest sites counts. The table of sites has one row per site, with its
    first and last base in the UTR, counted from 1.

    Neither conservation nor context is considered: a random UTR of 1,000 bases has a 7mer or 8mer of a given miRNA
    once in nine. Use predictions with evidence all, and best together with what is measured (an mRNA table,
    several databases combined).
    """
    from mirtool.io.targets import predicted
    from mirtool.report.tables import format_of

    if settings.sites is not None:
        format_of(settings.sites, None)
    mirna = ",".join(map(str, as_tuple(inputs.mirna)))
    prediction = predicted.predict_targets(mirna, inputs.utr, settings)
    run.reads(mirna, inputs.utr)
    return PredictResult(prediction, settings)


STEP = Step(
    name="predict-targets",
    function=predict_targets,
    inputs=PredictInputs,
    settings=SiteSettings,
    main_file="predicted.csv",
    recorded=False,
    examples=(
        ("mirtool targets predict --mirna mature.fa --utr utrs.fa -o predicted.csv --sites sites.csv", ""),
        ("mirtool targets predict --mirna hsa-miR-17-5p,hsa-miR-20a-5p --utr utrs.fa.gz --gene-field 3", ""),
    ),
)
