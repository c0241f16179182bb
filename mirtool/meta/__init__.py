"""Several studies together: effects and P values of one miRNA combined, and how far the studies agree."""
