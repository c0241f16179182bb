"""How figures leave mirtool: style, formats, size, title, colors, font. Every step that draws has these."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mirtool.errors import UsageError
from mirtool.settings import Method, Methods, Settings, setting

FIGURES_PANEL = "Figures"
FIGURE_FORMATS = ("png", "svg", "pdf", "tiff")
NO_TITLE = "none"
REGULATION_COLORS = ("up", "down", "neutral")
"""Names in ``color`` that are not groups."""

STYLES = Methods(
    "figure style",
    Method("paper", "the size in print, text of 7 points or more"),
    Method("slides", "narrower and 1.8 times as large, text of 12 points or more"),
    Method("screen", "1.3 times as large, 144 dots per inch"),
)


@dataclass(frozen=True)
class FigureSettings(Settings):
    """How the figures of a step look; what they show is a matter of the step's own settings."""

    style: str = setting(
        "paper", f"Size and text of the figures: {STYLES.help()}.", panel=FIGURES_PANEL, choices=STYLES,
        metavar="paper|slides|screen",
    )  # fmt: skip
    figure_format: tuple[str, ...] = setting(
        ("png", "svg"),
        "Format of the figures: png, svg, pdf or tiff; repeat it for several. Default: png and svg.",
        panel=FIGURES_PANEL,
        choices=FIGURE_FORMATS,
        metavar="FORMAT",
    )
    figure_width: float | None = setting(
        None, "Width in millimeters in print, such as a journal's column of 85.", panel=FIGURES_PANEL,
        metavar="MM", minimum=60, maximum=400,
    )  # fmt: skip
    figure_dpi: int | None = setting(
        None, "Dots per inch of PNG and TIFF. Default: 300, for the style screen 144.", panel=FIGURES_PANEL,
        metavar="N", minimum=50, maximum=1200,
    )  # fmt: skip
    title: str | None = setting(
        None, f"Title of the figures in place of their own; {NO_TITLE} draws none.", panel=FIGURES_PANEL,
        metavar="TEXT",
    )  # fmt: skip
    color: tuple[str, ...] = setting(
        (),
        "Color of up, down, neutral or a group: --color up=#B2182B --color resistant=#882255.",
        panel=FIGURES_PANEL,
        metavar="NAME=COLOR",
    )
    font: str | None = setting(
        None, "Font of the figures, if it is installed: Arial.", panel=FIGURES_PANEL, metavar="NAME"
    )

    def check(self) -> None:
        """Refuse a color that is not NAME=#RRGGBB."""
        self.colors()

    def colors(self) -> dict[str, str]:
        """Return the colors asked for by the name of the group, or ``up``, ``down``, ``neutral``.

        Raises
        ------
        UsageError
            Where one is not written as ``NAME=#RRGGBB``.
        """
        found: dict[str, str] = {}
        for each in self.color:
            name, _, color = each.rpartition("=")
            if not name or not re.fullmatch(r"#[0-9A-Fa-f]{6}", color):
                raise UsageError(
                    "a color can't be read",
                    parameter="color",
                    found=each,
                    expected="NAME=#RRGGBB, such as up=#B2182B",
                )
            found[name] = color
        return found
