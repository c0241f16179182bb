import os
import struct
import subprocess
import sys

import matplotlib as mpl
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from mirtool.errors import OutputError
from mirtool.report.figures.canvas import (
    GROUP_COLORS,
    SMALLEST_TEXT,
    group_colors,
    house_style,
    new_figure,
    png_bytes,
    save_figure,
    svg_bytes,
    text_width,
)


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


def test_same_figure_same_bytes(tmp_path):
    figure = drawn()
    first = [path.read_bytes() for path in save_figure(figure, tmp_path / "a", "plot")]
    again = [path.read_bytes() for path in save_figure(figure, tmp_path / "b", "plot")]
    other = [path.read_bytes() for path in save_figure(drawn(), tmp_path / "c", "plot")]
    assert first == again == other
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == ["plot.png", "plot.svg"]


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


def test_unwritable_folder(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="can't be written"):
        save_figure(drawn(), tmp_path / "file", "plot")


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
