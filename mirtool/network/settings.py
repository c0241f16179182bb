"""The settings of the network, enrichment, GSEA and miRNA-set steps, and the registries of their methods."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from mirtool.annotation.mirna_names.settings import mirbase_release_setting
from mirtool.errors import UsageError, option
from mirtool.rules import Rule
from mirtool.settings import Method, Methods, Settings, setting
from mirtool.wording import plural

EVIDENCE = Methods(
    "level of evidence",
    Method("strong", "reporter assay, Western blot or qPCR", needs="a table that grades its evidence"),
    Method("clip", "cross-linking (CLIP, CLASH) too", needs="a table that grades its evidence"),
    Method("validated", "any experiment", needs="a table that grades its evidence"),
    Method("all", "predictions too, and pairs whose evidence is not stated"),
)
"""Which pairs of miRNA and gene count, from the strictest level to all."""

PAIR_NULLS = Methods(
    "null of pairs",
    Method(
        "hypergeometric",
        "genes drawn at random",
        reference="Xu et al. 2011",
        kernel="mirtool.network.pairs.synergy:pair_statistics",
    ),
    Method(
        "curveball",
        "the whole interactions table shuffled, every miRNA and gene keeping its number of partners",
        reference="Strona et al. 2014; Carstens 2015; Besag and Clifford 1989",
        kernel="mirtool.network.pairs.curveball:pair_null",
    ),
)
"""What the targets that two miRNAs share are compared with."""

SEED_CORRECTIONS = Methods(
    "seed correction",
    Method("targets", "targets that a seed family has in common are removed from the pairs of that seed"),
    Method("family", "miRNAs of one seed become one unit", reference="Bartel 2018"),
)
"""How targets explained by a shared seed are removed."""

NULLS = Methods(
    "null",
    Method("genes", "genes drawn at random (hypergeometric)"),
    Method(
        "mirnas",
        "as many miRNAs drawn at random from those on the array",
        needs="the miRNAs behind the genes",
        reference="Bleazard et al. 2015; Godard and van Eyll 2015",
    ),
    Method(
        "degree",
        "degree-matched miRNAs: drawn among those with similar numbers of targets",
        needs="the miRNAs behind the genes",
    ),
    Method("all", "the three side by side (default where the miRNAs are known)"),
)
"""What the hits of a gene set are compared with."""

NULLS_OF: Mapping[str, tuple[str, ...]] = {
    "genes": ("genes",),
    "mirnas": ("miRNAs",),
    "degree": ("degree",),
    "all": ("genes", "miRNAs", "degree"),
}
"""Each choice of :data:`NULLS` as the names of the nulls in tables."""

REDUCTIONS = Methods(
    "reduction of terms",
    Method(
        "auto",
        "ancestors where the terms are of the Gene Ontology, then similar among those left (default)",
        reference="Alexa et al. 2006; Merico et al. 2010",
    ),
    Method("none", "every significant term represents itself"),
    Method(
        "ancestors",
        "terms whose hits the more specific terms below them explain",
        needs="terms of the Gene Ontology",
        reference="Alexa et al. 2006",
    ),
    Method(
        "similar", "terms with similar genes; the smallest P represents the others", reference="Merico et al. 2010"
    ),
)
"""How redundant terms are grouped."""

EXPORTS = Methods(
    "export",
    Method("html", "a page to explore the network in a browser, offline"),
    Method("xlsx", "all tables in one workbook"),
    Method("graphml", "graph for Cytoscape, Gephi and yEd"),
    Method("cyjs", "graph for Cytoscape, with the positions of the nodes"),
    Method("gexf", "graph for Gephi, with the positions of the nodes"),
    Method("sif", "edges only"),
)
"""The files that can be written besides the CSV tables, as ``network.NAME``."""

DEFAULT_EXPORTS = ("html", "xlsx", "graphml")

LAYOUTS = Methods(
    "layout",
    Method(
        "round",
        "miRNAs and genes on a circle, names outside, lines inside",
        kernel="mirtool.report.figures.network_round:draw_round",
    ),
    Method(
        "arcs",
        "miRNAs in a column by synergy, arcs between partners, lines to a column of genes",
        kernel="mirtool.report.figures.network_arcs:draw_arcs",
    ),
)
"""Where the miRNAs and genes of the network's figure are placed."""

