# Reference values of mirtool covariates from lm, anova, prcomp and limma's removeBatchEffect. Run in this folder:
#
#   Rscript covariates.R
suppressMessages(library(limma))
cat(R.version.string, "limma", as.character(packageVersion("limma")), "\n")
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

table <- read.csv("models_fixture.csv", check.names = FALSE)
sheet <- read.csv("models_samples.csv")
values <- as.matrix(table[, -(1:2)])
stopifnot(identical(colnames(values), sheet$sample))
columns <- list(group = factor(sheet$group), patient = factor(sheet$patient), batch = factor(sheet$batch), age = sheet$age)

# Components of the complete probes, each compared with each column.
complete <- values[complete.cases(values), ]
components <- prcomp(t(complete))$x[, 1:5]
out <- c("component,column,r_squared,adjusted,f,df,residual_df,p")
for (k in 1:5) for (name in names(columns)) {
  fit <- lm(components[, k] ~ columns[[name]])
  a <- anova(fit)
  s <- summary(fit)
  out <- c(out, paste(k, name, number(s$r.squared), number(s$adj.r.squared), number(a$F[1]), a$Df[1], a$Df[2],
                      number(a$`Pr(>F)`[1]), sep = ","))
}
writeLines(out, "covariates_components.csv")

# Sums of squares over all probes, each fitted to the samples that it has.
out <- c("column,probes,share,adjusted")
for (name in names(columns)) {
  parts <- apply(values, 1, function(y) {
    x <- columns[[name]][!is.na(y)]
    y <- y[!is.na(y)]
    if (is.factor(x)) x <- droplevels(x)
    if (length(unique(x)) < 2 || length(y) < 3) return(rep(NA, 4))
    a <- anova(lm(y ~ x))
    if (nrow(a) < 2 || a$Df[2] < 1 || sum(a$`Sum Sq`) == 0) return(rep(NA, 4))
    c(a$`Sum Sq`[1], sum(a$`Sum Sq`), a$`Mean Sq`[2], sum(a$`Sum Sq`) / sum(a$Df))
  })
  parts <- parts[, !is.na(parts[1, ])]
  out <- c(out, paste(name, ncol(parts), number(sum(parts[1, ]) / sum(parts[2, ])),
                      number(1 - sum(parts[3, ]) / sum(parts[4, ])), sep = ","))
}
writeLines(out, "covariates_variance.csv")

# Batch effects removed, the groups in the design; two batches, and the four patients as batches.
design <- model.matrix(~ group, columns)
write_values <- function(batch, file) {
  corrected <- suppressWarnings(removeBatchEffect(values, batch = batch, design = design))
  out <- rbind(c("ID", sheet$sample), cbind(table$ID, matrix(number(corrected), nrow(values))))
  write.table(out, file, sep = ",", quote = FALSE, row.names = FALSE, col.names = FALSE)
}
write_values(columns$batch, "covariates_batch.csv")
write_values(columns$patient, "covariates_patient.csv")
