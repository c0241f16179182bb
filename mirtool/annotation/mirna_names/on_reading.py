"""Names that a file writes otherwise than miRBase, resolved when the file is read.

Accessions (``MIMAT0000062``, ``MIMAT0000062_st``, several joined by commas), names with the marks of a program or
an instrument (``hsa.miR.21.5p``, ``hsa-let-7a-5p_st``, ``hsa-miR-16-4373121``, ``hsa-miR-768-3p_v11.0``) and names
of MirGeneDB become current miRNA names where they are known. A name that miRBase has had in any release stays as
the chip has it; ``mirtool normalize --current-names`` updates these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from mirtool.annotation.mirna_names.spelling import is_mirgenedb_name, is_spelled_otherwise
from mirtool.annotation.probes import ProbeKind, is_kind
from mirtool.errors import option
from mirtool.model import ExpressionMatrix, ProbeTable, text_array
from mirtool.wording import plural

if TYPE_CHECKING:
    from mirtool.annotation.mirna_names.book import MirnaNames
    from mirtool.annotation.mirna_names.resolution import Resolution

SHOWN = 5
RESOLVED = "names resolved on reading: "
"""How the line of a matrix's history begins that says what was resolved."""


def resolve_on_reading(probes: ProbeTable, names: MirnaNames | None = None) -> ProbeTable:
    """Return the probes whose names are written otherwise than in miRBase under current names.

    One probe for several miRNAs gets the names of all of them, joined by ``/``. What can't be resolved keeps its
    name. Nothing is loaded where no name is written otherwise.

    Parameters
    ----------
    probes
        Classified; only miRNAs are looked up.
    names
        Where names are looked up; the embedded tables of miRBase where left out.

    Examples
    --------
    >>> from mirtool.annotation.probes import classify_probes
    >>> ids = text_array(["MIMAT0000062,MIMAT0000063", "hsa_miR_21_5p", "hsa-miR-16"])
    >>> found = resolve_on_reading(classify_probes(ids, ids))
    >>> list(found.name)
    ['hsa-let-7a-5p/hsa-let-7b-5p', 'hsa-miR-21-5p', 'hsa-miR-16']
    >>> found.original is ids
    True
    """
    if probes.original is not None:
        return probes
    mirna = is_kind(probes, ProbeKind.MIRNA)
    otherwise = set(filter(is_spelled_otherwise, dict.fromkeys(probes.name[mirna])))
    if not otherwise:
        return probes
    book = _book(names).for_names(probes.name[mirna])
    current = text_array(
        book.resolve(name).best_name if is_mirna and name in otherwise else name
        for name, is_mirna in zip(probes.name, mirna, strict=True)
    )
    return replace(probes, name=current, original=probes.name)


def resolve_matrix(matrix: ExpressionMatrix, names: MirnaNames) -> ExpressionMatrix:
    """Return a matrix whose names are resolved anew, from what its file writes, with names that the user gives.

    Parameters
    ----------
    matrix
        As it was read.
    names
        The embedded tables and the user's.
    """
    probes = matrix.probes
    written = probes if probes.original is None else replace(probes, name=probes.original, original=None)
    found = resolve_on_reading(written, names)
    said = resolved_in_words(resolutions_on_reading(found, names))
    kept = tuple(step for step in matrix.history if not step.startswith(RESOLVED))
    return replace(matrix, probes=found, history=(*kept, *([RESOLVED + said] if said else [])))


def resolutions_on_reading(probes: ProbeTable, names: MirnaNames | None = None) -> tuple[Resolution, ...]:
    """Return what became of the names that were written otherwise, each once; empty where there was none."""
    if probes.original is None:
        return ()
    mirna = is_kind(probes, ProbeKind.MIRNA)
    book = _book(names).for_names(probes.original[mirna])
    return tuple(
        book.resolve(name) for name in dict.fromkeys(probes.original[mirna]) if is_spelled_otherwise(name)
    )


def resolved_in_words(found: Sequence[Resolution]) -> str:
    """Return how many names were resolved, how many mean several miRNAs, and which were not resolved."""
    if not found:
        return ""
    resolved = [each for each in found if each.mapped]
    several = sum(len(each.matures) > 1 for each in resolved)
    said = f"{plural(len(found), 'name')} not written as in miRBase: {len(resolved):,} resolved to current names"
    if several:
        said += f" ({several:,} of them of one probe for several miRNAs, which stay joined by /)"
    unresolved = [each.given for each in found if not each.mapped]
    if unresolved:
        more = " …" if len(unresolved) > SHOWN else ""
        said += f"; {len(unresolved):,} not resolved: {', '.join(unresolved[:SHOWN])}{more}"
    if any(map(is_mirgenedb_name, unresolved)):
        said += f"; names of MirGeneDB need its mature FASTA: {option('aliases', 'hsa-mat.fas')}"
    return said


def _book(names: MirnaNames | None) -> MirnaNames:
    if names is not None:
        return names
    from mirtool.annotation.mirna_names.book import MirnaNames

    return MirnaNames()
