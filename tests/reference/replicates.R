# Reference values of replicate spots within arrays: limma's duplicateCorrelation and lmFit, and statmod's mixed model
# iterated on. Run in this folder:
#
#   Rscript replicates.R
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

spots <- read.csv("replicates_fixture.csv", check.names = FALSE)
values <- as.matrix(spots[, -(1:2)])
ids <- unique(spots$ID)
ndups <- 4
design <- cbind(A = 1, B = rep(0:1, c(3, 4)))  # B over A is a coefficient, fitted exactly where values are missing
of_probe <- function(i) values[(i - 1) * ndups + 1:ndups, ]
of_arrays <- c(1, 2, 0.5, 1, 3, 1, 0.25)
by_array <- matrix(of_arrays, nrow(values), ncol(values), byrow = TRUE)

# The constant probe is left out here: its correlation would be that of rounding errors.
varies <- ids != "p90"
rows <- rep(varies, each = ndups)
estimate <- function(rows, ...) suppressWarnings(duplicateCorrelation(values[rows, ], design, ndups = ndups, ...))
complete <- rep(seq_along(ids) <= 60, each = ndups)
all <- estimate(rows)
weighted <- estimate(rows, weights = by_array[rows, ])

converged <- function(i, w = NULL) {
  y <- as.vector(t(of_probe(i)))
  array <- rep(1:7, ndups)
  there <- !is.na(y)
  x <- design[array, ][there, ]
  x <- x[, qr(x)$pivot[seq_len(qr(x)$rank)], drop = FALSE]
  block <- factor(array[there])
  if (sum(there) <= ncol(x) + 2 || nlevels(block) <= ncol(x) || nlevels(block) >= sum(there) - 1) return(NA)
  fit <- suppressWarnings(mixedModel2Fit(y[there], x, model.matrix(~ 0 + block), only.varcomp = TRUE,
                                         w = if (is.null(w)) NULL else w[array][there], tol = 1e-15, maxit = 10000))
  fit$varcomp[2] / sum(fit$varcomp)
}
write_csv(rbind(
  data.frame(ID = "consensus", limma = number(all$consensus.correlation), statmod = "NA",
             limma.weights = number(weighted$consensus.correlation), statmod.weights = "NA"),
  data.frame(ID = "consensus of the complete", limma = number(estimate(complete)$consensus.correlation),
             statmod = "NA", limma.weights = number(estimate(complete, weights = by_array[complete, ])$consensus.correlation),
             statmod.weights = "NA"),
  data.frame(ID = ids[varies], limma = number(tanh(all$atanh.correlations)),
             statmod = number(sapply(which(varies), converged)),
             limma.weights = number(tanh(weighted$atanh.correlations)),
             statmod.weights = number(sapply(which(varies), converged, w = of_arrays)))), out("replicates_correlation.csv"))

moderated <- function(case, trend = FALSE, ...) {
  fit <- suppressWarnings(lmFit(values, design, ndups = ndups, ...))
  fit <- suppressWarnings(eBayes(zeroed(fit), trend = trend))
  data.frame(case = case, ID = ids, logFC = number(fit$coefficients[, 2]), t = number(fit$t[, 2]),
             P = number(fit$p.value[, 2]), B = number(fit$lods[, 2]), sigma = number(fit$sigma),
             df = number(fit$df.residual))
}
write_csv(rbind(moderated("0.6", correlation = 0.6),
                moderated("0.6 trend", correlation = 0.6, trend = TRUE),
                moderated("-0.1", correlation = -0.1),
                moderated("0.6 weights", correlation = 0.6, weights = by_array)), out("replicates_limma.csv"))
