"""Gene sets, gene tables, and tables of how genes changed."""
