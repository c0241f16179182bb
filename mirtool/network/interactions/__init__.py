"""miRNA-gene interactions: evidence, scores, combination, context, universe."""
