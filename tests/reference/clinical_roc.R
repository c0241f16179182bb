# Reference values of ROC curves, for tests/clinical. Rscript tests/reference/clinical_roc.R in the project's folder;
# writes clinical_roc_r.csv and the data set they are of: aSAH of pROC (Turck et al. 2010).
suppressMessages(library(pROC))
data(aSAH)
folder <- "tests/reference"
write.csv(aSAH, file.path(folder, "clinical_asah.csv"), row.names = FALSE, quote = FALSE)
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)
aSAH$wfns <- as.numeric(aSAH$wfns)
curves <- lapply(c("s100b", "ndka", "wfns"), function(name)
  roc(aSAH$outcome, aSAH[[name]], levels = c("Good", "Poor"), direction = "<", quiet = TRUE))
names(curves) <- c("s100b", "ndka", "wfns")
for (name in names(curves)) {
  ci <- ci.auc(curves[[name]], method = "delong")
  keep(paste(name, "AUC"), ci[2]); keep(paste(name, "low"), ci[1]); keep(paste(name, "high"), ci[3])
  best <- coords(curves[[name]], "best", best.method = "youden", transpose = FALSE)[1, ]
  for (part in c("threshold", "sensitivity", "specificity")) keep(paste(name, part), best[[part]])
}
for (pair in list(c("s100b", "ndka"), c("s100b", "wfns"))) {
  test <- roc.test(curves[[pair[1]]], curves[[pair[2]]], method = "delong", paired = TRUE)
  keep(paste(paste(pair, collapse = " "), "z"), test$statistic); keep(paste(paste(pair, collapse = " "), "P"), test$p.value)
}
out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
writeLines(paste0("# ", R.version.string, ", pROC ", packageVersion("pROC")), file.path(folder, "clinical_roc_r.csv"))
suppressWarnings(write.table(out, file.path(folder, "clinical_roc_r.csv"), sep = ",", row.names = FALSE, quote = TRUE,
                             append = TRUE))