DEFAULT_LAYOUT = "arcs"

COMBINATIONS = Methods(
    "combination",
    Method("union", "pairs of any table"),
    Method("intersection", "pairs of all tables"),
)
"""In how many tables a pair must be; a number is allowed too."""

RANKINGS = Methods(
    "ranking",
    Method("statistic", "t or a similar statistic"),
    Method("signed-p", "-log10 P with the sign of the log2 ratio"),
    Method("log2", "the log2 ratio"),
)
"""What orders the genes of an mRNA table, in the order in which they are tried."""


@dataclass(frozen=True)
class RandomSettings(Settings):
    """The seed that every random step of a run starts from."""

    seed: int = setting(1, "Random seed.", panel="Random draws", metavar="N", minimum=0)


@dataclass(frozen=True)
class InteractionSettings(Settings):
    """Which tables of interactions are read, how they are combined, and which pairs count."""

    interactions: tuple[str, ...] = setting(
        (),
        "A table with a miRNA and a gene column (miRTarBase, TarBase, TargetScan … as downloaded), or a name in "
        "the library (`mirtool targets list`). May be given several times. Default: a small starter table for "
        "trying mirtool out, not for publication.",
        panel="Interactions",
        metavar="FILE|NAME",
        is_path=True,
    )
    combine: str = setting(
        "union",
        "In how many of several tables of interactions a pair must be: in any, in all, or in at least N.",
        panel="Interactions",
        metavar="union|intersection|N",
    )
    min_score: tuple[str, ...] = setting(
        (),
        "Keep only the pairs of this table with at least this score; for databases where a lower score is better "
        "(context++), with at most this score. May be given several times.",
        panel="Interactions",
        metavar="NAME=VALUE",
    )
    evidence: str = setting(
        "strong",
        f"Which pairs count. {EVIDENCE.help()}.",
        panel="Interactions",
        metavar="strong|clip|validated|all",
        choices=EVIDENCE,
    )
    species: str | None = setting(
        None,
        "Interactions of this species only (hsa, mmu, …). Default: the species of the miRNAs.",
        panel="Interactions",
        metavar="PREFIX",
    )
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of names by "
        "release. May be given several times.",
        panel="miRNAs",
        metavar="FILE",
        is_path=True,
    )
    mirbase_release: str | None = mirbase_release_setting(panel="miRNAs")

    def check(self) -> None:
        """Refuse a combination of more tables than there are, and a score limit without a table or a number."""
        super().check()
        self.at_least  # noqa: B018
        self.score_limits  # noqa: B018

    @property
    def at_least(self) -> int:
        """In how many of the tables a pair must be."""
        n = len(self.interactions)
        if self.combine in COMBINATIONS:
            return 1 if self.combine == "union" else max(n, 1)
        if not self.combine.isdigit() or not 1 <= int(self.combine) <= max(n, 1):
            raise UsageError(
                f"unknown combination {self.combine!r} of {plural(n, 'table')} of interactions",
                parameter="combine",
                expected=f"union, intersection or a number from 1 to {max(n, 1)}",
                hint=f"name each table with its own {option('interactions')}" if n < 2 else None,
            )
        return int(self.combine)

    @property
    def score_limits(self) -> dict[str, float]:
        """The smallest score of a pair, by table."""
        limits: dict[str, float] = {}
        for text in self.min_score:
            name, _, value = text.rpartition("=")
            if name not in self.interactions:
                raise UsageError(
                    f"the score limit {text} is not for one of the tables of interactions",
                    parameter="min_score",
                    found=repr(name),
                    expected=" or ".join(f"{each}=VALUE" for each in self.interactions)
                    or f"a limit for a table named with {option('interactions')}",
                )
            limits[name] = _finite(text, value)
        return limits


