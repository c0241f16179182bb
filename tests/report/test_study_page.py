"""The report of a study: what is on its page, and what a reader does with it in a real browser.

Chromium runs headless by selenium; where it or its driver is not installed, those tests are skipped.
"""

import base64
import csv
import hashlib
import html
import io
import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from matplotlib.path import Path as ClosedPath
from PIL import Image

from mirtool.cli import main
from mirtool.errors import UsageError
from mirtool.report.page import contrasts, embedding
from mirtool.report.page import heat_map as heat_map_module
from mirtool.report.page import html_page as html_page_module
from mirtool.report.page.embedding import compact_svg, embed_figures, logo_uri
from mirtool.report.page.figure_words import figure_words
from mirtool.report.page.page_tables import packed
from mirtool.report.page.study_page import MOST_BYTES, study_page
from mirtool.report.settings import SECTIONS, ReportSettings
from mirtool.report.study_results import StudyResults
from mirtool.study.folder import open_study
from mirtool.study.record import read_runs
from mirtool.workflow.catalog import STEPS
from mirtool.workflow.run_study import Outcome, RunOptions, run_study
from tests.report import test_network_page as network_tests
from tests.report.test_network_page import DESKTOP, HOSTILE, PHONE, Page, contrast, data_of, in_browser
from tests.small_study import make_study

