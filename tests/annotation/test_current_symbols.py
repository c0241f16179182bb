"""Interactions under current symbols: pairs that become the same are one, and everything is counted."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mirtool.annotation.gene_symbols import load_gene_symbols, update_gene_symbols
from mirtool.annotation.gene_symbols.book import book_of
from mirtool.annotation.pairs import renamed_pairs
from mirtool.model import EVIDENCE_CLASSES, Interactions, text_array


def interactions(rows, **more) -> Interactions:
    mirna, gene, evidence, references = (text_array(column) for column in zip(*rows, strict=True))
    return Interactions(mirna, gene, evidence, references, "mine", **more)


def test_renamed_pairs_meet_and_all_is_counted():
    known = interactions(
        [
            ("hsa-miR-1-3p", "P53", "weak", "2"),
            ("hsa-miR-1-3p", "GBA", "weak", ""),
            ("hsa-miR-1-3p", "TP53", "strong", "1;2"),
            ("hsa-miR-1-3p", "4609", "clip", "3"),
            ("mmu-miR-1a-3p", "P53", "strong", "4"),
            ("ebv-miR-BART1-5p", "P53", "weak", "5"),
            ("miR-21", "nonesuch", "weak", "6"),
        ],
        score=np.array([1.0, np.nan, 3.0, 1, 1, 1, 1]),
        databases=text_array(["b", "a", "a", "a", "a", "a", "a"]),
    )
    named, counts = update_gene_symbols(known, load_gene_symbols())
    assert list(zip(named.mirna, named.gene, named.evidence, named.references, named.databases, strict=True)) == [
        ("hsa-miR-1-3p", "TP53", "strong", "1;2", "a;b"),
        ("hsa-miR-1-3p", "GBA", "weak", "", "a"),
        ("hsa-miR-1-3p", "MYC", "clip", "3", "a"),
        ("mmu-miR-1a-3p", "P53", "strong", "4", "a"),
        ("ebv-miR-BART1-5p", "TP53", "weak", "5", "a"),
        ("miR-21", "nonesuch", "weak", "6", "a"),
    ]
    assert named.score is not None
    assert named.score[0] == 3
    assert (counts.current, counts.identified, counts.renamed, counts.unknown) == (1, 1, 1, ("nonesuch",))
    assert (counts.merged, counts.other_species) == (1, 1)
    assert counts.ambiguous == {"GBA": ("GBA1", "GBAP1")}
    assert counts.told() == (
        "1 gene identifier replaced by the symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))",
        "1 former gene name replaced by the current symbol (NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16))",
        "1 gene name that several genes share kept unchanged: GBA (GBA1 or GBAP1)",
        "1 gene name not in NCBI Gene of 2022-09-12 (org.Hs.eg.db 3.16) kept unchanged",
        "1 pair became one with another pair",
        "1 pair of other species' miRNAs: gene names unchanged",
    )


def test_a_table_the_user_gives_is_asked_about_every_species():
    book = book_of("mouse", [("Trp53", ["22059"], ["p53"])], human=False)
    named, counts = update_gene_symbols(interactions([("mmu-miR-1a-3p", "22059", "", "")]), book)
    assert named.gene.tolist() == ["Trp53"]
    assert counts.other_species == 0


EVIDENCE = st.sampled_from(EVIDENCE_CLASSES)
GENE = st.sampled_from("XYZ")
ROWS = st.lists(st.tuples(st.sampled_from("ab"), GENE, EVIDENCE, st.sampled_from("12")), min_size=1)


@given(ROWS, st.dictionaries(GENE, st.just("X")))
def test_each_pair_is_there_once_with_the_best_of_its_rows(rows, renamed):
    rows = list({row[:2]: row for row in rows}.values())
    known = interactions(rows, score=np.arange(float(len(rows))), lower_is_better=True)
    new = renamed_pairs(known, gene=text_array(renamed.get(gene, gene) for gene in known.gene))
    expected: dict[tuple[str, str], list[int]] = {}
    for i, (mirna, gene, *_) in enumerate(rows):
        expected.setdefault((mirna, renamed.get(gene, gene)), []).append(i)
    assert list(zip(new.mirna, new.gene, strict=True)) == list(expected)
    for i, own in enumerate(expected.values()):
        assert new.evidence[i] == max((rows[j][2] for j in own), key=EVIDENCE_CLASSES.index)
        assert new.references[i] == ";".join(sorted({rows[j][3] for j in own}))
        assert new.score is not None
        assert new.score[i] == own[0]
