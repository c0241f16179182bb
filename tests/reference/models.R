# Reference values of the linear models from limma, statmod, qvalue, samr and R's own tests. Run in this folder:
#
#   Rscript models.R [folder of GSE19536_mirna.csv.gz and GSE19536_pheno_data.csv]
#
# Without the folder only the fixture's values are written anew.
suppressMessages({ library(limma); library(statmod) })

number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

# Since 3.61.8 limma estimates the prior otherwise where degrees of freedom differ: its values have a folder of their own.
newer <- packageVersion("limma") >= "3.61.8"
out <- function(file) if (newer) file.path("limma_3.62", file) else file
# limma leaves rounding for the residuals of a constant probe, and the newer prior depends on it: zero, as it is.
zeroed <- function(fit) {
  if (newer) fit$sigma[which(fit$sigma < 1e-14)] <- 0
  fit
}

write_csv <- function(table, file) write.table(table, file, sep = ",", quote = FALSE, row.names = FALSE)

# The contrast as the last coefficient of the design, so that limma fits it exactly where values are missing.
fit_contrast <- function(values, design, contrast, ...) {
  reformed <- contrastAsCoef(design, contrast, first = FALSE)
  colnames(reformed$design) <- paste0("c", seq_len(ncol(reformed$design)))
  suppressWarnings(lmFit(values, reformed$design, ...))
}

# A probe without any value has no mean intensity, which limma's trend refuses: it is left out there, and missing.
moderated <- function(case, fit, trend = FALSE, robust = FALSE) {
  kept <- if (trend) !is.na(fit$Amean) else rep(TRUE, nrow(fit))
  ids <- rownames(fit$coefficients)
  fit <- suppressWarnings(eBayes(zeroed(fit[kept, ]), trend = trend, robust = robust))
  last <- ncol(fit$coefficients)
  table <- data.frame(case = case, ID = ids, logFC = NA, t = NA, P = NA, B = NA, s2.post = NA, df.total = NA)
  table[kept, -(1:2)] <- cbind(fit$coefficients[, last], fit$t[, last], fit$p.value[, last], fit$lods[, last],
                               fit$s2.post, fit$df.total)
  table[-(1:2)] <- lapply(table[-(1:2)], number)
  table
}

# treat() stops at a coefficient that is missing: 0 substitutes for it while its probe still serves the prior.
treated <- function(case, fit, fc) {
  missing <- is.na(fit$coefficients)
  fit$coefficients[missing] <- 0
  fit$stdev.unscaled[missing] <- 1
  fit <- suppressWarnings(treat(zeroed(fit), fc = fc))
  fit$coefficients[missing] <- fit$t[missing] <- fit$p.value[missing] <- NA
  last <- ncol(fit$coefficients)
  data.frame(case = case, ID = rownames(fit$coefficients), logFC = number(fit$coefficients[, last]),
             t = number(fit$t[, last]), P = number(fit$p.value[, last]), B = "NA",
             s2.post = number(fit$s2.post), df.total = number(fit$df.total))
}

as_matrix <- function(file) {
  table <- read.csv(file, check.names = FALSE)
  values <- as.matrix(table[, -(1:2)])
  rownames(values) <- table$ID
  values
}

values <- as_matrix("models_fixture.csv")
weights <- as_matrix("models_weights.csv")
samples <- read.csv("models_samples.csv", stringsAsFactors = TRUE)
groups <- model.matrix(~ 0 + group, samples)
b_a <- c(-1, 1, 0)
plain <- fit_contrast(values, groups, b_a)

adjusted <- model.matrix(~ 0 + group + batch + age, samples)
paired <- model.matrix(~ 0 + group + patient, samples)
# The constant probe is left out here: its correlation would be that of rounding errors.
varies <- rownames(values) != "p160"
correlation <- suppressWarnings(duplicateCorrelation(values[varies, ], groups, block = samples$patient))
weighted_correlation <- suppressWarnings(
  duplicateCorrelation(values[varies, ], groups, block = samples$patient, weights = weights[varies, ]))
