"""How sequencing counts are refused where intensities are wanted, and beside arrays."""

from __future__ import annotations

from pathlib import Path

from mirtool.errors import CountsError, FormatError, option

APART = "make a study of its own for each: reads and light intensities can't be compared in one model"
"""What to do with counts beside arrays."""


def counts_refused(path: str | Path, how: str) -> CountsError:
    """Return the refusal of counts by a recipe for arrays; ``how`` says by what they are known."""
    return CountsError(
        "these are sequencing counts: the recipes for arrays do not apply",
        path=path,
        found=how,
        expected="intensities of a scanner",
        hint="go on with `mirtool diff`, which filters, scales and weighs counts itself: write counts into a "
        f"column scale of the sample sheet (`mirtool init` does it), or give {option('scale', 'counts')}; if they "
        f"are intensities, say so with {option('scale', 'linear')}",
    )


def counts_beside_arrays(counts: str | Path, arrays: str | Path) -> FormatError:
    """Return the refusal of a study that has both."""
    return FormatError(
        "sequencing counts and arrays are in one study",
        path=counts,
        found=f"counts here, arrays in {arrays}",
        expected="samples of one kind",
        hint=APART,
    )
