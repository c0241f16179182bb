r"""A panel of quantitative PCR as arrays: what was measured in each sample, from the wells of one or many plates.

A well's amount is :math:`E^{L - Ct}`, with the limit of detection :math:`L` (``max_ct``) and the amplification
factor :math:`E` of its assay, 2 unless stated: one cycle is one doubling, an assay at the limit has the amount 1,
and log2 of the amount is :math:`L - Ct`. More of a miRNA is a higher value, as on arrays.

*Plates.* The wells of all files are put together by the names of samples and targets, so that a sample may be on
cards A and B. Wells of one target and sample are replicates, on whatever plate. With ``calibrators`` the plates
are made comparable first: each plate is moved by how far its calibrators lie, on average, from their mean over all
plates, in cycles (Hellemans 2007). A calibrator is a target (its wells on a plate are averaged), a sample that was
run on every plate (each of its targets), or what the panel itself has for it.

*Flags.* −75 is a well in which nothing was found (Undetermined), or whose Ct is above the limit: not detected.
−100 is the one of three or more replicate wells that lies more than ``replicate_limit`` cycles from their median
(0.5, as for ``validate``), alone in being so far. A cell that was not measured has no flag and no value.

*What is not detected* is missing by default. A Ct of 40 in its place is the number of cycles that were run and no
measurement: fold changes and P would depend on it (McCall 2014). With ``floor`` it has the Ct of the limit, except
where no sample of a group detects the miRNA; with ``keep`` a Ct above the limit is a measurement, and a well
without a Ct still missing. Where some replicate wells have a Ct at the limit or below, the others are left out,
and counted.

References
----------
Hellemans J et al. (2007) qBase relative quantification framework and software for management and automated
analysis of real-time quantitative PCR data. Genome Biol 8:R19. McCall MN, McMurray HR, Land H, Almudevar A (2014)
On non-detects in qPCR data. Bioinformatics 30:2310–2316.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from mirtool.annotation.mirna_names.on_reading import RESOLVED
from mirtool.annotation.panel_controls import panel_kinds
from mirtool.errors import FormatError, NotEnoughDataError, UsageError, option
from mirtool.io.arrays.ct_efficiency import DOUBLING, choose_efficiencies, table_efficiencies
from mirtool.io.arrays.ct_replicates import find_outlier, group_wells
from mirtool.io.arrays.ct_wells import CtTable, combine_ct
from mirtool.io.arrays.ct_words import CALIBRATOR, CONTROL, SAMPLE
from mirtool.io.arrays.not_detected import ABSENT, CALL_KEY, CT_CALL, HINT_TO_USE, in_words, lost_values
from mirtool.io.arrays.read_options import ReadOptions
from mirtool.io.arrays.settings import CALIBRATORS_OF_PANEL
from mirtool.io.registry import FORMATS, module_of, sniff_format
from mirtool.io.tables.text import opened_once, sha256_of
from mirtool.model import (
    ArraySource,
    BoolArray,
    Channel,
    FloatArray,
    IntArray,
    ProbeTable,
    RawArrays,
    SampleTable,
    TextArray,
    text_array,
)
from mirtool.wording import did_you_mean, plural

CHANNEL = "amount"
BAD = -100
EFFICIENCIES = "efficiencies"
"""The key of the amplification factors other than 2, ``ID=factor``, separated by tabs."""
LIMIT = "Ct limit"
"""The key of the limit of detection in a source's header."""


