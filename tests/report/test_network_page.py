"""The page of the network in a real browser: opened, searched, filtered, dragged, saved, printed, on a phone too.

Chromium runs headless by selenium; where it or its driver is not installed, these tests are skipped.
"""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, combine_probes, synergy_network
from mirtool.network.interactions.target_table import TargetTable
from mirtool.report.figures.canvas import DOWN_COLOR, UP_COLOR
from mirtool.report.page import html_page as html_page_module
from mirtool.report.page.network_page import network_page

STUDY = ("hsa-miR-17-5p", "hsa-miR-20a-5p", "hsa-miR-15a-5p", "hsa-miR-16-5p", "hsa-miR-20b-3p")
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "</script><script>alert(2)</script>",
    "'\"><svg onload=alert(3)>",
    "<!--<script>",
    "{{ 7 * 7 }}${alert(4)}",
    "__proto__",
    "]]>&lt;b&gt;",
    "ünïcødé\u2028\u202e",
)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
CHROMEDRIVER = shutil.which("chromedriver")
TEMPLATES = Path(html_page_module.__file__).parent / "templates"
DESKTOP, PHONE = (1280, 800), (390, 844)
SVG = "{http://www.w3.org/2000/svg}"
in_browser = pytest.mark.skipif(
    CHROMIUM is None or CHROMEDRIVER is None, reason="chromium and chromedriver are not installed"
)


@pytest.fixture(scope="module")
def network() -> SynergyNetwork:
    return synergy_network(combine_probes(STUDY, ["down"] * 4 + ["up"]), TargetTable.of(starter_interactions()))


def of_pairs(mirna, gene, evidence, references, source="hand-made") -> SynergyNetwork:
    # A slash parts the names of one probe: the table knows the first.
    first = [name.split("/")[0] for name in mirna]
    known = Interactions(*map(text_array, (first, gene, evidence, references)), source)
    return synergy_network(list(dict.fromkeys(mirna)), TargetTable.of(known, "all"), alpha=1.0)


def hostile_network() -> SynergyNetwork:
    mirnas = [name for name in HOSTILE for _ in HOSTILE]
    genes = [f"{name} gene" for _ in HOSTILE for name in HOSTILE]
    references = ["javascript:alert(5);<b>bold</b>;17072344;PMID: 123"] * len(mirnas)
    network = of_pairs(mirnas, genes, ["strong"] * len(mirnas), references, "<h1>source</h1>")
    odd = {"<i>column</i>": text_array(HOSTILE)}
    return replace(network, mirnas=network.mirnas.with_columns(odd), notes=HOSTILE)


