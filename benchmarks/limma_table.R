# The same work as `mirtool diff --covariate age` on a table of log2 values: read, linear model, empirical Bayes, table.
# Called by large_table.py:  Rscript --vanilla limma_table.R normalized.csv samples.csv out.csv
suppressPackageStartupMessages(library(limma))
arguments <- commandArgs(trailingOnly = TRUE)
table <- read.csv(arguments[1], check.names = FALSE)
samples <- read.csv(arguments[2])
values <- as.matrix(table[, samples$sample])
rownames(values) <- table$ID
group <- factor(samples$group, levels = c("control", "case"))
fit <- eBayes(lmFit(values, model.matrix(~ group + samples$age)))
write.csv(topTable(fit, coef = 2, number = Inf, sort.by = "none"), arguments[3])
