"""The formulas that a design may be written in: read by a grammar of our own before anything evaluates them.

The library that makes designs of formulas (formulaic) evaluates Python inside of them. Here a formula holds names
of columns, numbers, operators and the functions of :data:`TRANSFORMS`, and nothing else: no attributes,
subscripts, strings, braces or other functions, so that a formula from somebody else's study can run no code.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from mirtool.errors import UsageError

TRANSFORMS = (
    *("C", "I", "bs", "cc", "center", "cr", "cs", "exp", "exp10", "exp2"),
    *("log", "log10", "log2", "poly", "scale", "sqrt", "standardize"),
)
"""Functions that a formula may call: levels, arithmetic, splines, polynomials, logarithms, powers and scales."""

COUNTED = frozenset({"bs", "cc", "cr", "cs", "poly"})
"""Those that take a number of columns or knots, at most :data:`MOST_COLUMNS`."""

MOST_CHARACTERS, MOST_NAMES, MOST_PRODUCTS, MOST_DEPTH, MOST_COLUMNS = 1000, 40, 5, 20, 100
"""Limits: of the text, its names, its ``*`` and ``/`` outside functions (each doubles the terms), its nested
parentheses, and the columns of one function."""

MOST_POWER = {False: 4, True: 10}
"""Largest power: of a sum of terms, and inside of a function."""

CONSTANTS = frozenset({"True", "False", "None"})
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d{1,15}(?:\.\d{0,15})?(?:[eE][+-]?\d{1,2})?(?!\w))"
    r"|(?P<name>[^\W\d]\w*)"
    r"|`(?P<quoted>[\w .-]{1,100})`"
    r"|(?P<mark>\*\*|<=|>=|==|!=|[-+*/:^~(),=<>]))"
)


def columns_of_formula(formula: str, columns: Collection[str]) -> list[str]:
    """Return the columns that a formula names, sorted, after reading all of it; nothing is evaluated.

    Parameters
    ----------
    formula
        Such as ``~ group + bs(age, df=3)``; a column whose name has blanks, dots or hyphens goes into
        backticks.
    columns
        Of the sample sheet. Names that are none of them are given back as well, but for those of functions.

    Raises
    ------
    UsageError
        Where the formula holds anything else than names, numbers, operators and the functions of
        :data:`TRANSFORMS`, or is beyond the limits.

    Examples
    --------
    >>> columns_of_formula("~ group * batch + poly(log2(age), 2)", ["group", "batch", "age"])
    ['age', 'batch', 'group']
    """
    if len(formula) > MOST_CHARACTERS:
        raise UsageError(
            "the formula is too long",
            found=f"{len(formula)} characters",
            expected=f"at most {MOST_CHARACTERS}",
            parameter="design",
        )
    return sorted(_Reader(formula, columns).read())


class _Reader:
    """Recursive descent over sums of terms, and the arguments of functions within them."""

    def __init__(self, formula: str, columns: Collection[str]) -> None:
        self.formula, self.columns = formula, columns
        self.names: set[str] = set()
        self.products = self.depth = 0
        self.tokens = self._tokens()
        self.at = 0

    def read(self) -> set[str]:
        if not self._take("~"):
            self._sum(within="")
            self._take("~")
        if self._kind():
            self._sum(within="")
        if self._kind():
            raise self._error("after it the formula should end")
        if len(self.names) > MOST_NAMES or self.products > MOST_PRODUCTS:
            raise self._error(f"at most {MOST_NAMES} names and {MOST_PRODUCTS} products", whole=True)
        return self.names

    def _tokens(self) -> list[tuple[str, str, int]]:
        tokens, at = [], 0
        end = len(self.formula.rstrip())
        while at < end:
            match = _TOKEN.match(self.formula, at)
            if match is None:
                rest = self.formula[at:].strip()
                raise self._refused(rest, "nothing but names, numbers, operators and functions")
            kind = str(match.lastgroup)
            tokens.append((kind, match.group(kind), at))
            at = match.end()
        return tokens

    def _kind(self) -> str:
        return self.tokens[self.at][0] if self.at < len(self.tokens) else ""

    def _next(self, *marks: str) -> bool:
        return self._kind() == "mark" and self.tokens[self.at][1] in marks

    def _take(self, *marks: str) -> str:
        if not self._next(*marks):
            return ""
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _sum(self, within: str) -> None:
        """Read operands joined by operators: terms of the model, or (``within`` a function) arithmetic."""
        marks = ("+", "-", "*", "/", "<", ">", "<=", ">=", "==", "!=") if within else ("+", "-", "*", "/", ":")
        self._operand(within)
        while True:
            if mark := self._take(*marks):
                self.products += mark in "*/" and not within
                self._operand(within)
            elif self._take("**", "^"):
                self._power(inside=bool(within))
            else:
                return

    def _power(self, *, inside: bool) -> None:
        text = self._number()
        whole = text.isdigit()
        if float(text) > MOST_POWER[inside] or not (whole or inside) or self._next("**", "^"):
            raise self._error(f"a power of at most {MOST_POWER[inside]}", back=1)

    def _number(self) -> str:
        if self._kind() != "number":
            raise self._error("a number")
        self.at += 1
        return self.tokens[self.at - 1][1]

    def _operand(self, within: str) -> None:
        while self._take("+", "-"):
            pass
        if self._take("("):
            self._nested(within)
        elif self._kind() == "number":
            number = self._number()
            if within in COUNTED and float(number) > MOST_COLUMNS:
                raise self._error(f"at most {MOST_COLUMNS} columns of one function", back=1)
        elif self._kind() in ("name", "quoted"):
            self._name(quoted=self._kind() == "quoted")
        else:
            raise self._error("a column, a number or a function")

    def _nested(self, within: str) -> None:
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self._error(f"at most {MOST_DEPTH} parentheses within each other")
        self._sum(within)
        if not self._take(")"):
            raise self._error("a closing parenthesis")
        self.depth -= 1

    def _name(self, *, quoted: bool) -> None:
        name = self.tokens[self.at][1]
        self.at += 1
        if quoted and name not in self.columns:
            raise self._error("a column of the sample sheet in backticks", back=1)
        if not self._next("("):
            self.names.add(name)
            return
        if quoted or name not in TRANSFORMS:
            raise self._error("a known function", back=1)
        self.at += 1
        self.depth += 1
        if self.depth > MOST_DEPTH:
            raise self._error(f"at most {MOST_DEPTH} parentheses within each other")
        self._argument(name)
        while self._take(","):
            self._argument(name)
        if not self._take(")"):
            raise self._error("a closing parenthesis")
        self.depth -= 1

    def _argument(self, function: str) -> None:
        after = self.tokens[self.at + 1][:2] if self.at + 1 < len(self.tokens) else ("", "")
        if self._kind() == "name" and after == ("mark", "="):
            self.at += 2
            if self._kind() == "name" and self.tokens[self.at][1] in CONSTANTS:
                self.at += 1
                return
        self._sum(within=function)

    def _error(self, expected: str, *, back: int = 0, whole: bool = False) -> UsageError:
        at = self.at - back
        rest = self.formula[self.tokens[at][2] :].strip() if at < len(self.tokens) and not whole else ""
        return self._refused(rest, expected)

    def _refused(self, rest: str, expected: str) -> UsageError:
        return UsageError(
            "the formula can't be read",
            found=repr(self.formula) + (f", at {rest!r}" if rest else ""),
            expected=f"{expected}; for example '~ group + batch'",
            hint="a formula may hold columns of the sample sheet, numbers, operators and the functions "
            + ", ".join(TRANSFORMS),
            parameter="design",
        )
