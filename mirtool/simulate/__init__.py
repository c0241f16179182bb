"""Simulated arrays, qPCR and genes with known truth."""
