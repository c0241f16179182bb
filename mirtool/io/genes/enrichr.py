"""Gene-set libraries of Enrichr by name, fetched through gseapy once and kept in the user's cache folder.

A fetched library lies as ``enrichr/NAME.gmt`` in the cache folder: ``$MIRTOOL_CACHE``, else ``mirtool`` in
``$XDG_CACHE_HOME``, else ``~/.cache/mirtool``. A GMT put there by hand under its name is used like a fetched one.

References
----------
Kuleshov MV et al. Enrichr: a comprehensive gene set enrichment analysis web server 2016 update. Nucleic Acids
Res 2016;44:W90–W97.

Fang Z, Liu X, Peltz G. GSEApy: a comprehensive package for performing gene set enrichment analysis in Python.
Bioinformatics 2023;39:btac757.
"""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from mirtool.errors import OfflineError, OutputError, UsageError
from mirtool.io.genes.gene_sets import gene_sets_text, parse_gene_sets
from mirtool.io.tables.text import read_text
from mirtool.model import GeneSets

CACHE_VARIABLE = "MIRTOOL_CACHE"
HOST = "maayanlab.cloud"
LIBRARIES_PAGE = f"https://{HOST}/Enrichr/#libraries"
CONNECT_SECONDS = 5.0
"""How long to wait for the server before calling it out of reach; gseapy itself waits half a minute."""

_LIBRARY_NAME = re.compile(r"[A-Za-z0-9][\w.+-]*")


def cache_folder() -> Path:
    """Return the folder in which fetched libraries are kept; it need not exist."""
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "mirtool"


def read_library(name: str) -> GeneSets:
    """Return an Enrichr library by its name, such as ``KEGG_2021_Human``: from the cache, else fetched and kept.

    Raises
    ------
    UsageError
        Where Enrichr has no library of that name.
    OfflineError
        Where it is not in the cache and the server is out of reach.
    OutputError
        Where it can't be kept in the cache folder.
    """
    kept = fetched_library(name)
    return parse_gene_sets(read_text(kept), f"Enrichr {name}", kept)


def fetched_library(name: str) -> Path:
    """Return the GMT file of an Enrichr library in the cache folder, fetched where it isn't there yet.

    Raises
    ------
    UsageError, OfflineError, OutputError
        As of :func:`read_library`.
    """
    if not _LIBRARY_NAME.fullmatch(name):
        raise UsageError(
            "this is neither a file of gene sets nor the name of an Enrichr library",
            found=repr(name),
            expected="go, none, the path of a GMT file, or a name such as KEGG_2021_Human",
        )
    kept = cache_folder() / "enrichr" / f"{name}.gmt"
    if not kept.is_file():
        _keep(_fetch(name, kept), kept)
    return kept


def _fetch(name: str, kept: Path) -> str:
    """Fetch a library as the text of a GMT, sets in Enrichr's order."""
    _check_online(name, kept)
    import gseapy

    try:
        # gseapy's own limit of 2,000 genes per set would drop sets in silence.
        sets: dict[str, list[str]] = gseapy.get_library(name, organism="Human", max_size=10**9)
    except Exception as error:  # gseapy has no error of its own: a name it does not know is a plain ValueError
        if type(error) is not ValueError:
            raise _offline(name, kept, str(error)) from error
        raise UsageError(
            f"Enrichr has no library called {name!r}, and no file has that name",
            hint=f"the names are listed at {LIBRARIES_PAGE}; a file is named with its path",
        ) from error
    return gene_sets_text((term, "", genes) for term, genes in sets.items())


def _check_online(name: str, kept: Path) -> None:
    """Knock at the server, or at the proxy that leads there, before anything that would wait for long."""
    proxy = getproxies().get("https")
    address = urlsplit(proxy if proxy and "//" in proxy else f"//{proxy}" if proxy else f"//{HOST}:443")
    try:
        socket.create_connection((address.hostname or HOST, address.port or 443), CONNECT_SECONDS).close()
    except OSError as error:
        raise _offline(name, kept, error.strerror or str(error)) from error


def _offline(name: str, kept: Path, reason: str) -> OfflineError:
    return OfflineError(
        f"the gene sets {name!r} are neither a file nor kept from an earlier run, and Enrichr can't be reached",
        found=reason,
        expected=f"a connection to {HOST}",
        hint=f"run it once where there is a connection, or download the GMT in a browser ({LIBRARIES_PAGE}) and "
        f"name the file: --gene-sets {name}.gmt (or save it as {kept})",
    )


def _keep(text: str, kept: Path) -> None:
    part = kept.with_name(kept.name + ".part")
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(kept)
    except OSError as error:
        raise OutputError(
            f"the fetched gene sets can't be kept: {error.strerror}",
            path=kept,
            hint=f"name another cache folder: {CACHE_VARIABLE}=/some/folder",
        ) from error
