"""Interactions under current names: renamed pairs meet, nothing is lost, nothing counts twice."""

from hypothesis import given
from hypothesis import strategies as st

from mirtool.model import Interactions, text_array
from mirtool.network.interactions.current_names import update_mirna_names

PAIR = st.tuples(st.sampled_from("abcd"), st.sampled_from("XYZ"))


def interactions(pairs) -> Interactions:
    mirna, gene = zip(*pairs, strict=True)
    evidence = text_array("weak" if (ord(m) + ord(g)) % 2 else "strong" for m, g in pairs)
    return Interactions(text_array(mirna), text_array(gene), evidence, text_array(m + g for m, g in pairs), "mine")


@given(
    st.lists(PAIR, min_size=1, unique=True),
    st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["A", "B", "a"]), max_size=4),
)
def test_each_pair_is_there_once_with_all_that_was_known_of_it(pairs, current):
    known = interactions(pairs)
    renamed = update_mirna_names(known, current)
    expected: dict[tuple[str, str], list[int]] = {}
    for i, (mirna, gene) in enumerate(pairs):
        expected.setdefault((current.get(mirna, mirna), gene), []).append(i)
    assert list(zip(renamed.mirna, renamed.gene, strict=True)) == list(expected)
    for strong, references, rows in zip(renamed.strong, renamed.references, expected.values(), strict=True):
        assert strong == known.strong[rows].any()
        assert references == ";".join(sorted(known.references[rows]))


def test_without_new_names_nothing_changes():
    known = interactions([("a", "X"), ("b", "X")])
    same = update_mirna_names(known, {})
    assert same.mirna.tolist() == ["a", "b"]
    assert same.strong.tolist() == known.strong.tolist()
