"""The network as a graph: centrality, communities, robustness, layout, export."""
