"""Limits of Ct values that settings name as their defaults; it loads nothing, so that `--help` is quick."""

REPLICATE_LIMIT = 0.5
"""Cycles; a factor of 1.4. Replicate wells farther apart are flagged (Hellemans et al. 2007)."""
