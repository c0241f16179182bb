"""A workbook made with the service's arithmetic, written a second time in plain Python: what is wrong is found."""

import runpy
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mirtool.audit import audit
from mirtool.errors import FormatError, NotEnoughDataError, SampleSheetError, UsageError
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.service_workbook import read_service_workbook
from mirtool.model import SampleTable
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign

ROOT = Path(__file__).resolve().parents[2] / "fixtures"
MAKER = runpy.run_path(str(ROOT / "service_workbooks.py"))
Arithmetic = MAKER["Arithmetic"]
SERVICE = Arithmetic()
NAMES = [f"hsa-miR-{i}-5p" for i in range(1, 161)]
DESIGN = ChipDesign(
    block_rows=6,
    block_columns=8,
    second_probes=10,
    mirplus=5,
    other_species=10,
    hidden=4,
    landing_lights=1,
    empty=2,
)
CHANGES = {"hsa-miR-16-5p": 4.0, "hsa-miR-21-5p": -5.0, "hsa-miR-17-5p": 3.0, "hsa-miR-20-5p": -3.0}
COMPARISON = "resistant vs responding"


class Study:
    """Six simulated arrays, as GenePix files and as the spots in them; pixel means differ from pixel medians."""

    def __init__(self, folder):
        arrays = simulate_study(NAMES, seed=11, changes=CHANGES, design=DESIGN).arrays
        self.folder = folder
        self.names = arrays.samples.names
        self.groups = dict(zip(self.names, arrays.samples.groups, strict=True))
        self.files = []
        self.spots = {}
        for i, name in enumerate(self.names):
            path = folder / f"{name}.gpr"
            path.write_bytes(with_other_means(genepix_bytes(arrays, i), i))
            self.files.append(path)
            self.spots[name] = [spot for spot in MAKER["read_spots"](path.read_bytes()) if spot["ID"]]
        self.samples = SampleTable(
            self.names,
            arrays.samples.groups,
            tuple(map(str, self.files)),
            {"pair": tuple(f"p{i % 3}" for i in range(6))},
        )

        # Nothing in the tests changes what these return.
        self.read_raw = cache(self.read_raw)
        self.computed = cache(self.computed)

    def read_raw(self, foreground, background):
        return read_arrays(self.files, samples=self.samples, foreground=foreground, background=background)

    def computed(self, how=SERVICE):
        return MAKER["compute"](self.spots, self.groups, [("resistant", "responding")], how)

    def matrix(self, how=SERVICE, **layout):
        return MAKER["expression_matrix"](self.computed(how), **layout)

    def audit(self, book, *, raw=True, **options):
        path = self.folder / "workbook.xlsx"
        path.write_bytes(book.to_bytes())
        options = {"samples": self.samples, "read_raw": self.read_raw if raw else None} | options
        return audit(read_service_workbook(path), **options)


def with_other_means(gpr, array):
    """Return every spot means and a chosen background that differ from its medians."""
    lines = gpr.decode("cp1252").split("\r\n")
    header = 2 + int(lines[1].split("\t")[0])
    columns = [name.strip('"') for name in lines[header].split("\t")]
    foreground, background, chosen = (columns.index(name) for name in ("F532 Mean", "B532 Mean", "B532"))
    for i in range(header + 1, len(lines) - 1):
        cells = lines[i].split("\t")
        cells[foreground] = str(float(cells[foreground]) * (1.02 + (i * 7 + array) % 13 / 100))
        cells[background] = str(float(cells[background]) + 1 + (i * 5 + array) % 4)
        cells[chosen] = str(70 + array)
        lines[i] = "\t".join(cells)
    return "\r\n".join(lines).encode("cp1252")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return Study(tmp_path_factory.mktemp("study"))


def differing(report):
    return {(d.sheet, d.cell) for d in report.differences}


@pytest.mark.parametrize("raw", [True, False])
@pytest.mark.parametrize("shown", ["as_is", "rounded"])
def test_a_right_workbook_agrees(study, raw, shown):
    report = study.audit(study.matrix(shown=MAKER[shown]), raw=raw)
    assert differing(report) == set()
    assert report.agrees
    n = len(study.computed().ids)
    # FC, P, 6 foregrounds, 6 signals, 6 normalized, 2 means, 6 CVs; without raw files FC, P, normalized, means.
    assert report.cells == n * (28 if raw else 10)
    assert n > 160
    assert len(report.factors) == 6
    for factor in report.factors:
        assert factor.implied == pytest.approx(factor.expected, rel=1e-9 if shown == "as_is" else 1e-2)


