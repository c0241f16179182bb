"""Statistics on bare arrays: adjustment, distributions, ranks, smoothing, principal components."""
