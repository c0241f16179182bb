"""Panels: a risk from several miRNAs, and how good it is for patients it has not seen.

``folds`` divides patients; ``models`` makes a panel from patients (candidates chosen, missing values imputed,
values standardized, logistic regression with a penalty); ``validation`` makes panels in nested cross-validation
and over bootstrap samples; ``performance`` measures predictions (area under the ROC curve, calibration, net
benefit); ``analysis`` strings them together and makes the tables.
"""
