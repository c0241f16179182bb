"""The study folder: its samples, settings, results, and the record of each run."""
