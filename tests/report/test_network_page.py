"""The page of the network in a real browser: it opens without errors or requests, finds, filters, and shows text.

Chromium runs headless by selenium; where it or its driver is not installed, these tests are skipped.
"""

import base64
import hashlib
import html
import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mirtool.io.targets.interactions import starter_interactions
from mirtool.model import Interactions, text_array
from mirtool.network import SynergyNetwork, combine_probes, synergy_network
from mirtool.network.interactions.target_table import TargetTable
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
                     "--disable-background-networking", "--no-first-run", "--window-size=1300,900"):  # fmt: skip
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(CHROMEDRIVER))
    yield driver
    driver.quit()


class Page:
    """A page open in the browser, and what a reader does with it."""

    def __init__(self, browser, path: Path) -> None:
        self.browser = browser
        browser.get_log("browser")
        browser.get_log("performance")
        browser.get(path.as_uri())

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
    def open_page(network: SynergyNetwork) -> Page:
        path = tmp_path / "network.html"
        path.write_bytes(network_page(network))
        return Page(browser, path)

    return open_page


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
            "const c = document.querySelector('canvas');"
            "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((value) => value > 0)"
        )
        assert page.requests() == [page.browser.current_url]
        assert page.browser.get_log("browser") == []

    def test_its_policy_stops_what_would_leave_it(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
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
        assert page.browser.get_log("browser") == []

    def test_enter_goes_to_the_closest_name(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        assert "hsa-miR-17-5p" in page.search("miR-17-5P")
        page.one("#search").send_keys("\ue007")
        assert page.text("#details h2") == "hsa-miR-17-5p"
        assert "AAAGUGC" in page.text("#details dl")
        assert page.search("no such name") == []
        assert "No miRNA or gene on this page is called so." in page.text("#matches")

    def test_a_click_on_a_node_chooses_it_and_one_beside_it_clears(self, opened, network: SynergyNetwork) -> None:
        from selenium.webdriver import ActionChains

        page = opened(network)
        canvas = page.one("#canvas")
        # The dot of 17-5p is the only large blue thing near where the layout puts it: look for it by its color.
        spot = page.run(
            "const c = arguments[0], r = window.devicePixelRatio, w = c.width, h = c.height;"
            "const d = c.getContext('2d').getImageData(0, 0, w, h).data;"
            "for (let y = 8; y < h - 8; y++) for (let x = 8; x < w - 8; x++) {"
            "  const blue = (p, q) => { const i = 4 * (q * w + p); return d[i] === 0 && d[i + 1] === 114 && d[i + 2] === 178 && d[i + 3] === 255; };"  # noqa: E501
            "  if (blue(x, y) && blue(x - 4, y) && blue(x + 4, y) && blue(x, y - 4) && blue(x, y + 4)) return [x / r, y / r]; }",  # noqa: E501
            canvas,
        )
        middle = canvas.size["width"] / 2, canvas.size["height"] / 2
        at = [int(spot[i] - middle[i]) for i in (0, 1)]
        ActionChains(page.browser).move_to_element_with_offset(canvas, *at).click().perform()
        name = page.text("#details h2")
        assert name in STUDY
        assert page.text("#details").count("PMID") > 0
        assert name in page.one("#said").get_attribute("textContent")
        corner = [int(5 - middle[0]), int(5 - middle[1])]
        ActionChains(page.browser).move_to_element_with_offset(canvas, *corner).click().perform()
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
        assert page.browser.get_log("browser") == []

    def test_light_dark_and_narrow(self, opened, network: SynergyNetwork) -> None:
        page = opened(network)
        page.browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        )
        background = "return getComputedStyle(document.body).backgroundColor"
        assert page.run(background) == "rgb(22, 24, 28)"
        page.one("#theme").click()  # light, whatever the system says
        assert page.run(background) == "rgb(255, 255, 255)"
        page.browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        page.browser.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": 360, "height": 740, "deviceScaleFactor": 2, "mobile": True},
        )
        try:
            assert page.run("return document.documentElement.scrollWidth") <= 360
            assert page.run("return document.querySelector('canvas').clientWidth") > 250
        finally:
            page.browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_two_thousand_nodes_are_drawn_in_time(self, opened) -> None:
        rng = np.random.default_rng(1)
        pairs = {
            (int(m), int(g))
            for m, g in zip(rng.integers(60, size=6000), rng.integers(1940, size=6000), strict=True)
        }
        mirna, gene = zip(*sorted(pairs), strict=True)
        n = len(pairs)
        page = opened(of_pairs([f"m{i}" for i in mirna], [f"G{j}" for j in gene], ["strong"] * n, ["1"] * n))
        assert sum(page.counts()[:2]) > 1900
        spent = page.browser.execute_async_script(
            "const done = arguments[0], start = performance.now(), canvas = document.querySelector('canvas');"
            "let frames = 0;"
            "const next = () => { if (frames++ === 10) return done(performance.now() - start);"
            "  canvas.dispatchEvent(new KeyboardEvent('keydown', {key: 'ArrowLeft'}));"
            "  requestAnimationFrame(next); };"
            "next();"
        )
        assert spent < 5000  # ten frames; about 0.4 s on the machine this was written on
