# Reference values for tests/normalize/test_median_polish.py: Rscript rma.R
# R 4.2.2, limma 3.54.1 (Debian 12).
suppressPackageStartupMessages(library(limma))
spots <- read.csv("rma_fixture.csv")
x <- log2(as.matrix(spots[, -1]))
polished <- function(values) {
  one <- function(rows) {
    fit <- medpolish(values[rows, , drop = FALSE], na.rm = TRUE, trace.iter = FALSE)
    fit$overall + fit$col
  }
  do.call(rbind, lapply(split(seq_len(nrow(values)), factor(spots$miRNA, unique(spots$miRNA))), one))
}
found <- rbind(data.frame(between = "none", miRNA = unique(spots$miRNA), polished(x)),
               data.frame(between = "quantile", miRNA = unique(spots$miRNA),
                          polished(normalizeBetweenArrays(x, "quantile"))))
write.csv(format(found, digits = 17, trim = TRUE, scientific = NA), "rma.csv", row.names = FALSE, quote = FALSE)