PLANTED = {
    "C7": 9.75,  # fold change
    "C30": "N/A",
    "D11": 0.0321,  # P
    "F9": 1234.0,  # foreground
    "L20": 77.0,  # signal
    "Q15": 3.25,  # normalized
    "R16": 1.0001,
    "V40": "N/A",
    "W8": 0.01,  # mean of the first group
    "AB33": 0.5,  # CV
}


@pytest.mark.parametrize("shown", ["as_is", "rounded"])
def test_every_planted_cell_is_found_and_no_other(study, shown):
    book = study.matrix(shown=MAKER[shown])
    for address, value in PLANTED.items():
        book.plant("Expression Matrix", address, value)
    report = study.audit(book)
    assert differing(report) == {("Expression Matrix", address) for address in PLANTED}
    assert {d.explanation for d in report.differences} == {""}
    assert report.unexplained == len(PLANTED)
    by_cell = {d.cell: d for d in report.differences}
    row = study.computed().ids.index(by_cell["C7"].id)
    assert row == 3
    assert by_cell["C7"].found == 9.75
    assert by_cell["C7"].expected == pytest.approx(study.computed().values["Fold change", COMPARISON][3], rel=1e-9)
    assert (by_cell["Q15"].heading, by_cell["Q15"].column) == ("Normalized", study.names[0])


@pytest.mark.parametrize("shown", ["as_is", "rounded"])
def test_without_raw_files_what_follows_from_the_signals_is_found(study, shown):
    planted = {address: value for address, value in PLANTED.items() if address not in ("F9", "L20", "AB33")}
    book = study.matrix(shown=MAKER[shown])
    for address, value in planted.items():
        book.plant("Expression Matrix", address, value)
    report = study.audit(book, raw=False)
    assert differing(report) == {("Expression Matrix", address) for address in planted}
    assert report.unexplained == len(planted)


def test_a_wrong_signal_without_raw_files_shows_in_the_normalized_value_beside_it(study):
    book = study.matrix()
    signal = book.sheets["Expression Matrix"].cells[MAKER["place"]("L20")]
    book.plant("Expression Matrix", "L20", signal * 2)
    report = study.audit(book, raw=False)
    unexplained = {d.cell for d in report.differences if not d.explanation}
    assert unexplained == {"R20"}
    # The signal also moves the factor of its array; the workbook's own is told, and everything else follows.
    told = {d.explanation for d in report.differences if d.cell != "R20" and d.heading == "Normalized"}
    factor = next(f for f in report.factors if f.sample == study.names[1])
    assert told == {f"the signals as shown, divided by {factor.implied:.6g}"}
    assert {d.explanation for d in report.differences if d.heading in ("Fold change", "P-value")} == {
        "follows from the Normalized columns as shown"
    }


VARIANTS = {
    "mean of the replicate spots, not their median": Arithmetic(replicates=MAKER["statistics"].mean),
    "cut-off 50, not 30 (in use before mid-2012)": Arithmetic(cutoff=50),
    "factor from all probes, not from miRNAs alone": Arithmetic(factor_names=""),
    "factor from probes at the cut-off in any array, not in all": Arithmetic(every_array=False),
    "paired t test": Arithmetic(test="paired"),
    "Welch's t test, not Student's": Arithmetic(test="welch"),
    "t test on log2 values, not on linear ones": Arithmetic(test_on_log2=True),
    "geometric means (mean of logarithms), not arithmetic ones": Arithmetic(geometric=True),
    "mean of the background pixels, not their median": Arithmetic(background="B532 Mean"),
    "the background chosen in GenePix (column B532), not the local median": Arithmetic(background="B532"),
    "mean of the spot's pixels, not their median": Arithmetic(foreground="F532 Mean"),
    "spots flagged bad left out": Arithmetic(good_flags_only=True),
    "log2 of the normalized values, not the values": Arithmetic(log2_normalized=True),
    "fold change written as −1/ratio below 1": Arithmetic(signed=True),
    "the ratio upside down": Arithmetic(reversed_ratio=True),
}


@pytest.mark.parametrize("shown", ["as_is", "rounded"])
@pytest.mark.parametrize("words", VARIANTS)
def test_each_variant_is_recognized(study, words, shown):
    report = study.audit(study.matrix(VARIANTS[words], shown=MAKER[shown]))
    assert report.differences
    assert {d.explanation for d in report.differences} == {words}


FROM_THE_SHEET = [
    words for words in VARIANTS if words.startswith(("cut-off", "factor from probes", "paired", "Welch"))
]
FROM_THE_SHEET += [
    words for words in VARIANTS if words.startswith(("t test", "geometric", "log2", "fold", "the ratio"))
]


@pytest.mark.parametrize("words", FROM_THE_SHEET)
def test_without_raw_files_the_variants_of_what_follows_are_recognized(study, words):
    report = study.audit(study.matrix(VARIANTS[words]), raw=False)
    assert report.differences
    assert {d.explanation for d in report.differences} == {words}