browser = network_tests.browser
SAMPLES = ("P01", "P02", "P03", "P04", "P05", "P06")


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Return a study of six simulated arrays, analyzed, with the figures of its comparison."""
    folder = tmp_path_factory.mktemp("report") / "study"
    folder.mkdir()
    make_study(folder)
    pairs = [f"hsa-miR-{3000 + i}-3p,G{j},1" for i in range(30) for j in range(i % 4, 40, 4)]
    (folder / "targets.csv").write_text("miRNA,gene,entrez\n" + "\n".join(pairs) + "\n")
    (folder / "mirtool.toml").write_text(
        '[network]\ninteractions = ["targets.csv"]\ngene_sets = ["none"]\nevidence = "all"\n[diff]\ncutoff = 2.5\n'
        "[cluster]\nresamples = 50\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MIRTOOL_CACHE", str(folder / "cache"))
        steps = ("qc", "normalize", "network", "shortlist")
        made = run_study(folder, RunOptions(only=(*steps, "diff"), figures=False))
        drawn = run_study(folder, RunOptions(only=("diff", "cluster")))
        again = run_study(folder, RunOptions(only=("network", "shortlist", "report"), figures=False))
    assert made.failures == drawn.failures == again.failures == ()
    assert again.outcome_of("report") is Outcome.DONE
    return folder


@pytest.fixture
def study(finished, tmp_path, monkeypatch) -> Path:
    """Return a copy that a test may change."""
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    return Path(shutil.copytree(finished, tmp_path / "study"))


def page_of(folder: Path, **settings) -> str:
    return study_page(
        StudyResults(open_study(folder, tuple(STEPS)), without=("report",)), ReportSettings(**settings)
    ).decode()


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def make_hostile(folder: Path) -> list[str]:
    """Put names that are markup into the results; return those of the comparison."""
    path = folder / "results" / "differential.csv"
    header, *rows = csv.reader(io.StringIO(path.read_text()))
    for row, name in zip(rows, HOSTILE, strict=False):
        row[header.index("Name")] = name
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    (folder / "figures" / "captions.md").write_text(
        "## volcano.png, volcano.svg\n\n" + HOSTILE[0] + HOSTILE[1] + "\n"
    )
    record = json.loads((folder / "results" / "run.json").read_text())
    record["runs"]["diff"]["warnings"] = list(HOSTILE)
    record["runs"]["network"]["summary"]["hubs"] = list(HOSTILE)
    (folder / "results" / "run.json").write_text(json.dumps(record))
    return [row[header.index("Name")] for row in rows]


class TestWithoutABrowser:
    def test_the_same_study_gives_the_same_bytes(self, finished) -> None:
        page = page_of(finished)
        assert page == page_of(finished)
        assert len(page) <= 2_000_000

    def test_it_names_nothing_outside_itself(self, finished) -> None:
        page = page_of(finished)
        assert {source[:11] for source in re.findall(r'\bsrc="([^"]*)"', page)} == {"data:image/"}
        assert re.findall(r'<link [^>]*href="([^"]*)"', page) == ["data:,"]
        without_data = re.sub(r'src="data:[^"]*"', "", page)
        assert not re.search(r"@import|url\(|\bsrcset=|\bstyle=|\bon[a-z]+=\"", without_data)
        links = set(re.findall(r'<a (?:class="skip" )?href="([^"]*)"', page))
        assert all(link.startswith(("#", "../")) for link in links)
        assert all((finished / "results" / link).is_file() for link in links if link.startswith("../"))

    def test_its_policy_knows_its_own_style_and_program_only(self, finished) -> None:
        page = page_of(finished)
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        rules = dict(rule.strip().split(" ", 1) for rule in html.unescape(policy).split(";"))
        assert rules["default-src"] == "'none'"
        (program,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(program.encode()).digest()).decode()
        assert rules["script-src"] == f"'sha256-{digest}'"
        assert len(program.encode()) <= 40_000

    def test_the_sections_come_in_their_order(self, finished) -> None:
        found = re.findall(r'<section id="(\w+)"', page_of(finished))
        expected = (
            "summary", "quality", "normalization", "differential", "clusters", "network", "shortlist", "methods",
            "provenance",
        )  # fmt: skip
        assert tuple(found) == expected
        assert [name for name in SECTIONS if name in found] == found

    def test_a_section_is_left_out_where_it_is_asked_for(self, finished) -> None:
        page = page_of(finished, leave_out=("quality", "provenance"))
        assert not {"quality", "provenance"} & set(re.findall(r'<section id="(\w+)"', page))
        with pytest.raises(UsageError, match="unknown section 'qualty'"):
            ReportSettings(leave_out=("qualty",))

    def test_one_row_per_sample_has_what_the_steps_measured(self, finished) -> None:
        table = data_of(page_of(finished).encode())["tables"]["samples"]
        columns = {each["name"]: each["values"] for each in table["columns"]}
        quality = {row["array"]: row for row in rows_of(finished / "results" / "qc_arrays.csv")}
        normalized = read_runs(finished / "results" / "run.json")["normalize"]["summary"]
        assert list(columns) == [
            "sample", "group", "verdict", "why", "foreground median", "background median", "replicate CV %",
            "detected", "flagged", "factor",
        ]  # fmt: skip
        for i, name in enumerate(columns["sample"]):
            own = quality[name]
            assert columns["verdict"][i] == own["verdict"]
            assert columns["foreground median"][i] == float(own["foreground median"])
            assert columns["replicate CV %"][i] == float(own["replicate CV %"])
            at = normalized["samples"].index(name)
            assert columns["detected"][i] == normalized["detected"][at]
            assert columns["factor"][i] == normalized["factors"][at]
        assert all(each["title"] for each in table["columns"])

    def test_numbers_of_references_are_text(self, study) -> None:
        path = study / "results" / "network_edges.csv"
        header, *lines = path.read_text().splitlines()
        at = header.split(",").index("references")
        cells = [line.split(",") for line in lines]
        path.write_text(
            "\n".join([header, *(",".join([*c[:at], "27831559", *c[at + 1 :]]) for c in cells)]) + "\n"
        )
        body = page_of(study).partition('id="table-network_edges"')[2]
        assert "<td>27831559</td>" in body

    def test_the_counts_are_those_of_the_run(self, finished) -> None:
        page = page_of(finished)
        for rule, calls in read_runs(finished / "results" / "run.json")["diff"]["summary"]["passing"].items():
            assert f"{rule}: {calls['up']} up, {calls['down']} down" in page

    def test_figures_and_the_first_ten_rows_of_every_table_need_no_program(self, finished) -> None:
        page = page_of(finished)
        body = page[: page.index('<script type="application/json"')]
        tables = dict(re.findall(r'data-table="([^"]+)".*?<tbody>(.*?)</tbody>', body, re.DOTALL))
        data = data_of(page.encode())["tables"]
        assert set(tables) == set(data)
        for key, rows in tables.items():
            column = data[key]["columns"][0]
            assert rows.count("<tr>") == min(10, len(column.get("values") or column["codes"]))
        first = rows_of(finished / "results" / "differential.csv")[0]
        assert first["Name"] in tables["contrast1"]
        figures = re.findall(r'<figure id="figure-(\w+)">(.*?)</figure>', body, re.DOTALL)
        assert [name for name, _ in figures] == ["volcano", "ma", "heatmap", "cluster_heatmap", "cluster_pca"]
        for name, figure in figures:
            assert re.search(r'<img src="data:image/(svg\+xml|png);base64,', figure)
            assert "What to look for." in figure
            if name == "volcano":
                assert "What it shows." in figure

    def test_the_heat_map_has_the_order_and_the_trees_of_the_step(self, finished, monkeypatch) -> None:
        results = finished / "results"
        data = data_of(page_of(finished).encode())["heatMap"]
        cdt = [line.split("\t") for line in (results / "cluster.cdt").read_text().splitlines()]
        assert data["rows"] == [line[1:3] for line in cdt[4:]]
        assert data["samples"] == [list(pair) for pair in zip(cdt[0][4:], cdt[2][4:], strict=True)]
        assert data["scores"] == [[round(100 * float(cell)) for cell in line[4:]] for line in cdt[4:]]
        assert data["meaning"] == "z-score of log₂ within the row"
        # The first merge of the tree of samples joins two neighbors, from height 0; the last is the highest.
        first = (results / "cluster.atr").read_text().split("\t")
        joined = [cdt[1][4:].index(name) + 0.5 for name in first[1:3]]
        assert data["sampleTree"][0][:4] == [*joined, 0, 0]
        assert (len(data["sampleTree"]), data["sampleTree"][-1][4]) == (len(SAMPLES) - 1, 1)
        assert len(data["rowTree"]) == len(data["rows"]) - 1
        monkeypatch.setattr(heat_map_module, "MOST_CELLS", len(data["rows"]) * len(SAMPLES) - 1)
        page = page_of(finished)
        assert data_of(page.encode())["heatMap"] is None
        assert 'id="heat-map"' not in page
        assert 'id="figure-cluster_heatmap"' in page

    def test_values_per_sample_are_those_of_the_normalized_table(self, finished, monkeypatch) -> None:
        values = data_of(page_of(finished).encode())["values"]
        row = rows_of(finished / "results" / "normalized.csv")[0]
        names = [name for name, _ in values["samples"]]
        assert values["rows"][row["ID"]] == [round(float(row[name]), 2) for name in names]
        assert values["leftOut"] == 0
        monkeypatch.setattr(contrasts, "MOST_VALUES", 5 * len(names))
        page = page_of(finished)
        few = data_of(page.encode())["values"]
        assert list(few["rows"]) == [each["ID"] for each in rows_of(finished / "results" / "differential.csv")[:5]]
        assert f"{few['leftOut']} probes without values per sample" in page

    def test_values_per_sample_of_a_study_of_log2_values_are_its_own(self, finished, tmp_path) -> None:
        rows = rows_of(finished / "results" / "normalized.csv")
        lines = ["probe," + ",".join(SAMPLES)]
        lines += [",".join([row["Name"] or row["ID"], *(row[name] for name in SAMPLES)]) for row in rows]
        (tmp_path / "table.csv").write_text("\n".join(lines) + "\n")
        groups = [row["group"] for row in rows_of(finished / "samples.csv")]
        sheet = [f"{name},{group},table.csv,log2" for name, group in zip(SAMPLES, groups, strict=True)]
        (tmp_path / "samples.csv").write_text("\n".join(["sample,group,file,scale", *sheet]) + "\n")
        assert run_study(tmp_path, RunOptions(only=("diff", "report"), figures=False)).failures == ()
        values = data_of((tmp_path / "results" / "report.html").read_bytes())["values"]
        assert values["samples"] == [list(pair) for pair in zip(SAMPLES, groups, strict=True)]
        assert values["rows"][rows[0]["Name"]] == [round(float(rows[0][name]), 2) for name in SAMPLES]
        assert "table.csv" in read_runs(tmp_path / "results" / "run.json")["report"]["inputs"]

    def test_arrays_of_one_verdict_are_marked_together(self, study) -> None:
        path = study / "results" / "run.json"
        record = json.loads(path.read_text())
        record["runs"]["qc"]["summary"]["verdicts"] = {f"S{i}": "not judged" for i in range(98)} | {"T": "outlier"}
        path.write_text(json.dumps(record))
        page = page_of(study)
        assert "98 arrays: not judged (S0, S1, S2, S3, S4, S5, S6, S7, S8, S9 and 88 more)." in page
        assert "1 array: outlier (T)." in page

    def test_the_provenance_has_hashes_versions_and_settings(self, finished) -> None:
        page = (finished / "results" / "report.html").read_text()
        tables = data_of(page.encode())["tables"]
        read = {each["name"]: each.get("values") for each in tables["files-read"]["columns"]}
        digest = hashlib.sha256((finished / "samples.csv").read_bytes()).hexdigest()
        assert read["SHA-256"][read["file"].index("samples.csv")] == digest
        settings = list(zip(*(each["values"] for each in tables["settings"]["columns"]), strict=True))
        assert ("diff", "cutoff", "2.5") in settings
        assert ("network", "evidence", "all") in settings
        assert not [each for each in settings if each[1] == "alpha"]
        assert re.search(r"<dt>numpy</dt><dd>\d", page)

    def test_what_is_out_of_date_is_marked(self, study) -> None:
        assert "is out of date" not in page_of(study)
        path = study / "samples.csv"
        path.write_text(path.read_text().replace("P06", "P06", 1) + "\n")
        page = page_of(study)
        assert "diff is out of date: made from another samples.csv. Run mirtool diff again." in page
        assert re.search(r'href="#differential">Differential expression</a> <span class="mark"', page)

    def test_hostile_names_are_text(self, study) -> None:
        names = make_hostile(study)
        page = page_of(study, title=HOSTILE[1], author=HOSTILE[0])
        assert page.count("<script") == page.count("</script>") == 2
        body = re.sub(r'src="data:[^"]*"', "", page)
        assert "<img src=x" not in body
        assert "<svg" not in body
        assert "<b>" not in body.replace("<b>What", "")
        (named,) = [
            each for each in data_of(page.encode())["tables"]["contrast1"]["columns"] if each["name"] == "Name"
        ]
        assert named["values"] == names

    def test_title_author_and_logo(self, finished, tmp_path) -> None:
        logo = tmp_path / "logo.png"
        Image.new("RGB", (8, 8), "red").save(logo)
        page = page_of(finished, title="Serum", author="A. Author", logo=str(logo))
        assert "<title>Serum</title>" in page
        assert "<p>A. Author</p>" in page
        assert f'<img id="logo" src="{logo_uri(logo)}"' in page
        assert "<title>miRNA arrays: resistant against responding</title>" in page_of(finished)
        with pytest.raises(UsageError, match="not a picture"):
            logo_uri(tmp_path / "logo.txt")
        (tmp_path / "large.png").write_bytes(bytes(300_000))
        with pytest.raises(UsageError, match="too large"):
            logo_uri(tmp_path / "large.png")

    @pytest.mark.parametrize("dark", [0, 1], ids=["light", "dark"])
    def test_colors_have_the_contrast_of_wcag_aa(self, dark) -> None:
        style = "".join((network_tests.TEMPLATES / name).read_text() for name in ("page.css", "study.css"))
        color = {
            name: both[dark] for name, *both in re.findall(r"--(\w+): light-dark\((#\w{6}), (#\w{6})\);", style)
        }
        for name in ("text", "muted", "accent", "warn"):
            assert min(contrast(color[name], color[ground]) for ground in ("page", "raised")) >= 4.5
        for name in ("up", "down", "neutral", "border"):
            assert contrast(color[name], color["page"]) >= 3


class TestTheStep:
    def test_it_records_what_it_read_and_is_done_again_when_that_changes(self, study) -> None:
        run = read_runs(study / "results" / "run.json")["report"]
        assert {"results/differential.csv", "results/qc_arrays.csv", "figures/captions.md", "samples.csv"} <= set(
            run["inputs"]
        )
        assert "results/run.json" not in run["inputs"]
        texts = {f"results/methods.{kind}" for kind in ("md", "html", "bib", "csl.json")}
        workbook = f"results/{study.name}.xlsx"
        assert set(run["outputs"]) >= {"results/report.html", workbook, "results/checklist_miame.csv"} | texts
        only = RunOptions(only=("report",))
        assert run_study(study, only).outcome_of("report") is Outcome.UP_TO_DATE
        (study / "mirtool.toml").write_text((study / "mirtool.toml").read_text() + '[report]\ntitle = "Other"\n')
        assert run_study(study, only).outcome_of("report") is Outcome.DONE
        assert "<title>Other</title>" in (study / "results" / "report.html").read_text()

    def test_a_step_done_again_with_the_same_tables_leaves_their_description_as_it_is(
        self, study, monkeypatch
    ) -> None:
        path = study / "results" / "columns.csv"
        before = path.read_bytes()
        monkeypatch.chdir(study)
        assert main(["cluster", "--no-figures"]) == 0
        assert path.read_bytes() == before

    def test_a_report_made_again_has_the_same_bytes(self, study, monkeypatch) -> None:
        before = (study / "results" / "report.html").read_bytes()
        monkeypatch.chdir(study)
        assert main(["report"]) == 0
        assert (study / "results" / "report.html").read_bytes() == before

    def test_a_study_without_results_has_no_report(self, tmp_path, monkeypatch, capsys) -> None:
        (tmp_path / "samples.csv").write_text("sample,group,file\nP01,a,P01.gpr\n")
        monkeypatch.chdir(tmp_path)
        assert main(["report"]) == 1
        assert "the study has no results yet" in capsys.readouterr().err


class TestEmbedding:
    @pytest.fixture
    def pictures(self, tmp_path) -> dict[str, dict[str, Path]]:
        noise = np.random.default_rng(1).integers(0, 255, (300, 1500, 3), dtype=np.uint8)
        found = {}
        for name, size in (("small", 1_000), ("large", 90_000)):
            found[name] = {kind: tmp_path / f"{name}.{kind}" for kind in ("svg", "png")}
            found[name]["svg"].write_text("<svg><!-- no --><text>" + "x" * size + "</text></svg>")
            Image.fromarray(noise).save(found[name]["png"])
        return found

    def test_a_large_figure_becomes_a_picture(self, pictures) -> None:
        found = embed_figures(pictures, 10_000_000, Path.read_bytes)
        assert (found["small"].is_svg, found["large"].is_svg) == (True, False)
        with Image.open(io.BytesIO(base64.b64decode(found["large"].source.partition(",")[2]))) as picture:
            assert picture.width == embedding.PIXELS
            assert picture.height == 200  # 300 of 1,500 pixels, at 1,000

    def test_the_colors_of_few_points_stay(self, tmp_path) -> None:
        gray = np.random.default_rng(1).integers(0, 255, (200, 800, 1), dtype=np.uint8)
        pixels = np.repeat(gray, 3, axis=2)
        pixels[100:104, 400:404] = (0xD5, 0x5E, 0x00)
        Image.fromarray(pixels).save(tmp_path / "volcano.png")
        found = embed_figures({"volcano": {"png": tmp_path / "volcano.png"}}, 1_000_000, Path.read_bytes)[
            "volcano"
        ]
        with Image.open(io.BytesIO(base64.b64decode(found.source.partition(",")[2]))) as picture:
            shown = np.array(picture.convert("RGB").getpixel((401, 101)))
        assert np.abs(shown - (0xD5, 0x5E, 0x00)).max() <= 16

    def test_what_there_is_no_room_for_is_left_out_the_largest_first(self, pictures) -> None:
        found = embed_figures(pictures, 5_000, Path.read_bytes)
        assert found["large"].source == ""
        assert found["small"].source.startswith("data:image/svg+xml;base64,")
        assert sum(len(each.source) for each in found.values()) <= 5_000

    def test_an_svg_loses_what_no_picture_needs(self) -> None:
        svg = (
            b'<?xml version="1.0"?>\n<svg>\n  <metadata>a</metadata>\n<!-- b -->\n <path d="M 0\nL 1"/>\n</svg>\n'
        )
        assert compact_svg(svg) == b'<svg><path d="M 0 L 1"/></svg>'


def test_a_sheet_whose_samples_have_all_been_renamed_has_a_page_without_values_by_sample(study) -> None:
    sheet = study / "samples.csv"
    head, *rows = sheet.read_text(encoding="utf-8").splitlines()
    sheet.write_text("\n".join([head, *(f"new {row}" for row in rows)]) + "\n", encoding="utf-8")
    assert '"leftOut":0' in page_of(study).replace(" ", "")


def test_a_column_of_few_values_is_packed() -> None:
    calls = np.array(["up", "", "down", ""] * 20, dtype=object)
    assert packed(calls) == {"levels": ["up", "", "down"], "codes": [0, 1, 2, 1] * 20}
    assert packed(np.array([1.0, np.inf, np.nan])) == {"values": [1, "inf", None]}


def test_an_unknown_figure_is_called_by_its_file() -> None:
    assert figure_words("my_own_figure") == ("my own figure", "")
    assert MOST_BYTES < 2_000_000


def _strokes(places, first: str, then: str) -> list[tuple[str, float, float]]:
    return [(then if i else first, x, y) for i, (x, y) in enumerate(places)]


class Report(Page):
    """The report open in the browser."""

    def requests(self) -> list[str]:
        return [url for url in super().requests() if not url.startswith("data:")]

    def place_of(self, name: str, plot: int = 0) -> tuple[float, float]:
        """Return where a probe is on a plot, in the window."""
        self.run("document.querySelector('.plots').scrollIntoView({block: 'center'})")
        self.settle()
        x, y = self.run(
            "return document.querySelector('.explorer').placeOf(arguments[0], arguments[1])", name, plot
        )
        box = self.run(
            "return document.querySelectorAll('.stage')[arguments[0]].getBoundingClientRect().toJSON()", plot
        )
        return box["left"] + x, box["top"] + y

    def send(self, *steps: tuple[str, float, float]) -> None:
        for kind, x, y in steps:
            self.cdp("Input.dispatchMouseEvent", type=f"mouse{kind}", x=x, y=y, button="left", clickCount=1,
                     pointerType="mouse", buttons=0 if kind == "Released" else 1)  # fmt: skip
        self.settle()

    def click(self, x: float, y: float) -> None:
        self.send(("Moved", x, y), ("Pressed", x, y), ("Released", x, y))

    def press(self, text: str) -> None:
        """Press the button of the explorer that has this text."""
        self.run(
            "[...document.querySelectorAll('.explorer button')].find((e) => e.textContent === arguments[0])"
            ".click()",
            text,
        )
        self.settle()

    def draw(self, places: list[tuple[float, float]], pointer: str = "mouse") -> None:
        """Draw through these places with a mouse, a pen or a finger."""
        self.settle()
        if pointer == "finger":
            for kind, x, y in _strokes(places, "touchStart", "touchMove"):
                self.cdp("Input.dispatchTouchEvent", type=kind, touchPoints=[{"x": x, "y": y}])
            self.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        else:
            steps = [*_strokes(places, "mousePressed", "mouseMoved"), ("mouseReleased", *places[-1])]
            for kind, x, y in steps:
                self.cdp("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1,
                         pointerType=pointer, buttons=0 if kind == "mouseReleased" else 1)  # fmt: skip
        self.settle()

    def selected(self) -> list[str]:
        """Return the names that the page copies, in their order."""
        self.run("Object.defineProperty(navigator, 'clipboard', {configurable: true, value: {writeText: (text) => "
                 "{ window.copied = text; }}})")  # fmt: skip
        self.press("Copy names")
        return [name for name in self.run("return window.copied").split("\n") if name]

    def inside(self, path: list[tuple[float, float]], plot: int) -> list[str]:
        """Return the names of the probes whose points are inside a path, in the order of the table."""
        names = self.run(
            "return JSON.parse(document.querySelector('#data').textContent).tables.contrast1.columns"
            ".find((e) => e.name === 'Name').values"
        )
        assert len(set(names)) == len(names)
        box = self.run(
            "return document.querySelectorAll('.stage')[arguments[0]].getBoundingClientRect().toJSON()", plot
        )
        places = self.run(
            "const {placeOf} = document.querySelector('.explorer'); "
            "return arguments[0].map((name) => placeOf(name, arguments[1]))",
            names,
            plot,
        )
        # By the rule of matplotlib, not by that of the page.
        in_window = np.array(places) + np.array((box["left"], box["top"]))
        within = ClosedPath(path, closed=False).contains_points(in_window)
        return [name for name, is_in in zip(names, within, strict=True) if is_in]

    def steer(self, *ways: str) -> tuple[float, float]:
        """Move the cross by Shift with arrow keys; return where it is, in the window."""
        from selenium.webdriver import ActionChains

        ActionChains(self.browser).key_down("\ue008").send_keys(*ways).key_up("\ue008").perform()
        self.settle()
        (mark,) = re.findall(r"M([-\d.]+),([-\d.]+)h16", self.one(".plot .over path").get_attribute("d"))
        box = self.box(".stage")
        return box["left"] + float(mark[0]) + 8, box["top"] + float(mark[1])

    def fill(self, place: int, value: str) -> None:
        self.run(
            "const e = document.querySelectorAll('.explorer input, .explorer select')[arguments[0]]; e.value = "
            "arguments[1]; e.dispatchEvent(new Event('input')); e.dispatchEvent(new Event('change'))",
            place,
            value,
        )
        self.settle()

    def names(self) -> list[str]:
        return self.run(
            "return [...document.querySelectorAll('[data-table=contrast1] tbody .name')].map((e) => e.textContent)"
        )


@pytest.fixture
def opened(browser, finished, tmp_path):
    pages = []

    def open_report(folder: Path = finished, size=DESKTOP) -> Report:
        path = tmp_path / "opened" / "report.html"
        path.parent.mkdir(exist_ok=True)
        path.write_text(page_of(folder))
        pages.append(Report(browser, path, size))
        return pages[-1]

    yield open_report
    for _ in pages:
        assert [entry["message"] for entry in browser.get_log("browser")] == []


@in_browser
class TestInABrowser:
    def test_it_opens_without_errors_and_asks_for_nothing(self, opened) -> None:
        page = opened()
        assert page.requests() == [page.browser.current_url]
        assert page.run("return [...document.images].every((each) => each.complete && each.naturalWidth > 0)")
        assert page.run("return document.documentElement.scrollWidth") == DESKTOP[0]

    def test_a_point_its_row_and_its_values_belong_together(self, opened, finished) -> None:
        page = opened()
        first = rows_of(finished / "results" / "differential.csv")[0]
        x, y = page.place_of(first["Name"])
        page.send(("Moved", x, y))
        assert page.text(".tip").startswith(first["Name"])
        page.click(x, y)
        assert page.text(".values h5") == first["Name"]
        assert page.run("return document.querySelectorAll('.explorer .values circle').length") == len(SAMPLES)
        assert page.run("return document.querySelector('tr.chosen .name').textContent") == first["Name"]
        assert "1 selected" in page.text(".explorer")
        page.click(*page.place_of(first["Name"], 1))
        assert "0 selected" in page.text(".explorer")

    def test_a_name_in_the_table_chooses_its_point(self, opened) -> None:
        page = opened()
        name = page.names()[3]
        page.run("document.querySelectorAll('[data-table=contrast1] tbody .name')[3].click()")
        assert page.text(".values h5") == name

    def test_a_box_selects_and_the_selection_is_saved(self, opened, finished) -> None:
        page = opened()
        calls = rows_of(finished / "results" / "differential.csv")
        passing = [row["Name"] for row in calls if row["regulation by volcano P"]]
        page.press("Select what passes")
        assert f"{len(passing)} selected" in page.text(".explorer")
        page.run("[...document.querySelectorAll('.explorer button')].forEach((e) => { if (e.textContent === "
                 "'Save CSV') e.id = 'save'; })")  # fmt: skip
        saved = csv.DictReader(io.StringIO(page.saved("#save", "differential_selected.csv").decode()))
        assert [row["Name"] for row in saved] == passing
        page.press("Clear")
        x, y = page.place_of(passing[0])
        page.send(("Moved", x - 20, y - 20), ("Pressed", x - 20, y - 20), ("Moved", x, y),
                  ("Moved", x + 20, y + 20), ("Released", x + 20, y + 20))  # fmt: skip
        assert not page.text(".explorer").count("\n0 selected")
        page.fill(6, "selected")
        assert passing[0] in page.names()

    @pytest.mark.parametrize("pointer", ["mouse", "pen", "finger"])
    @pytest.mark.parametrize("plot", [0, 1], ids=["volcano", "ma"])
    def test_a_lasso_selects_what_is_inside_it(self, opened, plot, pointer) -> None:
        page = opened(size=PHONE if pointer == "finger" else DESKTOP)
        page.fill(3, "lasso")
        name = page.names()[0]
        x, y = page.place_of(name, plot)
        hook = [(-30, -12), (30, -12), (30, 40), (14, 40), (14, 9), (-30, 9)]
        if pointer != "mouse":  # it scrolls the page until it is asked to draw
            page.draw([(x + dx, y + dy) for dx, dy in hook], pointer)
            assert page.selected() == []
            page.run("document.querySelector('.explorer input[type=checkbox]').click()")
            x, y = page.place_of(name, plot)
        path = [(x + dx, y + dy) for dx, dy in hook]
        page.draw(path, pointer)
        selected = page.selected()
        assert name in selected
        assert selected == page.inside(path, plot)
        assert f"{len(selected)} selected" in page.text(".explorer")
        assert page.text(".values h5") == selected[0]
        assert page.run("return document.querySelector('tr.chosen .name').textContent") == selected[0]

    def test_keys_draw_a_box_and_a_lasso(self, opened) -> None:
        left, up, right, down = "\ue012", "\ue013", "\ue014", "\ue015"
        page = opened()
        x, y = page.place_of(page.names()[0])
        page.fill(3, "lasso")
        page.run("document.querySelector('.stage').focus()")
        began = page.steer(up)
        across = [right if x > began[0] else left] * round(abs(x - began[0]) / 12)
        above = [down if y > began[1] else up] * round(abs(y - began[1]) / 12)
        corners = [page.steer(*across, *above, left)]
        for ways in ([up, up], [right, right, right], [down, down, down]):
            page.key(" ")
            corners.append(page.steer(*ways))
        page.key("\ue007")
        assert page.names()[0] in page.selected()
        assert page.selected() == page.inside(corners, 0)
        page.press("Clear")
        page.fill(3, "box")
        page.run("document.querySelector('.stage').focus()")
        (x0, y0) = page.steer(*across, *above, left, left)
        page.key(" ")
        x1, y1 = page.steer(right, right, right, down, down, down)
        page.key("\ue007")
        assert page.selected() == page.inside([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], 0)
        page.steer(left)
        page.key(" ", "\ue00c")
        assert not page.one(".plot .over path").get_attribute("d")
        assert page.selected() != []

    def test_a_cell_of_the_heat_map_is_named_and_chooses_its_probe(self, opened, finished) -> None:
        page = opened()
        cdt = [line.split("\t") for line in (finished / "results" / "cluster.cdt").read_text().splitlines()]
        rows = cdt[4:]
        row, column = 2, 4
        name = rows[row][2]
        page.run("document.querySelector('#heat-map').scrollIntoView()")
        page.settle()
        # Per sample the field of its group, then its cells.
        box = page.run(
            "return document.querySelectorAll('#heat-map .stage svg:not(.over) rect')[arguments[0]]"
            ".getBoundingClientRect().toJSON()",
            column * (len(rows) + 1) + 1 + row,
        )
        x, y = box["left"] + box["width"] / 2, box["top"] + box["height"] / 2
        page.send(("Moved", x, y))
        named, sample, score = page.text("#heat-map .tip").split(" · ")
        assert (named, sample) == (name, f"{cdt[0][4 + column]}, {cdt[2][4 + column]}")
        value = float(score.partition(" ")[0].replace("−", "-"))
        assert value == pytest.approx(float(rows[row][4 + column]), abs=0.0051)
        page.click(x, y)
        assert page.text("#heat-map .values h5") == page.text(".explorer .values h5") == name
        assert page.run("return document.querySelectorAll('#heat-map .values circle').length") == len(SAMPLES)
        assert page.run("return document.querySelector('tr.chosen .name').textContent") == name
        page.run("document.querySelector('#heat-map .stage').focus()")
        page.key("\ue014", "\ue015", "\ue015", "\ue007")  # right, down, down, Enter
        assert page.text("#heat-map .values h5") == page.text(".explorer .values h5") == rows[2][2]
        page.choose(rows[0][2])
        assert page.text("#heat-map .values h5") == rows[0][2]

    def test_limits_are_moved_to_look_and_the_counts_of_the_run_stay(self, opened, finished) -> None:
        page = opened()
        reported = page.text("#contrast1 > .found")
        rows = rows_of(finished / "results" / "differential.csv")
        (change,) = [name for name in rows[0] if name.startswith("log2 ratio")]
        (p,) = [name for name in rows[0] if name.startswith("P (")]
        page.fill(0, "4")
        page.fill(2, "0.01")
        passing = [row for row in rows if abs(float(row[change])) >= 2 and float(row[p]) <= 0.01]
        up = sum(float(row[change]) > 0 for row in passing)
        status = page.text(".explorer [role=status]")
        assert f"to look only: {up} up, {len(passing) - up} down." in status
        assert "stays as the run counted it" in status
        assert page.text("#contrast1 > .found") == reported
        page.press("Limits of the run")
        assert "Shown with the limits of the run" in page.text(".explorer [role=status]")

    def test_tables_sort_and_filter(self, opened) -> None:
        page = opened()
        page.run(
            "[...document.querySelectorAll('[data-table=samples] thead button')]"
            ".find((e) => e.textContent.startsWith('detected')).click()"
        )
        cells = page.run(
            "return [...document.querySelectorAll('[data-table=samples] tbody tr')]"
            ".map((e) => e.cells[7].textContent)"
        )
        numbers = [int(cell.replace(",", "")) for cell in cells]
        assert numbers == sorted(numbers, reverse=True)
        head = page.one("[data-table=samples] thead button")
        assert head.get_attribute("title") == "Sample, as the sample sheet names it."
        page.fill(7, "3001")
        assert page.names() == ["hsa-miR-3001-3p"]

    def test_search_leads_to_a_probe(self, opened) -> None:
        page = opened()
        page.choose("hsa-miR-3007-3p")
        assert page.text(".values h5") == "hsa-miR-3007-3p"
        assert page.search("no such name") == []
        assert "No probe on this page has this name." in page.text("#matches")

    def test_the_keys_go_from_point_to_point(self, opened) -> None:
        page = opened()
        order = page.names()
        page.run("document.querySelector('.stage').focus()")
        page.key("\ue014")  # right
        assert page.text(".values h5") == order[0]
        page.key("\ue014", "\ue007")
        assert page.text(".values h5") == order[1]
        assert "1 selected" in page.text(".explorer")
        assert order[1] in page.one("#said").get_attribute("textContent")
        page.key("\ue00c")
        assert "0 selected" in page.text(".explorer")

    def test_many_points_are_drawn_on_a_canvas(self, opened, finished, monkeypatch) -> None:
        read = html_page_module._template
        limit = "MOST_IN_SVG = 5000"
        assert limit in read("plots.js")
        monkeypatch.setattr(
            html_page_module, "_template", lambda name: read(name).replace(limit, "MOST_IN_SVG = 5")
        )
        page = opened()
        assert page.run(
            "return [...document.querySelectorAll('.plot canvas')].map((c) => c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data.some((value) => value > 0))"
        ) == [True, True, True]
        first = rows_of(finished / "results" / "differential.csv")[0]["Name"]
        page.click(*page.place_of(first))
        assert page.text(".values h5") == first

    def test_a_phone_shows_it_without_scrolling_sideways(self, opened) -> None:
        page = opened(size=PHONE)
        assert page.run("return document.documentElement.scrollWidth") == PHONE[0]
        assert page.run("return document.querySelector('.plot').getBoundingClientRect().width") > 300

    def test_it_prints(self, opened) -> None:
        page = opened()
        printed = page.cdp("Page.printToPDF", paperWidth=8.27, paperHeight=11.69)
        pdf = base64.b64decode(printed["data"])
        assert pdf.startswith(b"%PDF")
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 3
        page.cdp("Emulation.setEmulatedMedia", media="print", features=[])
        shown = "return getComputedStyle(document.querySelector(arguments[0])).display !== 'none'"
        assert page.run(shown, "figure img")
        assert page.run(shown, "[data-table=contrast1] tbody .name")
        assert not page.run(shown, ".explorer")

    def test_components_are_colored_by_a_column_of_the_sample_sheet(self, opened, study) -> None:
        lines = (study / "samples.csv").read_text().splitlines()
        with_batch = [f"{lines[0]},batch", *(f"{line},b{i % 3}" for i, line in enumerate(lines[1:]))]
        (study / "samples.csv").write_text("\n".join(with_batch) + "\n")
        page = opened(study)
        fills = (
            "return [...document.querySelectorAll('[data-components=qc_pca] > div:not(.tools) circle')]"
            ".map((e) => e.getAttribute('fill'))"
        )
        assert len(set(page.run(fills))) == 2
        page.run(
            "const e = document.querySelector('[data-components=qc_pca] select'); e.value = 'batch'; e.oninput()"
        )
        assert len(set(page.run(fills))) == 3
        assert page.text("[data-components=qc_pca] .key").split() == ["b0", "b1", "b2"]

    def test_without_its_program_tables_and_figures_are_there(self, opened) -> None:
        page = opened()
        page.cdp("Emulation.setScriptExecutionDisabled", value=True)
        try:
            page.browser.get(page.browser.current_url)
            assert len(page.all("[data-table=contrast1] tbody tr")) == 10
            assert all(each.is_displayed() for each in page.all("figure img"))
            assert not page.one("#finder").is_displayed()
        finally:
            page.cdp("Emulation.setScriptExecutionDisabled", value=False)

    def test_hostile_names_run_nothing(self, opened, study) -> None:
        names = make_hostile(study)
        page = opened(study)
        page.run("document.querySelector('[data-table=contrast1] tbody .name').click()")
        assert page.text(".values h5") == names[0]
        assert page.run("return document.querySelectorAll('.values img, .values b, main script').length") == 0
