"""Names in all releases of miRBase, the release of a list, and the spellings of other programs."""

import re
from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mirtool.annotation.mirna_names import MirnaNames, Status, slash_parts
from mirtool.annotation.mirna_names.releases import (
    RELEASES,
    names_of_accession,
    names_of_species,
    parse_release,
    releases_in,
)
from mirtool.errors import UsageError

SEVERAL_SPECIES = ("aae", "ath", "cel", "dme", "dre", "ebv", "gga", "hcmv", "kshv", "mghv", "mmu", "osa", "rno")
TWICE_IN_ONE_RELEASE = {("gga-miR-181a", "7.0"), ("ssc-miR-135", "8.2"), ("hsa-miR-516a-5p", "10.0")}
"""Names that two accessions had in the same release: the release cannot decide them."""


@pytest.fixture(scope="module")
def by_release():
    return {release: MirnaNames(release=release) for release in RELEASES}


@pytest.fixture(scope="module")
def names():
    return MirnaNames()


def rows_of(species):
    return [row for rows in names_of_species(species).values() for row in rows]


# The table


def test_the_numbers_of_human_names():
    # Counted from miRBase's files: miRNA.xls of 6.0 to 15.0, miRNA.diff of 16 to 22 and mature.fa of 22.1.
    rows = rows_of("hsa")
    in_release = Counter(release for row in rows for release in releases_in(row.span))
    assert len(rows) == 3486
    assert [in_release[release] for release in ("16.0", "17.0", "18.0", "21.0", "22.0", "22.1")] == [
        1223, 1733, 1921, 2588, 2656, 2656,
    ]  # fmt: skip
    bearers = {name: len(own) for name, own in names_of_species("hsa").items()}
    assert Counter(bearers.values()) == {1: 3450, 2: 18}


def test_a_name_may_go_and_come_back():
    (row,) = names_of_species("hsa")["hsa-miR-17-5p"]
    assert row.span == "6.0-9.2,18.0-22.1"
    assert [own.name for own in names_of_accession("MIMAT0000070")] == ["hsa-miR-17-5p", "hsa-miR-17"]
    assert names_of_accession("MIMAT9999999") == ()


@pytest.mark.parametrize("text", ["5", "23", "22.3", "", "twelve"])
def test_a_release_that_mirbase_does_not_have(text):
    with pytest.raises(UsageError, match="unknown release of miRBase"):
        parse_release(text)


# Every name in its release


def test_every_human_name_resolves_to_its_accession_in_each_release(by_release):
    n = 0
    for row in rows_of("hsa"):
        for release in releases_in(row.span):
            found = by_release[release].resolve(row.name)
            if (row.name, release) in TWICE_IN_ONE_RELEASE:
                assert found.status is Status.AMBIGUOUS
                continue
            assert found.accession == row.accession, (row, release)
            assert found.status is (
                Status.CURRENT
                if row.is_current
                else Status.RENAMED
                if names_of_accession(row.accession)[-1].is_current or found.name
                else Status.DEAD
            )
            n += 1
    assert n > 25_000


@given(st.sampled_from([row for species in SEVERAL_SPECIES for row in rows_of(species)]), st.data())
def test_every_name_of_other_species_too(by_release, row, data):
    release = data.draw(st.sampled_from(sorted(releases_in(row.span))))
    if (row.name, release) not in TWICE_IN_ONE_RELEASE:
        assert by_release[release].resolve(row.name).accession == row.accession


@given(st.sampled_from(rows_of("hsa") + rows_of("mmu") + rows_of("rno")))
def test_a_name_that_one_accession_has_had_needs_no_release(names, row):
    bearers = names_of_species(row.name[:3])[row.name]
    found = names.resolve(row.name)
    if len(bearers) == 1:
        assert found.accession == row.accession
        assert found.release is None
    else:
        assert found.status is Status.AMBIGUOUS
        assert {candidate.accession for candidate in found.candidates} == {own.accession for own in bearers}


# The release of a list


def test_the_release_in_which_most_names_exist_decides(names):
    # mmu-miR-378 was MIMAT0000742 (378a-5p today) in 6.0 to 9.2 and MIMAT0003151 (378a-3p) in 10.0 to 17.0.
    # mmu-miR-1186 came in 11.0, mmu-miR-699 went after 12.0: 12.0 is the newest with both.
    chip = names.for_names(["mmu-miR-378", "mmu-miR-699", "mmu-miR-1186", "Empty"])
    assert (chip.choice.title, chip.choice.n_found, chip.choice.n_names) == ("miRBase 12", 3, 3)
    found = chip.resolve("mmu-miR-378")
    assert (found.status, found.name, found.release) == (Status.RENAMED, "mmu-miR-378a-3p", chip.choice)
    assert found.note == "2 accessions have had this name; decided by miRBase 12"
    # mmu-miR-17-3p has been a name of MIMAT0000650 from 6.0 to 9.2, and again from 18.0 on.
    assert names.for_names(["mmu-miR-378", "mmu-miR-17-3p", "mmu-miR-376a"]).choice.title == "miRBase 9.2"


