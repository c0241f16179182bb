# Reference values of the tests within pairs, B against A of the same patients in models_fixture.csv, and of the
# ordinary t in linear models. Run in this folder:
#
#   Rscript paired.R
number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
write_csv <- function(table, file) write.table(table, file, sep = ",", quote = FALSE, row.names = FALSE)

table <- read.csv("models_fixture.csv", check.names = FALSE)
values <- as.matrix(table[, -(1:2)])
samples <- read.csv("models_samples.csv", stringsAsFactors = TRUE)
differences <- values[, 5:8] - values[, 1:4]

# Ordinary t of B - A by lm: with patients (A and B alone), and with batch and age (all groups).
t_of <- function(y, formula, used) {
  d <- cbind(samples, y = y)[used, ]
  d <- d[!is.na(d$y), ]
  if (nlevels(droplevels(d$group)) < 2 || !all(c("A", "B") %in% d$group)) return(c(NA, NA))
  d$group <- relevel(droplevels(d$group), "A")
  d <- droplevels(d)
  terms <- attr(terms(formula), "term.labels")
  varying <- terms[sapply(terms, function(v) length(unique(d[[v]])) > 1)]
  fit <- summary(lm(reformulate(varying, "y"), d))
  if (!"groupB" %in% rownames(fit$coefficients) || fit$df[2] == 0) return(c(NA, NA))
  fit$coefficients["groupB", 3:4]
}
each <- function(formula, used) suppressWarnings(t(apply(values, 1, t_of, formula, used)))
paired_t <- each(y ~ group + patient, 1:8)
adjusted_t <- each(y ~ group + batch + age, 1:12)

signed <- t(apply(differences, 1, function(d) {
  d <- d[!is.na(d) & d != 0]
  if (!length(d)) return(c(NA, NA))
  test <- wilcox.test(d, exact = TRUE)
  c(test$statistic, test$p.value)
}))

# SAM's statistic for pairs of the complete rows, and P over all other choices of signs, in base R.
complete <- differences[1:80, ]
invisible(capture.output(sam <- samr::samr(
  list(x = values[1:80, 1:8], y = c(-(1:4), 1:4), geneid = 1:80, genenames = 1:80, logged2 = TRUE),
  resp.type = "Two class paired", nperms = 10, random.seed = 1)))
signs <- as.matrix(expand.grid(rep(list(c(1, -1)), 4)))[-1, ]
d_of <- function(s) apply(sweep(complete, 2, s, "*"), 1, function(d) mean(d) / (sd(d) / 2 + sam$s0))
permuted <- abs(apply(signs, 1, d_of))
p <- sapply(sam$tt, function(d) (sum(permuted >= abs(d) * (1 - 1e-9)) + 1) / (length(permuted) + 1))

write_csv(data.frame(ID = table$ID, t.paired = number(paired_t[, 1]), P.paired = number(paired_t[, 2]),
                     t.adjusted = number(adjusted_t[, 1]), P.adjusted = number(adjusted_t[, 2]),
                     W = number(signed[, 1]), P.signed = number(signed[, 2]),
                     d = number(c(sam$tt, rep(NA, 80))), P.flips = number(c(p, rep(NA, 80)))), "paired_r.csv")
cat(R.version.string, "samr", as.character(packageVersion("samr")), "s0", number(sam$s0), "\n")
