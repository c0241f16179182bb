r"""Affymetrix miRNA arrays (1.0 to 4.1) as tables of TAC, Expression Console, Power Tools or R: signals, calls, P.

The format
----------
One header line and one line per probe set, tab or comma between cells. Expression Console and TAC write three
columns per array, and columns about the probe sets behind them (``→`` is a tab)::

    #%exec-name=...
    Probe Set ID→S1.rma-dabg-Signal→S1.rma-dabg-Detection→S1.rma-dabg-Detection P-Value→…→Accession→…
    20500112→8.41→Present→0.0001→…→MIMAT0000062→…

Power Tools (``rma.summary.txt``) write lines ``#%key=value`` above ``probeset_id`` and one column per CEL file.
R's ``write.exprs(rma(...))`` has row names ``MIMAT0000062_st`` and no other mark of the instrument: such a table
is a plain one (:mod:`mirtool.io.arrays.matrix`), where names and controls are known all the same.

*Known by* a column ``…Signal`` beside the name of an Affymetrix method or column (``rma``, ``dabg``, ``plier``,
``mas5``; ``probeset_id``, ``Probe Set ID``, ``Probe Set Name``), or by lines ``#%`` above such a column.

*Columns.* ``X-Signal`` holds the values of array X, ``X-Detection`` its calls (Present, Marginal, Absent; True,
False), ``X-Detection P-Value`` the P of DABG (detected above background). The end may be written ``.Signal`` or
`` Signal`` (R, TAC). What the method and the CEL file add to the sample's name is taken off. In a table without
``Signal`` the samples are the columns that end with ``.CEL`` or a method, else all columns of numbers that do not
describe probe sets.

*Not detected* is what is called Absent or False. Where there are P values only, it is a P above 0.06, from which
Affymetrix's software calls a probe set absent (alpha 2 of its detection algorithm).

*Platform* is the chip that a header or a line ``#%`` names (``miRNA-4_0``).

*Scale.* RMA, SST-RMA and GC-RMA are log2 by definition, and ``quantification-scale=log2`` says so; MAS5 and PLIER
are linear. Without any of these words the user says it.

*Names.* The miRBase accession (``MIMAT…``), else ``Transcript ID(Array Design)``, else ``Probe Set Name``, else
the ID. Precursors (``hp_…``, ``stem-loop`` in ``Sequence Type``) are of the kind "other". *Controls* are left out
where expression is read: spike-ins (``spike_in-control-…``), hybridization and poly-A controls (``AFFX-…``) and
background bins (``AFFX-BkGr-GC…``, ``BkGr-GC…``). IDs that are numbers alone need the platform table of GEO
(GPL8786, GPL14613, GPL16384, GPL19117).

*Refused.* Detection P-values without signals; a call nobody knows; a P outside 0 to 1; arrays of which only some
have calls; text in a number cell; a row cut short; an ID that occurs twice. CEL files are refused by
:mod:`mirtool.io.foreign`, with the way to their RMA values.

References
----------
Affymetrix Expression Console 1.4 and Transcriptome Analysis Console 4.0, user guides (columns of exported tables).
Affymetrix (2001) Fine tuning your data analysis: tunable parameters of the expression analysis statistical
algorithms (calls: alpha 1 = 0.04, alpha 2 = 0.06).
Irizarry RA et al. (2003) Biostatistics 4:249 (RMA: log2).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mirtool.annotation.probes import (
    TECHNICAL_KINDS,
    ProbeKind,
    classify_probes,
    count_kinds,
    is_kind,
    species_of,
)
from mirtool.errors import FormatError, option
from mirtool.io.arrays.probe_values import (
    ProbeValues,
    check_values,
    expression_matrix,
    raw_arrays,
    sample_table,
)
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.value_scale import Scale
from mirtool.io.registry import Inspection
from mirtool.io.tables.headers import fold_header
from mirtool.io.tables.labels import looks_numeric
from mirtool.io.tables.text import FileHead
from mirtool.io.tables.text_tables import TextTable, head_tables, read_table
from mirtool.model import BoolArray, ExpressionMatrix, FloatArray, RawArrays, SampleTable, TextArray, text_array
from mirtool.wording import plural

FORMAT = "affymetrix"
PLATFORM, SUMMARIZED = "platform", "summarized by"
"""Keys under which a matrix's history names the chip, and the methods that made the values and the calls."""
NOTED = "Affymetrix table: "
"""How the lines of a matrix's history begin that a user should see."""
SEVERAL_SPECIES = f"{NOTED}the chip has miRNAs of "

MOST_P_DETECTED = 0.06
"""Affymetrix calls a probe set absent above this P (alpha 2)."""

