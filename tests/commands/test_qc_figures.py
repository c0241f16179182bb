import os

import pytest

from mirtool.cli import main
from mirtool.io.arrays.genepix import genepix_bytes
from mirtool.report.figures.quality_figures import STEMS
from mirtool.simulate.arrays import simulate_study
from mirtool.simulate.chip import ChipDesign

SMALL = ChipDesign(block_rows=6, block_columns=6, second_probes=0, mirplus=2, other_species=2, hidden=1,
                   landing_lights=1, empty=2)  # fmt: skip


@pytest.fixture
def study(tmp_path, monkeypatch):
    names = [f"hsa-miR-{i}-5p" for i in range(150)]
    arrays = simulate_study(names, seed=2, n_reference=2, n_tested=1, changes={}, design=SMALL).arrays
    lines = ["sample,group,file"]
    for j, (name, group) in enumerate(zip(arrays.samples.names, arrays.samples.groups, strict=True)):
        (tmp_path / f"{name}.gpr").write_bytes(genepix_bytes(arrays, j))
        lines.append(f"{name},{group},{name}.gpr")
    (tmp_path / "samples.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_study_gets_every_figure_twice(study, capsys):
    assert main(["qc"]) == 0
    names = {path.name for path in (study / "figures").iterdir()}
    assert names == {"captions.md", *(f"{stem}{suffix}" for stem in STEMS for suffix in (".png", ".svg"))}
    captions = (study / "figures/captions.md").read_text(encoding="utf-8")
    assert all(f"## {stem}.png, {stem}.svg" in captions for stem in STEMS)
    assert "48 blocks in 12 rows of 4, as X and Y of the spots say." in captions
    assert f"Wrote figures{os.sep}: qc_arrays.png/svg, qc_boxplots.png/svg" in capsys.readouterr().err


def test_the_same_arrays_give_the_same_bytes(study):
    assert main(["qc", "--figures", "first"]) == main(["qc", "--figures", "again"]) == 0
    for stem in ("qc_arrays", "qc_ma", "qc_residuals"):
        for suffix in (".png", ".svg"):
            first, again = (study / folder / f"{stem}{suffix}" for folder in ("first", "again"))
            assert first.read_bytes() == again.read_bytes()


def test_files_get_figures_where_they_are_asked_for_only(study, capsys):
    files = ["P01.gpr", "P02.gpr"]
    assert main(["qc", *files]) == 0
    assert not (study / "figures").exists()
    assert main(["qc", *files, "--figures", "plots"]) == 0
    assert (study / "plots" / "qc_arrays.png").exists()
    assert main(["qc", "--no-figures"]) == 0
    assert not (study / "figures").exists()
    capsys.readouterr()
    assert main(["qc", "--figures", "plots", "--no-figures"]) == 2
    assert "contradict each other" in capsys.readouterr().err
