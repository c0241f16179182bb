"""``mirtool init GSE…`` against a server in GEO's layout: whole, cut, not there, a page; offline; by hand."""

import csv
import gzip
import io
import json
import socket
import sys
import tarfile
import tomllib
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from mirtool.cli import main
from mirtool.errors import FormatError, NotFoundError, OfflineError
from mirtool.library.download import downloaded
from mirtool.library.geo_series import fetch_series, is_accession

packed = partial(gzip.compress, mtime=0)  # the same bytes whenever the tests are collected
FIXTURES = Path(__file__).parents[2] / "fixtures"
MATRIX = (
    (FIXTURES / "geo" / "GSE900_series_matrix.txt")
    .read_bytes()
    .replace(b'"response: yes"\t"tissue: serum"', b'"response: yes"\t"response: no"', 1)
)
PLATFORM = (FIXTURES / "geo" / "GPL900_family.soft").read_bytes()
ANNOTATION = (FIXTURES / "geo" / "GPL900.annot").read_bytes()
FTP, QUERY = "/ftp.ncbi.nlm.nih.gov/geo", "/www.ncbi.nlm.nih.gov/geo/query/acc.cgi"
SERIES = f"{FTP}/series/GSEnnn/GSE900"
ON_SERVER = f"{SERIES}/matrix/GSE900_series_matrix.txt.gz"
RAW = f"{SERIES}/suppl/GSE900_RAW.tar"
FULL_TABLE = f"{QUERY}?targ=self&acc=GPL900&form=text&view=full"
RECORD = f"{QUERY}?targ=self&acc=GSE900&form=text&view=brief"
PAGE = b"<!DOCTYPE html><html><head><title>GEO Accession viewer</title>"
GPR = """\
ATF\t1.0
2\t8
"Type=GenePix Results 3"
"Wavelengths=532"
"Block"\t"Column"\t"Row"\t"Name"\t"ID"\t"F532 Median"\t"B532 Median"\t"Flags"
1\t1\t1\t"hsa-miR-16-5p"\t"42865"\t1200\t60\t0
"""


def archive(members=None, links=()):
    """Return an archive as GEO packs raw files: each packed by gzip, in no folder."""
    if members is None:
        members = {f"GSM{n}_array{n}.gpr.gz": packed(GPR.encode()) for n in (1, 2, 3, 4)}
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
        for name, target in links:
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            tar.addfile(info)
    return file.getvalue()


def with_raw(matrix=MATRIX):
    line = (
        b'!Series_supplementary_file\t"ftp://ftp.ncbi.nlm.nih.gov/geo/series/GSEnnn/GSE900/suppl/GSE900_RAW.tar"\n'
    )
    return matrix.replace(b"!Series_platform_id", line + b"!Series_platform_id", 1)


@pytest.fixture
def geo(server, monkeypatch, tmp_path):
    """GEO as it should be, and an empty folder."""
    server.files[ON_SERVER] = packed(MATRIX)
    server.files[FULL_TABLE] = PLATFORM
    monkeypatch.setenv("MIRTOOL_MIRROR", server.url)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    return server


def said(capsys):
    return " ".join(capsys.readouterr().err.split())


def sheet(path="GSE900/samples.csv"):
    return list(csv.DictReader(Path(path).read_text().splitlines()))


def files(folder="."):
    return sorted(str(path.relative_to(folder)) for path in Path(folder).rglob("*") if path.is_file())


