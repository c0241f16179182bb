# Reference values of baseline tables, odds ratios and logistic regression, for tests/clinical.
# Rscript tests/reference/clinical.R, in the project's folder; writes clinical_r.csv and the data sets it is of.
# birthwt is Hosmer and Lemeshow's, as in MASS. Exact and score intervals are computed here from their definitions:
# fisher.test stops its search for the ends at a tolerance of 1e-4.
suppressMessages({library(MASS); library(brglm2)})
folder <- "tests/reference"
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)
b <- birthwt
write.csv(b, file.path(folder, "clinical_birthwt.csv"), row.names = FALSE, quote = FALSE)

quiet <- suppressWarnings
keep("age by low, Mann-Whitney", quiet(wilcox.test(age ~ low, b))$p.value)
keep("age by low, U", quiet(wilcox.test(b$age[b$low == 1], b$age[b$low == 0]))$statistic)
keep("lwt by low, Welch", t.test(lwt ~ low, b)$p.value)
keep("lwt by low, Student", t.test(lwt ~ low, b, var.equal = TRUE)$p.value)
keep("lwt by race, Kruskal-Wallis", kruskal.test(lwt ~ race, b)$p.value)
keep("lwt by race, ANOVA", oneway.test(lwt ~ race, b, var.equal = TRUE)$p.value)
keep("lwt by race, Welch ANOVA", oneway.test(lwt ~ race, b)$p.value)
keep("smoke by race, chi-square", chisq.test(table(b$smoke, b$race), correct = FALSE)$p.value)
keep("ht by low, Fisher", fisher.test(table(b$ht, b$low))$p.value)
keep("ftv by race, Freeman-Halton", fisher.test(table(pmin(b$ftv, 3), b$race), workspace = 2e7)$p.value)
keep("ptl by race, Freeman-Halton", fisher.test(table(b$ptl, b$race), workspace = 2e7)$p.value)
events <- tapply(b$low, pmin(b$ftv, 3), sum); totals <- tapply(b$low, pmin(b$ftv, 3), length)
keep("ftv by low, trend", prop.trend.test(events, totals, score = 0:3)$p.value)
small <- c(3.1, 4.7, 5.2, 6.6, 8.3); other <- c(4.1, 5.9, 7.7, 9.4, 10.2, 11.5)
keep("without ties, Mann-Whitney exact", wilcox.test(small, other)$p.value)

# Two-by-two tables: the study's three, and some with zeros.
maximum <- function(a, n, c, m, path) {   # largest log likelihood on the path of both risks, by the first risk
  loss <- function(p) { q <- path(p); -(dbinom(a, n, p, log = TRUE) + dbinom(c, m, q, log = TRUE)) }
  range <- attr(path, "range")
  optimize(loss, range, tol = 1e-14)$minimum
}
score <- function(a, b, c, d, compare, value) {
  n <- a + b; m <- c + d; N <- n + m
  path <- switch(compare,
    diff = structure(function(p) p - value, range = c(max(0, value), min(1, 1 + value))),
    ratio = structure(function(p) p / value, range = c(0, min(1, value))),
    odds = structure(function(p) p / (p + value * (1 - p)), range = c(0, 1)))
  p <- maximum(a, n, c, m, path); q <- path(p)
  if (compare == "odds")
    return(n * (a / n - p) * sqrt((1 / (n * p * (1 - p)) + 1 / (m * q * (1 - q))) * (N - 1) / N))
  gap <- if (compare == "diff") a / n - c / m - value else a / n - value * c / m
  weight <- if (compare == "diff") 1 else value^2
  gap / sqrt((p * (1 - p) / n + weight * q * (1 - q) / m) * N / (N - 1))
}
ends <- function(t, compare) {
  z <- qnorm(0.975)
  f <- function(place, side) score(t[1], t[2], t[3], t[4], compare,
                                   if (compare == "diff") place else exp(place)) - side * z
  middle <- if (compare == "diff") t[1] / (t[1] + t[2]) - t[3] / (t[3] + t[4])
            else if (compare == "ratio") log(t[1] / (t[1] + t[2]) / (t[3] / (t[3] + t[4])))
            else log(t[1] * t[4] / (t[2] * t[3]))
  reach <- if (compare == "diff") c(-0.999, 0.999) else c(-12, 12)
  found <- c(uniroot(f, c(reach[1], middle), side = 1, tol = 1e-13)$root,
             uniroot(f, c(middle, reach[2]), side = -1, tol = 1e-13)$root)
  if (compare == "diff") found else exp(found)
}
exact <- function(t) {   # the conditional distribution of the first cell at an odds ratio
  x <- max(0, t[1] + t[3] - (t[3] + t[4])):min(t[1] + t[2], t[1] + t[3])
  base <- dhyper(x, t[1] + t[2], t[3] + t[4], t[1] + t[3], log = TRUE)
  tail <- function(place, above) {
    p <- exp(base + x * place - max(base + x * place)); p <- p / sum(p)
    sum(p[if (above) x >= t[1] else x <= t[1]]) - 0.025
  }
  low <- if (t[1] == min(x)) 0 else exp(uniroot(tail, c(-20, 20), above = TRUE, tol = 1e-13)$root)
  high <- if (t[1] == max(x)) Inf else exp(uniroot(tail, c(-20, 20), above = FALSE, tol = 1e-13)$root)
  c(low, high)
}
tables <- list(c(5, 1, 7, 48), c(5, 2, 15, 58), c(15, 9, 12, 25), c(3, 31, 7, 24))
for (t in tables) {
  at <- paste(t, collapse = " ")
  f <- fisher.test(matrix(t, 2, byrow = TRUE))
  keep(paste(at, "Fisher"), f$p.value)
  wald <- epitools::oddsratio.wald(matrix(t, 2, byrow = TRUE), rev = "both")$measure[2, ]
  keep(paste(at, "odds ratio"), wald[1]); keep(paste(at, "Woolf low"), wald[2]); keep(paste(at, "Woolf high"), wald[3])
  risk <- epitools::riskratio.wald(matrix(t, 2, byrow = TRUE), rev = "both")$measure[2, ]
  keep(paste(at, "relative risk"), risk[1])
  keep(paste(at, "Katz low"), risk[2]); keep(paste(at, "Katz high"), risk[3])
  for (compare in c("odds", "ratio", "diff")) {
    e <- ends(t, compare)
    keep(paste(at, compare, "score low"), e[1]); keep(paste(at, compare, "score high"), e[2])
  }
}
for (t in c(tables, list(c(0, 5, 7, 48), c(3, 0, 4, 5)))) {
  e <- exact(t); at <- paste(t, collapse = " ")
  keep(paste(at, "exact low"), e[1]); keep(paste(at, "exact high"), e[2])
}

