# GSE19536 with every 97th value left out, ER case over control, by a limma that estimates the prior where degrees of
# freedom differ. Run by models.R, whose functions it uses, where a folder with GSE19536 is given.
folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  data <- read.csv(file.path(folder, "GSE19536_mirna.csv.gz"), check.names = FALSE)
  pheno <- read.csv(file.path(folder, "GSE19536_pheno_data.csv"))
  values <- as.matrix(data[, -1])
  rownames(values) <- data[[1]]
  design <- cbind(1, as.numeric(pheno$ER[match(colnames(values), pheno[[1]])] == "case"))
  values[seq(1, length(values), 97)] <- NA
  fit <- lmFit(values, design)
  weights <- 1 + outer(seq_len(nrow(values)), seq_len(ncol(values)), function(i, j) (7 * i + 3 * j) %% 5)
  cases <- rbind(
    moderated("plain", fit),
    moderated("trend", fit, trend = TRUE),
    moderated("robust", fit, robust = TRUE),
    moderated("trend robust", fit, trend = TRUE, robust = TRUE),
    treated("treat", fit, 1.1),
    moderated("weights", lmFit(values, design, weights = weights)))
  write_csv(cases[, c("case", "ID", "t", "P", "B")], out("gse19536_gaps.csv"))
}