def test_an_accession_becomes_a_study(geo, capsys):
    assert main(["init", "gse900"]) == 0
    assert files() == [
        "GSE900/geo/GPL900.txt",
        "GSE900/geo/GSE900_series_matrix.txt.gz",
        "GSE900/geo/downloads.json",
        "GSE900/mirtool.toml",
        "GSE900/samples.csv",
    ]
    rows = sheet()
    assert [row["sample"] for row in rows] == ["GSM1", "GSM2", "GSM3", "GSM4"]
    assert {row["group"] for row in rows} == {
        ""
    }  # one characteristic could be the groups, and is not taken unasked
    assert {row["file"] for row in rows} == {"geo/GSE900_series_matrix.txt.gz"}
    assert {row["scale"] for row in rows} == {"log2"}
    assert [row["age"] for row in rows] == ["61", "58", "", "70"]
    record = json.loads(Path("GSE900/geo/downloads.json").read_text())
    entry = record["files"]["GSE900_series_matrix.txt.gz"]
    assert (
        entry["address"]
        == "https://ftp.ncbi.nlm.nih.gov/geo/series/GSEnnn/GSE900/matrix/GSE900_series_matrix.txt.gz"
    )
    assert entry["bytes"] == len(geo.files[ON_SERVER])
    assert record["files"]["GPL900.txt"]["address"].endswith("acc.cgi?targ=self&acc=GPL900&form=text&view=full")
    settings = tomllib.loads(Path("GSE900/mirtool.toml").read_text())
    assert settings["diff"] == settings["cluster"] == {"platform": "geo/GPL900.txt"}
    out = said(capsys)
    assert "Wrote GSE900/samples.csv: 4 samples from 1 file" in out
    assert "fetched GSE900/geo/GPL900.txt from https://www.ncbi.nlm.nih.gov/" in out
    assert (
        "fill in the column 'group', or call init again with --force and --group COLUMN: response (yes 2, no 2)"
        in out
    )
    assert "2. In GSE900: mirtool diff" in out


@pytest.mark.usefixtures("geo")
def test_the_study_goes_as_far_as_a_comparison(capsys, monkeypatch):
    assert main(["init", "GSE900", "--group", "response"]) == 0
    assert "group: taken from response" in said(capsys)
    assert [row["group"] for row in sheet()] == ["yes", "yes", "no", "no"]
    monkeypatch.chdir("GSE900")
    assert main(["diff", "--compare", "no:yes", "--no-figures"]) == 0
    names = {row["Name"] for row in sheet("results/differential.csv")}
    assert {"hsa-miR-16-5p", "hsa-let-7a-5p"} <= names


def test_what_is_there_is_not_fetched_again_and_works_offline(geo, capsys, monkeypatch):
    assert main(["init", "GSE900"]) == 0
    before = {name: Path(name).read_bytes() for name in files()}
    n_asked = len(geo.asked)
    monkeypatch.setenv("MIRTOOL_MIRROR", "http://nowhere.invalid")
    assert main(["init", "GSE900", "--force"]) == 0
    assert len(geo.asked) == n_asked
    assert {name: Path(name).read_bytes() for name in files()} == before
    assert "GSE900/geo/GPL900.txt is there already" in said(capsys)


def test_a_sheet_that_is_there_is_kept(geo, capsys):
    Path("GSE900").mkdir()
    Path("GSE900/samples.csv").write_text("mine")
    assert main(["init", "GSE900"]) == 2
    assert "GSE900/samples.csv exists already" in said(capsys)
    assert geo.asked == []


@pytest.mark.usefixtures("geo")
def test_files_put_there_by_hand_are_used(capsys, monkeypatch):
    monkeypatch.setenv("MIRTOOL_MIRROR", "http://nowhere.invalid")
    folder = Path("GSE900/geo")
    folder.mkdir(parents=True)
    (folder / "GSE900_series_matrix.txt").write_bytes(with_raw())
    (folder / "GPL900-17.txt").write_bytes((FIXTURES / "geo" / "GPL900.txt").read_bytes())
    (folder / "GSE900_RAW.tar").write_bytes(archive())
    assert main(["init", "GSE900"]) == 0
    assert "GSE900/geo/GPL900-17.txt was put there by hand" in said(capsys)
    assert [row["file"] for row in sheet()] == [f"raw/GSM{n}_array{n}.gpr.gz" for n in (1, 2, 3, 4)]
    record = json.loads((folder / "downloads.json").read_text())["files"]
    assert record["GSE900_RAW.tar"]["address"] is None
    assert len(record["GSE900_RAW.tar"]["sha256"]) == 64


