"""The setting that every step shares which reads miRNA names."""

from __future__ import annotations

from typing import Any

from mirtool.settings import setting


def mirbase_release_setting(panel: str = "miRNA names") -> Any:
    """Declare the release that the study's miRNA names are from, as a field of a settings class."""
    return setting(
        None,
        "Release of miRBase that the study's miRNA names are from, such as 12. It decides names that several "
        "miRNAs have had. Default: the release in which most of the names exist.",
        panel=panel,
        metavar="RELEASE",
    )