_END = re.compile(r"[-. ](signal|detection|detection[-. ]p[-. ]?value)(?: ?\(log2\))?$", re.IGNORECASE)
_METHOD_NAME = r"(?:sst-|gc)?rma|iter-plier|plier|mas5|dabg"
_METHOD = re.compile(rf"[._ -]({_METHOD_NAME})(?=$|[._ -])[\w.-]*$", re.IGNORECASE)
_CHIP = re.compile(r"mirna-(\d_\d)", re.IGNORECASE)
_CEL = re.compile(r"(?:[_. ]?\(mirna[^)]*\))?(?:\.cel)?$", re.IGNORECASE)
_LOG2_METHOD = re.compile(r"rma", re.IGNORECASE)
_ID_HEADERS = ("probesetid", "transcriptclusterid", "id", "idref", "")
_OWN_HEADERS = frozenset({"probesetid", "probesetname"})
_ABOUT_PROBES = frozenset(
    {"probesetname", "accession", "transcriptid(arraydesign)", "sequencetype", "speciesscientificname", "mirbase",
     "genechiparray", "annotationdate", "alignments", "sequencelength", "sequence", "genomecontext", "chromosome",
     "chr", "start", "stop", "strand", "targetgenes", "transcriptclusterid", "probesettype", "category",
     "clusteredmirnaswithin10kb"}
)  # fmt: skip
_CALLS = {
    "present": True, "p": True, "true": True, "marginal": True, "m": True,
    "absent": False, "a": False, "false": False,
}  # fmt: skip
_EXPORT = (
    "in TAC or Expression Console run RMA + DABG and export the table of signals (all probe sets, with "
    "Detection); in R: write.exprs(oligo::rma(oligo::read.celfiles(files)))"
)


@dataclass(frozen=True)
class _Columns:
    """Places of the columns: of the signals, of the calls and P of each where there are any; methods named."""

    samples: tuple[str, ...]
    signals: tuple[int, ...]
    calls: tuple[int, ...] = ()
    p_values: tuple[int, ...] = ()
    methods: tuple[str, ...] = ()


def sniff(head: FileHead) -> bool:
    """Claim a table with the columns of Affymetrix's software, or with ``#%`` lines above ``probeset_id``."""
    return any(map(is_own_table, head_tables(head)))


def is_own_table(table: TextTable) -> bool:
    """Return True for a table that the module says it knows, by its header and the lines above it."""
    folded = {fold_header(header) for header in table.header}
    labeled = bool(folded & _OWN_HEADERS)
    if labeled and any(key.startswith("%") for key in table.notes):
        return True
    ends = [_END.search(header) for header in table.header]
    signals = [header for header, end in zip(table.header, ends, strict=True) if end]
    if any(end and end[1].lower() == "signal" for end in ends):
        return labeled or any(_METHOD.search(_END.sub("", header)) for header in signals)
    return labeled and any(_METHOD.search(header) or header.lower().endswith(".cel") for header in table.header)


def inspect(path: str | Path) -> Inspection:
    """Read a table and say what it holds."""
    found = read_values(path)
    probes = classify_probes(found.id, found.name, stated=found.kinds)
    details = {
        "content": "summarized signals per probe set",
        "scale": found.table.notes.get("scale", "not stated"),
        "samples": list(found.samples),
        "missing_values": int(np.isnan(found.values).sum()),
        "not_detected": "not stated" if found.not_detected is None else int(found.not_detected.sum()),
        "probe_kinds": count_kinds(probes),
    }
    return Inspection(str(path), FORMAT, len(found.id), (), (*found.left_out, *found.remarks), details)


def read_study_file(path: str | Path, _options: ReadOptions) -> list[RawArrays]:
    """Return the arrays of one file, as :mod:`mirtool.io.arrays.reading` asks for them; log2 values too."""
    return [raw_arrays(read_values(path), FORMAT)]


def read_sample_table(path: str | Path, _samples_in_rows: bool = False) -> SampleTable:
    """Return the arrays by their names, without what the method and the CEL file add to them."""
    return sample_table(read_values(path))


def read_expression(path: str | Path, scale: Scale | None) -> ExpressionMatrix:
    """Return the signals as log2 expression, without the chip's controls; ``history`` counts these.

    Raises
    ------
    ScaleError, FormatError
        As :func:`mirtool.io.arrays.probe_values.expression_matrix`, and as the module says.
    """
    matrix = expression_matrix(read_values(path), scale)
    history = list(matrix.history)
    controls = is_kind(matrix.probes, *TECHNICAL_KINDS)
    if controls.any():
        kinds = ", ".join(f"{kind} {n:,}" for kind, n in count_kinds(matrix.probes.take(controls)).items())
        history.append(f"{NOTED}controls of the chip left out: {kinds}")
    matrix = matrix.take_probes(~controls)
    mirnas = matrix.probes.name[is_kind(matrix.probes, ProbeKind.MIRNA)]
    species = Counter(prefix for name in mirnas for prefix in species_of(name))
    if len(species) > 1:
        most = ", ".join(f"{prefix} {n:,}" for prefix, n in species.most_common(3))
        more = " …" if len(species) > 3 else ""
        history.append(
            f"{SEVERAL_SPECIES}{len(species):,} species ({most}{more}); {option('species', 'hsa')} "
            "restricts the tests, and their adjustment, to one"
        )
    return replace(matrix, history=tuple(history))


