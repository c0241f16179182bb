"""Downloads over a real connection: cut off, gone on with, refused, mistaken for pages, changed meanwhile."""

import gzip
import hashlib
import os
import socket
import zipfile

import pytest

from mirtool.errors import FormatError, OfflineError, UsageError
from mirtool.io.genes.enrichr import cache_folder
from mirtool.library.download import downloaded, mirrored
from mirtool.library.limits import check_redirection
from mirtool.library.unpack import unpacked

DATA = bytes(range(256)) * 2000  # half a megabyte: several pieces
PIECE = 65_536
SHA256 = hashlib.sha256(DATA).hexdigest()
PATH = "/files/table.csv"


def fetched(*addresses: str, **options) -> bytes:
    with downloaded(addresses, **options) as download:
        data = download.path.read_bytes()
        assert download.sha256 == hashlib.sha256(data).hexdigest()
    assert not download.path.exists()
    return data


def left_behind() -> list[str]:
    return sorted(path.name for path in (cache_folder() / "downloads").rglob("*") if path.is_file())


def test_a_file_comes_whole_and_is_counted_on_the_way(server, capfd):
    server.files[PATH] = DATA
    steps = []
    assert fetched(server.url + PATH, on_progress=lambda done, total: steps.append((done, total))) == DATA
    assert steps[-1] == (len(DATA), len(DATA))
    assert [done for done, _ in steps] == sorted({done for done, _ in steps})
    assert len(steps) > 2
    assert left_behind() == []
    assert capfd.readouterr() == ("", "")  # pooch is silent


def test_its_name_in_the_folder_is_that_of_the_address(server):
    server.files["/a/hsa%20MTI.csv?x=1"] = DATA
    with downloaded([f"{server.url}/a/hsa%20MTI.csv?x=1"]) as download:
        assert download.path.name == "hsa MTI.csv"


def test_a_redirection_is_followed(server):
    server.files[PATH] = DATA
    server.redirects["/old"] = PATH
    assert fetched(f"{server.url}/old") == DATA


def test_a_download_that_is_cut_off_goes_on_where_it_stopped(server):
    server.files[PATH] = DATA
    server.cuts[PATH] = [200_000]
    assert fetched(server.url + PATH) == DATA
    first, second = server.ranges()
    assert first is None
    assert 0 < int(second.removeprefix("bytes=").removesuffix("-")) <= 200_000
    assert server.asked[1][1]["if-range"] == '"1"'
    assert server.sent <= len(DATA) + 200_000


def test_a_server_that_always_cuts_is_gone_on_with_at_the_next_call(server):
    server.files[PATH] = DATA
    server.cuts[PATH] = [2 * PIECE, PIECE, PIECE]
    with pytest.raises(OfflineError) as caught, downloaded([server.url + PATH]):
        pass
    assert str(caught.value) == (
        f"{server.url}{PATH}: the download was cut off (found 262,144 bytes, then the connection broke)\n"
        "  What to do: run the same command again: it goes on where it stopped"
    )
    assert left_behind() == ["part", "release"]
    assert fetched(server.url + PATH) == DATA
    assert server.ranges()[1:] == ["bytes=131072-", "bytes=196608-", "bytes=262144-"]
    assert server.sent == len(DATA)
    assert left_behind() == []


def test_halves_of_two_releases_are_never_joined(server):
    server.files[PATH] = DATA
    server.cuts[PATH] = [100_000] * 3
    with pytest.raises(OfflineError), downloaded([server.url + PATH]):
        pass
    server.files[PATH], server.tags[PATH] = DATA[::-1], '"2"'
    assert fetched(server.url + PATH) == DATA[::-1]


def test_a_server_that_cannot_say_which_file_it_serves_is_asked_for_the_whole_again(server):
    server.files[PATH], server.tags[PATH] = DATA, None
    server.cuts[PATH] = [200_000]
    assert fetched(server.url + PATH) == DATA
    assert server.ranges() == [None, None]


def test_a_weak_tag_is_no_ground_to_go_on(server):
    server.files[PATH], server.tags[PATH] = DATA, 'W/"1"'
    server.cuts[PATH] = [200_000]
    assert fetched(server.url + PATH) == DATA
    assert server.ranges() == [None, None]