def test_without_a_connection_it_says_what_to_download_from_where_into_which_folder(geo, capsys, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        monkeypatch.setenv("MIRTOOL_MIRROR", f"http://127.0.0.1:{free.getsockname()[1]}")
    assert main(["init", "GSE900"]) == 1
    out = said(capsys)
    assert "the address can't be reached" in out
    base = "https://ftp.ncbi.nlm.nih.gov/geo/series/GSEnnn/GSE900"
    assert f"download {base}/matrix/GSE900_series_matrix.txt.gz, for raw files {base}/suppl/GSE900_RAW.tar" in out
    assert "put them into GSE900/geo, and run the same command again" in out
    assert files() == []
    assert geo.asked == []


def test_rows_that_are_named_as_mirnas_need_no_platform(geo):
    ids = (b"17605", b"42865", b'"13132"', b"\n7\t", b"unknown")
    names = (b"MIMAT0000062", b"MIMAT0000069", b"hsa-let-7b-5p", b"\nhsa-miR-21-5p\t", b"hsa-miR-17-5p")
    matrix = MATRIX
    for one, other in zip(ids, names, strict=True):
        matrix = matrix.replace(one, other, 1)
    geo.files[ON_SERVER] = packed(matrix)
    assert main(["init", "GSE900"]) == 0
    assert "platform" not in tomllib.loads(Path("GSE900/mirtool.toml").read_text())["diff"]


def test_raw_files_become_the_arrays(geo, capsys):
    geo.files[ON_SERVER] = packed(with_raw())
    geo.files[RAW] = archive()
    assert main(["init", "GSE900"]) == 0
    assert files("GSE900/raw") == [f"GSM{n}_array{n}.gpr.gz" for n in (1, 2, 3, 4)]
    rows = sheet()
    assert [row["file"] for row in rows] == [f"raw/GSM{n}_array{n}.gpr.gz" for n in (1, 2, 3, 4)]
    assert "scale" not in rows[0]
    assert "In GSE900: mirtool normalize" in said(capsys)
    assert "platform" not in tomllib.loads(Path("GSE900/mirtool.toml").read_text())["diff"]


IMAGENE = {
    dye: packed((FIXTURES / "imagene" / f"S1_{dye}_Exiqon_14114402_S01_Cropped.txt").read_bytes())
    for dye in ("Hy3", "Hy5")
}


def test_the_two_files_of_an_imagene_slide_are_one_array(geo, monkeypatch):
    geo.files[ON_SERVER] = packed(with_raw())
    names = {(n, dye): f"GSM{n}_{dye}_slide{n}.txt.gz" for n in (1, 2, 3, 4) for dye in ("Hy5", "Hy3")}
    geo.files[RAW] = archive({name: IMAGENE[dye] for (_, dye), name in names.items()})
    assert main(["init", "GSE900"]) == 0
    rows = sheet()
    assert [row["file"] for row in rows] == [f"raw/{names[n, 'Hy3']}" for n in (1, 2, 3, 4)]
    assert [row["file_hy5"] for row in rows] == [f"raw/{names[n, 'Hy5']}" for n in (1, 2, 3, 4)]
    assert [row["age"] for row in rows] == ["61", "58", "", "70"]
    monkeypatch.chdir("GSE900")
    assert main(["normalize", "--min-factor-probes", "1"]) == 0
    header = Path("results/normalized.csv").read_text().splitlines()[0]
    assert header.endswith("GSM1,GSM2,GSM3,GSM4")


@pytest.mark.parametrize("second", ["GSM1_Hy3_again.txt.gz", "GSM1_Cy5.txt.gz"])
def test_two_files_that_are_no_pair_of_channels_are_said(geo, capsys, second):
    geo.files[ON_SERVER] = packed(with_raw())
    geo.files[RAW] = archive(dict.fromkeys(("GSM1_Hy3.txt.gz", second), IMAGENE["Hy3"]))
    assert main(["init", "GSE900"]) == 0
    assert "the values are those of the series matrix: GSM1 has 2 raw files" in said(capsys)


def test_the_bytes_of_each_file_are_shown_as_they_come(geo):
    from mirtool.workflow.init import InitInputs, InitSettings, init
    from mirtool.workflow.step import Run

    seen = []
    geo.files[ON_SERVER] = packed(with_raw())
    geo.files[RAW] = archive()

    @contextmanager
    def progress(title):
        yield lambda done, total: seen.append((title, done, total))

    init(InitInputs(files=("GSE900",)), InitSettings(), Run(byte_progress=progress))
    whole = {done for title, done, total in seen if title == "Fetching GSE900" and done == total}
    assert whole == {len(geo.files[path]) for path in (ON_SERVER, FULL_TABLE, RAW)}


def test_raw_files_unpacked_by_hand_are_used(geo):
    geo.files[ON_SERVER] = packed(with_raw())
    Path("GSE900/raw").mkdir(parents=True)
    for n in (1, 2, 3, 4):
        Path(f"GSE900/raw/GSM{n}.gpr").write_text(GPR)
    assert main(["init", "GSE900"]) == 0
    assert [row["file"] for row in sheet()] == [f"raw/GSM{n}.gpr" for n in (1, 2, 3, 4)]
    assert RAW not in [path for path, _ in geo.asked]


def test_the_series_matrix_can_be_taken_in_their_place(geo):
    geo.files[ON_SERVER] = packed(with_raw())
    assert main(["init", "GSE900", "--values", "matrix"]) == 0
    assert {row["file"] for row in sheet()} == {"geo/GSE900_series_matrix.txt.gz"}
    assert RAW not in [path for path, _ in geo.asked]


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"GSM1.CEL.gz": b"CEL"}, "4 samples have no raw file that mirtool reads (1 .CEL)"),
        ({"notes.txt": b"hello"}, "4 samples have no raw file that mirtool reads"),
        ({"GSM1_a.gpr": GPR.encode(), "GSM1_b.gpr": GPR.encode()}, "GSM1 has 2 raw files"),
    ],
)
def test_raw_files_that_are_not_read_are_said(geo, capsys, members, why):
    geo.files[ON_SERVER] = packed(with_raw())
    geo.files[RAW] = archive(members)
    assert main(["init", "GSE900"]) == 0
    assert f"the values are those of the series matrix: {why}" in said(capsys)
    assert {row["file"] for row in sheet()} == {"geo/GSE900_series_matrix.txt.gz"}
    assert main(["init", "GSE900", "--force", "--values", "raw"]) == 1
    out = said(capsys)
    assert "the raw files of the series can't be taken" in out
    assert "--values matrix" in out


