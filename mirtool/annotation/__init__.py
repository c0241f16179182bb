"""What things are called: miRNA names, gene symbols, kinds of probe, seeds and seed sites."""
