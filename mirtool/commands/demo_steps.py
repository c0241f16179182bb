"""The commands of the demo in their order, and which of their files to open first."""

STEPS = (
    ("mirtool init exports/*.gpr", "Look into the scanner's files and write the sample sheet."),
    (
        "mirtool qc --figure-format png --figure-dpi 150",
        "May each array be used? Ten figures say why; for the screen PNG of 150 dots per inch is enough.",
    ),
    (
        "mirtool normalize",
        "Subtract the background, collapse the replicates, scale each array by its median miRNA.",
    ),
    ("mirtool diff --cutoff 2", "Compare the groups: fold change, moderated t, false discovery rate, figures."),
    ("mirtool cluster --resamples 200", "Which arrays and which changed miRNAs go together, and how stably?"),
    (
        "mirtool network --beyond-seed targets --modules --robustness 200",
        "Which changed miRNAs share targets? The embedded starter table keeps this offline.",
    ),
    (
        "mirtool mirna-sets",
        "Are they of one seed family, or of one place? Three of the ten planted ones are of miR-17~92.",
    ),
    (
        "mirtool gsea mrna.csv --targets",
        "Did the genes follow? In the simulated mRNA of the same patients, targets of what went down went up.",
    ),
    (
        "mirtool targets predict --mirna hubs.txt --utr utrs.fa -o results/predicted.csv",
        "Where would the hubs bind? Seed sites in simulated 3'UTRs: targets without any database.",
    ),
    (
        "mirtool validate ct.csv --reference cel-miR-39-3p --reference cel-miR-54-3p",
        "Does qPCR of the hubs confirm the arrays? Two miRNAs of a worm were added to every serum as references.",
    ),
    ("mirtool shortlist", "Which miRNAs are worth following up? All that was found, miRNA by miRNA."),
    (
        "mirtool clinical --variables gain_1q21 --variables miR-16-5p",
        "Does it matter to patients? In 80 simulated ones a gain of 1q21 (odds ratio 3.5) and little miR-16-5p go "
        "with resistance and an earlier death.",
    ),
    (
        "mirtool run",
        "All of this with one command: what is up to date is not done again. What is left is the report.",
    ),
)
"""The commands that the demo runs, and what each is for."""

OPEN_FIRST = (
    ("results/report.html", "all of it on one page, in a browser: verdicts, findings, plots, tables"),
    ("figures/qc_arrays.png", "every array by every measure of quality, with its verdict"),
    ("results/differential.csv", "the table of the comparison, in a spreadsheet"),
    ("figures/volcano.png", "every miRNA by its change and its P value"),
    ("figures/cluster_heatmap.png", "the changed miRNAs and the arrays, clustered"),
    ("figures/network.png", "the changed miRNAs and the genes that they share"),
    ("results/network.html", "the same to look into, in a browser: search, filters, references"),
    ("results/mirna_sets.csv", "seed families and genomic clusters of the changed miRNAs"),
    ("figures/gsea.png", "the targets of the changed miRNAs among the genes that went up and down"),
    ("results/validation_concordance.csv", "array and qPCR compared: what is confirmed, what is a false positive"),
    ("results/shortlist.csv", "the miRNAs in the order of their evidence, and why"),
    ("results/clinical.html", "the patients: tables as a paper prints them, for Word"),
    ("results/run.json", "versions, arguments, inputs: what a methods section needs"),
)
"""What to look at first, and what is in it."""
