# Reference values of sequencing counts: edgeR's factors, filter and log-CPM; limma's voom, with and without weights of
# samples and blocks, and the moderated fit of each. R 4.5.0, limma 3.62.2, edgeR 4.4.2, statmod 1.5.0 (Debian 13). Run
# in this folder:
#
#   Rscript counts.R
suppressMessages({ library(limma); library(edgeR); library(statmod) })

number <- function(x) ifelse(is.na(x), "NA", sprintf("%.17g", x))
write_csv <- function(table, file) write.table(table, file, sep = ",", quote = FALSE, row.names = FALSE)

counts <- as.matrix(read.csv("counts_fixture.csv", row.names = 1))
samples <- read.csv("counts_samples.csv")
few <- c(paste0("A", 1:4), paste0("B", 1:5))  # 4 + 5 samples, besides all 12 + 12
sets <- list(all = samples$sample, few = few)

factors <- NULL
filtered <- NULL
for (set in names(sets)) {
  y <- counts[, sets[[set]]]
  group <- factor(samples$group[match(colnames(y), samples$sample)])
  keep <- filterByExpr(y, group = group)
  filtered <- rbind(filtered, data.frame(
    set = set, ID = rownames(y), group = as.integer(keep),
    design = as.integer(filterByExpr(y, design = model.matrix(~ group))),
    strict = as.integer(filterByExpr(y, group = group, min.count = 50, min.total.count = 2000)),
    one = as.integer(filterByExpr(y))))
  for (rows in c("all", "kept")) {
    own <- if (rows == "all") y else y[keep, ]
    for (method in c("TMM", "RLE", "upperquartile"))
      factors <- rbind(factors, data.frame(set = set, rows = rows, sample = colnames(y), method = method,
                                           factor = number(calcNormFactors(own, method = method))))
  }
}
write_csv(factors, "counts_factors.csv")
write_csv(filtered, "counts_filtered.csv")

log_cpm <- NULL
weights <- NULL
of_samples <- NULL
tests <- NULL
for (set in names(sets)) {
  y <- DGEList(counts[, sets[[set]]])
  at <- match(colnames(y), samples$sample)
  group <- factor(samples$group[at])
  patient <- factor(samples$patient[at])
  design <- model.matrix(~ group)
  y <- y[filterByExpr(y, group = group), , keep.lib.sizes = FALSE]
  y <- normLibSizes(y)
  log_cpm <- rbind(log_cpm, data.frame(set = set, ID = rep(rownames(y), ncol(y)),
                                       sample = rep(colnames(y), each = nrow(y)),
                                       cpm = number(as.vector(cpm(y, log = TRUE))),
                                       voom = number(as.vector(voom(y, design)$E))))
  twice <- function(make) {  # the correlation within patients, and voom with it, each twice
    v <- make(NULL)
    rho <- duplicateCorrelation(v, design, block = patient)$consensus.correlation
    v <- make(rho)
    list(v = v, rho = duplicateCorrelation(v, design, block = patient)$consensus.correlation)
  }
  cases <- list(
    voom = list(v = voom(y, design)),
    none = list(v = voom(DGEList(y$counts), design)),
    quality = list(v = voomWithQualityWeights(y, design)))
  if (set == "all") {
    cases$pair <- list(v = voom(y, model.matrix(~ group + patient)), design = model.matrix(~ group + patient))
    cases$block <- list(v = voom(y, design, block = patient, correlation = 0.3), rho = 0.3)
    cases$twice <- twice(function(rho) if (is.null(rho)) voom(y, design) else
                         voom(y, design, block = patient, correlation = rho))
  }
  for (name in names(cases)) {
    case <- cases[[name]]
    own <- if (is.null(case$design)) design else case$design
    fit <- if (is.null(case$rho)) lmFit(case$v, own) else
      lmFit(case$v, own, block = patient, correlation = case$rho)
    fit <- eBayes(fit)
    tests <- rbind(tests, data.frame(
      set = set, case = name, ID = rownames(y), logFC = number(fit$coefficients[, "groupB"]),
      t = number(fit$t[, "groupB"]), P = number(fit$p.value[, "groupB"]), B = number(fit$lods[, "groupB"]),
      rho = number(if (is.null(case$rho)) NA else case$rho)))
    weights <- rbind(weights, data.frame(set = set, case = name, ID = rep(rownames(y), ncol(y)),
                                         sample = rep(colnames(y), each = nrow(y)),
                                         weight = number(as.vector(case$v$weights))))
    if (!is.null(case$v$targets$sample.weights))
      of_samples <- rbind(of_samples, data.frame(set = set, case = name, sample = colnames(y),
                                                 weight = number(case$v$targets$sample.weights)))
  }
  fit <- eBayes(lmFit(cpm(y, log = TRUE), design), trend = TRUE)
  tests <- rbind(tests, data.frame(
    set = set, case = "trend", ID = rownames(y), logFC = number(fit$coefficients[, "groupB"]),
    t = number(fit$t[, "groupB"]), P = number(fit$p.value[, "groupB"]), B = number(fit$lods[, "groupB"]), rho = "NA"))
}
write_csv(log_cpm[log_cpm$set == "few", -1], "counts_log_cpm.csv")
write_csv(weights[weights$set == "few" | weights$sample %in% c("A3", "B7"), ], "counts_weights.csv")
write_csv(of_samples, "counts_sample_weights.csv")
write_csv(tests, "counts_limma.csv")
cat(R.version.string, "limma", as.character(packageVersion("limma")), "edgeR", as.character(packageVersion("edgeR")),
    "statmod", as.character(packageVersion("statmod")), "\n")
