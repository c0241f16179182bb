"""The methods text: expected sentences are written here by hand, from records written here by hand."""

import hashlib
import importlib
import json
import pkgutil
import re

import pytest

import mirtool
from mirtool.clinical.group_tests import NAMES as TEST_NAMES
from mirtool.cluster.methods import LINKAGES, METRICS, SCORES
from mirtool.differential.methods import FOLD_CHANGES, TESTS
from mirtool.normalize.methods import (
    BACKGROUND_METHODS,
    BETWEEN_METHODS,
    FLAG_RULES,
    KEEP_RULES,
    KEPT_WHERE,
    PROBE_CHOICES,
    RATIO_BETWEEN_METHODS,
    REPLICATE_METHODS,
    WITHIN_METHODS,
)
from mirtool.report.methods import (
    about_arrays,
    about_clinical,
    about_clusters,
    about_comparison,
    about_lanes,
    about_panels,
    about_selection,
)
from mirtool.report.methods.about_tables import table_sentences
from mirtool.report.methods.bibliography import REFERENCES, bibtex, csl_json, in_order, references_in
from mirtool.report.methods.compose import methods_files, methods_of_runs, methods_of_study
from mirtool.report.methods.facts import StudyFacts
from mirtool.report.methods.record import unit_of
from mirtool.report.methods.text import Methods, Section, Sentence
from mirtool.settings import Methods as Registry
from mirtool.shortlist.settings import RANKS
from mirtool.stats.adjustment_methods import ADJUSTMENTS
from mirtool.study.folder import StudyFolder
from mirtool.study.state import StudyState
from mirtool.validation.settings import TESTS as QPCR_TESTS

TITLE = "Differential expression"
VERSIONS = {"mirtool": "1.2.0", "python": "3.12.1", "numpy": "2.4.6", "scipy": "1.17.1", "matplotlib": "3.11.2"}

NORMALIZE = {
    "arguments": {"preset": "exiqon-service", "channel": None, "background": None, "linear": False},
    "summary": {
        "samples": ["A", "B", "C"],
        "spots": 1200,
        "channel": "532",
        "flag_rule": "bad",
        "flags": {"-100": [4, 7, 5]},
        "flagged_out": [4, 7, 5],
        "background_subtracted": True,
        "replicates": "median",
        "replicate_scale": "linear",
        "probes_by_replicates": {"4": 300},
        "probe_choice": "mirna",
        "counting_probes": 300,
        "non_positive": [1, 0, 2],
        "min_intensity": 30.0,
        "detection": "",
        "between": "median",
        "factor_probes": 90,
        "factors": [220.5, 461.5, 300.0],
        "keep": "any",
        "kept": 150,
        "imputation": "none",
    },
    "outputs": {"results/normalized.csv": "0"},
    "versions": VERSIONS,
}

DIFF = {
    "arguments": {"cutoff": 2.0, "alpha": 0.05, "adjust": "bh", "fold_change": "ratio-of-means", "treat": 1.0},
    "summary": {
        "tested": {"ill": ["A", "B", "C"]},
        "reference": {"healthy": ["D", "E"]},
        "left_out": {"without_group": [], "other_groups": []},
        "test": "welch",
        "probes": 1593,
        "tests_made": 1590,
        "passing": {
            "fold change": {"up": 11, "down": 23},
            "fold change and P": {"up": 7, "down": 16},
            "fold change and adjusted P": {"up": 2, "down": 5},
        },
    },
    "outputs": {"results/differential.csv": "0", "figures/volcano.svg": "1"},
    "versions": VERSIONS,
}


def text_of(runs, title):
    """Return the paragraph of one section."""
    return next(own.text for own in methods_of_runs(runs).sections if own.title == title)


def files_of(study):
    return methods_files(methods_of_study(StudyState.of_study(study)))


def changed(run, *, summary=None, arguments=None):
    """Return a record with other entries; None takes one out."""
    return {
        **run,
        "summary": {k: v for k, v in {**run["summary"], **(summary or {})}.items() if v is not None},
        "arguments": {**run["arguments"], **(arguments or {})},
    }


def test_a_normalization_is_told_choice_by_choice():
    assert text_of({"normalize": NORMALIZE}, "Normalization") == (
        "Raw data of 3 arrays (1,200 spots per array, channel 532) were normalized. "
        "Spots that the image analysis software flagged as bad (−100) were treated as missing (16 spots in all, "
        "4 to 7 per array), because a damaged spot has no valid intensity. "
        "The background intensity of each spot was subtracted from its foreground intensity, to remove "
        "fluorescence that is not of the spot. "
        "The 4 replicate spots of a probe were combined on the linear scale as their median, which a single "
        "damaged spot does not change. "
        "Probes for miRNAs and miRPlus sequences were analyzed (300 probes); controls, empty spots and probes "
        "for other species were not. "
        "Signals that were not positive (3 of 900) were treated as missing, because they have no logarithm. "
        "A probe was considered detected on an array where its signal was 30 or more, to exclude signals in the "
        "range of the background. "
        "The signals of each array were divided by their median over the 90 probes detected in all arrays "
        "(factors: 220.5 to 461.5), assuming that these probes do not change on average. "
        "Probes detected in at least one array were kept (150 of 300), with their values on the other arrays too. "
        "Normalized values were analyzed as log2."
    )


LANES = {
    "arguments": {"preset": "nanostring", "background": None, "not_detected": None, "linear": False},
    "summary": {
        "samples": ["A", "B"],
        "spots": 50,
        "channel": "counts",
        "flag_rule": "bad",
        "flags": {"-75": [3, 5]},
        "flagged_out": [0, 0],
        "background_subtracted": True,
        "probe_choice": "mirna",
        "counting_probes": 30,
        "detection": "count above the mean + 2 SD of the lane's negative controls",
        "min_intensity": 30.0,
        "between": "top-100",
        "factor_probes": 24,
        "factors": [0.5, 2.0],
        "remarks": ["content factor: the 25 probes with the highest mean count"],
        "keep": "any",
        "kept": 28,
    },
    "inputs": {"A.RCC": "0", "B.RCC": "0"},
    "versions": VERSIONS,
}