def read_values(path: str | Path, _samples_in_rows: bool = False) -> ProbeValues:
    """Read signals and calls.

    Raises
    ------
    FormatError
        As the module says, with line and column.
    """
    table = read_table(path, suits=is_own_table)
    if not len(table):
        raise FormatError("the table has a header and no rows", path=path, line=table.header_line, hint=_EXPORT)
    columns = _find_columns(table)
    values = table.numbers_of(columns.signals)
    if "dabg" in columns.methods and np.nanmin(values, initial=1) >= 0 and np.nanmax(values, initial=0) <= 1:
        raise _no_signals(table, "values from 0 to 1 only")
    ids, names, kinds = _labels(table)
    scale = _scale(table, columns.methods)
    remarks = []
    if all(name.isdigit() for name in names):
        remarks.append(
            "the probe sets have numbers and no names: give the platform table of GEO (GPL19117 for miRNA 4.0, "
            "GPL16384 for 3.0)"
        )
    notes = {"scale": scale, PLATFORM: _platform(table), SUMMARIZED: _summary(columns.methods)}
    return check_values(
        ProbeValues(
            replace(table, notes={key: value for key, value in notes.items() if value}),
            columns.signals,
            ids,
            names,
            True,
            columns.samples,
            values,
            remarks=tuple(remarks),
            not_detected=_not_detected(table, columns),
            kinds=kinds,
        )
    )


def _find_columns(table: TextTable) -> _Columns:
    """Tell signals, calls and P values apart by the ends of their headers."""
    parts: dict[str, dict[str, int]] = {}
    methods = []
    for j, header in enumerate(table.header):
        end = _END.search(header)
        if end is None:
            continue
        what = fold_header(end[1]).replace(".", "").replace("-", "")
        sample, method = _sample_of(header[: end.start()])
        methods.append(method)
        table.single(j)
        parts.setdefault(sample, {})[what] = j
    if not parts:
        return _columns_of_summary(table)
    signals = {sample: own["signal"] for sample, own in parts.items() if "signal" in own}
    if not signals:
        raise _no_signals(
            table, "columns " + ", ".join(header for header in table.header if _END.search(header))[:80]
        )
    kinds = [
        tuple(own[what] for own in parts.values() if what in own) for what in ("detection", "detectionpvalue")
    ]
    for what, found in zip(("Detection", "Detection P-Value"), kinds, strict=True):
        if found and len(found) != len(signals):
            raise FormatError(
                f"only some of the arrays have {what}",
                path=table.path,
                line=table.header_line,
                found=f"{len(found)} such columns, {plural(len(signals), 'array')}",
                hint="export the table with the same columns for every array",
            )
    return _Columns(
        tuple(signals), tuple(signals.values()), kinds[0], kinds[1], tuple(dict.fromkeys(filter(None, methods)))
    )


def _columns_of_summary(table: TextTable) -> _Columns:
    """Return the columns of arrays in a table without ``Signal``: of CEL files, else all that hold numbers."""
    ids = _id_column(table)
    places = [
        j for j, h in enumerate(table.header) if j != ids and (_METHOD.search(h) or h.lower().endswith(".cel"))
    ]
    places = places or [
        j
        for j, header in enumerate(table.header)
        if j != ids and header and fold_header(header) not in _ABOUT_PROBES and looks_numeric(table.peek(j))
    ]
    if not places:
        raise FormatError(
            "the table has no column of signals",
            path=table.path,
            line=table.header_line,
            found=", ".join(table.header[:6]) + (" …" if len(table.header) > 6 else ""),
            expected="one column per array, such as S1.rma-dabg-Signal or S1.CEL",
            hint=_EXPORT,
        )
    named = [_sample_of(table.header[table.single(j)]) for j in places]
    stated = [note for note in table.notes if note.startswith("%")]
    words = [method for _, method in named if method] + [
        word for note in stated for word in re.findall(r"quantification-name=([\w-]+)", note)
    ]
    return _Columns(
        tuple(sample for sample, _ in named), tuple(places), methods=tuple(dict.fromkeys(map(str.lower, words)))
    )


