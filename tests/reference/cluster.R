# Reference values of clustering: dist, hclust, cutree, kmeans (R), silhouette (cluster), pvclust.
library(cluster)
library(pvclust)

x <- as.matrix(read.csv("cluster_fixture.csv", row.names = 1))
num <- function(v) format(v, digits = 17, scientific = TRUE, trim = TRUE)
sets <- list(probes = x, arrays = t(x))

# Distances of every two rows, in pdist's order, and the heights and cuts of the trees.
distances <- list(
  correlation = function(m) as.dist(1 - cor(t(m), use = "pairwise.complete.obs")),
  absolute = function(m) as.dist(1 - abs(cor(t(m), use = "pairwise.complete.obs"))),
  spearman = function(m) {
    n <- nrow(m)
    d <- matrix(0, n, n)
    for (i in seq_len(n)) for (j in seq_len(n)) {
      both <- !is.na(m[i, ]) & !is.na(m[j, ])
      d[i, j] <- 1 - cor(rank(m[i, both]), rank(m[j, both]))
    }
    as.dist(d)
  },
  cosine = function(m) {
    n <- nrow(m)
    d <- matrix(0, n, n)
    for (i in seq_len(n)) for (j in seq_len(n)) {
      both <- !is.na(m[i, ]) & !is.na(m[j, ])
      d[i, j] <- 1 - sum(m[i, both] * m[j, both]) / sqrt(sum(m[i, both]^2) * sum(m[j, both]^2))
    }
    as.dist(d)
  },
  euclidean = function(m) dist(m)
)
methods <- c(average = "average", weighted = "mcquitty", complete = "complete", single = "single", ward = "ward.D2")
out <- c("of,metric,quantity,values")
for (of in names(sets)) for (metric in names(distances)) {
  d <- distances[[metric]](sets[[of]])
  out <- c(out, paste(of, metric, "distances", paste(num(as.vector(d)), collapse = " "), sep = ","))
  for (method in names(methods)) {
    if (method == "ward" && metric != "euclidean") next
    h <- hclust(d, methods[[method]])
    out <- c(out, paste(of, metric, paste0("heights ", method), paste(num(h$height), collapse = " "), sep = ","))
    out <- c(out, paste(of, metric, paste0("cut4 ", method), paste(cutree(h, 4), collapse = " "), sep = ","))
  }
}
writeLines(out, "cluster_hclust.csv")

# k-means of the complete rows, z-scored, and silhouettes of its clusters.
full <- x[complete.cases(x), ]
z <- t(scale(t(full)))
out <- c("of,k,quantity,values")
for (of in c("probes", "arrays")) for (k in 2:4) {
  m <- if (of == "probes") z else t(z)
  set.seed(1)
  km <- kmeans(m, k, nstart = 200, iter.max = 100)
  s <- silhouette(km$cluster, dist(m))
  out <- c(out,
    paste(of, k, "cluster", paste(km$cluster, collapse = " "), sep = ","),
    paste(of, k, "total", num(km$tot.withinss), sep = ","),
    paste(of, k, "silhouette", paste(num(s[, 3]), collapse = " "), sep = ","))
}
writeLines(out, "cluster_kmeans.csv")

# pvclust's fit, of bootstrap probabilities that are made up, and its bootstrap of the arrays.
r <- seq(.5, 1.4, by = .1)
cases <- list(
  c(.31, .35, .4, .42, .45, .48, .5, .52, .53, .56),
  c(0, 0, .0005, .002, .01, .02, .03, .04, .05, .06),
  c(.7, .78, .83, .88, .9, .93, .95, .96, .97, .98),
  c(.95, .97, .98, .99, .995, .9985, .9995, 1, 1, 1),
  c(.25, .24, .22, .2, .19, .18, .17, .16, .15, .14),
  rep(1, 10), rep(0, 10), c(rep(1, 9), .5), c(rep(0, 9), .5), c(rep(1, 8), .9, .95)
)
out <- c("shares,au,bp,au_error,bp_error,v,c,fit_p")
for (bp in cases) {
  m <- msfit(bp, r, 1000)
  out <- c(out, paste(paste(num(bp), collapse = " "), num(m$p["au"]), num(m$p["bp"]), num(m$se["au"]),
    num(m$se["bp"]), num(m$coef["v"]), num(m$coef["c"]), num(m$pchi), sep = ","))
}
writeLines(out, "cluster_msfit.csv")

out <- c("method,metric,members,au,bp,r,share")
for (case in list(c("average", "correlation"), c("mcquitty", "euclidean"))) {
  p <- pvclust(full, method.hclust = case[1], method.dist = case[2], nboot = 10000, iseed = 1, quiet = TRUE)
  merge <- p$hclust$merge
  groups <- list()
  for (i in seq_len(nrow(merge))) {
    groups[[i]] <- sort(unlist(lapply(merge[i, ], function(j) if (j < 0) -j else groups[[j]])))
    out <- c(out, paste(case[1], case[2], paste(groups[[i]], collapse = " "), num(p$edges$au[i]), num(p$edges$bp[i]),
      paste(num(unlist(p$r)), collapse = " "), paste(num(unlist(p$count[i, ] / 10000)), collapse = " "), sep = ","))
  }
}
writeLines(out, "cluster_pvclust.csv")