def test_each_part_of_a_slash_name_counts_in_the_choice(names):
    chip = names.for_names(["mmu-miR-378/mmu-miR-699", "mmu-miR-1186"])
    assert (chip.choice.title, chip.choice.n_found) == ("miRBase 12", 2)
    assert chip.resolve("mmu-miR-378/mmu-miR-16").name == "mmu-miR-378a-3p/mmu-miR-16-5p"


def test_nothing_is_decided_where_only_shared_names_are_listed_or_none(names):
    assert names.for_names(["mmu-miR-378"]).choice is None
    assert names.for_names(["mmu-miR-16", "hsa-miR-21-5p"]).choice is None
    assert names.for_names([]).choice is None


def test_the_release_named_by_the_user_is_kept():
    old = MirnaNames(release="9.2").for_names(["mmu-miR-378", "mmu-miR-699", "mmu-miR-1186"])
    assert old.resolve("mmu-miR-378").name == "mmu-miR-378a-5p"
    assert old.by_own_release(["mmu-miR-378", "mmu-miR-1186"]).resolve("mmu-miR-378").name == "mmu-miR-378a-3p"
    # A shared name that the release does not have stays ambiguous.
    assert MirnaNames(release="22.1").resolve("mmu-miR-378").status is Status.AMBIGUOUS


@pytest.mark.parametrize("name", ["gga-miR-181a", "ssc-miR-135", "hsa-miR-516a-5p"])
def test_two_accessions_in_one_release_stay_ambiguous(name):
    release = next(release for own, release in TWICE_IN_ONE_RELEASE if own == name)
    assert MirnaNames(release=release).resolve(name).status is Status.AMBIGUOUS


# Spellings of other programs


@pytest.mark.parametrize(
    ("text", "name", "note"),
    [
        ("hsa.miR.21.5p", "hsa-miR-21-5p", "read as hsa-miR-21-5p"),
        ("hsa_miR_21_5p", "hsa-miR-21-5p", "read as hsa-miR-21-5p"),
        ("hsa.let.7a", "hsa-let-7a-5p", "read as hsa-let-7a; hsa-let-7a in miRBase 6 to 17"),
        ("hsa.miR.376a.", "hsa-miR-376a-5p", "read as hsa-miR-376a*; hsa-miR-376a* in miRBase 8 to 17"),
        ("hsa-miR-21-5p_st", "hsa-miR-21-5p", "suffix _st left out"),
        ("hsa-miR-10a-star_st", "hsa-miR-10a-3p", "suffix _st left out; -star read as *"),
        ("MIMAT0000062_st", "hsa-let-7a-5p", "read as MIMAT0000062; given as an accession"),
        ("mature,MIMAT0000062", "hsa-let-7a-5p", "read as MIMAT0000062; given as an accession"),
        ("hsa-miR-16-4373121", "hsa-miR-16-5p", "assay number 4373121 left out; hsa-miR-16 in miRBase 6 to 17"),
        ("hsa-miR-126-002228", "hsa-miR-126-3p", "assay number 002228 left out; hsa-miR-126 in miRBase 6 to 17"),
        ("002228_hsa-miR-126", "hsa-miR-126-3p", "assay number 002228 left out; hsa-miR-126 in miRBase 6 to 17"),
        ("X002228_hsa.miR.126", "hsa-miR-126-3p", "assay number X002228 left out; read as hsa-miR-126"),
        ("hsa-miR-126#", "hsa-miR-126-5p", "# read as *"),
        ("hsa-miR-17-5p_v18.0", "hsa-miR-17-5p", "suffix _v18.0 left out"),
        ("hsa-miR-34b_v9.0", "hsa-miR-34b-5p", "suffix _v9.0 left out; 2 accessions"),
        ("hsa-miR-34b_v18.0", "", "suffix _v18.0 left out; 2 accessions"),
        ("kshv.miR.K12.1", "kshv-miR-K12-1-5p", "read as kshv-miR-K12-1"),
    ],
)
def test_what_programs_make_of_names_is_undone_and_noted(names, text, name, note):
    found = names.resolve(text)
    assert (found.given, found.name) == (text, name)
    assert found.note.startswith(note)


def test_hairpin_probes_are_precursors(names):
    found = names.resolve("hp_hsa-let-7b_s_st")
    assert (found.status, found.accession) == (Status.PRECURSOR, "MI0000063")
    assert names.resolve("hsa.mir.16.1").accession == names.resolve("MI0000070_st").accession == "MI0000070"


