# Reference values of analyses of variance, interactions and best cut-offs, for tests/clinical.
# Rscript tests/reference/clinical_levels.R in the project's folder, after clinical.R and clinical_trials.R, whose data
# sets it reads; writes clinical_levels_r.csv.
suppressMessages({library(survival); library(car); library(maxstat)})
folder <- "tests/reference"
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)
b <- read.csv(file.path(folder, "clinical_birthwt.csv"))
b$race <- factor(b$race); b$smoke <- factor(b$smoke); b$visits <- factor(pmin(b$ftv, 3))
l <- read.csv(file.path(folder, "clinical_lung.csv"))

anova2 <- function(name, formula) {
  t <- Anova(lm(formula, b), type = 2)
  for (term in setdiff(rownames(t), "Residuals")) {
    keep(paste(name, term, "sum"), t[term, "Sum Sq"]); keep(paste(name, term, "F"), t[term, "F value"])
    keep(paste(name, term, "P"), t[term, "Pr(>F)"])
  }
}
anova2("bwt", bwt ~ race * smoke)
anova2("bwt and age", bwt ~ race * smoke + age)
anova2("bwt three", bwt ~ race * smoke * visits)
# Levels in an order: F, and the linear contrast.
own <- summary(lm(bwt ~ ordered(visits), b))
keep("visits F", own$fstatistic[1]); keep("visits P", anova(lm(bwt ~ visits, b))[1, "Pr(>F)"])
keep("visits linear P", own$coefficients["ordered(visits).L", 4])
means <- tapply(b$bwt, b$visits, mean); keep("visits change", coef(lm(means ~ I(0:3)))[2])

ratio <- function(name, with, without, term) {
  test <- anova(without, with, test = "LRT")
  p <- test[[grep("Pr|P\\(", names(test))]][2]
  keep(paste(name, "P"), p)
  if (!is.null(term)) keep(paste(name, "ratio"), exp(coef(with)[term]))
}
tight <- list(epsilon = 1e-14, maxit = 100)
fit <- function(formula) glm(formula, binomial, b, control = tight)
ratio("low lwt by smoke", fit(low ~ lwt * smoke), fit(low ~ lwt + smoke), "lwt:smoke1")
ratio("low lwt by race", fit(low ~ lwt * race + age), fit(low ~ lwt + race + age), NULL)
ratio("low lwt by age", fit(low ~ lwt * age), fit(low ~ lwt + age), "lwt:age")
tight <- coxph.control(eps = 1e-12, toler.chol = 1e-13, iter.max = 100)
fit <- function(formula) do.call(coxph, list(formula, as.name("l"), control = tight))
ratio("lung age by sex", fit(Surv(time, status) ~ age * sex), fit(Surv(time, status) ~ age + sex), "age:sex")

# Best cut-offs. Times all differ: maxstat's scores of ties are not those of the log-rank test.
l$times <- l$time + seq_len(nrow(l)) / 1000
cut <- function(name, formula, data, method) {
  m <- maxstat.test(formula, data, smethod = method, pmethod = "Lau92")
  keep(paste(name, "statistic"), m$statistic); keep(paste(name, "cut-off"), m$estimate); keep(paste(name, "P"), m$p.value)
  set.seed(1); m <- maxstat.test(formula, data, smethod = method, pmethod = "condMC", B = 100000)
  keep(paste(name, "P of random orders"), m$p.value)
}
cut("lung age", Surv(times, status) ~ age, l, "LogRank")
cut("lung karno", Surv(times, status) ~ ph_karno, l[!is.na(l$ph_karno), ], "LogRank")
cut("low lwt", low ~ lwt, b, "Data")

out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
writeLines(paste0("# ", R.version.string, ", survival ", packageVersion("survival"), ", car ", packageVersion("car"),
                  ", maxstat ", packageVersion("maxstat")), file.path(folder, "clinical_levels_r.csv"))
suppressWarnings(write.table(out, file.path(folder, "clinical_levels_r.csv"), sep = ",", row.names = FALSE,
                             quote = TRUE, append = TRUE))
