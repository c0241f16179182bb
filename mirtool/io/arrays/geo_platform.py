r"""GEO platform tables (``GPL….txt``, ``.annot``, SOFT): which name belongs to a platform's probe ID.

Three ways in which GEO hands a platform out are read. The full table::

    #ID = probe number
    #miRNA_ID_LIST = names in miRBase 16
    ID→miRNA_ID_LIST→SPOT_ID
    17605→hsa-miR-17-5p,hsa-miR-106a-5p→
    13132→→Empty

SOFT and ``.annot`` files, in which the same stands between ``!platform_table_begin`` and ``!platform_table_end``,
below lines that begin with ``^``, ``!`` and ``#``. Samples and series in a SOFT family file are not read.

*Names* are taken from the first of these columns that is there, whatever its case, blanks and underscores:
``miRNA``, ``miRNA_ID``, ``miRNA_ID_LIST``, ``miRNA name``, ``Mature miRNA``, ``Transcript ID(Array Design)``,
``Name``, ``SystematicName``, ``Gene symbol``, ``Gene_Name``, ``Gene``, ``ORF``. A list of miRNAs of one probe
(separated by ``,``, ``;``, ``|`` or ``///``) becomes a slash name. A probe without a name takes what ``SPOT_ID``
says (GEO's column for controls); one with neither stays without a name: another species, or none.

*Refused.* A file without a column ``ID`` or without one of names, an ID that stands twice, a table cut before its
end.

References
----------
NCBI GEO, Platform content guidelines: the standard headers of platform tables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mirtool.annotation.mirna_names.on_reading import (
    RESOLVED,
    resolutions_on_reading,
    resolve_on_reading,
    resolved_in_words,
)
from mirtool.annotation.probes import classify_probes, count_kinds, species_of
from mirtool.errors import FormatError
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.rows import column_names, read_rows
from mirtool.io.tables.text import FileHead, read_text
from mirtool.io.tables.text_tables import TextTable
from mirtool.model import ExpressionMatrix, ProbeTable, RawArrays, TextArray, text_array
from mirtool.wording import plural

FORMAT = "geo-platform"

NAME_COLUMNS = (
    "mirna", "mirnaid", "mirnaidlist", "mirnaname", "maturemirna", "transcriptid(arraydesign)", "name",
    "systematicname", "genesymbol", "genename", "gene", "orf",
)  # fmt: skip
"""Folded headers of columns that name a probe, the best first."""

_BEGIN, _END = "!platform_table_begin", "!platform_table_end"
_LIST = re.compile(r"\s*(?:///|[,;|])\s*")
_SOFTWARE = "GEO"


@dataclass(frozen=True, eq=False)
class Platform:
    """The names of a platform's probes: ID to name; ``column`` is the header the names stand under."""

    path: str
    accession: str
    title: str
    column: str
    names: Mapping[str, str]

    def __len__(self) -> int:
        return len(self.names)


def sniff(head: FileHead) -> bool:
    """Claim a file of ``#KEY = text`` lines (and SOFT's) above a table that begins with ``ID``."""
    lines = [line.strip() for line in head.lines if line.strip()]
    if not lines or not lines[0].startswith(("^", "#", "!Platform", "!Annotation")):
        return False
    described = any(re.match(r"#\s*ID\s*=", line) for line in lines)
    return (described or _BEGIN in lines) and not any(line.startswith("^SAMPLE") for line in lines[:1])


def inspect(path: str | Path) -> Inspection:
    """Read a platform table and say what it holds."""
    platform = read_platform(path)
    ids, names = text_array(platform.names), text_array(platform.names.values())
    species = sorted({prefix for name in platform.names.values() for prefix in species_of(name)})
    details = {
        "platform": platform.accession or "not stated",
        "title": platform.title,
        "names_from": platform.column,
        "without_name": sum(not name for name in platform.names.values()),
        "species": species,
        "probe_kinds": count_kinds(classify_probes(ids, names)),
    }
    return Inspection(str(path), FORMAT, len(platform), (), (), details)


def read_platform(path: str | Path) -> Platform:
    """Read a platform table.

    Raises
    ------
    FormatError
        As the module says, with the line.
    """
    lines = read_text(path).split("\n")
    about = _about(lines)
    table = _table(lines, path)
    id_column = table.find("ID")
    if id_column is None:
        raise FormatError(
            "the platform table has no column ID",
            path=path,
            line=table.header_line,
            found=", ".join(table.header[:12]),
            hint="download the platform's full table from its page on GEO",
        )
    column = _name_column(table)
    names: dict[str, str] = {}
    spot = None if "SPOT_ID" in table.repeated else table.find("SPOT_ID")
    controls = table.text(spot) if spot is not None else text_array([""] * len(table))
    for row, (probe, name, control) in enumerate(
        zip(table.text(id_column), table.text(column), controls, strict=True)
    ):
        if probe in names:
            raise FormatError(
                f"the ID {probe!r} occurs twice",
                path=path,
                line=table.line_of(row),
                expected="every ID of a platform once",
                hint="take the wrong row out",
            )
        names[probe] = "/".join(filter(None, _LIST.split(name))) or control
    return Platform(
        str(path),
        _accession(about, path),
        about.get("!Platform_title", about.get("!Annotation_platform_title", "")),
        table.header[column],
        names,
    )


