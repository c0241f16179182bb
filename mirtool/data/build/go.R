# Build the Gene Ontology of mirtool/data: go_bp.gmt.gz, go_cc.gmt.gz, go_mf.gmt.gz (biological process, cellular
# component, molecular function; human gene symbols) and go_parents.tsv.gz (which term stands right above which).
#
#   apt-get install r-bioc-org.hs.eg.db r-bioc-go.db
#   Rscript mirtool/data/build/go.R mirtool/data
#
# GOALL holds, for each term, the genes annotated to it or to any of its descendants, with every evidence code.
# Terms of 5 to 2,000 genes are kept: smaller ones can't be tested, larger ones say nothing. Of the parents, those
# by is_a or part_of are kept. What lies between two kept terms is kept too, since it holds the genes of the lower
# and is held by the higher one. The same packages give the same bytes.

suppressMessages({
  library(org.Hs.eg.db)
  library(GO.db)
})
smallest <- 5
largest <- 2000
folder <- commandArgs(trailingOnly = TRUE)[1]
Sys.setlocale("LC_COLLATE", "C")

annotation <- suppressMessages(AnnotationDbi::select(
  org.Hs.eg.db, keys = keys(org.Hs.eg.db, "GOALL"), keytype = "GOALL", columns = c("SYMBOL", "ONTOLOGYALL")
))

write_packed <- function(lines, name) {
  out <- gzfile(file.path(folder, name), "wb", compression = 9)
  writeLines(lines, out, sep = "\n")
  close(out)
}

branch <- function(ontology) {
  own <- annotation$ONTOLOGYALL == ontology & !is.na(annotation$SYMBOL)
  pairs <- unique(annotation[own, c("GOALL", "SYMBOL")])
  sets <- lapply(split(pairs$SYMBOL, pairs$GOALL), sort)
  kept <- sets[lengths(sets) >= smallest & lengths(sets) <= largest]
  kept <- kept[sort(names(kept))]
  terms <- suppressMessages(AnnotationDbi::select(GO.db, keys = names(kept), keytype = "GOID", columns = "TERM"))
  titles <- terms$TERM[match(names(kept), terms$GOID)]
  stopifnot(!anyNA(titles), !anyDuplicated(titles))
  write_packed(
    paste(titles, names(kept), vapply(kept, paste, "", collapse = "\t"), sep = "\t"),
    sprintf("go_%s.gmt.gz", tolower(ontology))
  )
  cat(
    ontology, "terms with genes", length(sets), "; kept", length(kept), "; genes", length(unique(unlist(kept))),
    "; pairs", sum(lengths(kept)), "\n"
  )
  names(kept)
}

parents <- function(ontology, kept) {
  table <- as.data.frame(get(sprintf("GO%sPARENTS", ontology)))
  names(table) <- c("child", "parent", "relation")
  table[table$child %in% kept & table$parent %in% kept & table$relation %in% c("isa", "part of"), ]
}

kept <- lapply(c(BP = "BP", CC = "CC", MF = "MF"), branch)
edges <- unique(do.call(rbind, Map(parents, names(kept), kept))[, c("child", "parent")])
above <- lapply(split(edges$parent, edges$child), sort)
above <- above[sort(names(above))]
write_packed(
  c("term\tparents", paste(names(above), vapply(above, paste, "", collapse = ";"), sep = "\t")),
  "go_parents.tsv.gz"
)
cat(
  "parents of", length(above), "terms;", nrow(edges), "pairs\n",
  "org.Hs.eg.db", as.character(packageVersion("org.Hs.eg.db")),
  "GO.db", as.character(packageVersion("GO.db")),
  "\nGene Ontology of", subset(GO_dbInfo(), name == "GOSOURCEDATE")$value,
  "\nannotation of", subset(org.Hs.eg_dbInfo(), name == "GOEGSOURCEDATE")$value, "\n"
)
