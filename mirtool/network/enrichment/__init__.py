"""Gene sets and miRNA sets: over-representation under three nulls, redundancy, GSEA."""
