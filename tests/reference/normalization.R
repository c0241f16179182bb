# Reference values for tests/normalize: Rscript normalization.R [folder with GSE19536_mirna.csv.gz]
# R 4.2.2, limma 3.54.1, impute 1.72.3 (Debian 12).
suppressPackageStartupMessages({library(limma); library(impute)})
write17 <- function(x, file) write.csv(format(as.data.frame(x), digits = 17, trim = TRUE, scientific = NA),
                                       file, row.names = FALSE, quote = FALSE)
spots <- read.csv("normalization_fixture.csv")
pick <- function(name) as.matrix(spots[paste0(name, 1:3)])
G <- pick("green"); Gb <- pick("green_background"); R <- pick("red"); Rb <- pick("red_background")
weights <- ifelse(pick("flag") < 0, 0.1, 1)
dimnames(G) <- dimnames(Gb) <- dimnames(R) <- dimnames(Rb) <- NULL

# Background: green channel. movingmin block by block: mirtool takes no block to touch another.
by <- function(method, ...) backgroundCorrect.matrix(G, Gb, method = method, verbose = FALSE, ...)
background <- list(none = by("none"), subtract = by("subtract"), half = by("half"), minimum = by("minimum"),
                   edwards = by("edwards"), saddle = by("normexp", offset = 50),
                   mle = by("normexp", normexp.method = "mle", offset = 50))
moving <- G
for (b in unique(spots$Block)) {
  own <- spots$Block == b
  moving[own, ] <- backgroundCorrect.matrix(G[own, ], Gb[own, ], method = "movingmin", verbose = FALSE,
                                            printer = list(ngrid.r = 1, ngrid.c = 1, nspot.r = 9, nspot.c = 10))
}
background$movingmin <- moving
write17(do.call(cbind, lapply(background, function(x) setNames(as.data.frame(x), 1:3))),
        "normalization_background.csv")
fits <- do.call(rbind, lapply(1:3, function(j) {
  x <- na.omit((G - Gb)[, j])
  do.call(rbind, lapply(c("saddle", "mle"), function(m) {
    fit <- normexp.fit(x, method = m)
    data.frame(array = j, method = m, mu = fit$par[1], log_sigma = fit$par[2], log_alpha = fit$par[3],
               m2loglik = fit$m2loglik)
  }))
}))
write17(fits, "normalization_normexp.csv")

# Within arrays: M = log2(R / G) after normexp (exact) in both channels.
r <- backgroundCorrect.matrix(R, Rb, method = "normexp", normexp.method = "mle", offset = 50, verbose = FALSE)
g <- background$mle
M <- log2(r) - log2(g); A <- (log2(r) + log2(g)) / 2
ma <- new("MAList", list(M = M, A = A))
layout <- list(ngrid.r = 2, ngrid.c = 2, nspot.r = 9, nspot.c = 10)
control <- spots$control == 1
within <- function(method, ...) as.data.frame(normalizeWithinArrays(ma, layout, method = method, ...)$M)
write17(cbind(M = as.data.frame(M), A = as.data.frame(A),
              median = within("median"), median_weighted = within("median", weights = weights),
              loess = within("loess"), loess_weighted = within("loess", weights = weights),
              printtip = within("printtiploess"), printtip_weighted = within("printtiploess", weights = weights),
              control = within("control", controlspots = control)), "normalization_within.csv")

# Between arrays: log2 of the six channels' intensities, with their missing values; and M and A.
x <- cbind(log2(g), log2(r))
x[, 1] <- round(x[, 1], 1)  # ties
between <- list(x = x, scale = normalizeBetweenArrays(x, "scale"), quantile = normalizeBetweenArrays(x, "quantile"),
                fast = normalizeCyclicLoess(x), affy = normalizeCyclicLoess(x, method = "affy"),
                pairs = normalizeCyclicLoess(x, method = "pairs"))
write17(do.call(cbind, lapply(between, as.data.frame)), "normalization_between.csv")
loess <- normalizeWithinArrays(ma, layout, method = "loess")
targets <- c("reference", "reference", "reference", "a", "b", "a")
two <- lapply(c(scale = "scale", quantile = "quantile", Aquantile = "Aquantile", Gquantile = "Gquantile",
                Rquantile = "Rquantile", Tquantile = "Tquantile"), function(method)
  if (method == "Tquantile") normalizeBetweenArrays(loess, method, targets = targets)
  else normalizeBetweenArrays(loess, method))
write17(do.call(cbind, lapply(two, function(x) cbind(M = as.data.frame(x$M), A = as.data.frame(x$A)))),
        "normalization_two_color.csv")

# Nearest neighbors, on the rows that are not missing on more than half of the arrays.
set.seed(2001)
y <- matrix(rnorm(80, 8, 2), 80, 8) + matrix(rnorm(640, sd = 0.5), 80, 8)
y[sample(640, 70)] <- NA
y <- y[rowMeans(is.na(y)) <= 0.5, ]
write17(cbind(y = as.data.frame(y), knn = as.data.frame(impute.knn(y, k = 10, maxp = nrow(y))$data)),
        "normalization_knn.csv")

# The published likelihood of variance stabilization (Huber et al. 2002), maximized by R's own optimizer.
i <- G - Gb
minus <- function(p) {
  a <- p[1:3]; b <- exp(p[4:6])
  u <- t(a + b * t(i)); h <- asinh(u)
  present <- !is.na(i)
  squares <- sum((h - rowMeans(h, na.rm = TRUE))[rowSums(present) > 1, ]^2, na.rm = TRUE)
  several <- present & rowSums(present) > 1
  jacobian <- sum((t(log(b) - t(log(sqrt(1 + u^2)))))[several])
  sum(several) / 2 * log(squares) - jacobian
}
fit <- optim(c(0, 0, 0, -4, -4, -4), minus, method = "BFGS", control = list(maxit = 5000, reltol = 1e-15))
for (k in 1:20) fit <- optim(fit$par, minus, method = if (k %% 2) "Nelder-Mead" else "BFGS",
                             control = list(maxit = 20000, reltol = 1e-16))
write17(data.frame(offset = fit$par[1:3], factor = exp(fit$par[4:6]), log_likelihood = -fit$value),
        "normalization_vsn.csv")

# Real data, every 97th value left out: every 80th probe of the normalized matrix.
folder <- commandArgs(trailingOnly = TRUE)
if (length(folder)) {
  real <- as.matrix(read.csv(file.path(folder[1], "GSE19536_mirna.csv.gz"))[, -1])
  real[seq_along(real) %% 97 == 0] <- NA
  some <- seq(1, nrow(real), 80)
  write17(rbind(normalizeQuantiles(real)[some, ], normalizeCyclicLoess(real)[some, ],
                normalizeMedianAbsValues(real)[some, ]), "gse19536_normalized.csv")
}