def test_a_half_longer_than_the_file_is_thrown_away(server):
    server.files[PATH] = DATA
    server.cuts[PATH] = [100_000] * 3
    with pytest.raises(OfflineError), downloaded([server.url + PATH]):
        pass
    server.files[PATH] = DATA[:1000]
    assert fetched(server.url + PATH) == DATA[:1000]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (404, "404 Not Found\n  What to do: the database has moved its file, or closed it; get it by hand"),
        (403, "403 Forbidden\n  What to do: the database has moved its file, or closed it; get it by hand"),
        (
            500,
            "500 Internal Server Error\n  What to do: the server has trouble of its own: try again later; get it",
        ),
    ],
)
def test_a_refusal_says_what_to_do(server, status, said):
    server.files[PATH], server.status[PATH] = DATA, status
    with (
        pytest.raises(OfflineError, match="the server refuses the file: " + said),
        downloaded([server.url + PATH], by_hand="get it by hand"),
    ):
        pass
    assert left_behind() == []


def test_an_empty_file_is_none(server):
    server.files[PATH] = b""
    with (
        pytest.raises(OfflineError, match="the server sent an empty file\n  What to do: try again later; by hand"),
        downloaded([server.url + PATH], by_hand="by hand"),
    ):
        pass
    assert left_behind() == []


@pytest.mark.parametrize(("error", "left"), [(KeyboardInterrupt, False), (FormatError, True)])
def test_what_cannot_be_used_stays_only_where_a_message_names_it(server, error, left):
    server.files[PATH] = DATA
    with pytest.raises(error), downloaded([server.url + PATH]):
        raise error("not what it should be")
    assert bool(left_behind()) is left


def test_the_next_address_is_tried(server):
    server.files["/b"] = DATA
    assert fetched(f"{server.url}/a", f"{server.url}/b") == DATA


def test_where_no_address_gives_the_file_each_is_told(server):
    server.files["/b"] = b"<!DOCTYPE html><title>Moved</title>"
    with pytest.raises(OfflineError) as caught, downloaded([f"{server.url}/a", f"{server.url}/b"], by_hand="look"):
        pass
    assert str(caught.value) == (
        "none of the 2 addresses gives the file "
        f"(found {server.url}/a: the server refuses the file: 404 Not Found; "
        f"{server.url}/b: the server sent a web page in place of the file)\n  What to do: look"
    )


@pytest.mark.parametrize("page", [b"<!DOCTYPE html>\n<html>", b"\xef\xbb\xbf\n <HTML><head>", b"<html lang='en'>"])
def test_a_page_in_place_of_the_file_is_refused(server, page):
    server.files[PATH] = page + b"please log in" * 100
    with (
        pytest.raises(OfflineError, match="the server sent a web page in place of the file"),
        downloaded([server.url + PATH]),
    ):
        pass
    assert "part" not in left_behind()


def test_a_file_of_another_checksum_is_refused_and_not_kept(server):
    server.files[PATH] = DATA + b"!"
    with pytest.raises(FormatError) as caught, downloaded([server.url + PATH], sha256=SHA256):
        pass
    found = hashlib.sha256(DATA + b"!").hexdigest()
    assert f"(found SHA-256 {found}; expected {SHA256})" in str(caught.value)
    assert left_behind() == []


def test_the_right_checksum_passes(server):
    server.files[PATH] = DATA
    assert fetched(server.url + PATH, sha256=SHA256) == DATA


def test_without_a_connection():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        pytest.raises(OfflineError) as caught,
        downloaded([f"http://127.0.0.1:{port}/x"], by_hand="get it by hand"),
    ):
        pass
    assert str(caught.value).startswith(f"http://127.0.0.1:{port}/x: the address can't be reached (found ")
    assert "Connection refused" in str(caught.value)
    assert str(caught.value).endswith(
        f"expected a connection to 127.0.0.1:{port})\n"
        "  What to do: run it where there is a connection; get it by hand"
    )


def test_a_name_that_does_not_resolve():
    with (
        pytest.raises(OfflineError, match="the address can't be reached"),
        downloaded(["http://nowhere.invalid/x"]),
    ):
        pass


def test_two_at_once_do_not_write_to_one_half(server):
    server.files[PATH] = DATA
    with downloaded([server.url + PATH]) as one, downloaded([server.url + PATH]) as other:
        assert one.path != other.path
        assert one.path.read_bytes() == other.path.read_bytes() == DATA


def test_the_mirror_stands_for_every_host(monkeypatch):
    address = "https://mirdb.org/download/a.txt.gz"
    assert mirrored(address) == address
    monkeypatch.setenv("MIRTOOL_MIRROR", "http://lab.example/copy/")
    assert mirrored(address) == "http://lab.example/copy/mirdb.org/download/a.txt.gz"
    assert mirrored(f"{address}?x=1&y=2") == "http://lab.example/copy/mirdb.org/download/a.txt.gz?x=1&y=2"