def test_a_normalization_of_lanes_speaks_of_lanes_and_of_what_was_missing():
    # Two lanes of 30 probes: 3 + 5 of 60 counts. The record has divisors; a lane is multiplied by 1/2 and 1/0.5.
    text = text_of({"normalize": LANES}, "Normalization")
    assert text == (
        "Counts of 2 NanoString lanes (50 probes per lane, controls included) were normalized. "
        "Counts that were not above the background limit, the mean plus two standard deviations of the negative "
        "controls of their lane (8 of 60; 3 to 5 per lane), were treated as missing, because they cannot be "
        "distinguished from background (NanoString Technologies 2017). "
        "Probes for miRNAs were analyzed (30 probes); controls, housekeeping genes and probes for other species "
        "were not. "
        "A probe was considered detected in a lane where its count was above the background limit. "
        "The counts of each lane were multiplied by its positive-control factor (the geometric mean of the "
        "positive controls of 0.5 fM and more, averaged over all lanes, divided by that of the lane), and then by "
        "a content factor, the same ratio for the 25 probes with the highest mean count of those with a count in "
        "every lane, assuming that these differ between samples by the amount of RNA alone (product of both "
        "factors: 0.5 to 2) (NanoString Technologies 2017). "
        "Probes detected in at least one lane were kept (28 of 30). "
        "Normalized values were analyzed as log2."
    )
    assert "nanostring2017" in methods_of_runs({"normalize": LANES}).keys


def test_counts_in_the_background_that_are_kept_are_raised():
    kept = text_of({"normalize": changed(LANES, arguments={"not_detected": "keep"})}, "Normalization")
    assert (
        "counts that were not above it (8 of 60; 3 to 5 per lane) were not treated as missing (NanoString "
        "Technologies 2017). Counts below the limit were raised to it (NanoString" in kept
    )
    assert "kept (28 of 30), with their values in the other lanes too." in kept
    floor = text_of({"normalize": changed(LANES, arguments={"not_detected": "floor"})}, "Normalization")
    assert "were treated as missing only where no lane of a group was above it" in floor


@pytest.mark.parametrize(
    ("between", "remark", "words"),
    [
        ("housekeeping", "content factor: 4 housekeeping genes", "the same ratio for the 4 housekeeping genes, "),
        ("positive-controls", "", "of the lane), so that differences in total RNA between samples were kept "
         "(factors: 0.5 to 2) (NanoString"),
        ("none", "", "The levels of the lanes were not adjusted to each other."),
    ],
)  # fmt: skip
def test_lanes_are_scaled_as_chosen(between, remark, words):
    run = changed(LANES, summary={"between": between, "remarks": [remark]})
    text = text_of({"normalize": run}, "Normalization")
    assert words in text
    assert ("content factor" in text) == (between == "housekeeping")


@pytest.mark.parametrize(
    ("runs", "unit"),
    [
        ({"normalize": LANES}, "lane"),
        ({"qc": {"inputs": {"raw/A.RCC": "0"}}}, "lane"),
        ({"diff": {"summary": {"counts": {"miRNAs": 3}}}}, "sample"),
        ({"normalize": NORMALIZE}, "array"),
        ({}, "array"),
    ],
)
def test_what_was_measured_is_known_by_the_record(runs, unit):
    assert unit_of(runs) == unit


def test_the_quality_of_lanes_is_judged_by_nsolvers_limits():
    qc = {"summary": {"verdicts": dict.fromkeys("AB", "fine")}}
    text = text_of({"qc": qc, "normalize": LANES}, "Quality control of the lanes")
    assert "fewer than 75 % of its fields of view were counted" in text
    assert text.endswith("Of the 2 lanes, 2 were without a finding. All of these lanes were normalized.")


def test_a_study_of_lanes_or_of_reads_names_no_array():
    cluster = {
        "arguments": {"linkage": "average", "scores": "z"},
        "summary": {"probes": 10, "arrays": 2, "metric": {"arrays": "pearson"}},
        "outputs": {"results/cluster_pca.csv": "0"},
    }
    words = "Hierarchical clustering of 10 {}s and 2 {}s used"
    lanes = text_of({"normalize": LANES, "cluster": cluster}, "Cluster analysis")
    assert words.format("probe", "lane") in lanes
    reads = {"reads": {"A": 900, "B": 800}, "factors": {"A": 1, "B": 1}, "miRNAs": 10, "miRNAs_read": 12}
    sequenced = {"diff": changed(DIFF, summary={"counts": reads}), "cluster": cluster}
    counted = text_of(sequenced, "Cluster analysis")
    assert words.format("miRNA", "sample") in counted
    assert "The values clustered were z scores of each miRNA." in counted
    assert "Of 1,593 miRNAs, " in text_of(sequenced, TITLE)
    assert not re.search(r"\b(array|spot)s?\b", lanes + counted)


def test_a_number_that_the_record_lacks_is_not_invented():
    lacking = changed(
        NORMALIZE,
        summary=dict.fromkeys(
            ("spots", "flagged_out", "counting_probes", "min_intensity", "factor_probes", "factors", "kept",
             "keep", "probes_by_replicates", "non_positive", "channel"),
        ),
    )  # fmt: skip
    assert text_of({"normalize": lacking}, "Normalization") == (
        "Raw data of 3 arrays were normalized. "
        "Spots that the image analysis software flagged as bad (−100) were treated as missing, because a damaged "
        "spot has no valid intensity. "
        "The background intensity of each spot was subtracted from its foreground intensity, to remove "
        "fluorescence that is not of the spot. "
        "Replicate spots of a probe were combined on the linear scale as their median, which a single damaged "
        "spot does not change. "
        "Probes for miRNAs and miRPlus sequences were analyzed; controls, empty spots and probes for other "
        "species were not. "
        "The signals of each array were divided by their median over the probes detected in all arrays, assuming "
        "that these probes do not change on average. "
        "Normalized values were analyzed as log2."
    )