blocked <- fit_contrast(values, groups, b_a, block = samples$patient, correlation = 0.4)
estimated <- fit_contrast(values, groups, b_a, block = samples$patient,
                          correlation = correlation$consensus.correlation)
both <- fit_contrast(values, groups, b_a, block = samples$patient, correlation = 0.4, weights = weights)
weighted <- fit_contrast(values, groups, b_a, weights = weights)
per_array <- fit_contrast(values, groups, b_a, weights = c(2, 1, 1, 0.5, 1, 1, 3, 1, 1, 0.25, 1, 1))
interaction <- fit_contrast(values, groups, c(1, -2, 1))

write_csv(rbind(
  moderated("plain", plain),
  moderated("trend", plain, trend = TRUE),
  moderated("robust", plain, robust = TRUE),
  moderated("trend robust", plain, trend = TRUE, robust = TRUE),
  treated("treat", plain, 1.2),
  moderated("weights", weighted),
  moderated("weights trend", weighted, trend = TRUE),
  moderated("array weights", per_array),
  moderated("covariates", fit_contrast(values, adjusted, c(b_a, 0, 0))),
  moderated("pair", fit_contrast(values, paired, c(b_a, 0, 0, 0))),
  moderated("block 0.4", blocked),
  moderated("block 0.4 weights", both),
  moderated("block", estimated),
  moderated("curve", interaction)), out("models_limma.csv"))

# duplicateCorrelation leaves each probe's iteration at a tolerance of 1e-6; statmod's own function goes on.
converged <- function(row, w = NULL) {
  there <- !is.na(values[row, ])
  block <- factor(samples$patient[there])
  if (sum(there) <= qr(groups[there, ])$rank + 2 || nlevels(block) < 2 || nlevels(block) >= sum(there) - 1) return(NA)
  fit <- suppressWarnings(mixedModel2Fit(values[row, there], groups[there, ], model.matrix(~ 0 + block),
                                         w = if (is.null(w)) NULL else w[row, there],
                                         only.varcomp = TRUE, tol = 1e-15, maxit = 10000))
  fit$varcomp[2] / sum(fit$varcomp)
}
own <- sapply(which(varies), converged)
own_weighted <- sapply(which(varies), converged, w = weights)
write_csv(rbind(
  data.frame(ID = "consensus", limma = number(correlation$consensus.correlation), statmod = "NA",
             limma.weights = number(weighted_correlation$consensus.correlation), statmod.weights = "NA"),
  data.frame(ID = rownames(values)[varies], limma = number(tanh(correlation$atanh.correlations)),
             statmod = number(own), limma.weights = number(tanh(weighted_correlation$atanh.correlations)),
             statmod.weights = number(own_weighted))), out("models_correlation.csv"))

# F over B - A and C - A: mean square of the groups by R's lm, divided by limma's squeezed variance.
squeezed <- suppressWarnings(eBayes(zeroed(plain)))
f_of <- function(y, s2) {
  if (any(tapply(!is.na(y), samples$group, sum) == 0)) return(NA)
  (sum(residuals(lm(y ~ 1))^2) - sum(residuals(lm(y ~ samples$group))^2)) / 2 / s2
}
f <- mapply(function(i) f_of(values[i, ], squeezed$s2.post[i]), seq_len(nrow(values)))
two <- contrasts.fit(lmFit(values[1:80, ], groups), cbind(c(-1, 1, 0), c(-1, 0, 1)))
limma_f <- eBayes(two)
write_csv(data.frame(ID = rownames(values), F = number(f),
                     P = number(pf(f, 2, squeezed$df.total, lower.tail = FALSE)),
                     F.limma = number(c(limma_f$F, rep(NA, 80))),
                     P.limma = number(c(limma_f$F.p.value, rep(NA, 80)))), out("models_f.csv"))

# What follows does not depend on limma's version.
if (newer) {
  source("gse19536_gaps.R")
  quit()
}

