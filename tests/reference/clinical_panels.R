# Reference values of panels, for tests/clinical. Rscript tests/reference/clinical_panels.R in the project's folder;
# writes clinical_panels_r.csv, and clinical_panels_risks.csv: risks of Hosmer and Lemeshow's births (as in MASS) by
# glm in five folds, the folds being the rows by turns.
suppressMessages({library(pROC); library(glmnet); library(rms)})
folder <- "tests/reference"
births <- read.csv(file.path(folder, "clinical_birthwt.csv"))
births <- births[1:180, ]  # folds of 36 each
n <- nrow(births)
y <- births$low
births$fold <- (seq_len(n) - 1) %% 5
births$risk <- NA
for (k in 0:4) {
  fit <- glm(low ~ age + lwt + smoke + ptl + ht + ui, binomial, births[births$fold != k, ])
  births$risk[births$fold == k] <- predict(fit, births[births$fold == k, ], type = "response")
}
births$risk <- round(births$risk, 6)
write.csv(births[c("low", "fold", "risk")], file.path(folder, "clinical_panels_risks.csv"), row.names = FALSE)
values <- list()
keep <- function(name, value) values[[name]] <<- as.numeric(value)

# The mean area within folds by pROC, and LeDell's interval from its definition: of a patient with the outcome the
# share of the fold's others with a smaller risk, less the fold's area, over the share of patients with the outcome.
areas <- squares <- c()
for (k in 0:4) {
  own <- births[births$fold == k, ]
  area <- as.numeric(auc(own$low, own$risk, levels = c(0, 1), direction = "<", quiet = TRUE))
  influence <- sapply(seq_len(nrow(own)), function(i) {
    others <- own$risk[own$low != own$low[i]]
    beyond <- if (own$low[i] == 1) others < own$risk[i] else others > own$risk[i]
    share <- mean(beyond + (others == own$risk[i]) / 2)
    (share - area) / mean(y == own$low[i])
  })
  areas <- c(areas, area)
  squares <- c(squares, mean(influence^2))
}
error <- sqrt(mean(squares) / n)
keep("area", mean(areas))
keep("area low", mean(areas) - qnorm(0.975) * error)
keep("area high", mean(areas) + qnorm(0.975) * error)

odds <- qlogis(births$risk)
keep("slope", coef(glm(y ~ odds, binomial, control = list(epsilon = 1e-14)))[2])
keep("intercept", coef(glm(y ~ offset(odds), binomial, control = list(epsilon = 1e-14)))[1])
of_rms <- val.prob(births$risk, y, pl = FALSE)
keep("slope by rms", of_rms["Slope"])
keep("brier by rms", of_rms["Brier"])
keep("pooled area", auc(y, births$risk, levels = c(0, 1), direction = "<", quiet = TRUE))

# Net benefit from its definition (Vickers and Elkin 2006); sensitivity and specificity at a risk of 0.3.
for (at in c(0.1, 0.3, 0.5)) {
  treated <- births$risk >= at
  keep(paste("benefit", at), (sum(treated & y == 1) - sum(treated & y == 0) * at / (1 - at)) / n)
}
keep("sensitivity", mean(births$risk[y == 1] >= 0.3))
keep("specificity", mean(births$risk[y == 0] < 0.3))
points <- coords(roc(y, births$risk, levels = c(0, 1), direction = "<", quiet = TRUE), "all", transpose = FALSE)
keep("sensitivity at specificity 0.9", max(points$sensitivity[points$specificity >= 0.9]))

# Ridge and elastic net of standardized values; the penalty is n times glmnet's lambda.
x <- scale(as.matrix(births[c("age", "lwt", "smoke", "ptl", "ht", "ui")]))
for (penalty in c(100, 10, 1)) for (alpha in c(0, 0.5)) {
  fit <- glmnet(x, y, "binomial", alpha = alpha, lambda = penalty / n, standardize = FALSE, thresh = 1e-16)
  name <- if (alpha == 0) "ridge" else "elastic-net"
  for (j in 1:7) keep(paste(name, penalty, j - 1), as.matrix(coef(fit))[j, 1])
}

# Harrell's optimism by rms, 2,000 bootstrap samples.
set.seed(1)
model <- lrm(low ~ age + lwt + smoke + ptl + ht + ui, births, x = TRUE, y = TRUE)
checked <- validate(model, B = 2000)
keep("apparent area", (checked["Dxy", "index.orig"] + 1) / 2)
keep("optimism of the area", checked["Dxy", "optimism"] / 2)
keep("corrected slope", checked["Slope", "index.corrected"])
keep("optimism of the Brier score", checked["B", "optimism"])

out <- data.frame(name = names(values), value = format(unlist(values), digits = 12, trim = TRUE, scientific = TRUE))
file <- file.path(folder, "clinical_panels_r.csv")
writeLines(paste0("# ", R.version.string, ", pROC ", packageVersion("pROC"), ", glmnet ", packageVersion("glmnet"),
                  ", rms ", packageVersion("rms")), file)
suppressWarnings(write.table(out, file, sep = ",", row.names = FALSE, quote = TRUE, append = TRUE))