def read_panel(
    paths: Sequence[str],
    options: ReadOptions,
    samples: SampleTable | None,
    on_read: Callable[[str], None] | None = None,
) -> RawArrays:
    """Read the plates of a study as arrays, one per sample; ``probes`` have the kinds of panels.

    Raises
    ------
    FormatError
        Where a file holds no Ct values, or no well holds a sample.
    UsageError
        Where an efficiency, or a calibrator, is not of these plates.
    """
    plates = read_plates(paths, options, () if samples is None else samples.names, on_read)
    wells, calibrated = _calibrate(plates.wells, options.calibrators)
    kept = np.flatnonzero(wells.role == SAMPLE)
    if not len(kept):
        raise NotEnoughDataError(
            "no well of the panel holds a sample",
            path=", ".join(paths),
            found="; ".join([plural(len(wells), "well"), *wells.left_out]),
            hint="name the samples on the plate and export again",
        )
    said = dict.fromkeys(note.removeprefix(RESOLVED) for note in wells.notes)
    notes = (*_same_plates(plates.digests), *said, *calibrated)
    return _as_arrays(replace(plates, wells=wells, notes=notes), kept, options)


@dataclass(frozen=True, eq=False)
class Plates:
    """The wells of all plates, with the file of each; what each file is, its SHA-256; and what is to be said."""

    wells: CtTable
    files: TextArray
    formats: Mapping[str, str]
    digests: Mapping[str, str]
    notes: tuple[str, ...] = ()


def read_plates(
    paths: Sequence[str],
    options: ReadOptions,
    names: Sequence[str],
    on_read: Callable[[str], None] | None = None,
) -> Plates:
    """Read the wells of plates; ``names`` are those of the samples, where they are known.

    Raises
    ------
    FormatError
        Where a file holds no Ct values.
    """
    tables, formats, digests = [], {}, {}
    for path in paths:
        with opened_once(path):
            formats[path] = found = _format_of_wells(path, options.format)
            tables.append(_of_plates(module_of(found).read_ct(path, samples=names), path))
            digests[path] = sha256_of(path)
        if on_read is not None:
            on_read(path)
    file_of = text_array(path for path, table in zip(paths, tables, strict=True) for _ in range(len(table)))
    return Plates(combine_ct(tables), file_of, formats, digests)


def _format_of_wells(path: str, format_name: str | None) -> str:
    """Return the format of a file of Ct values; another file is refused."""
    found = sniff_format(path, format_name)
    if not FORMATS[found].wells:
        raise FormatError(
            "this file holds no Ct values, and the study's others do",
            path=path,
            found=f"the format {found}",
            expected="exports of qPCR instruments, or tables of Ct values",
            hint="make a study of its own for each: Ct values and intensities can't be compared in one model",
        )
    return found


def _of_plates(table: CtTable, path: str) -> CtTable:
    """Return a table whose wells all have a plate: their own within the file, else the file."""
    own = [""] * len(table) if table.plate is None else table.plate
    many = len(set(own)) > 1
    return replace(table, plate=text_array(f"{path}: {plate}" if plate and many else path for plate in own))


def _same_plates(digests: Mapping[str, str]) -> Iterator[str]:
    first: dict[str, str] = {}
    for path, digest in digests.items():
        twin = first.setdefault(digest, path)
        if twin != path:
            yield f"{path} has the same content as {twin}: its wells count twice"


