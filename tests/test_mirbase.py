"""The embedded miRBase table, against miRBase's own file where it is here."""

from pathlib import Path

import pytest

from mirtool.annotation.mirbase import mature_mirnas, seed, seed_of

FASTA = Path(__file__).resolve().parents[1] / "../shared/data/mirbase/hsa_mature_v22.fa"


def test_the_seed_is_positions_two_to_eight() -> None:
    # hsa-miR-16-5p is UAGCAGCACGUAAAUAUUGGCG.
    assert seed_of("UAGCAGCACGUAAAUAUUGGCG") == "AGCAGCA"
    assert seed("hsa-miR-16-5p") == seed("hsa-miR-15a-5p") == "AGCAGCA"


def test_a_name_is_matched_exactly() -> None:
    assert seed("hsa-miR-16") == seed("HSA-MIR-16-5P") == seed("miRPlus-A1015") == ""


def test_species() -> None:
    counts: dict[str, int] = {}
    for name in mature_mirnas():
        counts[name.split("-", 1)[0]] = counts.get(name.split("-", 1)[0], 0) + 1
    assert (counts["hsa"], counts["mmu"], counts["rno"], counts["ebv"]) == (2656, 1978, 764, 44)


@pytest.mark.skipif(not FASTA.exists(), reason="miRBase's file is not here")
def test_human_entries_are_those_of_mirbase_22() -> None:
    expected = {}
    for entry in FASTA.read_text().split(">")[1:]:
        title, *sequence = entry.splitlines()
        name, accession = title.split()[:2]
        expected[name] = (accession, "".join(sequence))
    ours = {name: tuple(mature) for name, mature in mature_mirnas().items() if name.startswith("hsa-")}
    assert ours == expected
