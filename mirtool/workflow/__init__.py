"""The steps of a study: one module and one function per command; settings and inputs in, a result out."""
