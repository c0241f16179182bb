import io
import os
import re
import struct
import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from PIL import Image

from mirtool.errors import UsageError
from mirtool.report.figures.canvas import (
    DOWN_COLOR,
    GROUP_COLORS,
    SMALLEST_TEXT,
    call_colors,
    diverging_colors,
    drawing_with,
    figure_bytes,
    figure_title,
    group_colors,
    house_style,
    new_figure,
    page_width,
    png_bytes,
    svg_bytes,
    text_width,
)
from mirtool.report.figures.captions import Caption, merge_captions
from mirtool.report.figures.settings import FigureSettings


def drawn(title: str = "a title") -> Figure:
    figure = new_figure(85, 60)
    with house_style():
        axes = figure.add_subplot()
        axes.plot([1, 2], [3, -4])
        axes.set_title(title)
    return figure


def png_chunks(data: bytes) -> dict[bytes, bytes]:
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        length = struct.unpack(">I", data[at : at + 4])[0]
        chunks[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + length]
        at += 12 + length
    return chunks


def test_png_has_the_size_in_print_and_nothing_that_dates_it():
    chunks = png_chunks(png_bytes(drawn()))
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    # 85 mm × 300 / 25.4 = 1003.9; 60 mm × 300 / 25.4 = 708.7 (whole pixels, rounded down)
    assert (width, height) == (1003, 708)
    # 300 dots an inch = 300 / 0.0254 = 11811 dots a meter
    assert struct.unpack(">IIB", chunks[b"pHYs"]) == (11811, 11811, 1)
    assert not {b"tEXt", b"iTXt", b"zTXt", b"tIME"} & set(chunks)


def test_svg_text_is_text_without_date_or_version():
    text = svg_bytes(drawn("5 < 6 & µ − ≥ log₂")).decode()
    assert ">5 &lt; 6 &amp; µ − ≥ log₂</text>" in text
    assert "dc:date" not in text
    assert "Matplotlib" not in text


def test_a_figure_keeps_no_pixels_of_its_files():
    """Pages of hundreds of arrays are held together until they are written: 25 MB each."""
    figure = new_figure(180, 245)
    for format_name in ("png", "svg"):
        figure_bytes(figure, format_name)
        assert not hasattr(figure.canvas, "renderer")


@pytest.mark.parametrize("format_name", ["png", "svg", "pdf", "tiff"])
@pytest.mark.parametrize("style", ["paper", "slides", "screen"])
def test_same_figure_same_bytes(format_name, style):
    with drawing_with(FigureSettings(style=style)):
        figure = drawn()
        first = figure_bytes(figure, format_name)
        assert first == figure_bytes(figure, format_name) == figure_bytes(drawn(), format_name)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def test_a_style_enlarges_the_whole_figure():
    with drawing_with(FigureSettings(style="slides")):
        picture, vector = opened(png_bytes(drawn())), svg_bytes(drawn()).decode()
    # 85 mm × 1.8 at 300 dots per inch = 1807.1 pixels; 60 mm × 1.8 = 1275.6
    assert picture.size == (1807, 1275)
    assert picture.info["dpi"] == pytest.approx((300, 300), rel=1e-4)
    # 85 mm × 1.8 = 153 mm = 433.701 points; the coordinates within stay those of 85 mm = 240.945 points
    assert 'width="433.701pt"' in vector
    assert 'viewBox="0 0 240.944882' in vector


def test_tiff_is_what_journals_ask_for():
    with drawing_with(FigureSettings(figure_dpi=600)):
        picture = opened(figure_bytes(drawn(), "tiff"))
    # 85 mm × 600 / 25.4 = 2007.9 pixels
    assert (picture.mode, picture.size[0], picture.info["compression"]) == ("RGB", 2007, "tiff_lzw")
    assert tuple(map(float, picture.info["dpi"])) == (600, 600)


def test_pdf_has_its_text_as_text_and_no_date():
    data = figure_bytes(drawn(), "pdf")
    assert data.startswith(b"%PDF")
    assert b"/CreationDate" not in data
    assert b"/CIDFontType2" in data  # TrueType outlines; Type 3 could not be edited
    # 85 mm = 240.94 points, 60 mm = 170.08 points
    assert re.search(rb"/MediaBox \[ ?0 0 240\.94\d* 170\.07\d* ?\]", data)


