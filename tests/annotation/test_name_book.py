"""What a name is called now: every status by a small source, and every historic name of the real files."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.mirbase import mature_mirnas, precursors
from mirtool.annotation.mirna_names import MirnaNames, Status
from mirtool.io.mirnas.aliases import read_aliases

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "mirna_names"
BY_RELEASE = Path(__file__).resolve().parents[2] / "../shared/data/mirbase/hsa_mature_names_by_miRBase_version.tsv"
needs_real = pytest.mark.skipif(not BY_RELEASE.exists(), reason="the names by release are not here")


@pytest.fixture(scope="module")
def book():
    """The embedded tables alone."""
    return MirnaNames()


@pytest.fixture(scope="module")
def newest():
    """The embedded tables, and names known to be of the newest release."""
    return MirnaNames(release="22.1")


@pytest.fixture(scope="module")
def informed():
    """The embedded tables and one source of each format."""
    return MirnaNames([read_aliases(path) for path in sorted(FIXTURES.iterdir())])


def candidates(found):
    return [(candidate.name, candidate.accession) for candidate in found.candidates]


# Names that represent one miRNA


def test_a_current_name(book):
    found = book.resolve("hsa-miR-16-5p")
    assert (found.status, found.name, found.accession) == (Status.CURRENT, "hsa-miR-16-5p", "MIMAT0000069")
    assert (found.sequence, found.seed, found.species) == ("UAGCAGCACGUAAAUAUUGGCG", "AGCAGCA", "hsa")
    assert found.note == ""


def test_an_accession(book):
    found = book.resolve("MIMAT0000069")
    assert (found.status, found.name, found.note) == (Status.CURRENT, "hsa-miR-16-5p", "given as an accession")


def test_a_name_of_an_earlier_release(book):
    found = book.resolve("rno-miR-322*")
    assert (found.status, found.name, found.accession) == (Status.RENAMED, "rno-miR-322-3p", "MIMAT0000547")
    assert found.note == "rno-miR-322* in miRBase 10 to 18"


def test_a_name_without_arm_that_one_accession_has_had(book, informed):
    found = book.resolve("hsa-miR-16")
    assert (found.status, found.name, found.note) == (
        Status.RENAMED,
        "hsa-miR-16-5p",
        "hsa-miR-16 in miRBase 6 to 17",
    )
    assert informed.resolve("hsa-miR-16").note == (
        "hsa-miR-16 in miRBase 6 to 17; aliases.txt; mature_10.fa; miRBase 7.1 to 10 (names_by_release.tsv)"
    )


def test_a_name_that_never_was_is_not_guessed(book):
    # miR-3613 was found in release 16, with both arms named from the start.
    found = book.resolve("hsa-miR-3613")
    assert (found.status, found.name) == (Status.ARM_MISSING, "")
    assert [candidate.name for candidate in found.candidates] == ["hsa-miR-3613-3p", "hsa-miR-3613-5p"]
    assert book.resolve("hsa-miR-3613*").status is Status.STAR


def test_a_star_name(book):
    found = book.resolve("mmu-miR-376a*")
    assert (found.status, found.name) == (Status.RENAMED, "mmu-miR-376a-5p")


def test_let_7b_is_a_mirna_and_not_its_precursor(book):
    found = book.resolve("hsa-let-7b")
    assert (found.status, found.name, found.accession) == (Status.RENAMED, "hsa-let-7b-5p", "MIMAT0000063")


def test_the_seed_family_is_of_one_species(book):
    (mature,) = book.resolve("hsa-miR-16-5p").matures
    assert book.seed_family(mature) == (
        "hsa-miR-15a-5p", "hsa-miR-15b-5p", "hsa-miR-16-5p", "hsa-miR-195-5p", "hsa-miR-424-5p", "hsa-miR-497-5p",
        "hsa-miR-6838-5p",
    )  # fmt: skip


# Names that do not


def test_a_precursor_is_not_its_mature_mirna(book):
    found = book.resolve("hsa-mir-16-1")
    assert (found.status, found.name, found.accession) == (Status.PRECURSOR, "", "MI0000070")
    assert candidates(found) == [("hsa-miR-16-5p", "MIMAT0000069"), ("hsa-miR-16-1-3p", "MIMAT0004489")]
    assert book.resolve("MI0000070").candidates == found.candidates


def test_a_further_name_of_a_precursor(informed):
    found = informed.resolve("hsa-mir-16")
    assert (found.status, found.accession) == (Status.PRECURSOR, "MI0000070")
    assert found.note == "a precursor, not a mature miRNA: hsa-mir-16-1"


def test_a_name_that_two_accessions_have_had(book, informed):
    found = book.resolve("hsa-miR-34b")
    assert (found.status, found.name, found.note) == (Status.AMBIGUOUS, "", "2 accessions have had this name")
    assert [str(candidate) for candidate in found.candidates] == [
        "hsa-miR-34b-5p MIMAT0000685 [miRBase 6 to 9.2]",
        "hsa-miR-34b-3p MIMAT0004676 [miRBase 10 to 17]",
    ]
    assert (
        informed.resolve("hsa-miR-34b").candidates[1].why == "miRBase 10 to 17; miRBase 10 (names_by_release.tsv)"
    )


def test_a_current_name_that_another_accession_has_borne_is_ambiguous_too(tmp_path):
    path = tmp_path / "names.tsv"
    path.write_text("acc\tv9\nMIMAT0000062\thsa-miR-16-5p\n")
    found = MirnaNames([read_aliases(path)]).resolve("hsa-miR-16-5p")
    assert found.status is Status.AMBIGUOUS
    assert candidates(found) == [("hsa-let-7a-5p", "MIMAT0000062"), ("hsa-miR-16-5p", "MIMAT0000069")]


def test_a_dead_entry_by_name_and_by_accession(informed):
    found = informed.resolve("hsa-miR-1254")
    assert (found.status, found.name, found.accession) == (Status.DEAD, "", "MIMAT0005905")
    assert found.note.endswith("MIMAT0005905 is not in miRBase 22")
    assert informed.resolve("MIMAT0005905").status is Status.DEAD


def test_a_withdrawn_precursor(informed):
    found = informed.resolve("hsa-mir-801")
    assert (found.status, found.accession) == (Status.DEAD, "MI0005202")
    assert found.note == "withdrawn (miRNA.dead): Made up for this file: a fragment of another RNA."
    moved = informed.resolve("hsa-mir-899")
    assert (moved.status, candidates(moved)) == (Status.DEAD, [("", "MI0000070")])


@pytest.mark.parametrize(
    ("name", "status", "note"),
    [
        ("zzz-miR-16-5p", Status.UNKNOWN, "miRBase has no species zzz"),
        ("HSA-miR-16-5p", Status.UNKNOWN, "differs in upper and lower case from a current name"),
        ("hsa-mir-16-5p", Status.UNKNOWN, "differs in upper and lower case from a current name"),
        ("hsa-mir-99999", Status.UNKNOWN, "written as a precursor (mir in lower case), and not among those known"),
        ("hsa-miR-99999", Status.UNKNOWN, "in none of the sources"),
        ("miR-16-5p", Status.UNKNOWN, "no species before the name"),
        ("hsa-miRPlus-A1015", Status.UNKNOWN, "miRPlus names are Exiqon's own and were never in miRBase"),
        ("MIMAT9999999", Status.UNKNOWN, "in none of the sources"),
        ("Empty", Status.NOT_MIRNA, "not written as a miRNA's name"),
        ("=cmd", Status.NOT_MIRNA, "not written as a miRNA's name"),
        ("", Status.NOT_MIRNA, "empty"),
    ],
)
def test_what_stays_unknown(book, name, status, note):
    found = book.resolve(name)
    assert (found.status, found.name, found.note) == (status, "", note)
    assert found.best_name == name


# Spelling


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("hsa\N{NON-BREAKING HYPHEN}miR\N{EN DASH}16\N{MINUS SIGN}5p", "other dashes read as hyphens"),
        (" hsa-miR-16-5p\N{NO-BREAK SPACE}", "blanks around the name left out"),
        ("\N{ZERO WIDTH NO-BREAK SPACE}hsa-miR-16-5p", "blanks around the name left out"),
    ],
)
def test_other_dashes_and_blanks_are_read_and_said(book, text, note):
    found = book.resolve(text)
    assert (found.given, found.name, found.note) == (text, "hsa-miR-16-5p", note)


def test_a_species_for_names_without():
    human = MirnaNames(species="hsa")
    found = human.resolve("miR-16-5p")
    assert (found.status, found.name, found.note) == (Status.CURRENT, "hsa-miR-16-5p", "read as hsa-miR-16-5p")
    assert human.resolve("mmu-miR-16-5p").species == "mmu"
    assert human.resolve("Empty").status is Status.NOT_MIRNA


# Slash names


def test_each_part_of_a_slash_name_is_resolved(informed):
    found = informed.resolve("hsa-miR-16 / hsa-let-7a-5p")
    assert (found.status, found.name) == (Status.RENAMED, "hsa-miR-16-5p/hsa-let-7a-5p")
    assert found.accession == "MIMAT0000069/MIMAT0000062"
    assert found.seed == "AGCAGCA/GAGGUAG"


def test_two_names_of_one_mirna_are_one(informed):
    assert informed.resolve("hsa-miR-16/hsa-miR-16-5p").name == "hsa-miR-16-5p"


def test_a_slash_name_known_in_part(book):
    found = book.resolve("hsa-miR-95/hsa-miR-3613")
    assert (found.status, found.name, found.mapped) == (Status.SLASH, "", False)
    assert found.best_name == "hsa-miR-95-3p/hsa-miR-3613"
    assert found.note == (
        "hsa-miR-95: renamed (hsa-miR-95 in miRBase 6 to 19); hsa-miR-3613: arm missing (the arm is missing)"
    )
    assert candidates(found)[0] == ("hsa-miR-95-3p", "MIMAT0000094")


# Species that are not embedded


def test_names_of_every_species_are_known_and_a_mature_fasta_gives_sequences(book, informed):
    found = book.resolve("cel-let-7")
    assert (found.status, found.name, found.sequence) == (Status.RENAMED, "cel-let-7-5p", "")
    found = informed.resolve("cel-let-7")
    assert (found.name, found.sequence) == ("cel-let-7-5p", "UGAGGUAGUAGGUUGUAUAGUU")
    assert informed.seed_family(found.matures[0]) == ("cel-let-7-5p",)


def test_a_mature_fasta_stands_for_the_current_release_of_a_species_that_mirbase_lacks(tmp_path):
    path = tmp_path / "mine.fa"
    path.write_text(">zzz-miR-1 MIMAT9000001 Zzz\nUGGAAUGUAAAGAAGUAUGGAG\n")
    found = MirnaNames([read_aliases(path)]).resolve("zzz-miR-1")
    assert (found.status, found.name, found.note) == (Status.CURRENT, "zzz-miR-1", "current by mine.fa")


def test_names_alone_do_not_say_which_is_current(tmp_path):
    path = tmp_path / "aliases.txt"
    path.write_text("MIMAT9000001\tzzz-miR-1;zzz-miR-1-3p;\n")
    found = MirnaNames([read_aliases(path)]).resolve("zzz-miR-1")
    assert (found.status, candidates(found)) == (Status.UNKNOWN, [("", "MIMAT9000001")])
    assert "its current name is not known" in found.note


# Properties


@given(st.sampled_from(sorted(mature_mirnas())))
def test_a_current_name_and_its_accession_are_one(newest, name):
    book, found = newest, newest.resolve(name)
    assert (found.status, found.name) == (Status.CURRENT, name)
    assert book.resolve(found.accession).matures == found.matures
    assert name in book.seed_family(found.matures[0])


@given(st.text(max_size=30))
def test_any_text_ends_in_a_status_and_a_name_is_given_only_where_it_is_known(book, text):
    found = book.resolve(text)
    assert found.given == text
    assert found.mapped == bool(found.name)
    assert all(part in mature_mirnas() for part in found.name.split("/") if part)


@given(st.lists(st.sampled_from(["hsa-miR-95", "hsa-miR-16-5p", "hsa-miR-3613", "U6"]), min_size=1, max_size=4))
def test_a_slash_name_is_mapped_where_each_part_is(book, parts):
    assert book.resolve("/".join(parts)).mapped == all(book.resolve(part).mapped for part in parts)


def test_every_name_of_the_earlier_release_reaches_its_accession_or_is_dead():
    book = MirnaNames(release="18")
    for precursor in precursors().values():
        for accession, name in precursor.matures:
            found = book.resolve(name)
            assert found.accession == accession
            assert found.status in (Status.CURRENT, Status.RENAMED, Status.DEAD)


# Every historic name of the real files


@needs_real
def test_every_name_that_one_accession_has_borne_reaches_it_and_shared_names_are_ambiguous():
    bearers = defaultdict(set)
    with BY_RELEASE.open(newline="") as file:
        for accession, *names in list(csv.reader(file, delimiter="\t"))[1:]:
            for name in filter(None, names):
                bearers[name].add(accession)
    book = MirnaNames([read_aliases(BY_RELEASE)])
    reached = shared = 0
    for name, accessions in bearers.items():
        found = book.resolve(name)
        if len(accessions) == 1:
            assert {found.accession} == accessions, name
            assert found.status in (Status.CURRENT, Status.RENAMED, Status.DEAD), name
            reached += 1
        else:
            assert found.status is Status.AMBIGUOUS, name
            assert {candidate.accession for candidate in found.candidates} == accessions, name
            shared += 1
    assert (reached, shared) == (3450, 18)


@needs_real
def test_the_embedded_earlier_release_is_the_one_it_is_called():
    with BY_RELEASE.open(newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    expected = {row["acc"]: row["v18"] for row in rows if row["v18"]}
    human = (precursor.matures for name, precursor in precursors().items() if name.startswith("hsa-"))
    assert {accession: name for matures in human for accession, name in matures} == expected
