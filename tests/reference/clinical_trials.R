# Reference values of survival of lung and colon (R's survival) and of tables of vcd, for tests/clinical.
# Rscript tests/reference/clinical_trials.R in the project's folder; writes clinical_trials_r.csv and the data sets.
suppressMessages({library(survival); library(cmprsk)})
folder <- "tests/reference"
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)

l <- lung
names(l) <- sub(".", "_", names(l), fixed = TRUE); names(l) <- sub(".", "_", names(l), fixed = TRUE)
l$entry <- pmax(0, l$time - 300)
write.csv(l, file.path(folder, "clinical_lung.csv"), row.names = FALSE, quote = FALSE, na = "")
deaths <- subset(colon, etype == 2, c(id, rx, sex, age, obstruct, nodes, differ, time, status))
first <- subset(colon, etype == 1)
# What came first: recurrence, death without it, or neither.
deaths$first_time <- first$time
deaths$first <- ifelse(first$status == 1, "recurrence", ifelse(deaths$status == 1, "death", "none"))
deaths$first_time <- ifelse(deaths$first == "death", deaths$time, deaths$first_time)
write.csv(deaths, file.path(folder, "clinical_colon.csv"), row.names = FALSE, quote = FALSE, na = "")
deaths$rx <- factor(deaths$rx, c("Obs", "Lev", "Lev+5FU"))

curves <- function(name, fit, until, times) {
  t <- summary(fit, rmean = until)$table
  if (is.null(dim(t))) t <- t(as.matrix(t))
  for (i in seq_len(nrow(t))) {
    at <- paste(name, i)
    keep(paste(at, "median"), t[i, "median"]); keep(paste(at, "median low"), t[i, "0.95LCL"])
    keep(paste(at, "median high"), t[i, "0.95UCL"])
    keep(paste(at, "mean"), t[i, "rmean"]); keep(paste(at, "mean se"), t[i, "se(rmean)"])
  }
  s <- summary(fit, times = times, extend = TRUE)
  for (part in c("surv", "lower", "upper", "n.risk")) for (i in seq_along(s[[part]]))
    keep(paste(name, part, i), s[[part]][i])
}
rank <- function(name, formula, data, rho = 0) {
  fit <- do.call(survdiff, list(formula, as.name(data), rho = rho))
  keep(name, fit$chisq); keep(paste(name, "P"), fit$pvalue)
  expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
  if (rho == 0) for (i in seq_along(expected)) keep(paste(name, "expected", i), expected[i])
}
model <- function(name, formula, data) {
  fit <- do.call(coxph, list(formula, as.name(data), ties = "efron",
                             control = coxph.control(eps = 1e-11, toler.chol = 1e-12, iter.max = 100)))
  s <- summary(fit); zph <- cox.zph(fit, terms = FALSE)$table
  for (i in seq_along(coef(fit))) {
    at <- paste(name, i)
    keep(at, exp(coef(fit)[i])); keep(paste(at, "low"), s$conf.int[i, 3]); keep(paste(at, "high"), s$conf.int[i, 4])
    keep(paste(at, "P"), s$coefficients[i, 5]); keep(paste(at, "zph"), zph[i, 3])
  }
  keep(paste(name, "zph all"), zph["GLOBAL", 3]); keep(paste(name, "concordance"), concordance(fit)$concordance)
  keep(paste(name, "log likelihood"), fit$loglik[2])
}
curves("lung sex", survfit(Surv(time, status) ~ sex, l, conf.type = "log-log"), 700, c(100, 300, 600))
curves("lung entry", survfit(Surv(entry, time, status) ~ 1, l, conf.type = "log-log"), 700, c(100, 300, 600))
curves("colon rx", survfit(Surv(time, status) ~ rx, deaths, conf.type = "log-log"), 2500, c(500, 1500, 2500))
rank("lung log-rank sex", Surv(time, status) ~ sex, "l")
rank("lung log-rank sex over ph_ecog", Surv(time, status) ~ sex + strata(ph_ecog), "l")
rank("lung Fleming-Harrington sex", Surv(time, status) ~ sex, "l", 1)
rank("colon log-rank rx", Surv(time, status) ~ rx, "deaths")
rank("colon log-rank rx over obstruct", Surv(time, status) ~ rx + strata(obstruct), "deaths")
rank("colon Fleming-Harrington rx", Surv(time, status) ~ rx, "deaths", 1)
model("lung cox", Surv(time, status) ~ age + sex + ph_karno + wt_loss, "l")
model("lung cox over inst", Surv(time, status) ~ age + sex + strata(inst), "l")
model("lung cox entry", Surv(entry, time, status) ~ age + sex, "l")
model("colon cox", Surv(time, status) ~ rx + sex + age + nodes, "deaths")
model("colon cox over differ", Surv(time, status) ~ rx + nodes + strata(differ), "deaths")

