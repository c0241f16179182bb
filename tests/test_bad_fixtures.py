"""Every bad fixture has a test that names it: no file lies there whose message nobody reads."""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BAD = sorted(
    path.relative_to(ROOT / "fixtures")
    for path in (ROOT / "fixtures").rglob("*")
    if path.is_file() and (path.parent.name in ("bad", "refused") or path.name.startswith("bad_"))
)
TESTS = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "tests").rglob("test_*.py")))


@pytest.mark.parametrize("path", BAD, ids=str)
def test_a_bad_fixture_is_named_in_a_test(path):
    stem = path.name.removesuffix("".join(path.suffixes))
    assert f'"{path.name}"' in TESTS or f"/{path.name}" in TESTS or f'"{stem}"' in TESTS
