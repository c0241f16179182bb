"""Combined tables against sets of pairs counted the slow way."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.errors import NotEnoughDataError, UsageError
from mirtool.model import EVIDENCE_CLASSES, Interactions, text_array
from mirtool.network.interactions.combine import combine_interactions, filter_by_score

NAMES = ("A", "B", "C")
PAIR = st.tuples(st.sampled_from("mno"), st.sampled_from("XYZ"))
ROW = st.tuples(st.sampled_from(EVIDENCE_CLASSES), st.lists(st.sampled_from("123"), max_size=2, unique=True))
SOURCE = st.dictionaries(PAIR, ROW, min_size=1)


def table(rows, name="mine", **columns) -> Interactions:
    mirna, gene = zip(*rows, strict=True)
    evidence, references = zip(*rows.values(), strict=True)
    return Interactions(
        text_array(mirna),
        text_array(gene),
        text_array(evidence),
        text_array(";".join(sorted(each)) for each in references),
        name,
        **columns,
    )


@given(st.lists(SOURCE, min_size=2, max_size=3), st.integers(1, 3))
def test_a_pair_stands_where_enough_sources_hold_it(sources, at_least):
    at_least = min(at_least, len(sources))
    holders = {pair: [i for i, rows in enumerate(sources) if pair in rows] for rows in sources for pair in rows}
    expected = sorted(pair for pair, held in holders.items() if len(held) >= at_least)
    tables = [table(rows, name) for rows, name in zip(sources, NAMES, strict=False)]
    if not expected:
        with pytest.raises(NotEnoughDataError, match=f"no pair is in {at_least} of the {len(sources)} sources"):
            combine_interactions(tables, at_least=at_least)
        return
    made = combine_interactions(tables, at_least=at_least)
    pairs = made.interactions
    assert list(zip(pairs.mirna, pairs.gene, strict=True)) == expected
    for row, pair in enumerate(expected):
        held = holders[pair]
        rows = [sources[i][pair] for i in held]
        assert pairs.evidence[row] == max((evidence for evidence, _ in rows), key=EVIDENCE_CLASSES.index)
        assert pairs.references[row] == ";".join(sorted({each for _, given in rows for each in given}))
        assert pairs.databases[row] == ";".join(NAMES[i] for i in held)
    assert pairs.score is None
    everything = [set(rows) for rows in sources]
    for i, own in enumerate(everything):
        others = set().union(*(rows for j, rows in enumerate(everything) if j != i))
        assert (made.pairs[i], made.kept[i]) == (len(own), len(own & set(expected)))
        assert made.alone[i] == len(own - others)
        assert made.common[i].tolist() == [len(own & rows) for rows in everything]


@given(st.lists(SOURCE, min_size=2, max_size=3))
def test_the_order_of_the_sources_does_not_matter(sources):
    tables = [table(rows, name) for rows, name in zip(sources, NAMES, strict=False)]
    one, other = (combine_interactions(each).interactions for each in (tables, tables[::-1]))
    for column in ("mirna", "gene", "evidence", "references", "databases"):
        assert getattr(one, column).tolist() == getattr(other, column).tolist()


def test_what_is_said():
    a = table({("m", "X"): ("weak", "1"), ("m", "Y"): ("weak", "")}, "A 1.0")
    b = table({("m", "Y"): ("predicted", "")}, "B")
    c = table({("n", "Y"): ("", "")}, "C")
    assert combine_interactions([a, b, c]).interactions.source == "union of A 1.0, B and C"
    made = combine_interactions([a, b, c], at_least=2).interactions
    assert made.source == "at least 2 of A 1.0, B and C"
    assert made.dropped == (
        "A 1.0: 2 pairs, 1 of them kept, 1 in no other source",
        "B: 1 pair, 1 of them kept, 0 in no other source",
        "C: 1 pair, 0 of them kept, 1 in no other source",
        "A 1.0 and B: 1 pair in common",
        "A 1.0 and C: 0 pairs in common",
        "B and C: 0 pairs in common",
    )


def test_what_cannot_be_combined():
    a = table({("m", "X"): ("", "")}, "A")
    with pytest.raises(UsageError, match="two sources of interactions are called A"):
        combine_interactions([a, a])
    b = table({("m", "X"): ("", "")}, "B")
    with pytest.raises(UsageError, match="a pair can't be in 3 of 2 sources"):
        combine_interactions([a, b], at_least=3)


ROWS = {("m", "W"): ("", ""), ("m", "X"): ("", ""), ("m", "Y"): ("", ""), ("m", "Z"): ("", "")}
SCORES = np.array([np.nan, -0.3, 0.0, 0.3])


@pytest.mark.parametrize(
    ("lower_is_better", "cutoff", "genes"),
    [(True, -0.3, ["X"]), (True, 0, ["X", "Y"]), (False, 0.3, ["Z"]), (False, -1, ["X", "Y", "Z"])],
)
def test_a_limit_to_scores_knows_which_way_they_go(lower_is_better, cutoff, genes):
    kept = filter_by_score(table(ROWS, score=SCORES, lower_is_better=lower_is_better), cutoff)
    assert kept.gene.tolist() == genes
    n = 4 - len(genes)
    assert kept.dropped == (
        f"{n} pair{'s' * (n > 1)} with a score less sure than {cutoff:g}, or without one, left out",
    )


def test_limits_that_cannot_be_set():
    with pytest.raises(UsageError, match="mine has no scores to set a limit to"):
        filter_by_score(table(ROWS), 1)
    with pytest.raises(NotEnoughDataError, match=r"found scores from -0\.3 to 0\.3; expected 0\.5 or higher"):
        filter_by_score(table(ROWS, score=SCORES), 0.5)
