# Convergence of miRNAs in a gene: P(X >= x) of the Poisson-binomial distribution by summing over every subset, for the
# targets of nine miRNAs among 2,766 genes; and of the hypergeometric distribution by phyper.
#   Rscript convergence.R

chances <- c(80, 69, 42, 66, 54, 132, 119, 4, 1) / 2766
subsets <- as.matrix(expand.grid(rep(list(0:1), length(chances))))
probability <- apply(subsets, 1, function(hit) prod(ifelse(hit == 1, chances, 1 - chances)))
hits <- rowSums(subsets)
lines <- c("kind,x,D,M,n,tail", sapply(0:9, function(x) {
  sprintf("poisson-binomial,%d,,,9,%.17g", x, sum(sort(probability[hits >= x])))
}))
for (case in list(c(6, 60, 735, 9), c(1, 1, 735, 9), c(4, 10, 735, 9), c(3, 400, 735, 9), c(8, 201, 2599, 10))) {
  tail <- phyper(case[1] - 1, case[2], case[3] - case[2], case[4], lower.tail = FALSE)
  lines <- c(lines, sprintf("hypergeometric,%d,%d,%d,%d,%.17g", case[1], case[2], case[3], case[4], tail))
}
writeLines(lines, "convergence.csv")
