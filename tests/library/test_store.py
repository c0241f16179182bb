"""Entries come back as they were put in; a damaged file is found out; two processes never leave a mixture."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from mirtool.errors import FormatError, OutputError, UsageError
from mirtool.library import (
    Entry,
    data_folder,
    has_entry,
    list_entries,
    load_gene_sets,
    load_interactions,
    read_entry,
    remove_entry,
)
from mirtool.library.entry import name_of_file
from mirtool.library.store import entry_file, save_gene_sets, save_interactions
from mirtool.model import GeneSets, Interactions, text_array

ENTRY = Entry(
    kind="targets",
    name="mine",
    version="1.0",
    database="table",
    added="2026-01-31",
    source="/data/mine.csv",
    sha256="0" * 64,
    license="ours",
    citation="we, 2026",
    counts={"rows": 4, "pairs": 3, "miRNAs": 2, "genes": 2},
    remarks=("1 row without a miRNA or a gene dropped",),
    unmapped={"miRNA names": {"hsa-miR-9999": "unknown"}},
)
PAIRS = Interactions(
    mirna=text_array(["hsa-let-7a-5p", "hsa-miR-16-5p", "hsa-miR-16-5p"]),
    gene=text_array(["MYC", "BCL2", "MYC"]),
    evidence=text_array(["strong", "predicted", ""]),
    references=text_array(["1;2", "", "µ"]),
    source="anything",
    databases=text_array(["A;B", "A", "B"]),
    score=np.array([0.5, np.nan, -1.25]),
    lower_is_better=True,
)
SETS = GeneSets(
    ("apoptosis", "empty", "α"),
    ("GO:1", "", "d"),
    (frozenset({"BAX", "TP53"}), frozenset(), frozenset({"BAX"})),
    "x",
)
SETS_ENTRY = replace(ENTRY, kind="genesets", counts={"sets": 3, "genes": 2})


def test_interactions_come_back_as_they_were():
    save_interactions(ENTRY, PAIRS)
    back = load_interactions("mine")
    for column in ("mirna", "gene", "evidence", "references", "databases"):
        assert getattr(back, column).tolist() == getattr(PAIRS, column).tolist()
    np.testing.assert_array_equal(back.score, PAIRS.score)
    assert back.lower_is_better
    assert (back.source, back.dropped) == ("mine 1.0", ENTRY.remarks)
    assert read_entry("targets", "mine") == ENTRY


def test_without_scores_and_databases():
    save_interactions(ENTRY, replace(PAIRS, score=None, databases=None, lower_is_better=False))
    back = load_interactions("mine")
    assert (back.score, back.databases, back.lower_is_better) == (None, None, False)


def test_gene_sets_come_back_as_they_were():
    save_gene_sets(SETS_ENTRY, SETS)
    back = load_gene_sets("mine")
    assert (back.terms, back.descriptions, back.genes) == (SETS.terms, SETS.descriptions, SETS.genes)
    assert back.source == "mine 1.0"


def test_any_reader_of_parquet_opens_the_file():
    table = pq.read_table(save_interactions(ENTRY, PAIRS))
    assert table.column("gene").to_pylist() == ["MYC", "BCL2", "MYC"]
    assert table.column("score").to_pylist() == [0.5, None, -1.25]
    assert b'"license": "ours"' in table.schema.metadata[b"mirtool"]


def test_the_same_entry_gives_the_same_bytes():
    path = save_interactions(ENTRY, PAIRS)
    first = path.read_bytes()
    save_interactions(ENTRY, PAIRS)
    assert path.read_bytes() == first
    assert [each.name for each in path.parent.iterdir()] == ["mine.parquet"]


def test_listing_and_removing():
    save_interactions(ENTRY, PAIRS)
    save_interactions(replace(ENTRY, name="another"), PAIRS)
    assert [entry.name for entry in list_entries("targets")[0]] == ["another", "mine"]
    remove_entry("targets", "mine")
    assert not has_entry("targets", "mine")
    with pytest.raises(UsageError) as caught:
        load_interactions("mine")
    assert str(caught.value) == (
        "the library has no table of interactions called 'mine' (found another)\n"
        "  What to do: `mirtool targets list` shows what is there, `mirtool targets fetch` what can be fetched"
    )


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "go", "None", "a b", "ä", "x" * 81])
def test_names_that_are_none(name):
    assert not has_entry("targets", name)
    with pytest.raises(UsageError, match="an entry of the library can't be called so"):
        entry_file("targets", name)


@pytest.mark.parametrize(
    ("path", "name"),
    [("a/hsa_MTI.csv.gz", "hsa_MTI"), ("h.all.v7.0.symbols.gmt", "h.all.v7.0.symbols"), ("–.txt", "table")],
)
def test_names_of_files(path, name):
    assert name_of_file(path) == name


def damaged_files():
    """Return ways to damage a Parquet file: cut, a byte flipped in the rows, another file, a foreign Parquet."""

    def cut(path):
        path.write_bytes(path.read_bytes()[:-200])

    def flip(path):
        data = bytearray(path.read_bytes())
        data[60] ^= 0xFF
        path.write_bytes(data)

    def other(path):
        path.write_text("miRNA,gene\n")

    def empty(path):
        path.write_bytes(b"")

    def foreign(path):
        import pyarrow as pa

        pq.write_table(pa.table({"a": [1]}), path)

    def of_another_kind(path):
        save_gene_sets(SETS_ENTRY, SETS).replace(path)

    return [cut, flip, other, empty, foreign, of_another_kind]


@pytest.mark.parametrize("damage", damaged_files(), ids=lambda each: each.__name__)
def test_a_damaged_file_is_found_out_and_can_be_removed(damage):
    path = save_interactions(ENTRY, PAIRS)
    damage(path)
    with pytest.raises(FormatError) as caught:
        load_interactions("mine")
    assert str(caught.value).startswith(
        f"{path}: this file of the library is damaged, or no file of mirtool's (found"
    )
    assert "`mirtool targets remove mine`" in str(caught.value)
    remove_entry("targets", "mine")
    assert not has_entry("targets", "mine")


def test_a_damaged_file_does_not_hide_the_others():
    save_interactions(replace(ENTRY, name="fine"), PAIRS)
    save_interactions(ENTRY, PAIRS).write_bytes(b"PAR1")
    entries, damaged = list_entries("targets")
    assert [entry.name for entry in entries] == ["fine"]
    assert len(damaged) == 1


def test_a_library_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("MIRTOOL_DATA", str(tmp_path / "file"))
    with pytest.raises(OutputError, match="MIRTOOL_DATA=/some/folder"):
        save_interactions(ENTRY, PAIRS)


def test_the_folder_is_the_users_unless_named(monkeypatch, tmp_path):
    assert data_folder() == tmp_path / "data"
    monkeypatch.delenv("MIRTOOL_DATA")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_folder().name == "mirtool"


def test_processes_that_add_at_once_leave_one_of_the_two_whole(tmp_path):
    tables = []
    for n in (2000, 3000):
        table = tmp_path / f"{n}.csv"
        table.write_text("miRNA,gene\n" + "".join(f"hsa-miR-16-5p,G{i}\n" for i in range(n)))
        tables.append(table)
    script = (
        "import sys; from mirtool.cli import main\n"
        "sys.exit(max(main(['targets', 'add', sys.argv[1], '--name', 'same', '--replace']) for _ in range(2)))"
    )
    running = [subprocess.Popen([sys.executable, "-c", script, str(table)], stderr=-1) for table in tables]
    for process in running:
        process.communicate(timeout=600)
    assert [process.returncode for process in running] == [0, 0]
    assert len(load_interactions("same")) == read_entry("targets", "same").counts["pairs"]
    assert len(load_interactions("same")) in (2000, 3000)
    assert [path.name for path in (data_folder() / "targets").iterdir()] == ["same.parquet"]


def test_of_eight_that_add_under_one_name_at_once_one_succeeds():
    for name in ("a", "b", "c"):
        together = threading.Barrier(8)

        def add(i, name=name, together=together):
            together.wait()
            try:
                save_interactions(replace(ENTRY, name=name, version=str(i)), PAIRS, replacing=False)
            except UsageError as error:
                return str(error)
            return i

        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(add, range(8)))
        added = [i for i in results if isinstance(i, int)]
        assert len(added) == 1
        assert sum(f"the library has {name!r} already" in str(each) for each in results) == 7
        assert read_entry("targets", name).version == str(added[0])


def test_of_processes_that_add_under_one_name_at_once_one_succeeds(tmp_path):
    table = tmp_path / "mine.csv"
    table.write_text("miRNA,gene\nhsa-miR-16-5p,BCL2\n")
    command = [sys.executable, "-m", "mirtool", "targets", "add", str(table), "--name", "same"]
    running = [subprocess.Popen(command, stdout=-1, stderr=-1) for _ in range(3)]
    said = [process.communicate(timeout=600)[1].decode() for process in running]
    assert sorted(process.returncode for process in running) == [0, 2, 2]
    assert sum("the library has 'same' already" in err for err in said) == 2
    assert [path.name for path in (data_folder() / "targets").iterdir()] == ["same.parquet"]
