"""Options that mean the same in several commands, each declared once."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

FlagRule = Literal["bad", "negative", "ignore"]
ProbeChoice = Literal["mirna", "all"]
Signal = Literal["gene", "processed", "median"]
Scale = Literal["log2", "linear"]

# What goes in and out.

DifferentialArgument = Annotated[
    str | None,
    typer.Argument(
        metavar="[DIFFERENTIAL]",
        help="The table of `mirtool diff`. In a study folder: results/differential.csv.",
    ),
]
OutputOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Where to write: CSV, TSV or XLSX by its extension; - is stdout. In a study folder the default is "
        "results/, elsewhere stdout.",
    ),
]
OutputFolderOption = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FOLDER",
        help="Folder for the files. In a study folder: results/; elsewhere: this folder.",
    ),
]
FormatOption = Annotated[
    str | None, typer.Option("--format", metavar="csv|tsv|xlsx", help="Format of what goes to stdout.")
]
SamplesOption = Annotated[
    str | None,
    typer.Option("--samples", metavar="SHEET", help="Sample sheet: sample,group,file[,…]. Default samples.csv."),
]
FiguresOption = Annotated[
    str | None,
    typer.Option("--figures", metavar="DIR", help="Folder for the figures. In a study folder: figures/."),
]
NoFiguresOption = Annotated[bool, typer.Option("--no-figures", help="Draw no figure.")]

# Which miRNAs are taken.

RegulationOption = Annotated[
    str | None,
    typer.Option(
        "--regulation",
        metavar="fold-change|volcano-p|volcano-fdr",
        help="Take those up or down by this rule. Default volcano-p, and fold-change where no test was made.",
    ),
]

# How files are read.

RawFilesArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="FILES...",
        help="Scanner files or tables of intensities, as for `mirtool normalize`. In a study folder: those that "
        "samples.csv names.",
    ),
]
FileFormatOption = Annotated[
    str | None,
    typer.Option("--format", metavar="NAME", help="Format of the files; told by their content if left out."),
]
InputFormatOption = Annotated[
    str | None,
    typer.Option("--input-format", metavar="NAME", help="Format of the files; told by content if left out."),
]
SignalOption = Annotated[
    Signal | None,
    typer.Option(
        help="Agilent only: the total of each gene (default), or the processed or median signal of each feature."
    ),
]
ArrayListOption = Annotated[
    str | None,
    typer.Option(
        "--gal", metavar="FILE", help="Array list (.gal) that gives IDs and names to spots that lack them."
    ),
]
PlatformOption = Annotated[
    str | None,
    typer.Option(
        "--platform",
        metavar="FILE",
        help="GEO platform table (GPL….txt, .annot, SOFT) that gives names to the IDs.",
    ),
]
SamplesInRowsOption = Annotated[
    bool, typer.Option("--samples-in-rows", help="Tables have one row per sample and one column per probe.")
]
ScaleOption = Annotated[
    Scale | None, typer.Option("--scale", help="Scale of the table, where it does not say so itself.")
]

# Which spots and probes count.

ChannelOption = Annotated[
    str | None,
    typer.Option(
        "--channel",
        metavar="NM|ratio",
        help="Wavelength or name of the channel with the samples; default 532 (Hy3), else the only one. ratio "
        "gives log2(Hy3/Hy5); 635/532 the first of two channels over the second.",
    ),
]
FlagsOption = Annotated[
    FlagRule,
    typer.Option("--flags", help="Spots to make missing first: flag −100 alone, every flag below 0, or none."),
]
MinIntensityOption = Annotated[
    float, typer.Option("--min-intensity", metavar="COUNTS", help="The cut-off for a signal.")
]
ProbesOption = Annotated[
    ProbeChoice,
    typer.Option(
        "--probes",
        help="Probes that count: miRNAs (with miRPlus), or all but controls and empty spots, for chips whose "
        "names are something else.",
    ),
]
SpeciesOption = Annotated[
    str | None,
    typer.Option(
        "--species",
        metavar="PREFIX",
        help="Count only the miRNAs of this species, such as hsa. Default: every species on the chip that has "
        "names.",
    ),
]
MinFactorProbesOption = Annotated[
    int,
    typer.Option("--min-factor-probes", metavar="N", help="The fewest probes to take the arrays' factors from."),
]

# Which groups, and what counts as a change.

CompareOption = Annotated[
    str | None,
    typer.Option(
        "--compare",
        metavar="TESTED:REFERENCE",
        help="The two groups; ratios are tested / reference. With exactly two groups the default reference is the "
        "one that comes first in the sheet.",
    ),
]
CutoffOption = Annotated[
    float, typer.Option("--cutoff", metavar="FOLD", help="Least fold change, up or down (not a log2).")
]
AlphaOption = Annotated[
    float, typer.Option("--alpha", metavar="P", help="Largest P, and largest adjusted P, that passes.")
]
AdjustOption = Annotated[
    str,
    typer.Option(
        "--adjust",
        metavar="METHOD",
        help="How P is adjusted for the number of tests: bh, by, storey (q value), storey-spline (the same by the "
        "qvalue package's default), holm, bonferroni, sidak, holm-sidak, simes-hochberg, hommel, fdr_tsbh, "
        "fdr_tsbky, fdr_gbs or none.",
    ),
]

# Who shares heavy work.
