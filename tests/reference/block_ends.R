# Correlations within blocks of two arrays where many values are missing: the restricted likelihood (Harville 1974) is
# written out and searched up to its ends, where some probes have their maximum; limma's own beside it. Run in this
# folder:
#
#   python block_ends_fixture.py && Rscript block_ends.R
suppressMessages({ library(limma); library(statmod) })

number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
table <- read.csv("block_ends_fixture.csv", check.names = FALSE)
values <- as.matrix(table[, -1])
n <- nrow(values)
block <- as.integer(substr(colnames(values), 2, 2))
group <- as.integer(substr(colnames(values), 1, 1) == "B")
design <- cbind(A = 1 - group, B = group)

minus_likelihood <- function(rho, y, x, of_block) {
  v <- ifelse(outer(of_block, of_block, "=="), rho, 0) + (1 - rho) * diag(length(y))
  root <- chol(v)
  fit <- lm.fit(backsolve(root, x, transpose = TRUE), backsolve(root, y, transpose = TRUE))
  free <- length(y) - ncol(x)
  free / 2 * log(sum(fit$residuals^2)) + sum(log(diag(root))) + sum(log(abs(diag(qr.R(fit$qr)))))
}
likeliest <- function(i) {
  there <- !is.na(values[i, ])
  y <- values[i, there]
  x <- design[there, colSums(design[there, , drop = FALSE]) > 0, drop = FALSE]
  of_block <- block[there]
  blocks <- length(unique(of_block))
  if (length(y) <= ncol(x) + 2 || blocks < 2 || blocks >= length(y) - 1) return(NA)
  near <- 10^-seq(2, 9, by = 0.05)
  grid <- sort(c(seq(-0.99, 0.99, by = 0.002), -1 + near, 1 - near))
  height <- -sapply(grid, minus_likelihood, y, x, of_block)
  best <- which.max(height)
  found <- optimize(minus_likelihood, grid[pmin(pmax(best + c(-1, 1), 1), length(grid))], y, x, of_block,
                    tol = 1e-13)$minimum
  min(max(found, 1 / (1 - 2) + 0.01), 0.99)
}
own <- sapply(seq_len(n), likeliest)
limma <- suppressWarnings(duplicateCorrelation(values, design, block = block))
common <- tanh(mean(atanh(own), trim = 0.15, na.rm = TRUE))
write.table(data.frame(ID = c("common", sprintf("p%d", seq_len(n))), likeliest = number(c(common, own)),
                       limma = number(c(limma$consensus.correlation, tanh(limma$atanh.correlations)))),
            "block_ends.csv", sep = ",", quote = FALSE, row.names = FALSE)
cat(R.version.string, "limma", as.character(packageVersion("limma")), "\n")
