"""Workbooks read as mirtool reads them, each in a process of its own, without starting Python for each.

One small process per process of the tests has the reader loaded and forks for every workbook: what ends the fork
ends nothing else. ``tests/io/test_workbook.py`` runs the reader as mirtool does.
"""

from __future__ import annotations

import atexit
import os
import pickle
import subprocess
import sys

from mirtool.io.tables import workbook

SERVER = """
import io, os, runpy, sys
import python_calamine
read = runpy.run_path(sys.argv[1])["main"]
given, answers = sys.stdin.buffer, sys.stdout.buffer
while size := given.read(8):
    data = given.read(int.from_bytes(size))
    out, into = os.pipe()
    child = os.fork()
    if not child:
        os.close(out)
        sys.stdin, sys.stdout = io.TextIOWrapper(io.BytesIO(data)), open(into, "w")
        read()
        sys.stdout.flush()
        os._exit(0)
    os.close(into)
    with open(out, "rb") as pipe:
        answer = pipe.read()
    code = os.waitpid(child, 0)[1]
    answers.write(bool(code).to_bytes(1) + len(answer).to_bytes(8) + answer)
    answers.flush()
"""
READ_IN_CHILD = workbook._read_in_child
"""What mirtool itself calls."""
_of_process: dict[int, subprocess.Popen[bytes]] = {}


def read(data: bytes) -> tuple[workbook.Sheets, str]:
    """Return what ``workbook._read_in_child`` returns."""
    server = _of_process.get(os.getpid()) or _start()  # a fork of the tests has one of its own
    assert server.stdin is not None
    assert server.stdout is not None
    try:
        server.stdin.write(len(data).to_bytes(8) + data)
        server.stdin.flush()
        failed = server.stdout.read(1) != b"\0"
        answer = server.stdout.read(int.from_bytes(server.stdout.read(8)))
    except BaseException:
        _stop()  # an answer that nobody read would be taken for the next one
        raise
    return ({}, "it is damaged, or its cells reach too far for the memory") if failed else pickle.loads(answer)


def _start() -> subprocess.Popen[bytes]:
    call = [sys.executable, "-S", "-P", "-c", SERVER, str(workbook._READER)]
    path = os.pathsep.join(filter(None, sys.path))
    server = subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": path},
    )  # fmt: skip
    _of_process[os.getpid()] = server
    atexit.register(_stop)
    return server


def _stop() -> None:
    server = _of_process.pop(os.getpid(), None)
    if server is not None:
        server.kill()
        server.communicate()
