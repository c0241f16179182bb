"""Gene sets in GMT, the format of MSigDB and Enrichr, and in GMX, which has the sets in columns.

The format
----------
One set per line, separated by tabs, no header::

    name <TAB> description (may be empty) <TAB> gene <TAB> gene <TAB> …

Trailing tabs, genes that occur twice and Enrichr's weights (``TP53,1.0``) are tolerated. Where the description
is empty and the name ends in an identifier — ``mitochondrial genome maintenance (GO:0000002)``,
``Glycosaminoglycan biosynthesis Homo sapiens hsa00532``, ``Cell Cycle, Mitotic R-HSA-69278`` — the identifier
becomes the description. GMX is the same on its side: names in the first row, descriptions in the second, genes
below. It is known by its second row, which holds descriptions only (``na``, web addresses or nothing), or by the
file's name. A set without a gene is kept, empty, but a file in which most sets have none holds no gene sets: a
table of a term and a gene per line, most likely. Two sets of one name are an error. Genes are matched
as they are, so sets of Entrez identifiers (numbers) do not meet interactions that hold symbols; inspection warns
of them.

References
----------
The Gene Ontology Consortium. The Gene Ontology knowledgebase in 2023. Genetics 2023;224:iyad031.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from pathlib import Path

from mirtool.errors import FormatError
from mirtool.io.genes.gene_cells import date_warning, dates_among
from mirtool.io.registry import Inspection, module_of
from mirtool.io.tables.name_lists import names_mirna
from mirtool.io.tables.text import FileHead, read_head, read_text
from mirtool.model import GeneSets
from mirtool.wording import plural

GO_BRANCHES = {"bp": "biological process", "cc": "cellular component", "mf": "molecular function"}
"""The branches of the embedded Gene Ontology, by the letters of their files."""

_IDENTIFIER = re.compile(r"^(.*\S) (?:\((GO:\d{7})\)|(?:Homo sapiens|Mus musculus) (\S+)|(R-[A-Z]{3}-\d+|WP\d+))$")
_SET_DESCRIPTION = re.compile(r"\s*$|https?://|GO:\d{7}$")
_NO_DESCRIPTION = frozenset({"", "na", "NA", "n/a"})
_NO_DESCRIPTION_FOLDED = frozenset(name.lower() for name in _NO_DESCRIPTION)
_GENE = re.compile(r"[\w.@/:*-]+(,[\d.eE+-]+)?")
_DECIMAL = re.compile(r"-?\d*\.\d+(e[+-]?\d+)?", re.I)
_SNIFFED_LINES = 50
_SNIFFED_GENES = 50


def sniff(head: FileHead) -> bool:
    """Return a GMT: lines of name, description and genes, separated by tabs, of different lengths.

    One whose sets are named after miRNAs holds their targets: those are interactions.
    """
    lines = [line for line in head.lines if line.strip()][:_SNIFFED_LINES]
    rows = [line.split("\t") for line in lines]
    if is_gmx(lines):
        return not all(map(names_mirna, filter(None, map(str.strip, rows[0]))))
    if not rows or lines[0].startswith(("ATF", "#", "!", '"')):
        return False
    if any(len(row) < 2 or not row[0].strip() or _DECIMAL.fullmatch(row[1]) for row in rows):
        return False
    if 2 * sum(names_mirna(row[0].strip()) for row in rows) > len(rows):
        return False
    # A table has as many cells in every line, or in most where it is damaged; sets of one size are told by their
    # descriptions.
    _, n_alike = Counter(map(len, rows)).most_common(1)[0]
    if 2 * n_alike > len(rows) and not all(_SET_DESCRIPTION.match(row[1]) for row in rows):
        return False
    genes = [gene for row in rows for gene in row[2 : 2 + _SNIFFED_GENES] if gene.strip()]
    return bool(genes) and all(_GENE.fullmatch(gene) and not _DECIMAL.fullmatch(gene) for gene in genes)


def is_gmx(lines: Sequence[str]) -> bool:
    """Return True for lines of a GMX: names, then descriptions only, then genes, in columns."""
    rows = [[cell.strip() for cell in line.split("\t")] for line in lines[:_SNIFFED_LINES]]
    if len(rows) < 3 or len(rows[0]) < 2 or not all(rows[0]) or len(set(rows[0])) < len(rows[0]):
        return False
    width = len(rows[0])
    descriptions = rows[1] + [""] * (width - len(rows[1]))
    if len(descriptions) != width or any(len(row) > width for row in rows):
        return False
    genes = [cell for row in rows[2:] for cell in row if cell]
    return (
        all(
            cell.lower() in _NO_DESCRIPTION_FOLDED or "://" in cell or cell.startswith(">")
            for cell in descriptions
        )
        and bool(genes)
        and all(_GENE.fullmatch(gene) and not _DECIMAL.fullmatch(gene) for gene in genes)
    )


def inspect(path: str | Path) -> Inspection:
    """Read gene sets and say what they hold; ``spots`` is the number of sets."""
    sets = read_gene_sets(path)
    sizes = sorted(len(genes) for genes in sets.genes)
    universe = frozenset().union(*sets.genes)
    empty = sum(size == 0 for size in sizes)
    warnings = [f"{plural(empty, 'set')} without a gene"] if empty else []
    warnings += date_warning(dates_among(sorted(universe)))
    if universe and all(gene.isdigit() for gene in universe):
        warnings.append(
            "the genes are numbers (Entrez identifiers): they do not meet interactions that hold gene symbols"
        )
    return Inspection(
        path=str(path),
        format="gene-sets",
        spots=len(sets),
        warnings=tuple(warnings),
        details={"genes": len(universe), "smallest set": sizes[0], "largest set": sizes[-1]},
    )


def read_gene_sets(path: str | Path) -> GeneSets:
    """Read a GMT or GMX file (packed by gzip or not; ``-`` is standard input).

    Returns
    -------
    GeneSets
        In the file's order; weights and repetitions of a gene are gone.

    Raises
    ------
    FormatError
        For a binary file, a line without a tab or a name, and two sets of one name, each with its line; and where
        most sets hold no gene.
    """
    _refuse_other_tables(path)
    text = read_text(path)
    lines = [line for line in text.split("\n") if line.strip()]
    if str(path).lower().removesuffix(".gz").endswith(".gmx") or is_gmx(lines):
        text = _turned(text)
    sets = parse_gene_sets(text, Path(path).name, path)
    empty = sum(not genes for genes in sets.genes)
    if 2 * empty > len(sets):
        raise FormatError(
            "most of these gene sets hold no gene",
            path=path,
            found=f"{empty} of {plural(len(sets), 'set')} without a gene, such as {sets.terms[0][:60]!r}",
            expected="name, description and genes on each line, separated by tabs (GMT), or sets in columns (GMX)",
            hint="a table with one term and one gene per line is not read: put the genes of a term into one line",
        )
    return sets


_OTHER_TABLES = {
    "matrix": "a table of expression",
    "gene-changes": "a table of how genes changed",
    "qpcr": "a table of Ct values",
    "geo-series-matrix": "a GEO series matrix",
    "geo-platform": "a GEO platform table",
    "genepix": "a file of GenePix results",
    "protein-interactions": "a table of protein interactions",
}


def _refuse_other_tables(path: str | Path) -> None:
    """Refuse a table of another kind, whose rows would pass for sets.

    Raises
    ------
    FormatError
        Where a file is one.
    """
    head = read_head(path)
    if sniff(head):
        return
    for name, what in _OTHER_TABLES.items():
        if module_of(name).sniff(head):
            raise FormatError(
                f"this is {what}, not a file of gene sets",
                path=path,
                expected="name, description and genes on each line, separated by tabs (GMT), or GMX",
            )


def _turned(text: str) -> str:
    """Return the text of a GMX as that of a GMT."""
    rows = [line.split("\t") for line in text.rstrip("\n").split("\n")]
    width = max(map(len, rows))
    padded = [[cell.strip() for cell in row] + [""] * (width - len(row)) for row in rows]
    columns = [column for column in zip(*padded, strict=True) if any(column)]
    return "\n".join("\t".join([name, about, *filter(None, genes)]) for name, about, *genes in columns) + "\n"


@cache
def embedded_go(branch: str) -> GeneSets:
    """Return a branch of the embedded Gene Ontology: human symbols, terms of 5 to 2,000 genes.

    Terms hold the genes of their descendants, with every evidence code. The description is the GO identifier.

    Parameters
    ----------
    branch
        One of :data:`GO_BRANCHES`.

    Examples
    --------
    >>> go = embedded_go("cc")
    >>> go.source, go.terms[go.descriptions.index("GO:0016442")]
    ('GO cellular component (org.Hs.eg.db 3.16, GO of 2022-07-01)', 'RISC complex')
    """
    name = f"go_{branch}.gmt.gz"
    packed = resources.files("mirtool").joinpath("data", name).read_bytes()
    source = f"GO {GO_BRANCHES[branch]} (org.Hs.eg.db 3.16, GO of 2022-07-01)"
    return parse_gene_sets(gzip.decompress(packed).decode("utf-8"), source, name)


def embedded_go_bp() -> GeneSets:
    """Return the embedded biological process branch: :func:`embedded_go`."""
    return embedded_go("bp")


def parse_gene_sets(text: str, source: str, path: str | Path) -> GeneSets:
    """Read the text of a GMT; ``path`` is what messages call it."""
    names: list[str] = []
    descriptions: list[str] = []
    genes: list[frozenset[str]] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        name, *rest = line.split("\t", 2)
        name = name.strip()
        if not name or not rest:
            raise FormatError(
                "this line is not a gene set",
                path=path,
                line=number,
                found=repr(line[:60]),
                expected="name, description and genes, separated by tabs (GMT)",
                hint="download the gene sets as GMT, or save the table as tab-separated text",
            )
        if name in lines:
            raise FormatError(
                f"two gene sets are named {name!r}",
                path=path,
                line=number,
                found=f"the same name in line {lines[name]}",
                expected="its own name for every set",
                hint="rename or remove one of the two",
            )
        lines[name] = number
        names.append(name)
        descriptions.append(rest[0].strip())
        genes.append(_genes(rest[1]) if len(rest) > 1 else frozenset())
    if not names:
        raise FormatError("the file holds no gene set", path=path, found="blank lines only")
    terms, descriptions = _split_identifiers(names, descriptions)
    return GeneSets(tuple(terms), tuple(descriptions), tuple(genes), source)


def gene_sets_text(sets: Iterable[tuple[str, str, Iterable[str]]]) -> str:
    """Write (name, description, genes) as the text of a GMT, genes sorted."""
    return "".join("\t".join((name, description, *sorted(genes))) + "\n" for name, description, genes in sets)


def _genes(text: str) -> frozenset[str]:
    """Return the genes of cells that tabs separate."""
    if " " not in text and text.isascii() and "," not in text and "///" not in text:
        return frozenset(text.split())  # nothing but tabs separates
    return frozenset(filter(None, map(str.strip, _first_parts(text.split("\t")))))


def _first_parts(cells: list[str]) -> list[str]:
    """Take off what follows a comma, and take several genes of one cell (``A /// B``) apart."""
    return [gene for cell in cells for gene in cell.partition(",")[0].split("///")]


def _split_identifiers(names: list[str], descriptions: list[str]) -> tuple[list[str], list[str]]:
    """Move an identifier at a name's end into an empty description, unless two names would become one."""
    terms, notes = [], []
    for name, description in zip(names, descriptions, strict=True):
        match = _IDENTIFIER.match(name) if description in _NO_DESCRIPTION else None
        terms.append(match.group(1) if match else name)
        notes.append(next(filter(None, match.groups()[1:])) if match else description)
    return (terms, notes) if len(set(terms)) == len(terms) else (names, descriptions)
