"""Many files become one study, or the first thing in which they do not agree is shown."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.probes import KindRule, ProbeKind
from mirtool.errors import ArrayMismatchError, FormatError, SampleSheetError, UnknownFormatError, UsageError
from mirtool.io.arrays.genepix import genepix_bytes, read_genepix
from mirtool.io.arrays.reading import read_arrays
from mirtool.io.arrays.spot_alignment import join_replicates
from mirtool.model import Channel, ProbeTable, SampleTable, text_array
from mirtool.study.samples import read_samples

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures/genepix"
FIRST = FIXTURES / "v3_two_channels.gpr"
SECOND = FIXTURES / "v3_two_channels_b.gpr"
OTHER_LOT = FIXTURES / "v3_other_lot.gpr"


def write_like(path: Path, **changes) -> Path:
    """Write the first array again with some of its fields changed."""
    path.write_bytes(genepix_bytes(replace(read_genepix(FIRST), **changes)))
    return path


def test_arrays_stand_side_by_side_in_the_order_of_their_files():
    arrays = read_arrays([FIRST, SECOND])
    assert arrays.samples.names == ("v3_two_channels", "v3_two_channels_b")
    assert (arrays.n_spots, arrays.n_arrays) == (40, 2)
    for channel in arrays.channels.values():  # the second fixture is the first times 1.5
        np.testing.assert_array_equal(channel.foreground[:, 1], 1.5 * channel.foreground[:, 0])
        np.testing.assert_array_equal(channel.background[:, 1], channel.background[:, 0])
    assert arrays.flags.shape == (40, 2)
    assert [source.path for source in arrays.sources] == [str(FIRST), str(SECOND)]
    assert arrays.dropped == ()
    assert len(arrays.layout) == 40


def test_probes_are_classified_by_name_rule_and_species():
    kinds = dict(zip(*(read_arrays([FIRST]).probes.to_table()[c] for c in ("ID", "kind")), strict=True))
    assert kinds == {
        "17605": "miRNA",
        "42865": "miRNA",
        "10947": "miRNA",
        "147165": "miRNA",
        "46438": "miRPlus",
        "6880": "small RNA control",
        "13132": "other species",
        "145968": "spike-in",
        "11278": "negative control",
        "Empty": "empty",
    }
    probes = read_arrays([FIRST], species="hsa", rules=[KindRule("^U6", ProbeKind.HIDDEN)]).probes
    assert probes.kind[2] == "other species"
    assert probes.kind[5] == "hidden"


def test_threads_processes_and_progress_give_the_same():
    seen = []
    ours = read_arrays([FIRST, SECOND], on_read=seen.append)
    assert seen == [str(FIRST), str(SECOND)]
    with ProcessPoolExecutor(2) as executor:
        theirs = read_arrays([FIRST, SECOND], executor=executor)
    np.testing.assert_array_equal(ours.channels["532"].foreground, theirs.channels["532"].foreground)
    assert ours.sources == theirs.sources


# The sheet


def write_sheet(folder: Path, text: str) -> SampleTable:
    (folder / "samples.csv").write_text(text)
    return read_samples(folder / "samples.csv")


def test_the_sheet_gives_names_groups_and_order(tmp_path):
    shutil.copy(FIRST, tmp_path / "a.gpr")
    shutil.copy(SECOND, tmp_path / "b.gpr")
    sheet = write_sheet(tmp_path, "sample,group,file\nS2,Resistant,b.gpr\nS1,Responding,a.gpr\n")
    for files in ([], [tmp_path / "a.gpr", tmp_path / "b.gpr"]):
        arrays = read_arrays(files, samples=sheet)
        assert arrays.samples.names == ("S2", "S1")
        assert arrays.samples.groups == ("Resistant", "Responding")
        assert [Path(source.path).name for source in arrays.sources] == ["b.gpr", "a.gpr"]
        foreground = arrays.channels["532"].foreground
        np.testing.assert_array_equal(foreground[:, 0], 1.5 * foreground[:, 1])


def test_without_a_file_column_arrays_are_found_by_their_names(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group\nv3_two_channels_b,A\nv3_two_channels,B\n")
    arrays = read_arrays([FIRST, SECOND], samples=sheet)
    assert [source.path for source in arrays.sources] == [str(SECOND), str(FIRST)]


def test_a_file_moved_to_another_folder_is_found_by_its_file_name(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,v3_two_channels.gpr\n")
    assert read_arrays([FIRST], samples=sheet).samples.files == (str(FIRST),)


def message(call) -> str:
    with pytest.raises((SampleSheetError, ArrayMismatchError, FormatError, UsageError)) as caught:
        call()
    return str(caught.value)


def test_a_file_of_the_sheet_that_does_not_exist_is_an_error(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,gone.gpr\n")
    assert message(lambda: read_arrays([], samples=sheet)) == (
        f'{tmp_path}/samples.csv, column "file": a file that the sample sheet names does not exist '
        f"(found {tmp_path}/gone.gpr)\n"
        "  What to do: files are sought from the sheet's own folder: correct the path, or copy the file there"
    )


def test_a_sample_without_a_file_is_an_error(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,\n")
    assert "the sample 'S1' has no file" in message(lambda: read_arrays([], samples=sheet))


def test_a_sample_whose_file_was_not_given_is_an_error(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,v3_two_channels.gpr\nS2,A,c.gpr\n")
    assert message(lambda: read_arrays([FIRST], samples=sheet)) == (
        f"{tmp_path}/samples.csv: no file was given for the sample 'S2' (found {FIRST}; expected "
        f"{tmp_path}/c.gpr)\n"
        "  What to do: name its file too, or take its line out of the sheet"
    )


def test_a_file_that_is_not_in_the_sheet_is_an_error(tmp_path):
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,v3_two_channels.gpr\n")
    assert message(lambda: read_arrays([FIRST, SECOND], samples=sheet)) == (
        f"{tmp_path}/samples.csv: 1 file not in the sample sheet (found {SECOND})\n"
        "  What to do: add a line for each, or leave the files out"
    )


def test_one_file_for_two_samples_is_an_error(tmp_path):
    shutil.copy(FIRST, tmp_path / "a.gpr")
    sheet = write_sheet(tmp_path, "sample,group,file\nS1,A,a.gpr\nS2,A,a.gpr\n")
    assert "the samples 'S1' and 'S2' have the same file" in message(lambda: read_arrays([], samples=sheet))


def test_two_files_of_one_name_are_an_error(tmp_path):
    (tmp_path / "again").mkdir()
    other = Path(shutil.copy(FIRST, tmp_path / "again"))
    assert message(lambda: read_arrays([FIRST, other])) == (
        f"{other}: two files have the same sample name 'v3_two_channels' (found the same name in {FIRST}; "
        "expected its own name for every sample)\n  What to do: rename one of the files"
    )


def test_one_file_given_twice_or_none_is_an_error_of_the_call():
    with pytest.raises(UsageError, match="the same file is given twice"):
        read_arrays([FIRST, FIRST])
    with pytest.raises(UsageError, match="no file was given"):
        read_arrays([])


# Agreement


def test_a_permuted_array_is_an_error_that_shows_the_first_difference():
    path = FIXTURES / "bad/permuted.gpr"
    assert message(lambda: read_arrays([FIRST, path])) == (
        f"{path}: this array does not have the same spots as the first (found spot 1: Block 1, Row 1, Column 3, "
        f"ID '10947'; expected Block 1, Row 1, Column 1, ID '17605', as in {FIRST})\n"
        "  What to do: it has the same spots in another order: save it again from GenePix, without sorting "
        "the table"
    )


def test_a_longer_array_is_an_error():
    path = FIXTURES / "extra_row.gpr"
    assert message(lambda: read_arrays([FIRST, path])) == (
        f"{path}: this array does not have the same spots as the first (found spot 41: Block 2, Row 4, Column 5, "
        f"ID 'Empty'; expected no spot, the table ends after 40 spots, as in {FIRST})\n"
        "  What to do: it has 41 spots, the first has 40: a file may be cut, or hold rows that were added by "
        "hand; save both again from GenePix"
    )


def test_a_shorter_array_is_an_error():
    path = FIXTURES / "cut_at_row_end.gpr"
    assert "(found spot 33: no spot, the table ends after 32 spots; expected Block 2, Row 3, Column 3" in message(
        lambda: read_arrays([FIRST, path])
    )


def test_another_id_on_the_same_lot_is_an_error():
    path = FIXTURES / "bad/other_ids.gpr"
    assert message(lambda: read_arrays([FIRST, SECOND, path])) == (
        f"{path}: this array does not have the same spots as the first (found spot 12: Block 1, Row 3, Column 2, "
        f"ID '99999'; expected Block 1, Row 3, Column 2, ID '42865', as in {FIRST})\n"
        "  What to do: both should be scans of one GAL lot: use the same array list (GAL) in GenePix for both, or "
        "leave one out"
    )


def test_lots_that_do_not_name_themselves_are_not_joined(tmp_path):
    lot = read_genepix(OTHER_LOT)
    path = tmp_path / "unnamed.gpr"
    path.write_bytes(genepix_bytes(replace(lot, sources=(replace(lot.sources[0], gal_file=""),))))
    assert "the files must name them (GalFile=)" in message(lambda: read_arrays([FIRST, path]))


def test_other_names_for_the_same_ids_are_a_warning(tmp_path):
    probes = read_genepix(FIRST).probes
    names = [name.replace("U6-snRNA-1", "U6") for name in probes.name]
    path = write_like(tmp_path / "renamed.gpr", probes=ProbeTable(probes.id, text_array(names), probes.kind))
    arrays = read_arrays([FIRST, path])
    assert arrays.probes.name[5] == "U6-snRNA-1"
    assert arrays.sources[1].warnings == (
        f"4 spots named otherwise than in {FIRST}, whose names are used (first 'U6' for 'U6-snRNA-1')",
    )


def test_the_same_content_under_two_names_is_a_warning(tmp_path):
    twin = Path(shutil.copy(FIRST, tmp_path / "twin.gpr"))
    assert read_arrays([FIRST, twin]).sources[1].warnings == (f"the file has the same content as {FIRST}",)


# GAL lots


def test_gal_lots_are_joined_on_id_replicate_by_replicate():
    arrays = read_arrays([FIRST, OTHER_LOT, SECOND])
    # In lot 2 every probe lies 3 spots further, so that it loses none: 10 probes × 4 replicates on both.
    assert arrays.n_spots == 40
    assert arrays.layout is None
    assert arrays.dropped == ()
    lot = read_genepix(OTHER_LOT)
    ids = arrays.probes.id
    for probe in set(ids):
        own = np.flatnonzero(ids == probe)
        there = np.flatnonzero(lot.probes.id == probe)  # the file is in slide order
        np.testing.assert_array_equal(
            arrays.channels["532"].foreground[own, 1], lot.channels["532"].foreground[there, 0]
        )
        np.testing.assert_array_equal(arrays.flags[own, 1], lot.flags[there, 0])
    np.testing.assert_array_equal(
        arrays.channels["532"].foreground[:, 2], 1.5 * arrays.channels["532"].foreground[:, 0]
    )


def test_what_another_lot_lacks_is_left_out_and_counted(tmp_path):
    lot = read_genepix(OTHER_LOT)
    ids = lot.probes.id.copy()
    ids[ids == "6880"] = "new probe"  # 4 spots of U6 are another probe on this lot
    ids[np.flatnonzero(ids == "Empty")[0]] = "42865"  # and one Empty spot a fifth replicate of 42865
    path = tmp_path / "lot2.gpr"
    path.write_bytes(genepix_bytes(replace(lot, probes=ProbeTable(ids, lot.probes.name, lot.probes.kind))))
    arrays = read_arrays([FIRST, path])
    assert arrays.n_spots == 40 - 4 - 1
    assert list(arrays.probes.id).count("42865") == 4
    assert list(arrays.probes.id).count("Empty") == 3
    assert arrays.dropped == (
        "GAL lot miRCURY_lot1.gal: 5 of 40 spots left out (1 ID not on every lot; the rest more replicates than "
        "another lot has)",
        "GAL lot miRCURY_lot2.gal: 5 of 40 spots left out (1 ID not on every lot; the rest more replicates than "
        "another lot has)",
    )


def test_lots_with_nothing_in_common_are_an_error():
    path = FIXTURES / "bad/other_chip.gpr"
    assert message(lambda: read_arrays([FIRST, path])) == (
        f"{path}: these GAL lots have no probe ID in common (found other_chip.gal; expected a lot of the same "
        f"chip as miRCURY_lot1.gal of {FIRST})\n  What to do: arrays of different chips can't be analyzed together"
    )


lots = st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=12), min_size=2, max_size=3)


@given(lots)
def test_a_join_pairs_the_kth_replicate_with_the_kth_and_loses_none_that_has_a_partner(lots):
    joined = join_replicates([text_array(lot) for lot in lots], [np.arange(len(lot)) for lot in lots])
    numbered = [[(label, lot[:i].count(label)) for i, label in enumerate(lot)] for lot in lots]
    expected = [spot for spot in numbered[0] if all(spot in others for others in numbered)]
    for spots, lot in zip(joined, numbered, strict=True):
        assert [lot[i] for i in spots] == expected


# Channels, background, flags


def test_only_channels_that_every_file_has_are_kept():
    arrays = read_arrays([FIRST, FIXTURES / "wavelength_123.gpr"])
    assert list(arrays.channels) == ["532"]
    assert arrays.dropped == ("channel 635: in 1 of 2 files only", "channel 123: in 1 of 2 files only")


def test_no_channel_in_common_is_an_error():
    one, other = FIXTURES / "v3_one_channel.gpr.gz", FIXTURES / "atf_comma.gpr"
    assert message(lambda: read_arrays([one, other])) == (
        f"{other}: the files have no channel in common (found channels 635; expected channels 532, as in {one})\n"
        "  What to do: normalize the files of each channel apart"
    )


def test_a_background_that_only_some_files_have_is_an_error():
    path = FIXTURES / "no_background.gpr"
    assert message(lambda: read_arrays([FIRST, path])) == (
        f"{path}: this file has no background of channel 635, others have (expected background of channel 635 as "
        f"in {FIRST})\n  What to do: save all files with the same columns"
    )


def test_saturation_that_only_some_files_have_is_not_kept(tmp_path):
    channels = read_genepix(FIRST).channels
    bare = {name: Channel(c.foreground, c.background) for name, c in channels.items()}
    arrays = read_arrays([FIRST, write_like(tmp_path / "bare.gpr", channels=bare)])
    assert arrays.channels["532"].saturated is None


# Formats


def test_mixed_formats_are_an_error(tmp_path):
    table = tmp_path / "raw.csv"
    table.write_text("ID,Name,S1\n1,hsa-miR-1,100\n")
    assert message(lambda: read_arrays([FIRST, table])) == (
        f"{table}: the files of one study must be of one format (found matrix; expected genepix, as {FIRST} is)\n"
        "  What to do: normalize the two kinds of file apart"
    )


@pytest.mark.parametrize("names", [("mirna.txt", "GeneView.txt"), ("GeneView.txt", "mirna.txt")])
def test_a_file_without_positions_beside_one_with_them_is_an_error(names):
    features, genes = (FIXTURES.parent / "agilent" / name for name in sorted(names, reverse=True))
    with pytest.raises(ArrayMismatchError, match="does not say where its spots lie, others do") as caught:
        read_arrays([FIXTURES.parent / "agilent" / name for name in names])
    assert (caught.value.path, caught.value.expected) == (str(genes), f"a file of the same kind as {features}")


def test_a_file_that_holds_no_arrays_is_an_error(tmp_path):
    path = tmp_path / "sets.gmt"
    path.write_text("TERM A\tdescription\tTP53\tMYC\nTERM B\tdescription\tBCL2\tKRAS\n")
    assert "this file holds no values of samples" in message(lambda: read_arrays([path], format="gene-sets"))


def test_a_file_of_no_format_is_an_error(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear colleague,\nthe arrays are ready.\n")
    with pytest.raises(UnknownFormatError, match="no format that mirtool knows claims this file"):
        read_arrays([path])


@pytest.fixture
def table(tmp_path) -> Path:
    path = tmp_path / "raw.csv"
    path.write_text("ID,Name,S1,S2,S3\n1,hsa-miR-1,100,200,300\n1,hsa-miR-1,110,210,310\n2,Empty,5,,7\n")
    return path


def test_a_plain_table_gives_an_array_a_column(table):
    arrays = read_arrays([table])
    assert arrays.samples.names == ("S1", "S2", "S3")
    np.testing.assert_array_equal(
        arrays.channels["intensity"].foreground, [[100, 200, 300], [110, 210, 310], [5, np.nan, 7]]
    )
    assert list(arrays.probes.kind) == ["miRNA", "miRNA", "empty"]
    assert arrays.layout is None


def test_columns_of_a_plain_table_are_found_by_sample_name(table):
    sheet = write_sheet(table.parent, "sample,group\nS3,A\nS1,B\n")
    arrays = read_arrays([table], samples=sheet)
    assert arrays.samples.names == ("S3", "S1")
    assert arrays.samples.groups == ("A", "B")
    np.testing.assert_array_equal(arrays.channels["intensity"].foreground[0], [300, 100])
    assert arrays.dropped == (f"1 column of {table} not in the sample sheet: S2",)


def test_a_sheet_may_name_the_table_as_the_file_of_every_sample(table):
    sheet = write_sheet(table.parent, "sample,group,file\nS1,A,raw.csv\nS2,A,raw.csv\nS3,B,raw.csv\n")
    assert read_arrays([], samples=sheet).n_arrays == 3


def test_a_sample_that_is_no_column_of_the_table_is_an_error(table):
    sheet = write_sheet(table.parent, "sample,group\nS1,A\nS9,B\n")
    assert message(lambda: read_arrays([table], samples=sheet)) == (
        f"{table.parent}/samples.csv: 1 sample of the sample sheet not in the table {table} (found the columns "
        "S1, S2, S3; expected a column called S9)\n"
        "  What to do: write the names in the sheet as they are in the table, or take the lines out"
    )


def test_a_channel_of_a_plain_table_is_an_error(table):
    assert "a plain table has no channel 532" in message(lambda: read_arrays([table], channels=["532"]))


def test_tables_of_other_rows_are_an_error(table):
    other = table.parent / "other.csv"
    other.write_text("ID,Name,S4\n1,hsa-miR-1,100\n2,Empty,5\n")
    assert "(found spot 2: ID '2'; expected ID '1', as in" in message(lambda: read_arrays([table, other]))
