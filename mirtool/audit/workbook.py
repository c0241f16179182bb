"""A workbook and its raw files, read and audited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from pathlib import Path

from mirtool.audit.check import audit
from mirtool.audit.findings import AuditReport
from mirtool.audit.settings import AuditSettings
from mirtool.audit.sources import ReadRaw
from mirtool.errors import UsageError
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.service_workbook import read_service_workbook
from mirtool.model import RawArrays, SampleTable

Progress = Callable[[str, int], AbstractContextManager[Callable[[str], None]]]
"""``progress(title, total)`` returns a context whose value is called after each of ``total`` steps."""


def no_progress(_title: str, _total: int) -> AbstractContextManager[Callable[[str], None]]:
    """Show nothing."""
    return nullcontext(lambda _step: None)


def audit_workbook(
    workbook: str | Path,
    raw_files: Sequence[str | Path] = (),
    settings: AuditSettings | None = None,
    *,
    samples: SampleTable | None = None,
    progress: Progress = no_progress,
) -> AuditReport:
    """Read a service's workbook and compute it again (:func:`mirtool.audit.audit`).

    Parameters
    ----------
    workbook
        The service's workbook.
    raw_files
        The scanner's files, or the service's Raw Intensity File; without them the audit starts from the workbook.
    settings
        The service's cut-offs; None takes the defaults.
    samples
        Groups, pairs, and which file is which sample.
    progress
        Shows how many of the raw files were read.

    Raises
    ------
    UsageError
        Where the workbook is one of the raw files, or the cut-offs make no sense.
    MirtoolError
        As :func:`mirtool.audit.audit`, and where a file can't be read.
    """
    settings = settings or AuditSettings()
    if str(workbook) in map(str, raw_files):
        raise UsageError("the workbook is named among its own raw files", found=str(workbook))
    return audit(
        read_service_workbook(workbook),
        read_raw=raw_reader(raw_files, samples, progress) if raw_files else None,
        samples=samples,
        fold_change=settings.cutoff,
        alpha=settings.alpha,
    )


def raw_reader(
    files: Sequence[str | Path], samples: SampleTable | None = None, progress: Progress = no_progress
) -> ReadRaw:
    """Return the function that reads the raw arrays by a foreground and a background, each pair of them once."""

    @cache
    def read(foreground: str, background: str) -> RawArrays:
        with progress("Reading raw files", len(files)) as on_read:
            return read_arrays(
                files, samples=samples, foreground=foreground, background=background, on_read=on_read
            )

    return read