def test_two_changes_at_once_and_cells_that_neither_explains(study):
    how = Arithmetic(replicates=MAKER["statistics"].mean, cutoff=50, test="welch")
    book = study.matrix(how)
    book.plant("Expression Matrix", "D20", 0.0123)
    book.plant("Expression Matrix", "Q21", 0.77)
    report = study.audit(book)
    assert {d.cell for d in report.differences if not d.explanation} == {"D20", "Q21"}
    words = {(d.heading, d.explanation) for d in report.differences if d.explanation}
    mean, cutoff, welch = (list(VARIANTS)[i] for i in (0, 1, 5))
    assert words == {
        ("ForeGround", mean),
        ("ForeGround-BackGround", mean),
        ("Normalized", f"{mean}; {cutoff}"),
        ("Mean of group", f"{mean}; {cutoff}"),
        ("Fold change", f"{mean}; {cutoff}"),
        ("P-value", f"{mean}; {cutoff}; {welch}"),
    }
    assert {factor.explanation for factor in report.factors} == {f"{mean}; {cutoff}"}


def test_changes_on_top_of_those_that_are_believed_for_the_signals(study):
    how = Arithmetic(replicates=MAKER["statistics"].mean, cutoff=50, test="welch", test_on_log2=True)
    report = study.audit(study.matrix(how))
    mean, cutoff, welch, log2 = (list(VARIANTS)[i] for i in (0, 1, 5, 6))
    told = {d.explanation for d in report.differences if d.heading == "P-value"}
    assert told == {f"{mean}; {cutoff}; {welch}; {log2}"}


def test_two_samples_exchanged(study):
    book = study.matrix()
    cells = book.sheets["Expression Matrix"].cells
    for row in range(3, 3 + len(study.computed().ids)):
        for first in (4, 10, 16):
            cells[row, first], cells[row, first + 3] = cells[row, first + 3], cells[row, first]
    report = study.audit(book)
    a, b = study.names[0], study.names[3]
    told = {(d.heading, d.column, d.explanation) for d in report.differences}
    assert told == {
        (heading, one, f"these are the values of {other}")
        for heading in ("ForeGround", "ForeGround-BackGround", "Normalized")
        for one, other in ((a, b), (b, a))
    }


@pytest.mark.parametrize("volcano", [True, False])
def test_lists(study, volcano):
    lists = MAKER["differential_lists"](study.computed(), study.groups, volcano=volcano)
    report = study.audit(lists)
    assert report.agrees
    assert report.kind == ("Pass Volcano Plot" if volcano else "All Differentially Expressed")
    base = next(r for r in report.sensitivity if (r.test, r.fold_change, r.alpha) == ("student", 2, 0.05))
    if volcano:
        listed = [c for c, v in lists.sheets[COMPARISON].cells.items() if c[1] == 1 and str(v).startswith("hsa-")]
        assert base.up + base.down == base.stay == base.of == len(listed) > 0


def test_a_mirna_too_many_and_one_too_few_in_a_list(study):
    computed = study.computed()
    ratios = computed.values["Fold change", COMPARISON]
    quiet = int(np.nanargmin(np.abs(np.array([r or np.nan for r in ratios]) - 1)))
    passing = [i for i in range(len(ratios)) if MAKER["passes"](computed, i, COMPARISON, volcano=True) == "up"]
    values = dict(computed.values)
    values["Fold change", COMPARISON] = list(ratios)
    values["P-value", COMPARISON] = list(values["P-value", COMPARISON])
    values["Fold change", COMPARISON][quiet], values["P-value", COMPARISON][quiet] = 2.5, 0.01
    values["Fold change", COMPARISON][passing[0]] = 1.9
    wrong = MAKER["differential_lists"](replace(computed, values=values), study.groups, volcano=True)
    report = study.audit(wrong)
    assert {(entry.id, entry.listed, entry.expected, entry.explanation) for entry in report.lists} == {
        (computed.ids[quiet], "up", "", ""),
        (computed.ids[passing[0]], "", "up", ""),
    }
    # The wrong numbers of the first are in the workbook, the second is not there.
    assert {(d.id, d.heading) for d in report.differences} == {
        (computed.ids[quiet], "Fold change"),
        (computed.ids[quiet], "P-value"),
    }


@pytest.mark.parametrize("words", [w for w in VARIANTS if w.startswith(("the ratio", "the background"))])
def test_lists_made_otherwise_are_explained(study, words):
    report = study.audit(MAKER["differential_lists"](study.computed(VARIANTS[words]), study.groups, volcano=True))
    assert report.lists
    assert {entry.explanation for entry in report.lists} == {words}