def test_the_preset_sets_what_was_not_given():
    run = changed(
        NORMALIZE,
        summary={"between": "quantile", "replicates": "mean", "replicate_scale": "log"},
        arguments={"preset": "normexp-quantile"},
    )
    text = text_of({"normalize": run}, "Normalization")
    assert (
        "The background was corrected by the normal-exponential convolution model, fitted by saddle-point "
        "approximation, which keeps signals positive and the ratios of dim spots stable (Ritchie et al. 2007; "
        "Silver et al. 2009). An offset of 50 counts was added to every signal, to shrink the ratios of dim "
        "spots toward 1."
    ) in text
    assert "combined as logarithms as their mean, which varies least where the spots are good." in text
    assert (
        "The arrays were quantile normalized, assuming that intensities have the same distribution in all samples "
        "(Bolstad et al. 2003)."
    ) in text


def test_ratios_of_two_channels():
    run = changed(
        NORMALIZE,
        summary={"numerator": "Hy3", "denominator": "Hy5", "between": "Aquantile", "channel": None},
        arguments={"channel": "ratio", "within": "loess"},
    )
    text = text_of({"normalize": run}, "Normalization")
    assert (
        "Raw data of 3 arrays (1,200 spots per array) were normalized; the values are log2 ratios of the "
        "channels Hy3 and Hy5."
    ) in text
    assert (
        "Each array was corrected by a loess curve of the log ratios over the average intensities, because the "
        "bias of the dyes depends on intensity (Yang et al. 2002; Smyth and Speed 2003)."
    ) in text
    assert "(Aquantile); the log ratios were kept (Yang and Thorne 2003)." in text
    assert "where its signal was 30 or more in both channels" in text
    assert "Normalized values were analyzed as log2." not in text


def test_files_without_flags_or_background_have_no_such_sentence():
    run = changed(NORMALIZE, summary={"flags": None, "background_subtracted": False})
    text = text_of({"normalize": run}, "Normalization")
    assert "flagged" not in text
    assert "The foreground intensities were used, as the files hold no background intensities." in text


def test_what_a_control_spot_says_of_the_cut_off_and_names():
    run = changed(
        NORMALIZE,
        summary={
            "controls": [{"kind": "negative control", "spots": [31, 32], "passing": [5, 0]}],
            "mirna_names": {
                "names": 260,
                "renamed": {"hsa-miR-1*": "hsa-miR-1-5p"},
                "not_mapped": {"x": "unknown"},
            },
        },
    )
    text = text_of({"normalize": run}, "Normalization")
    assert "in the range of the background (5 of 63 negative control spots reached it)." in text
    assert text.endswith(
        "The 260 miRNA names of the array were looked up in miRBase: 1 has changed since, 1 is not in miRBase or "
        "ambiguous, and the names of the array were kept (Kozomara et al. 2019)."
    )


def test_a_cut_off_below_the_background_is_not_said_to_exclude_it():
    controls = [{"kind": "empty", "spots": [640, 640], "passing": [640, 639]}]
    text = text_of({"normalize": changed(NORMALIZE, summary={"controls": controls})}, "Normalization")
    assert (
        "where its signal was 30 or more; this does not exclude the background here, as 1,279 of 1,280 empty "
        "spots reached it."
    ) in text


def test_quality_control_names_what_was_found_and_what_was_excluded():
    qc = {
        "summary": {
            "verdicts": {"A": "fine", "B": "check", "C": "fine", "D": "outlier"},
            "findings": [{"array": "B", "check": "dim", "what": "its level is low; scaling repairs it"}],
        }
    }
    assert text_of({"qc": qc, "normalize": NORMALIZE}, "Quality control of the arrays") == (
        "The quality of 4 arrays was assessed by the outlier rules of arrayQualityMetrics: Hoeffding's D of the "
        "MA plot; there were too few arrays to compare distances and distributions (Kauffmann et al. 2009). "
        "Of these, 2 were without a finding, 1 was marked for inspection (B: its level is low) and 1 was judged "
        "to be an outlier (D). "
        "1 array (D) was not used further."
    )


def test_quality_that_could_not_be_judged_is_not_said_to_be_assessed():
    qc = {"summary": {"verdicts": {"A": "not judged", "B": "not judged"}}}
    expected = "The quality of 2 arrays was not judged, as these data do not allow it."
    assert text_of({"qc": qc}, "Quality control of the arrays") == expected


def test_a_comparison_of_two_groups():
    assert text_of({"diff": DIFF}, "Differential expression") == (
        "Expression was compared between ill (n = 3) and healthy (n = 2, the reference). "
        "Differences were tested, two-sided, by Welch's t test on log2 values, which does not assume equal "
        "variances (Welch 1947). Fold changes are ratios of the arithmetic means of the linear normalized "
        "intensities, the definition that array service laboratories use. "
        "P values of 1,590 tests were adjusted by the Benjamini-Hochberg procedure, which controls the false "
        "discovery rate (Benjamini and Hochberg 1995). "
        "Of 1,593 probes, 34 had a fold change of 2 or more in either direction (11 up, 23 down), 23 of these "
        "also had P ≤ 0.05 (7 up, 16 down) and 7 of these had adjusted P ≤ 0.05 (2 up, 5 down)."
    )


def test_values_that_mirtool_did_not_normalize_are_told_as_such():
    run = changed(DIFF, arguments={"table": "../../exports/log2.csv"})
    first = "The normalized values of the table log2.csv were used as they are. "
    assert text_of({"diff": run}, "Differential expression").startswith(first)
    assert first not in text_of({"diff": run, "normalize": NORMALIZE}, "Differential expression")


def test_a_model_with_its_parts():
    run = changed(
        DIFF,
        summary={"test": "moderated", "array_weights": {"A": 0.5, "B": 1.6}, "correlation": 0.4123},
        arguments={"pair": "patient", "block": "slide", "covariate": ["batch", "age"], "weights": ["arrays"],
                   "trend": True, "robust": True, "treat": 1.2},
    )  # fmt: skip
    text = text_of({"diff": run}, "Differential expression")
    for sentence in (
        "Samples were paired by patient, so that pairs differ by the groups only.",
        "The model was adjusted for batch and age.",
        "Arrays of one slide were modeled as correlated (correlation 0.4123), because they are not independent "
        "(Smyth et al. 2005).",
        "Arrays were weighted by how well they follow the model (0.5 to 1.6), so that noisy arrays count less "
        "(Ritchie et al. 2006).",
        "The common variance was allowed to depend on the intensity.",
        "The common variance was estimated robustly, so that few very variable probes do not change it (Phipson "
        "et al. 2016).",
        "The null hypothesis was a fold change of at most 1.2, because smaller changes are not of interest "
        "(McCarthy and Smyth 2009).",
    ):
        assert sentence in text