def data_of(page: bytes) -> dict:
    (found,) = re.findall(rb'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(found)


def by(x: float, y: float) -> np.ndarray:
    return np.array((x, y), dtype=float)


def luminance(color: str) -> float:
    # WCAG 2.2, relative luminance.
    parts = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return float(np.dot(linear, (0.2126, 0.7152, 0.0722)))


def contrast(a: str, b: str) -> float:
    lighter, darker = sorted((luminance(a), luminance(b)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


class TestColors:
    """Light and dark; WCAG 2.2 AA asks 4.5 of text, 3 of what must be seen to be used or understood."""

    @pytest.fixture(params=[0, 1], ids=["light", "dark"])
    def colors(self, request: pytest.FixtureRequest) -> dict[str, str]:
        text = "".join((TEMPLATES / name).read_text() for name in ("page.css", "network.css"))
        found = re.findall(r"--(\w+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", text)
        return {name: both[request.param] for name, *both in found}

    @pytest.mark.parametrize("name", ["text", "muted", "accent"])
    @pytest.mark.parametrize("ground", ["page", "raised"])
    def test_text(self, colors: dict[str, str], name: str, ground: str) -> None:
        assert contrast(colors[name], colors[ground]) >= 4.5

    @pytest.mark.parametrize("name", ["up", "down", "neutral", "gene", "edge", "synergy", "border"])
    def test_what_is_drawn(self, colors: dict[str, str], name: str) -> None:
        assert contrast(colors[name], colors["page"]) >= 3

    def test_up_and_down_have_the_colors_of_the_figures(self) -> None:
        style = (TEMPLATES / "network.css").read_text()
        assert f"--up: light-dark({UP_COLOR.lower()}," in style
        assert f"--down: light-dark({DOWN_COLOR.lower()}," in style

    def test_white_on_black_is_twenty_one(self) -> None:
        assert contrast("#ffffff", "#000000") == pytest.approx(21)


class TestWithoutABrowser:
    def test_the_same_network_gives_the_same_bytes(self, network: SynergyNetwork) -> None:
        assert network_page(network) == network_page(network)

    def test_it_names_nothing_outside_itself(self, network: SynergyNetwork) -> None:
        page = network_page(network).decode()
        without_data = re.sub(r'<script type="application/json".*?</script>', "", page, flags=re.DOTALL)
        assert not re.search(r"\b(src|srcset|action|formaction|data-src)\s*=", without_data)
        assert re.findall(r'<link [^>]*href="([^"]*)"', without_data) == ["data:,"]
        assert "@import" not in without_data
        assert "url(" not in without_data

    def test_its_policy_knows_its_own_style_and_program_only(self, network: SynergyNetwork) -> None:
        page = network_page(network).decode()
        (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
        rules = dict(rule.strip().split(" ", 1) for rule in html.unescape(policy).split(";"))
        assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
        (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
        (program,) = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
        for rule, text in (("style-src", style), ("script-src", program)):
            digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            assert rules[rule] == f"'sha256-{digest}'"

    def test_hostile_names_can_not_end_the_element_they_stand_in(self) -> None:
        page = network_page(hostile_network())
        assert page.count(b"<script") == page.count(b"</script>") == 2
        assert b"<img" not in page
        data = data_of(page)
        assert set(data["mirnas"]["names"]) == set(HOSTILE)
        assert data["subtitle"].startswith("<h1>source</h1>")

    def test_every_column_of_the_tables_is_on_it(self, network: SynergyNetwork) -> None:
        wide = replace(
            network,
            mirnas=network.mirnas.with_columns({"rank": np.array([1.5, np.nan, np.inf, -0.0, 1 / 3])}),
            edges=network.edges.with_columns({"databases": text_array(["mine"] * len(network.edges))}),
        )
        data = data_of(network_page(wide))
        assert data["mirnas"]["columns"][-1] == {"name": "rank", "values": [1.5, None, "inf", 0, 0.333333]}
        assert data["edges"]["columns"][-1]["name"] == "databases"
        assert {each["name"] for each in data["pairs"]["columns"]} == set(network.pairs.columns) - {
            "miRNA A",
            "miRNA B",
            "shared genes",
        }

    def test_what_a_large_network_leaves_out_is_counted(self, network: SynergyNetwork) -> None:
        data = data_of(network_page(network, max_nodes=10, max_mirnas=3, max_pairs=2))
        assert (len(data["mirnas"]["names"]), len(data["genes"]["names"]), len(data["pairs"]["a"])) == (3, 7, 2)
        assert data["leftOut"] == [
            "3 of 5 miRNAs on this page, those of highest synergy; the tables have them all.",
            f"7 of {len(network.genes)} genes on this page, those in which most miRNAs meet; "
            "the tables have them all.",
            "2 of 10 pairs on this page, those of smallest P; the tables have them all.",
        ]
        kept = set(data["genes"]["names"])
        assert kept == set(network.genes["gene"][:7])


@pytest.fixture(scope="module")
def browser() -> Iterator:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--disable-background-networking", "--no-first-run", "--hide-scrollbars"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    yield driver
    driver.quit()


def wait_until(holds) -> None:
    for _ in range(100):
        if holds():
            return
        time.sleep(0.1)
    raise AssertionError("it did not happen in ten seconds")


class Page:
    """A page open in the browser, and what a reader does with it."""

    def __init__(self, browser, path: Path, size: tuple[int, int] = DESKTOP) -> None:
        self.browser = browser
        self.folder = path.parent
        self.allowed: list[str] = []
        phone = size == PHONE
        width, height = size
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, mobile=phone,
                 deviceScaleFactor=3 if phone else 1)  # fmt: skip
        self.cdp("Emulation.setTouchEmulationEnabled", enabled=phone, maxTouchPoints=5)
        self.cdp("Emulation.setEmulatedMedia", media="", features=[])
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.folder))
        browser.get_log("browser")
        browser.get_log("performance")
        browser.get(path.as_uri())
        self.settle()

    def cdp(self, command: str, **arguments):
        return self.browser.execute_cdp_cmd(command, arguments)

    def settle(self) -> None:
        """Wait for two frames: the first draws what was asked for before it."""
        self.browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")

    def place(self, name: str) -> np.ndarray:
        """Return where a node is on the canvas."""
        return np.array(self.run("return document.querySelector('#canvas').placeOf(arguments[0])", name))

    def box(self, selector: str) -> dict[str, float]:
        return self.run("return document.querySelector(arguments[0]).getBoundingClientRect().toJSON()", selector)

    def mouse(self, *steps: tuple[str, float, float], **more) -> None:
        """Send mouse events at places on the canvas: ``pressed``, ``moved``, ``released``."""
        box = self.box("#canvas")
        for kind, x, y in steps:
            at = {"x": box["left"] + x, "y": box["top"] + y, "button": "left", "clickCount": 1, **more}
            self.cdp("Input.dispatchMouseEvent", type=f"mouse{kind.title()}", **at)
        self.settle()

    def click_at(self, x: float, y: float) -> None:
        self.mouse(("moved", x, y), ("pressed", x, y), ("released", x, y))

    def drag(self, start, by) -> None:
        (x, y), (dx, dy) = start, by
        self.mouse(("pressed", x, y), ("moved", x + dx / 2, y + dy / 2), ("moved", x + dx, y + dy),
                   ("released", x + dx, y + dy))  # fmt: skip

    def touch(self, *frames: list[tuple[float, float]]) -> None:
        """Put fingers on the canvas, move them from frame to frame, and lift them."""
        box = self.box("#canvas")
        for i, fingers in enumerate(frames):
            points = [{"x": box["left"] + x, "y": box["top"] + y, "id": k} for k, (x, y) in enumerate(fingers)]
            self.cdp("Input.dispatchTouchEvent", type="touchMove" if i else "touchStart", touchPoints=points)
        self.cdp("Input.dispatchTouchEvent", type="touchEnd", touchPoints=[])
        self.settle()

    def key(self, *keys: str) -> None:
        from selenium.webdriver import ActionChains

        ActionChains(self.browser).send_keys(*keys).perform()
        self.settle()

    def saved(self, button: str, name: str) -> bytes:
        """Press a button and return the file that it saves."""
        self.one(button).click()
        path = self.folder / name
        for _ in range(100):
            if path.exists() and path.stat().st_size:
                return path.read_bytes()
            time.sleep(0.1)
        raise AssertionError(f"{name} was not saved; there are {sorted(self.folder.iterdir())}")

    def all(self, selector: str) -> list:
        return self.browser.find_elements("css selector", selector)

    def one(self, selector: str):
        return self.browser.find_element("css selector", selector)

    def text(self, selector: str) -> str:
        return self.one(selector).text

    def run(self, script: str, *arguments):
        return self.browser.execute_script(script, *arguments)

    def counts(self) -> list[int]:
        """Return how many miRNAs, genes, targets and synergy pairs are shown."""
        return [int(n.replace(",", "")) for n in re.findall(r"([\d,]+) of", self.text("#counts"))]

    def search(self, text: str) -> list[str]:
        box = self.one("#search")
        box.clear()
        box.send_keys(text)
        return [match.get_attribute("textContent") for match in self.all("#matches button")]

    def choose(self, text: str) -> None:
        """Search for a name and go to the first that is found."""
        self.search(text)
        self.one("#search").send_keys("\ue007")
        self.settle()

    def set(self, selector: str, value: int) -> None:
        self.run(
            "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', {bubbles: true}))",
            self.one(selector),
            value,
        )

    def requests(self) -> list[str]:
        events = (json.loads(entry["message"])["message"] for entry in self.browser.get_log("performance"))
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture
def opened(browser, tmp_path: Path):
    pages = []

    def open_page(network: SynergyNetwork, size: tuple[int, int] = DESKTOP) -> Page:
        path = tmp_path / "network.html"
        path.write_bytes(network_page(network))
        pages.append(Page(browser, path, size))
        return pages[-1]

    yield open_page
    for page in pages:
        messages = [entry["message"] for entry in browser.get_log("browser")]
        assert [text for text in messages if not any(each in text for each in page.allowed)] == []


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch):
    """Change a limit in the page's program, so that a small network is a large one."""

    def change(now: str, then: str) -> None:
        read = html_page_module._template
        assert now in read("graph.js") + read("picture.js")
        monkeypatch.setattr(html_page_module, "_template", lambda name: read(name).replace(now, then))

    return change


@in_browser
class TestInABrowser:
    def test_it_opens_without_errors_and_asks_for_nothing(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        assert page.counts() == [
            len(network.mirnas),
            len(network.genes),
            len(network.edges),
            int(network.pairs["significant"].sum()),
        ]
        assert page.run(
            "const c = document.querySelector('#canvas');"
            "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)"
        )
        assert page.requests() == [page.browser.current_url]

    def test_its_policy_stops_what_would_leave_it(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.allowed = ["Content Security Policy", "127.0.0.1:9"]
        stopped = page.browser.execute_async_script(
            "const done = arguments[0], seen = [];"
            "document.addEventListener('securitypolicyviolation', (event) => {"
            "  seen.push(event.effectiveDirective); if (seen.length === 3) done(seen.sort()); });"
            "fetch('http://127.0.0.1:9/x').catch(() => {});"
            "const image = document.createElement('img'); image.src = 'http://127.0.0.1:9/x.png';"
            "document.body.append(image);"
            "const script = document.createElement('script'); script.textContent = 'window.ran = true';"
            "document.body.append(script);"
        )
        assert stopped == ["connect-src", "img-src", "script-src-elem"]
        assert page.run("return window.ran === undefined")

    def test_search_finds_a_node_and_shows_its_neighbors_with_references(
        self, opened, network: SynergyNetwork
    ) -> None:
        page = opened(network)
        assert page.search("bcl2")[0] == "BCL2 (gene)"
        page.one("#matches button").click()
        assert page.text("#details h2") == "BCL2"
        behind = network.edges.take(network.edges["gene"] == "BCL2")
        rows = page.all("#details .list > li")
        assert {row.find_element("css selector", ".name").text for row in rows} == set(behind["miRNA"])
        for row in rows:
            name = row.find_element("css selector", ".name").text
            (stated,) = behind["references"][behind["miRNA"] == name]
            links = row.find_elements("css selector", ".references a")
            assert {link.text for link in links} == {f"PMID {each}" for each in stated.split(";")}
            first = stated.split(";")[0]
            assert links[0].get_attribute("href") == f"https://pubmed.ncbi.nlm.nih.gov/{first}/"
            assert "strong" in row.text

    def test_enter_goes_to_the_closest_name(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        assert "hsa-miR-17-5p" in page.search("miR-17-5P")
        page.one("#search").send_keys("\ue007")
        assert page.text("#details h2") == "hsa-miR-17-5p"
        assert "AAAGUGC" in page.text("#details dl")
        assert page.search("no such name") == []
        assert "No miRNA or gene on this page has this name." in page.text("#matches")

    def test_a_click_on_a_node_chooses_it_and_one_beside_it_clears(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.click_at(*page.place("hsa-miR-16-5p"))
        assert page.text("#details h2") == "hsa-miR-16-5p"
        assert page.text("#details").count("PMID") > 0
        assert "hsa-miR-16-5p" in page.one("#said").get_attribute("textContent")
        page.click_at(5, 5)
        assert page.all("#details h2") == []

    def test_filters_change_what_is_counted(self, opened) -> None:
        # m1: A B C D (C by CLIP, D predicted); m2: A B; m3: A.
        page = opened(
            of_pairs(
                ["m1", "m1", "m1", "m1", "m2", "m2", "m3"],
                ["A", "B", "C", "D", "A", "B", "A"],
                ["strong", "strong", "clip", "predicted", "strong", "weak", "strong"],
                ["1", "2", "3", "4", "5", "6", "7"],
            )
        )
        assert page.counts() == [3, 4, 7, 3]
        assert [label.text for label in page.all("#evidence label")] == ["strong", "CLIP", "weak", "predicted"]
        page.one("#evidence-3").click()
        assert page.counts() == [3, 3, 6, 3]
        page.one("#evidence-1").click()
        assert page.counts() == [3, 2, 5, 3]
        page.one("#evidence-2").click()  # B is left to m1 alone
        assert page.counts() == [3, 2, 4, 3]
        page.set("#least-mirnas", 2)
        assert page.counts() == [3, 1, 3, 3]
        page.set("#least-targets", 2)  # m1 alone has two at strong evidence
        assert page.counts()[0] == 1
        page.one("#filters-off").click()
        assert page.counts() == [3, 4, 7, 3]
        page.one("#kind-targets").click()
        assert page.counts() == [3, 0, 0, 3]
        page.one("#kind-synergy").click()
        assert page.counts() == [3, 0, 0, 0]

    def test_directions_and_pairs_of_one_seed_are_filtered_apart(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        significant = network.pairs.take(network.pairs["significant"])
        page.one("#kind-seed").click()
        assert page.counts()[3] == (significant["same seed"] != "yes").sum()
        page.one("#direction-up").click()
        assert page.counts()[0] == len(network.mirnas) - 1

    def test_classes_color_mirnas_and_the_arrows_stay(self, opened, network: SynergyNetwork) -> None:
        from selenium.webdriver.support.ui import Select

        grouped = {"cluster": text_array(["B", "A", "B", "", "A"])}
        page = opened(replace(network, mirnas=network.mirnas.with_columns(grouped)))
        Select(page.one("#color")).select_by_visible_text("cluster")
        key = [each.text for each in page.all("#key li")]
        assert [each for each in key if "cluster" in each] == ["cluster A", "cluster B", "no cluster"]
        root = ET.fromstring(page.saved("#save-svg", "network.svg"))
        fills = [each.get("fill") for each in root.iter(f"{SVG}circle")]
        # Two miRNAs and the key for each class; the key's other signs are gray, as the miRNA without a class is.
        assert [fills.count(color) for color in ("#009e73", "#cc79a7")] == [3, 3]
        assert len(list(root.iter(f"{SVG}polygon"))) == len(network.mirnas) + 2

    def test_the_table_of_pairs_sorts_and_leads_to_what_they_share(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.one("#tab-pairs").click()
        heads = [head.text for head in page.all("#view-pairs thead button")]
        at = heads.index("shared targets")

        def column() -> list[int]:
            return [int(cell.text) for cell in page.all(f"#view-pairs tbody td:nth-child({at + 1})")]

        wanted = network.pairs["shared targets"].tolist()
        assert column() == wanted
        page.all("#view-pairs thead button")[at].click()
        assert column() == sorted(wanted, reverse=True)
        assert page.all("#view-pairs thead th")[at].get_attribute("aria-sort") == "descending"
        page.all("#view-pairs thead button")[at].click()
        assert column() == sorted(wanted)
        page.all("#view-pairs thead button")[0].click()
        names = [cell.text for cell in page.all("#view-pairs tbody td:first-child")]
        assert names[0] == "hsa-miR-15a-5p"
        page.all("#view-pairs thead button")[heads.index("P")].click()
        page.one("#view-pairs tbody tr td:last-child button").click()
        first = network.pairs["shared genes"][0].split(";")
        assert {row.text for row in page.all("#details .list > li > .name")} == set(first)

    def test_keys_alone_lead_through_it(self, opened, network: SynergyNetwork) -> None:
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        page = opened(network)
        page.run("arguments[0].focus()", page.one("#canvas"))
        ActionChains(page.browser).send_keys("n").perform()
        assert page.text("#details h2") == network.mirnas["miRNA"][0]
        ActionChains(page.browser).send_keys("n", "+", Keys.ARROW_LEFT, "-", "0").perform()
        assert page.text("#details h2") == network.mirnas["miRNA"][1]
        ActionChains(page.browser).send_keys("p", "p").perform()
        assert page.text("#details h2") == network.genes["gene"][-1]
        ActionChains(page.browser).send_keys(Keys.ESCAPE).perform()
        assert page.all("#details h2") == []
        ActionChains(page.browser).send_keys("/").perform()
        assert page.browser.switch_to.active_element.get_attribute("id") == "search"
        ActionChains(page.browser).send_keys("miR", Keys.ARROW_DOWN, Keys.ENTER).perform()
        assert page.text("#details h2") == network.mirnas["miRNA"][0]
        page.run("arguments[0].focus()", page.one("#tab-network"))
        ActionChains(page.browser).send_keys(Keys.ARROW_RIGHT).perform()
        assert page.one("#tab-mirnas").get_attribute("aria-selected") == "true"
        assert len(page.all("#view-mirnas tbody tr")) == len(network.mirnas)

    def test_hostile_names_stay_text(self, opened) -> None:
        page = opened(hostile_network())
        for name in HOSTILE:
            assert name in [match.split(", hidden")[0] for match in page.search(name[:40])]
            page.one("#matches button").click()
            assert page.one("#details h2").get_attribute("textContent") in (name, f"{name} gene")
        for tab in ("mirnas", "genes", "pairs", "about"):
            page.one(f"#tab-{tab}").click()
        page.one("#tab-mirnas").click()
        shown = [e.get_attribute("textContent") for e in page.all("#view-mirnas tbody td:first-child")]
        assert set(shown) == set(HOSTILE)
        assert "<i>column</i>" in [head.text for head in page.all("#view-mirnas thead button")]
        assert (
            page.run(
                "return document.images.length + document.querySelectorAll('main svg[onload], b, h1 h1').length"
            )
            == 0
        )
        assert page.run("return document.scripts.length") == 2
        links = {link.get_attribute("href") for link in page.all("a")}
        assert links == {
            "https://pubmed.ncbi.nlm.nih.gov/17072344/",
            "https://pubmed.ncbi.nlm.nih.gov/123/",
        }
        assert "javascript:alert(5)" in page.text("#details")
        assert page.requests() == [page.browser.current_url]

    def test_light_and_dark(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
        background = "return getComputedStyle(document.body).backgroundColor"
        assert page.run(background) == "rgb(22, 24, 28)"
        page.one("#theme").click()  # light, whatever the system says
        assert page.run(background) == "rgb(255, 255, 255)"
        assert "light" in page.one("#theme").get_attribute("aria-label")

    def test_many_lines_move_as_a_picture_and_are_drawn_anew_at_rest(self, opened, network, limits) -> None:
        limits("QUICK_LINES = 2000", "QUICK_LINES = 20")
        page = opened(network)
        moved = "return document.querySelector('#lines').style.transform"
        drawn = (
            "const c = document.querySelector('#lines');"
            "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)"
        )
        wait_until(lambda: page.run(moved) == "none" and page.run(drawn))
        # While the picture moves, the lines move as a picture; at rest they are drawn anew.
        page.run(
            "const lines = document.querySelector('#lines'); window.seen = [];"
            "const watch = new MutationObserver(() => window.seen.push(lines.style.transform));"
            "watch.observe(lines, {attributes: true});"
        )
        page.mouse(("pressed", 8, 8), ("moved", 68, 48), ("released", 68, 48))
        wait_until(
            lambda: any(each.startswith("translate(60px, 40px)") for each in page.run("return window.seen"))
        )
        wait_until(lambda: page.run(moved) == "none")

    def test_more_lines_than_are_drawn_are_counted(self, opened, network, limits) -> None:
        limits("LINES_DRAWN = 20_000, PAIRS_DRAWN = 2000", "LINES_DRAWN = 10, PAIRS_DRAWN = 1")
        page = opened(network)
        n = int(network.pairs["significant"].sum())
        assert f"10 of {len(network.edges)} targets drawn" in page.text("#key")
        assert f"1 of {n} synergy lines drawn" in page.text("#key")
        # What is chosen has all its lines.
        page.choose("17-5p")
        own = int((network.edges["miRNA"] == "hsa-miR-17-5p").sum())
        root = ET.fromstring(page.saved("#save-svg", "network_miR-17-5p.svg"))
        lines = max((each.get("d").count("L") for each in root.iter(f"{SVG}path")), default=0)
        assert lines == own
        page.set("#least-targets", 1000)
        assert "drawn" not in page.text("#key")


@in_browser
class TestOnAPhone:
    def test_picture_and_search_result_are_on_the_first_screen(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        width, height = PHONE
        for chosen in (False, True):
            if chosen:
                page.search("17-5p")
                for each in ("#matches", "#matches button"):
                    assert self.is_within(page.box(each), width, height)
                page.one("#matches button").click()
                page.settle()
                assert self.is_within(page.box("#details h2"), width, height)
                assert page.text("#details h2") == "hsa-miR-17-5p"
            root = "const e = document.documentElement; return [e.scrollWidth, e.scrollHeight]"
            assert page.run(root) == [width, height]
            for each in ("#search", "#tools", "#canvas", "#key", "#details"):
                assert self.is_within(page.box(each), width, height), each
            assert page.box("#canvas")["width"] > 350
            assert page.box("#canvas")["height"] > (190 if chosen else 350)
        where = page.place("hsa-miR-17-5p")
        assert (where > 0).all()
        assert (where < [page.box("#canvas")[side] for side in ("width", "height")]).all()

    @staticmethod
    def is_within(box: dict[str, float], width: float, height: float) -> bool:
        return box["left"] >= 0 and box["top"] >= 0 and box["right"] <= width and box["bottom"] <= height

    def test_names_are_not_cut(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        for name in ("network.svg", "network_miR-17-5p.svg"):
            saved = page.saved("#save-svg", name)
            cut, names = page.run(
                "const svg = new DOMParser().parseFromString(arguments[0], 'image/svg+xml').documentElement;"
                "document.body.append(svg); const [, , w, h] = svg.getAttribute('viewBox').split(' ').map(Number);"
                "const texts = [...svg.querySelectorAll('text')];"
                "const isCut = (b) => b.x < 0 || b.y < 0 || b.x + b.width > w || b.y + b.height > h;"
                "const cut = texts.filter((text) => isCut(text.getBBox())).map((text) => text.textContent);"
                "svg.remove(); return [cut, texts.map((text) => text.textContent)];",
                saved.decode(),
            )
            assert cut == []
            assert "miR-17-5p" in names
            page.choose("17-5p")

    def test_what_is_touched_is_large_enough(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        page.one("#filters-open").click()
        page.search("17-5p")
        page.one("#matches button").click()
        sizes = page.run(
            "return [...document.querySelectorAll('button, input, select, #details a')]"
            ".filter((each) => each.offsetParent).map((each) => { const b = each.getBoundingClientRect();"
            "return [each.id || each.className || each.textContent, b.width, b.height]; })"
        )
        assert len(sizes) > 30
        assert [each for each in sizes if min(each[1:]) < 24] == []
        main = [
            each for each in sizes if re.match("zoom|fit|save|restore|print|tab|search|filters|theme", each[0])
        ]
        assert len(main) > 12
        assert [each for each in main if each[2] < 44 or each[1] < 42] == []

    def test_text_is_readable(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        page.search("17-5p")
        page.one("#matches button").click()
        smallest = page.run(
            "return Math.min(...[...document.querySelectorAll('body *')].filter((each) => each.offsetParent)"
            ".map((each) => parseFloat(getComputedStyle(each).fontSize)))"
        )
        assert smallest >= 12

    def test_fingers_drag_a_mirna_and_pinch(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        one, other = page.place("hsa-miR-16-5p"), page.place("hsa-miR-17-5p")
        page.touch([tuple(one)], [tuple(one + by(10, 20))], [tuple(one + by(30, 40))])
        assert page.place("hsa-miR-16-5p") == pytest.approx(one + by(30, 40), abs=1)
        assert page.place("hsa-miR-17-5p") == pytest.approx(other, abs=1)
        assert page.one("#restore").is_enabled()
        page.one("#restore").click()
        assert page.place("hsa-miR-16-5p") == pytest.approx(one, abs=1)
        # Two fingers move apart: what lies between them stays, what lies around it goes outward.
        box = page.box("#canvas")
        middle = np.array([box["width"], box["height"]]) / 2
        apart = [[tuple(middle - by(d, 0)), tuple(middle + by(d, 0))] for d in (50, 60, 80, 100)]
        page.touch(*apart)
        assert page.place("hsa-miR-16-5p") - middle == pytest.approx(2 * (one - middle), abs=3)
        assert not page.one("#restore").is_enabled()

    def test_two_taps_release_though_the_first_opens_the_details(self, opened, network: SynergyNetwork) -> None:
        page = opened(network, PHONE)
        name = "hsa-miR-20b-3p"
        start = page.place(name)
        page.touch([tuple(start)], [tuple(start + by(0, 20))], [tuple(start + by(20, 20))])
        box = page.box("#canvas")

        def two_taps_release() -> bool:
            at = page.place(name)
            page.touch([tuple(at)])
            page.touch([tuple(at)])
            return not page.one("#restore").is_enabled()

        wait_until(two_taps_release)  # on a busy machine the second one may come too late
        assert page.text("#details h2") == name
        # The stage, smaller now, shows all again once no second tap can follow.
        wait_until(lambda: (page.place("hsa-miR-16-5p") < page.box("#canvas")["height"]).all())
        assert page.box("#canvas")["height"] < box["height"]

    def test_a_finger_on_a_gene_moves_the_picture_until_the_gene_is_chosen(
        self, opened, network: SynergyNetwork
    ) -> None:
        page = opened(network, PHONE)
        mirna, gene = page.place("hsa-miR-16-5p"), page.place("BCL2")
        page.touch([tuple(gene)], [tuple(gene + by(0, 20))], [tuple(gene + by(0, 30))])
        assert page.place("hsa-miR-16-5p") == pytest.approx(mirna + by(0, 30), abs=1)
        page.one("#fit").click()
        page.touch([tuple(gene)])
        assert page.text("#details h2") == "BCL2"
        time.sleep(0.8)  # no second tap can follow: the smaller stage shows all again
        mirna, gene = page.place("hsa-miR-16-5p"), page.place("BCL2")
        page.touch([tuple(gene)], [tuple(gene + by(0, 20))], [tuple(gene + by(0, 30))])
        assert page.place("BCL2") == pytest.approx(gene + by(0, 30), abs=1)
        assert page.place("hsa-miR-16-5p") == pytest.approx(mirna, abs=1)


@in_browser
class TestMovedByHand:
    def test_a_node_stays_where_it_is_dropped_until_it_is_released(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        name = "hsa-miR-16-5p"
        start, other = page.place(name), page.place("hsa-miR-17-5p")
        assert not page.one("#restore").is_enabled()
        page.drag(start, (60, 40))
        assert page.place(name) == pytest.approx(start + by(60, 40), abs=1)
        assert page.place("hsa-miR-17-5p") == pytest.approx(other, abs=1)
        assert page.all("#details h2") == []
        page.one("#zoom-in").click()
        page.one("#zoom-out").click()
        page.click_at(*page.place(name))
        assert page.text("#details h2") == name
        page.key("\ue00c")  # Escape releases it first, then clears the choice
        assert page.place(name) == pytest.approx(start, abs=1)
        assert page.text("#details h2") == name
        page.key("\ue00c")
        assert page.all("#details h2") == []

    def test_a_double_click_releases_one_and_the_button_all(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        names = "hsa-miR-16-5p", "hsa-miR-20b-3p"
        start = {name: page.place(name) for name in names}
        for name in names:
            page.drag(start[name], (30, 30))

        def a_double_click_releases() -> bool:
            at = page.place(names[0])
            page.mouse(("pressed", *at), ("released", *at), ("pressed", *at), ("released", *at))
            return bool(np.allclose(page.place(names[0]), start[names[0]], atol=1))

        wait_until(a_double_click_releases)  # on a busy machine the second one may come too late
        assert page.place(names[1]) == pytest.approx(start[names[1]] + 30, abs=1)
        page.one("#restore").click()
        assert page.place(names[1]) == pytest.approx(start[names[1]], abs=1)
        assert not page.one("#restore").is_enabled()

    def test_escape_takes_back_a_drag_before_it_ends(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        x, y = start = page.place("hsa-miR-16-5p")
        page.mouse(("pressed", x, y), ("moved", x + 30, y), ("moved", x + 60, y))
        assert page.place("hsa-miR-16-5p") == pytest.approx(start + by(60, 0), abs=1)
        page.key("\ue00c")
        page.mouse(("moved", x + 90, y), ("released", x + 90, y))
        assert page.place("hsa-miR-16-5p") == pytest.approx(start, abs=1)

    def test_genes_of_one_mirna_alone_go_with_it(self, opened) -> None:
        # A is m1's alone; B has both.
        page = opened(of_pairs(["m1", "m1", "m2"], ["A", "B", "B"], ["strong"] * 3, ["1"] * 3))
        a, b = page.place("A"), page.place("B")
        page.drag(page.place("m1"), (40, 25))
        assert page.place("A") == pytest.approx(a + by(40, 25), abs=1)
        assert page.place("B") == pytest.approx(b, abs=1)
        # A gene that was dragged itself does not go with it any more.
        page.drag(page.place("A"), (0, 30))
        page.drag(page.place("m1"), (-20, 0))
        assert page.place("A") == pytest.approx(a + by(40, 55), abs=1)
        page.key("r")
        page.run("arguments[0].focus()", page.one("#canvas"))
        page.key("r")
        assert page.place("A") == pytest.approx(a, abs=1)

    def test_keys_move_the_chosen_node(self, opened, network: SynergyNetwork) -> None:
        from selenium.webdriver import ActionChains
        from selenium.webdriver.common.keys import Keys

        page = opened(network)
        page.run("arguments[0].focus()", page.one("#canvas"))
        page.key("n")
        name = page.text("#details h2")
        start = page.place(name)
        ActionChains(page.browser).key_down(Keys.SHIFT).send_keys(Keys.ARROW_RIGHT, Keys.ARROW_DOWN).key_up(
            Keys.SHIFT
        ).perform()
        assert page.place(name) == pytest.approx(start + 12, abs=1)
        page.key(Keys.ESCAPE)
        assert page.place(name) == pytest.approx(start, abs=1)

    def test_a_drag_beside_the_nodes_and_the_wheel_move_the_picture(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        start = page.place("hsa-miR-16-5p")
        page.drag((6, 6), (50, 20))
        assert page.place("hsa-miR-16-5p") == pytest.approx(start + by(50, 20), abs=1)
        page.one("#fit").click()
        assert page.place("hsa-miR-16-5p") == pytest.approx(start, abs=1)
        x, y = start
        page.mouse(("wheel", x, y), deltaX=0, deltaY=-200)
        assert page.place("hsa-miR-16-5p") == pytest.approx(start, abs=1)  # the place under the mouse stays
        grown = np.hypot(*(page.place("hsa-miR-17-5p") - start))
        page.one("#fit").click()
        assert grown > 1.2 * np.hypot(*(page.place("hsa-miR-17-5p") - start))


@in_browser
class TestRefit:
    def test_what_filters_leave_fills_the_picture(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        box = page.box("#canvas")
        size = np.array([box["width"], box["height"]])
        page.drag((6, 6), (300, 200))
        page.set("#least-mirnas", 2)
        left = [name for name, n in zip(network.genes["gene"], network.genes["miRNAs"], strict=True) if n >= 2]
        places = np.array([page.place(name) for name in [*network.mirnas["miRNA"], *left]])
        assert (places > 0).all()
        assert (places < size).all()
        assert (np.ptp(places, axis=0) / size).max() > 0.7
        before = page.place("hsa-miR-17-5p")
        page.one("#direction-down").click()  # one miRNA is up: it is in the middle then
        assert page.place("hsa-miR-20b-3p") == pytest.approx(size / 2, abs=1)
        page.one("#filters-off").click()
        assert page.place("hsa-miR-17-5p") != pytest.approx(before, abs=1)


@in_browser
class TestFiles:
    @staticmethod
    def svg(data: bytes) -> ET.Element:
        assert b"style=" not in data
        assert b"var(" not in data
        assert b"class=" not in data
        return ET.fromstring(data)

    def test_svg_holds_what_is_seen_with_its_styles(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        root = self.svg(page.saved("#save-svg", "network.svg"))
        box = page.box("#canvas")
        assert float(root.get("width")) == pytest.approx(box["width"], abs=1)
        assert float(root.get("height")) > box["height"]  # the key is below
        texts = [each.text for each in root.iter(f"{SVG}text")]
        assert {"miR-17-5p", "miR-20b-3p", "miRNA up", "miRNA down", "gene"} <= set(texts)
        assert {each.get("font-family").split(",")[0] for each in root.iter(f"{SVG}text")} == {"Arial"}
        assert root.find(f"{SVG}rect").get("fill") == "#ffffff"
        # One circle per node; an arrow in each miRNA; the key has circles and arrows too.
        circles = root.findall(f"{SVG}circle")
        assert len([each for each in circles if each.get("fill") == "#30343b"]) == len(network.genes) + 1
        at = page.place("hsa-miR-17-5p")
        (dot,) = [c for c in circles if np.hypot(*(np.array([c.get("cx"), c.get("cy")], float) - at)) < 1]
        assert dot.get("fill") == "#0072b2"
        assert len(root.findall(f"{SVG}polygon")) == len(network.mirnas) + 2
        assert network.source in root.find(f"{SVG}desc").text
        # The theme of the screen does not matter on paper.
        page.one("#theme").click()
        page.one("#theme").click()
        (page.folder / "network.svg").unlink()
        assert self.svg(page.saved("#save-svg", "network.svg")).find(f"{SVG}rect").get("fill") == "#ffffff"

    def test_png_has_twice_the_pixels_or_more_on_white(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.choose("17-5p")
        page.saved("#save-png", "network_miR-17-5p.png")
        with Image.open(page.folder / "network_miR-17-5p.png") as image:
            width, height = image.size
            colors = image.convert("RGB").getcolors(2**24)
            assert image.getpixel((0, 0))[:3] == (255, 255, 255)
        box = page.box("#canvas")
        assert width >= 2000
        assert width / box["width"] >= 2
        assert height / box["height"] >= 2
        assert (0, 114, 178) in {color for _, color in colors}

    def test_hostile_names_are_text_in_files_and_on_paper(self, opened) -> None:
        page = opened(hostile_network())
        root = self.svg(page.saved("#save-svg", "network.svg"))
        assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
            "svg", "title", "desc", "rect", "path", "circle", "polygon", "text",
        }  # fmt: skip
        assert not [each for each in root.iter() if any(key.startswith("on") for key in each.attrib)]
        texts = "".join(each.text for each in root.iter(f"{SVG}text"))
        assert "</script><script>alert(2)</script>" in texts
        page.search("<img")
        page.one("#matches button").click()
        page.settle()
        page.saved("#save-png", "network__img_src_x_onerror_alert_1_.png")
        page.run("dispatchEvent(new Event('beforeprint'))")
        assert (
            page.run("return document.images.length + document.querySelectorAll('#paper script, #paper b').length")
            == 0
        )
        assert HOSTILE[0] in page.one("#paper").get_attribute("textContent")

    def test_nothing_left_is_saved_and_printed_too(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        for direction in ("up", "down"):
            page.one(f"#direction-{direction}").click()
        assert page.counts() == [0, 0, 0, 0]
        root = self.svg(page.saved("#save-svg", "network.svg"))
        assert {each.text for each in root.iter(f"{SVG}text")} >= {"miRNA up", "gene"}
        page.one("#fit").click()
        page.run("dispatchEvent(new Event('beforeprint'))")
        assert "0 of 5 miRNAs" in page.one("#paper").get_attribute("textContent").replace("\u00a0", " ")
        assert page.all("#paper tbody tr") == []

    def test_long_names_are_broken_at_their_slashes(self, opened) -> None:
        long = "hsa-miR-17-5p/hsa-miR-106a-5p/hsa-miR-20b-5p/hsa-miR-93-5p"
        page = opened(of_pairs([long, "hsa-miR-21-5p"], ["A", "A"], ["strong"] * 2, ["1"] * 2), PHONE)
        root = self.svg(page.saved("#save-svg", "network.svg"))
        texts = [each.text for each in root.iter(f"{SVG}text")]
        assert {"miR-17-5p/miR-106a-5p/", "miR-20b-5p/miR-93-5p"} <= set(texts)

    def test_genes_whose_change_is_known_point_up_or_down(self, opened) -> None:
        network = of_pairs(["m1", "m1", "m2"], ["A", "B", "C"], ["strong"] * 3, ["1"] * 3)
        changes = {"regulation": text_array(["up", "down", ""]), "log2 ratio": np.array([1.0, -2.0, np.nan])}
        page = opened(replace(network, genes=network.genes.with_columns(changes)))
        assert {"gene up", "gene down", "gene"} <= {each.text for each in page.all("#key li")}
        root = self.svg(page.saved("#save-svg", "network.svg"))
        triangles: dict[str, list[bool]] = {}
        for each in root.iter(f"{SVG}polygon"):
            (_, base), _, (_, tip) = np.array(each.get("points").split(), float).reshape(3, 2)
            triangles.setdefault(each.get("fill"), []).append(tip < base)
        # One in the picture and one in the key: vermilion points up, blue down.
        assert triangles == {"#d55e00": [True, True], "#0072b2": [False, False]}


@in_browser
class TestOnPaper:
    A4, LETTER = (8.27, 11.69), (8.5, 11)

    def pdf(self, page: Page, paper: tuple[float, float]) -> bytes:
        width, height = paper
        printed = page.cdp("Page.printToPDF", paperWidth=width, paperHeight=height, printBackground=False)
        return base64.b64decode(printed["data"])

    @pytest.mark.parametrize("paper", [A4, LETTER])
    def test_picture_and_table_are_printed_and_no_controls(self, opened, network, paper) -> None:
        page = opened(network)
        page.choose("17-5p")
        pdf = self.pdf(page, paper)
        assert pdf.startswith(b"%PDF")
        (box,) = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))
        assert [float(each) for each in box] == pytest.approx([72 * each for each in paper], abs=1)
        assert page.all("#paper > *") == []  # gone once it is printed
        if (pdftotext := shutil.which("pdftotext")) is None:
            return
        (page.folder / "page.pdf").write_bytes(pdf)
        subprocess.run([pdftotext, "-layout", "page.pdf", "page.txt"], cwd=page.folder, check=True)
        text = (page.folder / "page.txt").read_text()
        for expected in ("miRNA synergy network", "hsa-miR-17-5p", "Partners", "Targets", "miRNA up", "PMID"):
            assert expected in text
        for control in ("Restore", "Filters", "Reset", "PNG", "Choose a miRNA"):
            assert control not in text

    def test_what_is_printed_follows_what_is_seen(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)

        box = page.box("#canvas")
        seen = box["height"] / box["width"]

        def headings() -> list[str]:
            page.run("dispatchEvent(new Event('beforeprint'))")
            found = [each.get_attribute("textContent") for each in page.all("#paper h2")]
            (svg,) = page.all("#paper svg")
            width, height = (float(svg.get_attribute(side)) for side in ("width", "height"))
            assert width == 700
            assert (height - 40) / width == pytest.approx(seen, abs=0.05)  # the key has some 40 pixels
            return found

        assert headings() == ["miRNAs", "Pairs"]
        assert len(page.all("#paper section:first-of-type tbody tr")) == len(network.mirnas)
        page.set("#least-mirnas", 2)
        page.one("#tab-genes").click()
        assert headings() == ["Genes"]
        assert len(page.all("#paper tbody tr")) == int((network.genes["miRNAs"] >= 2).sum())
        assert "at least 2 miRNAs per gene" in page.one("#paper").get_attribute("textContent")
        page.one("#tab-pairs").click()
        page.one("#view-pairs tbody tr td:last-child button").click()
        assert headings()[0].count("hsa-miR-") == 2
        assert headings()[1] == "Shared targets"

    def test_on_paper_only_the_paper_is_shown(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.run("dispatchEvent(new Event('beforeprint'))")
        page.cdp("Emulation.setEmulatedMedia", media="print")
        shown = "return [...document.body.children].filter((each) => each.offsetHeight).map((each) => each.id)"
        assert page.run(shown) == ["paper"]
        assert page.run("return document.documentElement.scrollWidth <= innerWidth")


@in_browser
def test_a_p_of_zero_is_written_as_below_the_smallest_number(opened, network: SynergyNetwork) -> None:
    n = len(network.pairs)
    tiny = {"P": np.array([0.0, 2.5e-301, 1e-300, *np.linspace(0.0131151, 1, n - 3)]), "FDR": np.zeros(n)}
    page = opened(replace(network, pairs=network.pairs.with_columns(tiny)))
    page.one("#tab-pairs").click()
    heads = [head.text for head in page.all("#view-pairs thead button")]
    cells = [cell.text for cell in page.all(f"#view-pairs tbody td:nth-child({heads.index('P') + 1})")]
    assert cells[:4] == ["< 1e-300", "< 1e-300", "1.00e-300", "0.0131"]
    assert cells[-1] == "1"
    page.choose("17-5p")
    assert "FDR < 1e-300" in page.text("#details")
