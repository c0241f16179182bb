"""What the README says holds: its commands exist, its links lead somewhere. Its Python runs in test_demo.py."""

import re
from pathlib import Path

import pytest

from mirtool.commands import SUMMARIES

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
NAMES = [*SUMMARIES]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_every_command_it_shows_exists():
    shown = set(re.findall(r"(?:^    |`)mirtool ([a-z][a-z-]+)", README, re.MULTILINE))
    assert shown <= set(NAMES), shown - set(NAMES)


def test_every_command_is_documented_somewhere():
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    missing = [name for name in NAMES if f"mirtool {name}" not in text]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\((?!https?://|#)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert missing == []
