# Reference values of the moderated t from limma. Run in this folder:
#
#   Rscript differential.R [folder of GSE19536_mirna.csv.gz and GSE19536_pheno_data.csv]
#
# Without the folder only the fixture's values are written anew.
suppressMessages(library(limma))

number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

# Since 3.61.8 limma estimates the prior otherwise where degrees of freedom differ: its values have a folder of their own.
newer <- packageVersion("limma") >= "3.61.8"
out <- function(file) if (newer) file.path("limma_3.62", file) else file
# limma leaves rounding for the residuals of a constant probe, and the newer prior depends on it: zero, as it is.
zeroed <- function(fit) {
  if (newer) fit$sigma[which(fit$sigma < 1e-14)] <- 0
  fit
}

write_reference <- function(values, tested, stem, covariate = NULL) {
  design <- cbind(reference = 1, covariate = covariate, tested = as.numeric(tested))
  fit <- suppressWarnings(eBayes(zeroed(lmFit(values, design))))
  top <- topTable(fit, coef = "tested", number = Inf, sort.by = "none", adjust.method = "BH")
  columns <- c("logFC", "t", "P.Value", "adj.P.Val", "B")
  table <- cbind(ID = rownames(values), sapply(top[columns], number),
                 sigma = number(fit$sigma), df.residual = fit$df.residual, df.total = number(fit$df.total))
  write.table(table, out(paste0(stem, ".csv")), sep = ",", quote = FALSE, row.names = FALSE)
  prior <- rbind(c("s2.prior", number(fit$s2.prior)), c("df.prior", number(fit$df.prior)),
                 c("var.prior", number(fit$var.prior[ncol(design)])))
  write.table(prior, out(paste0(stem, "_prior.csv")), sep = ",", quote = FALSE, row.names = FALSE,
              col.names = c("name", "value"))
}

fixture <- read.csv("differential_fixture.csv", check.names = FALSE)
values <- as.matrix(fixture[, -(1:2)])
rownames(values) <- fixture$ID
write_reference(values, grepl("^B", colnames(values)), "differential_limma")
# A covariate between them: rows with missing values can leave it, or the group, without an estimate.
write_reference(values, grepl("^B", colnames(values)), "differential_limma_covariate",
                covariate = c(1, 0, 2.5, 0, 3, 1, 0))

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder) && !newer) {
  data <- read.csv(file.path(folder, "GSE19536_mirna.csv.gz"), check.names = FALSE)
  pheno <- read.csv(file.path(folder, "GSE19536_pheno_data.csv"))
  values <- as.matrix(data[, -1])
  rownames(values) <- data[[1]]
  stopifnot(setequal(colnames(values), pheno[[1]]))
  er <- pheno$ER[match(colnames(values), pheno[[1]])]
  write_reference(values, er == "case", "gse19536_limma")
}
cat(R.version.string, "limma", as.character(packageVersion("limma")), "\n")