def test_a_series_without_values_names_its_other_files(geo, capsys):
    empty = (FIXTURES / "geo" / "no_values.txt").read_bytes()
    geo.files[ON_SERVER] = packed(empty)
    assert main(["init", "GSE900"]) == 1
    assert "the series matrix holds no values" in said(capsys)
    assert not Path("GSE900/samples.csv").exists()


def test_several_platforms_need_a_choice(geo, capsys):
    del geo.files[ON_SERVER]
    geo.files[f"{SERIES}/matrix/GSE900-GPL900_series_matrix.txt.gz"] = packed(MATRIX)
    geo.files[RECORD] = b"^SERIES = GSE900\n!Series_platform_id = GPL900\n!Series_platform_id = GPL901\n"
    assert main(["init", "GSE900"]) == 2
    out = said(capsys)
    assert "GSE900 has several platforms (found GPL900, GPL901; expected one of them)" in out
    assert "--platform GPL900" in out
    assert main(["init", "GSE900", "--platform", "GPL902"]) == 2
    assert "GSE900 has no platform GPL902" in said(capsys)
    assert main(["init", "GSE900", "--platform", "gpl900"]) == 0
    assert {row["file"] for row in sheet()} == {"geo/GSE900-GPL900_series_matrix.txt.gz"}


@pytest.mark.usefixtures("geo")
def test_the_only_platform_may_be_named(capsys):
    assert main(["init", "GSE900", "--platform", "GPL900"]) == 0
    assert {row["file"] for row in sheet()} == {"geo/GSE900_series_matrix.txt.gz"}
    assert main(["init", "GSE900", "--force", "--platform", "GPL7"]) == 2
    assert "this series matrix is of another platform" in said(capsys)


@pytest.mark.usefixtures("geo")
def test_two_matrices_by_hand_need_a_choice(capsys):
    folder = Path("GSE900/geo")
    folder.mkdir(parents=True)
    for platform in ("GPL900", "GPL901"):
        (folder / f"GSE900-{platform}_series_matrix.txt.gz").write_bytes(packed(MATRIX))
    assert main(["init", "GSE900"]) == 2
    assert "GSE900 has several platforms (found GPL900, GPL901" in said(capsys)
    assert main(["init", "GSE900", "--platform", "GPL900"]) == 0