def test_the_moderated_test_names_its_prior_where_it_is_one_number():
    def said(summary, **arguments):
        run = changed(DIFF, summary={"test": "moderated", **summary}, arguments=arguments)
        return "all probes (prior degrees of freedom: 3.6) (Smyth 2004)." in text_of({"diff": run}, TITLE)

    assert said({"prior_df": 3.64502})
    assert not said({"prior_df": 3.64502}, robust=True)  # then each probe has its own
    assert not said({"prior_df": None})
    assert "all probes (Smyth 2004)." in text_of({"diff": changed(DIFF, summary={"test": "moderated"})}, TITLE)


def test_how_the_arrays_were_scanned_is_from_the_headers_of_their_files():
    headers = {
        "Scanner": ("GenePix 4000B [84948]",),
        "Wavelengths": ("532",),
        "PixelSize": ("10",),
        "PMTGain": ("600", "610"),
        "Creator": ("GenePix Pro 6.0.1.27",),
        "GalFile": ("lot35014.gal",),
    }
    first = methods_of_runs({"normalize": NORMALIZE}, facts=StudyFacts(headers=headers)).sections[0]
    assert [sentence.text for sentence in first.sentences] == [
        "Arrays were scanned with a GenePix 4000B scanner at 532 nm (pixel size 10 µm, PMT gain 600 and 610).",
        "Spots were quantified with GenePix Pro 6.0.1.27 and the array list lot35014.gal.",
    ]
    without = methods_of_runs({"normalize": NORMALIZE}, facts=StudyFacts()).sections[0]
    assert without.title == "Normalization"


def test_several_contrasts_are_told_one_by_one():
    day = {**DIFF["summary"], "tested": {"day 7": ["A"]}, "reference": {"day 0": ["B"]}, "test": "permutation"}
    run = {
        "summary": {"comparisons": [day, {**day, "tested": {"day 14": ["C"]}}]},
        "arguments": {**DIFF["arguments"], "permutations": 1000},
    }
    text = text_of({"diff": run}, "Differential expression")
    assert (
        "Expression was compared between day 7 (n = 1) and day 0 (n = 1, the reference) and between day 14 (n = "
        "1) and day 0 (n = 1, the reference)."
    ) in text
    assert (
        "by permutation of the moderated difference d on log2 values (1,000 relabelings), which does not assume a "
        "normal distribution (Tusher et al. 2001; Phipson and Smyth 2010)."
    ) in text
    assert "Of 1,593 probes between day 14 and day 0, 34 had" in text


def test_without_a_test_there_is_no_word_of_adjusting():
    run = changed(DIFF, summary={"test": "none", "passing": {"fold change": {"up": 1, "down": 0}}})
    text = text_of({"diff": run}, "Differential expression")
    assert "No statistical test was made." in text
    assert "adjusted" not in text
    assert text.endswith("Of 1,593 probes, 1 had a fold change of 2 or more in either direction (1 up, 0 down).")


def test_clusters():
    run = {
        "arguments": {"linkage": "ward", "scores": "z", "stability": "multiscale", "resamples": 200, "seed": 1,
                      "top": None, "differential": "results/differential.csv"},
        "summary": {
            "rows": "regulation by volcano P (ill/healthy)",
            "metric": {"genes": "euclidean", "arrays": "euclidean"},
            "probes": 23,
            "arrays": 6,
            "stable_clusters": {"arrays": 2},
            "k_means": {"genes": {"k": 2, "mean_silhouette": 0.656058}},
        },
    }  # fmt: skip
    assert text_of({"cluster": run}, "Cluster analysis") == (
        "Hierarchical clustering of 23 probes (up or down by fold change and P; ill/healthy) and 6 arrays used "
        "Ward's method and the Euclidean distance (Ward 1963). "
        "The values clustered were z scores of each probe. "
        "As these probes were chosen by their difference between the groups, the clusters show this difference "
        "and do not test it. "
        "The clusters of the tree of arrays were assessed by multiscale bootstrap (200 draws at each scale, "
        "random seed 1); an approximately unbiased value (AU) of 0.95 or more was reached by 2 clusters of "
        "arrays (Shimodaira 2004). "
        "K-means divided the probes into 2 clusters (a number set beforehand, mean silhouette 0.66) (Lloyd 1982; "
        "Hartigan 1975; Arthur and Vassilvitskii 2007; Rousseeuw 1987)."
    )


def test_covariates():
    shares = {"group": 0.11, "batch": 0.9734}
    first = {"share": 0.42, "follows": "batch", "fdr": 0.00123, "r_squared": shares}
    second = {"share": 0.1, "follows": None, "fdr": None, "r_squared": shares}
    corrected = {"column": "batch", "samples": 6, "left_out": []}
    run = {"summary": {"components": [first, second], "variance": {"batch": {}, "group": {}}}}
    said = (
        "The 2 columns of the sample sheet that vary (batch and group) were compared, each on its own, with the "
        "first 2 principal components of the log2 values (R² and F test, P values adjusted by the "
        "Benjamini-Hochberg procedure) and with the variance of all probes (Peres-Neto et al. 2006). "
    )
    followed = (
        "The first component (42 % of the variance) followed batch (R² 0.97, FDR 0.0012); the group explained "
        "0.11 of it."
    )
    assert text_of({"covariates": run}, "Covariates and batches") == said + followed
    run["summary"] |= {"components": [second], "batch_corrected": corrected}
    assert text_of({"covariates": run}, "Covariates and batches") == said.replace(
        "2 principal components", "1 principal component"
    ) + (
        "The first component (10 % of the variance) was explained by none of them at FDR 0.05. "
        "For display only, the effects of batch were subtracted by least squares with the groups in the model; no "
        "test was made of these values, because it would overstate the evidence (Nygaard et al. 2016)."
    )


