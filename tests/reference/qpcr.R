# Reference values for the tests of mirtool.validation: t tests with intervals and the rank-sum test of base R's stats.
# Reads qpcr_fixture.csv (dCt, one row a target; a1..a5 tested, b1..b4 reference), writes qpcr_r.csv.
fixture <- read.csv("qpcr_fixture.csv", row.names = 1, check.names = FALSE)
tested <- as.matrix(fixture[, grep("^a", names(fixture))])
reference <- as.matrix(fixture[, grep("^b", names(fixture))])
rows <- list()
for (target in rownames(fixture)) {
  # log2 amounts are -dCt, so that the estimate is the log2 ratio
  x <- -tested[target, ]
  y <- -reference[target, ]
  pair <- complete.cases(x[1:4], y)
  for (test in c("welch", "student", "paired", "mann-whitney")) {
    result <- switch(test,
      welch = t.test(x, y),
      student = t.test(x, y, var.equal = TRUE),
      paired = t.test(x[1:4][pair], y[pair], paired = TRUE),
      "mann-whitney" = wilcox.test(x[!is.na(x)], y[!is.na(y)], exact = TRUE)
    )
    interval <- if (is.null(result$conf.int)) c(NA, NA) else result$conf.int
    df <- if (test == "mann-whitney") NA else result$parameter
    rows[[length(rows) + 1]] <- data.frame(
      target = target, test = test, statistic = unname(result$statistic), df = unname(df),
      p = result$p.value, low = interval[1], high = interval[2]
    )
  }
}
write.csv(format(do.call(rbind, rows), digits = 17), "qpcr_r.csv", row.names = FALSE, quote = FALSE)
