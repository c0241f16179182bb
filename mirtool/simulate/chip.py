"""A chip like miRCURY LNA: which probe lies on which spot. The simulation prints its arrays on it.

The plan follows what Exiqon's array lists and GSE20122 show: 48 blocks (12 × 4), every capture probe spotted
four times, once in each quarter of the slide; numeric probe IDs; two probes for some miRNAs; one probe, with a
slash name, for miRNAs of one sequence; probes of other species without a name. The positions and numbers are
drawn once from a fixed seed: a chip is printed the same way for every study.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mirtool.annotation.probes import classify_probes
from mirtool.errors import NotEnoughDataError
from mirtool.model import FloatArray, IntArray, ProbeTable, SpotLayout, text_array

REPLICATES = 4
"""Spots of a capture probe."""
BLOCK_GRID = (12, 4)
"""Rows and columns of blocks."""
LOT = "35014"
"""Lot of the array list, also the seed of the print plan."""

SPIKE_INS = tuple(f"spike_control_{letter}" for letter in "abcdefghij")
NEGATIVE_CONTROLS = tuple(f"hsa_negative_control_{i}" for i in range(1, 9))
SMALL_RNAS = (
    "U6-snRNA-1", "U6-snRNA-2", "U6B-3", "U6B-5", "5S-rRNA", "5SrRNA-3", "5SrRNA-5", "SNORD38B-3",
    "SNORD38B-5", "SNORD44-3", "SNORD44-5", "SNORD48-3", "SNORD48-5", "SNORD49A-3", "SNORD49A-5", "SNORD66-3",
    "SNORD66-5", "hsa_SNORD2", "hsa_SNORD3@", "hsa_SNORD4A", "hsa_SNORD6", "hsa_SNORD10", "hsa_SNORD12",
    "hsa_SNORD13", "hsa_SNORD14B", "hsa_SNORD118",
)  # fmt: skip
STAR_NAMES = (
    "mmu-miR-376a*", "mmu-miR-293*", "mmu-miR-20b*", "mmu-miR-744*",
    "rno-miR-7a*", "rno-miR-20a*", "rno-miR-99a*", "rno-miR-150*",
)  # fmt: skip
"""Mouse and rat probes that still carry the star of miRBase before version 18."""


@dataclass(frozen=True)
class ChipDesign:
    """How many probes of each kind the chip carries beside one for every miRNA name.

    The defaults make about 3,100 miRNA probes on 48 blocks of 18 × 18 spots, the size of the seventh
    generation of miRCURY LNA arrays.

    Parameters
    ----------
    block_rows, block_columns
        Spots of a block.
    second_probes
        miRNAs that have a second probe, of another ID and the same name.
    mirplus, other_species, hidden
        miRPlus probes, probes of other species (no name), and ``HIDDEN_n`` probes.
    landing_lights, empty
        ``Hy3`` and ``Empty`` spots per block. Positions left over stay blank, without ID and name.
    """

    block_rows: int = 18
    block_columns: int = 18
    second_probes: int = 354
    mirplus: int = 80
    other_species: int = 300
    hidden: int = 40
    landing_lights: int = 5
    empty: int = 13


@dataclass(frozen=True, eq=False)
class Chip:
    """A printed chip.

    Parameters
    ----------
    features
        What is printed, each once: ``n_features`` probes, controls, ``Hy3``, ``Empty`` and the blank.
    feature_of_spot
        Position in ``features`` of each spot, ``(n_spots,)``.
    layout
        Block, Row and Column of each spot.
    """

    features: ProbeTable
    feature_of_spot: IntArray
    layout: SpotLayout

    @property
    def probes(self) -> ProbeTable:
        """The probe behind each spot."""
        return self.features.take(self.feature_of_spot)

    def positions(self) -> tuple[FloatArray, FloatArray]:
        """Return each spot's place on the slide, along and across, from −1/2 to 1/2."""
        rows, columns = BLOCK_GRID
        block = self.layout.block - 1
        along = (block // columns) + (self.layout.row - 0.5) / self.layout.row.max()
        across = (block % columns) + (self.layout.column - 0.5) / self.layout.column.max()
        return along / rows - 0.5, across / columns - 0.5


def capture_names(sequences: Mapping[str, str]) -> list[str]:
    """Name the probes that distinguish miRNAs: miRNAs of one sequence share a probe and its slash name.

    Parameters
    ----------
    sequences
        Mature miRNA name to its sequence.

    Examples
    --------
    >>> capture_names({"hsa-miR-1-3p": "UGGA", "hsa-miR-199a-3p": "ACAG", "hsa-miR-199b-3p": "ACAG"})
    ['hsa-miR-1-3p', 'hsa-miR-199a-3p/hsa-miR-199b-3p']
    """
    by_sequence: dict[str, list[str]] = {}
    for name, sequence in sequences.items():
        by_sequence.setdefault(sequence, []).append(name)
    return ["/".join(names) for names in by_sequence.values()]


def print_chip(names: Sequence[str], design: ChipDesign | None = None) -> Chip:
    """Lay the probes for ``names`` and the controls of ``design`` on a chip.

    Parameters
    ----------
    names
        One miRNA name a capture probe; slash names are taken as they are.
    design
        Numbers of the other probes and the size of the blocks.

    Raises
    ------
    NotEnoughDataError
        Where the blocks have fewer positions than the probes need.
    """
    design = design or ChipDesign()
    rng = np.random.default_rng(int(LOT))
    captured = _captured_names(names, design, rng)
    everywhere = [*["Hy3"] * design.landing_lights, *SPIKE_INS]
    ids = rng.choice(np.arange(3_000, 170_000), len(captured) + len(SPIKE_INS) + 1, replace=False).astype(str)
    feature_names = [*captured, *SPIKE_INS, "Hy3", "Empty", ""]
    features = classify_probes(text_array([*ids, "Empty", ""]), text_array(feature_names))
    empty, blank = len(feature_names) - 2, len(feature_names) - 1
    controls = [feature_names.index(name, len(captured)) for name in everywhere]

    n_blocks = BLOCK_GRID[0] * BLOCK_GRID[1]
    blocks_a_set = n_blocks // REPLICATES
    size = design.block_rows * design.block_columns
    room = size - len(controls) - design.empty
    if blocks_a_set * room < len(captured):
        raise NotEnoughDataError(
            "the blocks are too small for the probes",
            found=f"{len(captured):,} probes",
            expected=f"at most {max(blocks_a_set * room, 0):,}",
            hint="give the chip design more rows or columns per block",
        )
    blocks = []
    for _ in range(REPLICATES):
        for part in np.array_split(rng.permutation(len(captured)), blocks_a_set):
            content = [*controls, *part, *[empty] * design.empty]
            blocks.append(content + [blank] * (size - len(content)))
    return Chip(features, np.concatenate(blocks).astype(np.int64), _layout(n_blocks, design))


def _captured_names(names: Sequence[str], design: ChipDesign, rng: np.random.Generator) -> list[str]:
    second = rng.choice(len(names), min(design.second_probes, len(names)), replace=False)
    return [
        *names,
        *(names[i] for i in np.sort(second)),
        *STAR_NAMES,
        *(f"hsa-miRPlus-A{1000 + i}" for i in range(design.mirplus)),
        *[""] * design.other_species,
        *(f"HIDDEN_{i}" for i in np.sort(rng.choice(np.arange(10_000, 50_000), design.hidden, replace=False))),
        *SMALL_RNAS,
        *NEGATIVE_CONTROLS,
    ]


def _layout(n_blocks: int, design: ChipDesign) -> SpotLayout:
    block, row, column = np.meshgrid(
        np.arange(1, n_blocks + 1),
        np.arange(1, design.block_rows + 1),
        np.arange(1, design.block_columns + 1),
        indexing="ij",
    )
    return SpotLayout(block.ravel(), row.ravel(), column.ravel())
