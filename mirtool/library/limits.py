"""How much, how long and from where a download may come: what has no end must neither fill the disk nor last."""

from __future__ import annotations

import ipaddress
import socket
import time
from urllib.parse import urljoin, urlsplit

from mirtool.errors import OfflineError

LARGEST_DOWNLOAD = 8 << 30
"""Bytes. The largest table that the databases give has about 2 GiB."""

LONGEST_SECONDS = 6 * 3600.0
SLOW_SECONDS = 60.0
SLOWEST_BYTES = 30 << 10
"""Bytes that must come in within :data:`SLOW_SECONDS`."""

clock = time.monotonic


class Pace:
    """How fast a download comes in, told piece by piece.

    Parameters
    ----------
    url
        The address, for messages.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._begun = self._window = clock()
        self._in_window = 0

    def count(self, n_bytes: int) -> None:
        """Count what came in.

        Raises
        ------
        OfflineError
            Where too little came in for too long.
        """
        now = clock()
        self._in_window += n_bytes
        if now - self._window >= SLOW_SECONDS:
            if self._in_window < SLOWEST_BYTES:
                raise self._too_slow(f"{self._in_window:,} bytes in {now - self._window:.0f} seconds")
            self._window, self._in_window = now, 0
        if now - self._begun > LONGEST_SECONDS:
            raise self._too_slow(f"more than {LONGEST_SECONDS / 3600:.0f} hours")

    def _too_slow(self, found: str) -> OfflineError:
        return OfflineError(
            "the server is too slow",
            path=self._url,
            found=found,
            hint="run the same command again later, or download the file in a browser and name it",
        )


def check_redirection(origin: str, url: str, location: str) -> None:
    """Refuse to be sent to a scheme other than HTTP, or from a public server into this computer's own network.

    Parameters
    ----------
    origin
        The address that was asked for first.
    url
        The address that redirects.
    location
        Where it redirects to.

    Raises
    ------
    OfflineError
        Where that is not allowed.
    """
    target = urlsplit(urljoin(url, location))
    if target.scheme not in ("http", "https"):
        problem = "the server sends to an address that is not of the web"
    elif _is_inside(target.hostname or "") and not _is_inside(urlsplit(origin).hostname or ""):
        problem = "the server sends to an address inside this computer's own network"
    else:
        return
    raise OfflineError(
        problem, path=url, found=target.geturl()[:200], hint="download the file in a browser, and name it"
    )


def _is_inside(host: str) -> bool:
    """Return True for the name or number of this computer, or of one in a private network."""
    if host.rstrip(".").lower().endswith(("localhost", ".local", ".internal")):
        return True
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False
    return any(not ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found)
