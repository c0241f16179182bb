"""The types that travel: frozen, checking their own shapes and labels. The type carries the scale.

``RawArrays`` is linear, ``ExpressionMatrix`` is log2; nothing downstream guesses. Missing values are NaN
everywhere. Tables of text columns are numpy object arrays of ``str``, so that reading and statistics start
without pandas; every type that is a table turns into a DataFrame by ``to_frame()``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from mirtool.errors import MirtoolError
from mirtool.rules import Rule as Rule

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]


def text_array(values: Iterable[str]) -> TextArray:
    """Turn strings into the object array in which every label travels."""
    items = list(values)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array


def _check(condition: bool, problem: str) -> None:
    """Refuse a value that breaks a type's own rule: a mistake of the caller, not of the data."""
    if not condition:
        raise MirtoolError(problem)


def _check_unique(labels: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for label in labels:
        _check(label not in seen, f"the {what} {label!r} occurs twice")
        seen.add(label)


@dataclass(frozen=True, eq=False)
class Table:
    """Named columns of equal length: the shape in which every result is written and shown.

    Parameters
    ----------
    columns
        Column name to a one-dimensional array: float (NaN missing), integer, bool, or object of str.
    notes
        Key and value pairs that belong to the file as a whole, such as ``("scale", "log2")``.
    """

    columns: Mapping[str, npt.NDArray[Any]]
    notes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        lengths = {len(values) for values in self.columns.values()}
        _check(len(lengths) <= 1, f"the columns of a table differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self.columns[name]

    def take(self, rows: npt.NDArray[Any]) -> Table:
        """Return the rows at ``rows`` (positions or a mask), in that order."""
        return Table({name: values[rows] for name, values in self.columns.items()}, self.notes)

    def with_columns(self, columns: Mapping[str, npt.NDArray[Any]]) -> Table:
        """Return the table with further columns at its end, or others in place of those of the same name."""
        return Table({**self.columns, **columns}, self.notes)

    def to_frame(self) -> pd.DataFrame:
        """Return the columns as a pandas DataFrame."""
        import pandas as pd

        return pd.DataFrame(dict(self.columns))


@dataclass(frozen=True, eq=False)
class ProbeTable:
    """Probes, or the probe behind each spot: ID, Name and kind, one entry per row.

    ``kind`` holds the values of :class:`mirtool.annotation.probes.ProbeKind`. ``original`` holds the names as the
    file writes them, where some were resolved on reading (an accession, ``hsa.miR.21.5p``); else it is None.
    """

    id: TextArray
    name: TextArray
    kind: TextArray
    original: TextArray | None = None

    def __post_init__(self) -> None:
        _check(
            len(self.id) == len(self.name) == len(self.kind),
            f"a probe table needs as many names ({len(self.name)}) and kinds ({len(self.kind)}) "
            f"as IDs ({len(self.id)})",
        )
        _check(
            self.original is None or len(self.original) == len(self.id),
            "a probe table needs one original name per ID",
        )

    def __len__(self) -> int:
        return len(self.id)

    @property
    def original_beside(self) -> TextArray | None:
        """The original names where a table must hold them too: None where the IDs are the same text."""
        if self.original is None or bool(np.all((self.original == self.id) | (self.original == self.name))):
            return None
        return self.original

    def take(self, rows: npt.NDArray[Any]) -> ProbeTable:
        """Return the probes at ``rows`` (positions or a mask), in that order."""
        original = None if self.original is None else self.original[rows]
        return ProbeTable(self.id[rows], self.name[rows], self.kind[rows], original)

    def to_table(self) -> Table:
        """Return the probes as a table of ID, Name and kind."""
        return Table({"ID": self.id, "Name": self.name, "kind": self.kind})


@dataclass(frozen=True, eq=False)
class SpotLayout:
    """Where each spot lies on the slide: 1-based Block, Row and Column, integers of shape ``(n_spots,)``.

    ``block_places`` holds the row and the column of blocks 1, 2, … on the slide, counted from 0 at the upper left,
    ``(n_blocks, 2)``; −1 for a number that no block has. None where the files do not say it.
    """

    block: IntArray
    row: IntArray
    column: IntArray
    block_places: IntArray | None = None

    def __post_init__(self) -> None:
        _check(
            len(self.block) == len(self.row) == len(self.column),
            "a spot layout needs one Block, Row and Column per spot",
        )

    def __len__(self) -> int:
        return len(self.block)

    def take(self, rows: npt.NDArray[Any]) -> SpotLayout:
        """Return the spots at ``rows`` (positions or a mask), in that order."""
        return SpotLayout(self.block[rows], self.row[rows], self.column[rows], self.block_places)


@dataclass(frozen=True, eq=False)
class SampleTable:
    """The arrays of a study in their order: name, group, file, and any further column of the sample sheet.

    A group is an empty string where the sheet gives none. ``sheet`` is the path of the sample sheet, for messages;
    empty where there is none.
    """

    names: tuple[str, ...]
    groups: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sheet: str = ""

    def __post_init__(self) -> None:
        n = len(self.names)
        object.__setattr__(self, "groups", self.groups or ("",) * n)
        object.__setattr__(self, "files", self.files or ("",) * n)
        _check_unique(self.names, "sample name")
        for what, column in (("group", self.groups), ("file", self.files), *self.extra.items()):
            _check(len(column) == n, f"the sample table has {n} samples and {len(column)} values of {what}")

    def __len__(self) -> int:
        return len(self.names)

    def take(self, positions: Iterable[int]) -> SampleTable:
        """Return the samples at ``positions``, in that order."""
        order = list(positions)
        return SampleTable(
            tuple(self.names[i] for i in order),
            tuple(self.groups[i] for i in order),
            tuple(self.files[i] for i in order),
            {key: tuple(column[i] for i in order) for key, column in self.extra.items()},
            self.sheet,
        )


@dataclass(frozen=True)
class ArraySource:
    """Where one array came from, for the record: path, format, SHA-256, GAL lot, header lines, warnings.

    ``scale`` is what a table itself says of the scale of its values; blank where it does not.
    """

    path: str
    format: str
    sha256: str = ""
    gal_file: str = ""
    header: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    scale: str = ""

    def with_warnings(self, *said: str) -> ArraySource:
        """Return the source with these warnings after its own; blank ones are left out."""
        return replace(self, warnings=(*self.warnings, *filter(None, said)))


@dataclass(frozen=True, eq=False)
class Channel:
    """One channel's intensities, linear scale, arbitrary scanner units (0 to 65535), ``(n_spots, n_arrays)``.

    ``background`` is None where the instrument's file has none; a missing background is never taken for zero
    in silence. ``saturated`` is the percentage of saturated pixels of each spot, None where not recorded.
    ``processed`` is True where ``foreground`` is what the instrument's software made of the counts, the background
    subtracted: there is none to subtract, and values may be negative or beyond the scanner's range.
    """

    foreground: FloatArray
    background: FloatArray | None = None
    saturated: FloatArray | None = None
    processed: bool = False

    def __post_init__(self) -> None:
        _check(self.foreground.ndim == 2, "foreground must be spots × arrays")
        for what, values in (("background", self.background), ("saturated", self.saturated)):
            _check(
                values is None or values.shape == self.foreground.shape,
                f"{what} must have the shape of the foreground",
            )

    def take(self, spots: npt.NDArray[Any]) -> Channel:
        """Return the spots at ``spots`` (positions or a mask), in that order."""
        return Channel(
            self.foreground[spots],
            None if self.background is None else self.background[spots],
            None if self.saturated is None else self.saturated[spots],
            self.processed,
        )


@dataclass(frozen=True, eq=False)
class RawArrays:
    """Arrays as the scanner gave them: linear, per channel, spots × arrays, nothing corrected or removed.

    Parameters
    ----------
    channels
        Channel name (the wavelength as text: ``"532"``, ``"635"``; or ``"intensity"`` for a plain matrix) to
        :class:`Channel`.
    flags
        Integer flags ``(n_spots, n_arrays)`` as the instrument defines them (GenePix: 100 good, 0 unflagged,
        -50 not found, -75 absent, -100 bad), or None where the file has none.
    probes
        The probe behind each spot, ``n_spots`` entries.
    layout
        Block, Row and Column of each spot, or None for a plain matrix.
    samples
        The arrays, in column order.
    sources
        One entry per array.
    dropped
        What reading left out, in words, counted (spots that only some GAL lots have, …).
    """

    channels: Mapping[str, Channel]
    flags: IntArray | None
    probes: ProbeTable
    layout: SpotLayout | None
    samples: SampleTable
    sources: tuple[ArraySource, ...]
    dropped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        shape = (len(self.probes), len(self.samples))
        _check(bool(self.channels), "arrays need at least one channel")
        for name, channel in self.channels.items():
            _check(
                channel.foreground.shape == shape,
                f"channel {name} is {channel.foreground.shape}, the labels say {shape}",
            )
        _check(self.flags is None or self.flags.shape == shape, "flags must be spots × arrays")
        _check(self.layout is None or len(self.layout) == shape[0], "the layout must have one entry per spot")
        _check(len(self.sources) == shape[1], "one source an array is needed")

    @property
    def n_spots(self) -> int:
        """Number of spots per array."""
        return len(self.probes)

    @property
    def n_arrays(self) -> int:
        """Number of arrays."""
        return len(self.samples)

    def with_warnings(self, *said: str) -> RawArrays:
        """Return the arrays with these warnings of every source after its own; blank ones are left out."""
        return replace(self, sources=tuple(source.with_warnings(*said) for source in self.sources))


@dataclass(frozen=True, eq=False)
class ReadCounts:
    """Sequencing reads per miRNA and sample, and how many the samples have.

    Parameters
    ----------
    reads
        ``(n_probes, n_samples)``, complete, not negative; whole numbers, or expected counts where reads that fit
        several miRNAs were shared out.
    libraries
        Reads of each sample, ``(n_samples,)``, above zero.
    factors
        By what a library is multiplied to be comparable, ``(n_samples,)``; their product is 1 over the samples
        that they were made from.
    n_read
        Rows of the tables before any was filtered out.
    """

    reads: FloatArray
    libraries: FloatArray
    factors: FloatArray
    n_read: int = 0

    def __post_init__(self) -> None:
        n = self.reads.shape[1]
        _check(len(self.libraries) == len(self.factors) == n, "each sample needs a library size and a factor")
        _check(bool(np.isfinite(self.reads).all() and (self.reads >= 0).all()), "reads must be 0 or more")
        _check(bool((self.libraries > 0).all() and (self.factors > 0).all()), "a library must have reads")

    @property
    def effective(self) -> FloatArray:
        """Library sizes times their factors."""
        return self.libraries * self.factors

    def take_rows(self, rows: npt.NDArray[Any]) -> ReadCounts:
        """Return the rows at ``rows`` (positions or a mask), the libraries as they are."""
        return replace(self, reads=self.reads[rows])

    def take_samples(self, positions: Iterable[int]) -> ReadCounts:
        """Return the samples at ``positions``, in that order."""
        order = list(positions)
        return replace(
            self, reads=self.reads[:, order], libraries=self.libraries[order], factors=self.factors[order]
        )


@dataclass(frozen=True, eq=False)
class ExpressionMatrix:
    """Normalized expression on the log2 scale, ``(n_probes, n_samples)``, NaN missing.

    Parameters
    ----------
    values
        log2 of the normalized intensity, which is a ratio without unit (preset exiqon-service) or in
        scanner units, as ``history`` says.
    probes, samples
        What the rows and the columns are; probe IDs are unique.
    spots
        How many replicate spots are behind each value, same shape, or None where not known.
    history
        What was done, in order, in words.
    replicates
        log2 of each replicate spot, normalized as its probe is, ``(n_probes, n_replicates, n_samples)``, NaN where
        there is none; None where they were not kept.
    counts
        The sequencing reads behind the values, which are then log-CPM; None for arrays.
    not_detected
        Where the file says, or its values show, that the probe was not detected, same shape; such a value may be
        missing or kept. None where nothing is known of it.
    """

    values: FloatArray
    probes: ProbeTable
    samples: SampleTable
    spots: IntArray | None = None
    history: tuple[str, ...] = ()
    replicates: FloatArray | None = None
    counts: ReadCounts | None = None
    not_detected: BoolArray | None = None

    def __post_init__(self) -> None:
        shape = (len(self.probes), len(self.samples))
        _check(self.values.shape == shape, f"values are {self.values.shape}, the labels say {shape}")
        for what, mask in (("spots", self.spots), ("not_detected", self.not_detected)):
            _check(mask is None or mask.shape == shape, f"{what} must have the shape of the values")
        _check(
            self.replicates is None or (self.replicates.ndim == 3 and self.replicates.shape[::2] == shape),
            "replicates must be probes × spots × samples, as the values are",
        )
        _check(self.counts is None or self.counts.reads.shape == shape, "reads must have the shape of the values")
        _check(not np.isinf(self.values).any(), "expression values must be finite or missing")
        _check_unique(self.probes.id, "probe ID")

    @property
    def linear(self) -> FloatArray:
        """The normalized intensities on the linear scale (2 to the power of ``values``)."""
        return np.exp2(self.values)

    def take_probes(self, rows: npt.NDArray[Any]) -> ExpressionMatrix:
        """Return the probes at ``rows`` (positions or a mask), in that order."""
        return replace(
            self,
            values=self.values[rows],
            probes=self.probes.take(rows),
            spots=None if self.spots is None else self.spots[rows],
            replicates=None if self.replicates is None else self.replicates[rows],
            counts=None if self.counts is None else self.counts.take_rows(rows),
            not_detected=None if self.not_detected is None else self.not_detected[rows],
        )

    def take_samples(self, positions: Iterable[int]) -> ExpressionMatrix:
        """Return the samples at ``positions``, in that order; the matrix itself where these are its own."""
        order = list(positions)
        if order == list(range(len(self.samples))):
            return self
        return replace(
            self,
            values=self.values[:, order],
            samples=self.samples.take(order),
            spots=None if self.spots is None else self.spots[:, order],
            replicates=None if self.replicates is None else self.replicates[:, :, order],
            counts=None if self.counts is None else self.counts.take_samples(order),
            not_detected=None if self.not_detected is None else self.not_detected[:, order],
        )

    def to_frame(self) -> pd.DataFrame:
        """Return the log2 values as a DataFrame indexed by ID and Name."""
        import pandas as pd

        index = pd.MultiIndex.from_arrays([self.probes.id, self.probes.name], names=["ID", "Name"])
        return pd.DataFrame(self.values, index=index, columns=list(self.samples.names))


@dataclass(frozen=True, eq=False)
class DifferentialTable:
    """One comparison, one row per probe. Every array has shape ``(n_probes,)``; NaN is missing.

    Parameters
    ----------
    tested, reference
        The two groups; ratios are tested / reference.
    mean_tested, mean_reference
        Group means on the linear scale (arithmetic, geometric or fitted, as ``fold_change`` says).
    ratio, log2_ratio, signed_fold_change
        mean_tested / mean_reference; its log2; and −1/ratio where the ratio is below 1 (never inside (−1, 1)).
    statistic, p_value, fdr
        Of ``test`` on log2 values; all NaN where ``test`` is ``none``. ``fdr`` is P adjusted by ``adjust``.
    n_tested, n_reference
        Arrays with a value.
    detected_tested, detected_reference
        Arrays that detect the probe, or None where the table does not say what is not detected.
    detection_test, detection_p, detection_fdr
        The test of detection between the groups (empty without one), its P and that adjusted over all probes, or
        None where the table does not say what is not detected. Fold changes and their test know nothing of it.
    spots_tested, spots_reference
        Replicate spots behind the values, summed over the group's arrays, or None where not known.
    regulation_fold_change, regulation_p, regulation_fdr
        ``"up"``, ``"down"`` or ``""``: by fold change alone, by fold change and P, by fold change and FDR.
    prior_df, prior_variance
        Of the moderated t: degrees of freedom (may be infinite) and variance common to all probes; NaN for
        other tests.
    remarks
        What the reader must know of the test before believing it, in words: that none could be made, probes
        tested by the common variance alone, probes that do not vary.
    details
        What the test's name leaves open, as key and value: the design, the block, weights, the prior's trend.
    log_odds
        B, the natural log odds that the probe differs; None where it was not asked for.
    log2_cpm
        Mean log2 counts per million over the samples compared; None for arrays.
    """

    probes: ProbeTable
    tested: str
    reference: str
    mean_tested: FloatArray
    mean_reference: FloatArray
    ratio: FloatArray
    log2_ratio: FloatArray
    signed_fold_change: FloatArray
    statistic: FloatArray
    p_value: FloatArray
    fdr: FloatArray
    n_tested: IntArray
    n_reference: IntArray
    regulation_fold_change: TextArray
    regulation_p: TextArray
    regulation_fdr: TextArray
    test: str
    fold_change: str
    adjust: str
    cutoff: float
    alpha: float
    spots_tested: IntArray | None = None
    spots_reference: IntArray | None = None
    detected_tested: IntArray | None = None
    detected_reference: IntArray | None = None
    detection_test: str = ""
    detection_p: FloatArray | None = None
    detection_fdr: FloatArray | None = None
    prior_df: float = float("nan")
    prior_variance: float = float("nan")
    remarks: tuple[str, ...] = ()
    history: tuple[str, ...] = ()
    details: tuple[tuple[str, str], ...] = ()
    log_odds: FloatArray | None = None
    log2_cpm: FloatArray | None = None

    def __len__(self) -> int:
        return len(self.probes)

    @property
    def has_test(self) -> bool:
        """True where a test was made, so that there are P values."""
        return self.test != "none"

    @property
    def has_adjusted(self) -> bool:
        """True where P was adjusted for the number of tests."""
        return self.has_test and self.adjust != "none"

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that could be applied, weakest first."""
        p = (Rule.VOLCANO_P,) if self.has_test else ()
        return (Rule.FOLD_CHANGE, *p, *((Rule.VOLCANO_FDR,) if self.has_adjusted else ()))

    def calls(self, rule: Rule) -> TextArray:
        """Return what a rule calls each probe, ``(n_probes,)``: ``"up"``, ``"down"`` or ``""``."""
        return {
            Rule.FOLD_CHANGE: self.regulation_fold_change,
            Rule.VOLCANO_P: self.regulation_p,
            Rule.VOLCANO_FDR: self.regulation_fdr,
        }[rule]

    @property
    def detected_only_in(self) -> TextArray | None:
        """The one group that detects each probe, empty where both or neither do; None where it is not known."""
        if self.detected_tested is None or self.detected_reference is None:
            return None
        tested, reference = self.detected_tested > 0, self.detected_reference > 0
        own = np.where(tested & ~reference, self.tested, np.where(reference & ~tested, self.reference, ""))
        return text_array(own.tolist())

    def count_detected_only(self) -> dict[str, int]:
        """Return how many probes each group alone detects; empty where it is not known."""
        only = self.detected_only_in
        return (
            {} if only is None else {group: int((only == group).sum()) for group in (self.tested, self.reference)}
        )

    @property
    def rests_on_not_detected(self) -> BoolArray:
        """Where the fold change is one of values that one group did not detect at all, ``(n_probes,)``."""
        only = self.detected_only_in
        if only is None:
            return np.zeros(len(self), dtype=bool)
        return np.asarray((only != "") & ~np.isnan(self.log2_ratio))

    def count_passing_not_detected(self) -> int:
        """Return how many fold changes of values that one group did not detect pass the strictest rule."""
        return int(((self.calls(self.rules[-1]) != "") & self.rests_on_not_detected).sum())

    def take(self, rows: npt.NDArray[Any]) -> DifferentialTable:
        """Return the probes at ``rows`` (positions or a mask), in that order."""
        arrays = {
            own.name: value[rows]
            for own in fields(self)
            if isinstance(value := getattr(self, own.name), np.ndarray)
        }
        return replace(self, probes=self.probes.take(rows), **arrays)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per probe as a DataFrame, in the order of the probes, numbers as they are."""
        import pandas as pd

        columns = {"ID": self.probes.id, "Name": self.probes.name}
        columns |= {
            own.name: value for own in fields(self) if isinstance(value := getattr(self, own.name), np.ndarray)
        }
        return pd.DataFrame(columns)


EVIDENCE_CLASSES = ("", "predicted", "weak", "clip", "strong")
"""What can be behind a pair of miRNA and gene, from least to most: nothing stated; a prediction from sequence;
an experiment that does not show that the miRNA binds there (microarray, proteomics, sequencing); cross-linking
(CLIP, CLASH); reporter assay, Western blot or qPCR. miRTarBase's "Functional MTI" are ``strong``."""


@dataclass(frozen=True, eq=False)
class Interactions:
    """miRNA–gene pairs, each once: names, evidence and where it was read.

    Parameters
    ----------
    mirna, gene
        Object arrays of str, one entry per pair, as the source writes them.
    evidence
        The best evidence for each pair, one of :data:`EVIDENCE_CLASSES`.
    references
        PubMed IDs or other references, joined by ``;``, may be empty.
    source
        The table's name and version, for the record.
    dropped
        What reading left out, in words, counted (Non-Functional rows, rows collapsed to pairs …).
    databases
        The databases that hold each pair, sorted, joined by ``;``. None where all pairs are in ``source``.
    score
        How sure the source is of each pair, in its own unit; NaN where it does not say. None without scores.
    lower_is_better
        True where a smaller score is the surer one (TargetScan's context++).
    """

    mirna: TextArray
    gene: TextArray
    evidence: TextArray
    references: TextArray
    source: str
    dropped: tuple[str, ...] = ()
    databases: TextArray | None = None
    score: FloatArray | None = None
    lower_is_better: bool = False

    def __post_init__(self) -> None:
        n = len(self.mirna)
        columns = (self.gene, self.evidence, self.references, self.databases, self.score)
        _check(
            all(column is None or len(column) == n for column in columns),
            "interactions need one gene, evidence and reference a miRNA",
        )
        unknown = set(self.evidence.tolist()) - set(EVIDENCE_CLASSES)
        _check(not unknown, f"no class of evidence is called {min(unknown, default='')!r}")

    def __len__(self) -> int:
        return len(self.mirna)

    @property
    def strong(self) -> BoolArray:
        """Mask of the pairs with reporter assay, Western blot or qPCR behind them."""
        mask: BoolArray = self.evidence == "strong"
        return mask

    @property
    def graded(self) -> bool:
        """False where the table says nothing about the evidence of any pair."""
        return bool((self.evidence != "").any())

    def take(self, rows: npt.NDArray[Any]) -> Interactions:
        """Return the pairs at ``rows`` (positions or a mask), in that order."""
        return replace(
            self,
            mirna=self.mirna[rows],
            gene=self.gene[rows],
            evidence=self.evidence[rows],
            references=self.references[rows],
            databases=None if self.databases is None else self.databases[rows],
            score=None if self.score is None else self.score[rows],
        )


@dataclass(frozen=True, eq=False)
class GeneSets:
    """Named sets of genes: terms in their file's order, with a description and a source."""

    terms: tuple[str, ...]
    descriptions: tuple[str, ...]
    genes: tuple[frozenset[str], ...]
    source: str

    def __post_init__(self) -> None:
        _check(
            len(self.terms) == len(self.descriptions) == len(self.genes),
            "gene sets need one description and one set of genes per term",
        )
        _check_unique(self.terms, "gene set")

    def __len__(self) -> int:
        return len(self.terms)


@dataclass(frozen=True, eq=False)
class ProteinInteractions:
    """Pairs of genes whose proteins interact, each once, without direction and none with itself.

    Parameters
    ----------
    a, b
        Object arrays of gene symbols, one entry per pair.
    source
        The table's name, for the record.
    dropped
        What reading left out, in words, counted.
    """

    a: TextArray
    b: TextArray
    source: str
    dropped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _check(len(self.a) == len(self.b), "protein interactions need two genes per pair")

    def __len__(self) -> int:
        return len(self.a)