def test_a_species_is_put_before_names_in_r_spelling():
    assert MirnaNames(species="hsa").resolve("miR.21.5p").name == "hsa-miR-21-5p"


@given(st.sampled_from(rows_of("hsa") + rows_of("mmu") + rows_of("ebv")), st.sampled_from("._"))
def test_every_name_is_found_in_r_spelling(names, row, mark):
    found, plain = names.resolve(re.sub(r"[^0-9A-Za-z]", mark, row.name)), names.resolve(row.name)
    assert found.accession in (plain.accession, "")
    if not found.accession:  # another name looks the same in this spelling
        assert found.status is Status.AMBIGUOUS


@given(st.sampled_from(rows_of("hsa") + rows_of("mmu")), st.sampled_from(["{}_st", "002228_{}", "{}-4373121"]))
def test_every_name_is_found_with_what_instruments_add(names, row, pattern):
    found, plain = names.resolve(pattern.format(row.name)), names.resolve(row.name)
    assert (found.status, found.matures, found.candidates) == (plain.status, plain.matures, plain.candidates)


# Slash names


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("hsa-miR-190a/b-3p", ["hsa-miR-190a-3p", "hsa-miR-190b-3p"]),
        ("hsa-miR-199a/b-3p", ["hsa-miR-199a-3p", "hsa-miR-199b-3p"]),
        ("hsa-miR-199a-3p/b", ["hsa-miR-199a-3p", "hsa-miR-199b-3p"]),
        ("hsa-miR-199a-5p/199b-5p", ["hsa-miR-199a-5p", "hsa-miR-199b-5p"]),
        ("hsa-miR-548a/d/x-3p", ["hsa-miR-548a-3p", "hsa-miR-548d-3p", "hsa-miR-548x-3p"]),
        ("hsa-let-7a-5p/7c-5p", ["hsa-let-7a-5p", "hsa-let-7c-5p"]),
        ("hsa-let-7a/let-7b-5p", ["hsa-let-7a", "hsa-let-7b-5p"]),
        ("hsa-miR-17-5p/106a", ["hsa-miR-17-5p", "hsa-miR-106a-5p"]),
        ("hsa-miR-15a/15b/16", ["hsa-miR-15a", "hsa-miR-15b", "hsa-miR-16"]),
        ("hsa-miR-1/206", ["hsa-miR-1", "hsa-miR-206"]),
        ("hsa-miR-9/9*", ["hsa-miR-9", "hsa-miR-9*"]),
        ("hsa-miR-21-5p/3p", ["hsa-miR-21-5p", "hsa-miR-21-3p"]),
        ("ebv-miR-BART1-5p/3p", ["ebv-miR-BART1-5p", "ebv-miR-BART1-3p"]),
        ("hsa-miR-16/hsa-miR-21-5p", ["hsa-miR-16", "hsa-miR-21-5p"]),
        ("mmu-miR-297a*/mmu-miR-297c*/mmu-miR-297b-3p", ["mmu-miR-297a*", "mmu-miR-297c*", "mmu-miR-297b-3p"]),
        ("hsa-miR-16/miR-15a", ["hsa-miR-16", "hsa-miR-15a"]),
        ("hsa-miR-16-5p", ["hsa-miR-16-5p"]),
        ("U6/b", ["U6", "b"]),
        ("", []),
    ],
)
def test_short_parts_are_completed_by_their_neighbors(text, parts):
    assert list(slash_parts(text)) == parts


def test_a_short_slash_name_is_each_of_its_mirnas(names):
    found = names.resolve("hsa-miR-190a/b-3p")
    assert (found.status, found.name) == (Status.CURRENT, "hsa-miR-190a-3p/hsa-miR-190b-3p")
    assert found.note.startswith("read as hsa-miR-190a-3p/hsa-miR-190b-3p")


def test_a_short_slash_name_with_a_part_that_never_was_is_refused_as_a_whole(names):
    found = names.resolve("hsa-miR-190a/z-3p")
    assert (found.status, found.best_name, found.parts) == (Status.SLASH, "hsa-miR-190a/z-3p", ())
    assert "hsa-miR-190z-3p: unknown" in found.note


@given(st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "i"]), st.sampled_from("abcdefgi"))
def test_the_arm_after_the_last_letter_is_that_of_both(first, second):
    assume(first != second)  # hsa-let-7a/a-5p would be two names of one miRNA
    parts = slash_parts(f"hsa-let-7{first}/{second}-5p")
    assert set(parts) == {f"hsa-let-7{first}-5p", f"hsa-let-7{second}-5p"}
