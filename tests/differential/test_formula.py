"""A formula holds columns, numbers, operators and a list of functions; anything else is refused unevaluated."""

from pathlib import Path

import numpy as np
import pytest

from mirtool.differential.design import design_of_formula
from mirtool.differential.formula import MOST_CHARACTERS, TRANSFORMS, columns_of_formula
from mirtool.errors import SampleSheetError, UsageError
from mirtool.model import SampleTable

AGE = (31.0, 44.0, 52.0, 38.0, 47.0, 60.0)
SAMPLES = SampleTable(
    tuple("abcdef"),
    ("A", "A", "B", "A", "B", "B"),
    extra={
        "age": tuple(f"{age:g}" for age in AGE),
        "batch": tuple("xyxyyx"),
        "hours after dose": tuple("124816"),
        "__import__('os').mkdir('run')": tuple("121212"),
        "np": tuple("121212"),
    },
    sheet="samples.csv",
)

ATTACKS = [
    "~ group + {np.loadtxt.__globals__['os'].mkdir('run')}",
    "~ group + {__import__('os').mkdir('run')}",
    "~ group + np.loadtxt.__globals__['os'].mkdir('run')",
    "~ group + I(np.loadtxt.__globals__['os'].mkdir('run'))",
    "~ group + log(age.__class__.__mro__)",
    "~ group + log(age.map(print))",
    "~ group + age[0]",
    "~ group + log(age[0])",
    "~ group + __import__('os')",
    "~ group + eval(age)",
    "~ group + exec('run')",
    "~ group + open(age)",
    "~ group + C(open('run', 'w'))",
    "~ group + Q('age')",
    "~ group + hashed(age)",
    "~ group + `__import__('os').mkdir('run')`",
    "~ group + log(`__import__('os').mkdir('run')`)",
    "~ group + `age`.map(print)",
    "~ group + `hours after dose`(age)",
    "~ group + log(lambda: age)",
    "~ group + log((age := 3))",
    "~ group + log(f'{age}')",
    "~ group + log(*age)",
    "~ group + log(age, **age)",
    "~ group + C(age, contr.treatment)",
    "~ group + log(age) if age else age",
    "~ group + log(age for age in age)",
    "~ group + age\n~ {age}",
    "~ group + age # {age}",
    "~ group + age; age",
    "~ group + age \\ age",
    "~ group | age",
]


@pytest.mark.parametrize("formula", ATTACKS)
def test_code_is_refused_before_anything_is_evaluated(formula, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("formulaic.Formula", lambda *_: pytest.fail("the formula reached formulaic"))
    with pytest.raises(UsageError, match="the formula can't be read"):
        design_of_formula(SAMPLES, formula)
    assert not Path("run").exists()


@pytest.mark.parametrize(
    "formula",
    [
        "~ group + age ** 9 ** 9 ** 9",
        "~ group + I(age ** 9 ** 9)",
        "~ group + I(9 ** 99)",
        "~ (group + age) ** 30",
        "~ group + bs(age, df=100000)",
        "~ group + poly(age, 100000)",
        "~ group * age * batch * group * age * batch * np",
        "~ group + " + "(" * 30 + "age" + ")" * 30,
        "~ group + " + "log(" * 30 + "age" + ")" * 30,
        "~ group + 99999999999999999999",
    ],
)
def test_what_would_take_for_ever_is_refused(formula):
    with pytest.raises(UsageError, match="the formula can't be read"):
        columns_of_formula(formula, {"group", "age", "batch", "np"})


def test_a_formula_too_long_or_of_too_many_names_is_refused():
    with pytest.raises(UsageError, match="too long"):
        columns_of_formula("~ group" + " + age" * MOST_CHARACTERS, {"group", "age"})
    with pytest.raises(UsageError, match="at most 40 names"):
        columns_of_formula("~ group + " + " + ".join(f"x{i}" for i in range(60)), {"group"})


def test_an_error_says_where_and_what_may_stand_there():
    with pytest.raises(UsageError) as caught:
        columns_of_formula("~ group + system(age)", {"group", "age"})
    assert caught.value.found == "'~ group + system(age)', at 'system(age)'"
    assert caught.value.expected.startswith("a known function")
    assert "the functions C, I, bs" in str(caught.value)
    assert caught.value.parameter == "design"


@pytest.mark.parametrize(
    ("formula", "column"),
    [
        ("~ group + age", AGE),
        ("~ group + `hours after dose`", (1, 2, 4, 8, 1, 6)),
        ("~ group + log2(age + 1)", np.log2(np.add(AGE, 1))),
        ("~ group + log(age)", np.log(AGE)),
        ("~ group + log10(age)", np.log10(AGE)),
        ("~ group + sqrt(age)", np.sqrt(AGE)),
        ("~ group + exp(age / 100)", np.exp(np.divide(AGE, 100))),
        ("~ group + I(age**2)", np.square(AGE)),
        ("~ group + center(age)", np.subtract(AGE, np.mean(AGE))),
        ("~ group + scale(-age)", np.subtract(np.mean(AGE), AGE) / np.std(AGE, ddof=1)),
        ("~ group + C(age > 45)", np.greater(AGE, 45)),
        ("~ group + np", (1, 2, 1, 2, 1, 2)),
    ],
)
def test_functions_and_arithmetic_are_what_they_say(formula, column):
    matrix = design_of_formula(SAMPLES, formula).matrix
    np.testing.assert_allclose(matrix[:, -1], column, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("formula", "columns"),
    [
        ("~ group + bs(age, df=3, include_intercept=False)", 5),
        ("~ group + poly(age, 2)", 4),
        ("~ 0 + group:batch + age", 5),
        ("~ group * batch - group:batch", 3),
        ("~ (group + batch) ^ 2", 4),
        ("~ group + C(batch) + 1", 3),
        ("group + age", 3),
    ],
)
def test_terms_and_curves_are_as_before(formula, columns):
    assert design_of_formula(SAMPLES, formula).matrix.shape == (6, columns)


def test_every_function_is_called_by_its_name():
    for name in TRANSFORMS:
        assert columns_of_formula(f"~ group + {name}(age, 2)", {"group", "age"}) == ["age", "group"]


def test_a_name_that_is_no_column_is_named():
    with pytest.raises(SampleSheetError, match="no column 'sex'"):
        design_of_formula(SAMPLES, "~ group + log(sex)")
    with pytest.raises(SampleSheetError, match="no column 'cr'"):
        design_of_formula(SAMPLES, "~ group + cr")
