"""The names of a chip's probes, and the current ones in their place."""

from __future__ import annotations

from dataclasses import replace

from mirtool.annotation.mirna_names.book import CURRENT_RELEASE, MirnaNames
from mirtool.annotation.mirna_names.names_table import name_columns
from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.model import ExpressionMatrix, ProbeTable, Table, TextArray, text_array


def update_mirna_names(matrix: ExpressionMatrix, book: MirnaNames) -> ExpressionMatrix:
    """Return a matrix whose miRNA probes carry their current names, where these are known; IDs stay.

    Of a slash name each part that is known becomes current. Other kinds of probe keep their names.
    """
    probes = matrix.probes
    mirna = is_kind(probes, ProbeKind.MIRNA)
    book = book.for_names(probes.name[mirna])
    names = text_array(
        book.resolve(name).best_name if known else name for name, known in zip(probes.name, mirna, strict=True)
    )
    return replace(
        matrix,
        probes=replace(probes, name=names),
        history=(*matrix.history, f"names: {CURRENT_RELEASE} where known"),
    )


def chip_names_table(probes: ProbeTable, book: MirnaNames) -> Table:
    """Return the chip's names of the miRNA probes, one row per probe, with what became of them."""
    mirna = probes.take(is_kind(probes, ProbeKind.MIRNA))
    written = written_names(mirna)
    book = book.for_names(written)
    found = [book.resolve(name) for name in written]
    return Table({"ID": mirna.id, "Name": written, **name_columns(found, book)})


def written_names(probes: ProbeTable) -> TextArray:
    """Return the names as the files write them, also where current ones replaced them on reading."""
    return probes.name if probes.original is None else probes.original