@pytest.mark.usefixtures("geo")
def test_an_unknown_series_is_not_found(capsys):
    assert main(["init", "GSE999999"]) == 1
    out = said(capsys)
    assert "GEO has no series matrix of GSE999999" in out
    assert "/geo/series/GSE999nnn/GSE999999/matrix/GSE999999_series_matrix.txt.gz" in out
    assert files() == []


def test_annotation_is_the_second_choice_and_no_table_is_said(geo, capsys):
    geo.files[FULL_TABLE] = PAGE
    geo.files[f"{FTP}/platforms/GPLnnn/GPL900/annot/GPL900.annot.gz"] = packed(ANNOTATION)
    assert main(["init", "GSE900"]) == 0
    assert Path("GSE900/geo/GPL900.annot.gz").is_file()
    Path("GSE900/geo/GPL900.annot.gz").unlink()
    del geo.files[f"{FTP}/platforms/GPLnnn/GPL900/annot/GPL900.annot.gz"]
    capsys.readouterr()
    assert main(["init", "GSE900", "--force"]) == 0
    assert "the table of the platform could not be had (the server sent a web page in place of the file)" in said(
        capsys
    )


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (PAGE, "the server sent a web page in place of the file"),
        (packed(MATRIX)[:-200], "what the server sent can't be read: "),
        (packed(MATRIX[:-40]), "what the server sent can't be read: the series matrix was cut"),
        (b"", "the server sent an empty file"),
        (packed(b"ID,Name\n1,a\n"), "what the server sent can't be read: the series matrix has no table"),
    ],
)
def test_a_matrix_that_is_not_whole_is_refused(geo, capsys, data, message):
    geo.files[ON_SERVER] = data
    assert main(["init", "GSE900"]) == 1
    out = said(capsys)
    assert message in out
    assert "GSE900/geo" in out
    assert files() == []


def test_a_connection_that_breaks_is_gone_on_with(geo, capsys):
    geo.cuts[ON_SERVER] = [100]
    assert main(["init", "GSE900"]) == 0
    geo.cuts[ON_SERVER] = [50, 10, 10]
    Path("GSE900/geo/GSE900_series_matrix.txt.gz").unlink()
    capsys.readouterr()
    assert main(["init", "GSE900", "--force"]) == 1
    assert "the download was cut off" in said(capsys)
    assert main(["init", "GSE900", "--force"]) == 0


def test_a_server_in_trouble_is_not_a_series_that_is_not_there(geo, capsys):
    geo.status[ON_SERVER] = 503
    assert main(["init", "GSE900"]) == 1
    out = said(capsys)
    assert "503" in out
    assert "no series matrix" not in out


@pytest.mark.parametrize(("code", "kind"), [(404, NotFoundError), (410, NotFoundError), (403, OfflineError)])
def test_what_is_not_there_has_an_error_of_its_own(geo, code, kind):
    geo.status[ON_SERVER] = code
    with pytest.raises(OfflineError) as caught, downloaded([f"https:/{ON_SERVER}"]):
        pass
    assert type(caught.value) is kind


WHOLE = archive()


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (archive({"../evil.gpr": b"x"}), "the archive holds something else than files in its top folder"),
        (archive({"/etc/evil": b"x"}), "the archive holds something else than files in its top folder"),
        (archive({"a/../../evil": b"x"}), "the archive holds something else than files in its top folder"),
        (archive({"sub/GSM1.gpr": b"x"}), "the archive holds something else than files in its top folder"),
        (archive({"c:evil": b"x"}), "the archive holds something else than files in its top folder"),
        (archive({}, [("GSM1.gpr", "/etc/passwd")]), "'GSM1.gpr', a link"),
        (archive({"GSM1.gpr": b"x", "gsm1.GPR": b"y"}), "the archive holds two files of one name"),
        (WHOLE[:700], "the archive is damaged or was cut"),
        (WHOLE[:1024], "the archive is damaged or was cut"),  # between two files
        (b"no archive", "the archive is damaged or was cut"),
        (PAGE, "the server sent a web page in place of the file"),
    ],
)
def test_archives_that_are_not_safe_or_not_whole_are_refused(geo, capsys, tmp_path, data, message):
    geo.files[ON_SERVER] = packed(with_raw())
    geo.files[RAW] = data
    assert main(["init", "GSE900"]) == 1
    assert message in said(capsys)
    assert not Path("GSE900/raw").exists()
    assert not Path("GSE900/samples.csv").exists()
    assert not list(tmp_path.rglob("*evil*"))
    by_hand = Path("GSE900/geo/GSE900_RAW.tar")
    by_hand.write_bytes(data)
    with pytest.raises(FormatError):
        fetch_series("GSE900", "GSE900")
    assert not list(tmp_path.rglob("*evil*"))


