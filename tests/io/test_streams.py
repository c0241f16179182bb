"""Pipes named as files: read once and whole, or refused."""

import os
import threading

import numpy as np
import pytest

from mirtool.errors import FormatError, MirtoolError
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.registry import has_counts, has_wells
from mirtool.io.tables import streams
from mirtool.io.tables.name_lists import read_names
from mirtool.io.tables.streams import is_content, is_stream
from mirtool.io.tables.text import HEAD_BYTES, read_bytes, read_head, sha256_of

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFO on this system")

NAMES = "".join(f"hsa-miR-{i}-5p\n" for i in range(20_000))


@pytest.fixture
def pipe(tmp_path):
    """Return a function that makes a FIFO to which a thread writes a text."""
    threads = []

    def make(text):
        path = tmp_path / f"pipe{len(threads)}"
        os.mkfifo(path)
        threads.append(threading.Thread(target=path.write_text, args=(text,)))
        threads[-1].start()
        return path

    yield make
    for thread in threads:
        thread.join()


def test_a_pipe_is_read_whole_by_sniffer_reader_and_hash(pipe, tmp_path):
    path = pipe(NAMES)
    assert is_stream(path)
    assert is_content(path)
    assert len(read_head(path).data) == HEAD_BYTES
    assert len(read_names(path, ("name",), "miRNA")) == 20_000
    (tmp_path / "file").write_text(NAMES)
    assert sha256_of(path) == sha256_of(tmp_path / "file")


def test_plates_and_counts_are_recognized_in_a_pipe(pipe, tmp_path):
    plate = "Well,Sample Name,Target Name,Task,CT\n" + "".join(
        f"{i},P{i % 2},hsa-miR-{i // 2}-3p,UNKNOWN,{20 + i / 8}\n" for i in range(40)
    )
    (tmp_path / "plate.csv").write_text(plate)
    of_pipe, of_file = (read_arrays([path]) for path in (pipe(plate), tmp_path / "plate.csv"))
    assert of_pipe.sources[0].format == "qpcr"
    np.testing.assert_array_equal(of_pipe.channels["amount"].foreground, of_file.channels["amount"].foreground)
    assert has_counts(pipe("# scale: counts\nmiRNA,a,b\nhsa-miR-21-5p,3,4\n"))
    assert not has_counts(pipe("miRNA,a,b\nhsa-miR-21-5p,3,4\n"))
    assert not has_wells(tmp_path)


def test_two_pipes_are_kept_apart(pipe):
    one, two = pipe("one\n"), pipe("two\n")
    assert [read_bytes(path) for path in (one, two, one, two)] == [b"one\n", b"two\n"] * 2


def test_a_pipe_that_nobody_writes_to_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(streams, "WRITER_SECONDS", 0.5)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(MirtoolError, match="nothing writes to this pipe"):
        read_bytes(tmp_path / "pipe")


def test_an_empty_pipe_is_an_empty_file(pipe):
    with pytest.raises(FormatError, match="the file is empty"):
        read_bytes(pipe(""))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/urandom"])
def test_a_device_is_refused(device):
    with pytest.raises(MirtoolError, match="this is a device"):
        read_bytes(device)


def test_a_stream_without_an_end_is_refused(pipe, monkeypatch):
    monkeypatch.setattr(streams, "LARGEST_STREAM", 1000)
    with pytest.raises(FormatError, match="the stream does not end"):
        read_bytes(pipe("x" * 2000))


@pytest.mark.parametrize("stdin", [None, "closed"])
def test_standard_input_that_is_closed_is_refused(monkeypatch, tmp_path, stdin):
    if stdin:
        (tmp_path / "file").write_text("x")
        with (tmp_path / "file").open() as file:
            stdin = file
    monkeypatch.setattr("sys.stdin", stdin)
    with pytest.raises(MirtoolError, match="standard input is closed"):
        read_bytes("-")