def test_raw_intensity_file(study):
    book = MAKER["raw_intensities"]({"lot 1": study.spots})
    assert study.audit(book).agrees
    book.plant("lot 1", "G12", 5.0)
    book.plant("lot 1", "N44", "N/A")
    report = study.audit(book)
    assert differing(report) == {("lot 1", "G12"), ("lot 1", "N44")}


def test_the_raw_intensity_file_serves_as_raw_files(study, tmp_path):
    path = tmp_path / "raw.xlsx"
    path.write_bytes(MAKER["raw_intensities"]({"lot 1": study.spots}).to_bytes())
    book = study.matrix()
    book.plant("Expression Matrix", "L20", 77.0)
    groups = replace(study.samples, files=())
    report = study.audit(book, read_raw=lambda *_: read_arrays([path], samples=groups))
    assert differing(report) == {("Expression Matrix", "L20")}


def test_sensitivity_counts_by_the_oracle(study):
    report = study.audit(study.matrix())
    service = _listed(study.computed())
    for mean in (False, True):
        for cutoff in (30, 50):
            for test in ("student", "welch", "paired"):
                for log in (False, True):
                    how = Arithmetic(
                        replicates=MAKER["statistics"].mean if mean else MAKER["statistics"].median,
                        cutoff=cutoff,
                        test=test,
                        test_on_log2=log,
                    )
                    calls = _listed(study.computed(how), cutoff)
                    (row,) = (
                        r
                        for r in report.sensitivity
                        if (r.min_intensity, r.test, r.fold_change, r.alpha) == (cutoff, test, 2, 0.05)
                        and r.replicates == ("mean" if mean else "median")
                        and r.test_scale == ("log2" if log else "linear")
                    )
                    assert (row.up, row.down) == tuple(list(calls.values()).count(x) for x in ("up", "down"))
                    assert row.stay == sum(calls.get(key) == call for key, call in service.items())
                    assert row.of == len(service) > 0


def _listed(computed, cutoff=30):
    calls = {}
    for i, probe_id in enumerate(computed.ids):
        call = MAKER["passes"](computed, i, COMPARISON, volcano=True)
        if call and any((computed.signals[s][i] or 0) >= cutoff for s in computed.samples):
            calls[probe_id] = call
    return calls


def test_groups_that_are_not_known(study):
    report = study.audit(study.matrix(), samples=None, read_raw=study.read_raw)
    assert (
        f"Fold change, {COMPARISON}: not checked, its groups are not known (a sample sheet would name them)"
        in report.remarks
    )
    assert not report.sensitivity
    assert report.agrees


def test_probes_that_the_raw_files_lack_are_said(study):
    book = study.matrix()
    book.plant("Expression Matrix", "A5", "no such probe")
    report = study.audit(book)
    assert report.agrees
    assert any("1 row not in the raw files, not checked (first no such probe in A5)" in r for r in report.remarks)


def test_pooled_arrays_have_no_p(study):
    pools = {name: study.spots[name] for name in study.names[:2]}
    computed = MAKER["compute"](pools, {n: n for n in pools}, [(study.names[0], study.names[1])])
    book = MAKER["expression_matrix"](computed)
    two = (
        replace(
            study,
        )
        if False
        else study.samples.take([0, 1])
    )
    report = study.audit(
        book, samples=two, read_raw=lambda f, b: read_arrays(study.files[:2], foreground=f, background=b)
    )
    assert report.agrees
    assert {row.test for row in report.sensitivity} == {"none"}
    book.plant("Expression Matrix", "C10", 7.0)
    report = study.audit(book, samples=two, raw=False)
    assert differing(report) == {("Expression Matrix", "C10")}


def test_bad_calls(study):
    book = study.matrix()
    with pytest.raises(UsageError, match="make no sense"):
        study.audit(book, fold_change=1.0)
    with pytest.raises(SampleSheetError, match="no raw file belongs to the workbook's sample"):
        study.audit(book, read_raw=lambda f, b: read_arrays(study.files[:5], foreground=f, background=b))
    with pytest.raises(FormatError, match="nothing in this workbook can be computed again"):
        study.audit(MAKER["raw_intensities"]({"lot 1": study.spots}), raw=False)


def test_no_probe_at_the_cut_off(study):
    dim = {
        name: [spot | {"F532 Median": spot["B532 Median"]} for spot in spots]
        for name, spots in study.spots.items()
    }
    how = Arithmetic(cutoff=0)
    computed = MAKER["compute"](dim, study.groups, [("resistant", "responding")], how)
    with pytest.raises(NotEnoughDataError, match="no miRNA reaches 30 in every array"):
        study.audit(MAKER["expression_matrix"](computed), raw=False)
