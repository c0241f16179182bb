# How often P is at most 0.05 where nothing changes, with the arrays' weights estimated (limma's by REML, iterated on) and
# without, in the files that array_weights_null.py wrote. Run in this folder:
#
#   python array_weights_null.py FOLDER && Rscript array_weights_null.R FOLDER
suppressMessages(library(limma))

folder <- commandArgs(trailingOnly = TRUE)[1]
shares <- function(file) {
  values <- as.matrix(read.csv(file.path(folder, file), header = FALSE))
  parts <- strsplit(sub("[.]csv$", "", file), "_")[[1]]
  sizes <- as.integer(strsplit(parts[1], "[+]")[[1]])
  design <- cbind(1, rep(0:1, sizes))
  weights <- suppressWarnings(arrayWeights(values, design, method = "reml", tol = 1e-15, maxiter = 5000))
  share <- function(...) mean(eBayes(lmFit(values, design, ...))$p.value[, 2] <= 0.05)
  data.frame(arrays = parts[1], sd = parts[2], seed = parts[3], weighted = share(weights = weights), plain = share(),
             weights = paste(sprintf("%.9g", weights), collapse = " "))
}
write.table(do.call(rbind, lapply(sort(list.files(folder, "[.]csv$")), shares)), "array_weights_null.csv", sep = ",",
            quote = FALSE, row.names = FALSE)
cat(R.version.string, "limma", as.character(packageVersion("limma")), "\n")
