"""Reading and writing: one module a format, whose docstring is the format's specification."""
