# Build mirtool/data/go_bp.gmt.gz: the biological process branch of the Gene Ontology, human gene symbols.
#
#   apt-get install r-bioc-org.hs.eg.db r-bioc-go.db
#   Rscript mirtool/data/build/go_bp.R mirtool/data/go_bp.gmt.gz
#
# GOALL holds, for each term, the genes annotated to it or to any of its descendants, with every evidence code.
# Terms of 5 to 2,000 genes are kept: smaller ones can't be tested, larger ones say nothing.
# The same packages give the same bytes.

suppressMessages({
  library(org.Hs.eg.db)
  library(GO.db)
})
smallest <- 5
largest <- 2000
target <- commandArgs(trailingOnly = TRUE)[1]
Sys.setlocale("LC_COLLATE", "C")

annotation <- suppressMessages(AnnotationDbi::select(
  org.Hs.eg.db, keys = keys(org.Hs.eg.db, "GOALL"), keytype = "GOALL", columns = c("SYMBOL", "ONTOLOGYALL")
))
biological <- annotation$ONTOLOGYALL == "BP" & !is.na(annotation$SYMBOL)
pairs <- unique(annotation[biological, c("GOALL", "SYMBOL")])
sets <- lapply(split(pairs$SYMBOL, pairs$GOALL), sort)
kept <- sets[lengths(sets) >= smallest & lengths(sets) <= largest]
kept <- kept[sort(names(kept))]
terms <- suppressMessages(AnnotationDbi::select(GO.db, keys = names(kept), keytype = "GOID", columns = "TERM"))
titles <- terms$TERM[match(names(kept), terms$GOID)]
stopifnot(!anyNA(titles), !anyDuplicated(titles))

out <- gzfile(target, "wb", compression = 9)
writeLines(paste(titles, names(kept), vapply(kept, paste, "", collapse = "\t"), sep = "\t"), out, sep = "\n")
close(out)
cat(
  "org.Hs.eg.db", as.character(packageVersion("org.Hs.eg.db")),
  "GO.db", as.character(packageVersion("GO.db")),
  "\nGene Ontology of", subset(GO_dbInfo(), name == "GOSOURCEDATE")$value,
  "\nannotation of", subset(org.Hs.eg_dbInfo(), name == "GOEGSOURCEDATE")$value,
  "\nterms with genes", length(sets),
  "\nterms kept", length(kept),
  "\ngenes", length(unique(unlist(kept))),
  "\npairs", sum(lengths(kept)), "\n"
)