def _sample_of(header: str) -> tuple[str, str]:
    """Return the sample's name and the method in a header without its end.

    Examples
    --------
    >>> _sample_of("S1_(miRNA-4_0).rma-dabg"), _sample_of("S1.rma-dabg.chp"), _sample_of("S1.CEL")
    (('S1', 'rma-dabg'), ('S1', 'rma-dabg'), ('S1', ''))
    """
    bare = re.sub(r"\.chp$", "", header, flags=re.IGNORECASE)
    found = _METHOD.search(bare)
    method = found[0].strip("._ -").lower() if found else ""
    bare = bare[: found.start()] if found else bare
    return _CEL.sub("", bare, count=1) or header, method


def _scale(table: TextTable, methods: Sequence[str]) -> str:
    """Return the scale that the method or a line above the table says; empty where neither does."""
    stated = " ".join(key for key in table.notes if key.startswith("%"))
    if "quantification-scale=log2" in stated or any(map(_LOG2_METHOD.search, methods)):
        return "log2"
    return "linear" if any("plier" in method or "mas5" in method for method in methods) else ""


def _platform(table: TextTable) -> str:
    """Return the chip as far as the headers or the lines above the table name it."""
    named = [found[1] for text in (*table.header, *table.notes) for found in _CHIP.finditer(text)]
    return f"Affymetrix miRNA {named[0].replace('_', '.')}" if len(set(named)) == 1 else "Affymetrix miRNA"


def _summary(methods: Sequence[str]) -> str:
    """Return the methods that the headers name, as Affymetrix writes them.

    Examples
    --------
    >>> _summary(["rma-dabg"]), _summary(["sst-rma"]), _summary(["plier"]), _summary([])
    ('RMA, DABG', 'SST-RMA', 'PLIER', '')
    """
    parts = (part for method in methods for part in re.findall(_METHOD_NAME, method.lower()))
    return ", ".join(dict.fromkeys(part.upper() for part in parts))


def _id_column(table: TextTable) -> int:
    folded = [fold_header(header) for header in table.header]
    return next((folded.index(name) for name in _ID_HEADERS if name in folded), 0)


def _labels(table: TextTable) -> tuple[TextArray, TextArray, TextArray]:
    """Return ID, name and, where the table says it, kind of each probe set."""
    ids = table.text(_id_column(table))
    blank = np.flatnonzero(ids == "")
    if len(blank):
        raise FormatError(
            "a probe set has no ID",
            path=table.path,
            line=table.line_of(int(blank[0])),
            hint="export the table again, or take the row out",
        )
    own = {
        name: table.text(column)
        for name in ("Accession", "Transcript ID(Array Design)", "Probe Set Name", "Sequence Type")
        if (column := table.find(name)) is not None
    }
    none = text_array([""] * len(table))
    accessions = own.get("Accession", none)
    mature = np.array([re.fullmatch(r"MIMAT\d{7}(?:_st)?", cell) is not None for cell in accessions])
    names = np.where(mature, accessions, own.get("Transcript ID(Array Design)", none))
    for others in (own.get("Probe Set Name", none), ids):
        names = np.where((names == "") | (names == "---"), others, names)
    hairpin = np.char.lower(own.get("Sequence Type", none).astype(str)) == "stem-loop"
    return ids, names, text_array(np.where(hairpin, ProbeKind.OTHER.value, "").tolist())


def _not_detected(table: TextTable, columns: _Columns) -> BoolArray | None:
    """Return where the calls, else the P values, say that a probe set was not detected; None without either."""
    if columns.calls:
        return np.column_stack([~_called(table, j) for j in columns.calls])
    if columns.p_values:
        return np.column_stack([_p_values(table, j) > MOST_P_DETECTED for j in columns.p_values])
    return None


def _called(table: TextTable, column: int) -> BoolArray:
    calls = np.ones(len(table), dtype=bool)
    for row, cell in enumerate(table.text(column)):
        if not cell:
            continue
        if cell.lower() not in _CALLS:
            raise FormatError(
                "a detection call is not one that Affymetrix's software writes",
                path=table.path,
                line=table.line_of(row),
                column=table.header[column],
                found=repr(cell[:40]),
                expected="Present, Marginal or Absent (P, M, A), or True or False",
                hint="export the table again, or take the column out",
            )
        calls[row] = _CALLS[cell.lower()]
    return calls


def _p_values(table: TextTable, column: int) -> FloatArray:
    p_values = table.numbers(column)
    outside = np.flatnonzero((p_values < 0) | (p_values > 1))
    if len(outside):
        raise FormatError(
            "a detection P-value lies outside 0 to 1",
            path=table.path,
            line=table.line_of(int(outside[0])),
            column=table.header[column],
            found=f"{p_values[outside[0]]:g}",
            hint="the columns may have been exchanged: export the table again",
        )
    return p_values


def _no_signals(table: TextTable, found: str) -> FormatError:
    return FormatError(
        "the table holds detection P-values and no signals",
        path=table.path,
        line=table.header_line,
        found=found,
        expected="one column of signals per array, such as S1.rma-dabg-Signal",
        hint=_EXPORT,
    )