def test_patients():
    rows = [{"name": "age"}, {"name": "sex", "risk_ratio": [1.0, 0.5, 2.0]}]
    model = {"variables": ["age", "del17p"], "patients": 58, "events": 20, "separated": True, "crowded": False}
    run = {
        "arguments": {"test": [], "adjust": "none", "mirna": ["hsa-miR-16-5p"]},
        "summary": {
            "group": "group", "groups": {"resistant": 20, "responding": 40}, "missing": {"age": 2, "sex": 0},
            "tests": {"Fisher's exact": ["del17p"], "Mann–Whitney": ["age"], "chi-square": ["sex"]},
            "confidence": 0.95,
            "outcome": "group = resistant",
            "associations": {
                "rows": rows, "zero_cells": ["del17p"], "separated": [], "strata": "center", "model": model,
            },
            "auc": {"age": 0.6, "stage": 0.7},
            "areas_compared": 1,
            "survival": {
                "relapse": {"P": {"log-rank": 0.2}, "strata": "center", "delayed_entry": False, "hazards": True,
                            "changing": [], "incidence": {"a": [0.2, 0.1, 0.3]}, "gray": 0.1},
                "os": {"P": {"log-rank": 0.03}, "strata": "center", "delayed_entry": True, "hazards": True,
                       "changing": ["age"], "monotone": ["del17p"]},
            },
            "over_levels": {"stage": {"ordered": True, "found": 2}, "center": {"ordered": False, "found": 0}},
            "trend_exact": False,
            "anova": {"formula": "group * stage", "balanced": False, "found": {"group": 1}},
            "interactions": {"group = resistant": {"columns": ["sex"], "tests": 300, "found": 0}},
            "screened": 300,
            "correlated_by": ["Spearman", "eta"],
        },
    }  # fmt: skip
    sentences = text_of({"clinical": run}, "Patients").split(". ")
    assert sentences == [
        "Patients were compared by group: resistant (n = 20) and responding (n = 40)",
        "Missing values, of 1 variable (age), were not imputed and not counted as a category",
        "age was compared by the Mann–Whitney test, which assumes no distribution (Mann and Whitney 1947)",
        "sex was compared by Pearson's chi-square test without continuity correction (Pearson 1900)",
        "del17p was compared by Fisher's exact test (Fisher 1925)",
        "The exact test was used where expected counts were too small for chi-square by Cochran's rule (Cochran "
        "1954)",
        "P values of these tests were not adjusted for their number",
        "Odds ratios of group = resistant have Woolf's 95 % confidence intervals and P values of Fisher's exact "
        "test, relative risks those of Katz, and risk differences score intervals (Woolf 1955; Katz et al",
        "1978; Miettinen and Nurminen 1985)",
        "Odds ratios of group = resistant per unit of a number are from logistic regression, with Wald's 95 % "
        "intervals",
        "Where a cell was zero (del17p), 0.5 was added to every cell for the odds ratio and the relative risk",
        "Odds ratios over the strata of center were combined by Mantel and Haenszel's method, with the interval "
        "of Robins, Breslow and Greenland (Mantel and Haenszel 1959; Robins et al",
        "1986)",
        "age and del17p were in one logistic regression of 58 patients with every value, 20 of them with the "
        "outcome",
        "As the outcome was separated (the model), so that maximum likelihood has no finite estimate, Firth's "
        "penalized likelihood was used, with profile intervals (Firth 1993; Heinze and Schemper 2002)",
        "Areas under the ROC curves of 2 variables (age and stage) have DeLong's 95 % confidence intervals; areas "
        "were compared by DeLong's test (DeLong et al",
        "1988)",
        "Cut-offs are those of the largest Youden index, with bootstrap intervals; they were chosen on the same "
        "patients, so that their sensitivity and specificity are too high for others (Youden 1950)",
        "Survival was estimated by Kaplan and Meier's method with log-log 95 % confidence intervals (Kaplan and "
        "Meier 1958)",
        "Groups were compared by the log-rank test, stratified by center (Mantel 1966)",
        "Where several kinds of event compete, cumulative incidences were estimated by Aalen and Johansen's "
        "method with log-log 95 % confidence intervals and compared by Gray's test; hazards are cause-specific "
        "(Aalen and Johansen 1978; Gray 1988)",
        "Patients were counted as at risk from the time at which they came under observation",
        "Hazard ratios are from Cox's proportional hazards regression with Efron's method for ties and Wald's "
        "intervals; the proportionality of the hazards was tested by scaled Schoenfeld residuals, with P adjusted "
        "by Holm's method over the variables (Cox 1972; Efron 1977; Grambsch and Therneau 1994; Holm 1979)",
        "As the partial likelihood has no maximum for 1 variable (del17p), Firth's penalized likelihood was used "
        "there, with profile intervals (Heinze and Schemper 2001)",
        "The hazard ratios of 1 variable (age) changed with time",
        "hsa-miR-16-5p was analyzed as log2 expression and cut at the median; no cut-off with the smallest P was "
        "searched for",
        "miRNAs were compared over the levels of stage and center by analysis of variance, which assumes equal "
        "variances (Fisher 1925)",
        "Trends over the ordered levels of stage were tested by Jonckheere and Terpstra's test (P by the normal "
        "distribution with the variance corrected for ties) and by the linear contrast of the means (Jonckheere "
        "1954; Terpstra 1952)",
        "miRNAs were compared by analysis of variance by group * stage with type II sums of squares; the design "
        "was not balanced (Langsrud 2003)",
        "Interactions of miRNAs with sex were tested by likelihood ratios, with the false discovery rate over all "
        "miRNAs and columns of an outcome (Benjamini and Hochberg 1995)",
        "All miRNAs were compared with each outcome (odds or hazard ratio per doubling) and the columns of the "
        "patient table (Spearman correlation); P values of each were adjusted by the Benjamini-Hochberg procedure "
        "(Benjamini and Hochberg 1995).",
    ]
    run["summary"]["cutoffs"] = [{"variable": "age", "outcome": "x", "cutoff": 60, "p": 0.2}]
    searched = text_of({"clinical": run}, "Patients")
    assert "no cut-off with the smallest P" not in searched
    assert (
        "P is corrected for the search by 10,000 random orders of the patients (Lausen and Schumacher" in searched
    )
    assert set(about_clinical._TESTS) >= set(TEST_NAMES.values())
    run["arguments"] |= {"test": ["sex=fisher"], "adjust": "holm"}
    text = text_of({"clinical": run}, "Patients")
    assert "Cochran" not in text  # the test was asked for
    assert "P values were adjusted by Holm's method" in text


