"""Two groups compared, probe by probe: fold change, test, adjusted P, and what counts as up or down."""

from mirtool.differential.adjust import ADJUSTMENTS, adjust_p_values, adjustment_name
from mirtool.differential.compare import TESTS, differential
from mirtool.differential.fold_change import FOLD_CHANGES, FoldChange, compare_means
from mirtool.differential.groups import Comparison, choose_comparison, join_samples, parse_comparison
from mirtool.differential.linear_model import Fit, fit_linear_model
from mirtool.differential.moderated import Moderated, ModeratedF, log_odds, moderate, moderated_f
from mirtool.differential.table import differential_table
from mirtool.differential.two_sample import TTest, paired_t_test, student_t_test, welch_t_test
from mirtool.differential.variance_prior import VariancePrior

__all__ = [
    "ADJUSTMENTS",
    "FOLD_CHANGES",
    "TESTS",
    "Comparison",
    "Fit",
    "FoldChange",
    "Moderated",
    "ModeratedF",
    "TTest",
    "VariancePrior",
    "adjust_p_values",
    "adjustment_name",
    "choose_comparison",
    "compare_means",
    "differential",
    "differential_table",
    "fit_linear_model",
    "join_samples",
    "log_odds",
    "moderate",
    "moderated_f",
    "paired_t_test",
    "parse_comparison",
    "student_t_test",
    "welch_t_test",
]
