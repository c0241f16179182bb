"""miRNA-target tables and protein interactions."""