def test_targets_and_gene_sets():
    run = {
        "arguments": {"evidence": "strong", "alpha": 0.05, "pair_null": "hypergeometric", "beyond_seed": "targets",
                      "seed_share": 2, "min_size": 10, "max_size": 500, "draws": 10000, "seed": 1},
        "summary": {
            "mirnas_chosen_by": "regulation by volcano P (ill / healthy)",
            "interactions": "miRTarBase 2025",
            "mirnas_with_targets": 8,
            "mirnas_without_targets": ["hsa-miR-1"],
            "universe": 140,
            "pairs": 28,
            "significant_pairs": 1,
            "significant_pairs_beyond_seed": 0,
            "communities": [["a", "b"], ["c", "d"]],
            "enrichment": {
                "all targets": {
                    "gene_sets": "GO biological process (2022)",
                    "universe": 140,
                    "terms_tested": 738,
                    "surviving": {"degree": 0, "genes": 4, "miRNAs": 1},
                }
            },
        },
    }  # fmt: skip
    assert text_of({"network": run}, "Targets and gene sets") == (
        "Targets of 9 miRNAs (up or down by fold change and P; ill / healthy) were taken from miRTarBase 2025, "
        "at the evidence level strong (reporter assay, Western blot or qPCR) (Cui et al. 2025). "
        "The miRNA without targets there was left out, as nothing can be computed without targets. "
        "Each pair of miRNAs was tested for shared targets by the hypergeometric distribution over the 140 genes "
        "of the table (Xu et al. 2011). "
        "At a false discovery rate (Benjamini-Hochberg) ≤ 0.05, 1 of 28 pairs was significant (Benjamini and "
        "Hochberg 1995). "
        "As miRNAs with the same seed share targets by construction, the pairs were tested again without the "
        "targets shared by at least 2 miRNAs of the seed (0 significant) (Bartel 2018). "
        "In the graph of significant pairs, Louvain's method found 2 communities of miRNAs (Blondel et al. 2008). "
        "Gene sets of 10 to 500 genes (GO biological process [2022]) were tested for over-representation by the "
        "hypergeometric distribution over 140 genes, adjusted by the Benjamini-Hochberg procedure over all terms "
        "tested (Ashburner et al. 2000; Benjamini and Hochberg 1995). "
        "As targets of miRNAs are not a random sample of genes, the terms were also tested against random sets of "
        "miRNAs and degree-matched miRNAs (10,000 draws, random seed 1) (Bleazard et al. 2015; Godard and van "
        "Eyll 2015; Phipson and Smyth 2010). "
        "Significant at a false discovery rate ≤ 0.05 were, of 738 terms for all targets, 4 against random "
        "genes, 1 against random miRNAs and 0 against random degree-matched miRNAs."
    )


def test_a_release_of_a_database_that_is_not_named_cites_none():
    run = {"summary": {"interactions": "hsa_MTI.csv (miRTarBase)", "mirnas_with_targets": 3}}
    assert text_of({"network": run}, "Targets and gene sets") == (
        "Targets of 3 miRNAs were taken from hsa_MTI.csv (miRTarBase)."
    )


def test_sets_of_mirnas_and_gsea():
    runs = {
        "mirna-sets": {
            "summary": {
                "up in seed families": {"gene_sets": "seed families", "universe": 1455, "terms_tested": 140,
                                        "surviving_all": 1},
                "study_names": {"names": 1},
            }
        },
        "gsea": {
            "arguments": {"permutations": 10000, "seed": 1},
            "summary": {"genes_ranked": 140, "ranked_by": "stat", "sets_tested": 8, "sets_up": 5, "sets_down": 1},
        },
    }  # fmt: skip
    assert text_of(runs, "Sets of miRNAs") == (
        "Sets of miRNAs (seed families) were tested for over-representation by the hypergeometric distribution "
        "among 1,455 miRNAs of the array, because miRNAs of one family or genomic cluster may change together. "
        "At a false discovery rate ≤ 0.05, the number of significant sets was 1 of 140 for “up in seed families”."
    )
    assert text_of(runs, "Gene set enrichment analysis") == (
        "Gene set enrichment analysis was run on 140 genes ranked by “stat” for 8 sets (10,000 random sets, "
        "random seed 1) (Subramanian et al. 2005). "
        "At a false discovery rate (Benjamini-Hochberg) ≤ 0.05, 5 were up and 1 was down (Benjamini and Hochberg "
        "1995)."
    )


def test_quantitative_pcr_and_the_shortlist():
    runs = {
        "validate": {
            "arguments": {
                "reference": ["cel-miR-39-3p"], "efficiency": ["hsa-miR-16-5p=1.95"], "replicates": "mean",
                "replicate_limit": 0.5, "keep_outliers": False, "undetermined": 40.0, "test": "mann-whitney",
                "adjust": "holm", "alpha": 0.05, "confidence": 0.9,
            },
            "summary": {
                "wells": 108, "targets": 4, "wells_without_ct": 2, "wells_left_out_as_outliers": 1,
                "tested": {"ill": ["A", "B"]}, "reference": {"healthy": ["C"]},
                "verdicts": {"confirmed": 3, "false positive": 1, "no qPCR result": 2, "not tested": 0},
            },
        },
        "shortlist": {
            "arguments": {"rank": "pi", "regulation": "volcano-p", "direction": "down"},
            "summary": {"candidates": 23, "mirnas": ["a", "b"], "lists": {"ExoCarta": {}},
                        "levels": {"fluid": "serum", "unit": "RPM", "seen_in_table": 840}},
        },
    }  # fmt: skip
    assert text_of(runs, "Quantitative PCR") == (
        "The Ct values of 108 qPCR wells of 4 targets in 3 samples were analyzed. "
        "Replicate wells were combined as their mean. "
        "Of three or more replicate wells, the one farthest from their median was left out if it was off by more "
        "than 0.5 cycles (1 well), as a pipetting error would distort the mean (Hellemans et al. 2007). "
        "2 wells without a Ct were given a Ct of 40. "
        "ΔCt values are relative to the reference gene cel-miR-39-3p. "
        "Relative quantities were corrected for the amplification efficiencies hsa-miR-16-5p=1.95; for other "
        "targets a doubling per cycle was assumed (Pfaffl 2001). "
        "ΔCt of ill (n = 2) and healthy (n = 1) were compared by the Mann-Whitney test, which does not assume a "
        "normal distribution, with 90 % confidence intervals of the ratio (Mann and Whitney 1947). "
        "P values were adjusted by Holm's method, which controls the family-wise error rate (Holm 1979). "
        "A finding of the array was confirmed where qPCR changed in the same direction with adjusted P ≤ 0.05, "
        "and a false positive where the confidence interval excludes a change as large as the cut-off of the "
        "array. Of the targets and findings, 3 were confirmed, 1 was a false positive and 2 had no qPCR result."
    )
    assert text_of(runs, "Selection of miRNAs") == (
        "Of 23 candidates (up or down by fold change and P), those down only, the first 2 by the product of the "
        "log2 change and −log10 P (so that both count) were listed (Xiao et al. 2014). "
        "The miRNAs were looked up in 1 list (ExoCarta). "
        "Their levels in serum (RPM) were taken from a reference table, and ranked among the 840 miRNAs seen "
        "there."
    )


