"""Array beside qPCR: verdicts, directions and correlations."""

import numpy as np
import pytest

from mirtool.differential import choose_comparison
from mirtool.errors import MirtoolError, UsageError
from mirtool.io.results.differential import SavedDifferential
from mirtool.model import SampleTable, text_array
from mirtool.validation import ValidateSettings, compare_quantities, concordance
from mirtool.validation.concordance import call_of, correlations, untested_remark

SAMPLES = SampleTable(("a1", "a2", "a3", "b1", "b2", "b3"), ("a", "a", "a", "b", "b", "b"))


def qpcr(**log2_ratios):
    """Compare targets whose samples lie 0.1 or, where the ratio is a pair (ratio, spread), that far apart."""
    rows = []
    for value in log2_ratios.values():
        ratio, spread = value if isinstance(value, tuple) else (value, 0.1)
        rows.append([ratio - spread, ratio, ratio + spread, -spread, 0.0, spread])
    comparison = choose_comparison(SAMPLES, "a", "b")
    return compare_quantities(
        list(log2_ratios), np.array(rows), SAMPLES, comparison, ValidateSettings(adjust="none")
    )


def array(**calls):
    """Make an array table of (log2 ratio, call) by name."""
    return SavedDifferential(
        "d.csv",
        text_array(f"i{n}" for n in range(len(calls))),
        text_array(name.replace("__", "/") for name in calls),
        np.array([ratio for ratio, _ in calls.values()]),
        {
            "regulation by fold change": text_array(call for _, call in calls.values()),
            "regulation by volcano P": text_array(call for _, call in calls.values()),
        },
        "a",
        "b",
    )


def test_each_verdict():
    # With n = 3 + 3 and a spread s the standard error is s √(2/3) and t(0.975; 4) = 2.776: half width 2.27 s.
    found = concordance(
        qpcr(
            confirmed=-2.0, small=-0.3, opposite=1.0, wide=(-1.0, 1.5), wideopposite=(0.2, 1.5), missed=1.5,
            silent=0.2, unknown=1.0, gone=np.nan,
        ),
        array(
            confirmed=(-1.5, "down"), small=(-1.2, "down"), opposite=(-1.1, "down"), wide=(-1.3, "down"),
            wideopposite=(-1.2, "down"), missed=(0.3, ""), silent=(0.1, ""), gone=(2.0, "up"),
            untested=(1.4, "up"),
        ),
    )  # fmt: skip
    assert dict(zip(found.names, found.verdict, strict=True)) == {
        "confirmed": "confirmed",
        "small": "confirmed",  # −0.3 ± 0.227: small, and there
        "opposite": "false positive",  # 1 ± 0.227 leaves out −1
        "wide": "not confirmed",  # −1 ± 3.4 holds 0 and −1
        "wideopposite": "not confirmed",
        "missed": "missed by the array",
        "silent": "not called by either",
        "unknown": "not on the array",
        "gone": "no qPCR result",
        "untested": "not tested",
    }
    directions = dict(zip(found.names, found.direction, strict=True))
    assert (directions["confirmed"], directions["opposite"], directions["unknown"]) == ("same", "opposite", "")
    assert untested_remark(found) == "1 array finding not tested by qPCR: untested"


def test_an_interval_that_leaves_out_the_cutoff_makes_a_false_positive():
    # −0.2 ± 0.227: not significant, and a halving (−1) lies outside
    found = concordance(qpcr(m=-0.2), array(m=(-1.5, "down")))
    assert found.verdict.tolist() == ["false positive"]


def test_probes_of_one_name_are_averaged_and_slash_probes_are_split():
    table = array(x=(1.0, "up"), x__y=(2.0, "up"))
    found = concordance(qpcr(x=1.0, y=1.0), table)
    assert found.array_log2_ratio.tolist() == [1.5, 2.0]
    assert (found.n_probes.tolist(), found.array_id.tolist()) == ([2, 1], ["i0/i1", "i1"])
    assert found.verdict.tolist() == ["confirmed", "confirmed"]


def test_probes_that_contradict_each_other_call_nothing_and_are_told():
    found = concordance(qpcr(x=1.0), array(x=(1.5, "up"), x__y=(-1.5, "down")))
    assert (found.array_call.tolist(), found.verdict.tolist()) == ([""], ["missed by the array"])
    assert found.remarks == ("x: its 2 probes disagree about up and down, so the array calls it neither",)


def test_correlations_by_hand_and_by_numpy():
    x, y = np.array([-2.0, -1.0, 0.5, 1.5]), np.array([-1.0, -1.5, 0.0, 2.0])
    pearson, lin = correlations(x, y)
    assert pearson == pytest.approx(np.corrcoef(x, y)[0, 1], rel=1e-12)
    # Lin (1989), 1/n: 2 · cov / (var + var + (difference of means)²)
    expected = 2 * np.cov(x, y, bias=True)[0, 1] / (x.var() + y.var() + (x.mean() - y.mean()) ** 2)
    assert lin == pytest.approx(expected, rel=1e-12)
    assert correlations(x, x) == (pytest.approx(1), pytest.approx(1))
    assert np.isnan(correlations(x[:2], y[:2])).all()
    assert np.isnan(correlations(np.ones(3), np.ones(3))).all()


def test_the_array_must_compare_the_same_groups_the_same_way_round():
    from dataclasses import replace

    table = array(x=(1.0, "up"))
    with pytest.raises(MirtoolError, match="the same ones the other way round"):
        concordance(qpcr(x=1.0), replace(table, tested="b", reference="a"))


def test_rules_of_the_array():
    from dataclasses import replace

    table = array(x=(1.0, "up"))
    with pytest.raises(UsageError, match="the array's table has no such rule"):
        concordance(qpcr(x=1.0), table, rule="fdr")
    with pytest.raises(UsageError, match="unknown rule"):
        concordance(qpcr(x=1.0), table, rule="q")
    without_p = replace(table, regulation={"regulation by fold change": text_array(["up"])})
    found = concordance(qpcr(x=1.0), without_p)
    assert (found.array_rule, len(found.remarks)) == ("fold change", 1)


def test_targets_and_probes_are_matched_by_the_mirna_they_mean():
    # hsa-miR-16 is hsa-miR-16-5p today; hsa-miR-34b was two miRNAs; miR-17-5p gets the array's species.
    table = array(**{
        "hsa-miR-16": (-1.5, "down"),
        "hsa-miR-17-5p__hsa-miR-106a-5p": (1.2, "up"),
        "hsa.miR.21.5p": (1.1, "up"),
    })  # fmt: skip
    targets = {"hsa-miR-16-5p": -2.0, "miR-17-5p": 1.0, "hsa-miR-21-4373090": 1.0, "hsa-miR-34b": 1.0}
    found = concordance(qpcr(**targets), table)
    assert found.verdict.tolist() == ["confirmed", "confirmed", "confirmed", "not on the array"]
    assert found.remarks == (
        "3 targets matched under another name: hsa-miR-16-5p is hsa-miR-16 on the array, "
        "miR-17-5p is hsa-miR-17-5p/hsa-miR-106a-5p on the array, "
        "hsa-miR-21-4373090 is hsa.miR.21.5p on the array",
        "hsa-miR-34b: no probe has this name; it may mean hsa-miR-34b-5p, hsa-miR-34b-3p",
    )
    assert call_of("hsa-miR-16-5p", table, "p") == "down"
