"""Reading and writing: one module per format, whose docstring is the format's specification."""
