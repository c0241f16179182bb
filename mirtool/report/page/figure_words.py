"""What to look for in each figure of a study's page, by the name of its file."""

from __future__ import annotations

import re

_LOOK_FOR: tuple[tuple[str, str, str], ...] = (
    (
        "qc_arrays",
        "Every array by every measure",
        "Arrays beyond a limit line, and whether several measures agree.",
    ),
    (
        "qc_boxplots",
        "Distributions as boxes",
        "Boxes of one height after normalization; an array that stays higher, lower or wider than the others.",
    ),
    ("qc_densities", "Distributions as curves", "Curves that lie on each other after normalization."),
    ("qc_correlations", "Correlations between arrays", "A pale row: an array that agrees with no other."),
    ("qc_distances", "Distances between arrays", "A dark row with a long bar: an array far from all others."),
    (
        "qc_pca",
        "Arrays by their principal components",
        "Arrays that lie by group, and an array or a batch that lies apart.",
    ),
    (
        "qc_ma",
        "Each array against the median array",
        "A running median that is flat at 0; a bend or a slope is an intensity-dependent error.",
    ),
    ("qc_foreground", "Foreground over the slides", "Gradients, scratches, bubbles, dark or bright blocks."),
    ("qc_background", "Background over the slides", "Gradients, blotches and blocks that differ from the others."),
    ("qc_residuals", "Residuals over the slides", "Patterns: where nothing is wrong on the slide there are none."),
    ("qc_.*", "Quality of the arrays", "Arrays that differ from the others."),
    (
        "covariates",
        "What the sample sheet explains",
        "A dark cell of the group under PC1; a dark cell of a batch, a slide or a date there means that how the "
        "arrays were made differs more than what they measure.",
    ),
    (
        "covariates_batch",
        "Samples before and after the batch was subtracted",
        "Marks that lie apart before and mixed after, and groups that stay apart.",
    ),
    ("volcano.*", "Volcano plot", "miRNAs far to the side (large change) and high up (small P)."),
    ("ma(_.*)?", "MA plot", "A cloud around M = 0 at every A; changes at low A only are less sure."),
    (
        "heatmap.*",
        "Heat map of what changed",
        "Rows of one color per group; an array that looks like the other group.",
    ),
    (
        "voom_trend",
        "Precision of the counts",
        "A curve that falls to the right: small counts vary more, so they weigh less. A curve that rises from the "
        "left means that many miRNAs have hardly any reads: a higher --min-count leaves them out.",
    ),
    (
        "(p_values|histogram).*",
        "P values",
        "A flat histogram with a peak near 0; any other form means a wrong model.",
    ),
    ("(ranked|scatter|comparison|venn|upset).*", "Comparison of changes", "miRNAs that differ from the many."),
    (
        "cluster_heatmap.*",
        "Clustered heat map",
        "Arrays that cluster by group, and branches that the bootstrap supports.",
    ),
    (
        "cluster_pca.*",
        "Principal components of what was clustered",
        "Groups that separate; where the probes were chosen for differing between the groups they must.",
    ),
    ("cluster.*", "Clusters", "Branches that the bootstrap supports."),
    (
        "network.*",
        "Synergy network",
        "miRNAs joined by a line: they share more targets than expected. Dashed lines are due to one seed.",
    ),
    (
        "enrichment_(bars|dots).*",
        "Enriched gene sets under the three nulls",
        "Terms significant under all three nulls; against random genes alone well-studied genes suffice.",
    ),
    (
        "enrichment_map.*",
        "Map of the enriched gene sets",
        "Groups of terms that say the same about the same genes.",
    ),
    ("enrichment.*", "Enriched gene sets", "Terms significant under all three nulls."),
    ("gsea.*", "Gene set enrichment analysis", "A peak at one end of the ranking with the set's genes there."),
    (
        "validation_.*|qpcr.*",
        "Array and qPCR",
        "Points on one side for both methods; intervals that exclude no change.",
    ),
    (
        "power.*",
        "Arrays per group and power",
        "The number of arrays from which the curve exceeds the power wanted.",
    ),
    (
        "clinical_(forest|counts)",
        "Odds ratios",
        "Intervals that do not cross 1; in the model, marks that stay where they were. An odds ratio is not a "
        "relative risk: the table has both.",
    ),
    (
        "clinical_roc",
        "ROC curves",
        "Curves far above the diagonal. Areas and cut-offs were found on these patients; on others they are "
        "less good.",
    ),
    (
        "clinical_panel_roc",
        "ROC curve of the panel",
        "The colored curve, of patients the panel has not seen. The distance to the gray one is optimism.",
    ),
    (
        "clinical_panel_calibration",
        "Calibration of the panel",
        "Dots and line near the diagonal. A line flatter than it means risks that are too extreme.",
    ),
    (
        "clinical_panel_decision",
        "Decision curve of the panel",
        "Risks at which the colored line is above both others, and whether its band is, too.",
    ),
    (
        "clinical_survival.*",
        "Survival",
        "Curves whose intervals do not overlap, and how many patients at risk are left where they differ.",
    ),
    (
        "clinical_incidence.*",
        "Cumulative incidence",
        "The share of patients with this event first; the other kinds compete, so it is no more than one minus "
        "their incidence.",
    ),
    (
        "clinical_hazards.*",
        "Hazard ratios",
        "Intervals that do not cross 1; whether the ratios are constant in time is in the table.",
    ),
    (
        "clinical_stages_.*",
        "A miRNA over stages and other levels",
        "Medians that rise or fall from level to level, and points that overlap little.",
    ),
    (
        "clinical_cutoff_.*",
        "Search of a best cut-off",
        "A statistic beyond the solid line; one beyond the dotted line only is what a search finds by chance.",
    ),
    (
        "clinical_correlation",
        "miRNAs correlated with the columns",
        "Rows and columns of strong color, and whether their FDR is small.",
    ),
    (
        "(methods|compare).*",
        "Methods compared",
        "miRNAs that every method finds, and methods that differ from all.",
    ),
)


def figure_words(stem: str) -> tuple[str, str]:
    """Return the title of a figure and what to look for in it; the file's name and nothing where it is not known.

    Figures of several pages have the number of the page at the end.

    Examples
    --------
    >>> figure_words("volcano_a_vs_b")
    ('Volcano plot', 'miRNAs far to the side (large change) and high up (small P).')
    >>> figure_words("qc_ma_2") == figure_words("qc_ma")
    True
    """
    for pattern, title, words in _LOOK_FOR:
        if _fits(pattern, stem):
            return title, words
    return stem.replace("_", " "), ""


def figure_place(stem: str) -> tuple[int, str]:
    """Return by what figures are sorted on the page: their place in the list above, then their name."""
    places = (i for i, (pattern, _, _) in enumerate(_LOOK_FOR) if _fits(pattern, stem))
    return next(places, len(_LOOK_FOR)), stem


def _fits(pattern: str, stem: str) -> bool:
    return re.fullmatch(rf"(?:{pattern})(?:_\d+)?", stem) is not None