def _as_arrays(plates: Plates, rows: IntArray, options: ReadOptions) -> RawArrays:
    wells, limit = plates.wells, options.max_ct
    targets, samples, members = group_wells(wells, rows)
    of_table, doubts = table_efficiencies(wells, rows, targets)
    factors = choose_efficiencies(options.efficiency, targets, of_table, (*wells.efficiency_doubts, *doubts))
    depth = np.ones(len(targets), dtype=np.int64)
    for (target, _), own in members.items():
        depth[target] = max(depth[target], len(own))
    start = np.concatenate([[0], np.cumsum(depth)])
    amounts = np.full((int(start[-1]), len(samples)), np.nan)
    flags = np.zeros(amounts.shape, dtype=np.int64)
    for (target, sample), own in members.items():
        ct = wells.ct[own]
        here = slice(start[target], start[target] + len(own))
        amounts[here, sample] = factors[target] ** (limit - ct)
        flags[here, sample] = _flags(ct, wells.no_ct[own], limit, options.replicate_limit)
    kinds = panel_kinds(targets)
    repeated = np.repeat(np.arange(len(targets)), depth)
    originals = _originals(wells, rows, targets)
    probes = ProbeTable(
        text_array(originals[i] for i in repeated.tolist()),
        text_array(targets[i] for i in repeated.tolist()),
        text_array(kinds[targets[i]].value for i in repeated.tolist()),
    )
    files = {name: list(dict.fromkeys(plates.files[rows][wells.sample[rows] == name])) for name in samples}
    stated = [f"{originals[i]}={factors[i]:.12g}" for i in np.flatnonzero(factors != DOUBLING).tolist()]
    notes = list(plates.notes)
    if stated:
        notes.append(f"efficiency other than doubling of {plural(len(stated), 'target')}, as stated")
    several = sum(len(own) > 1 for own in files.values())
    if several:
        notes.append(f"{plural(several, 'sample')} with wells in several files, put together")
    return RawArrays(
        {CHANNEL: Channel(amounts, processed=True)},
        flags,
        probes,
        None,
        SampleTable(samples, files=tuple(own[0] for own in files.values())),
        tuple(_source(own, plates, limit, stated, tuple(notes)) for own in files.values()),
        _dropped(wells),
    )


def _originals(wells: CtTable, rows: IntArray, targets: Sequence[str]) -> Sequence[str]:
    """Return what the files call each target, the first plate if they differ."""
    if wells.original is None:
        return targets
    first: dict[str, str] = {}
    for well in rows.tolist():
        first.setdefault(wells.target[well], wells.original[well])
    return [first[name] for name in targets]


def _source(
    files: Sequence[str], plates: Plates, limit: float, stated: Sequence[str], notes: tuple[str, ...]
) -> ArraySource:
    header = {CALL_KEY: f"{CT_CALL}{limit:g}", LIMIT: f"{limit:g}", "plates": "; ".join(files)}
    if stated:
        header[EFFICIENCIES] = "\t".join(stated)
    if plates.wells.form:
        header["instrument"] = plates.wells.form
    return ArraySource(files[0], plates.formats[files[0]], plates.digests[files[0]], header=header, warnings=notes)


def _dropped(wells: CtTable) -> tuple[str, ...]:
    """Say which wells take no part."""
    roles = {CONTROL: "without template", CALIBRATOR: "of inter-plate calibrators"}
    found = [(int((wells.role == role).sum()), words) for role, words in roles.items()]
    return (*wells.left_out, *(f"{plural(n, 'well')} {words}" for n, words in found if n))


def _flags(ct: FloatArray, no_ct: BoolArray, limit: float, replicate_limit: float) -> IntArray:
    """Return the flags of the wells of one target and sample, as the module says.

    Examples
    --------
    >>> _flags(np.array([24.1, 24.2, 25.0]), np.zeros(3, dtype=bool), 35, 0.5).tolist()
    [0, 0, -100]
    >>> _flags(np.array([34.0, np.nan, 36.0]), np.array([False, True, False]), 35, 0.5).tolist()
    [0, -75, -75]
    """
    flags = np.where(no_ct | (ct > limit), ABSENT, 0)
    detected = np.flatnonzero((flags == 0) & ~np.isnan(ct))
    outlier = find_outlier(ct[detected], replicate_limit)
    if outlier is not None:
        flags[detected[outlier]] = BAD
    return flags


def ct_limit(arrays: RawArrays) -> float:
    """Return the highest Ct that counts as detected in a panel."""
    return float(arrays.sources[0].header[LIMIT])


