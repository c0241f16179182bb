"""miRNA names, lists, sequences and genomic positions."""
