"""Survival of patients: curves, medians, tests between groups, hazard ratios.

``endpoints`` finds times and events; ``curves`` estimates survival (Kaplan and Meier), ``log_rank`` tests groups,
``cox`` fits hazard ratios and looks at their proportionality and concordance; ``follow_up`` puts them together.
"""
