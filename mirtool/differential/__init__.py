"""Groups compared, probe by probe: fold change, test or model, adjusted P, and what counts as up or down."""

from typing import TYPE_CHECKING

from mirtool.lazy import lazy_names

if TYPE_CHECKING:
    from mirtool.differential.array_weights import estimate_array_weights, update_array_weights
    from mirtool.differential.block_correlation import BlockCorrelation, estimate_block_correlation
    from mirtool.differential.compare import compare_by_model, compare_groups, differential
    from mirtool.differential.contrasts import Contrast, parse_contrast
    from mirtool.differential.design import Design, design_of_columns, design_of_formula
    from mirtool.differential.differential_table import differential_of, differential_table, overview_table
    from mirtool.differential.fold_change import FoldChange, compare_means
    from mirtool.differential.group_comparison import GroupComparison
    from mirtool.differential.groups import Comparison, choose_comparison, join_samples, parse_comparison
    from mirtool.differential.linear_model import Fit, fit_linear_model
    from mirtool.differential.methods import FOLD_CHANGES, PRIORS, TESTS
    from mirtool.differential.model_options import Model
    from mirtool.differential.moderated import Moderated, ModeratedF, log_odds, moderate, moderated_f, ordinary
    from mirtool.differential.permutation import PermutationTest, permutation_test, sign_flip_test
    from mirtool.differential.rank_sum import RankSum, rank_sum_test
    from mirtool.differential.replicate_spots import (
        ReplicateSpots,
        estimate_replicate_correlation,
        fit_replicates,
        summarize_replicates,
    )
    from mirtool.differential.scaled_f import VariancePrior
    from mirtool.differential.settings import DiffSettings
    from mirtool.differential.signed_rank import SignedRank, signed_rank_test
    from mirtool.differential.two_sample import TTest, paired_t_test, student_t_test, welch_t_test
    from mirtool.stats.adjustment import ADJUSTMENTS, adjust_p_values, adjustment_name

__getattr__, __dir__ = lazy_names(__name__)

__all__ = [
    "ADJUSTMENTS",
    "FOLD_CHANGES",
    "PRIORS",
    "TESTS",
    "BlockCorrelation",
    "Comparison",
    "Contrast",
    "Design",
    "DiffSettings",
    "Fit",
    "FoldChange",
    "GroupComparison",
    "Model",
    "Moderated",
    "ModeratedF",
    "PermutationTest",
    "RankSum",
    "ReplicateSpots",
    "SignedRank",
    "TTest",
    "VariancePrior",
    "adjust_p_values",
    "adjustment_name",
    "choose_comparison",
    "compare_by_model",
    "compare_groups",
    "compare_means",
    "design_of_columns",
    "design_of_formula",
    "differential",
    "differential_of",
    "differential_table",
    "estimate_array_weights",
    "estimate_block_correlation",
    "estimate_replicate_correlation",
    "fit_linear_model",
    "fit_replicates",
    "join_samples",
    "log_odds",
    "moderate",
    "moderated_f",
    "ordinary",
    "overview_table",
    "paired_t_test",
    "parse_comparison",
    "parse_contrast",
    "permutation_test",
    "rank_sum_test",
    "sign_flip_test",
    "signed_rank_test",
    "student_t_test",
    "summarize_replicates",
    "update_array_weights",
    "welch_t_test",
]