def test_a_mirror_that_is_no_address(monkeypatch):
    monkeypatch.setenv("MIRTOOL_MIRROR", "/mnt/copy")
    with pytest.raises(UsageError, match="MIRTOOL_MIRROR is no web address"), downloaded(["http://127.0.0.1:9/x"]):
        pass


def test_more_than_any_table_has_is_refused_and_not_kept(server, monkeypatch):
    monkeypatch.setattr("mirtool.library.download.LARGEST_DOWNLOAD", 100_000)
    server.files[PATH] = DATA
    with (
        pytest.raises(OfflineError, match="more than any table"),
        downloaded([server.url + PATH]),
    ):
        pass
    assert not [path for path in (cache_folder() / "downloads").rglob("part") if path.stat().st_size]


def test_a_packing_without_measure_is_refused(server, monkeypatch):
    monkeypatch.setattr("mirtool.io.zip_archives.UNPACKED_AT_ONCE", 1000)
    server.files[PATH] = gzip.compress(b"0" * 10_000_000)
    server.packed.add(PATH)
    with (
        pytest.raises(OfflineError, match="more than any table"),
        downloaded([server.url + PATH]),
    ):
        pass


def test_a_packed_file_stays_packed_and_a_packed_answer_does_not(server):
    packed = gzip.compress(DATA)
    for path in ("/a/t.csv.gz", "/a/t.csv"):
        server.files[path] = packed
        server.packed.add(path)
    assert fetched(f"{server.url}/a/t.csv.gz") == packed
    assert fetched(f"{server.url}/a/t.csv") == DATA


def test_a_server_that_is_too_slow_is_not_waited_for(server, monkeypatch):
    seconds = iter(range(0, 100_000, 40))
    monkeypatch.setattr("mirtool.library.limits.clock", lambda: next(seconds))
    monkeypatch.setattr("mirtool.library.limits.SLOWEST_BYTES", 10**9)
    server.files[PATH] = DATA
    with (
        pytest.raises(OfflineError, match="the server is too slow"),
        downloaded([server.url + PATH]),
    ):
        pass


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("file:///etc/passwd", "not of the web"),
        ("ftp://example.org/a", "not of the web"),
        ("http://127.0.0.1:8080/a", "inside this computer's own network"),
        ("http://localhost/a", "inside this computer's own network"),
        ("http://[::1]/a", "inside this computer's own network"),
        ("http://10.0.0.1/a", "inside this computer's own network"),
        ("http://169.254.169.254/latest", "inside this computer's own network"),
    ],
)
def test_redirections_out_of_the_web_are_refused(location, problem):
    with pytest.raises(OfflineError, match=problem):
        check_redirection("https://93.184.216.34/a", "https://93.184.216.34/a", location)


@pytest.mark.parametrize("location", ["/b", "https://93.184.216.35/b", "http://93.184.216.34/b"])
def test_redirections_within_the_web_are_followed(location):
    check_redirection("https://93.184.216.34/a", "https://93.184.216.34/a", location)


def test_what_was_left_long_ago_is_swept(server):
    old = cache_folder() / "downloads" / "t.csv.0123.abcd"
    old.mkdir(parents=True)
    (old / "part").write_bytes(b"x")
    os.utime(old, (0, 0))
    server.files[PATH] = DATA
    assert fetched(server.url + PATH) == DATA
    assert not old.exists()


def test_an_archive_that_is_damaged_inside_is_refused_whatever_packed_it(tmp_path):
    for method in (zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        path = tmp_path / f"{method}.zip"
        with zipfile.ZipFile(path, "w", method) as archive:
            archive.writestr("t.csv", bytes(range(256)) * 40)
            start = archive.infolist()[0].header_offset + 30 + len("t.csv") + 9  # past the head of LZMA's own
        data = bytearray(path.read_bytes())
        data[start : start + 20] = b"\xff" * 20
        path.write_bytes(data)
        with pytest.raises(FormatError, match="the archive is damaged, or packed in a way"), unpacked(path):
            pass


def test_an_archive_without_measure_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("mirtool.io.zip_archives.UNPACKED_AT_ONCE", 1000)
    path = tmp_path / "t.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("t.csv", b"0" * 10_000_000)
    with pytest.raises(FormatError, match="the archive holds far more than a table"), unpacked(path):
        pass
