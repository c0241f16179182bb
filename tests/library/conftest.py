"""A real HTTP server on this machine that misbehaves as real ones do."""

import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest


class Server:
    """Files by path, and what goes wrong with them.

    ``cuts`` gives, for the next answers to a path, after how many bytes of the body the connection breaks;
    ``status`` another status than 200; ``tags`` the ETag of a file (None: the server can't say which file it is);
    ``redirects`` another path; ``packed`` holds the paths that are said to be packed by gzip. ``asked`` keeps the
    headers of every request.
    """

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.cuts: defaultdict[str, list[int]] = defaultdict(list)
        self.status: dict[str, int] = {}
        self.tags: dict[str, str | None] = {}
        self.redirects: dict[str, str] = {}
        self.packed: set[str] = set()
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.sent = 0
        handler = type("Handler", (_Handler,), {"owner": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def ranges(self) -> list[str | None]:
        return [headers.get("range") for _, headers in self.asked]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    owner: Server

    def log_message(self, *_args) -> None:
        """Say nothing on stderr."""

    def do_GET(self) -> None:
        server, path = self.owner, self.path
        headers = {name.lower(): value for name, value in self.headers.items()}
        server.asked.append((path, headers))
        if path in server.redirects:
            self.send_response(302)
            self.send_header("Location", server.redirects[path])
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        if path in server.status or path not in server.files:
            self.send_error(server.status.get(path, 404))
            return
        data, tag = server.files[path], server.tags.get(path, '"1"')
        start = self._start(headers, tag)
        if start > len(data):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        if tag:
            self.send_header("ETag", tag)
        if path in server.packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        body = data[start:]
        if server.cuts[path]:
            body = body[: server.cuts[path].pop(0)]
            self.close_connection = True
        server.sent += len(body)
        self.wfile.write(body)

    def _start(self, headers: dict[str, str], tag: str | None) -> int:
        if "range" not in headers or headers.get("if-range", tag) != tag:
            return 0
        return int(headers["range"].removeprefix("bytes=").removesuffix("-"))


@pytest.fixture
def server():
    one = Server()
    yield one
    one.stop()


@pytest.fixture(autouse=True)
def _own_folders(monkeypatch, tmp_path):
    """Return every test a library, a cache and a network of its own."""
    monkeypatch.setenv("MIRTOOL_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("MIRTOOL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MIRTOOL_MIRROR", raising=False)
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
