"""The remembered SHA-256 of files: looked up while a file does not change, in a cache that may be lost."""

import hashlib
import os

import pytest

from mirtool.study import hashes
from mirtool.study.hashes import current_hashes, remember

LONG_AGO = 1_700_000_000


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hashes"


def a_file(folder, text="one", changed=LONG_AGO):
    folder.mkdir(exist_ok=True)
    path = folder / "a.csv"
    path.write_text(text)
    os.utime(path, (changed, changed))
    return path


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def hash_of(path):
    return current_hashes([path]).get(str(path))


def test_a_file_that_has_not_changed_is_not_read_again(tmp_path, monkeypatch):
    path = a_file(tmp_path / "study")
    assert hash_of(path) == sha256("one")
    monkeypatch.setattr(hashes, "sha256_of", lambda _path: pytest.fail("it was read again"))
    assert hash_of(path) == sha256("one")


def test_another_content_or_time_is_read_again(tmp_path):
    path = a_file(tmp_path / "study")
    hash_of(path)
    a_file(tmp_path / "study", "two", LONG_AGO + 1)
    assert hash_of(path) == sha256("two")


def test_the_cache_of_a_folder_is_parsed_once_for_all_its_files(tmp_path, monkeypatch):
    path = a_file(tmp_path / "study")
    hash_of(path)
    parsed = []
    parse = hashes.parse_json
    monkeypatch.setattr(hashes, "parse_json", lambda text: parsed.append(text) or parse(text))
    hashes._entries_in.cache_clear()
    for _ in range(5):
        assert hash_of(path) == sha256("one")
    assert len(parsed) == 1


def test_what_was_hashed_while_it_was_read_is_remembered(tmp_path, monkeypatch):
    path = a_file(tmp_path / "study")
    remember({str(path): sha256("one")})
    monkeypatch.setattr(hashes, "sha256_of", lambda _path: pytest.fail("it was read again"))
    assert hash_of(path) == sha256("one")


@pytest.mark.parametrize("content", [b"{", b"[]", b'{"a.csv": 5}', b"\xff\xfe"])
def test_a_damaged_cache_costs_time_only(cache, tmp_path, content):
    path = a_file(tmp_path / "study")
    hash_of(path)
    (own,) = cache.iterdir()
    own.write_bytes(content)
    assert hash_of(path) == sha256("one")


def test_the_folders_not_looked_at_for_longest_are_forgotten(cache, tmp_path, monkeypatch):
    monkeypatch.setattr(hashes, "MOST_FOLDERS", 4)
    for n in range(5):
        hash_of(a_file(tmp_path / f"study {n}"))
        newest = max(cache.iterdir(), key=lambda each: each.stat().st_mtime_ns)
        os.utime(newest, (LONG_AGO + n, LONG_AGO + n))
    assert len(list(cache.iterdir())) == 3  # of five, the two oldest went


def test_a_missing_file_has_none(tmp_path):
    assert current_hashes([tmp_path / "nowhere.csv"]) == {}
