"""Make the pictures of docs/report.md from a study whose report was made.

    python benchmarks/report_page.py --arrays 24 --folder KEEP
    python benchmarks/report_pictures.py KEEP/24_arrays

It needs Chromium with its driver, LibreOffice (soffice) and pdftoppm.
"""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver import ActionChains
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
COLORS = 192
DESKTOP, PHONE = (1280, 860), (390, 844)
A4 = {"paperWidth": 8.27, "paperHeight": 11.69}
TO_VOLCANO = "document.querySelector('.explorer').scrollIntoView(); "
CHOOSE_FIRST = "document.querySelector('[data-table=contrast1] tbody .name').click(); "
SELECT_PASSING = (
    "[...document.querySelectorAll('.explorer button')]"
    ".find((e) => e.textContent === 'Select what passes').click(); "
)
TO_MAP = (
    "document.querySelector('#heat-map').scrollIntoView(); "
    "document.querySelector('#heat-map .stage').focus({preventScroll: true})"
)


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    results = Path(sys.argv[1]).resolve() / "results"
    (workbook,) = (path for path in results.glob("*.xlsx") if path.stem == results.parent.name)
    browser = _browser()
    try:
        _picture_page(browser, results / "report.html")
    finally:
        browser.quit()
    _picture_workbook(workbook)


def _browser() -> webdriver.Chrome:
    options = Options()
    options.binary_location = shutil.which("chromium") or shutil.which("google-chrome") or ""
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(argument)
    return webdriver.Chrome(options=options, service=Service(shutil.which("chromedriver")))


def _picture_page(browser: webdriver.Chrome, page: Path) -> None:
    _open(browser, page, DESKTOP)
    _save(_screen(browser), "report_page")
    browser.execute_script(SELECT_PASSING + CHOOSE_FIRST + TO_VOLCANO)
    _save(_screen(browser), "report_explorer")
    browser.execute_script(TO_MAP)
    ActionChains(browser).send_keys(Keys.ARROW_DOWN * 5, Keys.ARROW_RIGHT * 6, Keys.ENTER).perform()
    _save(_screen(browser), "report_heat_map")
    printed = base64.b64decode(browser.execute_cdp_cmd("Page.printToPDF", A4)["data"])
    _save(_beside(_pages(printed, 60)[:4]), "report_paper")
    _open(browser, page, PHONE)
    screens = [_screen(browser)]
    for script in (SELECT_PASSING + CHOOSE_FIRST + "document.querySelector('.plots').scrollIntoView()", TO_MAP):
        browser.execute_script(script)
        screens.append(_screen(browser))
    _save(_beside(screens), "report_phone")


def _open(browser: webdriver.Chrome, page: Path, size: tuple[int, int]) -> None:
    width, height = size
    metrics = {"width": width, "height": height, "mobile": size == PHONE, "deviceScaleFactor": 1}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    browser.get(page.as_uri())


def _screen(browser: webdriver.Chrome) -> Image.Image:
    time.sleep(0.5)
    data = browser.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})["data"]
    return Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")


def _picture_workbook(workbook: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "--headless", "--convert-to", "pdf", "--outdir", folder, str(workbook)]
        subprocess.run(command, check=True, capture_output=True)
        pages = _pages((Path(folder) / f"{workbook.stem}.pdf").read_bytes(), 55)
    _save(_beside([pages[0], pages[2], pages[4]]), "report_workbook")


def _pages(pdf: bytes, dots_per_inch: int) -> list[Image.Image]:
    with tempfile.TemporaryDirectory() as folder:
        command = ["pdftoppm", "-r", str(dots_per_inch), "-l", "6", "-png", "-", f"{folder}/page"]
        subprocess.run(command, input=pdf, check=True)
        return [Image.open(path).convert("RGB") for path in sorted(Path(folder).glob("*.png"))]


def _beside(pictures: list[Image.Image], gap: int = 6) -> Image.Image:
    width = sum(each.width + gap for each in pictures) - gap
    whole = Image.new("RGB", (width, max(each.height for each in pictures)), "#9a9a9a")
    left = 0
    for each in pictures:
        whole.paste(each, (left, 0))
        left += each.width + gap
    return whole


def _save(picture: Image.Image, name: str) -> None:
    reduced = picture.quantize(COLORS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    reduced.save(IMAGES / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
