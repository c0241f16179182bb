# Reference values of tests/meta/test_kernels.py, by metafor: Rscript tests/reference/meta.R (in tests/reference).
# Reads meta_fixture.csv; writes meta_metafor.csv (one row per miRNA with two or more studies),
# meta_leave_one_out.csv and meta_versions.csv.
suppressPackageStartupMessages(library(metafor))
options(digits = 17)
rows <- read.csv("meta_fixture.csv")
combined <- NULL
left_out <- NULL
for (i in sort(unique(rows$mirna))) {
  own <- rows[rows$mirna == i, ]
  if (nrow(own) < 2) next
  fixed <- rma(yi = own$effect, sei = own$se, method = "FE")
  random <- rma(yi = own$effect, sei = own$se, method = "DL", test = "z")
  knha <- rma(yi = own$effect, sei = own$se, method = "DL", test = "knha")
  adhoc <- rma(yi = own$effect, sei = own$se, method = "DL", test = "adhoc")
  p <- 2 * pnorm(-abs(own$effect / own$se))
  toward <- p / 2
  one_sided <- sapply(list(own$effect > 0, own$effect <= 0), function(side)
    pchisq(-2 * sum(ifelse(side, log(toward), log1p(-toward))), 2 * nrow(own), lower.tail = FALSE))
  w <- sqrt(own$n)
  z <- sum(w * sign(own$effect) * qnorm(toward, lower.tail = FALSE)) / sqrt(sum(w^2))
  combined <- rbind(combined, data.frame(
    mirna = i, k = nrow(own),
    fixed = as.numeric(fixed$beta), fixed_se = fixed$se, fixed_low = fixed$ci.lb, fixed_high = fixed$ci.ub,
    fixed_p = fixed$pval,
    random = as.numeric(random$beta), random_se = random$se, random_low = random$ci.lb,
    random_high = random$ci.ub, random_p = random$pval,
    knha_se = knha$se, knha_low = knha$ci.lb, knha_high = knha$ci.ub, knha_p = knha$pval,
    adhoc_se = adhoc$se, adhoc_low = adhoc$ci.lb, adhoc_high = adhoc$ci.ub, adhoc_p = adhoc$pval,
    q = random$QE, q_p = random$QEp, i2 = random$I2 / 100, tau2 = random$tau2,
    fisher = min(1, 2 * min(one_sided)), stouffer_z = z, stouffer = 2 * pnorm(-abs(z))))
  if (nrow(own) < 3) next
  without <- leave1out(random)
  left_out <- rbind(left_out, data.frame(
    mirna = i, study = own$study, effect = without$estimate, se = without$se, p = without$pval))
}
write.csv(format(combined, digits = 16, trim = TRUE), "meta_metafor.csv", row.names = FALSE, quote = FALSE)
write.csv(format(left_out, digits = 16, trim = TRUE), "meta_leave_one_out.csv", row.names = FALSE, quote = FALSE)
versions <- data.frame(what = c("R", "metafor"),
                       version = c(as.character(getRversion()), as.character(packageVersion("metafor"))))
write.csv(versions, "meta_versions.csv", row.names = FALSE, quote = FALSE)
