# Reference values of the variances' prior in cases that are hard on it, from a limma that estimates it where degrees of
# freedom differ (3.62). Run in this folder:
#
#   Rscript priors.R
suppressMessages(library(limma))
stopifnot(packageVersion("limma") >= "3.61.8")

number <- function(x) sprintf("%.17g", x)

# n variances over a location that follows the mean intensity, on 1 to 8 degrees of freedom.
variances <- function(seed, n, prior.df, outliers = FALSE, zeros = FALSE, without = FALSE, tied = FALSE) {
  set.seed(seed)
  df <- sample(c(1, 2, 3, 4, 8), n, TRUE)
  mean <- round(rnorm(n, 8, 2), 1)
  s2 <- exp(0.3 * mean) * rf(n, df, prior.df)
  if (outliers) s2[1:5] <- s2[1:5] * c(20, 200, 1e5, 1e-5, 1e-9)
  if (zeros) s2[6:8] <- 0
  if (without) df[c(7, 9, 10)] <- s2[c(7, 9, 10)] <- 0
  if (tied) { s2[11:12] <- s2[1]; df[11:12] <- df[1] }
  data.frame(s2 = s2, df = df, mean = mean)
}
cases <- list(
  few = variances(1, 12, 30),
  heavy = variances(2, 60, 1.2),
  certain = variances(3, 60, 1e6),
  outliers = variances(4, 60, 8, outliers = TRUE),
  "outliers and zeros" = variances(5, 60, 8, outliers = TRUE, zeros = TRUE),
  "outliers and some without" = variances(6, 60, 8, outliers = TRUE, without = TRUE),
  "tied outliers" = variances(7, 60, 8, outliers = TRUE, tied = TRUE),
  many = variances(8, 700, 4),
  # Equal degrees of freedom: estimated by moments, as before; tied variances.
  "tied variances" = data.frame(s2 = rep(c(0.1, 0.1, 0.1, 0.2, 0.2, 5), 10), df = 4, mean = 8 + (1:60) / 10))
squeezed <- function(name) {
  case <- cases[[name]]
  table <- data.frame(case = name, s2 = number(case$s2), df = case$df, mean = number(case$mean))
  for (trend in c(FALSE, TRUE)) for (robust in c(FALSE, TRUE)) {
    found <- squeezeVar(case$s2, case$df, covariate = if (trend) case$mean, robust = robust)
    what <- paste0(if (trend) ".trend", if (robust) ".robust")
    table[[paste0("df.prior", what)]] <- number(rep_len(found$df.prior, nrow(case)))
    table[[paste0("var.prior", what)]] <- number(rep_len(found$var.prior, nrow(case)))
    table[[paste0("var.post", what)]] <- number(found$var.post)
  }
  table
}
write.table(do.call(rbind, lapply(names(cases), squeezed)), "limma_3.62/priors.csv", sep = ",", quote = FALSE,
            row.names = FALSE)
cat(R.version.string, "limma", as.character(packageVersion("limma")), "\n")
