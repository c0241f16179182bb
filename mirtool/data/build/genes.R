# Build mirtool/data/genes.tsv.gz: the symbols of human genes, and what else each has been called.
#
#   apt-get install r-bioc-org.hs.eg.db
#   Rscript mirtool/data/build/genes.R mirtool/data/genes.tsv.gz
#
# One row a gene: symbol, Entrez identifier, Ensembl genes, RefSeq transcripts (NM_ and NR_: those that target
# tables name), and its aliases, which are synonyms and former symbols alike. Left out are the entries that are no
# genes (biological regions, loci known by a phenotype alone) and transfer RNAs. The same package gives the same bytes.

suppressMessages(library(org.Hs.eg.db))
target <- commandArgs(trailingOnly = TRUE)[1]
invisible(Sys.setlocale("LC_COLLATE", "C"))
ask <- function(query) DBI::dbGetQuery(org.Hs.eg_dbconn(), query)

genes <- ask("
  SELECT _id, symbol, gene_id FROM gene_info JOIN genes USING (_id) JOIN genetype USING (_id)
  WHERE gene_type NOT IN ('biological-region', 'unknown', 'tRNA')")
joined <- function(query) {
  found <- unique(ask(query))
  found <- found[found[[1]] %in% genes$`_id`, ]
  own <- vapply(split(found[[2]], found[[1]]), function(all) paste(sort(all), collapse = ";"), "")
  out <- own[as.character(genes$`_id`)]
  unname(ifelse(is.na(out), "", out))
}
ensembl <- joined("SELECT _id, ensembl_id FROM ensembl")
refseq <- joined("SELECT _id, accession FROM refseq WHERE substr(accession, 1, 3) IN ('NM_', 'NR_')")
aliases <- joined("
  SELECT _id, alias_symbol FROM alias JOIN gene_info USING (_id)
  WHERE alias_symbol != symbol AND instr(alias_symbol, ';') = 0")
stopifnot(!any(grepl("[\t;]", genes$symbol)))

order_of <- order(genes$symbol, as.integer(genes$gene_id))
out <- gzfile(target, "wb", compression = 9)
writeLines(paste("symbol", "entrez", "ensembl", "refseq", "aliases", sep = "\t"), out)
writeLines(paste(genes$symbol, genes$gene_id, ensembl, refseq, aliases, sep = "\t")[order_of], out, useBytes = TRUE)
close(out)
cat(
  "org.Hs.eg.db", as.character(packageVersion("org.Hs.eg.db")),
  "\nNCBI Gene of", subset(org.Hs.eg_dbInfo(), name == "EGSOURCEDATE")$value,
  "\nEnsembl of", subset(org.Hs.eg_dbInfo(), name == "ENSOURCEDATE")$value,
  "\ngenes", nrow(genes),
  "\nsymbols", length(unique(genes$symbol)),
  "\nwith Ensembl", sum(ensembl != ""),
  "\nwith RefSeq", sum(refseq != ""),
  "\nRefSeq transcripts", length(unlist(strsplit(refseq, ";"))),
  "\naliases", length(unlist(strsplit(aliases, ";"))), "\n"
)
