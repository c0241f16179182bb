# Power of the two-sided two-sample t test, by base R.
rows <- expand.grid(n = c(2, 3, 5, 10, 20, 50), difference = c(0.5, 1, 2), sd = c(0.2, 0.5, 1), level = c(0.05, 1e-3, 1e-4))
rows$power <- mapply(function(n, difference, sd, level)
  power.t.test(n = n, delta = difference, sd = sd, sig.level = level, strict = TRUE)$power,
  rows$n, rows$difference, rows$sd, rows$level)
rows <- rows[rows$power > 1e-6, ]
for (column in names(rows)) rows[[column]] <- sprintf("%.17g", rows[[column]])
write.csv(rows, "power_r.csv", row.names = FALSE, quote = FALSE)