def _finite(text: str, value: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise UsageError(f"the score limit {text} is not a number", parameter="min_score", found=repr(value))
    return number


@dataclass(frozen=True)
class ContextSettings(Settings):
    """Which genes count in the tissue."""

    expressed: str | None = setting(
        None,
        "Only genes expressed in the tissue: one symbol per line, or a table with a gene column.",
        panel="Tissue context",
        metavar="FILE",
        is_path=True,
    )
    mrna: str | None = setting(
        None,
        "Only genes that changed in the opposite direction to the miRNA: the table of limma, DESeq2, edgeR … for "
        "the same groups, compared in the same direction.",
        panel="Tissue context",
        metavar="TABLE",
        is_path=True,
    )
    mrna_fdr: float = setting(
        0.05,
        "Largest FDR of a gene that changed, or of a pair that is correlated.",
        panel="Tissue context",
        metavar="FDR",
        minimum=0,
        maximum=1,
    )
    mrna_cutoff: float = setting(
        1.0,
        "Smallest fold change of a gene that changed; 1 accepts any.",
        panel="Tissue context",
        metavar="FOLD",
        minimum=1,
    )
    paired_mrna: str | None = setting(
        None,
        "Only pairs that are negatively correlated (Spearman, FDR over all pairs tested): expression of genes in "
        "the same samples, with the same column names.",
        panel="Tissue context",
        metavar="TABLE",
        is_path=True,
    )
    paired_mirna: str | None = setting(
        None,
        "The normalized miRNA table of these samples. In a study folder: results/normalized.csv.",
        panel="Tissue context",
        metavar="TABLE",
        is_path=True,
    )

    def check(self) -> None:
        """Refuse an FDR of 0, and miRNA values without those of genes."""
        super().check()
        if self.mrna_fdr <= 0:
            raise UsageError(
                "the FDR must be above 0", parameter="mrna_fdr", found=f"{self.mrna_fdr:g}", expected="0.05"
            )
        if self.paired_mirna and not self.paired_mrna:
            raise UsageError(
                f"{option('paired_mirna')} needs {option('paired_mrna')}", hint="name the table of genes too"
            )

    @property
    def restricts(self) -> bool:
        """True where any file says which genes count."""
        return bool(self.expressed or self.mrna or self.paired_mrna)


@dataclass(frozen=True)
class PairSettings(RandomSettings):
    """How pairs of miRNAs are tested."""

    alpha: float = setting(
        0.05,
        "Largest FDR of a pair that counts as partners.",
        panel="Synergy",
        metavar="FDR",
        minimum=0,
        maximum=1,
    )
    pair_null: str = setting(
        "hypergeometric",
        f"What the targets that two miRNAs share are compared with. {PAIR_NULLS.help()}; significance is then "
        "decided by the curveball.",
        panel="Synergy",
        metavar="hypergeometric|curveball",
        choices=PAIR_NULLS,
    )
    pair_draws: int = setting(
        1000, "Shuffled tables for the curveball null.", panel="Synergy", metavar="N", minimum=1
    )
    beyond_seed: str | None = setting(
        None,
        "Remove targets explained by a shared seed and test all pairs again, in further columns. "
        f"{SEED_CORRECTIONS.help()}.",
        panel="Synergy",
        metavar="targets|family",
        choices=SEED_CORRECTIONS,
    )
    seed_share: int = setting(
        2,
        "For the seed correction by targets: number of miRNAs of a seed family that must have a target for it to "
        "be common. With 2, everything that two miRNAs of one seed share is removed; with 3, only what a third "
        "has too.",
        panel="Synergy",
        metavar="N",
        minimum=2,
    )

    def check(self) -> None:
        """Refuse an alpha of 0."""
        super().check()
        if self.alpha <= 0:
            raise UsageError("alpha must be above 0", parameter="alpha", found=f"{self.alpha:g}", expected="0.05")


@dataclass(frozen=True)
class TermSizeSettings(Settings):
    """Which gene sets are tested."""

    min_size: int = setting(
        10, "Fewest genes of the universe in a term that is tested.", panel="Gene sets", metavar="N", minimum=1
    )
    max_size: int = setting(
        500, "Most genes of the universe in a term that is tested.", panel="Gene sets", metavar="N", minimum=1
    )

    def check(self) -> None:
        """Refuse a smallest size above the largest."""
        super().check()
        if self.min_size > self.max_size:
            raise UsageError(
                "the smallest size of a term is above the largest",
                parameter="min_size",
                found=f"{self.min_size} to {self.max_size}",
            )


@dataclass(frozen=True)
class ModuleSettings(TermSizeSettings, RandomSettings):
    """How functional modules of pairs are found."""

    modules: bool = setting(
        False,
        "Test pairs by functional modules too (Xu et al. 2011): a pair is synergistic if its shared targets are "
        "enriched in a gene set and, where protein interactions are given, close together among proteins.",
        panel="Functional modules",
    )
    module_fdr: float = setting(
        0.05,
        "Largest FDR of a pair that is synergistic by its modules.",
        panel="Functional modules",
        metavar="FDR",
        minimum=0,
        maximum=1,
    )
    module_min_genes: int = setting(
        3, "Fewest shared targets in a module.", panel="Functional modules", metavar="N", minimum=2
    )
    ppi: str | None = setting(
        None,
        "Protein interactions: STRING's protein.links (with protein.info in the same folder), BioGRID's tab3, or "
        "two columns of gene symbols. The genes of a module must then be close: mean path length and distance to "
        "the nearest, against degree-matched random sets.",
        panel="Functional modules",
        metavar="FILE",
        is_path=True,
    )
    ppi_info: str | None = setting(
        None,
        "STRING's protein.info, if it is not in the folder of its links.",
        panel="Functional modules",
        metavar="FILE",
        is_path=True,
    )
    ppi_score: float | None = setting(
        None,
        "Leave out protein interactions with a lower score. Default: 700 for STRING's links (its high "
        "confidence), none for other tables.",
        panel="Functional modules",
        metavar="S",
    )
    ppi_p: float = setting(
        0.05,
        "Largest P of both distances for genes that are close.",
        panel="Functional modules",
        metavar="P",
        minimum=0,
        maximum=1,
    )
    ppi_draws: int = setting(
        1000, "Random sets of genes drawn for each module.", panel="Functional modules", metavar="N", minimum=1
    )

    def check(self) -> None:
        """Refuse protein interactions without modules, and limits of 0."""
        super().check()
        if self.ppi and not self.modules:
            raise UsageError(
                f"{option('ppi')} is used for functional modules only", hint=f"add {option('modules', True)}"
            )
        for name in ("module_fdr", "ppi_p"):
            if getattr(self, name) <= 0:
                raise UsageError(f"{name.replace('_', ' ')} must be above 0", parameter=name, expected="0.05")


@dataclass(frozen=True)
class RankingSettings(RandomSettings):
    """Communities of miRNAs, and how stable the hubs are."""

    resolution: float = setting(
        1.0,
        "Resolution of the communities of miRNAs (Louvain): above 1 for smaller ones, below 1 for larger ones.",
        panel="Communities and hubs",
        metavar="G",
        minimum=0,
    )
    robustness: int = setting(
        0,
        "Rank the hubs again in N tables resampled from the interactions (1000 is a good number), without each "
        "database of a combined table, and at each level of evidence. Default 0: do not.",
        panel="Communities and hubs",
        metavar="N",
        minimum=0,
    )
    hubs: int = setting(
        5,
        "Number of miRNAs of highest synergy that count as hubs.",
        panel="Communities and hubs",
        metavar="N",
        minimum=1,
    )

    def check(self) -> None:
        """Refuse a resolution of 0."""
        super().check()
        if self.resolution <= 0:
            raise UsageError("the resolution must be above 0", parameter="resolution", found="0", expected="1")


@dataclass(frozen=True)
class EnrichmentSettings(TermSizeSettings, RandomSettings):
    """Which gene sets are tested against which nulls."""

    gene_sets: tuple[str, ...] = setting(
        (),
        "go: GO biological process, included in mirtool (default); go-cc: cellular component; go-mf: molecular "
        "function; go-all: the three; a GMT file (KEGG, Reactome, MSigDB …); or a name in the library (`mirtool "
        "genesets list`) or of Enrichr's (KEGG_2021_Human), downloaded once. none: no test. May be given several "
        "times: each collection has its own FDR.",
        panel="Gene sets",
        metavar="go|go-cc|go-mf|go-all|FILE|NAME|none",
        is_path=True,
    )
    reduce: str = setting(
        "auto",
        f"Which redundant terms another one represents. {REDUCTIONS.help()}. The table keeps every term, with "
        "columns `cluster` and `represented by`; figures and screen show terms that represent themselves.",
        panel="Gene sets",
        metavar="auto|none|ancestors|similar",
        choices=REDUCTIONS,
    )
    null: str | None = setting(
        None,
        f"What terms are compared with. {NULLS.help()}.",
        panel="Gene sets",
        metavar="genes|mirnas|degree|all",
        choices=NULLS,
    )
    draws: int = setting(
        10_000,
        "Sets of miRNAs drawn for each null that draws them.",
        panel="Random draws",
        metavar="N",
        minimum=1,
    )

    @property
    def nulls(self) -> tuple[str, ...]:
        """The names of the nulls, as tables call them."""
        return NULLS_OF[self.null or "all"]


@dataclass(frozen=True)
class ChoiceSettings(Settings):
    """Which miRNAs of a differential table are taken."""

    regulation: str | None = setting(
        None,
        "Take the miRNAs that are up or down by this rule. Default volcano-p, and fold-change where no test was "
        "made.",
        panel="miRNAs",
        metavar="fold-change|volcano-p|volcano-fdr",
    )

    def check(self) -> None:
        """Refuse a rule that does not exist."""
        super().check()
        if self.regulation is not None:
            Rule.named(self.regulation, "regulation")


@dataclass(frozen=True)
class NetworkFigureSettings(Settings):
    """How the figure of the network is laid out, and which genes are on it."""

    layout: str = setting(
        DEFAULT_LAYOUT,
        f"Layout of the network's figure. {LAYOUTS.help()}.",
        panel="Figures",
        metavar="round|arcs",
        choices=LAYOUTS,
    )
    genes: tuple[str, ...] = setting(
        (),
        "How many genes are drawn, those with most miRNAs (default: up to 32, fewer where they have many lines), "
        "or which: names separated by commas. May be given several times.",
        panel="Figures",
        metavar="N|NAMES",
    )


@dataclass(frozen=True)
class NetworkSettings(
    NetworkFigureSettings,
    EnrichmentSettings,
    RankingSettings,
    ModuleSettings,
    PairSettings,
    ContextSettings,
    InteractionSettings,
    ChoiceSettings,
):
    """Everything that ``mirtool network`` can be asked."""

    mirna_universe: str | None = setting(
        None,
        "The miRNAs that could have been chosen, all those on the array: one per line, or a table with a Name "
        "column. Default: every row of the differential table; for miRNAs given by name, every miRNA of the "
        "interactions table.",
        panel="miRNAs",
        metavar="FILE",
        is_path=True,
    )
    export: str | None = setting(
        None,
        f"Files besides the CSV tables, separated by commas. {EXPORTS.help()}. Default: html,xlsx,graphml.",
        panel="Files",
        metavar="all|none|LIST",
    )

    def check(self) -> None:
        """Refuse modules without gene sets, and an export that does not exist."""
        super().check()
        if self.modules and "none" in self.gene_sets:
            raise UsageError(
                f"{option('modules', True)} needs gene sets", hint=f"name some with {option('gene_sets')}"
            )
        self.exports  # noqa: B018

    @property
    def exports(self) -> tuple[str, ...]:
        """The names of the files to write besides the tables, in their fixed order."""
        if self.export is None:
            return DEFAULT_EXPORTS
        names = [name.strip().lower() for name in self.export.split(",") if name.strip()]
        if names in (["all"], ["none"]):
            return tuple(EXPORTS) if names == ["all"] else ()
        unknown = [name for name in names if name not in EXPORTS]
        if unknown or not names:
            raise UsageError(
                f"unknown export {(unknown or [self.export])[0]!r}",
                parameter="export",
                expected=f"all, none, or some of {', '.join(EXPORTS)}",
            )
        return tuple(name for name in EXPORTS if name in names)


@dataclass(frozen=True)
class EnrichmentStepSettings(EnrichmentSettings):
    """Everything that ``mirtool enrichment`` can be asked."""

    universe: str | None = setting(
        None,
        "The genes that could have been in the list, one per line or a table with a gene column. Default: "
        "network_universe.csv in the folder of a network_nodes.csv, otherwise every gene of the gene sets.",
        panel="Gene sets",
        metavar="FILE",
        is_path=True,
    )


@dataclass(frozen=True)
class GseaSettings(RandomSettings, InteractionSettings, ChoiceSettings):
    """Everything that ``mirtool gsea`` can be asked."""

    targets: bool = setting(
        False,
        "Test the targets of miRNAs instead of gene sets: whether those of miRNAs that went up went down.",
        panel="miRNAs",
    )
    gene_sets: str | None = setting(
        None,
        "go: GO biological process, included in mirtool (default); go-cc: cellular component; go-mf: molecular "
        "function; a GMT file; or a name in the library (`mirtool genesets list`) or of Enrichr's "
        "(KEGG_2021_Human), downloaded once.",
        panel="Gene sets",
        metavar="go|go-cc|go-mf|FILE|NAME",
        is_path=True,
    )
    rank_by: str | None = setting(
        None,
        f"What orders the genes. {RANKINGS.help()}. Default: the first of these that the table has.",
        panel="Ranking",
        metavar="statistic|signed-p|log2",
        choices=RANKINGS,
    )
    score: str | None = setting(
        None, "Order the genes by this column of the table instead.", panel="Ranking", metavar="COLUMN"
    )
    min_size: int | None = setting(
        None,
        "Fewest genes of the list in a set. Default 15; for targets 5.",
        panel="Gene sets",
        metavar="N",
        minimum=1,
    )
    max_size: int | None = setting(
        None,
        "Most genes of the list in a set. Default 500; for targets no limit.",
        panel="Gene sets",
        metavar="N",
        minimum=1,
    )
    permutations: int = setting(
        10_000, "Random sets drawn for each size of a set.", panel="Random draws", metavar="N", minimum=1
    )
    weight: float = setting(
        1.0,
        "Exponent of the score by which a gene counts; 0 is unweighted.",
        panel="Ranking",
        metavar="W",
        minimum=0,
    )

    def check(self) -> None:
        """Refuse choices that contradict each other."""
        super().check()
        if self.targets and self.gene_sets is not None:
            raise _contradiction("targets", "gene_sets")
        if self.score is not None and self.rank_by not in (None, "statistic"):
            raise _contradiction("score", "rank_by")


def _contradiction(one: str, other: str) -> UsageError:
    return UsageError(f"{option(one)} and {option(other)} contradict each other", hint="leave one of the two out")


@dataclass(frozen=True)
class MirnaSetSettings(ChoiceSettings):
    """Everything that ``mirtool mirna-sets`` can be asked."""

    sets: tuple[str, ...] = setting(
        (),
        "families: by seed (positions 2-8); clusters: by position in the genome; a GMT of miRNA names (diseases "
        "of HMDD, an export of miEAA …), or the name of one in the library. May be given several times; each "
        "collection has its own FDR. Default: families and clusters.",
        panel="miRNA sets",
        metavar="families|clusters|FILE|NAME",
        is_path=True,
    )
    universe: str | None = setting(
        None,
        "The miRNAs that could have been chosen, all those on the array: one per line, or a table with a Name "
        "column. Default: every row of the differential table; for miRNAs given by name, every miRNA of miRBase.",
        panel="miRNAs",
        metavar="FILE",
        is_path=True,
    )
    aliases: tuple[str, ...] = setting(
        (),
        "Further miRNA names: miRBase's mature.fa of any release, aliases.txt, miRNA.dead, or a table of names by "
        "release. May be given several times.",
        panel="miRNAs",
        metavar="FILE",
        is_path=True,
    )
    mirbase_release: str | None = mirbase_release_setting(panel="miRNAs")
    gff: str | None = setting(
        None,
        "Positions of the precursors, for clusters: miRBase's GFF3 of the species (mmu.gff3). Default: the "
        "included positions of human miRNAs.",
        panel="miRNA sets",
        metavar="FILE",
        is_path=True,
    )
    distance: int = setting(
        10_000,
        "Largest distance from a precursor of a cluster to the next.",
        panel="miRNA sets",
        metavar="BASES",
        minimum=0,
    )
    min_size: int = setting(
        2, "Fewest miRNAs of the array in a set that is tested.", panel="miRNA sets", metavar="N", minimum=1
    )
