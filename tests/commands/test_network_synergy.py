"""``mirtool network --beyond-seed`` and ``--modules``: what they write, what they say, what they refuse."""

import csv
import json
from pathlib import Path

import pytest

from mirtool.cli import main

# The measures are worked out in tests/network/test_seed_families.py and test_modules.py.
INTERACTIONS = """\
miRNA,gene
hsa-miR-16-5p,G6
hsa-miR-16-5p,G7
hsa-miR-16-5p,G8
hsa-miR-17-5p,G1
hsa-miR-17-5p,G2
hsa-miR-17-5p,G3
hsa-miR-20a-5p,G2
hsa-miR-20a-5p,G3
hsa-miR-20a-5p,G4
hsa-miR-21-5p,G3
hsa-miR-21-5p,G5
hsa-miR-93-5p,G3
hsa-miR-93-5p,G9
hsa-miR-93-5p,G10
"""
MODULAR = """\
miRNA,gene
hsa-miR-17-5p,G1
hsa-miR-17-5p,G2
hsa-miR-17-5p,G3
hsa-miR-17-5p,G4
hsa-miR-20a-5p,G1
hsa-miR-20a-5p,G2
hsa-miR-20a-5p,G3
hsa-miR-20a-5p,G5
hsa-miR-21-5p,G3
hsa-miR-21-5p,G6
hsa-miR-21-5p,G7
hsa-miR-21-5p,G8
"""
GMT = "repair\tR:1\tG1\tG2\tG3\ngrowth\tR:2\tG4\tG5\tG6\nrest\tR:3\tG1\tG7\tG8\n"
PPI = "gene1,gene2,score\n" + "".join(f"G{i},G{i + 1},0.9\n" for i in range(1, 8)) + "G1,G8,0.2\nG1,G1,1\n"
NAMES = "hsa-miR-21-5p,hsa-miR-17-5p,hsa-miR-20a-5p"
SEED_CALL = ("network", "--mirnas", NAMES, "--interactions", "mti.csv", "--evidence", "all", "--gene-sets", "none")
MODULE_CALL = (
    "network", "--mirnas", NAMES, "--interactions", "modular.csv", "--evidence", "all", "--gene-sets", "sets.gmt",
    "--min-size", "3", "--null", "genes", "--modules", "--module-fdr", "0.2",
)  # fmt: skip

