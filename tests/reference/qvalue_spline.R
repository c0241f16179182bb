# Storey's q with pi0 by the smoothing spline of three degrees of freedom (Storey and Tibshirani 2003). Run in this folder:
#
#   Rscript qvalue_spline.R
#
# `qvalue` is what the package gives; `tight` has pi0 by base R's smooth.spline with its search for the smoothing
# parameter carried on to 1e-12, where by default it stops at 1e-4.
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))

spread <- function(n) (seq_len(n) - 0.5) / n
cases <- list(
  "a third changed" = c(spread(200), spread(100)^6),
  "few tests" = c(spread(32), spread(15)^5, NA, NA),
  "nothing changed" = spread(100)^0.9,
  "fixture" = read.csv("models_qvalue.csv")$P[-1]
)

share <- function(p, ...) {
  lambda <- seq(0.05, 0.95, 0.05)
  raw <- sapply(lambda, function(limit) mean(p >= limit) / (1 - limit))
  min(predict(smooth.spline(lambda, raw, df = 3, ...), 0.95)$y, 1)
}

table <- do.call(rbind, lapply(names(cases), function(name) {
  p <- cases[[name]]
  known <- !is.na(p)
  by_package <- qvalue::qvalue(p[known])
  tight <- share(p[known], control.spar = list(tol = 1e-12, maxit = 2000))
  q <- rep(NA, length(p)); q[known] <- by_package$qvalues
  exact <- rep(NA, length(p)); exact[known] <- p.adjust(p[known], "BH") * tight
  rbind(data.frame(case = name, what = "pi0", P = "NA", qvalue = number(by_package$pi0), tight = number(tight)),
        data.frame(case = name, what = "test", P = number(p), qvalue = number(q), tight = number(exact)))
}))
write.table(table, "qvalue_spline.csv", sep = ",", quote = FALSE, row.names = FALSE)