# Over strata: smoking and low weight at birth, by race.
strata <- table(factor(b$smoke, c(1, 0)), factor(b$low, c(1, 0)), b$race)
mh <- mantelhaen.test(strata, correct = FALSE)
keep("smoke over race, Mantel-Haenszel", mh$estimate)
keep("smoke over race, low", mh$conf.int[1]); keep("smoke over race, high", mh$conf.int[2])
keep("smoke over race, P", mh$p.value)
psi <- mh$estimate; breslow <- 0; gap <- 0; variance <- 0
for (k in 1:dim(strata)[3]) {
  t <- strata[, , k]; n <- sum(t[1, ]); m <- sum(t[2, ]); s <- sum(t[, 1])
  balance <- function(a) a * (m - s + a) / ((n - a) * (s - a)) - psi
  a <- uniroot(balance, c(max(0, s - m) + 1e-9, min(n, s) - 1e-9), tol = 1e-13)$root
  v <- 1 / (1 / a + 1 / (n - a) + 1 / (s - a) + 1 / (m - s + a))
  breslow <- breslow + (t[1, 1] - a)^2 / v; gap <- gap + t[1, 1] - a; variance <- variance + v
}
keep("smoke over race, Breslow-Day", pchisq(breslow - gap^2 / variance, dim(strata)[3] - 1, lower.tail = FALSE))

# Logistic regression, and Firth's where a variable separates.
fit <- glm(low ~ age + lwt + factor(race) + smoke + ht + ui, binomial, b, control = list(epsilon = 1e-14))
ci <- confint.default(fit)
p <- summary(fit)$coefficients[, 4]
for (name in names(coef(fit))[-1]) {
  keep(paste("model", name), exp(coef(fit)[name]))
  keep(paste("model", name, "low"), exp(ci[name, 1])); keep(paste("model", name, "high"), exp(ci[name, 2]))
  keep(paste("model", name, "P"), p[name])
}
s <- read.csv(file.path(folder, "clinical_separated.csv"))
firth <- glm(y ~ x1 + x2, binomial, s, method = "brglmFit", type = "AS_mean",
             control = list(epsilon = 1e-12, maxit = 1000))
for (name in c("x1", "x2")) keep(paste("Firth", name), coef(firth)[name])

out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
writeLines(c(paste0("# ", R.version.string, ", MASS ", packageVersion("MASS"), ", epitools ",
                    packageVersion("epitools"), ", brglm2 ", packageVersion("brglm2"))),
           file.path(folder, "clinical_r.csv"))
suppressWarnings(write.table(out, file.path(folder, "clinical_r.csv"), sep = ",", row.names = FALSE, quote = TRUE,
                             append = TRUE))
