"""Counts and lists in words, as messages, figures and tables write them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def plural(n: int, one: str, many: str = "") -> str:
    """Return a count with its noun, thousands separated: ``plural(1, 'spot')``.

    Examples
    --------
    >>> plural(1, "spot"), plural(12480, "spot"), plural(2, "array of", "arrays of")
    ('1 spot', '12,480 spots', '2 arrays of')
    """
    return f"{n:,} {one if n == 1 else many or one + 's'}"


def first_of(names: Sequence[str], most: int) -> str:
    """Return a list of names, so many at most, and how many more there are.

    Examples
    --------
    >>> first_of(["R1", "R2", "R3"], 3), first_of(["R1", "R2", "R3"], 1)
    ('R1, R2, R3', 'R1 and 2 more')
    """
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")


def similar_names(wanted: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Return the known names that resemble one that does not exist, whatever the case, the most similar first.

    After those of nearly the same letters come those that contain it, and those of three letters or more that it
    contains; a single letter is in too many.

    Examples
    --------
    >>> similar_names("Resistent", ["responding", "resistant"]), similar_names("U6", ["U6 snRNA", "let-7a-5p"])
    (['resistant'], ['U6 snRNA'])
    """
    from difflib import get_close_matches

    folded = {str(name).casefold(): str(name) for name in reversed(list(known))}
    own = wanted.casefold()
    close = get_close_matches(own, folded, n=most)
    if len(own) > 1:
        close += [other for other in folded if own in other or (len(other) > 2 and other in own)]
    return [folded[other] for other in dict.fromkeys(close)][:most]


def did_you_mean(wanted: str, known: Iterable[str], most: int = 1) -> str | None:
    """Return the hint of an error about a name that does not exist; None where no known name resembles it.

    Examples
    --------
    >>> did_you_mean("resistent", ["responding", "resistant"])
    "did you mean 'resistant'?"
    """
    similar = similar_names(wanted, known, most)
    return f"did you mean {' or '.join(map(repr, similar))}?" if similar else None