def test_software_names_every_version_that_computed():
    older = changed(DIFF)
    older["versions"] = {**VERSIONS, "mirtool": "1.1.0"}
    assert text_of({"normalize": NORMALIZE, "diff": older}, "Software and reproducibility") == (
        "All steps were computed with mirtool 1.1.0 and 1.2.0 (Python 3.12.1) on NumPy 2.4.6 and SciPy 1.17.1 "
        "(Harris et al. 2020; Virtanen et al. 2020). "
        "Figures were drawn with Matplotlib 3.11.2 (Hunter 2007). "
        "The record of the analysis (results/run.json) holds all settings, the versions of all packages, and the "
        "SHA-256 of every file that was read or written."
    )
    without_figures = text_of({"normalize": NORMALIZE}, "Software and reproducibility")
    assert "Matplotlib" not in without_figures


def test_a_step_that_was_not_run_has_no_section():
    assert methods_of_runs({}) == Methods(())
    assert [own.title for own in methods_of_runs({"diff": DIFF}).sections] == [
        "Differential expression",
        "Software and reproducibility",
    ]


@pytest.mark.parametrize(
    ("history", "expected"),
    [
        (
            [
                "platform: Affymetrix miRNA 4.0",
                "summarized by: RMA, DABG",
                "not detected: 3 of 48 values, 0 to 2 per array (by the calls of the file): taken as missing",
            ],
            "The values are of Affymetrix miRNA 4.0 arrays, summarized by RMA before they were read. Of 48 "
            "values, 3 (0 to 2 per array) were not detected (by the file's calls of detection above background, "
            "DABG) and were treated as missing, because a value that is not detected is not a measurement.",
        ),
        (["platform: Affymetrix miRNA"], "The values are of Affymetrix miRNA arrays."),
        (
            [
                "not detected: 1,200 of 4,000 values, 250 to 350 per array (the table's lowest, 0.1): they keep "
                "their value, except where no array of a group detects the miRNA"
            ],
            "Of 4,000 values, 1,200 (250 to 350 per array) were not detected (the table's lowest, 0.1) and were "
            "kept, except where no array of a group detected the miRNA; there they were treated as missing.",
        ),
        (
            ["not detected: 2 of 4 values, 1 to 1 per array (the table's lowest, 0.1): taken for measurements"],
            "Of 4 values, 2 (1 to 1 per array) were not detected (the table's lowest, 0.1) and were kept.",
        ),
        (["fold change: ratio of means"], ""),
    ],
)
def test_a_table_says_its_chip_and_what_was_not_detected(history, expected):
    assert " ".join(each.text for each in table_sentences(history)) == expected


def test_power():
    run = {
        "arguments": {"power": 0.8, "fdr": 0.05, "changed": 0.1, "test": "moderated"},
        "summary": {"groups": {"ill": 3}, "arrays_needed": {"2": {"on_average": 5}, "1.5": {"on_average": None}}},
    }
    assert text_of({"power": run}, "Sample size of a further study") == (
        "The number of arrays per group for an average power of 0.8 at a false discovery rate of 0.05 was "
        "computed from the variances within ill (n = 3), if 10 % of the probes change (Genovese and Wasserman "
        "2002; Smyth 2004). Needed per group were 5 for a fold change of 2."
    )


@pytest.mark.parametrize(
    ("registry", "sentences"),
    [
        (FLAG_RULES, about_arrays._FLAGS),
        (BACKGROUND_METHODS, {*about_arrays._BACKGROUNDS, *about_lanes._BACKGROUNDS}),
        (WITHIN_METHODS, {"none", *about_arrays._WITHIN}),
        (REPLICATE_METHODS, about_arrays._REPLICATES),
        (BETWEEN_METHODS, {"median", *about_arrays._BETWEEN, *about_lanes._CONTENT, *about_panels._BETWEEN}),
        (RATIO_BETWEEN_METHODS, {"median", *about_arrays._RATIO_BETWEEN}),
        (KEEP_RULES, {"everything", *KEPT_WHERE}),
        (PROBE_CHOICES, about_arrays._COUNTING),
        (TESTS, {"none", *about_comparison._TESTS}),
        (FOLD_CHANGES, about_comparison._FOLD_CHANGES),
        (ADJUSTMENTS, {"none", *about_comparison.ADJUSTMENT_WORDS}),
        (LINKAGES, about_clusters._LINKAGES),
        (METRICS, about_clusters._DISTANCES),
        (SCORES, about_clusters._SCORES),
        (QPCR_TESTS, about_selection._TESTS),
        (RANKS, about_selection._RANKS),
    ],
    ids=lambda own: getattr(own, "kind", ""),
)
def test_every_choice_has_its_sentence(registry, sentences):
    assert set(registry) == set(sentences)