def test_width_title_and_colors_are_as_asked_for():
    with drawing_with(FigureSettings(figure_width=85, title="Serum", color=("up=#AA0000", "a=b=#00AA00"))):
        assert page_width(180, least=60) == 85
        assert page_width(180, least=100) == 100
        assert figure_title("own") == "Serum"
        assert call_colors()["up"] == "#AA0000"
        assert call_colors()["down"] == DOWN_COLOR
        assert to_hex(diverging_colors()(1.0)) == "#aa0000"
        assert group_colors(["x", "a=b"]) == {"x": GROUP_COLORS[0], "a=b": "#00AA00"}
    with drawing_with(FigureSettings(title="none")):
        assert figure_title("own") == ""
    assert figure_title("own") == "own"
    assert page_width(180, least=60) == 180


def test_a_group_has_one_color_whichever_groups_a_figure_shows():
    with drawing_with(FigureSettings(), groups=["a", "", "b", "a", "c"]):
        assert group_colors(["c", "a"]) == {"c": GROUP_COLORS[2], "a": GROUP_COLORS[0]}


@pytest.mark.parametrize("color", ["up", "up=red", "=#112233", "up=#12345"])
def test_a_color_that_can_not_be_read(color):
    with pytest.raises(UsageError, match=r"a color can't be read.*NAME=#RRGGBB"):
        FigureSettings(color=(color,))


def test_captions_of_other_figures_stay(tmp_path):
    (tmp_path / "b.png").touch()
    (tmp_path / "captions.md").write_text("# x\n\n## b.png, b.svg\n\nChanged by hand.\n\n## gone.png\n\nOld.\n")
    ((path, data),) = merge_captions(tmp_path, {"a": Caption(("a.png", "a.svg"), "Of a.")}).items()
    assert path == tmp_path / "captions.md"
    assert data.decode() == (
        "# Captions of the figures\n\n## a.png, a.svg\n\nOf a.\n\n## b.png, b.svg\n\nChanged by hand.\n"
    )
    assert merge_captions(tmp_path, {}) == merge_captions(None, {"a": Caption(("a.png",), "")}) == {}


def test_same_bytes_in_another_process_whatever_the_hash_seed():
    code = (
        "import sys, matplotlib.pyplot as p; p.rcParams['font.size'] = 30; p.rcParams['lines.linewidth'] = 9\n"
        "from mirtool.report.figures.canvas import *\n"
        "f = new_figure(50, 50)\n"
        "with house_style(): f.add_subplot().plot([1, 2], [3, 4])\n"
        "sys.stdout.buffer.write(svg_bytes(f) + png_bytes(f))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        )
        for seed in ("1", "2")
    ]
    figure = new_figure(50, 50)
    with house_style():
        figure.add_subplot().plot([1, 2], [3, 4])
    assert runs[0].stdout == runs[1].stdout == svg_bytes(figure) + png_bytes(figure)


def test_settings_of_the_reader_are_left_alone():
    before = dict(mpl.rcParams)
    png_bytes(drawn())
    assert dict(mpl.rcParams) == before


def test_pyplot_is_not_imported():
    code = (
        "import sys; from mirtool.report.figures.canvas import *; "
        "f = new_figure(50, 50); png_bytes(f); svg_bytes(f);"
        "sys.exit('matplotlib.pyplot' in sys.modules or 'pandas' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_dollar_signs_are_no_formula():
    assert ">$5 and $6</text>" in svg_bytes(drawn("$5 and $6")).decode()


def test_a_script_that_no_font_has_is_drawn_without_a_warning():
    figure = drawn("敏感 \u16a0\U000e0041")
    assert png_bytes(figure)
    assert "敏感" in svg_bytes(figure).decode()


def test_no_default_text_is_smaller_than_seven_points():
    with house_style():
        sizes = [
            mpl.rcParams[key] for key in ("font.size", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
        ]
    assert min(sizes) >= SMALLEST_TEXT >= 7


def test_group_colors_start_again_after_eight():
    colors = group_colors([f"g{i}" for i in range(9)])
    assert colors["g8"] == colors["g0"] == GROUP_COLORS[0]
    assert len(set(colors.values())) == 8


@pytest.mark.parametrize("dpi", [72, 110, 300])
def test_a_line_of_text_is_as_long_at_every_resolution_as_it_was_measured(dpi):
    line = (
        "32 of 89 shared targets drawn, those with most miRNAs. 1 miRNA without a target in the table not drawn."
    )
    with house_style():
        figure = Figure(figsize=(8, 1), dpi=dpi)
        drawn_line = figure.text(0, 0, line, fontsize=SMALLEST_TEXT)
        millimeters = drawn_line.get_window_extent(FigureCanvasAgg(figure).get_renderer()).width / dpi * 25.4
        assert millimeters == pytest.approx(text_width(line), rel=0.005)
