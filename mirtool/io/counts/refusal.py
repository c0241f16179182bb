"""How sequencing counts are refused where intensities are wanted, and beside arrays."""

from __future__ import annotations

from pathlib import Path

from mirtool.errors import CountsError, FormatError, option

APART = "make a study of its own for each: reads can't be compared with the values of other platforms in one model"
"""What to do with counts beside other samples."""


def counts_refused(path: str | Path, how: str, *, stated: bool) -> CountsError:
    """Return the refusal of counts by a recipe for arrays; ``how`` says by what they are known.

    ``stated`` is False where the values look like counts and nothing says so.
    """
    doubt = "" if stated else f"; if they are intensities, say so with {option('scale', 'linear')}"
    return CountsError(
        f"these {'are' if stated else 'look like'} sequencing counts: the recipes for arrays do not apply",
        path=path,
        found=how,
        expected="intensities of a scanner",
        hint="go on with `mirtool diff`, which filters, scales and weighs counts itself: write counts into a "
        f"column scale of the sample sheet (`mirtool init` does it), or give {option('scale', 'counts')}{doubt}",
    )


def per_million_refused(path: str | Path, how: str) -> CountsError:
    """Return the refusal of reads per million by a recipe for arrays; ``how`` says by what they are known."""
    return CountsError(
        "these look like sequencing reads per million: the recipes for arrays do not apply",
        path=path,
        found=how,
        expected="intensities of a scanner",
        hint="give the read counts themselves to `mirtool diff`, which scales and weighs them; if these are "
        f"intensities, say so with {option('scale', 'linear')}",
    )


def counts_beside_arrays(counts: str | Path, arrays: str | Path) -> FormatError:
    """Return the refusal of a study that has both; ``arrays`` may as well hold lanes."""
    from mirtool.io.registry import FORMATS, sniff_format

    others = "NanoString lanes" if FORMATS[sniff_format(arrays)].lanes else "arrays"
    return FormatError(
        f"sequencing counts and {others} are in one study",
        path=counts,
        found=f"counts here, {others} in {arrays}",
        expected="samples of one kind",
        hint=APART,
    )
