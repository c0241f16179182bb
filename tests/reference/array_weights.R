# Reference values of the arrays' weights from limma, and from R's own optimizer where limma leaves rows out.
# Run in this folder:
#
#   Rscript array_weights.R [folder of GSE19536_mirna.csv.gz and GSE19536_pheno_data.csv]
#
# Without the folder only the fixture's values are written anew.
suppressMessages(library(limma))

number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

as_matrix <- function(file) {
  table <- read.csv(file, check.names = FALSE)
  values <- as.matrix(table[, -(1:2)])
  rownames(values) <- table$ID
  values
}

rows <- function(case, weights) data.frame(case = case, array = names(weights), weight = number(weights))

# Iterated on: limma's own tolerance of 1e-5 leaves weights off by some 1e-3.
reml <- function(...) arrayWeights(..., method = "reml", tol = 1e-15, maxiter = 5000)
one_pass <- function(...) arrayWeights(..., method = "genebygene")

# The restricted likelihood written out (Harville 1974), each probe's own variance at its best, with ten probes' worth
# of arrays that are alike; probes with two residual degrees of freedom or more that do not follow the design exactly.
minus_likelihood <- function(free, values, design, known) {
  gamma <- c(free, -sum(free))
  total <- 10 * sum(gamma + exp(-gamma))
  for (i in seq_len(nrow(values))) {
    there <- !is.na(values[i, ])
    x <- design[there, colSums(abs(design[there, , drop = FALSE])) > 0, drop = FALSE]
    df <- sum(there) - qr(x)$rank
    if (df < 2) next
    w <- known[i, there] * exp(-gamma[there])
    fit <- lm.wfit(x, values[i, there], w)
    rss <- sum(w * fit$residuals^2)
    if (rss < 1e-20) next
    total <- total + df * log(rss) + sum(gamma[there]) + 2 * sum(log(abs(diag(qr.R(fit$qr)))))
  }
  total / 2
}
likeliest <- function(values, design, known) {
  free <- rep(0, ncol(values) - 1)
  # Differences of 1e-4 see the slope of a likelihood of about 1000 to 1e-9 or so.
  for (round in 1:3) {
    found <- optim(free, minus_likelihood, method = "BFGS", values = values, design = design, known = known,
                   control = list(reltol = 1e-16, maxit = 1000, ndeps = rep(1e-4, length(free))))
    free <- found$par
  }
  weights <- exp(-c(free, -sum(free)))
  names(weights) <- colnames(values)
  weights
}

values <- as_matrix("models_fixture.csv")
# One array far noisier than the rest: a fixed disturbance, the same in Python.
values[, 5] <- values[, 5] + 1.5 * sin(7 * seq_len(nrow(values)))
known <- as_matrix("models_weights.csv")
groups <- model.matrix(~ 0 + group, read.csv("models_samples.csv"))
complete <- 1:80

write.table(rbind(
  rows("reml", reml(values[complete, ], groups)),
  rows("reml at its own tolerance", arrayWeights(values[complete, ], groups, method = "reml")),
  rows("reml weights", reml(values[complete, ], groups, weights = known[complete, ])),
  rows("genebygene", one_pass(values[complete, ], groups)),
  rows("genebygene missing", suppressWarnings(one_pass(values, groups))),
  rows("genebygene missing weights", suppressWarnings(one_pass(values, groups, weights = known))),
  rows("optim missing", likeliest(values, groups, matrix(1, nrow(values), ncol(values)))),
  rows("optim missing weights", likeliest(values, groups, known))
), "array_weights.csv", sep = ",", quote = FALSE, row.names = FALSE)

weights <- arrayWeights(values[complete, ], groups, method = "reml", tol = 1e-15, maxiter = 5000)
fit <- eBayes(contrasts.fit(lmFit(values[complete, ], groups, weights = weights), c(-1, 1, 0)))
write.table(data.frame(ID = rownames(fit), t = number(fit$t[, 1]), P = number(fit$p.value[, 1])),
            "array_weights_t.csv", sep = ",", quote = FALSE, row.names = FALSE)

folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  data <- read.csv(file.path(folder, "GSE19536_mirna.csv.gz"), check.names = FALSE)
  pheno <- read.csv(file.path(folder, "GSE19536_pheno_data.csv"))
  values <- as.matrix(data[, -1])
  design <- cbind(1, as.numeric(pheno$ER[match(colnames(values), pheno[[1]])] == "case"))
  gaps <- values
  gaps[seq(1, length(gaps), 97)] <- NA
  write.table(rbind(
    rows("reml", reml(values, design)),
    rows("genebygene", one_pass(values, design)),
    rows("genebygene missing", one_pass(gaps, design))
  ), "gse19536_array_weights.csv", sep = ",", quote = FALSE, row.names = FALSE)
}
