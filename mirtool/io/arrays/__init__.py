"""Array data: one module per instrument or repository format, whose docstring is the specification."""