def well_cts(arrays: RawArrays) -> FloatArray:
    """Return the Ct of the wells that count, ``(n_wells, n_samples)``: NaN where not detected or left out."""
    assert arrays.flags is not None  # a panel has them
    texts = arrays.sources[0].header.get(EFFICIENCIES, "").split("\t")
    stated = (text.rpartition("=") for text in texts if text)
    factor_of = {label: float(factor) for label, _, factor in stated}
    factors = np.array([factor_of.get(label, DOUBLING) for label in arrays.probes.id])
    amounts = arrays.channels[CHANNEL].foreground
    counts = (arrays.flags == 0) & ~np.isnan(amounts)
    log2 = np.log2(amounts, out=np.full(amounts.shape, np.nan), where=counts)
    return np.asarray(ct_limit(arrays) - log2 / np.log2(factors)[:, None])


# ------------------------------------------------------------------------------------------ between plates


def _calibrate(wells: CtTable, asked: str | None) -> tuple[CtTable, list[str]]:
    """Return the wells with their plates made comparable, calibrators apart, and what was done in words."""
    if asked is None:
        return wells, []
    names = [name.strip() for name in asked.split(",") if name.strip()]
    is_calibrator = wells.role == CALIBRATOR
    if names != [CALIBRATORS_OF_PANEL]:
        known = {*wells.target, *wells.sample}
        for name in names:
            if name not in known:
                raise UsageError(
                    f"the calibrator {name!r} is neither a target nor a sample of these plates",
                    parameter="calibrators",
                    hint=did_you_mean(name, sorted(known)),
                )
        chosen = np.isin(wells.target.astype(str), names) | np.isin(wells.sample.astype(str), names)
        is_calibrator |= chosen & (wells.role == SAMPLE)
    elif not is_calibrator.any():
        raise UsageError(
            "these plates have no wells of an inter-plate calibrator",
            parameter="calibrators",
            hint="name the target or the sample that was run on every plate",
        )
    assert wells.plate is not None  # every table has its plates
    shifts, n_keys = _shifts(wells, wells.plate, is_calibrator)
    ct = wells.ct - np.array([shifts[plate] for plate in wells.plate])
    what = ", ".join(names) if names != [CALIBRATORS_OF_PANEL] else "the panel's calibrators"
    least, most = (pick(shifts, key=lambda plate: shifts[plate]) for pick in (min, max))
    said = (
        f"{len(shifts)} plates calibrated by {what} ({plural(n_keys, 'value')} on every plate): from "
        f"{shifts[least]:+.2f} ({least}) to {shifts[most]:+.2f} cycles ({most}) taken off"
    )
    role = np.where(is_calibrator, CALIBRATOR, wells.role)
    return replace(wells, ct=ct, role=role), [said]


def _shifts(wells: CtTable, plate: TextArray, is_calibrator: BoolArray) -> tuple[dict[str, float], int]:
    """Return by how many cycles each plate lies above the mean of the plates, and from how many calibrators."""
    values: dict[tuple[str, str], dict[str, list[float]]] = {}
    plates = list(dict.fromkeys(plate))
    if len(plates) < 2:
        raise UsageError(
            "calibrators make plates comparable, and there is one plate",
            parameter="calibrators",
            found=plates[0],
            hint=f"leave out {option('calibrators')}, or name the files of the other plates too",
        )
    one_sample = {name for name in dict.fromkeys(wells.sample[is_calibrator]) if name}
    of_samples = {
        name for name in one_sample if (is_calibrator[wells.sample == name]).all()
    }  # a calibrator's own sample: each of its targets is one
    for well in np.flatnonzero(is_calibrator & ~np.isnan(wells.ct)).tolist():
        sample = wells.sample[well] if wells.sample[well] in of_samples else ""
        key = (sample, wells.target[well])
        values.setdefault(key, {}).setdefault(plate[well], []).append(float(wells.ct[well]))
    common = [own for own in values.values() if len(own) == len(plates)]
    if not common:
        most = max(values.values(), key=len, default={})
        lacking = [each for each in plates if each not in most]
        raise UsageError(
            "no calibrator has a Ct on every plate",
            parameter="calibrators",
            found=f"none on {', '.join(lacking[:3])}" + (" …" if len(lacking) > 3 else ""),
            expected="a target, or a target of a sample, that was run on all plates",
        )
    means = np.array([[np.mean(own[each]) for each in plates] for own in common])
    shifts = (means - means.mean(axis=1, keepdims=True)).mean(axis=0)
    return dict(zip(plates, shifts.tolist(), strict=True)), len(common)


