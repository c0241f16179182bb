"""Patterns of a study's own rules end soon, or are refused before they are used."""

import re
from re import _parser as parser

import numpy as np
import pytest

from mirtool.annotation.bounded_patterns import LONGEST_PATTERN, LONGEST_TEXT, check_bounded
from mirtool.annotation.probes import DEFAULT_RULES, KindRule, ProbeKind, classify_probes
from mirtool.errors import MirtoolError
from mirtool.model import text_array


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a*)*b",
        "([a-z]+)*1",
        "(a|aa)+$",
        "(a|a)*b",
        "(a?){40}a{40}",
        "a?" * 30 + "a" * 30,
        "(a|b|ab)" * 12,
        ".*.*.*.*x",
        r"(.)\1+x",
        r"(a)?(?(1)b|c)",
        "((a{1,9}){1,9}){1,9}",
        "(?:(?:x+x+)+y)",
        "(?=(a+)+$)b",
        "x" * (LONGEST_PATTERN + 1),
    ],
)
def test_patterns_that_could_search_without_end_are_refused(pattern):
    with pytest.raises(MirtoolError, match="could search without end"):
        KindRule(pattern, ProbeKind.MIRNA)


@pytest.mark.parametrize(
    "pattern",
    [
        "^my_spike_", "spike[_ -]?in", "^(blank|empty|buffer)$", r"^\s*(empty\w*|-)\s*$", "^ctrl.*[0-9]+$",
        r"^lab-\d{3,6}", "(?i)pos(itive)?[ _-]?control", "a++b", "x{50}", "^(?!hsa-).*-spike$",
    ],
)  # fmt: skip
def test_simple_patterns_are_taken(pattern):
    assert KindRule(pattern, ProbeKind.MIRNA).regex.pattern == pattern


def test_the_rules_of_our_own_are_bounded():
    for rule in DEFAULT_RULES:
        check_bounded(rule.pattern)


def test_the_longest_search_that_is_allowed_ends():
    # 100 places to start at and two repetitions without bound: 10^6 ways.
    with pytest.raises(MirtoolError):
        check_bounded(".*.*.*x")
    assert KindRule(".*.*x", ProbeKind.MIRNA).regex.search("a" * LONGEST_TEXT) is None


def test_what_follows_the_longest_text_is_not_looked_at():
    names = text_array(["a" * LONGEST_TEXT + "spike", "spike"])
    rules = (KindRule("spike", ProbeKind.HIDDEN),)
    kinds = classify_probes(names, names, rules=rules).kind
    np.testing.assert_array_equal(np.asarray(kinds) == ProbeKind.HIDDEN.value, [False, True])


def test_every_part_that_the_parser_knows_is_judged():
    # A part of a new kind would count as one way: look at it when Python brings one.
    known = {"ANY", "ASSERT", "ASSERT_NOT", "AT", "ATOMIC_GROUP", "BRANCH", "GROUPREF", "GROUPREF_EXISTS", "IN",
             "LITERAL", "MAX_REPEAT", "MIN_REPEAT", "NOT_LITERAL", "POSSESSIVE_REPEAT", "SUBPATTERN"}  # fmt: skip
    tree = parser.parse(r"^.a[^b][^cd]*?e++(?>f)(?=g)(?!h)(i|jk)(?P<n>l)(?P=n)(?(1)m|n)\d\b$", re.IGNORECASE)
    assert {str(code) for code, _ in tree} <= known