# Wilcoxon's rank-sum test of B against A.
ranked <- t(sapply(seq_len(nrow(values)), function(i) {
  a <- na.omit(values[i, 1:4]); b <- na.omit(values[i, 5:8])
  if (!length(a) || !length(b) || length(unique(c(a, b))) == 1) return(c(NA, NA))
  test <- suppressWarnings(wilcox.test(b, a))
  c(test$statistic, test$p.value)
}))
write_csv(data.frame(ID = rownames(values), W = number(ranked[, 1]), P = number(ranked[, 2])), "models_ranksum.csv")

# Storey's q of the plain P values, pi0 by the bootstrap's closed form.
p <- squeezed$p.value[, ncol(squeezed$p.value)]
known <- !is.na(p)
storey <- qvalue::qvalue(p[known], pi0.method = "bootstrap")
q <- rep(NA, length(p)); q[known] <- storey$qvalues
write_csv(rbind(data.frame(ID = "pi0", P = "NA", q = number(storey$pi0)),
                data.frame(ID = rownames(values), P = number(p), q = number(q))), "models_qvalue.csv")

# SAM's statistic and s0 of B against A, for the rows without missing values; P over all other labelings, in base R.
complete <- values[1:80, 1:8]
invisible(capture.output(sam <- samr::samr(list(x = complete, y = rep(1:2, each = 4), geneid = rownames(complete),
  genenames = rownames(complete), logged2 = TRUE), resp.type = "Two class unpaired", nperms = 10, random.seed = 1)))
d_of <- function(tested) apply(complete, 1, function(y) {
  test <- t.test(y[tested], y[-tested], var.equal = TRUE)
  diff(rev(test$estimate)) / (test$stderr + sam$s0)
})
permuted <- abs(apply(combn(8, 4)[, -70], 2, d_of))  # the last one is the true labeling: arrays 5 to 8
p <- sapply(sam$tt, function(d) (sum(permuted >= abs(d) * (1 - 1e-9)) + 1) / (length(permuted) + 1))
write_csv(rbind(data.frame(ID = "s0", d = number(sam$s0), P = "NA"),
                data.frame(ID = rownames(complete), d = number(sam$tt), P = number(p))), "models_sam.csv")

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  data <- read.csv(file.path(folder, "GSE19536_mirna.csv.gz"), check.names = FALSE)
  pheno <- read.csv(file.path(folder, "GSE19536_pheno_data.csv"))
  values <- as.matrix(data[, -1])
  rownames(values) <- data[[1]]
  er <- pheno$ER[match(colnames(values), pheno[[1]])]
  design <- cbind(1, as.numeric(er == "case"))
  fit <- lmFit(values, design)
  weights <- 1 + outer(seq_len(nrow(values)), seq_len(ncol(values)), function(i, j) (7 * i + 3 * j) %% 5)
  block <- rep(seq_len(49), 2)
  consensus <- duplicateCorrelation(values, design, block = block)$consensus.correlation
  cases <- rbind(
    moderated("trend", fit, trend = TRUE),
    moderated("robust", fit, robust = TRUE),
    moderated("trend robust", fit, trend = TRUE, robust = TRUE),
    treated("treat", fit, 1.1),
    moderated("weights", lmFit(values, design, weights = weights)),
    moderated("block", lmFit(values, design, block = block, correlation = consensus)))
  write_csv(cases[, c("case", "ID", "t", "P", "B")], "gse19536_models.csv")
  random <- model.matrix(~ 0 + factor(block))
  own <- apply(values, 1, function(y) {
    fit <- mixedModel2Fit(y, design, random, only.varcomp = TRUE, tol = 1e-15, maxit = 10000)
    fit$varcomp[2] / sum(fit$varcomp)
  })
  converged <- tanh(mean(atanh(pmin(pmax(own, 1 / (1 - 2) + 0.01), 0.99)), trim = 0.15))
  write_csv(data.frame(name = c("limma", "converged"), value = number(c(consensus, converged))),
            "gse19536_correlation.csv")
}
cat(R.version.string, paste(c("limma", "statmod", "qvalue", "samr"),
                            sapply(c("limma", "statmod", "qvalue", "samr"),
                                   function(p) as.character(packageVersion(p)))), "\n")