TARGETS_SAID = """\
2 of 3 pairs beyond the seed, 3 with it.
  (without the targets that 2 or more miRNAs of a seed family have in common)
  no longer: hsa-miR-17-5p and hsa-miR-20a-5p, 2 shared targets, 0 beyond the seed
Highest synergy beyond the seed:
  miRNA           synergy beyond seed  partners beyond seed  synergy
  hsa-miR-21-5p                     2                     2        2
  hsa-miR-17-5p                     1                     1        3
  hsa-miR-20a-5p                    1                     1        3
"""
FAMILY_SAID = """\
Beyond the seed, 3 miRNAs are 2 units; 1 of 1 pair of units share more targets than expected by chance.
Of 3 significant pairs of miRNAs 1 is not significant as units: 1 is within one unit.
Highest synergy beyond the seed:
  family                        synergy beyond seed  partners beyond seed
  hsa-miR-17-5p/hsa-miR-20a-5p                    1                     1
  hsa-miR-21-5p                                   1                     1
"""
FAMILIES = """\
family A,family B,shared targets,Jaccard,expected,P,FDR,significant,shared genes
hsa-miR-21-5p,hsa-miR-17-5p/hsa-miR-20a-5p,1,0.2,0.8,0.667,0.667,yes,G3
"""
MODULES_SAID = """\
1 of 3 pairs synergistic by functional modules; 0 of them share more targets than expected by chance, 1 \
has one seed.
Functional modules:
  gene sets  sets.gmt
  tested     3 for each of 3 pairs; 3 shared targets or more in a term
  enriched   1 term in 1 pair (FDR ≤ 0.2)
  proteins   ppi.csv, 7 interactions
             1 row with a score below 0.5 dropped
             1 row of a gene with itself dropped
             7 rows collapsed to 7 pairs
             largest component of 8 genes, 8 of them known targets
  close      1 of these terms (both P <= 0.15 against 1000 degree-matched random sets)
  hsa-miR-17-5p and hsa-miR-20a-5p: 1 module, the first: repair
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("mti.csv", INTERACTIONS), ("modular.csv", MODULAR), ("sets.gmt", GMT), ("ppi.csv", PPI)):
        Path(name).write_text(text)
    return tmp_path


def rows_of(path: str) -> list[dict[str, str]]:
    lines = Path(path).read_text().splitlines()
    return list(csv.DictReader(line for line in lines if not line.lstrip('"').startswith("# ")))


def summary() -> dict:
    return json.loads(Path("network.run.json").read_text())["runs"]["network"]["summary"]


def test_beyond_the_seed_by_targets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SEED_CALL, "-v", "--alpha", "0.85", "--beyond-seed", "targets"]) == 0
    assert TARGETS_SAID in capsys.readouterr().err
    rows = {(row["miRNA A"], row["miRNA B"]): row for row in rows_of("network_pairs.csv")}
    row = rows["hsa-miR-17-5p", "hsa-miR-20a-5p"]
    assert (row["significant"], row["significant beyond seed"], row["shared targets beyond seed"]) == (
        "yes",
        "no",
        "0",
    )
    assert row["expected beyond seed"] == "0.125"
    assert rows["hsa-miR-21-5p", "hsa-miR-17-5p"]["FDR beyond seed"] == "0.8"
    nodes = {row["name"]: row for row in rows_of("network_nodes.csv")}
    assert (nodes["hsa-miR-17-5p"]["synergy"], nodes["hsa-miR-17-5p"]["synergy beyond seed"]) == ("3", "1")
    assert summary()["significant_pairs_beyond_seed"] == 2


def test_beyond_the_seed_by_family(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*SEED_CALL, "-v", "--alpha", "0.85", "--beyond-seed", "family"]) == 0
    said = capsys.readouterr().err
    assert FAMILY_SAID in said
    assert ", network_families.csv, " in said
    assert Path("network_families.csv").read_text() == FAMILIES
    same = [row for row in rows_of("network_pairs.csv") if row["same seed"] == "yes"]
    assert [row["P beyond seed"] for row in same] == ["NA"]
    assert summary()["significant_pairs_of_families"] == 1
    assert main([*SEED_CALL, "-v"]) == 0
    assert "Warning: network_families.csv is from an earlier run" in capsys.readouterr().err


def test_a_mirna_without_a_known_seed_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    call = [*SEED_CALL, "--mirnas", "hsa-miR-99999-5p,hsa-miR-17-5p"]
    Path("mti.csv").write_text(INTERACTIONS + "hsa-miR-99999-5p,G1\n")
    assert main([*call, "-v", "--beyond-seed", "targets"]) == 0
    assert "1 miRNA without a known seed: compared by name only." in capsys.readouterr().err


def test_modules_and_their_closeness(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*MODULE_CALL, "-v", "--ppi", "ppi.csv", "--ppi-score", "0.5", "--ppi-p", "0.15"]) == 0
    assert MODULES_SAID in capsys.readouterr().err
    (row,) = rows_of("network_modules.csv")
    assert (row["miRNA A"], row["miRNA B"], row["same seed"]) == ("hsa-miR-17-5p", "hsa-miR-20a-5p", "yes")
    assert (row["term"], row["hits"], row["genes"], row["close"]) == ("repair", "3", "G1;G2;G3", "yes")
    assert row["path length"] == "1.33333333333"
    assert [row["synergistic by modules"] for row in rows_of("network_pairs.csv")] == ["yes", "no", "no"]
    assert (summary()["modules"], summary()["pairs_synergistic_by_modules"]) == (1, 1)
    inputs = json.loads(Path("network.run.json").read_text())["runs"]["network"]["inputs"]
    assert set(inputs) == {"modular.csv", "sets.gmt", "ppi.csv"}


def test_the_same_seed_gives_the_same_bytes() -> None:
    call = [*MODULE_CALL, "--ppi", "ppi.csv", "--ppi-p", "0.5"]
    written = []
    for options in ([], ["--workers", "2"], ["--seed", "2"]):
        assert main([*call, *options]) == 0
        written.append(Path("network_modules.csv").read_bytes())
    assert written[0] == written[1] != written[2]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([*SEED_CALL, "--beyond-seed", "seed"], 2, "unknown seed correction 'seed'"),
        ([*SEED_CALL, "--modules"], 2, "--modules needs gene sets"),
        ([*SEED_CALL, "--ppi", "ppi.csv"], 2, "add --modules"),
        ([*MODULE_CALL, "--ppi", "none.csv"], 1, "none.csv: no such file"),
        ([*MODULE_CALL, "--ppi", "sets.gmt"], 1, "sets.gmt"),
        (
            [*MODULE_CALL, "--ppi", "ppi.csv", "--ppi-draws", "9"],
            2,
            "with 9 random sets no P can be as small as 0.05",
        ),
        ([*MODULE_CALL, "--module-fdr", "2"], 2, "module fdr is out of range"),
    ],
)
def test_what_is_refused(
    arguments: list[str], code: int, message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(path.name for path in Path().iterdir())
    assert main(arguments) == code
    assert message in capsys.readouterr().err
    assert sorted(path.name for path in Path().iterdir()) == before


def test_strings_symbols_found_beside_its_links_are_in_the_record() -> None:
    links, info = "9606.protein.links.v12.0.txt", "9606.protein.info.v12.0.txt"
    ids = {f"G{i}": f"9606.ENSP{i:011d}" for i in range(1, 9)}
    rows = [f"{ids[f'G{i}']} {ids[f'G{i + 1}']} 900" for i in range(1, 8)]
    Path(links).write_text("\n".join(["protein1 protein2 combined_score", *rows]) + "\n")
    symbols = [f"{own}\t{gene}\t100\t-" for gene, own in ids.items()]
    Path(info).write_text(
        "\n".join(["#string_protein_id\tpreferred_name\tprotein_size\tannotation", *symbols]) + "\n"
    )
    assert main([*MODULE_CALL, "--ppi", links]) == 0
    assert set(json.loads(Path("network.run.json").read_text())["runs"]["network"]["inputs"]) >= {links, info}