def _about(lines: list[str]) -> dict[str, str]:
    """Read the ``^`` and ``!`` lines above the table, the first of each key."""
    about: dict[str, str] = {}
    for line in lines:
        if line.strip() == _BEGIN or not line.startswith(("^", "!", "#")):
            break
        key, equals, value = line.partition("=")
        if equals:
            about.setdefault(key.strip(), value.strip())
    return about


def _accession(about: Mapping[str, str], path: str | Path) -> str:
    stated = about.get("^PLATFORM") or about.get("!Annotation_platform") or about.get("!Platform_geo_accession")
    if stated:
        return stated
    match = re.match(r"GPL\d+", Path(path).name, re.IGNORECASE)
    return match.group(0).upper() if match else ""


def _table(lines: list[str], path: str | Path) -> TextTable:
    begin = next((i + 1 for i, line in enumerate(lines) if line.strip() == _BEGIN), None)
    if begin is None:
        start = next((i for i, line in enumerate(lines) if line.strip() and line[0] not in "^!#"), len(lines))
        end = len(lines)
    else:
        start = begin
        end = next((i for i in range(start, len(lines)) if lines[i].strip() == _END), -1)
        if end < 0:
            raise FormatError(
                "the platform table was cut: it has no end",
                path=path,
                line=len(lines),
                expected=f"a line {_END}",
                hint="download it from GEO again",
            )
    if start >= end:
        raise FormatError(
            "the file holds no platform table",
            path=path,
            expected="a line of column names: ID …",
            hint="download the platform's full table from its page on GEO",
        )
    columns = column_names(lines[start])
    return read_rows(
        lines[start + 1 : end],
        columns,
        path=path,
        first_line=start + 2,
        software=_SOFTWARE,
    )


def _name_column(table: TextTable) -> int:
    folded = [fold_header(name) for name in table.header]
    column = next((folded.index(name) for name in NAME_COLUMNS if name in folded), None)
    if column is None:
        raise FormatError(
            "the platform table has no column of names",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:12]) + (" …" if len(table.header) > 12 else ""),
            expected="miRNA_ID, miRNA_ID_LIST, Name, Gene symbol or the like",
            hint="call the column that names the probes 'Name'",
        )
    return column


def name_probes(ids: TextArray, names: TextArray, platform: Platform) -> tuple[TextArray, str]:
    """Return probes the platform's names, and say in words how many IDs it does not know.

    Parameters
    ----------
    ids, names
        Object arrays of str, ``(n_probes,)``. An ID that the platform does not have keeps its name.

    Examples
    --------
    >>> platform = Platform("GPL1.txt", "GPL1", "", "Name", {"7": "hsa-miR-16-5p"})
    >>> named, said = name_probes(text_array(["7", "8"]), text_array(["7", "8"]), platform)
    >>> list(named), said
    (['hsa-miR-16-5p', '8'], 'names from platform GPL1: 1 of 2 IDs; 1 not in it: 8')
    """
    different = list(dict.fromkeys(ids))
    unknown = [probe for probe in different if probe not in platform.names]
    if len(unknown) == len(different):
        raise FormatError(
            "no ID is on this platform",
            path=platform.path,
            found=f"{different[0]!r} and others" if different else "no ID",
            expected="IDs such as " + ", ".join(list(platform.names)[:3]),
            hint="look up the platform of the samples (mirtool inspect names it) and download that one's table",
        )
    named = text_array(platform.names.get(probe, name) for probe, name in zip(ids, names, strict=True))
    said = (
        f"names from platform {platform.accession or platform.path}: {len(different) - len(unknown):,} of "
        f"{plural(len(different), 'ID')}"
    )
    if unknown:
        said += f"; {len(unknown):,} not in it: {', '.join(unknown[:5])}{' …' if len(unknown) > 5 else ''}"
    return named, said


def name_matrix(matrix: ExpressionMatrix, platform: Platform) -> ExpressionMatrix:
    """Name the probes of a matrix by their platform, and classify them anew; ``history`` says how many."""
    names, said = name_probes(matrix.probes.id, matrix.probes.name, platform)
    probes = resolve_on_reading(classify_probes(matrix.probes.id, names))
    resolved = resolved_in_words(resolutions_on_reading(probes))
    history = (*matrix.history, said, *([RESOLVED + resolved] if resolved else []))
    return replace(matrix, probes=probes, history=history)


def name_arrays(arrays: RawArrays, platform: Platform) -> RawArrays:
    """Name the probes of raw arrays by their platform; a warning of every source says how many.

    The kinds of probe are left as they are: classify them afterwards.
    """
    names, said = name_probes(arrays.probes.id, arrays.probes.name, platform)
    return replace(arrays, probes=ProbeTable(arrays.probes.id, names, arrays.probes.kind)).with_warnings(said)
