# Build mirtool/data/mirna_loci.tsv.gz: where human precursors lie in the genome, and which mature miRNAs they give.
#
#   apt-get install r-bioc-org.hs.eg.db
#   Rscript mirtool/data/build/mirna_loci.R mirtool/data
#
# Places: NCBI Gene's miRNA genes (symbol MIR… with a number, no host genes) with UCSC's alignments to GRCh38, as
# org.Hs.eg.db has them. Only alignments to the chromosomes themselves, of 40 to 200 bases, are kept: shorter ones
# are scraps of a mature miRNA elsewhere, longer ones spliced chance hits. A gene whose copies are alike is aligned
# to each of them; the copies together then lie at these places together, and each is written at all of them.
#
# Mature miRNAs of a gene, current in miRBase 22 (mirbase.tsv.gz):
#   - those that miRBase 18 (mirbase_18.tsv.gz) gives the precursor, by accession. The precursor is called as the
#     gene (MIR92A1 is hsa-mir-92a-1), or by a name that NCBI lists for the gene;
#   - those called like the precursor (hsa-miR-92a-1-5p), or like its family where that arm has no name of the copy's
#     own (hsa-miR-92a-3p): arms and precursors found since. On one arm this name replaces what release 18 had.
# The same packages give the same bytes.

suppressMessages(library(org.Hs.eg.db))
folder <- commandArgs(trailingOnly = TRUE)[1]
Sys.setlocale("LC_COLLATE", "C")
shortest <- 40
longest <- 200

read_packed <- function(name) {
  table <- read.delim(gzfile(file.path(folder, name)), colClasses = "character")
  table[startsWith(table[[1]], "hsa-"), ]
}
mature <- read_packed("mirbase.tsv.gz")
precursor18 <- read_packed("mirbase_18.tsv.gz")
arm_of <- function(name) ifelse(grepl("-[35]p$", name), sub(".*-", "", name), "")

genes <- suppressMessages(AnnotationDbi::select(
  org.Hs.eg.db, keys = keys(org.Hs.eg.db, "ENTREZID"), keytype = "ENTREZID", columns = c("SYMBOL", "ALIAS")
))
genes <- genes[grepl("^MIR(LET)?[0-9]", genes$SYMBOL) & !grepl("HG", genes$SYMBOL), ]
symbols <- sort(unique(genes$SYMBOL))

precursor_of <- function(symbol) {
  body <- sub("(?<=[a-z])([0-9]+)$", "-\\1", tolower(sub("^MIR(LET)?", "", symbol)), perl = TRUE)
  paste0(ifelse(startsWith(symbol, "MIRLET"), "hsa-let-", "hsa-mir-"), body)
}

called_like <- function(precursor) {
  stem <- sub("-mir-", "-miR-", precursor)
  family <- sub("([0-9][a-z]*)-[0-9]+$", "\\1", stem)
  own <- mature$name[sub("-[35]p$", "", mature$name) == stem]
  common <- mature$name[sub("-[35]p$", "", mature$name) == family]
  union(own, common[!arm_of(common) %in% arm_of(own)])
}

in_release_18 <- function(precursors) {
  told <- precursor18$matures[precursor18$precursor %in% precursors]
  accessions <- sub(" .*", "", unlist(strsplit(told, ";")))
  mature$name[mature$accession %in% accessions]
}

told <- lapply(setNames(symbols, symbols), function(symbol) {
  aliases <- genes$ALIAS[genes$SYMBOL == symbol]
  named <- called_like(precursor_of(symbol))
  listed <- in_release_18(c(precursor_of(symbol), aliases[startsWith(aliases, "hsa-")]))
  list(named = named, listed = listed, all = sort(union(named, listed[!arm_of(listed) %in% arm_of(named)])))
})

start <- as.data.frame(org.Hs.egCHRLOC)
end <- as.data.frame(org.Hs.egCHRLOCEND)
stopifnot(start$gene_id == end$gene_id, start$Chromosome == end$Chromosome)
places <- data.frame(
  gene = genes$SYMBOL[match(start$gene_id, genes$ENTREZID)],
  chromosome = start$Chromosome,
  start = abs(start$start_location) + 1, # counted from 0 there
  end = abs(end[[2]]),
  strand = ifelse(start$start_location < 0, "-", "+")
)
places <- places[!is.na(places$gene) & grepl("^([0-9]+|X|Y)$", places$chromosome), ]
size <- places$end - places$start + 1
kept <- unique(places[size >= shortest & size <= longest, ])
kept$precursor <- precursor_of(kept$gene)
kept$matures <- vapply(told[kept$gene], function(own) paste(own$all, collapse = ";"), "")
kept <- kept[kept$matures != "", ]
number <- suppressWarnings(as.integer(kept$chromosome))
kept <- kept[order(is.na(number), number, kept$chromosome, kept$strand, kept$start, kept$end, kept$gene), ]

columns <- c("precursor", "gene", "chromosome", "start", "end", "strand", "matures")
kept[c("start", "end")] <- lapply(kept[c("start", "end")], function(n) format(n, scientific = FALSE, trim = TRUE))
lines <- do.call(paste, c(kept[columns], sep = "\t"))
out <- gzfile(file.path(folder, "mirna_loci.tsv.gz"), "wb", compression = 9)
writeLines(c(paste(columns, collapse = "\t"), lines), out, sep = "\n")
close(out)

listed <- told[lengths(lapply(told, `[[`, "listed")) > 0]
placed <- unique(unlist(strsplit(kept$matures, ";")))
cat(
  "org.Hs.eg.db", as.character(packageVersion("org.Hs.eg.db")),
  "\nmiRNA genes", length(symbols), "; placed", length(unique(kept$gene)), "; places", nrow(kept),
  "\ngenes at several places", sum(table(kept$gene) > 1),
  "\nplaces left out for their size", sum(size < shortest | size > longest),
  "\ngenes of release 18", length(listed),
  "; told alike by names", sum(vapply(listed, function(own) setequal(own$named, own$listed), NA)),
  "; names add arms", sum(vapply(listed, function(own) all(own$listed %in% own$named) & !setequal(own$named, own$listed), NA)),
  "\ngenes by name only", length(told) - length(listed),
  "\ncurrent human matures", nrow(mature), "; placed", length(placed), "\n"
)
print(setdiff(symbols, kept$gene))
