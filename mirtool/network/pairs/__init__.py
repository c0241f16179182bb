"""Pairs of miRNAs: shared targets, their nulls, seed correction, functional modules."""
