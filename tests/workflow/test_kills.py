"""A command that is killed while it writes leaves the old result or the new one; ``tests.kills`` kills more."""

import os

import pytest

from tests.kills import kill
from tests.small_study import make_study


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork")
def test_the_next_command_uses_the_old_result_or_the_new_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    make_study(tmp_path)
    found = kill([2, 12, 20, 26, 28, 30, 32, 36])
    assert found["killed"] == 8
    assert found["with a journal"] >= 2
    assert (found["first"] + found["second"], found["wrong"], found["refused"], found["left"]) == (8, 0, 0, 0)
    assert found["first"] >= 2
    assert found["second"] >= 2
