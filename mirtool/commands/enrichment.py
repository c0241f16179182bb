"""``mirtool enrichment``: what a list of genes is known for."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from mirtool.commands.common import FormatOption, OutputOption, Place, find_place, record_run, write_result
from mirtool.console import plural, say, say_pairs, say_table, warn
from mirtool.errors import CallError, MirtoolError

if TYPE_CHECKING:
    from mirtool.io.tables import TextTable
    from mirtool.model import GeneSets
    from mirtool.network import EnrichmentTable

GeneSetsOption = Annotated[
    str | None,
    typer.Option(
        "--gene-sets",
        metavar="go|FILE|NAME|none",
        help="go: GO biological process, which comes with mirtool (default); a GMT file; or the name of an "
        "Enrichr library (KEGG_2021_Human), fetched once and kept.",
    ),
]
MinSizeOption = Annotated[
    int, typer.Option("--min-size", metavar="N", help="Fewest genes of the universe in a term that is tested.")
]
MaxSizeOption = Annotated[
    int, typer.Option("--max-size", metavar="N", help="Most genes of the universe in a term that is tested.")
]

TERMS_TOLD = 5
TERM_FDR = 0.05
GENE_HEADERS = ("gene", "genesymbol", "symbol", "genename", "targetgene", "target", "name")


def enrichment(
    genes: Annotated[
        str | None,
        typer.Argument(
            metavar="[GENES|-]",
            help="One gene a line, a table with a gene column, or a network_nodes.csv; - is stdin. In a study "
            "folder: results/network_nodes.csv.",
        ),
    ] = None,
    gene_sets: GeneSetsOption = None,
    universe: Annotated[
        str | None,
        typer.Option(
            "--universe",
            metavar="FILE",
            help="The genes that could have been in the list, one a line or a table with a gene column. Default: "
            "network_universe.csv beside a network_nodes.csv, else every gene of the gene sets.",
        ),
    ] = None,
    min_size: MinSizeOption = 10,
    max_size: MaxSizeOption = 500,
    output: OutputOption = None,
    format_name: FormatOption = None,
) -> None:
    """Which gene sets hold more of a list of genes than chance gives.

    Hypergeometric P over a stated universe, FDR (BH) over all terms tested, those without a hit included. The
    table holds the terms with at least one hit, smallest P first. Of a network's nodes, the targets that two
    miRNAs or more share and all targets are tested, each by itself.

    The null draws genes at random. Targets of miRNAs are no random draw of genes, so read the P values of their
    terms as a ranking rather than as a proof.

    Example:

    \b
      mirtool enrichment                                      in a study folder, after `mirtool network`
      mirtool enrichment genes.txt --universe measured.txt > enrichment.csv
      mirtool enrichment genes.txt --gene-sets KEGG_2021_Human.gmt -o enrichment.xlsx
    """  # noqa: D301  (typer wants the backspace itself)
    from mirtool.network import enrichment as test_gene_sets
    from mirtool.network import enrichment_table
    from mirtool.report.tables import format_of

    place = find_place([genes] if genes else [], None, "list of genes")
    target = place.target(output, "enrichment.csv")
    format_of(target, format_name)
    source = genes or _nodes_of_study(place)
    queries, universe = _read_queries(source, universe)
    sets = find_gene_sets(gene_sets)
    if sets is None:
        raise CallError("there is nothing to test without gene sets", hint="name some, or leave --gene-sets out")
    everything = _read_universe(universe)
    tests = [
        test_gene_sets(members, sets, universe=everything, min_size=min_size, max_size=max_size, query=query)
        for query, members in queries.items()
        if len(members)
    ]
    for test in tests:
        say_terms(test)
    write_result(enrichment_table(tests), target, format_name)
    record_run(
        place,
        target,
        "enrichment",
        arguments={
            "genes": source,
            "gene_sets": gene_sets,
            "universe": universe,
            "min_size": min_size,
            "max_size": max_size,
        },
        inputs=hash_files(source, universe, gene_sets),
        summary={
            test.query: {"terms_tested": len(test), "universe": test.universe_size, "query": test.query_size}
            for test in tests
        },
    )


def find_gene_sets(name: str | None) -> GeneSets | None:
    """Give the gene sets that ``--gene-sets`` names: embedded, of a file, or of Enrichr; None for ``none``."""
    from mirtool.io.enrichr import read_library
    from mirtool.io.gene_sets import embedded_go_bp, read_gene_sets

    if name == "none":
        return None
    if name is None or name == "go":
        return embedded_go_bp()
    is_path = os.sep in name or "/" in name or name.lower().endswith((".gmt", ".gz", ".txt"))
    return read_gene_sets(name) if is_path or Path(name).exists() else read_library(name)


def say_terms(test: EnrichmentTable) -> None:
    """Tell what was tested, and the terms on top."""
    significant = int((test.fdr <= TERM_FDR).sum())
    say(f"Gene sets, {test.query}:")
    outside = f", {test.outside:,} more outside the universe" if test.outside else ""
    say_pairs(
        [
            ("gene sets", test.source),
            ("tested", f"{len(test):,} of {test.n_sets:,} terms: {test.min_size} to {test.max_size} genes each"),
            ("universe", f"{plural(test.universe_size, 'gene')} that both the sets and the universe know"),
            ("query", f"{plural(test.query_size, 'gene')}{outside}"),
            ("passing", f"{plural(significant, 'term')} with FDR <= {TERM_FDR:g} (null: {test.null} at random)"),
        ]
    )
    shown = range(min(significant, TERMS_TOLD))
    if shown:
        say_table(
            ("term", "hits", "of", "fold", "FDR"),
            [
                (
                    test.terms[i][:60],
                    f"{test.hits[i]:,}",
                    f"{test.set_size[i]:,}",
                    f"{test.fold_enrichment[i]:.1f}",
                    f"{test.fdr[i]:.1e}",
                )
                for i in shown
            ],
        )


def hash_files(*paths: str | None) -> dict[str, str]:
    """Give the SHA-256 of each of ``paths`` that is a file or stdin; names and None are passed over."""
    from mirtool.study import sha256_of

    return {path: sha256_of(path) for path in paths if path and (path == "-" or Path(path).is_file())}


def _nodes_of_study(place: Place) -> str:
    assert place.study is not None  # find_place has seen to it
    path = place.study.results / "network_nodes.csv"
    if not path.is_file():
        raise MirtoolError(
            "the study has no network yet", path=path, hint="run `mirtool network` first, or name a list of genes"
        )
    return str(path)


def _read_queries(source: str, universe: str | None) -> tuple[Mapping[str, Collection[str]], str | None]:
    """Read the lists to test, and find the universe that belongs to them."""
    from mirtool.io.names import read_names
    from mirtool.io.tables import head_table
    from mirtool.io.text import read_head

    head = head_table(read_head(source))
    if head is None or not {"name", "type", "miRNAs"} <= set(head.header):
        return {"genes": read_names(source, GENE_HEADERS, "gene")}, universe
    beside = Path(source).with_name("network_universe.csv")
    if universe is None and beside.is_file():
        universe = str(beside)
    return _read_nodes(source), universe


def _read_nodes(source: str) -> dict[str, Collection[str]]:
    from mirtool.io.tables import read_table

    table: TextTable = read_table(source)
    column = {name: j for j, name in enumerate(table.header)}
    genes = table.text(column["type"]) == "gene"
    names, mirnas = table.text(column["name"]), table.numbers(column["miRNAs"])
    return {"shared targets": names[genes & (mirnas >= 2)], "all targets": names[genes]}


def _read_universe(universe: str | None) -> Collection[str] | None:
    from mirtool.io.names import read_names

    if universe is None:
        warn(
            "no --universe given: every gene of the gene sets counts as one that could have been in the list, "
            "which makes P too small where fewer could"
        )
        return None
    return read_names(universe, GENE_HEADERS, "gene")
