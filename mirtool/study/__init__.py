"""The study folder: its samples, settings, results, the record of each run, and what is up to date."""