def registries():
    found = {}
    for module in pkgutil.walk_packages(mirtool.__path__, "mirtool."):
        if module.name.endswith((".methods", ".settings", ".adjustment_methods")):
            own = vars(importlib.import_module(module.name)).values()
            found |= {id(each): each for each in own if isinstance(each, Registry)}
    return list(found.values())


def test_every_reference_of_a_registry_is_in_the_bibliography():
    texts = {method.reference for registry in registries() for method in registry.values() if method.reference}
    assert len(texts) > 25
    for text in texts:
        years = [re.search(r"\b(?:19|20)\d\d\b", part) for part in text.split(";")]
        assert [REFERENCES[key].year for key in references_in(text)] == [int(year[0]) for year in years if year], (
            text
        )


def test_the_references_are_whole_and_plain():
    for reference in REFERENCES.values():
        assert re.fullmatch(r"[a-z]+\d{4}[a-z]*", reference.key)
        assert str(reference.year) in reference.key
        assert reference.families
        assert reference.csl["title"]
        assert reference.csl.get("container-title") or reference.csl.get("publisher")
        assert not reference.doi or re.fullmatch(r"10\.\d{4,5}/\S+", reference.doi)
    dois = [reference.doi for reference in REFERENCES.values() if reference.doi]
    assert len(set(dois)) == len(dois)


def test_bibtex_and_csl_hold_the_same_references():
    keys = list(REFERENCES)
    text = bibtex(keys)
    assert re.findall(r"^@\w+\{(\w+),$", text, re.MULTILINE) == [each.key for each in in_order(keys)]
    assert text.count("{") == text.count("}")
    assert (
        "@article{alexa2006,\n"
        "  author = {Alexa, A. and Rahnenführer, J. and Lengauer, T.},\n"
        "  title = {{Improved scoring of functional groups from gene expression data by decorrelating GO graph "
        "structure}},\n"
        "  journal = {Bioinformatics},\n"
        "  year = {2006},\n"
        "  volume = {22},\n"
        "  number = {13},\n"
        "  pages = {1600--1607},\n"
        "  doi = {10.1093/bioinformatics/btl140}\n"
        "}\n"
    ) in text
    assert [entry["id"] for entry in json.loads(csl_json(keys))] == [each.key for each in in_order(keys)]


def test_names_from_files_are_text_in_both_forms():
    methods = Methods((Section("A <b>", (Sentence("Groups *x* and <i>y</i> [l](u) on log2.", ("smyth2004",)),)),))
    assert "Groups \\*x\\* and \\<i\\>y\\</i\\> [l\\](u) on log2 (Smyth 2004)." in methods.markdown()
    page = methods.html()
    assert "Groups *x* and &lt;i&gt;y&lt;/i&gt; [l](u) on log<sub>2</sub> (Smyth 2004)." in page
    assert "<h2>A &lt;b&gt;</h2>" in page
    assert "<i>Statistical Applications in Genetics and Molecular Biology</i> 3(1):Article 3." in page


@pytest.fixture
def study(tmp_path, monkeypatch):
    """Return a study of which `diff` has run; its files are there, and empty."""
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    folder = StudyFolder(tmp_path / "study")
    write_record(folder, {"diff": DIFF})
    return folder


CONTENT = b"x"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


def write_record(folder, runs, inputs=()):
    """Write the record of runs whose files hold the same, and these files."""
    own = {}
    for step, run in runs.items():
        paths = run.get("outputs", {})
        own[step] = {**run, "inputs": dict.fromkeys(inputs, DIGEST), "outputs": dict.fromkeys(paths, DIGEST)}
        for path in (*paths, *inputs):
            (folder.root / path).parent.mkdir(parents=True, exist_ok=True)
            (folder.root / path).write_bytes(CONTENT)
    folder.run_file.write_text(json.dumps({"runs": own}))


def test_a_result_that_is_out_of_date_is_named_above_the_text(study):
    write_record(study, {"diff": DIFF}, inputs=["samples.csv"])
    assert b"Out of date" not in files_of(study)["methods.md"]
    (study.root / "samples.csv").write_text("changed")
    warning = (
        "Out of date: diff was made from another samples.csv; run mirtool diff again before you use this text."
    )
    files = files_of(study)
    assert files["methods.md"].decode().startswith(f"# Methods\n\n> **{warning}**\n\n## Differential expression")
    assert f"<p><b>{warning}</b></p>" in files["methods.html"].decode()


def test_gene_sets_are_told_by_the_step_whose_table_is_there(study):
    test = {"gene_sets": "KEGG", "terms_tested": 5, "surviving": {"genes": 1}}
    network = {"summary": {"enrichment": {"all targets": test}}, "outputs": {"results/enrichment.csv": ""}}
    enrichment = {"summary": {"my list": {**test, "terms_tested": 7}}, "outputs": {"results/enrichment.csv": ""}}
    write_record(study, {"network": network, "enrichment": enrichment})
    record = json.loads(study.run_file.read_text())
    record["runs"]["network"]["arguments"] = record["runs"]["enrichment"]["arguments"] = {}
    record["runs"]["network"]["outputs"]["results/enrichment.csv"] = "another"
    study.run_file.write_text(json.dumps(record))
    text = files_of(study)["methods.md"].decode()
    assert "of 7 terms for my list" in text
    assert "of 5 terms" not in text
    record["runs"]["network"]["outputs"]["results/enrichment.csv"] = DIGEST
    record["runs"]["enrichment"]["outputs"]["results/enrichment.csv"] = "another"
    study.run_file.write_text(json.dumps(record))
    text = files_of(study)["methods.md"].decode()
    assert "of 5 terms for all targets" in text
    assert "of 7 terms" not in text


def test_the_files_of_a_study(study):
    files = files_of(study)
    assert list(files) == ["methods.md", "methods.html", "methods.bib", "methods.csl.json"]
    assert files == files_of(study)
    assert (
        files["methods.md"]
        .decode()
        .startswith("# Methods\n\n## Differential expression\n\nExpression was compared")
    )
    assert "@article{welch1947," in files["methods.bib"].decode()


def test_a_study_without_runs_has_an_empty_text(tmp_path):
    files = files_of(StudyFolder(tmp_path))
    assert files["methods.md"] == b"# Methods\n"
    assert json.loads(files["methods.csl.json"]) == []