def test_raw_files_that_cannot_be_had_can_be_left_out(geo, capsys):
    geo.files[ON_SERVER] = packed(with_raw())
    assert main(["init", "GSE900"]) == 1
    out = said(capsys)
    assert "404" in out
    assert "put it into GSE900/geo as GSE900_RAW.tar" in out
    assert main(["init", "GSE900", "--values", "matrix"]) == 0


@pytest.mark.usefixtures("geo")
def test_a_damaged_record_of_downloads_is_said(capsys):
    assert main(["init", "GSE900"]) == 0
    Path("GSE900/geo/downloads.json").write_text("{")
    assert main(["init", "GSE900", "--force"]) == 1
    assert "the record of the downloads is damaged" in said(capsys)


@pytest.mark.usefixtures("geo")
def test_a_file_that_was_changed_counts_as_put_there_by_hand(capsys):
    assert main(["init", "GSE900"]) == 0
    Path("GSE900/geo/GSE900_series_matrix.txt.gz").write_bytes(packed(MATRIX.replace(b"61", b"62")))
    capsys.readouterr()
    assert main(["init", "GSE900", "--force"]) == 0
    assert "was put there by hand and is not the file that was fetched" in said(capsys)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["GSE900", "x.csv"], "a GEO series is the only argument (found GSE900 among 2 arguments)"),
        (["GSE900", "GSE901"], "a GEO series is the only argument"),
        (["GSE900", "-o", "-"], "a GEO series is fetched into a folder"),
        (["GSE900", "--samples-in-rows"], "--samples-in-rows"),
        (["GSE900", "--values", "none"], "unknown choice of values 'none'"),
        (["GSE900", "--group", "height"], "has no characteristic 'height'"),
        (["x.csv", "--platform", "GPL1"], "--platform is for a GEO series that is fetched"),
    ],
)
@pytest.mark.usefixtures("geo")
def test_wrong_calls_are_refused(capsys, arguments, message):
    assert main(["init", *arguments]) == 2
    assert message in said(capsys)
    assert not Path("GSE900/samples.csv").exists()


@pytest.mark.usefixtures("geo")
def test_another_folder_may_be_named():
    assert main(["init", "GSE900", "-o", "mine/samples.xlsx"]) == 0
    assert "mine/geo/GSE900_series_matrix.txt.gz" in files()
    assert not Path("GSE900").exists()


def test_the_column_of_a_matrix_by_hand_may_become_the_group(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("GSE900_series_matrix.txt").write_bytes(MATRIX)
    assert main(["init", "GSE900_series_matrix.txt", "--group", "response"]) == 0
    assert "yes" in {row["group"] for row in sheet("samples.csv")}
    assert "group: taken from response" in said(capsys)


def test_what_is_an_accession():
    assert [is_accession(text) for text in ("GSE1", "gse1", "GSE0", "GSE", "GSE1.txt", "GPL1", "./GSE1")] == [
        True, True, False, False, False, False, False,
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files")
@pytest.mark.usefixtures("geo")
def test_a_folder_that_cannot_be_written_is_said(capsys, monkeypatch):
    monkeypatch.setattr("mirtool.library.geo_series.shutil.copyfile", _no_room)
    assert main(["init", "GSE900"]) == 1
    assert "can't write: No space left on device" in said(capsys)


def _no_room(*_args):
    raise OSError(28, "No space left on device")
