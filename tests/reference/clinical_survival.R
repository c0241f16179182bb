# Reference values of survival, for tests/clinical. Rscript tests/reference/clinical_survival.R in the project's folder;
# writes clinical_survival_r.csv and the data set they are of: veteran of R's survival (Kalbfleisch and Prentice 1980).
suppressMessages(library(survival))
folder <- "tests/reference"
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)
v <- veteran
v$celltype <- as.character(v$celltype)
v$entry <- pmin(v$diagtime / 10, v$time - 0.5)
write.csv(v, file.path(folder, "clinical_veteran.csv"), row.names = FALSE, quote = FALSE)
v$celltype <- factor(v$celltype, c("squamous", "smallcell", "adeno", "large"))

curves <- function(name, fit, until) {
  t <- summary(fit, rmean = until)$table
  if (is.null(dim(t))) t <- t(as.matrix(t))
  for (i in seq_len(nrow(t))) {
    at <- paste(name, i)
    keep(paste(at, "median"), t[i, "median"]); keep(paste(at, "median low"), t[i, "0.95LCL"])
    keep(paste(at, "median high"), t[i, "0.95UCL"])
    keep(paste(at, "mean"), t[i, "rmean"]); keep(paste(at, "mean se"), t[i, "se(rmean)"])
  }
  s <- summary(fit, times = c(50, 100, 200), extend = TRUE)
  for (part in c("surv", "lower", "upper", "n.risk")) for (i in seq_along(s[[part]]))
    keep(paste(name, part, i), s[[part]][i])
}
curves("trt", survfit(Surv(time, status) ~ trt, v, conf.type = "log-log"), 300)
curves("entry", survfit(Surv(entry, time, status) ~ 1, v, conf.type = "log-log"), 300)
rank <- function(name, formula, rho = 0) {
  fit <- survdiff(formula, v, rho = rho)
  keep(name, fit$chisq); keep(paste(name, "P"), fit$pvalue)
  expected <- if (is.matrix(fit$exp)) rowSums(fit$exp) else fit$exp
  if (rho == 0) for (i in seq_along(expected)) keep(paste(name, "expected", i), expected[i])
}
rank("log-rank celltype", Surv(time, status) ~ celltype)
rank("Fleming-Harrington celltype", Surv(time, status) ~ celltype, 1)
rank("log-rank trt over celltype", Surv(time, status) ~ trt + strata(celltype))
model <- function(name, formula) {
  fit <- coxph(formula, v, ties = "efron", control = coxph.control(eps = 1e-11, toler.chol = 1e-12, iter.max = 100))
  s <- summary(fit); zph <- cox.zph(fit, terms = FALSE)$table
  for (i in seq_along(coef(fit))) {
    at <- paste(name, i)
    keep(at, exp(coef(fit)[i])); keep(paste(at, "low"), s$conf.int[i, 3]); keep(paste(at, "high"), s$conf.int[i, 4])
    keep(paste(at, "P"), s$coefficients[i, 5]); keep(paste(at, "zph"), zph[i, 3])
  }
  keep(paste(name, "zph all"), zph["GLOBAL", 3]); keep(paste(name, "concordance"), concordance(fit)$concordance)
}
model("cox", Surv(time, status) ~ karno + age + trt + celltype)
model("cox over celltype", Surv(time, status) ~ karno + trt + strata(celltype))
model("cox entry", Surv(entry, time, status) ~ karno + age)

out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
writeLines(paste0("# ", R.version.string, ", survival ", packageVersion("survival")),
           file.path(folder, "clinical_survival_r.csv"))
suppressWarnings(write.table(out, file.path(folder, "clinical_survival_r.csv"), sep = ",", row.names = FALSE,
                             quote = TRUE, append = TRUE))
