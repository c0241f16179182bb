# The same work as `mirtool normalize` and `mirtool diff`, by limma: read, subtract, drop bad spots, collapse
# replicates, scale, linear model, empirical Bayes, table. Called by against_limma.py:
#   Rscript --vanilla limma_pipeline.R samples.csv out.csv tapply|sort
# Where limma has a function it is used. It has none for medians of replicates: they are taken as an R user writes
# it (tapply), or in one sort per array, the fastest way we found in R.
suppressPackageStartupMessages(library(limma))
arguments <- commandArgs(trailingOnly = TRUE)
samples <- read.csv(arguments[1], stringsAsFactors = FALSE)

raw <- read.maimages(samples$file, path = dirname(arguments[1]), source = "genepix", green.only = TRUE,
                     columns = list(E = "F532 Median", Eb = "B532 Median"), other.columns = "Flags",
                     annotation = c("Block", "Row", "Column", "Name", "ID"), verbose = FALSE)
bad <- raw$other$Flags == -100
signal <- backgroundCorrect(raw, method = "subtract", verbose = FALSE)$E
signal[bad] <- NA

mirna <- grepl("-(mir|let)-|mirplus", raw$genes$Name, ignore.case = TRUE)
signal <- signal[mirna, ]
genes <- raw$genes[mirna, ]
ids <- unique(genes$ID)
group <- match(genes$ID, ids)
by_sort <- function(x) {
  known <- !is.na(x)
  sorted <- x[known][order(group[known], x[known], method = "radix")]
  n <- tabulate(group[known], length(ids))
  start <- cumsum(n) - n
  middle <- (sorted[pmax(start + (n + 1L) %/% 2L, 1L)] + sorted[pmin(start + n %/% 2L + 1L, length(sorted))]) / 2
  ifelse(n == 0, NA, middle)
}
by_tapply <- function(x) as.vector(tapply(x, group, median, na.rm = TRUE))
probe <- apply(signal, 2, if (arguments[3] == "sort") by_sort else by_tapply)
probe[probe <= 0] <- NA

in_all <- rowSums(is.na(probe) | probe < 30) == 0
factors <- apply(probe[in_all, ], 2, median)
normalized <- log2(t(t(probe) / factors))
keep <- rowSums(probe >= 30, na.rm = TRUE) > 0

tested <- as.integer(samples$group != samples$group[1])
fit <- eBayes(lmFit(normalized[keep, ], cbind(reference = 1, change = tested)))
table <- topTable(fit, coef = "change", number = Inf, sort.by = "none")
write.csv(data.frame(ID = ids[keep], Name = genes$Name[match(ids[keep], genes$ID)], table), arguments[2],
          row.names = FALSE)
