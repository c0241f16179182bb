"""What a study's authors write from its record: the methods text with references, checklists, the GEO sheet."""