# Competing events: what came first in colon, and a small set with many ties.
competing <- function(name, d, times) {
  tests <- cuminc(d$time, d$kind, d$group, cencode = "none")$Tests
  for (cause in c("recurrence", "death")) {
    keep(paste(name, cause, "Gray"), tests[cause, "stat"]); keep(paste(name, cause, "Gray P"), tests[cause, "pv"])
  }
  s <- summary(survfit(Surv(time, kind) ~ group, d, conf.type = "log-log"), times = times, extend = TRUE)
  for (k in 2:3) for (i in seq_along(s$time)) {
    at <- paste(name, c("", "recurrence", "death")[k], i)
    keep(at, s$pstate[i, k]); keep(paste(at, "error"), s$std.err[i, k])
    keep(paste(at, "low"), s$lower[i, k]); keep(paste(at, "high"), s$upper[i, k])
  }
}
kinds <- c("none", "recurrence", "death")
first_events <- data.frame(time = deaths$first_time, kind = factor(deaths$first, kinds), group = deaths$rx)
competing("colon first", first_events, c(500, 1500, 2500))
ties <- data.frame(time = c(1, 4, 1, 2, 5, 7, 2, 3, 6, 3, 3, 8, 1, 1, 2, 3, 3, 4, 4, 4, 5, 6, 6, 8),
                   kind = factor(kinds[c(2, 2, 1, 3, 3, 1, 2, 2, 1, 3, 2, 1, 3, 2, 2, 2, 3, 1, 3, 3, 2, 2, 1, 1)], kinds),
                   group = rep(1:2, each = 12))
competing("ties", ties, c(3, 6))
late <- transform(first_events, entry = pmax(0, time - 800), id = seq_len(nrow(first_events)))
s <- summary(survfit(Surv(entry, time, kind) ~ 1, late, id = id, conf.type = "log-log"), times = c(500, 1500, 2500))
for (i in 1:3) { keep(paste("late recurrence", i), s$pstate[i, 2]); keep(paste("late recurrence", i, "error"), s$std.err[i, 2]) }

# Firth's penalty where no patient of a level has the event: survival's own likelihood (Efron) and information at a
# coefficient, maximized; profiles to the ends of the intervals. The marker is of patients censored after day 400.
l$marker <- as.numeric(l$status == 1 & l$time > 400)
firth <- function(name, formula, terms) {
  at <- function(beta) {
    fit <- suppressWarnings(coxph(formula, l, init = beta, ties = "efron", control = coxph.control(iter.max = 0)))
    fit$loglik[1] - log(det(as.matrix(vcov(fit)))) / 2
  }
  top <- function(f) optimize(f, c(-9, 5), maximum = TRUE, tol = 1e-11)
  largest <- function(fixed = NULL, value = 0) {
    whole <- function(b, j) { beta <- numeric(terms); beta[j] <- b; if (length(fixed)) beta[fixed] <- value; beta }
    free <- setdiff(seq_len(terms), fixed)
    if (!length(free)) return(list(value = at(whole(0, integer(0)))))
    if (length(free) == 1) {
      found <- top(function(b) at(whole(b, free)))
      return(list(beta = whole(found$maximum, free), value = found$objective))
    }
    outer <- top(function(b) top(function(other) at(c(b, other)))$objective)
    inner <- top(function(other) at(c(outer$maximum, other)))
    list(beta = c(outer$maximum, inner$maximum), value = inner$objective)
  }
  best <- largest(); limit <- best$value - qchisq(0.95, 1) / 2
  for (j in seq_len(terms)) {
    end <- function(far) uniroot(function(b) largest(j, b)$value - limit, sort(c(best$beta[j], far)), tol = 1e-9)$root
    keep(paste(name, j), exp(best$beta[j]))
    keep(paste(name, j, "low"), exp(end(best$beta[j] - 7))); keep(paste(name, j, "high"), exp(end(best$beta[j] + 4)))
    keep(paste(name, j, "P"), pchisq(2 * (best$value - largest(j)$value), 1, lower.tail = FALSE))
  }
}
firth("lung Firth marker", Surv(time, status) ~ marker, 1)
firth("lung Firth marker and sex", Surv(time, status) ~ marker + sex, 2)

# A two-by-two table of vcd: improved or not by treatment, over sex.
a <- get(data("Arthritis", package = "vcd"))
better <- factor(a$Improved != "None", c(TRUE, FALSE)); treated <- factor(a$Treatment == "Treated", c(TRUE, FALSE))
t <- table(treated, better);
for (i in 1:4) keep(paste("Arthritis count", i), c(t[1, 1], t[1, 2], t[2, 1], t[2, 2])[i])
wald <- epitools::oddsratio.wald(t, rev = "both")$measure[2, ]
risk <- epitools::riskratio.wald(t, rev = "both")$measure[2, ]
odds <- summary(vcd::loddsratio(t)); keep("Arthritis log odds ratio", odds[1, 1]); keep("Arthritis its error", odds[1, 2])
for (i in 1:3) { keep(paste("Arthritis odds ratio", i), wald[i]); keep(paste("Arthritis relative risk", i), risk[i]) }
keep("Arthritis Fisher", fisher.test(t)$p.value)
mh <- mantelhaen.test(table(treated, better, a$Sex), correct = FALSE)
keep("Arthritis Mantel-Haenszel", mh$estimate); keep("Arthritis Mantel-Haenszel low", mh$conf.int[1])
keep("Arthritis Mantel-Haenszel high", mh$conf.int[2]); keep("Arthritis Mantel-Haenszel P", mh$p.value)
s <- table(treated, better, a$Sex)
for (k in 1:2) for (i in 1:4) keep(paste("Arthritis stratum", k, i), c(s[1, 1, k], s[1, 2, k], s[2, 1, k], s[2, 2, k])[i])

out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
writeLines(paste0("# ", R.version.string, ", survival ", packageVersion("survival"), ", cmprsk ",
                  packageVersion("cmprsk"), ", vcd ", packageVersion("vcd"), ", epitools ", packageVersion("epitools")),
           file.path(folder, "clinical_trials_r.csv"))
suppressWarnings(write.table(out, file.path(folder, "clinical_trials_r.csv"), sep = ",", row.names = FALSE,
                             quote = TRUE, append = TRUE))