# ------------------------------------------------------------------------------------------ not detected


@dataclass(frozen=True, eq=False)
class WellStates:
    """What the wells of each probe and sample say; all ``(n_probes, n_samples)``.

    Parameters
    ----------
    detected
        A well has a Ct at the limit or below.
    not_detected
        Wells were measured, and none has.
    partly_detected
        Some have and others not.
    """

    detected: BoolArray
    not_detected: BoolArray
    partly_detected: BoolArray

    @property
    def not_measured(self) -> BoolArray:
        """No well was measured."""
        return ~(self.detected | self.not_detected)


def well_states(arrays: RawArrays, probe_of: IntArray) -> WellStates:
    """Return what the wells of a panel say of each probe; ``probe_of`` is the probe of each well."""
    assert arrays.flags is not None  # a panel has them
    absent = arrays.flags == ABSENT
    measured = ~absent & ~np.isnan(arrays.channels[CHANNEL].foreground)
    found, lacking = _any_of(probe_of, measured), _any_of(probe_of, absent)
    return WellStates(found, lacking & ~found, lacking & found)


def settle_wells(arrays: RawArrays, choice: str | None) -> RawArrays:
    """Return a panel with what is not detected as chosen; a warning of the sources says so.

    Parameters
    ----------
    arrays
        From :func:`read_panel`, in the order of the sample sheet.
    choice
        A name of :data:`mirtool.io.arrays.settings.NOT_DETECTED`; None is ``missing``.
    """
    assert arrays.flags is not None  # a panel has them
    absent = arrays.flags == ABSENT
    if not absent.any():
        return arrays
    limit = ct_limit(arrays)
    amounts = arrays.channels[CHANNEL].foreground
    _, probe_of = np.unique(arrays.probes.id.astype(str), return_inverse=True)
    states = well_states(arrays, probe_of)
    lacking = states.not_detected
    above = _any_of(probe_of, absent & ~np.isnan(amounts)) & lacking
    done = choice or "missing"
    lost = lost_values(lacking, done, arrays.samples)[probe_of]
    if done == "keep":
        values = amounts
    else:
        values = np.where(absent, np.nan, amounts)
        if done == "floor":
            values = np.where(absent & lacking[probe_of] & ~lost, 1.0, values)
    parts = {f"Ct above {limit:g}": int(above.sum()), "without a Ct": int((lacking & ~above).sum())}
    said = in_words(lacking, parts, done, unit="sample", words=_done_in_words(done, limit))
    partly = int(states.partly_detected.sum())
    more = [f"{plural(partly, 'value')} of replicate wells of which some have no Ct up to {limit:g}: "
            "the mean of the others"] if partly else []  # fmt: skip
    settled = replace(arrays, channels={CHANNEL: Channel(values, processed=True)})
    return settled.with_warnings(said + (HINT_TO_USE if choice is None else ""), *more)


def _done_in_words(done: str, limit: float) -> str:
    return {
        "missing": "taken as missing",
        "floor": f"they have the Ct of the limit, {limit:g}, except where no sample of a group detects the miRNA",
        "keep": "a Ct above the limit is taken for a measurement, wells without a Ct are missing",
    }[done]


def _any_of(probe_of: IntArray, mask: BoolArray) -> BoolArray:
    """Return where any well of a probe is in ``mask``, ``(n_probes, n_samples)``."""
    found = np.zeros((int(probe_of.max(initial=-1)) + 1, mask.shape[1]), dtype=bool)
    np.logical_or.at(found, probe_of, mask)
    return found
