# Reference values of tests/commands/test_meta.py, by limma and metafor: Rscript tests/reference/meta_arrays.R
# (in tests/reference). Reads meta_arrays_1.csv to _3.csv (meta_arrays.py); writes limma's topTable of each as
# meta_limma_1.csv to _3.csv, and meta_arrays_metafor.csv: their log2 ratios with limma's own standard errors
# combined, one row per miRNA of two or more studies.
suppressPackageStartupMessages({library(limma); library(metafor)})
options(digits = 17)
current <- c("hsa-miR-95" = "hsa-miR-95-3p", "hsa-miR-93" = "hsa-miR-93-5p", "hsa-miR-103" = "hsa-miR-103a-3p",
             "hsa-miR-21" = "hsa-miR-21-5p", "hsa-miR-16" = "hsa-miR-16-5p", "hsa-miR-451" = "hsa-miR-451a",
             "hsa-miR-126*" = "hsa-miR-126-5p")
all <- NULL
for (study in 1:3) {
  rows <- read.csv(sprintf("meta_arrays_%d.csv", study))
  values <- as.matrix(rows[, -(1:2)])
  tested <- as.numeric(substr(colnames(values), 1, 1) == "t")
  fit <- eBayes(lmFit(values, model.matrix(~ tested)))
  se <- fit$stdev.unscaled[, 2] * sqrt(fit$s2.post)
  top <- topTable(fit, coef = 2, number = Inf, sort.by = "none")
  top <- cbind(ID = rows$ID, Name = rows$Name, top)
  shown <- top[order(top$P.Value), ]
  shown[, -(1:2)] <- format(shown[, -(1:2)], digits = 12, trim = TRUE)
  write.csv(shown, sprintf("meta_limma_%d.csv", study), row.names = FALSE, quote = FALSE)
  name <- ifelse(rows$Name %in% names(current), current[rows$Name], rows$Name)
  if (study == 1) name[41] <- NA  # the second probe, of a lower level
  all <- rbind(all, data.frame(study = study, name = name, effect = top$logFC, se = se, p = top$P.Value,
                               n = ncol(values)))
}
combined <- NULL
for (mirna in sort(unique(all$name))) {
  own <- all[which(all$name == mirna), ]
  if (nrow(own) < 2) next
  fixed <- rma(yi = own$effect, sei = own$se, method = "FE")
  random <- rma(yi = own$effect, sei = own$se, method = "DL", test = "z")
  knha <- rma(yi = own$effect, sei = own$se, method = "DL", test = "knha")
  z <- sum(sqrt(own$n) * sign(own$effect) * qnorm(own$p / 2, lower.tail = FALSE)) / sqrt(sum(own$n))
  combined <- rbind(combined, data.frame(
    mirna = mirna, k = nrow(own), fixed = as.numeric(fixed$beta), fixed_p = fixed$pval,
    random = as.numeric(random$beta), random_low = random$ci.lb, random_high = random$ci.ub, random_p = random$pval,
    knha_low = knha$ci.lb, knha_high = knha$ci.ub, knha_p = knha$pval, q = random$QE, i2 = random$I2 / 100,
    tau2 = random$tau2, stouffer_p = 2 * pnorm(-abs(z))))
}
for (way in c("fixed", "random", "knha", "stouffer"))
  combined[[paste0(way, "_fdr")]] <- p.adjust(combined[[paste0(way, "_p")]], "BH")
write.csv(format(combined, digits = 12, trim = TRUE), "meta_arrays_metafor.csv", row.names = FALSE, quote = FALSE)
